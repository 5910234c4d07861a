"""Partial pooling of a few groups, by quadrature: no sampler, the same numbers every time.

Group j has a parameter θ_j (a log rate or a logit), θ_j ~ N(μ, τ²), μ ~ N(m, s²), τ ~ half-normal(h). Given μ and τ the
groups are independent, so three one-dimensional integrals do what a sampler would: over τ by Gauss-Legendre, over μ by
the trapezoidal rule, over each θ_j by Gauss-Hermite about its conditional mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["binomial", "poisson"]

#: Nodes for μ, τ and θ; the check halves the first two. A rough look comes first: it finds where μ can be.
NODES, _ROUGH = (65, 40, 24), (129, 20, 12)
_NEGLIGIBLE, _FAINT = 1e-10, 1e-7
#: Values at which the marginal distribution of a group's parameter is worked out.
_POINTS = 301
#: A normal narrower than this many steps of μ is averaged over its own nodes, not over those of μ.
_NARROW = 1.5
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
    log_evidence
        Shape (M, T, J): log probability of each group's data given μ and τ, up to a constant of the group.
    kind, events, size
        The data, as given to ``pool``.
    error
        Largest difference of a posterior mean from that with half the nodes, in posterior standard deviations.
    """

    weight: Floats
    mu: Floats
    tau: Floats
    theta: Floats
    share: Floats
    log_evidence: Floats
    kind: Kind
    events: Floats
    size: Floats
    error: float

    @property
    def groups(self) -> int:
        """Number of groups J."""
        return int(self.theta.shape[2])

    def marginal(self, group: int) -> tuple[Floats, Floats]:
        """Return increasing values of one group's parameter and the posterior probability of lying below each.

        The likelihood of the group times the mixture of normals that the other groups leave as its prior.
        """
        nodes, middle, sd = self.theta[:, :, group], self.mean(group), self.sd(group)
        low, high = max(float(nodes.min()), middle - 8 * sd), min(float(nodes.max()), middle + 8 * sd)
        theta = np.linspace(low, high, _POINTS)
        with np.errstate(divide="ignore"):
            log_left = np.log(self.weight) - self.log_evidence[:, :, group]
        log_left -= log_left[self.weight > _NEGLIGIBLE * self.weight.max()].max()
        narrow = self.tau < _NARROW * (self.mu[1] - self.mu[0])
        mixed = _wide_mixture(theta, self.mu, self.tau[~narrow], log_left[:, ~narrow])
        mixed += _narrow_mixture(theta, self.mu, self.tau[narrow], log_left[:, narrow])
        log_like = _loglik(self.kind, self.events[group], self.size[group], theta)
        density = mixed * np.exp(log_like - log_like.max())
        below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        return theta, below / below[-1]

    def mean(self, group: int, function: str = "identity") -> float:
        """Return the posterior mean of a group's parameter, or of ``"exp"`` or ``"expit"`` of it."""
        values = _of(function, self.theta[:, :, group])
        return float(np.einsum("mt,mtq,mtq->", self.weight, self.share[:, :, group], values))

    def sd(self, group: int, function: str = "identity") -> float:
        """Return the posterior standard deviation, as ``mean``."""
        values = _of(function, self.theta[:, :, group])
        first = float(np.einsum("mt,mtq,mtq->", self.weight, self.share[:, :, group], values))
        second = float(np.einsum("mt,mtq,mtq->", self.weight, self.share[:, :, group], (values - first) ** 2))
        return float(np.sqrt(max(second, 0.0)))

    def quantiles(self, group: int, q: Sequence[float]) -> tuple[float, ...]:
        """Return posterior quantiles of a group's parameter."""
        theta, below = self.marginal(group)
        return tuple(float(np.interp(share, below, theta)) for share in q)

    def quantile(self, group: int, q: float) -> float:
        """Return one posterior quantile of a group's parameter."""
        return self.quantiles(group, (q,))[0]

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
        cumulative = np.cumsum(self.share, axis=-1)[m, t]
        u = rng.random((n, self.groups, 1)) * cumulative[..., -1:]
        last = self.theta.shape[-1] - 1
        node = (u > cumulative).sum(axis=-1).clip(max=last)
        m, t, group = m[:, None], t[:, None], np.arange(self.groups)
        low = self.theta[m, t, group, np.maximum(node - 1, 0)]
        high = self.theta[m, t, group, np.minimum(node + 1, last)]
        own = self.theta[m, t, group, node]
        # Between the middles of neighbouring nodes, so that draws are not heaped on the nodes.
        shift = rng.random((n, self.groups))
        return np.asarray((own + low) / 2 + shift * (high - low) / 2)


def _of(function: str, theta: Floats) -> Floats:
    """Return a function of the nodes by its name."""
    if function == "exp":
        return np.asarray(np.exp(theta))
    return np.asarray(1 / (1 + np.exp(-theta))) if function == "expit" else theta


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
    return replace(fit, error=max(gaps))


def _wide_mixture(theta: Floats, mu: Floats, tau: Floats, log_weight: Floats) -> Floats:
    """Return the sum of normals about every node of μ, at each value of θ."""
    used = log_weight > np.log(_FAINT)
    m, t = np.broadcast_to(mu[:, None], used.shape)[used], np.broadcast_to(tau, used.shape)[used]
    return np.asarray(np.exp(-0.5 * ((theta[:, None] - m) / t) ** 2) @ (np.exp(log_weight[used]) / t))


def _narrow_mixture(theta: Floats, mu: Floats, tau: Floats, log_weight: Floats) -> Floats:
    """Return the same where the normals are narrow: the mean weight about each θ, interpolated between nodes."""
    step = mu[1] - mu[0]
    z, w = np.polynomial.hermite.hermgauss(_ROUGH[2])
    at = (theta[:, None] + np.sqrt(2) * tau[:, None, None] * z - mu[0]) / step
    left = np.clip(np.floor(at).astype(np.int64), 1, len(mu) - 3)
    x = at - left
    column = np.arange(len(tau))[:, None, None]
    floor = np.maximum(log_weight, -700.0)
    cubic = (
        -floor[left - 1, column] * x * (x - 1) * (x - 2) / 6 + floor[left, column] * (x + 1) * (x - 1) * (x - 2) / 2
        - floor[left + 1, column] * (x + 1) * x * (x - 2) / 2 + floor[left + 2, column] * (x + 1) * x * (x - 1) / 6
    )  # fmt: skip
    inside = (at >= 0) & (at <= len(mu) - 1)
    values = np.where(inside, np.exp(np.minimum(cubic, 50.0)), 0.0)
    # The wide mixture leaves out the constant of the normal density and the step of μ; so must this.
    return np.asarray(((values @ w).sum(axis=0)) * np.sqrt(2) / step)


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
    return Pooled(
        weight=weight / weight.sum(), mu=mu, tau=tau, theta=theta, share=share / total,
        log_evidence=(peak + np.log(total))[..., 0], kind=kind, events=events, size=size, error=np.nan,
    )  # fmt: skip


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
