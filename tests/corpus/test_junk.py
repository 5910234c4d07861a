"""Junk in every column of every sheet, and every column left out in turn: problems, never a traceback."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from scripts.demo.workbook import tables

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
COLUMNS = [(t.name, f.name) for t in TABLES for f in t.fields]


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


def sheets(table: str, column: str, junk: tuple[Cell, ...] | None) -> tuple[RawSheet, ...]:
    """Return all sheets; one column is left out, or begins with junk."""
    out = []
    for name, (header, rows) in grids().items():
        heads, cells = header, rows
        if name == table:
            at = header.index(column)
            if junk is None:
                heads = header[:at] + header[at + 1 :]
                cells = tuple(row[:at] + row[at + 1 :] for row in rows)
            else:
                fill = dict(enumerate(junk))
                cells = tuple((*row[:at], fill.get(i, row[at]), *row[at + 1 :]) for i, row in enumerate(rows))
        out.append(RawSheet(file="junk.xlsx", name=name, header=heads, rows=cells, first_row=2))
    return tuple(out)


def test_the_cohort_is_sound_before_anything_is_done_to_it() -> None:
    cohort = relational_cohort(sheets("patient", "sex", ()), STUDY, today=TODAY)
    assert cohort.n == 24
    assert not cohort.problems.blocking


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_missing_column_is_a_problem_at_most(table: str, column: str) -> None:
    found = sheets(table, column, None)
    if (table, column) == ("patient", "patient_id"):
        with pytest.raises(GlissonError, match="column patient_id"):
            relational_cohort(found, STUDY, today=TODAY)
        return
    cohort = relational_cohort(found, STUDY, today=TODAY)
    field = next(t for t in TABLES if t.name == table).field(column)
    if field.need == "required":
        assert any(column in p.found and p.sheet == table for p in cohort.problems)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_junk_in_a_column_is_named_by_cell(table: str, column: str) -> None:
    cohort = relational_cohort(sheets(table, column, JUNK), STUDY, today=TODAY)
    field = next(t for t in TABLES if t.name == table).field(column)
    at = [p for p in cohort.problems if p.sheet == table and p.column == column]
    assert all(p.cell for p in at if p.row)
    if field.kind in {"date", "number", "integer", "yes_no", "choice"}:
        rows = len(grids()[table][1]) + 1
        wrong = {3, 4, 7} | ({6} if field.low is not None and field.low > -999 else set())
        assert {r for r in wrong if r <= rows} <= {p.row for p in at}
    _without_the_blocked(cohort)


def _without_the_blocked(cohort: object) -> None:
    """Leaving out the patients concerned must work as well."""
    left = exclude(cohort)  # type: ignore[arg-type]
    assert left.n + len(left.excluded) <= 24
