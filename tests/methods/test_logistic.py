"""Logistic regression: against R's glm and brglm2, by hand, by brute force, and what must not be estimated."""

from __future__ import annotations

import json
import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import chdtri

from glisson.errors import InputError, SettingsError
from glisson.kernels.logistic import moments, penalised, prepare, separating_direction
from glisson.methods.logistic import logistic, logistic_counts, odds_ratios, variable_tests
from glisson.methods.logistic_model import LogisticModel, fit_logistic
from glisson.tables import CountTable, Factor
from tests.paths import vector
from tests.validation.goldens import golden

CHI = 3.841458820694124
CASES = list(golden("logistic")["cases"])


@cache
def _data(name: str) -> dict[str, np.ndarray]:
    return {k: np.array(v) for k, v in golden("logistic")["data"][name].items()}


@cache
def _model(name: str) -> LogisticModel:
    which, penalty = name.rsplit("_", 1)
    penalty = {"ml": "none", "firth": "firth"}[penalty]
    if which == "birthwt":
        d = _data("birthwt")
        race = {"race": Factor.of(d["race"])}
        return fit_logistic(d["low"], race, numbers={n: d[n] for n in ("age", "lwt", "smoke")}, penalty=penalty)
    if which == "separated":
        return fit_logistic(_data("apart")["y"], numbers={"b": _data("apart")["b"]}, penalty=penalty)
    d = _data("small")
    weight = d["w"] if which == "weighted" else None
    return fit_logistic(d["low"], numbers={n: d[n] for n in ("smoke", "lwt")}, weight=weight, penalty=penalty)


@pytest.mark.against_r
@pytest.mark.parametrize("name", CASES)
def test_coefficients_errors_likelihood(name):
    model, theirs = _model(name), golden("logistic")["cases"][name]
    assert model.beta[1:] == pytest.approx(np.array(theirs["beta"][1:]), abs=1e-8)
    assert np.sqrt(np.diag(model.naive))[1:] == pytest.approx(np.array(theirs["se"][1:]), rel=1e-7)
    assert model.fit.point.value == pytest.approx(theirs["loglik"], rel=1e-11)


@pytest.mark.against_r
@pytest.mark.parametrize("name", CASES)
def test_profile_limits_and_likelihood_ratios(name):
    model, theirs = _model(name), golden("logistic")["cases"][name]
    rows = odds_ratios(model)
    assert [math.log(r.low) for r in rows] == pytest.approx(theirs["low"][1:], abs=1e-8)
    assert [math.log(r.high) for r in rows] == pytest.approx(theirs["high"][1:], abs=1e-8)
    single = [t for t in model.design.terms if len(model.design.places(t)) == 1]
    for term in single:
        (place,) = model.design.places(term)
        p = variable_tests(model).one("p", detail=term).value
        assert chdtri(1, p) == pytest.approx(theirs["lr"][1 + place], abs=1e-9)


@pytest.mark.against_r
def test_covariance_over_clusters():
    d, theirs = _data("birthwt"), golden("logistic")["cluster"]
    options = {"numbers": {n: d[n] for n in ("age", "lwt", "smoke")}, "penalty": "none"}
    model = fit_logistic(d["low"], {"race": Factor.of(d["race"])}, cluster=theirs["id"], **options)
    assert model.clusters == len(set(theirs["id"]))
    assert model.covariance[1:, 1:] == pytest.approx(np.array(theirs["covariance"])[1:, 1:], rel=1e-6)
    rows = logistic(d["low"], {"race": Factor.of(d["race"])}, cluster=theirs["id"], **options)
    smoke = rows.select("odds_ratio").rows[-1]
    error = math.sqrt(theirs["covariance"][5][5])
    assert math.log(smoke.high / smoke.low) == pytest.approx(2 * 1.959963984540054 * error, rel=1e-6)
    assert "robust over 24 clusters" in smoke.method


@pytest.mark.independent
def test_case_weights_are_robust():
    """Halving every weight changes nothing, and the covariance is that of rows as clusters."""
    d = _data("small")
    numbers = {n: d[n] for n in ("smoke", "lwt")}
    half = fit_logistic(d["low"], numbers=numbers, weight=np.full(27, 0.5), penalty="none")
    rows = fit_logistic(d["low"], numbers=numbers, cluster=np.arange(27), penalty="none")
    assert half.beta == pytest.approx(rows.beta, abs=1e-8)
    assert half.covariance == pytest.approx(rows.covariance, rel=1e-7)
    assert half.clusters == 27


@pytest.mark.independent
def test_firth_against_the_data_of_heinze_and_schemper():
    case = json.loads(vector("external/firth_logistic_sex2.json").read_text(encoding="utf-8"))
    names = case["names"][1:]
    model = fit_logistic(case["data"]["case"], numbers={n: case["data"][n] for n in names}, name="infection")
    assert model.firth
    assert "separate" in model.why
    assert model.beta[1:] == pytest.approx(np.array(case["coef"][1:]), abs=1e-8)
    assert np.sqrt(np.diag(model.covariance))[1:] == pytest.approx(np.array(case["se"][1:]), rel=1e-7)
    assert model.fit.point.value == pytest.approx(case["penalised_loglik"], rel=1e-11)
    rows = odds_ratios(model)
    assert [math.log(r.low) for r in rows] == pytest.approx(case["profile_lower"][1:], abs=1e-6)
    assert [math.log(r.high) for r in rows] == pytest.approx(case["profile_upper"][1:], abs=1e-6)
    tests = variable_tests(model)
    assert [tests.one("p", detail=n).value for n in names] == pytest.approx(case["p"][1:], abs=1e-8)


@pytest.mark.by_hand
def test_a_table_of_four_has_the_odds_ratio_of_the_table():
    """Of 6 with and 6 without: 4 of 6 in a, 2 of 6 in b, ad / bc = 1/4; with Firth every cell gets one half more."""
    arm = {"arm": Factor.of(list("aaaaaabbbbbb"))}
    y = [1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0]
    plain = logistic(y, arm, penalty="none", interval="wald").one("odds_ratio")
    error = math.sqrt(1 / 4 + 1 / 2 + 1 / 2 + 1 / 4)
    assert plain.value == pytest.approx(0.25, rel=1e-9)
    assert math.log(plain.high / 0.25) == pytest.approx(1.959963984540054 * error, rel=1e-9)
    p = logistic(y, arm, penalty="none").one("p", detail="arm")
    g = 2 * 2 * (4 * math.log(4 / 3) + 2 * math.log(2 / 3))
    assert p.value == pytest.approx(math.erfc(math.sqrt(g / 2)), rel=1e-9)
    firth = logistic(y, arm, penalty="firth").one("odds_ratio")
    assert firth.value == pytest.approx((2.5 * 2.5) / (4.5 * 4.5), rel=1e-9)


@pytest.mark.by_hand
def test_nobody_of_one_group_with_firth():
    """0 of 6 against 3 of 6: (0.5 / 6.5) / (3.5 / 3.5)."""
    y = [1, 1, 1, 0, 0, 0] + [0] * 6
    row = logistic(y, {"g": Factor.of(list("aaaaaabbbbbb"))}).one("odds_ratio")
    assert row.value == pytest.approx(1 / 13, rel=1e-9)
    assert row.low < row.value < row.high
    assert row.warning.startswith("Firth's penalised likelihood: the covariates separate")
    plain = logistic(y, {"g": Factor.of(list("aaaaaabbbbbb"))}, penalty="none").one("odds_ratio")
    assert (plain.value, plain.reason) == (None, "not estimable (the ratio grows without end)")


@pytest.mark.independent
def test_profile_limits_by_brute_force():
    model = _model("small_firth")
    row = odds_ratios(model).rows[0]
    for limit in (row.low, row.high):

        def loss(rest, limit=limit):
            return -penalised(model.data, np.array([rest[0], math.log(limit), rest[1]])).value

        found = minimize(
            loss, [model.beta[0], model.beta[2]], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
        )
        assert 2 * (model.fit.point.value + found.fun) == pytest.approx(CHI, abs=1e-7)


@pytest.mark.independent
def test_penalised_score_is_the_slope_of_the_penalised_likelihood():
    data, at = _model("weighted_firth").data, np.array([0.3, -0.5, 0.04])
    for function in (moments, penalised):
        for j, step in enumerate(np.eye(3) * 1e-6):
            slope = (function(data, at + step).value - function(data, at - step).value) / 2e-6
            assert function(data, at).gradient[j] == pytest.approx(slope, rel=1e-6)


def test_separation_is_found_before_the_search():
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])[:, None]
    for y, apart in (([0, 0, 1, 1, 1], True), ([0, 1, 0, 1, 1], False), ([1, 1, 0, 0, 0], True)):
        assert (separating_direction(prepare(x, np.array(y, dtype=float))) is not None) is apart
    tied = prepare(np.array([[0.0], [1.0], [1.0], [2.0]]), np.array([0.0, 0.0, 1.0, 1.0]))
    way = separating_direction(tied)
    assert way is not None
    assert np.all((tied.x @ way) * (2 * tied.y - 1) >= -1e-9)
    crossed = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    assert separating_direction(prepare(crossed, np.array([0.0, 1.0, 1.0, 0.0]))) is None


def test_counts_and_rows_are_one():
    rng = np.random.default_rng(5)
    keys = {"arm": Factor.of(rng.choice(list("abc"), 60)), "site": Factor.of(rng.choice(["x", "y"], 60))}
    answer = rng.choice(["CR", "PR", "SD"], 60)
    table = CountTable.of(answer, ["CR", "PR", "SD"], keys=keys, name="response")
    rows = logistic(np.isin(answer, ["CR", "PR"]), keys)
    cells = logistic_counts(table, ["CR", "PR"], ["arm", "site"])
    assert len(rows) == len(cells) == 6
    for one, other in zip(rows, cells, strict=True):
        assert (one.statistic, one.group, one.detail, one.n, one.events) == (
            other.statistic, other.group, other.detail, other.n, other.events)  # fmt: skip
        assert (one.value, one.low or 0, one.high or 0) == pytest.approx(
            (other.value, other.low or 0, other.high or 0), rel=1e-7
        )
    lesions = CountTable.of(answer, ["CR", "PR", "SD"], keys=keys, unit="lesion", name="response")
    assert "each lesion taken as independent" in logistic_counts(lesions, "CR", "arm").rows[0].warning


def test_the_penalty_is_used_where_it_is_needed_and_says_why():
    rng = np.random.default_rng(3)
    g = {"g": Factor.of(np.tile(["a", "b"], 60))}
    y = rng.random(120) < 0.4
    assert not logistic(y, g).one("odds_ratio").warning
    few = logistic(y[:20], {"g": g["g"].take(np.arange(20))})
    assert "fewer than 10" in few.one("odds_ratio").warning
    assert "Firth penalty" in few.one("odds_ratio").method
    unpenalised = logistic(y[:20], {"g": g["g"].take(np.arange(20))}, penalty="none").one("odds_ratio")
    assert unpenalised.warning.startswith("the rarer outcome occurs")
    common = logistic(~(rng.random(120) < 0.05), g).one("odds_ratio")
    assert "rarer outcome" in common.warning


def test_what_cannot_be_fitted_says_so():
    g = {"g": Factor.of(list("aabb"))}
    assert logistic([0, 0, 0, 0], g).one("odds_ratio").reason == "not estimable (0 events)"
    assert logistic([1, 1, 1, 1], g).one("p", detail="g").reason == "not estimable (everybody had the outcome)"
    twice = logistic([0, 1, 1, 0], numbers={"a": [1, 2, 3, 5], "b": [2, 4, 6, 10]})
    assert {r.reason for r in twice} == {"not estimable (covariates that cannot be told apart)"}
    one = logistic([0, 1, 1, 0], g, cluster=["p"] * 4)
    assert one.one("odds_ratio").reason == "no interval (one cluster)"
    assert one.one("p", detail="g").reason == "not estimable (1 clusters for 1 coefficients)"
    with pytest.raises(InputError, match="neither 0 nor 1"):
        logistic([0, 1, 2, 1], g)
    with pytest.raises(InputError, match="neither 0 nor 1"):
        logistic([0, 1, math.nan, 1], g)
    with pytest.raises(InputError, match="different length"):
        logistic([0, 1, 1], g)
    with pytest.raises(InputError, match="missing in 1 of 4"):
        logistic([0, 1, 0, 1], numbers={"age": [1.0, math.nan, 2.0, 3.0]})
    with pytest.raises(InputError, match="two levels"):
        logistic([0, 1], {"g": Factor.of(["a", "a"])})
    with pytest.raises(InputError, match="negative"):
        logistic([0, 1, 0, 1], g, weight=[1, -1, 1, 1])
    for options in ({"penalty": "ridge"}, {"interval": "exact"}, {"level": 95}):
        with pytest.raises(SettingsError):
            logistic([0, 1, 0, 1], g, **options)
    with pytest.raises(SettingsError, match="independent"):
        logistic([0, 1, 0, 1], g, interval="profile", cluster=[1, 1, 2, 2])


def test_levels_without_weight_get_no_coefficient():
    g = {"g": Factor.of(list("aabbc"))}
    rows = logistic([0, 1, 0, 1, 1], g, weight=[1, 2, 2, 1, 0])
    assert [r.group for r in rows.select("odds_ratio")] == [(("g", "b"),)]
    assert rows.one("odds_ratio").n == 6


patients = st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.integers(-3, 3)), min_size=2, max_size=10)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(patients, st.sampled_from(["none", "firth", "auto"]))
def test_any_small_cohort_gives_a_number_or_a_reason(rows, penalty):
    y, g, age = zip(*rows, strict=True)
    if len(set(g)) < 2:
        return
    for row in logistic(y, {"g": Factor.of(list(g))}, numbers={"age": age}, penalty=penalty):
        assert (row.value is not None and math.isfinite(row.value)) or row.reason
        assert row.low is None or row.low <= row.value


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(patients, st.randoms(use_true_random=False))
def test_order_units_and_swapped_outcomes(rows, random):
    y, _, age = (np.array(v) for v in zip(*rows, strict=True))
    if len(set(age.tolist())) < 2 or len(set(y.tolist())) < 2:
        return
    base = logistic(y, numbers={"age": age}).one("odds_ratio")
    order = list(range(len(rows)))
    random.shuffle(order)
    moved = logistic(y[order], numbers={"age": age[order]}).one("odds_ratio")
    tenfold = logistic(y, numbers={"age": 10 * age + 7}).one("odds_ratio")
    swapped = logistic(~y, numbers={"age": age}).one("odds_ratio")
    assert moved.value == pytest.approx(base.value, rel=1e-6)
    assert tenfold.value**10 == pytest.approx(base.value, rel=1e-6)
    assert 1 / swapped.value == pytest.approx(base.value, rel=1e-6)
    if base.low is not None and swapped.high is not None:
        assert 1 / swapped.high == pytest.approx(base.low, rel=1e-4)
