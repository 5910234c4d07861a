"""Interval-censored survival, beside R."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from glisson.methods.interval_censored import TurnbullFit, fit_turnbull
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def _fits() -> Iterator[tuple[TurnbullFit, dict[str, Any]]]:
    for case in golden("turnbull")["cases"].values():
        (fit,) = fit_turnbull(case["L"], case["R"])
        yield fit, case


def masses() -> Iterator[Compared]:
    """Probabilities of the innermost intervals, against self-consistency run to the end."""
    for fit, case in _fits():
        for ours, theirs in zip(fit.mass.tolist(), case["npmle"]["mass"], strict=True):
            yield Compared(ours, theirs)


def likelihoods() -> Iterator[Compared]:
    """Log likelihoods."""
    for fit, case in _fits():
        yield Compared(fit.loglik, case["npmle"]["loglik"])


def looked_at_once() -> Iterator[Compared]:
    """Survival of units that were looked at once, against isotonic regression."""
    once = golden("turnbull")["once"]
    left = [0 if had else look for look, had in zip(once["look"], once["had"], strict=True)]
    right = [look if had else None for look, had in zip(once["look"], once["had"], strict=True)]
    (fit,) = fit_turnbull(left, right)
    for ours, theirs in zip(fit.bounds(once["at"])[0].tolist(), once["survival"], strict=True):
        yield Compared(ours, theirs)


_HERE, _R = "methods.interval_censored.turnbull", produced_by("R", "turnbull")

COMPARISONS = (
    Comparison(statistic="probabilities of innermost intervals", function=_HERE,
               reference=f"self-consistency written out, {_R}", pairs=masses),
    Comparison(statistic="log likelihood of interval-censored times", function=_HERE,
               reference=f"self-consistency written out, {_R}", pairs=likelihoods),
    Comparison(statistic="survival of units looked at once", function=_HERE,
               reference=f"isotonic regression written out, {_R}", pairs=looked_at_once),
)  # fmt: skip
