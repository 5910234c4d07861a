"""P18 by hand."""

from __future__ import annotations

from datetime import date

import pytest

from glisson.pitfalls.confounding import confounding_by_indication
from tests.pitfalls.build import day, findings, only, patient, values


def arms(tace: dict, y90: dict):
    """Return two methods with four patients each; variables by name with four values each."""
    return [
        patient(f"{arm}{i}", 100 * (i + 1), method=method, **{k: v[i] for k, v in columns.items()})
        for arm, method, columns in (("A", "deb_tace", tace), ("B", "y90_glass", y90))
        for i in range(4)
    ]


SAME = {"n_liver_lesions": [1, 2, 3, 4], "extrahepatic_t0": ["none", "none", "present", "present"]}


@pytest.mark.by_hand
def test_more_lesions_in_one_method() -> None:
    found = only(confounding_by_indication, arms(SAME, SAME | {"n_liver_lesions": [2, 3, 4, 5]}))
    assert (found.id, found.severity, found.patients) == ("P18", "warn", ())
    # Means 2.5 and 3.5, both variances 5/3: 1 / 1.291.
    assert found.numbers == (("patients", "8"), ("Liver lesions", "0.77"))
    assert "1 baseline variable differs by more than 0.25" in found.sentence
    assert values(found.naive, "n") == {("deb_tace",): 4, ("y90",): 4}
    assert values(found.corrected, "n") == {("deb_tace",): 2, ("y90",): 2}


def test_like_patients_are_not_confounded() -> None:
    assert not findings(confounding_by_indication, arms(SAME, SAME))


@pytest.mark.by_hand
def test_methods_that_share_no_value_are_the_worst_case() -> None:
    # Without any spread there is no standardised difference, which must not read like none.
    found = only(
        confounding_by_indication,
        arms(SAME | {"extrahepatic_t0": ["present"] * 4}, SAME | {"extrahepatic_t0": ["none"] * 4}),
    )
    assert dict(found.numbers) == {
        "patients": "8",
        "Extrahepatic disease": "no overlap",
        "disease limited to the liver": "4 patients, all Y-90 radioembolization",
        "extrahepatic disease": "4 patients, all DEB-TACE",
    }
    assert {r.statistic for r in found.corrected} == {"e_value"}  # nothing within disease limited to the liver
    assert "extrahepatic disease separates the methods" not in found.remedy  # a variable without spread is no covariate


@pytest.mark.by_hand
def test_a_number_that_is_constant_within_each_method_has_no_overlap() -> None:
    found = only(confounding_by_indication, arms(SAME, SAME | {"n_liver_lesions": [9] * 4}))
    assert dict(found.numbers)["Liver lesions"] == "7.12"  # (9 - 2.5) / sqrt((5/3 + 0) / 2)
    flat = arms(SAME | {"n_liver_lesions": [1] * 4}, SAME | {"n_liver_lesions": [9] * 4})
    assert dict(only(confounding_by_indication, flat).numbers)["Liver lesions"] == "no overlap"


@pytest.mark.by_hand
def test_a_stratum_with_one_method_only() -> None:
    some = SAME | {"lines_systemic_before": [0, 0, 1, 1]}
    other = SAME | {"lines_systemic_before": [1, 1, 0, 0]}
    assert not findings(confounding_by_indication, arms(some, other))
    found = only(confounding_by_indication, arms(some, SAME | {"lines_systemic_before": [0, 0, 1, 3]}))
    assert "two or more prior lines" not in dict(found.numbers)  # one patient is no stratum
    found = only(confounding_by_indication, arms(some, SAME | {"lines_systemic_before": [0, 1, 3, 3]}))
    assert dict(found.numbers)["two or more prior lines"] == "2 patients, all Y-90 radioembolization"


@pytest.mark.by_hand
def test_one_method_was_used_later() -> None:
    later = [p for p in arms(SAME, SAME) if p.id.startswith("A")]
    later += [
        patient(p.id, 100, method="y90_glass", t0=date(2015 + i % 2, 7, 2), **p.patient)
        for i, p in enumerate(p for p in arms(SAME, SAME) if p.id.startswith("B"))
    ]
    found = only(confounding_by_indication, later)
    # Day 183 of 2015 and day 184 of 2016, twice each, against day 1 of 2015: means 2016.0024 and 2015.0027, variances
    # (1.00274 / 2)^2 * 4/3 = 0.3352 and 0: 0.9997 / sqrt(0.1676).
    assert dict(found.numbers)["Calendar time of first treatment"] == "2.44"


@pytest.mark.by_hand
@pytest.mark.parametrize("unit", ["umol/L", "mg/dL"])
def test_bilirubin_at_the_start_where_it_is_in_one_unit(unit) -> None:
    persons = arms(SAME, SAME)
    labs = [
        {"patient_id": p.id, "date": day(when), "test": "bilirubin", "value": value + p.id.startswith("B"),
         "unit": unit if p.id == "A0" else "umol/L"}
        for i, p in enumerate(persons)
        for when, value in ((-40, 99.0), (-10, 10.0 + i % 4), (20, 50.0))
    ]  # fmt: skip
    found = findings(confounding_by_indication, persons, lab=labs)
    numbers = [dict(f.numbers) for f in found]
    assert numbers == ([{"patients": "8", "Bilirubin": "0.77"}] if unit == "umol/L" else [])


@pytest.mark.parametrize(("n", "fires"), [(4, False), (15, True)])
def test_small_differences_count_from_thirty_patients_on(n, fires) -> None:
    # 15 a method: 7 and 8 of 15, difference 1/15 over about 1/2: 0.13; 4 a method are alike.
    yes = {"A": n // 2, "B": n - n // 2}
    persons = [
        patient(f"{a}{i}", 100 + i, method=m, resection_prior=i < yes[a])
        for a, m in (("A", "deb_tace"), ("B", "y90_glass"))
        for i in range(n)
    ]
    assert bool(findings(confounding_by_indication, persons)) is fires


def test_one_method_cannot_be_confounded_with_another() -> None:
    assert not findings(confounding_by_indication, [p for p in arms(SAME, SAME) if p.id.startswith("A")])


def cohort_of(n: int, *, shift: float = 2.0, dead=lambda i: True, **tables):
    """Return two methods of n patients; the second had more lesions and larger ones, but the ranges overlap."""
    return [
        patient(f"{arm}{i:02}", 30 + 17 * ((7 * i + 3 * k) % 23), dead=dead(i), method=method,
                n_liver_lesions=1 + (3 * i) % 5 + round(k * shift / 2), largest_mm=20.0 + (11 * i) % 31 + k * shift * 4)
        for k, (arm, method) in enumerate((("A", "deb_tace"), ("B", "y90_glass")))
        for i in range(n)
    ]  # fmt: skip


@pytest.mark.by_hand
def test_overlap_weights_stand_beside_the_crude_ratio_where_events_allow() -> None:
    found = only(confounding_by_indication, cohort_of(12))
    numbers = dict(found.numbers)
    assert numbers["largest standardised difference of the weighted covariates"] == "0.00"
    assert numbers["effective sample size with overlap weights"].startswith("DEB-TACE ")
    assert "Overlap weights make the methods alike in largest liver lesion and liver lesions" in found.remedy
    weighted = [r for r in found.corrected if r.variable.startswith("os weighted")]
    ratio = next(r for r in weighted if r.statistic == "hazard_ratio")
    assert (ratio.detail, ratio.n, ratio.events) == ("versus DEB-TACE, with overlap weights", 24, 24)
    assert ratio.low < ratio.value < ratio.high
    assert {r.group[0][1] for r in weighted if r.statistic == "median"} == {"deb_tace", "y90"}
    sizes = [r.value for r in weighted if r.statistic == "effective_size"]
    assert all(5 <= s < 12 for s in sizes)
    crude = next(r for r in found.naive if r.statistic == "hazard_ratio")
    assert (crude.n, crude.events) == (24, 24)
    assert crude.value != pytest.approx(ratio.value, rel=1e-3)
    # A table takes the counts of a group from the rows of the same name: a ratio is about all patients.
    assert {r.variable for r in found.corrected if r.statistic in {"hazard_ratio", "p"}} == {"os weighted ratio"}
    assert {r.variable for r in found.corrected if r.statistic == "e_value"} == {"os crude"}


@pytest.mark.by_hand
def test_the_e_value_of_the_crude_ratio_is_always_given() -> None:
    found = only(confounding_by_indication, arms(SAME, SAME | {"n_liver_lesions": [2, 3, 4, 5]}))
    # Both groups died on days 100, 200, 300 and 400: the ratio is 1, and so is its E-value.
    rows = [r for r in found.corrected if r.statistic == "e_value"]
    assert [(r.detail, round(r.value, 6)) for r in rows] == [("versus DEB-TACE, estimate", 1.0),
                                                            ("versus DEB-TACE, limit", 1.0)]  # fmt: skip
    assert "fewer than two methods have 5 patients" in found.remedy


@pytest.mark.parametrize(
    ("persons", "why"),
    [
        (cohort_of(12, dead=lambda i: i < 4), "there are 8 deaths, and 10 are needed"),
        (cohort_of(12, shift=60.0), "separate the methods"),
        (cohort_of(12), "Overlap weights make the methods alike"),
        (cohort_of(5), "patients, and 5 are needed"),
    ],
)
def test_why_no_weighted_comparison_was_run(persons, why) -> None:
    found = only(confounding_by_indication, persons)
    assert why in found.remedy
    assert any(r.statistic == "e_value" for r in found.corrected)
    assert any(r.variable == "os weighted" for r in found.corrected) is why.startswith("Overlap")
