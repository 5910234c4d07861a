"""What the figure of outcomes by method shows: each method alone and partially pooled, as numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from glisson.assessment import Assessment
from glisson.assessment.by_method import ByMethodResult, MethodOutcome
from glisson.present.tabulate.common import find, group_name
from glisson.present.words import DAYS_PER_MONTH, Words
from glisson.tables import Group

_TICKS = (0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0, 192.0)
#: A raw interval may go on beyond the axis, a pooled one never does; so far the axis reaches beyond the pooled ones.
_ROOM = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRow:
    """One method, or the heading of an outcome (then without values).

    Parameters
    ----------
    label, style
        Printed name, and place in the sequence of colours.
    events, n
        Behind the values.
    raw
        The method alone; ``None`` where there is no event.
    pooled, low, high
        Partially pooled, with its credible limits.
    text
        The pooled value in words.
    """

    label: str
    style: int = 0
    events: int = 0
    n: int = 0
    raw: float | None = None
    pooled: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledPanel:
    """Outcomes on one axis.

    Parameters
    ----------
    heading, text_heading
        What the axis shows, and what stands beside it.
    logarithmic
        Whether equal distances are equal ratios.
    start, end
        Of the axis, in its unit.
    ticks, tick_labels
        Marks on the axis.
    rows
        Headings and methods.
    """

    heading: str
    text_heading: str
    logarithmic: bool
    start: float
    end: float
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    rows: tuple[PooledRow, ...]

    def place(self, value: float) -> float:
        """Return where a value lies on the axis, from 0 to 1; beyond the ends outside of it."""
        if self.logarithmic:
            return math.log(value / self.start) / math.log(self.end / self.start)
        return (value - self.start) / (self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMethodFigure:
    """One panel for times, one for proportions; either may be missing."""

    panels: tuple[PooledPanel, ...]


def by_method_figure(assessment: Assessment, result: ByMethodResult, words: Words) -> ByMethodFigure:
    """Return each method of each outcome, alone and partially pooled under the prior that is printed first."""
    panels = []
    times = [o for o in result.outcomes if o.kind == "hazard"]
    shares = [o for o in result.outcomes if o.kind == "proportion"]
    level = words.level(result.level)
    if times:
        rows = _rows(assessment, result, times, words)
        start, end = _span(rows)
        ticks = tuple(t for t in _TICKS if start <= t <= end)
        panels.append(
            PooledPanel(
                heading="Median, months (logarithmic)", text_heading=f"Pooled median ({level})", logarithmic=True,
                start=start, end=end, ticks=ticks, tick_labels=tuple(f"{t:g}" for t in ticks), rows=rows,
            )
        )  # fmt: skip
    if shares:
        panels.append(
            PooledPanel(
                heading="Patients, %", text_heading=f"Pooled proportion ({level})", logarithmic=False, start=0.0,
                end=1.0, ticks=(0.0, 0.25, 0.5, 0.75, 1.0), tick_labels=("0", "25", "50", "75", "100"),
                rows=_rows(assessment, result, shares, words),
            )
        )  # fmt: skip
    return ByMethodFigure(panels=tuple(panels))


def _rows(
    assessment: Assessment, result: ByMethodResult, outcomes: Sequence[MethodOutcome], words: Words
) -> tuple[PooledRow, ...]:
    out: list[PooledRow] = []
    for outcome in outcomes:
        out.append(PooledRow(label=outcome.label))
        out += [_row(assessment, outcome, group, i, result.scale, words) for i, group in enumerate(outcome.groups)]
    return tuple(out)


def _row(
    assessment: Assessment, outcome: MethodOutcome, group: Group, style: int, scale: float, words: Words
) -> PooledRow:
    mine = outcome.under(scale).select(group=group)
    hazard = outcome.kind == "hazard"
    raw = find(mine, "raw_median" if hazard else "raw_proportion")
    pooled = find(mine, "pooled_median" if hazard else "pooled_proportion")
    label = group_name(assessment, group)
    if pooled is None:
        return PooledRow(label=label, style=style)
    unit = DAYS_PER_MONTH if hazard else 1.0
    value, low, high = (None if x is None else x / unit for x in (pooled.value, pooled.low, pooled.high))
    return PooledRow(
        label=label, style=style, events=pooled.events or 0, n=pooled.n or 0,
        raw=None if raw is None or raw.value is None else raw.value / unit,
        pooled=value, low=low, high=high, text=words.cell(pooled),
    )  # fmt: skip


def _span(rows: Sequence[PooledRow]) -> tuple[float, float]:
    """Return ends of a logarithmic axis that hold every value."""
    known = [x for r in rows for x in (r.raw, r.pooled, r.low, r.high) if x is not None and x > 0]
    return (min(known) / _ROOM, max(known) * _ROOM) if known else (1.0, 12.0)
