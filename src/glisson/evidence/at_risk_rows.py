"""Rows of numbers at risk under the time axis of a vector figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from glisson.evidence.drawing import Drawing, Word
from glisson.evidence.step_curves import axes_of, number_of

#: How far from its tick a number may begin, as a share of the distance between ticks, and how level a row must be.
_NEAR, _ROW = 0.45, 0.006
_LEAST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRiskRow:
    """A row of whole numbers that never rise.

    Parameters
    ----------
    label
        What stands to its left, if anything.
    numbers
        (time, number at risk).
    """

    label: str
    numbers: tuple[tuple[float, int], ...]


def at_risk_rows(drawing: Drawing) -> tuple[AtRiskRow, ...]:
    """Find rows that can be numbers at risk, from the top.

    Parameters
    ----------
    drawing
        Lines and words.

    Returns
    -------
    tuple of AtRiskRow
        None where the time axis has no labels. A row has a whole number at the first tick, and never rises. Numbers
        of events that never rise would be a row, too: look at the label.

    Examples
    --------
    >>> at_risk_rows(Drawing(strokes=(), words=()))
    ()
    """
    axes = axes_of(drawing)
    if axes.x is None or len(axes.x_ticks) < _LEAST:
        return ()
    size, ticks = drawing.size, axes.x_ticks
    apart = float(np.diff(ticks).min())
    lines: dict[int, list[Word]] = defaultdict(list)
    for word in drawing.words:
        lines[round(word.y / (_ROW * size))].append(word)
    scaled = np.round(axes.x(ticks), 6) + 0.0  # no minus before 0
    out = []
    for key in sorted(lines, reverse=True):
        row = sorted(lines[key], key=lambda w: w.x)
        numbers: dict[int, int] = {}
        for word in row:
            value = number_of(word.text)
            place = int(np.abs(ticks - word.x).argmin())
            if value is None or value != int(value) or abs(ticks[place] - word.x) > _NEAR * apart:
                continue
            numbers.setdefault(place, int(value))
        values = [numbers[i] for i in sorted(numbers)]
        rising = any(b > a for a, b in pairwise(values))
        if 0 not in numbers or len(values) < _LEAST or rising or values[0] == 0:
            continue
        words = " ".join(w.text for w in row if number_of(w.text) is None and w.x < ticks[0])
        out.append(AtRiskRow(label=words, numbers=tuple((float(scaled[i]), numbers[i]) for i in sorted(numbers))))
    return tuple(out)
