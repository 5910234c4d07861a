"""The arrays a thread works with. Their size depends on the patients of a trial, not on the number of trials.

Numbers of the same kind lie in one array, in rows of LANES: the compiler then knows that the rows do not overlap, which
it must know to use vector instructions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from glisson.simulation.jit import compiled
from glisson.simulation.lanes import FAR, LANES, Bits, Keys, Singles

_ROW = np.uint64(LANES)

#: Where a patient's entry, time to the event and time to loss from sight begin; the next patient follows.
ENTRY, TIME, DROP, PATIENT = np.uint64(0), np.uint64(1) * _ROW, np.uint64(2) * _ROW, np.uint64(3) * _ROW

#: Rows of ``Room.sums``, one number a trial: data at a look ...
ENTERED, SECOND, EVENTS, SECOND_EVENTS = (np.uint64(k) * _ROW for k in range(4))
EXPECTED, RESPONDERS, FOLLOWED = (np.uint64(k) * _ROW for k in range(4, 7))
#: ... the statistic and whether it is estimable, the log hazard ratio, whether it is, and its information ...
VALUE, KNOWN, BETA, BETA_KNOWN, INFORMATION = (np.uint64(k) * _ROW for k in range(7, 12))
#: ... and what is on the way to them.
SCORE, VARIANCE, AT_RISK, AT_RISK_SECOND, THETA = (np.uint64(k) * _ROW for k in range(12, 17))
#: Where the curve of the first and of the second arm begin, and their rows.
FIRST_CURVE, SECOND_CURVE = np.uint64(17) * _ROW, np.uint64(25) * _ROW
REMAIN, SURVIVAL, GREENWOOD, LEFT_EARLY = (np.uint64(k) * _ROW for k in range(4))
AREA, WEIGHTED, SQUARED, BEFORE = (np.uint64(k) * _ROW for k in range(4, 8))
#: Those who entered in arms that are no longer compared, and all who entered.
DROPPED, EVERYBODY = np.uint64(33) * _ROW, np.uint64(34) * _ROW
#: The last ones where only survival at a day is wanted: log(-log S), its variance, whether known, who is seen so long.
LOGLOG, SPREAD, SURE, LASTING = AREA, WEIGHTED, SQUARED, BEFORE


class Room(NamedTuple):
    """Working arrays for n patients and K looks."""

    state: Bits  # (4, LANES) of the generators
    bits: Bits  # (LANES,)
    patients: Singles  # (n * PATIENT,)
    response: Singles  # (n * LANES,): 1 or 0
    spare: Singles  # (LANES,)
    other: Singles  # (LANES,)
    hazard: Singles  # (LANES,)
    keys: Keys  # (n * LANES,)
    when: Keys  # (K * LANES,) calendar tick of each look
    sums: Singles  # (35 * LANES,)
    going: Keys  # (LANES,): -1 where the trial goes on, else 0
    ends: Keys  # (LANES,): -1 where it ends at this look
    won: Keys  # (LANES,): -1 where it ends with a rejection
    stratum: Keys  # (n * LANES,) what a patient's stratum adds to the key; only (LANES,) where there is one stratum
    winner: Keys  # (LANES,): which of the treatments is chosen
    since: Keys  # (LANES,): calendar tick of the choice, 0 without one
    best: Singles  # (LANES,): what it was chosen by
    first: Singles  # (2 * LANES,): log-rank score and variance of the first look


@compiled
def room_for(n: int, looks: int, strata: int) -> Room:
    """Return the arrays for n patients, some looks and strata."""
    return Room(
        np.empty((4, LANES), np.uint32),
        np.empty(LANES, np.uint32),
        np.full(n * 3 * LANES, FAR, np.float32),
        np.zeros(n * LANES, np.float32),
        np.empty(LANES, np.float32),
        np.empty(LANES, np.float32),
        np.empty(LANES, np.float32),
        np.empty(n * LANES, np.int32),
        np.empty(looks * LANES, np.int32),
        np.zeros(35 * LANES, np.float32),
        np.empty(LANES, np.int32),
        np.empty(LANES, np.int32),
        np.empty(LANES, np.int32),
        np.zeros((n if strata > 1 else 1) * LANES, np.int32),
        np.zeros(LANES, np.int32),
        np.zeros(LANES, np.int32),
        np.zeros(LANES, np.float32),
        np.zeros(2 * LANES, np.float32),
    )
