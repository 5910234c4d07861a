"""Profile likelihood: the best value for a coefficient held fixed, and the limits where it has fallen too far."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from glisson.kernels.newton import Floats, Point, maximise

#: Standard errors from the maximum within which a limit is looked for.
_REACH = 60.0
#: Most steps of the search, how far one may go beyond the last, and the relative change that ends it.
_STEPS, _GROWTH, _CLOSE = 60, 2.0, 1e-10


class ProfileLimits(NamedTuple):
    """Lower and upper limit; ``nan`` where the likelihood never falls far enough."""

    low: float
    high: float


def profile_value(
    function: Callable[[Floats], Point], start: Floats, held: Sequence[int], values: Sequence[float]
) -> tuple[float, Floats]:
    """Return the highest value of a function with some coordinates held fixed, and where it is.

    Parameters
    ----------
    function
        From shape (p,) to a ``Point``.
    start
        Shape (p,), where the search for the others begins.
    held, values
        The coordinates held fixed, and at which values.
    """
    point, at = _profile(function, start, held, values)
    return point.value, at


def _profile(
    function: Callable[[Floats], Point], start: Floats, held: Sequence[int], values: Sequence[float]
) -> tuple[Point, Floats]:
    free = np.ones(len(start), dtype=np.bool_)
    free[list(held)] = False

    def whole(rest: Floats) -> Floats:
        at = np.empty(len(start))
        at[free], at[list(held)] = rest, values
        return at

    def reduced(rest: Floats) -> Point:
        full = function(whole(rest))
        return Point(full.value, full.gradient[free], full.curvature[np.ix_(free, free)])

    at = whole(maximise(reduced, start[free]).at)
    return function(at), at


def profile_limits(
    function: Callable[[Floats], Point], at: Floats, best: float, j: int, error: float, drop: float
) -> ProfileLimits:
    """Return where twice the profile falls by ``drop`` below its maximum.

    Parameters
    ----------
    function
        Log likelihood, perhaps penalised.
    at, best
        Where the maximum is, and its value.
    j
        The coordinate.
    error
        Its standard error, which scales the search.
    drop
        Quantile of chi-square with one degree of freedom.
    """
    return ProfileLimits(_limit(function, at, best, j, -error, drop), _limit(function, at, best, j, error, drop))


def _limit(function: Callable[[Floats], Point], at: Floats, best: float, j: int, step: float, drop: float) -> float:
    """Go outward until the profile has fallen far enough.

    The square root of twice the fall is nearly straight in the coordinate, so that Newton's steps on it, kept between
    what is known to be too near and too far, arrive in three or four.
    """
    goal, start = math.sqrt(drop), at
    reach, near, far = goal, 0.0, math.inf
    for _ in range(_STEPS):
        point, there = _profile(function, start, [j], [float(at[j]) + reach * step])
        if not math.isfinite(point.value):
            return math.nan
        fall = math.sqrt(max(2 * (best - point.value), 0.0))
        if fall >= goal:
            far = reach
        else:
            near, start = reach, there
            if reach >= _REACH:
                return math.nan
        slope = -float(point.gradient[j]) * step / fall if fall > 0 else 0.0
        following = reach + (goal - fall) / slope if slope > 0 else math.inf
        if not near < following < far:
            following = (near + far) / 2 if math.isfinite(far) else math.inf
        following = min(following, _GROWTH * reach, _REACH)
        if abs(following - reach) <= _CLOSE * reach:
            return float(at[j]) + following * step
        reach = following
    return math.nan
