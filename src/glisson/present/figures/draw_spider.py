"""Drawing a spider plot: panels by method with common axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glisson.present.figures.draw_parts import (
    KEY_ROW,
    Key,
    draw_key,
    draw_lines,
    draw_marks,
    draw_month_axis,
    draw_value_axis,
    write,
)
from glisson.present.figures.palette import DASH, DOUBLE, HAIRLINE, INK, LINE, MARKER, SINGLE, SOFT, style_of
from glisson.present.figures.paper import Paper
from glisson.present.figures.spider import ACROSS, SpiderFigure, SpiderPanel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres.
_LEFT, _RIGHT, _TOP, _AXES, _UNDER, _GAP = 14.0, 10.5, 6.0, 58.0, 9.0, 5.0
_ALL = 200.0
_STAR: dict[str, Any] = {
    "marker": (5, 1, 0), "markersize": 7.0, "markerfacecolor": "white", "markeredgecolor": INK, "markeredgewidth": 0.7,
}  # fmt: skip
_BEYOND: dict[str, Any] = {
    "marker": "^", "markersize": 4.5, "markerfacecolor": "white", "markeredgecolor": INK, "markeredgewidth": 0.6,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where one panel lies, and its scales."""

    left: float
    bottom: float
    width: float
    height: float
    figure: SpiderFigure

    def x(self, months: float) -> float:
        start, end = self.figure.start, self.figure.end * 1.02
        return self.left + (max(months, start) - start) * self.width / (end - start)

    def y(self, change: float) -> float:
        shown = min(change, self.figure.high)
        return self.bottom + (shown - self.figure.low) * self.height / (self.figure.high - self.figure.low)


def draw(figure: SpiderFigure) -> Figure:
    """Draw the panels, three in a row.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide for one panel, 183 mm for more.
    """
    count = len(figure.panels)
    across = 2 if count == 4 else min(count, ACROSS)  # two rows of two rather than three and one
    rows = -(-count // across)
    axes = _AXES if rows < 3 else max(_ALL / rows - _TOP - _UNDER, 20.0)  # all on one page
    column = SINGLE if count == 1 else DOUBLE
    keys = _keys(figure)
    paper = Paper.sheet(column, rows * (_TOP + axes + _UNDER) + KEY_ROW * bool(keys) + 1.0)
    width = (column - _LEFT - _RIGHT - _GAP * (across - 1)) / across
    for i, panel in enumerate(figure.panels):
        row, place = divmod(i, across)
        bottom = paper.height - (row + 1) * (_TOP + axes) - row * _UNDER
        frame = _Frame(left=_LEFT + place * (width + _GAP), bottom=bottom, width=width, height=axes, figure=figure)
        last = place == across - 1 or i == count - 1
        _draw_frame(paper, frame, panel, first=place == 0, last=last)
        _draw_panel(paper, frame, panel)
    draw_key(paper, keys, 2.0, KEY_ROW + 0.5, column - 4.0)
    return paper.figure


def _draw_frame(paper: Paper, frame: _Frame, panel: SpiderPanel, *, first: bool, last: bool) -> None:
    figure, right = frame.figure, frame.left + frame.width
    ends = (frame.bottom, frame.bottom + frame.height)
    labels = figure.tick_labels if first else ("",) * len(figure.ticks)
    places = [frame.y(t) for t in figure.ticks]
    draw_value_axis(paper, labels, places, frame.left, ends, figure.y_label if first else "")
    x_label = figure.x_label if len(figure.panels) == 1 else "Months"
    draw_month_axis(
        paper, figure.months, [frame.x(m) for m in figure.months], frame.bottom, (frame.left, right), x_label
    )
    paper.line([frame.left, right], [frame.y(0.0)] * 2, color=HAIRLINE, linewidth=0.6, zorder=0)
    draw_lines(paper, [([frame.left, right], [frame.y(v)] * 2) for v, _ in figure.lines], color=SOFT, linewidth=0.6,
               linestyle=(0, (4, 2)), zorder=0.5)  # fmt: skip
    for value, label in figure.lines if last else ():
        write(paper, right + 0.8, frame.y(value), label, color=SOFT)
    paper.text(frame.left, ends[1] + 2.4, panel.title, fontsize=8)


def _draw_panel(paper: Paper, frame: _Frame, panel: SpiderPanel) -> None:
    """Draw one line a patient; lines beyond the axis run along its upper end and are marked there."""
    style = style_of(panel.style)
    many = len(panel.lines) > 15
    pieces = [(*_clipped(frame, line.months, line.change),) for line in panel.lines]
    draw_lines(paper, pieces, color=LINE[style], linestyle=DASH[style] if not many else "-",
               linewidth=0.6 if many else 0.9, alpha=0.8, zorder=1)  # fmt: skip
    inside = [
        (frame.x(m), frame.y(c)) for line in panel.lines for m, c in zip(line.months[1:], line.change[1:], strict=True)
        if c <= frame.figure.high
    ]  # fmt: skip
    draw_marks(paper, inside, marker=MARKER[style], markersize=1.6 if many else 2.6, color=LINE[style],
               markeredgewidth=0, zorder=2)  # fmt: skip
    beyond = [
        (frame.x(m), frame.y(c) - 0.9) for line in panel.lines for m, c in zip(line.months, line.change, strict=True)
        if c > frame.figure.high
    ]  # fmt: skip
    draw_marks(paper, beyond, **_BEYOND, zorder=3)
    stars = [(frame.x(line.new_lesion[0]), frame.y(line.new_lesion[1])) for line in panel.lines if line.new_lesion]
    draw_marks(paper, stars, **(_STAR | ({"markersize": 4.5} if many else {})), zorder=4)


def _clipped(
    frame: _Frame, months: tuple[float, ...], change: tuple[float, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a line cut off where it crosses the upper end of the axis."""
    x, y, top = np.array(months), np.array(change), frame.figure.high
    crossing = np.flatnonzero((y[:-1] > top) != (y[1:] > top))
    at = x[crossing] + (top - y[crossing]) * (x[crossing + 1] - x[crossing]) / (y[crossing + 1] - y[crossing])
    x, y = np.insert(x, crossing + 1, at), np.insert(y, crossing + 1, top)
    return np.array([frame.x(m) for m in x]), np.array([frame.y(c) for c in y])


def _keys(figure: SpiderFigure) -> list[Key]:
    lines = [line for panel in figure.panels for line in panel.lines]
    keys = []
    if any(line.new_lesion for line in lines):
        keys.append(Key(text="new lesion", mark=_STAR))
    if any(c > figure.high for line in lines for c in line.change):
        keys.append(Key(text="beyond the axis", mark=_BEYOND))
    return keys
