"""Single simulated trials, to look at what the sums are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.simulation.plan import plan_of
from glisson.simulation.run import checked
from glisson.simulation.scenario import Scenario
from glisson.simulation.tally import RECORD

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trials:
    """Shape (trials, looks) each: every look of every trial, whether or not it would have stopped before.

    Parameters
    ----------
    statistic
        Value that is compared with the boundaries; not a number where it is not estimable.
    log_hazard_ratio
        Cox's, second arm to first; not a number where there is none.
    events, patients
        Events and patients so far.
    day
        Days since the trial opened.
    decision
        1 efficacy, -1 futility, 0 neither.
    """

    statistic: Floats
    log_hazard_ratio: Floats
    events: Floats
    patients: Floats
    day: Floats
    decision: Floats


def single_trials(scenario: Scenario, *, trials: int = 1000, seed: int = 20200101) -> Trials:
    """Simulate some trials and keep what each of them shows at each look.

    Parameters
    ----------
    scenario, trials, seed
        As for ``simulate``, which sums over the same trials.

    Examples
    --------
    >>> from glisson.simulation import Arm, Look, Periods, Scenario, Statistic, Survival
    >>> reference = Survival.exponential(median=180)
    >>> scenario = Scenario(
    ...     name="as the reference",
    ...     arms=(Arm(name="y90", survival=reference),),
    ...     n=40,
    ...     accrual=Periods.constant(40 / 730),
    ...     looks=(Look(patients=40, wait=365, efficacy=1.645),),
    ...     statistic=Statistic(name="one_sample_logrank", against=reference),
    ... )
    >>> single_trials(scenario, trials=500, seed=1).patients.mean()
    np.float64(40.0)
    """
    checked(trials, seed, None, 0.95)
    from glisson.simulation.blocks import record  # noqa: PLC0415 - numba, half a second and more

    rows = record(plan_of(scenario), seed, trials)
    return Trials(
        statistic=rows[..., RECORD.z],
        log_hazard_ratio=rows[..., RECORD.log_ratio],
        events=rows[..., RECORD.events],
        patients=rows[..., RECORD.patients],
        day=rows[..., RECORD.day],
        decision=rows[..., RECORD.decision],
    )
