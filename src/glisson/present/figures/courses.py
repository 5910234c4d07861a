"""What the figure of laboratory values shows: one row a test, one column a method, as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glisson.assessment.courses import CoursesResult, LabCourse
from glisson.present.figures.waterfall import Method

#: Columns that fit side by side; of more methods those with the most patients are shown.
MOST_COLUMNS = 4
#: Days on the horizontal axis.
DAYS = (0, 60, 120, 180)
FIRST_DAY, LAST_DAY = -30, 180
_MULTIPLES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
#: Multiples where the ones above leave fewer than three ticks.
_CLOSER = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
_STEPS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCell:
    """One test in the patients of one method.

    Parameters
    ----------
    n
        Patients with a value.
    lines
        (days, values) of each patient.
    median
        (day, median) of the periods in which enough patients have a value.
    """

    n: int
    lines: tuple[tuple[tuple[int, ...], tuple[float, ...]], ...]
    median: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """One test; its scale is the same for all methods.

    Parameters
    ----------
    label, unit
        Printed name and unit.
    log
        Whether the axis is logarithmic.
    low, high, ticks, tick_labels
        The axis.
    limits
        (value, name) of lines across.
    cells
        One a column.
    """

    label: str
    unit: str
    log: bool
    low: float
    high: float
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    limits: tuple[tuple[float, str], ...]
    cells: tuple[CourseCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursesFigure:
    """Tests by methods.

    Parameters
    ----------
    columns
        Methods, each with its number of patients with a value of any test.
    rows
        Tests.
    left_out
        Names of methods for which there is no room.
    x_label
        What the horizontal axes are.
    """

    columns: tuple[Method, ...]
    rows: tuple[CourseRow, ...]
    left_out: tuple[str, ...]
    x_label: str


def lab_figure(result: CoursesResult, labels: Mapping[str, str]) -> CoursesFigure | None:
    """Return the laboratory values over time; ``None`` where there are none.

    Parameters
    ----------
    result
        With laboratory courses.
    labels
        Printed name of each method by code.
    """
    if not result.labs:
        return None
    counts: dict[str, int] = {}
    for course in result.labs:
        for method, n in course.patients:
            counts[method] = max(n, counts.get(method, 0))
    known = [m for m in result.methods if m in counts]
    most = sorted(known, key=lambda m: -counts[m])[:MOST_COLUMNS]
    shown = [m for m in known if m in most]
    return CoursesFigure(
        columns=tuple(
            Method(style=result.methods.index(m), label=labels.get(m, m), n=counts[m]) for m in shown
        ),
        rows=tuple(_row(course, shown) for course in result.labs),
        left_out=tuple(labels.get(m, m) for m in known if m not in most),
        x_label="Days from first liver-directed therapy",
    )  # fmt: skip


def _row(course: LabCourse, methods: Sequence[str]) -> CourseRow:
    cells = tuple(_cell(course, m) for m in methods)
    values = [v for cell in cells for _, vs in cell.lines for v in vs]
    values += [v for cell in cells for _, v in cell.median] + [v for v, _ in course.limits]
    log = course.scale == "log"
    low, high, ticks = _log_axis(values) if log else _linear_axis(values)
    return CourseRow(
        label=course.label,
        unit=course.unit,
        log=log,
        low=low,
        high=high,
        ticks=ticks,
        tick_labels=tuple(f"{t:g}" for t in ticks) if log else _same_decimals(ticks),
        limits=course.limits,
        cells=cells,
    )


def _cell(course: LabCourse, method: str) -> CourseCell:
    return CourseCell(
        n=dict(course.patients).get(method, 0),
        lines=tuple((line.days, line.values) for line in course.lines if line.method == method),
        median=tuple((day, value) for m in course.medians if m.method == method for day, value, _ in m.points),
    )


def _log_axis(values: Sequence[float]) -> tuple[float, float, tuple[float, ...]]:
    """Return an axis of multiples that holds all values, with at most five ticks, 1 among them."""
    low, high = min(values) / 1.1, max(values) * 1.1
    inside = [m for m in _MULTIPLES if low <= m <= high]
    if len(inside) < 3:
        inside = [m for m in _CLOSER if low <= m <= high]
    if len(inside) > 5:
        inside = [m for m in inside if m in {0.1, 1.0, 10.0, 100.0}] or inside[::2]
    return low, high, tuple(inside)


def _same_decimals(ticks: Sequence[float]) -> tuple[str, ...]:
    """Return ticks with as many decimals as the one that needs most."""
    decimals = max((len(f"{t:g}".partition(".")[2]) for t in ticks), default=0)
    return tuple(f"{t:.{decimals}f}".replace("-", "−") for t in ticks)


def _linear_axis(values: Sequence[float]) -> tuple[float, float, tuple[float, ...]]:
    """Return an axis that holds all values, with at most five ticks at round numbers."""
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or 1.0
    low, high = low - room, high + room
    step = next((s for s in _STEPS if (high - low) / s <= 5), _STEPS[-1])
    first = math.ceil(low / step)
    ticks = tuple(round(step * k, 6) for k in range(first, math.floor(high / step) + 1))
    return low, high, ticks
