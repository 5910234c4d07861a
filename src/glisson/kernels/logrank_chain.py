"""The log-rank test of two arms followed from event to event: its distribution without a normal approximation.

Times on study end one after another, each by an event or by censoring. Given which, the arm that loses a patient is
drawn from those at risk: by their hazards at an event, by their numbers at a censoring. So the numbers at risk are a
Markov chain, and the score and its variance are sums along it. The chance that the score exceeds z times the root of
the variance comes from the characteristic function of the sum, carried along the chain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.courses import Accrual, Course, panels

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Frequencies, and the period in standard deviations of the score.
_FREQUENCIES, _PERIOD = 48, 22.0
#: Numbers at risk less probable than this are left out.
_NEVER = 1e-14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ends:
    """How the times on study of a trial's patients end, in order.

    Parameters
    ----------
    event
        Whether by an event, shape (M,).
    ratio
        Hazard of the new arm over that of the control then, shape (M,).
    control, new
        Patients of the arms.
    """

    event: Bools
    ratio: Floats
    control: int
    new: int


def ends(
    control: tuple[Course, Accrual], new: tuple[Course, Accrual], dropout: float, at: float, *, events: int,
    sizes: tuple[int, int],
) -> Ends:  # fmt: skip
    """Return how times on study end where everything happens when it is expected.

    Parameters
    ----------
    control, new, dropout, at
        As for ``expected_score``.
    events
        Events by then.
    sizes
        Patients of control and new treatment.

    Examples
    --------
    >>> half = Accrual(starts=np.zeros(1), rate=np.array([1.5]), end=32.0)
    >>> arms = [(Course.piecewise([0], [hazard]), half) for hazard in (0.07, 0.035)]
    >>> found = ends(*arms, 0.0, 44.0, events=66, sizes=(48, 48))
    >>> int(found.event.sum()), len(found.event), float(found.ratio[0])
    (66, 90, 0.5)
    """
    (c0, a0), (c1, a1) = control, new
    edges = np.concatenate(
        [[0.0, at], c0.starts, c1.starts, at - a0.starts, at - a1.starts, [at - a0.end, at - a1.end]]
    )
    nodes, weight = panels(edges[(edges >= 0) & (edges <= at)], max(c0.fastest, c1.fastest) + dropout)
    kept = np.exp(-dropout * nodes)
    (s0, f0), (s1, f1) = c0.at(nodes), c1.at(nodes)
    f = [kept * a.entered(at - nodes) for a in (a0, a1)]
    rate = weight * (f0 * f[0] + f1 * f[1])
    happened = np.cumsum(rate) - rate / 2
    wanted = (np.arange(events) + 0.5) * (rate.sum() / events)
    still, total = s0 * f[0] + s1 * f[1], a0.total + a1.total
    lost = np.interp(wanted, happened, total - still - happened) * (sum(sizes) / total)
    before = np.maximum.accumulate(np.clip(np.round(lost), 0, sum(sizes) - events)).astype(np.int64)
    ratio = np.interp(wanted, happened, (f1 / s1) / (f0 / s0))
    place = before + np.arange(events)
    event = np.zeros(int(place[-1]) + 1, dtype=bool)
    event[place] = True
    then = np.ones(len(event))
    then[place] = ratio
    return Ends(event=event, ratio=then, control=sizes[0], new=sizes[1])


def exceeds(found: Ends, z: float, *, margin: float = 1.0, against: bool = False) -> float:
    """Return the probability that the log-rank test exceeds z in favour of the new arm.

    Parameters
    ----------
    found
        From ``ends``.
    z
        Limit, above 0.
    margin
        Hazard ratio that is tested.
    against
        Whether the test must exceed z in favour of the control instead.

    Notes
    -----
    The root of the variance is taken to second order about its mean. The variance varies little: it depends on the
    numbers at risk alone.

    Examples
    --------
    Twenty patients a side, ten events, no difference: as often for either side.

    >>> ten = Ends(event=np.ones(10, dtype=bool), ratio=np.ones(10), control=20, new=20)
    >>> round(exceeds(ten, 1.96), 4), round(exceeds(ten, 1.96, against=True), 4)
    (0.0344, 0.0344)
    """
    steps = _steps(found, margin)
    variance, square = _moments(steps, found.new)
    root = math.sqrt(variance)
    slope, sign = z / (2 * root), -1.0 if against else 1.0
    limit = z * root / 2 - z * max(square - variance**2, 0.0) / (8 * variance * root)
    period = _PERIOD * root
    turn = 2j * math.pi * np.arange(1, _FREQUENCIES + 1)
    omega = turn / period
    state = np.zeros((found.new + 1, _FREQUENCIES), dtype=np.complex128)
    state[-1] = 1.0
    for step in steps:
        stay = state[step.low : step.high + 1]
        add = sign * step.share - slope * step.share * (1 - step.share)
        wave = np.exp(np.outer(add, omega)) if step.event else 1.0
        leave = stay * wave * step.chance[:, None]
        leave = leave * np.exp(-sign * omega) if step.event else leave
        state[step.low : step.high + 1] = stay * wave * (1 - step.chance)[:, None]
        first = 1 if step.low == 0 else 0
        state[step.low + first - 1 : step.high] += leave[first:]
    low = limit - period / 2
    series = state.sum(axis=0) * np.exp(-omega * low)
    at = np.exp(-turn / 2)
    return float(np.clip(0.5 + 2 * (series * (at - 1) / turn).sum().real, 0.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """One end: which numbers at risk on the new arm are possible, its share of the risk, and the chance it is its."""

    event: bool
    low: int
    high: int
    share: Floats
    chance: Floats


def _steps(found: Ends, margin: float) -> list[_Step]:
    out, likely = [], np.zeros(found.new + 1)
    likely[-1] = 1.0
    for i, (event, ratio) in enumerate(zip(found.event.tolist(), found.ratio.tolist(), strict=True)):
        possible = np.flatnonzero(likely > _NEVER)
        low, high = int(possible[0]), int(possible[-1])
        new = np.arange(low, high + 1, dtype=np.float64)
        old = found.control + found.new - i - new
        step = _Step(event, low, high, margin * new / (old + margin * new), ratio * new / (old + ratio * new))
        likely = _after(step, likely[None])[0]
        out.append(step)
    return out


def _after(step: _Step, state: Floats) -> Floats:
    """Return probabilities, or what goes with them, after a patient has left; shape (A, new + 1)."""
    stay = state[:, step.low : step.high + 1]
    leave = stay * step.chance
    after = np.zeros_like(state)
    after[:, step.low : step.high + 1] = stay - leave
    first = 1 if step.low == 0 else 0  # nobody leaves where nobody is
    after[:, step.low + first - 1 : step.high] += leave[:, first:]
    return after


def _moments(steps: list[_Step], new: int) -> tuple[float, float]:
    """Return the mean of the variance and of its square."""
    state = np.zeros((3, new + 1))
    state[0, -1] = 1.0
    for step in steps:
        if step.event:
            add = np.zeros(new + 1)
            add[step.low : step.high + 1] = step.share * (1 - step.share)
            state[2] += 2 * add * state[1] + add**2 * state[0]
            state[1] += add * state[0]
        state = _after(step, state)
    return float(state[1].sum()), float(state[2].sum())
