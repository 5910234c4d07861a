"""Agreement between ratings: intervals, reasons and warnings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.methods.agreement import agreement, cross_table

RESPONSES = ("CR", "PR", "SD", "PD")
PAIRS = st.lists(st.tuples(st.sampled_from(RESPONSES), st.sampled_from(RESPONSES)), min_size=1, max_size=25)


def kappa(pairs, **more):
    return agreement([a for a, _ in pairs], [b for _, b in pairs], RESPONSES, **more).one("kappa")


@pytest.mark.by_hand
def test_ten_patients_by_hand() -> None:
    """Eight of ten agree; by chance 0.6 x 0.4 + 0.4 x 0.6 = 0.48 do."""
    pairs = [("PR", "PR")] * 4 + [("PR", "SD")] * 2 + [("SD", "SD")] * 4
    rows = agreement([a for a, _ in pairs], [b for _, b in pairs], RESPONSES)
    assert rows.one("agreement").value == 0.8
    assert rows.one("kappa").value == pytest.approx((0.8 - 0.48) / 0.52)
    assert (rows.one("kappa").n, rows.one("kappa").events) == (10, 8)
    assert "bootstrap interval (10000 resamples of units, seed 20200101)" in rows.one("kappa").method
    assert cross_table([a for a, _ in pairs], [b for _, b in pairs], ("PR", "SD")) == ((4, 2), (0, 4))


@pytest.mark.by_hand
def test_full_agreement_has_no_interval_of_kappa_but_one_of_agreement() -> None:
    pairs = [("PR", "PR")] * 8 + [("SD", "SD")] * 5
    rows = agreement([a for a, _ in pairs], [b for _, b in pairs], RESPONSES)
    assert rows.one("kappa").value == 1
    assert (rows.one("kappa").low, rows.one("kappa").reason) == (None, "no interval (full agreement)")
    assert rows.one("agreement").low == pytest.approx(0.025 ** (1 / 13))


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([("SD", "SD")] * 4, "not estimable (both ratings are the same for all)"),
        ([], "not estimable (no unit rated twice)"),
        ([("PR", "SD"), ("SD", "SD")], "no interval (2 units)"),
    ],
)
def test_what_cannot_be_estimated_says_why(pairs, reason) -> None:
    assert kappa(pairs).reason == reason


@pytest.mark.by_hand
def test_a_frequent_category_is_warned_of() -> None:
    pairs = [("SD", "SD")] * 18 + [("SD", "PR"), ("PR", "SD")]
    row = kappa(pairs)
    assert row.value < 0, "eighteen of twenty agree"
    assert row.warning.startswith("SD makes up 95% of the ratings")


@pytest.mark.by_hand
def test_the_interval_is_asymptotic_from_thirty_units_on() -> None:
    pairs = [("PR", "PR")] * 12 + [("PR", "SD")] * 4 + [("SD", "SD")] * 14
    assert kappa(pairs).method == "Cohen's kappa, asymptotic interval"
    assert "bootstrap" in kappa(pairs[1:]).method
    scans = [f"p{i // 2}" for i in range(30)]
    assert "resamples of patients" in kappa(pairs, cluster=scans).method
    assert kappa(pairs * 2, cluster=[f"p{i}" for i in range(30)] * 2).method.endswith("jackknife over patients")


@pytest.mark.independent
def test_every_patient_twice_is_no_more_information() -> None:
    """The jackknife over patients gives the limits of single observations, not narrower ones."""
    pairs = [("PR", "PR")] * 14 + [("PR", "SD")] * 6 + [("SD", "SD")] * 17 + [("SD", "PR")] * 3
    once, patients = kappa(pairs), [str(i) for i in range(40)]
    twice = kappa(pairs * 2, cluster=patients * 2)
    naive = kappa(pairs * 2)
    assert twice.value == pytest.approx(once.value)
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.05)
    assert naive.high - naive.low == pytest.approx((once.high - once.low) / 2**0.5, rel=0.01)


@pytest.mark.property
@given(PAIRS)
@settings(max_examples=25, deadline=None)
def test_the_interval_holds_the_value_and_the_seed_fixes_it(pairs) -> None:
    row = kappa(pairs, weights="linear", draws=400)
    assert row == kappa(pairs, weights="linear", draws=400)
    if row.low is not None:
        assert -1 <= row.low <= row.high <= 1
    assert kappa([(b, a) for a, b in pairs], weights="linear", draws=400).value == pytest.approx(row.value)
    assert (row.value is None) == bool(row.reason.startswith("not estimable"))


@pytest.mark.by_hand
def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(SettingsError, match="weights"):
        agreement(["PR"], ["PR"], RESPONSES, weights="cubic")
    with pytest.raises(SettingsError, match="confidence level"):
        agreement(["PR"], ["PR"], RESPONSES, level=0.3)
    with pytest.raises(InputError, match="differ in number"):
        agreement(["PR"], ["PR", "SD"], RESPONSES)
