from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.single_stage import at_least, saw_tooth, smallest, stable
from tests.design.published_designs import AHERN


@pytest.mark.independent
@pytest.mark.parametrize("case", AHERN, ids=lambda c: "-".join(map(str, c[:4])))
def test_smallest_and_stable_designs_are_those_of_rational_arithmetic(case: tuple[float, ...]) -> None:
    p0, p1, alpha, beta, n, k, size, power, later, k_later = case
    teeth = saw_tooth(p0, p1, alpha=alpha, largest=139)
    assert smallest(teeth, 1 - beta) == n
    assert teeth.cutoff[int(n) - 1] == k
    assert teeth.alpha[int(n) - 1] == pytest.approx(size, rel=1e-12)
    assert teeth.power[int(n) - 1] == pytest.approx(power, rel=1e-12)
    assert stable(teeth, 1 - beta) == later
    assert teeth.cutoff[int(later) - 1] == k_later


@pytest.mark.by_hand
def test_tails() -> None:
    assert at_least([0, 1, 2, 3, 4], 3, 0.5).tolist() == [1.0, 7 / 8, 4 / 8, 1 / 8, 0.0]


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 30), p=st.integers(1, 19), k=st.integers(-2, 33))
def test_tails_are_sums_of_fractions(n: int, p: int, k: int) -> None:
    rate = Fraction(p, 20)
    exact = sum((comb(n, x) * rate**x * (1 - rate) ** (n - x) for x in range(max(k, 0), n + 1)), Fraction(0))
    assert float(at_least(k, n, p / 20)) == pytest.approx(float(exact), rel=1e-12, abs=1e-300)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(p0=st.floats(0.02, 0.7), step=st.floats(0.05, 0.29), alpha=st.sampled_from([0.025, 0.05, 0.1, 0.2]))
def test_cut_offs_keep_the_size_and_are_the_lowest_that_do(p0: float, step: float, alpha: float) -> None:
    teeth = saw_tooth(p0, p0 + step, alpha=alpha, largest=60)
    assert np.all(teeth.alpha <= alpha + 1e-12)
    assert np.all(at_least(teeth.cutoff - 1, teeth.n, p0) > alpha)
    assert set(np.diff(teeth.cutoff).tolist()) <= {0, 1}
    n = smallest(teeth, 0.7)
    if n is not None:
        assert teeth.power[n - 1] >= 0.7 - 1e-12
        assert np.all(teeth.power[: n - 1] < 0.7)
    later = stable(teeth, 0.7)
    if later is not None:
        assert n is not None
        assert later >= n
        assert np.all(teeth.power[later - 1 :] >= 0.7 - 1e-12)
