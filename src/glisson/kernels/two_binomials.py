"""The largest probability of a set of tables of two groups along a line of their proportions, with a proven bound."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Distance of the places tried, in standard errors, and into how many parts a stretch that may hold the top is cut.
_STEP, _PARTS = 0.2, 8
#: How exactly the top is found.
_EXACT, _ROUNDS = 1e-11, 12
#: Tables this near to being extreme, in events, are extreme.
_TIE = 1e-8
#: Bound of the fourth derivative, in units of the information (see ``Stretch``), over the 384 of Hermite's cubic.
_FOURTH = math.sqrt(120) / 2 / 384


class Stretch:
    """Lines p1 = slope * p2 + intercept within a box, and the probability of tables along them.

    A set of tables is given by the number of events of group 2 from which on it holds the tables of each row, so by
    n1 + 1 numbers, 0 to n2 + 1. Its probability f is a polynomial in p2. Between two places f follows Hermite's cubic
    through the values and slopes there, up to h^4 / 384 times the largest fourth derivative on the stretch of length h.
    For that derivative there is a bound: the k-th derivative of the probability of an event among n units is at most
    sqrt(k!) w^k / 2, with w^2 the smaller of the information n / (p (1 - p)) and (2n)^2. The first bound is the
    covariance of the event with a Krawtchouk polynomial, the second comes from differences of the binomial. With w1 and
    w2 of both groups the fourth derivative along the line is at most sqrt(120) / 2 * (slope^2 w1^2 + w2^2)^2.

    Examples
    --------
    >>> stretch = Stretch(1, 1, (0.0, 1.0), (0.0, 1.0))
    >>> first = np.array([1, 2])  # the table without an event in group 1 and with one in group 2
    >>> round(stretch.largest(1.0, 0.5, first), 6)  # (1 - p1) p2 at p2 = 1/4
    0.0625
    """

    def __init__(self, n1: int, n2: int, box1: tuple[float, float], box2: tuple[float, float]) -> None:
        self.n1, self.n2, self.box1, self.box2 = n1, n2, box1, box2
        low, high = (math.asin(math.sqrt(v)) for v in box2)
        count = 1 + math.ceil(math.sqrt(n2) * (high - low) / _STEP)
        self._grid = np.sin(np.linspace(low, high, 2 * count + 1)) ** 2
        self._grid[[0, -1]] = box2
        self._tables = _tables(self._grid, n2)
        self._every_other = self._grid[::2], tuple(t[::2].copy() for t in self._tables)

    def ends(self, slope: Any, intercept: Any) -> tuple[Any, Any]:
        """Return the smallest and the largest p2 of lines within the box."""
        low = np.maximum(self.box2[0], (self.box1[0] - intercept) / slope)
        high = np.minimum(self.box2[1], (self.box1[1] - intercept) / slope)
        return low, np.maximum(low, high)

    def screen(self, slope: Floats, intercept: Floats, first: Ints, *, fine: bool = False) -> tuple[Floats, Floats]:
        """Return the largest probability found at once, and a bound of the largest there is.

        Shapes: lines (L,), ``first`` (L, n1 + 1), both answers (L,).
        """
        places = (self._grid, self._tables) if fine else self._every_other
        _, value, top, error = self._at_once(slope, intercept, first, *places)
        return value.max(axis=1), (top + error).max(axis=1)

    def largest(self, slope: float, intercept: float, first: Ints, level: float | None = None) -> float:
        """Return the largest probability of one set along one line, exact to 1e-11.

        With a ``level`` an answer on the same side of it as the largest probability is enough.
        """
        line = np.array([slope]), np.array([intercept])
        p2, value, top, error = (v[0] for v in self._at_once(*line, first[None], self._grid, self._tables))
        left, right, best = p2[:-1], p2[1:], float(value.max())
        for _ in range(_ROUNDS):
            if level is not None and (best > level or (top + error).max() <= level):
                break
            cut = (top + error > best) & (error > _EXACT)
            if not cut.any():
                break
            best = max(best, float(top[~cut].max(initial=0.0)))
            parts = np.linspace(left[cut], right[cut], _PARTS + 1, axis=1)
            lines = np.full(len(parts), slope), np.full(len(parts), intercept)
            index = np.arange(parts.size).reshape(parts.shape)
            sets = np.broadcast_to(first, (len(parts), len(first)))
            value, top, error = self._stretches(*lines, parts, index, _tables(parts.ravel(), self.n2), sets)
            left, right, top, error = (v.ravel() for v in (parts[:, :-1], parts[:, 1:], top, error))
            best = max(best, float(value.max()))
        return max(best, float((top if level is None else top + error).max()))

    def near_top(self, slope: Floats, intercept: Floats, first: Ints) -> Floats:
        """Return the highest probability of one set along each of many close lines, near the top of the first."""
        p2, _, top, _ = self._at_once(slope[:1], intercept[:1], first[None], self._grid, self._tables)
        k = int(top[0].argmax())
        left, right = p2[0, max(k - 1, 0)], p2[0, min(k + 2, p2.shape[1] - 1)]
        low, high = self.ends(slope, intercept)
        shared = np.linspace(left, right, 6 * _PARTS + 1)
        places = np.minimum(np.maximum(shared, low[:, None]), high[:, None])
        table, index = _tables(shared, self.n2), np.broadcast_to(np.arange(len(shared)), places.shape)
        if (places != shared).any():
            table, index = _tables(places.ravel(), self.n2), np.arange(places.size).reshape(places.shape)
        _, top, _ = self._stretches(slope, intercept, places, index, table, np.tile(first, (len(slope), 1)))
        return np.asarray(top.max(axis=1))

    def _at_once(
        self, slope: Floats, intercept: Floats, first: Ints, grid: Floats, table: tuple[Floats, ...]
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the places of a grid and the ends of each line (L, places), with what ``_stretches`` says of them."""
        low, high = (v[:, None] for v in self.ends(slope, intercept))
        count, index = len(grid), np.broadcast_to(np.arange(len(grid)), (len(slope), len(grid)))
        p2 = np.minimum(np.maximum(grid, low), high)
        before, after = grid < low, grid > high
        starts, stops = before[:, 0], after[:, -1]
        if starts.any() or stops.any():
            ends = np.concatenate([low[starts, 0], high[stops, 0]])
            table = tuple(np.concatenate([a, b]) for a, b in zip(table, _tables(ends, self.n2), strict=True))
            index = np.where(before, (count - 1 + np.cumsum(starts))[:, None], index)
            index = np.where(after, (count - 1 + np.sum(starts) + np.cumsum(stops))[:, None], index)
            start, stop = (p2 <= low).sum(axis=1).min() - 1, count + 1 - (p2 >= high).sum(axis=1).min()
            used = slice(min(start, count - 2), max(stop, start + 2))
            p2, index = p2[:, used], index[:, used]
        return p2, *self._stretches(slope, intercept, p2, index, table, first)

    def _stretches(
        self, slope: Floats, intercept: Floats, p2: Floats, index: Ints, table: tuple[Floats, ...], first: Ints
    ) -> tuple[Floats, Floats, Floats]:
        """Return values (L, places); the top of the cubic between neighbours and its error (L, places - 1)."""
        p1 = np.minimum(np.maximum(slope[:, None] * p2 + intercept[:, None], 0.0), 1.0)
        value, rise = self._probability(slope[:, None], p1, index, table, first)
        width = p2[:, 1:] - p2[:, :-1]
        squares = slope[:, None] ** 2 * _information(p1, self.n1) + _information(p2, self.n2)
        top = _cubic_top(value[:, :-1], value[:, 1:], width * rise[:, :-1], width * rise[:, 1:])
        return value, top, _FOURTH * (width**2 * squares) ** 2

    def _probability(
        self, slope: Floats, p1: Floats, index: Ints, table: tuple[Floats, ...], first: Ints
    ) -> tuple[Floats, Floats]:
        """Return probability and its slope in p2 at places of lines, shape (L, places)."""
        at = (index * (self.n2 + 2))[..., None] + first[:, None]
        mass = _binomial(p1, self.n1 - 1)  # of all units of group 1 but one, which has no event or has one
        (none, one), (rise_none, rise_one) = (
            [np.einsum("lpi,lpi->lp", mass, t[..., k : k + self.n1]) for k in (0, 1)]
            for t in (u.take(at) for u in table)
        )
        along = slope * self.n1 * (one - none)
        return (1 - p1) * none + p1 * one, (1 - p1) * rise_none + p1 * rise_one + along


def first_extreme(slope: Floats, intercept: Floats, score: Floats, n1: int, n2: int) -> Ints:
    """Return from which event of group 2 on the score statistic is at most a given one, below 0, for each of group 1.

    Parameters
    ----------
    slope, intercept
        Hypotheses p1 = slope * p2 + intercept, shape (lines,).
    score
        Statistic to be reached on each line, shape (lines,).
    n1, n2
        Units of the groups.

    Returns
    -------
    numpy.ndarray
        0 to n2 + 1, shape (lines, n1 + 1); what misses the statistic by less than 1e-8 events has reached it.

    Notes
    -----
    With u = (i - n1 p1) / (p1 q1) = -(j - n2 p2) / (slope p2 q2), the likelihood equation of the table (i, j),
    the statistic is u (p1 q1 / n1 + slope^2 p2 q2 / n2)^(1/2). So p1 is sought, not j, and j follows from it.

    Examples
    --------
    >>> first_extreme(np.array([1.0]), np.array([0.2]), np.array([-1.0]), 2, 3)
    array([[1, 3, 4]])
    """
    s, c, t = (v[:, None] for v in (slope, intercept, score))
    i = np.arange(n1 + 1.0)
    low, high = np.maximum(i / n1, c), np.broadcast_to(np.minimum(1.0, s + c), (len(s), n1 + 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        at_none = np.where(c > i / n1, -(n1 * c - i) / np.sqrt(n1 * c * (1 - c)), 0.0)  # p2 = 0
        at_all = np.where(high < 1, -(n1 * high - i) / np.sqrt(n1 * high * (1 - high)), -math.inf)  # p2 = 1
    every, none = at_none <= t, (high <= i / n1) | (at_all > t)
    p1 = _proportion(s, c, t, i, n1, n2, low, high, ~(every | none))
    p2 = (p1 - c) / s
    with np.errstate(divide="ignore", invalid="ignore"):
        j = n2 * p2 + s * p2 * (1 - p2) * (n1 * p1 - i) / (p1 * (1 - p1))
    for row, p, held in ((0, 0.0, c < 0), (n1, 1.0, s + c > 1 + 1e-12)):  # p1 stays at 0 or 1 while p2 is free
        p2 = np.clip((p - c) / s, 0.0, 1.0)
        spread = np.sqrt(p2 * (1 - p2) / n2)
        there = held & ((t >= -n1 * s * spread) | (row == n1))
        j[:, row] = np.where(there, n2 * (p2 - t * spread), j[:, [row]])[:, 0]
        none[:, row] &= ~there[:, 0]
    j = np.where(every, 0.0, np.where(none, n2 + 1.0, j))
    return np.asarray(np.ceil(np.minimum(np.maximum(j, 0.0), n2 + 1.0) - _TIE).astype(np.int64))


def _proportion(
    s: Floats, c: Floats, t: Floats, i: Floats, n1: int, n2: int, low: Floats, high: Floats, sought: NDArray[np.bool_]
) -> Floats:
    """Return p1 at which the statistic of a row has a given value: Newton's steps on its logarithm, in brackets."""

    def variance(p1: Floats) -> tuple[Floats, Floats]:
        p2 = (p1 - c) / s
        return p1 * (1 - p1) / n1 + s**2 * p2 * (1 - p2) / n2, (1 - 2 * p1) / n1 + s * (1 - 2 * p2) / n2

    middle = (low + high) / 2
    p = middle
    for _ in range(2):  # Wilson's limit with this share of the variance
        square = t**2 * np.minimum(p * (1 - p) / n1 / np.maximum(variance(p)[0], 1e-300), 1.0)
        p = (2 * i + square + np.sqrt(square**2 + 4 * square * i * (1 - i / n1))) / (2 * (n1 + square))
        p = np.where((p > low) & (p < high), p, middle)
    p, low, high = np.where(sought, p, 0.5), np.where(sought, low, 0.0), np.where(sought, high, 1.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(80):
            v, dv = variance(p)
            gap, pq = n1 * p - i, p * (1 - p)
            over = np.log(gap * np.sqrt(v) / (-t * pq))
            new = p - over / (n1 / gap - (1 - 2 * p) / pq + dv / (2 * v))
            low, high = np.where(over < 0, p, low), np.where(over < 0, high, p)
            new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
            new = np.where(sought, new, p)
            moved = np.abs(new - p)
            p = new
            if (moved <= 1e-6 * np.minimum(np.abs(gap) / n1, 1 - p) + 1e-12).all():
                break
    return p


def _information(p: Floats, n: int) -> Floats:
    """Return the largest information between neighbours, or what takes its place near 0 and 1."""
    pq = p * (1 - p)
    return np.asarray(np.minimum(n / np.maximum(np.minimum(pq[:, :-1], pq[:, 1:]), 1e-300), 4.0 * n * n))


def _cubic_top(f0: Floats, f1: Floats, m0: Floats, m1: Floats) -> Floats:
    """Return the largest value on [0, 1] of the cubic with given values and slopes at 0 and 1."""
    three, two = m0 + m1 - 2 * (f1 - f0), 3 * (f1 - f0) - 2 * m0 - m1
    root = np.sqrt(np.maximum(two**2 - 3 * three * m0, 0.0))
    over, under = np.where(two > 0, -(two + root), m0), np.where(two > 0, 3 * three, root - two)
    t = np.minimum(np.maximum(over / np.where(under == 0, 1.0, under), 0.0), 1.0)
    return np.asarray(np.maximum(np.maximum(f0, f1), f0 + t * (m0 + t * (two + t * three))))


def _tables(p: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the probability of k events or more and its slope in p, k = 0 .. n + 1, shape (places, n + 2)."""
    mass, one = _binomial(p, n - 1), p[:, None]  # of n - 1 units
    whole, above, rise = np.zeros((3, len(p), n + 2))
    whole[:, :n] = (1 - one) * mass
    whole[:, 1 : n + 1] += one * mass
    above[:] = np.cumsum(whole[:, ::-1], axis=1)[:, ::-1]
    rise[:, 1 : n + 1] = n * mass
    return above, rise


@lru_cache(maxsize=256)
def _log_ways(n: int) -> tuple[Floats, Floats]:
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, n + 1)))])
    return np.arange(n + 1.0), np.asarray(logs[n] - logs - logs[::-1])


def _binomial(p: Floats, n: int) -> Floats:
    """Return the probabilities of 0 .. n events, one axis more than ``p``."""
    k, ways = _log_ways(n)
    inside = np.minimum(np.maximum(p, 1e-300), 1 - 1e-16)
    odds, none = np.log(inside) - np.log1p(-inside), n * np.log1p(-inside)
    return np.asarray(np.exp(ways + k * odds[..., None] + none[..., None]))
