"""Designs that borrow, against enumeration by plain sums and against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from glisson.design.borrowing import borrowed_control, borrowed_single_arm
from glisson.errors import SettingsError
from glisson.kernels.beta_mixture import binomial_probabilities, posterior_weights, superiority, tail
from glisson.methods.borrowed_prior import BorrowedPrior, posterior, robust

UNIFORM = BorrowedPrior(name="uniform", kind="beta", weights=(1.0,), first=(1.0,), second=(1.0,))
COHORT = BorrowedPrior(name="cohort", kind="beta", weights=(1.0,), first=(9.5,), second=(15.5,))
PUBLISHED = BorrowedPrior(name="published", kind="beta", weights=(0.8, 0.2), first=(12.0, 1.0), second=(88.0, 1.0))


@pytest.mark.by_hand
def test_weights_of_a_mixture_after_nobody_of_two() -> None:
    # Marginals: beta(1, 1) gives 1/3; beta(9, 1) gives (1 2)/(10 11).
    first, second = 1 / 3, 2 / 110
    assert posterior_weights([0.5, 0.5], [1, 9], [1, 1], 2)[0] == pytest.approx(
        [first / (first + second), second / (first + second)]
    )


@given(n=st.integers(1, 30), x=st.integers(0, 30), weight=st.floats(0.05, 0.95))
def test_weights_are_those_of_the_posterior(n: int, x: int, weight: float) -> None:
    x = min(x, n)
    mixed = robust(COHORT, weight)
    rows = posterior(mixed, x, n, variable="response").select("posterior_weight")
    assert posterior_weights(mixed.weights, mixed.first, mixed.second, n)[x] == pytest.approx([e.value for e in rows])


@given(n=st.integers(1, 40), threshold=st.floats(0.05, 0.95))
def test_more_responders_are_more_certain(n: int, threshold: float) -> None:
    mixed = robust(COHORT, 0.3)
    assert np.all(np.diff(tail(mixed.weights, mixed.first, mixed.second, n, threshold)) >= -1e-12)


@pytest.mark.independent
@settings(max_examples=20)
@given(x=st.integers(0, 24), y=st.integers(0, 12))
def test_superiority_is_an_integral_over_the_control_rate(x: int, y: int) -> None:
    treated, controls = stats.beta(1 + x, 25 - x), stats.beta(12 + y, 88 + 12 - y)
    exact = treated.expect(controls.cdf)
    one = superiority(([1.0], [1.0], [1.0], 24), ([1.0], [12.0], [88.0], 12))[x, y]
    assert one == pytest.approx(exact, abs=1e-6)


@pytest.mark.independent
def test_one_arm_with_a_uniform_prior_is_an_exact_tail() -> None:
    plan = borrowed_single_arm(p0=0.2, p1=0.4, prior=UNIFORM)
    needed = int(plan.boundaries[0].efficacy or 0)
    for label in ("with the borrowed prior", "with a uniform prior"):
        power = plan.characteristics.one("power", detail=label).value
        assert power == pytest.approx(stats.binom.sf(needed - 1, plan.n, 0.4))
    assert 1 - stats.beta.cdf(0.2, 1 + needed, 1 + plan.n - needed) > 0.95
    assert 1 - stats.beta.cdf(0.2, needed, 2 + plan.n - needed) <= 0.95


@pytest.mark.independent
def test_a_hopeful_prior_needs_fewer_patients_and_errs_more() -> None:
    hopeful = borrowed_single_arm(p0=0.2, p1=0.4, prior=robust(COHORT, 0.2))
    plain = borrowed_single_arm(p0=0.2, p1=0.4, prior=UNIFORM)
    assert hopeful.n < plain.n
    errors = [p.characteristics.one("type_i_error", detail="with the borrowed prior").value for p in (hopeful, plain)]
    assert errors[0] > errors[1]


@pytest.mark.independent
def test_two_arms_simulated() -> None:
    plan = borrowed_control(treated=24, controls=12, prior=PUBLISHED, p_treated=0.4, drifts=(0.1,))
    rate = PUBLISHED.mean + 0.1
    rng, trials = np.random.default_rng(20261128), 40_000
    better = superiority(
        ([1.0], [1.0], [1.0], 24), (PUBLISHED.weights, PUBLISHED.first, PUBLISHED.second, 12)
    )  # fmt: skip
    for statistic, p in (("type_i_error", rate), ("power", 0.4)):
        share = np.mean(better[rng.binomial(24, p, trials), rng.binomial(12, rate, trials)] > 0.975)
        value = plan.characteristics.one(statistic).value
        assert abs(share - value) < 3 * np.sqrt(value * (1 - value) / trials)


def test_nobody_randomised_to_control() -> None:
    plan = borrowed_control(treated=20, controls=0, prior=PUBLISHED, p_treated=0.5)
    assert plan.n == 20
    assert all(e.value is not None for e in plan.characteristics)


@pytest.mark.by_hand
def test_binomial_probabilities_add_up() -> None:
    assert binomial_probabilities(60, [0.0, 0.3, 1.0]).sum(axis=1) == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    "call",
    [
        lambda: borrowed_single_arm(p0=0.4, p1=0.2, prior=UNIFORM),
        lambda: borrowed_single_arm(p0=0.2, p1=0.4, prior=UNIFORM, power=1.2),
        lambda: borrowed_single_arm(p0=0.2, p1=0.21, prior=UNIFORM, max_n=30),
        lambda: borrowed_control(treated=0, controls=3, prior=UNIFORM, p_treated=0.4),
        lambda: borrowed_control(treated=5, controls=3, prior=UNIFORM, p_treated=1.4),
    ],
)
def test_impossible_requests_are_one_sentence(call: object) -> None:
    with pytest.raises(SettingsError):
        call()  # type: ignore[operator]
