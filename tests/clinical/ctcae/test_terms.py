"""CTCAE terms: grades that exist, words for them, and problems with their cells."""

from __future__ import annotations

import json

import pytest

from glisson.clinical.ctcae.terms import LATE_AFTER_RADIATION, OTHER_CLASS, REPLACED_6, organ_class, terms
from glisson.clinical.ctcae.words import AMBIGUOUS, SYNDROMES, SYNONYMS, ctcae_term, suggestion
from glisson.clinical.integrity_events import EVENT_RULES
from glisson.clinical.labs.rules import RULES, term_of
from tests.clinical.build import cohort
from tests.paths import vector


@pytest.mark.independent
def test_every_term_of_the_vectors_with_its_class_and_grades():
    rows = json.loads(vector("external/ctcae5_ldt_terms.json").read_text(encoding="utf-8"))["terms"]
    assert len(rows) == 73
    for row in rows:
        grades = [g for g in range(1, 6) if (row[f"g{g}"] or "-").strip() not in {"", "-"}]
        term = terms()[row["term"].casefold()]
        assert (term.name, term.organ_class) == (row["term"], row["soc"])
        assert (term.lowest, term.highest) == (grades[0], grades[-1]), row["term"]


def test_words_lead_to_terms_and_nothing_is_two_things():
    names = {t.name for t in terms().values()}
    assert set(SYNONYMS.values()) <= names
    assert names >= LATE_AFTER_RADIATION
    assert not set(SYNONYMS) & set(terms())
    assert not set(AMBIGUOUS) & (set(SYNONYMS) | set(terms()) | SYNDROMES)
    assert {term_of(t, "5") for t in RULES["5"] if t != "ldh"} <= names


@pytest.mark.by_hand
def test_the_usual_words():
    assert ctcae_term("Liver abscess") == "Hepatic infection"
    assert ctcae_term("cholangitis") == "Biliary tract infection"
    assert ctcae_term(" Hair loss") == "Alopecia"
    assert ctcae_term("Something  new") == "Something new"
    assert suggestion("Abdominal paine") == "Abdominal pain"
    assert organ_class("something new") == OTHER_CLASS


def _event(**more) -> dict:
    return {"patient_id": "1", "onset_date": "2021-01-12", "end_date": "2021-01-13", "term": "Nausea", "grade": 1,
            "ctcae_version": "5", "related": "probable", "outcome": "resolved"} | more  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "row", "said"),
    [
        ("adverse_event.no_such_grade", _event(term="Alopecia", grade=3), "Alopecia has no grade 3"),
        ("adverse_event.no_such_grade", _event(term="Febrile neutropenia", grade=2), "only 3 to 5"),
        ("adverse_event.no_such_grade", _event(term="hair loss", grade=4), "Alopecia has no grade 4"),
        (
            "adverse_event.no_such_grade",
            _event(term="Alopecia", grade=3, ctcae_version="6"),
            "in CTCAE version 6, only 1 to 2",
        ),
        ("adverse_event.no_such_grade", _event(term="Hypertension", grade=1, ctcae_version="6"), "only 2 to 5"),
        (
            "adverse_event.no_such_grade",
            _event(term="alkaline phosphatase increased", grade=2, ctcae_version="6"),
            "6, only 1",
        ),
        ("adverse_event.no_such_grade", _event(term="LVEF decreased", grade=4, ctcae_version="6"), "Left ventricular"),
        ("adverse_event.other_version", _event(term="Thromboembolic event", ctcae_version="6"), "Venous"),
        ("adverse_event.other_version", _event(term="Pneumonia"), "not of version 5"),
        ("adverse_event.ambiguous_term", _event(term="Biloma"), "Biliary fistula, or"),
        ("adverse_event.syndrome", _event(term="Post-embolization syndrome"), ""),
        ("adverse_event.unknown_term", _event(term="Nauseaa"), "close to it: Nausea"),
        ("adverse_event.end_before_onset", _event(end_date="2021-01-01"), ""),
        ("adverse_event.fatal_grade", _event(outcome="fatal", grade=4), ""),
    ],
)
def test_each_wrong_row_is_a_problem_and_a_right_one_is_not(rule, row, said):
    one = next(r for r in EVENT_RULES if r.id == rule)
    hits = one.hits(cohort(patient=[{"patient_id": "1"}], adverse_event=[_event(), row]).tables)
    assert hits["source_row"].to_list() == [3]
    assert said in (hits["found"][0] if "found" in hits.columns else "")


def test_version_4_grade_0_and_what_exists_are_no_problem():
    rows = [
        _event(term="Alopecia", grade=3, ctcae_version="4"),
        _event(term="Febrile neutropenia", grade=0),
        _event(term="Tumor lysis syndrome", grade=1, ctcae_version="6"),  # begins at grade 3 in version 5
        _event(term="Thrombocytopenia", grade=4, ctcae_version="6"),
        _event(term="Headache", grade=5, ctcae_version="6"),  # not looked up in version 6
    ]
    tables = cohort(patient=[{"patient_id": "1"}], adverse_event=rows).tables
    for rule in ("no_such_grade", "other_version", "unknown_term"):
        one = next(r for r in EVENT_RULES if r.id == f"adverse_event.{rule}")
        assert one.hits(tables).is_empty(), rule


@pytest.mark.by_hand
def test_what_version_6_changed():
    five, six = terms("5"), terms("6")
    assert {k for k in five if k in six and five[k] != six[k]} == {
        "alkaline phosphatase increased", "hypertension", "tumor lysis syndrome",
    }  # fmt: skip
    for old, new in REPLACED_6.items():
        assert old.casefold() in five
        assert old.casefold() not in six
        assert {n.casefold() for n in new} <= set(six)
    for test in set(RULES["6"]) - {"ldh"}:  # the thresholds of laboratory values know the same names and grades
        one = terms("6")[term_of(test, "6").casefold()]
        graded = RULES["6"][test]
        assert (one.highest == 1) == graded.above_both
        assert one.lowest == 1
