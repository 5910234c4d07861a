from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.one_sample_exact import critical, joint, limits, rejects
from glisson.kernels.planned import FollowUp, Weibull

Z = 1.6448536269514722


@pytest.mark.by_hand
def test_one_patient_is_an_integral_that_can_be_done() -> None:
    """With hazard 1, follow-up even between 1 and 5 years: without an event z² must be gone through, with one more."""
    null, follow, begin, end = Weibull(shape=1.0, rate=1.0), FollowUp(accrual=4.0, until=5.0), 1.0, 5.0
    for z, average in ((1.2, False), (1.2, True), (0.5, False)):
        none, one = (float(limits(np.array([k]), z, average=average)[0]) for k in (0.0, 1.0))
        without = (math.exp(-max(none, begin)) - math.exp(-end)) / (end - begin)
        from_here = max(one, begin)  # the density of an event at x is exp(-x) (5 - x) / 4 from 1 year on
        event = ((end - from_here) * math.exp(-from_here) - math.exp(-from_here) + math.exp(-end)) / (end - begin)
        event += max(math.exp(-one) - math.exp(-begin), 0.0)
        # One patient is the worst case: the density has jumps, and a Fourier series of 256 terms ends about them.
        assert rejects(joint(null, 1.0, follow, 1), z, average=average) == pytest.approx(without + event, abs=1e-4)


@pytest.mark.independent
@pytest.mark.parametrize(("ratio", "shape", "dropout"), [(1.0, 1.0, 0.0), (0.6, 0.8, 0.02), (0.5, 1.6, 0.0)])
def test_eight_patients_added_one_by_one_on_a_grid(ratio: float, shape: float, dropout: float) -> None:
    null, follow, n = Weibull.through(0.5, at=9.0, shape=shape), FollowUp(accrual=24.0, until=30.0, dropout=dropout), 8
    edges = np.linspace(0.0, float(null.cumulative(np.array([30.0]))[0]), 1601)
    step, middle = edges[1], (edges[1:] + edges[:-1]) / 2
    seen = follow.observed((edges ** (1 / shape)) / null.rate)
    still = np.exp(-ratio * edges) * seen
    event = ratio * step * np.exp(-ratio * middle) * follow.observed(middle ** (1 / shape) / null.rate)
    none = -np.diff(still) - event
    size = n * len(middle)
    dist = np.zeros((n + 1, size))
    dist[0, 0] = 1.0
    pair = np.fft.rfft([none, event], 2 * size)
    for _ in range(n):
        wave = np.fft.rfft(dist, 2 * size, axis=1)
        dist = np.fft.irfft(wave * pair[0], axis=1)[:, :size]
        dist[1:] += np.fft.irfft(wave[:-1] * pair[1], axis=1)[:, :size]
    expected = (np.arange(size) + n / 2) * step
    limit = limits(np.arange(n + 1.0), Z)
    share = np.clip((expected - limit[:, None]) / step + 0.5, 0, 1)
    assert rejects(joint(null, ratio, follow, n), Z) == pytest.approx(float((dist * share).sum()), abs=2e-5)


@pytest.mark.property
@settings(max_examples=15, deadline=None)
@given(
    n=st.integers(2, 60),
    shape=st.floats(0.5, 2.0),
    accrual=st.floats(1.0, 40.0),
    scale=st.floats(0.1, 30.0),
    average=st.booleans(),
)
def test_probabilities_that_do_not_depend_on_the_unit_of_time(
    n: int, shape: float, accrual: float, scale: float, average: bool
) -> None:
    null, follow = Weibull.through(0.5, at=9.0, shape=shape), FollowUp(accrual=accrual, until=accrual + 6.0)
    other = FollowUp(accrual=accrual * scale, until=(accrual + 6.0) * scale)
    found, same = joint(null, 1.0, follow, n), joint(Weibull.through(0.5, at=9 * scale, shape=shape), 1.0, other, n)
    assert found.chance.sum() == pytest.approx(1, abs=1e-9)
    tails = [rejects(found, z, average=average) for z in (-1.0, 0.0, 1.0, 2.0)]
    assert tails == sorted(tails, reverse=True)
    assert [rejects(same, z, average=average) for z in (-1.0, 0.0, 1.0, 2.0)] == pytest.approx(tails, abs=1e-9)


@pytest.mark.property
@pytest.mark.parametrize("average", [False, True])
def test_large_trials_keep_the_level_that_the_normal_approximation_says(average: bool) -> None:
    null, follow = Weibull.through(0.5, at=9.0), FollowUp(accrual=24.0, until=36.0)
    found = joint(null, 1.0, follow, 5000)
    assert rejects(found, Z, average=average) == pytest.approx(0.05, abs=1.2e-3)
    assert critical(found, 0.05, average=average) == pytest.approx(Z, abs=0.012)
