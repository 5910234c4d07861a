"""Drawing curves with the numbers at risk, censored and with events under the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glisson.present.figures.data import CountBlock, CurveFigure, CurvePanel, Series
from glisson.present.figures.labels import place, step_points, text_box
from glisson.present.figures.palette import DASH, DOTS, DOUBLE, HAIRLINE, INK, LINE, MM, SINGLE, SOFT, TEXT, style_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# All lengths in millimetres.
_RIGHT, _TOP, _GAP = 3.0, 7.0, 3.0
_LEAST_LEFT, _COUNTS_LEFT = 17.0, 4.2
_AXES = 50.0
_TO_TABLE, _ROW, _BETWEEN, _BOTTOM = 12.0, 3.35, 1.3, 2.0
_SMALL, _TEXT_SIZE = 7.5, 8.0


def draw(figure: CurveFigure) -> Figure:
    """Draw one or two panels side by side.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide for one panel, 183 mm for two.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - only drawing needs it

    width, left_margin = (SINGLE if len(figure.panels) == 1 else DOUBLE), _left_margin(figure)
    height = _TOP + _AXES + _TO_TABLE + max(_table_height(p) for p in figure.panels) + _BOTTOM
    canvas = Figure(figsize=(width * MM, height * MM))
    share = (width - _GAP * (len(figure.panels) - 1)) / len(figure.panels)
    for i, panel in enumerate(figure.panels):
        left = i * (share + _GAP) + left_margin
        inner = share - left_margin - _RIGHT
        axes = canvas.add_axes(
            (left / width, 1 - (_TOP + _AXES) / height, inner / width, _AXES / height), label=f"panel {i}"
        )
        letter = chr(ord("A") + i) if len(figure.panels) > 1 else ""
        _draw_panel(axes, panel, letter, left_margin, inner)
    return canvas


def _left_margin(figure: CurveFigure) -> float:
    """Room for the longest name of a row of numbers."""
    names = [row.label for panel in figure.panels for block in panel.blocks for row in block.rows]
    return max(_LEAST_LEFT, *(text_box(name, _SMALL)[0] + _COUNTS_LEFT + 1.0 for name in names))


def _draw_panel(axes: Axes, panel: CurvePanel, letter: str, margin: float, width: float) -> None:
    axes.set_xlim(0, panel.end * 1.02 or 1)
    axes.set_ylim(0, 1.0 if panel.kind == "incidence" else 1.005)
    axes.set_xticks(panel.ticks)
    axes.set_yticks(np.linspace(0, 1, 6), labels=["0", "20", "40", "60", "80", "100"])
    axes.set_xlabel(panel.x_label, labelpad=2)
    axes.set_ylabel(panel.y_label, labelpad=3)
    if panel.kind == "survival":
        axes.axhline(0.5, color=HAIRLINE, linewidth=0.5, zorder=0)
    for one in panel.series:
        _draw_band(axes, one, alone=len(panel.series) == 1)
    for one in panel.series:
        _draw_line(axes, one)
    if len(panel.series) > 1:
        _draw_names(axes, panel, width)
    _draw_title(axes, panel.title, letter, margin)
    _draw_counts(axes, panel, margin, width)


def _draw_title(axes: Axes, title: str, letter: str, margin: float) -> None:
    x = -margin + 1.0
    if letter:
        _text_mm(axes, x, _AXES + 2.8, letter, fontsize=9, fontweight="bold")
        x += 4.0
    _text_mm(axes, x, _AXES + 2.8, title, fontsize=_TEXT_SIZE, color=INK)


def _draw_band(axes: Axes, one: Series, *, alone: bool) -> None:
    """Shade the confidence band; several are shaded lightly, with an outline, so that each can be followed."""
    color = LINE[style_of(one.style)]
    x = np.repeat(one.months, 2)[1:]
    low, high = (np.repeat(limit, 2)[:-1] for limit in (one.low, one.high))
    axes.fill_between(x, low, high, color=color, alpha=0.14 if alone else 0.06, linewidth=0, zorder=1)
    if not alone:
        for limit in (low, high):
            axes.plot(x, limit, color=color, alpha=0.45, linewidth=0.4, zorder=1.5)


def _draw_line(axes: Axes, one: Series) -> None:
    """Draw the curve, dotted from where fewer than ten patients are at risk, with its censoring marks."""
    style, color = style_of(one.style), LINE[style_of(one.style)]
    firm = one.months <= one.sparse_from
    width = 1.3
    if np.count_nonzero(firm) > 1:
        axes.step(one.months[firm], one.value[firm], where="post", color=color, linestyle=DASH[style], linewidth=width)
    first = int(np.flatnonzero(firm)[-1]) if firm.any() else 0
    if first < len(one.months) - 1:
        axes.step(
            one.months[first:], one.value[first:], where="post", color=color, linestyle=DOTS[style], linewidth=width
        )
    axes.plot(
        one.censor_months, one.censor_value, linestyle="none", marker="|", markersize=5, markeredgewidth=0.9,
        color=color, zorder=3, clip_on=False,
    )  # fmt: skip


def _draw_names(axes: Axes, panel: CurvePanel, width: float) -> None:
    low, high = axes.get_ylim()
    scale_x, scale_y = width / axes.get_xlim()[1], _AXES / (high - low)
    points = [step_points(s.months * scale_x, (s.value - low) * scale_y) for s in panel.series]
    boxes = place(points, [s.label for s in panel.series], size=_SMALL, width=width, height=_AXES)
    for one, box in zip(panel.series, boxes, strict=True):
        _text_mm(
            axes, box.left, box.bottom + box.height / 2, one.label, fontsize=_SMALL, color=TEXT[style_of(one.style)],
            va="center", zorder=4,
        )  # fmt: skip


def _draw_counts(axes: Axes, panel: CurvePanel, margin: float, width: float) -> None:
    y = -_TO_TABLE
    scale = width / axes.get_xlim()[1]
    for block in panel.blocks:
        if block.heading:
            _draw_block_heading(axes, block, margin, y)
            y -= _ROW
        for row in block.rows:
            _text_mm(axes, -_COUNTS_LEFT, y, row.label, fontsize=_SMALL, color=SOFT, ha="right")
            for tick, count in zip(panel.ticks, row.counts, strict=True):
                _text_mm(axes, tick * scale, y, str(count), fontsize=_SMALL, ha="center")
            y -= _ROW
        y -= _BETWEEN


def _draw_block_heading(axes: Axes, block: CountBlock, margin: float, y: float) -> None:
    left = -margin + 1.0
    if block.style is not None:
        from matplotlib.transforms import ScaledTranslation  # noqa: PLC0415 - only drawing needs it

        style = style_of(block.style)
        inches = axes.figure.dpi_scale_trans  # type: ignore[union-attr]
        transform = inches + ScaledTranslation(0, 0, axes.transAxes)
        axes.plot(
            [left * MM, (left + 6) * MM], [(y + 0.9) * MM] * 2, transform=transform, clip_on=False,
            color=LINE[style], linestyle=DASH[style], linewidth=1.3,
        )  # fmt: skip
        left += 7.2
    _text_mm(axes, left, y, block.heading, fontsize=_SMALL)


def _text_mm(axes: Axes, x: float, y: float, text: str, **options: object) -> None:
    """Write at a place given in millimetres from the lower left corner of the axes."""
    axes.annotate(
        text,
        (0, 0),
        xycoords="axes fraction",
        xytext=(x * 72 / 25.4, y * 72 / 25.4),
        textcoords="offset points",
        annotation_clip=False,
        **options,  # type: ignore[arg-type]
    )


def _table_height(panel: CurvePanel) -> float:
    rows = sum(len(b.rows) + bool(b.heading) for b in panel.blocks)
    return rows * _ROW + _BETWEEN * max(0, len(panel.blocks) - 1)
