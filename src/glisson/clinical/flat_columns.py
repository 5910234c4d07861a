"""Columns of a flat sheet as typed values, every doubtful cell named: the step between a mapping and the tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from glisson.clinical.cells import Issue, ParsedColumn, parse_column
from glisson.clinical.problems import Problem, Severity
from glisson.clinical.propose import MISSING, Proposal
from glisson.clinical.raw import Cell, CellError
from glisson.clinical.schema import PATIENT, Field
from glisson.clinical.settings import ColumnMap, Study
from glisson.clinical.wording import shown

#: The earliest and the latest day that a date can mean.
Span = tuple[date | None, date | None]
#: Days in one unit of a duration.
DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
#: Nobody is followed for longer.
_LONGEST_DAYS = 36525
#: A rounding to whole days below this many days is not worth a note; it comes from the decimals that were kept.
_ROUNDING_DAYS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatColumns:
    """The columns of one sheet under complete settings, with the problems met so far.

    Parameters
    ----------
    proposal
        The sheet and its columns.
    study
        Settings that leave nothing open.
    ids
        Patient id of each row.
    problems
        Collected while reading.
    """

    proposal: Proposal
    study: Study
    ids: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.proposal.data.rows)

    def maps(self, means: str) -> tuple[ColumnMap, ...]:
        """Return the columns with one meaning."""
        return tuple(m for m in self.study.input.columns if m.means == means)

    def map(self, means: str) -> ColumnMap | None:
        """Return the column with one meaning, or ``None``."""
        return next(iter(self.maps(means)), None)

    def index(self, one: ColumnMap) -> int:
        """Return the 0-based position of a column."""
        return self.proposal.column(one.column).profile.index

    def cells(self, one: ColumnMap) -> tuple[Cell, ...]:
        """Return the raw cells of a column."""
        return self.proposal.data.column(self.index(one))

    def address(self, one: ColumnMap, row: int) -> str:
        """Return the address of a cell."""
        return self.proposal.data.address(row, self.index(one))

    def report(
        self, severity: Severity, rule: str, found: str, *, one: ColumnMap | None = None, row: int | None = None,
        expected: str = "", todo: str = "",
    ) -> None:  # fmt: skip
        """Add a problem of a cell, a row or a column."""
        sheet = self.proposal.data
        self.problems.append(
            Problem(
                severity=severity, rule=rule, found=found, expected=expected, todo=todo, file=sheet.file,
                sheet=sheet.name, cell=self.address(one, row) if one and row is not None else "",
                row=None if row is None else sheet.row_number(row), column=one.column if one else "",
                patient="" if row is None else self.ids[row],
            )
        )  # fmt: skip

    def codes(self, one: ColumnMap | None) -> tuple[str | None, ...]:
        """Return the code of each cell; ``None`` where nothing was recorded."""
        if one is None:
            return (None,) * self.rows
        missing = {*one.missing, *self.study.input.missing}
        out: list[str | None] = []
        for row, cell in enumerate(self.cells(one)):
            if isinstance(cell, CellError):
                self.report("changes", "cell.error", f"the error value {cell.text}", one=one, row=row,
                            expected="a value", todo="correct the formula or type the value")  # fmt: skip
                out.append(None)
                continue
            text = shown(cell)
            code = one.codes.get(text, MISSING if not text or text in missing else text)
            out.append(None if code == MISSING else code)
        return tuple(out)

    def parsed(self, one: ColumnMap, declared: Field) -> ParsedColumn:
        """Return typed values, every doubtful cell reported."""
        missing = (*self.study.input.missing, *one.missing)
        order = one.date_order or self.study.input.date_order
        column = parse_column(declared, self.cells(one), missing=missing, date_order=order)
        for issue in column.issues:
            if issue.rule != "number.sentinel" or not one.keep:
                self._report_issue(one, issue)
        return column

    def _report_issue(self, one: ColumnMap, issue: Issue) -> None:
        self.report(issue.severity, issue.rule, issue.found, one=one, row=issue.row, expected=issue.expected,
                    todo=issue.todo)  # fmt: skip

    def values(self, means: str, *, required: bool = False) -> tuple[Any, ...]:
        """Return the values of a column of the patient table; all ``None`` where the sheet does not hold it."""
        one = self.map(means)
        if one is None:
            return (None,) * self.rows
        return self.parsed(one, replace(PATIENT.field(means), need="required" if required else "optional")).values

    def dates(self, means: str, *, required: bool = False) -> tuple[Span, ...]:
        """Return the earliest and the latest day that each date can mean."""
        one = self.map(means)
        if one is None:
            return ((None, None),) * self.rows
        column = self.parsed(one, Field(name=means, kind="date", need="required" if required else "optional"))
        return tuple(zip(column.values, column.upto, strict=True))

    def days(self, one: ColumnMap) -> tuple[int | None, ...]:
        """Return durations in whole days; negative and endless ones block their patient."""
        factor = DAYS[one.unit]
        declared = Field(
            name=one.means, kind="number", low=0, high=_LONGEST_DAYS / factor, unit=one.unit, need="required"
        )
        exact = [None if v is None else v * factor for v in self.parsed(one, declared).values]
        whole = tuple(None if v is None else round(v) for v in exact)
        moved = [abs(v - round(v)) for v in exact if v is not None]
        rounded = [m for m in moved if m > _ROUNDING_DAYS]
        if rounded:
            self.report(
                "note", "duration.rounded",
                f"{len(rounded)} of {len(moved)} durations were rounded to whole days, by up to {max(rounded):.2f} day",
                one=one, todo=f"nothing; one of the {one.unit} is {factor:g} days" if factor > 1 else "nothing",
            )  # fmt: skip
        return whole


def identified(proposal: Proposal, study: Study) -> FlatColumns:
    """Start reading a sheet: give each row its patient id, report rows without one and ids that stand twice.

    Parameters
    ----------
    proposal, study
        The sheet, and settings that leave nothing open.
    """
    one = next((m for m in study.input.columns if m.means == "patient_id"), None)
    sheet = proposal.data
    numbered = tuple(f"row {sheet.row_number(i)}" for i in range(len(sheet.rows)))
    if one is None:
        columns = FlatColumns(proposal=proposal, study=study, ids=numbered)
        columns.report("note", "id.none", "no column holds the patient's id; row numbers are used",
                       todo="add a column of pseudonymous ids")  # fmt: skip
        return columns
    cells = sheet.column(proposal.column(one.column).profile.index)
    missing = {*one.missing, *study.input.missing}
    given = [shown(c) for c in cells]
    ids = tuple(number if not text or text in missing else text for text, number in zip(given, numbered, strict=True))
    columns = FlatColumns(proposal=proposal, study=study, ids=ids)
    seen: dict[str, int] = {}
    for row, patient in enumerate(ids):
        if patient == numbered[row]:
            columns.report("blocks", "id.missing", "no patient id", one=one, row=row, expected="an id",
                           todo="type the patient's id")  # fmt: skip
        elif patient in seen:
            columns.report(
                "blocks", "id.twice", f"patient {patient} stands in row {seen[patient]} already", one=one, row=row,
                expected="one row a patient", todo="join the rows, or give each patient an id",
            )  # fmt: skip
        seen.setdefault(patient, sheet.row_number(row))
    return columns


def term_of(one: ColumnMap) -> str:
    """Return the term of an adverse-event column: its label, else its heading without the word for grade."""
    return one.label or re.sub(r"(?i)[\s_(-]*(grade|grad|grado|ctcae)\)?", "", one.column).replace("_", " ").strip()


def spans(name: str, dates: Sequence[Span]) -> dict[str, Sequence[date | None]]:
    """Return a date column as the data model keeps it: the earliest and the latest day it can mean."""
    return {name: [first for first, _ in dates], f"{name}_to": [last for _, last in dates]}
