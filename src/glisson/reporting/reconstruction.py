"""Writing a reconstruction into a folder: times, points, quality, estimates and a figure; complete or not at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from glisson.clinical.whole_folder import check_folder, save, whole_folder
from glisson.evidence.curve_files import points_csv, times_csv
from glisson.evidence.readings import readings_csv
from glisson.evidence.reconstruct import METHOD_LABEL, Reconstruction
from glisson.evidence.redigitise import with_reading_error
from glisson.methods.survival import kaplan_meier
from glisson.present.figures.reconstruction import ReconstructionFigure, reconstruction_figure
from glisson.present.words import DAYS_PER_MONTH
from glisson.tables import Estimate, Estimates

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written.

    Parameters
    ----------
    files
        Names in the folder.
    summary
        The estimates in words.
    """

    files: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    name: str
    title: str
    alt: str
    data: ReconstructionFigure


def check_reconstruction(out: Path, *, force: bool) -> None:
    """Refuse, before any work is done, a folder that could not be written.

    Raises
    ------
    InputError
        If it holds something else, or an earlier reconstruction and ``force`` is not given.
    """
    check_folder(out, manifest=MANIFEST, what="reconstruction", force=force)


def write_reconstruction(
    made: Reconstruction,
    out: Path | str,
    *,
    draws: int = 1000,
    seed: int = 20120101,
    error: float = 0.005,
    origin: str = "",
    force: bool = False,
) -> Written:
    """Write a reconstruction.

    Parameters
    ----------
    made
        What was reconstructed.
    out
        Folder; it appears when everything in it is complete.
    draws, seed, error
        Readings with error for the intervals, as in ``with_reading_error``; with 0 draws intervals are of the
        reconstructed patients alone.
    origin
        From which day the curve counts. Where it is given, ``readings.csv`` holds the patients as the curve was read,
        and as further readings with error give them, for ``glisson compare --control``.
    force
        Replace an earlier reconstruction.

    Returns
    -------
    Written
        ``times.csv`` (days, event), ``points.csv`` (as cleaned), ``quality.txt``, ``reconstruction.json``, the
        figure as SVG, PDF and PNG, and ``manifest.json``.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    target = Path(out)
    check_reconstruction(target, force=force)
    rows = with_reading_error(made, draws=draws, seed=seed, error=error) if draws else kaplan_meier(made.endpoint)
    summary = _summary(rows)
    with whole_folder(target) as folder:
        save(folder / "times.csv", times_csv(made))
        if origin:
            save(folder / "readings.csv", readings_csv(made, origin=origin, seed=seed, error=error))
        save(folder / "points.csv", points_csv(made.points.time, made.points.survival))
        save(folder / "quality.txt", f"{made}\n\n{summary}\n")
        save(folder / "reconstruction.json", _json(made, rows))
        _save_figure(made, folder)
        names = sorted(p.name for p in folder.iterdir())
        outputs = [{"path": n, "sha256": hashlib.sha256((folder / n).read_bytes()).hexdigest()} for n in names]
        save(folder / MANIFEST, _text({"outputs": outputs, "versions": {"glisson": version("glisson")}, "seed": seed}))
    return Written(files=(*names, MANIFEST), summary=summary)


def _save_figure(made: Reconstruction, folder: Path) -> None:
    from glisson.present.figures.render import render_all  # noqa: PLC0415 - half a second that only drawing needs

    data = reconstruction_figure(made)
    alt = f"Reconstructed Kaplan-Meier curve over the points read. {'. '.join(data.foot)}."
    block = _Block(name="reconstruction", title=data.title, alt=alt, data=data)
    kinds = ("svg", "pdf", "png")
    drawn = render_all([block], kinds=kinds)[block.name]
    for ending in kinds:
        save(folder / f"{block.name}.{ending}", getattr(drawn, ending))


def _json(made: Reconstruction, rows: Estimates) -> str:
    return _text(
        {
            "name": made.endpoint.name, "label": made.endpoint.label, "source": made.endpoint.source_label,
            "source_kind": made.endpoint.source_kind, "method": METHOD_LABEL[made.method], "unit": made.unit,
            "quality": asdict(made.quality), "notes": list(made.notes), "estimates": rows.to_dicts(),
        }
    )  # fmt: skip


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _summary(rows: Estimates) -> str:
    """Return the median in months, and what its limits hold."""
    row = rows.one("median")
    level = f"{row.level:.0%}" if row.level is not None else ""
    value = row.reason if row.value is None else f"{row.value / DAYS_PER_MONTH:.1f} months"
    limits = f" ({level} interval {_months(row, 'low')} to {_months(row, 'high')})" if level else ""
    return f"Median {value}{limits}\n{row.method}" + (f"; {row.warning}" if row.warning else "")


def _months(row: Estimate, side: str) -> str:
    value = getattr(row, side)
    return "not reached" if value is None else f"{value / DAYS_PER_MONTH:.1f}"
