"""Distributions of survival times: hazards, cumulative hazards, quantiles, means.

Every function takes parameters of shape (..., p), so that many values of them are tried at once; times have shape (T,).
Positive parameters are logarithms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import (
    exp1,
    expit,
    exprel,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
    gammaln,
    log_ndtr,
    ndtri,
)

Floats = NDArray[np.float64]

#: Shape of the generalised gamma distribution nearer to 0 than which it is no longer told from 0.
_FLAT = 1e-5
#: Shape of the generalised gamma beyond which it is a power of time that begins, or ends, at a threshold.
_STEEP = 12.0
_LOG_ROOT = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distribution:
    """A distribution of times.

    Parameters
    ----------
    log_hazard, cumulative
        From parameters (..., p) and times (T,) to (..., T).
    quantile
        From parameters (..., p) and a cumulative hazard to the time at which it is reached, shape (...); infinite where
        it never is.
    mean
        From parameters (..., p) to the mean, shape (...); infinite where there is none.
    starts
        Where the search begins, for times whose mean under a constant hazard is 1.
    limit
        Shape (p,). The search has diverged beyond it.
    jumps
        Times at which the hazard jumps.
    """

    log_hazard: Callable[[Floats, Floats], Floats]
    cumulative: Callable[[Floats, Floats], Floats]
    quantile: Callable[[Floats, float], Floats]
    mean: Callable[[Floats], Floats]
    starts: tuple[Floats, ...]
    limit: Floats
    jumps: tuple[float, ...] = ()

    def survival(self, theta: Floats, time: Floats) -> Floats:
        """Return survival, shape (..., T)."""
        with np.errstate(all="ignore"):
            survival: Floats = np.exp(-self.cumulative(theta, time))
        return survival

    def restricted_mean(self, theta: Floats, tau: float) -> Floats:
        """Return the mean time within ``tau``, shape (...), by Gauss's rule; the first part after t = end x**4."""
        ends = [*(jump for jump in self.jumps if jump < tau), tau]
        x, weight = np.polynomial.legendre.leggauss(160)
        x, weight = (x + 1) / 2, weight / 2
        mean: Floats = self.survival(theta, ends[0] * x**4) @ (4 * ends[0] * weight * x**3)
        for begin, end in pairwise(ends):
            mean = mean + self.survival(theta, begin + (end - begin) * x) @ ((end - begin) * weight)
        return mean


def _at(theta: Floats, *places: int) -> tuple[Floats, ...]:
    """Return parameters with an axis for times."""
    return tuple(theta[..., j, None] for j in places)


def exponential() -> Distribution:
    """Return the exponential distribution; parameter: log rate.

    Examples
    --------
    >>> round(float(exponential().quantile(np.zeros(1), np.log(2))), 4)
    0.6931
    """
    return Distribution(
        log_hazard=lambda theta, t: theta[..., :1] + 0 * t,
        cumulative=lambda theta, t: np.exp(theta[..., :1]) * t,
        quantile=lambda theta, hazard: hazard * np.exp(-theta[..., 0]),
        mean=lambda theta: np.exp(-theta[..., 0]),
        starts=(np.zeros(1),),
        limit=np.array([60.0]),
    )


def weibull() -> Distribution:
    """Return the Weibull distribution; parameters: log shape, log scale.

    Examples
    --------
    >>> weibull().survival(np.array([np.log(2.0), 0.0]), np.array([1.0, 2.0])).round(4)
    array([0.3679, 0.0183])
    """

    def power(theta: Floats, t: Floats) -> Floats:
        shape, scale = _at(theta, 0, 1)
        out: Floats = np.exp(shape) * (np.log(t) - scale)
        return out

    return Distribution(
        log_hazard=lambda theta, t: theta[..., :1] - np.log(t) + power(theta, t),
        cumulative=lambda theta, t: np.exp(power(theta, t)),
        quantile=lambda theta, hazard: np.exp(theta[..., 1] + np.log(hazard) * np.exp(-theta[..., 0])),
        mean=lambda theta: np.exp(theta[..., 1] + gammaln(1 + np.exp(-theta[..., 0]))),
        starts=(np.zeros(2),),
        limit=np.array([5.0, 60.0]),
    )


def log_logistic() -> Distribution:
    """Return the log-logistic distribution; parameters: log shape, log scale.

    Examples
    --------
    >>> log_logistic().survival(np.array([np.log(2.0), 0.0]), np.array([1.0, 3.0])).round(4)
    array([0.5, 0.1])
    """

    def power(theta: Floats, t: Floats) -> Floats:
        shape, scale = _at(theta, 0, 1)
        out: Floats = np.exp(shape) * (np.log(t) - scale)
        return out

    def mean(theta: Floats) -> Floats:
        angle = np.pi * np.exp(-theta[..., 0])
        with np.errstate(all="ignore"):
            return np.where(angle < np.pi, np.exp(theta[..., 1]) * angle / np.sin(angle), np.inf)

    return Distribution(
        log_hazard=lambda theta, t: theta[..., :1] - np.log(t) + np.log(expit(power(theta, t))),
        cumulative=lambda theta, t: np.logaddexp(0.0, power(theta, t)),
        quantile=lambda theta, hazard: np.exp(theta[..., 1] + np.log(np.expm1(hazard)) * np.exp(-theta[..., 0])),
        mean=mean,
        starts=(np.array([0.3, -0.4]),),
        limit=np.array([5.0, 60.0]),
    )


def log_normal() -> Distribution:
    """Return the log-normal distribution; parameters: mean and log standard deviation of the logarithm.

    Examples
    --------
    >>> float(log_normal().survival(np.array([0.0, 0.0]), np.array([1.0]))[0])
    0.5
    """

    def score(theta: Floats, t: Floats) -> Floats:
        mean, spread = _at(theta, 0, 1)
        out: Floats = (np.log(t) - mean) * np.exp(-spread)
        return out

    def log_hazard(theta: Floats, t: Floats) -> Floats:
        z = score(theta, t)
        out: Floats = -np.log(t) - theta[..., 1:2] - _LOG_ROOT - z * z / 2 - log_ndtr(-z)
        return out

    return Distribution(
        log_hazard=log_hazard,
        cumulative=lambda theta, t: -log_ndtr(-score(theta, t)),
        quantile=lambda theta, hazard: np.exp(theta[..., 0] - ndtri(np.exp(-hazard)) * np.exp(theta[..., 1])),
        mean=lambda theta: np.exp(theta[..., 0] + np.exp(2 * theta[..., 1]) / 2),
        starts=(np.array([-0.4, 0.0]),),
        limit=np.array([60.0, 5.0]),
    )


def gompertz() -> Distribution:
    """Return the Gompertz distribution, hazard rate exp(shape t); parameters: shape (may be negative), log rate.

    Examples
    --------
    >>> float(gompertz().quantile(np.array([-3.0, 0.0]), np.log(2)))  # survival levels off at exp(-1/3)
    inf
    """

    def quantile(theta: Floats, hazard: float) -> Floats:
        shape, rate = theta[..., 0], np.exp(theta[..., 1])
        with np.errstate(all="ignore"):
            x = shape * hazard / rate
            # log1p(x) / x, which is 1 where the shape is 0
            slowed = np.where(x == 0, 1.0, np.log1p(x) / np.where(x == 0, 1.0, x))
            return np.where(x > -1, hazard / rate * slowed, np.inf)

    def mean(theta: Floats) -> Floats:
        shape, ratio = theta[..., 0], np.exp(theta[..., 1]) / theta[..., 0]
        with np.errstate(all="ignore"):
            return np.where(shape > 0, np.exp(ratio + np.log(exp1(ratio))) / shape, np.inf)

    return Distribution(
        log_hazard=lambda theta, t: theta[..., 1:2] + theta[..., :1] * t,
        cumulative=lambda theta, t: np.exp(theta[..., 1:2]) * t * exprel(theta[..., :1] * t),
        quantile=quantile,
        mean=mean,
        starts=(np.zeros(2),),
        limit=np.array([400.0, 60.0]),
    )


def generalised_gamma() -> Distribution:
    """Return the generalised gamma distribution; parameters: location, log sigma, shape Q.

    Notes
    -----
    Prentice RL. Biometrika 1974;61:539-544. Q = 0 is log-normal, Q = 1 Weibull, Q = sigma gamma. With
    w = (log t - location) / sigma and k = Q**-2, survival is the incomplete gamma function at k exp(Q w). The density
    is written with the remainder of Stirling's formula, so that it does not lose digits as Q approaches 0.

    Examples
    --------
    >>> generalised_gamma().survival(np.array([0.0, 0.0, 1.0]), np.array([1.0])).round(4)  # exponential
    array([0.3679])
    """

    def parts(theta: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
        location, spread, q = _at(theta, 0, 1, 2)
        q = np.where(np.abs(q) < _FLAT, _FLAT, q)
        return (np.log(t) - location) * np.exp(-spread), q, q**-2

    def cumulative(theta: Floats, t: Floats) -> Floats:
        w, q, k = parts(theta, t)
        u = k * np.exp(q * w)
        out: Floats = -np.log(np.where(q > 0, gammaincc(k, u), gammainc(k, u)))
        return out

    def log_hazard(theta: Floats, t: Floats) -> Floats:
        w, q, k = parts(theta, t)
        density = -np.log(t) - theta[..., 1:2] - _LOG_ROOT - _stirling(k) - w * w * _second_exprel(q * w)
        out: Floats = density + cumulative(theta, t)
        return out

    def quantile(theta: Floats, hazard: float) -> Floats:
        q = np.where(np.abs(theta[..., 2]) < _FLAT, _FLAT, theta[..., 2])
        k, left = q**-2, np.exp(-hazard)
        u = np.where(q > 0, gammainccinv(k, left), gammaincinv(k, left))
        out: Floats = np.exp(theta[..., 0] + np.exp(theta[..., 1]) * np.log(u / k) / q)
        return out

    def mean(theta: Floats) -> Floats:
        q = np.where(np.abs(theta[..., 2]) < 1e-3, 1e-3, theta[..., 2])
        k, step = q**-2, np.exp(theta[..., 1]) / q
        with np.errstate(all="ignore"):
            log_mean = theta[..., 0] - step * np.log(k) + gammaln(k + step) - gammaln(k)
            return np.where(k + step > 0, np.exp(log_mean), np.inf)

    return Distribution(
        log_hazard=log_hazard,
        cumulative=cumulative,
        quantile=quantile,
        mean=mean,
        starts=(np.array([-0.4, 0.0, 0.0]), np.array([0.0, 0.0, 1.0]), np.array([-0.6, 0.0, -1.0])),
        limit=np.array([60.0, 5.0, _STEEP]),
    )


def piecewise(cuts: Sequence[float], live: Sequence[int]) -> Distribution:
    """Return the distribution with a constant hazard in each interval; parameters: log rates of those with events.

    Parameters
    ----------
    cuts
        Increasing ends of all intervals but the last, which has none.
    live
        Intervals that had events; the others have a rate of 0.

    Examples
    --------
    >>> piecewise([1.0], [1]).survival(np.zeros(1), np.array([0.5, 1.0, 2.0])).round(4)
    array([1.    , 1.    , 0.3679])
    """
    begin, end = np.array([0.0, *cuts]), np.array([*cuts, np.inf])
    own = np.asarray(live, dtype=np.int64)

    def within(t: Floats) -> Floats:
        spent: Floats = np.clip(np.minimum(t, end[:, None]) - begin[:, None], 0.0, None)
        return spent

    def cumulative(theta: Floats, t: Floats) -> Floats:
        out: Floats = np.exp(theta) @ within(t)[own]
        return out

    def log_hazard(theta: Floats, t: Floats) -> Floats:
        every = np.full((*theta.shape[:-1], len(begin)), -np.inf)
        every[..., own] = theta
        out: Floats = every[..., np.searchsorted(end, t)]
        return out

    def quantile(theta: Floats, hazard: float) -> Floats:
        rate = np.zeros((*theta.shape[:-1], len(begin)))
        rate[..., own] = np.exp(theta)
        with np.errstate(all="ignore"):
            there = begin + (hazard - cumulative(theta, begin)) / rate
        inside = (there > begin) & (there <= end) & (rate > 0)
        return np.where(inside.any(axis=-1), np.min(np.where(inside, there, np.inf), axis=-1), np.inf)

    def mean(theta: Floats) -> Floats:
        rate = np.zeros((*theta.shape[:-1], len(begin)))
        rate[..., own] = np.exp(theta)
        width = end - begin
        with np.errstate(all="ignore"):
            stay = np.where(rate > 0, -np.expm1(-rate * width) / rate, width)
        out: Floats = np.sum(np.exp(-cumulative(theta, begin)) * stay, axis=-1)
        return out

    return Distribution(
        log_hazard=log_hazard, cumulative=cumulative, quantile=quantile, mean=mean, starts=(np.zeros(len(own)),),
        limit=np.full(len(own), 60.0), jumps=tuple(cuts),
    )  # fmt: skip


def _second_exprel(x: Floats) -> Floats:
    """Return (exp(x) - 1 - x) / x**2, one half at 0."""
    small = np.abs(x) < 0.1
    y = np.where(small, x, 0.0)
    series = np.zeros_like(y)
    for n in range(12, 1, -1):
        series = 1 + series * y / (n + 1)
    z = np.where(small, 1.0, x)
    out: Floats = np.where(small, series / 2, (np.expm1(z) - z) / z**2)
    return out


def _stirling(k: Floats) -> Floats:
    """Return log gamma(k) less (k - 1/2) log k - k + log(2 pi) / 2."""
    large = np.maximum(k, 10.0)
    r = large**-2.0
    series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * 691 / 360360))))) / large
    small = np.minimum(k, 10.0)
    exact = gammaln(small) - ((small - 0.5) * np.log(small) - small + _LOG_ROOT)
    out: Floats = np.where(k > 10.0, series, exact)
    return out
