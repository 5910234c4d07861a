"""Priors borrowed from other studies: whether they agree with what was observed, and what a robust mixture makes of it.

A proportion has a mixture of beta distributions as its prior, the log of a rate a mixture of normal distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betainc, betaln, gammaln, logsumexp
from scipy.stats import norm

from glisson.errors import InputError
from glisson.kernels.quadrature import legendre
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

#: Weight of the vague part of a robust mixture, and spread of a vague log rate (medians from weeks to decades).
VAGUE_WEIGHT, VAGUE_SPREAD = 0.2, 1.5
#: Panels about every peak of the density of a log rate, nodes in each, and spreads that they reach to either side.
_PANELS, _NODES, _REACH = 100, 12, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowedPrior:
    """A mixture that another study, or several, suggest.

    Parameters
    ----------
    name
        Where it comes from, in print.
    kind
        ``"beta"``: of a proportion. ``"log_rate"``: normal on the log of events per person-year.
    weights, first, second
        Length k: weights that add up to 1, and the two parameters of each part: a and b, or mean and standard
        deviation.

    Examples
    --------
    >>> BorrowedPrior(name="older series", kind="beta", weights=(1.0,), first=(4.0,), second=(16.0,)).mean
    0.2
    """

    name: str
    kind: str
    weights: tuple[float, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no mixture."""
        sizes = {len(self.weights), len(self.first), len(self.second)}
        if self.kind not in {"beta", "log_rate"} or len(sizes) != 1 or not self.weights:
            raise InputError(f"prior {self.name!r}", expected="beta or log_rate, and two parameters for every weight")
        positive = self.second if self.kind == "log_rate" else (*self.first, *self.second)
        if min(positive) <= 0 or min(self.weights) < 0 or abs(sum(self.weights) - 1) > 1e-9:
            raise InputError(f"prior {self.name!r} has impossible parameters", expected="weights that add up to 1")

    @property
    def mean(self) -> float:
        """Mean of the proportion, or of the log rate."""
        w, a, b = (np.array(x) for x in (self.weights, self.first, self.second))
        return float(np.sum(w * (a / (a + b) if self.kind == "beta" else a)))


def robust(prior: BorrowedPrior, weight: float = VAGUE_WEIGHT) -> BorrowedPrior:
    """Add a vague part to a mixture, so that data far from it can be believed.

    Parameters
    ----------
    prior
        Mixture of k parts.
    weight
        Of the vague part: uniform for a proportion, a spread of 1.5 for a log rate.

    Notes
    -----
    Schmidli H, et al. Biometrics 2014;70:1023-1032.

    Examples
    --------
    >>> robust(BorrowedPrior(name="x", kind="beta", weights=(1.0,), first=(4.0,), second=(16.0,))).weights
    (0.8, 0.2)
    """
    vague = (1.0, 1.0) if prior.kind == "beta" else (prior.mean, VAGUE_SPREAD)
    return BorrowedPrior(
        name=f"{prior.name}, robust",
        kind=prior.kind,
        weights=(*(w * (1 - weight) for w in prior.weights), weight),
        first=(*prior.first, vague[0]),
        second=(*prior.second, vague[1]),
    )


def prior_predictive_p(prior: BorrowedPrior, events: int, size: float) -> float:
    """Return the probability under the prior of a number of events as improbable as the one observed, or more so.

    Parameters
    ----------
    prior
        Of a proportion or a log rate.
    events
        Observed.
    size
        Patients, or person-years.

    Notes
    -----
    Box GEP. J R Stat Soc A 1980;143:383-430.

    Examples
    --------
    >>> prior = BorrowedPrior(name="uniform", kind="beta", weights=(1.0,), first=(1.0,), second=(1.0,))
    >>> round(prior_predictive_p(prior, 3, 9), 6)
    1.0
    """
    if prior.kind == "beta":
        counts = np.arange(int(size) + 1, dtype=np.float64)
    else:
        largest = size * np.exp(max(m + 6 * s for m, s in zip(prior.first, prior.second, strict=True)))
        counts = np.arange(min(20_000, int(max(largest, events) + 20)), dtype=np.float64)
    mass = np.exp(logsumexp(_log_marginal(prior, counts, size) + np.log(_weights(prior))[:, None], axis=0))
    observed = float(mass[events])
    beyond = max(0.0, 1.0 - float(mass.sum())) if prior.kind != "beta" else 0.0
    return min(1.0, float(mass[mass <= observed * (1 + 1e-9)].sum()) + beyond)


def posterior(prior: BorrowedPrior, events: int, size: float, *, variable: str, level: float = 0.95) -> Estimates:
    """Return the posterior of a proportion or rate, and the weight of each part of the mixture.

    Parameters
    ----------
    prior, events, size
        As in ``prior_predictive_p``.
    variable
        What the proportion or rate is of.
    level
        Probability of the interval, equal tails.

    Returns
    -------
    Estimates
        ``proportion`` or ``rate`` (posterior mean and interval), and ``posterior_weight`` of every part.

    Examples
    --------
    >>> prior = BorrowedPrior(name="x", kind="beta", weights=(1.0,), first=(1.0,), second=(1.0,))
    >>> round(posterior(prior, 3, 8, variable="response").one("proportion").value, 6)
    0.4
    """
    log = _log_marginal(prior, np.array([float(events)]), size)[:, 0] + np.log(_weights(prior))
    weights = np.exp(log - logsumexp(log))
    tails = ((1 - level) / 2, (1 + level) / 2)
    if prior.kind == "beta":
        a, b = np.array(prior.first) + events, np.array(prior.second) + size - events
        mean = float(np.sum(weights * a / (a + b)))
        low, high = (_beta_quantile(weights, a, b, q) for q in tails)
    else:
        mean, low, high = _rate_summary(prior, events, size, tails)
    shared: dict[str, Any] = {"variable": variable, "events": events, "method": f"posterior, prior: {prior.name}"}
    statistic, unit = ("proportion", "probability") if prior.kind == "beta" else ("rate", "per person-year")
    rows = [Estimate(statistic=statistic, value=mean, low=low, high=high, level=level, unit=unit, **shared)]  # type: ignore[arg-type]
    parts = zip(weights, prior.first, prior.second, strict=True)
    kind = "beta" if prior.kind == "beta" else "normal"
    rows += [
        Estimate(
            statistic="posterior_weight",
            value=float(w),
            unit="probability",
            detail=f"{kind}({x:.3g}, {y:.3g})",
            **shared,
        )
        for w, x, y in parts
    ]
    return Estimates(tuple(rows))


def updated(prior: BorrowedPrior, events: int, size: int) -> BorrowedPrior:
    """Return the posterior of a proportion as a mixture of its own: conjugate, part by part.

    Parameters
    ----------
    prior
        Of a proportion: beta distributions.
    events, size
        Observed, among so many patients.

    Raises
    ------
    InputError
        If the prior is of a rate, or the counts are impossible.

    Examples
    --------
    >>> uniform = BorrowedPrior(name="uniform", kind="beta", weights=(1.0,), first=(1.0,), second=(1.0,))
    >>> made = updated(uniform, 3, 8)
    >>> made.first, made.second
    ((4.0,), (6.0,))
    """
    if prior.kind != "beta" or not 0 <= events <= size:
        raise InputError(f"{events} of {size} with a prior of kind {prior.kind}",
                         expected="possible counts, and a mixture of beta distributions")  # fmt: skip
    log = _log_marginal(prior, np.array([float(events)]), size)[:, 0] + np.log(_weights(prior))
    weights = np.exp(log - logsumexp(log))
    return BorrowedPrior(
        name=prior.name, kind="beta", weights=tuple(float(w) for w in weights / weights.sum()),
        first=tuple(a + events for a in prior.first), second=tuple(b + size - events for b in prior.second),
    )  # fmt: skip


def quantile(prior: BorrowedPrior, q: float) -> float:
    """Return a quantile of a mixture of beta distributions.

    Parameters
    ----------
    prior
        Of a proportion.
    q
        Probability, between 0 and 1.

    Examples
    --------
    >>> round(quantile(BorrowedPrior(name="x", kind="beta", weights=(1.0,), first=(2.0,), second=(1.0,)), 0.25), 6)
    0.5
    """
    return _beta_quantile(np.array(prior.weights), np.array(prior.first), np.array(prior.second), q)


def effective_size(prior: BorrowedPrior) -> float:
    """Return the patients that a mixture of beta distributions is worth, by its mean m and variance v: m(1 - m)/v - 1.

    Parameters
    ----------
    prior
        Of a proportion.

    Examples
    --------
    >>> effective_size(BorrowedPrior(name="x", kind="beta", weights=(1.0,), first=(4.0,), second=(16.0,)))
    20.0
    """
    w, a, b = (np.array(x) for x in (prior.weights, prior.first, prior.second))
    mean, second = prior.mean, float(np.sum(w * a * (a + 1) / ((a + b) * (a + b + 1))))
    return round(mean * (1 - mean) / (second - mean**2) - 1, 9)


def _weights(prior: BorrowedPrior) -> Floats:
    weights: Floats = np.maximum(np.array(prior.weights), 1e-300)
    return weights


def _log_marginal(prior: BorrowedPrior, counts: Floats, size: float) -> Floats:
    """Return the log probability of counts under each part; shape (parts, counts)."""
    first, second = (np.array(x)[:, None] for x in (prior.first, prior.second))
    if prior.kind == "beta":
        choose = gammaln(size + 1) - gammaln(counts + 1) - gammaln(size - counts + 1)
        out: Floats = choose + betaln(first + counts, second + size - counts) - betaln(first, second)
        return out
    nodes, heights = np.polynomial.hermite_e.hermegauss(200)
    keep = heights > 0
    nodes, logs = nodes[keep], np.log(heights[keep] / np.sqrt(2 * np.pi))
    rate = first + second * nodes  # (parts, nodes)
    terms = counts[None, :, None] * (rate[:, None, :] + np.log(size)) - size * np.exp(rate)[:, None, :]
    return np.asarray(logsumexp(terms + logs, axis=2) - gammaln(counts + 1))


def _beta_quantile(weights: Floats, a: Floats, b: Floats, q: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(np.sum(weights * betainc(a, b, middle))) < q else (low, middle)
    return (low + high) / 2


def _rate_summary(prior: BorrowedPrior, events: int, size: float, tails: tuple[float, float]) -> tuple[float, ...]:
    """Return mean and limits of the rate, its logarithm integrated panel by panel (Gauss-Legendre)."""
    means, spreads = np.array(prior.first), np.array(prior.second)
    peaks = [*zip(means, spreads, strict=True)]
    if events:  # where the likelihood is, which may be much sharper than the prior
        peaks.append((np.log(events / size), events**-0.5))
    reach = np.linspace(-_REACH, _REACH, _PANELS + 1)
    low, high = (means - _REACH * spreads).min(), (means + _REACH * spreads).max()
    edges = np.unique(np.concatenate([m + s * reach for m, s in peaks]).clip(low, high))
    node, weight = legendre(_NODES)

    def height(u: Floats) -> Floats:
        density = logsumexp(norm.logpdf(u[..., None], means, spreads) + np.log(_weights(prior)), axis=-1)
        return np.asarray(density + events * u - size * np.exp(u))

    half = np.diff(edges)[:, None] / 2
    at = edges[:-1, None] + half * (node + 1)
    log = height(at)
    top = float(log.max())
    mass = half * weight * np.exp(log - top)
    whole, below = float(mass.sum()), np.concatenate([[0.0], np.cumsum(mass.sum(axis=1))])

    def beyond(end: float, panel: int, target: float) -> float:
        part = (end - edges[panel]) / 2
        within = part * float(weight @ np.exp(height(edges[panel] + part * (node + 1)) - top))
        return float(below[panel] + within - target)

    limits = []
    for q in tails:
        panel = int(np.searchsorted(below, q * whole)) - 1
        end = brentq(beyond, edges[panel], edges[panel + 1], args=(panel, q * whole), xtol=1e-13)
        limits.append(float(np.exp(end)))
    return float(np.sum(mass * np.exp(at))) / whole, *limits
