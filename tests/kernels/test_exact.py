"""Exact intervals and tests against R, by hand and by brute force."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.exact import binomial_interval, fisher_exact, newcombe_difference, poisson_interval, upper_bound
from glisson.methods.proportions import compare_proportions, event_rate, proportion
from glisson.tables import CountTable, Endpoint, Factor
from tests.validation.goldens import golden

GOLDEN = golden("survival")


@pytest.mark.against_r
@pytest.mark.parametrize("case", GOLDEN["binomial"], ids=lambda c: f"{c['x']}/{c['n']}")
def test_binomial_intervals(case) -> None:
    x, n = case["x"], case["n"]
    assert binomial_interval(x, n) == pytest.approx((case["cp_low"], case["cp_high"]), abs=1e-12)
    assert binomial_interval(x, n, method="wilson") == pytest.approx((case["w_low"], case["w_high"]), abs=1e-12)


@pytest.mark.against_r
@pytest.mark.parametrize("case", GOLDEN["poisson"], ids=lambda c: f"{c['x']}/{c['t']}")
def test_poisson_interval(case) -> None:
    assert poisson_interval(case["x"], case["t"]) == pytest.approx((case["low"], case["high"]), rel=1e-9)


@pytest.mark.against_r
@pytest.mark.parametrize("case", GOLDEN["tables"], ids=lambda c: str(c["table"]))
def test_fisher_freeman_halton(case) -> None:
    table = np.array(case["table"])
    assert fisher_exact(table) == pytest.approx(case["p"], rel=1e-9)
    assert fisher_exact(table.T) == pytest.approx(case["p"], rel=1e-9)


@pytest.mark.independent
@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=3))
def test_fisher_equals_listing_all_tables(rows) -> None:
    table = np.array(rows)
    if not table.sum():
        return
    margins = table.sum(axis=1), table.sum(axis=0)

    def probability(t) -> float:
        return math.exp(
            sum(math.lgamma(m + 1) for m in (*margins[0], *margins[1]))
            - math.lgamma(table.sum() + 1)
            - sum(math.lgamma(c + 1) for c in t.reshape(-1))
        )

    observed, tail = probability(table), 0.0
    per_row = [[c for c in itertools.product(range(m + 1), repeat=3) if sum(c) == m] for m in margins[0]]
    for choice in itertools.product(*per_row):
        other = np.array(choice)
        if np.array_equal(other.sum(axis=0), margins[1]) and (p := probability(other)) <= observed * (1 + 1e-7):
            tail += p
    assert fisher_exact(table) == pytest.approx(min(tail, 1.0), rel=1e-9)


@pytest.mark.by_hand
def test_nothing_in_thirteen() -> None:
    assert upper_bound(0, 13) == pytest.approx(1 - 0.05 ** (1 / 13))
    assert binomial_interval(0, 13, method="mid-p")[1] == pytest.approx(1 - 0.05 ** (1 / 13))
    assert binomial_interval(0, 13, method="jeffreys")[0] == 0
    assert upper_bound(13, 13) == 1


@pytest.mark.property
@given(st.integers(1, 40), st.data())
def test_intervals_contain_the_estimate_and_mirror(n, data) -> None:
    x = data.draw(st.integers(0, n))
    for method in ("clopper-pearson", "wilson", "jeffreys", "mid-p"):
        low, high = binomial_interval(x, n, method=method)
        assert 0 <= low <= x / n <= high <= 1
        other = binomial_interval(n - x, n, method=method)
        assert (1 - high, 1 - low) == pytest.approx(other, abs=1e-9)
    assert binomial_interval(x, n)[1] >= binomial_interval(x, n, method="mid-p")[1] - 1e-12


@pytest.mark.property
@given(st.integers(1, 12), st.sampled_from([0.05, 0.2, 0.5, 0.77]))
def test_clopper_pearson_covers_at_least_95_percent(n, p) -> None:
    covered = sum(
        math.comb(n, x) * p**x * (1 - p) ** (n - x)
        for x in range(n + 1)
        if binomial_interval(x, n)[0] <= p <= binomial_interval(x, n)[1]
    )
    assert covered >= 0.95 - 1e-12


@pytest.mark.by_hand
def test_newcombe_is_the_published_example() -> None:
    # Newcombe 1998, table II, 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    assert newcombe_difference(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def table() -> CountTable:
    keys = {"method": Factor.of(["tace"] * 13 + ["y90"] * 6, ["tace", "y90", "ablation"])}
    return CountTable.of(["no"] * 13 + ["yes"] * 2 + ["no"] * 4, ["no", "yes"], keys=keys, name="ae")


def test_zero_events_carry_the_bound_and_empty_groups_a_reason() -> None:
    rows = proportion(table(), "yes", "method")
    tace, ablation = (("method", "tace"),), (("method", "ablation"),)
    assert rows.one("upper_bound", group=tace).value == pytest.approx(0.2058, abs=5e-5)
    assert rows.one("proportion", group=ablation).reason == "not estimable (0 patients)"


def test_comparison_leaves_empty_groups_out() -> None:
    rows = compare_proportions(table(), "yes", "method")
    assert rows.one("p").value == pytest.approx(15 / math.comb(19, 2))
    assert len(rows.select("difference")) == 1


@pytest.mark.independent
def test_boschloo_is_scipys() -> None:
    keys = {"arm": Factor.of(["a"] * 10 + ["b"] * 10)}
    counted = CountTable.of(["no"] * 16 + ["yes"] * 4, ["no", "yes"], keys=keys, name="r")
    assert compare_proportions(counted, "yes", "arm", test="boschloo").one("p").value == pytest.approx(
        0.0421905518, rel=1e-6
    )


def test_rate_of_nobody_has_a_reason() -> None:
    row = event_rate(Endpoint.from_arrays([0], [1])).one("rate")
    assert row.value == pytest.approx(365.25 / 0.5)
