"""Drawing a reconstruction: the rebuilt curve, the points read as open marks, the numbers at risk below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glisson.present.figures.draw_parts import Key, draw_key
from glisson.present.figures.palette import HAIRLINE, INK, LINE, SINGLE, SOFT
from glisson.present.figures.paper import Paper
from glisson.present.figures.reconstruction import ReconstructionFigure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres, type sizes in points.
_LEFT, _RIGHT, _AXES = 17.0, 4.0, 50.0
_HEAD, _KEY, _FOOT, _ROW = 7.0, 5.5, 11.0, 3.6
_TICK, _SIZE, _SMALL = 1.0, 8.0, 7.0
_CURVE = {"color": LINE[0], "linewidth": 1.3}
_POINT = {"marker": "o", "markersize": 3.0, "markerfacecolor": "none", "markeredgecolor": LINE[1],
          "markeredgewidth": 0.7, "linestyle": "none"}  # fmt: skip


def draw(figure: ReconstructionFigure) -> Figure:
    """Draw a single-column figure.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide.
    """
    rows = 3 if figure.at_risk else 0
    paper = Paper.sheet(SINGLE, _HEAD + _KEY + _AXES + 11.0 + rows * _ROW + _FOOT)
    bottom = paper.height - _HEAD - _KEY - _AXES
    width = SINGLE - _LEFT - _RIGHT
    scale = width / (1.02 * figure.end if figure.end else 1.0)
    paper.text(1.5, paper.height - 4.5, figure.title, fontsize=_SIZE, fontweight="bold", parse_math=False)
    keys = [Key(text="rebuilt", line=_CURVE), Key(text="read from the figure", mark=_POINT)]
    draw_key(paper, keys, _LEFT, paper.height - _HEAD + 0.5, width)
    _draw_axes(paper, figure, bottom, scale, width)
    time, level = np.repeat(figure.time, 2)[1:], np.repeat(figure.survival, 2)[:-1]
    paper.line(_LEFT + time * scale, bottom + level * _AXES, zorder=2, **_CURVE)
    x, y = np.asarray(figure.read_time), np.asarray(figure.read_survival)
    paper.line(_LEFT + x * scale, bottom + y * _AXES, zorder=3, **_POINT)
    if figure.at_risk:
        _draw_at_risk(paper, figure, bottom - 12.5, scale)
    for row, words in enumerate(reversed(figure.foot)):
        paper.text(1.5, 2.2 + row * _ROW, words, fontsize=_SMALL, color=SOFT)
    return paper.figure


def _draw_axes(paper: Paper, figure: ReconstructionFigure, bottom: float, scale: float, width: float) -> None:
    paper.line([_LEFT, _LEFT + width], [bottom + _AXES / 2] * 2, color=HAIRLINE, linewidth=0.5, zorder=0)
    paper.line([_LEFT, _LEFT, _LEFT + width], [bottom + _AXES, bottom, bottom], color=INK)
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        y = bottom + share * _AXES
        paper.line([_LEFT - _TICK, _LEFT], [y, y])
        paper.text(_LEFT - _TICK - 0.8, y, f"{share:.1f}", fontsize=_SIZE, ha="right", va="center_baseline")
    for tick in figure.ticks:
        x = _LEFT + tick * scale
        paper.line([x, x], [bottom - _TICK, bottom])
        paper.text(x, bottom - 4.0, f"{tick:g}", fontsize=_SIZE, ha="center")
    paper.text(_LEFT + width / 2, bottom - 8.0, figure.x_label, fontsize=_SIZE, ha="center")
    paper.text(5.0, bottom + _AXES / 2, "Survival", fontsize=_SIZE, ha="center", va="center", rotation=90)


def _draw_at_risk(paper: Paper, figure: ReconstructionFigure, top: float, scale: float) -> None:
    paper.text(1.5, top, "Number at risk", fontsize=_SMALL, color=SOFT)
    for row, (name, place) in enumerate((("printed", 1), ("rebuilt", 2)), start=1):
        y = top - row * _ROW
        paper.text(1.5, y, name, fontsize=_SMALL, color=SOFT)
        free = 0.0
        for entry in figure.at_risk:
            x = _LEFT + entry[0] * scale
            if x >= free and entry[0] <= 1.02 * figure.end:
                paper.text(x, y, str(entry[place]), fontsize=_SMALL, ha="center")
                free = x + 5.5
