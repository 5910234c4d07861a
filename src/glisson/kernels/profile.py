"""Profile likelihood: the best value for a coefficient held fixed, and the limits where it has fallen too far."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from glisson.kernels.newton import Floats, Point, maximise

#: Standard errors from the maximum within which a limit is looked for.
_REACH = 60.0
#: Most steps of the search, how far one may go beyond the last, and the relative change that ends it, or that rounding
#: of the likelihood, as a share of it, can make.
_STEPS, _GROWTH, _CLOSE, _ROUNDING = 60, 2.0, 1e-10, 1e-14
#: Most steps on all coordinates together, the condition number of equations that say nothing, and what the others may
#: still gain at the end.
_TRIES, _FLAT, _STILL = 25, 1e13, 1e-15


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
    function: Callable[[Floats], Point], at: Floats, top: Point, j: int, error: float, drop: float
) -> ProfileLimits:
    """Return where twice the profile falls by ``drop`` below its maximum.

    Parameters
    ----------
    function
        Log likelihood, perhaps penalised.
    at, top
        Where the maximum is, and what the function is there.
    j
        The coordinate.
    error
        Its standard error, which scales the search.
    drop
        Quantile of chi-square with one degree of freedom.
    """
    low, high = (_limit(function, at, top, j, step, drop) for step in (-error, error))
    return ProfileLimits(low, high)


def _limit(function: Callable[[Floats], Point], at: Floats, top: Point, j: int, step: float, drop: float) -> float:
    """Return one limit: by Newton's method on all coordinates together or, where that does not arrive, step by step."""
    found = _direct(function, at, top, j, step, drop)
    return _outward(function, at, top.value, j, step, drop) if found is None else found


def _direct(
    function: Callable[[Floats], Point], at: Floats, top: Point, j: int, step: float, drop: float
) -> float | None:
    """Solve at once for the coordinate and the best values of the others; none where that leads nowhere.

    The unknowns are all coordinates; the equations, that the slopes in the others are zero and that the square root of
    twice the fall, which is nearly straight, has its goal. The curvature of the function serves for that of the slopes;
    where it is not quite that (a penalty), the difference is learned from the slopes of one step and the next.
    """
    goal, free, close = math.sqrt(drop), np.arange(len(at)) != j, _close(top.value, drop)
    learned, before = np.zeros((len(at), len(at))), top
    move = _tangent(top.curvature, j) * goal * step
    there = at
    for _ in range(_TRIES):
        there = there + move
        point = function(there)
        if not (math.isfinite(point.value) and np.all(np.isfinite(point.curvature))):
            return None
        learned = _learn(learned, point.curvature, before.gradient - point.gradient, move)
        fall, curvature, before = math.sqrt(max(2 * (top.value - point.value), 0.0)), point.curvature + learned, point
        if fall == 0 or point.gradient[j] * step >= 0:
            return None
        equations, wanted = curvature.copy(), point.gradient.copy()
        equations[j], wanted[j] = point.gradient, -fall * (goal - fall)
        scale = np.abs(equations).max(axis=1)
        if np.any(scale == 0) or np.linalg.cond(equations / scale[:, None]) > _FLAT:
            return None
        move = np.linalg.solve(equations / scale[:, None], wanted / scale)
        reached = float(there[j] + move[j] - at[j])
        if not 0 < reached / step < _REACH:
            return None
        others = float(point.gradient[free] @ move[free])
        if abs(move[j]) <= close * abs(reached) and abs(others) < _STILL:
            return float(there[j] + move[j]) if _peaked(curvature[np.ix_(free, free)]) else None
    return None


def _outward(function: Callable[[Floats], Point], at: Floats, best: float, j: int, step: float, drop: float) -> float:
    """Go outward until the profile has fallen far enough.

    The square root of twice the fall is nearly straight in the coordinate, so that Newton's steps on it, kept between
    what is known to be too near and too far, arrive in three or four.
    """
    goal, start, close = math.sqrt(drop), at, _close(best, drop)
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
        if abs(following - reach) <= close * reach:
            return float(at[j]) + following * step
        reach = following
    return math.nan


def _close(best: float, drop: float) -> float:
    """Return the relative change that ends a search: below it a likelihood of this size is nothing but rounding."""
    return max(_CLOSE, _ROUNDING * abs(best) / drop)


def _tangent(curvature: Floats, j: int) -> Floats:
    """Return how the best values of all coordinates change with the coordinate j."""
    free = np.arange(len(curvature)) != j
    out = np.ones(len(curvature))
    out[free] = -np.linalg.lstsq(curvature[np.ix_(free, free)], curvature[free, j])[0]
    return out


def _learn(learned: Floats, curvature: Floats, fallen: Floats, move: Floats) -> Floats:
    """Correct what is added to a curvature by how far the slopes fell along a move (the symmetric rank-one update)."""
    missing = fallen - (curvature + learned) @ move
    size = float(missing @ move)
    if abs(size) <= 1e-8 * float(np.linalg.norm(missing) * np.linalg.norm(move)):
        return learned
    return learned + np.outer(missing, missing) / size


def _peaked(curvature: Floats) -> bool:
    """Whether a curvature is that of a maximum."""
    return bool(np.all(np.linalg.eigvalsh(curvature) > 0)) if curvature.size else True
