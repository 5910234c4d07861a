"""Groups estimated together where the hazard changes with time: a common shape, and a ratio for each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels.piecewise import Weighted, fit_piecewise
from glisson.methods.fits import counted, normal_quantile, whole_time
from glisson.methods.partial_pooling import DAYS_PER_YEAR, RATE_PRIOR, Prior
from glisson.tables import Endpoint, Estimate, Estimates, Group, RiskTable
from glisson.tables.estimates import group_text
from glisson.tables.risk_table import DAY_ZERO_EXPOSURE

Floats = NDArray[np.float64]

#: Days at which the hazard may change, by default: half a year and a year.
CUTS = (183, 365)
#: Below this share of effective draws the result is not to be trusted.
LEAST_EFFECTIVE = 0.10
DRAWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Events and time at risk by group and interval, or with covariates by unit and interval: all the model needs.

    Parameters
    ----------
    name, groups, n, total
        Of the endpoint; the J groups with their units and events.
    starts
        First day of each of the K intervals, from 0.
    events, years, group, interval
        Shape (C,): one cell each.
    covariates, terms
        Shape (C, P), less their means over units; and their names.
    """

    name: str
    groups: tuple[Group, ...]
    n: tuple[int, ...]
    total: tuple[int, ...]
    starts: tuple[int, ...]
    events: Floats
    years: Floats
    group: NDArray[np.int64]
    interval: NDArray[np.int64]
    covariates: Floats
    terms: tuple[str, ...] = ()


def cells(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = "method",
    cuts: Sequence[int] = CUTS,
    covariates: Mapping[str, ArrayLike] | None = None,
) -> Cells:
    """Return events of the first cause and person-years by group and interval.

    Parameters
    ----------
    data, by
        Risk table or endpoint, and grouping variables.
    cuts
        Increasing days at which the hazard may change; those after the last exit are left out.
    covariates
        Numbers of each unit, shape (n,) each; they need an endpoint.

    Raises
    ------
    InputError
        If there are fewer than two groups with time at risk, or covariates do not fit the units.
    SettingsError
        If the cut-points are not increasing days above 0.

    Examples
    --------
    >>> os = Endpoint.from_arrays([100, 400], [1, 1], keys={"m": ["a", "b"]}, name="os")
    >>> cells(os, "m", [200]).events.reshape(2, 2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if list(cuts) != sorted(set(cuts)) or any(c < 1 for c in cuts):
        raise SettingsError(f"cut-points {list(cuts)}", expected="increasing days above 0, for example [183, 365]")
    table, keys = counted(data, by)
    last = int(table.time.max()) if table.time.size else 0
    ends = [*(int(c) for c in cuts if c < last), max(last, 0)]
    levels = table.collapse(ends).levels(*keys)
    place = np.searchsorted(ends, levels.time)
    events, days = (np.zeros((len(levels.groups), len(ends))) for _ in range(2))
    np.add.at(events.T, place, levels.events[:, 0].T)
    np.add.at(days.T, place, levels.exposure.T)
    kept = np.flatnonzero(days.sum(axis=1) > 0)
    if len(kept) < 2:
        raise InputError(
            f"{table.name}: partial pooling needs two groups or more", expected="a grouping variable with levels"
        )
    j, k = len(kept), len(ends)
    whole = Cells(
        name=table.name, groups=tuple(levels.groups[i] for i in kept), n=tuple(int(levels.n[i]) for i in kept),
        total=tuple(int(e) for e in events[kept].sum(axis=1)), starts=(0, *ends[:-1]),
        events=events[kept].reshape(-1), years=days[kept].reshape(-1) / DAYS_PER_YEAR,
        group=np.repeat(np.arange(j), k), interval=np.tile(np.arange(k), j), covariates=np.zeros((j * k, 0)),
    )  # fmt: skip
    return whole if not covariates else _by_unit(whole, data, keys, ends, covariates)


def _by_unit(
    whole: Cells,
    data: RiskTable | Endpoint,
    keys: tuple[str, ...],
    ends: Sequence[int],
    covariates: Mapping[str, ArrayLike],
) -> Cells:
    """Return a cell for each unit and interval in which it was at risk."""
    if not isinstance(data, Endpoint):
        raise InputError("covariates with a risk table", expected="an endpoint, which knows each unit")
    x = np.column_stack([np.asarray(v, dtype=np.float64).reshape(-1) for v in covariates.values()])
    if x.shape[0] != len(data) or not np.isfinite(x).all():
        raise InputError(
            "covariates with missing values or another length", expected=f"{len(data)} numbers each, one a unit"
        )
    factors = [data.factor(k) for k in keys]
    named = [tuple((k, f.levels[c]) for k, f, c in zip(keys, factors, codes, strict=True))
             for codes in zip(*(f.codes.tolist() for f in factors), strict=True)]  # fmt: skip
    start, end = np.array([0, *ends[:-1]]), np.array(ends)
    first, exit_ = np.maximum(data.entry, 0)[:, None], data.exit[:, None]
    days = np.clip(np.minimum(exit_, end) - np.maximum(first, start), 0, None).astype(np.float64)
    days[data.exit == 0, 0] = DAY_ZERO_EXPOSURE
    had = (np.searchsorted(end, data.exit)[:, None] == np.arange(len(ends))) & (data.cause == 1)[:, None]
    unit, interval = np.nonzero(days > 0)
    known = np.array([named[i] in whole.groups for i in unit])
    unit, interval = unit[known], interval[known]
    return replace(
        whole, events=had[unit, interval].astype(np.float64), years=days[unit, interval] / DAYS_PER_YEAR,
        group=np.array([whole.groups.index(named[i]) for i in unit]), interval=interval,
        covariates=(x - x.mean(axis=0))[unit], terms=tuple(covariates),
    )  # fmt: skip


def pooled_piecewise(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = "method",
    *,
    cuts: Sequence[int] = CUTS,
    covariates: Mapping[str, ArrayLike] | None = None,
    times: Sequence[float] = (),
    prior: Prior = RATE_PRIOR,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 20200101,
) -> Estimates:
    """Estimate groups whose hazards have a common shape, partially pooled (piecewise exponential model).

    Parameters
    ----------
    data
        Risk table or endpoint; the first cause is the event.
    by
        Grouping variables.
    cuts
        Days at which the hazard may change; none is the exponential model of ``pooled_rates``.
    covariates
        Numbers of each unit of an endpoint, with normal(0, 1) priors of their log hazard ratios; medians and survival
        then hold at their means.
    times
        Days at which survival is given; only where nothing competes.
    prior
        Assumptions before the data; ``centre`` and ``spread`` hold for the log hazard per year of every interval.
    level
        Probability of the credible intervals.
    draws, seed
        Number of weighted draws, and their seed.

    Returns
    -------
    Estimates
        By group ``pooled_median``, ``pooled_survival``, ``probability_lowest`` and ``probability_highest``; for each
        pair ``pooled_rate_ratio``; for each covariate ``hazard_ratio``; for all ``between_sd``, the standard deviation
        between groups, and ``effective_draws``. Every row has a warning where fewer than one draw in ten is effective.

    Raises
    ------
    InputError
        If there are fewer than two groups with time at risk.
    SettingsError
        If cut-points are not increasing days, or there are fewer than 100 draws.

    Notes
    -----
    ``kernels.piecewise``. Groups share the shape of the hazard over time and differ by a constant ratio.

    Examples
    --------
    >>> keys = {"m": list("aaabbb")}
    >>> os = Endpoint.from_arrays([200, 300, 400, 500, 900, 1000], [1, 1, 1, 1, 0, 1], keys=keys, name="os")
    >>> rows = pooled_piecewise(os, "m", cuts=[365])
    >>> [round(r.value / 365.25, 1) for r in rows.select("pooled_median")]
    [1.1, 1.6]
    """
    if draws < 100:
        raise SettingsError(f"{draws} draws", expected="100 or more")
    table, _ = counted(data, by)
    found = cells(data, by, cuts, covariates)
    fit = fit_cells(found, prior, draws=draws, seed=seed)
    normal_quantile(level)  # refuses what is no level
    bends = ", ".join(str(s) for s in found.starts[1:])
    shared: dict[str, Any] = {
        "variable": found.name,
        "method": f"partial pooling, hazard changing on day {bends or 'none'}, {prior}; {draws:,} draws, seed {seed}",
        "warning": weak(fit.effective, draws),
    }
    tail = (1 - level) / 2
    levels = (tail, 0.5, 1 - tail)
    rows = [*_whole(fit, draws, levels, level, shared), *_ranks(found, fit, shared)]
    if len(table.causes) == 1:
        rows += _by_group(found, fit, times, levels, level, shared)
    for i, j in combinations(range(len(found.groups)), 2):
        low, middle, high = np.exp(fit.quantiles(fit.effect[:, j] - fit.effect[:, i], levels)).tolist()
        rows.append(
            Estimate(statistic="pooled_rate_ratio", group=found.groups[j], value=middle, low=low, high=high,
                     unit="ratio", level=level,
                     detail=f"{group_text(found.groups[j])} versus {group_text(found.groups[i])}", **shared)
        )  # fmt: skip
    for p, term in enumerate(found.terms):
        low, middle, high = np.exp(fit.quantiles(fit.slope[:, p], levels)).tolist()
        rows.append(Estimate(statistic="hazard_ratio", value=middle, low=low, high=high, unit="ratio", level=level,
                             detail=f"per 1 of {term}", **shared))  # fmt: skip
    return Estimates(tuple(rows))


def fit_cells(found: Cells, prior: Prior, *, draws: int, seed: int) -> Weighted:
    """Return the posterior of the model for given cells.

    Parameters
    ----------
    found
        Events and time at risk.
    prior, draws, seed
        As for ``pooled_piecewise``.

    Examples
    --------
    >>> os = Endpoint.from_arrays([100, 400], [1, 1], keys={"m": ["a", "b"]}, name="os")
    >>> fit_cells(cells(os, "m", [200]), RATE_PRIOR, draws=500, seed=1).base.shape
    (500, 2)
    """
    return fit_piecewise(
        found.events, found.years, found.group, found.interval, covariates=found.covariates,
        centre=prior.centre, spread=prior.spread, scale=prior.scale, draws=draws, seed=seed,
    )  # fmt: skip


def weak(effective: float, draws: int) -> str:
    """Return the warning where too few draws are effective, or nothing.

    Examples
    --------
    >>> weak(399.0, 4000)
    'only 399 of 4,000 draws are effective: the fit is not to be trusted'
    >>> weak(400.0, 4000)
    ''
    """
    if effective >= LEAST_EFFECTIVE * draws:
        return ""
    return f"only {effective:.0f} of {draws:,} draws are effective: the fit is not to be trusted"


def _whole(
    fit: Weighted, draws: int, levels: tuple[float, ...], level: float, shared: dict[str, Any]
) -> list[Estimate]:
    low, middle, high = fit.quantiles(fit.tau, levels)
    return [
        Estimate(statistic="effective_draws", value=fit.effective, unit="count", n=draws, **shared),
        Estimate(statistic="between_sd", value=middle, low=low, high=high, level=level, **shared),
    ]


def _ranks(found: Cells, fit: Weighted, shared: dict[str, Any]) -> list[Estimate]:
    rows = []
    for statistic, first in (
        ("probability_lowest", fit.effect.argmin(axis=1)),
        ("probability_highest", fit.effect.argmax(axis=1)),
    ):
        for j, group in enumerate(found.groups):
            share = float(fit.weight[first == j].sum())
            rows.append(Estimate(statistic=statistic, group=group, value=share, unit="probability", **shared))
    return rows


def _by_group(
    found: Cells, fit: Weighted, times: Sequence[float], levels: tuple[float, ...], level: float, shared: dict[str, Any]
) -> list[Estimate]:
    """Return medians and survival of each group."""
    starts, rows = np.array(found.starts) / DAYS_PER_YEAR, []
    for j, group in enumerate(found.groups):
        hazard = np.exp(fit.base + fit.effect[:, [j]])
        own = shared | {"group": group, "n": found.n[j], "events": found.total[j], "level": level}
        low, middle, high = (x * DAYS_PER_YEAR for x in fit.quantiles(_median(hazard, starts), levels))
        rows.append(Estimate(statistic="pooled_median", value=middle, low=low, high=high, unit="day", **own))
        for day in times:
            alive = np.exp(-_cumulative(hazard, starts, whole_time(day) / DAYS_PER_YEAR))
            low, middle, high = fit.quantiles(alive, levels)
            rows.append(Estimate(statistic="pooled_survival", value=middle, low=low, high=high, unit="probability",
                                 at=float(day), **own))  # fmt: skip
    return rows


def _cumulative(hazard: Floats, starts: Floats, at: float) -> Floats:
    """Return the cumulative hazard at a time, shape (B,); the last interval has no end."""
    ends = np.append(starts[1:], np.inf)
    return np.asarray(hazard @ np.clip(np.minimum(at, ends) - starts, 0.0, None))


def _median(hazard: Floats, starts: Floats) -> Floats:
    """Return the time at which the cumulative hazard is log 2, shape (B,)."""
    before = np.concatenate([np.zeros((len(hazard), 1)), np.cumsum(hazard[:, :-1] * np.diff(starts), axis=1)], axis=1)
    place = (before <= np.log(2)).sum(axis=1) - 1
    rows = np.arange(len(hazard))
    return np.asarray(starts[place] + (np.log(2) - before[rows, place]) / hazard[rows, place])
