"""Describing groups at baseline: quartiles and standardised differences, no p-values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def quartiles(values: Floats) -> tuple[float, float, float] | None:
    """Return (Q1, median, Q3) by linear interpolation, or ``None`` where there is no value.

    Parameters
    ----------
    values
        Shape (n,), NaN where unknown.

    Notes
    -----
    Hyndman & Fan type 7, the default of R's ``quantile``.

    Examples
    --------
    >>> quartiles(np.array([1.0, 2.0, 3.0, 4.0, float("nan")]))
    (1.75, 2.5, 3.25)
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75])
    return float(q1), float(median), float(q3)


def smd_numeric(first: Floats, second: Floats) -> float | None:
    """Return the standardised mean difference of two groups.

    Parameters
    ----------
    first, second
        Shape (n,), (m,), NaN where unknown.

    Returns
    -------
    float or None
        (mean of first - mean of second) / square root of the mean of the two variances; ``None`` where a group has
        fewer than two values, or both have none or no spread.

    Notes
    -----
    Austin PC. Stat Med 2009;28:3083-3107.

    Examples
    --------
    >>> smd_numeric(np.array([1.0, 3.0]), np.array([2.0, 4.0]))
    -0.7071067811865475
    """
    a, b = first[~np.isnan(first)], second[~np.isnan(second)]
    if len(a) < 2 or len(b) < 2:
        return None
    spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    if spread == 0:
        return 0.0 if a.mean() == b.mean() else None
    return float((a.mean() - b.mean()) / spread)


def smd_categorical(first: NDArray[np.int64], second: NDArray[np.int64]) -> float | None:
    """Return the standardised difference of two groups in a categorical variable.

    Parameters
    ----------
    first, second
        Shape (L,): counts of the L known levels in each group.

    Returns
    -------
    float or None
        Mahalanobis distance of the two vectors of proportions, never negative; ``None`` where a group is empty or the
        levels separate the groups completely without spread.

    Notes
    -----
    Yang D, Dalton JE. A unified approach to measuring the effect size between two groups. SAS Global Forum 2012:335.
    For two levels it is the absolute value of Austin's difference of proportions.

    Examples
    --------
    >>> round(smd_categorical(np.array([6, 4]), np.array([4, 6])), 6)
    0.408248
    """
    if not first.sum() or not second.sum():
        return None
    used = (first + second) > 0
    p, q = first[used] / first.sum(), second[used] / second.sum()
    if len(p) == 1:
        return 0.0
    difference = (p - q)[1:]
    covariance = (_multinomial(p) + _multinomial(q))[1:, 1:] / 2
    if np.linalg.matrix_rank(covariance) < len(difference):
        return 0.0 if np.allclose(difference, 0) else None
    return float(np.sqrt(difference @ np.linalg.solve(covariance, difference)))


def _multinomial(p: Floats) -> Floats:
    """Covariance of one multinomial draw."""
    covariance: Floats = np.diag(p) - np.outer(p, p)
    return covariance
