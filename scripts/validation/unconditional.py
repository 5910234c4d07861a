"""Exact unconditional intervals, beside a brute-force search in R."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.kernels.exact_unconditional import Effect, unconditional_interval
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def _limits(effect: Effect) -> Iterator[Compared]:
    for case in golden("unconditional")["cases"]:
        if case[effect] is None:
            continue
        ours = unconditional_interval(case["x1"], case["n1"], case["x2"], case["n2"], effect=effect)
        for mine, theirs in zip(ours, case[effect], strict=True):
            yield (
                Compared(mine, theirs) if effect == "difference" else Compared(mine / (1 + mine), theirs / (1 + theirs))
            )


def differences() -> Iterator[Compared]:
    """Limits of differences."""
    return _limits("difference")


def ratios() -> Iterator[Compared]:
    """Limits of ratios r, as r / (1 + r)."""
    return _limits("ratio")


_R = produced_by("R", "unconditional")
COMPARISONS = (
    Comparison(statistic="difference of proportions, exact unconditional limits",
               function="methods.risk_contrast.risk_contrast", reference=_R, pairs=differences),
    Comparison(statistic="ratio r of proportions, as r / (1 + r), exact unconditional limits",
               function="methods.risk_contrast.risk_contrast", reference=_R, pairs=ratios),
)  # fmt: skip
