"""Writing analysis datasets with the records behind them into a folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal, get_args

from glisson.adam.dataset import Dataset
from glisson.adam.domains import domains
from glisson.adam.events import adae
from glisson.adam.files import check_xport, csv_text, variables_csv, xport_bytes
from glisson.adam.ids import Choice
from glisson.adam.labs import adlb
from glisson.adam.lesions import adtr
from glisson.adam.responses import adrs
from glisson.adam.source import Source, source_of
from glisson.adam.subjects import adsl
from glisson.adam.times import adtte
from glisson.clinical.cohort import Cohort
from glisson.clinical.settings import InputSettings, Study
from glisson.clinical.study_toml import study_text
from glisson.clinical.whole_folder import check_folder, save, whole_folder
from glisson.errors import InputError, SettingsError

Format = Literal["csv", "xpt"]

MANIFEST = "export-manifest.json"
_STUDY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_REMARK = ("Written beside an export: how the records were read from their first input is left out.",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made of a cohort.

    Parameters
    ----------
    datasets
        Analysis datasets, then domains.
    left_out
        (dataset, why there is none).
    """

    datasets: tuple[Dataset, ...]
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written.

    Parameters
    ----------
    files
        Every file, sorted.
    rows
        Rows by dataset.
    left_out
        (dataset, why there is none).
    notes
        Sentences on what a reader of the files should know.
    """

    files: tuple[Path, ...]
    rows: tuple[tuple[str, int], ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def export_adam(
    cohort: Cohort,
    folder: Path | str,
    format: Format | str = "csv",  # noqa: A002 - the word of the command line
    *,
    ids: Choice | str = "pseudonym",
    study_id: str = "GLISSON",
    adam_day_count: bool = False,
    force: bool = False,
) -> Exported:
    """Write ADaM-style datasets for statisticians, and the records from which everything is derived again.

    ``adsl``, ``adtr``, ``adrs``, ``adtte``, ``adae`` and ``adlb``, as far as the records give them; the records
    themselves as domains ``dm``, ``pr``, ...; ``variables.csv`` with label, type and origin of every variable;
    ``study.toml`` with the settings. ``glisson.read_cohort(folder)`` gives the same results as the cohort.

    Parameters
    ----------
    cohort
        Records without blocking problems.
    folder
        Where to. It appears when everything in it is complete.
    format
        ``"csv"``, or ``"xpt"``: SAS transport files of version 5, which need pyreadstat.
    ids
        ``"pseudonym"``: patients as in reports (Pt01, Pt02, ...), sessions, lesions and scans numbered within them.
        ``"input"``: the ids of the input.
    study_id
        STUDYID: at most 20 letters, digits, dots, hyphens and underscores.
    adam_day_count
        Whether durations count both the first and the last day, as is usual in ADaM: ``AVAL = ADT - STARTDT + 1``.
    force
        Replace an earlier export.

    Returns
    -------
    Exported
        Files, rows by dataset, and what is not there with the reason.

    Raises
    ------
    InputError
        If the folder exists and is no earlier export, or ``force`` is not given; if blocking problems are left.
    SettingsError
        If an argument is none of its choices.
    NotSupportedError
        If pyreadstat is not installed for ``"xpt"``.

    Notes
    -----
    CDISC Analysis Data Model Implementation Guide, version 1.3. Which variable comes from where:
    docs/reference/adam.md.

    Examples
    --------
    >>> import tempfile
    >>> from glisson.clinical.read import demo_cohort
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = export_adam(demo_cohort(), Path(folder) / "adam")
    >>> dict(done.rows)["adsl"], done.left_out
    (24, ())
    """
    target = Path(folder)
    check_export(target, format, ids=ids, study_id=study_id, force=force)
    _refuse_blocking(cohort)
    named: Choice = "input" if ids == "input" else "pseudonym"
    made = datasets(cohort, ids=named, study_id=study_id, adam_day_count=adam_day_count)
    cut = 0
    with whole_folder(target) as new:
        for one in made.datasets:
            if format == "csv":
                save(new / f"{one.name}.csv", csv_text(one))
            else:
                content, shortened = xport_bytes(one)
                cut += shortened
                save(new / f"{one.name}.xpt", content)
        save(new / "variables.csv", variables_csv(made.datasets))
        save(new / "study.toml", study_text(_settings(cohort), remarks=_REMARK))
        chosen = {"format": format, "ids": ids, "study_id": study_id, "adam_day_count": adam_day_count}
        save(new / MANIFEST, _manifest(cohort, new, chosen))
        written = sorted(p.name for p in new.iterdir())
    return Exported(
        files=tuple(target / name for name in written),
        rows=tuple((d.name, len(d.rows)) for d in made.datasets),
        left_out=made.left_out,
        notes=_notes(cohort, named, adam_day_count=adam_day_count, cut=cut),
    )


def datasets(
    cohort: Cohort, *, ids: Choice = "pseudonym", study_id: str = "GLISSON", adam_day_count: bool = False
) -> Made:
    """Return the datasets of a cohort without writing them.

    Parameters
    ----------
    cohort, ids, study_id, adam_day_count
        As for ``export_adam``.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> first = datasets(demo_cohort()).datasets[0].rows
    >>> first.select("USUBJID", "TRT01A", "DTHFL").row(0)
    ('GLISSON-Pt01', 'DEB-TACE', 'Y')
    """
    source = source_of(cohort, study=study_id, ids=ids, one_more=int(adam_day_count))
    built: list[Dataset] = []
    left_out = []
    for name, needs, build in _BUILDERS:
        reason = _lacking(cohort, needs)
        found = None if reason else build(source)
        if found is None:
            left_out.append((name, reason or "the records give none"))
        else:
            built.append(found)
    return Made(datasets=(*built, *domains(source)), left_out=tuple(left_out))


#: Analysis datasets, the tables and columns they need, and who makes them.
_BUILDERS: tuple[tuple[str, tuple[str, ...], Callable[[Source], Dataset | None]], ...] = (
    ("adsl", (), adsl),
    ("adtr", ("session.date", "assessment.date", "measurement.lesion_id"), adtr),
    ("adrs", (), adrs),
    ("adtte", (), adtte),
    ("adae", ("adverse_event.term",), adae),
    ("adlb", ("session.date", "lab.date", "lab.value", "lab.unit"), adlb),
)


def _lacking(cohort: Cohort, needs: tuple[str, ...]) -> str:
    missing = [n for n in needs if not cohort.has(*n.split("."))]
    return f"it needs {', '.join(missing)}" if missing else ""


def check_export(
    out: Path,
    format: str = "csv",  # noqa: A002 - as above
    *,
    ids: str = "pseudonym",
    study_id: str = "GLISSON",
    force: bool = False,
) -> None:
    """Refuse, before any work is done, what ``export_adam`` could not write; arguments and errors are the same."""
    if format not in get_args(Format):
        raise SettingsError(f"format {format!r}", expected=f"one of {', '.join(get_args(Format))}")
    if ids not in get_args(Choice):
        raise SettingsError(f"ids {ids!r}", expected=f"one of {', '.join(get_args(Choice))}")
    if not _STUDY_ID.fullmatch(study_id):
        raise SettingsError(
            f"the study identifier {study_id!r}", expected="1 to 20 letters, digits, dots, hyphens and underscores"
        )
    if format == "xpt":
        check_xport()
    check_folder(out, manifest=MANIFEST, what="export", force=force)


def _refuse_blocking(cohort: Cohort) -> None:
    """Refuse what an assessment would refuse as well."""
    if not cohort.n:
        raise InputError(
            "no patient is left to export", expected="at least one without blocking problems",
            todo="correct the problems that `glisson check` lists",
        )  # fmt: skip
    gone = {patient for patient, _ in cohort.excluded}
    left = [p for p in cohort.problems.blocking if p.patient not in gone or not p.patient]
    if left:
        raise InputError(
            f"{len(left)} blocking problem{'s' if len(left) > 1 else ''} in the data, the first: {left[0]}",
            todo="correct them, or leave these patients out with exclude_blocked; `glisson check` lists all",
        )


def _settings(cohort: Cohort) -> Study:
    """Return the settings without how the first input was read; that it was flat means one known session a patient."""
    flat = cohort.study.input.kind == "flat"
    return cohort.study.model_copy(update={"input": InputSettings(kind="flat") if flat else InputSettings()})


def _manifest(cohort: Cohort, folder: Path, chosen: dict[str, object]) -> str:
    """Return what ties the files to the input: SHA-256 of both, and what was chosen."""
    outputs = sorted(p for p in folder.iterdir() if p.name != MANIFEST)
    data = {
        **chosen,
        "patients": cohort.n,
        "synthetic": cohort.study.synthetic,
        "inputs": [{"name": f.name, "sha256": f.sha256} for f in cohort.files],
        "outputs": [{"path": p.name, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in outputs],
        "versions": {"glisson": version("glisson"), "polars": version("polars")},
    }
    return json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _notes(cohort: Cohort, ids: Choice, *, adam_day_count: bool, cut: int) -> tuple[str, ...]:
    who = (
        "Patients are called as in reports (Pt01, Pt02, ...); dates and free texts are those of the input, so these "
        "files remain patient data."
        if ids == "pseudonym"
        else "Patients have the ids of the input."
    )
    count = "end - start + 1" if adam_day_count else "end - start, without the added day usual in ADaM"
    notes = [who, f"AVAL in adtte is {count}.", "CNSR is 1 for competing events too; EVENTN tells them apart."]
    if cohort.excluded:
        notes.append(f"{len(cohort.excluded)} patients with blocking problems were left out.")
    if cut:
        notes.append(f"{cut} texts longer than 200 bytes were cut, as the transport format asks; CSV holds them whole.")
    return tuple(notes)
