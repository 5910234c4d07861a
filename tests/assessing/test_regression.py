"""Regression models of the report: which are fitted, on whom, and what is said where they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glisson.assessing.regression import build, known, logged
from glisson.clinical.derive import endpoint
from glisson.clinical.read import demo_cohort
from glisson.clinical.settings import AnalysisSettings
from glisson.methods.competing_tests import fine_gray, gray_test
from glisson.methods.cox import cox, proportional_hazards
from glisson.methods.cox_model import fit_cox
from glisson.tables import Endpoint

SETTINGS = AnalysisSettings()
METHODS = ["deb_tace", "y90"]


def survival(n: int, *, events: int, name: str = "os", causes=("death",), cause: int = 1, **keys) -> Endpoint:
    """Return n units in two methods, taking turns; the first ``events`` to leave had the event."""
    status = [cause] * events + [0] * (n - events)
    own = {"method": (METHODS * n)[:n]} | keys
    return Endpoint.from_arrays(range(10, 10 + n), status, causes=list(causes), keys=own, name=name)


@pytest.fixture(scope="module")
def demo():
    cohort = demo_cohort()
    return {code: endpoint(cohort, code) for code in ("os", "pfs", "liver_pfs", "thp", "ltp")}


def test_the_models_are_those_of_the_functions(demo) -> None:
    result = build(demo, SETTINGS)
    assert [one.code for one in result.survival] == ["os", "pfs", "liver_pfs"]
    for one in result.survival:
        alone, adjusted = one.models
        assert (alone.covariates, adjusted.covariates) == (("method",), ("method", "extrahepatic"))
        ours = [(e.group, e.value, e.low, e.high) for e in adjusted.ratios]
        theirs = cox(demo[one.code], ["method", "extrahepatic"]).select("hazard_ratio")
        assert ours == [(e.group, e.value, e.low, e.high) for e in theirs]
        assert one.reference == "deb_tace"
    (thp, ltp) = result.competing
    sub = fine_gray(demo["thp"], "method").select("subdistribution_hazard_ratio")
    assert [e.value for e in thp.subdistribution] == [e.value for e in sub]
    assert [e.value for e in thp.cause_specific] == [e.value for e in cox(demo["thp"], "method").select("hazard_ratio")]
    assert (ltp.unit, ltp.events, len(ltp.cause_specific)) == ("lesion", 4, 0)
    assert "too few" in ltp.sentence


def test_firth_is_used_below_ten_events_a_parameter_and_says_why() -> None:
    few, enough = (build({"os": survival(30, events=k)}, SETTINGS).survival[0].models[0] for k in (9, 10))
    assert few.penalty == "9.0 events a coefficient, fewer than 10"
    assert enough.penalty == ""
    assert (few.events, few.parameters) == (9, 1)


@pytest.mark.parametrize(("events", "tested"), [(19, False), (20, True)])
def test_proportional_hazards_are_tested_from_twenty_events_on(events, tested) -> None:
    os = survival(30, events=events)
    (model,) = build({"os": os}, SETTINGS).survival[0].models
    assert bool(len(model.proportional)) == tested
    assert bool(model.sentence) != tested
    if tested:
        expected = proportional_hazards(fit_cox(os, "method", penalty="none")).one("p", detail="model").value
        assert model.proportional.one("p", detail="model").value == expected


@pytest.mark.parametrize(("events", "tested"), [(9, False), (10, True)])
def test_methods_are_tested_where_two_have_five_events(events, tested) -> None:
    (model,) = build({"os": survival(30, events=events)}, SETTINGS).survival[0].models
    assert (model.test is not None) == tested
    assert all(e.low is not None for e in model.ratios)  # intervals there are always
    ttp = survival(30, events=events, name="thp", causes=("liver progression", "death"))
    (one,) = build({"thp": ttp}, SETTINGS).competing
    assert bool(len(one.gray)) == tested
    if tested:
        assert one.gray.one("p").value == gray_test(ttp, "method").one("p").value


def test_lesions_have_robust_errors_and_no_model_that_takes_them_as_independent() -> None:
    ltp = survival(30, events=12, name="ltp", causes=("local progression", "death"))
    ltp = replace(ltp, cluster=np.arange(30) // 2)
    (one,) = build({"ltp": ltp}, SETTINGS).competing
    assert "robust over 15 clusters" in one.cause_specific.one("hazard_ratio").method
    assert (len(one.subdistribution), len(one.gray)) == (0, 0)
    assert "left out" in one.sentence


def test_whose_method_is_unknown_is_in_no_model_and_extrahepatic_must_be_known_of_all() -> None:
    keys = {
        "method": ["y90", "unknown", *(METHODS * 10)],
        "extrahepatic": ["unknown", *["none", "present", "none"] * 7],
    }
    os = survival(22, events=12, **keys)
    assert len(known(os)) == 21
    (model,) = build({"os": os}, SETTINGS).survival[0].models
    assert model.covariates == ("method",)
    assert model.ratios.one("hazard_ratio").n == 21


@pytest.mark.parametrize("keys", [{"method": ["y90"] * 12}, {"method": ["y90"] * 11 + ["unknown"]}])
def test_one_method_alone_has_no_model(keys) -> None:
    assert build({"os": survival(12, events=6, **keys)}, SETTINGS) is None


def test_without_events_there_is_no_model() -> None:
    assert build({"os": survival(12, events=0)}, SETTINGS) is None
    assert build({}, SETTINGS) is None


def test_every_model_is_in_the_log(demo) -> None:
    lines = logged(build(demo, SETTINGS), "policy")
    assert {(a.what, a.by) for a in lines} >= {
        ("Overall survival", ("method",)),
        ("Overall survival", ("method", "extrahepatic")),
        ("Time to liver progression", ("method",)),
    }
    assert not any("chi-square" in a.estimator for a in lines)
    assert logged(None, "policy") == []


def test_who_entered_late_is_in_no_fine_gray_model() -> None:
    ttp = survival(30, events=12, name="thp", causes=("liver progression", "death"))
    late = replace(ttp, entry=np.where(np.arange(30) == 3, 2, ttp.entry))
    (one,) = build({"thp": late}, SETTINGS).competing
    assert len(one.cause_specific) == 1
    assert (len(one.subdistribution), len(one.gray)) == (0, 0)
    assert "entered late" in one.sentence
