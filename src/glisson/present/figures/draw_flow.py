"""Drawing the flow of patients as boxes and arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.flow import FlowBox, FlowFigure
from glisson.present.figures.palette import DOUBLE, INK, SOFT
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres, type sizes in points.
_MAIN, _SIDE, _BETWEEN, _EDGE = 78.0, 84.0, 12.0, 2.0
_LINE, _PAD, _DROP, _HEAD = 3.8, 2.2, 7.0, 1.7
_SIZE = 8.0


def draw(figure: FlowFigure) -> Figure:
    """Draw the boxes from top to bottom, those who left to the right, the methods in a row at the foot.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its boxes need.
    """
    paper = Paper.sheet(DOUBLE, _height(figure))
    any_side = any(b.left for b in figure.boxes)
    middle = _EDGE + _MAIN / 2 if any_side else DOUBLE / 2
    top = bottom = paper.height - 1.0
    for i, box in enumerate(figure.boxes):
        if i:
            top = bottom - _gap(box)
            _arrow_down(paper, middle, bottom, top)
        if box.left:
            _draw_left(paper, box, middle, bottom)
        _draw_box(paper, middle - _MAIN / 2, top, _MAIN, box.lines, bold=False)
        bottom = top - _box_height(box.lines)
    _draw_methods(paper, figure, middle, bottom)
    return paper.figure


def _box_height(lines: tuple[str, ...]) -> float:
    return len(lines) * _LINE + 2 * _PAD


def _gap(box: FlowBox) -> float:
    """Space above a box: enough for the box of those who left before it."""
    return max(_DROP, _box_height(box.left) + 4.0 if box.left else 0.0)


def _height(figure: FlowFigure) -> float:
    body = sum(_box_height(b.lines) + (_gap(b) if i else 0.0) for i, b in enumerate(figure.boxes))
    return body + (_box_height(("", "")) + _DROP if figure.methods else 0) + 2.0


def _draw_left(paper: Paper, box: FlowBox, middle: float, bottom: float) -> None:
    height = _box_height(box.left)
    top = bottom - (_gap(box) - height) / 2
    x, y = middle + _MAIN / 2 + _BETWEEN, top - height / 2
    _draw_box(paper, x, top, _SIDE, box.left, bold=True, centre=False)
    paper.line([middle, x], [y, y], linewidth=0.7)
    paper.area([x - _HEAD, x, x - _HEAD], [y - _HEAD / 2.6, y, y + _HEAD / 2.6], color=INK, linewidth=0)


def _draw_methods(paper: Paper, figure: FlowFigure, middle: float, bottom: float) -> None:
    """Split the last box into the methods: a bar with one arrow down to each."""
    count = len(figure.methods)
    if not count:
        return
    gap = 5.0
    width = min(_MAIN, (DOUBLE - 2 * _EDGE - gap * (count - 1)) / count)
    whole = width * count + gap * (count - 1)
    start = min(max(_EDGE, middle - whole / 2), DOUBLE - _EDGE - whole)
    centres = [start + width / 2 + i * (width + gap) for i in range(count)]
    bar, top = bottom - _DROP / 2, bottom - _DROP
    paper.line([middle, middle], [bottom, bar], linewidth=0.7)
    paper.line([min(*centres, middle), max(*centres, middle)], [bar, bar], linewidth=0.7)
    for centre, box in zip(centres, figure.methods, strict=True):
        _arrow_down(paper, centre, bar, top)
        _draw_box(paper, centre - width / 2, top, width, box.lines, bold=True)


def _draw_box(
    paper: Paper, x: float, top: float, width: float, lines: tuple[str, ...], *, bold: bool, centre: bool = True
) -> None:
    bottom = top - _box_height(lines)
    paper.line([x, x + width, x + width, x, x], [bottom, bottom, top, top, bottom], color=SOFT, linewidth=0.7)
    for i, line in enumerate(lines):
        place = x + width / 2 if centre else x + _PAD + 0.6
        paper.text(
            place, top - _PAD - (i + 0.5) * _LINE, line, fontsize=_SIZE, va="center_baseline",
            ha="center" if centre else "left", fontweight="bold" if bold and i == 0 else "normal",
        )  # fmt: skip


def _arrow_down(paper: Paper, x: float, start: float, end: float) -> None:
    paper.line([x, x], [start, end + _HEAD / 2], linewidth=0.7)
    paper.area([x - _HEAD / 2.6, x, x + _HEAD / 2.6], [end + _HEAD, end, end + _HEAD], color=INK, linewidth=0)
