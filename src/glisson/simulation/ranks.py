"""Log-rank statistic and Cox's hazard ratio of two arms, from sorted keys."""

from __future__ import annotations

import math

import numpy as np

from glisson.simulation.jit import compiled
from glisson.simulation.lanes import LANES, Keys, Singles, exps
from glisson.simulation.room import (
    AT_RISK,
    AT_RISK_SECOND,
    BETA,
    BETA_KNOWN,
    ENTERED,
    EVENTS,
    INFORMATION,
    KNOWN,
    SCORE,
    SECOND,
    SECOND_EVENTS,
    THETA,
    VALUE,
    VARIANCE,
)

_f = np.float32
_i = np.int32
_w = np.uint64
_ROW = np.uint64(LANES)
#: Steps of Newton's method at most, and the step below which the next one would not change a float32.
_STEPS, _SMALL = 25, np.float32(1e-3)
#: Log hazard ratio beyond which the likelihood is taken to have no maximum.
_LARGEST = np.float32(6)


@compiled
def logrank(keys: Keys, sums: Singles, n: int) -> None:
    """Set VALUE to the log-rank z, and SCORE and VARIANCE, of times without ties.

    A z above 0 means fewer events in the second arm than expected.
    """
    for i in range(_ROW):
        sums[AT_RISK + i], sums[AT_RISK_SECOND + i] = sums[ENTERED + i], sums[SECOND + i]
        sums[SCORE + i], sums[VARIANCE + i] = _f(0), _f(0)
    for patient in range(n):
        _logrank_step(keys, _w(patient) * _ROW, sums)
    for i in range(_ROW):
        known = sums[VARIANCE + i] > _f(1e-6)
        sums[KNOWN + i] = _f(1) if known else _f(0)
        sums[VALUE + i] = -sums[SCORE + i] / _f(math.sqrt(sums[VARIANCE + i] if known else _f(1))) if known else _f(0)


@compiled
def _logrank_step(keys: Keys, at: np.uint64, sums: Singles) -> None:
    for i in range(_ROW):
        key, risk, second = keys[at + i], sums[AT_RISK + i], sums[AT_RISK_SECOND + i]
        event = _f(_i(_i(1) - _i(_i(key >> _i(1)) & _i(1))))
        arm = _f(_i(key & _i(1)))
        share = second / (risk if risk > _f(0.5) else _f(1))
        sums[SCORE + i] += event * (arm - share)
        sums[VARIANCE + i] += event * share * (_f(1) - share)
        sums[AT_RISK + i] = risk - _f(1)
        sums[AT_RISK_SECOND + i] = second - arm


@compiled
def cox(keys: Keys, sums: Singles, n: int) -> None:
    """Set BETA and its INFORMATION for times without ties, from the log-rank SCORE and VARIANCE."""
    for i in range(_ROW):
        lone = (sums[SECOND_EVENTS + i] < _f(0.5)) | (sums[EVENTS + i] - sums[SECOND_EVENTS + i] < _f(0.5))
        known = (sums[VARIANCE + i] > _f(1e-6)) & (not lone)
        sums[BETA_KNOWN + i] = _f(1) if known else _f(0)
        sums[BETA + i] = sums[SCORE + i] / sums[VARIANCE + i] if known else _f(0)
    for _ in range(_STEPS):
        _start(sums)
        for patient in range(n):
            _cox_step(keys, _w(patient) * _ROW, sums)
        if _newton(sums) < _SMALL:
            break
    for i in range(_ROW):
        if abs(sums[BETA + i]) > _LARGEST:
            sums[BETA_KNOWN + i] = _f(0)


@compiled
def _start(sums: Singles) -> None:
    """Begin a step: everybody at risk; estimates that run away are kept within reach of float32."""
    for i in range(_ROW):
        b = sums[BETA + i] if sums[BETA + i] < _f(8) else _f(8)
        sums[BETA + i] = b if b > _f(-8) else _f(-8)
        sums[AT_RISK + i], sums[AT_RISK_SECOND + i] = sums[ENTERED + i] - sums[SECOND + i], sums[SECOND + i]
        sums[SCORE + i], sums[INFORMATION + i] = _f(0), _f(0)
    exps(sums, BETA, THETA)


@compiled
def _newton(sums: Singles) -> np.float32:
    """Step, at most by 1, and return the largest step of an estimate that has not run away."""
    largest = _f(0)
    for i in range(_ROW):
        step = sums[SCORE + i] / sums[INFORMATION + i] if sums[INFORMATION + i] > _f(1e-9) else _f(0)
        step = step if step < _f(1) else _f(1)
        step = step if step > _f(-1) else _f(-1)
        beta = sums[BETA + i] + step
        sums[BETA + i] = beta
        counts = (abs(beta) < _LARGEST) & (sums[BETA_KNOWN + i] > _f(0))
        size = abs(step) if counts else _f(0)
        largest = size if size > largest else largest
    return largest


@compiled
def _cox_step(keys: Keys, at: np.uint64, sums: Singles) -> None:
    for i in range(_ROW):
        key, first, second = keys[at + i], sums[AT_RISK + i], sums[AT_RISK_SECOND + i]
        event = _f(_i(_i(1) - _i(_i(key >> _i(1)) & _i(1))))
        arm = _f(_i(key & _i(1)))
        weight = second * sums[THETA + i]
        total = first + weight
        share = weight / (total if total > _f(1e-6) else _f(1))
        sums[SCORE + i] += event * (arm - share)
        sums[INFORMATION + i] += event * share * (_f(1) - share)
        sums[AT_RISK + i] = first - (_f(1) - arm)
        sums[AT_RISK_SECOND + i] = second - arm


@compiled
def tied(keys: Keys, sums: Singles, n: int, ratio: bool) -> None:
    """Do the same where many times are alike: hypergeometric variance, Efron's likelihood; one trial after another."""
    for lane in range(_ROW):
        entered, second = np.float64(sums[ENTERED + lane]), np.float64(sums[SECOND + lane])
        score, variance = _tied_logrank(keys, lane, n, entered, second)
        known = variance > 1e-6
        sums[VARIANCE + lane] = _f(variance)
        sums[KNOWN + lane] = _f(1) if known else _f(0)
        sums[VALUE + lane] = _f(-score / math.sqrt(variance)) if known else _f(0)
        lone = sums[SECOND_EVENTS + lane] < 0.5 or sums[EVENTS + lane] - sums[SECOND_EVENTS + lane] < 0.5
        beta, information, sure = 0.0, 1.0, False
        if ratio and known and not lone:
            beta, information, sure = _tied_cox(keys, lane, n, entered, second)
        sums[BETA + lane], sums[INFORMATION + lane] = _f(beta), _f(information)
        sums[BETA_KNOWN + lane] = _f(1) if sure else _f(0)


@compiled
def _tied_logrank(keys: Keys, lane: int, n: int, entered: float, second: float) -> tuple[float, float]:
    """Return the score and the variance of one trial."""
    y, y1, score, variance, row = entered, second, 0.0, 0.0, 0
    while row < n:
        tick, d, d1, gone, gone1 = keys[_w(row) * _ROW + lane] >> 2, 0.0, 0.0, 0.0, 0.0
        while row < n and keys[_w(row) * _ROW + lane] >> 2 == tick:
            key = keys[_w(row) * _ROW + lane]
            event, arm = 1 - ((key >> 1) & 1), key & 1
            d, d1, gone, gone1, row = d + event, d1 + event * arm, gone + 1, gone1 + arm, row + 1
        if d > 0:
            share = y1 / y
            score += d1 - d * share
            variance += d * share * (1 - share) * (y - d) / (y - 1) if y > 1 else 0.0
        y, y1 = y - gone, y1 - gone1
    return score, variance


@compiled
def _tied_cox(keys: Keys, lane: int, n: int, entered: float, second: float) -> tuple[float, float, bool]:
    """Return the log hazard ratio of one trial, its information and whether there is a maximum."""
    beta, information = 0.0, 1.0
    for _ in range(_STEPS):
        score, information = _efron(keys, lane, n, entered, second, math.exp(beta))
        step = score / information if information > 1e-9 else 0.0
        beta += min(max(step, -1.0), 1.0)
        if abs(beta) > _LARGEST:
            return beta, information, False
        if abs(step) < 1e-6:
            break
    return beta, information, True


@compiled
def _efron(keys: Keys, lane: int, n: int, entered: float, second: float, theta: float) -> tuple[float, float]:
    """Return score and information at a hazard ratio (Efron B. J Am Stat Assoc 1977;72:557-565)."""
    y, y1, score, information, row = entered, second, 0.0, 0.0, 0
    while row < n:
        tick, d, d1, gone, gone1 = keys[_w(row) * _ROW + lane] >> 2, 0.0, 0.0, 0.0, 0.0
        while row < n and keys[_w(row) * _ROW + lane] >> 2 == tick:
            key = keys[_w(row) * _ROW + lane]
            event, arm = 1 - ((key >> 1) & 1), key & 1
            d, d1, gone, gone1, row = d + event, d1 + event * arm, gone + 1, gone1 + arm, row + 1
        for k in range(int(d)):
            part = k / d
            weight = (y1 - part * d1) * theta
            share = weight / (y - y1 - part * (d - d1) + weight)
            score -= share
            information += share * (1 - share)
        score += d1
        y, y1 = y - gone, y1 - gone1
    return score, information
