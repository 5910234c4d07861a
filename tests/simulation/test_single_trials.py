"""Statistics of single simulated trials beside glisson's own estimators on the same patients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

import glisson as gl
from glisson.kernels import product_limit as pl
from glisson.kernels.rank_tests import logrank
from glisson.simulation import Scenario, Survival, single_trials
from glisson.simulation.blocks import block_data
from glisson.simulation.network import odd_even_merge
from glisson.simulation.plan import plan_of
from glisson.simulation.tally import empty_tally
from tests.simulation.scenarios import REFERENCE, SCANNED, SEQUENTIAL, SINGLE, SMALL, with_statistic

SEED, LANES = 7, 256


@dataclass(frozen=True)
class Data:
    """Patients of one trial at one look, as read from the sorted keys."""

    time: NDArray[np.int64]
    event: NDArray[np.int64]
    arm: NDArray[np.int64]
    ticks: float


def patients(scenario: Scenario, look: int) -> list[Data]:
    plan = plan_of(scenario)
    keys = block_data(plan, SEED, 0, look, 0, empty_tally(plan)).keys.reshape(scenario.n, LANES).astype(np.int64)
    assert (np.diff(keys, axis=0) >= 0).all()
    return [Data(k >> 2, 1 - ((k >> 1) & 1), k & 1, plan.ticks) for k in (lane[lane != 0x7FFFFFFF] for lane in keys.T)]


def counts(d: Data, arms: tuple[int, ...] = (0, 1)) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return times, numbers at risk and events by arm."""
    times = np.unique(d.time)
    mine = [d.arm == a for a in arms]
    at_risk = np.array([[(d.time[m] >= t).sum() for t in times] for m in mine])
    events = np.array([[((d.time[m] == t) & (d.event[m] == 1)).sum() for t in times] for m in mine])
    return times, at_risk, events


@pytest.mark.independent
@pytest.mark.parametrize("scenario", [SMALL, SEQUENTIAL, SCANNED], ids=lambda s: s.name)
@pytest.mark.parametrize("look", [0, 1])
def test_logrank_is_that_of_the_kernels_of_the_analysis(scenario: Scenario, look: int) -> None:
    found = single_trials(scenario, trials=40, seed=SEED)
    for i, d in enumerate(patients(scenario, look)[:40]):
        _, at_risk, events = counts(d)
        assert (found.events[i, look], found.patients[i, look]) == (d.event.sum(), len(d.time))
        s = logrank(at_risk, events)
        variance = s.covariance[1, 1]
        if variance < 1e-6:
            assert math.isnan(found.statistic[i, look])
            continue
        z = -(s.observed[1] - s.expected[1]) / math.sqrt(variance)
        np.testing.assert_allclose(found.statistic[i, look], z, atol=3e-5)


@pytest.mark.independent
@pytest.mark.parametrize("scenario", [SMALL, SEQUENTIAL, SCANNED], ids=lambda s: s.name)
def test_hazard_ratio_and_wald_test_are_those_of_cox(scenario: Scenario) -> None:
    found = single_trials(scenario, trials=12, seed=SEED)
    wald = single_trials(with_statistic(scenario, name="cox"), trials=12, seed=SEED)
    checked = 0
    for i, d in enumerate(patients(scenario, 1)[:12]):
        if math.isnan(found.log_hazard_ratio[i, 1]):
            continue
        # Ticks are far above whole days; their ranks carry the same order and ties.
        rank = np.unique(d.time, return_inverse=True)[1] + 1
        data = gl.Endpoint.from_arrays(rank, d.event, keys={"arm": [f"{a}" for a in d.arm]}, name="x")
        row = gl.cox(data, ["arm"], penalty="none", interval="wald").one("hazard_ratio")
        beta, low, high = (math.log(v) for v in (row.value, row.low, row.high))
        np.testing.assert_allclose(found.log_hazard_ratio[i, 1], beta, atol=3e-5)
        error = (high - low) / (2 * 1.959963984540054)
        np.testing.assert_allclose(wald.statistic[i, 1], -beta / error, atol=2e-4)
        checked += 1
    assert checked >= 10


@pytest.mark.independent
@pytest.mark.parametrize("name", ["milestone", "rmst"])
@pytest.mark.parametrize("scenario", [SMALL, SCANNED, SINGLE], ids=lambda s: s.name)
def test_curves_are_those_of_the_kernels_of_the_analysis(scenario: Scenario, name: str) -> None:
    at, single = 150.0, len(scenario.arms) == 1
    value = {"milestone": 0.45, "rmst": 100.0}[name] if single else None
    own = with_statistic(scenario, name=name, at=at, against=value)
    look = len(scenario.looks) - 1
    found = single_trials(own, trials=30, seed=SEED)
    checked = 0
    for i, d in enumerate(patients(own, look)[:30]):
        parts = []
        for arm in range(len(scenario.arms)):
            times, at_risk, events = counts(d, (arm,))
            survival, greenwood = pl.kaplan_meier(at_risk, events)
            until = math.floor(at * d.ticks)
            if name == "rmst":
                mean, variance = pl.rmst(times, survival, greenwood, until)
                parts.append((float(mean[0]) / d.ticks, float(variance[0]) / d.ticks**2))
            else:
                place = np.searchsorted(times, until, side="right") - 1
                s, g = (survival[0, place], greenwood[0, place]) if place >= 0 else (1.0, 0.0)
                parts.append((math.log(-math.log(s)), g / math.log(s) ** 2) if 0 < s < 1 else (math.nan, 0.0))
        if math.isnan(found.statistic[i, look]) or any(math.isnan(p[0]) for p in parts):
            continue
        if name == "milestone":
            first = parts[0][0]
            worse, better = (math.log(-math.log(0.45)), first) if single else (first, parts[1][0])
            z = (worse - better) / math.sqrt(sum(p[1] for p in parts))
        else:
            difference = parts[0][0] - 100.0 if single else parts[1][0] - parts[0][0]
            z = difference / math.sqrt(sum(p[1] for p in parts))
        np.testing.assert_allclose(found.statistic[i, look], z, rtol=2e-4, atol=2e-4)
        checked += 1
    assert checked >= 20


@pytest.mark.independent
@pytest.mark.parametrize("variance", ["expected", "mean"])
def test_one_sample_statistic_is_observed_less_expected(variance: str) -> None:
    truth = Survival.weibull(shape=1.4, median=180).with_cured(0.1).times(0.8)
    own = with_statistic(SINGLE, name="one_sample_logrank", against=truth, variance=variance)
    found = single_trials(own, trials=30, seed=SEED)
    room = block_data(plan_of(own), SEED, 0, 0, 0, empty_tally(plan_of(own)))
    ticks = plan_of(own).ticks
    keys = room.keys.reshape(own.n, LANES)[:, :30].astype(np.int64)  # not sorted, but the times are there
    time, observed = (keys >> 2) / ticks, (1 - ((keys >> 1) & 1)).sum(axis=0)
    expected = truth.cumulative_hazard(time).sum(axis=0)
    spread = expected if variance == "expected" else (expected + observed) / 2
    np.testing.assert_allclose(found.statistic[:, 0], (expected - observed) / np.sqrt(spread), atol=5e-4)


@pytest.mark.by_hand
def test_one_sample_statistic_of_the_plain_reference_agrees_with_the_method() -> None:
    from glisson.methods.one_sample import Reference, one_sample_logrank  # noqa: PLC0415

    found = single_trials(SINGLE, trials=5, seed=SEED)
    plan = plan_of(SINGLE)
    keys = block_data(plan, SEED, 0, 0, 0, empty_tally(plan)).keys.reshape(40, LANES)[:, :5].astype(np.int64)
    for i in range(5):
        # In hundredths of a day, the times are whole numbers as an endpoint wants them.
        time, event = np.round((keys[:, i] >> 2) / plan.ticks * 100).astype(np.int64), 1 - ((keys[:, i] >> 1) & 1)
        rows = one_sample_logrank(
            gl.Endpoint.from_arrays(np.maximum(time, 1), event, name="os"), Reference.of("r", {18000: 0.5})
        )
        o, e = rows.one("observed").value, rows.one("expected").value
        np.testing.assert_allclose(found.statistic[i, 0], (e - o) / math.sqrt(e), atol=2e-3)
        assert REFERENCE.median == pytest.approx(180)


@pytest.mark.by_hand
def test_event_looks_come_with_the_event_and_calendar_looks_on_their_day() -> None:
    found = single_trials(SEQUENTIAL, trials=300, seed=1)
    assert set(found.events[:, 0]) <= {45.0, 46.0}  # a second death within the same minute is counted with it
    assert (found.events[:, 0] == 45).mean() > 0.99
    small = single_trials(SMALL, trials=300, seed=1)
    np.testing.assert_allclose(small.day[:, 0], 220, atol=1e-3)
    assert (small.day[:, 1] >= small.day[:, 0]).all()
    assert (small.patients[:, 1] == 21).all()


@pytest.mark.property
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 11, 13])
def test_the_network_sorts_every_pattern_of_zeros_and_ones(n: int) -> None:
    # Zero-one principle: a network that sorts all of them sorts everything.
    rows = np.array([[code >> k & 1 for code in range(2**n)] for k in range(n)])
    for low, high, count in odd_even_merge(n).tolist():
        a, b = rows[low : low + count].copy(), rows[high : high + count].copy()
        rows[low : low + count], rows[high : high + count] = np.minimum(a, b), np.maximum(a, b)
    assert (np.diff(rows, axis=0) >= 0).all()
