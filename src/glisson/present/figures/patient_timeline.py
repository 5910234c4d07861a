"""What a timeline shows of one patient: sums, responses, treatment, progression and adverse events, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glisson.assessment.courses import CoursesResult, PatientCourse
from glisson.present.figures.data import ticks_for
from glisson.present.figures.swimmer import MarkKind, course_marks, session_styles, used_methods
from glisson.present.figures.waterfall import percent, short
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT

#: Patients in one figure, and patients above which timelines are not printed.
PER_FIGURE, MOST_PATIENTS = 8, 60
#: Days before the first session from which a timeline begins: enough for the scan before treatment.
_LEAST_BEFORE, _MOST_BEFORE = 10, 60
_MOST_TICKS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePanel:
    """One patient; all times in months from the first session.

    Parameters
    ----------
    patient, title
        Pseudonym; method and best response.
    style
        Style of the method.
    start, end, died
        The axis, and whether it ends with death; else the patient was alive at last contact.
    ticks
        Whole months on the axis.
    baseline
        Target sum before treatment in words; empty where there is none.
    sums, why_none
        (month, change of the target sum in percent), the baseline first; why there is no line.
    numbers, responses
        (month, words) of each scan after treatment.
    sessions
        (month, style of the method).
    marks
        (month, kind) of the first response and progressions.
    systemic
        (start, end, regimen); ``end`` is the end of the axis where none is recorded.
    events
        (month, words, grade) of adverse events.
    """

    patient: str
    title: str
    style: int
    start: float
    end: float
    died: bool
    ticks: tuple[int, ...]
    baseline: str
    sums: tuple[tuple[float, float], ...]
    why_none: str
    numbers: tuple[tuple[float, str], ...]
    responses: tuple[tuple[float, str], ...]
    sessions: tuple[tuple[float, int], ...]
    marks: tuple[tuple[float, MarkKind], ...]
    systemic: tuple[tuple[float, float, str], ...]
    events: tuple[tuple[float, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFigure:
    """Up to eight patients.

    Parameters
    ----------
    panels
        One a patient.
    session_methods
        (style, name) of every method used in a session.
    lanes
        What the lanes are called: sum, response, course, systemic therapy, adverse events.
    x_label
        What the axes are.
    """

    panels: tuple[TimelinePanel, ...]
    session_methods: tuple[tuple[int, str], ...]
    lanes: tuple[str, str, str, str, str]
    x_label: str


def timelines(result: CoursesResult, labels: Mapping[str, str]) -> tuple[TimelineFigure, ...]:
    """Return the timelines of all patients, eight a figure; none where there are too many patients.

    Parameters
    ----------
    result
        With single patients.
    labels
        Printed name of each method by code.
    """
    courses = result.patients
    if len(courses) > MOST_PATIENTS:
        return ()
    styles = session_styles(result)
    return tuple(
        TimelineFigure(
            panels=tuple(_panel(c, result, styles, labels) for c in part),
            session_methods=used_methods(part, styles, labels),
            lanes=("Sum, %", "Response", "Course", "Systemic", "AE ≥ G2"),
            x_label="Months from first liver-directed therapy",
        )
        for part in (courses[i : i + PER_FIGURE] for i in range(0, len(courses), PER_FIGURE))
    )


def _panel(
    course: PatientCourse, result: CoursesResult, styles: Mapping[str, int], labels: Mapping[str, str]
) -> TimelinePanel:
    first = min((day for day, _ in course.changes), default=0)
    start = -min(max(_LEAST_BEFORE, -first), _MOST_BEFORE) / DAYS_PER_MONTH
    end = max(course.end, 1) / DAYS_PER_MONTH
    ticks = ticks_for(end)
    base = "" if course.baseline_sum is None else f"{course.baseline_sum:.0f} {result.unit}"
    after = [(day, change) for day, change in course.changes if day > 0]
    return TimelinePanel(
        patient=course.patient,
        title=_title(course, labels.get(course.method, course.method)),
        style=styles[course.method],
        start=start,
        end=end,
        died=course.died,
        ticks=ticks if len(ticks) <= _MOST_TICKS else ticks[::2],
        baseline=base,
        sums=tuple((max(day / DAYS_PER_MONTH, start), change) for day, change in course.changes),
        why_none=course.why_none or "no target sum",
        numbers=tuple((day / DAYS_PER_MONTH, percent(change)) for day, change in after),
        responses=tuple((day / DAYS_PER_MONTH, short(r)) for day, r, site in course.responses if site == "any"),
        sessions=tuple((day / DAYS_PER_MONTH, styles[method]) for day, method in course.sessions),
        marks=course_marks(course),
        systemic=_systemic(course, start, end),
        events=tuple((day / DAYS_PER_MONTH, f"{term} G{grade}", grade) for day, term, grade in course.events),
    )


def _title(course: PatientCourse, method: str) -> str:
    """Return how somebody was treated first, and how the tumours responded."""
    best = course.best or NOTHING_TO_PRINT
    if course.best in {"CR", "PR"} and course.confirmed:
        best += ", confirmed" if course.confirmed == course.best else ", unconfirmed"
    return f"{method}; best response {best}"


def _systemic(course: PatientCourse, start: float, end: float) -> tuple[tuple[float, float, str], ...]:
    spans = (
        (a / DAYS_PER_MONTH, end if b is None else b / DAYS_PER_MONTH, regimen) for a, b, regimen in course.systemic
    )
    return tuple((max(a, start), min(b, end), regimen) for a, b, regimen in spans if b > start and a < end)
