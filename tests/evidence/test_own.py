"""Studies of one's own: read beside the library, and every problem named with its cell, all at once."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import xlsxwriter

from glisson.errors import InputError
from glisson.evidence import library
from glisson.evidence.library import Arm, Published
from glisson.evidence.own import check_own
from glisson.evidence.own_columns import NUMBERS, OPTIONAL, STUDIES
from glisson.evidence.own_template import own_template_bytes, write_own_template

ARM = {c.name: c.example for c in STUDIES}
NUMBER = {c.name: c.example for c in NUMBERS}


def as_csv(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_workbook(path: Path, studies: list[dict[str, str]], estimates: list[dict[str, str]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in (("studies", studies), ("estimates", estimates)):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, list(rows[0]))
        for line, row in enumerate(rows, start=1):
            for place, text in enumerate(row.values()):
                if text.replace(".", "", 1).isdigit():
                    sheet.write_number(line, place, float(text))
                elif text:
                    sheet.write_string(line, place, text)
    book.close()
    return path


def test_the_columns_are_those_of_the_library():
    assert [c.name for c in STUDIES] == list(Arm.model_fields)
    assert [c.name for c in NUMBERS] == [*Published.model_fields, "status"]
    assert "value" in OPTIONAL


def test_two_csv_files_and_a_workbook_hold_the_same(tmp_path):
    files = [as_csv(tmp_path / "a.csv", ARM), as_csv(tmp_path / "b.csv", NUMBER)]
    book = as_workbook(tmp_path / "own.xlsx", [ARM], [NUMBER])
    shelf = library(extra=files)
    assert shelf.arms[:-1] == library().arms
    assert (shelf.arms[-1].label, shelf.arms[-1].n_patients) == ("Doe 2024", 20)
    assert (shelf.numbers[-1].value, shelf.numbers[-1].events, shelf.numbers[-1].p_value) == (0.4, 8, "")
    other = library(extra=[book])
    assert (other.arms, other.numbers) == (shelf.arms, shelf.numbers)
    assert library(extra=[tmp_path / "b.csv", str(tmp_path / "a.csv")]).numbers == shelf.numbers
    assert library(extra=str(book)).numbers == library(extra=book).numbers == shelf.numbers


def test_numbers_can_be_added_to_an_arm_that_ships(tmp_path):
    file = as_csv(
        tmp_path / "more.csv", NUMBER | {"study_id": "krzyston2020", "arm_id": "y90", "n": "6", "events": "1"}
    )
    added = library(extra=[file]).numbers[-1]
    assert (added.study_id, added.arm_id) == ("krzyston2020", "y90")
    assert len(library().numbers) + 1 == len(library(extra=[file]).numbers)


def test_only_numbers_that_were_read_are_shown(tmp_path):
    files = [as_csv(tmp_path / "a.csv", ARM), as_csv(tmp_path / "b.csv", NUMBER | {"status": "unverified"})]
    own = check_own(files, library())
    assert (len(own.arms), len(own.numbers), len(own.problems.blocking)) == (1, 0, 0)
    assert "left out" in str(own.problems.rows[0])


@pytest.mark.parametrize(
    ("arm", "number", "cell", "said"),
    [
        ({"setting": "elsewhere"}, {}, "K2", "expected one of liver_directed"),
        ({"year": "last"}, {}, "D2", "expected a whole number"),
        ({"n_lms": "21"}, {}, "row 2", "more patients with leiomyosarcoma"),
        ({"first_author": ""}, {}, "C2", "the cell is empty"),
        ({"source_url": "the library"}, {}, "Q2", "an address"),
        ({}, {"value": "40"}, "F2", "Divide percentages by 100"),
        ({}, {"value": "0,4"}, "F2", "decimal comma"),
        ({}, {"value": "40%"}, "F2", "is a percentage"),
        ({}, {"value": "many"}, "F2", "'many' cannot be used"),
        ({}, {"n": "7.5"}, "J2", "a whole number"),
        ({}, {"value": "nan"}, "F2", "'nan' cannot be used"),
        ({}, {"ci_high": "inf"}, "H2", "'inf' cannot be used"),
        ({}, {"ci_level": "95"}, "I2", "between 0 and 1"),
        ({}, {"n": "-3", "events": ""}, "J2", "a whole number"),
        ({}, {"events": "21"}, "row 2", "more events than patients"),
        ({}, {"ci_low": "0.7"}, "row 2", "ends before it begins"),
        ({}, {"statistic": "hazard"}, "E2", "hazard_ratio"),
        ({}, {"p_value": "small"}, "P2", "P value as printed"),
        ({}, {"status": "perhaps"}, "Q2", "verified or unverified"),
        ({}, {"arm_id": "b"}, "row 2", "there is no arm doe2024 b"),
        ({"study_id": "krzyston2020"}, {"study_id": "krzyston2020"}, "row 2", "ships with glisson already"),
    ],
)
def test_a_problem_is_named_with_its_cell(tmp_path, arm, number, cell, said):
    files = [as_csv(tmp_path / "studies.csv", ARM | arm), as_csv(tmp_path / "estimates.csv", NUMBER | number)]
    own = check_own(files, library())
    texts = [str(p) for p in own.problems.blocking if (p.file == "studies.csv") == bool(arm)]
    assert any(said in t and cell in t for t in texts), texts
    with pytest.raises(InputError, match="glisson evidence check"):
        library(extra=files)


def test_all_problems_are_named_at_once(tmp_path):
    book = as_workbook(
        tmp_path / "own.xlsx",
        [ARM, ARM, ARM | {"arm_id": "b", "setting": "x", "modality": ""}],
        [NUMBER | {"value": "40"}, NUMBER, NUMBER, NUMBER | {"statistic": "x", "n": "y"}],
    )
    own = check_own([book], library())
    places = [(p.sheet, p.cell or p.row) for p in own.problems.blocking]
    assert {str(p) for _, p in places} == {"4", "E5", "J5", "F2", "3", "K4", "L4"}
    with pytest.raises(InputError, match="7 problems") as refused:
        library(extra=[book])
    assert all(word in str(refused.value) for word in ("own.xlsx, sheet studies, cell K4", "cell F2", "cell E5"))


def test_columns_may_be_left_out_misplaced_or_unknown(tmp_path):
    needed = {k: v for k, v in NUMBER.items() if k not in OPTIONAL}
    shuffled = dict(sorted((needed | {"value": "0.4", "remark": "mine"}).items()))
    own = check_own([as_csv(tmp_path / "a.csv", ARM), as_csv(tmp_path / "b.csv", shuffled)], library())
    assert not own.problems.blocking
    assert own.numbers[0].value == 0.4
    assert ["remark is not read" in str(p) for p in own.problems] == [True]
    del shuffled["subgroup"]
    own = check_own([as_csv(tmp_path / "a.csv", ARM), as_csv(tmp_path / "b.csv", shuffled)], library())
    assert "the column subgroup is missing" in str(own.problems.blocking[0])


def test_a_file_of_something_else_is_refused(tmp_path):
    file = as_csv(tmp_path / "patients.csv", {"id": "1", "age": "60"})
    own = check_own([file], library())
    assert "no sheet of studies or estimates" in str(own.problems.blocking[0])
    with pytest.raises(InputError, match="does not exist"):
        library(extra=[tmp_path / "nothing.xlsx"])


def test_the_template_can_be_used_as_it_is_and_is_the_same_every_time(tmp_path):
    write_own_template(tmp_path / "own.xlsx")
    assert own_template_bytes() == (tmp_path / "own.xlsx").read_bytes()
    own = check_own([tmp_path / "own.xlsx"], library())
    assert (len(own.arms), len(own.numbers), len(own.problems)) == (1, 1, 0)
    with pytest.raises(InputError, match="--force"):
        write_own_template(tmp_path / "own.xlsx")
