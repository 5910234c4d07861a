"""Drawing laboratory values over time: thin lines of patients, thick medians, limits of normal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glisson.present.figures.courses import DAYS, FIRST_DAY, LAST_DAY, CourseCell, CourseRow, CoursesFigure
from glisson.present.figures.draw_parts import (
    KEY_ROW,
    NORMAL,
    Key,
    breadth,
    draw_key,
    draw_lines,
    draw_value_axis,
    shortened,
    write,
)
from glisson.present.figures.palette import DOUBLE, HAIRLINE, INK, LINE, SINGLE, SOFT, style_of
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres.
_LEFT, _RIGHT, _TOP, _NAME, _AXES, _GAP, _UNDER, _FOOT = 10.5, 9.0, 7.6, 5.6, 20.0, 6.5, 8.5, 1.0
_TICK = 1.0
_THIN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where one panel lies, and its scales."""

    left: float
    bottom: float
    width: float
    row: CourseRow

    def x(self, day: float) -> float:
        return self.left + (day - FIRST_DAY) * self.width / (LAST_DAY - FIRST_DAY)

    def y(self, value: float) -> float:
        low, high, at = self.row.low, self.row.high, value
        if self.row.log:
            low, high, at = math.log(low), math.log(high), math.log(value)
        return self.bottom + (at - low) * _AXES / (high - low)


def draw(figure: CoursesFigure) -> Figure:
    """Draw one row a test and one column a method.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide for one method, 183 mm for more.
    """
    count = len(figure.columns)
    column = SINGLE if count == 1 else DOUBLE
    width = (column - _LEFT - _RIGHT - _GAP * (count - 1)) / count
    height = _TOP + len(figure.rows) * (_NAME + _AXES) + _UNDER + KEY_ROW + _FOOT
    paper = Paper.sheet(column, height)
    for k, method in enumerate(figure.columns):
        left, name = _LEFT + k * (width + _GAP), shortened(method.label, (width + _GAP) / 1.1)
        write(paper, left, height - 2.4, name, fontweight="bold")
        write(paper, left, height - 5.6, f"n = {method.n}")
    for i, row in enumerate(figure.rows):
        bottom = height - _TOP - (i + 1) * (_NAME + _AXES)
        write(paper, 1.0, bottom + _AXES + 3.3, f"{row.label}, {row.unit}")
        for k, cell in enumerate(row.cells):
            frame = _Frame(left=_LEFT + k * (width + _GAP), bottom=bottom, width=width, row=row)
            _draw_frame(paper, frame, first=k == 0, last=k == count - 1, lowest=i == len(figure.rows) - 1)
            _draw_cell(paper, frame, cell, figure.columns[k].style)
    middle = _LEFT + (column - _LEFT - _RIGHT) / 2
    paper.text(middle, KEY_ROW + _FOOT + 1.0, figure.x_label, fontsize=NORMAL, ha="center")
    draw_key(paper, _keys(figure), 2.0, KEY_ROW + _FOOT - 0.5, column - 4.0)
    return paper.figure


def _draw_frame(paper: Paper, frame: _Frame, *, first: bool, last: bool, lowest: bool) -> None:
    row, right = frame.row, frame.left + frame.width
    labels = row.tick_labels if first else ("",) * len(row.ticks)
    ends = (frame.bottom, frame.bottom + _AXES)
    draw_value_axis(paper, labels, [frame.y(t) for t in row.ticks], frame.left, ends)
    ticks = [([frame.x(d)] * 2, [frame.bottom - _TICK, frame.bottom]) for d in DAYS]
    draw_lines(paper, [([frame.left, right], [frame.bottom] * 2), *ticks], color=INK, linewidth=0.6)
    if lowest:
        for day in DAYS:
            paper.text(frame.x(day), frame.bottom - 3.8, str(day), fontsize=7, ha="center")
    paper.line([frame.x(0)] * 2, ends, color=HAIRLINE, linewidth=0.7, zorder=0)
    draw_lines(paper, [([frame.left, right], [frame.y(v)] * 2) for v, _ in row.limits], color=SOFT, linewidth=0.6,
               linestyle=(0, (4, 2)), zorder=0.5)  # fmt: skip
    if last:
        _name_limits(paper, frame, right)


def _name_limits(paper: Paper, frame: _Frame, right: float) -> None:
    """Name the limits of normal and between grades beside their lines, the latter in two lines."""
    for value, name in frame.row.limits:
        words = name.replace(" ", "\n", 1)
        write(paper, right + 0.8, frame.y(value), words, color=SOFT, va="center", linespacing=1.1)


def _draw_cell(paper: Paper, frame: _Frame, cell: CourseCell, style: int) -> None:
    color = LINE[style_of(style)]
    pieces = [([frame.x(d) for d in days], [frame.y(v) for v in values]) for days, values in cell.lines]
    many = len(pieces) > _THIN
    draw_lines(paper, pieces, color=color, linewidth=0.3 if many else 0.45, alpha=0.35 if many else 0.5, zorder=1)
    # A single value is no line; it is shown as a point.
    alone = [piece for piece in pieces if len(piece[0]) == 1]
    draw_lines(paper, alone, color=color, linestyle="none", marker="o", markersize=2.0, markeredgewidth=0, zorder=1)
    if cell.median:
        x, y = [frame.x(d) for d, _ in cell.median], [frame.y(v) for _, v in cell.median]
        paper.line(x, y, color="white", linewidth=2.8, zorder=2)
        paper.line(x, y, color=color, linewidth=1.7, marker="o", markersize=3.2, markeredgewidth=0, zorder=3)
    if not cell.n:
        text = "no value"
        write(paper, frame.left + (frame.width - breadth(text)) / 2, frame.bottom + _AXES / 2, text, color=SOFT)


def _keys(figure: CoursesFigure) -> list[Key]:
    lines = any(cell.lines for row in figure.rows for cell in row.cells)
    keys = [Key(text="one patient", line={"color": INK, "linewidth": 0.5})] if lines else []
    if any(cell.median for row in figure.rows for cell in row.cells):
        look = {"color": INK, "linewidth": 1.7, "marker": "o", "markersize": 3.2, "markeredgewidth": 0}
        keys.append(Key(text="median of 3 or more", line=look))
    return keys
