"""Survival as planned: a Weibull curve, uniform accrual, drop-out, and the moments of what one arm will show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Points of Gauss's rule on each piece; times are end x y**4, which tames a hazard that is infinite at 0.
_POINTS, _POWER = 96, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Weibull:
    """Survival exp(-(rate t)**shape).

    Examples
    --------
    >>> curve = Weibull.through(0.6, at=3.0, shape=0.5)
    >>> round(float(curve.survival(np.array([3.0]))[0]), 6)
    0.6
    """

    shape: float
    rate: float

    @classmethod
    def through(cls, survival: float, *, at: float, shape: float = 1.0) -> Weibull:
        """Return the curve with that survival at a time."""
        return cls(shape=shape, rate=(-np.log(survival)) ** (1 / shape) / at)

    def proportional(self, ratio: float) -> Weibull:
        """Return the curve whose hazard is everywhere ``ratio`` times this one's (its scale is not)."""
        return replace(self, rate=self.rate * ratio ** (1 / self.shape))

    def cumulative(self, t: Floats) -> Floats:
        """Return the cumulative hazard."""
        return np.asarray((self.rate * t) ** self.shape)

    def hazard(self, t: Floats) -> Floats:
        """Return the hazard; t above 0."""
        return np.asarray(self.shape * self.rate * (self.rate * t) ** (self.shape - 1))

    def survival(self, t: Floats) -> Floats:
        """Return survival."""
        return np.exp(-self.cumulative(t))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Who is still observed how long after entry.

    Parameters
    ----------
    accrual
        Time over which patients enter, evenly; 0 if all enter at once.
    until
        Time of the analysis, from the first entry on. Before the end of accrual, those who entered by then count.
    dropout
        Hazard of leaving for other reasons, constant.
    """

    accrual: float
    until: float
    dropout: float = 0.0

    def observed(self, t: Floats) -> Floats:
        """Return the probability to be followed beyond t after entry, were there no events."""
        span = min(self.accrual, self.until)
        still = (np.asarray(t) < self.until).astype(np.float64) if span == 0 else np.clip((self.until - t) / span, 0, 1)
        return np.asarray(still * np.exp(-self.dropout * t))

    def pieces(self, end: float) -> list[tuple[float, float]]:
        """Return the intervals up to ``end`` on which ``observed`` is smooth."""
        kink = self.until - min(self.accrual, self.until)
        places = [0.0, *(k for k in (kink,) if 1e-12 < k < end), end]
        return list(pairwise(places))

    def points(self, end: float) -> tuple[Floats, Floats]:
        """Return times and weights that integrate over (0, end)."""
        return _points(self.pieces(end))


@cache
def gauss(points: int) -> tuple[Floats, Floats]:
    """Return places and weights of Gauss's rule on (0, 1).

    Examples
    --------
    >>> places, weights = gauss(3)
    >>> round(float(weights @ places**5), 9)
    0.166666667
    """
    x, w = np.polynomial.legendre.leggauss(points)
    return (x + 1) / 2, w / 2


def _points(pieces: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    y, w = gauss(_POINTS)
    times, weights = [], []
    for begin, end in pieces:
        power = _POWER if begin == 0 else 1
        times.append(begin + (end - begin) * y**power)
        weights.append(w * (end - begin) * power * y ** (power - 1))
    return np.concatenate(times), np.concatenate(weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Moments, a patient, of expected less observed events (the numerator of the one-sample log-rank test).

    Parameters
    ----------
    expected, observed
        Means of both: cumulative null hazard gone through, and events.
    variance
        Of their difference.
    """

    expected: float
    observed: float
    variance: float

    @property
    def drift(self) -> float:
        """Return the mean of the difference."""
        return self.expected - self.observed


def score(null: Weibull, ratio: float, follow: FollowUp) -> Score:
    """Return the moments of the one-sample log-rank score where the hazard is ``ratio`` times the null one.

    Notes
    -----
    Wu J. Pharm Stat 2015;14:26-33, with the exact variance under the alternative.

    Examples
    --------
    >>> follow = FollowUp(accrual=9.0, until=10.0)
    >>> moments = score(Weibull.through(0.6, at=3.0, shape=0.5), 0.5, follow)
    >>> round(moments.expected, 7), round(moments.variance, 7)
    (0.5630223, 0.389449)
    """
    t, w = follow.points(follow.until)
    seen = w * follow.observed(t) * null.proportional(ratio).survival(t) * null.hazard(t)
    p0, p00 = float(seen.sum()), float(seen @ null.cumulative(t))
    p1, p01 = ratio * p0, ratio * p00
    return Score(expected=p0, observed=p1, variance=p1 - p1**2 + 2 * p00 - p0**2 - 2 * p01 + 2 * p0 * p1)


def score_covariance(
    null: Weibull, ratio: float, *, accrual: float, look: float, until: float, dropout: float = 0.0
) -> float:
    """Return the covariance, a patient entered by the look, of the score then and at the end.

    Parameters
    ----------
    null, ratio
        As for ``score``.
    accrual, until, dropout
        As in ``FollowUp``, at the end.
    look
        Time of the earlier analysis.

    Notes
    -----
    The later score is the earlier one and what comes after; what comes after has a mean unless ``ratio`` is 1. That
    mean, given a patient still under observation, is (1 - ratio) times the expected events between the two follow-up
    times.

    Examples
    --------
    >>> null = Weibull.through(0.5, at=9.0)
    >>> early = score(null, 1.0, FollowUp(accrual=24.0, until=12.0))
    >>> round(score_covariance(null, 1.0, accrual=24.0, look=12.0, until=36.0) - early.variance, 9)
    0.0
    """
    own = score(null, ratio, FollowUp(accrual=accrual, until=look, dropout=dropout))
    truth, span = null.proportional(ratio), min(accrual, look)
    first, weight = _points([(max(look - span, 0.0), look)])  # follow-up at the look
    weight = weight / span
    last = first + (until - look)

    def seen(t: Floats) -> Floats:
        """Expected events by t after entry, without administrative censoring, shape (len(t),)."""
        if dropout == 0:
            return np.asarray(-np.expm1(-truth.cumulative(t)) / ratio)
        y, w = gauss(_POINTS)
        u = np.maximum(t, 1e-300)[:, None] * y**_POWER
        inside = truth.survival(u) * np.exp(-dropout * u) * null.hazard(u)
        return np.asarray((inside * u / y**_POWER * _POWER * y ** (_POWER - 1)) @ w)

    later = (1 - ratio) * (seen(last) - seen(first))
    mean_end = (1 - ratio) * float(weight @ seen(last))
    return float(own.variance + own.drift**2 + weight @ (null.cumulative(first) * later) - own.drift * mean_end)


def log_survival_variance(curve: Weibull, at: float, follow: FollowUp) -> float:
    """Return n times the variance of the logarithm of the Kaplan-Meier estimate (Greenwood).

    Examples
    --------
    >>> curve = Weibull.through(0.5, at=6.0)
    >>> round(log_survival_variance(curve, 6.0, FollowUp(accrual=0.0, until=6.1)), 6)  # (1 - S) / S
    1.0
    """
    t, w = follow.points(at)
    return float(w @ (curve.hazard(t) / (curve.survival(t) * follow.observed(t))))


def restricted_mean(curve: Weibull, tau: float) -> float:
    """Return the mean time within tau.

    Examples
    --------
    >>> round(restricted_mean(Weibull(shape=1.0, rate=1.0), 2.0), 6)  # 1 - exp(-2)
    0.864665
    """
    t, w = _points([(0.0, tau)])
    return float(w @ curve.survival(t))


def restricted_mean_variance(curve: Weibull, tau: float, follow: FollowUp) -> float:
    """Return n times the variance of the area under the Kaplan-Meier curve up to tau.

    Examples
    --------
    >>> curve = Weibull(shape=1.0, rate=1.0)  # everybody followed: the variance of min(T, tau)
    >>> round(restricted_mean_variance(curve, 1.0, FollowUp(accrual=0.0, until=1.1)), 6)
    0.128906
    """
    t, w = follow.points(tau)
    y, v = gauss(_POINTS)
    width = (tau - t)[:, None]
    ahead = curve.survival(t[:, None] + width * y) @ v * (tau - t)
    return float(w @ (ahead**2 * curve.hazard(t) / (curve.survival(t) * follow.observed(t))))
