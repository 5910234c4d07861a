"""Gray's test and the Fine-Gray model: against R's cmprsk and survival, by hand, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import chdtri

from glisson.errors import InputError, NotSupportedError
from glisson.methods.competing_tests import fine_gray, gray_test
from glisson.methods.cox import cox
from glisson.tables import Endpoint, Factor, risk_table
from tests.validation.goldens import golden

CASES = golden("competing_models")["cases"]


def _endpoint(case, cause: int = 1) -> Endpoint:
    codes = np.array(case["cause"])
    if cause == 2:
        codes = np.array([0, 2, 1])[codes]
    return Endpoint.from_arrays(case["time"], codes, causes=["event", "other"], keys={"group": case["group"]}, name="x")


@pytest.mark.against_r
@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_gray_against_cmprsk(case, cause):
    endpoint = _endpoint(case, cause)
    df = len(set(case["group"])) - 1
    for data in (endpoint, risk_table(endpoint, ["group"])):
        assert chdtri(df, gray_test(data, "group").one("p").value) == pytest.approx(case["gray"][cause - 1], rel=1e-8)


@pytest.mark.against_r
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_fine_gray(case):
    """Coefficients against survival's finegray; without ties, where the conventions agree, errors against cmprsk."""
    rows = fine_gray(_endpoint(case), "group", numbers={"z": case["z"]}).select("subdistribution_hazard_ratio")
    ours = [rows.rows[-1], *rows.rows[:-1]]
    assert [math.log(r.value) for r in ours] == pytest.approx(case["finegray"], abs=1e-8)
    if case["tied"]:
        return  # cmprsk lets censorings at a time count before events at it; see DISAGREEMENTS.md
    assert [math.log(r.value) for r in ours] == pytest.approx(case["crr"]["coef"], abs=1e-6)
    errors = [math.log(r.high / r.low) / (2 * 1.959963984540054) for r in ours]
    assert errors == pytest.approx(case["crr"]["se"], rel=1e-6)


@pytest.mark.by_hand
def test_without_competing_events_it_is_a_cox_model():
    endpoint = Endpoint.from_arrays(
        [1, 3, 4, 6, 2, 5, 7, 8], [1, 1, 0, 1, 1, 1, 0, 1], keys={"g": list("aaaabbbb")}, name="x"
    )
    ours = fine_gray(endpoint, "g").one("subdistribution_hazard_ratio").value
    assert ours == pytest.approx(cox(endpoint, "g", penalty="none", ties="breslow").one("hazard_ratio").value, rel=1e-9)


@pytest.mark.by_hand
def test_without_censoring_competing_events_last_for_ever():
    """Then the model is Cox's, with the exit of competing events put after everything."""
    time, cause = np.array([1, 2, 3, 4, 5, 6, 7, 8]), np.array([1, 2, 1, 1, 2, 1, 2, 1])
    keys = {"g": list("abababab")}
    ours = fine_gray(Endpoint.from_arrays(time, cause, causes=["a", "b"], keys=keys, name="x"), "g")
    later = Endpoint.from_arrays(np.where(cause == 2, 99, time), cause == 1, keys=keys, name="x")
    expected = cox(later, "g", penalty="none", ties="breslow").one("hazard_ratio").value
    assert ours.one("subdistribution_hazard_ratio").value == pytest.approx(expected, rel=1e-9)


def test_what_cannot_be_said():
    one = Endpoint.from_arrays(
        [1, 2], [1, 2], causes=["a", "b"], keys={"g": Factor.of(["x", "x"], ["x", "y"])}, name="x"
    )
    assert gray_test(one, "g").one("p").reason == "not estimable (one group)"
    none = Endpoint.from_arrays([1, 2, 3], [2, 2, 0], causes=["a", "b"], keys={"g": list("xyx")}, name="x")
    assert gray_test(none, "g").one("p").reason == "not estimable (too few events to compare)"
    with pytest.raises(InputError, match="nobody had the event"):
        fine_gray(none, "g")
    late = Endpoint.from_arrays([3, 4], [1, 0], entry=[1, 2], keys={"g": list("xy")}, name="x")
    with pytest.raises(NotSupportedError, match="observed from the origin"):
        fine_gray(late, "g")
    apart = Endpoint.from_arrays([1, 2, 5, 6], [1, 1, 0, 0], keys={"g": list("aabb")}, name="x")
    assert "without end" in fine_gray(apart, "g").one("subdistribution_hazard_ratio").reason


rows_of_patients = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 2), st.sampled_from("ab")), min_size=2, max_size=10
)


@pytest.mark.property
@settings(max_examples=60)
@given(rows_of_patients)
@example([(1, 1, "a"), (2, 1, "a"), (2, 1, "b"), (2, 1, "b")])  # a negative variance
def test_any_small_cohort_gives_a_number_or_a_reason(rows):
    time, cause, group = zip(*rows, strict=True)
    endpoint = Endpoint.from_arrays(time, cause, causes=["a", "b"], keys={"g": list(group)}, name="x")
    found = list(gray_test(endpoint, "g"))
    if 1 in cause and len(set(group)) == 2:
        found += list(fine_gray(endpoint, "g"))
    for row in found:
        assert (row.value is not None and math.isfinite(row.value) and row.value >= 0) or row.reason
