"""Points and numbers at risk of a published curve: cleaned, what was changed said, what is impossible named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Days of each unit of a time axis.
UNIT_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
#: A reading this far outside 0 to 1, or before time 0 as a share of the axis, is a slip of the hand; more is not.
_SLIP = 0.05
#: Reading error (standard deviation of survival) where the points do not tell, and the least that is believed of points
#: at the corners of steps, and of others.
USUAL_ERROR, LEAST_ERROR, LEAST_TRACED = 0.005, 0.0003, 0.0015
_ENOUGH_PAIRS = 5
_DUST = 1e-6
#: Share of points that repeat a time from which the corners of steps were read.
_CORNERS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """A curve as read: one point a time, from survival 1 at time 0, never rising.

    Parameters
    ----------
    time, survival
        Shape (K,), in the unit of the axis, and as a share.
    changes
        What was changed, in words.
    error
        Standard deviation of a reading of survival, as far as the points tell.
    """

    time: Floats
    survival: Floats
    changes: tuple[str, ...]
    error: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is printed beside a curve.

    Parameters
    ----------
    time, at_risk
        Shape (m,): the numbers at risk, beginning with everybody at time 0.
    events
        All events, where known.
    """

    time: Floats
    at_risk: Ints
    events: int | None


def clean_points(time: ArrayLike, survival: ArrayLike, *, percent: bool = False) -> Points:
    """Clean digitised points: in order, within 0 and 1, never rising, one a time.

    Parameters
    ----------
    time
        Shape (k,), any unit.
    survival
        Shape (k,), shares; or per cent with ``percent``.

    Returns
    -------
    Points
        ``changes`` says what was moved or left out, and how far.

    Raises
    ------
    InputError
        Naming every row that cannot be a point of a survival curve.

    Examples
    --------
    >>> points = clean_points([0, 2, 2, 5, 6], [1, 1, 0.8, 0.81, 0.5])
    >>> points.time.tolist(), points.survival.tolist()
    ([0.0, 2.0, 5.0, 6.0], [1.0, 0.8, 0.8, 0.5])
    >>> points.changes
    ('1 point lay above one before it (by 0.0100 at most): taken down to it',)
    """
    t, s = _columns(time, survival)
    s = s / 100 if percent else s
    wrong = _impossible_points(t, s, percent=percent)
    if wrong:
        raise _all_of(wrong, "points of the curve")
    error = _reading_error(t, s)
    # Dust of calculation is no reading.
    t = np.where(np.abs(t) < _DUST * np.abs(t).max(), 0.0, t)
    s = np.where(np.abs(s) < _DUST, 0.0, np.where(np.abs(s - 1) < _DUST, 1.0, s))
    changes = []
    early = t < 0
    if early.any():
        changes.append(f"{_points(early)} before time 0 (by {-t.min():.3g} at most): moved to 0")
    outside = (s < 0) | (s > 1)
    if outside.any():
        worst = float(np.maximum(-s, s - 1).max())
        changes.append(f"{_points(outside)} outside 0 and 1 (by {worst:.4f} at most): moved to the limit")
    t, s = np.maximum(t, 0.0), np.clip(s, 0.0, 1.0)
    if np.any(np.diff(t) < 0):
        changes.append("points were not in the order of time: sorted")
    order = np.lexsort((-s, t))
    t, s = t[order], s[order]
    lowest = np.minimum.accumulate(s)
    if np.any(s > lowest):
        rise = float((s - lowest).max())
        changes.append(f"{_points(s > lowest)} above one before it (by {rise:.4f} at most): taken down to it")
    keep = np.append(np.diff(t) > 0, True)
    t, s = t[keep], lowest[keep]
    if t[0] > 0 or s[0] < 1:
        changes.append(f"the curve began at {s[0]:.4f} at time {t[0]:.3g}: a point at 0 with survival 1 was added")
        if t[0] > 0:
            t, s = np.append(0.0, t), np.append(1.0, s)
        else:
            s[0] = 1.0
    return Points(time=t, survival=s, changes=tuple(changes), error=error)


def check_known(
    points: Points,
    at_risk: Sequence[tuple[float, int]],
    *,
    n: int | None = None,
    events: int | None = None,
) -> Known:
    """Check the numbers printed beside a curve, against each other and against the curve.

    Parameters
    ----------
    points
        The curve.
    at_risk
        (time, number) in the unit of the curve.
    n
        Patients; needed where the numbers at risk do not begin at time 0.
    events
        All events, if known.

    Raises
    ------
    InputError
        Naming everything that is impossible, with its row.

    Examples
    --------
    >>> points = clean_points([0, 2, 5], [1, 0.8, 0.5])
    >>> check_known(points, [(0, 10), (3, 7)], events=5).at_risk.tolist()
    [10, 7]
    """
    wrong = _impossible_numbers(at_risk)
    rows = [(float(t), round(k)) for t, k in at_risk if math.isfinite(t) and math.isfinite(k)]
    if not rows and n is None:
        wrong.append("no number at risk and no number of patients: give one of them")
    if rows and rows[0][0] != 0 and n is None:
        wrong.append(f"at-risk row 1: the first number stands at {rows[0][0]:g}, expected time 0: add it, or give n")
    if rows and rows[0][0] == 0 and n is not None and rows[0][1] != n:
        wrong.append(f"at-risk row 1: {rows[0][1]} at risk at time 0, but n is {n}: give the right one")
    if n is not None and n < 1:
        wrong.append(f"n is {n}, expected at least one patient")
    if wrong:
        raise _all_of(wrong, "numbers at risk")
    if n is not None and (not rows or rows[0][0] != 0):
        rows.insert(0, (0.0, n))
    size = rows[0][1]
    wrong = [*_impossible_with_curve(points, rows), *_impossible_events(points, size, events)]
    if wrong:
        raise _all_of(wrong, "numbers beside the curve")
    return Known(time=np.array([t for t, _ in rows]), at_risk=np.array([k for _, k in rows], dtype=np.int64),
                 events=events)  # fmt: skip


def _columns(time: ArrayLike, survival: ArrayLike) -> tuple[Floats, Floats]:
    try:
        t, s = (np.asarray(x, dtype=np.float64).reshape(-1) for x in (time, survival))
    except (TypeError, ValueError):
        raise InputError("the points hold something that is not a number", expected="times and survival") from None
    if len(t) != len(s):
        raise InputError(f"{len(t)} times and {len(s)} values of survival", expected="one of each a point")
    if len(t) < 2:
        raise InputError(f"{len(t)} points", expected="at least two points of the curve", todo="read more of them")
    return t, s


def _impossible_points(t: Floats, s: Floats, *, percent: bool) -> list[str]:
    wrong = []
    span = float(np.nanmax(np.abs(t))) if np.isfinite(t).any() else 1.0
    of_hundred = not percent and np.nanmax(s) > 2
    for i, (when, value) in enumerate(zip(t.tolist(), s.tolist(), strict=True), start=1):
        if not (math.isfinite(when) and math.isfinite(value)):
            wrong.append(f"points row {i}: {when}, {value}, expected two numbers: complete or remove the row")
        elif when < -_SLIP * span:
            wrong.append(f"points row {i}: time {when:g}, expected 0 or later: check the reference points of the axis")
        elif not of_hundred and not -_SLIP <= value <= 1 + _SLIP:
            shown = f"{100 * value:g} per cent" if percent else f"{value:g}"
            wrong.append(f"points row {i}: survival {shown}, expected between 0 and 1: read the point again")
    if of_hundred:
        what = f"survival up to {np.nanmax(s):g}, expected shares between 0 and 1: "
        wrong.append(what + "if these are per cent, say percent (--percent)")
    return wrong


def _impossible_numbers(at_risk: Sequence[tuple[float, int]]) -> list[str]:
    wrong = []
    before: tuple[float, float] | None = None
    for i, (when, number) in enumerate(at_risk, start=1):
        row = f"at-risk row {i}: "
        if not (math.isfinite(when) and math.isfinite(number)):
            wrong.append(f"{row}{when}, {number}, expected two numbers: complete or remove the row")
            continue
        if number != round(number) or number < 0:
            wrong.append(f"{row}{number:g} at risk, expected a whole number from 0: correct it")
        if when < 0:
            wrong.append(f"{row}time {when:g}, expected 0 or later: correct it")
        if before is not None and when <= before[0]:
            wrong.append(f"{row}time {when:g} after {before[0]:g}, expected increasing times: sort them, each once")
        if before is not None and number > before[1]:
            wrong.append(f"{row}{number:g} at risk at {when:g} after {before[1]:g}, expected no more than before: "
                         "check the row, or whether it is of another group")  # fmt: skip
        before = (when, number)
    return wrong


def _impossible_with_curve(points: Points, rows: Sequence[tuple[float, int]]) -> list[str]:
    wrong = []
    size = rows[0][1]
    for i, (when, number) in enumerate(rows, start=1):
        if when == 0:
            continue
        place = int(np.searchsorted(points.time, when, side="left")) - 1
        alive = float(points.survival[max(place, 0)])
        most = size * (alive + _SLIP) + 1
        if number > most:
            wrong.append(
                f"at-risk row {i}: {number} at risk at {when:g}, where the curve is at {alive:.3f} of {size}, expected "
                f"at most {int(most)}: check the row, the unit of time, or the axis"
            )
    return wrong


def _impossible_events(points: Points, size: int, events: int | None) -> list[str]:
    if events is None:
        return []
    if events != round(events) or events < 0:
        return [f"{events} events, expected a whole number from 0: correct it"]
    lost = 1 - float(points.survival[-1])
    if events > size:
        return [f"{events} events among {size} patients, expected no more events than patients: correct one of them"]
    if events == 0 and lost > _SLIP:
        return [f"0 events, but the curve falls to {1 - lost:.3f}, expected at least one: correct it, or leave it out"]
    if events > size * (lost + _SLIP) + 1:
        # Censoring can only lower how many events a fall of the curve takes.
        most = int(size * (lost + _SLIP) + 1)
        return [f"{events} events, but the curve only falls to {1 - lost:.3f} of {size} patients, expected at most "
                f"{most}: check whether the curve is complete"]  # fmt: skip
    return []


def _reading_error(t: Floats, s: Floats) -> float:
    """Standard deviation of a reading, as far as the points tell.

    A survival curve never rises, so that what rises from one point to the next is error: on a flat stretch half of the
    differences do, and their mean square is twice the variance. Where nothing rises, the points were read with care
    (both corners of the steps), or levels repeat, or nothing is known. Rounding is the least error.
    """
    digits = next((d for d in range(1, 5) if np.allclose(s, np.round(s, d), atol=1e-9)), 5)
    rounding = 10.0**-digits / math.sqrt(12)
    order = np.argsort(t, kind="stable")
    change, apart = np.diff(s[order]), np.diff(t[order]) > 0
    rising = change[apart & (change > 0)]
    corners = 1 - apart.mean() > _CORNERS
    least = max(rounding, LEAST_ERROR if corners else LEAST_TRACED)
    if rising.size >= _ENOUGH_PAIRS:
        return max(float(np.sqrt(np.mean(rising**2) / 2)), least)
    return least if corners or np.count_nonzero(apart & (change == 0)) >= _ENOUGH_PAIRS else max(USUAL_ERROR, rounding)


def _points(which: NDArray[np.bool_]) -> str:
    count = int(which.sum())
    return f"{count} point{'' if count == 1 else 's'} lay"


def _all_of(wrong: Sequence[str], what: str) -> InputError:
    if len(wrong) == 1:
        return InputError(wrong[0])
    return InputError(f"{len(wrong)} things about the {what} are impossible:\n  " + "\n  ".join(wrong))
