"""Writing the whole report into a folder: complete or not at all, and never over something else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from glisson.assessment import Assessment
from glisson.clinical.raw import RawSheet
from glisson.clinical.whole_folder import check_folder, save, whole_folder
from glisson.errors import SettingsError
from glisson.present.aside import Aside
from glisson.present.document import Document
from glisson.present.figures.render import Rendered
from glisson.reporting.chapters import document as make_document
from glisson.reporting.pdf import can_write_pdf

Progress = Callable[[str], None]

#: What can be written besides results.json and manifest.json, which always are.
FORMATS = ("html", "docx", "pdf", "figures", "xlsx")
#: Those that hold figures, and the kinds of files of these that each needs.
_DRAWN = {"html": ("svg",), "docx": ("png",), "pdf": ("svg",), "figures": ("pdf", "svg", "tiff")}
MANIFEST = "manifest.json"
_WRITERS = ("jinja2", "matplotlib", "python-docx", "typst", "xlsxwriter")


def report(
    assessment: Assessment,
    out: Path | str,
    *,
    formats: Sequence[str] = FORMATS,
    force: bool = False,
    progress: Progress | None = None,
    sheets: Sequence[RawSheet] = (),
) -> tuple[Path, ...]:
    """Write the report of an assessment.

    Parameters
    ----------
    assessment
        What the data can say.
    out
        Folder for the report. It appears when everything in it is complete.
    formats
        Which of ``html``, ``docx``, ``pdf``, ``figures`` and ``xlsx``. ``pdf`` is left out where Typst is not
        installed (``glisson.reporting.missing`` says so). ``xlsx`` is ``tables.xlsx`` and, where the data have
        problems, ``problems.xlsx``. ``results.json`` and ``manifest.json`` are always written.
    force
        Replace the report of an earlier run, once the new one is complete.
    progress
        Called with the name of each step.
    sheets
        The input as ``glisson.clinical.raw.read_sheets`` returns it. With it, ``problems.xlsx`` holds the input with
        the cells marked; without it, only the list of problems.

    Returns
    -------
    tuple of Path
        Every file written, sorted.

    Raises
    ------
    InputError
        If ``out`` exists and is not the report of an earlier run, or ``force`` is not given.
    SettingsError
        If a format is unknown.

    Examples
    --------
    >>> from glisson.reporting.write import FORMATS
    >>> "html" in FORMATS
    True
    """
    target = Path(out)
    check_target(target, formats, force=force)
    with whole_folder(target) as folder:
        wanted, step = set(formats) - set(missing(formats)), progress or (lambda _: None)
        with Aside() as aside:
            if wanted & _DRAWN.keys():
                aside.start()
            finish_problems = _problems(assessment, folder, wanted, sheets, aside)
            _write_all(assessment, folder, wanted, step, aside)
            finish_problems()
        save(folder / MANIFEST, manifest_json(assessment, folder))
        written = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return tuple(target / p for p in written)


def missing(formats: Sequence[str]) -> dict[str, str]:
    """Return the formats that cannot be written here, each with the sentence that says why."""
    from glisson.reporting.pdf import NO_TYPST  # noqa: PLC0415 - beside its use

    return {"pdf": NO_TYPST} if "pdf" in formats and not can_write_pdf() else {}


def check_target(out: Path, formats: Sequence[str], *, force: bool) -> None:
    """Refuse, before any work is done, what ``report`` could not write.

    Raises
    ------
    InputError
        If ``out`` is a file, or a folder that is not an earlier report, or an earlier report without ``force``.
    SettingsError
        If a format is unknown.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise SettingsError(f"format {', '.join(unknown)}", expected=f"any of {', '.join(FORMATS)}")
    check_folder(out, manifest=MANIFEST, what="report", force=force)


def _write_all(assessment: Assessment, folder: Path, wanted: set[str], step: Progress, aside: Aside) -> None:
    """Write every file; each writer turns values into bytes and knows nothing of folders."""
    from glisson.reporting.results import results_json  # noqa: PLC0415 - pydantic only when something is written

    save(folder / "results.json", results_json(assessment))
    document = make_document(assessment)
    figures = _figures(document, folder, wanted, step, aside)
    if "docx" in wanted:
        from glisson.reporting.docx import docx  # noqa: PLC0415

        finish_docx = aside.begin(docx, document, _only(figures, part="png"))
    if "xlsx" in wanted:
        from glisson.reporting.tables_xlsx import tables_xlsx  # noqa: PLC0415

        step("tables.xlsx")
        save(folder / "tables.xlsx", tables_xlsx(assessment, document))
    if "html" in wanted:
        from glisson.reporting.html import html  # noqa: PLC0415

        step("report.html")
        save(folder / "report.html", html(document, figures))
    if "pdf" in wanted:
        from glisson.reporting.pdf import pdf  # noqa: PLC0415

        step("report.pdf")
        save(folder / "report.pdf", pdf(document, figures))
    if "docx" in wanted:
        step("report.docx")
        save(folder / "report.docx", finish_docx())


def _problems(
    assessment: Assessment, folder: Path, wanted: set[str], sheets: Sequence[RawSheet], aside: Aside
) -> Callable[[], None]:
    """Begin to mark the cells with problems in a copy of the input, if there are any."""
    if "xlsx" not in wanted or not len(assessment.problems):
        return lambda: None
    from glisson.clinical.problems_xlsx import write_problems  # noqa: PLC0415 - only where there are any

    return aside.begin(write_problems, folder / "problems.xlsx", assessment.problems, sheets)


def _only(figures: Mapping[str, Rendered], *, part: str) -> dict[str, Rendered]:
    """Leave out what a writer does not need, before the figures travel to the second process."""
    rest: dict[str, Any] = dict.fromkeys({"pdf", "svg", "tiff", "png"} - {part}, b"")
    return {name: replace(one, **rest) for name, one in figures.items()}


def _figures(
    document: Document, folder: Path, wanted: set[str], step: Progress, aside: Aside
) -> Mapping[str, Rendered]:
    if not wanted & _DRAWN.keys():
        return {}
    from glisson.present.figures.render import render_all  # noqa: PLC0415

    kinds = {kind for one in wanted & _DRAWN.keys() for kind in _DRAWN[one]}
    rendered = render_all(document.figures(), step, aside, kinds=sorted(kinds))
    if "figures" in wanted:
        (folder / "figures").mkdir()
        for block in document.figures():
            for ending in ("pdf", "svg", "tiff"):
                save(folder / "figures" / f"{block.name}.{ending}", getattr(rendered[block.name], ending))
        captions = "\n".join(_caption(document, name) for name in (f.name for f in document.figures()))
        save(folder / "figures" / "captions.txt", captions)
    return rendered


def _caption(document: Document, name: str) -> str:
    """Return a figure's caption and text alternative, to go with its files."""
    block = next(f for f in document.figures() if f.name == name)
    return f"{document.labels()[name]} ({name}). {block.title}. {block.text}\nText alternative: {block.alt}\n"


def manifest_json(assessment: Assessment, folder: Path) -> str:
    """Return what ties the outputs to the inputs: SHA-256 of both, versions, settings with their origin, seed."""
    outputs = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    data = {
        "title": assessment.title,
        "synthetic": assessment.synthetic,
        "patients": assessment.n,
        "inputs": [{"name": name, "sha256": digest} for name, digest in assessment.files],
        "outputs": [
            {"path": p.relative_to(folder).as_posix(), "sha256": hashlib.sha256(p.read_bytes()).hexdigest()}
            for p in outputs
        ],
        "settings": [{"name": s.name, "value": s.value, "origin": s.origin, "why": s.why} for s in assessment.settings],
        "versions": dict(assessment.versions) | _writer_versions(),
        "seed": assessment.seed,
    }
    return json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _writer_versions() -> dict[str, str]:
    found = {}
    for package in _WRITERS:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
