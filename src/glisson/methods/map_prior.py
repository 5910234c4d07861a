"""What other studies predict of one more: meta-analytic predictive and power priors of a proportion or a rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, betaln, expit, gammainc, gammaincinv, gammaln, logsumexp

from glisson.errors import InputError
from glisson.kernels.quadrature import legendre
from glisson.methods.borrowed_prior import BorrowedPrior, posterior, prior_predictive_p, robust
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

#: Spread of the half-normal prior of the differences between studies on the logit and log scales, and of their mean.
BETWEEN, CENTRE = 0.5, 2.0
#: Weights that the older data are given in turn.
WEIGHTS = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)
#: P below which the data contradict what was borrowed.
CONFLICT = 0.05
_MEANS, _SPREADS, _NODES = 301, 64, 128
#: Every so many means are looked at first, and those whose log posterior is so far below the top are left out.
_SKIP, _NOWHERE = 10, 40.0
_POWERS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predicted:
    """What several studies predict of the proportion or log rate in one more.

    Parameters
    ----------
    prior
        One beta or normal distribution with the mean and the spread of the prediction.
    mean, spread
        Of the predicted proportion, or of the log rate.
    size
        Effective size of the prior: patients of a beta distribution with these moments, events for a log rate.
    between
        Posterior mean of the spread between studies, on the logit or log scale.
    studies
        How many there were.
    """

    prior: BorrowedPrior
    mean: float
    spread: float
    size: float
    between: float
    studies: int


def predicted_proportion(
    events: ArrayLike, sizes: ArrayLike, *, name: str, between: float = BETWEEN, centre: float = CENTRE
) -> Predicted:
    """Return the meta-analytic predictive prior of a proportion.

    Parameters
    ----------
    events, sizes
        Shape (k,). Events and patients of each study.
    name
        Where they come from.
    between
        Scale of the half-normal prior of the spread between studies (logit scale).
    centre
        Standard deviation of the normal prior of their mean about 0 (logit scale).

    Raises
    ------
    InputError
        If there is no study, or a count is impossible.

    Notes
    -----
    Neuenschwander B, et al. Clin Trials 2010;7:5-18; Schmidli H, et al. Biometrics 2014;70:1023-1032. Logits are normal
    about a common mean; all three levels are integrated on grids, without simulation.

    Examples
    --------
    >>> found = predicted_proportion([23, 12, 19], [107, 44, 51], name="older trials")
    >>> round(found.mean, 2), found.studies
    (0.29, 3)
    """
    x, n = np.asarray(events, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if not len(x) or len(x) != len(n) or np.any(n < 1) or np.any(x < 0) or np.any(x > n):
        raise InputError("impossible counts of studies", expected="events of patients, in one study or more")
    p = (x.sum() + 0.5) / (n.sum() + 1)
    # As far as a mean of logits can lie where one series has no event: at 5, its size would be off by a third.
    mu = np.linspace(-1.0, 1.0, _MEANS) * (20.0 * max(between, 0.3) + 2.0) + math.log(p / (1 - p))
    tau, weight = _half_normal(between)
    nodes, heights = _normal_nodes(_NODES)

    def likely(mu: Floats) -> tuple[Floats, Floats]:
        """Return the logarithm of the posterior of mean and spread, and the logits behind it."""
        log = -0.5 * (mu[:, None] / centre) ** 2 + np.log(weight)[None, :]
        eta = mu[:, None, None] + tau[None, :, None] * nodes
        softplus = np.logaddexp(0.0, eta)
        for events_, size in zip(x, n, strict=True):
            terms = events_ * eta - size * softplus
            top = terms.max(axis=2)
            log += top + np.log(np.exp(terms - top[:, :, None]) @ heights)
        return log, eta

    coarse = likely(mu[::_SKIP])[0].max(axis=1)
    there = np.flatnonzero(coarse > coarse.max() - _NOWHERE) * _SKIP  # elsewhere there is no mass to be summed
    log, eta = likely(mu[max(there[0] - _SKIP, 0) : there[-1] + _SKIP + 1])
    mass = np.exp(log - logsumexp(log))
    theta = expit(eta)
    mean = float(np.sum(mass * (theta @ heights)))
    second = float(np.sum(mass * (theta**2 @ heights)))
    variance = second - mean**2
    size = mean * (1 - mean) / variance - 1
    prior = BorrowedPrior(name=name, kind="beta", weights=(1.0,), first=(mean * size,), second=((1 - mean) * size,))
    return Predicted(prior=prior, mean=mean, spread=math.sqrt(variance), size=size,
                     between=float(np.sum(mass * tau)), studies=len(x))  # fmt: skip


def predicted_rate(rates: ArrayLike, log_errors: ArrayLike, *, name: str, between: float = BETWEEN) -> Predicted:
    """Return the meta-analytic predictive prior of a rate.

    Parameters
    ----------
    rates
        Shape (k,). Events per person-year of each study.
    log_errors
        Shape (k,). Standard errors of their logarithms, above 0.
    name
        Where they come from.
    between
        Scale of the half-normal prior of the spread between studies (log scale).

    Raises
    ------
    InputError
        If there is no study, or a number is not above 0.

    Notes
    -----
    As ``predicted_proportion``, with normal log rates and a flat prior of their mean; given the spread between studies
    the prediction is normal, and the spread is integrated. The size is that of as many events: 1 / variance.

    Examples
    --------
    >>> found = predicted_rate([1.0, 1.2], [0.1, 0.1], name="older trials")
    >>> round(found.mean, 2), round(found.spread, 2)
    (0.09, 0.45)
    """
    y, s = np.asarray(rates, dtype=np.float64), np.asarray(log_errors, dtype=np.float64)
    if not len(y) or len(y) != len(s) or np.any(y <= 0) or np.any(s <= 0):
        raise InputError("impossible rates of studies", expected="rates and standard errors above 0")
    y = np.log(y)
    tau, weight = _half_normal(between)
    precision = 1 / (s[:, None] ** 2 + tau**2)
    total = precision.sum(axis=0)
    centre = (precision * y[:, None]).sum(axis=0) / total
    log = np.log(weight) + 0.5 * np.log(precision).sum(axis=0) - 0.5 * np.log(total)
    log -= 0.5 * (precision * (y[:, None] - centre) ** 2).sum(axis=0)
    mass = np.exp(log - logsumexp(log))
    mean = float(mass @ centre)
    variance = float(mass @ (1 / total + tau**2 + centre**2)) - mean**2
    prior = BorrowedPrior(name=name, kind="log_rate", weights=(1.0,), first=(mean,), second=(math.sqrt(variance),))
    return Predicted(prior=prior, mean=mean, spread=math.sqrt(variance), size=1 / variance,
                     between=float(mass @ tau), studies=len(y))  # fmt: skip


def borrowed(found: Predicted, events: int, size: float, *, variable: str, level: float = 0.95) -> Estimates:
    """Return what a cohort says alone, and with what was borrowed in a mixture that can let go of it.

    Parameters
    ----------
    found
        From ``predicted_proportion`` or ``predicted_rate``.
    events, size
        Of the cohort: events among patients, or in person-years.
    variable
        What the proportion or rate is of.
    level
        Probability of the intervals.

    Returns
    -------
    Estimates
        ``proportion`` or ``rate`` with detail ``"alone"`` (vague prior) and ``"borrowed"``; ``prior_size``;
        ``informative_weight`` with detail ``"before"`` and ``"after"``; ``p`` of the conflict between prior and data.

    Notes
    -----
    Schmidli H, et al. Biometrics 2014;70:1023-1032; Box GEP. J R Stat Soc A 1980;143:383-430.

    Examples
    --------
    >>> found = predicted_proportion([23, 12, 19], [107, 44, 51], name="older trials")
    >>> rows = borrowed(found, 3, 10, variable="response")
    >>> [round(r.value, 2) for r in rows.select("proportion")]
    [0.33, 0.3]
    """
    mixed = robust(found.prior)
    vague = BorrowedPrior(name="vague", kind=mixed.kind, weights=(1.0,), first=mixed.first[-1:],
                          second=mixed.second[-1:])  # fmt: skip
    after = posterior(mixed, events, size, variable=variable, level=level)
    rows = []
    for prior, detail in ((vague, "alone"), (mixed, "borrowed")):
        row = posterior(prior, events, size, variable=variable, level=level).rows[0]
        rows.append(replace(row, detail=detail))
    shared: dict[str, Any] = {"variable": variable, "events": events, "method": f"borrowed from {found.prior.name}"}
    kept = after.select("posterior_weight").rows[0].value
    rows += [
        Estimate(statistic="prior_size", value=found.size, unit="count", **shared),
        Estimate(statistic="informative_weight", value=mixed.weights[0], unit="probability", detail="before", **shared),
        Estimate(statistic="informative_weight", value=kept, unit="probability", detail="after", **shared),
        Estimate(statistic="p", value=prior_predictive_p(found.prior, events, size), unit="p",
                 detail="prior-data conflict", **shared),
    ]  # fmt: skip
    return Estimates(tuple(rows))


def power_prior(
    events: int,
    size: float,
    older_events: float,
    older_size: float,
    *,
    kind: str,
    variable: str,
    weights: Sequence[float] = WEIGHTS,
    level: float = 0.95,
    middle: Literal["mean", "median"] = "mean",
) -> Estimates:
    """Return a proportion or rate with older data at several weights, and at the weight that the data suggest.

    Parameters
    ----------
    events, size
        Of the cohort: events among patients, or in person-years.
    older_events, older_size
        Of the older data.
    kind
        ``"proportion"`` or ``"rate"``.
    variable
        What it is of.
    weights
        Powers, between 0 (nothing is borrowed) and 1 (the older data count like one's own).
    level
        Probability of the intervals.
    middle
        Whether the value of a row is the mean or the median of the posterior.

    Returns
    -------
    Estimates
        ``proportion`` or ``rate`` with the weight as detail, and with detail ``"normalised"``; ``power`` (posterior
        mean of the weight, uniform before).

    Raises
    ------
    InputError
        If a number is impossible.

    Notes
    -----
    Ibrahim JG, Chen MH. Stat Sci 2000;15:46-60; normalised: Duan Y, Ye K, Smith EP. Environmetrics 2006;17:95-106. The
    initial prior is uniform for a proportion; for a rate its density is 1 / sqrt(rate) (Jeffreys).

    Examples
    --------
    >>> rows = power_prior(3, 10, 30, 100, kind="proportion", variable="response", weights=[0, 1])
    >>> [round(r.value, 3) for r in rows.select("proportion")][:2]
    [0.333, 0.304]
    """
    counts = kind == "proportion"
    wrong = events > size or older_events > older_size if counts else False
    if kind not in {"proportion", "rate"} or wrong or min(events, older_events) < 0 or min(size, older_size) <= 0:
        raise InputError(f"{events} of {size:g} and {older_events:g} of {older_size:g} as a {kind}",
                         expected="possible events and sizes; proportion or rate")  # fmt: skip
    node, share = legendre(_POWERS)
    grid, share = ((node + 1) / 2) ** 2, share * (node + 1) / 2  # crowded at 0, where a rate's density is steep
    first, second = _updated(grid, older_events, older_size, 0.0, 0.0, counts=counts)
    both = _updated(grid, older_events, older_size, events, size, counts=counts)
    log = np.log(share) + _normaliser(*both, counts=counts) - _normaliser(first, second, counts=counts)
    mass = np.exp(log - logsumexp(log))
    shared: dict[str, Any] = {"variable": variable, "statistic": kind, "level": level, "events": events,
                              "unit": "probability" if counts else "per person-year"}  # fmt: skip
    rows = []
    for w in weights:
        a, b = _updated(np.array([w]), older_events, older_size, events, size, counts=counts)
        value, low, high = _summary(np.ones(1), a, b, level, counts=counts, middle=middle)
        rows.append(Estimate(value=value, low=low, high=high, method="power prior", detail=f"{w:g}", **shared))
    value, low, high = _summary(mass, *both, level, counts=counts, middle=middle)
    rows.append(
        Estimate(value=value, low=low, high=high, method="normalised power prior", detail="normalised", **shared)
    )
    rows.append(Estimate(variable=variable, statistic="power", value=float(mass @ grid), unit="probability",
                         method="normalised power prior, uniform weight", events=events))  # fmt: skip
    return Estimates(tuple(rows))


def _updated(
    w: Floats, older_events: float, older_size: float, events: float, size: float, *, counts: bool
) -> tuple[Floats, Floats]:
    """Return the two parameters of the beta, or gamma, distribution at each weight."""
    if counts:
        return 1 + w * older_events + events, 1 + w * (older_size - older_events) + size - events
    return 0.5 + w * older_events + events, w * older_size + size


def _normaliser(a: Floats, b: Floats, *, counts: bool) -> Floats:
    if counts:
        return np.asarray(betaln(a, b))
    return np.asarray(gammaln(a) - a * np.log(b))


def _summary(
    mass: Floats, a: Floats, b: Floats, level: float, *, counts: bool, middle: str
) -> tuple[float, float, float]:
    """Return mean or median, and equal tails, of a mixture of beta or gamma distributions."""
    mean = float(mass @ (a / (a + b) if counts else a / b))
    wanted = (0.5, (1 - level) / 2, (1 + level) / 2)
    if len(mass) == 1:
        x, y = float(a[0]), float(b[0])
        at = [float(betaincinv(x, y, q)) if counts else float(gammaincinv(x, q)) / y for q in wanted]
        return (mean if middle == "mean" else at[0]), at[1], at[2]
    spread = 1.0 if counts else float(np.max(a / b + 12 * np.sqrt(a) / b))

    def beyond(value: float, q: float) -> float:
        return float(mass @ (betainc(a, b, value) if counts else gammainc(a, b * value))) - q

    found = [float(brentq(beyond, 0.0, spread, args=(q,), xtol=1e-15)) for q in wanted]
    return (mean if middle == "mean" else found[0]), found[1], found[2]


def _half_normal(scale: float) -> tuple[Floats, Floats]:
    """Return nodes and weights of the half-normal distribution (Gauss-Legendre over eight of its scales)."""
    if not scale > 0:
        raise InputError(f"a spread between studies of {scale}", expected="a number above 0")
    nodes, weights = np.polynomial.legendre.leggauss(_SPREADS)
    tau = (nodes + 1) * 4 * scale
    density = weights * np.exp(-0.5 * (tau / scale) ** 2)
    return tau, density / density.sum()


def _normal_nodes(count: int) -> tuple[Floats, Floats]:
    nodes, heights = np.polynomial.hermite_e.hermegauss(count)
    keep = heights > 0
    return nodes[keep], heights[keep] / np.sqrt(2 * np.pi)
