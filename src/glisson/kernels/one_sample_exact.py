"""The one-sample log-rank test as it behaves in a trial of few patients: no normal approximation, by Fourier inversion.

A patient adds an event or none, and the reference's cumulative hazard gone through. Patients are alike and independent,
so that k events among n have the characteristic function C(n, k) f0**(n - k) f1**k, f0 and f1 those of one patient
without and with an event. For every k the test rejects where the expected events lie above a limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln

from glisson.kernels.planned import FollowUp, Weibull, gauss, score

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

#: Frequencies; points of Gauss's rule on each piece; the period is twice so many standard deviations of E.
_FREQUENCIES, _POINTS, _REACH = 256, 320, 10.0
#: Times are end x y**4, which tames a hazard that is infinite at 0.
_POWER = 4
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """Joint distribution of observed and expected events: K frequencies for each of J numbers of events.

    Parameters
    ----------
    events
        Numbers of events that are not all but impossible, shape (J,).
    chance
        Their probabilities, shape (J,).
    series
        Fourier transform of expected events where there are so many events, shape (J, K).
    low, period
        Expected events lie between ``low`` and ``low + period``.
    """

    events: Floats
    chance: Floats
    series: Complexes
    low: float
    period: float

    def above(self, limit: Floats) -> float:
        """Return the probability that expected events exceed the limit, shape (J,), of the number observed."""
        at = np.clip(limit - self.low, 0.0, self.period)
        turn = 2j * np.pi * np.arange(1, self.series.shape[1] + 1)
        waves = (_powers(np.exp(-turn[0] * at / self.period), len(turn)) - 1) / turn
        inside = self.chance * (1 - at / self.period) + 2 * (self.series * waves).sum(axis=1).real
        return float(np.clip(inside, 0.0, self.chance).sum())


def joint(null: Weibull, ratio: float, follow: FollowUp, n: int) -> Joint:
    """Return how observed and expected events of n patients are distributed.

    Parameters
    ----------
    null, ratio
        Reference, and the true hazard as a multiple of it.
    follow
        Accrual, follow-up and drop-out.
    n
        Patients.

    Examples
    --------
    >>> found = joint(Weibull.through(0.5, at=9.0), 1.0, FollowUp(accrual=24.0, until=36.0), 20)
    >>> round(float(found.chance.sum()), 9)
    1.0
    """
    moments = score(null, ratio, follow)
    spread = np.sqrt(n * _variance_of_expected(null, ratio, follow, moments.expected))
    low, period = n * moments.expected - _REACH * spread, 2 * _REACH * spread
    omega = 2 * np.pi * np.arange(_FREQUENCIES + 1) / period
    within = _within(null, ratio, follow, omega)
    event, none = ratio * within, 1 + (1j * omega - ratio) * within
    p = float(event[0].real)
    about = _REACH * np.sqrt(n * p * (1 - p)) + 2
    k = np.arange(max(0, int(n * p - about)), min(n, int(n * p + about)) + 1, dtype=np.float64)
    choose = (gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))[:, None]
    logs = k[:, None] * np.log(event + _TINY) + (n - k)[:, None] * np.log(none + _TINY) + choose
    series = np.exp(logs - 1j * omega * low)
    return Joint(events=k, chance=series[:, 0].real, series=series[:, 1:], low=float(low), period=float(period))


def limits(events: Floats, z: float, *, average: bool = False) -> Floats:
    """Return the expected events above which the test exceeds z, for numbers of events observed.

    Examples
    --------
    >>> e = limits(np.array([4.0]), 1.645)
    >>> round(float((e[0] - 4) / np.sqrt(e[0])), 6)
    1.645
    >>> e = limits(np.array([4.0]), 1.645, average=True)
    >>> round(float((e[0] - 4) / np.sqrt((e[0] + 4) / 2)), 6)
    1.645
    """
    square, sign = z * z, np.sign(z)
    if average:
        return np.asarray(events + square / 4 + sign * np.sqrt(square * events + square**2 / 16))
    return np.asarray(events + square / 2 + sign * np.sqrt(square * events + square**2 / 4))


def rejects(found: Joint, z: float, *, average: bool = False) -> float:
    """Return the probability that the one-sample log-rank test exceeds z.

    Parameters
    ----------
    found
        From ``joint``.
    z
        Limit.
    average
        Whether the test is scaled by the mean of observed and expected events, or by the expected ones.

    Examples
    --------
    >>> null, follow = Weibull.through(0.5, at=9.0), FollowUp(accrual=24.0, until=36.0)
    >>> round(rejects(joint(null, 1.0, follow, 50), 1.645), 4)
    0.0413
    """
    return found.above(limits(found.events, z, average=average))


def critical(found: Joint, alpha: float, *, average: bool = False) -> float:
    """Return the limit that the test exceeds with probability alpha.

    Examples
    --------
    >>> null, follow = Weibull.through(0.5, at=9.0), FollowUp(accrual=24.0, until=36.0)
    >>> found = joint(null, 1.0, follow, 50)
    >>> round(rejects(found, critical(found, 0.05)), 9)
    0.05
    """
    return float(brentq(lambda z: rejects(found, z, average=average) - alpha, -8.0, 8.0, xtol=1e-10))


def _nodes(null: Weibull, follow: FollowUp) -> tuple[Floats, Floats, Floats]:
    """Return cumulative null hazards, weights of its increments, and who is still followed, each shape (P,)."""
    y, w = gauss(_POINTS)
    times, weights = [], []
    for begin, end in follow.pieces(follow.until):
        power = _POWER if begin == 0 else 1
        times.append(begin + (end - begin) * y**power)
        weights.append(w * (end - begin) * power * y ** (power - 1))
    t = np.concatenate(times)
    return null.cumulative(t), np.concatenate(weights) * null.hazard(t), follow.observed(t)


def _within(null: Weibull, ratio: float, follow: FollowUp, omega: Floats) -> Complexes:
    """Return the transform of still being under observation, by cumulative hazard, shape (len(omega),)."""
    x, w, seen = _nodes(null, follow)
    still = w * seen * np.exp(-ratio * x)
    waves = _powers(np.exp(1j * omega[1] * x), len(omega) - 1)  # frequencies are multiples of the first
    return np.concatenate([[still.sum()], still @ waves])


def _powers(base: Complexes, most: int) -> Complexes:
    """Return the first to the last power, shape (len(base), most)."""
    return np.multiply.accumulate(np.repeat(base[:, None], most, axis=1), axis=1, dtype=np.complex128)


def _variance_of_expected(null: Weibull, ratio: float, follow: FollowUp, mean: float) -> float:
    x, w, seen = _nodes(null, follow)
    return float(2 * (w * seen * np.exp(-ratio * x)) @ x - mean**2)
