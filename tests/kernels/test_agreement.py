"""Kappa of square tables: by hand, against R, and by its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from glisson.kernels.agreement import disagreement, kappa, kappa_error
from tests.validation.goldens import golden

TABLES = arrays.arrays(np.int64, (3, 3), elements=st.integers(0, 9)).filter(lambda t: t.sum() > 0)


@pytest.mark.by_hand
def test_two_by_two_by_hand() -> None:
    observed, expected, value = kappa([[20, 5], [10, 15]])
    assert (observed, expected, value) == pytest.approx((35 / 50, 0.5 * 0.6 + 0.5 * 0.4, 0.4))


@pytest.mark.by_hand
def test_half_credit_for_the_neighbour() -> None:
    """Two of four agree, one is a step and one two steps off: seen 0.5 of 2 steps, by chance 13 of 32."""
    table = [[1, 1, 1], [0, 1, 0], [0, 0, 0]]
    by_chance = (3 * 2 * 0.5 + 3 * 1 * 1 + 1 * 1 * 0.5 + 1 * 1 * 0.5) / 16
    assert kappa(table, "linear")[2] == pytest.approx(1 - (1.5 / 4) / by_chance)


@pytest.mark.against_r
@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
@pytest.mark.parametrize("case", golden("agreement")["kappa"], ids=lambda c: c["name"])
def test_value_and_error_are_those_of_vcd_and_psych(case, weights) -> None:
    found = float(kappa(case["table"], weights)[2]), kappa_error(case["table"], weights)
    assert found == pytest.approx(tuple(case[weights]), abs=1e-12)
    if weights != "quadratic":
        assert found[0] == pytest.approx(case["psych" if weights == "none" else "psych_linear"], abs=1e-12)


@pytest.mark.independent
def test_standard_error_is_the_one_that_resampling_shows() -> None:
    table = np.array([[30, 8, 2], [6, 40, 9], [1, 7, 47]])
    drawn = np.random.default_rng(5).multinomial(150, table.ravel() / 150, size=20_000).reshape(-1, 3, 3)
    for weights in ("none", "linear", "quadratic"):
        assert kappa_error(table, weights) == pytest.approx(float(kappa(drawn, weights)[2].std()), rel=0.03)


@pytest.mark.property
@given(TABLES)
@settings(max_examples=40)
def test_what_holds_for_every_table(table) -> None:
    for weights in ("none", "linear", "quadratic"):
        _, expected, value = kappa(table, weights)
        turned = kappa(table.T, weights)[2]
        backwards = kappa(table[::-1, ::-1], weights)[2]
        assert np.allclose([turned, backwards], value, equal_nan=True), "neither rater, nor the direction, matters"
        assert np.isnan(value) == bool(expected > 1 - 1e-12)
        assert np.isnan(value) or value <= 1 + 1e-12
        assert np.allclose(kappa(np.stack([table, table * 3]), weights)[2], value, equal_nan=True)
    assert np.isnan(kappa(table)[2]) or kappa_error(table) >= 0


@pytest.mark.property
def test_two_categories_need_no_weights() -> None:
    for weights in ("none", "linear", "quadratic"):
        assert disagreement(2, weights).tolist() == [[0, 1], [1, 0]]
    assert disagreement(4, "quadratic")[0, 3] == 1


@pytest.mark.by_hand
def test_nobody_rated_or_all_the_same_has_no_kappa() -> None:
    assert np.isnan(kappa([[0, 0], [0, 0]])[2])
    assert np.isnan(kappa([[7, 0], [0, 0]])[2])
    assert np.isnan(kappa_error([[7, 0], [0, 0]]))
