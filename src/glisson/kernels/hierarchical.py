"""Partial pooling of a few groups, by quadrature: no sampler, the same numbers every time.

Group j has a parameter θ_j (a log rate or a logit), θ_j ~ N(μ, τ²), μ ~ N(m, s²), τ ~ half-normal(h). Given μ and τ the
groups are independent, so three one-dimensional integrals do what a sampler would: over τ by Gauss-Legendre, over μ by
the trapezoidal rule, over each θ_j by Gauss-Hermite about its conditional mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["binomial", "poisson"]

#: Nodes for μ, τ and θ; the check halves the first two. A rough look comes first: it finds where μ can be.
NODES, _ROUGH = (65, 40, 24), (129, 20, 12)
_NEGLIGIBLE = 1e-10
_SPAN_TAU, _SPAN_MU, _NEWTON = 6.0, 9.0, 60
#: Largest difference between a fit and one with half the nodes, in standard deviations, that is accepted.
TOLERANCE = 2e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """A posterior as weighted nodes.

    Parameters
    ----------
    weight
        Shape (M, T): posterior of (μ, τ), summing to 1.
    mu, tau
        Shape (M,) and (T,).
    theta, share
        Shape (M, T, J, Q): nodes of each group's parameter given μ and τ, and their weights, summing to 1 over Q.
    error
        Largest difference of a posterior mean from that with half the nodes, in posterior standard deviations.
    """

    weight: Floats
    mu: Floats
    tau: Floats
    theta: Floats
    share: Floats
    error: float

    @property
    def groups(self) -> int:
        """Number of groups J."""
        return int(self.theta.shape[2])

    def atoms(self, group: int) -> tuple[Floats, Floats]:
        """Return the nodes of one group's parameter in increasing order, and their posterior weights."""
        nodes = self.theta[:, :, group].reshape(-1)
        weights = (self.weight[:, :, None] * self.share[:, :, group]).reshape(-1)
        order = np.argsort(nodes, kind="stable")
        return nodes[order], weights[order]

    def mean(self, group: int, function: str = "identity") -> float:
        """Return the posterior mean of a group's parameter, or of ``"exp"`` or ``"expit"`` of it."""
        nodes = self.theta[:, :, group]
        values = {"identity": nodes, "exp": np.exp(nodes), "expit": 1 / (1 + np.exp(-nodes))}[function]
        return float(np.sum(self.weight[:, :, None] * self.share[:, :, group] * values))

    def sd(self, group: int, function: str = "identity") -> float:
        """Return the posterior standard deviation, as ``mean``."""
        nodes = self.theta[:, :, group]
        values = {"identity": nodes, "exp": np.exp(nodes), "expit": 1 / (1 + np.exp(-nodes))}[function]
        weights = self.weight[:, :, None] * self.share[:, :, group]
        first = float(np.sum(weights * values))
        return float(np.sqrt(max(np.sum(weights * (values - first) ** 2), 0.0)))

    def quantile(self, group: int, q: float) -> float:
        """Return a posterior quantile of a group's parameter."""
        nodes, weights = self.atoms(group)
        return float(np.interp(q, np.cumsum(weights) - weights / 2, nodes))

    def draws(self, n: int, seed: int) -> Floats:
        """Return independent draws of all groups together, shape (n, J).

        Parameters
        ----------
        n
            Number of draws.
        seed
            Of the generator; μ and τ are drawn systematically.
        """
        rng = np.random.default_rng(seed)
        flat = np.cumsum(self.weight.reshape(-1))
        place = np.searchsorted(flat, (np.arange(n) + rng.random()) / n * flat[-1]).clip(max=len(flat) - 1)
        m, t = np.divmod(place, len(self.tau))
        cumulative = np.cumsum(self.share[m, t], axis=-1)
        u = rng.random((n, self.groups, 1)) * cumulative[..., -1:]
        node = (u > cumulative).sum(axis=-1).clip(max=self.theta.shape[-1] - 1)
        nodes = self.theta[m, t]
        low = np.take_along_axis(nodes, np.maximum(node - 1, 0)[..., None], axis=-1)[..., 0]
        high = np.take_along_axis(nodes, np.minimum(node + 1, nodes.shape[-1] - 1)[..., None], axis=-1)[..., 0]
        own = np.take_along_axis(nodes, node[..., None], axis=-1)[..., 0]
        # Between the middles of neighbouring nodes, so that draws are not heaped on the nodes.
        shift = rng.random((n, self.groups))
        return np.asarray((own + low) / 2 + shift * (high - low) / 2)


def pool(
    kind: Kind, events: Floats, size: Floats, *, centre: float, spread: float, scale: float, check: bool = True
) -> Pooled:
    """Return the posterior of partially pooled groups.

    Parameters
    ----------
    kind
        ``"binomial"``: events of ``size`` units, θ the logit; ``"poisson"``: events in ``size`` units of time, θ the
        log rate.
    events, size
        Shape (J,).
    centre, spread
        Mean and standard deviation of the normal prior of μ.
    scale
        Scale of the half-normal prior of τ.
    check
        Whether to compare with half the nodes.

    Notes
    -----
    Gelman A. Bayesian Anal 2006;1:515-534 (half-normal and half-t priors of τ for few groups).
    """
    wide = _mu_nodes(kind, events, size, centre, spread, _ROUGH[0])
    look = _fit(kind, events, size, centre, spread, scale, wide, _ROUGH)
    likely = np.flatnonzero(look.weight.sum(axis=1) > _NEGLIGIBLE)
    low, high = wide[max(likely[0] - 1, 0)], wide[min(likely[-1] + 1, len(wide) - 1)]
    m, t, q = NODES
    fit = _fit(kind, events, size, centre, spread, scale, np.linspace(low, high, m), NODES)
    if not check:
        return fit
    rough = _fit(kind, events, size, centre, spread, scale, np.linspace(low, high, m // 2 + 1), (m // 2 + 1, t // 2, q))
    gaps = [abs(fit.mean(j) - rough.mean(j)) / max(fit.sd(j), 1e-9) for j in range(len(events))]
    return Pooled(weight=fit.weight, mu=fit.mu, tau=fit.tau, theta=fit.theta, share=fit.share, error=max(gaps))


def _fit(
    kind: Kind,
    events: Floats,
    size: Floats,
    centre: float,
    spread: float,
    scale: float,
    mu: Floats,
    nodes: tuple[int, int, int],
) -> Pooled:
    x, w = np.polynomial.legendre.leggauss(nodes[1])
    tau = (x + 1) / 2 * _SPAN_TAU * scale
    log_tau_weight = np.log(w) - 0.5 * (tau / scale) ** 2
    z, gh = np.polynomial.hermite.hermgauss(nodes[2])
    shape = (len(mu), len(tau), len(events))
    m, t = np.broadcast_to(mu[:, None, None], shape), np.broadcast_to(tau[None, :, None], shape)
    mode, curvature = _modes(kind, events, size, m, t)
    width = np.sqrt(2 / curvature)
    theta = mode[..., None] + width[..., None] * z
    log_joint = (
        _loglik(kind, events[:, None], size[:, None], theta) - 0.5 * ((theta - m[..., None]) / t[..., None]) ** 2
    )
    log_node = log_joint - np.log(t)[..., None] + np.log(width)[..., None] + np.log(gh) + z**2
    peak = log_node.max(axis=-1, keepdims=True)
    share = np.exp(log_node - peak)
    total = share.sum(axis=-1, keepdims=True)
    log_weight = (
        (peak + np.log(total))[..., 0].sum(axis=-1) + log_tau_weight - 0.5 * ((mu[:, None] - centre) / spread) ** 2
    )
    weight = np.exp(log_weight - log_weight.max())
    return Pooled(weight=weight / weight.sum(), mu=mu, tau=tau, theta=theta, share=share / total, error=np.nan)


def _mu_nodes(kind: Kind, events: Floats, size: Floats, centre: float, spread: float, count: int) -> Floats:
    """Return equally spaced nodes that cover the prior where the data say little, else the likelihood."""
    raw = (events + 0.5) / (size + (1.0 if kind == "binomial" else 0.5 * size / np.maximum(events + 0.5, 0.5)))
    guess = np.log(raw / (1 - raw)) if kind == "binomial" else np.log((events + 0.5) / size)
    low = min(float(guess.min()), centre) - _SPAN_MU * min(spread, 1.0)
    high = max(float(guess.max()), centre) + _SPAN_MU * min(spread, 1.0)
    return np.linspace(max(low, centre - _SPAN_MU * spread), min(high, centre + _SPAN_MU * spread), count)


def _loglik(kind: Kind, events: Floats, size: Floats, theta: Floats) -> Floats:
    if kind == "binomial":
        return np.asarray(events * theta - size * np.logaddexp(0.0, theta))
    return np.asarray(events * theta - size * np.exp(theta))


def _modes(kind: Kind, events: Floats, size: Floats, mu: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """Return the mode of each θ given μ and τ and the curvature there, by damped Newton steps on all at once."""
    theta, precision = mu.copy(), 1 / tau**2
    for _ in range(_NEWTON):
        mean = size / (1 + np.exp(-theta)) if kind == "binomial" else size * np.exp(np.minimum(theta, 50.0))
        variance = mean * (1 - mean / size) if kind == "binomial" else mean
        step = (events - mean - (theta - mu) * precision) / (variance + precision)
        theta = theta + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    mean = size / (1 + np.exp(-theta)) if kind == "binomial" else size * np.exp(theta)
    variance = mean * (1 - mean / size) if kind == "binomial" else mean
    return theta, variance + precision
