"""Drawing timelines of single patients as small multiples, each on an axis of its own."""

from __future__ import annotations

from collections.abc import Sequence
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
    shortened,
    stacked,
    write,
)
from glisson.present.figures.draw_swimmer import ALIVE, DEATH, looking
from glisson.present.figures.palette import DOUBLE, HAIRLINE, INK, LINE, SINGLE, SOFT, style_of, tint
from glisson.present.figures.paper import Paper
from glisson.present.figures.patient_timeline import TimelineFigure, TimelinePanel
from glisson.present.figures.swimmer import MARK_TEXT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres from the top of a panel.
_LEFT, _RIGHT, _BETWEEN, _FOOT = 15.0, 4.0, 5.0, 1.0
_TITLE, _NUMBERS, _SPARK, _ROW, _EVENT, _AXIS, _APART = 4.6, 3.2, 8.0, 3.8, 3.0, 4.4, 3.2
_MOST_EVENT_ROWS, _LONGEST = 3, 30.0
_SYSTEMIC = "#d9dce0"
_SEVERE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where one panel lies: left and right of its axis, its top, and the rows of adverse events."""

    left: float
    right: float
    top: float
    panel: TimelinePanel
    event_rows: int

    def x(self, months: float) -> float:
        panel = self.panel
        return self.left + (months - panel.start) * (self.right - self.left) / (panel.end - panel.start)

    @property
    def numbers(self) -> float:
        return self.top - _TITLE - _NUMBERS / 2

    @property
    def spark(self) -> tuple[float, float]:
        top = self.top - _TITLE - _NUMBERS
        return top - _SPARK, top

    def lane(self, number: int) -> float:
        """Return the middle of a lane: response, course, systemic therapy."""
        return self.spark[0] - 1.0 - _ROW * (number + 0.5)

    @property
    def events(self) -> float:
        return self.spark[0] - 1.0 - _ROW * 3

    @property
    def axis(self) -> float:
        return self.events - _EVENT * self.event_rows - 0.6


def draw(figure: TimelineFigure) -> Figure:
    """Draw two patients in a row.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, 89 mm for one patient.
    """
    count = len(figure.panels)
    across = min(2, count)
    column = DOUBLE if across > 1 else SINGLE
    width = (column - _BETWEEN * (across - 1)) / across
    keys = _keys(figure)
    foot = KEY_ROW * len(key_rows(keys, column - 4.0)) + _FOOT
    placed = [_placed_events(p, width - _LEFT - _RIGHT) for p in figure.panels]
    rows = [figure.panels[i : i + across] for i in range(0, count, across)]
    event_rows = [
        max([1, *(r + 1 for events in placed[i * across : (i + 1) * across] for _, r in events if r is not None)])
        for i in range(len(rows))
    ]
    heights = [_TITLE + _NUMBERS + _SPARK + 1.6 + 3 * _ROW + _EVENT * n + _AXIS + _APART for n in event_rows]
    paper = Paper.sheet(column, sum(heights) + 3.5 + foot)
    top = paper.height
    for i, row in enumerate(rows):
        for k, panel in enumerate(row):
            left = k * (width + _BETWEEN)
            frame = _Frame(left=left + _LEFT, right=left + width - _RIGHT, top=top, panel=panel,
                           event_rows=event_rows[i])  # fmt: skip
            _draw_panel(paper, frame, figure.lanes)
            _draw_events(paper, frame, placed[i * across + k])
        top -= heights[i]
    paper.text(column / 2, foot + 1.2, figure.x_label, fontsize=NORMAL, ha="center")
    draw_key(paper, keys, 2.0, foot, column - 4.0)
    return paper.figure


def _draw_panel(paper: Paper, frame: _Frame, lanes: tuple[str, ...]) -> None:
    panel = frame.panel
    left, y = frame.left - _LEFT + 1.0, frame.top - 2.4
    write(paper, left, y, panel.patient, fontsize=NORMAL, fontweight="bold")
    left += breadth(panel.patient, NORMAL) * 1.15 + 1.0
    write(paper, left, y, shortened(panel.title, frame.right + _RIGHT - left))
    places = [frame.x(t) for t in panel.ticks]
    draw_month_axis(paper, panel.ticks, places, frame.axis, (frame.left, frame.right))
    draw_lines(paper, [([frame.x(0.0)] * 2, [frame.axis, frame.spark[1]])], color=HAIRLINE, linewidth=0.5, zorder=0)
    heights = (sum(frame.spark) / 2, *(frame.lane(k) for k in range(3)), frame.events - _EVENT / 2)
    for text, y in zip(lanes, heights, strict=True):
        write(paper, frame.left - 1.5, y, text, ha="right", color=SOFT)
    _draw_sums(paper, frame)
    _write_row(paper, frame, panel.responses, frame.lane(0), gap=0.7)
    _draw_course(paper, frame)
    _draw_systemic(paper, frame)


def _draw_sums(paper: Paper, frame: _Frame) -> None:
    """Draw the line of the sums; its numbers stand above it, the sum before treatment at its beginning."""
    panel, (low, high) = frame.panel, frame.spark
    if len(panel.sums) < 2:
        write(paper, frame.x(0.0) + 1.0, (low + high) / 2, panel.why_none, color=SOFT)
        return
    changes = [c for _, c in panel.sums]
    least, most = min(-20.0, *changes), max(20.0, *changes)
    points = [(frame.x(m), low + 0.8 + (c - least) * (_SPARK - 1.6) / (most - least)) for m, c in panel.sums]
    color = LINE[style_of(panel.style)]
    base = points[0][1]
    paper.line([frame.left, frame.right], [base, base], color=HAIRLINE, linewidth=0.5, zorder=0)
    paper.line([x for x, _ in points], [y for _, y in points], color=color, linewidth=0.9, marker="o", markersize=2.4,
               markeredgewidth=0)  # fmt: skip
    numbers = [(panel.sums[0][0], panel.baseline), *panel.numbers] if panel.baseline else list(panel.numbers)
    _write_row(paper, frame, numbers, frame.numbers, gap=1.6)


def _write_row(paper: Paper, frame: _Frame, words: Sequence[tuple[float, str]], y: float, gap: float) -> None:
    """Write words at their scans; where scans lie too close the first word, the last and new ones go before others."""
    spans = []
    for month, text in words:
        half = breadth(text) / 2
        middle = min(max(frame.x(month), frame.left + half), frame.right - half + 2.0)
        spans.append((middle - half, middle + half))
    fresh = [i for i in range(len(words)) if i in {0, len(words) - 1} or words[i][1] != words[i - 1][1]]
    order = [*dict.fromkeys([*fresh[:1], *fresh[-1:], *fresh, *range(len(words))])]
    shown = dict(zip(order, stacked([spans[i] for i in order], 1, gap), strict=True))
    for i, (_, text) in enumerate(words):
        if shown[i] is not None:
            write(paper, sum(spans[i]) / 2, y, text, ha="center")


def _draw_course(paper: Paper, frame: _Frame) -> None:
    """Draw sessions, response, progression and the end along one bar, as in the swimmer plot."""
    panel, y = frame.panel, frame.lane(1)
    color = LINE[style_of(panel.style)]
    draw_boxes(paper, [(frame.x(0.0), y - 1.1, frame.right, y + 1.1)], facecolor=tint(color, 0.25), edgecolor=color,
               linewidth=0.4, zorder=1)  # fmt: skip
    for style in dict.fromkeys(s for _, s in panel.sessions):
        points = [(frame.x(m), y) for m, s in panel.sessions if s == style]
        draw_marks(paper, points, **method_mark(style), zorder=4)
    for month, kind in panel.marks:
        draw_marks(paper, [(frame.x(month), y)], **looking(kind, 4.2), zorder=5)
    look = DEATH if panel.died else ALIVE
    draw_marks(paper, [(frame.right + 1.6, y)], **(look | {"markersize": 3.8}), zorder=5)


def _draw_systemic(paper: Paper, frame: _Frame) -> None:
    y = frame.lane(2)
    boxes = [(frame.x(a), y - 1.45, frame.x(b), y + 1.45) for a, b, _ in frame.panel.systemic]
    draw_boxes(paper, boxes, facecolor=_SYSTEMIC, edgecolor=SOFT, linewidth=0.4, zorder=1)
    free = frame.left
    for i, (left, _, right, _) in enumerate(boxes):
        regimen = frame.panel.systemic[i][2]
        following = boxes[i + 1][0] if i + 1 < len(boxes) else frame.right + 2.0
        end = max(free, right)
        # In the bar, else after it, else before it; where nothing holds the whole word, as much as the bar holds.
        places = [
            (left + 0.6, min(right, following) - left - 1.0),
            (right + 0.6, following - right - 1.0),
            (left - 0.6 - breadth(regimen), left - free - 1.0),
        ]
        x, room = next((p for p in places if breadth(regimen) <= p[1]), places[0])
        text = shortened(regimen, room)
        write(paper, x, y, text, zorder=3)
        free = max(end, x + breadth(text)) if text else end


def _placed_events(panel: TimelinePanel, width: float) -> list[tuple[tuple[float, str, float], int | None]]:
    """Return (place, words, left of the words) of each event and its row; severe events find room first."""
    scale = width / (panel.end - panel.start)
    events = sorted(panel.events, key=lambda e: (-e[2], e[0]))
    placed = []
    for month, text, _ in events:
        at, words = (month - panel.start) * scale, _cut(text)
        need = breadth(words) + 1.0
        # Words that would leave the panel end at their day instead of beginning there.
        placed.append((at, words, at if at + need <= width + 2.0 else max(at - need, 0.0)))
    spans = [(left, left + breadth(words) + 1.0) for _, words, left in placed]
    return list(zip(placed, stacked(spans, _MOST_EVENT_ROWS), strict=True))


def _cut(text: str) -> str:
    """Shorten a long term, never its grade."""
    term, _, grade = text.rpartition(" ")
    return f"{shortened(term, _LONGEST - breadth(grade))} {grade}"


def _draw_events(
    paper: Paper, frame: _Frame, events: Sequence[tuple[tuple[float, str, float], int | None]]
) -> None:  # fmt: skip
    ticks = []
    for (at, words, left), row in events:
        if row is None:
            continue
        y = frame.events - _EVENT * (row + 0.5)
        severe = int(words[-1]) >= _SEVERE
        write(paper, frame.left + left + 0.8, y, words, fontweight="bold" if severe else "normal")
        ticks.append(([frame.left + at] * 2, [y - 1.1, y + 1.1]))
    draw_lines(paper, ticks, color=INK, linewidth=0.8)
    lost = sum(row is None for _, row in events)
    if lost:
        write(paper, frame.left - 1.5, frame.events - _EVENT * 2.5, f"{lost} more", ha="right", color=SOFT)


def _keys(figure: TimelineFigure) -> list[Key]:
    keys = [Key(text=name, mark=method_mark(style)) for style, name in figure.session_methods]
    found = {kind for p in figure.panels for _, kind in p.marks}
    keys += [Key(text=text, mark=looking(kind, 4.2)) for kind, text in MARK_TEXT.items() if kind in found]
    small: dict[str, Any] = {"markersize": 3.8}
    if any(p.died for p in figure.panels):
        keys.append(Key(text="death", mark=DEATH | small))
    if not all(p.died for p in figure.panels):
        keys.append(Key(text="alive at last contact", mark=ALIVE | small))
    return keys
