"""What is drawn beside closed forms, within Monte Carlo error."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from glisson.errors import SettingsError
from glisson.simulation import Arm, Look, Periods, Salvage, Scenario, Statistic, Survival
from glisson.simulation.blocks import block_data
from glisson.simulation.plan import plan_of
from glisson.simulation.tally import empty_tally

FAR = 1e30
LAWS = {
    "exponential": Survival.exponential(median=200),
    "piecewise": Survival.piecewise((0, 60, 200), (0.002, 0.0, 0.006)),
    "delayed": Survival.exponential(median=200).times(Periods(starts=(0, 90), values=(1.0, 0.4))),
    "weibull": Survival.weibull(shape=1.7, median=200).times(0.6),
    "weibull by period": Survival.weibull(shape=0.7, median=200).times(Periods(starts=(0, 90), values=(1.0, 0.4))),
    "cured": Survival.exponential(median=150).with_cured(0.3).times(0.6),
    "cured weibull": Survival.weibull(shape=2, median=150)
    .with_cured(0.3)
    .times(Periods(starts=(0, 90), values=(2, 1))),
}


def one_arm(arm: Arm, **own: object) -> Scenario:
    base = Scenario(name="x", arms=(arm,), n=64, accrual=Periods.constant(1.0), looks=(Look(day=2000, efficacy=9),),
                    statistic=Statistic(name="milestone", at=100, against=0.5))  # fmt: skip
    return replace(base, **own)  # type: ignore[arg-type]


def drawn(scenario: Scenario, blocks: int = 4) -> dict[str, NDArray[np.float64]]:
    """Return entry, time and dropout of many patients."""
    plan = plan_of(scenario)
    parts = [
        block_data(plan, 11, block, 0, 0, empty_tally(plan)).patients.reshape(scenario.n, 3, 256)
        for block in range(blocks)
    ]
    x = np.concatenate(parts, axis=2).astype(np.float64)
    return {name: x[:, k].reshape(-1) for k, name in enumerate(("entry", "time", "drop"))}


def close(sample: NDArray[np.float64], days: tuple[float, ...], survival: NDArray[np.float64]) -> None:
    """Compare shares still alive with probabilities, within 4 standard errors."""
    found = np.array([(sample > d).mean() for d in days])
    error = np.sqrt(survival * (1 - survival) / len(sample)) + 1e-9
    assert (np.abs(found - survival) < 4 * error).all(), (found, survival)


@pytest.mark.by_hand
@pytest.mark.parametrize("name", LAWS)
def test_times_follow_their_distribution(name: str) -> None:
    law, days = LAWS[name], (20.0, 75.0, 150.0, 400.0, 900.0)
    close(drawn(one_arm(Arm(name="a", survival=law)))["time"], days, law.survival(days))
    if math.isfinite(law.median):
        assert float(law.survival(law.median)) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.by_hand
def test_mean_of_exponential_and_weibull_times() -> None:
    for law, mean, sd in (
        (Survival.exponential(hazard=0.005), 200.0, 200.0),
        (Survival.weibull(shape=2, scale=200), 100 * math.sqrt(math.pi), 200 * math.sqrt(1 - math.pi / 4)),
    ):
        sample = drawn(one_arm(Arm(name="a", survival=law)))["time"]
        assert abs(sample.mean() - mean) < 4 * sd / math.sqrt(len(sample))


@pytest.mark.by_hand
def test_entry_follows_the_rates_and_dropout_its_distribution() -> None:
    # 0.2 a day for 100 days, then 0.44: 64 patients by day 200.
    scenario = one_arm(Arm(name="a", survival=LAWS["weibull"], dropout=LAWS["exponential"]),
                       accrual=Periods(starts=(0, 100), values=(0.2, 0.44)))  # fmt: skip
    assert scenario.accrual_end == pytest.approx(200)
    x = drawn(scenario)
    assert x["entry"].max() <= 200.001
    close(x["entry"], (50.0, 100.0, 150.0), 1 - np.array([10, 20, 42]) / 64)
    close(x["drop"], (50.0, 300.0), LAWS["exponential"].survival((50.0, 300.0)))


@pytest.mark.by_hand
def test_dependence_has_claytons_joint_survival() -> None:
    # PFS > t needs both: (S1^-theta + S2^-theta - 1)^(-1/theta), theta = 2 tau / (1 - tau).
    progression, death, tau = Survival.exponential(median=120), LAWS["weibull"], 0.5
    scenario = one_arm(Arm(name="a", survival=death, progression=progression, tau=tau), endpoint="pfs")
    days, theta = (30.0, 100.0, 200.0), 2.0
    joint = (progression.survival(days) ** -theta + death.survival(days) ** -theta - 1) ** (-1 / theta)
    close(drawn(scenario)["time"], days, joint)
    free = one_arm(Arm(name="a", survival=death, progression=progression), endpoint="pfs")
    close(drawn(free)["time"], days, progression.survival(days) * death.survival(days))


@pytest.mark.by_hand
def test_progression_is_seen_at_scans() -> None:
    never = Survival.exponential(hazard=1e-12)
    progression = Survival.exponential(median=120)
    scenario = one_arm(Arm(name="a", survival=never, progression=progression, scan_every=50), endpoint="pfs")
    x = drawn(scenario)["time"]
    seen = x[x < 1e5]
    np.testing.assert_allclose(seen / 50, np.round(seen / 50), atol=1e-5)
    close(x, (49.0, 99.0, 149.0, 151.0), progression.survival((0.0, 50.0, 100.0, 150.0)))


@pytest.mark.by_hand
def test_salvage_changes_the_hazard_after_progression() -> None:
    # All change: hazard of death a until progression (hazard p), then a r; S(t) integrates over the progression.
    a, p, r = 0.004, 0.006, 0.5
    arm = Arm(name="a", survival=Survival.exponential(hazard=a), progression=Survival.exponential(hazard=p),
              salvage=Salvage(share=1.0, hazard_ratio=r))  # fmt: skip
    t = np.array([50.0, 200.0, 500.0])
    rest = a + p - a * r
    survival = np.exp(-(a + p) * t) + p * np.exp(-a * r * t) * (1 - np.exp(-rest * t)) / rest
    close(drawn(one_arm(arm))["time"], (50.0, 200.0, 500.0), survival)


@pytest.mark.by_hand
def test_a_hazard_ratio_multiplies_the_hazard_of_a_weibull() -> None:
    control = Survival.weibull(shape=1.3, median=274)
    assert control.times(0.6).median == pytest.approx(274 * 0.6 ** (-1 / 1.3))
    np.testing.assert_allclose(control.times(0.6).survival([100, 500]), control.survival([100, 500]) ** 0.6, rtol=1e-12)
    cured = Survival.exponential(median=100).with_cured(0.2).times(0.5)
    assert float(cured.survival(1e6)) == pytest.approx(math.sqrt(0.2))


@pytest.mark.by_hand
def test_impossible_assumptions_are_refused() -> None:
    law = LAWS["exponential"]
    for wrong in (
        lambda: Periods(starts=(0,), values=(-0.1,)),
        lambda: Periods(starts=(10,), values=(0.1,)),
        lambda: Periods(starts=(0, 5), values=(0.1,)),
        Survival.exponential,
        lambda: Survival.exponential(median=-3),
        lambda: Survival.weibull(shape=20, median=100),
        lambda: law.with_cured(1.0),
        lambda: law.times(2).with_cured(0.1),
        lambda: Arm(name="a", survival=law, tau=0.3),
        lambda: Arm(name="a", survival=law, response=1.2),
        lambda: Salvage(share=2, hazard_ratio=0.5),
        lambda: Look(events=10, day=3, efficacy=2),
        lambda: Look(events=0, efficacy=2),
        lambda: Look(day=10, efficacy=1, futility=2),
        lambda: Statistic(name="logrank", at=10),
        lambda: Statistic(name="milestone"),
        lambda: Statistic(name="one_sample_logrank"),
        lambda: one_arm(Arm(name="a", survival=law), n=0),
        lambda: one_arm(Arm(name="a", survival=law), looks=(Look(day=10),)),
        lambda: one_arm(Arm(name="a", survival=law), looks=(Look(events=65, efficacy=2),)),
        lambda: one_arm(Arm(name="a", survival=law), endpoint="pfs"),
        lambda: one_arm(Arm(name="a", survival=law), latest=10),
        lambda: one_arm(Arm(name="a", survival=law), statistic=Statistic(name="logrank")),
    ):
        with pytest.raises(SettingsError):
            wrong()
