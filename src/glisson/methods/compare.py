"""Comparing groups: log-rank tests with an exact null, differences in survival and in restricted means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import NotSupportedError, SettingsError
from glisson.kernels import permutation as pm
from glisson.kernels.exact import binomial_interval
from glisson.kernels.product_limit import ConfType
from glisson.kernels.rank_tests import RankStatistic, Weights, chi_square, p_value
from glisson.kernels.rank_tests import logrank as rank_statistic
from glisson.kernels.relabel import chi_square_tail
from glisson.methods.fits import Fit, common_horizon, counted, fits
from glisson.tables import Endpoint, Estimate, Estimates, Group, RiskLevels, RiskTable
from glisson.tables.estimates import group_text

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Null = Literal["asymptotic", "exact", "monte-carlo", "auto"]
Variant = Literal["score", "chi-square"]

WEIGHT_LABEL: dict[object, str] = {
    "logrank": "log-rank",
    "gehan": "Gehan-Breslow",
    "tarone-ware": "Tarone-Ware",
    "peto-peto": "Peto-Peto",
}
VARIANT_LABEL: dict[str, str] = {
    "score": "permutation of log-rank scores",
    "chi-square": "permutation of labels with the chi-square recomputed",
}
#: From this many units on, the chi-square approximation is used unless another null is asked for.
LARGE = 100


def logrank(
    data: RiskTable | Endpoint,
    by: str | Sequence[str],
    *,
    strata: str | Sequence[str] = (),
    weights: Weights = "logrank",
    null: Null = "auto",
    variant: Variant = "score",
    draws: int = 100_000,
    seed: int = 0,
    effort: float = pm.BUDGET,
) -> Estimates:
    """Test whether groups have the same hazard of the first cause.

    Parameters
    ----------
    data
        Risk table or endpoint; other causes count as censoring (cause-specific test).
    by
        Grouping variables whose level tuples are compared, two or more.
    strata
        Grouping variables to adjust for.
    weights
        ``"logrank"``, ``"gehan"``, ``"tarone-ware"``, ``"peto-peto"``, or Fleming-Harrington's (rho, gamma).
    null
        ``"asymptotic"``: chi-square. ``"exact"``: every labeling. ``"monte-carlo"``: random labelings with a stated
        error. ``"auto"``: below 100 units exact where that is feasible and random labelings where not; asymptotic from
        there on, and with strata or delayed entry, for which labels are not exchangeable.
    variant
        Which permutation test: ``"score"`` permutes log-rank scores, ``"chi-square"`` recomputes the test for every
        labeling. They give different p-values on the same patients.
    draws, seed
        Random labelings and their seed.
    effort
        Bisections an exact count of the score form may take; ten million take about a second.

    Returns
    -------
    Estimates
        ``observed`` and ``expected`` events by group, ``chi_square`` with the degrees of freedom in ``at``, and ``p``
        whose method names null and variant. A test that cannot be made has a reason instead of a value.

    Raises
    ------
    NotSupportedError
        If a permutation null is asked for with strata or delayed entry, or is too large to be exact.

    Notes
    -----
    Peto R, Peto J. J R Stat Soc A 1972;135:185-207; Heinze G, Gnant M, Schemper M. Biometrics 2003;59:1151-1157.
    Permuting labels assumes that censoring does not depend on the group.

    Examples
    --------
    >>> os = Endpoint.from_arrays([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8, keys={"arm": list("aaabbbbb")}, name="os")
    >>> round(logrank(os, "arm").one("p").value, 6)
    0.053571
    """
    adjust = (strata,) if isinstance(strata, str) else tuple(strata)
    keys = (by,) if isinstance(by, str) else tuple(by)
    table, _ = counted(data, (*keys, *adjust))
    levels = table.levels(*keys)
    label = _label(weights, adjust)
    reason = _no_test(levels)
    if reason:
        return Estimates((_row(table, "p", unit="p", method=label, reason=reason),))
    statistic = _statistic(table, levels, keys, adjust, weights)
    squares, dfs = chi_square(statistic)
    square, df = float(squares), int(dfs)
    rows = _observed_expected(table, levels, statistic, label)
    rows.append(_row(table, "chi_square", value=square, at=float(df), method=label))
    if not df:
        reason = "not estimable (only one group is at risk when events happen)"
        return Estimates((*rows, _row(table, "p", unit="p", method=label, reason=reason)))
    chosen = _choose(null, variant, table, levels, adjust, effort)
    if chosen == "asymptotic":
        method = f"{label}, chi-square approximation"
        return Estimates((*rows, _row(table, "p", value=p_value(square, df), unit="p", method=method)))
    return Estimates((*rows, _permutation(table, levels, chosen, variant, weights, label, draws, seed)))


def _label(weights: Weights, adjust: tuple[str, ...]) -> str:
    if isinstance(weights, tuple):
        name = f"Fleming-Harrington ({weights[0]:g}, {weights[1]:g})"
    elif weights in WEIGHT_LABEL:
        name = WEIGHT_LABEL[weights]
    else:
        raise SettingsError(
            f"weights {weights!r}", expected=f"one of {', '.join(map(str, WEIGHT_LABEL))} or (rho, gamma)"
        )
    return f"{name} test" + (f" stratified by {', '.join(adjust)}" if adjust else "")


def _no_test(levels: RiskLevels) -> str:
    """Return why the groups cannot be compared at all."""
    if len(levels.groups) < 2:
        return "not estimable (one group)"
    if not levels.events[:, 0].sum():
        return "not estimable (0 events)"
    return ""


def _row(table: RiskTable, statistic: str, **values: Any) -> Estimate:
    events = table.total_events()
    return Estimate(variable=table.name, statistic=statistic, n=table.n, events=events, **values)


def _statistic(
    table: RiskTable, levels: RiskLevels, keys: tuple[str, ...], adjust: tuple[str, ...], weights: Weights
) -> RankStatistic:
    """Return the statistic, added up over strata."""
    if not adjust:
        return rank_statistic(levels.at_risk, levels.events[:, 0], weights)
    joint = table.levels(*keys, *adjust)
    groups = {g: i for i, g in enumerate(levels.groups)}
    split = len(keys)
    parts = []
    for stratum in dict.fromkeys(g[split:] for g in joint.groups):
        at_risk = np.zeros((len(groups), len(joint.time)), dtype=np.int64)
        events = np.zeros_like(at_risk)
        for i, group in enumerate(joint.groups):
            if group[split:] == stratum:
                at_risk[groups[group[:split]]] += joint.at_risk[i]
                events[groups[group[:split]]] += joint.events[i, 0]
        parts.append(rank_statistic(at_risk, events, weights))
    return RankStatistic(*(np.sum(x, axis=0) for x in zip(*parts, strict=True)))


def _observed_expected(table: RiskTable, levels: RiskLevels, statistic: RankStatistic, label: str) -> list[Estimate]:
    rows = []
    for i, group in enumerate(levels.groups):
        own: dict[str, Any] = {"variable": table.name, "group": group, "method": label, "n": int(levels.n[i])}
        own["events"] = int(levels.events[i, 0].sum())
        rows.append(Estimate(statistic="observed", value=float(statistic.observed[i]), **own))
        rows.append(Estimate(statistic="expected", value=float(statistic.expected[i]), **own))
    return rows


def _choose(
    null: Null, variant: Variant, table: RiskTable, levels: RiskLevels, adjust: tuple[str, ...], effort: float
) -> Null:
    """Decide how the null distribution is had, and refuse what would be invalid."""
    if null not in ("asymptotic", "exact", "monte-carlo", "auto"):
        raise SettingsError(f"null {null!r}", expected="asymptotic, exact, monte-carlo or auto")
    if variant not in VARIANT_LABEL:
        raise SettingsError(f"variant {variant!r}", expected="score or chi-square")
    exchangeable = not adjust and not levels.entered.any()
    if null == "asymptotic" or (null == "auto" and (not exchangeable or table.n >= LARGE)):
        return "asymptotic"
    if not exchangeable:
        raise NotSupportedError(
            "A permutation null is not offered with strata or delayed entry, because labels are then not exchangeable; "
            "use null='asymptotic'."
        )
    sizes = levels.n.tolist()
    feasible = pm.exact_cost(sizes) <= effort if variant == "score" else pm.labelings(sizes) <= pm.LISTED
    if null == "exact" and not feasible:
        raise NotSupportedError(
            f"Groups of {', '.join(map(str, sizes))} have {pm.labelings(sizes):.3g} labelings, too many to count; use "
            "null='monte-carlo'."
        )
    return "exact" if feasible and null != "monte-carlo" else "monte-carlo"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Units:
    """Units rebuilt from counts: when each left, whether with the event, and its group."""

    place: Ints
    event: NDArray[np.bool_]
    group: Ints


def _units(levels: RiskLevels) -> _Units:
    """List the units of a table; which unit is which does not matter to a permutation test."""
    events = levels.events[:, 0]
    other = levels.events[:, 1:].sum(axis=1) + levels.censored + levels.moved
    group, place = np.indices(events.shape)
    died, left = events.reshape(-1), other.reshape(-1)
    index = np.concatenate([np.repeat(np.arange(died.size), died), np.repeat(np.arange(left.size), left)])
    flag = np.repeat([True, False], [died.sum(), left.sum()])
    return _Units(place=place.reshape(-1)[index], event=flag, group=group.reshape(-1)[index])


def _permutation(
    table: RiskTable,
    levels: RiskLevels,
    null: Null,
    variant: Variant,
    weights: Weights,
    label: str,
    draws: int,
    seed: int,
) -> Estimate:
    units = _units(levels)
    rng = np.random.default_rng(seed)
    if variant == "score":
        at_risk, events = levels.at_risk.sum(axis=0), levels.events[:, 0].sum(axis=0)
        with_event, without = pm.scores(at_risk, events, weights)
        values = np.where(units.event, with_event[units.place], without[units.place])
        if null == "exact":
            tail, total = pm.exact_tail(values, units.group)
        else:
            tail, total = pm.sampled_tail(values, units.group, draws, rng), draws
    else:
        sample = draws if null == "monte-carlo" else None
        tail, total = chi_square_tail(units.place, units.event, units.group, draws=sample, rng=rng, weights=weights)
    form = VARIANT_LABEL[variant]
    if null == "exact":
        method = f"exact {label} ({form}, all {total:,} labelings)"
        return _row(table, "p", value=tail / total, unit="p", method=method)
    low, high = binomial_interval(tail, total, level=0.99)
    method = (
        f"Monte Carlo {label} ({form}, {total:,} random labelings, seed {seed}; 99% interval of the sampling error)"
    )
    value = (tail + 1) / (total + 1)
    return _row(table, "p", value=value, low=low, high=high, unit="p", level=0.99, method=method)


def survival_difference(
    data: RiskTable | Endpoint,
    by: str | Sequence[str],
    *,
    time: float,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> Estimates:
    """Estimate the difference in survival at a time between each group and the first.

    Parameters
    ----------
    data, by
        Risk table or endpoint, and the grouping variables.
    time
        Day.
    conf_type, level
        Interval of each survival and confidence level.

    Returns
    -------
    Estimates
        ``survival_difference`` with ``at`` the day and the pair in ``detail``: the later group minus the first.

    Notes
    -----
    The limits of the two survivals are combined by the square-and-add method (MOVER), which keeps their asymmetry:
    Zou GY, Donner A. Stat Med 2008;27:1693-1702.

    Examples
    --------
    >>> os = Endpoint.from_arrays([1, 4, 3, 4], [1, 0, 1, 0], keys={"arm": list("aabb")}, name="os")
    >>> survival_difference(os, "arm", time=3).one("survival_difference").value
    0.0
    """
    groups = fits(data, by, conf_type=conf_type, level=level)
    rows = []
    for first, other in _pairs(groups):
        a, b = first.survival_at(time), other.survival_at(time)
        shared: dict[str, Any] = {
            "at": time,
            "unit": "probability",
            "method": f"{first.method}; square-and-add difference",
        }
        if a.value is None or b.value is None:
            rows.append(_pair_row(first, other, "survival_difference", reason=a.reason or b.reason, **shared))
            continue
        value = b.value - a.value
        if a.low is None or a.high is None or b.low is None or b.high is None:
            reason = "no interval (a group has no event yet, or nobody left)"
            rows.append(_pair_row(first, other, "survival_difference", value=value, reason=reason, **shared))
            continue
        low = value - float(np.hypot(b.value - b.low, a.high - a.value))
        high = value + float(np.hypot(b.high - b.value, a.value - a.low))
        rows.append(
            _pair_row(first, other, "survival_difference", value=value, low=low, high=high, level=level, **shared)
        )
    return Estimates(tuple(rows))


def rmst_difference(
    data: RiskTable | Endpoint, by: str | Sequence[str], *, tau: float | None = None, level: float = 0.95
) -> Estimates:
    """Estimate the difference in restricted mean survival time between each group and the first.

    Parameters
    ----------
    data, by, level
        As in ``survival_difference``.
    tau
        Horizon in days; by default the largest one every group supports.

    Returns
    -------
    Estimates
        ``rmst_difference`` with ``at`` the horizon and the pair in ``detail``; normal interval.

    Notes
    -----
    Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152.

    Examples
    --------
    >>> os = Endpoint.from_arrays([10, 20, 30, 40], [1, 1, 1, 1], keys={"arm": list("aabb")}, name="os")
    >>> rmst_difference(os, "arm", tau=40).one("rmst_difference").value
    20.0
    """
    groups = fits(data, by, conf_type="log-log", level=level)
    horizon = common_horizon(groups) if tau is None else float(tau)
    rows = []
    for first, other in _pairs(groups):
        (a, va, why_a), (b, vb, why_b) = first.rmst(horizon), other.rmst(horizon)
        shared: dict[str, Any] = {
            "at": horizon,
            "unit": "day",
            "method": "difference in restricted mean survival, normal interval",
        }
        if a is None or b is None:
            rows.append(_pair_row(first, other, "rmst_difference", reason=why_a or why_b, **shared))
            continue
        half = first.z * float(np.sqrt(va + vb))
        rows.append(
            _pair_row(
                first, other, "rmst_difference", value=b - a, low=b - a - half, high=b - a + half, level=level, **shared
            )
        )
    return Estimates(tuple(rows))


def _pairs(groups: Sequence[Fit]) -> list[tuple[Fit, Fit]]:
    """Pair each group with the first."""
    return [(groups[0], other) for other in groups[1:]]


def _pair_row(first: Fit, other: Fit, statistic: str, **values: Any) -> Estimate:
    group: Group = other.group
    return Estimate(
        variable=first.variable,
        group=group,
        statistic=statistic,
        n=first.n + other.n,
        events=first.events + other.events,
        detail=f"{group_text(other.group)} minus {group_text(first.group)}",
        **values,
    )
