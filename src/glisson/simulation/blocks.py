"""Blocks of trials, from the first random number to the tally."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from glisson.simulation.curves import milestone, one_sample, rmst
from glisson.simulation.cutting import cut_data, set_looks
from glisson.simulation.drawing import draw
from glisson.simulation.jit import callable_from_python, compiled
from glisson.simulation.lanes import LANES, Ints, seed_lanes
from glisson.simulation.plan import EVENTS, Plan
from glisson.simulation.ranks import cox, logrank, tied
from glisson.simulation.room import (
    BETA,
    BETA_KNOWN,
    ENTERED,
    INFORMATION,
    KNOWN,
    RESPONDERS,
    VALUE,
    Room,
    room_for,
)
from glisson.simulation.room import EVENTS as DIED
from glisson.simulation.tally import (
    DAY_BINS,
    DAY_SCALE,
    LOOK,
    ONE,
    RATIO_BINS,
    RATIO_LIMIT,
    RATIO_SCALE,
    RECORD,
    TRIAL,
    Z_LIMIT,
    Z_SCALE,
    Tally,
    empty_tally,
)

_f = np.float32
_w = np.uint64
_ROW = np.uint64(LANES)


@compiled
def analyse(plan: Plan, room: Room) -> None:
    """Set the statistic and the hazard ratio of the look whose data are in the room."""
    keys, sums, n = room.keys, room.sums, plan.arm.size
    if plan.arms == 2 and plan.tied == 1:
        tied(keys, sums, n, plan.ratio == 1)
    elif plan.arms == 2 and (plan.statistic <= 1 or plan.ratio == 1):
        logrank(keys, sums, n)
        if plan.ratio == 1:
            cox(keys, sums, n)
    if plan.statistic == 1:
        for i in range(_ROW):
            sums[KNOWN + i] = sums[BETA_KNOWN + i]
            sums[VALUE + i] = -sums[BETA + i] * _f(math.sqrt(sums[INFORMATION + i])) * sums[KNOWN + i]
    elif plan.statistic == 2:
        one_sample(plan, sums)
    elif plan.statistic == 3:
        milestone(plan, keys, sums)
    elif plan.statistic == 4:
        rmst(plan, keys, sums)
    elif plan.statistic == 5:
        for i in range(_ROW):
            sums[KNOWN + i], sums[VALUE + i] = _f(1), sums[RESPONDERS + i]


@compiled
def _add(row: Ints, place: int, value: float, scale: float) -> None:
    """Add a value and its square."""
    row[place] += np.int64(math.floor(value * scale + 0.5))
    row[place + 1] += np.int64(math.floor(value * value * scale + 0.5))


@compiled
def _bin(beta: float) -> int:
    place = int((beta + RATIO_LIMIT) * (RATIO_BINS / (2 * RATIO_LIMIT)))
    return min(max(place, 0), RATIO_BINS - 1)


@compiled
def count_look(plan: Plan, room: Room, look: int, trials: int, tally: Tally) -> None:
    """Decide in every trial that has come so far, and count."""
    sums, row = room.sums, tally.looks[look]
    last = look == plan.looks.shape[0] - 1
    for i in range(_w(trials)):
        if room.stopped[i]:
            continue
        z, day = np.float64(sums[VALUE + i]), np.float64(room.when[_w(look) * _ROW + i] / plan.ticks)
        row[LOOK.reached] += 1
        _add(row, LOOK.events, np.float64(sums[DIED + i]), ONE)
        _add(row, LOOK.patients, np.float64(sums[ENTERED + i]), ONE)
        _add(row, LOOK.day, day, DAY_SCALE)
        _add(row, LOOK.z, min(max(z, -Z_LIMIT), Z_LIMIT), Z_SCALE)
        row[LOOK.unknown] += sums[KNOWN + i] == 0
        row[LOOK.short] += plan.looks[look, 0] == EVENTS and sums[DIED + i] < plan.looks[look, 1] - 0.5
        known = plan.ratio == 1 and sums[BETA_KNOWN + i] > 0
        if known:
            _add(row, LOOK.ratio, np.float64(sums[BETA + i]), RATIO_SCALE)
            row[LOOK.ratio_known] += 1
            tally.ratios[look, _bin(np.float64(sums[BETA + i]))] += 1
        efficacy = sums[KNOWN + i] > 0 and z >= plan.limits[look, 0]
        futility = not efficacy and sums[KNOWN + i] > 0 and z <= plan.limits[look, 1]
        row[LOOK.efficacy] += efficacy
        row[LOOK.futility] += futility
        if efficacy or futility or last:
            room.stopped[i] = 1
            _count_end(plan, room, i, day, efficacy, known, tally)


@compiled
def _count_end(plan: Plan, room: Room, lane: int, day: float, rejected: bool, known: bool, tally: Tally) -> None:
    """Count a trial that ends at this look."""
    sums, row = room.sums, tally.trial
    row[TRIAL.trials] += 1
    row[TRIAL.rejected] += rejected
    _add(row, TRIAL.patients, np.float64(sums[ENTERED + lane]), ONE)
    _add(row, TRIAL.events, np.float64(sums[DIED + lane]), ONE)
    _add(row, TRIAL.day, day, DAY_SCALE)
    tally.days[min(int(day / plan.latest * DAY_BINS), DAY_BINS - 1)] += 1
    if known:
        beta = np.float64(sums[BETA + lane])
        _add(row, TRIAL.ratio, beta, RATIO_SCALE)
        row[TRIAL.ratio_known] += 1
        tally.ratios[plan.looks.shape[0], _bin(beta)] += 1
        if rejected:
            _add(row, TRIAL.ratio_rejected, beta, RATIO_SCALE)
            row[TRIAL.ratio_rejected_known] += 1


@compiled
def write_record(plan: Plan, room: Room, look: int, begin: int, trials: int, record: NDArray[np.float64]) -> None:
    """Write what single trials showed at a look, whether or not they had come so far."""
    sums = room.sums
    for i in range(_w(trials)):
        row = record[_w(begin) + i, look]
        z, known = np.float64(sums[VALUE + i]), sums[KNOWN + i] > 0
        row[RECORD.z] = z if known else np.nan
        row[RECORD.log_ratio] = sums[BETA + i] if plan.ratio == 1 and sums[BETA_KNOWN + i] > 0 else np.nan
        row[RECORD.events], row[RECORD.patients] = sums[DIED + i], sums[ENTERED + i]
        row[RECORD.day] = room.when[_w(look) * _ROW + i] / plan.ticks
        stop = 1.0 if known and z >= plan.limits[look, 0] else 0.0
        row[RECORD.decision] = -1.0 if stop == 0 and known and z <= plan.limits[look, 1] else stop


@callable_from_python
def run_blocks(
    plan: Plan, seed: int, begin: int, end: int, trials: int, tally: Tally, record: NDArray[np.float64]
) -> None:
    """Run blocks ``begin`` to ``end`` (not included) of a simulation of so many trials; ``record`` may be empty."""
    looks = plan.looks.shape[0]
    room = room_for(plan.arm.size, looks)
    for block in range(begin, end):
        some = min(LANES, trials - block * LANES)
        seed_lanes(room.state, _w(seed), _w(block))
        draw(plan, room)
        set_looks(plan, room)
        room.stopped[:] = 0
        for look in range(looks):
            cut_data(plan, room, look)
            analyse(plan, room)
            count_look(plan, room, look, some, tally)
            if record.size > 0:
                write_record(plan, room, look, block * LANES, some, record)


@callable_from_python
def block_data(plan: Plan, seed: int, block: int, look: int) -> Room:
    """Return the data of a block at a look, before and after sorting: for looking at single trials."""
    room = room_for(plan.arm.size, plan.looks.shape[0])
    seed_lanes(room.state, _w(seed), _w(block))
    draw(plan, room)
    set_looks(plan, room)
    cut_data(plan, room, look)
    return room


def run(plan: Plan, seed: int, begin: int, end: int, trials: int) -> Tally:
    """Run some blocks and return their tally; what a worker does."""
    tally = empty_tally(plan)
    run_blocks(plan, seed, begin, end, trials, tally, np.empty((0, len(plan.looks), 6)))
    return tally


def record(plan: Plan, seed: int, trials: int) -> NDArray[np.float64]:
    """Return what each trial shows at each look, shape (trials, looks, 6)."""
    out = np.zeros((trials, len(plan.looks), 6))
    run_blocks(plan, seed, 0, -(-trials // LANES), trials, empty_tally(plan), out)
    return out
