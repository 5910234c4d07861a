"""Tables of laboratory values and liver function: what stands in a cell, and over whom it is counted."""

from __future__ import annotations

from functools import cache

import pytest

from glisson.assessing.laboratory import laboratory_result
from glisson.assessment.laboratory import LaboratoryResult
from glisson.clinical.read import demo_cohort
from glisson.present.table import TableModel
from glisson.present.tabulate import laboratory as tables
from glisson.present.words import Words
from tests.clinical.build import Person, people
from tests.reporting.fixture import assessment

pytestmark = pytest.mark.by_hand
WORDS = Words.of("ama")


def _lab(patient, day, test, value, **more):
    return {"patient_id": patient, "date": day, "test": test, "value": value, "unit": "U/L", "uln": 40.0} | more


@cache
def four(version: str = "5") -> LaboratoryResult:
    """Three of DEB-TACE, two of them with values; one of Y-90 whose second session is of DEB-TACE."""
    persons = [
        *(Person(id=i, t0="2021-01-10", last="2021-12-31") for i in ("a", "b", "c")),
        Person(id="d", t0="2021-01-10", last="2021-12-31", method="y90_glass",
               sessions=({"date": "2021-04-10", "method": "deb_tace"},)),
    ]  # fmt: skip
    liver = {"bilirubin": {"unit": "umol/L", "uln": 21.0}, "albumin": {"unit": "g/L", "uln": None, "lln": 35.0}}
    labs = [
        _lab("a", "2021-01-09", "alt", 100), _lab("a", "2021-01-12", "alt", 149),
        _lab("b", "2021-01-09", "alt", 30), _lab("b", "2021-01-12", "alt", 250),
        _lab("d", "2021-01-09", "alt", 30), _lab("d", "2021-01-15", "alt", 50),
        _lab("d", "2021-04-09", "alt", 50), _lab("d", "2021-04-12", "alt", 130),
        *(_lab("a", "2021-01-09", t, v, **liver[t]) for t, v in (("bilirubin", 10), ("albumin", 42))),
        *(_lab("a", "2021-01-20", t, v, **liver[t]) for t, v in (("bilirubin", 30), ("albumin", 33))),
    ]  # fmt: skip
    result = laboratory_result(people(persons, {"safety": {"ctcae_version": version}}, lab=labs))
    assert result is not None
    return result


def rows(table: TableModel | None) -> dict[str, tuple[str, ...]]:
    assert table is not None
    return {r.cells[0]: r.cells[1:] for r in reversed(table.rows)}  # the first of several with one name


def test_worst_grades_count_everybody_and_percentages_those_with_a_grade() -> None:
    found = rows(tables.worst_grades(assessment(), four(), WORDS))["Alanine aminotransferase increased"]
    # a: grade 0 by the abnormal baseline; b: 6.25 limits, grade 3; c: none; d: 3.25 limits, grade 2
    assert found == ("1", "0", "1", "1", "0", "2", "1", "1")  # no percentages of three
    table = tables.worst_grades(assessment(), four(), WORDS)
    assert all("CTCAE version 5" in c.above for c in table.columns if c.above)
    assert "hypoalbuminemia: grade 4 is given on clinical grounds" in table.notes[1].lower()


def test_the_version_is_that_of_the_study() -> None:
    table = tables.worst_grades(assessment(), four("6"), WORDS)
    assert any("version 6" in c.above for c in table.columns)
    assert rows(table)["Alanine aminotransferase increased"][0] == "1"  # a: grade 1 before and after


def test_methods_give_events_of_those_measured_with_exact_limits() -> None:
    found = rows(tables.by_method(assessment(), four(), WORDS))["Alanine aminotransferase increased"]
    assert found == ("2 of 3\n(9% to 99%)", "1 of 2\n(1% to 99%)", "1 of 1\n(3% to 100%)")


def test_sessions_are_compared_with_the_value_before_them() -> None:
    table = tables.sessions(assessment(), four())
    assert [c.heading for c in table.columns[1:]] == ["All sessions", "DEB-TACE", "Y-90 radioembolization"]
    found = rows(table)["Alanine aminotransferase increased"]
    # a 0, b 3; d: 1 after radioembolization; 130 after 50 before the second session is 2.6 times it, grade 1 as before
    assert found == ("2 of 4", "1 of 3", "1 of 1")


def test_extremes_say_how_many_have_a_value() -> None:
    found = rows(tables.extremes(assessment(), four(), WORDS))
    # 149 and 250
    assert found["Alanine aminotransferase, highest, U/L"][1] == "200 (174, 225)\nday 2\n2 of 3 with a value"
    assert found["Albumin, lowest, g/L"][0] == "33 (33, 33)\nday 10\n1 of 4 with a value"


def test_shifts_are_by_the_limits_of_normal() -> None:
    table = tables.shifts(assessment(), four())
    assert table is not None
    begin = [r.cells[0] for r in table.rows].index("Alanine aminotransferase increased")
    found = {r.cells[0]: r.cells[1:] for r in table.rows[begin + 1 : begin + 4]}
    assert found["Grade 0"] == ("0", "0", "1", "1", "0", "0")  # b, d
    assert found["Grade 1"] == ("0", "0", "1", "0", "0", "0")  # a: 149 is 3.7 limits


def test_liver_function_before_after_and_its_change() -> None:
    found = rows(tables.liver_function(assessment(), four(), WORDS))
    assert found["Before: 1 / 2 / 3"] == ("1 / 0 / 0\n(3 without)", "1 / 0 / 0\n(2 without)", "0 / 0 / 0\n(1 without)")
    assert found["Worst after: 1 / 2 / 3"][0] == "0 / 1 / 0\n(3 without)"
    assert found["Change of the score, median (quartiles)"][0] == "1.08 (1.08, 1.08)\n1 with both"
    assert found["Worse than before"][0] == "1 of 1\n(3% to 100%)"


def test_no_table_is_made_of_nothing() -> None:
    persons = [Person(id="a", t0="2021-01-10", last="2021-12-31")]
    result = laboratory_result(people(persons, lab=[_lab("a", "2021-01-12", "alt", 30)]))
    assert result is not None
    assert tables.by_method(assessment(), result, WORDS) is None
    assert tables.sessions(assessment(), result) is None
    assert tables.liver_function(assessment(), result, WORDS) is None


def test_every_cell_of_the_demonstration_says_something() -> None:
    whole, result = assessment(), laboratory_result(demo_cohort())
    assert result is not None
    made = [tables.worst_grades(whole, result, WORDS), tables.by_method(whole, result, WORDS),
            tables.sessions(whole, result), tables.shifts(whole, result), tables.extremes(whole, result, WORDS),
            tables.liver_function(whole, result, WORDS)]  # fmt: skip
    for table in made:
        assert table is not None
        assert all(cell and "nan" not in cell.lower() and "None" not in cell for r in table.rows for cell in r.cells)
