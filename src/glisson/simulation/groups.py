"""Log-rank test of several arms, within strata or not, from sorted long keys; one trial after another."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from glisson.simulation.cutting import NOBODY
from glisson.simulation.jit import compiled
from glisson.simulation.lanes import LANES, Keys, Singles
from glisson.simulation.plan import LONG, STRATUM, Plan
from glisson.simulation.room import KNOWN, SCORE, VALUE, VARIANCE

Floats = NDArray[np.float64]

_f = np.float32
_w = np.uint64
_ROW = np.uint64(LANES)
#: Variance below which nothing can be said.
_NOTHING = 1e-6


@compiled
def compare_groups(plan: Plan, keys: Keys, sums: Singles) -> None:
    """Set VALUE to z of two arms (above 0: fewer events in the second than expected), or to chi-square of more.

    Scores O - E and hypergeometric covariances are added up over strata. For two arms SCORE and VARIANCE are set too.
    """
    n, k = plan.arm.shape[1], plan.arms
    counts = np.empty((3, plan.strata.size, k))
    score, covariance = np.empty(k), np.empty((k, k))
    for lane in range(_ROW):
        _scores(keys, lane, n, counts, score, covariance)
        if k == 2:
            known = covariance[1, 1] > _NOTHING
            value = -score[1] / math.sqrt(covariance[1, 1]) if known else 0.0
            sums[SCORE + lane], sums[VARIANCE + lane] = _f(score[1]), _f(covariance[1, 1])
        else:
            value, rank = _quadratic(score, covariance)
            known = rank > 0
        sums[KNOWN + lane], sums[VALUE + lane] = _f(1) if known else _f(0), _f(value)


@compiled
def _scores(keys: Keys, lane: int, n: int, counts: Floats, score: Floats, covariance: Floats) -> None:
    """Set observed less expected events of each arm and their covariance, of one trial."""
    risk, events, gone = counts[0], counts[1], counts[2]
    counts[:], score[:], covariance[:] = 0.0, 0.0, 0.0
    for row in range(n):
        key = keys[_w(row) * _ROW + lane]
        if key != NOBODY:
            risk[(key // STRATUM) % STRATUM, key % STRATUM] += 1
    row = 0
    while row < n and keys[_w(row) * _ROW + lane] != NOBODY:
        tick, happened = keys[_w(row) * _ROW + lane] >> LONG, False
        while row < n and keys[_w(row) * _ROW + lane] >> LONG == tick:
            key = keys[_w(row) * _ROW + lane]
            stratum, arm = (key // STRATUM) % STRATUM, key % STRATUM
            gone[stratum, arm] += 1
            if (key >> (LONG - 1)) & 1 == 0:
                events[stratum, arm] += 1
                happened = True
            row += 1
        for stratum in range(risk.shape[0]):
            if happened:
                _event(risk[stratum], events[stratum], score, covariance)
        for stratum in range(risk.shape[0]):
            for arm in range(risk.shape[1]):
                risk[stratum, arm] -= gone[stratum, arm]
                gone[stratum, arm] = events[stratum, arm] = 0.0


@compiled
def _event(risk: Floats, events: Floats, score: Floats, covariance: Floats) -> None:
    """Add what one time of one stratum says."""
    y, d = risk.sum(), events.sum()
    if d == 0:
        return
    spread = d * (y - d) / (y - 1) if y > 1 else 0.0
    for a in range(risk.size):
        share = risk[a] / y
        score[a] += events[a] - d * share
        covariance[a, a] += spread * share
        for b in range(risk.size):
            covariance[a, b] -= spread * share * risk[b] / y


@compiled
def _quadratic(score: Floats, covariance: Floats) -> tuple[float, int]:
    """Return the chi-square of the scores and its degrees of freedom, by elimination; arms without events expected go.

    The scores add up to 0, so that the first arm is left out.
    """
    value, rank, k = 0.0, 0, score.size
    for a in range(1, k):
        pivot = covariance[a, a]
        if pivot <= _NOTHING:
            continue
        rank += 1
        value += score[a] * score[a] / pivot
        for b in range(a + 1, k):
            by = covariance[b, a] / pivot
            score[b] -= by * score[a]
            for c in range(a + 1, k):
                covariance[b, c] -= by * covariance[a, c]
    return value, rank
