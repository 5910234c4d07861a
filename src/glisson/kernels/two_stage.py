"""Two-stage designs for a proportion that stop for futility: every one searched, and how each behaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from glisson.kernels.single_stage import ROUNDING, at_least

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStage:
    """Stop after ``n1`` patients with ``r1`` or fewer responders; promising if more than ``r`` of ``n`` respond.

    Examples
    --------
    >>> print(TwoStage(r1=1, n1=10, r=5, n=29))
    1/10 5/29
    """

    r1: int
    n1: int
    r: int
    n: int

    def __str__(self) -> str:
        """Return the rule as it is usually printed."""
        return f"{self.r1}/{self.n1} {self.r}/{self.n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admissible:
    """A rule that is best for some weighing of largest against expected number of patients.

    Parameters
    ----------
    rule
        The rule.
    expected_n
        Patients expected under the null rate.
    low, high
        Weights w for which w n + (1 - w) ``expected_n`` is smallest: 1 is minimax, 0 optimal.
    """

    rule: TwoStage
    expected_n: float
    low: float
    high: float


def stop_probability(rule: TwoStage, p: float) -> float:
    """Return the probability to stop after the first stage.

    Examples
    --------
    >>> round(stop_probability(TwoStage(r1=1, n1=10, r=5, n=29), 0.1), 4)
    0.7361
    """
    return float(bdtr(rule.r1, rule.n1, p)) if rule.r1 >= 0 else 0.0


def success_probability(rule: TwoStage, p: float) -> float:
    """Return the probability to end with more than ``r`` responders without having stopped.

    Examples
    --------
    >>> round(success_probability(TwoStage(r1=1, n1=10, r=5, n=29), 0.3), 4)
    0.8051
    """
    x1 = np.arange(rule.r1 + 1, rule.n1 + 1)
    return float(binomial(rule.n1, p)[x1] @ at_least(rule.r + 1 - x1, rule.n - rule.n1, p))


def expected_size(rule: TwoStage, p: float) -> float:
    """Return the expected number of patients.

    Examples
    --------
    >>> round(expected_size(TwoStage(r1=1, n1=10, r=5, n=29), 0.1), 2)
    15.01
    """
    return rule.n1 + (1 - stop_probability(rule, p)) * (rule.n - rule.n1)


def binomial(n: int, p: float) -> Floats:
    """Return the probabilities of 0 to n responders.

    Examples
    --------
    >>> binomial(2, 0.5).tolist()
    [0.25, 0.5, 0.25]
    """
    k = np.arange(n + 2)
    tail = at_least(k, n, p)
    mirrored = at_least(n + 1 - k, n, 1 - p)  # P(X < k), with all digits where it is small
    upper, lower = tail[:-1] - tail[1:], mirrored[1:] - mirrored[:-1]
    return np.where(k[:-1] > n * p, upper, lower)


def search(p0: float, p1: float, *, alpha: float, power: float, largest: int) -> tuple[TwoStage, ...]:
    """Return the rules that no other beats in both largest and expected number of patients.

    Parameters
    ----------
    p0, p1
        Null and alternative response rates.
    alpha, power
        One-sided size at most, and power at least.
    largest
        Largest number of patients.

    Returns
    -------
    tuple
        With n rising and the number expected under the null rate falling: the first is the minimax rule, the last the
        optimal one. Empty where no rule of that many patients has the power.

    Notes
    -----
    Simon R. Control Clin Trials 1989;10:1-10. All r1, n1, r and n are gone through, except those that cannot do: n for
    which even the most powerful test of all n patients falls short, r1 that alone loses more than the power allows,
    and pairs (n1, r1) that expect more patients than a rule already found with fewer. For each the smallest r that
    keeps the size is taken, which has the most power.

    Examples
    --------
    >>> found = search(0.1, 0.3, alpha=0.05, power=0.8, largest=100)
    >>> print(found[0], "...", found[-1])
    1/15 5/25 ... 1/10 5/29
    """
    tables = _Tables.of(p0, p1, largest)
    best, found = np.inf, []
    for n in range(_fewest(p0, p1, alpha, power, largest), largest + 1):
        stop = tables.stop0[1:n, :n]
        expected = np.arange(1, n)[:, None] + (1 - stop) * (n - np.arange(1, n))[:, None]
        possible = (tables.stop1[1:n, :n] <= 1 - power + ROUNDING) & (expected < best - 1e-9)
        possible &= np.arange(n) < np.arange(1, n)[:, None]
        if not possible.any():
            if n > best + 1:
                break
            continue
        rule = _best_of(n, possible, expected, tables, alpha, power)
        if rule is not None:
            found.append(rule)
            best = expected[rule.n1 - 1, rule.r1]
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """Probabilities by patients (first axis) and responders: of just as many, at least as many, and at most as many."""

    point0: Floats
    point1: Floats
    tail0: Floats
    tail1: Floats
    stop0: Floats
    stop1: Floats

    @classmethod
    def of(cls, p0: float, p1: float, largest: int) -> _Tables:
        m, k = np.arange(largest + 1)[:, None], np.arange(largest + 2)
        tails = [np.where(m == 0, k <= 0, at_least(k, m, p)).astype(np.float64) for p in (p0, p1)]
        points = [np.stack([np.pad(binomial(n, p), (0, largest + 1 - n)) for n in range(largest + 1)])
                  for p in (p0, p1)]  # fmt: skip
        stops = [np.cumsum(point, axis=1) for point in points]
        return cls(point0=points[0], point1=points[1], tail0=tails[0], tail1=tails[1], stop0=stops[0], stop1=stops[1])


def _best_of(
    n: int, possible: NDArray[np.bool_], expected: Floats, tables: _Tables, alpha: float, power: float
) -> TwoStage | None:
    """Return the rule of n patients that expects fewest; ``possible`` and ``expected`` have shape (n1 - 1, r1)."""
    rows = np.flatnonzero(possible.any(axis=1))
    allowed, n1 = possible[rows], rows + 1
    cut = np.full(allowed.shape, -1)
    most = int(np.flatnonzero(tables.tail1[n] >= power - ROUNDING)[-1]) - 1  # more than r of n, were there no stopping
    for r in range(most, -1, -1):
        size = _success(n, n1, r, tables.point0, tables.tail0)
        kept = allowed & (size <= alpha + ROUNDING) & (np.arange(n) < r)
        if not kept.any():
            break
        kept &= _success(n, n1, r, tables.point1, tables.tail1) >= power - ROUNDING
        cut[kept] = r
    if not (cut >= 0).any():
        return None
    costs = np.where(cut >= 0, expected[rows], np.inf)
    i, r1 = np.unravel_index(int(np.argmin(costs)), costs.shape)
    return TwoStage(r1=int(r1), n1=int(n1[i]), r=int(cut[i, r1]), n=n)


def _success(n: int, n1: Ints, r: int, point: Floats, tail: Floats) -> Floats:
    """Return, for every n1 and r1 = 0 .. n - 1, the probability to go on and end with more than r responders."""
    x1 = np.arange(1, n + 1)
    need = np.maximum(r + 1 - x1, 0)
    terms = point[n1[:, None], x1] * tail[(n - n1)[:, None], need]
    out: Floats = np.cumsum(terms[:, ::-1], axis=1)[:, ::-1]
    return out


def _fewest(p0: float, p1: float, alpha: float, power: float, largest: int) -> int:
    """Return the fewest patients with which the most powerful (randomised) test of one stage has the power."""
    for n in range(2, largest + 1):
        tail0, tail1 = at_least(np.arange(n + 2), n, p0), at_least(np.arange(n + 2), n, p1)
        k = int(np.flatnonzero(tail0 <= alpha)[0])
        share = (alpha - tail0[k]) / (tail0[k - 1] - tail0[k])
        if tail1[k] + share * (tail1[k - 1] - tail1[k]) >= power - ROUNDING:
            return n
    return largest + 1


def admissible(rules: Sequence[TwoStage], p0: float) -> tuple[Admissible, ...]:
    """Return the rules that are best for some weight, with the weights for which they are.

    Parameters
    ----------
    rules
        What ``search`` returns.
    p0
        Null response rate.

    Notes
    -----
    Jung SH, Lee T, Kim K, George SL. Stat Med 2004;23:561-569. They are the corners of the lower convex hull of the
    points (n, expected n).

    Examples
    --------
    >>> rules = search(0.1, 0.3, alpha=0.05, power=0.8, largest=100)
    >>> for each in admissible(rules, 0.1):
    ...     print(each.rule, round(each.expected_n, 2), round(each.low, 3), round(each.high, 3))
    1/15 5/25 19.51 0.732 1.0
    1/12 5/26 16.77 0.482 0.732
    1/11 5/27 15.84 0.293 0.482
    1/10 5/29 15.01 0.0 0.293
    """
    hull: list[tuple[TwoStage, float]] = []
    for rule in rules:
        size = expected_size(rule, p0)
        while len(hull) > 1:
            (a, at_a), (b, at_b) = hull[-2:]
            if (at_b - at_a) * (rule.n - a.n) < (size - at_a) * (b.n - a.n):
                break
            hull.pop()
        hull.append((rule, size))
    # Between neighbours the weight at which both cost the same: w (n' - n) = (1 - w) (size - size').
    turns = [1.0]
    for (a, at_a), (b, at_b) in pairwise(hull):
        fall = at_a - at_b
        turns.append(fall / (b.n - a.n + fall))
    turns.append(0.0)
    return tuple(
        Admissible(rule=rule, expected_n=size, low=turns[i + 1], high=turns[i]) for i, (rule, size) in enumerate(hull)
    )
