"""Proportions with published series borrowed from, beside quadrature in R."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.methods.borrowed_proportion import borrow_proportion
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def borrowed() -> Iterator[Compared]:
    """Prediction, medians with limits, weight, patients borrowed, conflict, power."""
    for case in golden("borrowed_rates")["cases"]:
        series = list(zip(case["older_events"], case["older_sizes"], strict=True))
        rows = borrow_proportion(case["events"], case["n"], series, variable="x")
        yield Compared(rows.one("prior_mean").value, case["prior_mean"])
        for name, detail in (("alone", "alone"), ("borrowed", "borrowed"), ("if_above", "if above"),
                             ("power_half", "power; 0.5")):  # fmt: skip
            row = rows.one("posterior_median", detail=detail)
            for ours, theirs in zip((row.value, row.low, row.high), case[name], strict=True):
                yield Compared(ours, theirs)
        yield Compared(rows.one("informative_weight", detail="after").value, case["weight"])
        yield Compared(rows.one("p").value, case["p"])
        yield Compared(rows.one("conflict_from", detail="above").value, case["conflict_above"])
        yield Compared(rows.one("power").value, case["power"])


COMPARISONS = (
    Comparison(statistic="proportion with published series: robust predictive prior, power prior, conflict",
               function="methods.borrowed_proportion.borrow_proportion", reference=produced_by("R", "borrowed_rates"),
               pairs=borrowed),
)  # fmt: skip
