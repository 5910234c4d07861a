"""Drawing curves with the numbers at risk, censored and with events under the axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glisson.present.figures.data import CountBlock, CurveFigure, CurvePanel, Series
from glisson.present.figures.labels import place, step_points, text_box
from glisson.present.figures.palette import DASH, DOTS, DOUBLE, HAIRLINE, LINE, SINGLE, SOFT, TEXT, style_of
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

# All lengths in millimetres, type sizes in points.
_RIGHT, _TOP, _GAP, _BOTTOM = 3.0, 7.0, 3.0, 2.0
_AXES, _LEAST_LEFT, _COUNTS_LEFT = 50.0, 17.0, 4.2
_TICK, _TO_NUMBERS, _TO_LABEL, _TO_TABLE = 1.0, 4.0, 8.0, 12.5
_ROW, _BETWEEN = 3.35, 1.3
_SMALL, _NORMAL, _CURVE = 7.5, 8.0, 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where one pair of axes lies on the paper, and its scales.

    Parameters
    ----------
    left, bottom, width
        Millimetres; ``margin`` is the room to its left.
    end
        Month at the right end.
    """

    left: float
    bottom: float
    width: float
    margin: float
    end: float

    def x(self, months: Floats) -> Floats:
        """Return millimetres on the paper."""
        return self.left + months * self.width / self.end

    def y(self, share: Floats) -> Floats:
        """Return millimetres on the paper."""
        return self.bottom + share * _AXES


def draw(figure: CurveFigure) -> Figure:
    """Draw one or two panels side by side.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide for one panel, 183 mm for two.
    """
    count, margin = len(figure.panels), _left_margin(figure)
    under = max(_table_height(p) for p in figure.panels)
    paper = Paper.sheet(SINGLE if count == 1 else DOUBLE, _TOP + _AXES + _TO_TABLE + under + _BOTTOM)
    share = (paper.width - _GAP * (count - 1)) / count
    for i, panel in enumerate(figure.panels):
        frame = Frame(
            left=i * (share + _GAP) + margin, bottom=paper.height - _TOP - _AXES, width=share - margin - _RIGHT,
            margin=margin, end=panel.end * 1.02 or 1.0,
        )  # fmt: skip
        _draw_axes(paper, frame, panel)
        _draw_title(paper, frame, panel.title, chr(ord("A") + i) if count > 1 else "")
        for one in panel.series:
            _draw_band(paper, frame, one, alone=len(panel.series) == 1)
        for one in panel.series:
            _draw_curve(paper, frame, one)
        if len(panel.series) > 1:
            _draw_names(paper, frame, panel)
        _draw_counts(paper, frame, panel)
    return paper.figure


def _left_margin(figure: CurveFigure) -> float:
    """Room for the longest name of a row of numbers."""
    names = [row.label for panel in figure.panels for block in panel.blocks for row in block.rows]
    return max(_LEAST_LEFT, *(text_box(name, _SMALL)[0] + _COUNTS_LEFT + 2.5 for name in names))


def _draw_axes(paper: Paper, frame: Frame, panel: CurvePanel) -> None:
    left, bottom = frame.left, frame.bottom
    if panel.kind == "survival":
        paper.line([left, left + frame.width], [bottom + _AXES / 2] * 2, color=HAIRLINE, linewidth=0.5, zorder=0)
    paper.line([left, left, left + frame.width], [bottom + _AXES, bottom, bottom])
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        y = bottom + share * _AXES
        paper.line([left - _TICK, left], [y, y])
        paper.text(left - _TICK - 0.8, y, f"{share * 100:.0f}", fontsize=_NORMAL, ha="right", va="center_baseline")
    for tick in panel.ticks:
        x = left + tick * frame.width / frame.end
        paper.line([x, x], [bottom - _TICK, bottom])
        paper.text(x, bottom - _TO_NUMBERS, str(tick), fontsize=_NORMAL, ha="center")
    middle = left + frame.width / 2
    paper.text(middle, bottom - _TO_LABEL, panel.x_label, fontsize=_NORMAL, ha="center")
    paper.text(
        left - 8.5, bottom + _AXES / 2, panel.y_label, fontsize=_NORMAL, ha="center", va="center", rotation=90
    )  # fmt: skip


def _draw_title(paper: Paper, frame: Frame, title: str, letter: str) -> None:
    x, y = frame.left - frame.margin + 1.0, frame.bottom + _AXES + 3.2
    if letter:
        paper.text(x, y, letter, fontsize=9, fontweight="bold")
        x += 4.0
    paper.text(x, y, title, fontsize=_NORMAL)


def _steps(frame: Frame, months: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return the corners of a step line on the paper."""
    return frame.x(np.repeat(months, 2)[1:]), frame.y(np.repeat(share, 2)[:-1])


def _draw_band(paper: Paper, frame: Frame, one: Series, *, alone: bool) -> None:
    """Shade the confidence band; several are shaded lightly, with an outline, so that each can be followed."""
    color = LINE[style_of(one.style)]
    for part in _known(np.isfinite(one.low) & np.isfinite(one.high)):
        # A limit holds until the next step, also until one at which there is no limit any more.
        months = one.months[part.start : part.stop + 1]
        low, high = (np.append(x[part], x[part][-1:])[: len(months)] for x in (one.low, one.high))
        x, lower = _steps(frame, months, low)
        _, upper = _steps(frame, months, high)
        paper.area(
            np.concatenate([x, x[::-1]]), np.concatenate([lower, upper[::-1]]), color=color,
            alpha=0.14 if alone else 0.06, linewidth=0, zorder=1,
        )  # fmt: skip
        if not alone:
            for y in (lower, upper):
                paper.line(x, y, color=color, alpha=0.45, linewidth=0.4, zorder=1.5)


def _known(present: NDArray[np.bool_]) -> list[slice]:
    """Return the runs of positions at which there are limits."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], present, [False]]).astype(int)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _draw_curve(paper: Paper, frame: Frame, one: Series) -> None:
    """Draw the curve, dotted from where fewer than ten patients are at risk, with its censoring marks."""
    style = style_of(one.style)
    look: dict[str, Any] = {"color": LINE[style], "linewidth": _CURVE, "zorder": 2}
    firm = np.flatnonzero(one.months <= one.sparse_from)
    turn = int(firm[-1]) if firm.size else 0
    if turn:
        paper.line(*_steps(frame, one.months[: turn + 1], one.value[: turn + 1]), linestyle=DASH[style], **look)
    if turn < len(one.months) - 1:
        paper.line(*_steps(frame, one.months[turn:], one.value[turn:]), linestyle=DOTS[style], **look)
    if one.censor_months.size:
        paper.line(
            frame.x(one.censor_months), frame.y(one.censor_value), linestyle="none", marker="|", markersize=5,
            markeredgewidth=0.9, color=LINE[style], zorder=3,
        )  # fmt: skip


def _draw_names(paper: Paper, frame: Frame, panel: CurvePanel) -> None:
    corner = np.array([frame.left, frame.bottom])
    points = [
        step_points(frame.x(s.months) - corner[0], frame.y(s.value) - corner[1]) for s in panel.series
    ]  # fmt: skip
    boxes = place(points, [s.label for s in panel.series], size=_SMALL, width=frame.width, height=_AXES)
    for one, box in zip(panel.series, boxes, strict=True):
        x, y = frame.left + box.left, frame.bottom + box.bottom + box.height / 2
        edges = ([x - 0.3, x + box.width + 0.3], [y - box.height / 2, y + box.height / 2])
        corners = [(edges[0][i], edges[1][j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
        # Bands of other groups run behind a name; their outlines must not strike it through.
        paper.area(*zip(*corners, strict=True), color="white", alpha=0.85, linewidth=0, zorder=1.8)
        paper.text(x, y, one.label, fontsize=_SMALL, color=TEXT[style_of(one.style)], va="center_baseline", zorder=4)


def _draw_counts(paper: Paper, frame: Frame, panel: CurvePanel) -> None:
    y = frame.bottom - _TO_TABLE
    places = frame.x(np.array(panel.ticks, dtype=float))
    for block in panel.blocks:
        if block.heading:
            _draw_block_heading(paper, frame, block, y)
            y -= _ROW
        for row in block.rows:
            paper.text(frame.left - _COUNTS_LEFT, y, row.label, fontsize=_SMALL, color=SOFT, ha="right")
            for x, count in zip(places, row.counts, strict=True):
                paper.text(float(x), y, str(count), fontsize=_SMALL, ha="center")
            y -= _ROW
        y -= _BETWEEN


def _draw_block_heading(paper: Paper, frame: Frame, block: CountBlock, y: float) -> None:
    left = frame.left - frame.margin + 1.0
    if block.style is not None:
        style = style_of(block.style)
        paper.line(
            [left, left + 6], [y + 0.95] * 2, color=LINE[style], linestyle=DASH[style], linewidth=_CURVE
        )  # fmt: skip
        left += 7.2
    paper.text(left, y, block.heading, fontsize=_SMALL)


def _table_height(panel: CurvePanel) -> float:
    rows = sum(len(b.rows) + bool(b.heading) for b in panel.blocks)
    return rows * _ROW + _BETWEEN * max(0, len(panel.blocks) - 1)
