"""Parts that several figures draw alike: many lines or boxes at once, stripes, axes, a key; where words find room.

One artist stands for all lines or boxes of a look: a figure of hundreds of artists takes seconds to save.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.present.figures.labels import text_box
from glisson.present.figures.palette import DASH, INK, LINE, MARKER, STRIPES, style_of
from glisson.present.figures.paper import Paper

Floats = NDArray[np.float64]
#: Left, bottom, right and top, in millimetres.
Rectangle = tuple[float, float, float, float]

SMALL, NORMAL = 7.0, 8.0
_SAMPLE, _AFTER, _BETWEEN, KEY_ROW = 5.0, 1.2, 2.6, 4.0
_TICK = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One entry of a key.

    Parameters
    ----------
    text
        What it means.
    mark
        Look of a mark, as for ``Paper.line``.
    line
        Look of a line.
    box
        Look of an area; ``stripes`` is the style whose stripes lie on it.
    """

    text: str
    mark: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)
    box: dict[str, Any] = field(default_factory=dict)
    stripes: int | None = None


def broken(pieces: Iterable[tuple[Sequence[float] | Floats, Sequence[float] | Floats]]) -> tuple[Floats, Floats]:
    """Return several lines as one, with gaps between them.

    Examples
    --------
    >>> x, y = broken([([0, 1], [2, 3]), ([4], [5])])
    >>> x.tolist()
    [0.0, 1.0, nan, 4.0, nan]
    """
    gap = np.array([np.nan])
    parts = [
        (np.append(np.asarray(x, dtype=float), gap), np.append(np.asarray(y, dtype=float), gap)) for x, y in pieces
    ]
    if not parts:
        return np.empty(0), np.empty(0)
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def draw_lines(paper: Paper, pieces: Iterable[tuple[Sequence[float] | Floats, Sequence[float] | Floats]],
               **look: Any) -> None:  # fmt: skip
    """Draw several lines of one look."""
    x, y = broken(pieces)
    if x.size:
        paper.line(x, y, **look)


def draw_marks(paper: Paper, points: Sequence[tuple[float, float]], **look: Any) -> None:
    """Draw several marks of one look."""
    if points:
        paper.line([x for x, _ in points], [y for _, y in points], **({"linestyle": "none"} | look))


def draw_boxes(paper: Paper, boxes: Sequence[Rectangle], **look: Any) -> None:
    """Draw several rectangles of one look."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - half a second that only drawing needs
    from matplotlib.path import Path  # noqa: PLC0415

    if not boxes:
        return
    corners = np.array([[(a, b), (c, b), (c, d), (a, d), (a, b)] for a, b, c, d in boxes]).reshape(-1, 2)
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(boxes)
    plain: dict[str, Any] = {"linewidth": 0}
    paper.figure.add_artist(PathPatch(Path(corners, codes), transform=paper.transform, **(plain | look)))


def draw_striped(paper: Paper, boxes: Sequence[Rectangle], style: int, **look: Any) -> None:
    """Draw rectangles in the colour of a style with its stripes in white, so that they differ in grey too."""
    place = style_of(style)
    draw_boxes(paper, boxes, facecolor=LINE[place], **look)
    for angle in STRIPES[place] or ():
        draw_lines(paper, stripes(boxes, angle), color="white", linewidth=0.7)


def stripes(boxes: Sequence[Rectangle], angle: float, apart: float = 1.3) -> list[tuple[list[float], list[float]]]:
    """Return stripes at an angle, cut at the edges of each box; stripes of neighbours continue each other.

    Parameters
    ----------
    boxes
        Rectangles.
    angle
        Degrees, counter-clockwise from the horizontal.
    apart
        Millimetres between stripes.

    Examples
    --------
    >>> stripes([(0.0, 0.0, 2.0, 3.0)], 0.0, apart=2.0)
    [([0.0, 2.0], [2.0, 2.0])]
    """
    turn = np.deg2rad(angle)
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    out = []
    for left, bottom, right, top in boxes:
        reach = np.array([(left, bottom), (right, bottom), (right, top), (left, top)]) @ across
        first, last = np.floor(reach.min() / apart) + 1, np.ceil(reach.max() / apart) - 1
        for number in np.arange(first, last + 1):
            piece = _within(across * number * apart, along, (left, bottom, right, top))
            if piece is not None:
                out.append(piece)
    return out


def _within(start: Floats, along: Floats, box: Rectangle) -> tuple[list[float], list[float]] | None:
    """Return the part of an endless line inside a box."""
    low, high = -np.inf, np.inf
    for axis in (0, 1):
        if abs(along[axis]) < 1e-9:
            if not box[axis] <= start[axis] <= box[axis + 2]:
                return None
            continue
        ends = sorted((edge - start[axis]) / along[axis] for edge in (box[axis], box[axis + 2]))
        low, high = max(low, ends[0]), min(high, ends[1])
    if high - low < 1e-6:
        return None
    a, b = start + low * along, start + high * along
    return [round(float(a[0]), 6), round(float(b[0]), 6)], [round(float(a[1]), 6), round(float(b[1]), 6)]


def method_mark(style: int, size: float = 4.6) -> dict[str, Any]:
    """Return the look of a session of a method."""
    place = style_of(style)
    return {
        "marker": MARKER[place], "markersize": size, "markerfacecolor": LINE[place], "markeredgecolor": "white",
        "markeredgewidth": 0.6, "linestyle": "none",
    }  # fmt: skip


def method_line(style: int, width: float = 1.0) -> dict[str, Any]:
    """Return the look of a line of a method."""
    place = style_of(style)
    return {"color": LINE[place], "linestyle": DASH[place], "linewidth": width}


def breadth(text: str, size: float = SMALL) -> float:
    """Return the room a text needs in millimetres, also in the widest of the fonts."""
    return 1.12 * text_box(text, size)[0]


def key_rows(keys: Sequence[Key], width: float) -> list[list[tuple[float, Key]]]:
    """Return the rows of a key with the place of each entry from the left."""
    rows: list[list[tuple[float, Key]]] = []
    x = width
    for key in keys:
        need = _SAMPLE + _AFTER + breadth(key.text)
        if not rows or x + need > width:
            rows.append([])
            x = 0.0
        rows[-1].append((x, key))
        x += need + _BETWEEN
    return rows


def draw_key(paper: Paper, keys: Sequence[Key], left: float, top: float, width: float) -> None:
    """Draw a key below ``top``; its height is the number of ``key_rows`` times ``KEY_ROW``."""
    for number, row in enumerate(key_rows(keys, width)):
        y = top - KEY_ROW * (number + 0.5)
        for x, key in row:
            _draw_entry(paper, key, left + x, y)


def _draw_entry(paper: Paper, key: Key, x: float, y: float) -> None:
    box = (x, y - 1.3, x + _SAMPLE, y + 1.3)
    if key.stripes is not None:
        draw_striped(paper, [box], key.stripes)
    elif key.box:
        draw_boxes(paper, [box], **key.box)
    if key.line:
        paper.line([x, x + _SAMPLE], [y, y], **key.line)
    if key.mark:
        draw_marks(paper, [(x + _SAMPLE / 2, y)], **key.mark)
    write(paper, x + _SAMPLE + _AFTER, y, key.text)


def write(paper: Paper, x: float, y: float, words: str, **look: Any) -> None:
    """Write small type centred on the line ``y``; words of the input are never read as formulas."""
    plain: dict[str, Any] = {"fontsize": SMALL, "va": "center_baseline", "parse_math": False}
    paper.text(x, y, words, **(plain | look))


def draw_month_axis(
    paper: Paper,
    ticks: Sequence[int],
    places: Sequence[float],
    bottom: float,
    ends: tuple[float, float],
    label: str = "",
) -> None:
    """Draw a horizontal axis with whole numbers at given places."""
    pieces = [([x, x], [bottom - _TICK, bottom]) for x in places]
    draw_lines(paper, [(list(ends), [bottom, bottom]), *pieces], color=INK, linewidth=0.6)
    for tick, x in zip(ticks, places, strict=True):
        paper.text(x, bottom - 3.8, str(tick), fontsize=SMALL, ha="center")
    if label:
        paper.text(sum(ends) / 2, bottom - 7.6, label, fontsize=NORMAL, ha="center")


def draw_value_axis(
    paper: Paper, labels: Sequence[str], places: Sequence[float], left: float, ends: tuple[float, float],
    label: str = "", room: float = 9.5,
) -> None:  # fmt: skip
    """Draw a vertical axis with labels at given places."""
    pieces = [([left - _TICK, left], [y, y]) for y in places]
    draw_lines(paper, [([left, left], list(ends)), *pieces], color=INK, linewidth=0.6)
    for text, y in zip(labels, places, strict=True):
        write(paper, left - _TICK - 0.7, y, text, ha="right")
    if label:
        paper.text(left - room, sum(ends) / 2, label, fontsize=NORMAL, ha="center", va="center", rotation=90)


def stacked(spans: Sequence[tuple[float, float]], most: int, gap: float = 0.8) -> list[int | None]:
    """Return a row for each span of words so that none touches another; ``None`` where the rows are full.

    Parameters
    ----------
    spans
        Left and right of each, in order of importance.
    most
        Rows there are.
    gap
        Room between two words.

    Examples
    --------
    >>> stacked([(0, 5), (3, 8), (6, 9), (4, 7)], 2)
    [0, 1, 0, None]
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(most)]
    out: list[int | None] = []
    for left, right in spans:
        row = next(
            (i for i, used in enumerate(taken) if all(right + gap <= a or left >= b + gap for a, b in used)), None
        )
        if row is not None:
            taken[row].append((left, right))
        out.append(row)
    return out


def shortened(text: str, width: float, size: float = SMALL) -> str:
    """Return as much of a text as fits a width, with a full stop where it was cut; empty where not even that fits.

    Examples
    --------
    >>> shortened("gemcitabine + docetaxel", 60.0), shortened("gemcitabine + docetaxel", 12.0), shortened("x", 1.0)
    ('gemcitabine + docetaxel', 'gemcita.', '')
    """
    if breadth(text, size) <= width:
        return text
    for end in range(len(text) - 1, 2, -1):
        cut = text[:end].rstrip(" +/-,") + "."
        if breadth(cut, size) <= width:
            return cut
    return ""
