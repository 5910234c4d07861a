"""What a curve figure shows, as numbers: tests check these, drawing only copies them to paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glisson.present.words import DAYS_PER_MONTH
from glisson.tables import Curve, Group

Floats = NDArray[np.float64]

#: A curve is dotted where fewer patients than this are at risk.
SPARSE_BELOW = 10
#: Distances between ticks on the time axis, in months.
_TICK_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
_MOST_TICKS = 9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One curve, in months.

    Parameters
    ----------
    label, style
        Printed name and position in the sequence of colours and line styles.
    months, value, low, high
        Shape (T + 1,): steps from month 0 on; limits are NaN where there are none.
    sparse_from
        Month from which fewer than ten patients are at risk; infinite where that never happens.
    censor_months, censor_value
        Where the censoring marks stand.
    n
        Patients.
    """

    label: str
    style: int
    months: Floats
    value: Floats
    low: Floats
    high: Floats
    sparse_from: float
    censor_months: Floats
    censor_value: Floats
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """One row of numbers under the axis, aligned to the ticks."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountBlock:
    """The rows of numbers of one group; the heading repeats the line style of its curve."""

    heading: str
    style: int | None
    rows: tuple[CountRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePanel:
    """One pair of axes with curves and the numbers under them."""

    title: str
    y_label: str
    x_label: str
    kind: Literal["survival", "incidence"]
    ticks: tuple[int, ...]
    end: float
    series: tuple[Series, ...]
    blocks: tuple[CountBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFigure:
    """One or two panels side by side."""

    panels: tuple[CurvePanel, ...]


def ticks_for(last_month: float) -> tuple[int, ...]:
    """Return at most nine whole-month ticks from 0 that cover the time axis.

    Examples
    --------
    >>> ticks_for(41.0)
    (0, 6, 12, 18, 24, 30, 36)
    >>> ticks_for(23.0)
    (0, 3, 6, 9, 12, 15, 18, 21)
    """
    step = next((s for s in _TICK_STEPS if last_month / s < _MOST_TICKS - 1), _TICK_STEPS[-1])
    return tuple(range(0, int(last_month) + 1, step))


def series(curve: Curve, label: str, style: int) -> Series:
    """Return one curve as steps in months."""
    start = curve.start
    thin = np.flatnonzero(curve.at_risk < SPARSE_BELOW)
    sparse_day = np.inf if not thin.size else 0.0 if thin[0] == 0 else float(curve.time[thin[0] - 1])
    marks = np.flatnonzero(curve.censored > 0)
    return Series(
        label=label,
        style=style,
        months=np.concatenate([[0.0], curve.time / DAYS_PER_MONTH]),
        value=np.concatenate([[start], curve.value]),
        low=np.concatenate([[start], curve.low]),
        high=np.concatenate([[start], curve.high]),
        sparse_from=sparse_day / DAYS_PER_MONTH,
        censor_months=curve.time[marks] / DAYS_PER_MONTH,
        censor_value=curve.value[marks],
        n=curve.n,
    )


def panel(
    curves: Sequence[Curve],
    *,
    title: str,
    y_label: str,
    x_label: str,
    name_group: Callable[[Group], str],
    events_label: str = "Events",
) -> CurvePanel:
    """Return one panel from the curves of one breakdown.

    Curves of several causes are shown by cause where everybody is one group, and for the first cause where there are
    several groups.

    Parameters
    ----------
    curves
        As estimated; several groups, or one group and several causes.
    name_group
        Gives a group its printed name.
    events_label
        What the row of cumulative events is called.
    """
    shown = _shown(curves)
    several_causes = len({c.detail for c in shown}) > 1
    names = [cause_label(c.detail) if several_causes else name_group(c.group) for c in shown]
    end = max((c.last for c in shown), default=0) / DAYS_PER_MONTH
    ticks = ticks_for(end)
    lines = tuple(series(c, name, i) for i, (c, name) in enumerate(zip(shown, names, strict=True)))
    blocks = (
        (_block_by_cause(shown, names, ticks),)
        if several_causes
        else tuple(
            _block(c, name if len(shown) > 1 else "", i if len(shown) > 1 else None, ticks, events_label)
            for i, (c, name) in enumerate(zip(shown, names, strict=True))
        )
    )
    kind: Literal["survival", "incidence"] = "survival" if shown and shown[0].start == 1.0 else "incidence"
    return CurvePanel(
        title=title, y_label=y_label, x_label=x_label, kind=kind, ticks=ticks, end=end, series=lines, blocks=blocks
    )


def cause_label(cause: str) -> str:
    """Return the name of a cause of leaving, as printed."""
    text = cause.replace("_", " ") or "event"
    return text[:1].upper() + text[1:]


def _shown(curves: Sequence[Curve]) -> list[Curve]:
    groups = {c.group for c in curves}
    if len(groups) <= 1:
        return list(curves)
    first = curves[0].detail
    return [c for c in curves if c.detail == first]


def _counts(curve: Curve, ticks: Sequence[int]) -> list[tuple[int, int, int]]:
    return [curve.counts_at(t * DAYS_PER_MONTH) for t in ticks]


def _block(curve: Curve, heading: str, style: int | None, ticks: Sequence[int], events: str) -> CountBlock:
    at_risk, censored, had = zip(*_counts(curve, ticks), strict=True)
    rows = (
        CountRow(label="At risk", counts=at_risk),
        CountRow(label="Censored", counts=censored),
        CountRow(label=events, counts=had),
    )
    return CountBlock(heading=heading, style=style, rows=rows)


def _block_by_cause(curves: Sequence[Curve], names: Sequence[str], ticks: Sequence[int]) -> CountBlock:
    at_risk, censored, _ = zip(*_counts(curves[0], ticks), strict=True)
    rows = [CountRow(label="At risk", counts=at_risk), CountRow(label="Censored", counts=censored)]
    rows += [
        CountRow(label=name, counts=tuple(c[2] for c in _counts(curve, ticks)))
        for curve, name in zip(curves, names, strict=True)
    ]
    return CountBlock(heading="", style=None, rows=tuple(rows))
