"""Outcomes by method: what goes in, what comes out, and what is said where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from glisson.assessing.assess import assess
from glisson.assessing.by_method import by_method_result, logged
from glisson.assessing.response import response_result
from glisson.assessing.safety import safety_result
from glisson.assessment.by_method import ByMethodResult
from glisson.clinical.derive import endpoint
from glisson.clinical.read import demo_cohort
from glisson.methods.partial_pooling import pooled_rates
from glisson.tables import Endpoint, Factor
from tests.clinical.build import cohort
from tests.clinical.test_event_tables import on


@cache
def result() -> ByMethodResult:
    demo = demo_cohort()
    known = {code: endpoint(demo, code) for code in ("os", "pfs", "liver_pfs", "ttp")}
    return by_method_result(known, response_result(demo), safety_result(demo), demo.study.analysis)


def test_outcomes_and_priors_of_the_demonstration():
    made = result()
    assert [o.code for o in made.outcomes] == ["os", "pfs", "liver_pfs", "response", "toxicity"]
    assert [o.better for o in made.outcomes] == ["lowest"] * 3 + ["highest", "lowest"]
    for outcome in made.outcomes:
        assert [r.scale for r in outcome.readings] == [0.25, 0.5, 1.0]
        assert [g[0][1] for g in outcome.groups] == ["deb_tace", "y90", "ablation"]
    assert made.sentence == ""
    assert made.scale == 0.5
    assert len([a for a in logged(made) if a.estimator.startswith("partial pooling, normal")]) == 15
    assert (
        len({a.estimator for a in logged(made)})
        == len({e.method for o in made.outcomes for e in (*o.bent, *o.could)}) + 6
    )
    with pytest.raises(KeyError):
        made.outcomes[0].under(0.3)


@pytest.mark.by_hand
def test_counts_are_those_of_the_report():
    """Objective responses and severe toxicity by method, as the other chapters print them."""
    response, toxicity = result().outcomes[3].under(0.5), result().outcomes[4].under(0.5)
    assert [(e.events, e.n) for e in response.select("raw_proportion")] == [(4, 13), (2, 6), (3, 5)]
    assert [(e.events, e.n) for e in toxicity.select("raw_proportion")] == [(2, 13), (1, 6), (1, 5)]


def test_patients_without_a_recorded_method_are_in_no_group():
    demo = demo_cohort()
    os = endpoint(demo, "os")
    method = os.factor("method")
    unknown = Factor.of(
        ["unknown" if i < 2 else method.levels[c] for i, c in enumerate(method.codes)], [*method.levels, "unknown"]
    )
    changed = replace(os, keys={**os.keys, "method": unknown})
    made = by_method_result({"os": changed}, None, None, demo.study.analysis)
    assert made.unknown == 2
    assert {g[0][1] for g in made.outcomes[0].groups} == {"deb_tace", "y90", "ablation"}
    rest = os.take(np.arange(2, len(os)))
    seed, level = demo.study.analysis.seed, demo.study.analysis.level
    expected = pooled_rates(rest, "method", times=(183, 365), seed=seed, level=level)
    assert made.outcomes[0].under(0.5) == expected


@pytest.mark.parametrize(("methods", "words"), [(["a"] * 3, "one method"), (["unknown"] * 3, "not recorded")])
def test_one_sentence_where_there_are_no_two_methods(methods, words):
    os = Endpoint.from_arrays([10, 20, 30], [1, 0, 1], keys={"method": methods}, name="os")
    made = by_method_result({"os": os}, None, None, demo_cohort().study.analysis)
    assert made.outcomes == ()
    assert words in made.sentence


def test_assess_gives_the_sentence_for_a_cohort_of_one_method():
    who = [f"p{i}" for i in range(4)]
    patients = [{"patient_id": i, "vital_status": "alive", "last_contact_date": on(100)} for i in who]
    sessions = [{"session_id": i, "patient_id": i, "date": on(0), "method": "ablation_mwa"} for i in who]
    made = assess(cohort(patient=patients, session=sessions))
    assert made.by_method is not None
    assert "one method" in made.by_method.sentence
