"""Planning by precision, against simulation and enumeration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import beta, binom, chi2

from glisson.design.precision import median_precision, proportion_precision
from glisson.errors import SettingsError


@pytest.mark.independent
@pytest.mark.parametrize(("before", "months"), [(0, 0.0), (5, 36.6)])
def test_the_interval_excludes_the_value_as_often_as_planned(before: int, months: float) -> None:
    plan = median_precision(
        median_months=9, excluded_months=5, accrual_per_year=12, follow_up_months=12, events_before=before,
        months_before=months,
    )  # fmt: skip
    rng, trials = np.random.default_rng(20260101), 200_000
    total = rng.gamma(plan.events, 9 / math.log(2), size=trials) + months  # patient-months until the last event
    upper_rate = chi2.ppf(0.975, 2 * (plan.events + before)) / 2 / total
    share = np.mean(math.log(2) / upper_rate > 5)
    assert abs(share - plan.characteristics.one("power").value) < 3 * math.sqrt(0.16 / trials)
    assert share > 0.79


def test_fewer_patients_do_not_do() -> None:
    settings = {"median_months": 9, "excluded_months": 5, "accrual_per_year": 12, "follow_up_months": 12}
    n = median_precision(**settings).n
    with pytest.raises(SettingsError, match=f"no more than {n - 1} new patients"):
        median_precision(**settings, max_n=n - 1)


@pytest.mark.parametrize("wrong", [{"median_months": 4}, {"assured": 1.2}, {"accrual_per_year": 0}, {"level": 0}])
def test_impossible_numbers_are_one_sentence(wrong: dict[str, float]) -> None:
    settings = {"median_months": 9, "excluded_months": 5, "accrual_per_year": 12, "follow_up_months": 12}
    with pytest.raises(SettingsError):
        median_precision(**(settings | wrong))


@pytest.mark.by_hand
def test_the_smallest_n_with_a_narrow_interval() -> None:
    def half(n: int) -> float:
        x = np.arange(n + 1)
        low = np.where(x > 0, beta.ppf(0.025, np.maximum(x, 1), n - x + 1), 0)
        high = np.where(x < n, beta.ppf(0.975, x + 1, np.maximum(n - x, 1)), 1)
        return float(binom.pmf(x, n, 0.375) @ (high - low) / 2)

    n = proportion_precision(proportion=0.375, half_width=0.15).n
    assert half(n) <= 0.15 < half(n - 1)
