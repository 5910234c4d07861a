"""Exact intervals of the difference and of the ratio of two proportions that were observed in separate groups."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Effect = Literal["difference", "ratio"]

#: Points at which the nuisance proportion is tried, and the rounds that refine about the worst of them.
_POINTS, _ROUNDS, _FINE = 161, 2, 17
#: How many local maxima are refined, and how near to the largest one they must be.
_PEAKS, _NEAR = 2, 0.98
#: Places tried at once in looking for a limit: over the whole scale, about the last one found, and in what is left.
_WIDE, _CLOSE = 100, 40
#: Of small tables more places are tried: so many in all tables together.
_TRIED = 40_000
#: Up to so many units of the second group each place has a grid of its own.
_SMALL = 40
#: Points of the nuisance proportion in this search, and the share of the sought probability that counts as found.
_SCREENED, _SCREEN = 61, 0.985
#: Places that are passed over together where a bound of the probability is low.
_TOGETHER = 8
#: Width at which the search for a limit ends, and statistics this near to the observed one are as extreme.
_TOLERANCE, _TIE = 1e-11, 1e-9


@lru_cache(maxsize=4096)
def unconditional_interval(
    x1: int, n1: int, x2: int, n2: int, *, effect: Effect = "difference", level: float = 0.95
) -> tuple[float, float]:
    """Return the exact unconditional interval of p1 - p2 or of p1 / p2.

    Parameters
    ----------
    x1, n1, x2, n2
        Events and units of two independent groups, at least one unit in each.
    effect
        ``"difference"`` or ``"ratio"``.
    level
        Confidence level; each side errs with at most half of the rest at every nuisance proportion that is tried.

    Returns
    -------
    tuple of float
        Lower and upper limit; the upper one of a ratio is infinite where nothing bounds it.

    Notes
    -----
    Chan ISF, Zhang Z. Biometrics 1999;55:1202-1209: two one-sided tests, ordered by the score statistic, inverted, each
    at its worst nuisance proportion. Restricted proportions: Miettinen O, Nurminen M. Stat Med 1985;4:213-226. The
    worst place is sought on a grid that is refined: a spike of the tail narrower than the grid, near 0 or 1, can be
    missed where a group is large.

    Examples
    --------
    >>> [round(limit, 3) for limit in unconditional_interval(0, 13, 9, 65)]
    [-0.253, 0.132]
    >>> [round(limit, 2) for limit in unconditional_interval(0, 13, 9, 65, effect="ratio")]
    [0.0, 1.97]
    """
    a = (1 - level) / 2
    if effect == "difference":
        table = _Table(x1=x1, n1=n1, x2=x2, n2=n2, ratio=False)
        here = x1 / n1 - x2 / n2
        return -_limit(table, lambda s: -s, -here, a, upper=False), _limit(table, lambda s: s, here, a, upper=True)
    if not x1 and not x2:
        return 0.0, math.inf
    table = _Table(x1=x1, n1=n1, x2=x2, n2=n2, ratio=True)
    here = (x1 / n1) / (x1 / n1 + x2 / n2)  # a ratio r is searched on r / (1 + r), which runs from 0 to 1
    low = 1 - _limit(table, lambda s: (1 - s) / s, 1 - here, a, upper=False) if x1 else 0.0
    high = _limit(table, lambda s: s / (1 - s), here, a, upper=True) if x2 else 1.0
    return low / (1 - low), math.inf if high >= 1 else high / (1 - high)


def _limit(table: _Table, effect: Callable[[Any], Any], inside: float, a: float, *, upper: bool) -> float:
    """Return where the tail falls to ``a`` for the last time between a point inside the interval and the end, 1.

    A tail falls, leaps up where another table becomes extreme, and falls again: so many places are tried at once.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - SciPy only where it is needed

    low, high = inside, 1.0
    wide = min(max(_WIDE, _TRIED // ((table.n1 + 1) * (table.n2 + 1))), 5 * _WIDE)
    for places, onwards in ((wide, 4.0), (_CLOSE, 0.0)):
        tried = np.linspace(low, high, places)[1:-1]
        if high <= low:
            return 1.0
        above = _last_above(table, effect(tried), _SCREEN * a, upper=upper)
        width = float(tried[1] - tried[0])
        low = low if above is None else float(tried[above])
        high = min(low + (1 + onwards) * width, high)

    tail = _Tail(table, effect, a, upper=upper)
    width = high - low
    while high < 1.0 and tail(high) > 0:
        low, high = high, min(high + width, 1.0)
    if high >= 1.0:
        high = 1.0 - _TOLERANCE
        if tail(high) > 0:
            return 1.0
    while low > inside and tail(low) <= 0:
        low, high = max(low - width, inside), low
    if low <= inside and tail(low) <= 0:
        return high
    tail.between(low, high)
    return float(brentq(tail, low, high, xtol=_TOLERANCE))


class _Tail:
    """The logarithm of the tail over ``a``: each place is worked out once, and what is extreme there is kept."""

    def __init__(self, table: _Table, effect: Callable[[Any], Any], a: float, *, upper: bool) -> None:
        self._table, self._effect, self._a, self._upper = table, effect, a, upper
        self._found: dict[float, float] = {}
        self._reach: dict[float, Ints] = {}
        self._ends: tuple[Ints, Ints] | None = None

    def between(self, low: float, high: float) -> None:
        """Look only between two places from now on, both of which are known."""
        self._ends = self._reach[low], self._reach[high]

    def __call__(self, s: float) -> float:
        if s not in self._found:
            e = float(self._effect(s))
            if self._ends is not None and (self._ends[0] == self._ends[1]).all():
                reach = self._ends[0]
            else:
                reach = self._table.reach(np.array([e]), self._ends, upper=self._upper)[0]
            self._reach[s] = reach
            self._found[s] = math.log(max(self._table.tail(e, reach, upper=self._upper), 1e-300) / self._a)
        return self._found[s]


def _last_above(table: _Table, effects: Floats, least: float, *, upper: bool) -> int | None:
    """Return the last of many effects whose tail, on the grid alone, is above ``least``.

    While the same tables are extreme the tail falls; so between two places it is at most the probability, at the first,
    of all tables that are extreme at either. Places between which even that is low are passed over together.
    """
    begin = np.arange(0, len(effects), _TOGETHER)
    end = np.minimum(begin + _TOGETHER - 1, len(effects) - 1)
    reach = table.reach(effects[np.concatenate([begin, end])], upper=upper)
    widest = (np.minimum if upper else np.maximum)(reach[: len(begin)], reach[len(begin) :])
    for k in np.flatnonzero(table.screen(effects[begin], widest, upper=upper) > least)[::-1]:
        here = effects[begin[k] : end[k] + 1]
        ends = reach[k], reach[len(begin) + k]
        above = np.flatnonzero(table.screen(here, table.reach(here, ends, upper=upper), upper=upper) > least)
        if len(above):
            return int(begin[k] + above[-1])
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The observed table, and hypotheses about it: p1 = p2 + effect, or p1 = effect * p2 for ratios."""

    x1: int
    n1: int
    x2: int
    n2: int
    ratio: bool

    def _line(self, effect: Any) -> tuple[Any, Any]:
        """Return slope and intercept of p1 in p2."""
        return (effect, 0.0 * effect) if self.ratio else (1.0 + 0.0 * effect, effect)

    def score(self, effect: Any, i: Any, j: Any) -> Floats:
        """Return the score statistic of tables."""
        slope, intercept = self._line(effect)
        p2 = (_ratio_p2 if self.ratio else _difference_p2)(i, j, self.n1, self.n2, effect)
        p1 = _clip(slope * p2 + intercept, 0.0, 1.0)
        variance = p1 * (1 - p1) / self.n1 + slope**2 * p2 * (1 - p2) / self.n2
        gap = i / self.n1 - slope * j / self.n2 - intercept
        return np.asarray(np.where(np.abs(gap) < _TIE, 0.0, gap / np.sqrt(np.maximum(variance, 1e-300))))

    def _seen(self, effect: Floats, *, upper: bool) -> Floats:
        """Return the score statistic of the observed table, moved by what still counts as equal."""
        seen = self.score(effect, np.full(effect.shape, float(self.x1)), np.full(effect.shape, float(self.x2)))
        return seen + (1 if upper else -1) * _TIE * np.maximum(1.0, np.abs(seen))

    def reach(self, effect: Floats, between: tuple[Ints, Ints] | None = None, *, upper: bool) -> Ints:
        """Return where the tables as extreme as the observed one begin (upper) or end (lower) in each row.

        The score falls along a row. Shape (effects, n1 + 1). ``between`` holds the answers on both sides, between which
        these are expected; where they are not, they are looked for in the whole row.
        """
        e, i = effect[:, None], np.arange(self.n1 + 1.0)
        seen, shape = self._seen(e, upper=upper), (len(effect), self.n1 + 1)

        def beyond(j: Ints) -> NDArray[np.bool_]:  # whether j has reached it: its score is at most (or below) that seen
            score = self.score(e, i, _clip(j, 0, self.n2))
            return ((score <= seen if upper else score < seen) & (j >= 0)) | (j > self.n2)

        def search(first: Ints, last: Ints) -> Ints:
            for _ in range(int((last - first).max()).bit_length()):
                middle = (first + last) // 2
                reached = beyond(middle) | (first >= last)
                first, last = np.where(reached, first, middle + 1), np.where(reached, np.minimum(middle, last), last)
            return first

        if between is not None:
            low, high = (np.broadcast_to(v, shape) for v in (np.minimum(*between), np.maximum(*between)))
            if bool(beyond(high).all()) and not beyond(low - 1).any():
                return search(low, high)
        return search(np.zeros(shape, dtype=np.int64), np.full(shape, self.n2 + 1))

    def screen(self, effect: Floats, reach: Ints, *, upper: bool) -> Floats:
        """Return the largest probability, on the grid alone, of tables up to where they reach in each row."""
        slope, intercept = (np.broadcast_to(v, effect.shape)[:, None] for v in self._line(effect))
        low, high = np.maximum(0.0, -intercept / slope), np.minimum(1.0, (1.0 - intercept) / slope)
        if self.n2 <= _SMALL:  # a grid of its own for each effect, ends included
            p2 = low + (high - low) * _unit(_SCREENED)
            sums = _sums(p2.ravel(), self.n2).reshape(*p2.shape, self.n2 + 2)
            below = np.take_along_axis(sums, np.broadcast_to(reach[:, None, :], (*p2.shape, self.n1 + 1)), axis=2)
        else:
            grid, shared = (v[::2] for v in _on_grid(self.n2))  # every other point will do
            p2 = np.broadcast_to(grid, (len(effect), len(grid)))
            below = np.moveaxis(shared[:, reach], 0, 1)  # (effects, grid, rows): probability of fewer events than that
        p1 = np.clip(slope * p2 + intercept, 0.0, 1.0)
        mass1 = _binomial(p1.ravel(), self.n1).reshape(*p1.shape, self.n1 + 1)
        total = np.einsum("egr,egr->eg", mass1, 1 - below if upper else below)
        return np.asarray(np.where((p2 >= low) & (p2 <= high), total, 0.0).max(axis=1))

    def tail(self, effect: float, reach: Ints, *, upper: bool) -> float:
        """Return the largest probability of tables up to where they reach in each row, over the nuisance proportion.

        Tried on a grid, then closer and closer about the best points, and at the top of a parabola at last.
        """
        slope, intercept = self._line(effect)
        low, high = max(0.0, -intercept / slope), min(1.0, (1.0 - intercept) / slope)

        def probability(p2: Floats, sums: Floats) -> Floats:
            below = sums[:, reach]
            mass1 = _binomial(np.clip(slope * p2 + intercept, 0.0, 1.0), self.n1)
            return np.asarray((mass1 * (1 - below if upper else below)).sum(axis=1))

        def anew(p2: Floats) -> Floats:
            return probability(p2.ravel(), _sums(p2.ravel(), self.n2)).reshape(p2.shape)

        grid, sums = _on_grid(self.n2)
        inside = np.flatnonzero((grid > low) & (grid < high))
        points = np.concatenate([[low], grid[inside], [high]])
        ends = _sums(points[[0, -1]], self.n2)
        found = probability(points, np.concatenate([ends[:1], sums[inside], ends[1:]]))
        best, peaks = float(found.max()), np.array(_peaks(found))
        left, right = points[np.maximum(peaks - 1, 0)], points[np.minimum(peaks + 1, len(points) - 1)]
        rows = np.arange(len(peaks))
        for _ in range(_ROUNDS):
            near = np.linspace(left, right, _FINE, axis=1)
            found = anew(near)
            best, top = max(best, float(found.max())), np.clip(found.argmax(axis=1), 1, _FINE - 2)
            left, right = near[rows, top - 1], near[rows, top + 1]
        a, b, c = (found[rows, top + k] for k in (-1, 0, 1))
        shift = np.clip((a - c) / (2 * np.minimum(a - 2 * b + c, -1e-300)), -1.0, 1.0)
        return max(best, float(anew(np.clip(near[rows, top] + shift * (right - left) / 2, low, high)).max()))


def _peaks(found: Floats) -> list[int]:
    """Return the places of the local maxima that may hold the largest one, the largest first."""
    wall = np.concatenate([[-1.0], found, [-1.0]])
    tops = np.flatnonzero((found >= wall[:-2]) & (found >= wall[2:]) & (found > _NEAR * found.max()))
    return [int(k) for k in tops[np.argsort(-found[tops])][:_PEAKS]]


@lru_cache(maxsize=32)
def _on_grid(n: int) -> tuple[Floats, Floats]:
    """Return nuisance proportions, dense at both ends, and the distribution of n units at each."""
    grid = _unit(_POINTS)
    return grid, _sums(grid, n)


def _unit(points: int) -> Floats:
    return np.asarray(np.sin(np.linspace(0, math.pi / 2, points)) ** 2)


def _sums(p: Floats, n: int) -> Floats:
    """Return the probability of fewer than k events for k = 0 .. n + 1, shape (points, n + 2)."""
    out = np.zeros((len(p), n + 2))
    np.cumsum(_binomial(p, n), axis=1, out=out[:, 1:])
    return out


def _clip(value: Any, low: Any, high: Any) -> Any:
    """Return values within bounds; twice as quick as ``numpy.clip`` for the small arrays here."""
    return np.minimum(np.maximum(value, low), high)


def _difference_p2(i: Any, j: Any, n1: int, n2: int, d: Any) -> Floats:
    """Return the likeliest p2 given p1 = p2 + d: the root of a cubic in its closed form."""
    n, c = n1 + n2, i + j
    b2 = (n1 + 2 * n2) * d - n - c
    b1 = (n2 * d - n - 2 * j) * d + c
    b0 = j * d * (1 - d)
    q = (b2 / (3 * n)) ** 3 - b1 * b2 / (6 * n**2) + b0 / (2 * n)
    p = np.where(q >= 0, 1.0, -1.0) * np.sqrt(np.maximum((b2 / (3 * n)) ** 2 - b1 / (3 * n), 0.0))
    cosine = q / np.where(p == 0, 1.0, p**3)
    angle = (math.pi + np.arccos(_clip(cosine, -1.0, 1.0))) / 3
    p2 = 2 * p * np.cos(angle) - b2 / (3 * n)
    return np.asarray(_clip(p2, np.maximum(0.0, -d), np.minimum(1.0, 1.0 - d)))


def _ratio_p2(i: Any, j: Any, n1: int, n2: int, r: Any) -> Floats:
    """Return the likeliest p2 given p1 = r p2: the smaller root of a quadratic."""
    a, b, c = (n1 + n2) * r, -(n1 * r + i + n2 + j * r), i + j
    root = 2 * c / (-b + np.sqrt(np.maximum(b**2 - 4 * a * c, 0.0)))  # the same root, without a difference of equals
    return np.asarray(_clip(root, 0.0, np.minimum(1.0, 1.0 / r)))


@lru_cache(maxsize=256)
def _log_ways(n: int) -> Floats:
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, n + 1)))])
    return np.asarray(logs[n] - logs - logs[::-1])


def _binomial(p: Floats, n: int) -> Floats:
    """Return the probabilities of 0 .. n events, shape (points, n + 1)."""
    k = np.arange(n + 1.0)
    inside = np.clip(p, 1e-300, 1 - 1e-16)[:, None]
    mass = np.exp(_log_ways(n) + k * np.log(inside) + (n - k) * np.log1p(-inside))
    mass[p <= 0] = k == 0
    mass[p >= 1] = k == n
    return np.asarray(mass)
