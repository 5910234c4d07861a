"""Weights for confounding: by hand, against R (nnet, brglm2, survival, survey), and what holds for any data."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.kernels import multinomial
from glisson.methods.balance import balance
from glisson.methods.weighting import Weights, kish, propensity_weights, weighted_cox, weighted_survival
from glisson.tables import Endpoint, Factor
from tests.validation.goldens import golden

CASES = {
    "two": ("veteran", "arm", "test"),
    "three": ("veteran", "hist", "smallcell"),
    "firth_two": ("small", "arm", "test"),
    "firth_three": ("small", "hist", "smallcell"),
}
KINDS = ["overlap", "iptw", "att"]


def made(case: str, kind: str) -> tuple[Endpoint, Weights]:
    data, by, target = CASES[case]
    d = golden("weighting")["data"][data]
    endpoint = Endpoint.from_arrays(d["time"], d["status"], keys={k: d[k] for k in ("arm", "hist", "prior")}, name="os")
    weights = propensity_weights(
        endpoint, by, "prior", numbers={"age": d["age"], "karno": d["karno"]}, kind=kind,
        target=target if kind == "att" else "", penalty="firth" if "firth" in case else "auto",
    )  # fmt: skip
    return endpoint, weights


@pytest.mark.against_r
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_weights_and_effective_sizes(case, kind) -> None:
    theirs = golden("weighting")["cases"][case]
    _, weights = made(case, kind)
    assert weights.propensity == pytest.approx(np.array(theirs["propensity"]), abs=1e-7)
    assert weights.weight == pytest.approx(np.array(theirs["kinds"][kind]["weight"]), rel=1e-6)
    assert list(weights.effective) == pytest.approx(theirs["kinds"][kind]["ess"], rel=1e-6)
    age = next(b for b in weights.balance if b.term == "age")
    assert age.means[0] == pytest.approx(theirs["kinds"][kind]["mean_age"], rel=1e-7)


@pytest.mark.against_r
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_weighted_hazard_ratios_with_robust_errors(case, kind) -> None:
    theirs = golden("weighting")["cases"][case]["kinds"][kind]
    endpoint, weights = made(case, kind)
    rows = weighted_cox(endpoint, weights, penalty="none").select("hazard_ratio").rows
    assert [math.log(r.value) for r in rows] == pytest.approx(np.atleast_1d(theirs["beta"]), abs=1e-6)
    z = 2 * 1.959963984540054
    assert [math.log(r.high / r.low) / z for r in rows] == pytest.approx(np.atleast_1d(theirs["se"]), rel=1e-6)
    assert {(r.n, r.events) for r in rows} == {(len(endpoint), endpoint.n_events)}


@pytest.mark.against_r
@pytest.mark.parametrize("case", ["two", "three"])
@pytest.mark.parametrize("kind", KINDS)
def test_weighted_survival_with_robust_limits(case, kind) -> None:
    theirs = golden("weighting")["cases"][case]["kinds"][kind]["km"]
    endpoint, weights = made(case, kind)
    rows = weighted_survival(endpoint, weights, times=[30, 90, 180])
    for level, km in zip(weights.group.levels, theirs, strict=True):
        mine = rows.select(group=((weights.by, level),))
        assert mine.one("median").value == km["median"]
        for k, day in enumerate((30, 90, 180)):
            row = mine.one("survival", at=day)
            expected = [km[c][k] for c in ("surv", "low", "high")]
            assert [row.value, row.low, row.high] == pytest.approx(expected, abs=1e-6)


def test_separation_is_said_and_stabilised() -> None:
    _, weights = made("firth_three", "overlap")
    d = golden("weighting")["data"]["small"]
    endpoint = Endpoint.from_arrays(d["time"], d["status"], keys={k: d[k] for k in ("hist", "prior")}, name="os")
    numbers = {"age": d["age"], "karno": d["karno"]}
    found = propensity_weights(endpoint, "hist", "prior", numbers=numbers)
    assert found.firth
    assert "separate the groups" in found.warnings[0]
    assert found.weight == pytest.approx(weights.weight)
    with pytest.raises(InputError, match="separate the groups"):
        propensity_weights(endpoint, "hist", "prior", numbers=numbers, penalty="none")


def four(arm: str = "aabb", sex: str = "fmff") -> Endpoint:
    n = len(arm)
    return Endpoint.from_arrays(range(1, n + 1), [1] * n, keys={"arm": list(arm), "sex": list(sex)}, name="os")


@pytest.mark.by_hand
def test_saturated_model_by_hand() -> None:
    # f: 2 of 6 in a; m: 2 of 3 in a. Overlap: a gets P(b), b gets P(a).
    endpoint = four("aabbbbaab", "ffffffmmm")
    found = propensity_weights(endpoint, "arm", "sex")
    assert found.propensity[:, 0] == pytest.approx([1 / 3] * 6 + [2 / 3] * 3)
    assert found.weight == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 2 / 3])
    # a: weights 2/3 2/3 1/3 1/3, sum 2, squares 10/9: 3.6. b: 1/3 four times and 2/3: sum 2, squares 8/9: 4.5.
    assert found.effective == pytest.approx((3.6, 4.5))
    row = found.balance[0]
    assert (row.term, row.level, row.after) == ("sex", "m", pytest.approx(0, abs=1e-9))
    # 1/2 of a and 1/5 of b are m; spread sqrt((1/4 + 4/25) / 2).
    assert row.pairs[0].before == pytest.approx(0.3 / math.sqrt((0.25 + 0.16) / 2))
    # The stabilised weights: P(a) = 4/9 over 1/3 and 2/3.
    iptw = propensity_weights(endpoint, "arm", "sex", kind="iptw")
    assert iptw.weight[:3] == pytest.approx([4 / 3, 4 / 3, 5 / 6])
    att = propensity_weights(endpoint, "arm", "sex", kind="att", target="a")
    assert att.weight == pytest.approx([1, 1, 0.5, 0.5, 0.5, 0.5, 1, 1, 2])


@pytest.mark.by_hand
def test_weighted_curve_by_hand() -> None:
    # a: f on day 1 and 2 (2/3 each), m on day 7 and 8 (1/3 each): S = 4/6, 2/6, 1/6, 0; the median is day 2.
    endpoint = four("aabbbbaab", "ffffffmmm")
    found = propensity_weights(endpoint, "arm", "sex")
    rows = weighted_survival(endpoint, found, times=[1, 2, 7, 8]).select(group=(("arm", "a"),))
    assert [r.value for r in rows.select("survival")] == pytest.approx([2 / 3, 1 / 3, 1 / 6, 0], abs=1e-12)
    assert rows.one("median").value == 2
    assert (rows.one("n").value, rows.one("events").value) == (4, 4)
    assert rows.one("effective_size").value == pytest.approx(3.6)
    # Day 1: n = 2, d = 2/3, n - d = 4/3. log S = log(n - d) - log n moves by 3/4 - 1/2 for a row that stays, and by
    # -1/2 for the one that dies, each times its weight.
    d = np.array([2 / 3 * (-1 / 2), *(w / 4 for w in (2 / 3, 1 / 3, 1 / 3))])
    se = math.sqrt(float(np.sum(d**2)))
    width = 1.959963984540054 * se / math.log(2 / 3)
    assert rows.one("survival", at=1).low == pytest.approx((2 / 3) ** math.exp(-width))


@pytest.mark.by_hand
def test_clusters_are_one_draw() -> None:
    # Every patient entered twice: errors must not shrink.
    endpoint = four("aabbbbaab", "ffffffmmm")
    twice = Endpoint.from_arrays(
        np.repeat(endpoint.exit, 2), np.repeat(endpoint.cause, 2), cluster=np.repeat(np.arange(9), 2), name="os",
        keys={k: np.repeat(f.values(), 2) for k, f in endpoint.keys.items()},
    )  # fmt: skip
    one, two = (weighted_survival(e, propensity_weights(e, "arm", "sex"), times=[1]) for e in (endpoint, twice))
    for a, b in zip(one.select("survival"), two.select("survival"), strict=True):
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high))


@pytest.mark.by_hand
def test_no_overlap_is_no_number() -> None:
    (row,) = balance(Factor.of(list("aabb")), np.ones(4), {"sex": Factor.of(list("ffmm"))})
    assert (row.before, row.after) == (None, None)
    (row,) = balance(Factor.of(list("aabb")), np.ones(4), {"sex": Factor.of(list("ffff"))})
    assert row.before == 0


def test_rows_say_what_was_done() -> None:
    _, weights = made("two", "overlap")
    rows = weights.estimates()
    assert [r.detail for r in rows.select("standardised_difference")][:2] == ["prior: yes, before", "prior: yes, after"]
    assert rows.one("effective_size", group=(("arm", "test"),)).n == 68
    assert rows.rows[0].method == "overlap weights, logistic propensity model"


def test_lack_of_overlap_and_dominance_are_said() -> None:
    # One of thirty in a is m, and 29 of thirty in b are: P(a) is 1/30 for m, so that one stands for 30/2 and the others
    # for 30/58 each, 15 in all.
    endpoint = four("a" * 30 + "b" * 30, "f" * 29 + "m" + "f" + "m" * 29)
    found = propensity_weights(endpoint, "arm", "sex", kind="iptw")
    assert "60 of 60 have a probability below 5% of some group (positivity)" in found.warnings
    assert "one of 30 in a carries 50% of its weight" in found.warnings


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"kind": "ipw"}, SettingsError, "overlap, iptw or att"),
        ({"kind": "att"}, SettingsError, "target"),
        ({"target": "a"}, SettingsError, "target"),
        ({"kind": "att", "target": "c"}, SettingsError, "target"),
        ({"covariates": "age"}, InputError, "no grouping variable age"),
        ({"numbers": {"age": [1, 2, 3, math.nan]}}, InputError, "missing in 1 of 4"),
        ({"numbers": {"one": [1, 1, 1, 1]}}, InputError, "cannot be told apart"),
    ],
)
def test_refusals(change, error, text) -> None:
    with pytest.raises(error, match=text):
        propensity_weights(four(), "arm", **change)


def test_other_units_and_repeated_units_are_refused() -> None:
    weights = propensity_weights(four(), "arm", "sex")
    with pytest.raises(InputError, match="not those of the weights"):
        weighted_survival(four().take(np.array([1, 0, 2, 3])), weights)
    with pytest.raises(InputError, match="several rows"):
        propensity_weights(Endpoint.from_arrays([1, 2], [1, 1], unit=[1, 1], keys={"arm": ["a", "b"]}), "arm")
    with pytest.raises(InputError, match="one group only"):
        propensity_weights(four("aaaa"), "arm", "sex")


@pytest.mark.property
@given(
    arms=st.lists(st.sampled_from("abc"), min_size=12, max_size=30),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=40)
def test_overlap_weights_balance_two_groups_exactly_and_all_are_bounded(arms, seed) -> None:
    assume(min(arms.count(a) for a in set(arms)) >= 3 and len(set(arms)) > 1)
    draw = np.random.default_rng(seed)
    z = draw.normal(size=len(arms))
    endpoint = Endpoint.from_arrays(draw.integers(1, 99, len(arms)), draw.integers(0, 2, len(arms)), keys={"arm": arms})
    found = propensity_weights(endpoint, "arm", numbers={"z": z})
    assert found.propensity.sum(axis=1) == pytest.approx(np.ones(len(arms)))
    assert np.all((found.weight > 0) & (found.weight <= 1))
    for level, size in zip(found.group.levels, found.effective, strict=True):
        assert 1 - 1e-9 <= size <= arms.count(level) + 1e-9
    if len(set(arms)) == 2 and not found.firth:
        assert found.balance[0].after == pytest.approx(0, abs=1e-6)


@pytest.mark.property
@given(seed=st.integers(0, 2**31), events=st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=25)
def test_scale_of_covariates_and_order_of_units_do_not_matter(seed, events) -> None:
    draw = np.random.default_rng(seed)
    n = 20
    arms, z = np.array(list("ab" * 10)), draw.normal(size=n)
    time, died = draw.integers(1, 9, n), (draw.random(n) < events).astype(int)
    order = draw.permutation(n)

    def run(index, values):
        endpoint = Endpoint.from_arrays(time[index], died[index], unit=index, keys={"arm": arms[index]}, name="os")
        weights = propensity_weights(endpoint, "arm", numbers={"z": values[index]})
        return weights, weighted_survival(endpoint, weights, times=[4])

    first, rows = run(np.arange(n), z)
    second, others = run(order, 10 - 3 * z)
    assert first.weight[order] == pytest.approx(second.weight, rel=1e-6)
    for a, b in zip(rows, others, strict=True):
        assert a.reason == b.reason
        assert (a.value is None) == (b.value is None)
        assert a.value is None or a.value == pytest.approx(b.value, rel=1e-6)
    if not events:
        assert {r.reason for r in rows.select("median")} == {"not estimable (0 events)"}


@pytest.mark.property
def test_weights_of_one_are_the_usual_curve() -> None:
    from glisson.methods.survival import kaplan_meier  # noqa: PLC0415

    endpoint = four("abababab", "ffmmffmm")
    weights = propensity_weights(endpoint, "arm", "sex")
    plain = kaplan_meier(endpoint, "arm", times=[3, 5])
    mine = weighted_survival(endpoint, weights, times=[3, 5])
    assert kish(weights.weight) == pytest.approx(8)
    for statistic in ("median", "survival"):
        assert [r.value for r in mine.select(statistic)] == pytest.approx([r.value for r in plain.select(statistic)])


@pytest.mark.independent
@pytest.mark.parametrize("groups", [2, 3, 4])
@pytest.mark.parametrize("firth", [False, True])
def test_the_score_is_the_derivative_of_the_likelihood(groups, firth) -> None:
    draw = np.random.default_rng(groups)
    x = np.column_stack([np.ones(30), draw.normal(size=(30, 2))])
    group = draw.integers(0, groups, 30)
    function = multinomial.objective(x, group, firth=firth)
    at = draw.normal(size=(groups - 1) * 3) / 2
    slope = np.array([(function(at + h).value - function(at - h).value) / 2e-5 for h in np.eye(len(at)) * 1e-5])
    assert function(at).gradient == pytest.approx(slope, abs=1e-6)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("x", "group", "apart"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], True),
        ([1, 2, 2, 4], [0, 0, 1, 1], True),  # they touch at 2: separated in part
        ([1, 3, 2, 4], [0, 0, 1, 1], False),
        ([1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2], True),
        ([1, 3, 5, 2, 4, 6, 1, 7], [0, 0, 0, 1, 1, 1, 2, 2], False),
    ],
)
def test_separation_by_hand(x: Any, group: Any, apart: bool) -> None:
    matrix = np.column_stack([np.ones(len(x)), x])
    assert multinomial.separated(matrix, np.array(group), max(group) + 1) is apart
