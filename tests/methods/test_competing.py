"""Cumulative incidence against R, by hand, and by its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.kernels.product_limit import aalen_johansen, kaplan_meier
from glisson.methods.competing import cumulative_incidence, incidence_curves
from glisson.tables import Endpoint, risk_table
from tests.validation.goldens import golden

CASES = golden("survival")["competing"]
GROUPS = [(c, g) for c in CASES for g in c["groups"]]


def endpoint_of(case, group) -> Endpoint:
    keys = {"group": case["group"]}
    endpoint = Endpoint.from_arrays(case["time"], case["cause"], causes=("one", "two"), keys=keys, name=case["name"])
    return endpoint if group == "all" else endpoint.where(group=group)


@pytest.mark.against_r
@pytest.mark.parametrize("pair", GROUPS, ids=lambda p: f"{p[0]['name']}-{p[1]['group']}")
def test_incidence_and_both_variances(pair) -> None:
    case, reference = pair
    levels = risk_table(endpoint_of(case, reference["group"])).levels()
    place = np.searchsorted(levels.time, case["times"], side="right") - 1
    used = [i for i, (p, t) in enumerate(zip(place, case["times"], strict=True)) if p >= 0 and t <= levels.time[-1]]
    assert used
    for kind, theirs in (("aalen", reference["var"]), ("delta", reference["se"])):
        incidence, variance = aalen_johansen(levels.at_risk, levels.events, variance=kind)
        for i in used:
            for k in range(2):
                estimate = reference["est"][k][i]
                assert incidence[0, k, place[i]] == pytest.approx(estimate, rel=1e-9, abs=1e-12)
                expected = theirs[k][i] if kind == "aalen" else theirs[i][k] ** 2
                assert variance[0, k, place[i]] == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.by_hand
def test_two_causes_by_hand() -> None:
    # 4 at risk: progression on day 1 (1/4), death on day 2 (3/4 * 1/3 = 1/4), censored, progression on day 4 (1/2 * 1).
    ttp = Endpoint.from_arrays([1, 2, 3, 4], [1, 2, 0, 1], causes=("progression", "death"), name="ttp")
    rows = cumulative_incidence(ttp, times=[2, 4, 9])
    at = {(r.detail, r.at): r.value for r in rows.select("cumulative_incidence")}
    assert at["progression", 2.0] == pytest.approx(0.25)
    assert at["death", 2.0] == pytest.approx(0.25)
    assert at["progression", 4.0] == pytest.approx(0.75)
    assert at["progression", 9.0] == pytest.approx(0.75)


def test_beyond_the_last_observation_there_is_a_reason() -> None:
    ttp = Endpoint.from_arrays([1, 3], [1, 0], causes=("progression", "death"), name="ttp")
    row = cumulative_incidence(ttp, times=[9]).one("cumulative_incidence", detail="progression")
    assert row.reason == "not estimable (last observation on day 3)"


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 2)), min_size=1, max_size=10))
def test_causes_add_up_to_one_minus_survival(rows) -> None:
    time, cause = zip(*rows, strict=True)
    levels = risk_table(Endpoint.from_arrays(time, cause, causes=("a", "b"))).levels()
    incidence, variance = aalen_johansen(levels.at_risk, levels.events)
    survival, _ = kaplan_meier(levels.at_risk, levels.events.sum(axis=1))
    np.testing.assert_allclose(incidence.sum(axis=1), 1 - survival, atol=1e-12)
    assert np.all(variance >= 0)
    for one in incidence_curves(Endpoint.from_arrays(time, cause, causes=("a", "b"))):
        assert np.all(np.diff(one.value) >= -1e-12)


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 1)), min_size=1, max_size=10))
def test_one_cause_has_greenwoods_variance(rows) -> None:
    time, event = zip(*rows, strict=True)
    levels = risk_table(Endpoint.from_arrays(time, event)).levels()
    _, variance = aalen_johansen(levels.at_risk, levels.events, variance="delta")
    survival, greenwood = kaplan_meier(levels.at_risk, levels.events[:, 0])
    survival, greenwood = survival[0], greenwood[0]
    inside = survival > 0
    np.testing.assert_allclose(variance[0, 0][inside], survival[inside] ** 2 * greenwood[inside], atol=1e-12)
