"""The relational workbook: sheets and columns of the common data model become typed tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import polars as pl

from glisson.clinical.cells import Issue, ParsedColumn, parse_column, shown
from glisson.clinical.problems import Problem
from glisson.clinical.raw import RawSheet
from glisson.clinical.schema import TABLES, Field, Table
from glisson.clinical.settings import InputSettings

_DTYPE: dict[str, Any] = {
    "id": pl.String,
    "text": pl.String,
    "list": pl.String,
    "choice": pl.String,
    "date": pl.Date,
    "integer": pl.Int64,
    "number": pl.Float64,
    "yes_no": pl.Boolean,
}
#: Sheets that hold explanations, not data.
_ASIDE = frozenset({"readme", "problems", "notes", "note", "glossary", "dictionary", "legend", "info", "instructions"})


@dataclass(frozen=True, slots=True)
class Locator:
    """Where each table and column stands in the input."""

    sheets: Mapping[str, RawSheet]
    columns: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def problem(self, table: str, row: int | None, column: str = "", *, patient: str = "", **words: Any) -> Problem:
        """Return a problem at a table's source row and column.

        Parameters
        ----------
        table, row, column
            Names, and the row number in the file.
        patient
            Patient id.
        words
            severity, rule, found, expected, todo.
        """
        sheet = self.sheets.get(table)
        index = self.columns.get((table, column))
        letters = "" if sheet is None or index is None else re.sub(r"\d", "", sheet.address(-1, index))
        return Problem(
            file="" if sheet is None else sheet.file,
            sheet=table if sheet is None else sheet.name,
            row=row,
            cell=f"{letters}{row}" if letters and row else "",
            column=column,
            patient=patient,
            **words,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Relational:
    """Typed tables with their places and what was noticed."""

    tables: dict[str, pl.DataFrame]
    locator: Locator
    problems: tuple[Problem, ...]


def is_relational(sheets: Sequence[RawSheet]) -> bool:
    """Whether the input has a session sheet and patients with ids; either of the two may be empty, or still missing."""
    found = {t.name: {_plain(h) for h in s.header} for s in sheets if (t := table_of(s.name)) is not None}
    if "session" not in found:
        return False
    return {"sessionid", "patientid"} <= found["session"] or "patientid" in found.get("patient", set())


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def table_of(sheet: str) -> Table | None:
    """Return the declared table of a sheet name, tolerant of case, spaces and plural."""
    plain = _plain(sheet)
    names = {_plain(t.name): t for t in TABLES}
    for candidate in (plain, plain.removesuffix("s"), plain.removesuffix("ies") + "y"):
        if candidate in names:
            return names[candidate]
    return None


def read_tables(sheets: Sequence[RawSheet], settings: InputSettings) -> Relational:
    """Parse every known sheet.

    Parameters
    ----------
    sheets
        Raw sheets.
    settings
        Declared codes for missing and the order of day and month.
    """
    # How an explanation is laid out is nobody's problem.
    problems: list[Problem] = [p for s in sheets if _plain(s.name) not in _ASIDE for p in s.problems]
    found: dict[str, RawSheet] = {}
    for sheet in sheets:
        table = table_of(sheet.name)
        if table is None:
            problems += _unknown_sheet(sheet)
        elif not sheet.header and not table.compulsory:
            problems.append(_about(sheet, "note", "sheet.empty", "the sheet is empty", "", ""))
        elif table.name in found:
            problems.append(
                _about(sheet, "blocks", "sheet.twice", f"a second sheet for {table.name}", "one", "join them")
            )
        elif sheet.header:
            found[table.name] = sheet
    columns: dict[tuple[str, str], int] = {}
    locator = Locator(found, columns)
    tables: dict[str, pl.DataFrame] = {}
    for table in TABLES:
        if table.name in found:
            frame = _read_table(table, found[table.name], settings, columns, locator, problems)
            # Without its ids a table belongs to nobody; the missing column was named above.
            if all(f.name in frame.columns for f in _ids(table)):
                tables[table.name] = frame
        elif table.compulsory:
            problems.append(_missing_sheet(table, sheets))
    return Relational(tables=tables, locator=locator, problems=tuple(problems))


def _about(
    sheet: RawSheet, severity: Any, rule: str, found: str, expected: str, todo: str, row: int | None = None
) -> Problem:
    return Problem(
        severity=severity,
        rule=rule,
        found=found,
        expected=expected,
        todo=todo,
        file=sheet.file,
        sheet=sheet.name,
        row=row,
    )


def _unknown_sheet(sheet: RawSheet) -> list[Problem]:
    if _plain(sheet.name) in _ASIDE or not sheet.header:
        return []
    close = get_close_matches(_plain(sheet.name), [t.name for t in TABLES], n=1, cutoff=0.6)
    todo = f"rename it {close[0]} if that is what it holds" if close else "nothing, if it holds no records"
    return [
        _about(sheet, "changes" if close else "note", "sheet.unknown", "this sheet is not read", "a known table", todo)
    ]


def _missing_sheet(table: Table, sheets: Sequence[RawSheet]) -> Problem:
    file = sheets[0].file if sheets else ""
    if any(table_of(s.name) is table for s in sheets):
        return Problem(
            severity="blocks", rule="sheet.empty", found=f"the sheet {table.name} is empty", file=file,
            expected="a row of headings and the rows under it", todo="fill it in; `glisson template` shows one",
        )  # fmt: skip
    close = get_close_matches(table.name, [_plain(s.name) for s in sheets], n=1, cutoff=0.6)
    todo = (
        f"is it the sheet {close[0]}? Rename it" if close else f"add a sheet {table.name}; `glisson template` shows one"
    )
    return Problem(
        severity="blocks", rule="sheet.missing", found=f"there is no sheet {table.name}", file=file,
        expected="the sheets patient and session", todo=todo,
    )  # fmt: skip


def _read_table(
    table: Table,
    sheet: RawSheet,
    settings: InputSettings,
    columns: dict[tuple[str, str], int],
    locator: Locator,
    problems: list[Problem],
) -> pl.DataFrame:
    """Parse one sheet into a frame; absent optional columns are left out."""
    places = {_plain(h): i for i, h in reversed(list(enumerate(sheet.header))) if h}
    fields = {f.name: places[_plain(f.name)] for f in table.fields if _plain(f.name) in places}
    columns.update({(table.name, name): index for name, index in fields.items()})
    problems += _column_problems(table, sheet, fields)
    rows = [sheet.row_number(i) for i in range(len(sheet.rows))]
    patients = _owners(sheet, fields)
    data: dict[str, Any] = {}
    schema: dict[str, Any] = {}
    for name, index in fields.items():
        declared = table.field(name)
        parsed = parse_column(declared, sheet.column(index), missing=settings.missing, date_order=settings.date_order)
        data[name], schema[name] = parsed.values, _DTYPE[declared.kind]
        if declared.kind == "date":
            data[f"{name}_to"], schema[f"{name}_to"] = parsed.upto, pl.Date
        for issue in (*parsed.issues, *_blanks(declared, parsed, sheet, index)):
            row = None if issue.row is None else rows[issue.row]
            patient = "" if issue.row is None else patients[issue.row]
            words = {k: getattr(issue, k) for k in ("severity", "rule", "found", "expected", "todo")}
            problems.append(locator.problem(table.name, row, name, patient=patient, **words))
    frame = pl.DataFrame(
        {k: list(v) for k, v in data.items()} | {"source_row": rows}, schema=schema | {"source_row": pl.Int64}
    )
    # A row without the ids that say whose it is belongs to nobody; its problem was named above.
    return frame.drop_nulls([f.name for f in _ids(table) if f.name in frame.columns])


def _ids(table: Table) -> list[Field]:
    """Return the columns that say whose a row is."""
    return [f for f in table.fields if f.kind == "id" and f.need == "required"]


def _owners(sheet: RawSheet, fields: Mapping[str, int]) -> list[str]:
    """Return the patient id of each row, where the sheet has one."""
    index = fields.get("patient_id")
    return ["" if index is None else shown(row[index]) for row in sheet.rows]


def _blanks(declared: Field, parsed: ParsedColumn, sheet: RawSheet, index: int) -> list[Issue]:
    """Name blank cells of a required column; a row without an id cannot be read at all."""
    if declared.need != "required":
        return []
    blank = [i for i, row in enumerate(sheet.rows) if row[index] is None]
    told = {i.row for i in parsed.issues}
    severity: Any = "blocks" if declared.kind == "id" or declared.name in DECISIVE else "changes"
    return [
        Issue(
            severity=severity, rule="cell.blank", row=i, found="the cell is blank",
            expected=declared.meaning or declared.name, todo="fill it in",
        )
        for i in blank
        if i not in told
    ]  # fmt: skip


#: Required columns without which a patient's outcome would be wrong; a blank in the others only loses that detail.
DECISIVE = frozenset({"date", "method", "last_contact_date", "vital_status", "onset_date", "term"})


def _column_problems(table: Table, sheet: RawSheet, fields: Mapping[str, int]) -> list[Problem]:
    """Name required columns that are missing and columns that are not known."""
    out = []
    known = {_plain(f.name) for f in table.fields}
    strangers = {_plain(h): h for h in sheet.header if h and _plain(h) not in known}
    for declared in table.fields:
        if declared.need != "required" or declared.name in fields:
            continue
        close = get_close_matches(_plain(declared.name), list(strangers), n=1, cutoff=0.7)
        todo = f"is it the column {strangers[close[0]]!r}? Rename it" if close else f"add the column {declared.name}"
        severity = "blocks" if declared.kind == "id" or declared.name in DECISIVE else "changes"
        found = f"the required column {declared.name} is missing"
        out.append(_about(sheet, severity, "column.missing", found, declared.meaning, todo, sheet.row_number(-1)))
    for plain, heading in strangers.items():
        close = get_close_matches(plain, [n for n in known if n not in {_plain(f) for f in fields}], n=1, cutoff=0.8)
        if not close and plain.removesuffix("to") in known:
            continue
        name = next((f.name for f in table.fields if close and _plain(f.name) == close[0]), "")
        todo = f"rename it {name} if that is what it holds" if name else "nothing, if it is not needed"
        found = f"the column {heading!r} is not read"
        out.append(
            _about(
                sheet,
                "changes" if name else "note",
                "column.unknown",
                found,
                "a known column",
                todo,
                sheet.row_number(-1),
            )
        )
    return out
