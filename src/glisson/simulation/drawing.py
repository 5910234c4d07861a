"""Patients of a block of trials: entry, time to the event, loss from sight, response."""

from __future__ import annotations

import math

import numpy as np

from glisson.simulation.jit import compiled
from glisson.simulation.lanes import FAR, LANES, Bits, Keys, Singles, exponentials, next_bits, powers, uniforms
from glisson.simulation.plan import STRATUM, Laws, Plan
from glisson.simulation.room import DROP, ENTRY, PATIENT, TIME, Room

_f = np.float32
_i = np.int32
_w = np.uint64
_ROW = np.uint64(LANES)
_STRATUM = np.int32(STRATUM)
#: Stages and directions of ``plan.Laws``. Plain integers would be taken for constants, each with its own compilation.
_RATIOS = _BACK = np.int64(0)
_HAZARDS = _FORTH = np.int64(1)


@compiled
def draw(plan: Plan, room: Room, choice: int) -> None:
    """Draw all patients of a block, if one of the treatments is chosen.

    Random numbers are taken in a fixed order: patient by patient entry, death, progression and salvage where they
    matter, dropout, response; the stratum is first. Scenarios that ask for the same ones meet the same patients under
    the same seed.
    """
    arms, models, numbers, laws, units = plan.arm[choice], plan.models, plan.numbers, plan.laws, plan.laws.units
    state, bits, x, spare, response = room.state, room.bits, room.patients, room.spare, room.response
    most, rate, joint = _f(arms.size), units[plan.accrual], plan.joint == 1
    strata = plan.strata.size
    for patient in range(arms.size):
        arm, at = arms[patient], _w(patient) * PATIENT
        if strata > 1:
            next_bits(state, bits)
            _draw_stratum(bits, plan.strata, room.stratum, _w(patient) * _ROW)
        next_bits(state, bits)
        uniforms(bits, x, at + ENTRY, most * (rate if rate > _f(0) else _f(1)))
        if rate == _f(0):
            walk(x, at + ENTRY, spare, laws, plan.accrual, _HAZARDS, _BACK)
        next_bits(state, bits)
        unit = _f(0) if joint or strata > 1 else units[models[arm, 0]]
        exponentials(bits, x, at + TIME, unit if unit > _f(0) else _f(1))
        if joint:
            _progress(plan, room, arm, at + TIME)
        elif strata > 1:
            _by_stratum(plan, room, arm, at + TIME, _w(patient) * _ROW)
        elif unit == _f(0):
            to_days(laws, models[arm, 0], x, at + TIME, spare)
        if models[arm, 2] >= 0:
            next_bits(state, bits)
            unit = units[models[arm, 2]]
            exponentials(bits, x, at + DROP, unit if unit > _f(0) else _f(1))
            if unit == _f(0):
                to_days(laws, models[arm, 2], x, at + DROP, spare)
        elif plan.chosen.size > 1:  # another arm had this place
            x[at + DROP : at + DROP + _ROW] = FAR
        if numbers[arm, 4] >= 0:
            next_bits(state, bits)
            uniforms(bits, response, _w(patient) * _ROW, _f(1))
            _below(response, _w(patient) * _ROW, _f(numbers[arm, 4]))


@compiled
def _draw_stratum(bits: Bits, shares: Singles, stratum: Keys, at: np.uint64) -> None:
    """Set what the stratum of one patient of every trial adds to a key."""
    for i in range(_ROW):
        stratum[at + i] = _i(0)
    for s in range(shares.size - 1):
        share = shares[s]
        for i in range(_ROW):
            later = (_f(_i(bits[i] >> np.uint32(9))) + _f(0.5)) * _f(2.0**-23) >= share
            stratum[at + i] += _STRATUM if later else _i(0)


@compiled
def _by_stratum(plan: Plan, room: Room, arm: int, at: np.uint64, own: np.uint64) -> None:
    """Replace cumulative hazards by days, by the distribution of each patient's stratum."""
    x, wanted, days, none, arms = room.patients, room.other, room.hazard, _w(0), plan.role.shape[1]
    for i in range(_ROW):
        wanted[i] = x[at + i]
    for s in range(plan.strata.size):
        for i in range(_ROW):
            days[i] = wanted[i]
        to_days(plan.laws, plan.models[s * arms + arm, 0], days, none, room.spare)
        mark = _i(s * STRATUM)
        for i in range(_ROW):
            x[at + i] = days[i] if room.stratum[own + i] == mark else x[at + i]


@compiled
def _scale(x: Singles, at: np.uint64, by: np.float32) -> None:
    for i in range(_ROW):
        x[at + i] *= by


@compiled
def _below(x: Singles, at: np.uint64, limit: np.float32) -> None:
    for i in range(_ROW):
        x[at + i] = _f(1) if x[at + i] < limit else _f(0)


@compiled
def walk(
    x: Singles, at: np.uint64, spare: Singles, laws: Laws, model: int, stage: np.int64, direction: np.int64
) -> None:
    """Replace a row by a piecewise linear function of it."""
    count = laws.counts[model, stage]
    if count == 1:
        _scale(x, at, laws.pieces[model, stage, direction, 0, 1])
        return
    for i in range(_ROW):
        spare[i] = x[at + i]
        x[at + i] = _f(0)
    for k in range(count):
        begin = laws.pieces[model, stage, direction, k, 0]
        slope, most = laws.pieces[model, stage, direction, k, 1], laws.pieces[model, stage, direction, k, 2]
        for i in range(_ROW):
            part = (spare[i] - begin) * slope
            part = part if part < most else most
            x[at + i] += part if spare[i] > begin else _f(0)


@compiled
def to_days(laws: Laws, model: int, x: Singles, at: np.uint64, spare: Singles) -> None:
    """Replace cumulative hazards by the days at which they are reached."""
    cured, shape = laws.shapes[model, 0], laws.shapes[model, 1]
    if laws.counts[model, 0] > 0:
        walk(x, at, spare, laws, model, _RATIOS, _BACK)
    if cured > 0:
        for i in range(_ROW):
            s = math.exp(-x[at + i])
            x[at + i] = _f(-math.log((s - cured) / (1 - cured))) if s > cured else FAR
    if laws.counts[model, 1] > 0:
        walk(x, at, spare, laws, model, _HAZARDS, _BACK)
    else:
        powers(x, at, _f(1), _f(1 / shape), _f(laws.shapes[model, 2]))


@compiled
def to_hazard(laws: Laws, model: int, x: Singles, at: np.uint64, spare: Singles) -> None:
    """Replace days by cumulative hazards."""
    cured, shape = laws.shapes[model, 0], laws.shapes[model, 1]
    if laws.counts[model, 1] > 0:
        walk(x, at, spare, laws, model, _HAZARDS, _FORTH)
    else:
        powers(x, at, _f(1 / laws.shapes[model, 2]), _f(shape), _f(1))
    if cured > 0:
        for i in range(_ROW):
            x[at + i] = _f(-math.log(cured + (1 - cured) * math.exp(-x[at + i])))
    if laws.counts[model, 0] > 0:
        walk(x, at, spare, laws, model, _RATIOS, _FORTH)


@compiled
def _progress(plan: Plan, room: Room, arm: int, at: np.uint64) -> None:
    """Let the disease progress: dependence, salvage, scans. At ``at`` are cumulative hazards of death, then days."""
    theta, share, ratio = plan.numbers[arm, 0], plan.numbers[arm, 1], plan.numbers[arm, 2]
    x, seen, death, none = room.patients, room.other, plan.models[arm, 0], _w(0)
    if plan.models[arm, 1] < 0:
        to_days(plan.laws, death, x, at, room.spare)
        return
    next_bits(room.state, room.bits)
    exponentials(room.bits, seen, none, _f(1))
    if theta > 0:
        for i in range(_ROW):
            rise = math.expm1(seen[i] * theta / (1 + theta))
            seen[i] = _f(math.log1p(math.exp(theta * x[at + i]) * rise) / theta)
    to_days(plan.laws, plan.models[arm, 1], seen, none, room.spare)
    if share > 0:
        _salvage(plan, room, death, at, _f(share), _f(ratio))
    to_days(plan.laws, death, x, at, room.spare)
    if plan.pfs == 1:
        _first(x, at, seen, _f(plan.numbers[arm, 3]))


@compiled
def _first(x: Singles, at: np.uint64, seen: Singles, every: np.float32) -> None:
    """Replace death by progression as seen at the next scan, where that is earlier."""
    for i in range(_ROW):
        day = _f(math.ceil(seen[i] / every)) * every if every > _f(0) else seen[i]
        x[at + i] = day if day < x[at + i] else x[at + i]


@compiled
def _salvage(plan: Plan, room: Room, death: int, at: np.uint64, share: np.float32, ratio: np.float32) -> None:
    """Multiply the hazard of death from progression on, in a random share: the rest of it is reached later."""
    x, hazard, none = room.patients, room.hazard, _w(0)
    for i in range(_ROW):
        hazard[i] = room.other[i]
    to_hazard(plan.laws, death, hazard, none, room.spare)
    next_bits(room.state, room.bits)
    uniforms(room.bits, room.spare, none, _f(1))
    for i in range(_ROW):
        rest = (x[at + i] - hazard[i]) / ratio
        later = hazard[i] + rest
        x[at + i] = later if (room.spare[i] < share) & (rest > _f(0)) else x[at + i]
