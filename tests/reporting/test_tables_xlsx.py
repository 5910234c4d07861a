from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from glisson.present.document import Document
from glisson.reporting.tables_xlsx import all_estimates, tables_xlsx
from tests.reporting.fixture import assessment


@pytest.fixture(scope="module")
def book(made: Document):  # type: ignore[no-untyped-def]
    return load_workbook(io.BytesIO(tables_xlsx(assessment(), made)))


def test_every_table_has_a_sheet_and_the_banner(book, made: Document) -> None:  # type: ignore[no-untyped-def]
    names = book.sheetnames
    assert names[0] == "Contents"
    assert names[-1] == "Estimates"
    assert len(names) == len(made.tables()) + 2
    assert all(len(n) <= 31 for n in names)
    for name in names[1:-1]:
        assert book[name]["A2"].value == made.banner


def test_every_estimate_is_a_row_with_full_precision(book) -> None:  # type: ignore[no-untyped-def]
    rows = list(book["Estimates"].iter_rows(min_row=2, values_only=True))
    head, body = rows[0], rows[1:]
    expected = list(all_estimates(assessment()))
    assert len(body) == len(expected)
    for name in ("value", "low", "high"):
        written = [row[head.index(name)] for row in body]
        numbers = [getattr(e, name) for _, e in expected]
        assert [v is None for v in written] == [v is None for v in numbers]  # no number is a blank cell, not a zero
        assert [v for v in written if v is not None] == pytest.approx(
            [v for v in numbers if v is not None], rel=1e-15, abs=0
        )


def test_a_value_that_is_missing_says_why(book) -> None:  # type: ignore[no-untyped-def]
    rows = list(book["Estimates"].iter_rows(min_row=2, values_only=True))
    missing = [row for row in rows[1:] if row[rows[0].index("value")] is None]
    assert missing
    assert all(row[rows[0].index("reason")] for row in missing)


def test_the_same_assessment_gives_the_same_bytes(made: Document) -> None:
    assert tables_xlsx(assessment(), made) == tables_xlsx(assessment(), made)
