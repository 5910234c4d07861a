"""Drawing a forest plot: one row a group, the numbers written beside every mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.forest import ForestAxis, ForestFigure, ForestRow, Mark
from glisson.present.figures.palette import DOUBLE, HAIRLINE, LINE, SOFT
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres, type sizes in points.
_LABEL, _EVENTS = 43.0, 13.0
_PLOTS, _TEXTS = (30.0, 20.0), (40.0, 36.0)
_HEAD, _ROW, _SECTION, _FOOT = 8.0, 4.6, 6.4, 9.5
_SIZE = 7.5


def draw(figure: ForestFigure) -> Figure:
    """Draw a double-column forest plot.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its rows need.
    """
    places = _row_places(figure.rows)
    body = places[-1] + _ROW if places else _ROW
    paper = Paper.sheet(DOUBLE, _HEAD + body + _FOOT)
    top = paper.height - _HEAD
    heights = [top - y for y in places]
    _draw_labels(paper, figure.rows, heights, counts=figure.counts)
    left = _LABEL + _EVENTS
    for i, (axis, plot, text) in enumerate(zip(figure.axes, _PLOTS, _TEXTS, strict=True)):
        _draw_axis(paper, axis, left, plot, top)
        paper.text(
            left + plot + 3.5, top + _HEAD / 2, axis.text_heading, fontsize=_SIZE, fontweight="bold", va="center"
        )
        for row, y in zip(figure.rows, heights, strict=True):
            if row.marks:
                _draw_mark(paper, row.marks[i], left, plot / axis.end, y, axis.end, row.n)
                paper.text(left + plot + 3.5, y, row.marks[i].text, fontsize=_SIZE, va="center_baseline")
        left += plot + text
    return paper.figure


def _row_places(rows: tuple[ForestRow, ...]) -> list[float]:
    """Return the middle of each row, in millimetres from the top of the body; headings stand a little apart."""
    places, y = [], 0.0
    for i, row in enumerate(rows):
        y += (_SECTION if not row.marks else _ROW) if i else _ROW / 2 + 1.0
        places.append(y)
    return places


def _draw_labels(paper: Paper, rows: tuple[ForestRow, ...], heights: list[float], *, counts: bool) -> None:
    head = paper.height - _HEAD / 2
    paper.text(1.5, head, "Group" if counts else "Scenario", fontsize=_SIZE, fontweight="bold", va="center")
    middle = _LABEL + _EVENTS / 2
    if counts:
        paper.text(middle, head, "Events / n", fontsize=_SIZE, fontweight="bold", ha="center", va="center")
    for row, y in zip(rows, heights, strict=True):
        if not row.marks:
            paper.text(1.5, y, row.label, fontsize=_SIZE, fontweight="bold", color=SOFT, va="center_baseline")
            continue
        paper.text(4.0, y, row.label, fontsize=_SIZE, va="center_baseline")
        if counts:
            paper.text(middle, y, f"{row.events} / {row.n}", fontsize=_SIZE, ha="center", va="center_baseline")


def _draw_axis(paper: Paper, axis: ForestAxis, left: float, width: float, top: float) -> None:
    """Draw the scale at the foot and the line of the overall estimate."""
    scale = width / axis.end
    if axis.reference is not None:
        paper.line([left + axis.reference * scale] * 2, [_FOOT, top], color=HAIRLINE, linewidth=0.7, zorder=0)
    paper.line([left, left + width], [_FOOT, _FOOT])
    for tick, label in zip(axis.ticks, axis.tick_labels, strict=True):
        x = left + tick * scale
        paper.line([x, x], [_FOOT - 1.0, _FOOT])
        paper.text(x, _FOOT - 4.0, label, fontsize=_SIZE, ha="center")
    paper.text(left + width / 2, _FOOT - 7.6, axis.heading, fontsize=_SIZE, ha="center")


def _draw_mark(paper: Paper, mark: Mark, left: float, scale: float, y: float, end: float, n: int) -> None:
    """Draw interval and point; an interval that goes on beyond the axis, or has no limit, ends in an arrow."""
    stop = end if mark.high is None else min(mark.high, end)
    if mark.low is not None and mark.low < end:
        paper.line([left + mark.low * scale, left + stop * scale], [y, y], linewidth=0.9)
        if mark.open_above or (mark.high is not None and mark.high > end):
            paper.line([left + end * scale], [y], marker=">", markersize=3.2, linestyle="none")
    if mark.value is not None and mark.value <= end:
        size = 3.0 + 0.56 * min(n, 40) ** 0.5
        x = left + mark.value * scale
        paper.line([x], [y], marker="s", markersize=size, color=LINE[0], linestyle="none", zorder=3)
