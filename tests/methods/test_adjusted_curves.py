"""Adjusted survival: by hand, against R's survfit of a Cox model, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glisson.errors import InputError, SettingsError
from glisson.methods.adjusted_curves import _fitted, _predicted, adjusted_curves, adjusted_survival
from glisson.methods.cox_model import fit_cox
from glisson.methods.survival import kaplan_meier
from glisson.tables import Endpoint
from tests.validation.goldens import golden


@pytest.mark.against_r
@pytest.mark.parametrize("by", ["arm", "cell"])
def test_average_predictions(by) -> None:
    d, case = golden("adjusted_curves")["data"], golden("adjusted_curves")["cases"][by]
    os = Endpoint.from_arrays(d["time"], d["status"], keys={k: d[k] for k in ("arm", "cell")}, name="os")
    model = fit_cox(os, ["arm", "cell"], numbers={k: d[k] for k in ("age", "karno")}, penalty="none")
    found = _predicted(model, by, tuple(case["levels"]), np.array(case["times"]))
    assert found == pytest.approx(np.array(case["survival"]), abs=1e-9)


def eight(arm: str = "abababab") -> Endpoint:
    keys = {"arm": list(arm), "sex": list("ffmmffmm")}
    return Endpoint.from_arrays([2, 3, 4, 6, 7, 8, 9, 11], [1, 1, 0, 1, 1, 1, 0, 1], keys=keys, name="os")


@pytest.mark.by_hand
def test_one_covariate_without_adjustment_is_the_prediction_of_the_model() -> None:
    # Deaths on 1 (a), 2 (b) and 3 (a), censored on 4 (b). With r the hazard ratio of b the score is
    # 1 - 2r/(2+2r) - 2r/(1+2r) - r/(1+r), solved by bisection, and H0 adds 1/(2+2r), 1/(1+2r), 1/(1+r).
    keys = {"arm": list("abab")}
    os = Endpoint.from_arrays([1, 2, 3, 4], [1, 1, 1, 0], keys=keys, name="os")
    rows = adjusted_survival(os, "arm", times=[1, 3], penalty="none")
    low, high = 0.0, 10.0
    for _ in range(200):
        r = (low + high) / 2
        low, high = (r, high) if 1 - 2 * r / (2 + 2 * r) - 2 * r / (1 + 2 * r) - r / (1 + r) > 0 else (low, r)
    after = [1 / (2 + 2 * r), 1 / (2 + 2 * r) + 1 / (1 + 2 * r) + 1 / (1 + r)]
    expected = [math.exp(-h * f) for h in after for f in (1, r)]
    assert [x.value for x in rows.select("survival")] == pytest.approx(expected, abs=1e-8)
    difference = rows.one("survival_difference", at=3.0)
    assert difference.value == pytest.approx(expected[3] - expected[2], abs=1e-8)
    assert (difference.detail, difference.n, difference.events) == ("versus a", 4, 3)


def test_a_covariate_moves_the_curves_together_where_it_explains_the_groups() -> None:
    # Survival depends on sex only, and a has more of the sex that lives long: adjustment shrinks the difference.
    draw = np.random.default_rng(5)
    n = 120
    sex = draw.random(n) < 0.5
    arm = np.where(draw.random(n) < np.where(sex, 0.8, 0.2), "a", "b")
    time = np.ceil(draw.exponential(np.where(sex, 400, 100))).astype(int)
    os = Endpoint.from_arrays(time, np.ones(n), keys={"arm": arm, "sex": np.where(sex, "f", "m")}, name="os")
    crude = kaplan_meier(os, "arm", times=[150]).select("survival").rows
    adjusted = adjusted_survival(os, "arm", "sex", times=[150])
    row = adjusted.one("survival_difference")
    assert abs(row.value) < 0.1 < abs(crude[1].value - crude[0].value)
    assert row.low < 0 < row.high


@pytest.mark.against_r
@pytest.mark.parametrize("by", ["arm", "cell"])
def test_jackknife_limits(by) -> None:
    d, case = golden("adjusted_curves")["data"], golden("adjusted_curves")["cases"][by]
    os = Endpoint.from_arrays(d["time"], d["status"], keys={k: d[k] for k in ("arm", "cell")}, name="os")
    other = "cell" if by == "arm" else "arm"
    numbers = {k: d[k] for k in ("age", "karno")}
    rows = adjusted_survival(os, by, other, numbers=numbers, times=case["times"], penalty="none")
    for g, level in enumerate(case["levels"]):
        mine = rows.select("survival", group=((by, level),)).rows
        assert [r.low for r in mine] == pytest.approx([row[g] for row in case["low"]], abs=1e-8)
        assert [r.high for r in mine] == pytest.approx([row[g] for row in case["high"]], abs=1e-8)
        if g:
            apart = rows.select("survival_difference", group=((by, level),)).rows
            errors = [(r.high - r.low) / 2 / 1.959963984540054 for r in apart]
            assert errors == pytest.approx([row[g - 1] for row in case["difference_se"]], abs=1e-8)


@pytest.mark.by_hand
def test_patients_are_left_out_whole() -> None:
    os = eight()
    pairs = Endpoint.from_arrays(os.exit, os.cause, cluster=[0, 0, 1, 1, 2, 2, 3, 3], name="os",
                                 keys={k: f.values() for k, f in os.keys.items()})  # fmt: skip
    one, two = (_fitted(e, "arm", "sex", None, "firth", 0.95) for e in (os, pairs))
    assert one.curves == pytest.approx(two.curves)
    assert (len(one.left_out), len(two.left_out)) == (8, 4)
    rest = os.take(np.arange(2, 8))
    again = _predicted(fit_cox(rest, ["arm", "sex"], penalty="firth"), "arm", ("a", "b"), one.days)
    assert two.left_out[0] == pytest.approx(again)


@pytest.mark.by_hand
def test_a_group_of_one_has_no_interval() -> None:
    rows = adjusted_survival(eight("abbbbbbb"), "arm", times=[5])
    assert {r.reason for r in rows} == {"no interval (without each of 1 patients there is no finite fit)"}
    assert all(r.value is not None for r in rows)


def test_curves_carry_the_counts_of_their_group() -> None:
    os = eight()
    first, second = adjusted_curves(os, "arm", "sex")
    assert (first.group, first.n, second.n) == ((("arm", "a"),), 4, 4)
    assert first.at_risk.tolist() == [4, 3, 3, 2, 2, 1, 1, 0]
    assert (first.events.sum(), first.censored.sum()) == (2, 2)
    assert np.all(np.diff(first.value) <= 0)
    rows = adjusted_survival(os, "arm", "sex", times=[6])
    assert first.value[3] == rows.one("survival", group=(("arm", "a"),)).value
    assert first.low[3] == rows.one("survival", group=(("arm", "a"),)).low


@pytest.mark.by_hand
def test_before_the_first_event_and_after_the_last_observation() -> None:
    rows = adjusted_survival(eight(), "arm", times=[1, 10, 12])
    start = rows.select(at=1.0)
    assert [(r.value, r.reason) for r in start] == [(1, "no event yet")] * 2 + [(0, "no event yet")]
    assert {r.reason for r in rows.select(at=12.0)} == {"not estimable (last observation on day 11)"}
    late = rows.select("survival", at=10.0).rows
    assert late[0].warning == "nobody in a was observed after day 9: the model extrapolates"
    assert late[1].warning == ""


@pytest.mark.parametrize(
    ("arm", "change", "error", "text"),
    [
        ("aaaaaaaa", {}, InputError, "one group only"),
        ("abababab", {"times": [-1]}, SettingsError, "days from 0"),
        ("abababab", {"covariates": "age"}, InputError, "no grouping variable age"),
    ],
)
def test_refusals(arm, change, error, text) -> None:
    with pytest.raises(error, match=text):
        adjusted_survival(eight(arm), "arm", **{"covariates": "sex", "times": [5], **change})
