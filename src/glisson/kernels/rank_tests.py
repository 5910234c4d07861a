"""Weighted log-rank statistics from counts: groups on the second-last axis, time on the last, any batch axes before."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int64] | NDArray[np.float64]
#: Name of a weight, or Fleming-Harrington's (rho, gamma).
Weights = Literal["logrank", "gehan", "tarone-ware", "peto-peto"] | tuple[float, float]


class RankStatistic(NamedTuple):
    """Observed and expected events of each group, and the covariance of their difference."""

    observed: Floats
    expected: Floats
    covariance: Floats


def weights_of(at_risk: Counts, events: Counts, weights: Weights) -> Floats:
    """Return the weight of each time from the pooled counts.

    Parameters
    ----------
    at_risk, events
        Shape (..., T), pooled over groups.
    weights
        ``"logrank"`` 1; ``"gehan"`` the number at risk; ``"tarone-ware"`` its square root; ``"peto-peto"`` a modified
        survival estimate; ``(rho, gamma)`` S(t-)^rho (1 - S(t-))^gamma.

    Notes
    -----
    Gehan EA. Biometrika 1965;52:203-223; Tarone RE, Ware J. Biometrika 1977;64:156-160; Harrington DP, Fleming TR.
    Biometrika 1982;69:553-566.
    """
    n = at_risk.astype(np.float64)
    if weights == "logrank":
        return np.ones_like(n)
    if weights == "gehan":
        return n
    if weights == "tarone-ware":
        return np.sqrt(n)
    if weights == "peto-peto":
        modified: Floats = np.cumprod(1 - events / (n + 1), axis=-1, dtype=np.float64)
        return modified
    rho, gamma = weights
    survival = np.cumprod(1 - events / np.maximum(n, 1), axis=-1)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    out: Floats = before**rho * (1 - before) ** gamma
    return out


def logrank(at_risk: Counts, events: Counts, weights: Weights = "logrank") -> RankStatistic:
    """Return the weighted log-rank statistic.

    Parameters
    ----------
    at_risk, events
        Shape (..., G, T). Strata go in a batch axis; add the results up over it.
    weights
        As in ``weights_of``.

    Returns
    -------
    RankStatistic
        ``observed``, ``expected`` of shape (..., G) and the hypergeometric ``covariance`` of shape (..., G, G).

    Notes
    -----
    Mantel N. Cancer Chemother Rep 1966;50:163-170; Peto R, Peto J. J R Stat Soc A 1972;135:185-207.

    Examples
    --------
    >>> logrank(np.array([[2, 1], [2, 1]]), np.array([[1, 0], [0, 1]])).expected.tolist()
    [1.0, 1.0]
    """
    n, d = at_risk.sum(axis=-2), events.sum(axis=-2)
    w = np.where(d > 0, weights_of(n, d, weights), 0.0)
    share = at_risk / np.maximum(n, 1)[..., None, :]
    observed = (w[..., None, :] * events).sum(axis=-1)
    expected = (w * d)[..., None, :] * share
    spread = w**2 * d * (n - d) / np.maximum(n - 1, 1)
    weighted = share * spread[..., None, :]
    covariance = -np.einsum("...it,...jt->...ij", weighted, share)
    diagonal = np.arange(at_risk.shape[-2])
    covariance[..., diagonal, diagonal] += weighted.sum(axis=-1)
    return RankStatistic(observed, expected.sum(axis=-1), covariance)


def chi_square(statistic: RankStatistic) -> tuple[Floats, Ints]:
    """Return the chi-square of a log-rank statistic and its degrees of freedom.

    Parameters
    ----------
    statistic
        With any batch axes.

    Returns
    -------
    chi_square, df
        Shape (...,). Groups without information (nobody at risk when events happen) lower the degrees of freedom; with
        none left both are 0.
    """
    difference = (statistic.observed - statistic.expected)[..., :-1]
    covariance = statistic.covariance[..., :-1, :-1]
    if covariance.shape[-1] == 1:
        variance = covariance[..., 0, 0]
        known = variance > 1e-12
        square = difference[..., 0] ** 2 / np.where(known, variance, 1.0)
        return np.where(known, square, 0.0), known.astype(np.int64)
    spread, axes = np.linalg.eigh(covariance)
    known = spread > np.maximum(1e-9, 1e-10 * spread[..., -1:])
    along = np.einsum("...i,...ij->...j", difference, axes)
    square = np.where(known, along**2 / np.where(known, spread, 1.0), 0.0).sum(axis=-1)
    return square, known.sum(axis=-1)


def p_value(square: float, df: int) -> float:
    """Return the upper tail of the chi-square distribution.

    Examples
    --------
    >>> round(p_value(3.841458820694124, 1), 6)
    0.05
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - SciPy only where it is needed

    return float(chdtrc(df, square))
