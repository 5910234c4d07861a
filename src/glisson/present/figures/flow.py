"""What the flow diagram shows: boxes from the input to the analysis, who left on the way, and the methods."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from glisson.assessment import Assessment, FlowStep


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBox:
    """One box: its lines, the first in bold, and the lines of the box of those who left before it."""

    lines: tuple[str, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFigure:
    """Boxes from top to bottom, then one box a method side by side."""

    boxes: tuple[FlowBox, ...]
    methods: tuple[FlowBox, ...]


#: Pseudonyms are listed up to this number; beyond it only the count is printed.
_MOST_NAMES = 8


def flow(assessment: Assessment) -> FlowFigure:
    """Return the flow diagram of a cohort.

    A step with patients who left stands beside the arrow to the next one; the methods stand in a row at the foot.

    Examples
    --------
    >>> from glisson.present.figures.flow import reasons
    >>> reasons((("P02", "no session"), ("P07", "no session")))
    ('2 no session: P02, P07',)
    """
    names = {assessment.label("method", code) for code, _ in assessment.methods}
    boxes: list[FlowBox] = []
    left: tuple[str, ...] = ()
    for step in assessment.flow:
        if step.label in names:
            continue
        if step.left:
            left = _left_lines(step)
        else:
            boxes.append(FlowBox(lines=_box_lines(step), left=left))
            left = ()
    methods = tuple(
        FlowBox(lines=(assessment.label("method", code), f"n = {n}")) for code, n in assessment.methods if n
    )
    return FlowFigure(boxes=tuple(boxes), methods=methods)


def reasons(left: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return one line a reason: how many left for it, and who while they are few."""
    by_reason: dict[str, list[str]] = {}
    for patient, reason in left:
        by_reason.setdefault(reason, []).append(patient)
    return tuple(
        f"{len(who)} {reason}" + (f": {', '.join(who)}" if len(who) <= _MOST_NAMES else "")
        for reason, who in by_reason.items()
    )


def _box_lines(step: FlowStep) -> tuple[str, ...]:
    return (*textwrap.wrap(step.label, 44), f"n = {step.n}")


def _left_lines(step: FlowStep) -> tuple[str, ...]:
    lines = [f"{step.label} (n = {step.n})"]
    for text in reasons(step.left):
        lines += textwrap.wrap(text, 50, subsequent_indent="  ")
    return tuple(lines)
