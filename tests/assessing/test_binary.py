"""Odds ratios by method and distributions of survival: what is fitted, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from glisson.assessing.binary import binary_models, survival_shapes
from glisson.assessing.response import response_result
from glisson.assessing.safety import safety_result
from glisson.clinical.read import demo_cohort
from glisson.methods.logistic import logistic
from glisson.tables import CountTable, Endpoint, Factor

SETTINGS = demo_cohort().study.analysis


@cache
def _models():
    cohort = demo_cohort()
    return {m.code: m for m in binary_models(response_result(cohort), safety_result(cohort), SETTINGS)}


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


def test_extrahepatic_disease_is_adjusted_for_where_everybody_has_it_recorded() -> None:
    result = response_result(demo_cohort())
    keys = {"method": Factor.of(list("aabbab")), "extrahepatic": Factor.of(["none", "present"] * 3)}
    best = CountTable.of(["CR", "SD", "PR", "PD", "SD", "PR"], result.best.categories, keys=keys, name="best")
    one = binary_models(replace(result, best=best), None, SETTINGS)[0]
    assert [covariates for covariates, _ in one.models] == [("method",), ("method", "extrahepatic")]


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
