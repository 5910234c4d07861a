"""All detectors together, on the demonstration cohort."""

from __future__ import annotations

import pytest

from glisson.clinical.read import demo_cohort
from glisson.pitfalls import DETECTORS, find
from tests.clinical.build import cohort, people
from tests.pitfalls.build import context_of, patient


@pytest.fixture(scope="module")
def demo():
    return find(context_of(demo_cohort()))


def test_what_is_found_in_the_demonstration_cohort(demo) -> None:
    assert [(f.id, f.severity, f.title, len(f.patients)) for f in demo] == [
        ("P01", "stop", "Guarantee (immortal) time: a second treatment method", 3),
        ("P01", "stop", "Guarantee (immortal) time: two or more sessions", 14),
        ("P01", "stop", "Guarantee (immortal) time: an objective response", 9),
        ("P01", "stop", "Guarantee (immortal) time: an adverse event of grade 3 or more", 3),
        ("P05", "stop", "Competing risks: time to liver progression", 7),
        ("P05", "stop", "Competing risks: time to extrahepatic progression", 7),
        ("P05", "stop", "Competing risks: time to untreatable progression", 3),
        ("P05", "stop", "Competing risks: time to local tumour progression", 18),
        ("P07", "stop", "Clustering of sessions within patients", 14),
        ("P07", "stop", "Clustering of lesions within patients", 20),
        ("P08", "stop", "Events per parameter", 0),
        ("P12", "stop", "Zero events and separation", 18),
        ("P21", "stop", "Patients counted under several methods", 3),
        ("P04", "warn", "Selection on later events", 0),
        ("P17", "warn", "Lesions, sessions and patients as denominators", 0),
        ("P18", "warn", "Confounding by indication", 0),
        ("P20", "warn", "Immature curve: overall survival", 0),
        ("P20", "warn", "Immature curve: progression-free survival", 0),
        ("P20", "warn", "Immature curve: liver progression-free survival", 0),
        ("P20", "warn", "Immature curve: time to next systemic therapy", 0),
        ("P20", "warn", "Immature curve: duration of response", 0),
        ("P19", "info", "Tiny groups", 11),
    ]


def test_each_finding_counts_patients_and_names_consequence_remedy_and_result(demo) -> None:
    for found in demo:
        numbers = dict(found.numbers)
        assert numbers["patients"].split(" of ")[0].isdecimal(), found.id
        assert found.sentence.endswith(".")
        assert found.consequence.endswith(".")
        assert found.remedy.endswith(".")
        assert len(found.corrected), found.id
        if found.severity == "stop" and found.id not in {"P08", "P12"}:  # of these two no naive model is fitted
            assert len(found.naive), found.id


def test_names_of_patients_are_printed_names(demo) -> None:
    ids = set(demo_cohort().table("patient")["patient_id"].to_list())
    assert {p for f in demo for p in f.patients} <= {i.lower() for i in ids}


def test_numbers_of_patients_agree_with_their_list(demo) -> None:
    for found in demo:
        if found.id in {"P01", "P05", "P12", "P19", "P21", "P23", "P29"}:
            assert int(dict(found.numbers)["patients"].split(" of ")[0]) == len(found.patients), found.id


def test_nothing_is_found_among_patients_of_whom_only_survival_is_known() -> None:
    """Forty patients of one method, one session each, who leave one by one: no detector has anything to say."""
    persons = [patient(f"A{i:02}", 10 * i) for i in range(1, 41)]
    study = {"analysis": {"times_months": [6]}}
    assert find(context_of(people(persons, study))) == ()


def test_a_sheet_with_durations_only_is_searched_as_far_as_it_goes() -> None:
    rows = [{"patient_id": f"A{i}", "endpoint": e, "days": 40 * i, "event": i % 2 == (e == "os")}
            for i in range(1, 9) for e in ("os", "ttp")]  # fmt: skip
    tables = {
        "patient": [{"patient_id": f"A{i}"} for i in range(1, 9)],
        "session": [{"session_id": f"S{i}", "patient_id": f"A{i}", "method": "tae"} for i in range(1, 9)],
        "outcome": rows,
    }
    found = {f.id: f for f in find(context_of(cohort(**tables)))}
    assert set(found) == {"P05", "P19", "P20"}
    assert found["P05"].patients == ("a1", "a3", "a5", "a7")
    assert "Neither is the truth here" in found["P05"].remedy


def test_detectors_are_named_once() -> None:
    assert len({d.__name__ for d in DETECTORS}) == len(DETECTORS) == 17
    assert all(d.__doc__ and d.__doc__[0] == "P" for d in DETECTORS)
