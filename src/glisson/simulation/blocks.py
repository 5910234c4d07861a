"""Blocks of trials, from the first random number to the tally."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from glisson.simulation.choosing import choose, combine, order_entries, raise_events
from glisson.simulation.curves import milestone, one_sample, rmst
from glisson.simulation.cutting import cut_data, set_looks
from glisson.simulation.drawing import draw
from glisson.simulation.groups import compare_groups
from glisson.simulation.jit import callable_from_python, compiled
from glisson.simulation.lanes import LANES, Ints, Keys, Singles, seed_lanes
from glisson.simulation.plan import EVENTS, Plan
from glisson.simulation.ranks import cox, logrank, tied
from glisson.simulation.room import (
    BETA,
    BETA_KNOWN,
    EVERYBODY,
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
_i = np.int32
_ROW = np.uint64(LANES)
#: Adding 1.5 * 2**52 moves a whole number into the last bits of a float64; what those bits are for 0.
_SHIFT, _SHIFTED = 1.5 * 2.0**52, np.float64(1.5 * 2.0**52).view(np.int64)
#: What is summed up without being cut, and the largest statistic.
_NO_LIMIT, _Z_MOST = 1e30, float(Z_LIMIT)


@compiled
def analyse(plan: Plan, room: Room) -> None:
    """Set the statistic and the hazard ratio of the look whose data are in the room."""
    keys, sums, n = room.keys, room.sums, plan.arm.shape[1]
    if plan.several == 1:
        compare_groups(plan, keys, sums)
    elif plan.arms == 2 and plan.tied == 1:
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
def _bin(beta: float) -> int:
    place = int((beta + RATIO_LIMIT) * (RATIO_BINS / (2 * RATIO_LIMIT)))
    return min(max(place, 0), RATIO_BINS - 1)


@compiled
def _whole(value: float) -> np.int64:
    """Round to a whole number below 2**51 in size; as a sum and a change of type, which vector instructions can do."""
    return np.float64(math.floor(value + 0.5) + _SHIFT).view(np.int64) - _SHIFTED


@compiled
def _add(row: Ints, place: int, x: Singles, at: np.uint64, among: Keys, scale: float, most: float) -> None:
    """Add the values of some trials and their squares; a value is cut at ``most`` on both sides."""
    total, square = np.int64(0), np.int64(0)
    for i in range(_ROW):
        v = np.float64(x[at + i])
        v = np.float64(v if v < most else most)
        v = np.float64(v if v > -most else -most)
        total += _whole(v * scale) & np.int64(among[i])
        square += _whole(v * v * scale) & np.int64(among[i])
    row[place] += total
    row[place + 1] += square


@compiled
def count_look(plan: Plan, room: Room, look: int, tally: Tally) -> None:
    """Decide in every trial that has come so far, and count."""
    sums, row, going, none = room.sums, tally.looks[look], room.going, _w(0)
    _decide(plan, room, look, row)
    for i in range(_ROW):
        room.spare[i] = _f(room.when[_w(look) * _ROW + i] / plan.ticks)
    _add(row, LOOK.events, sums, DIED, going, ONE, _NO_LIMIT)
    _add(row, LOOK.patients, sums, EVERYBODY, going, ONE, _NO_LIMIT)
    _add(row, LOOK.day, room.spare, none, going, DAY_SCALE, _NO_LIMIT)
    _add(row, LOOK.z, sums, VALUE, going, Z_SCALE, _Z_MOST)
    row, ends = tally.trial, room.ends
    _add(row, TRIAL.events, sums, DIED, ends, ONE, _NO_LIMIT)
    _add(row, TRIAL.patients, sums, EVERYBODY, ends, ONE, _NO_LIMIT)
    _add(row, TRIAL.day, room.spare, none, ends, DAY_SCALE, _NO_LIMIT)
    per_day = DAY_BINS / plan.latest
    for i in range(_ROW):
        if ends[i]:
            row[TRIAL.trials] += 1
            row[TRIAL.rejected] -= room.won[i]
            tally.days[min(int(room.spare[i] * per_day), DAY_BINS - 1)] += 1
    if plan.ratio == 1:
        _count_ratios(plan, room, look, tally)
    for i in range(_ROW):
        going[i] &= ~ends[i]


@compiled
def _decide(plan: Plan, room: Room, look: int, row: Ints) -> None:
    """Set which trials end at this look and which of them reject, -1 for yes; count both."""
    sums, going, ends, won = room.sums, room.going, room.ends, room.won
    high, low, last = plan.limits[look, 0], plan.limits[look, 1], look == plan.looks.shape[0] - 1
    wanted = _f(plan.looks[look, 1] - 0.5) if plan.looks[look, 0] == EVENTS else _f(-1)
    reached = wins = losses = unknown = short = np.int64(0)
    for i in range(_ROW):
        on, known, z = going[i], sums[KNOWN + i] > 0, np.float64(sums[VALUE + i])
        win = on if known & (z >= high) else _i(0)
        lose = on if known & (z <= low) & (z < high) else _i(0)
        ends[i] = on if last else _i(win | lose)
        won[i] = win
        reached -= on
        wins -= win
        losses -= lose
        unknown -= _i(0) if known else on
        short -= on if sums[DIED + i] < wanted else _i(0)
    row[LOOK.reached] += reached
    row[LOOK.efficacy] += wins
    row[LOOK.futility] += losses
    row[LOOK.unknown] += unknown
    row[LOOK.short] += short


@compiled
def _count_ratios(plan: Plan, room: Room, look: int, tally: Tally) -> None:
    """Count the hazard ratios of a look, and of the trials that end there."""
    sums, row, end, trial = room.sums, tally.looks[look], plan.looks.shape[0], tally.trial
    for i in range(_ROW):
        if room.going[i] == 0 or not sums[BETA_KNOWN + i] > 0:
            continue
        beta = np.float64(sums[BETA + i])
        first, second = _whole(beta * RATIO_SCALE), _whole(beta * beta * RATIO_SCALE)
        row[LOOK.ratio] += first
        row[LOOK.ratio + 1] += second
        row[LOOK.ratio_known] += 1
        tally.ratios[look, _bin(beta)] += 1
        if room.ends[i]:
            trial[TRIAL.ratio] += first
            trial[TRIAL.ratio + 1] += second
            trial[TRIAL.ratio_known] += 1
            tally.ratios[end, _bin(beta)] += 1
        if room.won[i]:
            trial[TRIAL.ratio_rejected] += first
            trial[TRIAL.ratio_rejected + 1] += second
            trial[TRIAL.ratio_rejected_known] += 1


@compiled
def write_record(plan: Plan, room: Room, look: int, begin: int, choice: int, record: NDArray[np.float64]) -> None:
    """Write what single trials of one choice showed at a look, whether or not they had come so far."""
    sums = room.sums
    for i in range(_w(min(LANES, record.shape[0] - begin))):
        if room.winner[i] != choice:
            continue
        row = record[_w(begin) + i, look]
        z, known = np.float64(sums[VALUE + i]), sums[KNOWN + i] > 0
        row[RECORD.z] = z if known else np.nan
        row[RECORD.log_ratio] = sums[BETA + i] if plan.ratio == 1 and sums[BETA_KNOWN + i] > 0 else np.nan
        row[RECORD.events], row[RECORD.patients] = sums[DIED + i], sums[EVERYBODY + i]
        row[RECORD.day] = room.when[_w(look) * _ROW + i] / plan.ticks
        stop = 1.0 if known and z >= plan.limits[look, 0] else 0.0
        row[RECORD.decision] = -1.0 if stop == 0 and known and z <= plan.limits[look, 1] else stop


@compiled
def begin_block(plan: Plan, seed: int, block: int, choice: int, room: Room) -> None:
    """Draw the patients of a block and set its looks, if one of the treatments is chosen.

    The patients who enter before the choice are the same whatever is chosen: their random numbers come first.
    """
    seed_lanes(room.state, _w(seed), _w(block))
    draw(plan, room, choice)
    if plan.choice[0] >= 0:
        order_entries(plan, room)
        if choice == 0:
            choose(plan, room)
    set_looks(plan, room, choice)


@compiled
def look_at(plan: Plan, room: Room, look: int, choice: int, tally: Tally) -> None:
    """Cut the data of a look and set its statistic; raise the events of the next one where that is the rule."""
    cut_data(plan, room, look, choice)
    analyse(plan, room)
    if plan.raised.size > 0:
        if look == 0:
            raise_events(plan, room, tally)
        else:
            combine(plan, room)


@callable_from_python
def run_blocks(
    plan: Plan, seed: int, begin: int, end: int, trials: int, tally: Tally, record: NDArray[np.float64]
) -> None:
    """Run blocks ``begin`` to ``end`` (not included) of a simulation of so many trials; ``record`` may be empty."""
    looks, ended = plan.looks.shape[0], tally.trial
    room = room_for(plan.arm.shape[1], looks, plan.strata.size)
    for block in range(begin, end):
        some = min(LANES, trials - block * LANES)
        for choice in range(plan.chosen.size):
            begin_block(plan, seed, block, choice, room)
            for i in range(LANES):
                room.going[i] = _i(-1) if i < some and room.winner[i] == choice else _i(0)
                tally.picked[choice, 0] -= room.going[i]
            rejected = ended[TRIAL.rejected]
            for look in range(looks):
                look_at(plan, room, look, choice, tally)
                count_look(plan, room, look, tally)
                if record.size > 0:
                    write_record(plan, room, look, block * LANES, choice, record)
            tally.picked[choice, 1] += ended[TRIAL.rejected] - rejected


@callable_from_python
def block_data(plan: Plan, seed: int, block: int, look: int, choice: int, tally: Tally) -> Room:
    """Return the data of a block at a look, before and after sorting: for looking at single trials."""
    room = room_for(plan.arm.shape[1], plan.looks.shape[0], plan.strata.size)
    for c in range(choice + 1):
        if c in (0, choice):
            begin_block(plan, seed, block, c, room)
    for earlier in range(look):
        look_at(plan, room, earlier, choice, tally)
    cut_data(plan, room, look, choice)
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
