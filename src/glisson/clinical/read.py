"""Reading a cohort: whatever the input is, typed tables and every problem come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files as packaged
from pathlib import Path

from glisson.clinical.cdisc.recognise import is_cdisc
from glisson.clinical.cdisc.records import cdisc_cohort
from glisson.clinical.cohort import Cohort, InputFile
from glisson.clinical.flat import read_flat, read_proposed
from glisson.clinical.integrity import check
from glisson.clinical.problems import Problems
from glisson.clinical.raw import RawSheet, input_files, read_sheets, sha256
from glisson.clinical.redcap import dictionary_beside, propose_redcap, redcap_tables
from glisson.clinical.redcap_export import is_redcap
from glisson.clinical.relational import is_relational, read_tables
from glisson.clinical.settings import Study, read_study
from glisson.errors import InputError


def read_cohort(path: Path | str, study: Study | Path | str | None = None, *, exclude_blocked: bool = False) -> Cohort:
    """Read the records of a cohort.

    Parameters
    ----------
    path
        A workbook, a CSV file, a folder of CSV files, a REDCap export, or a folder of CDISC datasets.
    study
        Settings or the path of study.toml; by default the study.toml beside the input, if there is one.
    exclude_blocked
        Leave out patients with blocking problems; their ids and reasons stay in ``Cohort.excluded``.

    Returns
    -------
    Cohort
        With every problem of the data in ``problems``, worst first.

    Raises
    ------
    InputError
        If the input cannot be read at all.
    DecisionsNeeded
        If a flat sheet's columns have no settled meaning; the message lists what to decide.

    Examples
    --------
    >>> cohort = demo_cohort()
    >>> cohort.n, len(cohort.problems.blocking)
    (24, 0)
    """
    source = Path(path)
    settings = settings_of(source, study)
    sheets = sheets_of(source)
    cohort = _cohort(sheets, settings)
    beside = dictionary_beside(source) if is_redcap(sheets) else None
    files = (*input_files(source), *([beside] if beside else []))
    found = tuple(InputFile(name=f.name, sha256=sha256(f)) for f in files)
    cohort = replace(cohort, files=found)
    return exclude(cohort) if exclude_blocked else cohort


def settings_of(source: Path, study: Study | Path | str | None) -> Study:
    """Return the settings that go with an input.

    Parameters
    ----------
    source
        The input.
    study
        Settings, a path, or ``None`` for the study.toml beside the input.
    """
    if isinstance(study, Study):
        return study
    if study is not None:
        return read_study(Path(study))
    beside = (source if source.is_dir() else source.parent) / "study.toml"
    return read_study(beside) if beside.exists() else Study()


def sheets_of(source: Path) -> tuple[RawSheet, ...]:
    """Return the sheets of an input, with the data dictionary that lies beside a REDCap export."""
    sheets = read_sheets(source)
    beside = dictionary_beside(source) if is_redcap(sheets) else None
    return (*sheets, *(read_sheets(beside) if beside else ()))


def kind_of(sheets: Sequence[RawSheet], study: Study) -> str:
    """Return ``"relational"``, ``"redcap"`` or ``"flat"``, declared or recognised, or ``"cdisc"``, recognised."""
    if is_cdisc(sheets):
        return "cdisc"
    if study.input.kind:
        return study.input.kind
    if is_relational(sheets):
        return "relational"
    return "redcap" if is_redcap(sheets) else "flat"


def _cohort(sheets: Sequence[RawSheet], study: Study) -> Cohort:
    kind = kind_of(sheets, study)
    if kind == "cdisc":
        return cdisc_cohort(sheets, study)
    if kind == "redcap" and not study.input.columns and (tables := redcap_tables(sheets)):
        return relational_cohort(tables, study)
    if kind == "redcap":
        return read_proposed(propose_redcap(sheets, study))
    return read_flat(sheets, study) if kind == "flat" else relational_cohort(sheets, study)


def relational_cohort(sheets: Sequence[RawSheet], study: Study, *, today: date | None = None) -> Cohort:
    """Build a cohort from relational sheets.

    Parameters
    ----------
    sheets
        Sheets named like the tables of the data model.
    study
        Settings.
    today
        Day after which dates are impossible; by default the day of the computer.
    """
    read = read_tables(sheets, study.input)
    now = today or date.today()  # noqa: DTZ011 - the calendar day of the user
    problems = [*read.problems, *check(read.tables, read.locator, today=now, study=study)]
    if "patient" not in read.tables or read.tables["patient"].is_empty():
        listed = "; ".join(str(p) for p in Problems.of(read.problems).blocking[:5])
        raise InputError(
            "there is no readable patient" + (f": {listed}" if listed else ""),
            place=sheets[0].file if sheets else "",
            expected="a sheet patient with a column patient_id and one row a patient",
            todo="see `glisson template`",
        )
    return Cohort(tables=read.tables, problems=Problems.of(problems), study=study)


def exclude(cohort: Cohort) -> Cohort:
    """Leave out the patients who have a blocking problem of their own."""
    reasons: dict[str, str] = {}
    for problem in cohort.problems.blocking:
        if problem.patient:
            reasons.setdefault(problem.patient, f"{problem.found} ({problem.place})")
    known = set(cohort.table("patient")["patient_id"].to_list())
    return cohort.without({p: why for p, why in reasons.items() if p in known}) if reasons else cohort


def demo_paths() -> tuple[Path, Path]:
    """Return the bundled synthetic workbook and its settings."""
    data = packaged("glisson") / "data"
    return Path(str(data / "demo_lms.xlsx")), Path(str(data / "demo_study.toml"))


@cache  # a cohort never changes
def demo_cohort() -> Cohort:
    """Read the bundled synthetic cohort of 24 patients.

    Examples
    --------
    >>> demo_cohort().study.synthetic
    True
    """
    return read_cohort(*demo_paths())
