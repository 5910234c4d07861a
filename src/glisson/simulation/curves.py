"""Survival at a day, restricted mean survival and the one-sample log-rank test, in all trials of a block."""

from __future__ import annotations

import math

import numpy as np

from glisson.simulation.cutting import NOBODY
from glisson.simulation.jit import compiled
from glisson.simulation.lanes import LANES, Keys, Singles, logs
from glisson.simulation.plan import Plan
from glisson.simulation.room import (
    AREA,
    BEFORE,
    ENTERED,
    EVENTS,
    EXPECTED,
    FIRST_CURVE,
    GREENWOOD,
    KNOWN,
    LASTING,
    LEFT_EARLY,
    LOGLOG,
    REMAIN,
    SECOND,
    SECOND_CURVE,
    SPREAD,
    SQUARED,
    SURE,
    SURVIVAL,
    VALUE,
    WEIGHTED,
)

_f = np.float32
_i = np.int32
_w = np.uint64
_ROW = np.uint64(LANES)
#: Statistic where all or none survive, so that there is no standard error: beyond every sensible limit.
_CERTAIN = 9.0


@compiled
def one_sample(plan: Plan, sums: Singles) -> None:
    """Set VALUE to (expected - observed) over its standard error.

    Breslow NE. Int Stat Rev 1975;43:45-57, variance the expected events; Wu J. Pharm Stat 2015;14:26-33, their mean
    with the observed ones.
    """
    mean = plan.mean_variance == 1
    for i in range(_ROW):
        expected, observed = sums[EXPECTED + i], sums[EVENTS + i]
        variance = (expected + observed) * _f(0.5) if mean else expected
        known = variance > _f(1e-9)
        sums[KNOWN + i] = _f(1) if known else _f(0)
        sums[VALUE + i] = (expected - observed) / _f(math.sqrt(variance if known else _f(1))) if known else _f(0)


@compiled
def curves(plan: Plan, keys: Keys, sums: Singles) -> None:
    """Estimate the curve of each arm up to the day of the statistic; areas are in units of that day."""
    until = _i(plan.at * plan.ticks)
    for i in range(_ROW):
        sums[FIRST_CURVE + REMAIN + i] = sums[ENTERED + i] - sums[SECOND + i]
        sums[SECOND_CURVE + REMAIN + i] = sums[SECOND + i]
    for arm in range(plan.arms):
        c = FIRST_CURVE if arm == 0 else SECOND_CURVE
        for i in range(_ROW):
            sums[c + SURVIVAL + i], sums[c + GREENWOOD + i], sums[c + LEFT_EARLY + i] = _f(1), _f(0), _f(0)
            sums[c + AREA + i], sums[c + WEIGHTED + i] = _f(0), _f(0)
            sums[c + SQUARED + i], sums[c + BEFORE + i] = _f(0), _f(0)
        for patient in range(plan.arm.shape[1]):
            _curve_step(keys, _w(patient) * _ROW, _i(arm), until, sums, c)
        for i in range(_ROW):
            sums[c + AREA + i] += sums[c + SURVIVAL + i] * (_f(1) - sums[c + BEFORE + i])


@compiled
def _curve_step(keys: Keys, at: np.uint64, arm: np.int32, until: np.int32, sums: Singles, c: np.uint64) -> None:
    scale = _f(1) / _f(until)
    for i in range(_ROW):
        key, y, survival, before = keys[at + i], sums[c + REMAIN + i], sums[c + SURVIVAL + i], sums[c + BEFORE + i]
        tick = _i(key >> _i(2))
        mine = (_i(key & _i(1)) == arm) & (key != NOBODY)
        inside = mine & (tick <= until)
        event = inside & (_i(key & _i(2)) == _i(0))
        now = _f(tick) * scale if inside else before
        area = sums[c + AREA + i] + survival * (now - before)
        term = _f(1) / (y * (y - _f(1)) if y > _f(1.5) else _f(1))
        term = term if event & (y > _f(1.5)) else _f(0)
        fall = _f(1) / (y if y > _f(0.5) else _f(1))
        fall = fall if event else _f(0)
        sums[c + AREA + i], sums[c + BEFORE + i] = area, now
        sums[c + GREENWOOD + i] += term
        sums[c + WEIGHTED + i] += term * area
        sums[c + SQUARED + i] += term * area * area
        sums[c + SURVIVAL + i] = survival * (_f(1) - fall)
        sums[c + REMAIN + i] = y - (_f(1) if mine else _f(0))
        sums[c + LEFT_EARLY + i] += _f(1) if mine & (tick < until) else _f(0)


@compiled
def survivals(keys: Keys, sums: Singles, n: int, until: np.int32, arms: int) -> None:
    """Estimate survival of each arm at a tick; of the curve, only what that needs."""
    for arm in range(arms):
        c = FIRST_CURVE if arm == 0 else SECOND_CURVE
        for i in range(_ROW):
            entered = sums[ENTERED + i] - sums[SECOND + i] if arm == 0 else sums[SECOND + i]
            sums[c + REMAIN + i], sums[c + LASTING + i] = entered, entered
            sums[c + SURVIVAL + i], sums[c + GREENWOOD + i] = _f(1), _f(0)
        for patient in range(n):
            _survival_step(keys, _w(patient) * _ROW, _i(arm), until, sums, c)


@compiled
def _survival_step(keys: Keys, at: np.uint64, arm: np.int32, until: np.int32, sums: Singles, c: np.uint64) -> None:
    """Pass one patient: with y at risk an event multiplies S by (y - 1)/y and adds 1/(y (y - 1)), by one division."""
    for i in range(_ROW):
        key, y = keys[at + i], sums[c + REMAIN + i]
        tick, others = _i(key >> _i(2)), y - _f(1)
        mine = (_i(key & _i(1)) == arm) & (key != NOBODY)
        event = mine & (tick <= until) & (_i(key & _i(2)) == _i(0))
        several = event & (y > _f(1.5))
        term = _f(1) / (y * others if several else _f(1))
        sums[c + GREENWOOD + i] += term if several else _f(0)
        left = others * others * term
        sums[c + SURVIVAL + i] *= left if event else _f(1)
        sums[c + REMAIN + i] = others if mine else y
        sums[c + LASTING + i] -= _f(1) if mine & (tick < until) else _f(0)


@compiled
def milestone(plan: Plan, keys: Keys, sums: Singles) -> None:
    """Set VALUE to the difference of log(-log S) over its standard error (Klein JP, et al. Stat Med 2007;26:4505)."""
    survivals(keys, sums, plan.arm.shape[1], _i(plan.at * plan.ticks), plan.arms)
    _loglog(sums, FIRST_CURVE)
    if plan.arms == 2:
        _loglog(sums, SECOND_CURVE)
        first, second = FIRST_CURVE, SECOND_CURVE
    else:
        first, second = SECOND_CURVE, FIRST_CURVE
        fixed = _f(math.log(-math.log(plan.against)))
        for i in range(_ROW):
            sums[first + LOGLOG + i], sums[first + SPREAD + i], sums[first + SURE + i] = fixed, _f(0), _f(1)
    for i in range(_ROW):
        known = (sums[first + SURE + i] > _f(0)) & (sums[second + SURE + i] > _f(0))
        gain = sums[first + LOGLOG + i] - sums[second + LOGLOG + i]
        variance = sums[first + SPREAD + i] + sums[second + SPREAD + i]
        value = gain / _f(math.sqrt(variance if variance > _f(0) else _f(1)))
        value = value if variance > _f(0) else _f(np.sign(gain)) * _f(_CERTAIN)
        value = value if value < _f(100) else _f(100)
        value = value if value > _f(-100) else _f(-100)
        sums[KNOWN + i] = _f(1) if known else _f(0)
        sums[VALUE + i] = value if known else _f(0)


@compiled
def _loglog(sums: Singles, c: np.uint64) -> None:
    """Set log(-log S), its variance and whether survival is known; 99 or -99 without a variance if none or all live."""
    for i in range(_ROW):
        s = sums[c + SURVIVAL + i]
        sums[c + LOGLOG + i] = s if s > _f(1e-6) else _f(1e-6)
    logs(sums, c + LOGLOG, c + LOGLOG)
    for i in range(_ROW):
        cumulative = -sums[c + LOGLOG + i]
        sums[c + LOGLOG + i] = cumulative = cumulative if cumulative > _f(1e-6) else _f(1e-6)
        sums[c + SPREAD + i] = sums[c + GREENWOOD + i] / (cumulative * cumulative)
    logs(sums, c + LOGLOG, c + LOGLOG)
    for i in range(_ROW):
        s = sums[c + SURVIVAL + i]
        none, everybody = s < _f(1e-6), s > _f(1 - 1e-6)
        value = _f(99) if none else sums[c + LOGLOG + i]
        sums[c + LOGLOG + i] = _f(-99) if everybody else value
        sums[c + SPREAD + i] = _f(0) if none | everybody else sums[c + SPREAD + i]
        sums[c + SURE + i] = _f(1) if none | (sums[c + LASTING + i] > _f(0.5)) else _f(0)


@compiled
def rmst(plan: Plan, keys: Keys, sums: Singles) -> None:
    """Set VALUE to the difference in restricted mean survival over its standard error."""
    curves(plan, keys, sums)
    for i in range(_ROW):
        known, mean, variance = _mean(sums, FIRST_CURVE, i, sums[ENTERED + i] - sums[SECOND + i])
        difference = mean - plan.against / plan.at
        if plan.arms == 2:
            sure, other, more = _mean(sums, SECOND_CURVE, i, sums[SECOND + i])
            known, difference, variance = known and sure, other - mean, variance + more
        known = known and variance > 1e-12
        sums[KNOWN + i] = _f(1) if known else _f(0)
        sums[VALUE + i] = _f(difference / math.sqrt(variance)) if known else _f(0)


@compiled
def _mean(sums: Singles, c: np.uint64, lane: int, entered: float) -> tuple[bool, float, float]:
    """Return whether the restricted mean is known, it, and its variance: squared area after each event, weighted."""
    area, term = np.float64(sums[c + AREA + lane]), np.float64(sums[c + GREENWOOD + lane])
    variance = area * area * term - 2 * area * sums[c + WEIGHTED + lane] + sums[c + SQUARED + lane]
    known = sums[c + SURVIVAL + lane] < 1e-6 or entered - sums[c + LEFT_EARLY + lane] > 0.5
    return known, area, max(variance, 0.0)
