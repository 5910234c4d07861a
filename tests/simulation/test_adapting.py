"""Several arms, strata, the choice of a treatment and raised events, beside exact answers and the analytic designs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from glisson.design.reestimation import promising_zone
from glisson.design.selection import selection_response
from glisson.design.two_arms import TwoArms
from glisson.errors import SettingsError
from glisson.kernels.rank_tests import logrank
from glisson.simulation import (
    Arm,
    Look,
    Periods,
    Reestimation,
    Scenario,
    Selection,
    Statistic,
    Stratum,
    Survival,
    simulate,
    single_trials,
)
from glisson.simulation.blocks import block_data
from glisson.simulation.plan import LONG, plan_of
from glisson.simulation.tally import empty_tally
from tests.simulation.scenarios import MONTH, SEQUENTIAL

LAW = Survival.exponential(median=300)
STRATA = (Stratum(name="liver only", share=0.6), Stratum(name="spread", share=0.4, hazard_ratio=3.0))
THREE = Scenario(
    name="three arms",
    arms=tuple(Arm(name=x, survival=LAW.times(r)) for x, r in (("tace", 1.0), ("y90", 0.6), ("ablation", 0.5))),
    n=30,
    accrual=Periods.constant(0.1),
    looks=(Look(day=500, efficacy=5.991),),
    statistic=Statistic(name="logrank"),
)


def close(found: float | None, expected: float, trials: int) -> None:
    assert found is not None
    assert abs(found - expected) < 3 * math.sqrt(expected * (1 - expected) / trials)


@pytest.mark.independent
@pytest.mark.parametrize(
    ("arms", "strata"), [(3, ()), (2, STRATA), (3, STRATA)], ids=["3", "2 in strata", "3 in strata"]
)
def test_logrank_is_that_of_the_kernels_of_the_analysis(arms: int, strata: tuple[Stratum, ...]) -> None:
    statistic = Statistic(name="logrank", stratified=bool(strata))
    scenario = replace(THREE, arms=THREE.arms[:arms], strata=strata, statistic=statistic)
    plan = plan_of(scenario)
    found = single_trials(scenario, trials=20, seed=7).statistic[:, 0]
    keys = block_data(plan, 7, 0, 0, 0, empty_tally(plan)).keys.reshape(scenario.n, 256).astype(np.int64)
    for i in range(20):
        key = keys[:, i][keys[:, i] != 0x7FFFFFFF]
        time, event, group, stratum = key >> LONG, 1 - ((key >> (LONG - 1)) & 1), key % 8, (key // 8) % 8
        score, covariance = np.zeros(arms), np.zeros((arms, arms))
        for s in range(max(len(strata), 1)):
            mine = stratum == s
            times = np.unique(time[mine])
            at_risk = np.array([[(mine & (group == a) & (time >= t)).sum() for t in times] for a in range(arms)])
            events = np.array(
                [[(mine & (group == a) & (time == t)).astype(int) @ event for t in times] for a in range(arms)]
            )
            part = logrank(at_risk, events)
            score += part.observed - part.expected
            covariance += part.covariance
        expected = -score[1] / math.sqrt(covariance[1, 1])
        if arms > 2:
            expected = score[1:] @ np.linalg.solve(covariance[1:, 1:], score[1:])
        np.testing.assert_allclose(found[i], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.independent
def test_the_best_is_picked_as_often_as_the_design_promises() -> None:
    design = selection_response(response=0.2, difference=0.15)
    scenario = Scenario(
        name="pick the winner",
        arms=tuple(Arm(name=x, survival=LAW, response=p) for x, p in zip("abc", (0.2, 0.2, 0.35), strict=True)),
        n=design.n, accrual=Periods.constant(0.1), looks=(Look(patients=design.n, efficacy=0.0),),
        statistic=Statistic(name="response"),
        selection=Selection(among=("a", "b", "c"), patients=design.n, by="response"),
    )  # fmt: skip
    rows = simulate(scenario, trials=20_000, seed=1)
    promised = design.characteristics.one("correct_selection").value
    assert promised is not None
    close(rows.one("picked", detail="c").value, promised, 20_000)
    assert sum(rows.one("picked", detail=x).value or 0.0 for x in "abc") == pytest.approx(1.0)
    assert simulate(scenario, trials=20_000, seed=1, workers=1) == rows


@pytest.mark.independent
def test_raised_events_reject_as_often_as_the_design_promises() -> None:
    arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    design = promising_zone(arms=arms)
    first, last = design.boundaries
    planned = int(design.characteristics.one("planned_events").value or 0)
    control = Survival.exponential(median=10 * MONTH)
    for ratio, group, name in ((1.0, "null", "type_i_error"), (0.5, "alternative", "power")):
        scenario = replace(
            SEQUENTIAL, n=design.n, accrual=Periods.constant(3 / MONTH), reestimation=Reestimation(),
            arms=(Arm(name="a", survival=control), Arm(name="b", survival=control.times(ratio))),
            looks=(Look(events=first.events), Look(events=planned, efficacy=last.efficacy)),
        )  # fmt: skip
        rows, promised = simulate(scenario, trials=20_000, seed=1), design.characteristics
        close(rows.one("rejection_rate").value, promised.one(name).value or 0.0, 20_000)
        increase = promised.one("increase", group=(("scenario", group),)).value
        close(rows.one("events_raised").value, increase or 0.0, 20_000)


@pytest.mark.by_hand
def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        replace(THREE, strata=STRATA[:1], selection=Selection(among=("tace", "x"), patients=40), endpoint="pfs")
    assert all(word in str(refused.value) for word in ("add up to 0.6", "no arm is called", "40 patients", "pfs"))
