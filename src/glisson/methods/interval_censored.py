"""Survival where the event is known only to lie between two examinations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels import turnbull as kernel
from glisson.kernels.turnbull import Masses, Places
from glisson.methods.design import named
from glisson.methods.fits import NOBODY, NOT_REACHED, normal_quantile, whole_time
from glisson.tables import Estimate, Estimates, Factor, Group

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Events below which limits from resampling are called rough.
FEW_EVENTS = 10
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TurnbullFit:
    """The estimate of one group.

    Parameters
    ----------
    variable, group
        What was analysed, and of whom.
    lower, upper
        Shape (m,). Where the event can be: ``(lower, upper]``, or at the time itself where both agree.
    mass
        Shape (m,). The probability of each.
    loglik
        Log likelihood.
    unique
        Whether no other probabilities have the same likelihood.
    last
        Last time at which anybody was known to be free of the event, or had it.
    n, events
        Units, and those known to have had the event.
    """

    variable: str
    group: Group
    lower: Floats
    upper: Floats
    mass: Floats
    loglik: float
    unique: bool
    last: float
    n: int
    events: int

    def bounds(self, time: ArrayLike) -> tuple[Floats, Floats]:
        """Return the lowest and the highest survival at some times, each of shape (T,)."""
        return kernel.bounds(self._places(), self.mass, np.atleast_1d(np.asarray(time, dtype=np.float64)))

    def median(self) -> tuple[float, float]:
        """Return between which times half have had the event; infinite where it is not reached."""
        return kernel.quantile(self._places(), self.mass, 0.5)

    def _places(self) -> Places:
        return Places(self.lower, self.upper, np.zeros((0, len(self.lower)), dtype=np.bool_))


def turnbull(
    left: ArrayLike,
    right: ArrayLike,
    keys: Mapping[str, Factor] | None = None,
    *,
    by: str | Sequence[str] = (),
    times: Sequence[float] = (),
    level: float = 0.95,
    draws: int = 500,
    seed: int = 20200101,
    unit: ArrayLike | None = None,
    name: str = "endpoint",
) -> Estimates:
    """Estimate survival and its median where events lie between examinations.

    Parameters
    ----------
    left, right
        Shape (n,), days. The event is in ``(left, right]``; at ``left`` where both agree; after ``left`` where
        ``right`` is infinite or missing.
    keys
        Grouping variables of length n.
    by
        Names of those whose levels are estimated apart.
    times
        Days at which survival is wanted.
    level
        Confidence level.
    draws, seed
        Resamples of units from which limits are taken, and their seed; no draws, no limits.
    unit
        Shape (n,). What is drawn: the patient, where rows are lesions. By default each row.
    name
        What was analysed.

    Returns
    -------
    Estimates
        ``n``, ``events``, ``median`` (no value where only an interval is known), ``median_earliest`` and
        ``median_latest`` (its ends), and ``survival`` with ``at`` the day (no value within an interval in which the
        curve falls, for nobody knows where). Limits are percentiles: the low one of the lowest curve, or earliest
        median, that fits each resample, the high one of the highest, or latest.

    Raises
    ------
    InputError
        If an interval ends before it begins, a beginning is missing, or lengths differ.

    Notes
    -----
    Peto R. J R Stat Soc C 1973;22:86-91; Turnbull BW. J R Stat Soc B 1976;38:290-295.

    Examples
    --------
    >>> rows = turnbull([0, 90, 90, 180], [90, 180, 270, None], times=[90, 120], draws=0, name="pfs")
    >>> print(rows)
    pfs | overall | n: 4
    pfs | overall | events: 3
    pfs | overall | median: not unique (after day 90, by day 180)
    pfs | overall | median_earliest: 90
    pfs | overall | median_latest: 180
    pfs | overall | survival at 90: 0.75
    pfs | overall | survival at 120: not unique (falls from 0.75 to 0.38 between day 90 and day 180)
    """
    normal_quantile(level)
    if draws < 0:
        raise SettingsError(f"{draws} draws", expected="0 or more")
    days = [whole_time(float(t)) for t in times]
    begin, end = _checked(left, right, name)
    ids = np.arange(len(begin)) if unit is None else np.asarray(unit)
    if len(ids) != len(begin):
        raise InputError(f"{name}: {len(ids)} units for {len(begin)} rows", expected="one a row")
    rows: list[Estimate] = []
    rng = np.random.default_rng(seed)
    for group, own in _groups(keys or {}, by, len(begin), name):
        fit = _fit(name, group, begin[own], end[own])
        drawn = _resampled(begin[own], end[own], ids[own], days, draws, rng) if fit.events and draws else None
        rows += _rows(fit, days, level, drawn, f"{draws} resamples of units, seed {seed}")
    return Estimates(tuple(rows))


def fit_turnbull(
    left: ArrayLike,
    right: ArrayLike,
    keys: Mapping[str, Factor] | None = None,
    *,
    by: str | Sequence[str] = (),
    name: str = "endpoint",
) -> tuple[TurnbullFit, ...]:
    """Return where the event can be, and with which probability, in each group.

    Parameters
    ----------
    left, right, keys, by, name
        As in ``turnbull``.

    Raises
    ------
    InputError
        As ``turnbull``.

    Examples
    --------
    >>> (fit,) = fit_turnbull([0, 90, 90, 180], [90, 180, 270, None])
    >>> [(float(a), float(b), round(float(m), 4)) for a, b, m in zip(fit.lower, fit.upper, fit.mass)]
    [(0.0, 90.0, 0.25), (90.0, 180.0, 0.375), (180.0, 270.0, 0.375)]
    """
    begin, end = _checked(left, right, name)
    groups = _groups(keys or {}, by, len(begin), name)
    return tuple(_fit(name, group, begin[own], end[own]) for group, own in groups)


def _checked(left: ArrayLike, right: ArrayLike, name: str) -> tuple[Floats, Floats]:
    try:
        begin, end = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: a time that is not a number", expected="days") from None
    if begin.ndim != 1 or begin.shape != end.shape:
        raise InputError(f"{name}: {begin.size} beginnings and {end.size} ends", expected="one of each a row")
    end = np.where(np.isnan(end), np.inf, end)
    if not np.all(np.isfinite(begin)) or np.any(begin < 0):
        raise InputError(f"{name}: a beginning that is missing or negative", expected="days from 0",
                         todo="use 0 where nobody looked before")  # fmt: skip
    if np.any(end < begin):
        wrong = int(np.sum(end < begin))
        raise InputError(f"{name}: {wrong} of {len(begin)} intervals end before they begin", expected="left <= right")
    return begin, end


def _groups(
    keys: Mapping[str, Factor], by: str | Sequence[str], n: int, name: str
) -> list[tuple[Group, NDArray[np.bool_]]]:
    """Return each occupied combination of levels, in order, with its rows."""
    wanted = (by,) if isinstance(by, str) else tuple(by)
    factors = named(keys, wanted, name)
    wrong = [f"{key} {len(factor)}" for key, factor in factors.items() if len(factor) != n]
    if wrong:
        raise InputError(f"{name}: columns of different length ({', '.join(wrong)})", expected=f"{n}, one a row")
    if not wanted:
        return [((), np.ones(n, dtype=np.bool_))]
    codes = np.stack([f.codes for f in factors.values()])
    found = []
    for cell in np.unique(codes, axis=1).T:
        group = tuple((key, f.levels[code]) for (key, f), code in zip(factors.items(), cell, strict=True))
        found.append((group, np.asarray(np.all(codes == cell[:, None], axis=0))))
    return found


def _estimated(left: Floats, right: Floats) -> tuple[Places, Masses]:
    """Return the estimate of some rows; equal rows are counted."""
    kinds, count = np.unique(np.stack([left, right]), axis=1, return_counts=True)
    found = kernel.places(kinds[0], kinds[1])
    return found, kernel.maximum(found.inside, count.astype(np.float64))


def _fit(name: str, group: Group, left: Floats, right: Floats) -> TurnbullFit:
    none = np.zeros(0)
    shared: dict[str, Any] = {"variable": name, "group": group, "n": len(left)}
    if not len(left):
        return TurnbullFit(lower=none, upper=none, mass=none, loglik=0.0, unique=True, last=0.0, events=0, **shared)
    found, masses = _estimated(left, right)
    ends = np.isfinite(right)
    return TurnbullFit(
        lower=found.lower, upper=found.upper, mass=masses.mass, loglik=masses.loglik, unique=masses.unique,
        last=float(max(left.max(), right[ends].max(initial=0.0))), events=int(ends.sum()), **shared,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawn:
    """Of each resample: ends of the median, shape (draws, 2), and lowest and highest survival, (draws, 2, T)."""

    median: Floats
    survival: Floats

    def limits(self, values: Floats, level: float) -> tuple[float | None, float | None]:
        """Return percentiles of shape (draws, 2): the low one of the first column, the high one of the second."""
        low = float(np.quantile(values[:, 0], (1 - level) / 2, method="inverted_cdf"))
        high = float(np.quantile(values[:, 1], (1 + level) / 2, method="inverted_cdf"))
        return (low if math.isfinite(low) else None), (high if math.isfinite(high) else None)


def _resampled(
    left: Floats, right: Floats, ids: NDArray[Any], days: Sequence[float], draws: int, rng: np.random.Generator
) -> _Drawn | None:
    """Estimate resamples of units; none where there is one unit only."""
    codes = np.unique(ids, return_inverse=True)[1].reshape(-1)
    m = int(codes.max()) + 1
    if m < 2:
        return None
    kinds, kind = np.unique(np.stack([left, right]), axis=1, return_inverse=True)
    kind = kind.reshape(-1)
    median, survival = np.empty((draws, 2)), np.empty((draws, 2, len(days)))
    at = np.asarray(days, dtype=np.float64)
    for i, times in enumerate(rng.multinomial(m, np.full(m, 1 / m), size=draws)):
        count = np.bincount(kind, weights=times[codes], minlength=kinds.shape[1])
        drawn = count > 0
        found = kernel.places(*kinds[:, drawn])
        masses = kernel.maximum(found.inside, count[drawn].astype(np.float64))
        median[i] = kernel.quantile(found, masses.mass, 0.5)
        survival[i] = kernel.bounds(found, masses.mass, at)
    return _Drawn(median=median, survival=survival)


def _rows(fit: TurnbullFit, days: Sequence[float], level: float, drawn: _Drawn | None, how: str) -> list[Estimate]:
    method = "Turnbull's estimate" + (f", bootstrap percentile interval ({how})" if drawn else "")
    shared: dict[str, Any] = {"variable": fit.variable, "group": fit.group, "n": fit.n, "events": fit.events}
    warning = "" if fit.unique else "other estimates have the same likelihood"
    counts = [Estimate(statistic="n", value=float(fit.n), unit="count", **shared),
              Estimate(statistic="events", value=float(fit.events), unit="count", **shared)]  # fmt: skip
    if drawn and fit.events < FEW_EVENTS:
        rough = f"limits from resampling are rough with {fit.events} event{'s' * (fit.events != 1)}"
        warning = "; ".join(part for part in (warning, rough) if part)
    shared |= {"method": method, "warning": warning}
    return counts + _median_rows(fit, level, drawn, shared) + [_survival(fit, i, day, level, drawn, shared)
                                                               for i, day in enumerate(days)]  # fmt: skip


def _median_rows(fit: TurnbullFit, level: float, drawn: _Drawn | None, shared: dict[str, Any]) -> list[Estimate]:
    own = shared | {"unit": "day"}
    low, high = fit.median() if fit.n else (math.inf, math.inf)
    if not math.isfinite(high):
        reason = NOBODY if not fit.n else NOT_REACHED if fit.events else "not estimable (0 events)"
        return [Estimate(statistic="median", reason=reason, **own)]
    limits = drawn.limits(drawn.median, level) if drawn else (None, None)
    told: dict[str, Any] = {"low": limits[0], "high": limits[1], "level": level} if drawn else {}
    if high - low <= _SAME:
        return [Estimate(statistic="median", value=high, **told, **own)]
    reason = f"not unique (after day {low:g}, by day {high:g})"
    ends = []
    for place, (statistic, value) in enumerate((("median_earliest", low), ("median_latest", high))):
        if drawn:
            limits = drawn.limits(drawn.median[:, [place, place]], level)
            told = {"low": limits[0], "high": limits[1], "level": level}
        ends.append(Estimate(statistic=statistic, value=value, **told, **own))
    return [Estimate(statistic="median", reason=reason, **own), *ends]


def _survival(
    fit: TurnbullFit, place: int, day: float, level: float, drawn: _Drawn | None, shared: dict[str, Any]
) -> Estimate:
    own = shared | {"statistic": "survival", "at": day, "unit": "probability"}
    if not fit.n:
        return Estimate(reason=NOBODY, **own)
    low, high = (float(bound[0]) for bound in fit.bounds([day]))
    if high - low > _SAME:
        return Estimate(reason=_undefined(fit, day, low, high), **own)
    if high in (0.0, 1.0):
        return Estimate(value=high, reason="no event yet" if high else "nobody left", **own)
    if drawn is None:
        return Estimate(value=high, **own)
    limits = drawn.limits(drawn.survival[:, :, place], level)
    return Estimate(value=high, low=limits[0], high=limits[1], level=level, **own)


def _undefined(fit: TurnbullFit, day: float, low: float, high: float) -> str:
    """Say why survival at a day is not known."""
    here = (fit.lower < day) & (day < fit.upper) & (fit.mass > 0)
    begin, end = float(fit.lower[here].min()), float(fit.upper[here].max())
    if not math.isfinite(end):
        return f"not estimable (last observation on day {fit.last:g})"
    return f"not unique (falls from {high:.2f} to {low:.2f} between day {begin:g} and day {end:g})"
