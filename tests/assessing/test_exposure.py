"""Treatment in numbers and on the page: three patients by hand, the demonstration cohort read."""

from __future__ import annotations

import numpy as np
import pytest

from glisson.assessing.exposure import build
from glisson.assessment import Assessment
from glisson.clinical.read import demo_cohort
from glisson.methods.clustered import clustered_proportion
from glisson.present.document import Heading, Paragraph, TableBlock
from glisson.present.tabulate import exposure as tables
from glisson.present.words import Words
from glisson.reporting.exposure import treatment_chapter
from glisson.reporting.results_exposure import ExposurePart
from glisson.tables import Group
from tests.clinical.build import cohort
from tests.clinical.test_untreatable import on, stop
from tests.reporting.fixture import assessment

WORDS = Words.of("ama")
TACE: Group = (("method", "deb_tace"),)


def three_patients(**more):
    """a: two TACE sessions of a course, then ablation; b: one TACE session; c: ablation, which failed."""
    session = [
        {"session_id": "a1", "patient_id": "a", "date": on(0), "method": "deb_tace", "drug": "doxorubicin",
         "drug_mg": 75.0, "technical_success": True, "length_of_stay_d": 1.0, "bead_min_um": 100.0,
         "bead_max_um": 300.0},
        {"session_id": "a2", "patient_id": "a", "date": on(28), "method": "deb_tace", "drug": "doxorubicin",
         "drug_mg": 50.0, "technical_success": True, "length_of_stay_d": 2.0, "retreat_type": "planned_stage"},
        {"session_id": "a3", "patient_id": "a", "date": on(200), "method": "ablation_mwa", "technical_success": True,
         "retreat_type": "residual"},
        {"session_id": "b1", "patient_id": "b", "date": on(0), "method": "deb_tace", "drug": "doxorubicin",
         "technical_success": None},
        {"session_id": "c1", "patient_id": "c", "date": on(0), "method": "ablation_rfa", "technical_success": False,
         "length_of_stay_d": 4.0},
    ]  # fmt: skip
    patient = [{"patient_id": p, "last_contact_date": on(400), "vital_status": "alive"} for p in "abc"]
    return cohort(patient=patient, session=session, **more)


@pytest.mark.by_hand
def test_three_patients() -> None:
    result = build(three_patients())
    assert (result.patients, result.sessions, result.courses) == (3, 5, 4)
    assert result.groups == (((), 3, 5), (TACE, 2, 4), ((("method", "ablation"),), 1, 1))
    assert result.methods == (((), 3, 5), (TACE, 2, 3), ((("method", "ablation"),), 2, 2))
    within, between = result.amount("within", (), "interval"), result.amount("between", (), "interval")
    assert (within.n, within.quartiles[1], between.n, between.quartiles[1]) == (1, 28.0, 1, 172.0)
    dose = result.amount("drug_mg:doxorubicin", TACE, "session")
    assert (dose.n, dose.of, dose.quartiles[1], dose.extremes) == (2, 3, 62.5, (50.0, 75.0))
    total = result.amount("drug_mg:doxorubicin", TACE, "patient")
    assert (total.n, total.of, total.quartiles[1]) == (1, 2, 125.0), "patient b has no dose, so no sum"
    stay = result.amount("length_of_stay_d", (), "session")
    assert (stay.n, stay.of, stay.extremes) == (3, 5, (1.0, 4.0))
    assert result.amount("activity_gbq", TACE, "session") is None


@pytest.mark.by_hand
def test_tallies_of_three_patients() -> None:
    result = build(three_patients(followup=[stop("a", 300, "hepatic_progression"), stop("b", 90, None)]))
    sessions, courses = result.tally("sessions"), result.tally("courses")
    assert (sessions.levels, sessions.counts[0], sessions.of) == (("1", "2", "3"), (2, 0, 1), (3, 2, 1))
    assert (courses.levels, courses.counts[0]) == (("1", "2"), (2, 1))
    again = result.tally("retreatment")
    assert dict(zip(again.levels, again.counts[0], strict=True)) == {
        "first": 0, "planned_stage": 1, "residual": 1, "ltp": 0, "new_lesion": 0,
    }  # fmt: skip
    assert again.of == (2, 2, 0)
    stopped = result.tally("stop")
    assert (sum(stopped.counts[0]), stopped.of[0]) == (1, 3), "a stop without reason is not recorded"
    beads = result.tally("bead_size")
    assert (beads.groups, beads.levels, beads.counts, beads.of) == ((TACE,), ("100–300",), ((1,),), (3,))
    assert build(three_patients()).tally("stop") is None


@pytest.mark.independent
def test_technical_success_counts_patients() -> None:
    row = build(three_patients()).technical.one("proportion", group=())
    expected = clustered_proportion(np.array([3, 0]), np.array([3, 1]), name="x").one("proportion")
    assert (row.events, row.n, row.low, row.high) == (3, 4, expected.low, expected.high)


@pytest.mark.independent
def test_the_demonstration_cohort_adds_up() -> None:
    made, result = demo_cohort(), build(demo_cohort())
    frame = made.table("session")
    assert result.sessions == len(frame)
    assert sum(n for g, _, n in result.groups if g) == sum(n for g, _, n in result.methods if g) == len(frame)
    drug = result.amount("drug_mg:doxorubicin", TACE, "session")
    assert drug.quartiles[1] == frame["drug_mg"].median()
    assert drug.extremes == (frame["drug_mg"].min(), frame["drug_mg"].max())
    assert result.courses == frame["course_id"].n_unique()
    tally = result.tally("sessions")
    assert sum(k * n for k, n in enumerate(tally.counts[0], start=1)) == result.sessions


def test_two_drugs_do_not_add_up() -> None:
    result = build(cohort(patient=[{"patient_id": "a", "last_contact_date": on(400)}], session=[
        {"session_id": s, "patient_id": "a", "date": on(d), "method": "deb_tace", "drug": g, "drug_mg": 100.0}
        for s, d, g in (("1", 0, "doxorubicin"), ("2", 30, "Irinotecan"))
    ]))  # fmt: skip
    names = [a.name for a in result.amounts if a.per == "patient"]
    assert names == ["drug_mg:doxorubicin", "drug_mg:irinotecan"]
    assert all(a.quartiles == (100.0, 100.0, 100.0) for a in result.amounts if a.per == "patient")


def test_a_dose_that_should_be_there_is_shown_as_not_recorded() -> None:
    made = cohort(patient=[{"patient_id": "a", "last_contact_date": on(9)}],
                  session=[{"session_id": "1", "patient_id": "a", "date": on(0), "method": "y90_glass"}])  # fmt: skip
    result = build(made)
    table = tables.delivery(assessment(), result, WORDS)
    row = next(r for r in table.rows if r.cells[0] == "Administered activity, GBq")
    assert row.cells[1:] == ("0 of 1", "—", "—")


# on the page


def page(report: Assessment | None = None):
    return treatment_chapter(report or assessment(), build(demo_cohort()))


def test_the_chapter_says_units_and_how_many_have_a_value() -> None:
    blocks = page()
    assert isinstance(blocks[0], Heading)
    text = " ".join(b.text for b in blocks if isinstance(b, Paragraph))
    assert "Twenty-four patients had 41 sessions in 29 courses; 14 had more than one session" in text
    assert "recorded for 19 of 24 patients" in text
    made = {b.table.name: b.table for b in blocks if isinstance(b, TableBlock)}
    assert list(made) == ["treatment-courses", "treatment-delivery", "treatment-reasons"]
    rows = {r.cells[0]: r.cells for r in made["treatment-delivery"].rows if r.kind == "data"}
    assert rows["Administered activity, GBq"] == ("Administered activity, GBq", "10 of 10", "2.22 (1.91, 2.44)",
                                                  "1.41 to 2.68")  # fmt: skip
    assert rows["Doxorubicin per patient, all sessions, mg"][1] == "14 of 14 patients"
    within = next(r for r in made["treatment-courses"].rows if r.cells[0].startswith("Between treatment days"))
    assert within.cells[1] == "28.5 (27.8, 32)\nn = 12"
    for table in made.values():
        assert table.title.endswith("(24 synthetic patients)")


def test_a_single_method_has_no_column_of_its_own() -> None:
    made = cohort(patient=[{"patient_id": "a", "last_contact_date": on(9)}],
                  session=[{"session_id": "1", "patient_id": "a", "date": on(0), "method": "tae"}])  # fmt: skip
    assert len(tables.courses(assessment(), build(made), WORDS).columns) == 2


def test_without_stops_the_page_says_how_to_record_them() -> None:
    text = " ".join(
        b.text for b in treatment_chapter(assessment(), build(three_patients())) if isinstance(b, Paragraph)
    )
    assert "ldt_stop_reason" in text
    nothing = treatment_chapter(assessment(), None)
    assert len(nothing) == 2
    assert "only the first treatment of each patient" in nothing[1].text


def test_a_cohort_without_dated_sessions_has_no_treatment() -> None:
    assert build(cohort(patient=[{"patient_id": "a"}], session=[{"session_id": "1", "patient_id": "a"}])) is None


def test_it_becomes_plain_json() -> None:
    part = ExposurePart.model_validate(build(demo_cohort()))
    assert ExposurePart.model_validate_json(part.model_dump_json()) == part
