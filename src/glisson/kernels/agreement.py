"""Cohen's kappa of square tables of counts, with leading batch axes."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
KappaWeights = Literal["none", "linear", "quadratic"]


def disagreement(categories: int, weights: KappaWeights) -> Floats:
    """Return how much each pair of categories disagrees, shape (C, C): 0 on the diagonal, at most 1.

    Examples
    --------
    >>> disagreement(3, "linear").tolist()
    [[0.0, 0.5, 1.0], [0.5, 0.0, 0.5], [1.0, 0.5, 0.0]]
    """
    place = np.arange(categories, dtype=np.float64)
    apart = np.abs(place[:, None] - place[None, :])
    if weights == "none":
        return (apart > 0).astype(np.float64)
    scaled = apart / max(categories - 1, 1)
    return scaled if weights == "linear" else scaled**2


def kappa(table: ArrayLike, weights: KappaWeights = "none") -> tuple[Floats, Floats, Floats]:
    """Return observed agreement, agreement expected by chance, and kappa.

    Parameters
    ----------
    table
        Shape (..., C, C): counts, first rating by second rating.
    weights
        Full credit only for the same category, or partial credit that falls with the distance or its square.

    Returns
    -------
    tuple
        Three arrays of shape (...); kappa is NaN where chance alone gives full agreement, or nobody was rated.

    Notes
    -----
    Cohen J. Educ Psychol Meas 1960;20:37-46; Psychol Bull 1968;70:213-220.

    Examples
    --------
    >>> [round(float(v), 3) for v in kappa([[20, 5], [10, 15]])]
    [0.7, 0.5, 0.4]
    """
    counts = np.asarray(table, dtype=np.float64)
    d = disagreement(counts.shape[-1], weights)
    n = counts.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        p = counts / n[..., None, None]
        rows, columns = p.sum(axis=-1), p.sum(axis=-2)
        seen = (p * d).sum(axis=(-2, -1))
        by_chance = np.einsum("...i,ij,...j->...", rows, d, columns)
        # Sums of fractions may miss zero by a rounding error, and a kappa of it would be an invention.
        value = np.where(by_chance > 1e-12, 1 - seen / by_chance, np.nan)
    return 1 - seen, 1 - by_chance, value


def kappa_error(table: ArrayLike, weights: KappaWeights = "none") -> float:
    """Return the large-sample standard error of kappa, not assuming that kappa is 0.

    Parameters
    ----------
    table
        Shape (C, C).
    weights
        As in ``kappa``.

    Returns
    -------
    float
        NaN where kappa does not exist.

    Notes
    -----
    Fleiss JL, Cohen J, Everitt BS. Psychol Bull 1969;72:323-327.

    Examples
    --------
    >>> round(kappa_error([[20, 5], [10, 15]]), 4)
    0.127
    """
    counts = np.asarray(table, dtype=np.float64)
    n = float(counts.sum())
    observed, expected, value = (float(v) for v in kappa(counts, weights))
    if np.isnan(value):
        return float("nan")
    credit = 1 - disagreement(len(counts), weights)
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    mean_of_row, mean_of_column = credit @ columns, rows @ credit
    spread = credit * (1 - expected) - (mean_of_row[:, None] + mean_of_column[None, :]) * (1 - observed)
    centre = observed * expected - 2 * expected + observed
    variance = (float(np.sum(p * spread**2)) - centre**2) / (n * (1 - expected) ** 4)
    return float(np.sqrt(max(variance, 0.0)))
