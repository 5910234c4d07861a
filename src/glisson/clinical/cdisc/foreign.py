"""ADaM datasets that others made: what of them can be used, and in words what cannot.

Only what means the same everywhere is read: who the subjects are, when treatment began, death and last contact (ADSL),
adverse events with CTCAE grades (ADAE), and the time-to-event parameters that have an endpoint here (ADTTE). A
treatment that is no liver-directed method is named, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from glisson.clinical.cdisc.durations import Subject, durations
from glisson.clinical.cdisc.recognise import ANALYSIS, by_name, heads
from glisson.clinical.cdisc.values import about, day, full_date, number
from glisson.clinical.cells import plain_code, shown
from glisson.clinical.problems import Problem
from glisson.clinical.raw import Cell, RawSheet
from glisson.clinical.vocabulary import METHOD_FAMILY, METHOD_LABEL

_RELATION = {"none": "unrelated", "not related": "unrelated", "remote": "unlikely", "related": "probable"}

Convert = Callable[[Cell], Cell]
#: (column, variables that hold it, the first present counts, what becomes of a cell).
Pick = tuple[str, tuple[str, ...], Convert]


def _same(cell: Cell) -> Cell:
    return cell


def _method(cell: Cell) -> Cell:
    """Return the code of a method given by its code or its printed name."""
    text = plain_code(shown(cell))
    names = {plain_code(label): code for code, label in METHOD_LABEL.items() if code in METHOD_FAMILY}
    return text if text in METHOD_FAMILY else names.get(text, cell)


def _relation(cell: Cell) -> Cell:
    return _RELATION.get(shown(cell).casefold(), cell)


_PATIENT: tuple[Pick, ...] = (
    ("patient_id", ("USUBJID",), _same), ("sex", ("SEX",), _same), ("age_at_t0", ("AGE",), _same),
    ("primary_site", ("PRIMSITE",), _same), ("histology", ("HISTOL",), _same), ("ecog_t0", ("ECOGBL",), _same),
    ("height_cm", ("HEIGHTBL",), _same), ("weight_kg", ("WEIGHTBL",), _same),
    ("extrahepatic_t0", ("EXHEPBL",), _same), ("death_date", ("DTHDT", "DTHDTC"), day),
    ("last_contact_date", ("LSTALVDT",), day), ("vital_status", ("DTHFL",),
                                                 lambda c: "dead" if shown(c).casefold() == "y" else "alive"),
    ("site_id", ("SITEID",), _same),
)  # fmt: skip
_SESSION: tuple[Pick, ...] = (
    ("session_id", ("USUBJID",), lambda c: None if c is None else f"{shown(c)}-S1"),
    ("patient_id", ("USUBJID",), _same), ("date", ("TRTSDT", "TRTSDTC", "RFSTDTC"), day),
    ("method", ("TRTMETH", "TRT01A", "TRT01P", "ARM"), _method),
)  # fmt: skip
_EVENT: tuple[Pick, ...] = (
    ("patient_id", ("USUBJID",), _same), ("onset_date", ("ASTDT", "AESTDTC"), day),
    ("end_date", ("AENDT", "AEENDTC"), day), ("term", ("AEDECOD", "AETERM"), _same),
    ("grade", ("AETOXGR", "ATOXGR"), _same), ("ctcae_version", ("AETOXVER",), _same),
    ("related", ("AEREL",), _relation), ("serious", ("AESER",), _same),
)  # fmt: skip


def foreign_sheets(sheets: Sequence[RawSheet]) -> tuple[list[RawSheet], list[Problem]]:
    """Return what ADaM datasets hold as tables of the data model, and what is not read.

    Parameters
    ----------
    sheets
        ADSL with other ADaM datasets.

    Returns
    -------
    tuple
        Sheets named like tables, whose cells keep their column in the dataset, and problems.
    """
    named = by_name(sheets)
    adsl = named["adsl"]
    out = [_picked(adsl, "patient", _PATIENT), _picked(adsl, "session", _SESSION)]
    told = [about(adsl, "note", "cdisc.foreign", "the dataset was not written with its records (domains dm, pr, ...)",
                  "what ADSL, ADAE and ADTTE share across studies is read: one session a subject, none later",
                  "check the method of treatment and the start of time")]  # fmt: skip
    told += _numbers(adsl, ("TRTSDT", "DTHDT", "LSTALVDT"))
    if "adae" in named:
        out.append(_picked(named["adae"], "adverse_event", _EVENT))
        told += _severity_words(named["adae"])
    if "adtte" in named:
        outcome, found = durations(named["adtte"], _subjects(*out[:2]))
        out += [outcome] if outcome is not None else []
        told += found
    for sheet in sheets:
        if sheet.name.casefold() in set(ANALYSIS) - {"adae", "adtte"}:
            told.append(about(sheet, "changes", "cdisc.unread", "the dataset is not read",
                              "the records: tr, rs or lb as glisson writes them", "add them as sheets"))  # fmt: skip
    return out, told


def by_variable(problem: Problem) -> Problem:
    """Name what a dataset lacks by the variable that would hold it."""
    if problem.rule != "column.missing":
        return problem
    for column, variables, _ in (*_PATIENT, *_SESSION, *_EVENT):
        if problem.found == f"the required column {column} is missing":
            found = f"the variable {' or '.join(variables)} is missing"
            return replace(problem, found=found, todo=f"add the variable {variables[0]}")
    column = problem.found.removeprefix("the required column ").removesuffix(" is missing")
    found = f"{column} is not known: ADaM has no variable for it"
    return replace(problem, found=found, todo="nothing; what needs it is left out")


def _picked(sheet: RawSheet, table: str, picks: Iterable[Pick]) -> RawSheet:
    """Return the variables that a table takes, each cell with its address in the dataset."""
    names = heads(sheet)
    chosen = [(c, names.index(v[0]), f) for c, vs, f in picks if (v := [x for x in vs if x in names])]
    rows = tuple(tuple(convert(row[i]) for _, i, convert in chosen) for row in sheet.rows)
    places = {(r, c): sheet.address(r, i) for r in range(-1, len(rows)) for c, (_, i, _) in enumerate(chosen)}
    return replace(sheet, name=table, header=tuple(c for c, _, _ in chosen), rows=rows, places=places, problems=())


def _numbers(sheet: RawSheet, variables: Sequence[str]) -> list[Problem]:
    """Say that dates stored as numbers are read as SAS counts them."""
    names = heads(sheet)
    found = [v for v in variables if v in names
             and any(number(c) is not None for c in sheet.column(names.index(v)))]  # fmt: skip
    if not found:
        return []
    return [about(sheet, "changes", "cdisc.sas_date", f"dates stand as numbers in {', '.join(found)}",
                   "dates; the numbers are read as days since 1960-01-01, as SAS counts them",
                   "check one date, or export dates as YYYY-MM-DD")]  # fmt: skip


def _severity_words(sheet: RawSheet) -> list[Problem]:
    names = set(heads(sheet))
    if names & {"AETOXGR", "ATOXGR"} or "AESEV" not in names:
        return []
    return [about(sheet, "changes", "cdisc.severity", "AESEV holds words of severity, which are no CTCAE grades",
                   "AETOXGR with grades 1 to 5",
                   "add the grades; without them events count as of unknown grade")]  # fmt: skip


def _subjects(patient: RawSheet, session: RawSheet) -> dict[str, Subject]:
    """Return what ADSL says of each subject's survival."""
    out: dict[str, Subject] = {}
    for one, two in zip(patient.rows, session.rows, strict=True):
        said = dict(zip(patient.header, one, strict=True)) | dict(zip(session.header, two, strict=True))
        died = said.get("vital_status") == "dead"
        last = said.get("death_date") if died and said.get("death_date") is not None else said.get("last_contact_date")
        out[shown(said["patient_id"])] = Subject(start=full_date(said.get("date")), end=full_date(last), died=died)
    return out
