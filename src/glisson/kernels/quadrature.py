"""Nodes and weights of one-dimensional quadrature, worked out once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@lru_cache
def hermite(nodes: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of Gauss-Hermite quadrature, each of shape (nodes,).

    Examples
    --------
    >>> round(float(hermite(5)[1].sum() ** 2), 4)
    3.1416
    """
    z, w = np.polynomial.hermite.hermgauss(nodes)
    return z, w


@lru_cache
def legendre(nodes: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of Gauss-Legendre quadrature from -1 to 1, each of shape (nodes,).

    Examples
    --------
    >>> round(float(legendre(5)[1].sum()), 4)
    2.0
    """
    x, w = np.polynomial.legendre.leggauss(nodes)
    return x, w


@lru_cache
def interpolation(nodes: int, points: int) -> tuple[Floats, Floats]:
    """Return Chebyshev's points from -1 to 1, and what takes values at them to equally spaced points.

    Parameters
    ----------
    nodes, points
        How many there are of the former and the latter.

    Returns
    -------
    few
        Shape (nodes,).
    matrix
        Shape (points, nodes).

    Notes
    -----
    Berrut JP, Trefethen LN. SIAM Rev 2004;46:501-517 (barycentric interpolation).

    Examples
    --------
    >>> few, matrix = interpolation(4, 3)
    >>> [round(float(y), 6) + 0.0 for y in matrix @ few**3]
    [-1.0, 0.0, 1.0]
    """
    few = -np.cos(np.pi * np.arange(nodes) / (nodes - 1))
    side = np.where(np.arange(nodes) % 2, -1.0, 1.0)
    side[[0, -1]] /= 2
    gap = np.linspace(-1, 1, points)[:, None] - few
    on = gap == 0
    part = side / np.where(on, 1.0, gap)
    part[on.any(axis=1)] = 0.0
    part[on] = 1.0
    return few, part / part.sum(axis=1, keepdims=True)
