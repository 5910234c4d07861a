"""Operating characteristics beside rpact and beside loops over R's survdiff, within both Monte Carlo errors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from glisson.simulation import Arm, Look, Periods, Scenario, Statistic, Survival, simulate
from tests.simulation.scenarios import DROPOUT, MONTH, SEQUENTIAL
from tests.validation.goldens import golden

TRIALS = 200_000
GOLDEN = golden("simulation")


def sequential(control: Survival, ratio: float) -> Scenario:
    arms = (
        Arm(name="control", survival=control, dropout=DROPOUT),
        Arm(name="treated", survival=control.times(ratio), dropout=DROPOUT),
    )
    first, last = GOLDEN["critical"]
    return replace(SEQUENTIAL, arms=arms, looks=(Look(events=45, efficacy=first), Look(events=90, efficacy=last)))


def near(ours: float | None, theirs: float, trials: int) -> None:
    assert ours is not None
    assert abs(ours - theirs) < 3.5 * math.sqrt(theirs * (1 - theirs) * (1 / trials + 1 / TRIALS))


@pytest.mark.against_r
@pytest.mark.parametrize("case", [*GOLDEN["exponential"], *GOLDEN["weibull"]], ids=lambda c: f"{c['hr']}, {c['kappa']}")
def test_group_sequential_trial_is_that_of_rpact(case: dict[str, Any]) -> None:
    control = Survival.weibull(shape=case["kappa"], median=9 * MONTH)
    rows = simulate(sequential(control, case["hr"]), trials=TRIALS, seed=5)
    near(rows.one("rejection_rate").value, case["power"], GOLDEN["trials"])
    near(rows.one("efficacy_stop", detail="look 1").value, case["stop"], GOLDEN["trials"])
    # rpact enters patients at equal distances; the duration is the same within two days.
    assert abs(rows.one("duration").value - case["duration"]) < 8


@pytest.mark.against_r
@pytest.mark.parametrize("name", ["delayed", "cured"])
def test_hazards_that_are_not_proportional_are_those_of_a_loop_in_r(name: str) -> None:
    if name == "delayed":
        control = Survival.exponential(hazard=0.004)
        treated, day = control.times(Periods(starts=(0, 90), values=(1, 0.5))), 700
    else:
        control = Survival.exponential(median=180).with_cured(0.2)
        treated, day = control.times(0.6), 900
    scenario = Scenario(
        name=name,
        arms=(Arm(name="control", survival=control), Arm(name="treated", survival=treated)),
        n=100,
        accrual=Periods.constant(1 / 3),
        looks=(Look(day=day, efficacy=1.959963984540054),),
        statistic=Statistic(name="logrank"),
    )
    case, rows = GOLDEN[name], simulate(scenario, trials=TRIALS, seed=5)
    near(rows.one("rejection_rate").value, case["power"], case["trials"])
    mean = rows.one("look_statistic", detail="look 1").value
    assert mean is not None
    assert abs(mean - case["mean"]) < 3.5 * case["sd"] * math.sqrt(1 / case["trials"] + 1 / TRIALS)
