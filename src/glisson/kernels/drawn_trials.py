"""Trials of one arm drawn at random, where no other calculation is known to be right: their tests, one a trial."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.planned import FollowUp, Weibull

Floats = NDArray[np.float64]

#: Trials of one scenario; patients of all of them, beyond which there are fewer; patients drawn at once.
MOST, LEAST, _PATIENTS, _AT_ONCE = 40_000, 10_000, 4_000_000, 250_000


def trials_for(n: int) -> int:
    """Return how many trials of n patients to draw: 40,000, and fewer of large ones.

    Examples
    --------
    >>> trials_for(50), trials_for(200), trials_for(1000)
    (40000, 20000, 10000)
    """
    return max(LEAST, min(MOST, _PATIENTS // n))


def milestone_tests(
    curve: Weibull, follow: FollowUp, n: int, *, at: float, s0: float, trials: int, rng: np.random.Generator
) -> Floats:
    """Return Kaplan-Meier estimates at a time as tests against s0 on the scale of log(-log S), shape (trials,).

    Parameters
    ----------
    curve, follow, n
        True survival, follow-up, patients.
    at, s0
        Time, and survival that is tested.
    trials, rng
        How many, and their random numbers.

    Returns
    -------
    ndarray of shape (trials,)
        In favour of better survival. Infinite where nobody has an event; minus infinity where the estimate is 0.

    Examples
    --------
    >>> z = milestone_tests(Weibull.through(0.4, at=6.0), FollowUp(accrual=24.0, until=27.0), 50, at=6.0, s0=0.4,
    ...                     trials=2000, rng=np.random.default_rng(1))
    >>> 0.03 < (z > 1.645).mean() < 0.06
    np.True_
    """
    out, at_risk = np.empty(trials), np.arange(n, 0, -1)
    drop, weight = np.log1p(-1 / at_risk[:-1]), 1 / (at_risk[:-1] * (at_risk[:-1] - 1))
    for begin, rows in _chunks(trials, n):
        time = curve_times(curve, (rows, n), rng)
        seen = np.minimum(follow.until - rng.random((rows, n)) * min(follow.accrual, follow.until), at)
        if follow.dropout:
            seen = np.minimum(seen, rng.standard_exponential((rows, n)) / follow.dropout)
        event = time <= seen
        order = np.argsort(np.minimum(time, seen), axis=1)
        marks = np.take_along_axis(event, order, axis=1)
        earlier = marks[:, :-1].astype(np.float64)
        log_survival, spread = earlier @ drop, earlier @ weight
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (math.log(-math.log(s0)) - np.log(-log_survival)) * -log_survival / np.sqrt(spread)
        z[~marks.any(axis=1)] = np.inf
        z[marks[:, -1]] = -np.inf  # the last patient under observation had the event
        out[begin : begin + rows] = z
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Patients of a trial with one look, which comes when patient ``n1`` enters; times in one unit.

    Parameters
    ----------
    n1, n
        Patients entered at the look, and in all.
    rate
        Patients a unit of time.
    follow_up
        From the last entry to the analysis.
    dropout
        Hazard of dropping out.
    """

    n1: int
    n: int
    rate: float
    follow_up: float
    dropout: float


def two_look_tests(
    null: Weibull, ratio: float, entries: Entries, *, trials: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return one-sample log-rank tests at the look and at the end, scaled by expected events, shape (trials,) each.

    Parameters
    ----------
    null, ratio
        Reference, and the true hazard as a multiple of it.
    entries
        The patients: the first n1 enter evenly before the look, the others evenly after it.
    trials, rng
        How many, and their random numbers.

    Examples
    --------
    >>> entries = Entries(n1=20, n=48, rate=5.0, follow_up=1.0, dropout=0.0)
    >>> first, last = two_look_tests(Weibull.through(0.6, at=3.0), 1.0, entries, trials=2000,
    ...                              rng=np.random.default_rng(1))
    >>> abs(first.mean()) < 0.2, abs(last.mean()) < 0.2
    (np.True_, np.True_)
    """
    truth, n1, n = null.proportional(ratio), entries.n1, entries.n
    look, end = n1 / entries.rate, n / entries.rate
    begins = np.where(np.arange(n) < n1, 0.0, look)
    lasts = np.where(np.arange(n) < n1, look, end - look)
    first, last = np.empty(trials), np.empty(trials)
    for begin, rows in _chunks(trials, n):
        entry = begins + lasts * rng.random((rows, n))
        time = curve_times(truth, (rows, n), rng)
        leave = rng.standard_exponential((rows, n)) / entries.dropout if entries.dropout else np.full((rows, n), np.inf)
        early = np.minimum(leave[:, :n1], look - entry[:, :n1])
        first[begin : begin + rows] = _test(null, time[:, :n1], early)
        last[begin : begin + rows] = _test(null, time, np.minimum(leave, end + entries.follow_up - entry))
    return first, last


def curve_times(curve: Weibull, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return random times to the event.

    Examples
    --------
    >>> bool(abs(curve_times(Weibull(shape=1.0, rate=0.5), (100, 100), np.random.default_rng(1)).mean() - 2) < 0.1)
    True
    """
    drawn = rng.standard_exponential(shape)
    return np.asarray((drawn if curve.shape == 1 else drawn ** (1 / curve.shape)) / curve.rate)


def _test(null: Weibull, time: Floats, seen: Floats) -> Floats:
    expected = null.cumulative(np.minimum(time, seen)).sum(axis=1)
    return np.asarray((expected - (time <= seen).sum(axis=1)) / np.sqrt(expected))


def _chunks(trials: int, n: int) -> list[tuple[int, int]]:
    """Return where each part of the trials begins, and how many it has."""
    rows = max(1, _AT_ONCE // n)
    return [(begin, min(rows, trials - begin)) for begin in range(0, trials, rows)]
