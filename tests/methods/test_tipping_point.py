"""Tipping points: by hand, the E-value as a special case, and properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glisson.errors import InputError
from glisson.methods.e_value import e_value
from glisson.methods.tipping_point import (
    adjusted_for,
    better_prognosis,
    bounding_factor,
    confounding_ratio,
    tipping_strength,
)


@pytest.mark.by_hand
def test_a_factor_by_hand() -> None:
    # It halves the risk; 8 of 10 here and 2 of 10 there have it: (0.8 * 0.5 + 0.2) / (0.2 * 0.5 + 0.8) = 0.6 / 0.9.
    assert confounding_ratio(0.5, 0.8, 0.2) == pytest.approx(2 / 3)
    row = adjusted_for(0.5, 0.4, 0.6, name="x", strengths=[2], prevalences=[(0.8, 0.2)]).one("adjusted_ratio")
    assert (row.value, row.low, row.high) == pytest.approx((0.75, 0.6, 0.9))
    assert row.warning == ""
    assert tipping_strength(2 / 3, 0.8, 0.2) == pytest.approx(2)
    # A cohort half of which has a tenth of the hazard has 0.55 of the events expected.
    rows = better_prognosis(55, 100.0, 0.1)
    assert rows.one("share_explaining", detail="estimate").value == pytest.approx(0.5)


@pytest.mark.independent
@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.8, 1.7, 4.0])
def test_the_e_value_is_the_equal_strength_that_just_suffices(ratio) -> None:
    value = e_value(ratio).one("e_value", detail="estimate").value
    assert bounding_factor(value, value) == pytest.approx(max(ratio, 1 / ratio))


@pytest.mark.parametrize(("exposure", "outcome", "bound"), [
    (math.inf, 1.0, 1.0), (math.inf, 3.0, 3.0), (3.0, math.inf, 3.0),
    (math.inf, math.inf, math.inf), (1e300, 1e300, 5e299),
])  # fmt: skip
def test_the_bound_of_a_factor_found_in_one_group_alone(exposure, outcome, bound) -> None:
    assert bounding_factor(exposure, outcome) == pytest.approx(bound)


@given(st.floats(1, 50), st.floats(0, 1), st.floats(0, 1))
@example(1.0, 1.0, 2.2250738585e-313)
@settings(max_examples=60, deadline=None)
def test_a_binary_factor_never_exceeds_the_bound(strength, here, there) -> None:
    bias = confounding_ratio(strength, here, there)
    if here > there > 0:
        assert 1 <= bias <= bounding_factor(here / there, strength) + 1e-9
    if here == there:
        assert bias == pytest.approx(1)


@given(st.floats(0.05, 0.99), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_the_tipping_strength_moves_the_limit_to_one(limit, here, there) -> None:
    strength = tipping_strength(limit, here, there)
    if strength is not None:
        assert confounding_ratio(1 / strength, here, there) == pytest.approx(limit)
    if here <= there:
        assert strength is None


def test_nothing_to_explain_and_not_enough() -> None:
    rows = better_prognosis(30, 20.0, 0.5)
    assert [r.value for r in rows] == [0.0, 0.0]
    rows = better_prognosis(1, 200.0, 0.5)
    assert rows.one("share_explaining", detail="estimate").reason == "even everybody would not be enough"
    known = better_prognosis(10, 30.0, 0.2).one("share_explaining", detail="limit").value
    unsure = better_prognosis(10, 30.0, 0.2, log_error=0.3).one("share_explaining", detail="limit").value
    assert unsure < known


@pytest.mark.parametrize("wrong", [lambda: bounding_factor(0.5, 2), lambda: confounding_ratio(-1, 0.2, 0.2),
                                   lambda: confounding_ratio(2, 1.2, 0.2), lambda: better_prognosis(1, 0.0, 0.5),
                                   lambda: better_prognosis(1, 2.0, 1.5), lambda: tipping_strength(0, 0.1, 0.2),
                                   lambda: adjusted_for(0, None, None, name="x")])  # fmt: skip
def test_what_cannot_be_is_refused(wrong) -> None:
    with pytest.raises(InputError):
        wrong()
