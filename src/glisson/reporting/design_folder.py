"""Writing a planned trial into a folder: page, Word, PDF, figures and results.json; complete or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from glisson.clinical.whole_folder import check_folder, save, whole_folder
from glisson.design.plan import Assumption
from glisson.design.planning import Planned
from glisson.design.simulation_file import Simulation
from glisson.present.document import Document
from glisson.reporting.pdf import can_write_pdf
from glisson.tables import Estimates

MANIFEST = "manifest.json"


def check_design(out: Path, *, force: bool) -> None:
    """Refuse, before any work is done, a folder that could not be written.

    Raises
    ------
    InputError
        If it holds something else, or an earlier design and ``force`` is not given.
    """
    check_folder(out, manifest=MANIFEST, what="design", force=force)


def write_design(document: Document, results: str, out: Path | str, *, force: bool = False) -> tuple[str, ...]:
    """Write planned or simulated trials.

    Parameters
    ----------
    document
        From ``design_document``, ``candidates_document`` or ``simulation_document``.
    results
        Content of results.json: from ``design_json`` or ``simulation_json``.
    out
        Folder; it appears when everything in it is complete.
    force
        Replace an earlier design.

    Returns
    -------
    tuple of str
        Names of the files: ``design.html``, ``design.docx``, ``design.pdf`` where Typst is installed, the figures as
        SVG, PDF and PNG, ``results.json`` and ``manifest.json``.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    from glisson.present.figures.render import render_all  # noqa: PLC0415 - half a second that only drawing needs
    from glisson.reporting.docx import docx  # noqa: PLC0415
    from glisson.reporting.html import html  # noqa: PLC0415

    target = Path(out)
    check_design(target, force=force)
    figures = render_all(document.figures(), kinds=("pdf", "svg", "png")) if document.figures() else {}
    with whole_folder(target) as folder:
        save(folder / "results.json", results)
        save(folder / "design.html", html(document, figures))
        save(folder / "design.docx", docx(document, figures))
        if can_write_pdf():
            from glisson.reporting.pdf import pdf  # noqa: PLC0415

            save(folder / "design.pdf", pdf(document, figures))
        for name, drawn in figures.items():
            for ending in ("svg", "pdf", "png"):
                save(folder / f"{name}.{ending}", getattr(drawn, ending))
        names = sorted(p.name for p in folder.iterdir())
        outputs = [{"path": n, "sha256": hashlib.sha256((folder / n).read_bytes()).hexdigest()} for n in names]
        save(folder / MANIFEST, _text({"outputs": outputs, "versions": {"glisson": version("glisson")}}))
    return (*names, MANIFEST)


def design_json(planned: Sequence[Planned]) -> str:
    """Return planned trials as JSON: what was given, the rule, and how it behaves."""
    return _text({"designs": [_one(p) for p in planned], "versions": {"glisson": version("glisson")}})


def simulation_json(simulation: Simulation, rows: Estimates) -> str:
    """Return simulated trials as JSON: what was assumed, the seed, and how they behave."""
    return _text(
        {
            "title": simulation.title,
            "trials": simulation.trials,
            "seed": simulation.seed,
            "scenarios": [asdict(s) for s in simulation.scenarios],
            "characteristics": rows.to_dicts(),
            "versions": {"glisson": version("glisson")},
        }
    )


def _one(planned: Planned) -> dict[str, Any]:
    design = planned.design
    return {
        "design": planned.kind.name,
        "given": {name: _plain(value) for name, value in planned.given.items()},
        "title": design.title,
        "n": design.n,
        "events": design.events,
        "assumptions": [asdict(a) for a in design.assumptions],
        "boundaries": [asdict(b) for b in design.boundaries],
        "characteristics": design.characteristics.to_dicts(),
        "curves": {
            name: {"x": curve.x, "y": curve.y, "x_label": curve.x_label, "y_label": curve.y_label}
            for name, curve in (("power", planned.power), ("size", planned.size))
            if curve is not None
        },
        "protocol": design.protocol,
        "references": design.references,
    }


def _plain(value: Any) -> Any:
    return asdict(value) if isinstance(value, Assumption) else value


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False, default=str) + "\n"
