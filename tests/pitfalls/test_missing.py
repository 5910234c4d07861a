"""P10 by hand."""

from __future__ import annotations

import pytest

from glisson.methods.cox import cox
from glisson.pitfalls.missing import missing_data
from glisson.tables import Endpoint
from tests.pitfalls.build import findings, only, patient


def cohort_of(absent=(), *, n: int = 24, dead=lambda i: True, column: str = "largest_mm", value=None):
    """Return n patients of two methods in turn; some without a value of one column."""
    value = value or (lambda i: 20.0 + (11 * i) % 31)
    return [
        patient(f"P{i:02}", 40 + 13 * ((7 * i) % n), dead=dead(i), method="y90_glass" if i % 2 else "deb_tace",
                **{column: None if i in absent else value(i)})
        for i in range(n)
    ]  # fmt: skip


def test_what_is_known_in_everybody_is_no_finding() -> None:
    assert not findings(missing_data, cohort_of())
    assert not findings(missing_data, cohort_of(absent=range(24)))  # a column that nobody filled in is no variable


@pytest.mark.by_hand
def test_a_gap_in_more_than_a_twentieth_is_imputed() -> None:
    found = only(missing_data, cohort_of(absent={0, 7, 10, 17}))
    assert (found.id, found.severity) == ("P10", "warn")
    assert found.numbers == (("patients", "24"), ("Largest liver lesion", "missing in 4 of 24 (17%)"))
    assert found.sentence == (
        "1 baseline variable is not known in everybody, least of all largest liver lesion (missing in 4 of 24 (17%))."
    )
    assert "the 20 complete cases and to all 24 patients with the missing values drawn 20 times" in found.remedy
    # The naive model is that of the twenty.
    kept = [i for i in range(24) if i not in {0, 7, 10, 17}]
    os = Endpoint.from_arrays([40 + 13 * ((7 * i) % 24) for i in kept], [1] * 20, name="os",
                              keys={"method": ["y90" if i % 2 else "deb_tace" for i in kept]})  # fmt: skip
    expected = cox(os, "method", numbers={"x": [20.0 + (11 * i) % 31 for i in kept]}).select("hazard_ratio")
    assert [r.value for r in found.naive] == pytest.approx([r.value for r in expected])
    assert [r.detail for r in found.naive] == [
        "versus DEB-TACE, complete cases", "per mm of Largest liver lesion, complete cases",
    ]  # fmt: skip
    assert [(r.detail, r.n, r.events) for r in found.corrected] == [
        ("versus DEB-TACE, imputed", 24, 24), ("per mm of Largest liver lesion, imputed", 24, 24),
    ]  # fmt: skip
    assert all(r.low < r.value < r.high for r in found.corrected)


@pytest.mark.parametrize(("missing", "n", "fires"), [(1, 24, False), (2, 24, True), (2, 40, False), (3, 40, True)])
def test_the_limit_is_one_in_twenty(missing, n, fires) -> None:
    # The one or two without a value are of different methods and die in the middle.
    absent = sorted(range(n), key=lambda i: abs((7 * i) % n - n // 2))[:missing]
    assert bool(findings(missing_data, cohort_of(absent=absent, n=n))) is fires


@pytest.mark.by_hand
def test_a_category_is_imputed_too() -> None:
    found = only(missing_data, cohort_of(absent={0, 7, 10, 17}, column="cirrhosis", value=lambda i: i % 3 == 0))
    assert [r.group for r in found.corrected] == [(("method", "y90"),), (("Cirrhosis", "yes"),)]


@pytest.mark.by_hand
def test_a_gap_in_more_than_two_fifths_stops_its_use_in_a_model() -> None:
    found = only(missing_data, cohort_of(absent=range(10)))
    assert found.severity == "stop"  # 10 of 24 is 42%
    assert found.remedy.startswith("Largest liver lesion is missing in more than 40% and used in no model.")
    assert len(found.naive) == len(found.corrected) == 0
    assert only(missing_data, cohort_of(absent=set(range(9)))).severity == "warn"  # 9 of 24 is 38%


@pytest.mark.by_hand
def test_absence_that_goes_with_method_is_found_below_a_twentieth() -> None:
    # All three of 70 without a value had the method of ten patients: choose(10, 3) / choose(70, 3) = 0.0022.
    persons = [
        patient(f"P{i:02}", 40 + 13 * ((11 * i) % 70), method="y90_glass" if i < 10 else "deb_tace",
                largest_mm=None if i < 3 else 20.0 + i % 7)
        for i in range(70)
    ]  # fmt: skip
    found = only(missing_data, persons)
    assert dict(found.numbers)["Largest liver lesion, missing by treatment method"] == "P = 0.0022"
    assert "missing more often by treatment method (P = 0.0022)" in found.sentence


def test_absence_that_goes_with_survival_is_found() -> None:
    first = sorted(range(24), key=lambda i: (7 * i) % 24)[:4]  # who died first has no value
    found = only(missing_data, cohort_of(absent=first))
    assert "Largest liver lesion, missing by length of survival" in dict(found.numbers)


def test_few_deaths_make_no_model() -> None:
    found = only(missing_data, cohort_of(absent={0, 7, 10, 17}, dead=lambda i: i < 8))
    assert "No model was fitted: the complete cases hold 6 deaths in 2 methods; 10 in two are needed." in found.remedy
    assert len(found.corrected) == 0
