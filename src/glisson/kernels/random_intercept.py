"""Counts that differ between studies: a random intercept, integrated by adaptive Gauss-Hermite quadrature.

Study i has x_i events of n_i units, logit θ_i (binomial), or x_i events in time n_i, log rate θ_i (Poisson),
θ_i = μ + τ u_i with u_i standard normal. The integral over each u_i is taken about its conditional mode, scaled by the
curvature there. No cell needs a correction: a study without events is a study like the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["binomial", "poisson"]

NODES = 25
_NEWTON, _SMALL = 200, 1e-11
#: Values of τ at which a maximum is looked for first.
_TAUS = np.concatenate([[0.0], np.geomspace(0.02, 60.0, 44)])
#: No limit is looked for beyond this distance from the pooled value on the log scale.
_REACH = 30.0
# Central differences of fourth order: places, first and second derivative.
_PLACES = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
_FIRST = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12
_SECOND = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """The data: x events of n units, or in n units of time, shape (k,); and the number of nodes."""

    kind: Kind
    x: Floats
    n: Floats
    nodes: int = NODES

    @property
    def at_edge(self) -> bool:
        """Whether the likelihood has no maximum: no events at all, or nothing but events."""
        total = float(self.x.sum())
        return total == 0 or (self.kind == "binomial" and total == float(self.n.sum()))

    @property
    def common(self) -> float:
        """Logit or log rate of all studies taken together."""
        rate = float(self.x.sum() / self.n.sum())
        return math.log(rate / (1 - rate)) if self.kind == "binomial" else math.log(rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Maximum likelihood: μ with its standard error, τ, and the log likelihood there and at τ = 0."""

    mu: float
    se: float
    tau: float
    loglik: float
    loglik_common: float


def _mean_variance(data: Counts, theta: Floats) -> tuple[Floats, Floats]:
    if data.kind == "binomial":
        p = 1 / (1 + np.exp(-np.clip(theta, -700.0, 700.0)))
        return data.n * p, data.n * p * (1 - p)
    mean = data.n * np.exp(np.minimum(theta, 600.0))
    return mean, mean


def loglik(data: Counts, mu: Floats, tau: Floats) -> Floats:
    """Return the log likelihood, without the binomial coefficients and the like.

    Parameters
    ----------
    data
        The counts.
    mu, tau
        Shape (B,): pairs of values; τ may be negative, which is the same as positive.

    Notes
    -----
    Pinheiro JC, Bates DM. J Comput Graph Stat 1995;4:12-35.

    Examples
    --------
    >>> data = Counts(kind="binomial", x=np.array([1.0]), n=np.array([2.0]))
    >>> loglik(data, np.array([0.0]), np.array([0.0])).round(4).tolist()
    [-1.3863]
    """
    m, t = mu[:, None], tau[:, None]
    u = np.zeros((len(mu), len(data.x)))
    cap = 2 / np.maximum(np.abs(t), 1e-3)
    for _ in range(_NEWTON):
        mean, variance = _mean_variance(data, m + t * u)
        step = (t * (data.x - mean) - u) / (t**2 * variance + 1)
        u = u + np.clip(step, -cap, cap)
        if np.abs(step).max() < _SMALL:
            break
    width = 1 / np.sqrt(t**2 * _mean_variance(data, m + t * u)[1] + 1)
    z, w = _nodes(data.nodes)
    at = u[..., None] + math.sqrt(2) * width[..., None] * z
    theta = m[..., None] + t[..., None] * at
    inside = data.x[:, None] * theta - _cumulant(data, theta) - at**2 / 2 + z**2
    peak = inside.max(axis=-1)
    each = peak + np.log((w * np.exp(inside - peak[..., None])).sum(axis=-1)) + np.log(width) - math.log(math.pi) / 2
    return np.asarray(each.sum(axis=-1))


@lru_cache(maxsize=8)
def _nodes(number: int) -> tuple[Floats, Floats]:
    """Return places and weights of the quadrature; finding them takes longer than using them."""
    z, w = np.polynomial.hermite.hermgauss(number)
    z.flags.writeable = w.flags.writeable = False
    return z, w


def _cumulant(data: Counts, theta: Floats) -> Floats:
    grown = np.logaddexp(0.0, theta) if data.kind == "binomial" else np.exp(np.minimum(theta, 600.0))
    return np.asarray(data.n[:, None] * grown)


def best_mu(data: Counts, tau: Floats) -> tuple[Floats, Floats]:
    """Return the best μ at each τ, and the log likelihood there, both of shape (B,).

    Examples
    --------
    >>> data = Counts(kind="poisson", x=np.array([2.0, 2.0]), n=np.array([1.0, 1.0]))
    >>> mu, _ = best_mu(data, np.array([0.0]))
    >>> round(float(mu[0]), 4) == round(float(np.log(2)), 4)
    True
    """
    mu = np.full(len(tau), data.common)
    unit = 0.01 / math.sqrt(_information(data, data.common))
    for _ in range(60):
        at = mu[:, None] + unit * _PLACES
        values = loglik(data, at.ravel(), np.repeat(tau, 5)).reshape(-1, 5)
        slope, bend = values @ _FIRST / unit, values @ _SECOND / unit**2
        step = np.clip(np.where(bend < 0, -slope / np.minimum(bend, -1e-12), np.sign(slope)), -1.0, 1.0)
        mu = mu + step
        if np.abs(step).max() < 1e-9:
            break
    return mu, loglik(data, mu, tau)


def _information(data: Counts, mu: float) -> float:
    return float(_mean_variance(data, np.full(len(data.x), mu))[1].sum())


def common_error(data: Counts) -> float:
    """Return the standard error of ``Counts.common``.

    Parameters
    ----------
    data
        Counts that are not ``at_edge``.

    Examples
    --------
    >>> common_error(Counts(kind="binomial", x=np.array([2.0]), n=np.array([4.0])))
    1.0
    """
    return 1 / math.sqrt(_information(data, data.common))


def fit(data: Counts) -> Fitted:
    """Return the maximum of the likelihood.

    Parameters
    ----------
    data
        Counts that are not ``at_edge``.

    Examples
    --------
    >>> found = fit(Counts(kind="binomial", x=np.array([3.0, 9.0]), n=np.array([12.0, 12.0])))
    >>> round(found.mu, 4), round(found.tau, 4)
    (0.0, 0.9507)
    """
    common = data.common
    flat = float(loglik(data, np.array([common]), np.zeros(1))[0])
    plain = common_error(data)
    along, heights = best_mu(data, _TAUS)
    best = int(np.argmax(heights))
    mean, variance = _mean_variance(data, np.full(len(data.x), common))
    if best == 0 and float(((data.x - mean) ** 2 - variance).sum()) <= 0:
        return Fitted(mu=common, se=plain, tau=0.0, loglik=flat, loglik_common=flat)
    at = np.array([along[best], max(_TAUS[best], 0.01)])
    scale = np.array([plain, max(float(at[1]) / 4, 0.005)])
    for _ in range(100):
        gradient, curvature = _derivatives(data, at, 0.01 * scale)
        step = np.clip(_uphill(curvature, gradient), -0.5, 0.5)
        step[1] = max(step[1], -0.75 * at[1])
        at = at + step
        scale[1] = max(float(at[1]) / 4, 1e-4)
        if np.abs(step).max() < 1e-10:
            break
    covariance = np.linalg.inv(_derivatives(data, at, 0.01 * scale)[1])
    top = float(loglik(data, at[:1], at[1:])[0])
    if top <= flat or covariance[0, 0] <= 0:
        return Fitted(mu=common, se=plain, tau=0.0, loglik=flat, loglik_common=flat)
    return Fitted(mu=float(at[0]), se=math.sqrt(covariance[0, 0]), tau=float(at[1]), loglik=top, loglik_common=flat)


def _uphill(curvature: Floats, gradient: Floats) -> Floats:
    """Return Newton's step, or one along the gradient where the function is not bent downwards."""
    if np.linalg.eigvalsh(curvature)[0] > 0:
        return np.asarray(np.linalg.solve(curvature, gradient))
    return np.asarray(gradient / np.maximum(np.abs(np.diag(curvature)), 1e-8))


def _derivatives(data: Counts, at: Floats, unit: Floats) -> tuple[Floats, Floats]:
    """Return gradient and negative second derivatives in μ and τ by central differences of fourth order."""
    mu, tau = at[:, None] + unit[:, None] * _PLACES
    grid = loglik(data, np.repeat(mu, 5), np.tile(tau, 5)).reshape(5, 5)
    gradient = np.array([_FIRST @ grid[:, 2] / unit[0], grid[2] @ _FIRST / unit[1]])
    cross = _FIRST @ grid @ _FIRST / (unit[0] * unit[1])
    second = np.array([[_SECOND @ grid[:, 2] / unit[0] ** 2, cross], [cross, grid[2] @ _SECOND / unit[1] ** 2]])
    return gradient, -second


def profile_mu(data: Counts, mu: float) -> float:
    """Return the log likelihood at one μ, highest over τ.

    Examples
    --------
    >>> data = Counts(kind="binomial", x=np.array([3.0, 9.0]), n=np.array([12.0, 12.0]))
    >>> profile_mu(data, 0.0) > profile_mu(data, 1.0)
    True
    """
    taus = _TAUS
    for _ in range(3):
        heights = loglik(data, np.full(len(taus), mu), taus)
        best = int(np.argmax(heights))
        if best in {0, len(taus) - 1}:
            return float(heights[best])
        low, high = taus[best - 1], taus[best + 1]
        taus, before = np.linspace(low, high, 25), (taus, heights, best)
    taus, heights, best = before
    left, top, right = heights[best - 1 : best + 2].tolist()
    bend = left - 2 * top + right
    return float(top - (right - left) ** 2 / (8 * bend)) if bend < 0 else float(top)


def mu_limits(data: Counts, found: Fitted, drop: float) -> tuple[float, float]:
    """Return where the profile of μ has fallen by ``drop`` below its maximum; infinite where it does not.

    Parameters
    ----------
    data, found
        Counts and their fit.
    drop
        Half a squared quantile: 1.92 for 95% by chi-square.

    Examples
    --------
    >>> data = Counts(kind="binomial", x=np.array([3.0, 9.0]), n=np.array([12.0, 12.0]))
    >>> [round(x, 3) for x in mu_limits(data, fit(data), 1.92)]
    [-2.864, 2.864]
    """
    return _mu_limit(data, found, drop, -1.0), _mu_limit(data, found, drop, 1.0)


def _mu_limit(data: Counts, found: Fitted, drop: float, side: float) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415

    def excess(mu: float) -> float:
        return found.loglik - profile_mu(data, mu) - drop

    near, reach = found.mu, min(2 * found.se, _REACH)
    while True:
        far = found.mu + side * reach
        if excess(far) > 0:
            return float(brentq(excess, near, far, xtol=1e-10))
        if reach >= _REACH:
            return side * math.inf
        near, reach = far, min(reach * 1.6, _REACH)


def tau_limits(data: Counts, found: Fitted, drop: float) -> tuple[float, float]:
    """Return where the profile of τ has fallen by ``drop``; 0 and infinity where it does not.

    Parameters
    ----------
    data, found, drop
        As in ``mu_limits``.

    Examples
    --------
    >>> data = Counts(kind="binomial", x=np.array([3.0, 9.0]), n=np.array([12.0, 12.0]))
    >>> [round(x, 3) for x in tau_limits(data, fit(data), 1.92)]
    [0.0, 4.93]
    """
    from scipy.optimize import brentq  # noqa: PLC0415

    def excess(tau: float) -> float:
        return found.loglik - float(best_mu(data, np.array([tau]))[1][0]) - drop

    low = 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, found.tau, xtol=1e-10))
    near, far = found.tau, max(2 * found.tau, 0.5)
    while far < 4 * _REACH:
        if excess(far) > 0:
            return low, float(brentq(excess, near, far, xtol=1e-10))
        near, far = far, far * 1.6
    return low, math.inf
