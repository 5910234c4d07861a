"""Junk in every column of every sheet, and every column left out in turn: problems, never a traceback."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from scripts.demo.workbook import tables

from glisson.clinical import schema
from glisson.clinical.integrity_rules import RULES
from glisson.clinical.raw import Cell, CellError, RawSheet
from glisson.clinical.read import exclude, relational_cohort
from glisson.clinical.schema import TABLES
from glisson.clinical.settings import Study
from glisson.errors import GlissonError

#: Every patient and session is there; of the other sheets only the rows of these patients.
WITH_RECORDS = {"001", "005", "010"}
STUDY = Study(cutoff=date(2019, 6, 30))
TODAY = date(2020, 1, 1)
JUNK: tuple[Cell, ...] = (
    None, CellError("#N/A"), "30 February 2016", "n/a", -999.0, "9" * 400, True, date(1899, 12, 31),
    datetime(9999, 12, 31), time(8, 30),  # noqa: DTZ001 - as a spreadsheet gives it
    timedelta(days=3), "<0,2 mg", float("inf"), 1e308, "\u202e\u0000;--", "01/02/2016", "2016", "1.234,5",
)  # fmt: skip
#: Columns that a rule of integrity, or the reader itself, relies on.
RELIED_ON = sorted(
    {need for rule in RULES for need in rule.needs}
    | {(t.name, f.name) for t in TABLES for f in t.fields if f.need == "required"}
)
#: Columns that get junk together: ids one by one, because a row without its id is gone; the rest of a sheet at once.
TOGETHER = [(t.name, (f.name,)) for t in TABLES for f in t.fields if f.kind == "id"]
TOGETHER += [(t.name, tuple(f.name for f in t.fields if f.kind != "id")) for t in TABLES]


@cache
def grids() -> dict[str, tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]]:
    """Return header and rows of each sheet, few enough to be read hundreds of times."""
    out = {}
    for table in TABLES:
        own = tables()[table.name]
        if table.name not in {"patient", "session"}:
            own = [r for r in own if str(r.get("patient_id") or next(iter(r.values())))[:3] in WITH_RECORDS]
        rows = tuple(tuple(row.get(name) for name in table.names) for row in own[: 30 if table.name == "lab" else None])
        out[table.name] = (table.names, rows)
    return out  # type: ignore[return-value]


def without(table: str, column: str) -> tuple[RawSheet, ...]:
    """Return all sheets, one without one of its columns."""

    def cut(row: tuple[Cell, ...], at: int) -> tuple[Cell, ...]:
        return row[:at] + row[at + 1 :]

    header, rows = grids()[table]
    at = header.index(column)
    return _sheets(table, cut(header, at), tuple(cut(row, at) for row in rows))  # type: ignore[arg-type]


def with_junk(table: str, columns: tuple[str, ...]) -> tuple[RawSheet, ...]:
    """Return all sheets, one with some of its columns beginning with junk."""
    header, rows = grids()[table]
    spoilt = [list(row) for row in rows]
    for junk, row in zip(JUNK, spoilt, strict=False):
        for column in columns:
            row[header.index(column)] = junk
    return _sheets(table, header, tuple(tuple(row) for row in spoilt))


def _sheets(table: str, header: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> tuple[RawSheet, ...]:
    grid = grids() | {table: (header, rows)}
    return tuple(RawSheet(file="junk.xlsx", name=n, header=h, rows=r, first_row=2) for n, (h, r) in grid.items())


def test_the_cohort_is_sound_before_anything_is_done_to_it() -> None:
    cohort = relational_cohort(with_junk("patient", ()), STUDY, today=TODAY)
    assert cohort.n == 24
    assert not cohort.problems.blocking


@pytest.mark.parametrize(("table", "column"), RELIED_ON)
def test_a_missing_column_is_a_problem_at_most(table: str, column: str) -> None:
    found = without(table, column)
    if (table, column) == ("patient", "patient_id"):
        with pytest.raises(GlissonError, match="column patient_id"):
            relational_cohort(found, STUDY, today=TODAY)
        return
    cohort = relational_cohort(found, STUDY, today=TODAY)
    if schema.table(table).field(column).need == "required":
        assert any(column in p.found and p.sheet == table for p in cohort.problems)


@pytest.mark.parametrize(("table", "columns"), TOGETHER)
def test_junk_is_named_by_its_cell(table: str, columns: tuple[str, ...]) -> None:
    cohort = relational_cohort(with_junk(table, columns), STUDY, today=TODAY)
    last = len(grids()[table][1]) + 1
    for column in columns:
        field = schema.table(table).field(column)
        at = [p for p in cohort.problems if p.sheet == table and p.column == column]
        assert all(p.cell for p in at if p.row)
        if field.kind in {"date", "number", "integer", "yes_no", "choice"}:
            wrong = {3, 4, 7} | ({6} if field.low is not None and field.low > -999 else set())
            assert {r for r in wrong if r <= last} <= {p.row for p in at}, column
    left = exclude(cohort)
    assert left.n + len(left.excluded) <= 24
