"""A vector figure as lines and words on a page: what SVG and PDF files have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: (a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f, as in SVG and PDF.
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_NAMES = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff",
    "grey": "#808080", "gray": "#808080", "orange": "#ffa500", "purple": "#800080", "cyan": "#00ffff",
    "magenta": "#ff00ff", "yellow": "#ffff00", "brown": "#a52a2a", "navy": "#000080", "teal": "#008080",
    "maroon": "#800000", "lime": "#00ff00", "darkgreen": "#006400", "steelblue": "#4682b4", "firebrick": "#b22222",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stroke:
    """One line, in the coordinates of the page with y upwards.

    Parameters
    ----------
    x, y
        Shape (k,).
    color
        ``"#rrggbb"``, or the words of the file.
    straight
        Whether it has straight pieces only, and is not closed.
    """

    x: Floats
    y: Floats
    color: str
    straight: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A piece of text and where it begins."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """Everything that was drawn."""

    strokes: tuple[Stroke, ...]
    words: tuple[Word, ...]

    @property
    def size(self) -> float:
        """The longer side of what is drawn."""
        if not self.strokes:
            return 1.0
        x = np.concatenate([s.x for s in self.strokes])
        y = np.concatenate([s.y for s in self.strokes])
        return float(max(np.ptp(x), np.ptp(y))) or 1.0


def combined(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the matrix that applies ``inner`` first.

    Examples
    --------
    >>> combined((2, 0, 0, 2, 0, 0), (1, 0, 0, 1, 3, 4))
    (2, 0, 0, 2, 6, 8)
    """
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def moved(matrix: Matrix, points: Sequence[tuple[float, float]]) -> tuple[Floats, Floats]:
    """Return points as a matrix moves them.

    Examples
    --------
    >>> x, y = moved((1, 0, 0, -1, 5, 0), [(1.0, 2.0)])
    >>> x.tolist(), y.tolist()
    ([6.0], [-2.0])
    """
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    a, b, c, d, e, f = matrix
    return a * at[:, 0] + c * at[:, 1] + e, b * at[:, 0] + d * at[:, 1] + f


def color_code(text: str) -> str:
    """Return a colour as ``#rrggbb``, or the words where they are not understood.

    Examples
    --------
    >>> color_code("rgb(100%, 0%, 0%)"), color_code("#1AF"), color_code("Navy"), color_code("rgb(18,53,91)")
    ('#ff0000', '#11aaff', '#000080', '#12355b')
    """
    word = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", word):
        return "#" + "".join(2 * ch for ch in word[1:])
    found = re.fullmatch(r"rgba?\(([^)]*)\)", word)
    if found:
        parts = re.split(r"[,\s]+", found[1].strip())[:3]
        values = [float(p[:-1]) * 2.55 if p.endswith("%") else float(p) for p in parts]
        return hex_color([v / 255 for v in values])
    return _NAMES.get(word, word)


def hex_color(parts: Sequence[float]) -> str:
    """Return ``#rrggbb`` for red, green and blue from 0 to 1; one part is grey, four are cyan to black.

    Examples
    --------
    >>> hex_color([1, 0, 0]), hex_color([0.5]), hex_color([0, 1, 1, 0])
    ('#ff0000', '#808080', '#ff0000')
    """
    values = list(parts)
    if len(values) == 1:
        values = values * 3
    elif len(values) == 4:
        values = [(1 - v) * (1 - values[3]) for v in values[:3]]
    return "#" + "".join(f"{round(255 * min(max(v, 0.0), 1.0)):02x}" for v in values[:3])
