"""Which published rates a cohort excludes: by hand, by brute force, and what must hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from glisson.errors import SettingsError
from glisson.methods.exclusion import exclude, patients_needed

rates = st.floats(0.005, 0.95)


@pytest.mark.by_hand
def test_none_of_thirteen():
    """The bound is 1 - 0.05^(1/13) = 20.6 %: it cannot exclude febrile neutropenia in 11 to 14 %."""
    for rate in (0.11, 0.126, 0.1385):
        found = exclude(0, 13, rate)
        assert found.upper == pytest.approx(1 - 0.05 ** (1 / 13))
        assert not found.excluded
        assert found.tail == pytest.approx((1 - rate) ** 13)
    assert exclude(0, 13, 0.21).excluded
    assert [patients_needed(r) for r in (0.11, 0.126, 0.1385)] == [26, 23, 21]


@pytest.mark.by_hand
def test_the_published_rate_has_its_own_uncertainty():
    found = exclude(0, 13, 25 / 65, published_events=25, published_n=65)
    assert found.low == pytest.approx(0.267, abs=5e-4)
    assert (found.excluded, found.surely_excluded) == (True, True)
    weak = exclude(0, 20, 9 / 65, published_events=9, published_n=65)
    assert (weak.excluded, weak.surely_excluded, weak.surely_needed) == (False, False, 45)
    assert exclude(0, 20, 0.2, published_events=0, published_n=9).surely_needed is None


@pytest.mark.property
@given(st.integers(1, 60), st.data(), rates)
def test_excluded_means_that_so_few_are_improbable(n, data, rate):
    x = data.draw(st.integers(0, n))
    found = exclude(x, n, rate)
    assert found.tail == pytest.approx(float(binom.cdf(x, n, rate)), abs=1e-12)
    if abs(found.tail - 0.05) > 1e-9:
        assert found.excluded == (found.tail < 0.05)
    assert exclude(x, n + 1, rate).tail <= found.tail + 1e-12


@pytest.mark.property
@given(st.integers(1, 60), st.data(), rates, rates)
def test_more_patients_fewer_events_and_higher_rates_exclude_more(n, data, one, other):
    x = data.draw(st.integers(0, n))
    found = exclude(x, n, one)
    assert exclude(x, n + 1, one).upper <= found.upper + 1e-12
    assert x == 0 or exclude(x - 1, n, one).upper <= found.upper + 1e-12
    low, high = sorted((one, other))
    assert exclude(x, n, high).excluded or not exclude(x, n, low).excluded
    assert patients_needed(high) <= patients_needed(low)


@pytest.mark.property
@given(rates, st.sampled_from([0.9, 0.95, 0.99]))
def test_the_number_needed_is_the_smallest(rate, level):
    n = patients_needed(rate, level=level)
    assert exclude(0, n, rate, level=level).excluded
    assert n == 1 or not exclude(0, n - 1, rate, level=level).excluded
    assert (
        n == next(m for m in range(1, 2000) if (1 - rate) ** m < 1 - level)
        or abs((1 - rate) ** (n - 1) - 1 + level) < 1e-9
    )


@pytest.mark.parametrize(("x", "n", "rate"), [(0, 0, 0.1), (3, 2, 0.1), (0, 5, 0.0), (0, 5, 1.0)])
def test_impossible_questions_are_refused(x, n, rate):
    with pytest.raises(SettingsError):
        exclude(x, n, rate)
