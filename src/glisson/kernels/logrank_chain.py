"""The log-rank test of two arms followed from event to event: its distribution without a normal approximation.

Times on study end one after another, each by an event or by censoring. Given which, the arm that loses a patient is
drawn from those at risk: by their hazards at an event, by their numbers at a censoring. So the numbers at risk are a
Markov chain, and the score and its variance are sums along it. The chance that the score exceeds z times the root of
the variance comes from the characteristic function of the sum, carried along the chain, and is averaged over a few
trials drawn at random, of which only the order of events and censorings is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.courses import Accrual, Course

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Frequencies up to so many events, and beyond: scores of few events are lumpy.
_FREQUENCIES, _SMOOTH = {20: 96, 40: 48}, 20
#: The period in standard deviations of the score; points of a curve that times are drawn from.
_PERIOD, _GRID = 16.0, 2001
#: Trials drawn: so many, but not more than keep the work within bounds.
_MOST, _LEAST, _WORK = 64, 8, 80_000
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ends:
    """How the times on study of R trials end, in order.

    Parameters
    ----------
    event
        Whether by an event, shape (R, M); no longer so after the last event of a trial.
    lasts
        Ends of each trial, shape (R,).
    ratio
        Hazard of the new arm over that of the control then, shape (R, M); of interest at events.
    control, new
        Patients of the arms, shape (R,).
    """

    event: Bools
    lasts: Ints
    ratio: Floats
    control: Ints
    new: Ints


def trials_for(control: int, new: int) -> int:
    """Return how many trials to draw.

    Examples
    --------
    >>> trials_for(20, 20), trials_for(49, 49), trials_for(300, 300)
    (64, 16, 8)
    """
    return int(np.clip(_WORK // ((control + new) * new), _LEAST, _MOST))


def drawn_ends(
    control: tuple[Course, Accrual], new: tuple[Course, Accrual], dropout: float, *, events: int,
    sizes: tuple[int, int],
    until: float, trials: int, rng: np.random.Generator,
) -> Ends:  # fmt: skip
    """Return how times on study end in trials analysed at so many events.

    Parameters
    ----------
    control, new, dropout
        As for ``expected_score``.
    events
        Events at the analysis; all of them where a trial has fewer.
    sizes
        Patients of control and new treatment.
    until
        Calendar time by which every trial has ended.
    trials, rng
        How many, and their random numbers.

    Examples
    --------
    >>> half = Accrual(starts=np.zeros(1), rate=np.array([1.5]), end=32.0)
    >>> arms = [(Course.piecewise([0], [hazard]), half) for hazard in (0.07, 0.035)]
    >>> found = drawn_ends(*arms, 0.0, events=66, sizes=(48, 48), until=400.0, trials=5, rng=np.random.default_rng(1))
    >>> found.event.sum(axis=1).tolist(), float(found.ratio[0, 0])
    ([66, 66, 66, 66, 66], 0.5)
    """
    entry, time, treated = [], [], np.repeat([False, True], sizes)
    grid = np.linspace(0.0, until, _GRID)
    for (course, accrual), n in zip((control, new), sizes, strict=True):
        hazard = -np.log(np.maximum(course.at(grid)[0], _TINY))
        time.append(np.interp(rng.standard_exponential((trials, n)), hazard, grid, right=np.inf))
        days = np.linspace(0.0, accrual.end, _GRID)
        entry.append(np.interp(rng.random((trials, n)) * accrual.total, accrual.entered(days), days))
    start, event = np.hstack(entry), np.hstack(time)
    lost = rng.standard_exponential(event.shape) / dropout if dropout else np.full(event.shape, np.inf)
    when = np.sort(np.where(event <= lost, start + event, np.inf), axis=1)[:, events - 1 : events]
    end = np.where(np.isfinite(when), when, until)
    left = end - start
    on_study = np.where(left >= 0, np.minimum(np.minimum(event, lost), left), np.inf)
    seen = (event <= lost) & (start + event <= end)
    order = np.argsort(on_study, axis=1)
    marks, ended = np.take_along_axis(seen, order, axis=1), np.take_along_axis(on_study, order, axis=1)
    places = np.arange(1, marks.shape[1] + 1)
    lasts = (marks * places).max(axis=1)
    safe = np.minimum(ended, until)
    (s0, f0), (s1, f1) = (course.at(safe.ravel()) for course, _ in (control, new))
    ratio = ((f1 / np.maximum(s1, _TINY)) / np.maximum(f0 / np.maximum(s0, _TINY), _TINY)).reshape(safe.shape)
    most = int(lasts.max())
    entered = left >= 0
    return Ends(event=marks[:, :most], lasts=lasts.astype(np.int64), ratio=ratio[:, :most],
                control=(entered & ~treated).sum(axis=1), new=(entered & treated).sum(axis=1))  # fmt: skip


def exceeds(found: Ends, z: float, *, margin: float = 1.0, against: bool = False) -> Floats:
    """Return the probability that the log-rank test exceeds z in favour of the new arm, shape (R,).

    Parameters
    ----------
    found
        The ends of R trials.
    z
        Limit, above 0.
    margin
        Hazard ratio that is tested.
    against
        Whether the test must exceed z in favour of the control instead.

    Notes
    -----
    The root of the variance is taken to second order about its mean. The variance varies little: it depends on the
    numbers at risk alone. The order is taken as independent of which arm lost whom; under proportional hazards that is
    nearly so.

    Examples
    --------
    Twenty patients a side, ten events, no difference: as often for either side.

    >>> ten = Ends(event=np.ones((1, 10), dtype=bool), lasts=np.array([10]), ratio=np.ones((1, 10)),
    ...            control=np.array([20]), new=np.array([20]))
    >>> exceeds(ten, 1.96).round(3), exceeds(ten, 1.96, against=True).round(3)
    (array([0.033]), array([0.033]))
    """
    variance, square = _moments(found, margin)
    root = np.sqrt(variance)
    slope, sign = (z / (2 * root))[:, None], -1.0 if against else 1.0
    middle = z * root / 2 - z * np.maximum(square - variance**2, 0.0) / (8 * variance * root)
    period = _PERIOD * float(root.max())
    events = int(found.event.sum(axis=1).max())
    most = next((terms for limit, terms in _FREQUENCIES.items() if events <= limit), _SMOOTH)
    turn = 2j * np.pi * np.arange(1, most + 1)
    state = np.zeros((len(root), int(found.new.max()) + 1, most), dtype=np.complex128)
    state[np.arange(len(root)), found.new] = 1.0
    back = np.exp(-sign * turn / period)
    for event, share, chance in _steps(found, margin):
        add = np.where(event, sign * share - slope * share * (1 - share), 0.0)
        state = state * _powers(np.exp(2j * np.pi * add / period), most)
        leave = state * chance[..., None]
        state -= leave
        state[:, :-1] += (leave * np.where(event[..., None], back, 1.0))[:, 1:]
    at = middle[:, None] / period
    # Of the period about the limit, the upper half.
    upper = (state.sum(axis=1) * (np.exp(-turn * at) - np.exp(-turn * (at + 0.5))) / turn).real.sum(axis=1)
    return np.asarray(np.clip(0.5 + 2 * upper, 0.0, 1.0))


def _powers(base: NDArray[np.complex128], most: int) -> NDArray[np.complex128]:
    """Return the first powers of numbers along a new last axis."""
    return np.multiply.accumulate(np.repeat(base[..., None], most, axis=-1), axis=-1, dtype=np.complex128)


def _steps(found: Ends, margin: float) -> Iterator[tuple[Bools, Floats, Floats]]:
    """Yield of each end whether it is an event, the new arm's share of the risk, and the chance that the end is its.

    Shapes (R, 1), (R, new + 1) and (R, new + 1), by the number at risk on the new arm.
    """
    new = np.arange(int(found.new.max()) + 1, dtype=np.float64)
    for i in range(found.event.shape[1]):
        old = np.maximum((found.control + found.new - i)[:, None] - new, 0.0)
        event, goes_on = found.event[:, i : i + 1], (i < found.lasts)[:, None]
        ratio = np.where(event, found.ratio[:, i : i + 1], 1.0)
        share = margin * new / np.maximum(old + margin * new, _TINY)
        yield event & goes_on, share, np.where(goes_on, ratio * new / np.maximum(old + ratio * new, _TINY), 0.0)


def _moments(found: Ends, margin: float) -> tuple[Floats, Floats]:
    """Return the mean of the variance and of its square, shape (R,) each."""
    state = np.zeros((3, len(found.new), int(found.new.max()) + 1))
    state[0, np.arange(len(found.new)), found.new] = 1.0
    for event, share, chance in _steps(found, margin):
        add = np.where(event, share * (1 - share), 0.0)
        state[2] += 2 * add * state[1] + add**2 * state[0]
        state[1] += add * state[0]
        leave = state * chance
        state -= leave
        state[:, :, :-1] += leave[:, :, 1:]
    return np.asarray(state[1].sum(axis=1)), np.asarray(state[2].sum(axis=1))
