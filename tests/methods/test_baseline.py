"""Standardised differences by hand and by their definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.methods.baseline import quartiles, smd_categorical, smd_numeric


@pytest.mark.by_hand
def test_two_levels_equal_the_difference_of_proportions() -> None:
    # 9 of 13 against 2 of 6: (9/13 - 2/6) / sqrt((9/13*4/13 + 2/6*4/6) / 2)
    p, q = 9 / 13, 2 / 6
    expected = (p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    assert smd_categorical(np.array([9, 4]), np.array([2, 4])) == pytest.approx(expected, rel=1e-12)


@pytest.mark.by_hand
def test_means_one_standard_deviation_apart() -> None:
    assert smd_numeric(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])) == pytest.approx(-1.0)


def test_nothing_to_compare_is_none_not_nan() -> None:
    assert smd_numeric(np.array([1.0]), np.array([2.0, 3.0])) is None
    assert smd_numeric(np.array([np.nan, 1.0]), np.array([2.0, 3.0])) is None
    assert smd_numeric(np.array([1.0, 1.0]), np.array([2.0, 2.0])) is None
    assert smd_categorical(np.array([0, 0]), np.array([1, 2])) is None
    assert smd_categorical(np.array([3, 0]), np.array([0, 2])) is None
    assert quartiles(np.array([np.nan])) is None


def test_equal_constant_groups_do_not_differ() -> None:
    assert smd_numeric(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0.0
    assert smd_categorical(np.array([3, 0]), np.array([2, 0])) == 0.0


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=5), st.randoms())
def test_categorical_difference_ignores_order_of_levels_and_groups(counts, random) -> None:
    a, b = np.array(counts).T
    value = smd_categorical(a, b)
    order = list(range(len(a)))
    random.shuffle(order)
    for other in (smd_categorical(a[order], b[order]), smd_categorical(b, a)):
        if value is None or other is None:
            assert value is other
        else:
            assert other == pytest.approx(value, rel=1e-6, abs=1e-6)
