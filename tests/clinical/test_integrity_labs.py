"""Wrong rows of laboratory values, read from a workbook: each a problem with its cell, and none a wrong number."""

from __future__ import annotations

from datetime import date

import pytest

from glisson.assessing.laboratory import laboratory_result
from glisson.clinical.labs.graded import lab_values
from glisson.clinical.read import read_cohort
from tests.corpus.build import write_workbook
from tests.corpus.tiny import sheets

pytestmark = pytest.mark.by_hand

COLUMNS = ("patient_id", "date", "test", "value", "unit", "uln", "lln", "on_anticoagulation")
BEFORE = {"patient_id": "001", "date": date(2016, 1, 12), "test": "bilirubin", "value": 0.7, "unit": "mg/dL",
          "uln": 1.2}  # fmt: skip
GOOD = BEFORE | {"date": date(2016, 1, 20)}


def read(folder, *rows):
    made = sheets()
    made["lab"] = [list(COLUMNS), *([r.get(c) for c in COLUMNS] for r in rows)]
    return read_cohort(write_workbook(folder / "cohort.xlsx", made))


def told(made):
    return {(p.severity, p.cell, p.rule) for p in made.problems if p.sheet == "lab"}


def test_good_rows_are_no_problem(tmp_path):
    more = {"test": "anc", "value": 3100, "unit": "/µL", "uln": None, "lln": 1800}
    made = read(tmp_path, BEFORE, GOOD, GOOD | more, GOOD | {"test": "afp", "unit": "ng/mL", "uln": None})
    assert told(made) == set()
    assert lab_values(made).filter(lab_values(made)["test"] == "anc").select("value", "lln").row(0) == (3.1, 1.8)


@pytest.mark.parametrize(
    ("wrong", "severity", "cell", "words"),
    [
        ({"unit": "stone"}, "changes", "E3", "umol/L, mg/dL"),
        ({"unit": "g/L"}, "changes", "E3", "not understood"),
        ({"unit": None}, "changes", "E3", "blank; expected unit"),
        ({"unit": "umol/L", "uln": 21}, "changes", "D3", "0.7 umol/L is 0.7 umol/L of bilirubin"),
        ({"value": 170}, "changes", "D3", "170"),  # umol/L typed beside mg/dL
        ({"uln": 21}, "changes", "D3", "the uln of bilirubin is 359.1 umol/L"),
        ({"uln": 0.3, "lln": 0.4}, "changes", "F3", "not above the lower one"),
        ({"value": -0.7}, "changes", "D3", "negative"),
        ({"value": None}, "changes", "D3", "blank; expected value"),
        ({"value": "haemolytic"}, "blocks", "D3", "haemolytic"),
        ({"value": "<0.2"}, "changes", "D3", "bound"),
        ({"uln": None}, "note", "C3", "without the upper limit"),
        ({"test": "vitamin C"}, "blocks", "C3", "vitamin C"),
        ({"date": None}, "blocks", "B3", "blank"),
        ({"date": BEFORE["date"]}, "blocks", "A3", "earlier row"),
        ({"patient_id": "999"}, "blocks", "A3", "999"),
    ],
)
def test_each_wrong_row_names_its_cell(tmp_path, wrong, severity, cell, words):
    made = read(tmp_path, BEFORE, GOOD | wrong)
    at = [p for p in made.problems if p.sheet == "lab" and p.cell == cell and p.severity == severity]
    assert any(words in str(p) for p in at), list(map(str, made.problems))


@pytest.mark.parametrize("wrong", [{"unit": "stone"}, {"unit": None}, {"unit": "umol/L"}, {"value": -0.7}])
def test_what_cannot_be_is_never_graded(tmp_path, wrong):
    made = read(tmp_path, BEFORE, GOOD | wrong)
    assert lab_values(made)["source_row"].to_list() == [2]


@pytest.mark.parametrize("wrong", [{"uln": 21}, {"uln": 0.3, "lln": 0.4}])
def test_a_limit_that_cannot_be_grades_nothing(tmp_path, wrong):
    """Bilirubin of 14 mg/dL beside a limit in umol/L would be grade 0."""
    result = laboratory_result(read(tmp_path, GOOD | {"value": 14} | wrong))
    assert result.tests[0].worst.count("not gradable").sum() == 1


def test_one_bad_row_is_one_problem(tmp_path):
    for wrong in ({"unit": "stone"}, {"unit": None}, {"unit": "umol/L", "uln": 21}, {"uln": 21}):
        assert len(told(read(tmp_path, BEFORE, GOOD | wrong))) == 1
