"""Drawing a waterfall plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glisson.present.figures.draw_parts import (
    KEY_ROW,
    Key,
    Rectangle,
    breadth,
    draw_boxes,
    draw_key,
    draw_lines,
    draw_marks,
    draw_striped,
    draw_value_axis,
    key_rows,
    write,
)
from glisson.present.figures.palette import DOUBLE, HAIRLINE, INK, SINGLE, SOFT
from glisson.present.figures.paper import Paper
from glisson.present.figures.waterfall import Bar, WaterfallFigure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres.
_LEFT, _RIGHT, _TOP, _AXES, _FOOT = 14.0, 10.5, 5.5, 66.0, 1.0
_WIDEST, _GAP, _LEAST_EMPTY, _TWO_LINES, _STRIP = 9.0, 2.0, 6.6, 6.4, 3.0
#: As many patients find room in a single column.
_FEW = 7
#: Slots from which letters stand upright, or at least sideways, and names of patients under them.
_UPRIGHT, _SIDEWAYS = 4.9, 2.7
#: Tones of responses where letters have no room.
_TONES = {"CR": INK, "PR": "#61676e", "SD": "#a0a6ac", "non": "#c6cbcf", "PD": "#e7e9eb", "NE": "white"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where the slots lie and what a percent is in millimetres."""

    bottom: float
    slot: float
    low: float
    scale: float

    def x(self, number: int) -> float:
        return _LEFT + 1.0 + (number + 0.5) * self.slot

    def y(self, change: float) -> float:
        return self.bottom + (change - self.low) * self.scale


def draw(figure: WaterfallFigure) -> Figure:
    """Draw a double-column waterfall plot.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, 89 mm for few patients.
    """
    names = [*(b.patient for b in figure.bars), *(p for e in figure.empty for p in e.patients)]
    column = SINGLE if len(names) <= _FEW else DOUBLE
    width = column - _LEFT - _RIGHT
    slot = _slot(figure, width - 1.0)
    keys = _keys(figure, strip=slot < _SIDEWAYS)
    key_height = KEY_ROW * len(key_rows(keys, column - 4.0))
    longest = max((breadth(name) for name in names), default=0.0)
    under = _below(slot) + longest + 2.0 if slot >= _SIDEWAYS else _STRIP + 3.0
    paper = Paper.sheet(column, _TOP + _AXES + under + key_height + _FOOT)
    bottom = paper.height - _TOP - _AXES
    frame = _Frame(bottom=bottom, slot=slot, low=figure.low, scale=_AXES / (figure.high - figure.low))
    _draw_axis(paper, figure, frame, width)
    _draw_bars(paper, figure, frame)
    _draw_letters(paper, figure.bars, frame)
    _draw_empty(paper, figure, frame)
    draw_key(paper, keys, 2.0, key_height + _FOOT, column - 4.0)
    return paper.figure


def _slot(figure: WaterfallFigure, width: float) -> float:
    """Return the width of a slot; groups of empty ones are wide enough for their label."""
    count = len(figure.bars) + sum(len(e.patients) for e in figure.empty)
    slot = _WIDEST
    for _ in range(4):  # widening a narrow group leaves less for the others
        wider = sum(max(0.0, _LEAST_EMPTY - len(e.patients) * slot) + _GAP for e in figure.empty)
        slot = min(_WIDEST, (width - wider) / max(count, 1))
    return slot


def _draw_axis(paper: Paper, figure: WaterfallFigure, frame: _Frame, width: float) -> None:
    ends = (frame.bottom, frame.bottom + _AXES)
    draw_value_axis(paper, figure.tick_labels, [frame.y(t) for t in figure.ticks], _LEFT, ends, figure.y_label)
    paper.line([_LEFT, _LEFT + width], [frame.y(0.0)] * 2, linewidth=0.6, zorder=3)
    draw_lines(
        paper, [([_LEFT, _LEFT + width], [frame.y(v)] * 2) for v, _ in figure.lines], color=SOFT, linewidth=0.6,
        linestyle=(0, (4, 2)), zorder=0.5,
    )  # fmt: skip
    for value, label in figure.lines:
        write(paper, _LEFT + width + 0.8, frame.y(value), label, color=SOFT)


def _draw_bars(paper: Paper, figure: WaterfallFigure, frame: _Frame) -> None:
    half = frame.slot * 0.4
    by_style: dict[int, list[Rectangle]] = {}
    for i, bar in enumerate(figure.bars):
        ends = sorted((frame.y(0.0), frame.y(bar.shown)))
        # No change at all is still a bar, a thin one.
        low, high = (ends[0] - 0.25, ends[0] + 0.25) if ends[1] - ends[0] < 0.5 else (ends[0], ends[1])
        by_style.setdefault(bar.style, []).append((frame.x(i) - half, low, frame.x(i) + half, high))
    for style, boxes in by_style.items():
        draw_striped(paper, boxes, style, zorder=1)
    top = frame.y(figure.high)
    clipped = [(frame.x(i), top - 1.6) for i, b in enumerate(figure.bars) if b.clipped]
    draw_marks(paper, clipped, marker="^", markersize=4.5, markerfacecolor="white", markeredgecolor=INK,
               markeredgewidth=0.6, zorder=4)  # fmt: skip


def _draw_letters(paper: Paper, bars: tuple[Bar, ...], frame: _Frame) -> None:
    """Write the best response at the end of each bar, or as a tone under the axis where bars are thin."""
    stars = [
        (frame.x(i), frame.y(0.0) + (-1.9 if b.shown > 0 else 1.9)) for i, b in enumerate(bars) if b.new_lesion
    ]  # fmt: skip
    draw_marks(paper, stars, marker=(6, 2, 0), markersize=4.6 if frame.slot >= 1.4 else 3.2, color=INK,
               markeredgewidth=0.7, zorder=4)  # fmt: skip
    if frame.slot < _SIDEWAYS:
        _draw_strip(paper, bars, frame)
        return
    upright = frame.slot >= _UPRIGHT
    blank: list[Rectangle] = []  # no limit strikes a word through
    for i, bar in enumerate(bars):
        away = 1.9 if upright else 0.7 + breadth(bar.letters) / 2
        y = frame.y(bar.shown) + (away if bar.shown > 0 else -away)
        wide, tall = (breadth(bar.letters), 2.4) if upright else (2.4, breadth(bar.letters))
        blank.append((frame.x(i) - wide / 2, y - tall / 2, frame.x(i) + wide / 2, y + tall / 2))
        look: dict[str, Any] = {} if upright else {"rotation": 90, "va": "center"}
        write(paper, frame.x(i), y, bar.letters, ha="center", **look)
        _write_name(paper, frame.x(i), frame.bottom - _below(frame.slot), bar.patient)
    draw_boxes(paper, blank, facecolor="white", zorder=0.7)


def _below(slot: float) -> float:
    """Return how far under the axis names begin: letters of bars that reach the end stand above them."""
    return 4.6 if slot >= _UPRIGHT else 6.2


def _write_name(paper: Paper, x: float, y: float, name: str) -> None:
    write(paper, x, y, name, ha="center", va="top", rotation=90, color=SOFT)


def _draw_strip(paper: Paper, bars: tuple[Bar, ...], frame: _Frame) -> None:
    top, half = frame.bottom - 1.0, frame.slot * 0.46
    for letters, tone in _TONES.items():
        boxes = [
            (frame.x(i) - half, top - _STRIP, frame.x(i) + half, top)
            for i, b in enumerate(bars)
            if b.letters == letters
        ]
        draw_boxes(paper, boxes, facecolor=tone, edgecolor=SOFT, linewidth=0.3)


def _draw_empty(paper: Paper, figure: WaterfallFigure, frame: _Frame) -> None:
    """Leave the slots of patients without a change open, and say why on the slots."""
    left = _LEFT + 1.0 + len(figure.bars) * frame.slot
    blank: list[Rectangle] = []  # no limit strikes a word through
    for group in figure.empty:
        left += _GAP
        width = max(_LEAST_EMPTY, len(group.patients) * frame.slot)
        low, high = frame.y(0.0) - 1.2, frame.y(0.0) + 1.2
        draw_boxes(paper, [(left, low, left + width, high)], facecolor="white", edgecolor=SOFT, linewidth=0.6, zorder=4)
        own = width / len(group.patients)
        draw_lines(paper, [([left + own * k] * 2, [low, high]) for k in range(1, len(group.patients))], color=HAIRLINE,
                   linewidth=0.4, zorder=4)  # fmt: skip
        words, middle = _in_two(group.text), left + width / 2
        tall = max(breadth(line) for line in words.split("\n"))
        blank.append((middle - _TWO_LINES / 2, low - 1.2 - tall, middle + _TWO_LINES / 2, low))
        write(paper, middle, low - 1.2, words, ha="center", va="top", rotation=90, color=SOFT)
        if frame.slot >= _SIDEWAYS:  # names stand under all slots or under none
            for k, patient in enumerate(group.patients):
                _write_name(paper, left + own * (k + 0.5), frame.bottom - _below(frame.slot), patient)
        left += width
    draw_boxes(paper, blank, facecolor="white", zorder=0.7)


def _in_two(text: str) -> str:
    """Break a text at the blank nearest to its middle."""
    blanks = [i for i, letter in enumerate(text) if letter == " "]
    if not blanks:
        return text
    place = min(blanks, key=lambda i: abs(i - len(text) / 2))
    return f"{text[:place]}\n{text[place + 1 :]}"


def _keys(figure: WaterfallFigure, *, strip: bool) -> list[Key]:
    keys = [Key(text=f"{m.label} (n = {m.n})", stripes=m.style) for m in figure.methods]
    if any(b.new_lesion for b in figure.bars):
        keys.append(Key(text="new lesion", mark={"marker": (6, 2, 0), "markersize": 4.6, "color": INK}))
    if any(b.clipped for b in figure.bars):
        mark = {"marker": "^", "markersize": 4.5, "markerfacecolor": "white", "markeredgecolor": INK}
        keys.append(Key(text="beyond the axis", mark={**mark, "markeredgewidth": 0.6}))
    if strip:
        shown = {b.letters for b in figure.bars}
        keys += [
            Key(text=letters, box={"facecolor": tone, "edgecolor": SOFT, "linewidth": 0.3})
            for letters, tone in _TONES.items()
            if letters in shown
        ]
    return keys
