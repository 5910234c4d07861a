"""Drawing outcomes by method: a hollow mark for the method alone, joined to a full one for the pooled value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.by_method import ByMethodFigure, PooledPanel, PooledRow
from glisson.present.figures.draw_parts import write
from glisson.present.figures.palette import DOUBLE, HAIRLINE, INK, LINE, MARKER, SOFT, style_of
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres, type sizes in points.
_LABEL, _EVENTS, _PLOT, _GAP = 46.0, 16.0, 74.0, 4.0
_HEAD, _ROW, _SECTION, _FOOT, _BETWEEN = 7.0, 4.8, 6.4, 9.5, 3.0
_SIZE = 7.5


def draw(figure: ByMethodFigure) -> Figure:
    """Draw a double-column figure.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its rows need.
    """
    heights = [_HEAD + _body(p) + _FOOT for p in figure.panels]
    paper = Paper.sheet(DOUBLE, sum(heights) + _BETWEEN * (len(heights) - 1))
    top = paper.height
    for panel, height in zip(figure.panels, heights, strict=True):
        _draw_panel(paper, panel, top)
        top -= height + _BETWEEN
    return paper.figure


def _body(panel: PooledPanel) -> float:
    return sum(_SECTION if not r.n else _ROW for r in panel.rows) + 1.0


def _draw_panel(paper: Paper, panel: PooledPanel, top: float) -> None:
    left = _LABEL + _EVENTS
    head, body = top - _HEAD / 2, top - _HEAD
    write(paper, 1.5, head, "Method", fontsize=_SIZE, fontweight="bold")
    write(paper, _LABEL + _EVENTS / 2 - 2, head, "Events / n", fontsize=_SIZE, fontweight="bold", ha="center")
    write(paper, left + _PLOT + _GAP, head, panel.text_heading, fontsize=_SIZE, fontweight="bold")
    bottom = body - _body(panel)
    _draw_axis(paper, panel, left, bottom, body)
    y = body
    for row in panel.rows:
        step = _ROW if row.n else _SECTION
        y -= step
        middle = y + _ROW / 2 - 0.3
        if not row.n:
            write(paper, 1.5, middle, row.label, fontsize=_SIZE, fontweight="bold", color=SOFT)
            continue
        write(paper, 4.0, middle, row.label, fontsize=_SIZE)
        write(paper, _LABEL + _EVENTS / 2 - 2, middle, f"{row.events} / {row.n}", fontsize=_SIZE, ha="center")
        write(paper, left + _PLOT + _GAP, middle, row.text, fontsize=_SIZE)
        _draw_row(paper, panel, row, left, middle)


def _draw_axis(paper: Paper, panel: PooledPanel, left: float, bottom: float, top: float) -> None:
    paper.line([left, left + _PLOT], [bottom, bottom])
    for tick, label in zip(panel.ticks, panel.tick_labels, strict=True):
        x = left + _PLOT * panel.place(tick)
        paper.line([x, x], [bottom, top], color=HAIRLINE, linewidth=0.4, zorder=0)
        paper.line([x, x], [bottom - 1.0, bottom])
        paper.text(x, bottom - 4.0, label, fontsize=_SIZE, ha="center")
    paper.text(left + _PLOT / 2, bottom - 7.8, panel.heading, fontsize=_SIZE, ha="center")


def _draw_row(paper: Paper, panel: PooledPanel, row: PooledRow, left: float, y: float) -> None:
    if row.pooled is None or row.low is None or row.high is None:
        return
    place = style_of(row.style)
    colour, marker = LINE[place], MARKER[place]
    low, middle, high = (left + _PLOT * panel.place(x) for x in (row.low, row.pooled, row.high))
    paper.line([low, high], [y, y], color=colour, linewidth=1.1)
    size = 3.6 + 0.5 * min(row.n, 40) ** 0.5
    if row.raw is not None and (row.raw > 0 or not panel.logarithmic):
        x = left + _PLOT * panel.place(row.raw)
        paper.line([x, middle], [y + 1.3, y], color=INK, linewidth=0.5, zorder=2)
        paper.line([x], [y + 1.3], marker=marker, markersize=size - 0.6, markerfacecolor="white",
                   markeredgecolor=colour, markeredgewidth=0.9, linestyle="none", zorder=4)  # fmt: skip
    paper.line([middle], [y], marker=marker, markersize=size, color=colour, linestyle="none", zorder=3)
