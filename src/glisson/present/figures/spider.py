"""What a spider plot shows: the change of the target sum of each patient over time, as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from glisson.assessment.courses import CoursesResult, PatientCourse
from glisson.present.figures.data import ticks_for
from glisson.present.figures.waterfall import CLIP, methods_of, percent
from glisson.present.words import DAYS_PER_MONTH

#: Panels in a row.
ACROSS = 3
#: Months before the first session from which the baseline is drawn where it lies earlier.
EARLIEST = -2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderLine:
    """The changes of one patient.

    Parameters
    ----------
    patient
        Pseudonym.
    months, change
        Month and percent of each scan, the baseline first.
    new_lesion
        (month, percent) of the scan with the first new lesion; empty where there is none.
    """

    patient: str
    months: tuple[float, ...]
    change: tuple[float, ...]
    new_lesion: tuple[float, float] | tuple[()] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderPanel:
    """The patients of one method."""

    title: str
    style: int
    lines: tuple[SpiderLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderFigure:
    """Panels with common axes.

    Parameters
    ----------
    panels
        One a method.
    start, end, months
        Horizontal axis in months, and its ticks.
    low, high, ticks, tick_labels
        Vertical axis in percent.
    lines
        (change, label) of the criterion's limits.
    x_label, y_label
        What the axes are.
    """

    panels: tuple[SpiderPanel, ...]
    start: float
    end: float
    months: tuple[int, ...]
    low: float
    high: float
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    lines: tuple[tuple[float, str], ...]
    x_label: str
    y_label: str


def spider(result: CoursesResult, labels: Mapping[str, str]) -> SpiderFigure:
    """Return the changes of all patients with at least one scan after treatment.

    Parameters
    ----------
    result
        With target sums. Scans count up to the first progression, or the last one before a new therapy.
    labels
        Printed name of each method by code.
    """
    drawn = [(c, line) for c in result.patients if (line := _line(c)) is not None]
    panels = tuple(
        SpiderPanel(
            title=f"{method.label} (n = {method.n})",
            style=method.style,
            lines=tuple(line for c, line in drawn if c.method == result.methods[method.style]),
        )
        for method in methods_of([c for c, _ in drawn], result.methods, labels)
    )
    lines = [line for _, line in drawn]
    end = max((m for line in lines for m in line.months), default=1.0)
    first = min((m for line in lines for m in line.months), default=0.0)
    largest = max((c for line in lines for c in line.change), default=0.0)
    high = min(CLIP, max(50.0, 25.0 * math.ceil(largest / 25.0)))
    ticks = tuple(float(t) for t in range(-100, int(high) + 1, 50))
    return SpiderFigure(
        panels=panels,
        start=min(0.0, max(EARLIEST, first)),
        end=max(end, 1.0),
        months=ticks_for(end)[:: 2 if len(ticks_for(end)) > 5 else 1],
        low=-100.0,
        high=high,
        ticks=ticks,
        tick_labels=tuple(percent(t) for t in ticks),
        lines=tuple((v, f"{percent(v)}%") for v in (result.shrink, result.grow)),
        x_label="Months from first liver-directed therapy",
        y_label="Change of target sum, %",
    )


def _line(course: PatientCourse) -> SpiderLine | None:
    """Return the scans that count; none where only the baseline has a complete sum."""
    if course.counted_to is None:
        return None
    points = [(day / DAYS_PER_MONTH, change) for day, change in course.changes if day <= course.counted_to]
    if len(points) < 2:
        return None
    new: tuple[float, float] | tuple[()] = ()
    if course.new_lesion_day is not None:
        month = course.new_lesion_day / DAYS_PER_MONTH
        # A scan with a new lesion but without a complete sum is marked at the last sum before it.
        new = (month, [change for at, change in points if at <= month][-1])
    return SpiderLine(
        patient=course.patient,
        months=tuple(month for month, _ in points),
        change=tuple(change for _, change in points),
        new_lesion=new,
    )
