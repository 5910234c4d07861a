"""Step curves and axes of a vector figure: which lines can be Kaplan-Meier curves, and what their corners mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError
from glisson.evidence.drawing import Drawing, Stroke, Word

Floats = NDArray[np.float64]

#: How far a level line may be from level, and ends of two pieces apart, as a share of the figure's size.
_LEVEL, _TOUCH = 5e-4, 2e-3
#: Longest tick and farthest label, as shares of the figure's size.
_TICK, _NEAR = 0.04, 0.12
#: Height from which a single step at the left end is an axis, as a share of the figure's size.
_FRAME = 0.25
#: Lines of one kind from which they are ticks.
_SEVERAL = 3
#: Largest misfit of labels to a straight scale, as a share of its length.
_STRAIGHT = 0.01
_NUMERIC = re.compile(r"[-−–]?\d+(?:[.,]\d+)?\s*%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What a place along an axis means: ``value = start + slope * place``.

    Parameters
    ----------
    start, slope
        Of the straight line.
    said
        Where it comes from, in words.
    """

    start: float
    slope: float
    said: str

    def __call__(self, place: Floats) -> Floats:
        """Return values."""
        return self.start + self.slope * place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A line that can be a Kaplan-Meier curve.

    Parameters
    ----------
    stroke
        Its corners, from left to right.
    steps
        How often it falls or rises.
    falling
        Whether it falls, as survival does.
    """

    stroke: Stroke
    steps: int
    falling: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axes:
    """Ticks of both axes, in page coordinates, and the scales where labels were found.

    Parameters
    ----------
    x_ticks, y_ticks
        Where ticks stand, in order.
    x, y
        ``None`` where there are no labels.
    """

    x_ticks: Floats
    y_ticks: Floats
    x: Scale | None
    y: Scale | None


def candidates(drawing: Drawing) -> tuple[Candidate, ...]:
    """Return the step curves of a figure, those with most steps first.

    Parameters
    ----------
    drawing
        Lines and words.

    Returns
    -------
    tuple of Candidate
        Lines of level and upright pieces that never turn back, joined where one ends where another of its colour
        begins. Frames, ticks and censoring marks are none.

    Examples
    --------
    >>> x, y = np.array([0.0, 4, 4, 9]), np.array([10.0, 10, 5, 5])
    >>> [c.steps for c in candidates(Drawing(strokes=(Stroke(x=x, y=y, color="#000000"),), words=()))]
    [1]
    """
    size = drawing.size
    lines = _without_ticks([s for s in drawing.strokes if s.straight], size)
    pieces = [s for s in (_oriented(s, _LEVEL * size) for s in lines) if s is not None]
    out = []
    for stroke in _joined(pieces, _TOUCH * size):
        x, y = _corners(stroke, _LEVEL * size)
        rises = np.diff(y)
        upright = np.flatnonzero(np.abs(rises) > 0)
        inside = upright[(x[upright] > x[0]) & (x[upright] < x[-1])] if len(x) else upright
        if inside.size and (np.all(rises <= 0) or np.all(rises >= 0)) and not _is_frame(x, y, size):
            falling = bool(np.all(rises <= 0))
            made = Stroke(x=x, y=y, color=stroke.color)
            out.append(Candidate(stroke=made, steps=len(upright), falling=falling))
    return tuple(sorted(out, key=lambda c: (-c.steps, float(c.stroke.x[0]))))


def axes_of(drawing: Drawing) -> Axes:
    """Find ticks and their labels.

    Parameters
    ----------
    drawing
        Lines and words.

    Returns
    -------
    Axes
        The scale of an axis is there where at least two of its ticks have numbers that lie on a straight line.
    """
    size = drawing.size
    ticks = [s for s in drawing.strokes if s.straight and len(s.x) == 2 and _extent(s) < _TICK * size]
    upright = [(float(s.x[0]), *sorted(s.y.tolist())) for s in ticks if abs(s.x[1] - s.x[0]) < _LEVEL * size]
    level = [(float(s.y[0]), *sorted(s.x.tolist())) for s in ticks if abs(s.y[1] - s.y[0]) < _LEVEL * size]
    x_rows, y_rows = _rows(upright, _LEVEL * size), _rows(level, _LEVEL * size)
    numbers = [(w, value) for w in drawing.words if (value := number_of(w.text)) is not None]
    x_ticks, x = _axis(x_rows, numbers, size, upright=True)
    y_ticks, y = _axis(y_rows, numbers, size, upright=False)
    return Axes(x_ticks=x_ticks, y_ticks=y_ticks, x=x, y=y)


def read_curve(candidate: Candidate, x: Scale, y: Scale) -> tuple[Floats, Floats]:
    """Return time and survival at the corners of a curve; a rising one is turned over.

    Parameters
    ----------
    candidate
        The curve.
    x, y
        What places mean. Survival that begins near 100 is taken as per cent, for it can be nothing else.

    Returns
    -------
    time, survival
        Shape (k,).
    """
    time, value = x(candidate.stroke.x), y(candidate.stroke.y)
    if float(np.abs(value).max()) > 2:
        value = value / 100
    return time, value if candidate.falling else 1 - value


def scale_from(first: tuple[float, float], second: tuple[float, float], name: str) -> Scale:
    """Return the scale through two reference points.

    Parameters
    ----------
    first, second
        (place, value).
    name
        Of the axis.

    Raises
    ------
    InputError
        If the two are at one place, or mean the same.

    Examples
    --------
    >>> float(scale_from((100.0, 0.0), (300.0, 12.0), "x")(np.array([200.0]))[0])
    6.0
    """
    if first[0] == second[0] or first[1] == second[1]:
        raise InputError(
            f"reference points {first[0]:g}={first[1]:g} and {second[0]:g}={second[1]:g} of the {name} axis",
            expected="two places with two values",
        )
    slope = (second[1] - first[1]) / (second[0] - first[0])
    return Scale(start=first[1] - slope * first[0], slope=slope, said="reference points")


def number_of(text: str) -> float | None:
    """Return the number that a label is, if it is one.

    Examples
    --------
    >>> number_of("0,5"), number_of("50 %"), number_of("−2"), number_of("Months"), number_of("12 mo")
    (0.5, 50.0, -2.0, None, None)
    """
    word = text.strip()
    if not _NUMERIC.fullmatch(word):
        return None
    plain = word.rstrip("% ").replace("−", "-").replace("–", "-").replace(",", ".")
    return float(plain)


def _oriented(stroke: Stroke, tolerance: float) -> Stroke | None:
    """Return a line of level and upright pieces from left to right; nothing if it has others, or turns back."""
    x, y = (stroke.x, stroke.y) if stroke.x[-1] >= stroke.x[0] else (stroke.x[::-1], stroke.y[::-1])
    dx, dy = np.diff(x), np.diff(y)
    if np.any((np.abs(dx) > tolerance) & (np.abs(dy) > tolerance)) or np.any(dx < -tolerance):
        return None
    steps = dy[np.abs(dy) > tolerance]
    if np.any(steps > 0) and np.any(steps < 0):
        return None
    return Stroke(x=x, y=y, color=stroke.color)


def _joined(pieces: Sequence[Stroke], touch: float) -> list[Stroke]:
    """Join pieces of one colour end to beginning."""
    groups: dict[str, list[Stroke]] = defaultdict(list)
    for piece in pieces:
        groups[piece.color].append(piece)
    out = []
    for color, group in groups.items():
        rest = sorted(group, key=lambda s: (float(s.x[0]), float(s.x[-1])))
        # Marks and ticks are short and upright on the line; only pieces that lead on are joined.
        chains: list[list[Stroke]] = []
        for piece in rest:
            home = next((c for c in chains if _continues(c[-1], piece, touch)), None)
            if home is None:
                chains.append([piece])
            else:
                home.append(piece)
        for chain in chains:
            x, y = (np.concatenate([getattr(s, axis) for s in chain]) for axis in ("x", "y"))
            out.append(Stroke(x=x, y=y, color=color))
    return out


def _continues(first: Stroke, second: Stroke, touch: float) -> bool:
    if np.hypot(second.x[0] - first.x[-1], second.y[0] - first.y[-1]) > touch:
        return False
    one, other = _direction(first), _direction(second)
    return one * other >= 0


def _direction(stroke: Stroke) -> int:
    rise = float(stroke.y[-1] - stroke.y[0])
    return int(np.sign(rise)) if abs(rise) > 1e-9 else 0


def _corners(stroke: Stroke, tolerance: float) -> tuple[Floats, Floats]:
    """Return the corners with exactly level and upright pieces, each once."""
    x, y = stroke.x.copy(), stroke.y.copy()
    for i in range(1, len(x)):
        if abs(x[i] - x[i - 1]) <= tolerance:
            x[i] = x[i - 1]
        if abs(y[i] - y[i - 1]) <= tolerance and x[i] != x[i - 1]:
            y[i] = y[i - 1]
    keep = np.append(True, (np.diff(x) != 0) | (np.diff(y) != 0))
    return x[keep], y[keep]


def _without_ticks(strokes: Sequence[Stroke], size: float) -> list[Stroke]:
    """Leave out short lines of which several begin and end at the same distance from an axis.

    A tick at survival 1 would else be taken as the beginning of a curve.
    """
    groups: dict[tuple[bool, int, int], list[int]] = defaultdict(list)
    for i, s in enumerate(strokes):
        if len(s.x) != 2 or _extent(s) >= _TICK * size:
            continue
        level = abs(s.y[1] - s.y[0]) < _LEVEL * size
        ends = sorted((s.x if level else s.y).tolist())
        groups[level, round(ends[0] / (4 * _LEVEL * size)), round(ends[1] / (4 * _LEVEL * size))].append(i)
    ticks = {i for group in groups.values() if len(group) >= _SEVERAL for i in group}
    return [s for i, s in enumerate(strokes) if i not in ticks]


def _is_frame(x: Floats, y: Floats, size: float) -> bool:
    """Whether it is a tick and the axes that go on from it."""
    return len(x) == 4 and x[1] - x[0] < _TICK * size and abs(y[2] - y[1]) > _FRAME * size


def _extent(stroke: Stroke) -> float:
    return float(max(np.ptp(stroke.x), np.ptp(stroke.y)))


def _rows(ticks: Sequence[tuple[float, float, float]], tolerance: float) -> list[Floats]:
    """Group ticks that begin and end at the same distance from the axis; return where each group's stand."""
    groups: dict[tuple[int, int], list[float]] = defaultdict(list)
    for place, low, high in ticks:
        groups[round(low / (4 * tolerance)), round(high / (4 * tolerance))].append(place)
    merged = [np.unique(np.round(g, 6)) for g in groups.values()]
    return [_apart(g, tolerance) for g in merged if len(g) >= 2]


def _apart(places: Floats, tolerance: float) -> Floats:
    out: Floats = places[np.append(True, np.diff(places) > tolerance)]
    return out


def _axis(
    rows: Sequence[Floats], numbers: Sequence[tuple[Word, float]], size: float, *, upright: bool
) -> tuple[Floats, Scale | None]:
    """Return the ticks of one axis and its scale: the row of ticks whose labels lie best on a straight line."""
    found: list[tuple[int, bool, Floats, Scale]] = []
    lines: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for word, value in numbers:
        across, along = (word.y, word.x) if upright else (word.x, word.y)
        lines[round(across / (0.004 * size))].append((along, value))
    # Labels of an upright axis end at one place, but begin where their length has them, so all are tried together too.
    labels = [*lines.values(), *([] if upright else [[(w.y, v) for w, v in numbers]])]
    for ticks in rows:
        for row in labels:
            pair = _paired(ticks, row, size)
            if pair is None:
                continue
            places, values = pair
            slope, start = np.polyfit(places, values, 1)
            off = float(np.abs(start + slope * places - values).max() / max(np.ptp(values), 1e-12))
            if off < _STRAIGHT:
                scale = Scale(start=float(start), slope=float(slope), said=f"{len(places)} labelled ticks")
                found.append((len(places), len(row) == len(ticks), ticks, scale))
    if found:
        _, _, ticks, scale = max(found, key=lambda f: f[:2])
        return ticks, scale
    longest = max(rows, key=len, default=np.zeros(0))
    return longest, None


def _paired(ticks: Floats, row: Sequence[tuple[float, float]], size: float) -> tuple[Floats, Floats] | None:
    """Give each label its tick: in order where there are as many, else the nearest."""
    row = sorted(row)
    along, values = np.array([a for a, _ in row]), np.array([v for _, v in row])
    if len(row) < 2:
        return None
    if len(row) == len(ticks):
        places = ticks
    else:
        nearest = np.abs(along[:, None] - ticks[None, :]).argmin(axis=1)
        near = np.abs(along - ticks[nearest]) < _NEAR * size / 4
        first = np.append(True, np.diff(nearest) > 0)
        places, values = ticks[nearest[near & first]], values[near & first]
    rising = np.diff(values)
    if len(places) < 2 or not (np.all(rising > 0) or np.all(rising < 0)):
        return None
    return places, values
