"""Hazard ratios: against R's coxph, by hand, and what must not be estimated."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.methods.hazard_ratio import hazard_ratio
from glisson.tables import Endpoint, Factor, risk_table
from tests.validation.goldens import golden

CASES = {c["name"]: c for c in golden("survival")["tests"]}
FITS = golden("cox")["fits"]


def _endpoint(time, status, group, order=None) -> Endpoint:
    levels = order or list(dict.fromkeys(group))
    return Endpoint.from_arrays(time, status, keys={"group": Factor.of(group, levels)}, name="os")


@pytest.mark.against_r
@pytest.mark.parametrize("fit", FITS, ids=lambda f: f["name"])
def test_ratios_and_intervals(fit):
    case = CASES[fit["name"]]
    rows = hazard_ratio(_endpoint(case["time"], case["status"], case["group"]), "group")
    assert [dict(r.group)["group"] for r in rows] == fit["levels"]
    for row, log_hr, se in zip(rows, fit["log_hr"], fit["se"], strict=True):
        assert math.log(row.value) == pytest.approx(log_hr, abs=1e-8)
        assert math.log(row.high / row.low) == pytest.approx(2 * 1.959963984540054 * se, rel=1e-7)


@pytest.mark.by_hand
def test_three_patients():
    """B, A, B fail on days 1, 2, 3: h/(2h + 1) * 1/(h + 1) is largest where 2 h^2 = 1."""
    row = hazard_ratio(_endpoint([2, 1, 3], [1, 1, 1], ["A", "B", "B"]), "group").one("hazard_ratio")
    assert row.value == pytest.approx(math.sqrt(0.5), abs=1e-9)


def test_what_has_no_finite_ratio_says_so():
    apart = hazard_ratio(_endpoint([1, 2, 5, 6], [1, 1, 1, 1], list("aabb")), "group")
    assert apart.one("hazard_ratio").reason == "not estimable (the ratio grows without end)"
    none = hazard_ratio(_endpoint([1, 2, 5, 6], [1, 1, 0, 0], list("aabb")), "group")
    assert none.one("hazard_ratio").reason == "not estimable (a group has 0 events)"
    alone = hazard_ratio(_endpoint([1, 2], [1, 1], list("aa")), "group")
    assert alone.one("hazard_ratio").reason == "not estimable (one group)"


patients = st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.sampled_from("ab")), min_size=2, max_size=14).filter(
    lambda rows: len({g for *_, g in rows}) == 2
)


@pytest.mark.property
@given(patients)
def test_exchanging_the_groups_inverts_the_ratio_and_tables_give_what_rows_give(rows):
    time, status, group = (list(x) for x in zip(*rows, strict=True))
    one = hazard_ratio(_endpoint(time, status, group, ["a", "b"]), "group").one("hazard_ratio")
    other = hazard_ratio(_endpoint(time, status, group, ["b", "a"]), "group").one("hazard_ratio")
    table = risk_table(_endpoint(time, status, group, ["a", "b"]), ["group"])
    assert hazard_ratio(table, "group").one("hazard_ratio") == one
    if one.value is None:
        assert other.value is None
        assert one.reason
    else:
        assert one.value * other.value == pytest.approx(1, rel=1e-6)
        assert one.low * other.high == pytest.approx(1, rel=1e-5)
