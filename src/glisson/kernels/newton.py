"""The only solver: Newton's method with halved steps, which says whether and why it stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Outcome = Literal["converged", "diverged", "singular", "stopped"]

STEPS, TOLERANCE, HALVINGS = 100, 1e-11, 40
#: What share of the slope may be left after a step that gains nothing that rounding would not hide.
_FLATTER = 0.9


class Point(NamedTuple):
    """Value, gradient and a positive definite curvature of the function that is maximised."""

    value: float
    gradient: Floats
    curvature: Floats


class Solution(NamedTuple):
    """Where the maximum is, what the function is there, and how the search ended."""

    at: Floats
    point: Point
    outcome: Outcome
    steps: int


def maximise(
    function: Callable[[Floats], Point],
    start: Floats,
    *,
    first: Point | None = None,
    value: Callable[[Floats], float] | None = None,
    limit: Floats | None = None,
    steps: int = STEPS,
    tolerance: float = TOLERANCE,
) -> Solution:
    """Maximise a function.

    Parameters
    ----------
    function
        From shape (p,) to a ``Point``.
    start
        Shape (p,).
    first
        What the function is at ``start``, where that is known.
    value
        The value alone, where that costs much less than a ``Point``.
    limit
        Shape (p,). The search has diverged where a coordinate grows beyond it.
    steps
        Most iterations.
    tolerance
        The search ends with a last step when that step would gain less than this: a thousandth of a standard error
        squared is 1e-6.
    """
    at = start.astype(np.float64)
    point = function(at) if first is None else first
    for step in range(steps):
        move = direction(point)
        if move is None:
            return Solution(at, point, "singular", step)
        gain = float(point.gradient @ move)
        if gain < tolerance:
            return Solution(at + move, point, "converged", step)
        further = _uphill(function, value, at, move, point, gain)
        if further is None:
            return Solution(at, point, "stopped", step)
        at, point = further
        if limit is not None and np.any(np.abs(at) > limit):
            return Solution(at, point, "diverged", step + 1)
    return Solution(at, point, "stopped", steps)


def _uphill(
    function: Callable[[Floats], Point],
    value: Callable[[Floats], float] | None,
    at: Floats,
    move: Floats,
    point: Point,
    gain: float,
) -> tuple[Floats, Point] | None:
    """Go along a move, halved until the function is not lower there and less steep; none if it is lower everywhere.

    Not to be lower is not enough near the maximum: where the curvature is half of the true one, as a penalty can make
    it, every full step leads to the other side, as high and as steep as before.
    """
    least, least_gain = point.value - 1e-13 * abs(point.value), 1e-4 * gain
    for _ in range(HALVINGS):
        if value is None or value(at + move) >= least:
            following = function(at + move)
            higher = following.value > point.value + least_gain
            if following.value >= least and (higher or _less_steep(following, point, move)):
                return at + move, following
        move, least_gain = move / 2, least_gain / 2
    return None


def _less_steep(following: Point, point: Point, move: Floats) -> bool:
    """Return whether the slope along a move is clearly smaller at its end than at its beginning."""
    return bool(abs(following.gradient @ move) <= _FLATTER * abs(point.gradient @ move))


def direction(point: Point) -> Floats | None:
    """Return Newton's step; none where the curvature cannot be inverted."""
    if not len(point.gradient):
        return np.zeros(0)
    if not np.all(np.isfinite(point.curvature)) or not np.all(np.isfinite(point.gradient)):
        return None
    scale = np.sqrt(np.maximum(np.diag(point.curvature), 0.0))
    if np.any(scale == 0):
        return None
    scaled = point.curvature / np.outer(scale, scale)
    if np.linalg.cond(scaled) > 1e13:
        return None
    move: Floats = np.linalg.solve(scaled, point.gradient / scale) / scale
    return move
