"""Malformed rows of adverse events, read from a workbook: each a problem with its cell, never a traceback."""

from __future__ import annotations

from datetime import date

import pytest

from glisson.assessing.safety import safety_result
from glisson.clinical.read import read_cohort
from tests.corpus.build import write_workbook
from tests.corpus.tiny import sheets

pytestmark = pytest.mark.by_hand

COLUMNS = ("patient_id", "onset_date", "end_date", "term", "grade", "ctcae_version", "related", "serious", "sir_grade",
           "cirse_grade", "outcome")  # fmt: skip
GOOD = {"patient_id": "001", "onset_date": date(2016, 1, 15), "end_date": date(2016, 1, 18), "term": "Nausea",
        "grade": 2, "ctcae_version": "5", "related": "probable", "serious": "no", "outcome": "resolved"}  # fmt: skip


def read(folder, *rows):
    made = sheets()
    made["adverse_event"] = [list(COLUMNS), *([r.get(c) for c in COLUMNS] for r in rows)]
    return read_cohort(write_workbook(folder / "cohort.xlsx", made))


def told(made):
    return {(p.severity, p.cell) for p in made.problems if p.sheet == "adverse_event"}


def test_a_good_row_is_no_problem(tmp_path):
    made = read(tmp_path, GOOD, {**GOOD, "sir_grade": "B", "cirse_grade": "3a"})
    assert told(made) == set()


@pytest.mark.parametrize(
    ("wrong", "severity", "cell", "words"),
    [
        ({"grade": "3-4"}, "blocks", "E3", "3-4"),
        ({"grade": 6}, "blocks", "E3", "6"),
        ({"grade": 2.5}, "blocks", "E3", "2.5"),
        ({"grade": "severe"}, "blocks", "E3", "severe"),
        ({"grade": -1}, "blocks", "E3", "-1"),
        ({"grade": None}, "changes", "E3", "blank"),
        ({"term": None}, "blocks", "D3", "blank"),
        ({"term": "Alopecia", "grade": 3}, "changes", "E3", "no grade 3"),
        ({"term": "Febrile neutropenia", "grade": 2}, "changes", "E3", "only 3 to 5"),
        ({"term": "Hepatic failure", "grade": 1}, "changes", "E3", "no grade 1"),
        ({"term": "Nausea", "grade": 4}, "changes", "E3", "only 1 to 3"),
        ({"end_date": date(2016, 1, 2)}, "changes", "C3", "ends before it begins"),
        ({"outcome": "fatal", "grade": 3}, "changes", "K3", "not grade 5"),
        ({"term": "Biloma"}, "note", "D3", "Biliary fistula"),
        ({"term": "PES"}, "note", "D3", "syndrome"),
        ({"term": "Nauseaa"}, "note", "D3", "Nausea"),
        ({"sir_grade": "G"}, "note", "I3", "'G' is no class"),
        ({"cirse_grade": "7"}, "note", "J3", "'7' is no class"),
        ({"related": "perhaps"}, "blocks", "G3", "perhaps"),
    ],
)
def test_each_wrong_cell_is_named(tmp_path, wrong, severity, cell, words):
    made = read(tmp_path, GOOD, {**GOOD, **wrong})
    mine = [p for p in made.problems if p.sheet == "adverse_event" and p.cell == cell]
    assert mine, told(made)
    assert {p.severity for p in mine} == {severity}
    assert any(words in f"{p.found} {p.expected} {p.todo}" for p in mine), [str(p) for p in mine]
    if not made.problems.blocking:
        assert safety_result(made).terms[0].worst.by().n == 4


def test_an_event_without_a_grade_still_counts(tmp_path):
    other = {**GOOD, "patient_id": "002", "onset_date": date(2016, 3, 26), "end_date": None}
    made = read(tmp_path, {**GOOD, "grade": None}, other)
    assert not made.problems.blocking
    table = safety_result(made).terms[0].worst.by()
    assert dict(zip(table.categories, table.counts[0].tolist(), strict=True)) == {
        "none": 2, "1": 0, "2": 1, "3": 0, "4": 0, "5": 0, "unknown": 1,
    }  # fmt: skip


def test_versions_that_were_not_checked_or_differ_from_the_laboratory_are_told(tmp_path):
    notes = " ".join(safety_result(read(tmp_path, {**GOOD, "ctcae_version": "4"})).notes)
    assert "Terms and grades of CTCAE version 4 were taken as recorded, unchecked." in notes
    assert "unchecked" not in " ".join(safety_result(read(tmp_path, {**GOOD, "ctcae_version": "6"})).notes)
