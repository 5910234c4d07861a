"""Multinomial logistic regression: likelihood, Firth's penalty, and whether a finite maximum exists.

Coefficients are one vector of length (K - 1) p: those of group 1 against group 0, then of group 2, and so on. Two
groups make the usual logistic model.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import linprog

from glisson.kernels.newton import STEPS, Point, Solution, maximise
from glisson.kernels.risk_sets import Floats, Ints

#: A linear predictor beyond which a coefficient is on its way to infinity.
_FAR = 40.0
#: The gain of a step below which the search ends; Firth's steps shrink only in proportion, so they need a low one.
_TOLERANCE = 1e-15


def probabilities(x: Floats, beta: Floats) -> Floats:
    """Return the probability of each group, shape (n, K).

    Parameters
    ----------
    x
        Shape (n, p), with a column of ones where there is an intercept.
    beta
        Shape ((K - 1) p,).
    """
    eta = np.column_stack([np.zeros(len(x)), x @ beta.reshape(-1, x.shape[1]).T])
    eta -= eta.max(axis=1, keepdims=True)
    odds = np.exp(eta)
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def likelihood(x: Floats, group: Ints, beta: Floats) -> Point:
    """Return log likelihood, score and information.

    Parameters
    ----------
    x
        Shape (n, p).
    group
        Shape (n,), codes 0 .. K - 1.
    beta
        Shape ((K - 1) p,).
    """
    p = probabilities(x, beta)
    rows = np.arange(len(x))
    with np.errstate(divide="ignore"):
        value = float(np.log(p[rows, group]).sum())
    hit = np.zeros_like(p)
    hit[rows, group] = 1.0
    score = np.einsum("nk,na->ka", (hit - p)[:, 1:], x).reshape(-1)
    spread = _spread(p)
    size = len(beta)
    information = np.einsum("nkl,na,nb->kalb", spread, x, x).reshape(size, size)
    return Point(value, score, information)


def _spread(p: Floats) -> Floats:
    """Return the covariance of the indicators of groups 1 .. K - 1, shape (n, K - 1, K - 1)."""
    own = p[:, 1:]
    spread: Floats = np.einsum("nk,kl->nkl", own, np.eye(own.shape[1])) - own[:, :, None] * own[:, None, :]
    return spread


def penalised(x: Floats, group: Ints, beta: Floats) -> Point:
    """Return the likelihood with half the log determinant of the information added.

    Notes
    -----
    Firth D. Biometrika 1993;80:27-38; for several groups Bull SB, Mak C, Greenwood CMT. Comput Stat Data Anal
    2002;39:57-74.
    """
    plain = likelihood(x, group, beta)
    sign, log_determinant = np.linalg.slogdet(plain.curvature)
    if sign <= 0 or not np.isfinite(log_determinant):
        return Point(-np.inf, np.full(len(beta), np.nan), plain.curvature)
    q = len(beta) // x.shape[1]
    inverse = np.linalg.inv(plain.curvature).reshape(q, x.shape[1], q, x.shape[1])
    leverage = np.einsum("na,kalb,nb->nkl", x, inverse, x)
    p = probabilities(x, beta)[:, 1:]
    # Third central moments of the indicators: where all three groups are one, where two are, and everywhere.
    own = np.einsum("nkk->nk", leverage)
    crossed = np.einsum("nkl,nl->nk", leverage, p)
    pull = own * p - p * (own * p).sum(axis=1, keepdims=True) - 2 * p * crossed
    pull += 2 * p * (p * crossed).sum(axis=1, keepdims=True)
    gradient = plain.gradient + 0.5 * np.einsum("nk,na->ka", pull, x).reshape(-1)
    return Point(plain.value + 0.5 * float(log_determinant), gradient, plain.curvature)


def separated(x: Floats, group: Ints, groups: int) -> bool:
    """Return whether covariates separate groups, wholly or in part: then no finite maximum of the likelihood exists.

    Parameters
    ----------
    x, group
        Shape (n, p) and (n,).
    groups
        Number of groups K.

    Notes
    -----
    Albert A, Anderson JA. Biometrika 1984;71:1-10, by linear programming: is there a direction along which every
    unit's own group never loses against another, and once gains?
    """
    n, p = x.shape
    scale = np.abs(x).max(axis=0)
    if np.any(scale == 0):
        return False
    blocks = np.zeros((n, groups, groups, p))
    rows = np.arange(n)
    blocks[rows, :, group] += (x / scale)[:, None]
    for k in range(groups):
        blocks[rows, k, k] -= x / scale
    gain = blocks[:, :, 1:].reshape(n * groups, (groups - 1) * p)
    gain = np.unique(gain[np.any(gain != 0, axis=1)], axis=0)
    found = linprog(-gain.sum(axis=0), A_ub=-gain, b_ub=np.zeros(len(gain)), bounds=(-1, 1), method="highs")
    return bool(found.status == 0 and -float(found.fun) > 1e-7)


def objective(x: Floats, group: Ints, *, firth: bool) -> Callable[[Floats], Point]:
    """Return the likelihood, penalised or not, as a function of the coefficients."""
    chosen = penalised if firth else likelihood
    return lambda beta: chosen(x, group, beta)


def fit(
    x: Floats, group: Ints, groups: int, *, firth: bool, steps: int = STEPS, tolerance: float = _TOLERANCE
) -> Solution:
    """Maximise the likelihood, penalised or not.

    Parameters
    ----------
    x
        Shape (n, p).
    group
        Shape (n,), codes 0 .. K - 1.
    groups
        Number of groups K.
    firth
        Whether Firth's penalty is added.
    steps, tolerance
        Most steps, and the gain below which the search ends.

    Returns
    -------
    Solution
        ``at`` has shape ((K - 1) p,).

    Examples
    --------
    >>> x = np.ones((4, 1))
    >>> round(float(fit(x, np.array([0, 1, 1, 1]), 2, firth=False).at[0]), 4)  # log of 3
    1.0986
    """
    limit = np.tile(_FAR / np.maximum(np.abs(x).max(axis=0), 1e-12), groups - 1)
    start = np.zeros((groups - 1) * x.shape[1])
    function = objective(x, group, firth=firth)
    found = maximise(function, start, limit=limit, steps=steps, tolerance=tolerance)
    return found._replace(point=function(found.at)) if found.outcome == "converged" else found
