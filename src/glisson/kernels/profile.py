"""Profile likelihood: the best value for a coefficient held fixed, and the limits where it has fallen too far."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from glisson.kernels.newton import Floats, Point, maximise

#: Standard errors from the maximum within which a limit is looked for.
_REACH = 60.0


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
    return function(at).value, at


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
    """Go outward in growing steps until the profile has fallen far enough, then find the place between."""
    near, start = float(at[j]), at

    def excess(value: float) -> float:
        return 2 * (best - profile_value(function, start, [j], [value])[0]) - drop

    reach = math.sqrt(drop)
    while reach <= _REACH:
        far = float(at[j]) + reach * step
        value, there = profile_value(function, start, [j], [far])
        if not math.isfinite(value):
            return math.nan
        if 2 * (best - value) >= drop:
            return float(brentq(excess, near, far, xtol=1e-12, rtol=1e-12))
        near, start, reach = far, there, reach * 1.5
    return math.nan
