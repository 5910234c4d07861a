"""Drawing a map of the evidence: discs whose area is patients, dark for leiomyosarcoma alone; a cross for nobody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from glisson.present.figures.draw_parts import draw_boxes, draw_lines, draw_marks, write
from glisson.present.figures.evidence_map import EvidenceMapFigure, MapCell, MapRow
from glisson.present.figures.palette import DOUBLE, HAIRLINE, LINE, SOFT, tint
from glisson.present.figures.paper import Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# All lengths in millimetres, type sizes in points.
_LABEL, _MARGIN, _GAP = 39.0, 1.5, 2.2
_HEAD, _ROW, _SECTION, _FOOT = 24.0, 7.4, 5.6, 12.0
_SIZE = 7.5
_LARGEST, _LEAST = 3.3, 0.45
_POINTS = 72 / 25.4
#: Discs of fewer patients carry their number.
_NUMBERED = 200
#: Patients of the discs of the key.
_KEY = (10, 100, 500)


def draw(figure: EvidenceMapFigure) -> Figure:
    """Draw a double-column map.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, as high as its rows need.
    """
    sections = list(dict.fromkeys(r.section for r in figure.rows))
    body = _ROW * len(figure.rows) + _SECTION * len(sections)
    paper = Paper.sheet(DOUBLE, _HEAD + body + _FOOT)
    top, bottom = paper.height - _HEAD, _FOOT
    columns = _columns(figure)
    _draw_heads(paper, figure, columns, top, bottom)
    y = top
    for section in sections:
        y -= _SECTION
        write(paper, _MARGIN, y + 1.6, section, fontsize=_SIZE, fontweight="bold", color=SOFT)
        for row in (r for r in figure.rows if r.section == section):
            y -= _ROW
            _draw_row(paper, figure, row, columns, y)
    _draw_key(paper, figure)
    return paper.figure


def radius(patients: int, largest: int) -> float:
    """Return the radius of a disc in millimetres: its area is the patients, but it is never too small to see.

    Examples
    --------
    >>> radius(100, 400) * 2 == radius(400, 400)
    True
    """
    return max(_LEAST, _LARGEST * math.sqrt(patients / largest)) if largest else _LEAST


def _columns(figure: EvidenceMapFigure) -> list[list[float]]:
    """Return the middle of every cell, by endpoint and line."""
    blocks, lines = len(figure.endpoints), len(figure.lines)
    width = (DOUBLE - _LABEL - 2 * _MARGIN - _GAP * (blocks - 1)) / (blocks * lines)
    start = _LABEL + _MARGIN
    return [[start + b * (lines * width + _GAP) + (i + 0.5) * width for i in range(lines)] for b in range(blocks)]


def _draw_heads(
    paper: Paper, figure: EvidenceMapFigure, columns: Sequence[Sequence[float]], top: float, bottom: float
) -> None:  # fmt: skip
    """Draw the headings, and a pale ground under each endpoint."""
    half = (columns[0][1] - columns[0][0]) / 2
    ends = [(block[0] - half, block[-1] + half) for block in columns]
    draw_boxes(paper, [(a, bottom, b, top) for a, b in ends], facecolor=tint(SOFT, 0.06))
    for heading, block, (a, b) in zip(figure.endpoints, columns, ends, strict=True):
        words = _two_lines(heading)
        for i, text in enumerate(reversed(words)):
            write(paper, (a + b) / 2, top + 16.2 + 3.4 * i, text, fontsize=_SIZE, fontweight="bold", ha="center")
        for x, line in zip(block, figure.lines, strict=True):
            paper.text(x, top + 1.2, line, fontsize=7.0, rotation=90, ha="center", va="bottom")
    write(paper, _MARGIN, top + 2.4, "Line of treatment", fontsize=7.0, color=SOFT)


def _two_lines(heading: str) -> list[str]:
    """Return a heading in two lines where it is long, broken near its middle."""
    words = heading.split()
    if len(heading) <= 16:
        return [heading]
    cut = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - len(heading) / 2))
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def _draw_row(
    paper: Paper, figure: EvidenceMapFigure, row: MapRow, columns: Sequence[Sequence[float]], y: float
) -> None:  # fmt: skip
    middle = y + _ROW / 2
    draw_lines(paper, [([_MARGIN, DOUBLE - _MARGIN], [y, y])], color=HAIRLINE, linewidth=0.3, zorder=1)
    write(paper, _MARGIN + 2.5, middle, row.label, fontsize=_SIZE)
    empty = []
    for block, cells in zip(columns, row.cells, strict=True):
        for x, cell in zip(block, cells, strict=True):
            if cell is None:
                empty.append((x, middle))
            else:
                _draw_disc(paper, x, middle, cell, figure.largest)
    draw_marks(
        paper, empty, marker="x", markersize=2.4, markeredgewidth=0.5, markeredgecolor=tint(SOFT, 0.55), zorder=2
    )


def _draw_disc(paper: Paper, x: float, y: float, cell: MapCell, largest: int) -> None:
    """Draw a disc, or an empty circle where the number of patients is not stated."""
    if not cell.patients:
        draw_marks(paper, [(x, y)], marker="o", markersize=3.2, markerfacecolor="white", markeredgecolor=LINE[0],
                   markeredgewidth=0.8, zorder=3)  # fmt: skip
        return
    _disc(paper, x, y, radius(cell.patients, largest), tint(LINE[2], 0.75))
    if cell.lms_alone:
        _disc(paper, x, y, radius(min(cell.lms, cell.patients), largest), LINE[0])
    if cell.patients < _NUMBERED:
        below = y - radius(cell.patients, largest) - 1.3
        write(paper, x, below, str(cell.patients), fontsize=5.5, color=SOFT, ha="center", zorder=4)


def _disc(paper: Paper, x: float, y: float, size: float, color: str) -> None:
    draw_marks(paper, [(x, y)], marker="o", markersize=2 * size * _POINTS, markerfacecolor=color, markeredgewidth=0,
               zorder=3)  # fmt: skip


def _draw_key(paper: Paper, figure: EvidenceMapFigure) -> None:
    y, x = _FOOT / 2 - 0.6, _MARGIN + 3.5
    for patients in _KEY:
        size = radius(patients, max(figure.largest, 1))
        _disc(paper, x, y, min(size, _LARGEST), tint(LINE[2], 0.75))
        write(paper, x + size + 1.2, y, f"{patients} patients", fontsize=7.0)
        x += size + 22.0
    _disc(paper, x, y, 1.6, LINE[0])
    write(paper, x + 2.8, y, "of these, leiomyosarcoma reported alone", fontsize=7.0)
    x += 56.0
    draw_marks(paper, [(x, y)], marker="o", markersize=3.2, markerfacecolor="white", markeredgecolor=LINE[0],
               markeredgewidth=0.8)  # fmt: skip
    write(paper, x + 2.4, y, "number not stated", fontsize=7.0)
    x += 29.0
    draw_marks(paper, [(x, y)], marker="x", markersize=2.4, markeredgewidth=0.5, markeredgecolor=tint(SOFT, 0.55))
    write(paper, x + 2.0, y, "nobody", fontsize=7.0)
