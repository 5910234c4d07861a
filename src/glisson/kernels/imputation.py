"""One step of chained equations: draw the missing values of a variable given all others, coefficients drawn first."""

from __future__ import annotations

import numpy as np

from glisson.kernels.multinomial import fit, probabilities
from glisson.kernels.risk_sets import Bools, Floats, Ints

#: Share of the diagonal that is added to cross products so that they can be inverted.
RIDGE = 1e-5
#: Coefficients that are drawn with their error need no more digits than that error leaves.
_STEPS, _ENOUGH = 20, 1e-6


def independent(x: Floats) -> Ints:
    """Return columns none of which follows from those before it.

    Parameters
    ----------
    x
        Shape (n, p).
    """
    kept: list[int] = []
    basis = np.zeros((len(x), 0))
    for j in range(x.shape[1]):
        column = x[:, j]
        left = column - basis @ (basis.T @ column)
        left = left - basis @ (basis.T @ left)
        size = float(np.linalg.norm(left))
        if size > 1e-8 * max(float(np.linalg.norm(column)), 1e-300) and len(kept) < len(x):
            kept.append(j)
            basis = np.column_stack([basis, left / size])
    return np.array(kept, dtype=np.int64)


def matched(x: Floats, y: Floats, known: Bools, donors: int, random: np.random.Generator) -> Floats:
    """Draw missing numbers by predictive mean matching.

    Parameters
    ----------
    x
        Shape (n, p), complete, with a column of ones.
    y, known
        Shape (n,). Values, and where they are known.
    donors
        Size of the pool of known values from which one is drawn.
    random
        Source of randomness.

    Returns
    -------
    ndarray
        Shape (missing,), each a value that somebody has.

    Notes
    -----
    Little RJA. J Bus Econ Stat 1988;6:287-296; van Buuren S. Flexible Imputation of Missing Data, 2018, algorithm 3.3:
    known values are predicted by the estimated coefficients, missing ones by a draw of them.
    """
    own = independent(x[known])
    a, b, values = x[known][:, own], x[~known][:, own], y[known]
    cross = a.T @ a
    inverse = np.linalg.inv(cross + np.diag(RIDGE * np.diag(cross)))
    beta = inverse @ a.T @ values
    free = max(len(values) - len(own), 1)
    sigma = np.sqrt(float(np.sum((values - a @ beta) ** 2)) / random.chisquare(free))
    drawn = beta + sigma * np.linalg.cholesky((inverse + inverse.T) / 2) @ random.normal(size=len(own))
    apart = np.abs((a @ beta)[None, :] - (b @ drawn)[:, None])
    size = min(donors, len(values))
    # Equally distant donors are put in random order, so that none is preferred for standing first.
    order = np.lexsort((random.random(apart.shape), apart), axis=1)[:, :size]
    chosen = order[np.arange(len(b)), random.integers(0, size, len(b))]
    drawn_values: Floats = values[chosen]
    return drawn_values


def categorical(x: Floats, y: Ints, known: Bools, random: np.random.Generator) -> Ints:
    """Draw missing categories from a logistic model with Firth's penalty.

    Parameters
    ----------
    x
        Shape (n, p), complete, with a column of ones.
    y, known
        Shape (n,). Codes from 0, and where they are known.
    random
        Source of randomness.

    Returns
    -------
    ndarray
        Shape (missing,). Levels that nobody is known to have are never drawn.

    Notes
    -----
    Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987, pp. 169-170; the penalty keeps coefficients finite
    where covariates separate the levels.
    """
    used, code = np.unique(y[known], return_inverse=True)
    missing = int(np.sum(~known))
    if len(used) < 2:
        return np.full(missing, used[0], dtype=np.int64)
    own = independent(x[known])
    a = x[known][:, own]
    spread = np.where(np.ptp(a, axis=0) > 0, a.std(axis=0), 1.0)
    found = fit(a / spread, code.reshape(-1).astype(np.int64), len(used), firth=True, steps=_STEPS, tolerance=_ENOUGH)
    covariance = np.linalg.pinv(found.point.curvature, hermitian=True)
    value, vector = np.linalg.eigh((covariance + covariance.T) / 2)
    drawn = found.at + vector @ (np.sqrt(np.maximum(value, 0.0)) * random.normal(size=len(found.at)))
    share = np.cumsum(probabilities(x[~known][:, own] / spread, drawn), axis=1)
    place = np.minimum((random.random((missing, 1)) > share).sum(axis=1), len(used) - 1)
    out: Ints = used[place].astype(np.int64)
    return out
