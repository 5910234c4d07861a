"""Tiny and degenerate trials: nobody dies, everybody dies, one patient."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.simulation import Arm, Look, Periods, Scenario, Statistic, Survival, simulate

SINGLE = {
    "one_sample_logrank": Statistic(name="one_sample_logrank", against=Survival.exponential(median=100)),
    "milestone": Statistic(name="milestone", at=50, against=0.5),
    "rmst": Statistic(name="rmst", at=50, against=30.0),
    "response": Statistic(name="response"),
}
BOTH = {
    "logrank": Statistic(name="logrank"),
    "cox": Statistic(name="cox"),
    "milestone": Statistic(name="milestone", at=50),
    "rmst": Statistic(name="rmst", at=50),
}


@pytest.mark.property
@settings(max_examples=40)
@given(
    st.integers(1, 5), st.sampled_from([*SINGLE]), st.sampled_from([*BOTH]), st.sampled_from([1e-9, 0.01, 100.0]),
    st.sampled_from([None, 1e-9, 0.02, 50.0]), st.integers(0, 2**63 - 1),
)  # fmt: skip
def test_every_trial_ends_once(n: int, one: str, two: str, hazard: float, lost: float | None, seed: int) -> None:
    law = Survival.exponential(hazard=hazard)
    dropout = None if lost is None else Survival.exponential(hazard=lost)
    arms = tuple(Arm(name=x, survival=law, dropout=dropout, response=0.5) for x in "ab")
    looks = (Look(events=1, efficacy=2.5, futility=-1.0), Look(day=400, efficacy=1.0))
    for count, statistic in ((1, SINGLE[one]), (2, BOTH[two])):
        scenario = Scenario(name="x", arms=arms[:count], n=max(n, count), accrual=Periods.constant(0.1), looks=looks,
                            statistic=statistic, latest=600)  # fmt: skip
        rows = simulate(scenario, trials=300, seed=seed, workers=1)
        kinds = [(x, k) for x in ("efficacy_stop", "futility_stop") for k in (1, 2)]
        stops = [rows.one(x, detail=f"look {k}").value or 0.0 for x, k in kinds]
        first, late = rows.one("reached", detail="look 1"), rows.one("reached", detail="look 2")
        assert first.value == 1
        assert rows.one("rejection_rate").value == pytest.approx(stops[0] + stops[1])
        assert late.value == pytest.approx(1 - stops[0] - stops[2])
        for row in rows:
            assert (row.value is None) == bool(row.reason)
            if row.value is not None and row.low is not None and row.high is not None:
                assert row.low - 1e-9 <= row.value <= row.high + 1e-9
        assert (rows.one("expected_n").value or 0) <= scenario.n
