"""Restricted means, strata, selection, re-estimation, order of treatments, SMART, and inference after stopping."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, norm

from glisson.design.inference import adjusted_inference
from glisson.design.log_rank import logrank_trial
from glisson.design.looks import looks
from glisson.design.plan import TrialDesign
from glisson.design.reestimation import blinded_reestimation, promising_zone
from glisson.design.rmst import difference, rmst_trial, standard_error
from glisson.design.selection import correct_response, correct_survival, selection_response, selection_survival
from glisson.design.sequences import Strategy, delayed_start
from glisson.design.smart import FirstTreatment, regime_variance, smart_trial
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.stratified import Stratum, stratified_logrank
from glisson.design.two_arms import CrossOver, TwoArms
from glisson.errors import SettingsError
from glisson.kernels.courses import Accrual, Course, restricted_mean
from glisson.kernels.expected_score import expected_score
from glisson.kernels.promising import Promising
from tests.validation.goldens import golden


def _arms(**changed: Any) -> TwoArms:
    given_ = {"control_median_months": 10, "hazard_ratio": 0.5, "accrual_per_month": 3, "follow_up_months": 12}
    return TwoArms(**(given_ | changed))


TACE = Strategy(
    name="TACE first", first_median_months=8, die_first=0.1, get_second=0.6, second_median_months=9,
    untreated_median_months=3,
)  # fmt: skip
CHEMO = Strategy(
    name="chemotherapy first", first_median_months=4, die_first=0.1, get_second=0.5, second_median_months=10,
    untreated_median_months=3,
)  # fmt: skip
TREATMENTS = {
    "TACE": FirstTreatment(controlled=0.6, alive_controlled=0.75, salvage={"doxorubicin": 0.4, "other": 0.35}),
    "doxorubicin": FirstTreatment(controlled=0.4, alive_controlled=0.6, salvage={"TACE": 0.3, "other": 0.25}),
}
REGIMES = (("TACE", "doxorubicin"), ("doxorubicin", "TACE"))


# Restricted means


@pytest.mark.by_hand
def test_restricted_mean_of_a_constant_hazard():
    """E min(T, τ) = (1 - e^-λτ)/λ; without censoring the variance is that of min(T, τ)."""
    rate, tau = 0.1, 12.0
    mean = (1 - math.exp(-1.2)) / rate
    second = 2 * (1 - math.exp(-1.2) * 2.2) / rate**2
    at_once = Accrual(starts=np.zeros(1), rate=np.array([1e9]), end=1e-9)
    found = restricted_mean(Course.piecewise([0], [rate]), at_once, 0.0, 100.0, tau)
    assert found == pytest.approx((mean, second - mean**2), rel=1e-10)


@pytest.mark.independent
def test_variance_under_censoring_beside_quadrature():
    course = Course.piecewise([0, 5], [0.12, 0.04])
    accrual = Accrual(starts=np.array([0.0, 6.0]), rate=np.array([1.0, 3.0]), end=20.0)
    at, tau, lost = 26.0, 18.0, 0.01

    def survival(t: float) -> float:
        return math.exp(-0.12 * min(t, 5) - 0.04 * max(t - 5, 0))

    def integrand(t: float) -> float:
        rest = quad(survival, t, tau, points=[5] if t < 5 else None)[0]
        followed = math.exp(-lost * t) * float(accrual.entered(at - t)) / 48.0
        return rest**2 * (0.12 if t < 5 else 0.04) / (survival(t) * followed)

    expected = quad(integrand, 0, tau, points=[5, 6], limit=200)[0]
    assert restricted_mean(course, accrual, lost, at, tau)[1] == pytest.approx(expected, rel=1e-8)


def test_a_trial_of_restricted_means_has_its_power():
    trial = rmst_trial(arms=_arms(), horizon_months=24)
    rows = trial.characteristics
    assert trial.events is None
    se = standard_error(_arms().flow(), 24, trial.n / 2, trial.n / 2)
    assert rows.one("power").value == pytest.approx(norm.cdf(difference(_arms().flow(), 24) / se - norm.ppf(0.975)))
    assert 0.8 <= (rows.one("power").value or 0) < 0.82
    small = rmst_trial(arms=_arms(), horizon_months=18, max_n=40)
    assert small.n == 40
    assert (small.characteristics.one("power").value or 1) < 0.6
    lenient = rmst_trial(arms=_arms(hazard_ratio=1.0), horizon_months=24, margin_months=4)
    assert lenient.characteristics.one("rmst_difference").value == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(SettingsError, match="expected a gain"):
        rmst_trial(arms=_arms(hazard_ratio=1.2), horizon_months=24)
    with pytest.raises(SettingsError, match="longer follow-up or an earlier horizon"):
        rmst_trial(arms=_arms(accrual_per_month=30), horizon_months=24, max_n=30)


# Expected scores


@pytest.mark.by_hand
def test_the_expected_score_of_many_patients_at_first_is_what_counting_gives():
    """Soon after all enter, y₁ = y₀: score is half the events less those of the new arm, variance a quarter."""
    half = Accrual(starts=np.zeros(1), rate=np.array([1e9]), end=1e-6)
    control, new = Course.piecewise([0], [0.2]), Course.piecewise([0], [0.1])
    score, variance = expected_score((control, half), (new, half), 0.0, 0.01)
    events = 1000 * (0.3 * 0.01)
    assert score == pytest.approx(1000 * (0.15 - 0.1) * 0.01, rel=2e-3)
    assert variance == pytest.approx(events / 4, rel=2e-3)


@pytest.mark.property
def test_no_difference_no_score():
    half = Accrual(starts=np.zeros(1), rate=np.array([2.0]), end=20.0)
    course = Course.piecewise([0, 6], [0.1, 0.05])
    assert expected_score((course, half), (course, half), 0.01, 30.0)[0] == pytest.approx(0.0, abs=1e-12)
    margin = Course.piecewise([0, 6], [0.13, 0.065])
    assert expected_score((course, half), (margin, half), 0.01, 30.0, margin=1.3)[0] == pytest.approx(0.0, abs=1e-12)


def test_unequal_arms_make_schoenfelds_formula_doubtful_and_the_row_says_so():
    rows = logrank_trial(arms=_arms(allocation=0.5)).characteristics
    assert (rows.one("power_by_formula").value or 0) - (rows.one("power").value or 0) > 0.04
    assert rows.one("power").warning.startswith("below the 80% that were asked for; the formula says 80.")


# Strata


def test_strata_that_are_alike_are_no_strata():
    plain = logrank_trial(arms=_arms())
    same = {"a": Stratum(share=0.3, control_median_months=10), "b": Stratum(share=0.7, control_median_months=10)}
    found = stratified_logrank(arms=_arms(), strata=same)
    assert (found.n, found.events) == (plain.n, plain.events)
    rows = found.characteristics
    assert rows.one("unstratified_hazard_ratio").value == pytest.approx(0.5)
    assert (
        rows.one("duration", group=ALTERNATIVE).value == plain.characteristics.one("duration", group=ALTERNATIVE).value
    )


def test_ignored_strata_cost_power():
    strata = {"a": Stratum(share=0.5, control_median_months=18), "b": Stratum(share=0.5, control_median_months=5)}
    rows = stratified_logrank(arms=_arms(), strata=strata).characteristics
    assert rows.one("average_hazard_ratio").value == pytest.approx(0.5)
    assert (rows.one("unstratified_hazard_ratio").value or 0) > 0.55
    assert (rows.one("unstratified_power").value or 1) < (rows.one("power").value or 0) - 0.1
    with pytest.raises(SettingsError, match="expected shares that add up to 1"):
        stratified_logrank(arms=_arms(), strata={"a": Stratum(share=0.5, control_median_months=18)})


# Selection


@pytest.mark.by_hand
def test_one_patient_each_is_picked_by_lot_or_by_its_response():
    """k = 2, n = 1: right if the best responds alone, half right if alike."""
    expected = 0.6 * 0.7 + 0.5 * (0.6 * 0.3 + 0.4 * 0.7)
    assert correct_response(1, 0.6, 0.3, 2) == pytest.approx(expected, rel=1e-12)


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("selection")["table"], ids=lambda c: f"{c['k']} treatments")
def test_patients_a_treatment_for_ninety_per_cent_and_fifteen_points(case: dict[str, Any]):
    """The grid of the table of Simon, Wittes and Ellenberg, responses from 10% to 80%, recomputed exactly in R."""
    names = [str(i) for i in range(case["k"])]
    found = [selection_response(response=p, difference=0.15, treatments=names).n for p in case["response"]]
    assert [n // case["k"] for n in found] == case["n"]
    for p, n, one_less in zip(case["response"], case["n"], case["one_less"], strict=True):
        assert one_less < 0.9 <= correct_response(n, p + 0.15, p, case["k"])


@pytest.mark.independent
def test_three_treatments_by_counting_every_outcome():
    n, best, other = 7, 0.5, 0.3
    f, g = binom.pmf(np.arange(n + 1), n, best), binom.pmf(np.arange(n + 1), n, other)
    total = 0.0
    for x in range(n + 1):
        for y in range(n + 1):
            for z in range(n + 1):
                top = max(x, y, z)
                total += f[x] * g[y] * g[z] * (x == top) / ((x == top) + (y == top) + (z == top))
    assert correct_response(n, best, other, 3) == pytest.approx(total, rel=1e-12)


@pytest.mark.by_hand
def test_two_hazards_are_ordered_by_one_normal():
    assert correct_survival(20, 30, 1.5, 2) == pytest.approx(
        norm.cdf(math.log(1.5) / math.sqrt(1 / 20 + 1 / 30)), rel=1e-9
    )
    assert correct_survival(20, 20, 1.0 + 1e-12, 3) == pytest.approx(1 / 3, abs=1e-9)


def test_selection_within_reach():
    trial = selection_response(response=0.2, difference=0.15, max_n=40)
    assert trial.n == 39
    assert trial.characteristics.one("correct_selection").value == pytest.approx(correct_response(13, 0.35, 0.2, 3))
    assert trial.characteristics.one("picked").warning
    survival = selection_survival(
        median_months=10, hazard_ratio=2 / 3, accrual_per_month=3, follow_up_months=12, max_n=40
    )
    assert survival.n == 39
    for bad, words in (
        ({"difference": 0.9}, "a probability of response under the best of 1.1"),
        ({"treatments": ("a",)}, "two or more names"),
        ({"correct": 0.3}, "above 1/3"),
        ({"max_n": 2}, "whole number of patients, 3 or more"),
    ):
        with pytest.raises(SettingsError, match=words):
            selection_response(**({"response": 0.2, "difference": 0.15} | bad))


# Re-estimation


@pytest.mark.by_hand
def test_a_rate_as_planned_changes_nothing():
    """One arm alone: exponential events over months at risk are the hazard whatever the month."""
    arms = _arms(hazard_ratio=1.0 - 1e-9)
    rate = math.log(2) / 10
    found = blinded_reestimation(arms=_arms(), at_month=1e-3, events_seen=3, person_months=3 / (rate * 0.75))
    assert found.characteristics.one("rate_factor").value == pytest.approx(1.0, abs=1e-4)
    assert found.n == found.characteristics.one("planned_n").value
    assert arms.flow().events(10, 5.0) > 0


@pytest.mark.property
def test_fewer_events_more_patients():
    sizes = [blinded_reestimation(arms=_arms(), at_month=18, events_seen=d, person_months=400) for d in (8, 12, 20)]
    assert [t.events for t in sizes] == [66, 66, 66]
    assert sizes[0].n > sizes[1].n > sizes[2].n
    with pytest.raises(SettingsError, match="a number of events seen of 0"):
        blinded_reestimation(arms=_arms(), at_month=18, events_seen=0, person_months=400)


@settings(max_examples=10, deadline=None)
@given(
    time=st.floats(0.2, 0.8), most=st.floats(1.1, 3), least=st.floats(0.1, 0.6), drift=st.floats(0, 4),
)  # fmt: skip
@pytest.mark.property
def test_alpha_holds_however_much_is_added_and_power_never_falls(time: float, most: float, least: float, drift: float):
    rule = Promising(time=time, critical=norm.ppf(0.975), most=most, target=0.8, least=least)
    assert rule.behaviour(0.0)[0] == pytest.approx(0.025, abs=1e-8)
    power, information, grown = rule.behaviour(drift)
    assert power >= norm.cdf(drift - norm.ppf(0.975)) - 1e-8
    assert 1 - 1e-9 <= information <= most + 1e-9
    assert 0 <= grown <= 1


@pytest.mark.by_hand
def test_conditional_power_at_the_edges_of_the_zone():
    rule = Promising(time=0.5, critical=1.96, most=1.5, target=0.8, least=0.36)
    for wanted in (0.36, 0.8):
        z = rule.zone(wanted)
        assert float(rule.conditional(z, 0.5, z / math.sqrt(0.5))) == pytest.approx(wanted, abs=1e-12)
    trial = promising_zone(arms=_arms())
    assert trial.events == 99
    assert [b.efficacy for b in trial.boundaries] == [None, pytest.approx(norm.ppf(0.975))]
    assert trial.characteristics.one("type_i_error").value == pytest.approx(0.025, abs=1e-8)
    within_reach = promising_zone(arms=_arms(), max_n=60)
    assert within_reach.n <= 60
    with pytest.raises(SettingsError, match="more than 1, and a conditional power below"):
        promising_zone(arms=_arms(), largest=1.0)


# Order of treatments


@pytest.mark.by_hand
def test_survival_of_a_strategy_is_a_sum_of_exponentials():
    """Nobody dies first, all get the second treatment: S(t) = (b e^-at - a e^-bt) / (b - a)."""
    order = Strategy(
        name="x", first_median_months=5, die_first=0.0, get_second=1.0, second_median_months=12,
        untreated_median_months=1,
    )  # fmt: skip
    a, b, t = math.log(2) / 5, math.log(2) / 12, 9.0
    expected = (b * math.exp(-a * t) - a * math.exp(-b * t)) / (b - a)
    assert order.course().at(np.array([t]))[0][0] == pytest.approx(expected, rel=1e-12)


def test_first_or_at_progression():
    asked = {"horizon_months": 24, "accrual_per_month": 3, "follow_up_months": 12}
    trial = delayed_start(first=TACE, later=CHEMO, **asked)
    assert trial.characteristics.one("second_treatment", group=(("arm", "TACE first"),)).value == pytest.approx(0.54)
    assert 0.8 <= (trial.characteristics.one("power").value or 0) < 0.82
    with pytest.raises(SettingsError, match="expected more with the first named"):
        delayed_start(first=CHEMO, later=TACE, **asked)
    small = delayed_start(first=TACE, later=CHEMO, max_n=40, **asked)
    assert small.n == 40


@pytest.mark.by_hand
def test_oettings_formula_is_what_one_variance_gives():
    """4 (z_α + z_β)² (2 - γ) / δ² patients, δ the difference over the standard deviation."""
    same = {"a": FirstTreatment(controlled=0.4, alive_controlled=0.5, salvage={"x": 0.5, "y": 0.5})}
    assert regime_variance(same["a"], "x", 2) == pytest.approx(2 * (2 - 0.4) * 0.25)
    trial = smart_trial(treatments=TREATMENTS, compare=REGIMES, milestone_months=18, accrual_per_month=4)
    variance = sum(regime_variance(TREATMENTS[a], b, 2) for a, b in REGIMES)
    z = norm.ppf(0.975) + norm.ppf(0.8)
    effect = 0.6 * 0.75 + 0.4 * 0.4 - (0.4 * 0.6 + 0.6 * 0.3)
    assert trial.n == math.ceil(z**2 * variance / effect**2)


def test_regimes_that_share_a_beginning_differ_less_and_so_do_their_errors():
    shared = (("TACE", "doxorubicin"), ("TACE", "other"))
    trial = smart_trial(treatments=TREATMENTS, compare=shared, milestone_months=18, accrual_per_month=4, max_n=40)
    assert trial.n == 40
    assert trial.characteristics.one("value", group=(("regime", "TACE, then doxorubicin"),)).value == pytest.approx(
        0.61
    )
    for compare, words in (
        ((REGIMES[1], REGIMES[0]), "a better regime first"),
        ((("TACE", "TACE"), REGIMES[1]), "no regime TACE, then TACE"),
    ):
        with pytest.raises(SettingsError, match=words):
            smart_trial(treatments=TREATMENTS, compare=compare, milestone_months=18, accrual_per_month=4)


# After stopping


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("group_sequential")["inference"], ids=lambda c: f"z {c['z'][-1]}")
def test_inference_of_rpact(case: dict[str, Any]):
    rules, look = looks(information=(1 / 3, 2 / 3, 1)), case["stage"]
    found = adjusted_inference(rules=rules, events=90, look=look, z=-case["z"][-1])
    best, repeated = found.one("hazard_ratio_median_unbiased"), found.one("repeated_interval")
    assert best.level == pytest.approx(0.95)
    assert found.one("p_stagewise").value == pytest.approx(case["p"][look - 1], abs=1e-6)
    for ours, theirs in ((best.value, "median"), (best.low, "low"), (best.high, "high")):
        assert ours == pytest.approx(case[theirs][look - 1], abs=1e-6)
    assert repeated.low == pytest.approx(case["repeated_low"][look - 1], abs=1e-6)
    assert repeated.high == pytest.approx(case["repeated_high"][look - 1], abs=1e-6)


@pytest.mark.property
def test_a_trial_that_stops_at_the_boundary_just_excludes_one():
    rules = looks(information=(0.5, 1))
    found = adjusted_inference(rules=rules, events=66, look=1, z=float(rules.upper[0]))
    repeated = found.one("repeated_interval")
    assert repeated.high == pytest.approx(1.0)
    last = adjusted_inference(rules=rules, events=66, look=2, z=float(rules.upper[1]))
    assert last.one("p_stagewise").value == pytest.approx(0.025, abs=1e-10)
    assert last.one("hazard_ratio_median_unbiased").high == pytest.approx(1.0, abs=1e-9)
    with pytest.raises(SettingsError, match="a look from 1 to 2"):
        adjusted_inference(rules=rules, events=66, look=3, z=1.0)


# What every design has


@pytest.mark.parametrize(
    "trial",
    [
        logrank_trial(
            arms=_arms(cross_over=CrossOver(share=0.5, median_months_to_progression=4, hazard_ratio_after=0.8))
        ),
        rmst_trial(arms=_arms(), horizon_months=24),
        promising_zone(arms=_arms()),
        selection_response(response=0.2, difference=0.15),
        delayed_start(first=TACE, later=CHEMO, horizon_months=24, accrual_per_month=3, follow_up_months=12),
        smart_trial(treatments=TREATMENTS, compare=REGIMES, milestone_months=18, accrual_per_month=4),
    ],
    ids=lambda t: t.kind,
)
def test_rows_have_values_or_reasons_and_paragraphs_end(trial: TrialDesign):
    assert trial.n > 0
    for r in trial.characteristics:
        assert (r.value is None) == bool(r.reason)
        assert r.value is None or math.isfinite(r.value)
        assert r.method
    for group in (NULL, ALTERNATIVE):
        assert trial.characteristics.one("expected_n", group=group).value
    assert all(p.endswith(".") and "  " not in p for p in trial.protocol)
    assert trial.references
    assert trial.assumptions
    assert all(a.origin == "typed" for a in trial.assumptions)
