"""Where the name of a curve can stand: near its own curve, on no other, inside the axes.

Everything is in millimetres from the lower left corner of the axes, so that distances mean the same in both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Widths of characters of a common sans serif type, and height of a line, as shares of the type size.
_CAPITAL, _FIGURE, _SMALL_LETTER, _LINE = 0.70, 0.56, 0.52, 1.05
_POINT = 25.4 / 72
_CLEARANCE = 0.8
#: A name this much nearer to its own curve than to any other belongs to it at a glance.
_APART = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle."""

    left: float
    bottom: float
    width: float
    height: float


def text_box(text: str, size: float) -> tuple[float, float]:
    """Return width and height of a line of text in millimetres, from its letters and type size in points."""
    shares = [_CAPITAL if ch.isupper() else _FIGURE if ch.isdigit() else _SMALL_LETTER for ch in text]
    return sum(shares) * size * _POINT, _LINE * size * _POINT


def step_points(x: Floats, y: Floats, spacing: float = 1.0) -> Floats:
    """Return points along a step line, shape (n, 2), close enough that no label fits between two of them."""
    corners_x = np.repeat(x, 2)[1:]
    corners_y = np.repeat(y, 2)[:-1]
    out = []
    for i in range(len(corners_x) - 1):
        length = abs(corners_x[i + 1] - corners_x[i]) + abs(corners_y[i + 1] - corners_y[i])
        share = np.linspace(0, 1, max(2, int(length / spacing) + 1))
        out.append(
            np.column_stack(
                [
                    corners_x[i] + share * (corners_x[i + 1] - corners_x[i]),
                    corners_y[i] + share * (corners_y[i + 1] - corners_y[i]),
                ]
            )
        )
    return np.concatenate(out) if out else np.column_stack([x, y])


def place(
    curves: Sequence[Floats], texts: Sequence[str], *, size: float, width: float, height: float
) -> tuple[Box, ...]:
    """Return one box a curve.

    Covering a curve or another name is worst, then standing about as near to another curve as to its own, then
    distance; the right end, where curves have parted, is preferred.

    Parameters
    ----------
    curves
        Points along each curve, shape (n, 2), millimetres.
    texts
        Names, one a curve.
    size
        Type size in points.
    width, height
        Of the axes, millimetres.
    """
    placed: list[Box] = []
    for i, text in enumerate(texts):
        extent = text_box(text, size)
        corners = _corners(extent, width, height)
        own = distances(corners, extent, curves[i])
        rivals = [distances(corners, extent, c) for j, c in enumerate(curves) if j != i]
        nearest = np.min(rivals, axis=0) if rivals else np.full(len(corners), np.inf)
        cost = own + 4.0 * np.maximum(0.0, own + _APART - nearest) - 0.03 * corners.sum(axis=1)
        cost += 200.0 * (np.minimum(own, nearest) < _CLEARANCE)
        cost += 1000.0 * np.sum([_overlap(corners, extent, other) for other in placed], axis=0)
        best = corners[int(np.argmin(cost))]
        placed.append(Box(left=float(best[0]), bottom=float(best[1]), width=extent[0], height=extent[1]))
    return tuple(placed)


def distances(corners: Floats, extent: tuple[float, float], points: Floats) -> Floats:
    """Return the least distance from each box to any of the points; 0 where a point lies inside.

    Parameters
    ----------
    corners
        Shape (m, 2): lower left corners of m boxes of the same size.
    extent
        Width and height of the boxes.
    points
        Shape (n, 2).
    """
    beyond = [
        np.maximum(0.0, np.maximum(low - at, at - low - size))
        for low, at, size in zip(corners.T[:, :, None], points.T[:, None, :], extent, strict=True)
    ]
    least: Floats = np.sqrt((beyond[0] ** 2 + beyond[1] ** 2).min(axis=1))
    return least


def _corners(extent: tuple[float, float], width: float, height: float) -> Floats:
    """Lower left corners of the candidate boxes, on a grid inside the axes."""
    lefts = np.arange(1.0, max(width - extent[0] - 0.5, 1.1), 2.0)
    bottoms = np.arange(1.0, max(height - extent[1], 1.1), 1.4)
    return np.stack(np.meshgrid(lefts, bottoms, indexing="ij"), axis=-1).reshape(-1, 2)


def _overlap(corners: Floats, extent: tuple[float, float], other: Box) -> NDArray[np.bool_]:
    """Whether each candidate box shares area with a box already placed."""
    x, y = corners[:, 0], corners[:, 1]
    inside: NDArray[np.bool_] = (x < other.left + other.width) & (other.left < x + extent[0])
    return inside & (y < other.bottom + other.height) & (other.bottom < y + extent[1])
