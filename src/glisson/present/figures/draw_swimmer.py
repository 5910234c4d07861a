"""Drawing a swimmer plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glisson.present.figures.draw_parts import (
    KEY_ROW,
    NORMAL,
    Key,
    breadth,
    draw_boxes,
    draw_key,
    draw_lines,
    draw_marks,
    draw_month_axis,
    key_rows,
    method_mark,
    write,
)
from glisson.present.figures.palette import DOUBLE, HAIRLINE, INK, LINE, SOFT, style_of, tint
from glisson.present.figures.paper import Paper
from glisson.present.figures.swimmer import MARK_TEXT, MarkKind, SwimmerFigure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres.
_RIGHT, _TOP, _UNDER, _HEADING = 6.0, 1.0, 9.5, 4.6
_ROW, _CROWDED, _CROWD = 4.6, 3.1, 30
_SYSTEMIC = "#3d4248"
#: Looks of response and progression: upwards and downwards, filled in the liver, open outside it.
LOOK: dict[MarkKind, dict[str, Any]] = {
    "response": {"marker": "^", "markerfacecolor": "white"},
    "liver": {"marker": "v", "markerfacecolor": INK},
    "outside": {"marker": "v", "markerfacecolor": "white"},
    "both": {"marker": "v", "markerfacecolor": INK, "markerfacecoloralt": "white", "fillstyle": "left"},
    "somewhere": {"marker": "v", "markerfacecolor": "#9aa0a6"},
}
DEATH: dict[str, Any] = {"marker": "x", "color": INK, "markeredgewidth": 1.1}
ALIVE: dict[str, Any] = {"marker": ">", "color": INK, "markeredgewidth": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where months and bars lie."""

    left: float
    scale: float
    half: float
    heights: tuple[float, ...]

    def x(self, months: float) -> float:
        return self.left + months * self.scale


def draw(figure: SwimmerFigure) -> Figure:
    """Draw a double-column swimmer plot, as high as its bars need.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide.
    """
    row = _ROW if len(figure.bars) <= _CROWD else _CROWDED
    keys = _keys(figure)
    foot = KEY_ROW * len(key_rows(keys, DOUBLE - 4.0)) + 1.0
    body = row * len(figure.bars) + _HEADING * len(figure.headings)
    paper = Paper.sheet(DOUBLE, _TOP + body + _UNDER + foot)
    left = max(breadth(b.patient) for b in figure.bars) + 3.5
    frame = _Frame(
        left=left, scale=(DOUBLE - left - _RIGHT) / (figure.end * 1.01), half=row * 0.29,
        heights=_heights(paper, figure, row),
    )  # fmt: skip
    bottom = paper.height - _TOP - body
    places = [frame.x(t) for t in figure.ticks]
    # Month lines stand behind bars, not behind the headings between them.
    spans = [(y - row / 2, y + row / 2) for y in frame.heights]
    draw_lines(paper, [([x, x], span) for x in places for span in spans], color=HAIRLINE, linewidth=0.4, zorder=0)
    draw_month_axis(paper, figure.ticks, places, bottom, (left, DOUBLE - _RIGHT), figure.x_label)
    _draw_bars(paper, figure, frame)
    _draw_marks(paper, figure, frame)
    draw_key(paper, keys, 2.0, foot, DOUBLE - 4.0)
    return paper.figure


def _heights(paper: Paper, figure: SwimmerFigure, row: float) -> tuple[float, ...]:
    """Return the middle of each bar, and write the heading of each method."""
    heights, y = [], paper.height - _TOP
    names = dict(figure.headings)
    before = None
    for bar in figure.bars:
        if bar.style != before:
            paper.text(1.5, y - 3.4, names[bar.style], fontsize=NORMAL, fontweight="bold")
            y -= _HEADING
        heights.append(y - row / 2)
        y -= row
        before = bar.style
    return tuple(heights)


def _draw_bars(paper: Paper, figure: SwimmerFigure, frame: _Frame) -> None:
    rows = list(zip(figure.bars, frame.heights, strict=True))
    for style in dict.fromkeys(b.style for b in figure.bars):
        color = LINE[style_of(style)]
        boxes = [
            (frame.left, y - frame.half, frame.x(max(b.end, 0.03)), y + frame.half) for b, y in rows if b.style == style
        ]
        draw_boxes(paper, boxes, facecolor=tint(color, 0.25), edgecolor=color, linewidth=0.4, zorder=1)
    strips = [
        (frame.x(a), y - frame.half, frame.x(b), y - frame.half * 0.35) for bar, y in rows for a, b in bar.systemic
    ]
    draw_boxes(paper, strips, facecolor=_SYSTEMIC, zorder=2)
    for bar, y in rows:
        write(paper, frame.left - 1.2, y, bar.patient, ha="right", color=SOFT)


def _draw_marks(paper: Paper, figure: SwimmerFigure, frame: _Frame) -> None:
    rows = list(zip(figure.bars, frame.heights, strict=True))
    small = frame.half < 1.0
    size = 3.6 if small else 4.4
    for style, _ in figure.session_methods:
        points = [(frame.x(m), y) for b, y in rows for m, s in b.sessions if s == style]
        draw_marks(paper, points, **method_mark(style, size + 0.4), zorder=4)
    for kind in MARK_TEXT:
        points = [(frame.x(m), y) for b, y in rows for m, k in b.marks if k == kind]
        draw_marks(paper, points, **looking(kind, size), zorder=5)
    ends = ((True, DEATH), (False, ALIVE))
    for died, look in ends:
        points = [(frame.x(b.end) + 1.6, y) for b, y in rows if b.died == died]
        draw_marks(paper, points, **(look | {"markersize": size - 0.4}), zorder=5)


def looking(kind: MarkKind, size: float) -> dict[str, Any]:
    """Return the look of a response or progression.

    Parameters
    ----------
    kind
        Which.
    size
        Points.
    """
    return {"markersize": size, "markeredgecolor": INK, "markeredgewidth": 0.7, "linestyle": "none"} | LOOK[kind]


def _keys(figure: SwimmerFigure) -> list[Key]:
    keys = [Key(text=name, mark=method_mark(style)) for style, name in figure.session_methods]
    if any(b.systemic for b in figure.bars):
        keys.append(Key(text="systemic therapy", line={"color": _SYSTEMIC, "linewidth": 2.2}))
    found = {kind for b in figure.bars for _, kind in b.marks}
    keys += [Key(text=text, mark=looking(kind, 4.4)) for kind, text in MARK_TEXT.items() if kind in found]
    if any(b.died for b in figure.bars):
        keys.append(Key(text="death", mark=DEATH | {"markersize": 4.0}))
    if not all(b.died for b in figure.bars):
        keys.append(Key(text="alive at last contact", mark=ALIVE | {"markersize": 4.0}))
    return keys
