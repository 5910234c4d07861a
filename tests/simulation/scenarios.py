"""Scenarios that several tests simulate. All run the same compiled kernels."""

from __future__ import annotations

from dataclasses import replace

from glisson.simulation import Arm, Look, Periods, Salvage, Scenario, Statistic, Survival

MONTH = 30.4375
CONTROL = Survival.exponential(median=9 * MONTH)
DROPOUT = Survival.exponential(hazard=0.01 / MONTH)

#: n = 120, one interim analysis with an O'Brien-Fleming type limit, final at 90 events.
SEQUENTIAL = Scenario(
    name="hazard ratio 0.6",
    arms=(
        Arm(name="chemotherapy", survival=CONTROL, dropout=DROPOUT),
        Arm(name="y90", survival=CONTROL.times(0.6), dropout=DROPOUT),
    ),
    n=120,
    accrual=Periods.constant(120 / (24 * MONTH)),
    looks=(Look(events=45, efficacy=2.962588), Look(events=90, efficacy=1.968596)),
    statistic=Statistic(name="logrank"),
)

#: Small, unequal allocation, accrual in two periods, looks by the calendar.
SMALL = Scenario(
    name="small",
    arms=(
        Arm(name="control", survival=Survival.weibull(shape=1.3, median=200), dropout=DROPOUT),
        Arm(name="treated", survival=Survival.piecewise((0, 60, 200), (0.002, 0.006, 0.001)), allocation=2),
    ),
    n=21,
    accrual=Periods(starts=(0, 100), values=(0.05, 0.1)),
    looks=(Look(day=220, efficacy=2.8, futility=-1.0), Look(patients=21, wait=120, efficacy=1.96)),
    statistic=Statistic(name="logrank"),
    latest=1500,
)

#: Progression-free survival with scans, dependence and salvage.
SCANNED = Scenario(
    name="scanned",
    arms=(
        Arm(name="control", survival=CONTROL, progression=Survival.exponential(median=120), tau=0.4, scan_every=42,
            dropout=DROPOUT),
        Arm(name="treated", survival=CONTROL.times(0.8), progression=Survival.exponential(median=200), tau=0.4,
            scan_every=42, salvage=Salvage(share=0.5, hazard_ratio=0.5)),
    ),
    n=24,
    accrual=Periods.constant(0.1),
    looks=(Look(events=12, efficacy=3.0), Look(day=500, efficacy=1.96)),
    statistic=Statistic(name="logrank"),
    endpoint="pfs",
)  # fmt: skip

#: One arm against a median of 180 days.
REFERENCE = Survival.exponential(median=180)
SINGLE = Scenario(
    name="single",
    arms=(Arm(name="y90", survival=REFERENCE.times(0.7), dropout=DROPOUT, response=0.4),),
    n=40,
    accrual=Periods.constant(40 / 730),
    looks=(Look(patients=40, wait=365, efficacy=1.645),),
    statistic=Statistic(name="one_sample_logrank", against=REFERENCE),
)


def with_statistic(scenario: Scenario, **own: object) -> Scenario:
    """Return the scenario with another statistic."""
    return replace(scenario, statistic=Statistic(**own))  # type: ignore[arg-type]
