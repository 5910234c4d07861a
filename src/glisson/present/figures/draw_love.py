"""Drawing a balance plot: one row a covariate, an open mark before weighting and a filled one after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.love import LoveFigure, LoveRow
from glisson.present.figures.palette import DOUBLE, HAIRLINE, LINE, SOFT
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres, type sizes in points.
_LABEL, _PLOT, _GAP = 62.0, 82.0, 4.0
_HEAD, _ROW, _FOOT = 8.0, 5.0, 14.5
_SIZE = 7.5


def draw(figure: LoveFigure) -> Figure:
    """Draw a double-column balance plot.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its rows need.
    """
    body = _ROW * max(len(figure.rows), 1) + 2.0
    paper = Paper.sheet(DOUBLE, _HEAD + body + _FOOT)
    top, scale = paper.height - _HEAD, _PLOT / figure.end
    _draw_head(paper, top)
    _draw_axis(paper, figure, scale, top)
    for i, row in enumerate(figure.rows):
        _draw_row(paper, row, top - 1.0 - _ROW * (i + 0.5), scale)
    paper.text(1.5, 2.0, figure.foot, fontsize=7.0, color=SOFT)
    return paper.figure


def _draw_head(paper: Paper, top: float) -> None:
    y = top + _HEAD / 2
    paper.text(1.5, y, "Covariate", fontsize=_SIZE, fontweight="bold", va="center_baseline")
    for x, word, filled in ((_LABEL + 2.0, "before weighting", False), (_LABEL + 34.0, "after", True)):
        _mark(paper, x, y + 0.3, filled=filled)
        paper.text(x + 2.5, y, word, fontsize=_SIZE, va="center_baseline")
    paper.text(_LABEL + _PLOT + _GAP, y, "Before to after", fontsize=_SIZE, fontweight="bold", va="center_baseline")


def _draw_axis(paper: Paper, figure: LoveFigure, scale: float, top: float) -> None:
    x = _LABEL + figure.limit * scale
    paper.line([x, x], [_FOOT, top], color=HAIRLINE, linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)
    paper.line([_LABEL, _LABEL], [_FOOT, top], color=HAIRLINE, linewidth=0.7, zorder=0)
    paper.line([_LABEL, _LABEL + _PLOT], [_FOOT, _FOOT])
    for tick in figure.ticks:
        place = _LABEL + tick * scale
        paper.line([place, place], [_FOOT - 1.0, _FOOT])
        paper.text(place, _FOOT - 4.0, f"{tick:g}", fontsize=_SIZE, ha="center")
    heading = "Largest absolute standardised difference"
    paper.text(_LABEL + _PLOT / 2, _FOOT - 7.6, heading, fontsize=_SIZE, ha="center")


def _draw_row(paper: Paper, row: LoveRow, y: float, scale: float) -> None:
    paper.text(4.0, y, row.label, fontsize=_SIZE, va="center_baseline")
    paper.text(_LABEL + _PLOT + _GAP, y, row.text, fontsize=_SIZE, va="center_baseline")
    places = [None if v is None else _LABEL + v * scale for v in (row.before, row.after)]
    if places[0] is not None and places[1] is not None:
        paper.line([places[0], places[1]], [y, y], linewidth=0.7, color=LINE[0], zorder=1)
    for place, filled in zip(places, (False, True), strict=True):
        if place is not None:
            _mark(paper, place, y, filled=filled)


def _mark(paper: Paper, x: float, y: float, *, filled: bool) -> None:
    face = LINE[0] if filled else "white"
    paper.line([x], [y], marker="o", markersize=4.6, markerfacecolor=face, markeredgecolor=LINE[0],
               markeredgewidth=0.9, linestyle="none", zorder=3 if filled else 2)  # fmt: skip
