"""The empty workbook: it says what the schema says, reads back, and never replaces anything unasked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from glisson import read_cohort
from glisson.clinical.schema import TABLES, Field, table
from glisson.clinical.template import template_bytes, write_template
from glisson.clinical.template_text import header_comment
from glisson.errors import InputError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "cohort.xlsx"
    write_template(file)
    return file


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


def columns(book: Workbook) -> Iterator[tuple[Worksheet, int, Field]]:
    """Every column of every table as (sheet, column number, declaration)."""
    for declared in TABLES:
        for number, column in enumerate(declared.fields, start=1):
            yield book[declared.name], number, column


def rule(sheet: Worksheet, column: int) -> DataValidation | None:
    letter = openpyxl.utils.get_column_letter(column)
    found = [v for v in sheet.data_validations.dataValidation if str(v.sqref).startswith(f"{letter}2:{letter}")]
    assert len(found) <= 1
    return found[0] if found else None


# what is in it


def test_one_sheet_a_table_behind_the_readme(book: Workbook) -> None:
    assert book.sheetnames == ["README", *(t.name for t in TABLES)]
    for declared in TABLES:
        assert [c.value for c in book[declared.name][1]] == list(declared.names)
        assert book[declared.name].freeze_panes == "B2"


def test_needs_look_different_in_every_sheet(book: Workbook) -> None:
    looks: dict[str, set[tuple[str, bool]]] = {}
    for sheet, number, column in columns(book):
        head = sheet.cell(1, number)
        looks.setdefault(column.need, set()).add((head.fill.fgColor.rgb, bool(head.font.b)))
    assert all(len(found) == 1 for found in looks.values())
    assert len({fill for found in looks.values() for fill, _ in found}) == 3


def test_every_heading_says_what_it_holds(book: Workbook) -> None:
    for sheet, number, column in columns(book):
        comment = sheet.cell(1, number).comment
        assert comment is not None
        assert comment.text == header_comment(column)
        assert f"Need: {column.need}" in comment.text
        assert all(choice in comment.text for choice in column.choices)
        assert column.unit in comment.text


def test_choices_are_lists_that_hold_exactly_the_codes(book: Workbook) -> None:
    for sheet, number, column in columns(book):
        if column.kind not in {"choice", "yes_no"}:
            continue
        found = rule(sheet, number)
        assert found is not None, f"{sheet.title}.{column.name} has no list"
        assert found.type == "list"
        assert found.formula1.strip('"').split(",") == list(column.choices or ("yes", "no"))
        assert len(found.formula1) <= 257


def test_limits_of_numbers_only_warn(book: Workbook) -> None:
    for sheet, number, column in columns(book):
        if column.low is None:
            continue
        found = rule(sheet, number)
        assert found is not None
        assert (found.type, found.errorStyle) == ("whole" if column.kind == "integer" else "decimal", "warning")
        assert (float(found.formula1), float(found.formula2)) == (column.low, column.high)


def test_dates_are_iso_and_only_warned_about_and_ids_are_text(book: Workbook) -> None:
    for sheet, number, column in columns(book):
        letter = openpyxl.utils.get_column_letter(number)
        # openpyxl joins neighbouring columns of one style under the first
        own = [d for d in sheet.column_dimensions.values() if d.min <= number <= d.max]
        assert len(own) == 1, f"{sheet.title}.{letter}"
        if column.kind == "date":
            found = rule(sheet, number)
            assert found is not None
            assert (found.type, found.errorStyle) == ("custom", "warning")
            assert f"{letter}2" in found.formula1
            assert own[0].number_format == "yyyy-mm-dd"
        if column.kind == "id":
            assert own[0].number_format == "@"


def test_the_example_stands_in_every_sheet_and_dates_are_dates(book: Workbook) -> None:
    for sheet, number, column in columns(book):
        value = sheet.cell(2, number).value
        assert (value is None) == (column.example == "")
    session = book["session"]
    day = session.cell(2, table("session").names.index("date") + 1).value
    assert day == datetime(2016, 10, 11)  # noqa: DTZ001
    assert book["patient"].cell(2, table("patient").names.index("primary_dx_date") + 1).value == "2015-03"


def test_the_readme_names_every_sheet_and_what_it_adds(book: Workbook) -> None:
    text = "\n".join(str(c.value) for row in book["README"].iter_rows() for c in row if c.value)
    for declared in TABLES:
        assert declared.name in text
        assert declared.adds in text
    links = {c.hyperlink.location for row in book["README"].iter_rows() for c in row if c.hyperlink}
    assert links == {f"'{t.name}'!A1" for t in TABLES}


def test_same_bytes_every_time() -> None:
    assert template_bytes() == template_bytes()


# reading it back


def test_it_reads_back_as_one_patient_with_every_table(path: Path) -> None:
    cohort = read_cohort(path)
    assert cohort.n == 1
    assert set(cohort.tables) == {t.name for t in TABLES}
    assert [(p.severity, p.rule) for p in cohort.problems] == [
        ("changes", "patient.example"), ("note", "date.partial"),
    ]  # fmt: skip
    for declared in TABLES:
        assert cohort.table(declared.name).height == len(declared.examples)
        for column in declared.fields:
            if column.example:
                assert cohort.table(declared.name)[column.name][0] is not None, f"{declared.name}.{column.name}"


def test_the_examples_agree_with_each_other(path: Path) -> None:
    cohort = read_cohort(path)
    scans = cohort.table("assessment").sort("date")
    first = cohort.table("session")["date"][0]
    assert scans["date"][0] < first < scans["date"][1]
    assert scans["is_baseline"].to_list() == [True, False]
    sizes = dict(cohort.table("measurement").select("assessment_id", "long_mm").iter_rows())
    assert sizes[scans["assessment_id"][0]] == cohort.table("patient")["largest_mm"][0]
    # within 30 % below and 20 % above: stable disease, as the example says
    assert -0.3 < sizes[scans["assessment_id"][1]] / sizes[scans["assessment_id"][0]] - 1 < 0.2
    assert scans["target_resp"][1] == "SD"
    earlier = sum(start < first for start in cohort.table("systemic_therapy")["start_date"])
    assert earlier == cohort.table("patient")["lines_systemic_before"][0]


def test_replacing_the_example_leaves_no_problem_of_it(path: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("EX-01", "007")
    book.save(tmp_path / "own.xlsx")
    cohort = read_cohort(tmp_path / "own.xlsx")
    assert cohort.table("patient")["patient_id"].to_list() == ["007"]
    assert [p.rule for p in cohort.problems] == ["date.partial"]


# writing


def test_it_does_not_replace_a_file_unasked(tmp_path: Path) -> None:
    file = tmp_path / "cohort.xlsx"
    file.write_bytes(b"records of years")
    with pytest.raises(InputError, match="exists already"):
        write_template(file)
    assert file.read_bytes() == b"records of years"
    write_template(file, force=True)
    assert file.read_bytes() == template_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["cohort.xlsx"]


@pytest.mark.parametrize("name", ["cohort.csv", "cohort", "folder.xlsx"])
def test_names_that_would_mislead_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(InputError):
        write_template(tmp_path / name, force=True)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.xlsx"]


def test_missing_folders_are_made_and_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    write_template(tmp_path / "a" / "b" / "cohort.xlsx")
    assert (tmp_path / "a" / "b" / "cohort.xlsx").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"cohort\.xlsx cannot be written"):
        write_template(tmp_path / "file" / "cohort.xlsx")


def test_an_interrupted_write_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cohort.xlsx"
    file.write_bytes(b"earlier")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_template(file, force=True)
    assert file.read_bytes() == b"earlier"
    assert [p.name for p in tmp_path.iterdir()] == ["cohort.xlsx"]
