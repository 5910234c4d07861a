"""The marked copy: every problem is listed, its cell is coloured where it stands, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from glisson import read_cohort
from glisson.clinical import problems_xlsx
from glisson.clinical.marks import comment_text, mark, titles
from glisson.clinical.problems import SEVERITY_MEANING, Problem, Problems
from glisson.clinical.problems_xlsx import HEAD_ROW, problems_bytes, write_problems
from glisson.clinical.raw import Cell, CellError, RawSheet, read_sheets
from glisson.clinical.schema import table
from glisson.clinical.template import write_template
from glisson.errors import InputError

COLOURS = {"blocks": "FFF8B4B4", "changes": "FFFFE08A", "note": "FFCFE2F7"}
TOMORROW = (datetime.now(tz=UTC).date() + timedelta(days=400)).isoformat()


def spoil(path: Path, cells: dict[tuple[str, str], object]) -> None:
    """Change cells of the template's example, given as (sheet, column)."""
    book = openpyxl.load_workbook(path)
    for (sheet, column), value in cells.items():
        book[sheet].cell(2, table(sheet).names.index(column) + 1).value = value
    book.save(path)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spoiled") / "lms.xlsx"
    write_template(path)
    spoil(
        path,
        {
            ("patient", "sex"): "Q",
            ("patient", "height_cm"): 1680,
            ("session", "date"): TOMORROW,
            ("session", "drug"): "=1+1 is no formula",
            ("session", "drug_mg"): "75,5",
            ("lesion", "patient_id"): "EX-02",
            ("lab", "value"): "n/a",
        },
    )
    book = openpyxl.load_workbook(path)
    book["session"].cell(2, table("session").names.index("drug") + 1).data_type = "s"
    book["patient"].cell(1, len(table("patient").names) + 1).value = "shoe size"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def problems(spoiled: Path) -> Problems:
    return read_cohort(spoiled).problems


@pytest.fixture(scope="module")
def marked(spoiled: Path, problems: Problems) -> Path:
    path = spoiled.with_name("marked.xlsx")
    write_problems(path, problems, read_sheets(spoiled))
    return path


@pytest.fixture(scope="module")
def book(marked: Path) -> Workbook:
    return openpyxl.load_workbook(marked)


def raw(
    name: str, rows: Sequence[Sequence[Cell]], *, file: str = "a.csv", header: Sequence[str] = ("id", "x"), **more: int
) -> RawSheet:
    return RawSheet(
        file=file, name=name, header=tuple(header), rows=tuple(map(tuple, rows)), first_row=2 + more.get("top", 0),
        first_column=more.get("left", 0),
    )  # fmt: skip


def problem(severity: str = "blocks", **where: object) -> Problem:
    return Problem(**{"severity": severity, "rule": "r", "found": "what", "file": "a.csv", **where})  # type: ignore[arg-type]


def written(problems: Sequence[Problem], sheets: Sequence[RawSheet], tmp_path: Path) -> Workbook:
    write_problems(tmp_path / "marked.xlsx", Problems.of(problems), sheets)
    return openpyxl.load_workbook(tmp_path / "marked.xlsx")


def fill(book: Workbook, sheet: str, cell: str) -> str | None:
    found = book[sheet][cell].fill
    return found.fgColor.rgb if found.fill_type else None


# the list


def test_the_spoiled_template_has_the_problems_that_were_planted(problems: Problems) -> None:
    assert {p.rule for p in problems} >= {
        "choice.unknown", "number.range", "date.future", "number.comma", "lesion.patient_id", "missing.undeclared",
        "column.unknown",
    }  # fmt: skip


def test_every_problem_is_listed_worst_first(book: Workbook, problems: Problems) -> None:
    sheet = book["Problems"]
    rows = list(sheet.iter_rows(min_row=HEAD_ROW + 2, values_only=True))
    assert len(rows) == len(problems)
    for row, one in zip(rows, problems, strict=True):
        assert row[0] == SEVERITY_MEANING[one.severity]
        assert (row[1], row[2], row[5] or "") == ("lms.xlsx", one.sheet, one.patient)
        assert row[3] == (one.cell or f"row {one.row}")
        assert (row[6] or "", row[7] or "", row[8] or "") == (one.found, one.expected, one.todo)
    assert sheet.freeze_panes == f"A{HEAD_ROW + 2}"
    assert sheet.auto_filter.ref == f"A{HEAD_ROW + 1}:I{HEAD_ROW + 1 + len(problems)}"


def test_each_link_leads_to_a_marked_cell_with_its_message(book: Workbook, problems: Problems) -> None:
    for number, one in enumerate(problems, start=HEAD_ROW + 2):
        link = book["Problems"].cell(number, 4).hyperlink
        assert link is not None
        sheet, cell = link.location.rsplit("!", 1)
        target = book[sheet.strip("'")][cell]
        assert target.fill.fgColor.rgb in COLOURS.values()
        assert one.found in target.comment.text
        assert not one.cell or cell == one.cell


# the copy


def test_marks_are_exactly_where_the_problems_are(book: Workbook, problems: Problems) -> None:
    expected: dict[tuple[str, str], str] = {}
    for one in problems:
        cells = [one.cell] if one.cell else [c.coordinate for c in book[one.sheet][one.row]]
        for cell in cells:
            expected.setdefault((one.sheet, cell), COLOURS[one.severity])
    found = {
        (sheet.title, c.coordinate): c.fill.fgColor.rgb
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows()
        for c in row
        if c.fill.fill_type and c.fill.fgColor.rgb in COLOURS.values()
    }
    assert found == expected


def test_the_copy_holds_the_same_cells_and_no_formula(spoiled: Path, marked: Path) -> None:
    before = {s.name: s for s in read_sheets(spoiled)}
    after = {s.name: s for s in read_sheets(marked)}
    assert list(after) == ["Problems", *before]
    for name in set(before) - {"README"}:
        assert after[name].header == before[name].header
        assert after[name].row_numbers == before[name].row_numbers
        for one, other in zip(before[name].rows, after[name].rows, strict=True):
            plain = tuple(c.isoformat() if isinstance(c, date) else c for c in one)
            assert other == plain
    formula = openpyxl.load_workbook(marked)["session"].cell(2, table("session").names.index("drug") + 1)
    assert (formula.value, formula.data_type) == ("=1+1 is no formula", "s")


def test_checking_the_copy_finds_the_same_problems(marked: Path, problems: Problems) -> None:
    def key(found: Problems) -> list[tuple[str, str, str, str, int | None]]:
        return [(p.severity, p.rule, p.sheet, p.cell, p.row) for p in found]

    assert key(read_cohort(marked).problems) == key(problems)


def test_a_cell_has_its_worst_colour_and_all_its_messages(tmp_path: Path) -> None:
    three = [
        problem("note", sheet="a", cell="B2", found="first"),
        problem("blocks", sheet="a", cell="B2", found="second"),
        problem("changes", sheet="a", row=2, found="third"),
    ]
    book = written(three, [raw("a", [["p1", 3.0], ["p2", 4.0]])], tmp_path)
    assert [fill(book, "a", c) for c in ("A2", "B2", "A3", "B3")] == [COLOURS["changes"], COLOURS["blocks"], None, None]
    text = book["a"]["B2"].comment.text
    assert text.index("second") < text.index("first")
    assert "third" in book["a"]["A2"].comment.text


@pytest.mark.parametrize(
    ("where", "cells"),
    [
        ({"cell": "B3"}, {"B3"}),
        ({"row": 3}, {"A3", "B3"}),
        ({"row": 3, "column": "x"}, {"B3"}),
        ({"column": "x"}, {"B1"}),
        ({"cell": "D9"}, {"D9"}),
        ({"row": 1}, {"A1", "B1"}),
        ({}, set()),
        ({"cell": "sheet!"}, set()),
    ],
)
def test_what_is_marked_for_a_cell_a_row_and_a_column(
    tmp_path: Path, where: dict[str, object], cells: set[str]
) -> None:
    book = written([problem(sheet="a", **where)], [raw("a", [["p1", 1.0], ["p2", None]])], tmp_path)
    found = {
        c.coordinate for row in book["a"].iter_rows() for c in row if fill(book, "a", c.coordinate) in COLOURS.values()
    }
    assert found == cells
    assert (book["Problems"].cell(HEAD_ROW + 2, 4).hyperlink is not None) == bool(cells)


def test_cells_keep_their_addresses_below_a_title_and_right_of_an_empty_column(tmp_path: Path) -> None:
    sheet = RawSheet(
        file="a.xlsx", name="a", header=("id", "x"), rows=(("p1", 1.0), ("p2", 2.0)), first_row=4, first_column=2,
        row_numbers=(4, 9),
    )  # fmt: skip
    book = written([problem(file="a.xlsx", sheet="a", cell="D9")], [sheet], tmp_path)
    assert (book["a"]["C3"].value, book["a"]["D4"].value, book["a"]["D9"].value) == ("id", 1, 2)
    assert fill(book, "a", "D9") == COLOURS["blocks"]


def test_cells_of_every_kind_stand_as_they_were_found(tmp_path: Path) -> None:
    cells: dict[str, tuple[Cell, object]] = {
        "number": (2.5, 2.5), "bool": (True, True), "text": ("007", "007"), "formula": ("=A1", "=A1"),
        "link": ("http://a.b", "http://a.b"), "date": (date(1890, 1, 2), "1890-01-02"),
        "moment": (datetime(2020, 1, 2, 3, 4), "2020-01-02 03:04:00"), "error": (CellError("#N/A"), "#N/A"),  # noqa: DTZ001
        "huge": (12345678901234567, "12345678901234567"), "nan": (float("nan"), "nan"), "inf": (float("inf"), "inf"),
        "spaces": ("  a\nb ", "  a\nb "), "long": ("x" * 40_000, "x" * 32_000 + " ... (cut)"), "blank": (None, None),
    }  # fmt: skip
    book = written([], [raw("a", [[c for c, _ in cells.values()]], header=list(cells))], tmp_path)
    found = {name: book["a"].cell(2, i).value for i, name in enumerate(cells, start=1)}
    assert found == {name: expected for name, (_, expected) in cells.items()}
    assert all(book["a"].cell(2, i).data_type != "f" for i in range(1, len(cells) + 1))
    assert all(book["a"].cell(2, i).hyperlink is None for i in range(1, len(cells) + 1))


# awkward inputs


def test_names_of_sheets_are_made_to_fit_and_stay_apart(tmp_path: Path) -> None:
    names = ["x" * 40, "x" * 40 + "y", "Lab", "LAB", "Problems", "history", "a/b:c", "'quoted'", "", "it's"]
    sheets = [raw(n, [["p", 1.0]], file=f"{i}.csv") for i, n in enumerate(names)]
    given = titles(sheets)
    assert len({t.casefold() for t in given}) == len(names)
    assert all(0 < len(t) <= 31 for t in given)
    found = [problem(file=s.file, sheet=s.name, cell="B2", found=f"in {s.file}") for s in sheets]
    book = written(found, sheets, tmp_path)
    assert book.sheetnames == ["Problems", *given]
    for sheet, title in zip(sheets, given, strict=True):
        assert f"in {sheet.file}" in book[title]["B2"].comment.text
    targets = [book["Problems"].cell(HEAD_ROW + 2 + i, 4).hyperlink.location for i in range(len(names))]
    assert "'it''s'!B2" in targets


def test_a_problem_of_a_table_cut_out_of_an_export_is_marked_in_the_export(tmp_path: Path) -> None:
    book = written([problem(sheet="session", cell="B2")], [raw("export", [["p", 1.0]])], tmp_path)
    assert fill(book, "export", "B2") == COLOURS["blocks"]


def test_a_folder_of_csv_files_is_copied_sheet_by_sheet(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "patient.csv").write_text("patient_id,sex,last_contact_date,vital_status\n1,Q,2020-01-01,alive\n")
    (folder / "session.csv").write_text("session_id,patient_id,date,method\nS1,1,2019-01-01,deb_tace\n")
    cohort = read_cohort(folder)
    write_problems(tmp_path / "marked.xlsx", cohort.problems, read_sheets(folder))
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames == ["Problems", "patient", "session"]
    assert fill(book, "patient", "B2") == COLOURS["blocks"]


def test_of_a_huge_sheet_the_rows_with_problems_are_copied_first() -> None:
    sheet = raw("a", [[f"p{i}", float(i)] for i in range(1000)])
    found = Problems.of([problem(sheet="a", cell="B900"), problem(sheet="a", cell="A901")])
    marking = mark(found, [sheet, raw("b", [["p", 1.0]], file="b.csv")], copied=20)
    assert [len(s.rows) for s in marking.sheets] == [10, 0]
    assert [sheet.row_number(i) for i in marking.sheets[0].rows] == [2, 3, 4, 5, 6, 7, 8, 9, 900, 901]
    assert len(marking.targets) == 2
    assert marking.left_out[0] == (
        "The sheet a has 1,000 rows, and 10 of them are copied: those with a problem and then the first ones"
    )
    scarce = mark(found, [sheet], copied=2)
    assert [sheet.row_number(i) for i in scarce.sheets[0].rows] == [900]
    assert list(scarce.targets.values()) == ["'a'!B900"]
    assert list(scarce.sheets[0].marks) == [(899, 1)]


def test_columns_beyond_the_last_of_a_worksheet_are_left_out_and_said() -> None:
    wide = raw("a", [["v"] * 16_390], header=[f"c{i}" for i in range(16_390)])
    marking = mark(Problems.of([problem(sheet="a", cell="XFE2")]), [wide])
    assert marking.sheets[0].width == 16_384
    assert marking.targets == {}
    assert "16,390 columns" in marking.left_out[0]


def test_what_is_capped_is_said_on_the_first_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("LISTED", 3), ("LINKS", 2), ("COMMENTS", 1)):
        monkeypatch.setattr(problems_xlsx, name, value)
    found = [problem(sheet="a", cell=f"A{i}", found=f"no {i}") for i in range(2, 7)]
    book = written(found, [raw("a", [[f"p{i}", 1.0] for i in range(5)])], tmp_path)
    told = book["Problems"]["A2"].value
    assert "Only the first 3 of 5 problems are listed." in told
    assert "Only the 1 worst cells have a comment" in told
    assert [book["Problems"].cell(HEAD_ROW + 2 + i, 4).hyperlink is not None for i in range(3)] == [True, True, False]
    assert sum(c.comment is not None for row in book["a"].iter_rows() for c in row) == 1
    assert all(fill(book, "a", f"A{i}") == COLOURS["blocks"] for i in range(2, 7))


def test_a_comment_stays_readable() -> None:
    text = comment_text([problem(found="x" * 300, expected="y" * 300) for _ in range(30)])
    assert len(text) < 1600
    assert "And 22 more in the sheet Problems." in comment_text([problem() for _ in range(30)])


def test_data_without_problems_say_so(tmp_path: Path) -> None:
    book = written([], [raw("a", [["p", 1.0]])], tmp_path)
    assert book["Problems"]["A1"].value == "No problems were found in the data."
    assert book["a"]["B2"].value == 1


def test_same_bytes_every_time(spoiled: Path, problems: Problems) -> None:
    assert problems_bytes(problems, read_sheets(spoiled)) == problems_bytes(problems, read_sheets(spoiled))


# writing


def test_nothing_is_replaced_unasked_and_the_input_never(spoiled: Path, problems: Problems, tmp_path: Path) -> None:
    sheets = read_sheets(spoiled)
    earlier = tmp_path / "marked.xlsx"
    earlier.write_bytes(b"earlier")
    with pytest.raises(InputError, match="exists already"):
        write_problems(earlier, problems, sheets)
    assert earlier.read_bytes() == b"earlier"
    write_problems(earlier, problems, sheets, force=True)
    assert openpyxl.load_workbook(earlier).sheetnames[0] == "Problems"
    before = spoiled.read_bytes()
    with pytest.raises(InputError, match="never replaced"):
        write_problems(spoiled, problems, sheets, force=True)
    assert spoiled.read_bytes() == before


@pytest.mark.parametrize("write", [lambda p: write_problems(p, Problems(), []), write_template])
def test_only_workbooks_are_written(tmp_path: Path, write: Callable[[Path], None]) -> None:
    with pytest.raises(InputError, match=r"does not end in \.xlsx"):
        write(tmp_path / "marked.pdf")
    assert list(tmp_path.iterdir()) == []
