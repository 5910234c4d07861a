"""Drawing a forest plot of a meta-analysis: a square a series, diamonds below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.palette import DOUBLE, HAIRLINE, LINE, SOFT
from glisson.present.figures.paper import Paper
from glisson.present.figures.pooled_forest import PooledForestFigure, PooledRow, SeriesRow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres, type sizes in points.
_LABEL, _COUNTS, _PLOT, _GAP, _TEXT = 46.0, 18.0, 58.0, 3.5, 36.0
_HEAD, _ROW, _FOOT = 8.0, 5.0, 15.5
_SIZE = 7.5
_LEFT = _LABEL + _COUNTS


def draw(figure: PooledForestFigure) -> Figure:
    """Draw a double-column forest plot.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its rows need.
    """
    body = _ROW * (len(figure.series) + len(figure.pooled)) + 3.0
    paper = Paper.sheet(DOUBLE, _HEAD + body + _FOOT)
    top, scale = paper.height - _HEAD, _PLOT / figure.end
    _draw_head(paper, figure, top + _HEAD / 2)
    _draw_axis(paper, figure, scale, top)
    y = top - _ROW / 2
    for row in figure.series:
        _draw_series(paper, row, y, scale, figure.end)
        y -= _ROW
    paper.line([1.5, DOUBLE - 1.5], [y + _ROW / 2 - 1.0] * 2, color=HAIRLINE, linewidth=0.7)
    y -= 2.0
    for below in figure.pooled:
        _draw_pooled(paper, below, y, scale, figure.end)
        y -= _ROW
    paper.text(1.5, 2.0, figure.foot, fontsize=7.0, color=SOFT)
    return paper.figure


def _draw_head(paper: Paper, figure: PooledForestFigure, y: float) -> None:
    look = {"fontsize": _SIZE, "fontweight": "bold", "va": "center"}
    paper.text(1.5, y, "Series", **look)
    paper.text(_LABEL + _COUNTS / 2, y, figure.counts_heading, ha="center", **look)
    paper.text(_LEFT + _PLOT + _GAP, y, figure.text_heading, **look)
    if figure.weighted:
        paper.text(DOUBLE - 1.5, y, "Weight", ha="right", **look)


def _draw_axis(paper: Paper, figure: PooledForestFigure, scale: float, top: float) -> None:
    reference = figure.pooled[0].value
    if reference is not None and reference <= figure.end:
        paper.line([_LEFT + reference * scale] * 2, [_FOOT, top], color=HAIRLINE, linewidth=0.7, zorder=0)
    paper.line([_LEFT, _LEFT + _PLOT], [_FOOT, _FOOT])
    for tick, label in zip(figure.ticks, figure.tick_labels, strict=True):
        x = _LEFT + tick * scale
        paper.line([x, x], [_FOOT - 1.0, _FOOT])
        paper.text(x, _FOOT - 4.0, label, fontsize=_SIZE, ha="center")
    paper.text(_LEFT + _PLOT / 2, _FOOT - 7.6, figure.heading, fontsize=_SIZE, ha="center")


def _draw_series(paper: Paper, row: SeriesRow, y: float, scale: float, end: float) -> None:
    paper.text(4.0, y, row.label, fontsize=_SIZE, va="center_baseline")
    paper.text(_LABEL + _COUNTS / 2, y, row.counts, fontsize=_SIZE, ha="center", va="center_baseline", url=row.link)
    paper.text(_LEFT + _PLOT + _GAP, y, row.text, fontsize=_SIZE, va="center_baseline", url=row.link)
    if row.share:
        paper.text(DOUBLE - 1.5, y, row.share, fontsize=_SIZE, ha="right", va="center_baseline")
    _draw_line(paper, row.low, row.high, y, scale, end)
    size = 3.6 if row.weight is None else 2.4 + 4.2 * row.weight**0.5
    if row.value <= end:
        paper.line([_LEFT + row.value * scale], [y], marker="s", markersize=size, color=LINE[0], linestyle="none",
                   zorder=3)  # fmt: skip


def _draw_line(paper: Paper, low: float, high: float, y: float, scale: float, end: float) -> None:
    """Draw an interval; one that goes on beyond the axis ends in an arrow."""
    paper.line([_LEFT + min(low, end) * scale, _LEFT + min(high, end) * scale], [y, y], linewidth=0.9)
    if high > end:
        paper.line([_LEFT + end * scale], [y], marker=">", markersize=3.2, linestyle="none")


def _draw_pooled(paper: Paper, row: PooledRow, y: float, scale: float, end: float) -> None:
    weight = "bold" if row.label == "Random effects" else "normal"
    paper.text(4.0, y, row.label, fontsize=_SIZE, fontweight=weight, va="center_baseline")
    paper.text(_LEFT + _PLOT + _GAP, y, row.text, fontsize=_SIZE, fontweight=weight, va="center_baseline")
    if row.value is None or row.low is None:
        return
    high = end if row.high is None else row.high
    if not row.diamond:
        _draw_line(paper, row.low, high, y, scale, end)
        return
    x = [_LEFT + min(v, end) * scale for v in (row.low, row.value, high, row.value)]
    paper.area(x, [y, y + 1.5, y, y - 1.5], facecolor=LINE[0], edgecolor="none", zorder=3)
