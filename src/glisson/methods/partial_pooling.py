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
        ``probability_lowest``: that its hazard is the lowest of all; for each pair ``pooled_rate_ratio``. ``raw_rate``
        stands beside. ``warning`` says where the quadrature is not precise enough.

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
    table, keys = counted(data, by)
    levels = table.levels(*keys)
    years = levels.exposure.sum(axis=1) / DAYS_PER_YEAR
    events = levels.events[:, 0].sum(axis=1)
    kept = [i for i in range(len(years)) if years[i] > 0]
    groups = [levels.groups[i] for i in kept]
    _several(groups, table.name)
    d, t = events[kept].astype(np.float64), years[kept]
    fit = pool("poisson", d, t, centre=prior.centre, spread=prior.spread, scale=prior.scale)
    single = len(table.causes) == 1
    tail, rows = (1 - level) / 2, []
    for j, group in enumerate(groups):
        own = _own(table.name, group, fit, prior, level, n=int(levels.n[kept[j]]), events=int(d[j]))
        low, middle, high = (math.exp(fit.quantile(j, q)) for q in (tail, 0.5, 1 - tail))
        plain = own | {"method": "events over time at risk", "level": None, "warning": ""}
        rows.append(Estimate(statistic="raw_rate", value=float(d[j] / t[j]), unit="per person-year", **plain))
        rows.append(Estimate(statistic="pooled_rate", value=middle, low=low, high=high, unit="per person-year", **own))
        if single:
            days = [math.log(2) / r * DAYS_PER_YEAR for r in (middle, high, low)]
            rows.append(
                Estimate(statistic="pooled_median", value=days[0], low=days[1], high=days[2], unit="day", **own)
            )
        for day in times if single else ():
            at = [math.exp(-r * whole_time(day) / DAYS_PER_YEAR) for r in (middle, high, low)]
            rows.append(Estimate(statistic="pooled_survival", value=at[0], low=at[1], high=at[2], unit="probability",
                                 at=float(day), **own))  # fmt: skip
    return Estimates((*rows, *_joint(table.name, groups, fit, prior, level, seed, lowest_is_best=True)))


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
        By group ``raw_proportion``, ``pooled_proportion`` (posterior median) and ``probability_highest``; for each pair
        ``pooled_odds_ratio``.

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
    wanted = (category,) if isinstance(category, str) else tuple(category)
    grouped = table.by(*((by,) if isinstance(by, str) else by))
    size = grouped.counts.sum(axis=1)
    kept = [i for i in range(len(size)) if size[i]]
    groups = [grouped.groups()[i] for i in kept]
    _several(groups, table.name)
    x, n = grouped.count(*wanted)[kept].astype(np.float64), size[kept].astype(np.float64)
    fit = pool("binomial", x, n, centre=prior.centre, spread=prior.spread, scale=prior.scale)
    tail, rows = (1 - level) / 2, []
    for j, group in enumerate(groups):
        own = _own(table.name, group, fit, prior, level, n=int(n[j]), events=int(x[j]))
        low, middle, high = (_expit(fit.quantile(j, q)) for q in (tail, 0.5, 1 - tail))
        rows.append(Estimate(statistic="raw_proportion", value=float(x[j] / n[j]), unit="probability",
                             **(own | {"method": "events over units", "level": None, "warning": ""})))  # fmt: skip
        rows.append(
            Estimate(statistic="pooled_proportion", value=middle, low=low, high=high, unit="probability", **own)
        )
    return Estimates((*rows, *_joint(table.name, groups, fit, prior, level, seed, lowest_is_best=False)))


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


def _several(groups: Sequence[Group], name: str) -> None:
    if len(groups) < 2:
        raise InputError(
            f"{name}: partial pooling needs two groups or more", expected="a grouping variable with levels"
        )


def _own(name: str, group: Group, fit: Pooled, prior: Prior, level: float, *, n: int, events: int) -> dict[str, Any]:
    normal_quantile(level)  # refuses what is no level
    return {
        "variable": name, "group": group, "n": n, "events": events, "level": level,
        "method": f"partial pooling, {prior}",
        "warning": "" if fit.error < TOLERANCE else f"quadrature precise to {fit.error:.1g} standard deviations only",
    }  # fmt: skip


def _joint(
    name: str, groups: Sequence[Group], fit: Pooled, prior: Prior, level: float, seed: int, *, lowest_is_best: bool
) -> list[Estimate]:
    """Return ratios of pairs and the probability of each group to be the best."""
    draws: NDArray[np.float64] = fit.draws(DRAWS, seed)
    best = draws.argmin(axis=1) if lowest_is_best else draws.argmax(axis=1)
    method = f"partial pooling, {prior}; {DRAWS:,} draws, seed {seed}"
    rows = []
    for j, group in enumerate(groups):
        statistic = "probability_lowest" if lowest_is_best else "probability_highest"
        share = float(np.mean(best == j))
        rows.append(
            Estimate(variable=name, statistic=statistic, group=group, value=share, unit="probability", method=method)
        )
    tail = (1 - level) / 2
    for i, j in combinations(range(len(groups)), 2):
        low, middle, high = np.exp(np.quantile(draws[:, j] - draws[:, i], [tail, 0.5, 1 - tail])).tolist()
        statistic = "pooled_rate_ratio" if lowest_is_best else "pooled_odds_ratio"
        rows.append(Estimate(variable=name, statistic=statistic, group=groups[j], value=middle, low=low, high=high,
                             unit="ratio", level=level, method=method,
                             detail=f"{group_text(groups[j])} versus {group_text(groups[i])}"))  # fmt: skip
    return rows


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
