"""Cox's partial likelihood for groups, from counts: Efron's treatment of ties."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A log hazard ratio beyond this is on its way to infinity.
DIVERGED = 20.0
_STEPS, _TOLERANCE = 50, 1e-10


class CoxFit(NamedTuple):
    """Log hazard ratios against the first group, their covariance, and whether a finite maximum was found."""

    beta: Floats
    covariance: Floats
    converged: bool


def risk_shares(at_risk: Ints, events: Ints) -> Floats:
    """Return the weight of each group in the risk set of each event, shape (events, G).

    Of d tied events the l-th sees a risk set from which l/d of the tied ones have left.

    Parameters
    ----------
    at_risk, events
        Shape (G, T).

    Notes
    -----
    Efron B. J Am Stat Assoc 1977;72:557-565.
    """
    total = events.sum(axis=0)
    time = np.repeat(np.arange(len(total)), total)
    first = np.repeat(np.cumsum(total) - total, total)
    gone = (np.arange(len(time)) - first) / total[time]
    shares: Floats = at_risk[:, time].T - gone[:, None] * events[:, time].T
    return shares


def cox(at_risk: Ints, events: Ints) -> CoxFit:
    """Maximise the partial likelihood by Newton's method with halved steps.

    Parameters
    ----------
    at_risk, events
        Shape (G, T); every group has somebody at risk and somebody with the event.

    Notes
    -----
    Cox DR. J R Stat Soc B 1972;34:187-220.
    """
    shares, observed = risk_shares(at_risk, events), events.sum(axis=1).astype(np.float64)
    beta = np.zeros(len(at_risk) - 1)
    value = _loglik(beta, shares, observed)
    for _ in range(_STEPS):
        gradient, information = _derivatives(beta, shares, observed)
        step = np.linalg.pinv(information) @ gradient
        following = _loglik(beta + step, shares, observed)
        while following < value - 1e-12 and np.abs(step).max() > _TOLERANCE:
            step = step / 2
            following = _loglik(beta + step, shares, observed)
        beta, value = beta + step, following
        if np.abs(beta).max() > DIVERGED:
            break
        if np.abs(step).max() < _TOLERANCE:
            information = _derivatives(beta, shares, observed)[1]
            return CoxFit(beta, np.asarray(np.linalg.pinv(information), dtype=np.float64), True)
    return CoxFit(beta, np.full((len(beta), len(beta)), np.nan), False)


def _weighted(beta: Floats, shares: Floats) -> Floats:
    weighted: Floats = shares * np.exp(np.concatenate([[0.0], beta]))
    return weighted


def _loglik(beta: Floats, shares: Floats, observed: Floats) -> float:
    return float(observed[1:] @ beta - np.log(_weighted(beta, shares).sum(axis=1)).sum())


def _derivatives(beta: Floats, shares: Floats, observed: Floats) -> tuple[Floats, Floats]:
    """Return the gradient and the information."""
    weighted = _weighted(beta, shares)
    p = (weighted / weighted.sum(axis=1, keepdims=True))[:, 1:]
    information: Floats = np.diag(p.sum(axis=0)) - p.T @ p
    return observed[1:] - p.sum(axis=0), information
