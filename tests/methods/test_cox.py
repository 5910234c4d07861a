"""Cox regression: against R's coxph, by hand, by brute force, and what must not be estimated."""

from __future__ import annotations

import json
import math
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.kernels.cox import moments, prepare
from glisson.kernels.cox_firth import penalised
from glisson.kernels.cox_residuals import (
    cell_parts,
    deviance,
    martingale,
    schoenfeld,
    score_residuals,
)
from glisson.kernels.newton import Point, maximise
from glisson.methods.cox import coefficients, cox, proportional_hazards, variable_tests
from glisson.methods.cox_model import CoxModel, fit_cox
from glisson.methods.hazard_ratio import hazard_ratio
from glisson.tables import Endpoint, Factor, risk_table
from tests.paths import vector
from tests.validation.goldens import golden

TIES = ("efron", "breslow")
CHI = 3.841458820694124


@cache
def _data(name: str) -> dict[str, np.ndarray]:
    return {k: np.array(v) for k, v in golden("cox_models")["data"][name].items()}


def _lung(weight: bool = False, cluster: bool = False) -> Endpoint:
    d = _data("lung")
    return Endpoint.from_arrays(
        d["time"], d["dead"], keys={"sex": [str(s) for s in d["sex"]]}, name="os",
        weight=d["w"] if weight else None, cluster=d["inst"] if cluster else None,
    )  # fmt: skip


def _numbers(*names: str) -> dict[str, np.ndarray]:
    return {n: _data("lung")[n] for n in names}


def _heart() -> Endpoint:
    d = _data("heart")
    keys = {"surgery": [str(s) for s in d["surgery"]], "transplant": [str(t) for t in d["transplant"]]}
    return Endpoint.from_arrays(
        d["stop"], d["event"], entry=d["start"], unit=d["id"], keys=keys, name="os"
    )  # fmt: skip


def _model(name: str) -> CoxModel:
    ties = name.rsplit("_", 1)[1]
    which = name.removesuffix(f"_{ties}")
    if which.startswith("heart"):
        numbers = {"age": _data("heart")["age"], "transplant": _data("heart")["transplant"]}
        strata = "surgery" if "strata" in which else ()
        return fit_cox(_heart(), numbers=numbers, strata=strata, ties=ties, penalty="none")
    if which == "lung_strata":
        return fit_cox(_lung(), numbers=_numbers("age", "ph.karno"), strata="sex", ties=ties, penalty="none")
    endpoint = _lung(weight="weighted" in which, cluster="cluster" in which)
    return fit_cox(endpoint, numbers=_numbers("age", "sex", "ph.karno"), ties=ties, penalty="none")


MODELS = list(golden("cox_models")["models"])


@pytest.mark.against_r
@pytest.mark.parametrize("name", MODELS)
def test_coefficients_and_likelihoods(name):
    model, theirs = _model(name), golden("cox_models")["models"][name]
    assert model.finite
    assert model.beta == pytest.approx(np.array(theirs["beta"]), rel=1e-8)
    assert np.sqrt(np.diag(model.naive)) == pytest.approx(np.array(theirs["se"]), rel=1e-7)
    assert np.sqrt(np.diag(model.covariance)) == pytest.approx(np.array(theirs["robust"]), rel=1e-7)
    assert [model.null, model.fit.point.value] == pytest.approx(theirs["loglik"], rel=1e-12)
    null = moments(model.data, np.zeros(model.design.p))
    assert null.score @ np.linalg.inv(null.information) @ null.score == pytest.approx(theirs["score"], rel=1e-9)


@pytest.mark.against_r
@pytest.mark.parametrize("name", [m for m in MODELS if "weighted" not in m])
def test_concordance(name):
    model, theirs = _model(name), golden("cox_models")["models"][name]
    found = cox_rows(model).one("concordance")
    assert found.value == pytest.approx(theirs["concordance"], rel=1e-12)


def cox_rows(model: CoxModel):
    from glisson.methods.cox import _discrimination  # noqa: PLC0415 - the part of cox() that needs no refit

    return _discrimination(model)


@pytest.mark.against_r
@pytest.mark.parametrize("scale", ["km", "identity", "log"])
@pytest.mark.parametrize("name", [m for m in MODELS if "zph" in golden("cox_models")["models"][m]])
def test_proportional_hazards(name, scale):
    theirs = golden("cox_models")["models"][name]["zph"][scale]
    rows = proportional_hazards(_model(name), scale=scale)
    chi = [float(r.method.split("chi-square ")[1].split(",")[0]) for r in rows]
    assert chi == pytest.approx(theirs, abs=0.006)


@pytest.mark.against_r
@pytest.mark.parametrize("ties", TIES)
def test_residuals(ties):
    model, theirs = _model(f"lung_{ties}"), golden("cox_models")["models"][f"lung_{ties}"]
    parts = cell_parts(model.data, model.beta)
    left = martingale(model.data, parts, model.beta)
    assert left == pytest.approx(np.array(theirs["martingale"]), abs=1e-8)
    assert deviance(left, model.rows.event.astype(float)) == pytest.approx(np.array(theirs["deviance"]), abs=1e-8)
    scores = score_residuals(model.data, parts, model.beta)
    assert scores == pytest.approx(np.array(theirs["score_residuals"]), abs=1e-6)
    ours, of_r = schoenfeld(model.data, parts), np.array(theirs["schoenfeld"])
    assert np.sort(ours, axis=0) == pytest.approx(np.sort(of_r, axis=0), abs=1e-8)
    centre = np.array([_data("lung")[n].mean() for n in ("age", "sex", "ph.karno")])
    hazard = np.cumsum(parts.hazard) * math.exp(-float(centre @ model.beta))
    at = np.searchsorted(theirs["hazard_time"], model.data.sets.time)
    assert hazard == pytest.approx(np.array(theirs["hazard"])[at], rel=1e-7)


@pytest.mark.by_hand
def test_six_patients_of_the_validation_paper():
    """Therneau's first data set: Breslow has a closed form, Efron is the root of a cubic."""
    d = Endpoint.from_arrays([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], keys={"x": Factor.of(list("111000"))}, name="os")
    for ties, beta in (("breslow", math.log((3 + math.sqrt(33)) / 2)), ("efron", 1.676857485588)):
        assert math.log(cox(d, "x", ties=ties, penalty="none").one("hazard_ratio").value) == pytest.approx(
            beta, abs=1e-9
        )


def test_counts_and_rows_are_one():
    heart = _heart()
    for options in ({}, {"strata": "surgery"}, {"ties": "breslow"}, {"penalty": "firth"}):
        rows = fit_cox(heart, "transplant", **({"penalty": "none"} | options))
        cells = fit_cox(risk_table(heart, ["transplant", "surgery"]), "transplant", **({"penalty": "none"} | options))
        assert cells.beta == pytest.approx(rows.beta, abs=1e-10)
        assert cells.covariance == pytest.approx(rows.covariance, rel=1e-10)
        assert cells.fit.point.value == pytest.approx(rows.fit.point.value, abs=1e-9)


def test_groups_agree_with_the_hazard_ratio_of_counts():
    ours = cox(_lung(), "sex", penalty="none", interval="wald").one("hazard_ratio")
    other = hazard_ratio(_lung(), "sex").one("hazard_ratio")
    assert (ours.value, ours.low, ours.high) == pytest.approx((other.value, other.low, other.high), rel=1e-9)


def test_profile_limits_by_brute_force():
    """On a fine grid of one coefficient the others are maximised by a general optimiser."""
    from scipy.optimize import minimize  # noqa: PLC0415

    model = _model("lung_efron")
    row = coefficients(model).rows[1]
    for limit in (row.low, row.high):

        def loss(rest, limit=limit):
            return -moments(model.data, np.array([rest[0], math.log(limit), rest[1]])).loglik

        found = minimize(
            loss, [model.beta[0], model.beta[2]], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11}
        )
        assert 2 * (model.fit.point.value + found.fun) == pytest.approx(CHI, abs=1e-6)


@pytest.mark.independent
@pytest.mark.parametrize("ties", TIES)
def test_penalised_score_is_the_slope_of_the_penalised_likelihood(ties):
    d = _data("heart")
    x = np.column_stack([d["age"] / 10, d["transplant"]]).astype(float)
    data = prepare(x, d["stop"], d["event"] == 1, entry=d["start"], stratum=d["surgery"].astype(np.int64), ties=ties)
    at = np.array([0.13, -0.4])
    for j, step in enumerate(np.eye(2) * 1e-5):
        slope = (penalised(data, at + step).value - penalised(data, at - step).value) / 2e-5
        assert penalised(data, at).gradient[j] == pytest.approx(slope, rel=1e-6)


@pytest.mark.independent
def test_firth_against_coxphf():
    """Coefficients, profile limits and likelihoods of the breast cancer data of Heinze and Schemper."""
    case = json.loads(vector("external/firth_cox_breast.json").read_text(encoding="utf-8"))
    d, theirs = {k: np.array(v) for k, v in case["data"].items()}, case["profile"]
    endpoint = Endpoint.from_arrays(np.rint(1000 * d["TIME"]), d["CENS"], name="relapse")
    model = fit_cox(endpoint, numbers={n: d[n] for n in ("T", "N", "G", "CD")}, ties="breslow")
    assert model.firth
    assert "no finite maximum" in model.why
    assert model.beta == pytest.approx(np.array(theirs["coef"]), abs=1e-5)
    # coxphf scales the covariates, which adds a constant to the log determinant.
    gain = theirs["loglik"][1] - theirs["loglik"][0]
    assert model.fit.point.value - model.null == pytest.approx(gain, abs=1e-7)
    rows = coefficients(model)
    assert [r.low for r in rows] == pytest.approx(theirs["ci_hr_lower"], rel=1e-4)
    assert [r.high for r in rows] == pytest.approx(theirs["ci_hr_upper"], rel=1e-4)
    tests = variable_tests(model)
    assert [tests.one("p", detail=t).value for t in ("T", "N", "G", "CD")] == pytest.approx(theirs["p"], abs=1e-5)


def test_the_penalty_is_used_where_it_is_needed_and_says_why():
    apart = Endpoint.from_arrays(range(1, 9), [1] * 8, keys={"arm": list("aaabbbbb")}, name="os")
    row = cox(apart, "arm").one("hazard_ratio")
    assert "no finite maximum" in row.warning
    assert 0 < row.low < row.value < row.high < 1
    assert cox(apart, "arm", penalty="none").one("hazard_ratio").reason == "not estimable (the ratio grows without end)"
    few = Endpoint.from_arrays([1, 3, 4, 6, 2, 5, 7, 8], [1] * 8, keys={"arm": list("aaaabbbb")}, name="os")
    assert "8.0 events a coefficient, fewer than 10" in cox(few, "arm").one("hazard_ratio").warning
    assert not cox(_lung(), "sex").one("hazard_ratio").warning


def test_what_cannot_be_fitted_says_so():
    few = Endpoint.from_arrays([1, 2, 3], [0, 0, 0], keys={"arm": list("aab")}, name="os")
    with pytest.raises(InputError, match="nobody had the event"):
        cox(few, "arm")
    some = Endpoint.from_arrays([1, 2, 3], [1, 0, 1], keys={"arm": list("aaa")}, name="os")
    with pytest.raises(InputError, match="two levels"):
        cox(some, "arm")
    with pytest.raises(InputError, match="no grouping variable sex"):
        cox(some, "sex")
    with pytest.raises(InputError, match="missing in 1 of 3"):
        cox(some, numbers={"age": [1.0, math.nan, 3.0]})
    with pytest.raises(InputError, match="no single patients"):
        cox(risk_table(some, ["arm"]), numbers={"age": [1.0, 2.0, 3.0]})
    with pytest.raises(SettingsError):
        cox(some, "arm", ties="exact")
    twice = cox(_lung(), numbers={"a": _data("lung")["age"], "b": 2 * _data("lung")["age"]}, penalty="none")
    assert "cannot be told apart" in twice.select("hazard_ratio").rows[0].reason


cohorts = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 5), st.booleans(), st.sampled_from("ab")), min_size=2, max_size=9
)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(cohorts, st.sampled_from(TIES))
@example(rows=[(1, 1, False, "a"), (1, 2, False, "b"), *[(1, 2, True, "b")] * 4], ties="efron")
@example(rows=[(2, 3, True, "a"), (5, 2, False, "b"), (2, 3, True, "a")], ties="efron")
@example(rows=[*[(3, 2, True, "a")] * 2, (5, 1, False, "b"), *[(6, 1, False, "b")] * 3], ties="efron")
def test_any_small_cohort_gives_a_number_or_a_reason(rows, ties):
    start, length, event, group = zip(*rows, strict=True)
    exits = [a + b for a, b in zip(start, length, strict=True)]
    endpoint = Endpoint.from_arrays(exits, event, entry=start, keys={"g": list(group)}, name="os")
    if not any(event) or len(set(group)) < 2:
        return
    for data in (endpoint, risk_table(endpoint, ["g"])):
        for penalty in ("none", "firth", "auto"):
            for row in cox(data, "g", ties=ties, penalty=penalty):
                assert (row.value is not None and math.isfinite(row.value)) or row.reason
                assert row.low is None or math.isfinite(row.low)


def test_risk_sets_that_vanish_have_no_likelihood():
    data = prepare(np.array([[1.0], [0.0]]), np.array([1, 2]), np.array([True, True]))
    assert math.isfinite(moments(data, np.array([300.0])).loglik)
    for beta in (363.0, 700.0, 1000.0):
        assert moments(data, np.array([beta])).loglik == -math.inf


@pytest.mark.property
@settings(max_examples=40)
@given(cohorts, st.randoms(use_true_random=False))
def test_order_of_rows_and_duplicated_weights_do_not_matter(rows, random):
    _, length, event, group = zip(*rows, strict=True)
    if not any(event) or len(set(group)) < 2:
        return
    g = np.array([c == "b" for c in group], dtype=float)[:, None]
    base = prepare(g, np.array(length), np.array(event, dtype=bool))
    order = list(range(len(rows)))
    random.shuffle(order)
    moved = prepare(g[order], np.array(length)[order], np.array(event, dtype=bool)[order])
    doubled = prepare(g, np.array(length), np.array(event, dtype=bool), count=np.full(len(rows), 2))
    twice = prepare(np.vstack([g, g]), np.tile(length, 2), np.tile(np.array(event, dtype=bool), 2))
    at = np.array([0.7])
    assert moments(moved, at).loglik == pytest.approx(moments(base, at).loglik, abs=1e-10)
    assert moments(doubled, at).loglik == pytest.approx(moments(twice, at).loglik, abs=1e-10)
    assert moments(doubled, at).score == pytest.approx(moments(twice, at).score, abs=1e-10)


def test_newton_says_when_there_is_no_maximum():
    found = maximise(
        lambda b: Point(float(-np.exp(-b[0])), np.exp(-b), np.exp(-b)[:, None]), np.zeros(1), limit=np.ones(1) * 9
    )
    assert found.outcome in {"diverged", "converged"}
    assert found.at[0] > 5


@pytest.mark.by_hand
def test_one_risk_set_of_firth_has_its_maximum_at_log_2() -> None:
    # Of seven at risk, one of six in `a` leaves. -p + (1 - 2p)/2 = 0 gives p = 1/4 for `b`, hence a ratio of 2.
    rows = [(1, True, "a"), *[(3, True, "a")] * 5, (2, False, "b")]
    time, event, arm = zip(*rows, strict=True)
    data = Endpoint.from_arrays(time, event, keys={"arm": arm}, name="x")
    row = cox(data, ["arm"], penalty="firth", interval="wald").one("hazard_ratio")
    assert row.value == pytest.approx(2.0, rel=1e-6)
