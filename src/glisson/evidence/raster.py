"""A Kaplan-Meier curve from the pixels of a picture, by its colour."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError
from glisson.evidence.step_curves import Scale

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: How far a pixel may be from the colour of the curve: a share of the distance from black to white.
_ALIKE = 0.18
#: A run of pixels this many times as high as the line is thick is a step or a mark, not a level.
_TALL = 1.6
#: Columns without the colour (a dash, a crossing) that a curve may leap, as a share of the width of the axes.
_LEAP = 0.06
#: How far apart two colours are that the list of colours tells apart, in steps of 256.
_COARSE = 32


def colors_in(path: Path | str) -> tuple[tuple[str, int], ...]:
    """Return the colours of a picture that are not grey, with their pixels, most first.

    Parameters
    ----------
    path
        A PNG file.
    """
    pixels = _pixels(Path(path))
    lively = pixels.max(axis=2).astype(np.int64) - pixels.min(axis=2) > 60
    coarse = Counter(map(tuple, (pixels[lively] // _COARSE).tolist()))
    out = []
    for key, count in coarse.most_common(6):
        own = pixels[lively][np.all(pixels[lively] // _COARSE == key, axis=1)]
        usual = Counter(map(tuple, own.tolist())).most_common(1)[0][0]
        out.append(("#" + "".join(f"{v:02x}" for v in usual), count))
    return tuple(out)


def read_raster(path: Path | str, color: str, x: Scale, y: Scale) -> tuple[Floats, Floats]:
    """Read the curve of one colour.

    Parameters
    ----------
    path
        A PNG file.
    color
        ``"#rrggbb"``.
    x, y
        What pixel columns and rows (from the upper left corner) mean, from two reference points each.

    Returns
    -------
    time, survival
        Shape (k,): both corners of each step.

    Raises
    ------
    InputError
        If the colour is none, or nothing of it lies between the axes.

    Notes
    -----
    The level of a column is the middle of the line there. Where the line is higher than it is thick it is a step or a
    censoring mark; which of them, the next level tells. A level is the mean over its columns.
    """
    wanted = _rgb(color)
    pixels = _pixels(Path(path))
    apart = np.sqrt(((pixels.astype(np.float64) - wanted) ** 2).mean(axis=2)) / 255
    first = max(0, round(-x.start / x.slope))
    top, bottom = sorted((round((1.0 - y.start) / y.slope), round(-y.start / y.slope)))
    lively = np.ptp(pixels.astype(np.int64), axis=2)
    alike = (apart <= _ALIKE) & (lively >= 0.4 * np.ptp(wanted))  # axes and letters are grey or black
    alike[: max(top - 3, 0)] = False
    alike[bottom + 4 :] = False
    alike[:, :first] = False
    if not alike.any():
        raise InputError(
            f"{Path(path).name} has no {color} between the reference points",
            expected=f"one of the colours of its curves, e.g. {', '.join(c for c, _ in colors_in(path)[:4]) or 'none'}",
            todo="name the colour, and check the reference points",
        )
    columns, levels = _traced(alike, first, (1.0 - y.start) / y.slope)
    places, heights = _as_steps(columns, levels)
    return np.maximum(x(places), 0.0), np.clip(y(heights), 0.0, 1.0)


def _traced(alike: Bools, first: int, begin: float) -> tuple[Floats, Floats]:
    """Return the columns at which the line is level, and its row there, following it from the left."""
    runs = {c: _runs(alike[:, c]) for c in range(first, alike.shape[1]) if alike[:, c].any()}
    thick = float(np.median([high - low + 1 for pieces in runs.values() for low, high in pieces]))
    thick = min(thick, 12.0)
    leap = max(8.0, _LEAP * (alike.shape[1] - first))
    level, last = begin, float(first)
    columns, levels, fallen = [last], [level], level
    for c, pieces in runs.items():
        # At the beginning a curve may lie under another one for long.
        if c - last > leap and len(columns) > 1:
            break
        # After an upright piece the curve goes on at its foot; R sets a mark of censoring half-way up.
        low, high = min(pieces, key=lambda p: _away(p, fallen))
        # A curve never rises, and does not leap where it is drawn without a gap.
        if (low + high) / 2 < level - 2 * thick and high < level - thick:
            continue
        last = float(c)
        if high - low + 1 <= _TALL * thick + 1:
            level = (low + high) / 2
            columns.append(float(c))
            levels.append(level)
            fallen = level
        elif low >= level - thick:  # a mark would stand out above the line, too
            fallen = max(fallen, high - (thick - 1) / 2)
    return np.array([*columns, last]), np.array([*levels, fallen])


def _away(piece: tuple[int, int], level: float) -> float:
    low, high = piece
    return max(low - level, level - high, 0.0)


def _runs(column: Bools) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], column.astype(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _as_steps(columns: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Return both corners of each step; small wavering of a level is evened out."""
    lowest = np.maximum.accumulate(levels)
    new = np.flatnonzero(np.diff(lowest) > 0.75) + 1
    starts = np.append(0, new)
    ends = np.append(new, len(levels))
    mean = np.array([levels[a:b].mean() for a, b in zip(starts, ends, strict=True)])
    places, heights = [columns[0]], [mean[0]]
    for a, before, after in zip(new, mean[:-1], mean[1:], strict=True):
        step = (columns[a - 1] + columns[a]) / 2 if a > 1 else columns[a]
        places += [step, step]
        heights += [before, after]
    return np.array([*places, columns[-1]]), np.array([*heights, mean[-1]])


def _pixels(path: Path) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - only pictures need it

    try:
        with Image.open(path) as image:
            paper = Image.new("RGBA", image.size, "white")
            return np.asarray(Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise InputError(f"{path.name} cannot be read as a picture ({error})", todo="save it as PNG") from None


def _rgb(color: str) -> Floats:
    word = color.strip().lstrip("#")
    try:
        if len(word) != 6:
            raise ValueError
        return np.array([int(word[i : i + 2], 16) for i in (0, 2, 4)], dtype=np.float64)
    except ValueError:
        raise InputError(f"colour {color!r}", expected="six digits as #12355b") from None
