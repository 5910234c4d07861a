"""Borrowed priors and the trials that use them, beside nested numerical integration in R."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from glisson.design.borrowing import control_from_series, single_arm_after_series
from glisson.kernels.beta_mixture import superiority
from glisson.methods.borrowed_prior import BorrowedPrior, posterior, prior_predictive_p
from glisson.methods.map_prior import Predicted, power_prior, predicted_proportion, predicted_rate
from glisson.tables import Estimates
from scripts.validation.compared import Compared, Comparison, golden, produced_by

FILE = "borrowing"


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = golden(FILE)[name]
    return cases


def _predicted(found: Predicted, case: dict[str, Any]) -> Iterator[Compared]:
    yield from (Compared(getattr(found, k), case[k]) for k in ("mean", "spread", "between"))
    yield Compared(found.size / case["size"], 1.0)


def proportions() -> Iterator[Compared]:
    """What studies predict of a proportion in one more; the size as a ratio."""
    for c in _cases("proportions"):
        found = predicted_proportion(c["x"], c["n"], name="x", between=c["scale"], centre=c["centre"])
        yield from _predicted(found, c)


def rates() -> Iterator[Compared]:
    """What studies predict of a log rate in one more."""
    for c in _cases("rates"):
        yield from _predicted(predicted_rate(c["y"], c["s"], name="x", between=c["scale"]), c)


def _listed(value: float | list[float]) -> tuple[float, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _prior(c: dict[str, Any], kind: str) -> BorrowedPrior:
    first, second = ("a", "b") if kind == "beta" else ("m", "s")
    return BorrowedPrior(name="x", kind=kind, weights=_listed(c["w"]), first=_listed(c[first]),
                         second=_listed(c[second]))  # fmt: skip


def _series(c: dict[str, Any]) -> dict[str, Any]:
    """Return the series that Jeffreys' prior turned into the first part of a mixture."""
    first, second = c["a"][0] - 0.5, c["b"][0] - 0.5
    return {"responders": int(first), "patients": int(first + second), "vague": c["w"][1]}


def _posterior(rows: Estimates, c: dict[str, Any], statistic: str) -> Iterator[Compared]:
    row = rows.one(statistic)
    yield Compared(row.value, c["mean"])
    yield from (Compared(a, b) for a, b in zip((row.low, row.high), c["limits"], strict=True))
    parts = rows.select("posterior_weight")
    yield from (Compared(e.value, w) for e, w in zip(parts, _listed(c["weights"]), strict=True))


def mixtures() -> Iterator[Compared]:
    """Posterior means, limits and weights of mixtures of beta distributions."""
    for c in _cases("mixed"):
        yield from _posterior(posterior(_prior(c, "beta"), c["x"], c["n"], variable="x"), c, "proportion")


def log_rates() -> Iterator[Compared]:
    """The same of mixtures of normal distributions of a log rate."""
    for c in _cases("logs"):
        yield from _posterior(posterior(_prior(c, "log_rate"), c["x"], c["t"], variable="x"), c, "rate")


def conflicts() -> Iterator[Compared]:
    """Box's predictive p-values."""
    kinds = [(c, "beta", "n") for c in _cases("mixed")] + [(c, "log_rate", "t") for c in _cases("logs") if c["p"] < 1]
    yield from (Compared(prior_predictive_p(_prior(c, kind), c["x"], c[size]), c["p"]) for c, kind, size in kinds)


def powers() -> Iterator[Compared]:
    """Power priors: means and limits at fixed powers; mean and power of the normalised one."""
    for c in _cases("powers"):
        kind = "proportion" if c["counts"] else "rate"
        rows = power_prior(c["x"], c["n"], c["x0"], c["n0"], kind=kind, variable="x", weights=(0, 0.25, 1))
        for row, theirs in zip(list(rows.select(kind))[:3], c["fixed"], strict=True):
            yield from (Compared(a, b) for a, b in zip((row.value, row.low, row.high), theirs, strict=True))
        yield Compared(rows.one("power").value, c["power"])
        yield Compared(rows.one(kind, detail="normalised").value, c["mean"])


def one_arm() -> Iterator[Compared]:
    """Patients, responders needed, type I error and power of one arm that borrows."""
    for c in _cases("one"):
        plan = single_arm_after_series(p0=c["p0"], p1=c["p1"], **_series(c), certainty=c["certainty"], power=c["power"])
        yield Compared(float(plan.n), float(c["n"]))
        yield Compared(plan.boundaries[0].efficacy, float(c["needed"]))
        rows = plan.characteristics
        for key, statistic, detail in (
            ("size", "type_i_error", "with the borrowed prior"), ("reached", "power", "with the borrowed prior"),
            ("flat_size", "type_i_error", "with a uniform prior"), ("flat_power", "power", "with a uniform prior"),
        ):  # fmt: skip
            yield Compared(rows.one(statistic, detail=detail).value, c[key])


def better() -> Iterator[Compared]:
    """Probability that the treated rate exceeds the control rate, for every pair of counts."""
    for c in _cases("two"):
        found = superiority(([1.0], [1.0], [1.0], c["treated"]), (c["w"], c["a"], c["b"], c["controls"]))
        for ours, theirs in zip(found.tolist(), c["better"], strict=True):
            yield from (Compared(a, b) for a, b in zip(ours, _listed(theirs), strict=True))


def controls() -> Iterator[Compared]:
    """Type I error and power of two arms whose controls are borrowed, by drift."""
    for c in _cases("two"):
        plan = control_from_series(
            treated=c["treated"], controls=c["controls"], p_treated=c["hoped"], **_series(c),
            certainty=c["certainty"], drifts=[r["drift"] for r in c["rows"]],
        )  # fmt: skip
        for statistic, key in (("type_i_error", "size"), ("power", "power")):
            for row, theirs in zip(plan.characteristics.select(statistic), c["rows"], strict=True):
                yield Compared(row.value, theirs[key])


_NESTED = f"{produced_by('R', FILE)}, nested `integrate`"
_AREAS = f"{produced_by('R', FILE)}, `integrate` and `uniroot`"
COMPARISONS = (
    Comparison(statistic="predictive prior of a proportion", function="methods.map_prior.predicted_proportion",
               reference=_NESTED, pairs=proportions),
    Comparison(statistic="predictive prior of a rate", function="methods.map_prior.predicted_rate",
               reference=_NESTED, pairs=rates),
    Comparison(statistic="posterior of a borrowed mixture, proportion", function="methods.borrowed_prior.posterior",
               reference=_AREAS, pairs=mixtures),
    Comparison(statistic="posterior of a borrowed mixture, rate", function="methods.borrowed_prior.posterior",
               reference=_AREAS, pairs=log_rates),
    Comparison(statistic="conflict of prior and data, p", function="methods.borrowed_prior.prior_predictive_p",
               reference=_AREAS, pairs=conflicts),
    Comparison(statistic="power priors, fixed and normalised", function="methods.map_prior.power_prior",
               reference=_AREAS, pairs=powers),
    Comparison(statistic="one arm that borrows", function="design.borrowing.single_arm_after_series",
               reference=f"{_AREAS}, every size tried", pairs=one_arm),
    Comparison(statistic="probability that one rate is the higher", function="kernels.beta_mixture.superiority",
               reference=_NESTED, pairs=better),
    Comparison(statistic="two arms, borrowed controls", function="design.borrowing.control_from_series",
               reference=f"{_NESTED}, every pair of counts", pairs=controls),
)  # fmt: skip
