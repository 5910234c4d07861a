"""The points of a Kaplan-Meier curve from a figure: SVG, a page of PDF, or PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError, SettingsError
from glisson.evidence.at_risk_rows import AtRiskRow, at_risk_rows
from glisson.evidence.drawing import Drawing
from glisson.evidence.step_curves import Candidate, Scale, axes_of, candidates, number_of, read_curve, scale_from

Floats = NDArray[np.float64]
VECTOR, RASTER = (".svg", ".pdf"), (".png",)


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Reference points of the axes, each ``PLACE=VALUE``, or ``VALUE`` alone for the first and the last tick.

    Parameters
    ----------
    x0, x1, y0, y1
        Places are in the file's own coordinates: pixels from the upper left corner in PNG, units of the file in SVG
        and PDF. Empty where labels of the figure are to be read.
    """

    x0: str = ""
    x1: str = ""
    y0: str = ""
    y1: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Digitised:
    """A curve as points.

    Parameters
    ----------
    time, survival
        Shape (k,): both corners of each step, in the unit of the axis, and as shares.
    said
        What was read, and how the axes were understood, in words.
    """

    time: Floats
    survival: Floats
    said: tuple[str, ...]


def curves_in(path: Path | str, *, page: int = 1) -> tuple[Candidate, ...]:
    """Return the step curves of a vector figure, those with most steps first.

    Parameters
    ----------
    path
        SVG or PDF.
    page
        Of a PDF, counted from 1.

    Raises
    ------
    InputError
        If the file cannot be read.
    NotSupportedError
        If it is PDF, and pypdf is not installed.
    """
    return candidates(_drawing(Path(path), page))


def at_risk_in(path: Path | str, *, page: int = 1) -> tuple[AtRiskRow, ...]:
    """Return the rows of numbers at risk of a vector figure, from the top.

    Parameters
    ----------
    path, page
        As in ``curves_in``.
    """
    return at_risk_rows(_drawing(Path(path), page))


def digitise(
    path: Path | str,
    *,
    curve: int | None = None,
    color: str = "",
    page: int = 1,
    references: References = References(),
) -> Digitised:
    """Read one curve of a figure.

    Parameters
    ----------
    path
        SVG, PDF or PNG.
    curve
        Which of ``curves_in``, counted from 1. It may be left out where there is only one.
    color
        ``"#rrggbb"``: needed for PNG; in other figures another way to choose a curve.
    page
        Of a PDF, counted from 1.
    references
        Reference points of the axes: needed for PNG, and where a figure has no labels that can be read.

    Returns
    -------
    Digitised
        Points to give to ``reconstruct``.

    Raises
    ------
    InputError
        If there is no such curve, or an axis cannot be understood.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix in RASTER:
        return _from_raster(file, color, references)
    drawing = _drawing(file, page)
    found = candidates(drawing)
    chosen = _chosen(found, curve, color, file)
    axes = axes_of(drawing)
    sign = -1.0 if suffix == ".svg" else 1.0
    x = _scale("x", (references.x0, references.x1), axes.x_ticks, axes.x, 1.0)
    y = _scale("y", (references.y0, references.y1), axes.y_ticks, axes.y, sign)
    time, survival = read_curve(chosen, x, y)
    said = [
        f"curve {found.index(chosen) + 1} of {len(found)}: {chosen.stroke.color}, {chosen.steps} steps",
        f"time axis from {x.said}, survival axis from {y.said}",
    ]
    if not chosen.falling:
        said.append("the curve rises: taken as 1 - survival")
    return Digitised(time=time, survival=survival, said=tuple(said))


def listed(found: Sequence[Candidate]) -> str:
    """Return the curves of a figure in words, one a line.

    Parameters
    ----------
    found
        From ``curves_in``.
    """
    rows = [
        f"{i:>3}  {c.stroke.color}  {c.steps:>4} steps  "
        f"from ({c.stroke.x[0]:.1f}, {abs(c.stroke.y[0]):.1f}) to ({c.stroke.x[-1]:.1f}, {abs(c.stroke.y[-1]):.1f})"
        f"  {'falls' if c.falling else 'rises'}"
        for i, c in enumerate(found, start=1)
    ]
    return "\n".join(rows)


def listed_rows(rows: Sequence[AtRiskRow]) -> str:
    """Return rows of numbers at risk in words, one a line.

    Parameters
    ----------
    rows
        From ``at_risk_in``.
    """
    return "\n".join(
        f"{i:>3}  {row.label}: " + " ".join(f"{k} at {t:g}," for t, k in row.numbers).rstrip(",")
        for i, row in enumerate(rows, start=1)
    )


def _drawing(file: Path, page: int) -> Drawing:
    suffix = file.suffix.lower()
    if not file.exists():
        raise InputError(f"no file {file.name}", todo="check the name")
    if suffix == ".svg":
        from glisson.evidence.drawing_svg import read_svg  # noqa: PLC0415 - only the reader that is needed

        return read_svg(file)
    if suffix == ".pdf":
        from glisson.evidence.drawing_pdf import read_pdf  # noqa: PLC0415

        return read_pdf(file, page)
    raise InputError(f"{file.name} is no figure that can be read", expected="SVG, PDF or PNG")


def _chosen(found: Sequence[Candidate], curve: int | None, color: str, file: Path) -> Candidate:
    if not found:
        raise InputError(
            f"{file.name} has no step curve",
            expected="a line of level and upright pieces, drawn as a line",
            todo="if it is a picture inside the file, save it as PNG; else read points by hand and give a CSV file",
        )
    if color:
        fits = [c for c in found if c.stroke.color == color.lower()]
        if len(fits) == 1 or (fits and curve is None):
            return fits[0]
        if not fits:
            raise InputError(f"{file.name} has no step curve of {color}", expected="one of:\n" + listed(found))
    if curve is None:
        if len(found) == 1:
            return found[0]
        raise InputError(f"{file.name} has {len(found)} step curves:\n{listed(found)}", todo="choose one (--curve 1)")
    if not 1 <= curve <= len(found):
        raise InputError(f"no curve {curve}", expected=f"one of:\n{listed(found)}")
    return found[curve - 1]


def _from_raster(file: Path, color: str, references: References) -> Digitised:
    from glisson.evidence.raster import colors_in, read_raster  # noqa: PLC0415 - only pictures need it

    if not file.exists():
        raise InputError(f"no file {file.name}", todo="check the name")
    if not color:
        found = ", ".join(f"{c} ({count} pixels)" for c, count in colors_in(file)) or "none but grey"
        raise InputError(f"{file.name} needs the colour of the curve; it has {found}", todo="choose one (--color)")
    nothing = np.zeros(0)
    x = _scale("x", (references.x0, references.x1), nothing, None, 1.0)
    y = _scale("y", (references.y0, references.y1), nothing, None, 1.0)
    if abs(float(y(np.array([0.0]))[0])) > 2:
        y = Scale(start=y.start / 100, slope=y.slope / 100, said=y.said)
    time, survival = read_raster(file, color, x, y)
    return Digitised(time=time, survival=survival, said=(f"the line of {color}", "both axes from reference points"))


def _scale(name: str, given: tuple[str, str], ticks: Floats, labelled: Scale | None, sign: float) -> Scale:
    """Return the scale of an axis from its reference points, else from its labels."""
    if not any(given):
        if labelled is not None:
            return labelled
        raise InputError(
            f"no labels of the {name} axis can be read" + (f"; it has {len(ticks)} ticks" if len(ticks) else ""),
            expected="two reference points",
            todo=f"give --{name}0 and --{name}1 as PLACE=VALUE"
            + (", or the values of the first and the last tick" if len(ticks) else ""),
        )
    if not all(given):
        raise SettingsError(f"one reference point of the {name} axis", expected=f"both --{name}0 and --{name}1")
    ends = (ticks[0], ticks[-1]) if len(ticks) > 1 else (None, None)
    first, second = (_reference(name, text, end, sign) for text, end in zip(given, ends, strict=True))
    return scale_from(first, second, name)


def _reference(name: str, text: str, tick: float | None, sign: float) -> tuple[float, float]:
    place, equals, value = text.rpartition("=")
    meaning, at = number_of(value), number_of(place)
    if meaning is None or (equals and at is None) or (not equals and tick is None):
        raise SettingsError(f"reference point {text!r} of the {name} axis", expected="PLACE=VALUE, e.g. 120=0")
    if not equals:
        return float(tick or 0.0), meaning
    return sign * float(at or 0.0), meaning
