"""Decisions between the looks: which treatment is chosen, and how many events the second look waits for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glisson.simulation.curves import survivals
from glisson.simulation.cutting import NOBODY, add_row, follow, respond, sort_events
from glisson.simulation.jit import compiled
from glisson.simulation.lanes import LANES, Singles, next_bits, sort_rows
from glisson.simulation.plan import SHORT, Z_ALL, Z_BEGIN, Z_CELLS, Plan
from glisson.simulation.room import (
    ENTERED,
    ENTRY,
    EXPECTED,
    FIRST_CURVE,
    FOLLOWED,
    KNOWN,
    PATIENT,
    RESPONDERS,
    SURVIVAL,
    VALUE,
    VARIANCE,
    Room,
)
from glisson.simulation.room import EVENTS as DIED
from glisson.simulation.tally import Tally

_f = np.float32
_i = np.int32
_w = np.uint64
_ROW = np.uint64(LANES)
#: The only choice of a trial without one, and one arm. Plain integers would be compiled once more.
_ONLY: Any
_ONE: Any
_ONLY, _ONE = np.int64(0), np.int64(1)


@compiled
def order_entries(plan: Plan, room: Room) -> None:
    """Let patients enter in their order, with the pause before the choice; set the tick of the choice."""
    x, keys, n, first = room.patients, room.keys, plan.arm.shape[1], plan.choice[1]
    wait, ticks = _f(plan.choice_days[1]), _f(plan.ticks)
    for patient in range(n):
        at, to = _w(patient) * PATIENT + ENTRY, _w(patient) * _ROW
        for i in range(_ROW):
            keys[to + i] = _f(x[at + i]).view(np.int32)  # in the order of the numbers, as none is below 0
    sort_rows(keys, plan.network)
    for patient in range(n):
        at, to, pause = _w(patient) * PATIENT + ENTRY, _w(patient) * _ROW, wait if patient >= first else _f(0)
        for i in range(_ROW):
            x[at + i] = _i(keys[to + i]).view(np.float32) + pause
    at = _w(first - 1) * PATIENT + ENTRY
    for i in range(_ROW):
        room.since[i] = _i(_i(x[at + i] * ticks) + _i(wait * ticks))


@compiled
def choose(plan: Plan, room: Room) -> None:
    """Choose a treatment in every trial, from the patients who entered before; ties by lot."""
    sums, lots, wait = room.sums, room.won, _i(plan.choice_days[1] * plan.ticks)
    for c in range(plan.chosen.size):
        _assess(plan, room, plan.chosen[c], wait)
        next_bits(room.state, room.bits)
        for i in range(_ROW):
            if plan.choice[0] == 0:
                value = sums[FIRST_CURVE + SURVIVAL + i]
            elif plan.choice[0] == 1:
                value = sums[RESPONDERS + i] / max(sums[ENTERED + i], _f(1))
            else:
                value = -sums[DIED + i] / max(sums[EXPECTED + i], _f(1e-6))
            lot = _i(room.bits[i] >> np.uint32(1))
            if c == 0 or value > room.best[i] or (value == room.best[i] and lot > lots[i]):
                room.best[i], lots[i], room.winner[i] = value, lot, _i(c)


@compiled
def _assess(plan: Plan, room: Room, arm: int, wait: np.int32) -> None:
    """Set counts, time at risk (as EXPECTED) and survival of one arm at the choice."""
    x, keys, sums, since, none, ticks = room.patients, room.keys, room.sums, room.since, _w(0), _f(plan.ticks)
    arms, response = plan.arm[0], room.response
    every = _f(plan.numbers[arm, 3]) if plan.pfs == 1 else _f(0)
    sums[:] = _f(0)
    keys[:] = NOBODY
    for patient in range(plan.choice[1]):
        if arms[patient] != arm:
            continue
        follow(x, _w(patient), since, none, _i(0), every, ticks, _i(SHORT), keys, sums)
        add_row(sums, EXPECTED, FOLLOWED, _f(1))
        if plan.numbers[arm, 4] >= 0:
            respond(x, _w(patient), response, since, none, wait, ticks, sums)
    if plan.choice[0] == 0:
        sort_rows(keys, plan.network)
        survivals(keys, sums, plan.arm.shape[1], _i(plan.choice_days[0] * plan.ticks), _ONE)


@compiled
def _score(sums: Singles, lane: int) -> Any:
    """Return the log-rank score from z and its variance: Cox's estimate has used its row."""
    return -sums[VALUE + lane] * math.sqrt(sums[VARIANCE + lane])


@compiled
def raise_events(plan: Plan, room: Room, tally: Tally) -> None:
    """Keep the log-rank score of the first look, and set the day of the second by the events it now waits for."""
    sums, first, when, most = room.sums, room.first, room.when, _i(plan.latest * plan.ticks)
    for i in range(_ROW):
        first[i], first[_ROW + i] = _score(sums, i), sums[VARIANCE + i]
        room.spare[i] = sums[VALUE + i]
    sort_events(plan, room, _ONLY)
    for i in range(_ROW):
        cell = int((room.spare[i] - Z_BEGIN) * Z_CELLS)
        events = plan.raised[min(max(cell, 0), Z_ALL - 1)]
        tick = min(room.keys[_w(events - 1) * _ROW + i], most)
        when[_ROW + i] = max(tick, when[i])
        if room.going[i] and events > plan.looks[1, 1]:
            tally.raised[0] += 1


@compiled
def combine(plan: Plan, room: Room) -> None:
    """Set VALUE to the statistics of the two stages, combined with the weights planned."""
    sums, first = room.sums, room.first
    share = plan.looks[0, 1] / plan.looks[1, 1]
    early, late = math.sqrt(share), math.sqrt(1 - share)
    for i in range(_ROW):
        variance, more = first[_ROW + i], sums[VARIANCE + i] - first[_ROW + i]
        known = variance > _f(1e-6) and more > _f(1e-6)
        z = 0.0
        if known:
            z = -early * first[i] / math.sqrt(variance) - late * (_score(sums, i) - first[i]) / math.sqrt(more)
        sums[KNOWN + i], sums[VALUE + i] = _f(1) if known else _f(0), _f(z)
