"""Domains as a cohort: the tables of the data model from which they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from glisson.clinical.cdisc.domains import DOMAINS, LEFT_OUT, OUTCOME, Domain
from glisson.clinical.cdisc.foreign import by_variable, foreign_sheets
from glisson.clinical.cdisc.recognise import ANALYSIS, by_name, heads, is_domains
from glisson.clinical.cells import parse_column, shown
from glisson.clinical.cohort import Cohort
from glisson.clinical.integrity import check
from glisson.clinical.problems import Problem, Problems
from glisson.clinical.raw import Cell, RawSheet
from glisson.clinical.relational import Locator, read_tables
from glisson.clinical.settings import Study
from glisson.errors import InputError

#: The list of all variables beside the datasets, and the table it is.
VARIABLES = "variables"
#: What a sheet with one row a patient need not hold.
_FLAT = ("cell.blank", "column.missing", "patient.no_session")
_DTYPE: dict[str, Any] = {"id": pl.String, "choice": pl.String, "text": pl.String, "integer": pl.Int64,
                          "yes_no": pl.Boolean}  # fmt: skip


def cdisc_cohort(sheets: Sequence[RawSheet], study: Study, *, today: date | None = None) -> Cohort:
    """Build a cohort from CDISC datasets.

    Parameters
    ----------
    sheets
        Domains that glisson wrote, or ADSL with other ADaM datasets.
    study
        Settings.
    today
        Day after which dates are impossible; by default the day of the computer.

    Raises
    ------
    InputError
        If there is no readable patient.
    """
    now = today or date.today()  # noqa: DTZ011 - the calendar day of the user
    ours = is_domains(sheets)
    flat = ours and study.input.kind == "flat"
    if ours:
        tables, told = _from_domains(sheets), _unread(sheets)
    else:
        tables, told = foreign_sheets(sheets)
    recorded = next((s for s in tables if s.name == OUTCOME.name), None)
    read = read_tables([s for s in tables if s is not recorded], study.input)
    frames, problems = dict(read.tables), [*told, *read.problems]
    if ours:
        frames = _with_subgroups(frames, sheets)
        problems = [p for p in problems if not (flat and p.rule in _FLAT)]
    if recorded is not None:
        frames[OUTCOME.name], found = _outcome(recorded)
        problems += found
    if "patient" not in frames or frames["patient"].is_empty():
        raise InputError(
            "there is no readable patient", place=", ".join(s.file for s in sheets[:3]),
            expected="a dataset dm or adsl with one row a subject and USUBJID",
        )  # fmt: skip
    checked = check(frames, read.locator, today=now, study=study)
    problems += [p for p in checked if not (flat and p.rule in _FLAT)]
    if not ours:
        problems = [by_variable(p) for p in problems]
    named = Problems.of(_named(problems, sheets))
    return Cohort(tables=frames, problems=named, study=study, excluded=_left_out(sheets) if ours else ())


def _named(problems: Iterable[Problem], sheets: Sequence[RawSheet]) -> Iterator[Problem]:
    """Name problems by the datasets of the input, not by the tables they became."""
    names = {s.file: s.name for s in sheets}
    for problem in problems:
        yield replace(problem, sheet=names.get(problem.file, problem.sheet))


def _from_domains(sheets: Sequence[RawSheet]) -> list[RawSheet]:
    """Return each domain as the table it holds."""
    named = by_name(sheets)
    subjects = _subjects(named["dm"])
    return [_table(named[d.code.casefold()], d, subjects) for d in DOMAINS if d.code.casefold() in named]


def _subjects(dm: RawSheet) -> dict[str, Cell]:
    """Return the patient's id by USUBJID."""
    names = heads(dm)
    unique, own = names.index("USUBJID"), names.index("SUBJID")
    return {shown(row[unique]): row[own] for row in dm.rows if row[unique] is not None}


def _table(sheet: RawSheet, domain: Domain, subjects: Mapping[str, Cell]) -> RawSheet:
    """Give a domain the headings and codes of its table; what is only structure has no heading."""
    known = set(domain.declared.names)
    header, back = [], []
    for variable in heads(sheet):
        column = domain.column_of(variable)
        if variable == "USUBJID" and "patient_id" in known and "patient_id" not in domain.variables:
            column = "patient_id"
            codes: Mapping[str, Cell] = subjects
        else:
            codes = {v: k for k, v in domain.codes.get(column, {}).items()}
        header.append(column or ("" if _structural(variable, domain) else variable))
        back.append(codes)
    rows = tuple(
        tuple(codes.get(shown(cell), cell) if codes else cell for codes, cell in zip(back, row, strict=True))
        for row in sheet.rows
    )
    return replace(sheet, name=domain.table, header=tuple(header), rows=rows)


def _left_out(sheets: Sequence[RawSheet]) -> tuple[tuple[str, str], ...]:
    """Return the patients who were left out before the domains were written, with the reasons."""
    sheet = by_name(sheets).get(LEFT_OUT.casefold())
    if sheet is None or not {"SUBJID", "XPREASON"} <= set(heads(sheet)):
        return ()
    who, why = (heads(sheet).index(name) for name in ("SUBJID", "XPREASON"))
    return tuple((shown(row[who]), shown(row[why])) for row in sheet.rows if row[who] is not None)


def _structural(variable: str, domain: Domain) -> bool:
    return variable in domain.structural or variable.startswith("SUBGRP")


def _unread(sheets: Sequence[RawSheet]) -> list[Problem]:
    """Say that analysis datasets beside the domains are not read, because the domains give them anew."""
    found = [s for s in sheets if s.name.casefold() in {"adsl", *ANALYSIS}]
    domains = ", ".join(d.code.casefold() for d in DOMAINS if d.code.casefold() in by_name(sheets))
    if not found:
        return []
    return [
        Problem(
            severity="note", rule="cdisc.derived", file=found[0].file, sheet=found[0].name,
            found=f"{', '.join(s.name for s in found)}: derived datasets are not read",
            expected=f"the records, which are in {domains}",
            todo="nothing; correct records there, and everything is derived from them again",
        )
    ]  # fmt: skip


def _with_subgroups(frames: dict[str, pl.DataFrame], sheets: Sequence[RawSheet]) -> dict[str, pl.DataFrame]:
    """Add the subgroups of a flat sheet, which are no columns of the data model, to the patients."""
    named = by_name(sheets)
    dm, listed = named["dm"], named.get(VARIABLES)
    names = heads(dm)
    places = [i for i, n in enumerate(names) if n.startswith("SUBGRP")]
    if not places or "patient" not in frames:
        return frames
    origin = _origins(listed)
    rows = [dm.row_number(i) for i in range(len(dm.rows))]
    extra = pl.DataFrame({"source_row": rows}, schema={"source_row": pl.Int64}).with_columns(
        pl.Series(
            origin.get(("dm", names[i]), names[i].lower()),
            [shown(c) or None for c in dm.column(i)],
            dtype=pl.String,
        )
        for i in places
    )
    return frames | {"patient": frames["patient"].join(extra, on="source_row", how="left", maintain_order="left")}


def _origins(listed: RawSheet | None) -> dict[tuple[str, str], str]:
    """Return what the list of variables says of the subgroups: their name by dataset and variable."""
    if listed is None:
        return {}
    place = {h.casefold(): i for i, h in enumerate(listed.header)}
    if not {"dataset", "variable", "origin"} <= set(place):
        return {}
    out = {}
    for row in listed.rows:
        dataset, variable, origin = (shown(row[place[c]]) for c in ("dataset", "variable", "origin"))
        if origin.startswith("patient."):
            out[dataset.casefold(), variable] = origin.removeprefix("patient.")
    return out


def _outcome(sheet: RawSheet) -> tuple[pl.DataFrame, list[Problem]]:
    """Read recorded durations."""
    places = {h: i for i, h in enumerate(sheet.header) if h}
    locator = Locator({OUTCOME.name: sheet}, {(OUTCOME.name, h): i for h, i in places.items()})
    columns, problems = {}, []
    for declared in OUTCOME.fields:
        cells = sheet.column(places[declared.name]) if declared.name in places else (None,) * len(sheet.rows)
        parsed = parse_column(declared, cells)
        columns[declared.name] = pl.Series(list(parsed.values), dtype=_DTYPE[declared.kind])
        for issue in parsed.issues:
            row = None if issue.row is None else sheet.row_number(issue.row)
            words = {k: getattr(issue, k) for k in ("severity", "rule", "found", "expected", "todo")}
            problems.append(locator.problem(OUTCOME.name, row, declared.name, **words))
    rows = [sheet.row_number(i) for i in range(len(sheet.rows))]
    return pl.DataFrame(columns).with_columns(pl.Series("source_row", rows, dtype=pl.Int64)), problems
