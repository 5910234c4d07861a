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

from glisson.kernels.quadrature import hermite, interpolation, legendre

Floats = NDArray[np.float64]
Kind = Literal["binomial", "poisson"]

#: Nodes for μ, τ and θ; the check halves them. A rough look at nodes of μ and τ comes first: it finds where μ can be.
NODES, _ROUGH = (65, 40, 24), (129, 20)
_NEGLIGIBLE, _FAINT = 1e-10, 1e-7
#: Values at which the marginal distribution of a group's parameter is worked out, and those at which the mixture of
#: normals is: a polynomial through them gives the rest to 1e-9 of its peak.
_POINTS, _CHEBYSHEV = 301, 128
#: A normal narrower than this many steps of μ is averaged over so many nodes of its own, not over those of μ.
_NARROW, _OWN = 1.5, 12
#: Values that are worked out at a time, so that they stay in the cache of a processor.
_ROWS = 16
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
    middle, variance
        Shape (M, T, J): mean and variance of each group's parameter given μ and τ.
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
    middle: Floats
    variance: Floats
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
        few, spread_out = interpolation(_CHEBYSHEV, _POINTS)
        wide = _wide_mixture(
            (low + high) / 2 + (high - low) / 2 * few, self.mu, self.tau[~narrow], log_left[:, ~narrow]
        )
        mixed = np.maximum(spread_out @ wide, 0.0)
        mixed += _narrow_mixture(theta, self.mu, self.tau[narrow], log_left[:, narrow])
        log_like = _loglik(self.kind, self.events[group], self.size[group], theta)
        density = mixed * np.exp(log_like - log_like.max())
        below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        return theta, below / below[-1]

    def mean(self, group: int, function: str = "identity") -> float:
        """Return the posterior mean of a group's parameter, or of ``"exp"`` or ``"expit"`` of it."""
        if function == "identity":
            return float((self.weight * self.middle[:, :, group]).sum())
        values = _of(function, self.theta[:, :, group])
        return float(np.einsum("mt,mtq,mtq->", self.weight, self.share[:, :, group], values))

    def sd(self, group: int, function: str = "identity") -> float:
        """Return the posterior standard deviation, as ``mean``."""
        first = self.mean(group, function)
        if function == "identity":
            second = self.weight * (self.variance[:, :, group] + (self.middle[:, :, group] - first) ** 2)
            return float(np.sqrt(second.sum()))
        values = _of(function, self.theta[:, :, group])
        square = float(np.einsum("mt,mtq,mtq->", self.weight, self.share[:, :, group], (values - first) ** 2))
        return float(np.sqrt(max(square, 0.0)))

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
        last, size = self.theta.shape[-1] - 1, self.log_evidence.size
        own = place[:, None] + np.arange(self.groups) * self.weight.size  # the group at its node of μ and τ
        cumulative = np.zeros((last, size))
        for q, share in enumerate(self.share.transpose(3, 2, 0, 1).reshape(last + 1, size)[:last]):
            np.add(cumulative[max(q - 1, 0)], share, out=cumulative[q])
        u, at, left = rng.random((n, self.groups)), own.copy(), last + 1
        while left > 1:  # the first node that u does not pass, by halving those that are left
            half = left // 2
            at += (u > cumulative.take(at + (half - 1) * size)) * (half * size)
            left -= half
        theta = self.theta.transpose(3, 2, 0, 1).reshape(-1)
        low, high = theta.take(np.maximum(at - size, own)), theta.take(np.minimum(at + size, own + last * size))
        middle = theta.take(at)
        # Between the middles of neighbouring nodes, so that draws are not heaped on the nodes.
        shift = rng.random((n, self.groups))
        return np.asarray((middle + low) / 2 + shift * (high - low) / 2)


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
    prior = (centre, spread, scale)
    wide = _mu_nodes(kind, events, size, centre, spread, _ROUGH[0])
    likely = np.flatnonzero(_look(kind, events, size, prior, wide) > _NEGLIGIBLE)
    low, high = wide[max(likely[0] - 1, 0)], wide[min(likely[-1] + 1, len(wide) - 1)]
    m, t, q = NODES
    fit = _fit(kind, events, size, prior, np.linspace(low, high, m), (t, q))
    if not check:
        return fit
    rough = _fit(kind, events, size, prior, np.linspace(low, high, m // 2 + 1), (t // 2, q // 2))
    gaps = [abs(fit.mean(j) - rough.mean(j)) / max(fit.sd(j), 1e-9) for j in range(len(events))]
    return replace(fit, error=max(gaps))


def _wide_mixture(theta: Floats, mu: Floats, tau: Floats, log_weight: Floats) -> Floats:
    """Return the sum of normals about every node of μ, at each value of θ."""
    used = log_weight > np.log(_FAINT)
    m, t = np.broadcast_to(mu[:, None], used.shape)[used], np.broadcast_to(tau, used.shape)[used]
    height, scale = np.exp(log_weight[used]) / t, np.sqrt(0.5) / t
    out = np.empty(len(theta))
    for begin in range(0, len(theta), _ROWS):
        z = np.subtract.outer(theta[begin : begin + _ROWS], m)
        z *= scale
        np.multiply(z, z, out=z)
        np.negative(z, out=z)
        out[begin : begin + _ROWS] = np.exp(z, out=z) @ height
    return out


def _narrow_mixture(theta: Floats, mu: Floats, tau: Floats, log_weight: Floats) -> Floats:
    """Return the same where the normals are narrow: the mean weight about each θ, interpolated between nodes."""
    step, steps = mu[1] - mu[0], len(mu)
    z, w = hermite(_OWN)
    at = (theta[:, None] + np.sqrt(2) * tau[:, None, None] * z - mu[0]) / step
    left = np.clip(at.astype(np.int64), 1, steps - 3)  # of the two nodes between which it lies
    inside = (at >= 0) & (at <= steps - 1)
    at -= left
    floor = np.maximum(log_weight, -700.0)
    before, here, after, beyond = (floor[k : steps - 3 + k] for k in range(4))  # the cubic through four nodes
    powers = (
        here, after - before / 3 - here / 2 - beyond / 6, (before + after) / 2 - here,
        (beyond - before) / 6 + (here - after) / 2,
    )  # fmt: skip
    left -= 1
    left *= len(tau)
    left += np.arange(len(tau))[:, None, None]
    values = powers[3].take(left)
    for coefficient in powers[2::-1]:
        values *= at
        values += coefficient.take(left)
    np.minimum(values, 50.0, out=values)
    np.exp(values, out=values)
    values *= inside
    # The wide mixture leaves out the constant of the normal density and the step of μ; so must this.
    return np.asarray(((values @ w).sum(axis=0)) * np.sqrt(2) / step)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Modes:
    """Where each θ is likeliest given μ and τ, and what is needed about it; groups come first here.

    Parameters
    ----------
    mu, tau
        Shape (M,) and (T,).
    at, width, peak
        Shape (J, M, T): mode, √2 standard deviations of the normal about it, and the log of what is integrated there.
    log_prior
        Shape (M, T): weight of the node of τ, and both priors.
    m, t, events, size
        Everything in shapes that go together.
    """

    mu: Floats
    tau: Floats
    at: Floats
    width: Floats
    peak: Floats
    log_prior: Floats
    m: Floats
    t: Floats
    events: Floats
    size: Floats


def _modes(
    kind: Kind, events: Floats, size: Floats, prior: tuple[float, float, float], mu: Floats, nodes: int, close: float
) -> _Modes:
    """Find every mode at nodes of μ and τ; ``close`` is how small the last but one of Newton's steps must be."""
    centre, spread, scale = prior
    x, w = legendre(nodes)
    tau = (x + 1) / 2 * _SPAN_TAU * scale
    m, t = (np.ascontiguousarray(a) for a in np.broadcast_arrays(mu[:, None], tau))
    d, n = events[:, None, None], size[:, None, None]
    at, curvature = _newton(kind, d, n, m, 1 / t**2, close)
    return _Modes(
        mu=mu, tau=tau, at=at, width=np.sqrt(2 / curvature), m=m, t=t, events=d, size=n,
        peak=_loglik(kind, d, n, at) - 0.5 * ((at - m) / t) ** 2,
        log_prior=np.log(w) - 0.5 * (tau / scale) ** 2 - 0.5 * ((mu[:, None] - centre) / spread) ** 2,
    )  # fmt: skip


def _look(kind: Kind, events: Floats, size: Floats, prior: tuple[float, float, float], mu: Floats) -> Floats:
    """Return about how likely each μ is, shape (M,): θ by Laplace's method."""
    modes = _modes(kind, events, size, prior, mu, _ROUGH[1], 1e-2)
    log_weight = (modes.peak + np.log(modes.width / modes.t)).sum(axis=0) + modes.log_prior
    weight = np.exp(log_weight - log_weight.max()).sum(axis=1)
    return np.asarray(weight / weight.sum())


def _fit(
    kind: Kind,
    events: Floats,
    size: Floats,
    prior: tuple[float, float, float],
    mu: Floats,
    nodes: tuple[int, int],
) -> Pooled:
    """Return the posterior at nodes of μ and so many of τ and θ."""
    modes = _modes(kind, events, size, prior, mu, nodes[0], 1e-6)
    z, gh = hermite(nodes[1])
    theta, share = np.empty((2, len(z), *modes.at.shape))
    total, lean, square = np.zeros((3, *modes.at.shape))
    gap, scale = modes.at - modes.m, np.sqrt(0.5) / modes.t
    for node, row, at, own in zip(z, np.log(gh) + z**2, theta, share, strict=True):  # one node of all stays in cache
        aside = modes.width * node
        np.add(modes.at, aside, out=at)
        normal = aside + gap
        normal *= scale
        normal *= normal
        normal += modes.peak - row
        np.exp(_loglik(kind, modes.events, modes.size, at) - normal, out=own)
        total += own
        part = own * aside
        lean += part
        part *= aside
        square += part
    share /= total
    lean /= total  # of the mean from the mode
    square /= total
    evidence = modes.peak + np.log(total) + np.log(modes.width / modes.t)
    log_weight = evidence.sum(axis=0) + modes.log_prior
    weight = np.exp(log_weight - log_weight.max())
    return Pooled(
        weight=weight / weight.sum(), mu=mu, tau=modes.tau, theta=theta.transpose(2, 3, 1, 0),
        share=share.transpose(2, 3, 1, 0), log_evidence=evidence.transpose(1, 2, 0),
        middle=(modes.at + lean).transpose(1, 2, 0), variance=(square - lean**2).transpose(1, 2, 0), kind=kind,
        events=events, size=size, error=np.nan,
    )  # fmt: skip


def _mu_nodes(kind: Kind, events: Floats, size: Floats, centre: float, spread: float, count: int) -> Floats:
    """Return equally spaced nodes that cover the prior where the data say little, else the likelihood."""
    raw = (events + 0.5) / (size + (1.0 if kind == "binomial" else 0.5 * size / np.maximum(events + 0.5, 0.5)))
    guess = np.log(raw / (1 - raw)) if kind == "binomial" else np.log((events + 0.5) / size)
    low = min(float(guess.min()), centre) - _SPAN_MU * min(spread, 1.0)
    high = max(float(guess.max()), centre) + _SPAN_MU * min(spread, 1.0)
    return np.linspace(max(low, centre - _SPAN_MU * spread), min(high, centre + _SPAN_MU * spread), count)


def _loglik(kind: Kind, events: Floats, size: Floats, theta: Floats) -> Floats:
    out = np.logaddexp(0.0, theta) if kind == "binomial" else np.exp(theta)
    out *= -size
    out += events * theta
    return np.asarray(out)


def _newton(
    kind: Kind, events: Floats, size: Floats, mu: Floats, precision: Floats, close: float
) -> tuple[Floats, Floats]:
    """Return the mode of each θ given μ and τ and the curvature there, by damped Newton steps on all at once."""
    raw = np.log((events + 0.5) / (size - events + 0.5 if kind == "binomial" else size))
    theta = (mu * precision + raw * (events + 0.5)) / (precision + events + 0.5)
    for _ in range(_NEWTON):
        mean, variance = _expected(kind, size, theta)
        step = theta - mu
        step *= precision
        step += mean
        np.subtract(events, step, out=step)
        step /= variance + precision
        np.clip(step, -2.0, 2.0, out=step)
        theta += step
        if np.abs(step).max() < close:
            break
    return theta, _expected(kind, size, theta)[1] + precision


def _expected(kind: Kind, size: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of the events of each group."""
    if kind == "binomial":
        mean = size / (1 + np.exp(-theta))
        return mean, mean * (1 - mean / size)
    mean = size * np.exp(np.minimum(theta, 50.0))
    return mean, mean
