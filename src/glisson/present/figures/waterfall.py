"""What a waterfall plot shows: the deepest change of the target sum of each patient, as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glisson.assessment.courses import CoursesResult, PatientCourse

#: Growth beyond this is drawn up to here and marked.
CLIP = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method in a figure: its style, printed name and patients."""

    style: int
    label: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The change of one patient.

    Parameters
    ----------
    patient, style
        Pseudonym and style of the method.
    change, shown
        Percent, as measured and as drawn.
    letters
        Best overall response.
    new_lesion
        Whether a new lesion was seen.
    """

    patient: str
    style: int
    change: float
    shown: float
    letters: str
    new_lesion: bool

    @property
    def clipped(self) -> bool:
        """Whether the bar goes on beyond the axis."""
        return self.shown != self.change


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptySlots:
    """Patients without a change, and why."""

    text: str
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallFigure:
    """Bars from the largest growth to the deepest decrease, then the places of patients without one.

    Parameters
    ----------
    bars, empty
        Patients with and without a change.
    methods
        Methods of the patients with a bar.
    low, high, ticks, tick_labels
        The axis, in percent.
    lines
        (change, label) of the criterion's limits.
    y_label
        What is measured.
    """

    bars: tuple[Bar, ...]
    empty: tuple[EmptySlots, ...]
    methods: tuple[Method, ...]
    low: float
    high: float
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    lines: tuple[tuple[float, str], ...]
    y_label: str


def percent(value: float) -> str:
    """Return a change with its sign and a typographic minus.

    Examples
    --------
    >>> percent(20.0), percent(-30.0), percent(0.0)
    ('+20', '−30', '0')
    """
    return f"{value:+.0f}".replace("-", "−") if round(value) else "0"


def methods_of(courses: Sequence[PatientCourse], order: Sequence[str], labels: Mapping[str, str]) -> tuple[Method, ...]:
    """Return the methods of some patients; a method has the same style in every figure.

    Parameters
    ----------
    courses
        Patients.
    order
        Codes of all methods, in table order.
    labels
        Printed name by code.
    """
    counts = [sum(c.method == code for c in courses) for code in order]
    return tuple(
        Method(style=i, label=labels.get(code, code), n=n)
        for i, (code, n) in enumerate(zip(order, counts, strict=True))
        if n
    )


def waterfall(result: CoursesResult, labels: Mapping[str, str]) -> WaterfallFigure:
    """Return the bars of all patients.

    Parameters
    ----------
    result
        With target sums.
    labels
        Printed name of each method by code.
    """
    known = [c for c in result.patients if c.best_change is not None]
    bars = [_bar(c, result.methods.index(c.method)) for c in known]
    bars.sort(key=lambda bar: (-bar.change, bar.patient))
    largest = max((bar.shown for bar in bars), default=0.0)
    high = min(CLIP, max(40.0, 20.0 * math.ceil((largest + 8.0) / 20.0)))
    ticks = (-100.0, -50.0, 0.0, *((50.0,) if high >= 50 else ()), *((100.0,) if high >= 100 else ()))
    return WaterfallFigure(
        bars=tuple(bars),
        empty=_empty(result.patients),
        methods=methods_of(known, result.methods, labels),
        low=-100.0,
        high=high,
        ticks=ticks,
        tick_labels=tuple(percent(t) for t in ticks),
        lines=tuple((v, f"{percent(v)}%") for v in (result.shrink, result.grow)),
        y_label="Best change of target sum, %",
    )


def _bar(course: PatientCourse, style: int) -> Bar:
    change = course.best_change or 0.0
    return Bar(
        patient=course.patient, style=style, change=change, shown=min(change, CLIP), letters=short(course.best),
        new_lesion=course.new_lesion,
    )  # fmt: skip


def short(response: str) -> str:
    """Return a response as it fits above a bar; disease without target that did not progress is ``non``.

    Examples
    --------
    >>> short("PR"), short("NON-CR/NON-PD"), short("NON-PD")
    ('PR', 'non', 'non')
    """
    return "non" if response.startswith("NON") else response


def _empty(patients: Sequence[PatientCourse]) -> tuple[EmptySlots, ...]:
    """Group the patients without a change by reason, the most frequent first."""
    groups: dict[str, list[str]] = {}
    for course in patients:
        if course.best_change is None:
            groups.setdefault(course.why_none or "no target sum", []).append(course.patient)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        EmptySlots(text=f"{reason} (n = {len(who)})" if len(who) > 1 else reason, patients=tuple(who))
        for reason, who in ordered
    )
