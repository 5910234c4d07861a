"""Assurance and the power of fixed rules under other truths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, gammaln
from scipy.stats import binom

from glisson.design.assurance import proportion_belief, ratio_belief, single_look_power
from glisson.design.plan import Boundary
from glisson.design.power import success
from glisson.errors import SettingsError

SIMON = (
    Boundary(look=1, n=10, scale="responders", futility=1, rule=""),
    Boundary(look=2, n=29, scale="responders", efficacy=6, futility=5, rule=""),
)


@pytest.mark.independent
def test_two_stage_power_is_the_sum_over_both_stages() -> None:
    for p in (0.05, 0.1, 0.3, 0.7):
        by_sum = sum(binom.pmf(x, 10, p) * binom.sf(5 - x, 19, p) for x in range(2, 11))
        assert success(SIMON, p)[0] == pytest.approx(by_sum, abs=1e-12)


@pytest.mark.by_hand
def test_certain_truths() -> None:
    assert success(SIMON, [0.0, 1.0]).tolist() == pytest.approx([0.0, 1.0])


@pytest.mark.independent
@given(n=st.integers(1, 40), share=st.floats(0, 1), events=st.integers(0, 24))
def test_assurance_of_one_stage_is_beta_binomial(n: int, share: float, events: int) -> None:
    critical = max(1, round(share * n))
    rule = (Boundary(look=1, n=n, scale="responders", efficacy=critical, futility=critical - 1, rule=""),)
    a, b = events + 0.5, 24 - events + 0.5
    x = np.arange(critical, n + 1)
    log = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1) + betaln(x + a, n - x + b) - betaln(a, b)
    belief = proportion_belief(events, 24)
    assert belief.mean_of(lambda p: success(rule, p)) == pytest.approx(np.exp(log).sum(), abs=1e-9)


@pytest.mark.by_hand
def test_single_look_power_at_no_effect_is_alpha_and_at_the_planned_one_the_power() -> None:
    events = 4 * (1.959964 + 0.841621) ** 2 / np.log(0.6) ** 2  # Schoenfeld, 1:1
    power = single_look_power(events, 0.5, 0.025, np.array([1.0, 0.6]))
    assert power.tolist() == pytest.approx([0.025, 0.8], abs=1e-6)


@pytest.mark.independent
def test_assurance_over_a_ratio_agrees_with_draws() -> None:
    belief = ratio_belief(np.log(0.6), 0.4, name="")
    exact = belief.mean_of(lambda r: single_look_power(80, 0.5, 0.025, r))
    draws = np.exp(np.random.default_rng(1).normal(np.log(0.6), 0.4, 400_000))
    assert exact == pytest.approx(single_look_power(80, 0.5, 0.025, draws).mean(), abs=0.002)


def test_impossible_counts() -> None:
    with pytest.raises(SettingsError, match="no more events than patients"):
        proportion_belief(5, 4)
