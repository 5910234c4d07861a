"""Outcomes of lesions: built by hand for two patients, and read on the page."""

from __future__ import annotations

import pytest

from glisson.assessing.lesions import ALL_TREATED, ASSISTED, COVERAGE, PRIMARY, SESSIONS, WITH_CONTROL, lesion_result
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.clinical.derive import endpoint
from glisson.clinical.read import demo_cohort
from glisson.methods.clustered import clustered_proportion
from glisson.methods.cox import cox
from glisson.present.document import Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import lesions as tables
from glisson.present.words import Words
from glisson.reporting.lesions import lesion_section, methods_text
from glisson.reporting.results_response import LesionPart
from tests.clinical.build import cohort
from tests.clinical.test_lesion_outcomes import on
from tests.reporting.fixture import assessment

WORDS = Words.of("ama")


def two_patients(**study):
    """Patient a: three lesions in one session, one cleared, one residual, one progressed without ever being clear.

    Patient b: one lesion, cleared, later progressed.
    """
    statuses = {
        "a1": ((40, "none"), (100, "none")), "a2": ((40, "residual"),), "a3": ((40, "residual"), (100, "ltp")),
        "b1": ((40, "none"), (200, "ltp")),
    }  # fmt: skip
    days = (-5, 40, 100, 200)
    return cohort(
        study,
        patient=[{"patient_id": p, "last_contact_date": on(400), "vital_status": "alive"} for p in "ab"],
        session=[{"session_id": f"S{p}", "patient_id": p, "date": on(0), "method": m, "technical_success": True}
                 for p, m in (("a", "deb_tace"), ("b", "ablation_mwa"))],
        lesion=[{"lesion_id": i, "patient_id": i[0], "organ": "liver", "first_seen_date": on(-5), "is_node": False}
                for i in statuses],
        session_lesion=[{"session_id": f"S{i[0]}", "lesion_id": i, "coverage": "partial" if i == "a2" else "complete",
                         "margin_mm": 4.0 if i == "b1" else None} for i in statuses],
        assessment=[{"assessment_id": f"{p}{d}", "patient_id": p, "date": on(d), "criterion": "recist11"}
                    for p in "ab" for d in days],
        measurement=[{"assessment_id": f"{i[0]}{d}", "lesion_id": i, "role": "target", "status": "measured",
                      "long_mm": 25.0, "local_status": s} for i, seen in statuses.items() for d, s in seen],
    )  # fmt: skip


def six_progressed_of_nine():
    """Nine lesions of six patients, larger ones progressing more often; the first patient has four of them."""
    sizes = {"a1": 12.0, "a2": 18.0, "a3": 35.0, "a4": 44.0, "b1": 20.0, "c1": 31.0, "d1": 52.0, "e1": 15.0, "f1": 40.0}
    late = {"a3": 160, "a4": 100, "c1": 200, "d1": 100, "f1": 160, "e1": 200}
    days = (-5, 40, 100, 160, 200)
    people = sorted({i[0] for i in sizes})
    return cohort(
        {},
        patient=[{"patient_id": p, "last_contact_date": on(400), "vital_status": "alive"} for p in people],
        session=[{"session_id": f"S{p}", "patient_id": p, "date": on(0), "method": "deb_tace"} for p in people],
        lesion=[{"lesion_id": i, "patient_id": i[0], "organ": "liver", "first_seen_date": on(-5), "is_node": False}
                for i in sizes],
        session_lesion=[{"session_id": f"S{i[0]}", "lesion_id": i, "coverage": "complete",
                         "margin_mm": 5.0 if i in late else None} for i in sizes],
        assessment=[{"assessment_id": f"{p}{d}", "patient_id": p, "date": on(d), "criterion": "recist11"}
                    for p in people for d in days],
        measurement=[{"assessment_id": f"{i[0]}{d}", "lesion_id": i, "role": "target", "status": "measured",
                      "long_mm": mm, "local_status": None if d < 0 else "ltp" if d >= late.get(i, 999) else "none"}
                     for i, mm in sizes.items() for d in days],
    ), sizes  # fmt: skip


@pytest.mark.independent
def test_size_and_margin_are_covariates_of_local_progression() -> None:
    made, sizes = six_progressed_of_nine()
    result = lesion_result(made)
    size, margin = result.covariates
    ltp = endpoint(made, "ltp")
    plain = cox(ltp, numbers={"mm": [sizes[str(u)] for u in ltp.unit]}).one("hazard_ratio")
    assert (size.n, size.events, size.detail) == (9, 6, "per 10 mm")
    assert "robust over 6 clusters" in size.method
    assert [size.value, size.low, size.high] == pytest.approx([v**10 for v in (plain.value, plain.low, plain.high)])
    assert size.value > 1
    assert (margin.value, margin.n) == (None, 6)
    assert margin.reason == "not estimable (the same in every lesion)"
    text = next(b.text for b in lesion_section(assessment(), result) if getattr(b, "lead", "") == "Size and margin.")
    assert "for each 10 mm of size before treatment was multiplied by" in text
    assert "For smallest margin, the hazard ratio per 1 mm was not estimable" in text


@pytest.mark.by_hand
def test_too_few_progressions_give_a_reason() -> None:
    size, margin = lesion_result(two_patients()).covariates
    assert size.reason == "not estimable (not recorded)"
    assert margin.reason == "not estimated (1 local progression of 1 lesion; at least 5 are needed)"
    assert (size.value, size.events) == (None, 0)


def counted(estimates, variable, detail, method=None):
    group = (("method", method),) if method else ()
    row = estimates.one("proportion", variable=variable, detail=detail, group=group)
    return row.events, row.n


@pytest.mark.by_hand
def test_two_patients_with_four_lesions() -> None:
    result = lesion_result(two_patients())
    assert (result.lesions, result.patients) == (4, 2)
    assert counted(result.technical, SESSIONS, "sessions") == (2, 2)
    assert counted(result.technical, COVERAGE, "treated lesions") == (3, 4)
    assert counted(result.efficacy, PRIMARY, WITH_CONTROL) == (2, 4)
    assert counted(result.efficacy, PRIMARY, WITH_CONTROL, "deb_tace") == (1, 3)
    assert counted(result.efficacy, ASSISTED, ALL_TREATED, "ablation") == (1, 1)
    assert result.sizes[0] == ((), 4, 2, 2), "two of four lesions were ever free of viable tumour"
    assert ((("margin", "<5 mm"),), 1, 1, 1) in result.sizes
    assert result.progression.one("events", group=()).value == 1
    assert [name for name, _ in result.reclassified] == ["Pt01, lesion 3"]


@pytest.mark.independent
def test_intervals_count_patients() -> None:
    row = lesion_result(two_patients()).efficacy.rows[0]
    same = clustered_proportion([1, 1], [3, 1], name="x").one("proportion")
    assert (row.value, row.low, row.high) == (same.value, same.low, same.high)


@pytest.mark.by_hand
def test_what_was_not_recorded_has_a_reason() -> None:
    made = two_patients()
    sessions = made.table("session").drop("technical_success")
    bare = type(made)(tables={**made.tables, "session": sessions}, problems=made.problems, study=made.study)
    row = lesion_result(bare).technical.select("proportion", variable=SESSIONS).rows[0]
    assert (row.value, row.reason) == (None, "not estimable (not recorded for any of 2)")
    unlinked = {n: f for n, f in made.tables.items() if n != "session_lesion"}
    assert lesion_result(type(made)(tables=unlinked, problems=made.problems, study=made.study)) is None


def test_the_page_of_the_demonstration() -> None:
    whole, result = assessment(), lesion_result(demo_cohort())
    blocks = lesion_section(whole, result)
    texts = " ".join(b.text for b in blocks if isinstance(b, Paragraph | Note))
    assert "40 of 41 sessions (98%" in texts
    assert "no viable tumour was seen in 20 of 61 lesions (33%" in texts
    assert "Four lesions progressed locally, of 29 that a scan had shown free of viable tumour" in texts
    assert [b.table.name for b in blocks if isinstance(b, TableBlock)] == ["lesion-success", "lesion-progression"]
    table = tables.progression(whole, result, WORDS)
    assert next(r.cells[:5] for r in table.rows if r.cells[0] == "DEB-TACE") == ("DEB-TACE", "47", "14", "14", "1")
    assert all(str(i) not in texts for i in demo_cohort().table("lesion")["lesion_id"])
    assert LesionPart.model_validate(result).lesions == 78


def test_the_page_without_linked_lesions_says_what_would_add_them() -> None:
    blocks = lesion_section(assessment(), None)
    assert isinstance(blocks[0], Heading)
    assert "The table session_lesion would add" in blocks[1].text


def test_reclassified_lesions_are_listed() -> None:
    blocks = lesion_section(assessment(), lesion_result(two_patients()))
    table = next(b.table for b in blocks if isinstance(b, TableBlock) and b.table.name == "lesion-reclassified")
    assert table.rows[0].cells[0] == "Pt01, lesion 3"
    assert any("One lesion was recorded as progressed" in b.text for b in blocks if isinstance(b, Paragraph))


def test_an_empty_window_is_said() -> None:
    study = {"response": {"control_from_days": 300, "control_to_days": 310}}
    result = lesion_result(two_patients(**study))
    text = " ".join(b.text for b in lesion_section(assessment(), result) if isinstance(b, Paragraph))
    assert "No lesion has an adequate scan 300 to 310 days after its first course." in text
    assert dict(result.no_control) == {"no scan in the window": 4}


def test_ids_are_shown_only_where_the_study_says_so() -> None:
    made = two_patients(report={"pseudonymous": False})
    assert Pseudonyms.of(made)("a") == "a"
    assert lesion_result(made).reclassified[0][0] == "a, lesion 3"


def test_the_methods_say_what_the_intervals_count() -> None:
    text = methods_text(lesion_result(demo_cohort()))
    assert "first adequate scan 28 to 84 days after the first course" in text
    assert (
        "Intervals count patients: Clopper-Pearson at the effective sample size (Korn-Graubard); Aalen-Johansen" in text
    )
