"""Courses of patients: small cohorts worked out by hand, and what may not leave the input."""

from __future__ import annotations

import re

import pytest

from glisson.assessing.courses import MOST_PATIENTS, build
from glisson.assessing.lab_courses import LAST_DAY, LEAST_FOR_MEDIAN, PERIODS
from glisson.assessment.courses import CoursesResult
from glisson.clinical.depth import depth_of_response
from glisson.clinical.derive import endpoint
from glisson.clinical.read import demo_cohort
from glisson.clinical.response import best_by_patient
from glisson.reporting.results_courses import CoursesPart
from tests.clinical.build import Person, cohort, people
from tests.clinical.test_readings import made, on, plain, said


def one(result):
    (course,) = result.patients
    return course


@pytest.fixture(scope="module")
def demo() -> CoursesResult:
    result = build(demo_cohort())
    assert result is not None
    return result


@pytest.mark.by_hand
def test_a_patient_with_response_progression_and_therapy() -> None:
    patient = {"a": {"death_date": on(300), "last_contact_date": on(300), "vital_status": "dead"}}
    scans = {"a": plain((-5, 50), (60, 30), (100, 30), (150, 45))}
    course = one(build(made(scans, patient=patient, systemic={"a": 160})))
    assert (course.patient, course.method, course.end, course.died) == ("Pt01", "y90", 300, True)
    assert course.changes == ((-5, 0.0), (60, -40.0), (100, -40.0), (150, -10.0))
    assert (course.best_change, course.why_none, course.baseline_sum) == (-40.0, "", 50.0)
    assert (course.best, course.confirmed) == ("PR", "PR")
    assert (course.first_response, course.progression, course.progression_liver) == (60, 150, 150)
    assert course.counted_to == 150, "the scan that shows progression is the last that counts"
    assert course.systemic == ((160, None, "x"),)
    assert course.sessions == ((0, "y90"),)
    assert not course.new_lesion


@pytest.mark.by_hand
def test_scans_after_a_new_therapy_do_not_count() -> None:
    course = one(build(made({"a": plain((-5, 50), (60, 45), (100, 20))}, systemic={"a": 80})))
    assert course.counted_to == 60
    assert course.best_change == pytest.approx(-10)
    assert [day for day, _ in course.changes] == [-5, 60, 100], "the timeline still shows them"


@pytest.mark.by_hand
def test_a_new_lesion_is_dated_by_its_scan() -> None:
    scans = {"a": [(-5, {}, 50), (60, {"new_lesion": True}, 40)]}
    course = one(build(made(scans)))
    assert (course.new_lesion_day, course.new_lesion, course.best) == (60, True, "PD")


@pytest.mark.by_hand
def test_patients_without_a_change_say_why() -> None:
    scans = {"a": [(-5, {}, 50)], "b": [(-5, {}, 50), (60, said("NE"), None)], "c": plain((-5, 50), (60, 40))}
    lost = {"a": {"death_date": on(20), "last_contact_date": on(20), "vital_status": "dead"}}
    result = build(made(scans, patient=lost))
    assert [(c.best_change, c.why_none) for c in result.patients] == [
        (None, "died before the first scan"), (None, "no scan after treatment"), (pytest.approx(-20), ""),
    ]  # fmt: skip


def test_where_nothing_can_be_derived_there_is_no_criterion_of_sums() -> None:
    result = build(made({"a": [(-5, {}, 50)]}))
    assert (result.criterion, one(result).best_change, one(result).best) == ("", None, "")


@pytest.mark.by_hand
def test_without_measurements_the_course_remains() -> None:
    result = build(
        people([
            Person(id="a", t0="2020-01-01", death="2020-12-31", scans=(("2020-03-01", "PR", "PR", "SD"),
                                                                    ("2020-05-01", "PD", "SD", "PD"))),
            Person(id="b", t0="2020-02-01", last="2020-03-02", method="deb_tace"),
        ])
    )  # fmt: skip
    a, b = result.patients
    assert result.criterion == ""
    assert result.response.startswith("RECIST 1.1")
    assert (a.first_response, a.progression, a.progression_liver, a.progression_outside) == (60, 121, None, 121)
    assert a.responses == ((60, "PR", "any"), (60, "PR", "liver"), (60, "SD", "outside"),
                           (121, "PD", "any"), (121, "SD", "liver"), (121, "PD", "outside"))  # fmt: skip
    assert (a.end, a.died, b.end, b.died, b.best) == (365, True, 30, False, "NE")


@pytest.mark.by_hand
def test_dates_of_progression_in_the_patient_table_are_used_where_there_is_no_scan() -> None:
    dates = {"progression_date": "2020-03-01", "liver_progression_date": "2020-04-01", "best_response": "SD"}
    course = one(build(people([Person(id="a", t0="2020-01-01", last="2020-12-31", patient=dates)])))
    assert (course.progression, course.progression_liver, course.progression_outside) == (60, 91, None)
    assert (course.best, course.confirmed, course.responses) == ("SD", "", ())


def test_without_dated_sessions_there_is_no_course() -> None:
    assert build(cohort(patient=[{"patient_id": "a", "vital_status": "alive"}])) is None


@pytest.mark.by_hand
def test_counted_events_from_grade_two() -> None:
    rows = [("2020-01-05", "Fever", 2), ("2020-01-06", "Nausea", 1), ("2020-06-01", "Pain", 3), (None, "Fatigue", 2)]
    events = [{"patient_id": "a", "onset_date": d, "term": t, "grade": g} for d, t, g in rows]
    result = build(people([Person(id="a", t0="2020-01-01", last="2020-12-31")], adverse_event=events))
    assert one(result).events == ((4, "Fever", 2),), "grade 1 and what came long after a session are not shown"
    assert any("without a date" in note and note.endswith("1.") for note in result.notes)


@pytest.mark.by_hand
def test_patients_without_a_dated_session_are_named_in_number() -> None:
    two = people([Person(id="a", t0="2020-01-01", last="2020-12-31"), Person(id="b", t0="", last="2020-12-31")])
    result = build(two)
    assert len(result.patients) == 1
    assert result.notes == ("1 of 2 patients have no dated session and are not in the figures of single patients.",)


def test_large_cohorts_are_not_shown_one_by_one() -> None:
    many = people([Person(id=f"{i}", t0="2020-01-01", last="2020-06-01") for i in range(MOST_PATIENTS + 1)])
    result = build(many)
    assert result.patients == ()
    assert str(MOST_PATIENTS) in result.notes[0]


@pytest.mark.independent
def test_the_courses_agree_with_the_tables(demo: CoursesResult) -> None:
    records = demo_cohort()
    ids = records.table("patient")["patient_id"].to_list()
    assert [c.best for c in demo.patients] == [best_by_patient(records)[i] for i in ids]
    assert [c.best_change for c in demo.patients] == depth_of_response(records)["change_pct"].to_list()
    os = endpoint(records, "os")
    assert [c.end for c in demo.patients] == os.exit.tolist()
    assert [c.died for c in demo.patients] == (os.cause == 1).tolist()
    ttp = endpoint(records, "ttp")
    shown = {i: c.progression for i, c in zip(ids, demo.patients, strict=True)}
    assert all(shown[str(u)] == d for u, d, cause in zip(ttp.unit, ttp.exit, ttp.cause, strict=True) if cause == 1)


def test_nothing_in_a_course_is_a_date_or_an_id(demo: CoursesResult) -> None:
    text = repr(demo)
    assert not re.search(r"\d{4}-\d{2}-\d{2}|datetime", text)
    ids = demo_cohort().table("patient")["patient_id"].to_list()
    assert not any(f"'{i}'" in text for i in ids)
    assert all(re.fullmatch(r"Pt\d\d", c.patient) for c in demo.patients)
    assert all(re.fullmatch(r"Pt\d\d", line.patient) for lab in demo.labs for line in lab.lines)


def test_results_hold_the_courses(demo: CoursesResult) -> None:
    part = CoursesPart.model_validate(demo)
    assert CoursesPart.model_validate_json(part.model_dump_json()) == part
    assert len(part.patients) == 24


def lab(patient, day, value, test="alt", **more):
    unit = {"bilirubin": "umol/L", "albumin": "g/L"}.get(test, "U/L")
    return {"patient_id": patient, "date": on(day), "test": test, "value": value, "unit": unit, "uln": 40.0} | more


def labs(*rows):
    ids = sorted({r["patient_id"] for r in rows})
    found = build(people([Person(id=i, t0=on(0), last=on(900)) for i in ids], lab=rows))
    return {course.test: course for course in found.labs}


@pytest.mark.by_hand
def test_enzymes_are_multiples_and_medians_need_three_patients() -> None:
    rows = [lab(p, d, v) for p, d, v in (("a", -3, 20), ("b", -2, 40), ("c", -1, 80), ("a", 3, 200), ("b", 5, 40))]
    alt = labs(*rows, lab("c", 3, 90, uln=None), lab("a", 400, 999))["alt"]
    assert (alt.unit, alt.limits, alt.scale, alt.without_limit) == ("× ULN", ((1.0, "ULN"),), "log", 1)
    assert [line.values for line in alt.lines] == [(0.5, 5.0), (1.0, 1.0), (2.0,)]
    assert [m.points for m in alt.medians] == [((-2, 1.0, 3),)], "after treatment only two have a value"
    assert alt.patients == (("deb_tace", 3),)


@pytest.mark.by_hand
def test_the_worst_value_of_a_day_is_shown() -> None:
    found = labs(lab("a", 3, 30), lab("a", 3, 80), lab("a", 3, 30.0, "albumin", lln=35.0),
                 lab("a", 3, 40.0, "albumin", lln=35.0), lab("a", 3, 17.1, "bilirubin", uln=21.0))  # fmt: skip
    assert found["alt"].lines[0].values == (2.0,)
    assert found["albumin"].lines[0].values == (30.0,)
    assert found["albumin"].limits == ((35.0, "LLN"),)
    assert (found["bilirubin"].limits, found["bilirubin"].unit) == (((21.0, "ULN"),), "µmol/L")
    assert [v for v, _ in found["albi"].limits] == [-2.6, -1.39]


def test_periods_follow_each_other_without_gap() -> None:
    assert [a for a, _ in PERIODS[1:]] == [b + 1 for _, b in PERIODS[:-1]]
    assert PERIODS[-1][1] == LAST_DAY
    assert LEAST_FOR_MEDIAN == 3
