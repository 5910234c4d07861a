"""The basket trial against numerical integration, simulation and what must hold of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from glisson.design.baskets import basket
from glisson.errors import SettingsError
from glisson.kernels.basket import grid, tails

SIZES = {"DEB-TACE": 12, "Y-90": 8, "Ablation": 8}


@pytest.mark.independent
def test_posterior_of_two_baskets_by_importance_sampling() -> None:
    rng, draws = np.random.default_rng(20261128), 2_000_000
    mean, spread = rng.normal(-1.0, 1.0, draws), np.abs(rng.normal(0, 0.5, draws))
    first, second = (expit(rng.normal(mean, spread)) for _ in range(2))
    weight = first**2 * (1 - first) ** 4 * second**3 * (1 - second)
    share = np.average(first > 0.2, weights=weight)
    error = np.sqrt(np.sum(weight**2 * ((first > 0.2) - share) ** 2)) / weight.sum()
    part = tails(grid((6, 4), 0.2, centre=-1.0, spread=1.0, scale=0.5))[0]
    assert abs(part[2, 3] - share) < 3 * error < 0.003


def test_a_finer_grid_changes_nothing() -> None:
    coarse = tails(grid((12, 8, 8), 0.1, centre=-1.2, spread=1.0, scale=0.5))
    fine = tails(grid((12, 8, 8), 0.1, centre=-1.2, spread=1.0, scale=0.5, means=90, spreads=64, inner=90))
    for a, b in zip(coarse, fine, strict=True):
        assert np.abs(a - b).max() < 1e-6


def test_borrowing_helps_where_all_work_and_errs_where_one_does_not() -> None:
    plan = basket(sizes=SIZES, p0=0.1, p1=0.4)
    every = (("scenario", "every method works"),)
    for name in SIZES:
        together, alone = (
            plan.characteristics.one("power", group=every, detail=f"{name}, {how}").value
            for how in ("pooled", "each by itself")
        )
        assert together >= alone
    none = plan.characteristics.select(group=(("scenario", "no method works"),))
    assert max(e.value for e in none) <= 0.05
    two = (("scenario", "only DEB-TACE and Y-90 work"),)
    assert plan.characteristics.one("type_i_error", group=two, detail="Ablation, pooled").value > 0.05


@pytest.mark.independent
def test_success_simulated() -> None:
    plan = basket(sizes=SIZES, p0=0.1, p1=0.4)
    part = tails(grid(tuple(SIZES.values()), 0.1, centre=float(np.log(0.1 / 0.9) + np.log(0.4 / 0.6)) / 2, spread=1.0,
                      scale=1.0))  # fmt: skip
    rng, trials = np.random.default_rng(20261128), 40_000
    counts = [rng.binomial(n, p, trials) for n, p in zip(SIZES.values(), (0.4, 0.1, 0.1), strict=True)]
    group = (("scenario", "only DEB-TACE works"),)
    for j, name in enumerate(SIZES):
        statistic = "power" if j == 0 else "type_i_error"
        value = plan.characteristics.one(statistic, group=group, detail=f"{name}, pooled").value
        share = np.mean(part[j][tuple(counts)] > plan.boundaries[j].efficacy)
        assert abs(share - value) < 3 * np.sqrt(value * (1 - value) / trials)


@pytest.mark.parametrize(
    "wrong", [{"sizes": {"a": 5}}, {"p1": 0.05}, {"alpha": 0.7}, {"sizes": {"a": 200, "b": 200, "c": 200}}]
)
def test_impossible_requests_are_one_sentence(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        basket(**({"sizes": SIZES, "p0": 0.1, "p1": 0.4} | wrong))
