"""Candidate next studies of the demonstration cohort, and where their numbers come from."""

from __future__ import annotations

import math

import pytest

from glisson.assessing.by_method import by_method_result
from glisson.clinical.derive import endpoint
from glisson.clinical.read import demo_cohort
from glisson.design.assurance import proportion_belief
from glisson.design.cohort_facts import CohortFacts, Fact, _days, facts_of
from glisson.design.next_study import Suggested, candidates, facts_of_cohort
from glisson.design.plan import Assumption
from glisson.design.power import power_at
from glisson.design.published_control import published_control
from glisson.design.suggest import Reach, suggest
from glisson.errors import SettingsError
from glisson.evidence import library
from glisson.kernels.exact import poisson_interval

COHORT = demo_cohort()


@pytest.fixture(scope="module")
def suggested() -> Suggested:
    return candidates(COHORT)


def test_three_studies_each_with_what_is_compared(suggested: Suggested) -> None:
    assert [c.planned.kind.name for c in suggested.candidates if c.planned] == [
        "two-stage",
        "basket",
        "group-sequential",
    ]
    for candidate in suggested.candidates:
        for statistic in ("type_i_error", "power", "assurance", "duration"):
            assert candidate.headline.one(statistic).value is not None
    assert suggested.synthetic


@pytest.mark.by_hand
def test_what_was_counted_is_what_the_cohort_holds() -> None:
    facts = facts_of_cohort(COHORT)
    response = facts.one("response")
    assert (response.events, response.n) == (9, 24)
    os = facts.one("os")
    table = endpoint(COHORT, "os")
    assert os.events == 19
    assert os.days == pytest.approx(sum(x - max(e, 0) for x, e in zip(table.exit, table.entry, strict=True)))
    assert sum(f.n for f in facts.facts if f.outcome == "response" and f.method) == 24


@pytest.mark.independent
def test_an_assessment_tells_the_same_as_the_records() -> None:
    settings = COHORT.study.analysis
    result = by_method_result({c: endpoint(COHORT, c) for c in ("os", "pfs")}, None, None, settings)

    class Assessed:
        title, n, labels, by_method, endpoints = "demo", 24, (), result, ()

    told, counted = facts_of(Assessed()), facts_of_cohort(COHORT)
    for outcome in ("os", "pfs"):
        for method in ("", "deb_tace", "y90", "ablation"):
            one, other = told.one(outcome, method), counted.one(outcome, method)
            assert (one.n, one.events) == (other.n, other.events)
            assert one.days == pytest.approx(other.days, rel=1e-9)


@pytest.mark.independent
def test_assurance_is_power_weighed_by_the_cohort(suggested: Suggested) -> None:
    one = suggested.candidates[0]
    assert one.planned is not None
    belief = proportion_belief(9, 24, nodes=200)
    expected = belief.mean_of(lambda p: power_at(one.planned.design, p))
    assert one.headline.one("assurance").value == pytest.approx(expected, abs=1e-10)


def test_the_power_of_the_randomised_trial_is_that_at_the_planned_ratio(suggested: Suggested) -> None:
    planned = suggested.candidates[2].planned
    assert planned is not None
    ratio = planned.given["hazard_ratio"].value
    power = suggested.candidates[2].headline.one("power").value
    assert power_at(planned.design, [ratio])[0] == pytest.approx(power, abs=1e-9)


def test_every_number_says_where_it_comes_from(suggested: Suggested) -> None:
    for candidate in suggested.candidates:
        assert candidate.planned is not None
        assert all(a.origin for a in candidate.planned.design.assumptions)
        origins = {a.origin.split(":")[0] for a in candidate.planned.design.assumptions}
        assert {"evidence", "assessment"} <= origins


def test_no_effect_is_no_study_and_says_so() -> None:
    facts = CohortFacts(
        title="t", n=20, survival=(),
        facts=(
            Fact(outcome="response", label="Response", kind="proportion", method="", method_label="", n=20, events=1),
            Fact(outcome="pfs", label="PFS", kind="hazard", method="", method_label="", n=20, events=20, days=1000.0),
        ),
    )  # fmt: skip
    control = published_control(library(), "judson2014:doxorubicin")
    reach = Reach(patients_a_year=Assumption(name="a", value=4.0, origin="typed"), centres=2, years=3)
    found = suggest(facts, control, reach)
    assert all(c.planned is None for c in found)
    assert all("no effect to plan for" in c.why_not for c in found)


def test_without_an_event_the_time_at_risk_comes_back_from_the_upper_limit() -> None:
    class Row:
        statistic, value, level, events, n, group = "raw_rate", 0.0, 0.95, 0, 5, (("method", "y90"),)
        high = poisson_interval(0, 7.5)[1]

    assert _days(Row()) == pytest.approx(7.5 * 365.25)


@pytest.mark.parametrize("wrong", [{"centres": 0}, {"years": 0}, {"patients_a_year": -1}, {"control": "judson2014"}])
def test_impossible_reach_is_one_sentence(wrong: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        candidates(COHORT, **wrong)  # type: ignore[arg-type]


@pytest.mark.by_hand
def test_a_published_control() -> None:
    control = published_control(library(), "seddon2017_geddis:doxorubicin")
    assert control.median_months.value == pytest.approx(23.3 * 7 / 30.4375, abs=1e-3)
    assert control.response is not None
    assert control.response.value == pytest.approx(0.1938)
    judson = published_control(library(), "judson2014:doxorubicin")
    assert judson.log_error < 1 / math.sqrt(100)
