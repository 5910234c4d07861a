"""Tests between groups against R, brute force and their properties."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from glisson.errors import NotSupportedError, SettingsError
from glisson.kernels import permutation as pm
from glisson.kernels.rank_tests import chi_square
from glisson.kernels.rank_tests import logrank as rank_statistic
from glisson.kernels.relabel import chi_square_tail
from glisson.methods.compare import logrank, rmst_difference, survival_difference
from glisson.methods.survival import kaplan_meier
from glisson.tables import Endpoint, risk_table
from tests.validation.goldens import endpoint_of, golden

TESTS = golden("survival")["tests"]


def named(name: str):
    return next(c for c in TESTS if c["name"] == name)


@pytest.mark.against_r
@pytest.mark.parametrize("case", TESTS, ids=lambda c: c["name"])
@pytest.mark.parametrize(("weights", "key"), [("logrank", "logrank"), ((1.0, 0.0), "fh1")])
def test_chi_square_observed_expected(case, weights, key) -> None:
    rows = logrank(endpoint_of(case), "group", weights=weights, null="asymptotic")
    assert rows.one("chi_square").value == pytest.approx(case[key]["chisq"], rel=1e-9)
    if key == "logrank":
        ours = sorted(r.value for r in rows.select("expected"))  # R orders levels by the locale
        assert ours == pytest.approx(sorted(case[key]["exp"]), rel=1e-9)


@pytest.mark.against_r
@pytest.mark.parametrize("case", [c for c in TESTS if "stratified" in c], ids=lambda c: c["name"])
def test_stratified(case) -> None:
    rows = logrank(endpoint_of(case), "group", strata="strata")
    assert rows.one("chi_square").value == pytest.approx(case["stratified"], rel=1e-9)


@pytest.mark.against_r
@pytest.mark.parametrize("case", [c for c in TESTS if "exact" in c], ids=lambda c: c["name"])
def test_exact_two_sample_p(case) -> None:
    row = logrank(endpoint_of(case), "group", null="exact").one("p")
    assert row.value == pytest.approx(case["exact"], rel=1e-9)
    assert "all " in row.method


@pytest.mark.against_r
@pytest.mark.parametrize("case", [c for c in TESTS if "approximate" in c], ids=lambda c: c["name"])
def test_exact_p_lies_in_the_interval_of_a_large_simulation(case) -> None:
    """For 13/6/5 nobody else counts all 1,153,218,528 labelings; 200,000 random ones of R's coin must agree."""
    value = logrank(endpoint_of(case), "group", null="exact").one("p").value
    low, high = case["approximate_ci"]
    assert low <= value <= high


def scored(endpoint: Endpoint) -> tuple[np.ndarray, np.ndarray]:
    levels = risk_table(endpoint).levels()
    with_event, without = pm.scores(levels.at_risk[0], levels.events[0, 0])
    place = np.searchsorted(levels.time, endpoint.exit)
    return np.where(endpoint.cause == 1, with_event[place], without[place]), endpoint.keys["g"].codes


@st.composite
def grouped(draw: st.DrawFn) -> Endpoint:
    n = draw(st.integers(2, 8))
    time = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    event = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    groups = draw(st.lists(st.sampled_from("abcd"), min_size=n, max_size=n))
    return Endpoint.from_arrays(time, event, keys={"g": groups}, name="x")


@pytest.mark.independent
@settings(max_examples=60, deadline=None)
@given(grouped())
def test_exact_count_equals_listing_every_labeling(endpoint: Endpoint) -> None:
    values, group = scored(endpoint)
    sizes = np.bincount(group)
    observed = sum(values[group == k].sum() ** 2 / s for k, s in enumerate(sizes) if s)
    tail = total = 0
    for labels in set(itertools.permutations(group.tolist())):
        array = np.array(labels)
        q = sum(values[array == k].sum() ** 2 / s for k, s in enumerate(sizes) if s)
        tail += q >= observed - 1e-9 * max(observed, 1e-9) - 1e-13
        total += 1
    assert pm.exact_tail(values, group) == (tail, total)


@pytest.mark.independent
@settings(max_examples=30, deadline=None)
@given(grouped())
def test_recomputed_chi_square_equals_listing(endpoint: Endpoint) -> None:
    assume(len(endpoint.keys["g"].levels) > 1)
    group = endpoint.keys["g"].codes
    times = np.unique(endpoint.exit)
    place = np.searchsorted(times, endpoint.exit)

    def square(labels) -> float:
        groups = labels.max() + 1
        at_risk = np.array([[np.sum((labels == g) & (place >= t)) for t in range(len(times))] for g in range(groups)])
        died = np.array(
            [
                [np.sum((labels == g) & (place == t) & (endpoint.cause == 1)) for t in range(len(times))]
                for g in range(groups)
            ]
        )
        return float(chi_square(rank_statistic(at_risk, died))[0])

    observed = square(group)
    every = [square(np.array(labels)) for labels in set(itertools.permutations(group.tolist()))]
    tail, total = chi_square_tail(place, endpoint.cause == 1, group, draws=None, rng=None)
    assert total == len(every)
    assert tail == sum(q >= observed * (1 - 1e-9) for q in every)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(grouped())
def test_every_test_gives_a_p_or_a_reason(endpoint: Endpoint) -> None:
    for null in ("asymptotic", "auto"):
        for variant in ("score", "chi-square"):
            row = logrank(endpoint, "g", null=null, variant=variant).one("p")
            assert row.reason or 0 < row.value <= 1
    for rows in (survival_difference(endpoint, "g", time=3), rmst_difference(endpoint, "g")):
        for row in rows:
            assert row.reason or math.isfinite(row.value)


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(grouped(), st.permutations("abcd"))
def test_names_of_groups_do_not_matter(endpoint: Endpoint, names) -> None:
    assume(len(endpoint.keys["g"].levels) > 1)
    renamed = [names["abcd".index(v)] for v in endpoint.keys["g"].values()]
    other = Endpoint.from_arrays(endpoint.exit, endpoint.cause, keys={"g": renamed}, name="x")
    first, second = logrank(endpoint, "g").one("p"), logrank(other, "g").one("p")
    assert first.value == (None if second.value is None else pytest.approx(second.value, rel=1e-12))


@pytest.mark.by_hand
def test_complete_separation_of_3_v_5() -> None:
    # 3 of the C(8,3) = 56 labelings are as extreme: both ends of the first group's sum, and one more.
    os = Endpoint.from_arrays(range(1, 9), [1] * 8, keys={"arm": list("aaabbbbb")}, name="os")
    assert logrank(os, "arm", null="exact").one("p").value == pytest.approx(3 / 56)
    assert logrank(os, "arm", null="asymptotic").one("p").value == pytest.approx(0.004245245485760824, rel=1e-9)


def test_monte_carlo_is_seeded_and_states_its_error() -> None:
    endpoint = endpoint_of(named("small 13/6/5"))
    first, again = (logrank(endpoint, "group", null="monte-carlo", draws=20_000, seed=5).one("p") for _ in range(2))
    assert first == again
    exact = logrank(endpoint, "group", null="exact").one("p").value
    assert first.low <= exact <= first.high
    assert "seed 5" in first.method


def test_the_two_permutation_tests_are_named_and_differ() -> None:
    endpoint = endpoint_of(named("small 12 v 12"))
    score = logrank(endpoint, "group", null="exact", variant="score").one("p")
    chi = logrank(endpoint, "group", null="monte-carlo", variant="chi-square", draws=4000, seed=1).one("p")
    assert "permutation of log-rank scores" in score.method
    assert "chi-square recomputed" in chi.method


def test_large_cohorts_use_the_approximation_by_default() -> None:
    assert "chi-square approximation" in logrank(endpoint_of(named("veteran")), "group").one("p").method


def test_what_would_be_invalid_is_refused() -> None:
    late = Endpoint.from_arrays([5, 6, 7, 8], [1, 1, 0, 1], entry=[0, 1, 2, 3], keys={"g": list("abab")})
    with pytest.raises(NotSupportedError, match="delayed entry"):
        logrank(late, "g", null="exact")
    with pytest.raises(NotSupportedError, match="too many to count"):
        logrank(endpoint_of(named("veteran")), "group", null="exact")
    with pytest.raises(SettingsError, match="weights"):
        logrank(endpoint_of(named("aml")), "group", weights="wilcoxon")
    with pytest.raises(SettingsError, match="null"):
        logrank(endpoint_of(named("aml")), "group", null="bayes")


def test_one_group_and_no_events_have_reasons() -> None:
    one = Endpoint.from_arrays([5, 6], [1, 1], keys={"g": ["a", "a"]})
    none = Endpoint.from_arrays([5, 6], [0, 0], keys={"g": ["a", "b"]})
    assert logrank(one, "g").one("p").reason == "not estimable (one group)"
    assert logrank(none, "g").one("p").reason == "not estimable (0 events)"


@pytest.mark.by_hand
def test_differences_by_hand() -> None:
    os = Endpoint.from_arrays([10, 20, 30, 40], [1, 1, 1, 1], keys={"arm": list("aabb")}, name="os")
    assert rmst_difference(os, "arm", tau=40).one("rmst_difference").value == 20  # 35 - 15
    row = survival_difference(os, "arm", time=15).one("survival_difference")
    assert row.value == 0.5
    assert row.low is None or row.low < 0.5
    assert row.detail == "arm=b minus arm=a"


@pytest.mark.property
def test_difference_of_equal_groups_contains_zero() -> None:
    endpoint = endpoint_of(named("aml"))
    doubled = Endpoint.from_arrays(
        np.tile(endpoint.exit, 2), np.tile(endpoint.cause, 2), keys={"arm": ["a"] * 23 + ["b"] * 23}
    )
    row = survival_difference(doubled, "arm", time=20).one("survival_difference")
    assert row.value == 0
    assert row.low == pytest.approx(-row.high)
    assert kaplan_meier(doubled, "arm").select("median").rows[0].value == 27
