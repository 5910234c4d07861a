"""What numbers as small as these could have shown: detectable differences, and how likely the ranking turns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import SettingsError
from glisson.kernels.hierarchical import Kind, pool
from glisson.kernels.power import detectable_proportions, detectable_split
from glisson.methods.fits import normal_quantile
from glisson.methods.partial_pooling import (
    DRAWS,
    PROPORTION_PRIOR,
    RATE_PRIOR,
    Grouped,
    Prior,
    grouped_proportions,
    grouped_rates,
)
from glisson.tables import CountTable, Endpoint, Estimate, Estimates, RiskTable
from glisson.tables.estimates import group_text

Floats = NDArray[np.float64]

#: Where even the most extreme truth would be missed too often.
_NOTHING = "none, however large"
#: Pairs of groups with more possible tables than this are not enumerated.
_MOST_TABLES = 250_000


def detectable_ratios(
    data: RiskTable | Endpoint, by: str | Sequence[str] = "method", *, power: float = 0.8, level: float = 0.95
) -> Estimates:
    """Return the smallest hazard ratios that the observed events of two groups could have shown.

    Parameters
    ----------
    data
        Risk table or endpoint; the first cause is the event.
    by
        Grouping variables.
    power
        Probability with which the ratio would be found, on the right side.
    level
        One minus the two-sided size of the test.

    Returns
    -------
    Estimates
        For each pair ``detectable_ratio_below`` and ``detectable_ratio_above`` 1 by the exact test of how the events
        split between the groups, given their number and the time at risk; and ``detectable_ratio_schoenfeld``, the
        usual approximation, which needs no more than the number of events and patients. ``reason`` where no ratio would
        be found.

    Raises
    ------
    InputError
        If there are fewer than two groups with time at risk.

    Notes
    -----
    Schoenfeld DA. Biometrics 1983;39:499-503; ``kernels.power.detectable_split``.

    Examples
    --------
    >>> keys = {"m": ["a"] * 10 + ["b"] * 10}
    >>> os = Endpoint.from_arrays([100] * 20, [1] * 20, keys=keys, name="os")
    >>> rows = detectable_ratios(os, "m")
    >>> [round(r.value, 2) for r in rows]
    [0.25, 3.97, 3.5]
    """
    _check(power)
    z = normal_quantile(level) + _quantile(power)
    grouped, rows = grouped_rates(data, by), []
    for i, j in combinations(range(len(grouped.groups)), 2):
        shared = _pair(grouped, i, j)
        events = shared["events"]
        share = float(grouped.size[j] / (grouped.size[i] + grouped.size[j]))
        below, above = detectable_split(events, share, power=power, alpha=1 - level)
        exact = f"exact test of the split of events at {power:.0%} power, two-sided {1 - level:.2g}"
        for name, value in (("below", below), ("above", above)):
            reason = _NOTHING if value is None else ""
            rows.append(Estimate(statistic=f"detectable_ratio_{name}", value=value, unit="ratio", method=exact,
                                 reason=reason, **shared))  # fmt: skip
        of_first = grouped.n[i] / (grouped.n[i] + grouped.n[j])
        information = events * of_first * (1 - of_first)
        rough = math.exp(z / math.sqrt(information)) if information else None
        rows.append(
            Estimate(statistic="detectable_ratio_schoenfeld", value=rough, unit="ratio",
                     method=f"Schoenfeld's formula at {power:.0%} power, two-sided {1 - level:.2g}",
                     reason="" if rough else "not estimable (0 events)", **shared)
        )  # fmt: skip
    return Estimates(tuple(rows))


def detectable_differences(
    table: CountTable,
    category: str | Sequence[str],
    by: str | Sequence[str] = "method",
    *,
    base: float | None = None,
    power: float = 0.8,
    level: float = 0.95,
) -> Estimates:
    """Return the smallest differences of proportions that Fisher's exact test could have shown at these numbers.

    Parameters
    ----------
    table, category, by
        Counts, one category or several taken together, and grouping variables.
    base
        True proportion of the first group of each pair; by default the proportion of all units together.
    power, level
        As for ``detectable_ratios``.

    Returns
    -------
    Estimates
        For each pair ``detectable_difference_below`` and ``detectable_difference_above``: the second group's proportion
        minus ``base`` (in ``at``). ``reason`` where not even 0 or 1 would be found.

    Raises
    ------
    InputError
        If there are fewer than two groups with units.
    SettingsError
        If the base is no proportion.

    Examples
    --------
    >>> from glisson.tables import Factor
    >>> keys = {"m": Factor.of(["a"] * 13 + ["b"] * 13)}
    >>> table = CountTable.of(["yes", "no"] * 13, ["no", "yes"], keys=keys, name="response")
    >>> rows = detectable_differences(table, "yes", "m", base=0.3)
    >>> rows.rows[0].reason, round(rows.rows[1].value, 3)
    ('none, however large', 0.555)
    """
    _check(power)
    grouped, rows = grouped_proportions(table, category, by), []
    start = float(grouped.events.sum() / grouped.size.sum()) if base is None else base
    if not 0 <= start <= 1:
        raise SettingsError(f"a base of {base}", expected="a proportion from 0 to 1")
    method = f"Fisher's exact test at {power:.0%} power, two-sided {1 - level:.2g}, all tables enumerated"
    for i, j in combinations(range(len(grouped.groups)), 2):
        shared = _pair(grouped, i, j) | {"method": method, "unit": "probability", "at": start}
        found: tuple[float | None, float | None]
        if (grouped.n[i] + 1) * (grouped.n[j] + 1) > _MOST_TABLES:
            found, reason = (None, None), "not computed (too many tables)"
        else:
            found = detectable_proportions(grouped.n[i], grouped.n[j], start, power=power, alpha=1 - level)
            reason = _NOTHING
        for name, p in zip(("below", "above"), found, strict=True):
            value = None if p is None else p - start
            rows.append(Estimate(statistic=f"detectable_difference_{name}", value=value,
                                 reason=reason if p is None else "", **shared))  # fmt: skip
    return Estimates(tuple(rows))


def reversal_of_rates(
    data: RiskTable | Endpoint, by: str | Sequence[str] = "method", *, prior: Prior = RATE_PRIOR, seed: int = 20200101
) -> Estimates:
    """Return how likely the order of hazards would turn in a new cohort of the same size and time at risk.

    Parameters
    ----------
    data, by, prior, seed
        As for ``pooled_rates``.

    Returns
    -------
    Estimates
        ``reversal_of_best``: that the group with the lowest rate here has not the lowest in the new cohort; and
        ``reversal`` for each pair. Ties in the new cohort count in equal parts. Where two are tied here, ``reason``.

    Raises
    ------
    InputError
        If there are fewer than two groups with time at risk.

    Notes
    -----
    Posterior predictive: rates from the fit of ``pooled_rates``, then events of the new cohort as Poisson counts.

    Examples
    --------
    >>> keys = {"m": ["a"] * 30 + ["b"] * 30}
    >>> os = Endpoint.from_arrays([100] * 30 + [2000] * 30, [1] * 60, keys=keys, name="os")
    >>> reversal_of_rates(os, "m").one("reversal").value
    0.0
    """
    return _reversal("poisson", grouped_rates(data, by), prior, "lowest", seed)


def reversal_of_proportions(
    table: CountTable,
    category: str | Sequence[str],
    by: str | Sequence[str] = "method",
    *,
    better: Literal["lowest", "highest"] = "highest",
    prior: Prior = PROPORTION_PRIOR,
    seed: int = 20200101,
) -> Estimates:
    """Return how likely the order of proportions would turn in a new cohort of the same size.

    Parameters
    ----------
    table, category, by, prior, seed
        As for ``pooled_proportions``.
    better
        Whether the lowest or the highest proportion is best.

    Returns
    -------
    Estimates
        As for ``reversal_of_rates``.

    Raises
    ------
    InputError
        If there are fewer than two groups with units.

    Examples
    --------
    >>> from glisson.tables import Factor
    >>> keys = {"m": Factor.of(["a"] * 6 + ["b"] * 6)}
    >>> table = CountTable.of(["yes", "no", "no"] * 4, ["no", "yes"], keys=keys, name="response")
    >>> reversal_of_proportions(table, "yes", "m").one("reversal").reason
    'alike in this cohort'
    """
    return _reversal("binomial", grouped_proportions(table, category, by), prior, better, seed)


def _reversal(kind: Kind, grouped: Grouped, prior: Prior, better: str, seed: int) -> Estimates:
    fit = pool(kind, grouped.events, grouped.size, centre=prior.centre, spread=prior.spread, scale=prior.scale)
    theta, rng = fit.draws(DRAWS, seed), np.random.default_rng((seed, 1))
    if kind == "poisson":
        new = rng.poisson(np.exp(theta) * grouped.size) / grouped.size
    else:
        new = rng.binomial(grouped.size.astype(np.int64), 1 / (1 + np.exp(-theta))) / grouped.size
    here = grouped.events / grouped.size
    if better == "highest":
        new, here = -new, -here
    method = f"posterior predictive, {prior}; {DRAWS:,} draws, seed {seed}"
    rows = [_best_row(grouped, here, new, method)]
    for i, j in combinations(range(len(here)), 2):
        shared = _pair(grouped, i, j) | {"statistic": "reversal", "unit": "probability", "method": method}
        if here[i] == here[j]:
            rows.append(Estimate(reason="alike in this cohort", **shared))
            continue
        turned = np.sign(new[:, i] - new[:, j]) * np.sign(here[i] - here[j])
        rows.append(Estimate(value=float(np.mean(turned < 0) + np.mean(turned == 0) / 2), **shared))
    return Estimates(tuple(rows))


def _best_row(grouped: Grouped, here: Floats, new: Floats, method: str) -> Estimate:
    """Return how likely the best group here is not the best of a new cohort."""
    first = np.flatnonzero(here == here.min())
    shared: dict[str, Any] = {
        "variable": grouped.name, "statistic": "reversal_of_best", "unit": "probability", "method": method,
        "n": sum(grouped.n), "events": int(grouped.events.sum()),
    }  # fmt: skip
    if len(first) > 1:
        return Estimate(reason="several are best in this cohort", **shared)
    lowest = new == new.min(axis=1, keepdims=True)
    share = float(np.mean(lowest[:, first[0]] / lowest.sum(axis=1)))
    return Estimate(value=1 - share, group=grouped.groups[first[0]], **shared)


def _pair(grouped: Grouped, i: int, j: int) -> dict[str, Any]:
    """Return what the rows of a pair share; the later group is compared with the earlier."""
    return {
        "variable": grouped.name, "group": grouped.groups[j], "n": grouped.n[i] + grouped.n[j],
        "events": int(grouped.events[i] + grouped.events[j]),
        "detail": f"{group_text(grouped.groups[j])} versus {group_text(grouped.groups[i])}",
    }  # fmt: skip


def _check(power: float) -> None:
    if not 0.5 <= power < 1:
        raise SettingsError(f"a power of {power}", expected="a number from 0.5 to below 1, e.g. 0.8")


def _quantile(power: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

    return float(ndtri(power))
