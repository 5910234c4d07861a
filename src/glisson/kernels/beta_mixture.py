"""Posteriors of proportions under mixtures of beta distributions, for every possible count at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, gammaln, logsumexp, roots_legendre

Floats = NDArray[np.float64]


def posterior_weights(weights: ArrayLike, a: ArrayLike, b: ArrayLike, n: int) -> Floats:
    """Return the weight of each part of a mixture after x of n, for x = 0..n.

    Parameters
    ----------
    weights, a, b
        Shape (J,): the mixture.
    n
        Patients.

    Returns
    -------
    ndarray of shape (n + 1, J)

    Examples
    --------
    >>> posterior_weights([0.5, 0.5], [1, 9], [1, 1], 2).round(3).tolist()
    [[0.948, 0.052], [0.671, 0.329], [0.289, 0.711]]
    """
    w, first, second = (np.asarray(v, dtype=np.float64) for v in (weights, a, b))
    x = np.arange(n + 1)[:, None]
    log = np.log(np.maximum(w, 1e-300)) + betaln(first + x, second + n - x) - betaln(first, second)
    return np.asarray(np.exp(log - logsumexp(log, axis=1, keepdims=True)), dtype=np.float64)


def tail(weights: ArrayLike, a: ArrayLike, b: ArrayLike, n: int, threshold: float) -> Floats:
    """Return the posterior probability that the proportion exceeds a threshold after x of n, for x = 0..n.

    Parameters
    ----------
    weights, a, b, n
        As in ``posterior_weights``.
    threshold
        Between 0 and 1.

    Returns
    -------
    ndarray of shape (n + 1,)

    Examples
    --------
    >>> tail([1.0], [1.0], [1.0], 2, 0.5).round(3).tolist()
    [0.125, 0.5, 0.875]
    """
    x = np.arange(n + 1)[:, None]
    above = 1.0 - betainc(np.asarray(a) + x, np.asarray(b) + n - x, threshold)
    return np.asarray(np.sum(posterior_weights(weights, a, b, n) * above, axis=1), dtype=np.float64)


def superiority(
    treated: tuple[ArrayLike, ArrayLike, ArrayLike, int], control: tuple[ArrayLike, ArrayLike, ArrayLike, int],
    nodes: int = 400,
) -> Floats:  # fmt: skip
    """Return the posterior probability that the treated proportion is the larger, for all pairs of counts.

    Parameters
    ----------
    treated, control
        Mixture and patients of either arm, as in ``posterior_weights``.
    nodes
        Of the Gauss-Legendre rule over the control proportion.

    Returns
    -------
    ndarray of shape (treated patients + 1, control patients + 1)

    Examples
    --------
    >>> uniform = ([1.0], [1.0], [1.0], 1)
    >>> superiority(uniform, uniform).round(3).tolist()
    [[0.5, 0.167], [0.833, 0.5]]
    """
    node, weight = roots_legendre(nodes)
    # Squeezed towards both ends, where densities of few responders are steep.
    p, dp = (1 - np.cos(np.pi * (node + 1) / 2)) / 2, np.pi / 4 * np.sin(np.pi * (node + 1) / 2) * weight
    above = 1.0 - _distribution(*treated, p)
    density = _density(*control, p) * dp
    return np.asarray(np.clip(above @ density.T, 0.0, 1.0), dtype=np.float64)


def binomial_probabilities(n: int, p: ArrayLike) -> Floats:
    """Return the probabilities of 0..n under several proportions.

    Parameters
    ----------
    n
        Patients.
    p
        Shape (K,), each between 0 and 1.

    Returns
    -------
    ndarray of shape (K, n + 1)

    Examples
    --------
    >>> binomial_probabilities(2, [0.5, 0.0]).tolist()
    [[0.25, 0.5, 0.25], [1.0, 0.0, 0.0]]
    """
    x, share = np.arange(n + 1), np.atleast_1d(np.asarray(p, dtype=np.float64))[:, None]
    choose = np.rint(np.exp(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1))) if n < 50 else np.exp(
        gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    )  # fmt: skip
    return np.asarray(choose * share**x * (1 - share) ** (n - x), dtype=np.float64)


def _distribution(weights: ArrayLike, a: ArrayLike, b: ArrayLike, n: int, p: Floats) -> Floats:
    """Return posterior distribution functions at p; shape (n + 1, points)."""
    x = np.arange(n + 1)[:, None]
    w = posterior_weights(weights, a, b, n)
    first, second = np.asarray(a) + x, np.asarray(b) + n - x
    return np.asarray(np.einsum("xj,xjp->xp", w, betainc(first[:, :, None], second[:, :, None], p)), dtype=np.float64)


def _density(weights: ArrayLike, a: ArrayLike, b: ArrayLike, n: int, p: Floats) -> Floats:
    """Return posterior densities at p; shape (n + 1, points)."""
    x = np.arange(n + 1)[:, None]
    w = posterior_weights(weights, a, b, n)
    first, second = (v[:, :, None] for v in (np.asarray(a) + x, np.asarray(b) + n - x))
    log = (first - 1) * np.log(p) + (second - 1) * np.log1p(-p) - betaln(first, second)
    return np.asarray(np.einsum("xj,xjp->xp", w, np.exp(log)), dtype=np.float64)
