"""Responses in one shape: criteria, sites, readers and pairs, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from glisson.clinical.depth import WITHOUT_CHANGE, depth_of_response, time_to_response
from glisson.clinical.read import demo_cohort
from glisson.clinical.readings import (
    Reading,
    best_by_reading,
    diseased,
    further_readings,
    main_reading,
    pairs_of_readers,
    pairs_with_record,
    recorded_criteria,
    why_not_evaluable,
)
from glisson.clinical.response import best_by_patient
from tests.clinical.build import cohort

pytestmark = pytest.mark.by_hand

T0 = date(2020, 1, 1)
RECORDED = Reading(criterion="recist11", source="recorded")
DERIVED = Reading(criterion="recist11", source="derived")


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


def made(patients, study=None, **more):
    """Patients by id: scans as (day, columns of the assessment, size of the only lesion or None)."""
    scans = [(p, i, d, a, mm) for p, rows in patients.items() for i, (d, a, mm) in enumerate(rows)]
    tables = {
        "patient": [{"patient_id": p, "last_contact_date": on(900), "vital_status": "alive",
                     **more.get("patient", {}).get(p, {})} for p in patients],
        "session": [{"session_id": f"S{p}", "patient_id": p, "date": on(0), "method": "y90"} for p in patients],
        "assessment": [{"assessment_id": f"{p}{i}", "patient_id": p, "date": on(d), "criterion": "recist11",
                        "is_baseline": d <= 0, **a} for p, i, d, a, _ in scans],
        "lesion": [{"lesion_id": f"L{p}", "patient_id": p, "organ": "liver", "first_seen_date": on(-9),
                    "is_node": False} for p in patients],
        "measurement": [{"assessment_id": f"{p}{i}", "lesion_id": f"L{p}", "role": "target", "status": "measured",
                         "long_mm": float(mm)} for p, i, _, _, mm in scans if mm is not None],
        "systemic_therapy": [{"patient_id": p, "start_date": on(d), "regimen": "x"}
                             for p, d in more.get("systemic", {}).items()],
    }  # fmt: skip
    return cohort(study, **tables)


def said(response, **more):
    return {"overall_resp": response, "liver_resp": response, **more}


def plain(*rows):
    """Scans without any record, baseline first: (day, mm)."""
    return [(d, {}, mm) for d, mm in rows]


def test_the_main_reading_follows_the_settings() -> None:
    scans = {"a": [(-5, {}, 50), (60, said("PR"), 30)]}
    assert main_reading(made(scans)) == DERIVED
    assert main_reading(made(scans, {"response": {"source": "recorded"}})) == RECORDED
    assert main_reading(made({"a": [(-5, {}, None), (60, said("PR"), None)]})) == RECORDED
    assert main_reading(made({"a": plain((-5, 50), (60, 30))})) == DERIVED
    assert main_reading(made({"a": [(-5, {}, None), (60, {}, None)]})) is None
    assert recorded_criteria(made(scans)) == ("recist11",)


def test_a_record_that_differs_is_a_reading_of_its_own() -> None:
    agree = made({"a": [(-5, {}, 50), (60, said("PR"), 30)]})
    assert RECORDED not in further_readings(agree)
    as_recorded = made({"a": [(-5, {}, 50), (60, said("PR"), 30)]}, {"response": {"source": "recorded"}})
    assert DERIVED not in further_readings(as_recorded)
    differ = made({"a": [(-5, {}, 50), (60, said("SD"), 30)]})
    assert RECORDED in further_readings(differ)
    assert (best_by_reading(differ, DERIVED), best_by_reading(differ, RECORDED)) == ({"a": "PR"}, {"a": "SD"})


def test_confirmation_needs_a_second_scan() -> None:
    twice = made({"a": plain((-5, 50), (60, 30), (100, 32), (160, 60)), "b": plain((-5, 50), (60, 30), (90, 60))})
    assert best_by_reading(twice, DERIVED) == {"a": "PR", "b": "PR"}
    assert best_by_reading(twice, DERIVED, confirmed=True) == {"a": "PR", "b": "SD"}
    strict = made({"a": plain((-5, 50), (60, 30), (100, 32))}, {"response": {"confirm_days": 60}})
    assert best_by_reading(strict, DERIVED, confirmed=True) == {"a": "SD"}


def test_the_liver_is_judged_until_it_progresses_itself() -> None:
    """New disease outside on day 60 ends response at all sites, not in the liver."""
    rows = [(-5, {}, 50), (60, said("PD", liver_resp="SD", extrahepatic_resp="PD", new_lesion=True), 45),
            (120, said("PD", liver_resp="PR", extrahepatic_resp="PD"), 30)]  # fmt: skip
    whole = made({"a": rows})
    assert best_by_reading(whole, RECORDED) == {"a": "PD"}
    liver = Reading(criterion="recist11", source="recorded", site="liver")
    assert best_by_reading(whole, liver) == {"a": "PR"}


def test_only_patients_with_disease_there_can_respond_outside_the_liver() -> None:
    rows = plain((-5, 50), (60, 45))
    whole = made(
        {"a": rows, "b": rows}, patient={"a": {"extrahepatic_t0": "present"}, "b": {"extrahepatic_t0": "none"}}
    )
    assert diseased(whole, Reading(criterion="recist11", source="derived", site="outside")) == {"a"}
    assert diseased(whole, DERIVED) == {"a", "b"}


def test_why_patients_are_not_evaluable() -> None:
    whole = made(
        {
            "dead": [(-5, {}, 50)],
            "unseen": [(-5, {}, 50)],
            "ne": [(-5, {}, 50), (60, said("NE"), None)],
            "early": [(-5, {}, 50), (20, said("SD"), 50)],
            "late": [(-5, {}, 50), (90, said("PR"), 30)],
            "new": [(60, said("PR"), 30)],
        },
        {"response": {"source": "recorded"}},
        patient={"dead": {"death_date": on(30), "last_contact_date": on(30), "vital_status": "dead"}},
        systemic={"late": 70},
    )
    best = best_by_reading(whole, RECORDED)
    assert set(best.values()) == {"NE"}
    assert why_not_evaluable(whole, RECORDED, list(best)) == {
        "dead": "died before a first scan",
        "unseen": "no scan after treatment",
        "ne": "no scan could be evaluated",
        "early": "stable only before day 42",
        "late": "evaluable only after a new therapy",
        "new": "no scan before treatment to compare with",
    }


def test_pairs_of_readers_and_of_record_and_measurement() -> None:
    rows = [(-5, {"reader": "local"}, 50), (60, said("PR", reader="local"), 30),
            (60, said("SD", reader="central1"), None), (120, said("PD", reader="local"), 60)]  # fmt: skip
    whole = made({"a": rows})
    assert list(pairs_of_readers(whole, "recist11")) == [("local", "central1")]
    assert pairs_of_readers(whole, "recist11")["local", "central1"].rows() == [("a", 60, "PR", "SD")]
    assert pairs_with_record(whole, "recist11").rows() == [("a", 60, "PR", "PR"), ("a", 120, "PD", "PD")]
    assert pairs_of_readers(made({"a": plain((-5, 50), (60, 30))}), "recist11") == {}


def test_depth_is_the_lowest_sum_before_progression_and_new_therapy() -> None:
    whole = made(
        {
            "a": plain((-5, 50), (60, 40), (120, 30), (180, 60), (240, 10)),
            "b": plain((-5, 50), (60, 40), (120, 20)),
            "c": plain((-5, 50), (60, 65)),
            "d": [(-5, {}, 50)],
            "e": [(-5, {}, 50)],
        },
        patient={"d": {"death_date": on(30), "last_contact_date": on(30), "vital_status": "dead"}},
        systemic={"b": 90},
    )
    depth = depth_of_response(whole)
    assert depth["change_pct"].to_list() == pytest.approx([-40, -20, 30, None, None], nan_ok=True)
    assert depth["day"].to_list() == [120, 60, 60, None, None]
    assert depth["why_none"].to_list() == [None, None, None, WITHOUT_CHANGE[0], WITHOUT_CHANGE[1]]


def test_time_to_response_is_that_of_the_first_response() -> None:
    whole = made({"a": plain((-5, 50), (60, 40), (120, 30), (180, 20)), "b": plain((-5, 50), (60, 65), (90, 20))})
    assert time_to_response(whole) == {"a": 120}


@pytest.mark.independent
def test_the_main_reading_gives_the_best_responses_of_the_study() -> None:
    whole = demo_cohort()
    assert best_by_reading(whole, main_reading(whole)) == best_by_patient(whole)
    assert best_by_reading(whole, RECORDED) == best_by_patient(whole)
