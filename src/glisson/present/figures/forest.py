"""What a forest plot shows: medians and survival at one time, by group, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glisson.assessment import Assessment, Breakdown, EndpointResult
from glisson.present.words import DAYS_PER_MONTH, Words
from glisson.tables import Estimate, Estimates, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One estimate with its interval.

    Parameters
    ----------
    value, low, high
        Point and limits on the axis; ``None`` where there is none.
    text
        The same in words.
    open_above
        Whether the interval has no upper limit: it is then drawn as an arrow.
    """

    value: float | None
    low: float | None
    high: float | None
    text: str
    open_above: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One group, or the heading of several (then without marks)."""

    label: str
    events: int = 0
    n: int = 0
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestAxis:
    """One column of marks: its heading, limits, and the overall estimate as a reference line."""

    heading: str
    text_heading: str
    end: float
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    reference: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestFigure:
    """Rows and the columns of marks beside them; events and patients of each row only with ``counts``."""

    rows: tuple[ForestRow, ...]
    axes: tuple[ForestAxis, ...]
    counts: bool = True


def forest(assessment: Assessment, endpoint: EndpointResult, words: Words, *, at_months: float = 12.0) -> ForestFigure:
    """Return the medians and the estimates at one time, overall and in every group.

    Parameters
    ----------
    endpoint
        An endpoint without competing events.
    at_months
        Time at which survival is shown.
    """
    rows: list[ForestRow] = []
    for part in endpoint.breakdowns:
        if part.by:
            rows.append(ForestRow(label=part.title))
        for group in _groups(part):
            name = assessment.group_label(group) if part.by else "All patients"
            rows.append(_row(part.estimates, group, name, at_months, words))
    marks = [r.marks for r in rows if r.marks]
    overall = marks[0] if marks else (None, None)
    survival = endpoint.label.lower().endswith("survival")
    axes = (
        _month_axis([m[0] for m in marks], overall[0], words),
        ForestAxis(
            heading=f"At {at_months:g} months, %",
            text_heading=f"{'Survival' if survival else 'Estimate'} (95% CI)",
            end=1.0,
            ticks=(0.0, 0.5, 1.0),
            tick_labels=("0", "50", "100"),
            reference=overall[1].value if overall[1] else None,
        ),
    )
    return ForestFigure(rows=tuple(rows), axes=axes)


def _groups(part: Breakdown) -> tuple[Group, ...]:
    return tuple(dict.fromkeys(e.group for e in part.estimates))


def _row(estimates: Estimates, group: Group, name: str, at_months: float, words: Words) -> ForestRow:
    mine = estimates.select(group=group)
    day = round(at_months * DAYS_PER_MONTH)
    n, events = (_count(mine, s) for s in ("n", "events"))
    marks = (
        _mark(next(iter(mine.select("median")), None), 1 / DAYS_PER_MONTH, words),
        _mark(next((e for e in mine.select("survival") if e.at == day), None), 1.0, words),
    )
    return ForestRow(label=name, events=events, n=n, marks=marks)


def _count(estimates: Estimates, statistic: str) -> int:
    found = next(iter(estimates.select(statistic)), None)
    return int(found.value) if found and found.value is not None else 0


def _mark(e: Estimate | None, scale: float, words: Words) -> Mark:
    if e is None:
        return Mark(value=None, low=None, high=None, text="—")
    value, low, high = (None if x is None else x * scale for x in (e.value, e.low, e.high))
    return Mark(value=value, low=low, high=high, text=words.cell(e), open_above=low is not None and high is None)


def _month_axis(marks: Sequence[Mark], overall: Mark | None, words: Words) -> ForestAxis:
    """Cut the axis at three times the overall median at least, so that one wide interval does not flatten the rest."""
    known = [x for m in marks for x in (m.value, m.high) if x is not None]
    longest = max(known, default=12.0)
    middle = overall.value if overall and overall.value is not None else longest / 3
    # The arrow of an interval without an upper limit needs room beside the last point.
    room = 1.2 if any(m.open_above for m in marks) else 1.05
    end = min(longest * room, max(middle * 4, max((m.value for m in marks if m.value is not None), default=0) * 1.3))
    step = next(s for s in (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 480) if end / s <= 5)
    ticks = tuple(float(t) for t in range(0, int(end) + 1, step))
    return ForestAxis(
        heading="Median, months",
        text_heading="Median (95% CI)",
        end=end,
        ticks=ticks,
        tick_labels=tuple(words.number(t, 0) for t in ticks),
        reference=overall.value if overall else None,
    )
