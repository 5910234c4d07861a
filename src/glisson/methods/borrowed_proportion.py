"""A proportion of few patients with published series borrowed from, and what would happen if both contradicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from glisson.errors import InputError
from glisson.kernels.exact import binomial_interval
from glisson.methods.borrowed_prior import (
    VAGUE_WEIGHT,
    BorrowedPrior,
    effective_size,
    prior_predictive_p,
    quantile,
    robust,
    updated,
)
from glisson.methods.map_prior import CONFLICT, Predicted, power_prior, predicted_proportion
from glisson.tables import Estimate, Estimates, Group

#: Powers at which the published series are counted, between nothing and like one's own patients.
POWERS = (0.1, 0.25, 0.5, 1.0)
_VAGUE = BorrowedPrior(name="uniform", kind="beta", weights=(1.0,), first=(1.0,), second=(1.0,))
_MAP = "meta-analytic predictive prior, half-normal spread of logits"


def borrow_proportion(
    events: int,
    n: int,
    series: Sequence[tuple[int, int]],
    *,
    variable: str,
    group: Group = (),
    level: float = 0.95,
) -> Estimates:
    """Return a proportion as observed, alone and with published series borrowed from.

    Parameters
    ----------
    events, n
        Of the cohort: patients with the event among n.
    series
        k pairs (events, patients), one for each published series.
    variable
        What the proportion is of.
    group
        Which patients.
    level
        Confidence level, and probability of the credible intervals.

    Returns
    -------
    Estimates
        ``proportion`` (observed, Clopper-Pearson); ``prior_mean`` with the interval of the prediction, ``prior_size``
        in patients; ``posterior_median`` with detail ``"alone"`` (uniform prior), ``"borrowed"``, ``"power; w"`` and
        ``"power; normalised"``; ``informative_weight`` ``"before"`` and ``"after"``; ``size_borrowed``; ``p`` of the
        conflict between prior and data; ``power``; ``conflict_from`` with detail ``"above"`` and ``"below"``: the
        numbers of events from which prior and data contradict each other, with ``posterior_median`` and
        ``informative_weight`` of detail ``"if above"`` and ``"if below"``.

    Raises
    ------
    InputError
        If there is no series, or a count is impossible.

    Notes
    -----
    Schmidli H, et al. Biometrics 2014;70:1023-1032 (robust prior); Neuenschwander B, et al. Clin Trials 2010;7:5-18
    (sizes by moments); Box GEP. J R Stat Soc A 1980;143:383-430 (conflict). Patients borrowed: size of the posterior
    less that of the posterior from a uniform prior; below 0 where conflict adds more doubt than the series take away.

    Examples
    --------
    >>> rows = borrow_proportion(2, 6, [(14, 39)], variable="response")
    >>> [round(r.value, 2) for r in rows.select("posterior_median") if r.detail in {"alone", "borrowed"}]
    [0.36, 0.36]
    """
    if not 0 <= events <= n or n < 1:
        raise InputError(f"{events} of {n}", expected="events among at least one patient")
    found = _predicted(tuple((int(x), int(k)) for x, k in series))
    mixed = robust(found.prior)
    shared: dict[str, Any] = {"variable": variable, "group": group, "n": n, "events": events}
    low, high = binomial_interval(events, n, level=level, method="clopper-pearson")
    tails = ((1 - level) / 2, (1 + level) / 2)
    rows = [
        Estimate(statistic="proportion", value=events / n, low=low, high=high, level=level, unit="probability",
                 method="Clopper-Pearson", detail="observed", **shared),
        Estimate(statistic="prior_mean", value=found.mean, low=quantile(found.prior, tails[0]),
                 high=quantile(found.prior, tails[1]), level=level, unit="probability", method=_MAP, **shared),
        Estimate(statistic="prior_size", value=found.size, unit="count", method=_MAP, **shared),
        _median(_VAGUE, events, n, "alone", level, shared),
        _median(mixed, events, n, "borrowed", level, shared),
        _weight(1 - VAGUE_WEIGHT, "before", shared),
        _weight(1 - updated(mixed, events, n).weights[-1], "after", shared),
        Estimate(statistic="size_borrowed", unit="count", method="sizes by moments", **shared,
                 value=effective_size(updated(mixed, events, n)) - effective_size(updated(_VAGUE, events, n))),
        Estimate(statistic="p", value=prior_predictive_p(found.prior, events, n), unit="p",
                 method="prior predictive", detail="prior-data conflict", **shared),
    ]  # fmt: skip
    rows += _powers(events, n, series, level, shared) + _conflicts(found.prior, mixed, n, level, shared)
    return Estimates(tuple(rows))


@lru_cache(maxsize=64)  # the groups of a cohort borrow from the same series
def _predicted(series: tuple[tuple[int, int], ...]) -> Predicted:
    return predicted_proportion([x for x, _ in series], [n for _, n in series], name="published series")


def _median(prior: BorrowedPrior, events: int, n: int, detail: str, level: float, shared: dict[str, Any]) -> Estimate:
    after = updated(prior, events, n)
    low, value, high = (quantile(after, q) for q in ((1 - level) / 2, 0.5, (1 + level) / 2))
    return Estimate(statistic="posterior_median", value=value, low=low, high=high, level=level, unit="probability",
                    method=f"posterior, prior: {prior.name}", detail=detail, **shared)  # fmt: skip


def _weight(value: float, detail: str, shared: dict[str, Any]) -> Estimate:
    return Estimate(statistic="informative_weight", value=value, unit="probability", detail=detail,
                    method="weight of the informative part of a robust prior", **shared)  # fmt: skip


def _powers(
    events: int, n: int, series: Sequence[tuple[int, int]], level: float, shared: dict[str, Any]
) -> list[Estimate]:
    """Return the medians at fixed powers and at the power that the data suggest, and that power."""
    older, size = sum(x for x, _ in series), sum(k for _, k in series)
    rows = power_prior(events, n, older, size, kind="proportion", variable=shared["variable"], weights=POWERS,
                       level=level, middle="median")  # fmt: skip
    out = [
        replace(r, statistic="posterior_median", detail=f"power; {r.detail}", n=n, group=shared["group"])
        for r in rows.select("proportion")
    ]
    return [*out, *(replace(r, n=n, group=shared["group"]) for r in rows.select("power"))]


def _conflicts(
    informative: BorrowedPrior, mixed: BorrowedPrior, n: int, level: float, shared: dict[str, Any]
) -> list[Estimate]:
    """Return from which number of events on the data would contradict the prior, and what would then be estimated."""
    p = [prior_predictive_p(informative, x, n) for x in range(n + 1)]
    against, likely = [x for x in range(n + 1) if p[x] < CONFLICT], p.index(max(p))
    out = []
    for side, found in (("above", min((x for x in against if x > likely), default=None)),
                        ("below", max((x for x in against if x < likely), default=None))):  # fmt: skip
        own = shared | {"events": found}
        out.append(
            Estimate(statistic="conflict_from", value=None if found is None else float(found), unit="count",
                     method=f"prior predictive P below {CONFLICT:g}", detail=side,
                     reason="no number of events would contradict it" if found is None else "", **own)
        )  # fmt: skip
        if found is not None:
            out.append(_median(mixed, found, n, f"if {side}", level, own))
            out.append(_weight(1 - updated(mixed, found, n).weights[-1], f"if {side}", own))
    return out
