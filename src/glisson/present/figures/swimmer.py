"""What a swimmer plot shows: treatment, response and progression of each patient along one bar, as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from glisson.assessment.courses import CoursesResult, PatientCourse
from glisson.present.figures.data import ticks_for
from glisson.present.figures.waterfall import Method, methods_of
from glisson.present.words import DAYS_PER_MONTH

#: Bars on one page, and pages.
MOST_BARS, MOST_PAGES = 60, 3
MarkKind = Literal["response", "liver", "outside", "both", "somewhere"]

#: What each mark is called, in the order of the key.
MARK_TEXT: dict[MarkKind, str] = {
    "response": "first response",
    "liver": "progression in the liver",
    "outside": "progression outside the liver",
    "both": "progression in and outside the liver",
    "somewhere": "progression, site not recorded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwimmerBar:
    """One patient; all times in months from the first session.

    Parameters
    ----------
    patient, style
        Pseudonym and style of the method.
    end, died
        Length of the bar, and whether it ends with death; else the patient was alive at last contact.
    sessions
        (month, style of the method).
    systemic
        (start, end) of systemic therapy after the first session.
    marks
        (month, kind).
    """

    patient: str
    style: int
    end: float
    died: bool
    sessions: tuple[tuple[float, int], ...]
    systemic: tuple[tuple[float, float], ...]
    marks: tuple[tuple[float, MarkKind], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwimmerFigure:
    """Bars by method, the longest first.

    Parameters
    ----------
    bars
        From top to bottom.
    headings
        (style, words) above the bars of each method.
    session_methods
        (style, name) of every method used in a session.
    ticks, end
        Horizontal axis in months.
    x_label
        What it is.
    """

    bars: tuple[SwimmerBar, ...]
    headings: tuple[tuple[int, str], ...]
    session_methods: tuple[tuple[int, str], ...]
    ticks: tuple[int, ...]
    end: float
    x_label: str


def swimmers(result: CoursesResult, labels: Mapping[str, str]) -> tuple[SwimmerFigure, ...]:
    """Return the bars of all patients on as few pages as hold them; none where there are too many patients.

    Parameters
    ----------
    result
        With single patients.
    labels
        Printed name of each method by code.
    """
    courses = sorted(result.patients, key=lambda c: (result.methods.index(c.method), -c.end, c.patient))
    if not courses or len(courses) > MOST_BARS * MOST_PAGES:
        return ()
    styles = session_styles(result)
    pages = -(-len(courses) // MOST_BARS)
    size = -(-len(courses) // pages)
    end = max(c.end for c in courses) / DAYS_PER_MONTH  # one scale for all pages
    return tuple(
        SwimmerFigure(
            bars=tuple(_bar(c, styles) for c in part),
            headings=_headings(part, methods_of(courses, result.methods, labels), result.methods),
            session_methods=used_methods(part, styles, labels),
            ticks=ticks_for(end),
            end=max(end, 0.5),
            x_label="Months from first liver-directed therapy",
        )
        for part in (courses[i : i + size] for i in range(0, len(courses), size))
    )


def _headings(
    part: Sequence[PatientCourse], methods: Sequence[Method], order: Sequence[str]
) -> tuple[tuple[int, str], ...]:
    """Return the heading of each method on a page; one that is divided between pages says how many stand here."""
    out = []
    for method in methods:
        here = sum(c.method == order[method.style] for c in part)
        count = f"n = {method.n}" if here == method.n else f"{here} of n = {method.n}"
        if here:
            out.append((method.style, f"{method.label} ({count})"))
    return tuple(out)


def session_styles(result: CoursesResult) -> dict[str, int]:
    """Return the style of each method of a session; methods that nobody had first come after the others."""
    used = dict.fromkeys(method for c in result.patients for _, method in c.sessions)
    return {code: i for i, code in enumerate(dict.fromkeys((*result.methods, *sorted(used))))}


def used_methods(
    courses: Sequence[PatientCourse], styles: Mapping[str, int], labels: Mapping[str, str]
) -> tuple[tuple[int, str], ...]:
    """Return (style, name) of every method that some patients had in a session.

    Parameters
    ----------
    courses
        Patients.
    styles
        Style by code.
    labels
        Printed name by code.
    """
    used = {method for c in courses for _, method in c.sessions}
    return tuple((style, labels.get(code, code)) for code, style in styles.items() if code in used)


def _bar(course: PatientCourse, styles: Mapping[str, int]) -> SwimmerBar:
    return SwimmerBar(
        patient=course.patient,
        style=styles[course.method],
        end=course.end / DAYS_PER_MONTH,
        died=course.died,
        sessions=tuple((day / DAYS_PER_MONTH, styles[method]) for day, method in course.sessions),
        systemic=systemic_after(course, 0),
        marks=course_marks(course),
    )


def systemic_after(course: PatientCourse, first: int) -> tuple[tuple[float, float], ...]:
    """Return months of systemic therapy from a day on; therapy without a recorded end goes on until the last day."""
    spans = [
        (max(start, first), course.end if end is None else min(end, course.end)) for start, end, _ in course.systemic
    ]
    return tuple((a / DAYS_PER_MONTH, b / DAYS_PER_MONTH) for a, b in spans if b > a)


def course_marks(course: PatientCourse) -> tuple[tuple[float, MarkKind], ...]:
    """Return response and progression; progression in and outside the liver on one day is one mark."""
    found: list[tuple[int, MarkKind]] = []
    if course.first_response is not None:
        found.append((course.first_response, "response"))
    liver, outside, anywhere = course.progression_liver, course.progression_outside, course.progression
    if liver is not None and liver == outside:
        found.append((liver, "both"))
    else:
        found += [(liver, "liver")] if liver is not None else []
        found += [(outside, "outside")] if outside is not None else []
    if anywhere is not None and anywhere < min((d for d in (liver, outside) if d is not None), default=anywhere + 1):
        found.append((anywhere, "somewhere"))
    return tuple((day / DAYS_PER_MONTH, kind) for day, kind in sorted(found))
