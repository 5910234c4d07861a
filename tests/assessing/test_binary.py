"""Odds ratios by method and distributions of survival: what is fitted, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from glisson.assessing.binary import binary_models, outcome_tables, survival_shapes
from glisson.assessing.response import response_result
from glisson.assessing.safety import safety_result
from glisson.clinical.read import demo_cohort
from glisson.methods.logistic import logistic
from glisson.tables import CountTable, Endpoint, Factor
from tests.validation.goldens import golden

SETTINGS = demo_cohort().study.analysis


@cache
def _models():
    cohort = demo_cohort()
    return {
        m.code: m
        for m in binary_models(response_result(cohort), safety_result(cohort), SETTINGS, outcome_tables(cohort))
    }


def test_response_and_harm_are_modelled_by_method() -> None:
    response = _models()["response"]
    assert (response.n, response.events, response.reference) == (24, 9, "deb_tace")
    assert response.models[0][0] == ("method",)
    best = response_result(demo_cohort()).best
    hits = best.count("CR", "PR")
    size = best.counts.sum(axis=1)
    rows = [(g[0][1], h) for g, k, n in zip(best.groups(), hits, size, strict=True) for h in [1] * k + [0] * (n - k)]
    methods = Factor.of([m for m, _ in rows], [g[0][1] for g in best.groups()])
    whole = logistic([h for _, h in rows], {"method": methods}).select("odds_ratio")
    assert [e.value for e in response.models[0][1]] == pytest.approx([e.value for e in whole], rel=1e-9)


def _best(methods: str, outside: list[str], said: list[str]) -> CountTable:
    keys = {
        "method": Factor.of(list(methods)),
        "extrahepatic": Factor.of(outside, ["none", "present", "unknown"]),
    }
    return CountTable.of(said, response_result(demo_cohort()).best.categories, keys=keys, name="best")


def _adjusted(best: CountTable):
    return binary_models(response_result(demo_cohort()), None, SETTINGS, {"response": best})[0]


def test_extrahepatic_disease_is_adjusted_for_where_outcomes_carry_it() -> None:
    one = _adjusted(_best("aabb" * 6, ["none", "present"] * 12, ["CR", "SD", "PR", "PD", "SD", "PR"] * 4))
    assert [covariates for covariates, _ in one.models] == [("method",), ("method", "extrahepatic")]
    assert one.sentence == ""


@pytest.mark.parametrize(
    ("outside", "said", "reason"),
    [
        (["none", "present"] * 4, ["CR", "SD"] * 4, "2 coefficients would need 6 patients with the rarer outcome, and"),
        (["none", "present"] * 4, ["CR"] * 7 + ["SD"], "and there is 1."),
        (["none"] * 8, ["CR", "SD"] * 4, "extrahepatic disease is the same in everybody"),
        (["none", "unknown"] * 4, ["CR", "SD"] * 4, "extrahepatic disease is not recorded in 4 of 8 patients"),
    ],
)
def test_the_reason_for_no_adjustment_is_given(outside: list[str], said: list[str], reason: str) -> None:
    one = _adjusted(_best("aabbaabb", outside, said))
    assert [covariates for covariates, _ in one.models] == [("method",)]
    assert reason in one.sentence


def test_adjusted_and_unadjusted_models_are_of_the_same_patients() -> None:
    tables = outcome_tables(demo_cohort())
    assert tables["response"].by("method").counts.sum() == 24
    before = {m.code: m for m in binary_models(response_result(demo_cohort()), safety_result(demo_cohort()), SETTINGS)}
    for code, one in _models().items():
        assert (one.n, one.events) == (before[code].n, before[code].events)
        assert [e.value for e in one.models[0][1]] == pytest.approx([e.value for e in before[code].models[0][1]])
    assert "is not known" in before["response"].sentence


def test_the_demonstration_has_responses_enough_and_harms_too_few() -> None:
    response, harm = _models()["response"], _models()["toxicity"]
    assert all("Firth" in e.method and e.low < e.value < e.high for e in response.models[1][1])
    assert len(harm.models) == 1
    assert harm.sentence.endswith("there are 4.")


@pytest.mark.against_r
def test_adjusted_odds_ratios_are_those_of_brglm2() -> None:
    theirs = golden("pinned")["firth"]
    table = outcome_tables(demo_cohort())["response"]
    groups = [dict(g) for g in table.groups()]
    counted = {
        (g["method"], g["extrahepatic"]): (int(hits), int(all_))
        for g, hits, all_ in zip(groups, table.count("CR", "PR"), table.counts.sum(axis=1), strict=True)
        if all_
    }
    assert counted == {(c["method"], c["extrahepatic"]): (c["responders"], c["patients"]) for c in theirs["counts"]}
    ratios = [e.value for e in _models()["response"].models[1][1]]
    assert ratios == pytest.approx(theirs["odds_ratio"], rel=1e-8)


@pytest.mark.parametrize("said", [["SD"] * 4, ["CR"] * 4])
def test_all_or_nobody_has_no_odds(said: list[str]) -> None:
    result = response_result(demo_cohort())
    best = CountTable.of(said, result.best.categories, keys={"method": Factor.of(list("aabb"))}, name="best")
    assert binary_models(replace(result, best=best), None, SETTINGS) == ()


def test_unknown_methods_are_in_no_model() -> None:
    result = response_result(demo_cohort())
    keys = {"method": Factor.of(["a", "a", "unknown", "unknown"], ["a", "unknown"])}
    best = CountTable.of(["CR", "SD", "PR", "PD"], result.best.categories, keys=keys, name="best")
    assert binary_models(replace(result, best=best), None, SETTINGS) == ()


def test_distributions_need_ten_deaths() -> None:
    days = np.arange(30, 30 * 13, 30)
    few = Endpoint.from_arrays(days, [1] * 9 + [0] * 3, name="os")
    assert not len(survival_shapes({"os": few}, SETTINGS))
    many = Endpoint.from_arrays(days, [1] * 10 + [0] * 2, name="os")
    fitted = survival_shapes({"os": many}, SETTINGS)
    assert len(fitted.select("aic")) == 6
    values = [e.value for e in fitted.select("aic") if e.value is not None]
    assert values == sorted(values)
    assert not len(survival_shapes({}, SETTINGS))
