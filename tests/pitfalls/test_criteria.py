"""P15 and P16 by hand: planted cohorts and their clean twins."""

from __future__ import annotations

import pytest

from glisson.pitfalls.criteria import mixed_criteria, treated_target_lesions
from tests.clinical.tumour.build import measured, scan
from tests.pitfalls.build import context_of

pytestmark = pytest.mark.by_hand


def treated(*, target_grew: bool | None = None, before: bool = True):
    """Patient a: one treated target that stays at 40 mm, one untreated that shrinks from 30 to 10; b responds."""
    base = {"long_mm": 40.0, "progressed_since_treatment": target_grew}
    return measured(
        [scan(-5, {"l1": base, "l2": 30}), scan(60, {"l1": 40, "l2": 10}),
         scan(-5, {"l3": 50}, patient="b"), scan(60, {"l3": 20}, patient="b")],
        {"l1": {"treated_before": before}},
    )  # fmt: skip


def test_a_target_treated_before():
    (found,) = treated_target_lesions(context_of(treated()))
    assert (found.id, found.severity, found.patients) == ("P15", "warn", ("a",))
    assert dict(found.numbers) == {"patients": "1", "target lesions treated before": "1"}
    # 70 to 50 mm is -29 %: stable. Without the scar 30 to 10 mm is -67 %: partial response.
    assert found.naive.one("proportion").value == 0.5
    assert found.corrected.one("proportion").value == 1.0
    assert found.corrected.one("proportion").detail == "CR+PR, treated lesions as non-targets"


@pytest.mark.parametrize("clean", [{"target_grew": True}, {"before": False}], ids=["has grown since", "not treated"])
def test_a_target_that_may_be_one(clean):
    assert treated_target_lesions(context_of(treated(**clean))) == []


def test_without_measurements_there_is_no_target():
    made = measured([scan(60, {}, overall_resp="SD")], {"l1": {"treated_before": True}}, measurement=[])
    assert treated_target_lesions(context_of(made)) == []


def by_two(column, one, two, responses=(("SD", "PR"), ("PR", "PR")), **study):
    """Two patients, each with one scan read in two ways."""
    scans = [
        scan(60, {}, patient=p, overall_resp=r, **{column: code})
        for p, pair in zip("ab", responses, strict=True)
        for code, r in zip((one, two), pair, strict=True)
    ]
    return measured(scans, {"l1": {"patient_id": "a"}}, measurement=[], study=study)  # fmt: skip


def test_two_criteria_in_one_sheet():
    (found,) = mixed_criteria(context_of(by_two("criterion", "recist11", "mrecist")))
    assert (found.id, found.severity, found.title) == ("P16", "stop", "Mixed response criteria")
    assert dict(found.numbers) == {"patients": "2", "assessments, mRECIST": "2", "assessments, RECIST 1.1": "2"}
    assert found.naive.one("proportion").value == 0.5, "the worst of both"
    assert found.corrected.one("proportion", detail="CR+PR, RECIST 1.1").value == 0.5
    assert found.corrected.one("proportion", detail="CR+PR, mRECIST").value == 1.0


def test_one_criterion_or_one_that_the_study_chose():
    assert mixed_criteria(context_of(by_two("criterion", "recist11", "recist11"))) == []
    chosen = by_two("criterion", "recist11", "mrecist", endpoints={"criterion": "mrecist"})
    assert mixed_criteria(context_of(chosen)) == []


def test_two_readers():
    made = by_two("reader", "local", "central1", (("SD", "PR"), ("PR", "SD")))
    (found,) = mixed_criteria(context_of(made))
    assert (found.id, found.severity, found.title) == ("P16", "stop", "Several readers")
    assert dict(found.numbers) == {"patients": "2", "assessments, central1": "2", "assessments, local": "2"}
    assert found.naive.one("proportion").value == 0.0, "the worst of both"
    assert [r.value for r in found.corrected if r.statistic == "proportion"] == [0.5, 0.5]


def test_one_reader_or_one_that_the_study_chose():
    assert mixed_criteria(context_of(by_two("reader", "local", "local"))) == []
    assert mixed_criteria(context_of(by_two("reader", "local", "central1", endpoints={"reader": "local"}))) == []


def harmed(*rows):
    scans = [scan(60, {}, patient=p, overall_resp="SD") for p in "ab"]
    events = [
        {"patient_id": p, "onset_date": "2020-01-03", "term": "Nausea", "related": "probable", **r} for p, r in rows
    ]
    return measured(scans, {"l1": {"patient_id": "a"}}, measurement=[], adverse_event=events)


def test_two_versions_of_ctcae():
    rows = (("a", {"grade": 3, "ctcae_version": "4"}), ("b", {"grade": 2, "ctcae_version": "5"}))
    (found,) = mixed_criteria(context_of(harmed(*rows)))
    assert (found.id, found.severity, found.title) == ("P16", "stop", "Mixed versions of CTCAE")
    assert dict(found.numbers) == {"patients": "2", "events, version 4": "1", "events, version 5": "1"}
    assert found.naive.one("proportion").value == 0.5
    assert found.corrected.one("proportion", detail="3+4+5, CTCAE 4").value == 0.5
    assert found.corrected.one("proportion", detail="3+4+5, CTCAE 5").value == 0.0


def test_one_version_of_ctcae():
    rows = (("a", {"grade": 3, "ctcae_version": "5"}), ("b", {"grade": 2, "ctcae_version": "5"}))
    assert mixed_criteria(context_of(harmed(*rows))) == []
    absent = (("a", {"grade": 3, "ctcae_version": "5"}), ("b", {"grade": 0, "ctcae_version": "4"}))
    assert mixed_criteria(context_of(harmed(*absent))) == [], "an absent event has no grade to mix"


def test_two_editions_of_the_sir_classes():
    def classes(one, two):
        rows = [("a", {"grade": 3, "ctcae_version": "5", "sir_grade": one}),
                ("b", {"grade": 2, "ctcae_version": "5", "sir_grade": two})]  # fmt: skip
        return mixed_criteria(context_of(harmed(*rows)))

    (found,) = classes("D", "3")
    assert (found.title, found.patients) == ("Mixed editions of the SIR classification", ("a", "b"))
    assert classes("3", "2") == []
    assert classes("D", "a") == []
