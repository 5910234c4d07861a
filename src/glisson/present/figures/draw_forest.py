"""Drawing a forest plot: one row a group, the numbers written beside every mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.forest import ForestAxis, ForestFigure, ForestRow, Mark
from glisson.present.figures.palette import DOUBLE, HAIRLINE, INK, LINE, MM, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# All lengths in millimetres.
_LABEL, _EVENTS = 43.0, 13.0
_PLOTS, _TEXTS = (32.0, 22.0), (43.0, 29.0)
_HEAD, _ROW, _SECTION, _FOOT = 8.0, 4.6, 6.4, 9.0
_SIZE = 7.5


def draw(figure: ForestFigure) -> Figure:
    """Draw a double-column forest plot.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its rows need.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - only drawing needs it

    places = _row_places(figure.rows)
    body = places[-1] + _ROW if places else _ROW
    height = _HEAD + body + _FOOT
    canvas = Figure(figsize=(DOUBLE * MM, height * MM))
    left = _LABEL + _EVENTS
    axes = []
    for axis, plot, text in zip(figure.axes, _PLOTS, _TEXTS, strict=True):
        box = canvas.add_axes((left / DOUBLE, _FOOT / height, plot / DOUBLE, body / height), label=axis.heading)
        _prepare(box, axis, body)
        axes.append((box, left + plot + 3.5))
        left += plot + text
    _write(canvas, figure, axes, places, height)
    return canvas


def _row_places(rows: tuple[ForestRow, ...]) -> list[float]:
    """Return the middle of each row, in millimetres from the top of the body; headings stand a little apart."""
    places, y = [], 0.0
    for i, row in enumerate(rows):
        y += (_SECTION if not row.marks and i else _ROW) if i else _ROW / 2 + 1.0
        places.append(y)
    return places


def _prepare(box: Axes, axis: ForestAxis, body: float) -> None:
    box.set_xlim(0, axis.end)
    box.set_ylim(body, 0)
    box.set_xticks(axis.ticks, labels=list(axis.tick_labels))
    box.tick_params(axis="y", left=False, labelleft=False)
    box.tick_params(axis="x", labelsize=_SIZE)
    box.spines["left"].set_visible(False)
    box.set_xlabel(axis.heading, fontsize=_SIZE, labelpad=1.5)
    if axis.reference is not None:
        box.axvline(axis.reference, color=HAIRLINE, linewidth=0.7, zorder=0)


def _write(
    canvas: Figure, figure: ForestFigure, axes: list[tuple[Axes, float]], places: list[float], height: float
) -> None:
    def at(x: float, y: float, text: str, **options: object) -> None:
        canvas.text(x / DOUBLE, 1 - y / height, text, fontsize=_SIZE, va="center", **options)  # type: ignore[arg-type]

    at(1.5, _HEAD / 2, "Group", fontweight="bold")
    at(_LABEL + _EVENTS / 2, _HEAD / 2, "Events / n", fontweight="bold", ha="center")
    for (_, text_left), axis in zip(axes, figure.axes, strict=True):
        at(text_left, _HEAD / 2, axis.text_heading, fontweight="bold")
    for row, y in zip(figure.rows, places, strict=True):
        if not row.marks:
            at(1.5, _HEAD + y, row.label, fontweight="bold", color=SOFT)
            continue
        at(4.0, _HEAD + y, row.label)
        at(_LABEL + _EVENTS / 2, _HEAD + y, f"{row.events} / {row.n}", ha="center")
        for (box, text_left), mark, axis in zip(axes, row.marks, figure.axes, strict=True):
            _draw_mark(box, mark, y, axis.end, row.n)
            at(text_left, _HEAD + y, mark.text)


def _draw_mark(box: Axes, mark: Mark, y: float, end: float, n: int) -> None:
    """Draw interval and point; an interval that goes on beyond the axis, or has no limit, ends in an arrow."""
    if mark.low is not None:
        beyond = mark.open_above or (mark.high is not None and mark.high > end)
        stop = end if beyond else mark.high
        box.plot([mark.low, stop], [y, y], color=INK, linewidth=0.9, solid_capstyle="butt")  # type: ignore[list-item]
        if beyond:
            box.plot([end], [y], marker=">", markersize=3.2, color=INK, clip_on=False, linestyle="none")
    if mark.value is not None and mark.value <= end:
        size = 3.0 + 0.35 * min(n, 40) ** 0.5 * 1.6
        box.plot(
            [mark.value], [y], marker="s", markersize=size, color=LINE[0], linestyle="none", zorder=3, clip_on=False
        )
