"""Log-rank trials: formulas by hand, rpact's sizes and calendar, what must hold, what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from glisson.design.events import detectable_with, events_needed, fewest_that_show, power_of_events
from glisson.design.log_rank import logrank_trial
from glisson.design.looks import looks
from glisson.design.sequential import group_sequential, ratio_at
from glisson.design.sizing import patients_for
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.two_arms import CrossOver, TwoArms, accrual_of_centres
from glisson.errors import SettingsError
from tests.validation.goldens import golden


def _arms(**changed: Any) -> TwoArms:
    given_ = {"control_median_months": 10, "hazard_ratio": 0.5, "accrual_per_month": 3, "follow_up_months": 12}
    return TwoArms(**(given_ | changed))


@pytest.mark.against_r
@pytest.mark.parametrize(
    ("ratio", "alpha", "power", "k", "events"),
    [
        (0.7, 0.025, 0.8, 1, 246.787104547358),
        (0.7, 0.025, 0.9, 1, 330.37791396381),
        (0.5, 0.025, 0.8, 1, 65.345659258871),
        (0.6, 0.05, 0.8, 1, 94.772598561972),
        (0.65, 0.025, 0.8, 2, 190.328245762426),
    ],
)
def test_schoenfelds_events(ratio: float, alpha: float, power: float, k: float, events: float):
    found = events_needed(hazard_ratio=ratio, alpha=alpha, power=power, allocation=k, sided=1)
    assert found == pytest.approx(events, abs=1e-9)
    assert detectable_with(events=found, alpha=alpha, power=power, allocation=k, sided=1) == pytest.approx(ratio)


@pytest.mark.against_r
def test_freedmans_events():
    found = events_needed(hazard_ratio=0.7, alpha=0.025, power=0.8, method="freedman", sided=1)
    assert found == pytest.approx(252.036249247432, abs=1e-9)


@pytest.mark.by_hand
def test_six_of_six_events_are_the_fewest_that_show_anything():
    """(1/2)^5 = 0.031 is above 2.5%, (1/2)^6 = 0.016 is not; two to one, (1/3)^4 = 0.012."""
    assert fewest_that_show(alpha=0.05, allocation=1, sided=2) == 6
    assert fewest_that_show(alpha=0.025, allocation=2, sided=1) == 4


def arms_of(case: dict[str, Any]) -> TwoArms:
    """The assumptions behind a size of rpact."""
    per = {
        "dropout": {"hazard_ratio": 0.5, "control_median_months": 8, "accrual_months": 18, "follow_up_months": 6,
                    "dropout_a_year": 0.1},
        "two to one": {"hazard_ratio": 0.65, "control_median_months": 12, "accrual_months": 30, "allocation": 2},
        "freedman two to one": {"hazard_ratio": 0.65, "control_median_months": 12, "accrual_months": 30,
                                "allocation": 2},
        "non-inferiority": {"hazard_ratio": 0.9},
        "piecewise": {"control_hazard": {0: 0.1, 6: 0.04, 18: 0.02}, "control_median_months": None},
        "ramp": {"hazard_ratio": 0.55, "accrual_per_month": {0: 2, 6: 4, 12: 8}, "accrual_months": None},
        "ramp dropout": {"hazard_ratio": 0.5, "control_hazard": {0: 0.1, 8: 0.05}, "control_median_months": None,
                         "accrual_per_month": {0: 1, 12: 3}, "accrual_months": None, "follow_up_months": 9,
                         "dropout_a_year": 0.05},
        "group sequential": {"dropout_a_year": 0.1},
    }  # fmt: skip
    base = {"control_median_months": 10, "hazard_ratio": 0.6, "accrual_months": 24, "follow_up_months": 12}
    return TwoArms(**(base | per.get(case["label"], {})))


@pytest.mark.against_r
@pytest.mark.parametrize(
    "case", [c for c in golden("group_sequential")["sizes"] if "futility" not in c["label"]], ids=lambda c: c["label"]
)
def test_patients_and_calendar_of_rpact(case: dict[str, Any]):
    arms = arms_of(case)
    n = patients_for(arms, lambda _: case["max_events"])
    # rpact iterates the end of accrual where patients enter at given rates, to about 1e-5 months.
    loose = 3e-4 if "ramp" in case["label"] else 1e-6
    assert n == pytest.approx(case["n"], abs=loose)
    for month, events in zip(np.atleast_1d(case["analysis_time"]), np.atleast_1d(case["events_at"]), strict=True):
        assert arms.month_of(case["n"], events) == pytest.approx(month, abs=1e-5)


@pytest.mark.against_r
def test_group_sequential_trial_with_futility_of_rpact():
    case = next(c for c in golden("group_sequential")["sizes"] if c["label"] == "group sequential futility")
    rules = looks(information=(1 / 3, 2 / 3, 1), futility="obrien-fleming-type")
    arms = _arms(accrual_per_month={0: 2, 6: 5})
    once = events_needed(hazard_ratio=0.5, alpha=0.025, sided=1)
    assert once * rules.inflation == pytest.approx(case["max_events"], abs=2e-5)
    events = case["max_events"] * rules.time
    month = [arms.month_of(102, d) for d in events]
    assert month == pytest.approx(case["analysis_time"], abs=1e-4)
    stops = {drift: rules.stops(drift) for drift in (0.0, rules.drift)}
    assert stops[0.0] @ events == pytest.approx(case["expected_events_h0"], abs=1e-5)
    assert stops[rules.drift] @ events == pytest.approx(case["expected_events_h1"], abs=1e-5)
    assert stops[rules.drift] @ arms.accrual(102).entered(month) == pytest.approx(case["expected_n_h1"], abs=1e-4)
    assert stops[rules.drift] @ month == pytest.approx(case["duration"], abs=1e-4)
    ratios = [math.exp(-z / math.sqrt(d / 4)) for z, d in zip(rules.upper, events, strict=True)]
    assert ratios == pytest.approx(case["critical_hr"], abs=1e-6)


@pytest.mark.by_hand
def test_the_trial_has_whole_numbers_and_at_least_the_power_by_the_formula():
    trial = logrank_trial(arms=_arms())
    assert trial.events == 66
    assert trial.characteristics.one("power_by_formula").value == pytest.approx(
        norm.cdf(math.sqrt(66 / 4) * math.log(2) - norm.ppf(0.975)), abs=1e-12
    )
    assert trial.n % 2 == 0
    assert trial.boundaries[0].efficacy == pytest.approx(1.959963985)
    duration = {g: trial.characteristics.one("duration", group=g).value for g in (NULL, ALTERNATIVE)}
    assert duration[NULL] < duration[ALTERNATIVE]


def test_the_sentence_promises_the_power_that_the_trial_has():
    usual, full = (logrank_trial(arms=_arms(), method=m) for m in ("schoenfeld", "score"))
    rows, more = usual.characteristics, full.characteristics
    assert (rows.one("power").value or 1) < 0.8 < (rows.one("power_by_formula").value or 0)
    assert rows.one("power").warning == "below the 80% that were asked for; the formula says 80.4%"
    assert "66 events give a power of 79.4%" in usual.protocol[1]
    assert "Schoenfeld's formula, by which they were found, says 80.4%" in usual.protocol[1]
    assert 0.8 <= (more.one("power").value or 0) < 0.81
    assert more.one("power").warning == ""
    assert "formula" not in full.protocol[1]
    assert full.events in (67, 68)
    limited = logrank_trial(arms=_arms(), method="score", max_n=40)
    assert (limited.n, limited.events) == (40, 23)


def test_forty_patients_give_what_they_give():
    trial = logrank_trial(arms=_arms(), max_n=40)
    rows = trial.characteristics
    assert (trial.n, trial.events) == (40, 23)
    power = power_of_events(events=23, log_ratio=math.log(0.5), alpha=0.05, allocation=1, sided=2)
    assert rows.one("power_by_formula").value == pytest.approx(power)
    ratio = rows.one("detectable_hazard_ratio").value
    assert ratio is not None
    shown = _arms(hazard_ratio=ratio)
    events = shown.events(40, shown.accrual(40).end + 12)
    assert events_needed(hazard_ratio=ratio) == pytest.approx(events, abs=1e-6)
    assert "No more than 40 patients" in " ".join(trial.protocol)
    sequential = group_sequential(arms=_arms(), max_n=40)
    assert sequential.n == 40
    assert 0.3 < sequential.characteristics.one("power").value < 0.4


@pytest.mark.property
def test_cross_over_that_nobody_makes_or_that_does_nothing_changes_nothing():
    plain = logrank_trial(arms=_arms())
    nobody = CrossOver(share=0.0, median_months_to_progression=4, hazard_ratio_after=0.5)
    useless = CrossOver(share=0.8, median_months_to_progression=4, hazard_ratio_after=1.0)
    for cross_over in (nobody, useless):
        trial = logrank_trial(arms=_arms(cross_over=cross_over))
        assert (trial.n, trial.events) == (plain.n, plain.events)
    some = [
        logrank_trial(arms=_arms(cross_over=CrossOver(share=s, median_months_to_progression=4, hazard_ratio_after=0.6)))
        for s in (0.3, 0.6)
    ]
    assert plain.n < some[0].n < some[1].n
    assert some[0].characteristics.one("average_hazard_ratio").value > 0.5


def test_a_delayed_effect_needs_more():
    delayed = logrank_trial(arms=_arms(hazard_ratio={0: 1.0, 3: 0.5}))
    assert delayed.events > 66
    same = logrank_trial(arms=_arms(hazard_ratio={0: 0.5, 3: 0.5}))
    assert (same.n, same.events) == (94, 66)


@settings(max_examples=15, deadline=None)
@given(k=st.floats(0.25, 4), ratio=st.floats(0.2, 0.9), events=st.integers(10, 400))
@pytest.mark.property
def test_allocation_is_symmetric_and_power_rises_with_events(k: float, ratio: float, events: int):
    assert events_needed(hazard_ratio=ratio, allocation=k) == pytest.approx(
        events_needed(hazard_ratio=ratio, allocation=1 / k), rel=1e-12
    )
    assert events_needed(hazard_ratio=ratio, allocation=k) >= events_needed(hazard_ratio=ratio) - 1e-9

    def power(d: int) -> float:
        return power_of_events(events=d, log_ratio=math.log(ratio), alpha=0.05, allocation=k, sided=2)

    assert power(events + 1) > power(events) or power(events) > 1 - 1e-12


@pytest.mark.by_hand
def test_boundaries_on_other_scales():
    trial = group_sequential(arms=_arms(), information=(0.5, 1), futility=(0.0,))
    rows = trial.characteristics
    first = trial.boundaries[0]
    assert first.events == 33 if trial.events == 66 else first.events == round(trial.events / 2)
    assert rows.one("efficacy_p", at=1).value == pytest.approx(norm.sf(first.efficacy))
    assert rows.one("futility_hazard_ratio", at=1).value == pytest.approx(1.0)
    expected = math.exp(-first.efficacy / math.sqrt(first.events / 4))
    assert rows.one("efficacy_hazard_ratio", at=1).value == pytest.approx(expected)
    assert ratio_at(0.0, 10, 1.0, 1.3) == pytest.approx(1.3)
    assert rows.one("type_i_error").value == pytest.approx(0.025, abs=1e-9)
    assert rows.one("early_stop", group=NULL).value > 0.5  # half of all z are below 0
    assert rows.one("expected_events", group=NULL).value < rows.one("expected_events", group=ALTERNATIVE).value


def test_accrual_of_centres_that_open_one_by_one():
    assert accrual_of_centres(centres=12, patients_a_year=1.5) == {0.0: 1.5}
    rates = accrual_of_centres(centres=5, patients_a_year=12, opening_months=8)
    assert rates == {0.0: 1.0, 2.0: 2.0, 4.0: 3.0, 6.0: 4.0, 8.0: 5.0}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"power": 1.2}, "a power of 1.2"),
        ({"alpha": 0.9}, "a type I error of 0.9"),
        ({"sided": 3}, "3-sided"),
        ({"max_n": 1}, "max_n 1"),
        ({"max_n": 8}, "below which nothing can be significant"),
        ({"method": "cox"}, "the formula cox"),
        ({"method": "freedman", "non_inferiority_margin": 1.3}, "Freedman's formula with a margin"),
        ({"non_inferiority_margin": 0.9}, "margin of 0.9"),
    ],
)
def test_impossible_trials_are_refused(changed: dict[str, Any], words: str):
    with pytest.raises(SettingsError, match=words):
        logrank_trial(arms=_arms(), **changed)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hazard_ratio": -0.5}, "a hazard ratio of -0.5"),
        ({"control_hazard": {0: 0.1}}, "both of control_median_months and control_hazard"),
        ({"control_median_months": None}, "neither of control_median_months"),
        ({"control_median_months": None, "control_hazard": {0: -0.1}}, "a hazard a month of -0.1"),
        ({"control_median_months": None, "control_hazard": {3: 0.1}}, "expected the first from month 0"),
        ({"accrual_months": 12}, "both of accrual_per_month"),
        ({"dropout_a_year": 1.0}, "a dropout of 1 a year"),
        ({"follow_up_months": -1}, "months of follow-up of -1"),
        ({"allocation": 0}, "an allocation of 0"),
        ({"origins": {"median": "x"}}, "an origin of median"),
    ],
)
def test_impossible_assumptions_are_refused(changed: dict[str, Any], words: str):
    with pytest.raises(SettingsError, match=words):
        _arms(**changed)


def test_no_effect_no_trial():
    with pytest.raises(SettingsError, match=r"a hazard ratio of 1\. expected a number above 0 and below 1"):
        logrank_trial(arms=_arms(hazard_ratio=1.0))
    with pytest.raises(SettingsError, match=r"expected an effect that lasts|50 years"):
        logrank_trial(arms=_arms(hazard_ratio={0: 0.9, 3: 1.5}))
    with pytest.raises(SettingsError, match="50 years"):
        logrank_trial(arms=_arms(hazard_ratio=0.97, accrual_per_month=0.1))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"information": (0.5, 0.4, 1)}, "expected fractions increasing to 1"),
        ({"efficacy": "haybittle"}, "the rule haybittle"),
        ({"efficacy": "power"}, "power without a shape"),
        ({"shape": 2}, "a shape of 2 for obrien-fleming-type"),
        ({"futility": (0.0, 0.0)}, "2 limits for futility"),
        ({"futility": (9.0,)}, "above that for efficacy"),
        ({"futility": "pocock"}, "spends no error"),
        ({"futility": "pocock-type", "efficacy": "pocock"}, "expected a function for alpha too"),
        ({"sided": 2, "futility": (0.0,)}, "futility with a two-sided test"),
        ({"binding": True}, "a binding rule for futility, and no rule"),
    ],
)
def test_impossible_looks_are_refused(changed: dict[str, Any], words: str):
    with pytest.raises(SettingsError, match=words):
        looks(**changed)


def test_more_looks_than_events():
    with pytest.raises(SettingsError, match="at least one event between looks"):
        group_sequential(arms=_arms(hazard_ratio=0.05), information=(0.1, 0.11, 0.12, 1))
