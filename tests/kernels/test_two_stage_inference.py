from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.single_stage import at_least
from glisson.kernels.two_stage import TwoStage, binomial, success_probability
from glisson.kernels.two_stage_inference import attained, conditional_error, cutoffs, limits, p_value, unbiased

RULE = TwoStage(r1=1, n1=10, r=5, n=29)


def outcomes(rule: TwoStage, p: float, n2: int | None = None) -> list[tuple[int, int | None, float]]:
    """Every outcome with its probability."""
    size = rule.n - rule.n1 if n2 is None else n2
    first, second = binomial(rule.n1, p), binomial(size, p)
    stopped: list[tuple[int, int | None, float]] = [(x, None, float(first[x])) for x in range(rule.r1 + 1)]
    return stopped + [
        (x, y, float(first[x] * second[y])) for x in range(rule.r1 + 1, rule.n1 + 1) for y in range(size + 1)
    ]


rules = st.builds(
    lambda n1, n2, a, b: TwoStage(r1=min(a, n1 - 1), n1=n1, r=min(min(a, n1 - 1) + 1 + b, n1 + n2 - 1), n=n1 + n2),
    st.integers(2, 9), st.integers(2, 11), st.integers(0, 3), st.integers(0, 5),
)  # fmt: skip


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(rule=rules, p=st.floats(0.05, 0.9), n2=st.one_of(st.none(), st.integers(1, 12)))
def test_the_estimate_is_unbiased(rule: TwoStage, p: float, n2: int | None) -> None:
    mean = sum(chance * unbiased(x, y, rule, n2=n2) for x, y, chance in outcomes(rule, p, n2))
    assert mean == pytest.approx(p, abs=1e-10)


@pytest.mark.property
@settings(max_examples=5, deadline=None)
@given(rule=rules, p=st.floats(0.05, 0.9))
def test_planned_p_values_are_uniform_or_larger_and_limits_cover(rule: TwoStage, p: float) -> None:
    each = outcomes(rule, p)
    values = np.array([p_value(x, y, rule, p) for x, y, _ in each])
    chances = np.array([c for _, _, c in each])
    for a in (0.01, 0.05, 0.2, 0.5):
        assert chances[values <= a].sum() <= a + 1e-9
    covered = 0.0
    for total in {(x, y) if y is None else (x + y, -1) for x, y, _ in each}:
        same = [(x, y, c) for x, y, c in each if ((x, y) if y is None else (x + y, -1)) == total]
        low, high = limits(same[0][0], same[0][1], rule, level=0.8)
        covered += sum(c for _, _, c in same) * (low - 1e-9 <= p <= high + 1e-9)
    assert covered >= 0.8 - 1e-9


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(rule=rules, p0=st.floats(0.05, 0.6), n2=st.integers(1, 14))
def test_another_second_stage_keeps_the_type_one_error(rule: TwoStage, p0: float, n2: int) -> None:
    need, error = cutoffs(rule, p0, n2), conditional_error(rule, p0)
    on = np.arange(rule.r1 + 1, rule.n1 + 1)
    spent = at_least(need[on], n2, p0)
    assert np.all(spent <= error[on] + 1e-9)
    assert float(binomial(rule.n1, p0)[on] @ spent) <= success_probability(rule, p0) + 1e-9
    # The p-value agrees with the decision: at most the type I error of the plan where the limit is reached.
    planned = success_probability(rule, p0)
    for x in on:
        for y in range(n2 + 1):
            value = p_value(int(x), y, rule, p0, n2=n2)
            if y >= need[x]:
                assert value <= planned + 1e-9
            else:
                assert value > planned - 1e-9


@pytest.mark.by_hand
def test_the_planned_size_needs_what_the_plan_needs() -> None:
    need = cutoffs(RULE, 0.1, 19)
    assert need.tolist() == [20, 20, 4, 3, 2, 1, 0, 0, 0, 0, 0]
    # At the limit of the plan the p-value is its type I error.
    assert p_value(2, 4, RULE, 0.1) == pytest.approx(success_probability(RULE, 0.1), rel=1e-12)


@pytest.mark.by_hand
def test_estimate_by_counting_ways() -> None:
    rule = TwoStage(r1=0, n1=2, r=1, n=4)  # a total of 2 of 4: (1, 1) in 2 x 2 ways, (2, 0) in 1
    assert unbiased(1, 1, rule) == pytest.approx((4 * 0.5 + 1 * 1.0) / 5)
    assert unbiased(0, None, rule) == 0.0


@pytest.mark.by_hand
def test_extremes() -> None:
    rule = TwoStage(r1=0, n1=2, r=1, n=4)
    assert limits(0, None, rule)[0] == 0.0
    assert limits(2, 2, rule)[1] == 1.0
    assert limits(2, 2, rule, level=0.9)[0] == pytest.approx(0.05**0.25, abs=1e-9)


@pytest.mark.property
@settings(max_examples=20, deadline=None)
@given(rule=rules, shift=st.integers(-2, 3))
def test_attained_rules_keep_both_promises(rule: TwoStage, shift: int) -> None:
    n1 = rule.n1 + shift
    if not 1 <= n1 < rule.n:
        return
    again = attained(rule, 0.2, 0.5, alpha=0.1, n1=n1)
    if again is not None:
        assert success_probability(again, 0.2) <= 0.1 + 1e-9
        assert binomial(n1, 0.5)[: again.r1 + 1].sum() <= binomial(rule.n1, 0.5)[: rule.r1 + 1].sum() + 1e-9
