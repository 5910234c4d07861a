"""What is kept of the trials: whole numbers that add up, so that the order of adding cannot matter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.simulation.plan import Plan

Ints = NDArray[np.int64]

#: Fractions are kept as whole multiples of 1/scale; with these, a thousand million trials stay below 2**63.
ONE, DAY_SCALE = 1.0, 16.0
RATIO_SCALE = Z_SCALE = 2.0**20
#: Limits of the histogram of log hazard ratios, its bins, and the largest statistic that is added up.
RATIO_LIMIT, RATIO_BINS, DAY_BINS, Z_LIMIT = 6, 1200, 4096, 50
#: Trials of one simulation at most.
MOST_TRIALS = 10**9


class Columns(NamedTuple):
    """Places in a row of ``Tally.looks``; those who reach a look are counted."""

    reached: int = 0
    efficacy: int = 1
    futility: int = 2
    events: int = 3
    patients: int = 5
    day: int = 7
    z: int = 9
    ratio: int = 11
    ratio_known: int = 13
    short: int = 14
    unknown: int = 15


class Trial(NamedTuple):
    """Places in ``Tally.trial``; the square of a sum stands right after it."""

    trials: int = 0
    rejected: int = 1
    patients: int = 2
    events: int = 4
    day: int = 6
    ratio: int = 8
    ratio_known: int = 10
    ratio_rejected: int = 11
    ratio_rejected_known: int = 13


class Record(NamedTuple):
    """Places in a row of the record of single trials."""

    z: int = 0
    log_ratio: int = 1
    events: int = 2
    patients: int = 3
    day: int = 4
    decision: int = 5


LOOK, TRIAL, RECORD = Columns(), Trial(), Record()


class Tally(NamedTuple):
    """Sums over trials; K looks."""

    looks: Ints  # (K, 16)
    trial: Ints  # (14,)
    ratios: Ints  # (K + 1, RATIO_BINS): log hazard ratios at each look, and at the end
    days: Ints  # (DAY_BINS,): duration, in parts of the latest day
    picked: Ints  # (C, 2): trials that choose a treatment, and those of them that reject
    raised: Ints  # (1,): trials whose events are raised


def empty_tally(plan: Plan) -> Tally:
    """Return zeros."""
    looks = len(plan.looks)
    return Tally(
        np.zeros((looks, 16), dtype=np.int64),
        np.zeros(14, dtype=np.int64),
        np.zeros((looks + 1, RATIO_BINS), dtype=np.int64),
        np.zeros(DAY_BINS, dtype=np.int64),
        np.zeros((len(plan.chosen), 2), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )


def add(first: Tally, second: Tally) -> Tally:
    """Return the sum of two tallies."""
    return Tally(*(a + b for a, b in zip(first, second, strict=True)))
