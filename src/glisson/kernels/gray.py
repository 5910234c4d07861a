"""Gray's test: whether a cumulative incidence is the same in several groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def gray(at_risk: Ints, events: Ints) -> tuple[Floats, Floats]:
    """Return the scores of the groups and their covariance.

    Parameters
    ----------
    at_risk
        Shape (G, T).
    events
        Shape (G, C, T); the first cause is the one compared.

    Returns
    -------
    tuple
        Shape (G,) and (G, G). The scores add up to 0.

    Notes
    -----
    Gray RJ. Ann Stat 1988;16:1141-1154, with weight 1. With Y at risk, S the survival from any event and F the
    incidence just before t, a group's score is the sum of d - R D / (sum of R), where R = Y (1 - F) / S, and d and D
    are the events of the group and of all. The covariance is that of the martingales of both kinds of events, which
    enter the score directly and through F and S; F is taken as common to the groups in it. Ties get the hypergeometric
    factors of Gray's software, with (sum of Y / S) times S of the group as the number at risk.
    """
    y = at_risk.astype(np.float64)
    own, total = events[:, 0].astype(np.float64), events.sum(axis=1).astype(np.float64)
    after = np.cumprod(1.0 - total / np.maximum(y, 1.0), axis=1)
    before = _shifted(after)
    incidence = np.cumsum(before * own / np.maximum(y, 1.0), axis=1)
    size = _ratio(y, before)
    weighted = size * _shifted(1.0 - incidence)
    share = _ratio(weighted, weighted.sum(axis=0))
    score = (own - share * own.sum(axis=0)).sum(axis=1)
    return score, _covariance(y, own, total - own, before, after)


def _shifted(curve: Floats) -> Floats:
    """Return a curve just before each time."""
    start = np.ones((*curve.shape[:-1], 1))
    shifted: Floats = np.concatenate([start, curve[..., :-1]], axis=-1)
    return shifted


def _ratio(upper: Floats, lower: Floats) -> Floats:
    """Divide, with 0 where there is nothing to divide by."""
    there = lower > 0
    ratio: Floats = np.where(there, upper / np.where(there, lower, 1.0), 0.0)
    return ratio


def _tied(events: Floats, size: Floats) -> Floats:
    """Hypergeometric factor of tied events; 1 for a single one. A group almost gone can make it negative."""
    several = (events > 1) & (size > 1)
    factor: Floats = np.where(several, 1 - (events - 1) / np.where(several, size - 1, 1.0), 1.0)
    return factor


def _covariance(y: Floats, own: Floats, other: Floats, before: Floats, after: Floats) -> Floats:
    groups, died = len(y), own.sum(axis=0)
    size = _ratio(y, before)
    whole = size.sum(axis=0)
    step = _ratio(died, whole)  # of the common incidence
    free = 1.0 - np.cumsum(step)
    out = np.zeros((groups, groups))
    for r in range(groups):
        direct = -_ratio(size, np.broadcast_to(whole, size.shape)) * size[r]
        direct[r] += size[r]
        pull = np.cumsum((direct * _ratio(step, _shifted(free)))[:, ::-1], axis=1)[:, ::-1]
        later = np.concatenate([pull[:, 1:], np.zeros((groups, 1))], axis=1)
        left = after[r] > 0
        first = direct + np.where(left, 1.0 - _ratio(free, after[r]), 0.0) * later
        second = -_ratio(free, after[r]) * later
        out += (first * _ratio(step, size[r]) * _tied(died, whole * before[r])) @ first.T
        out += (second * _ratio(other[r], size[r] ** 2) * _tied(other[r], y[r])) @ second.T
    return out
