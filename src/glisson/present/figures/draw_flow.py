"""Drawing the flow of patients as boxes and arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.flow import FlowBox, FlowFigure
from glisson.present.figures.palette import DOUBLE, INK, MM, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# All lengths in millimetres.
_MAIN, _SIDE, _BETWEEN = 78.0, 84.0, 12.0
_LINE, _PAD, _DROP = 3.8, 2.2, 7.0
_SIZE = 8.0


def draw(figure: FlowFigure) -> Figure:
    """Draw the boxes from top to bottom, those who left to the right, the methods in a row at the foot.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its boxes need.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - only drawing needs it

    height = _height(figure)
    canvas = Figure(figsize=(DOUBLE * MM, height * MM))
    axes = canvas.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, DOUBLE)
    axes.set_ylim(height, 0)
    axes.axis("off")
    any_side = any(b.left for b in figure.boxes)
    middle = 2 + _MAIN / 2 if any_side else DOUBLE / 2
    y = bottom = 1.0
    for i, box in enumerate(figure.boxes):
        if i:
            y = bottom + _gap(box)
            _arrow(axes, middle, bottom, middle, y)
        if box.left:
            _draw_left(axes, box, middle, bottom)
        _draw_box(axes, middle - _MAIN / 2, y, _MAIN, box.lines, bold=False)
        bottom = y + _box_height(box.lines)
    _draw_methods(axes, figure, middle, bottom)
    return canvas


def _box_height(lines: tuple[str, ...]) -> float:
    return len(lines) * _LINE + 2 * _PAD


def _gap(box: FlowBox) -> float:
    """Space above a box: enough for the box of those who left before it."""
    return max(_DROP, _box_height(box.left) + 4.0 if box.left else 0.0)


def _height(figure: FlowFigure) -> float:
    body = sum(_box_height(b.lines) + (_gap(b) if i else 0.0) for i, b in enumerate(figure.boxes))
    return body + (_box_height(("", "")) + _DROP if figure.methods else 0) + 2.0


def _draw_left(axes: Axes, box: FlowBox, middle: float, bottom: float) -> None:
    height = _box_height(box.left)
    top = bottom + (_gap(box) - height) / 2
    x = middle + _MAIN / 2 + _BETWEEN
    _draw_box(axes, x, top, _SIDE, box.left, bold=True, centre=False)
    _arrow(axes, middle, top + height / 2, x, top + height / 2)


def _draw_methods(axes: Axes, figure: FlowFigure, middle: float, bottom: float) -> None:
    """Split the last box into the methods: a bar with one arrow down to each."""
    count = len(figure.methods)
    if not count:
        return
    gap = 5.0
    width = min(_MAIN, (DOUBLE - 4 - gap * (count - 1)) / count)
    whole = width * count + gap * (count - 1)
    start = min(max(2.0, middle - whole / 2), DOUBLE - 2 - whole)
    centres = [start + width / 2 + i * (width + gap) for i in range(count)]
    bar, top = bottom + _DROP / 2, bottom + _DROP
    axes.plot([middle, middle], [bottom, bar], color=INK, linewidth=0.7)
    axes.plot([min(*centres, middle), max(*centres, middle)], [bar, bar], color=INK, linewidth=0.7)
    for centre, box in zip(centres, figure.methods, strict=True):
        _arrow(axes, centre, bar, centre, top)
        _draw_box(axes, centre - width / 2, top, width, box.lines, bold=True)


def _draw_box(
    axes: Axes, x: float, y: float, width: float, lines: tuple[str, ...], *, bold: bool, centre: bool = True
) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - only drawing needs it

    height = _box_height(lines)
    axes.add_patch(Rectangle((x, y), width, height, facecolor="white", edgecolor=SOFT, linewidth=0.7))
    for i, line in enumerate(lines):
        place = x + width / 2 if centre else x + _PAD + 0.6
        axes.text(
            place, y + _PAD + (i + 0.5) * _LINE, line, fontsize=_SIZE, va="center", ha="center" if centre else "left",
            fontweight="bold" if bold and i == 0 else "normal",
        )  # fmt: skip


def _arrow(axes: Axes, x0: float, y0: float, x1: float, y1: float) -> None:
    head = "-|>,head_width=0.16,head_length=0.32"
    style = {"arrowstyle": head, "linewidth": 0.7, "color": INK, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (x1, y1), (x0, y0), annotation_clip=False, arrowprops=style)
