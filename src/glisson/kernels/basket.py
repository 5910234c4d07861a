"""Posteriors of several proportions that share a normal distribution on the logit scale, for all counts at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, log_expit, logit, roots_legendre

Floats = NDArray[np.float64]

#: Where a standard normal ends, and how closely nodes crowd around the threshold.
_FAR, _CROWD = 8.0, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """The common mean and spread as a grid, with what each count of a basket says at each of its points.

    Parameters
    ----------
    log_weight
        Shape (G,): prior weight of a point of (mean, spread).
    marginal, tail
        Per basket, shape (n + 1, G): probability of a count given the point, and with it the posterior probability of a
        proportion above the threshold.
    """

    log_weight: Floats
    marginal: tuple[Floats, ...]
    tail: tuple[Floats, ...]


def grid(
    sizes: tuple[int, ...], threshold: float, *, centre: float, spread: float, scale: float,
    means: int = 48, spreads: int = 32, inner: int = 48,
) -> Grid:  # fmt: skip
    """Return the grid for baskets of given sizes.

    Parameters
    ----------
    sizes
        Patients of each basket.
    threshold
        Proportion that must be exceeded.
    centre, spread
        Normal prior of the common mean, logit scale.
    scale
        Half-normal prior of the spread between baskets, logit scale.
    means, spreads, inner
        Points of the quadratures over the mean (on either side of the threshold), the spread, and a basket's own
        proportion (likewise).

    Notes
    -----
    With a small spread the tail is a step in the mean, where it crosses the threshold: nodes crowd there, from both
    sides.
    """
    cut = (logit(threshold) - centre) / spread
    z, wz = _around(float(np.clip(cut, -_FAR, _FAR)), means)
    node, wn = roots_legendre(spreads)
    u = (node + 1) / 2
    tau = u**2 * 6 * scale  # a half-normal beyond six scales holds 2e-9
    w_tau = u * wn * np.exp(-0.5 * (tau / scale) ** 2)
    mu = centre + spread * z
    log_weight = np.log(np.maximum(wz / wz.sum(), 1e-300))[:, None] + np.log(w_tau / w_tau.sum())[None, :]
    mean, sd = (np.ravel(v) for v in np.broadcast_arrays(mu[:, None], tau[None, :]))
    parts = {n: _basket(n, threshold, mean, sd, inner) for n in set(sizes)}
    return Grid(
        log_weight=log_weight.ravel(),
        marginal=tuple(parts[n][0] for n in sizes),
        tail=tuple(parts[n][1] for n in sizes),
    )


def _around(cut: float, count: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of a standard normal that crowd around a place."""
    node, weight = roots_legendre(count)
    u, du = (node + 1) / 2, weight / 2
    sides = [(cut + (end - cut) * u**_CROWD, abs(end - cut) * _CROWD * u ** (_CROWD - 1) * du) for end in (-_FAR, _FAR)]
    z, width = (np.concatenate(parts) for parts in zip(*sides, strict=True))
    return z, width * np.exp(-0.5 * z**2)


def _basket(n: int, threshold: float, mean: Floats, sd: Floats, inner: int) -> tuple[Floats, Floats]:
    """Integrate a basket's own logit out: below and above the threshold apart, so that the step costs no accuracy."""
    node, weight = roots_legendre(inner)
    cut = np.clip((logit(threshold) - mean) / sd, -8.0, 8.0)
    halves = []
    for low, high in ((np.full_like(cut, -8.0), cut), (cut, np.full_like(cut, 8.0))):
        half = (high - low)[:, None] / 2
        z = low[:, None] + half * (node + 1)
        density = half * weight * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
        theta = mean[:, None] + sd[:, None] * z
        yes, no = log_expit(theta), log_expit(-theta)
        x = np.arange(n + 1)
        choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
        halves.append(
            np.stack([np.sum(density * np.exp(choose[k] + k * yes + (n - k) * no), axis=1) for k in range(n + 1)])
        )
    below, above = halves
    return below + above, above / (below + above)


def tails(g: Grid) -> tuple[Floats, ...]:
    """Return for each basket the posterior probability of exceeding the threshold, for every combination of counts.

    Parameters
    ----------
    g
        From ``grid``, of K baskets.

    Returns
    -------
    tuple of ndarray of shape (n_1 + 1, ..., n_K + 1)

    Examples
    --------
    >>> two = tails(grid((2, 2), 0.5, centre=0.0, spread=1.0, scale=0.5))
    >>> two[0].shape, bool(two[0][1, 1].round(6) == 0.5), bool(two[0][2, 2] > two[0][2, 0])
    ((3, 3), True, True)
    """
    k = len(g.marginal)
    weight = np.exp(g.log_weight)
    letters = "abcdefgh"[:k]
    joined = ",".join(f"{c}z" for c in letters)
    whole = np.einsum(f"z,{joined}->{letters}", weight, *g.marginal, optimize=True)
    out = []
    for j in range(k):
        parts = [m * g.tail[j] if i == j else m for i, m in enumerate(g.marginal)]
        out.append(np.einsum(f"z,{joined}->{letters}", weight, *parts, optimize=True) / whole)
    return tuple(np.asarray(t, dtype=np.float64) for t in out)
