"""Likelihood of parametric survival from counts: right censoring, late entry, derivatives, the maximum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.distributions import Distribution
from glisson.kernels.newton import Point, Solution, maximise

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]

#: Distance of the points from which derivatives are taken, parameters being logarithms or of the order of 1.
STEP = 8e-3
_FIRST = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60
_SECOND = np.array([2, -27, 270, -490, 270, -27, 2]) / 180
_AROUND = np.arange(-3, 4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """What the likelihood reads.

    Parameters
    ----------
    time
        Shape (T,), positive.
    died, left, entered
        Shape (T,): events, all who left (events among them), and those who came late.
    """

    time: Floats
    died: Floats
    left: Floats
    entered: Floats


def loglik(distribution: Distribution, data: Counts, theta: Floats) -> Floats:
    """Return the log likelihood, shape (...): Σ died log h(t) - Σ left H(t) + Σ entered H(t).

    Parameters
    ----------
    distribution
        Of p parameters.
    data
        Counts.
    theta
        Shape (..., p).

    Examples
    --------
    >>> from glisson.kernels.distributions import exponential
    >>> two = Counts(time=np.array([1.0, 3.0]), died=np.array([1.0, 0.0]), left=np.ones(2), entered=np.zeros(2))
    >>> float(loglik(exponential(), two, np.zeros(1)))
    -4.0
    """
    with np.errstate(all="ignore"):
        events = data.died > 0
        own = distribution.log_hazard(theta, data.time[events]) @ data.died[events]
        value: Floats = own - distribution.cumulative(theta, data.time) @ (data.left - data.entered)
    return np.where(np.isfinite(value), value, -np.inf)


def gradient(function: Function, at: Floats) -> Floats:
    """Return the slope of a function by central differences of sixth order, shape (p,).

    Parameters
    ----------
    function
        From shape (..., p) to (...).
    at
        Shape (p,).

    Examples
    --------
    >>> gradient(lambda theta: theta[..., 0] ** 2 * theta[..., 1], np.array([3.0, 2.0])).round(9)
    array([12.,  9.])
    """
    points = at + STEP * _AROUND[:, None, None] * np.eye(len(at))
    with np.errstate(invalid="ignore"):
        slope: Floats = _FIRST @ function(points) / STEP
    return slope


def hessian(function: Function, at: Floats) -> Floats:
    """Return the second derivatives of a function by central differences of sixth order, shape (p, p).

    Parameters
    ----------
    function, at
        As in ``gradient``.

    Examples
    --------
    >>> hessian(lambda theta: theta[..., 0] ** 2 * theta[..., 1] + theta[..., 1] ** 2, np.array([3.0, 2.0])).round(6)
    array([[4., 6.],
           [6., 2.]])
    """
    p, unit = len(at), STEP * np.eye(len(at))
    out = np.empty((p, p))
    with np.errstate(invalid="ignore"):
        for j in range(p):
            out[j, j] = _SECOND @ function(at + _AROUND[:, None] * unit[j]) / STEP**2
            for k in range(j):
                grid = at + _AROUND[:, None, None] * unit[j] + _AROUND[None, :, None] * unit[k]
                out[j, k] = out[k, j] = _FIRST @ function(grid) @ _FIRST / STEP**2
    return out


def fit(distribution: Distribution, data: Counts) -> Solution:
    """Return the maximum of the likelihood; the highest of those found from several starts.

    Parameters
    ----------
    distribution
        What to fit.
    data
        Times in a unit in which the mean under a constant hazard is 1.

    Returns
    -------
    Solution
        Its curvature is the observed information at the maximum.

    Examples
    --------
    >>> from glisson.kernels.distributions import exponential
    >>> two = Counts(time=np.array([0.5, 1.5]), died=np.ones(2), left=np.ones(2), entered=np.zeros(2))
    >>> abs(float(fit(exponential(), two).at[0])) < 1e-9  # two events in a time of 2
    True
    """

    def value(theta: Floats) -> Floats:
        return loglik(distribution, data, theta)

    def point(theta: Floats) -> Point:
        return Point(float(value(theta)), gradient(value, theta), _positive(-hessian(value, theta)))

    found = [
        maximise(point, start, value=lambda theta: float(value(theta)), limit=distribution.limit)
        for start in distribution.starts
    ]
    if any(f.outcome == "diverged" and _highest(f, found) for f in found):
        return next(f for f in found if f.outcome == "diverged")
    converged = [f for f in found if f.outcome == "converged"]
    best = max(converged or found, key=lambda f: f.point.value)
    final = -hessian(value, best.at)
    if best.outcome == "converged" and not np.all(np.linalg.eigvalsh(final) > 0):
        return Solution(best.at, Point(float(value(best.at)), best.point.gradient, final), "singular", best.steps)
    return Solution(best.at, Point(float(value(best.at)), best.point.gradient, final), best.outcome, best.steps)


def _highest(one: Solution, found: Sequence[Solution]) -> bool:
    """Return whether a search that ran away had got higher than all others."""
    return all(one.point.value >= other.point.value for other in found)


def _positive(curvature: Floats) -> Floats:
    """Return a positive definite curvature: far from the maximum, slopes are followed upwards all the same."""
    if not np.all(np.isfinite(curvature)):
        return curvature
    size, axes = np.linalg.eigh(curvature)
    size = np.maximum(np.abs(size), 1e-8 * np.abs(size).max())
    positive: Floats = (axes * size) @ axes.T
    return positive
