"""Matching to published means: a closed form, the published example, what cannot be reached."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.errors import InputError
from glisson.methods.cox import cox
from glisson.methods.maic import match
from glisson.tables import Endpoint
from tests.paths import vector


def test_one_proportion_has_a_closed_form() -> None:
    case = json.loads(vector("maic_tiny_binary.json").read_text(encoding="utf-8"))
    found = match({"x": case["x"]}, {"x": case["target"]})
    ratio = np.array(case["weights"]) / found.weight
    assert ratio == pytest.approx(np.full(len(ratio), ratio[0]), rel=1e-9)
    assert found.effective == pytest.approx(case["ess"], rel=1e-9)
    assert not found.enough
    assert "count as 8.4" in found.why_not


def test_published_example_with_500_patients() -> None:
    case = json.loads(vector("external/maic_unanchored.json").read_text(encoding="utf-8"))
    x, names = np.array(case["X"]), case["columns"]
    found = match({n: x[:, j] for j, n in enumerate(names)}, dict.fromkeys(names, 0.0))
    assert found.effective == pytest.approx(case["ess"], rel=1e-6)
    assert found.weight[:10] == pytest.approx(np.array(case["scaled_weights_first10"]), rel=1e-5, abs=1e-9)
    assert found.enough
    ipd, other = case["tte"]["ipd"], case["tte"]["pseudo_B"]
    time = np.concatenate([other["time"], ipd["time"]])
    weight = found.weight * case["weights_first10"][0] / found.weight[0]  # theirs do not add up to n
    both = Endpoint.from_arrays(
        np.rint(time * 10**6), np.concatenate([other["event"], ipd["event"]]), name="os",
        keys={"arm": ["B"] * len(other["time"]) + ["ours"] * 500},
        weight=np.concatenate([np.ones(len(other["time"])), weight]),
        cluster=np.arange(len(time)),
    )  # fmt: skip
    row = cox(both, "arm", penalty="none", interval="wald").one("hazard_ratio")
    assert row.value == pytest.approx(case["cox_weighted"]["hr_ci"][0], rel=1e-5)


def test_spread_is_matched_too() -> None:
    age = np.array([40, 45, 50, 55, 60, 65, 70, 75], dtype=float)
    found = match({"age": age}, {"age": 55.0}, spread={"age": 8.0})
    assert found.weight @ age / 8 == pytest.approx(55)
    assert found.weight @ (age - 55) ** 2 / 8 == pytest.approx(64)


@pytest.mark.by_hand
def test_moments_and_quantiles_by_hand() -> None:
    # Five men of ten: each of three gets 5/3, each of seven women 5/7; 3 * (5/3)^2 + 7 * (5/7)^2 = 11.905.
    rows = match({"male": [1] * 3 + [0] * 7}, {"male": 0.5}).estimates({"male": 0.51})
    mean = {d: rows.one("covariate_mean", detail=d).value for d in ("before", "after", "published")}
    assert mean == pytest.approx({"before": 0.3, "after": 0.5, "published": 0.5})
    spread = {d: rows.one("covariate_sd", detail=d).value for d in ("before", "after", "published")}
    squares = 3 * (5 / 3) ** 2 + 7 * (5 / 7) ** 2
    after = np.sqrt(10 * 0.25 / (10 - squares / 10))  # sum w (x - 0.5)^2 is 10 / 4
    assert spread == pytest.approx({"before": np.std([1] * 3 + [0] * 7, ddof=1), "after": after, "published": 0.51})
    assert rows.one("effective_size").value == pytest.approx(100 / squares)
    assert rows.one("largest_weight").value == pytest.approx(5 / 3)
    assert rows.one("largest_share").value == pytest.approx(1 / 6)
    assert [rows.one("weight_quantile", at=q).value for q in (0, 0.5, 1)] == pytest.approx([5 / 7, 5 / 7, 5 / 3])


@pytest.mark.parametrize(
    ("columns", "target", "said"),
    [
        ({"x": [0, 0, 1]}, {"x": 1.5}, "no weights"),
        ({"x": [0, 0, 1]}, {"x": 1.0}, "no weights"),
        ({"x": [1, 1, 1]}, {"x": 0.5}, "no weights"),
        ({"x": [0, np.nan, 1]}, {"x": 0.5}, "missing in 1 of 3"),
        ({"x": [0, 1]}, {}, "no published mean"),
        ({}, {}, "nothing to match"),
        ({"x": [0, 1], "y": [0, 1, 1]}, {"x": 0.5, "y": 0.5}, "different lengths"),
    ],
)
def test_what_cannot_be_is_said(columns: dict, target: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        match(columns, target)


def test_its_own_means_leave_a_cohort_as_it_is() -> None:
    found = match({"x": [1.0, 2.0, 4.0], "y": [0.0, 1.0, 0.0]}, {"x": 7 / 3, "y": 1 / 3})
    assert found.weight == pytest.approx(np.ones(3))
    assert found.effective == pytest.approx(3)


@given(st.lists(st.integers(0, 1), min_size=3, max_size=12), st.floats(0.05, 0.95))
def test_weights_are_positive_and_reach_the_target(x: list[int], goal: float) -> None:
    if len(set(x)) < 2:
        return
    found = match({"x": x}, {"x": goal})
    assert np.all(found.weight > 0)
    assert found.after[0] == pytest.approx(goal, abs=1e-6)
    assert 0 < found.effective <= len(x) + 1e-9
