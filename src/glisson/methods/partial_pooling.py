"""Groups estimated together: each borrows from the others as much as the data let them be alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels.exact import binomial_interval, poisson_interval
from glisson.kernels.hierarchical import TOLERANCE, Pooled, pool
from glisson.methods.fits import counted, normal_quantile, whole_time
from glisson.tables import CountTable, Endpoint, Estimate, Estimates, Group, RiskTable
from glisson.tables.estimates import group_text

DAYS_PER_YEAR = 365.25
#: Draws for what no integral of one group gives: ratios, and which group is best.
DRAWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is assumed before the data.

    Parameters
    ----------
    centre, spread
        Mean and standard deviation of the common log rate per year (or logit).
    scale
        Scale of the half-normal prior of how far groups differ: 0.5 lets most groups lie within a factor of three of
        each other.
    """

    centre: float
    spread: float
    scale: float = 0.5

    def __str__(self) -> str:
        """Return the prior in words."""
        common = f"normal({self.centre:.2f}, {self.spread:g}) for the common value"
        return f"{common}, half-normal({self.scale:g}) between groups"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouped:
    """What partial pooling needs of the data: two numbers a group.

    Parameters
    ----------
    name
        What was counted.
    groups
        J groups.
    n
        Units of each group.
    events, size
        Shape (J,): events, and person-years or units.
    single
        Whether nothing competes with the event.
    """

    name: str
    groups: tuple[Group, ...]
    n: tuple[int, ...]
    events: NDArray[np.float64]
    size: NDArray[np.float64]
    single: bool = True


#: Rates per year from about 0.04 to 13 are all plausible: medians from two weeks to two decades.
RATE_PRIOR = Prior(centre=math.log(0.7), spread=1.5)
PROPORTION_PRIOR = Prior(centre=0.0, spread=1.5)
#: Scales of the sensitivity analysis.
SCALES = (0.25, 0.5, 1.0)


def pooled_rates(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = "method",
    *,
    times: Sequence[float] = (),
    prior: Prior = RATE_PRIOR,
    level: float = 0.95,
    seed: int = 20200101,
) -> Estimates:
    """Estimate the hazard of each group, partially pooled, from events and time at risk (exponential model).

    Parameters
    ----------
    data
        Risk table or endpoint; the first cause is the event.
    by
        Grouping variables.
    times
        Days at which survival is given; only where nothing competes.
    prior
        Assumptions before the data.
    level
        Probability of the credible intervals.
    seed
        Of the draws for ratios and ranks.

    Returns
    -------
    Estimates
        By group ``pooled_rate`` (per person-year, posterior median), ``pooled_median`` and ``pooled_survival``, and
        ``probability_lowest`` and ``probability_highest``: that its hazard is the lowest or highest of all; for each
        pair ``pooled_rate_ratio``. ``raw_rate`` and ``raw_median`` with exact intervals stand beside. ``warning`` says
        where the quadrature is not precise enough.

    Raises
    ------
    InputError
        If there are fewer than two groups with time at risk.

    Notes
    -----
    The hazard is taken as constant, which a look at the curves must bear out. Quadrature: ``kernels.hierarchical``.

    Examples
    --------
    >>> keys = {"m": list("aaabbb")}
    >>> os = Endpoint.from_arrays([200, 300, 400, 500, 900, 1000], [1, 1, 1, 1, 0, 1], keys=keys, name="os")
    >>> rows = pooled_rates(os, "m")
    >>> [round(r.value, 2) for r in rows.select("pooled_rate")]
    [0.65, 0.46]
    """
    own_data = grouped_rates(data, by)
    groups, d, t = own_data.groups, own_data.events, own_data.size
    fit = pool("poisson", d, t, centre=prior.centre, spread=prior.spread, scale=prior.scale)
    single = own_data.single
    tail, rows = (1 - level) / 2, []
    for j, group in enumerate(groups):
        own = _own(own_data.name, group, fit, prior, level, n=own_data.n[j], events=int(d[j]))
        low, middle, high = (math.exp(x) for x in fit.quantiles(j, (tail, 0.5, 1 - tail)))
        rows += _raw_rates(float(d[j]), float(t[j]), own, single=single)
        rows.append(Estimate(statistic="pooled_rate", value=middle, low=low, high=high, unit="per person-year", **own))
        if single:
            days = [_median(r) for r in (middle, high, low)]
            rows.append(
                Estimate(statistic="pooled_median", value=days[0], low=days[1], high=days[2], unit="day", **own)
            )
        for day in times if single else ():
            at = [math.exp(-r * whole_time(day) / DAYS_PER_YEAR) for r in (middle, high, low)]
            rows.append(Estimate(statistic="pooled_survival", value=at[0], low=at[1], high=at[2], unit="probability",
                                 at=float(day), **own))  # fmt: skip
    return Estimates((*rows, *_joint(own_data, fit, prior, level, seed, ratio="pooled_rate_ratio")))


def pooled_proportions(
    table: CountTable,
    category: str | Sequence[str],
    by: str | Sequence[str] = "method",
    *,
    prior: Prior = PROPORTION_PRIOR,
    level: float = 0.95,
    seed: int = 20200101,
) -> Estimates:
    """Estimate the proportion of each group, partially pooled.

    Parameters
    ----------
    table
        Counts.
    category
        One category or several taken together.
    by
        Grouping variables.
    prior, level, seed
        As for ``pooled_rates``, on the logit scale.

    Returns
    -------
    Estimates
        By group ``raw_proportion`` (exact interval), ``pooled_proportion`` (posterior median), ``probability_highest``
        and ``probability_lowest``; for each pair ``pooled_odds_ratio``.

    Raises
    ------
    InputError
        If there are fewer than two groups with units.

    Examples
    --------
    >>> from glisson.tables import Factor
    >>> keys = {"method": Factor.of(["a"] * 13 + ["b"] * 6 + ["c"] * 5)}
    >>> hits = ["no"] * 11 + ["yes"] * 2 + ["no"] * 5 + ["yes"] + ["no"] * 2 + ["yes"] * 3
    >>> rows = pooled_proportions(CountTable.of(hits, ["no", "yes"], keys=keys, name="response"), "yes")
    >>> [round(r.value, 2) for r in rows.select("pooled_proportion")]
    [0.24, 0.25, 0.32]
    """
    own_data = grouped_proportions(table, category, by)
    groups, x, n = own_data.groups, own_data.events, own_data.size
    fit = pool("binomial", x, n, centre=prior.centre, spread=prior.spread, scale=prior.scale)
    tail, rows = (1 - level) / 2, []
    for j, group in enumerate(groups):
        own = _own(own_data.name, group, fit, prior, level, n=int(n[j]), events=int(x[j]))
        low, middle, high = (_expit(x) for x in fit.quantiles(j, (tail, 0.5, 1 - tail)))
        raw_low, raw_high = binomial_interval(int(x[j]), int(n[j]), level=level)
        plain = own | {"method": "events over units, Clopper-Pearson interval", "warning": ""}
        rows.append(
            Estimate(statistic="raw_proportion", value=float(x[j] / n[j]), low=raw_low, high=raw_high,
                     unit="probability", **plain)
        )  # fmt: skip
        rows.append(
            Estimate(statistic="pooled_proportion", value=middle, low=low, high=high, unit="probability", **own)
        )
    return Estimates((*rows, *_joint(own_data, fit, prior, level, seed, ratio="pooled_odds_ratio")))


def with_scales(prior: Prior, scales: Sequence[float] = SCALES) -> tuple[Prior, ...]:
    """Return a prior with other assumptions of how far groups differ, for a sensitivity analysis.

    Raises
    ------
    SettingsError
        If a scale is not above 0.
    """
    if any(not s > 0 for s in scales):
        raise SettingsError(f"scales {scales}", expected="numbers above 0")
    return tuple(replace(prior, scale=s) for s in scales)


def grouped_rates(data: RiskTable | Endpoint, by: str | Sequence[str] = "method") -> Grouped:
    """Return events of the first cause and person-years of each group that was watched at all.

    Parameters
    ----------
    data, by
        Risk table or endpoint, and grouping variables.

    Raises
    ------
    InputError
        If there are fewer than two groups with time at risk.

    Examples
    --------
    >>> os = Endpoint.from_arrays([365, 731], [1, 0], keys={"m": ["a", "b"]}, name="os")
    >>> grouped_rates(os, "m").events.tolist()
    [1.0, 0.0]
    """
    table, keys = counted(data, by)
    levels = table.levels(*keys)
    years = levels.exposure.sum(axis=1) / DAYS_PER_YEAR
    kept = np.flatnonzero(years > 0)
    _several(len(kept), table.name)
    return Grouped(
        name=table.name,
        groups=tuple(levels.groups[i] for i in kept),
        n=tuple(int(levels.n[i]) for i in kept),
        events=levels.events[kept, 0].sum(axis=1).astype(np.float64),
        size=years[kept],
        single=len(table.causes) == 1,
    )


def grouped_proportions(
    table: CountTable, category: str | Sequence[str], by: str | Sequence[str] = "method"
) -> Grouped:
    """Return how many units of each group are in a category, and all its units.

    Parameters
    ----------
    table, category, by
        Counts, one category or several taken together, and grouping variables.

    Raises
    ------
    InputError
        If there are fewer than two groups with units.

    Examples
    --------
    >>> from glisson.tables import Factor
    >>> table = CountTable.of(["yes", "no"], ["no", "yes"], keys={"m": Factor.of(["a", "b"])}, name="response")
    >>> grouped_proportions(table, "yes", "m").events.tolist()
    [1.0, 0.0]
    """
    wanted = (category,) if isinstance(category, str) else tuple(category)
    grouped = table.by(*((by,) if isinstance(by, str) else by))
    size = grouped.counts.sum(axis=1)
    kept = np.flatnonzero(size)
    _several(len(kept), table.name)
    return Grouped(
        name=table.name,
        groups=tuple(grouped.groups()[i] for i in kept),
        n=tuple(int(size[i]) for i in kept),
        events=grouped.count(*wanted)[kept].astype(np.float64),
        size=size[kept].astype(np.float64),
    )


def _several(groups: int, name: str) -> None:
    if groups < 2:
        raise InputError(
            f"{name}: partial pooling needs two groups or more", expected="a grouping variable with levels"
        )


def _raw_rates(events: float, years: float, own: dict[str, Any], *, single: bool) -> list[Estimate]:
    """Return the rate of one group alone, and the median it implies."""
    low, high = poisson_interval(int(events), years, level=own["level"])
    plain = own | {"method": "events over time at risk, exact interval (Garwood)", "warning": ""}
    value = events / years
    rows = [Estimate(statistic="raw_rate", value=value, low=low, high=high, unit="per person-year", **plain)]
    if single:
        median = _median(value) if events else None
        reason = "" if events else "not estimable (0 events)"
        longest = _median(low) if events else None
        rows.append(Estimate(statistic="raw_median", value=median, low=_median(high), high=longest, unit="day",
                             reason=reason, **plain))  # fmt: skip
    return rows


def _median(rate: float) -> float:
    """Return the days in which half have the event at a rate per year."""
    return math.log(2) / rate * DAYS_PER_YEAR


def _own(name: str, group: Group, fit: Pooled, prior: Prior, level: float, *, n: int, events: int) -> dict[str, Any]:
    normal_quantile(level)  # refuses what is no level
    return {
        "variable": name, "group": group, "n": n, "events": events, "level": level,
        "method": f"partial pooling, {prior}",
        "warning": "" if fit.error < TOLERANCE else f"quadrature precise to {fit.error:.1g} standard deviations only",
    }  # fmt: skip


def _joint(data: Grouped, fit: Pooled, prior: Prior, level: float, seed: int, *, ratio: str) -> list[Estimate]:
    """Return ratios of pairs and the probabilities of each group to be the lowest and the highest."""
    draws: NDArray[np.float64] = fit.draws(DRAWS, seed)
    method = f"partial pooling, {prior}; {DRAWS:,} draws, seed {seed}"
    rows = []
    for statistic, first in (
        ("probability_lowest", draws.argmin(axis=1)),
        ("probability_highest", draws.argmax(axis=1)),
    ):
        for j, group in enumerate(data.groups):
            share = float(np.mean(first == j))
            rows.append(Estimate(variable=data.name, statistic=statistic, group=group, value=share, unit="probability",
                                 method=method))  # fmt: skip
    tail = (1 - level) / 2
    for i, j in combinations(range(len(data.groups)), 2):
        lower, middle, upper = np.exp(np.quantile(draws[:, j] - draws[:, i], [tail, 0.5, 1 - tail])).tolist()
        pair = f"{group_text(data.groups[j])} versus {group_text(data.groups[i])}"
        rows.append(Estimate(variable=data.name, statistic=ratio, group=data.groups[j], value=middle, low=lower,
                             high=upper, unit="ratio", level=level, method=method, detail=pair))  # fmt: skip
    return rows


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
