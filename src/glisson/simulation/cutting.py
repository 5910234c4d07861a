"""The data of every trial at a look: when it is, who has entered, who has had the event, and the sorted keys.

A key is one int32: the time in ticks, then 0 for an event or 1 for a censored time, then the stratum where there are
several, then the arm. Sorted keys are in order of time, with events before censored times.
"""

from __future__ import annotations

import math

import numpy as np

from glisson.simulation.drawing import to_hazard
from glisson.simulation.jit import compiled
from glisson.simulation.lanes import LANES, Keys, Singles, sort_rows
from glisson.simulation.plan import EVENTS, PATIENTS, Plan
from glisson.simulation.room import (
    DROP,
    DROPPED,
    ENTERED,
    ENTRY,
    EVERYBODY,
    EXPECTED,
    FOLLOWED,
    PATIENT,
    RESPONDERS,
    SECOND,
    SECOND_EVENTS,
    TIME,
    Room,
)
from glisson.simulation.room import EVENTS as DIED

_f = np.float32
_i = np.int32
_w = np.uint64
_ROW = np.uint64(LANES)
#: A place in the queue that stays empty: later than every tick, censored.
NOBODY = np.int32(0x7FFFFFFF)
#: Calendar tick of an event that the trial never sees.
_UNSEEN = np.int32(0x3FFFFFFF)


@compiled
def set_looks(plan: Plan, room: Room, choice: int) -> None:
    """Find the calendar day of every look in ``room.when``."""
    n = plan.arm.shape[1]
    needs_events = False
    for look in range(plan.looks.shape[0]):
        needs_events |= plan.looks[look, 0] == EVENTS
    if needs_events:
        sort_events(plan, room, choice)
        _take(plan, np.int64(EVENTS), room)
    needs_order = False
    for look in range(plan.looks.shape[0]):
        if plan.looks[look, 0] == PATIENTS:
            if plan.looks[look, 1] == n:
                _last_entry(plan, room.patients, look, room.when)
            else:
                needs_order = True
    if needs_order:
        for patient in range(n):
            _entry_days(room.patients, _w(patient), _f(plan.ticks), room.keys)
        sort_rows(room.keys, plan.network)
        _take(plan, np.int64(PATIENTS), room)
    _in_order(plan, room.when, room.since)


@compiled
def sort_events(plan: Plan, room: Room, choice: int) -> None:
    """Set the keys to the sorted calendar ticks of the events in the arms that are compared."""
    arms, role = plan.arm[choice], plan.role[choice]
    for patient in range(arms.size):
        if role[arms[patient]] >= 0:
            _event_days(room.patients, _w(patient), _f(plan.latest), _f(plan.ticks), room.keys)
        else:
            _fill(room.keys, _w(patient) * _ROW, _UNSEEN)
    sort_rows(room.keys, plan.network)


@compiled
def _fill(keys: Keys, at: np.uint64, value: np.int32) -> None:
    for i in range(_ROW):
        keys[at + i] = value


@compiled
def _event_days(x: Singles, patient: np.uint64, latest: np.float32, ticks: np.float32, keys: Keys) -> None:
    at, to = patient * PATIENT, patient * _ROW
    for i in range(_ROW):
        time = x[at + TIME + i]
        day = x[at + ENTRY + i] + time
        seen = (time <= x[at + DROP + i]) & (day <= latest)
        day = day if day <= latest else latest
        keys[to + i] = _i(day * ticks) if seen else _UNSEEN


@compiled
def _entry_days(x: Singles, patient: np.uint64, ticks: np.float32, keys: Keys) -> None:
    at, to = patient * PATIENT + ENTRY, patient * _ROW
    for i in range(_ROW):
        keys[to + i] = _i(x[at + i] * ticks)


@compiled
def _take(plan: Plan, kind: np.int64, room: Room) -> None:
    """Take the sorted calendar ticks at which looks of a kind are due."""
    for look in range(plan.looks.shape[0]):
        if plan.looks[look, 0] == kind and (kind == EVENTS or plan.looks[look, 1] < plan.arm.shape[1]):
            row, at = _w((plan.looks[look, 1] - 1) * LANES), _w(look * LANES)
            wait = _i(plan.days[look] * plan.ticks)
            for i in range(_ROW):
                room.when[at + i] = _i(room.keys[row + i] + wait)


@compiled
def _last_entry(plan: Plan, entry: Singles, look: int, when: Keys) -> None:
    at = _w(look * LANES)
    ticks, wait = _f(plan.ticks), _i(plan.days[look] * plan.ticks)
    for i in range(_ROW):
        when[at + i] = _i(0)
    for patient in range(plan.arm.shape[1]):
        row = _w(patient) * PATIENT + ENTRY
        for i in range(_ROW):
            tick = _i(entry[row + i] * ticks)
            when[at + i] = tick if tick > when[at + i] else when[at + i]
    for i in range(_ROW):
        when[at + i] = _i(when[at + i] + wait)


@compiled
def _in_order(plan: Plan, when: Keys, since: Keys) -> None:
    """Put looks by the calendar in; none is after the latest day, or before the choice or the look before."""
    most = _i(plan.latest * plan.ticks)
    for look in range(plan.looks.shape[0]):
        fixed, day = plan.looks[look, 0] == 0, _i(min(plan.days[look], plan.latest) * plan.ticks)
        for i in range(LANES):
            tick = day if fixed else when[look * LANES + i]
            tick = min(max(tick, since[i]), most)
            when[look * LANES + i] = max(tick, when[(look - 1) * LANES + i]) if look > 0 else tick


@compiled
def cut_data(plan: Plan, room: Room, look: int, choice: int) -> None:
    """Set counts and, where they are wanted, sorted keys of one look."""
    x, keys, when, sums, ticks = room.patients, room.keys, room.when, room.sums, _f(plan.ticks)
    arms, numbers, laws, spare, response = plan.arm[choice], plan.numbers, plan.laws, room.spare, room.response
    role, stratum, shift = plan.role[choice], room.stratum, _i(plan.shift)
    sums[:] = _f(0)
    at, wait = _w(look) * _ROW, _i(plan.days[look] * plan.ticks) if plan.looks[look, 0] == PATIENTS else _i(0)
    scans, reference, strata = plan.pfs == 1, plan.reference, plan.several == 1 and plan.strata.size > 1
    unit = laws.units[reference] if reference >= 0 else _f(0)
    for patient in range(arms.size):
        arm, who = arms[patient], _w(patient)
        if role[arm] < 0:
            _fill(keys, who * _ROW, NOBODY)
            _drop(x, who, when, at, ticks, sums)
            continue
        every = _f(numbers[arm, 3]) if scans else _f(0)
        follow(x, who, when, at, _i(role[arm]), every, ticks, shift, keys, sums)
        if strata:
            _mark(keys, stratum, who * _ROW)
        if reference >= 0:
            if unit == _f(0):
                to_hazard(laws, reference, sums, FOLLOWED, spare)
            add_row(sums, EXPECTED, FOLLOWED, _f(1) / unit if unit > _f(0) else _f(1))
        if numbers[arm, 4] >= 0:
            respond(x, who, response, when, at, wait, ticks, sums)
    for i in range(_ROW):
        sums[EVERYBODY + i] = sums[ENTERED + i] + sums[DROPPED + i]
    if plan.ordered == 1:
        sort_rows(keys, plan.network)


@compiled
def _drop(x: Singles, patient: np.uint64, when: Keys, look: np.uint64, ticks: np.float32, sums: Singles) -> None:
    """Count a patient of an arm that is no longer compared."""
    at = patient * PATIENT + ENTRY
    for i in range(_ROW):
        sums[DROPPED + i] += _f(1) if _i(x[at + i] * ticks) <= when[look + i] else _f(0)


@compiled
def _mark(keys: Keys, stratum: Keys, at: np.uint64) -> None:
    """Write strata into the keys of one patient of every trial."""
    for i in range(_ROW):
        keys[at + i] = _i(keys[at + i] | stratum[at + i])


@compiled
def add_row(sums: Singles, to: np.uint64, what: np.uint64, by: np.float32) -> None:
    for i in range(_ROW):
        sums[to + i] += sums[what + i] * by


@compiled
def follow(
    x: Singles, patient: np.uint64, when: Keys, look: np.uint64, arm: np.int32, every: np.float32, ticks: np.float32,
    shift: np.int32, keys: Keys, sums: Singles,
) -> None:  # fmt: skip
    """Follow one patient of every trial until the look; without an event, until the last scan before it."""
    day, scan = _f(1) / ticks, _f(1) / every if every > _f(0) else _f(0)
    second, at, to, censored = _f(arm), patient * PATIENT, patient * _ROW, _i(_i(1) << _i(shift - _i(1)))
    for i in range(_ROW):
        entry, time, drop, until = x[at + ENTRY + i], x[at + TIME + i], x[at + DROP + i], when[look + i]
        inside = _i(entry * ticks) <= until
        calendar = (entry + time) * ticks
        calendar = calendar if calendar < _f(_UNSEEN) else _f(_UNSEEN)
        event = (time <= drop) & (_i(calendar) <= until) & inside
        left = _f(until) * day - entry
        left = left if left < drop else drop
        left = _f(math.floor(left * scan)) * every if every > _f(0) else left
        left = left if left > _f(0) else _f(0)
        left = time if event else left
        left = left if inside else _f(0)
        key = _i(_i(_i(left * ticks) << shift) | _i(_i(0) if event else censored))
        keys[to + i] = _i(key | arm) if inside else NOBODY
        here, died = _f(1) if inside else _f(0), _f(1) if event else _f(0)
        sums[FOLLOWED + i] = left
        sums[ENTERED + i] += here
        sums[SECOND + i] += here * second
        sums[DIED + i] += died
        sums[SECOND_EVENTS + i] += died * second


@compiled
def respond(
    x: Singles, patient: np.uint64, response: Singles, when: Keys, look: np.uint64, wait: np.int32, ticks: np.float32,
    sums: Singles,
) -> None:  # fmt: skip
    """Count responders among the patients who entered at least ``wait`` ticks before the look."""
    at, own = patient * PATIENT + ENTRY, patient * _ROW
    for i in range(_ROW):
        inside = _i(_i(x[at + i] * ticks) + wait) <= when[look + i]
        sums[RESPONDERS + i] += response[own + i] if inside else _f(0)
