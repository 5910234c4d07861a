"""Regression of restricted means: by hand, against R (survival, sandwich, Tian's equations written out), properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from glisson.errors import InputError, NotSupportedError, SettingsError
from glisson.kernels.pseudo import censoring_weights, restricted_means
from glisson.methods.compare import rmst_difference
from glisson.methods.rmst_regression import rmst_regression
from glisson.tables import Endpoint
from tests.validation.goldens import golden

CASES = golden("rmst_regression")["cases"]


def _endpoint(case: dict[str, Any], *, clustered: bool = False) -> Endpoint:
    return Endpoint.from_arrays(case["time"], case["dead"], keys={"group": case["group"]}, name="os",
                                cluster=case["cluster"] if clustered else None)  # fmt: skip


def _errors(rows, df: int) -> list[float]:
    quantile = float(stdtrit(df, 0.975))
    return [(r.high - r.low) / 2 / quantile for r in (*rows.select("rmst_intercept"), *rows.select("rmst_difference"))]


def _values(rows) -> list[float]:
    return [r.value for r in (*rows.select("rmst_intercept"), *rows.select("rmst_difference"))]


@pytest.mark.against_r
@pytest.mark.parametrize("case", CASES)
def test_pseudo_values_and_their_regression(case) -> None:
    found = restricted_means(np.array(case["time"]), np.array(case["dead"]) == 1, case["tau"])
    assert found == pytest.approx(np.array(case["pseudo"]), rel=1e-9)
    rows = rmst_regression(_endpoint(case), "group", numbers={"z": case["z"]}, tau=case["tau"])
    assert _values(rows) == pytest.approx(case["beta"], rel=1e-8)
    assert _errors(rows, len(case["time"]) - 3) == pytest.approx(case["hc3"], rel=1e-8)


@pytest.mark.against_r
@pytest.mark.parametrize("case", CASES)
def test_correlated_units(case) -> None:
    rows = rmst_regression(_endpoint(case, clustered=True), "group", numbers={"z": case["z"]}, tau=case["tau"])
    assert _values(rows) == pytest.approx(case["beta"], rel=1e-8)
    assert _errors(rows, max(case["cluster"]) - 1) == pytest.approx(case["clustered"], rel=1e-8)


@pytest.mark.against_r
@pytest.mark.parametrize("case", CASES)
def test_tians_equations(case) -> None:
    weight, _, _ = censoring_weights(np.array(case["time"]), np.array(case["dead"]) == 1, case["tau"])
    assert weight == pytest.approx(np.array(case["ipcw"]["weight"]), rel=1e-12)
    rows = rmst_regression(
        _endpoint(case), "group", numbers={"z": case["z"]}, tau=case["tau"], estimator="ipcw"
    )  # fmt: skip
    assert _values(rows) == pytest.approx(case["ipcw"]["beta"], rel=1e-8)
    assert _errors(rows, len(case["time"]) - 3) == pytest.approx(case["ipcw"]["se"], rel=1e-8)


@pytest.mark.by_hand
@pytest.mark.parametrize("estimator", ["pseudo", "ipcw"])
def test_without_censoring_it_is_least_squares(estimator) -> None:
    # Restricted times at 35: 10, 20, 30 and 20, 30, 35: means 20 and 28 1/3.
    os = Endpoint.from_arrays([10, 20, 30, 20, 30, 40], [1] * 6, keys={"arm": list("aaabbb")}, name="os")
    rows = rmst_regression(os, "arm", tau=35, estimator=estimator)
    assert _values(rows) == pytest.approx([20, 25 / 3])
    # HC3 in two groups: each residual over 1 - 1/3, squared and divided by 9.
    first = sum((1.5 * r) ** 2 for r in (-10, 0, 10)) / 9
    second = sum((1.5 * (r - 85 / 3)) ** 2 for r in (20, 30, 35)) / 9
    assert _errors(rows, 4) == pytest.approx([math.sqrt(first), math.sqrt(first + second)])
    p = rows.one("p", detail="arm")
    assert f"chi-square {(25 / 3) ** 2 / (first + second):.2f}" in p.method


@pytest.mark.by_hand
def test_pseudo_values_of_four_with_one_censored() -> None:
    # Deaths on 1, 3, 4 and censored on 2; tau 4. S: 3/4 from 1, 3/8 from 3: mean 1 + 3/2 + 3/8 = 23/8.
    # Without the censored one: 1 + 4/3 + 1/3 = 8/3, pseudo-value 4 * 23/8 - 3 * 8/3 = 3.5.
    found = restricted_means(np.array([1, 3, 4, 2]), np.array([True, True, True, False]), 4.0)
    assert found[3] == pytest.approx(3.5)
    # Without the one who died on day 1: S is 1 to day 3, then 1/2: mean 3.5; 11.5 - 10.5 = 1.
    assert found[0] == pytest.approx(1.0)


@pytest.mark.by_hand
def test_weights_of_four_with_one_censored() -> None:
    # On day 2 three are at risk of being censored and one is: G is 2/3 after it.
    weight, days, martingale = censoring_weights(np.array([1, 3, 4, 2]), np.array([True, True, True, False]), 4.0)
    assert weight == pytest.approx([1, 1.5, 1.5, 0])
    assert days.tolist() == [2]
    assert martingale[:, 0] == pytest.approx([0, -1 / 9, -1 / 9, 2 / 9])


def test_the_horizon_is_what_every_group_supports() -> None:
    keys = {"arm": list("aaaabbbb")}
    os = Endpoint.from_arrays([10, 20, 30, 80, 15, 25, 35, 60], [1, 1, 1, 0, 1, 1, 1, 0], keys=keys, name="os")
    assert rmst_regression(os, "arm").one("rmst_difference").at == 60 == rmst_difference(os, "arm").rows[0].at
    with pytest.raises(InputError, match="nobody observed after day 80"):
        rmst_regression(os, "arm", tau=81)


@st.composite
def cohorts(draw):
    n = draw(st.integers(6, 20))
    times = draw(st.lists(st.integers(1, 12), min_size=n, max_size=n))
    events = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    return times, events, ["a", "b"] * (n // 2) + ["a"] * (n % 2)


@pytest.mark.property
@given(data=cohorts(), scale=st.integers(2, 9))
@settings(max_examples=60)
def test_order_unit_of_time_and_sign_of_the_contrast(data, scale) -> None:
    times, events, arms = data
    tau = min(6, max(times))

    def run(factor=1, swap=False, flip=False):
        order = slice(None, None, -1) if flip else slice(None)
        arm = [{"a": "b", "b": "a"}[a] for a in arms] if swap else arms
        os = Endpoint.from_arrays(np.array(times)[order] * factor, np.array(events)[order], name="os",
                                  keys={"arm": np.array(arm)[order]})  # fmt: skip
        return rmst_regression(os, "arm", tau=tau * factor).one("rmst_difference")

    row = run()
    for other, factor in ((run(flip=True), 1), (run(scale), scale)):
        assert other.value == pytest.approx(row.value * factor, abs=1e-8 * scale)
        assert other.high - other.low == pytest.approx((row.high - row.low) * factor, abs=1e-8 * scale)
    assert run(swap=True).value == pytest.approx(-row.value, abs=1e-9)
    if not any(events):  # nobody died: everybody lives through the horizon
        assert row.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"estimator": "tian"}, SettingsError, "pseudo or ipcw"),
        ({"level": 1.0}, SettingsError, "level"),
        ({"covariates": ()}, InputError, "something to compare"),
        ({"numbers": {"z": [1.0] * 6}}, InputError, "cannot be told apart"),
        ({"numbers": {k: [1.0, 2, 3, 5, 8, 13] for k in "vwxyz"}}, InputError, "6 units for 7 coefficients"),
        ({"tau": -1}, SettingsError, "days from 0"),
    ],
)
def test_refusals(change, error, text) -> None:
    os = Endpoint.from_arrays([10, 20, 30, 20, 30, 40], [1] * 6, keys={"arm": list("aaabbb")}, name="os")
    with pytest.raises(error, match=text):
        rmst_regression(os, **{"covariates": "arm", "tau": 30, **change})


def test_late_entry_is_refused() -> None:
    os = Endpoint.from_arrays([10, 20, 30], [1] * 3, entry=[0, 5, 0], keys={"arm": list("aab")}, name="os")
    with pytest.raises(NotSupportedError, match="entered late"):
        rmst_regression(os, "arm", tau=10)
