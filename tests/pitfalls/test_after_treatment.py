"""P13 by hand."""

from __future__ import annotations

import polars as pl
import pytest

from glisson.pitfalls.after_treatment import post_treatment_covariates
from tests.clinical.build import people
from tests.pitfalls.build import context_of, day, findings, only, patient, values


def scanned(*, baseline: dict[str, int]):
    """Return three patients, the first with a response, and the day of the scan marked as baseline of each."""
    persons = [patient(p, 500, dead=False) for p in "ABC"]
    rows = []
    for p, marked in baseline.items():
        for k, (d, response) in enumerate([(marked, None), (100, "PR" if p == "A" else "SD"), (200, "PD")]):
            rows.append({"assessment_id": f"{p}{k}", "patient_id": p, "date": day(d), "criterion": "recist11",
                         "is_baseline": k == 0, "overall_resp": response})  # fmt: skip
    return persons, rows


@pytest.mark.by_hand
def test_a_baseline_scan_after_treatment() -> None:
    persons, rows = scanned(baseline={"A": 20, "B": -10, "C": -5})
    found = only(post_treatment_covariates, persons, assessment=rows)
    assert (found.id, found.severity, found.patients) == ("P13", "stop", ("a",))
    assert found.title == "Known only after treatment: the scan to compare with"
    assert values(found.naive, "proportion") == {(): pytest.approx(1 / 3)}
    assert values(found.corrected, "proportion") == {(): 0}  # nothing to compare the scans of A with


@pytest.mark.parametrize("day_of_a", [0, -20])
def test_a_baseline_scan_up_to_the_day_of_treatment(day_of_a) -> None:
    persons, rows = scanned(baseline={"A": day_of_a, "B": -10, "C": -5})
    assert not findings(post_treatment_covariates, persons, assessment=rows)


def spread(seen: int, **columns):
    persons = [patient(f"A{i}", 100 * i, extrahepatic_t0="present" if i < 3 else "none") for i in range(1, 5)]
    persons[0] = patient("A1", 100, extrahepatic_t0="present", **columns)
    lesions = [{"lesion_id": "A1-L1", "patient_id": "A1", "organ": "liver", "first_seen_date": day(-30)},
               {"lesion_id": "A1-L2", "patient_id": "A1", "organ": "lung", "first_seen_date": day(seen)},
               {"lesion_id": "A2-L1", "patient_id": "A2", "organ": "bone", "first_seen_date": day(-90)}]  # fmt: skip
    return persons, lesions


@pytest.mark.by_hand
def test_extrahepatic_disease_first_seen_later() -> None:
    persons, lesions = spread(60)
    found = only(post_treatment_covariates, persons, lesion=lesions)
    assert found.patients == ("a1",)
    assert values(found.naive, "median") == {("present",): 150, ("none",): 350}
    assert values(found.corrected, "median") == {("present",): 200, ("none",): 300}


def test_extrahepatic_disease_seen_before_or_named_elsewhere() -> None:
    persons, lesions = spread(-1)
    assert not findings(post_treatment_covariates, persons, lesion=lesions)
    persons, lesions = spread(60, extrahepatic_sites="bone")
    assert not findings(post_treatment_covariates, persons, lesion=lesions)


@pytest.mark.by_hand
def test_a_subgroup_that_is_an_outcome() -> None:
    persons = [patient(f"A{i}", 100 * i, dead=i < 3) for i in range(1, 5)]
    found = only(post_treatment_covariates, persons, {"analysis": {"subgroups": ["vital_status"]}})
    assert found.title == "Known only after treatment: subgroup vital_status"
    assert values(found.naive, "median") == {("dead",): 150, ("alive",): None}
    assert len(found.corrected.groups()) == 1


def grouped(name: str, numbers: list[int]):
    persons = [patient(f"A{i}", 100 * i, sessions=[(10 * k, "deb_tace") for k in range(1, i)]) for i in range(1, 6)]
    cohort = people(persons, {"analysis": {"subgroups": [name]}})
    column = pl.Series(name, numbers)
    object.__setattr__(cohort, "tables", {**cohort.tables, "patient": cohort.table("patient").with_columns(column)})
    return post_treatment_covariates(context_of(cohort))


def test_a_subgroup_that_holds_the_number_of_sessions() -> None:
    assert len(grouped("procedures", [1, 2, 3, 4, 5])) == 1
    assert not grouped("procedures", [1, 2, 3, 4, 4])


@pytest.mark.parametrize(
    ("name", "later"),
    [("n sessions", True), ("Responders", True), ("toxicity", True), ("complications", True), ("resected after", True),
     ("ecog_t0", False), ("prior response", False), ("site_id", False), ("therapies_before", False), ("age", False),
     ("sessional_site", False), ("prior complications", False)],
)  # fmt: skip
def test_names_that_speak_of_later(name, later) -> None:
    assert bool(grouped(name, [7, 7, 8, 8, 8])) is later
