from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.planned import (
    FollowUp,
    Weibull,
    log_survival_variance,
    restricted_mean,
    restricted_mean_variance,
    score,
    score_covariance,
)
from glisson.kernels.two_stage_logrank import Plan, best_look, both_above, single_power

#: shape, S0, at, hazard ratio, follow-up, accrual; expected events, variance, n at alpha and beta.
PUBLISHED = (
    (1.0, 0.72, 3.0, 0.459, 3.0, 2.25, 0.05, 0.2, 0.4070002414445, 0.2363402369126, 43.876981402091),
    (0.5, 0.6, 3.0, 0.5, 1.0, 9.0, 0.05, 0.15, 0.5630223393634, 0.3894490134189, 44.646764690105),
    (1.0, 0.5, 9.0, 0.6, 12.0, 24.0, 0.05, 0.2, 1.088259256897, 1.136651519943, 36.037734377598),
    (1.0, 0.5, 9.0, 0.5, 12.0, 24.0, 0.05, 0.1, 1.177749252387, 1.193177260473, 29.25201716002),
)
curves = st.builds(
    lambda s, at, shape: Weibull.through(s, at=at, shape=shape),
    st.floats(0.1, 0.9),
    st.floats(1, 30),
    st.floats(0.5, 3),
)


@pytest.mark.independent
@pytest.mark.parametrize("case", PUBLISHED)
def test_patients_of_the_one_sample_logrank_test(case: tuple[float, ...]) -> None:
    shape, s0, at, ratio, follow_up, accrual, alpha, beta, expected, variance, n = case
    found = score(Weibull.through(s0, at=at, shape=shape), ratio, FollowUp(accrual=accrual, until=accrual + follow_up))
    assert found.expected == pytest.approx(expected, rel=1e-10)
    assert found.variance == pytest.approx(variance, rel=1e-10)
    assert float(single_power(found, n, alpha=alpha)) == pytest.approx(1 - beta, rel=1e-9)


@pytest.mark.by_hand
def test_constant_hazard_and_everybody_followed() -> None:
    # Unit hazard, everybody followed to 2: E(events) = 1 - exp(-2), and the null score has the same variance.
    found = score(Weibull(shape=1.0, rate=1.0), 1.0, FollowUp(accrual=0.0, until=2.0))
    assert found.expected == pytest.approx(1 - math.exp(-2), rel=1e-12)
    assert found.variance == pytest.approx(1 - math.exp(-2), rel=1e-12)
    assert found.drift == 0.0


@pytest.mark.by_hand
def test_without_censoring_variances_are_those_of_the_times() -> None:
    curve, follow = Weibull(shape=1.0, rate=0.2), FollowUp(accrual=0.0, until=100.0)
    s = math.exp(-0.2 * 5)
    assert log_survival_variance(curve, 5.0, follow) == pytest.approx((1 - s) / s, rel=1e-10)
    mean = (1 - s) / 0.2
    square = 2 * (1 - s * (1 + 0.2 * 5)) / 0.2**2  # E min(T, 5)^2
    assert restricted_mean(curve, 5.0) == pytest.approx(mean, rel=1e-12)
    assert restricted_mean_variance(curve, 5.0, follow) == pytest.approx(square - mean**2, rel=1e-9)


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(curve=curves, accrual=st.floats(1, 40), more=st.floats(0, 30), dropout=st.floats(0, 0.1), by=st.floats(0.1, 10))
def test_units_of_time_do_not_matter(curve: Weibull, accrual: float, more: float, dropout: float, by: float) -> None:
    slow = Weibull(shape=curve.shape, rate=curve.rate / by)
    a = score(curve, 0.6, FollowUp(accrual=accrual, until=accrual + more, dropout=dropout))
    b = score(slow, 0.6, FollowUp(accrual=by * accrual, until=by * (accrual + more), dropout=dropout / by))
    assert a.expected == pytest.approx(b.expected, rel=1e-8)
    assert a.variance == pytest.approx(b.variance, rel=1e-7)


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(curve=curves, accrual=st.floats(1, 40), more=st.floats(0, 30), dropout=st.floats(0, 0.1))
def test_under_the_null_the_score_is_a_martingale(curve: Weibull, accrual: float, more: float, dropout: float) -> None:
    end = accrual + more
    for look in (accrual / 3, accrual):
        early = score(curve, 1.0, FollowUp(accrual=accrual, until=look, dropout=dropout))
        assert early.variance == pytest.approx(early.expected, rel=1e-7)
        joint = score_covariance(curve, 1.0, accrual=accrual, look=look, until=end, dropout=dropout)
        assert joint == pytest.approx(early.variance, rel=1e-9)


@pytest.mark.property
@settings(max_examples=10, deadline=None)
@given(curve=curves, ratio=st.floats(0.3, 0.9), dropout=st.sampled_from([0.0, 0.05]))
def test_a_look_at_the_end_is_the_end(curve: Weibull, ratio: float, dropout: float) -> None:
    last = score(curve, ratio, FollowUp(accrual=12.0, until=12.0, dropout=dropout))
    joint = score_covariance(curve, ratio, accrual=12.0, look=12.0, until=12.0, dropout=dropout)
    assert joint == pytest.approx(last.variance, rel=1e-9)


@pytest.mark.independent
def test_covariance_beside_drawn_trials() -> None:
    rng, curve, ratio, n = np.random.default_rng(7), Weibull.through(0.6, at=3.0, shape=0.7), 0.5, 200_000
    entry, truth = rng.random(n) * 4.0, curve.proportional(ratio)
    event = rng.exponential(size=n) ** (1 / truth.shape) / truth.rate
    leave = rng.exponential(size=n) / 0.05
    parts = []
    for until in (4.0, 10.0):
        time = np.minimum(np.minimum(event, leave), until - entry)
        parts.append(curve.cumulative(time) - (event <= time))
    products = (parts[0] - parts[0].mean()) * (parts[1] - parts[1].mean())
    found = score_covariance(curve, ratio, accrual=9.0, look=4.0, until=10.0, dropout=0.05)
    assert abs(products.mean() - found) < 3.5 * products.std() / math.sqrt(n)


@pytest.mark.by_hand
def test_bivariate_normal() -> None:
    zero = np.zeros(3)
    rho = np.array([0.0, 0.5, -0.5])
    assert both_above(zero, zero, rho).tolist() == pytest.approx([0.25, 1 / 3, 1 / 6], abs=1e-12)


#: Designs of OneArm2stage 1.2.1: null curve, ratio, follow-up, rate, power; n1, c1, look, n, c, chance to stop.
OTHERS = (
    (0.72, 3.0, 1.0, 0.459, 3.0, 20.0, 0.8, (22, -0.7215, 1.0619, 46, 1.5952, 0.2353)),
    (0.6, 3.0, 0.5, 0.5, 1.0, 5.0, 0.85, (29, 0.1389, 5.7421, 48, 1.6159, 0.5552)),
)


@pytest.mark.independent
@pytest.mark.parametrize("case", OTHERS)
def test_published_two_stage_designs_keep_the_size_and_expect_more(case: tuple) -> None:
    s0, at, shape, ratio, more, rate, power, (_, c1, look, n, c, stop) = case
    null, end = Weibull.through(s0, at=at, shape=shape), n / rate
    first = score(null, 1.0, FollowUp(accrual=end, until=look))
    last = score(null, 1.0, FollowUp(accrual=end, until=end + more))
    rho = math.sqrt(look * rate * first.variance / (n * last.variance))
    size = float(both_above(np.array([c1]), np.array([c]), np.array([rho]))[0])
    assert size == pytest.approx(0.05, abs=5e-5)  # their limits have four places
    plan = Plan(null=null, ratio=ratio, accrual_rate=rate, follow_up=more, dropout=0.0, alpha=0.05, power=power)
    ours = best_look(plan, n)
    assert ours is not None
    assert ours.alpha == pytest.approx(0.05, abs=1e-9)
    assert ours.power == pytest.approx(power, abs=1e-5)
    assert ours.expected_n < look * rate + (1 - stop) * (n - look * rate)


@pytest.mark.independent
@pytest.mark.parametrize(("case", "calculated"), [(OTHERS[0], 0.8208), (OTHERS[1], 0.8804)])
def test_published_two_stage_designs_have_more_power_than_they_were_made_for(case: tuple, calculated: float) -> None:
    s0, at, shape, ratio, more, rate, power, (n1, c1, _, n, c, _) = case
    rng, trials, turn, end = np.random.default_rng(11), 20_000, n1 / rate, n / rate
    null = Weibull.through(s0, at=at, shape=shape)
    truth = null.proportional(ratio)
    entry = np.concatenate(
        [rng.random((trials, n1)) * turn, turn + rng.random((trials, n - n1)) * (end - turn)], axis=1
    )
    event = rng.exponential(size=(trials, n)) ** (1 / shape) / truth.rate

    def test(until: float, patients: int) -> np.ndarray:
        time = np.minimum(event, np.clip(until - entry, 0, None))[:, :patients]
        expected = null.cumulative(time).sum(axis=1)
        return (expected - (event[:, :patients] <= time).sum(axis=1)) / np.sqrt(expected)

    found = float(((test(turn, n1) > c1) & (test(end + more, n) > c)).mean())
    assert found > power + 3 * math.sqrt(power * (1 - power) / trials)
    assert found == pytest.approx(calculated, abs=0.015)  # the approximation misses by this much at this size
    early, last = FollowUp(accrual=end, until=turn), FollowUp(accrual=end, until=end + more)
    a, b = score(null, ratio, early), score(null, ratio, last)
    joint = score_covariance(null, ratio, accrual=end, look=turn, until=end + more)
    rho = math.sqrt(n1 / n) * joint / math.sqrt(a.variance * b.variance)
    low = (c1 * math.sqrt(a.expected) - math.sqrt(n1) * a.drift) / math.sqrt(a.variance)
    high = (c * math.sqrt(b.expected) - math.sqrt(n) * b.drift) / math.sqrt(b.variance)
    ours = float(both_above(np.array([low]), np.array([high]), np.array([rho]))[0])
    assert ours == pytest.approx(calculated, abs=5e-5)
