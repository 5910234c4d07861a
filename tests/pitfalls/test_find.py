"""All detectors together, on the demonstration cohort."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripts.clean_cohort import clean_cohort

from glisson.clinical.read import demo_cohort
from glisson.clinical.settings import parse_study
from glisson.pitfalls import DETECTORS, find
from tests.clinical.build import cohort, people
from tests.pitfalls.build import context_of, patient

ROOT = Path(__file__).resolve().parents[2]


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
        ("P07", "stop", "Clustering within patients: sessions", 14),
        ("P07", "stop", "Clustering within patients: lesions", 20),
        ("P08", "stop", "Events per parameter", 0),
        ("P12", "stop", "Zero events and separation", 18),
        ("P21", "stop", "Patients counted under several methods", 3),
        ("P02", "warn", "Time zero at different points of the disease", 0),
        ("P04", "warn", "Selection on later events", 0),
        ("P14", "warn", "Imaging intervals that differ between methods", 0),
        ("P17", "warn", "Lesions, sessions and patients as denominators", 0),
        ("P18", "warn", "Confounding by indication", 0),
        ("P20", "warn", "Immature curve: overall survival", 0),
        ("P20", "warn", "Immature curve: progression-free survival", 0),
        ("P20", "warn", "Immature curve: liver progression-free survival", 0),
        ("P20", "warn", "Immature curve: time to next systemic therapy", 0),
        ("P20", "warn", "Immature curve: duration of response", 0),
        ("P11", "info", "Proportional hazards not shown: overall survival", 0),
        ("P19", "info", "Tiny groups", 11),
        ("P30", "info", "Many analyses, of which the best could be told", 0),
    ]


def test_each_finding_counts_patients_and_names_consequence_remedy_and_result(demo) -> None:
    for found in demo:
        numbers = dict(found.numbers)
        assert numbers["patients"].split(" of ")[0].isdecimal(), found.id
        assert found.sentence.endswith(".")
        assert found.consequence.endswith(".")
        assert found.remedy.endswith(".")
        assert len(found.corrected), found.id
        if found.severity == "stop":
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
    assert set(found) == {"P05", "P19", "P20", "P30"}
    assert found["P05"].patients == ("a1", "a3", "a5", "a7")
    assert "Neither is the truth here" in found["P05"].remedy


def test_every_pitfall_has_one_detector() -> None:
    assert len({d.__name__ for d in DETECTORS}) == len(DETECTORS)
    ids = [d.__doc__.split(":")[0] for d in DETECTORS if d.__doc__]
    assert sorted(ids) == [f"P{i:02}" for i in range(1, 31)]


def test_every_pitfall_has_a_row_in_the_documentation() -> None:
    text = (ROOT / "docs" / "methods" / "pitfalls.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (P\d\d) \|", text, re.MULTILINE)
    assert rows == [f"P{i:02}" for i in range(1, 31)]


@pytest.fixture(scope="module")
def patients() -> list[str]:
    return demo_cohort().table("patient")["patient_id"].to_list()


@given(st.data(), st.sampled_from([1, 2, 3, 5]))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_detector_breaks_on_a_few_patients(patients, data, n) -> None:
    kept = data.draw(st.sets(st.sampled_from(patients), min_size=n, max_size=n))
    few = demo_cohort().without({p: "left out" for p in patients if p not in kept})
    for found in find(context_of(few)):
        assert all(r.value is None or math.isfinite(r.value) for r in (*found.naive, *found.corrected)), found.id
        assert all(r.value is not None or r.reason for r in (*found.naive, *found.corrected)), found.id


@pytest.mark.parametrize("origin", ["liver_met_dx", "met_dx", "systemic_start"])
@pytest.mark.parametrize("rule_set", ["policy", "fda_a"])
def test_no_detector_breaks_from_another_origin(origin, rule_set) -> None:
    study = parse_study({"endpoints": {"origin": origin, "rule_set": rule_set}, "analysis": {"subgroups": ["ecog_t0"]}})
    found = find(context_of(replace(clean_cohort(3), study=study)))
    assert ("P03" in {f.id for f in found}) is (origin != "systemic_start")  # begun only after treatment here


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_no_detector_breaks_on_a_few_invented_patients(n) -> None:
    for seed in range(1, 4):
        find(context_of(clean_cohort(seed, n)))
