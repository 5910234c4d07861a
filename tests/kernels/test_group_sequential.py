"""Boundaries of trials looked at several times: published values, rpact, simulation-free identities, properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from glisson.kernels import group_sequential as kernel
from glisson.kernels.group_sequential import (
    bounds_with_futility,
    drift_for,
    exits,
    fixed_drift,
    shaped_bounds,
    spent_bounds,
    stagewise,
)
from glisson.kernels.spending import hwang_shih_decani, obrien_fleming_type, pocock_type, power_family
from tests.validation.goldens import golden

SPENDING = {"OF": obrien_fleming_type, "P": pocock_type, "KD": power_family, "HSD": hwang_shih_decani}


def _bounds(kind: str, time: np.ndarray, alpha: float) -> np.ndarray:
    if kind.startswith("as"):
        return spent_bounds(time, SPENDING[kind[2:]](time, alpha))
    return shaped_bounds(time, alpha, {"OF": -0.5, "P": 0.0, "WT": -0.25}[kind])


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("pinned")["boundaries"], ids=lambda c: f"{c['type']} {c['looks']}")
def test_boundaries_and_drift_of_even_looks(case: dict[str, Any]):
    looks = case["looks"]
    time = np.arange(1, looks + 1) / looks
    upper = _bounds(case["type"], time, 0.025)
    assert upper == pytest.approx(case["upper"], abs=1e-7)
    assert drift_for(time, np.full(looks, -np.inf), upper, 0.8) ** 2 == pytest.approx(case["shift"], abs=1e-6)


@pytest.mark.against_r
def test_unequal_looks():
    upper = _bounds("asOF", np.array([0.3, 0.7, 1.0]), 0.025)
    assert upper == pytest.approx(golden("pinned")["uneven"], abs=1e-7)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("kind", "looks", "published"),
    [("P", 2, 2.178), ("P", 3, 2.289), ("P", 5, 2.413), ("OF", 2, 1.977), ("OF", 3, 2.004), ("OF", 5, 2.040)],
)
def test_constants_of_the_tables_of_pocock_and_obrien_fleming(kind: str, looks: int, published: float):
    """Jennison & Turnbull 2000, tables 2.1 and 2.3, two-sided 0.05: C_P and C_B."""
    time = np.arange(1, looks + 1) / looks
    assert shaped_bounds(time, 0.025, {"P": 0.0, "OF": -0.5}[kind], both=True)[-1] == pytest.approx(published, abs=6e-4)


@pytest.mark.by_hand
def test_one_look_is_the_normal_distribution():
    below, above = exits([1.0], [-1.0], [1.96], 0.5)
    assert below[0] == pytest.approx(norm.cdf(-1.5), abs=1e-15)
    assert above[0] == pytest.approx(norm.sf(1.46), abs=1e-15)
    assert fixed_drift(0.025, 0.9) == pytest.approx(norm.ppf(0.975) + norm.ppf(0.9), abs=1e-14)


@pytest.mark.independent
def test_two_looks_are_the_bivariate_normal_distribution():
    time, drift = np.array([0.4, 1.0]), 1.7
    mean, rho = drift * np.sqrt(time), math.sqrt(0.4)
    joint = multivariate_normal(mean=-mean, cov=[[1, -rho], [-rho, 1]], allow_singular=False)
    _, above = exits(time, [-np.inf] * 2, [2.3, 2.0], drift)
    # P(Z1 < 2.3, Z2 >= 2.0) = P(Z1 < 2.3, -Z2 <= -2.0).
    mixed = multivariate_normal(mean=[mean[0], -mean[1]], cov=[[1, -rho], [-rho, 1]]).cdf([2.3, -2.0])
    assert joint.dim == 2
    assert above[1] == pytest.approx(mixed, abs=1e-8)


def test_finer_nodes_change_nothing(monkeypatch: pytest.MonkeyPatch):
    time = np.array([0.02, 0.05, 0.3, 0.31, 0.9, 1.0])
    coarse = bounds_with_futility(time, obrien_fleming_type(time, 0.025), pocock_type(time, 0.2), binding=True)
    monkeypatch.setattr(kernel, "_WIDTH", 0.7)
    fine = bounds_with_futility(time, obrien_fleming_type(time, 0.025), pocock_type(time, 0.2), binding=True)
    assert np.allclose(coarse[0], fine[0], atol=1e-9)
    assert np.allclose(coarse[1], fine[1], atol=1e-9)
    assert coarse[2] == pytest.approx(fine[2], abs=1e-9)


def found_of(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Looks, lower and upper boundaries and drift of a design of rpact."""
    time, alpha, both = np.array(case["time"]), case["alpha"], case["sided"] == 2
    kind, looks = case["type"], len(case["time"])
    given_lower = [x for x in np.atleast_1d(case["futility_given"]).tolist() if x is not None]
    fixed = np.array([*given_lower, -np.inf]) if case["beta_type"] == "none" else None
    fixed = np.where(fixed <= -6, -np.inf, fixed) if fixed is not None else None
    bound_below = fixed if fixed is not None and case["binding"] else None
    error = alpha / 2 if both else alpha

    def spend(name: str, total: float, shape: float | None) -> np.ndarray:
        function = SPENDING[name]
        return function(time, total) if shape is None else function(time, total, shape)

    if case["beta_type"] != "none":
        spent = spend(kind[2:], error, case["gamma"])
        beta = spend(case["beta_type"][2:], case["beta"], case["gamma_beta"])
        return time, *bounds_with_futility(time, spent, beta, binding=case["binding"])
    if kind.startswith("as"):
        upper = spent_bounds(time, spend(kind[2:], error, case["gamma"]), lower=bound_below, both=both)
    else:
        upper = shaped_bounds(time, error, {"OF": -0.5, "P": 0.0}[kind], lower=bound_below, both=both)
    lower = -upper if both else fixed if fixed is not None else np.full(looks, -np.inf)
    return time, lower, upper, drift_for(time, lower, upper, 1 - case["beta"])


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("group_sequential")["designs"], ids=lambda c: c["label"])
def test_designs_of_rpact(case: dict[str, Any]):
    time, lower, upper, drift = found_of(case)
    assert upper == pytest.approx(case["upper"], abs=1e-6)
    if case["beta_type"] != "none":
        assert lower[:-1] == pytest.approx(np.atleast_1d(case["lower"]), abs=1e-6)
    assert drift**2 == pytest.approx(case["shift"], abs=2e-6)
    _, above = exits(time, lower, upper, drift)
    assert np.cumsum(above) == pytest.approx(case["power"], abs=1e-6)


@settings(max_examples=12, deadline=None)
@given(
    time=st.lists(st.floats(0.05, 0.95), min_size=0, max_size=3, unique_by=lambda x: round(x, 2)),
    alpha=st.sampled_from([0.01, 0.025, 0.05, 0.1]),
    gamma=st.floats(-6, 2),
)
@pytest.mark.property
def test_what_is_spent_adds_up_and_boundaries_of_late_spending_fall(time: list[float], alpha: float, gamma: float):
    t = np.array([*sorted(time), 1.0])
    for spent in (hwang_shih_decani(t, alpha, gamma), obrien_fleming_type(t, alpha), pocock_type(t, alpha)):
        assert spent[-1] == pytest.approx(alpha, rel=1e-12)
        assert np.all(np.diff(spent) > 0)
        upper = spent_bounds(t, spent)
        _, above = exits(t, np.full(len(t), -np.inf), upper)
        assert np.cumsum(above) == pytest.approx(spent, rel=1e-8, abs=1e-14)
    falling = shaped_bounds(t, alpha, -0.5)
    assert np.all(np.diff(falling) < 0)
    assert falling[-1] >= norm.ppf(1 - alpha) - 1e-9


@settings(max_examples=15, deadline=None)
@given(drift=st.floats(-1, 5), more=st.floats(0.05, 2))
@pytest.mark.property
def test_power_rises_with_the_drift_and_everything_that_stops_adds_up(drift: float, more: float):
    time, lower, upper = [0.3, 0.6, 1.0], [-0.5, 0.4, 2.0], [3.2, 2.5, 2.0]
    below, above = exits(time, lower, upper, drift)
    assert below.sum() + above.sum() == pytest.approx(1.0, abs=1e-9)
    assert exits(time, lower, upper, drift + more)[1].sum() > above.sum()


@pytest.mark.property
def test_binding_futility_lowers_the_last_boundary_and_non_binding_keeps_alpha():
    t = np.array([0.5, 1.0])
    alpha, beta = obrien_fleming_type(t, 0.025), obrien_fleming_type(t, 0.1)
    binding = bounds_with_futility(t, alpha, beta, binding=True)
    free = bounds_with_futility(t, alpha, beta, binding=False)
    assert binding[1][-1] < free[1][-1]
    assert exits(t, [-np.inf] * 2, free[1])[1].sum() == pytest.approx(0.025, abs=1e-11)
    assert exits(t, binding[0], binding[1])[1].sum() == pytest.approx(0.025, abs=1e-11)
    for lower, upper, drift in (binding, free):
        assert exits(t, lower, upper, drift)[1].sum() == pytest.approx(0.9, abs=1e-10)


@pytest.mark.by_hand
def test_the_order_by_stages_counts_earlier_crossings_first():
    time, none, upper = [0.5, 1.0], [-np.inf] * 2, [2.8, 1.977]
    first = stagewise(time, none, upper, 1, 3.0)
    assert first == pytest.approx(norm.sf(3.0), abs=1e-14)
    assert stagewise(time, none, upper, 2, 2.5) > norm.sf(2.8)
    assert stagewise(time, none, upper, 2, -40.0) == pytest.approx(1.0, abs=1e-9)
