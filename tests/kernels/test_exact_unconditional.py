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
from glisson.methods.risk_contrast import risk_contrast
from tests.validation.goldens import golden


@pytest.mark.by_hand
def test_one_unit_in_each_group() -> None:
    # One event against none, d = 1 as the upper end. Under p1 = p2 + d with d < 0 the observed table, the most extreme
    # of the four, has probability p1 (1 - p2) = (p2 + d)(1 - p2), at most ((1 + d) / 2)^2: 0.025 at d = -0.6838.
    low, high = unconditional_interval(1, 1, 0, 1)
    assert low == pytest.approx(2 * math.sqrt(0.025) - 1, abs=1e-7)
    assert high == 1.0


@pytest.mark.independent
def test_as_published_for_the_progress_trial() -> None:
    # 84 of 101 against 89 of 105 (Reynes 2010); the limits by Chan and Zhang were published as -12.27% and 8.69%.
    low, high = unconditional_interval(84, 101, 89, 105)
    assert (round(low, 4), round(high, 4)) == (-0.1227, 0.0869)


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
def test_each_side_errs_with_at_most_a_fortieth(effect) -> None:
    # Exact, over every table of 3 and 4: the truth lies below the lower limit, or above the upper one, with 0.025.
    n1, n2 = 3, 4
    found = {(i, j): unconditional_interval(i, n1, j, n2, effect=effect) for i in range(n1 + 1) for j in range(n2 + 1)}
    for p1 in np.linspace(0.05, 0.95, 10):
        for p2 in np.linspace(0.05, 0.95, 10):
            truth = p1 - p2 if effect == "difference" else p1 / p2
            weight = {t: binom.pmf(t[0], n1, p1) * binom.pmf(t[1], n2, p2) for t in found}
            assert sum(w for t, w in weight.items() if found[t][0] > truth + 1e-7) <= 0.025 + 1e-6
            assert sum(w for t, w in weight.items() if found[t][1] < truth - 1e-7) <= 0.025 + 1e-6


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
