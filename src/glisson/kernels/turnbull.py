"""Survival from events known only to lie between two times: the nonparametric maximum likelihood estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Likelihood, per unit, that a better estimate could still gain where the search ends.
TOLERANCE = 1e-12
_STEPS, _HALVINGS = 500, 60
#: A probability below which nothing is there but rounding.
_NOTHING = 1e-12

# At one time, in this order: exact times begin, intervals that reach up to it end, intervals after it begin.
_AT, _UNTIL, _AFTER = 0, 1, 2


class Places(NamedTuple):
    """The innermost intervals, where alone probability can lie: ``(lower, upper]``, or the time itself if both agree.

    ``lower`` and ``upper`` have shape (m,); ``inside`` has shape (n, m), whether a place lies within an observation.
    """

    lower: Floats
    upper: Floats
    inside: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Masses:
    """Probabilities of the places.

    Parameters
    ----------
    mass
        Shape (m,), adding up to 1.
    loglik
        Log likelihood there.
    gap
        The likelihood that any other estimate could have more, at most.
    unique
        Whether no other probabilities have the same likelihood.
    """

    mass: Floats
    loglik: float
    gap: float
    unique: bool


def places(left: Floats, right: Floats) -> Places:
    """Return the innermost intervals of observations.

    Parameters
    ----------
    left, right
        Shape (n,). The event is in ``(left, right]``; at ``left`` where both agree; after ``left`` where ``right`` is
        infinite.

    Notes
    -----
    Turnbull BW. J R Stat Soc B 1976;38:290-295. An innermost interval begins where some observation begins and ends
    where the next end of any is; half-open ends as in Ng MP. Biometrics 2002;58:439-442.

    Examples
    --------
    >>> found = places(np.array([0.0, 2.0, 3.0]), np.array([4.0, 5.0, np.inf]))
    >>> found.lower, found.upper
    (array([3.]), array([4.]))
    """
    exact = left == right
    begin = np.where(exact, _AT, _AFTER)
    time = np.concatenate([left, right])
    kind = np.concatenate([begin, np.full(len(right), _UNTIL)])
    order = np.lexsort((kind, time))
    time, kind = time[order], kind[order]
    inner = np.flatnonzero((kind[:-1] != _UNTIL) & (kind[1:] == _UNTIL))
    lower, upper, first = time[inner], time[inner + 1], kind[inner]
    starts = (left[:, None] < lower) | ((left[:, None] == lower) & (begin[:, None] <= first))
    return Places(lower, upper, starts & (upper <= right[:, None]))


def maximum(inside: Bools, weight: Floats) -> Masses:
    """Return the probabilities of highest likelihood.

    Parameters
    ----------
    inside
        Shape (n, m), from ``places``; every row has a place.
    weight
        Shape (n,), positive.

    Notes
    -----
    The log likelihood Σ w log(Ap) - W/2 (Σp)², W the sum of weights, is concave and highest where the probabilities add
    up to 1. Each step maximises its quadratic approximation over p >= 0 by non-negative least squares, and is halved
    until the likelihood rises: the constrained Newton method of Wang Y. J R Stat Soc B 2007;69:185-198, 2008;70:
    45-61. No other estimate has a likelihood higher by more than the largest slope, W max(0, Σ w A / (Ap) / W - 1).

    Examples
    --------
    >>> found = maximum(np.array([[True, False], [False, True], [True, True]]), np.array([2.0, 1.0, 4.0]))
    >>> found.mass.round(6), found.unique
    (array([0.666667, 0.333333]), True)
    """
    a, total = inside.astype(np.float64), float(weight.sum())
    mass = np.full(a.shape[1], 1 / a.shape[1])
    slope = _slope(a, mass, weight)
    for _ in range(_STEPS):
        off = _off(mass, slope)
        if off <= TOLERANCE * total:
            break
        following = _step(a, mass, weight, slope, off)
        if following is None:
            break
        mass, slope = following
    own = slope > -1e-7 * total
    rank = int(np.linalg.matrix_rank(a[:, own], tol=1e-9)) if own.any() else 0
    gap = max(float(slope.max()), 0.0)
    mass = np.where(mass > _NOTHING, mass, 0.0)
    return Masses(mass=mass, loglik=_loglik(a, mass, weight), gap=gap, unique=rank == int(own.sum()))


def _slope(a: Floats, mass: Floats, weight: Floats) -> Floats:
    slope: Floats = a.T @ (weight / (a @ mass)) - weight.sum()
    return slope


def _off(mass: Floats, slope: Floats) -> float:
    """Return how far the conditions of a maximum are missed: no slope where there is probability, else none upwards."""
    return float(np.max(np.where(mass > 0, np.abs(slope), slope)))


def _step(a: Floats, mass: Floats, weight: Floats, slope: Floats, off: float) -> tuple[Floats, Floats] | None:
    """Return better probabilities with their slopes; none if there are none.

    The best of the quadratic approximation, or some on the way to it. ``slope`` and ``off`` are those of ``mass``.
    """
    value = _loglik(a, mass, weight)
    root, total = np.sqrt(weight), float(weight.sum())
    matrix = np.vstack([a * (root / (a @ mass))[:, None], np.full(len(mass), np.sqrt(total))])
    try:
        aim, _ = nnls(matrix, np.append(2 * root, 0.0), maxiter=30 * len(mass) + 100)
    except RuntimeError:
        aim = mass
    aim = aim / aim.sum()
    # Near the maximum the likelihood no longer tells two estimates apart, but its slopes do.
    if _loglik(a, aim, weight) >= value - 1e-13 * abs(value):
        slope_there = _slope(a, aim, weight)
        if _off(aim, slope_there) < off:
            return np.asarray(aim, dtype=np.float64), slope_there
    share = 1.0
    for _ in range(_HALVINGS):
        following = (1 - share) * mass + share * aim
        if _loglik(a, following, weight) > value:
            return np.asarray(following, dtype=np.float64), _slope(a, following, weight)
        share /= 2
    # A step of self-consistency always helps, if only a little.
    following = mass * (slope + total) / total
    return (following, _slope(a, following, weight)) if _loglik(a, following, weight) > value else None


def _loglik(a: Floats, mass: Floats, weight: Floats) -> float:
    probability = a @ mass
    return float(weight @ np.log(probability)) if np.all(probability > 0) else -np.inf


def bounds(found: Places, mass: Floats, time: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and the highest survival at some times; they differ within a place with probability.

    Parameters
    ----------
    found
        Places.
    mass
        Shape (m,).
    time
        Shape (T,).

    Returns
    -------
    tuple
        Two arrays of shape (T,).

    Examples
    --------
    >>> here = places(np.array([0.0, 2.0]), np.array([1.0, 3.0]))
    >>> bounds(here, np.array([0.5, 0.5]), np.array([1.0, 2.5, 3.0]))
    (array([0.5, 0. , 0. ]), array([0.5, 0.5, 0. ]))
    """
    begun = (found.lower < time[:, None]) | ((found.lower == found.upper) & (found.lower == time[:, None]))
    ended = found.upper <= time[:, None]
    low, high = 1 - begun @ mass, 1 - ended @ mass
    return _clean(low), _clean(high)


def _clean(probability: Floats) -> Floats:
    """Return probabilities without the last digits of sums that should be 0 or 1."""
    out: Floats = np.where(probability < _NOTHING, 0.0, np.where(probability > 1 - _NOTHING, 1.0, probability))
    return out


def quantile(found: Places, mass: Floats, p: float, tolerance: float = 1e-9) -> tuple[float, float]:
    """Return between which times a share ``p`` has had the event: after the first, at the second at the latest.

    Parameters
    ----------
    found
        Places.
    mass
        Shape (m,).
    p
        Share.
    tolerance
        Probability that counts as none.

    Returns
    -------
    tuple
        The ends of the place in which the share is passed; both infinite where it never is. Where it is reached exactly
        between two places, the middle between their beginnings and the middle between their ends, the convention for
        flat stretches of survival curves.

    Examples
    --------
    >>> here = places(np.array([10.0, 30.0]), np.array([20.0, 40.0]))
    >>> quantile(here, np.array([0.6, 0.4]), 0.5), quantile(here, np.array([0.5, 0.5]), 0.5)
    ((10.0, 20.0), (20.0, 30.0))
    """
    reached = np.cumsum(mass)
    own = mass > tolerance
    at = np.flatnonzero(own & (reached >= p - tolerance))
    if not at.size or not np.isfinite(found.upper[at[0]]):
        return np.inf, np.inf
    first = int(at[0])
    low, high = float(found.lower[first]), float(found.upper[first])
    beyond = np.flatnonzero(own & (reached > p + tolerance))
    if reached[first] > p + tolerance or not beyond.size or not np.isfinite(found.upper[beyond[0]]):
        return low, high
    return (low + float(found.lower[beyond[0]])) / 2, (high + float(found.upper[beyond[0]])) / 2
