"""Survival from summary numbers alone: several sets of patients that all agree with what was printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from glisson.errors import InputError, SettingsError
from glisson.evidence.curve_input import UNIT_DAYS
from glisson.kernels.product_limit import kaplan_meier as product_limit
from glisson.methods.survival import kaplan_meier, rmst
from glisson.tables import Endpoint, Estimate, Estimates, RiskTable, risk_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How much of the follow-up lies beyond the last number printed, where the end is not known.
_BEYOND = 1.25
#: Points of a member's curve, and how bent a curve is that falls early or late between two numbers.
_GRID, _BEND, _MOST_CENSORING = 1001, 3.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One way in which survival can run between and beyond the numbers printed.

    Parameters
    ----------
    name, says
        Short name, and what is assumed, in words.
    bend
        Between two numbers: -1 falls early, 0 at a constant hazard, 1 falls late.
    tail
        Hazard beyond the last number, as a multiple of the last known one.
    censoring
        How soon patients are censored: 0 nobody before the end, 1 evenly over time, more is sooner; used where the
        number of events is not known.
    """

    name: str
    says: str
    bend: int
    tail: float
    censoring: float


SHAPES = (
    Shape(name="middle", says="constant hazard between the numbers and on beyond them", bend=0, tail=1, censoring=1),
    Shape(name="early", says="survival falls soon after each number; half the hazard beyond", bend=-1, tail=0.5,
          censoring=1),
    Shape(name="late", says="survival falls just before each number; twice the hazard beyond", bend=1, tail=2,
          censoring=1),
    Shape(name="full follow-up", says="constant hazard; nobody censored before the end", bend=0, tail=1, censoring=0),
    Shape(name="early censoring", says="constant hazard; censoring three times as soon as evenly", bend=0,
          tail=1, censoring=3),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Member:
    """One set of patients that agrees with the numbers.

    Parameters
    ----------
    shape
        What is assumed.
    endpoint
        Whole days; lineage ``reconstructed``.
    largest
        Largest difference from a survival that was printed; whole patients allow no better than about 1 / n.
    """

    shape: Shape
    endpoint: Endpoint
    largest: float

    @property
    def table(self) -> RiskTable:
        """Its counts by day."""
        return risk_table(self.endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    unit: str
    name: str
    source: str
    median: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FromSummary:
    """Sets of patients that agree with summary numbers.

    Parameters
    ----------
    members
        The first is the middle one.
    known, assumed
        What was printed, and what was not and had to be assumed, in words.
    """

    members: tuple[Member, ...]
    known: tuple[str, ...]
    assumed: tuple[str, ...]

    def estimates(self, *, times: tuple[float, ...] = (), tau: float | None = None) -> Estimates:
        """Return median, survival and restricted mean: of the middle member, and the range over all.

        Parameters
        ----------
        times
            Days at which survival is wanted.
        tau
            Day up to which the restricted mean is wanted.

        Returns
        -------
        Estimates
            Limits are the lowest and highest member, no confidence limits: there is no level.
        """
        asked: list[tuple[str, float | None, Callable[[RiskTable], Estimates]]] = [
            ("median", None, kaplan_meier),
            *(("survival", t, lambda table, t=t: kaplan_meier(table, times=[t])) for t in times),
        ]
        if tau is not None:
            asked.append(("rmst", tau, lambda table: rmst(table, tau=tau)))
        return Estimates(tuple(self._range(statistic, at, estimate) for statistic, at, estimate in asked))

    def _range(self, statistic: str, at: float | None, estimate: Callable[[RiskTable], Estimates]) -> Estimate:
        rows = [estimate(m.table).one(statistic, at=at) for m in self.members]
        values = [r.value for r in rows if r.value is not None]
        first = rows[0]
        return Estimate(
            variable=first.variable, statistic=statistic, value=first.value, at=at, unit=first.unit, n=first.n,
            low=min(values, default=None), high=max(values) if len(values) == len(rows) else None,
            method=f"range over {len(rows)} sets of patients that agree with the numbers printed", reason=first.reason,
            warning="from summary numbers alone; the range is of assumptions, not of chance",
        )  # fmt: skip

    def __str__(self) -> str:
        """Say what is known, what is assumed, and what each member is."""
        lines = [f"known: {text}" for text in self.known] + [f"assumed: {text}" for text in self.assumed]
        for m in self.members:
            events = f"{_counted(m.endpoint.n_events)}, off by at most {m.largest:.3f}"
            lines.append(f"{m.shape.name}: {m.shape.says}; {events}")
        return "\n".join(lines)


def from_summary(
    n: int,
    *,
    median: float | None = None,
    median_interval: tuple[float, float] | None = None,
    rates: Mapping[float, float] | None = None,
    events: int | None = None,
    end: float | None = None,
    unit: str = "month",
    level: float = 0.95,
    name: str = "os",
    source: str = "published numbers",
) -> FromSummary:
    """Return sets of patients that agree with a median, rates at times, and numbers of patients and events.

    Parameters
    ----------
    n
        Patients.
    median, median_interval
        Median survival and its confidence limits, in ``unit``. The limits only serve to guess the number of events,
        where that was not printed.
    rates
        Survival by time, as shares.
    events
        All events, where printed: every member has them exactly.
    end
        Last follow-up; by default a quarter beyond the last number.
    unit
        ``"day"``, ``"week"``, ``"month"`` or ``"year"``.
    level
        Confidence level of the limits.
    name, source
        Of the endpoint, and of the lineage.

    Returns
    -------
    FromSummary
        Three members, or five where events are not known, that span what the numbers leave open; printing it says
        what is known and what is assumed.

    Raises
    ------
    InputError
        Naming everything that cannot be.

    Examples
    --------
    >>> made = from_summary(24, median=17.0, rates={12: 0.7, 24: 0.35}, events=15, end=36)
    >>> print(made.estimates(times=(365.25,)))
    os | overall | median: 517
    os | overall | survival at 365.25: 0.686644
    >>> [m.table.total_events() for m in made.members]
    [15, 15, 15]
    """
    if unit not in UNIT_DAYS:
        raise SettingsError(f"unit {unit!r}", expected=f"one of {', '.join(UNIT_DAYS)}")
    marks = dict(rates or {})
    if wrong := _impossible(n, median, median_interval, marks, events, end):
        raise InputError("; ".join(wrong), todo="correct these numbers")
    if median is not None:
        marks[median] = 0.5
    time = np.array([0.0, *sorted(marks)])
    survival = np.array([1.0, *(marks[t] for t in sorted(marks))])
    last = _BEYOND * time[-1] if end is None else max(end, time[-1])
    guessed = None if events is not None else _events_behind(median_interval, level, n)
    total = guessed if events is None else events
    # Where the events are known, the censorings that make them add up are not a matter of choice.
    shapes = SHAPES if total is None else SHAPES[:3]
    members = tuple(
        _member(shape, (time, survival), last, n, total, _Axis(unit=unit, name=name, source=source, median=median))
        for shape in shapes
    )
    known = _known(n, median, marks, events, unit)
    assumed = _assumed(end, last, events, guessed, unit)
    return FromSummary(members=members, known=known, assumed=assumed)


def _member(shape: Shape, marks: tuple[Floats, Floats], end: float, n: int, events: int | None, axis: _Axis) -> Member:
    """Place events and censorings where a smooth curve and smooth censoring of n patients have them."""
    time, survival = marks
    grid = np.unique(np.concatenate([np.linspace(0, end, _GRID), time]))
    curve = _curve(shape, time, survival, grid)
    if events is not None:
        curve = _deep_enough(curve, grid, float(time[-1]), 1 - events / n)
    power = shape.censoring if events is None else _censoring_for(events / n, curve, grid)
    staying = _staying(grid, power)
    had = np.append(0.0, np.cumsum(-np.diff(curve) * (staying[1:] + staying[:-1]) / 2)) * n
    lost = np.append(0.0, np.cumsum(-np.diff(staying) * (curve[1:] + curve[:-1]) / 2)) * n
    d = round(float(had[-1])) if events is None else events
    c = min(round(float(lost[-1])), n - d)
    days = UNIT_DAYS[axis.unit]
    exits = np.concatenate([_quantiles(had, grid, d), _quantiles(lost, grid, c), np.full(n - d - c, end)])
    day, event = np.rint(exits * days).astype(np.int64), np.repeat([1, 0], [d, n - d])
    if axis.median is not None:
        day = _with_median(day, event, round(axis.median * days))
    plain = Endpoint.from_arrays(day, event, name=axis.name, source_label=f"{axis.source}: {shape.name}")
    rules = (("source", f"constructed from {axis.source}"), ("shape", shape.says))
    endpoint = replace(plain, source_kind="reconstructed", rules=rules)
    rows = kaplan_meier(endpoint, times=[round(float(t) * days) for t in time[1:]]).select("survival")
    apart = [abs(row.value - s) for row, s in zip(rows, survival[1:], strict=True) if row.value is not None]
    return Member(shape=shape, endpoint=endpoint, largest=max(apart, default=0.0))


def _with_median(day: Ints, event: Ints, median: int) -> Ints:
    """Move the event with which survival falls below one half, and those between, to the day of the median."""
    for _ in range(3):  # a move changes who is at risk, and so where one half lies
        levels = risk_table(Endpoint.from_arrays(day, event)).levels()
        survival, _ = product_limit(levels.at_risk[0], levels.events[0].sum(axis=0))
        half, under = (np.flatnonzero(survival <= 0.5 + side) for side in (1e-9, -1e-9))
        if not under.size:
            break
        # On a flat stretch at one half the median would be its middle: the event that ends it comes along.
        first, below = int(levels.time[half[0]]), int(levels.time[under[0]])
        between = (day >= first) & ((day <= below) if below > median else (day < median))
        day = np.where((event == 1) & between, median, day)
    return day


def _quantiles(cumulated: Floats, grid: Floats, count: int) -> Floats:
    """Return the times at which a cumulated number passes the middle of each of ``count`` equal parts."""
    if not count:
        return np.zeros(0)
    if cumulated[-1] <= 0:
        return np.full(count, grid[-1])
    out: Floats = np.interp((np.arange(count) + 0.5) / count * cumulated[-1], cumulated, grid)
    return out


def _staying(grid: Floats, power: float) -> Floats:
    """Share not yet censored: even over time at 1, sooner above it, none censored before the end at 0."""
    return np.maximum(1 - grid / grid[-1], 0.0) ** power if power > 0 else np.ones_like(grid)


def _censoring_for(share: float, curve: Floats, grid: Floats) -> float:
    """Return the power of censoring at which so large a share has the event, by halving."""
    low, high = 0.0, _MOST_CENSORING
    for _ in range(40):
        power = (low + high) / 2
        staying = _staying(grid, power)
        had = float((-np.diff(curve) * (staying[1:] + staying[:-1]) / 2).sum())
        low, high = (power, high) if had > share else (low, power)
    return low


def _deep_enough(curve: Floats, grid: Floats, last: float, lowest: float) -> Floats:
    """Let a curve fall further beyond the last number, where so many events need it."""
    beyond = grid > last
    if not beyond.any() or curve[-1] <= lowest:
        return curve
    start = float(curve[~beyond][-1])
    share = (grid[beyond] - last) / (grid[-1] - last)
    out = curve.copy()
    out[beyond] = np.minimum(curve[beyond], start + (lowest - start) * share)
    return out


def _curve(shape: Shape, time: Floats, survival: Floats, grid: Floats) -> Floats:
    """Return survival on a grid: through every number, bent between them, on at some hazard beyond."""
    place = np.clip(np.searchsorted(time, grid, side="right") - 1, 0, max(len(time) - 2, 0))
    if len(time) == 1:
        return np.ones_like(grid)
    begin, finish = survival[place], survival[place + 1]
    share = np.clip((grid - time[place]) / (time[place + 1] - time[place]), 0.0, 1.0)
    if shape.bend == 0:
        inside = np.where(begin > 0, begin * (np.maximum(finish, 1e-6) / np.maximum(begin, 1e-6)) ** share, 0.0)
        inside = np.where(share >= 1, finish, inside)
    else:
        through = 1 - (1 - share) ** _BEND if shape.bend < 0 else share**_BEND
        inside = begin + (finish - begin) * through
    falling = np.flatnonzero(np.diff(survival) < 0)
    hazard = 0.0
    if falling.size and survival[-1] > 0:
        j = int(falling[-1])
        hazard = (math.log(survival[j]) - math.log(survival[j + 1])) / (time[-1] - time[j])
    out = np.where(
        grid > time[-1], survival[-1] * np.exp(-shape.tail * hazard * np.maximum(grid - time[-1], 0.0)), inside
    )
    lowest: Floats = np.minimum.accumulate(out)
    return lowest


def _events_behind(interval: tuple[float, float] | None, level: float, n: int) -> int | None:
    """Return how many events an interval of a median speaks of: 1 / events is the variance of its logarithm."""
    if interval is None or not math.isfinite(interval[1]):
        return None
    width = math.log(interval[1] / interval[0])
    return max(1, min(n, round((2 * float(ndtri(0.5 + level / 2)) / width) ** 2)))


def _impossible(
    n: int,
    median: float | None,
    interval: tuple[float, float] | None,
    rates: Mapping[float, float],
    events: int | None,
    end: float | None,
) -> list[str]:
    wrong = []
    if n < 1:
        wrong.append(f"n is {n}, expected at least one patient")
    if median is None and not rates:
        wrong.append("neither a median nor a rate, expected at least one of them")
    wrong += [f"survival {s:g} at {t:g}, expected a share at a time after 0" for t, s in rates.items()
              if not (0 <= s <= 1 and t > 0 and math.isfinite(t))]  # fmt: skip
    if median is not None and not (median > 0 and math.isfinite(median)):
        wrong.append(f"a median of {median:g}, expected a time after 0")
    if interval is not None and not (
        0 < interval[0] < interval[1] and interval[0] <= (median or interval[0]) <= interval[1]
    ):
        wrong.append(f"limits of the median {interval[0]:g} to {interval[1]:g}, expected them around the median")
    marks = sorted([*rates.items(), *([] if median is None else [(median, 0.5)])])
    wrong += [f"survival rises from {a:g} at {s:g} to {b:g} at {t:g}, expected it never to rise"
              for (s, a), (t, b) in pairwise(marks) if b > a]  # fmt: skip
    if events is not None and not 0 <= events <= max(n, 0):
        wrong.append(f"{events} events among {n} patients, expected from 0 to {n}")
    if end is not None and marks and end < marks[-1][0]:
        wrong.append(f"follow-up ends at {end:g}, before the number at {marks[-1][0]:g}, expected it not earlier")
    return wrong


def _known(
    n: int, median: float | None, marks: Mapping[float, float], events: int | None, unit: str
) -> tuple[str, ...]:
    out = [f"{n} patients"]
    out += [] if median is None else [f"median {median:g} {unit}s"]
    out += [f"survival {s:g} at {t:g} {unit}s" for t, s in sorted(marks.items()) if t != median]
    return (*out, _counted(events)) if events is not None else tuple(out)


def _assumed(end: float | None, last: float, events: int | None, guessed: int | None, unit: str) -> tuple[str, ...]:
    out = ["how survival runs between the numbers, and beyond the last: each member says how"]
    if end is None:
        out.append(f"follow-up ends at {last:g} {unit}s, a quarter beyond the last number")
    if guessed is not None:
        out.append(f"{_counted(guessed)}, from the width of the interval of the median at a constant hazard")
    elif events is None:
        out.append("how many were censored, and when: each member says how")
    else:
        out.append("when patients were censored: spread so that the events add up")
    return tuple(out)


def _counted(events: int) -> str:
    return f"{events} event{'' if events == 1 else 's'}"
