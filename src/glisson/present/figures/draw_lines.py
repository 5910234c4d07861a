"""Drawing lines over two axes, with a key on top and thin rules that say what they mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glisson.present.figures.draw_parts import Key, draw_key, draw_lines, draw_value_axis, key_rows, write
from glisson.present.figures.lines import Axis, LinesFigure, Rule
from glisson.present.figures.palette import DASH, HAIRLINE, INK, LINE, MARKER, SOFT, style_of
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres.
_WIDTH, _PLOT = 120.0, 62.0
_LEFT, _RIGHT, _FOOT, _TOP, _KEY_ROW = 18.0, 4.0, 12.0, 3.0, 4.0


def draw(figure: LinesFigure) -> Figure:
    """Draw a plot one and a half columns wide.

    Returns
    -------
    matplotlib.figure.Figure
        120 mm wide.
    """
    keys = tuple(
        Key(text=line.label, line=_look(i), mark=_mark(i) if line.marks else {})
        for i, line in enumerate(figure.lines)
        if line.label
    )
    width = _WIDTH - _LEFT - _RIGHT
    rows = len(key_rows(keys, width)) if keys else 0
    foot = 4.0 if figure.foot else 0.0
    bottom = _FOOT + foot
    paper = Paper.sheet(_WIDTH, bottom + _PLOT + _TOP + rows * _KEY_ROW)
    top = bottom + _PLOT
    _draw_axes(paper, figure, bottom, top)
    for rule in figure.rules:
        _draw_rule(paper, figure, rule, bottom, top)
    for i, line in enumerate(figure.lines):
        x = [_across(figure.x, v) for v in line.x]
        y = [_up(figure.y, v, bottom) for v in line.y]
        paper.line(x, y, **_look(i), **(_mark(i) if line.marks else {}), zorder=3)
    if keys:
        draw_key(paper, keys, _LEFT, paper.height - _TOP, width)
    if figure.foot:
        paper.text(1.5, 1.5, figure.foot, fontsize=7.0, color=SOFT)
    return paper.figure


def _look(i: int) -> dict[str, object]:
    style = style_of(i)
    return {"color": LINE[style], "linestyle": DASH[style], "linewidth": 1.2}


def _mark(i: int) -> dict[str, object]:
    return {"marker": MARKER[style_of(i)], "markersize": 3.4}


def _across(axis: Axis, value: float) -> float:
    return _LEFT + (value - axis.low) / (axis.high - axis.low) * (_WIDTH - _LEFT - _RIGHT)


def _up(axis: Axis, value: float, bottom: float) -> float:
    return bottom + (value - axis.low) / (axis.high - axis.low) * _PLOT


def _draw_axes(paper: Paper, figure: LinesFigure, bottom: float, top: float) -> None:
    right = _WIDTH - _RIGHT
    places = [_across(figure.x, tick) for tick in figure.x.ticks]
    draw_lines(
        paper,
        [([_LEFT, right], [bottom, bottom]), *(([x, x], [bottom - 1.0, bottom]) for x in places)],
        color=INK, linewidth=0.6,
    )  # fmt: skip
    for tick, x in zip(figure.x.ticks, places, strict=True):
        write(paper, x, bottom - 3.2, figure.x.written(tick), ha="center")
    paper.text((_LEFT + right) / 2, bottom - 8.6, figure.x.label, fontsize=8.0, ha="center")
    ups = [_up(figure.y, tick, bottom) for tick in figure.y.ticks]
    labels = [figure.y.written(tick) for tick in figure.y.ticks]
    draw_value_axis(paper, labels, ups, _LEFT, (bottom, top), figure.y.label, room=13.5)


def _draw_rule(paper: Paper, figure: LinesFigure, rule: Rule, bottom: float, top: float) -> None:
    if rule.way == "up":
        x = _across(figure.x, rule.at)
        paper.line([x, x], [bottom, top], color=HAIRLINE, linewidth=0.8, zorder=1)
        late = x > _WIDTH * 0.7
        write(paper, x - 1.0 if late else x + 1.0, top - 1.8, rule.text, color=SOFT, ha="right" if late else "left")
        return
    y = _up(figure.y, rule.at, bottom)
    paper.line([_LEFT, _WIDTH - _RIGHT], [y, y], color=HAIRLINE, linewidth=0.8, zorder=1)
    write(paper, _WIDTH - _RIGHT, y + 1.8, rule.text, color=SOFT, ha="right")
