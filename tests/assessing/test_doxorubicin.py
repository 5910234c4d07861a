"""The systemic doxorubicin question: who had it, how much, what was seen, what that excludes."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.assessing.doxorubicin import EXPOSED, doxorubicin_result
from glisson.clinical.doses import body_surface, doxorubicin_doses
from glisson.clinical.read import demo_cohort
from glisson.errors import InputError
from glisson.present.document import Paragraph, TableBlock, unlinked
from glisson.reporting.doxorubicin import answer_sentence, doxorubicin_section
from glisson.reporting.results_doxorubicin import DoxorubicinPart
from tests.clinical.build import cohort
from tests.demo import assessed

PATIENT = {"patient_id": "1", "sex": "F", "vital_status": "alive", "last_contact_date": "2021-06-30",
           "height_cm": 180.0, "weight_kg": 80.0, "dox_sys_mg_m2": 300.0}  # fmt: skip


def _session(day: str, patient: str = "1", **more) -> dict:
    return {"session_id": f"{patient}{day}", "patient_id": patient, "date": day, "method": "deb_tace",
            "drug": "Doxorubicin", "drug_mg": 100.0} | more  # fmt: skip


def _event(term: str, patient: str = "1", grade: int = 1, **more) -> dict:
    return {"patient_id": patient, "onset_date": "2021-01-12", "term": term, "grade": grade, "ctcae_version": "5",
            "related": "probable"} | more  # fmt: skip


def _cohort(sessions, events, patients=(PATIENT,), **more):
    return cohort(patient=list(patients), session=sessions, adverse_event=events, **more)


@pytest.mark.by_hand
def test_doses_add_up():
    row = doxorubicin_doses(_cohort([_session("2021-01-10"), _session("2021-02-10", drug_mg=50.0)], [])).row(
        0, named=True
    )
    assert row["surface_m2"] == 2.0
    assert (row["arterial_mg"], row["arterial_mg_m2"], row["combined_mg_m2"]) == (150.0, 75.0, 375.0)
    unknown = doxorubicin_doses(_cohort([_session("2021-01-10", drug_mg=None)], [])).row(0, named=True)
    assert (unknown["undosed"], unknown["arterial_mg"], unknown["combined_mg_m2"]) == (1, None, None)
    other = doxorubicin_doses(_cohort([_session("2021-01-10", drug=None)], [])).row(0, named=True)
    assert (other["sessions"], other["undrugged"], other["arterial_mg"]) == (0, 1, None)
    with pytest.raises(InputError):
        body_surface(0, 70)


@pytest.mark.by_hand
def test_events_under_any_name_and_apart_from_the_syndrome():
    patients = [PATIENT, PATIENT | {"patient_id": "2"}]
    sessions = [_session("2021-01-10"), _session("2021-01-10", patient="2")]
    events = [_event("hair loss"), _event("Nausea", pes=True), _event("Nausea", patient="2", pes=False)]
    result = doxorubicin_result(_cohort(sessions, events, patients))
    own = {t.term: next(g for g in t.groups if g.group == EXPOSED) for t in result.terms}
    assert own["Alopecia"].events == 1
    assert (own["Nausea"].events, own["Nausea"].apart) == (2, 1)
    assert own["Neutropenia"].measured is None


@pytest.mark.by_hand
def test_a_fall_of_the_count_is_seen_though_nobody_recorded_it():
    labs = [
        {"patient_id": "1", "date": d, "test": "anc", "value": v, "unit": "10^9/L", "lln": 2.0}
        for d, v in (("2021-01-09", 4.0), ("2021-01-20", 1.2))
    ]
    result = doxorubicin_result(_cohort([_session("2021-01-10")], [_event("Pain")], lab=labs))
    own = next(g for g in next(t for t in result.terms if t.term == "Neutropenia").groups if g.group == EXPOSED)
    assert (own.events, own.low, own.measured, own.counted) == (0, 1, 1, 1)
    assert own.upper == 1.0  # one of one, whoever recorded it
    assert not any(v.excluded for v in own.verdicts)


@pytest.mark.by_hand
def test_who_was_not_followed_is_not_observed_unless_the_event_was_seen():
    """Four patients, two last seen on day 8; one of these had nausea."""
    patients = [PATIENT | {"patient_id": i, "last_contact_date": "2021-01-18" if i in "34" else "2021-06-30"}
                for i in "1234"]  # fmt: skip
    sessions = [_session("2021-01-10", patient=i) for i in "1234"]
    result = doxorubicin_result(_cohort(sessions, [_event("Nausea", patient="4")], patients))
    own = {t.term: next(g for g in t.groups if g.group == EXPOSED) for t in result.terms}
    assert (result.treated, result.not_followed) == (4, 2)
    assert (own["Nausea"].observed, own["Alopecia"].observed) == (3, 2)
    assert own["Alopecia"].upper == pytest.approx(1 - 0.05 ** (1 / 4))
    assert own["Alopecia"].upper_observed == pytest.approx(1 - 0.05 ** (1 / 2))


@pytest.mark.by_hand
def test_rates_without_a_denominator_are_taken_of_the_patients_randomised():
    result = doxorubicin_result(demo_cohort())
    febrile = next(t for t in result.terms if t.term == "Febrile neutropenia")
    assert [(p.study, p.events, p.n, p.approximate) for p in febrile.published] == [
        ("Tap 2017", 36, 323, True), ("Ryan 2016", 28, 221, True), ("Tap 2016", 9, 65, False),
    ]  # fmt: skip
    heart = next(t for t in result.terms if t.term == "Heart failure").published
    assert [(p.study, p.events, p.n) for p in heart] == [("Swain 2003", 32, 630)]
    assert "breast" in heart[0].arm
    assert all("breast" not in p.arm for t in result.terms if t.term != "Heart failure" for p in t.published)


def test_there_is_no_question_without_doxorubicin():
    assert (
        doxorubicin_result(_cohort([_session("2021-01-10", method="y90_glass", drug=None)], [_event("Pain")])) is None
    )
    assert doxorubicin_result(cohort(patient=[PATIENT], session=[_session("2021-01-10")])) is None


def test_the_demonstration_answers_as_the_commentary_asks():
    result = doxorubicin_result(demo_cohort())
    febrile = next(t for t in result.terms if t.term == "Febrile neutropenia")
    beads = next(g for g in febrile.groups if g.group == (("method", "deb_tace"),))
    assert (beads.events, beads.n, round(beads.upper, 3)) == (0, 13, 0.206)
    assert [round(p.rate, 3) for p in febrile.published] == [0.11, 0.126, 0.139]
    assert not any(v.excluded for v in beads.verdicts)
    assert [v.needed for v in beads.verdicts] == [26, 23, 21]
    assessment = assessed()
    said = unlinked(answer_sentence(assessment, result))
    assert "cannot exclude the 11.0% to 13.9% febrile neutropenia" in said
    blocks = doxorubicin_section(assessment, result)
    assert sum(isinstance(b, TableBlock) for b in blocks) == 3
    texts = " ".join(b.text for b in blocks if isinstance(b, Paragraph))
    assert not any(word in texts for word in ("None,", "nan", "{", "}"))
    assert DoxorubicinPart.model_validate(result).treated == 14


@pytest.mark.property
@given(st.lists(st.floats(1, 150), min_size=1, max_size=4), st.floats(100, 220), st.floats(30, 160))
def test_more_sessions_never_lower_the_dose(doses, height, weight):
    sessions = [_session(f"2021-0{i + 1}-10", drug_mg=d) for i, d in enumerate(doses)]
    person = PATIENT | {"height_cm": height, "weight_kg": weight}
    rows = [doxorubicin_doses(_cohort(sessions[:k], [], [person])).row(0, named=True) for k in range(1, len(doses) + 1)]
    totals = [r["combined_mg_m2"] for r in rows]
    assert totals == sorted(totals)
    assert rows[-1]["arterial_mg_m2"] == pytest.approx(sum(doses) / body_surface(height, weight))
    assert isinstance(rows[0]["patient_id"], str)
    assert pl.Series(totals).is_not_null().all()


@pytest.mark.by_hand
def test_a_misspelled_complication_is_named_where_it_is_not_counted():
    events = [_event("alopezia"), _event("nausea/vomiting"), _event("cardiotoxicity"), _event("Fatigue")]
    result = doxorubicin_result(_cohort([_session("2021-01-10")], events))
    assert [n for n in result.notes if "recorded as" in n] == [
        "1 event recorded as 'alopezia' may mean Alopecia and is counted under none of these terms: correct the word.",
        "1 event recorded as 'nausea/vomiting' may mean Nausea or Vomiting and is counted under none of these terms: "
        "correct the word.",
    ]
    heart = next(t for t in result.terms if t.term == "Heart failure")
    assert heart.groups[0].events == 1, "cardiotoxicity counts there"
