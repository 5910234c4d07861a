"""Exact unconditional intervals: by hand, as published, by brute force in R, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from glisson.errors import InputError
from glisson.kernels.exact_unconditional import unconditional_interval
from glisson.kernels.two_binomials import Stretch, first_extreme
from glisson.methods.risk_contrast import risk_contrast
from tests.validation.goldens import golden


@pytest.mark.by_hand
def test_one_unit_in_each_group() -> None:
    # One event against none, d = 1 as the upper end. Under p1 = p2 + d with d < 0 the observed table, the most extreme
    # of the four, has probability p1 (1 - p2) = (p2 + d)(1 - p2), at most ((1 + d) / 2)^2; less gamma, 0.025 - 1e-6.
    low, high = unconditional_interval(1, 1, 0, 1)
    assert low == pytest.approx(2 * math.sqrt(0.025 - 1e-6) - 1, abs=1e-8)
    assert high == 1.0


@pytest.mark.independent
def test_beside_published_limits_without_the_restriction() -> None:
    # 84 of 101 against 89 of 105 (Reynes 2010); the limits by Chan and Zhang were published as -12.27% and 8.69%. The
    # lower one comes from proportions far from both observed ones, which the restriction leaves out.
    low, high = unconditional_interval(84, 101, 89, 105)
    assert round(high, 4) == 0.0869
    assert -0.1227 < low < -0.119


def test_a_spike_far_from_the_data_plays_no_role() -> None:
    # Anywhere in (0, 1) the tail of this table reaches 0.025 at a difference near 0.
    low, high = unconditional_interval(0, 13, 138, 238)
    assert (round(low, 4), round(high, 4)) == (-0.6510, -0.3594)


@given(st.integers(2, 6), st.integers(2, 6), st.data())
@settings(max_examples=15, deadline=None)
def test_the_largest_probability_is_found(n1, n2, data) -> None:
    first = np.array(sorted(data.draw(st.lists(st.integers(0, n2 + 1), min_size=n1 + 1, max_size=n1 + 1))))
    d = data.draw(st.floats(-0.8, 0.8))
    p2 = np.linspace(max(0.0, -d), min(1.0, 1.0 - d), 4001)
    rows = [binom.pmf(i, n1, np.clip(p2 + d, 0, 1)) * binom.sf(first[i] - 1, n2, p2) for i in range(n1 + 1)]
    brute = float(np.sum(rows, axis=0).max())
    found = Stretch(n1, n2, (0.0, 1.0), (0.0, 1.0)).largest(1.0, d, first)
    assert brute - 1e-10 <= found <= brute + 1e-5


@given(st.integers(1, 9), st.integers(1, 9), st.floats(-0.9, 0.9), st.floats(-4.0, -0.1))
@settings(max_examples=25, deadline=None)
def test_extreme_tables_by_bisection(n1, n2, d, score) -> None:
    i, j = np.arange(n1 + 1.0)[:, None], np.arange(n2 + 1.0)
    low, high = np.full((n1 + 1, n2 + 1), max(0.0, -d)), np.full((n1 + 1, n2 + 1), min(1.0, 1.0 - d))
    for _ in range(60):
        p2 = (low + high) / 2
        p1 = p2 + d
        up = (i - n1 * p1) * p2 * (1 - p2) + (j - n2 * p2) * p1 * (1 - p1) > 0
        low, high = np.where(up, p2, low), np.where(up, high, p2)
    gap = i / n1 - j / n2 - d
    tables = np.where(np.abs(gap) < 1e-12, 0.0, gap / np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2 + 1e-300))
    if np.abs(tables - score).min() > 1e-6:
        found = first_extreme(np.array([1.0]), np.array([d]), np.array([score]), n1, n2)[0]
        assert found.tolist() == (tables > score).sum(axis=1).tolist()


@pytest.mark.against_r
@pytest.mark.parametrize("effect", ["difference", "ratio"])
def test_brute_force(effect) -> None:
    compared = 0
    for case in golden("unconditional")["cases"]:
        theirs = case[effect]
        if theirs is None:
            continue
        ours = unconditional_interval(case["x1"], case["n1"], case["x2"], case["n2"], effect=effect)
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-7)
        compared += 1
    assert compared >= 6


@pytest.mark.parametrize("effect", ["difference", "ratio"])
@pytest.mark.parametrize(("n1", "n2"), [(3, 4), (5, 5), (8, 3)])
def test_each_side_errs_with_at_most_a_fortieth(effect, n1, n2) -> None:
    # Exact, over every table: the truth lies below the lower limit, or above the upper one, with 0.025 at most.
    found = np.array(
        [[unconditional_interval(i, n1, j, n2, effect=effect) for j in range(n2 + 1)] for i in range(n1 + 1)]
    )
    p1, p2 = (v.ravel() for v in np.meshgrid(np.linspace(0.01, 0.99, 50), np.linspace(0.01, 0.99, 50)))
    truth = p1 - p2 if effect == "difference" else p1 / p2
    mass1, mass2 = (binom.pmf(np.arange(n + 1), n, p[:, None]) for n, p in ((n1, p1), (n2, p2)))
    for limit, sign in ((0, 1), (1, -1)):
        wrong = sign * (found[..., limit] - truth[:, None, None]) > 0
        assert np.einsum("ti,tj,tij->t", mass1, mass2, wrong).max() <= 0.025
    if effect == "difference":  # more events in the first group never lower the limits
        assert (np.diff(found, axis=0) >= -1e-8).all()
        assert (np.diff(found, axis=1) <= 1e-8).all()


@given(st.integers(1, 8), st.integers(1, 9), st.data())
@settings(max_examples=8, deadline=None)
def test_swapping_groups_turns_the_interval_round(n1, n2, data) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    low, high = unconditional_interval(x1, n1, x2, n2)
    assert low <= x1 / n1 - x2 / n2 <= high
    other = unconditional_interval(x2, n2, x1, n1)
    assert (low, high) == pytest.approx((-other[1], -other[0]), abs=1e-6)
    # Counting those without the event instead changes the sign.
    without = unconditional_interval(n1 - x1, n1, n2 - x2, n2)
    assert (low, high) == pytest.approx((-without[1], -without[0]), abs=1e-6)
    if x1 and x2:
        low, high = unconditional_interval(x1, n1, x2, n2, effect="ratio")
        other = unconditional_interval(x2, n2, x1, n1, effect="ratio")
        assert low <= (x1 / n1) / (x2 / n2) <= high
        assert (low, high) == pytest.approx((1 / other[1], 1 / other[0]), rel=1e-6)


def test_nobody_with_the_event_anywhere() -> None:
    rows = risk_contrast(0, 10, 0, 20, variable="x")
    assert rows.one("risk_difference").low < 0 < rows.one("risk_difference").high
    assert rows.one("risk_ratio").value is None
    assert "nobody had the event there" in rows.one("risk_ratio").reason
    assert risk_contrast(3, 10, 1, 20, variable="x", ratio=False).select("risk_ratio").rows == ()
    assert unconditional_interval(0, 10, 0, 20, effect="ratio") == (0.0, math.inf)


@pytest.mark.parametrize("wrong", [(1, 0, 1, 2), (3, 2, 0, 1), (0, 1, -1, 2)])
def test_impossible_counts_are_refused(wrong) -> None:
    with pytest.raises(InputError):
        risk_contrast(*wrong, variable="x")
