from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.two_stage import (
    TwoStage,
    admissible,
    binomial,
    expected_size,
    search,
    stop_probability,
    success_probability,
)
from tests.design.published_designs import SIMON
from tests.validation.goldens import golden


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("pinned")["two_stage"], ids=lambda c: "{p0}-{p1}-{alpha}-{beta}".format(**c))
def test_optimal_and_minimax_designs(case: dict[str, Any]) -> None:
    """Every rule tried in R, and what was noted from clinfun."""
    found = search(case["p0"], case["p1"], alpha=case["alpha"], power=1 - case["beta"], largest=100)
    for rule, theirs in ((found[-1], case["optimal"]), (found[0], case["minimax"])):
        assert str(rule) == theirs["rule"]
        assert expected_size(rule, case["p0"]) == pytest.approx(theirs["expected"], rel=1e-10)
        assert success_probability(rule, case["p0"]) == pytest.approx(theirs["size"], rel=1e-10)
        assert success_probability(rule, case["p1"]) == pytest.approx(theirs["power"], rel=1e-10)
    assert SIMON[case["p0"], case["p1"], case["alpha"], case["beta"]] == tuple(
        case[name]["rule"] for name in ("optimal", "minimax")
    )


def _plain(rule: TwoStage, p: float) -> float:
    """Every pair of counts, one after the other."""
    n2, total = rule.n - rule.n1, 0.0
    for x1 in range(rule.r1 + 1, rule.n1 + 1):
        for x2 in range(n2 + 1):
            if x1 + x2 > rule.r:
                ways = comb(rule.n1, x1) * comb(n2, x2)
                total += ways * p ** (x1 + x2) * (1 - p) ** (rule.n - x1 - x2)
    return total


@pytest.mark.independent
@pytest.mark.parametrize(("p0", "p1", "alpha", "power", "top"), [(0.1, 0.4, 0.1, 0.8, 17), (0.3, 0.7, 0.05, 0.8, 15)])
def test_nothing_is_missed(p0: float, p1: float, alpha: float, power: float, top: int) -> None:
    best, expected = np.inf, []
    for n in range(2, top + 1):
        candidates = []
        for n1 in range(1, n):
            for r1 in range(n1):
                for r in range(r1 + 1, n):
                    rule = TwoStage(r1=r1, n1=n1, r=r, n=n)
                    if _plain(rule, p0) <= alpha:
                        if _plain(rule, p1) >= power:
                            candidates.append((expected_size(rule, p0), str(rule)))
                        break
        if candidates and min(candidates)[0] < best - 1e-9:
            best = min(candidates)[0]
            expected.append(min(candidates)[1])
    assert expected
    assert [str(rule) for rule in search(p0, p1, alpha=alpha, power=power, largest=top)] == expected


@pytest.mark.by_hand
def test_a_small_rule() -> None:
    rule = TwoStage(r1=0, n1=1, r=1, n=2)
    assert stop_probability(rule, 0.25) == pytest.approx(0.75)
    assert success_probability(rule, 0.25) == pytest.approx(1 / 16)
    assert expected_size(rule, 0.25) == pytest.approx(1.25)


@pytest.mark.property
@settings(max_examples=20, deadline=None)
@given(
    p0=st.floats(0.03, 0.55), step=st.floats(0.2, 0.4), alpha=st.sampled_from([0.05, 0.1]),
    power=st.sampled_from([0.8, 0.9]),
)  # fmt: skip
def test_designs_hold_what_they_promise(p0: float, step: float, alpha: float, power: float) -> None:
    p1 = p0 + step
    found = search(p0, p1, alpha=alpha, power=power, largest=60)
    for rule in found:
        assert _plain(rule, p0) <= alpha + 1e-9
        assert _plain(rule, p1) >= power - 1e-9
        # Success gets likelier with the rate, stopping less likely.
        rates = np.linspace(0.01, 0.99, 25)
        assert np.all(np.diff([success_probability(rule, p) for p in rates]) >= -1e-12)
        assert np.all(np.diff([stop_probability(rule, p) for p in rates]) <= 1e-12)
    sizes = [expected_size(rule, p0) for rule in found]
    assert sizes == sorted(sizes, reverse=True)
    assert [rule.n for rule in found] == sorted({rule.n for rule in found})


@pytest.mark.property
@settings(max_examples=10, deadline=None)
@given(p0=st.floats(0.05, 0.5), step=st.floats(0.2, 0.35))
def test_each_admissible_design_is_best_for_its_weights(p0: float, step: float) -> None:
    found = search(p0, p0 + step, alpha=0.05, power=0.8, largest=80)
    best = admissible(found, p0)
    assert [each.high for each in best][1:] == [each.low for each in best][:-1]
    assert (best[0].high, best[-1].low) == (1.0, 0.0)
    assert (best[0].rule, best[-1].rule) == (found[0], found[-1])
    for each in best:
        w = (each.low + each.high) / 2
        costs = [w * rule.n + (1 - w) * expected_size(rule, p0) for rule in found]
        assert w * each.rule.n + (1 - w) * each.expected_n <= min(costs) + 1e-9


@pytest.mark.property
@given(n=st.integers(0, 60), p=st.floats(0.001, 0.999))
def test_probabilities_sum_to_one(n: int, p: float) -> None:
    assert binomial(n, p).sum() == pytest.approx(1, abs=1e-12)
    assert binomial(n, p)[0] == pytest.approx((1 - p) ** n, rel=1e-9)
