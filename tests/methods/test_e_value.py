"""E-values: by hand, against root search in R, and what holds for any ratio."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.methods.e_value import e_value
from tests.validation.goldens import golden


@pytest.mark.against_r
@pytest.mark.parametrize("case", golden("pinned")["e_values"], ids=lambda c: f"{c['kind']} {c['value']}")
def test_strength_found_by_root_search(case) -> None:
    """The strength at which the joint bounding factor of VanderWeele and Ding is the risk ratio."""
    rows = e_value(case["value"], case["low"], case["high"], kind=case["kind"], rare=case["rare"])
    assert rows.one("e_value", detail="estimate").value == pytest.approx(case["point"], rel=1e-11)
    assert rows.one("e_value", detail="limit").value == pytest.approx(case["limit"], rel=1e-11)


@pytest.mark.by_hand
def test_formulas() -> None:
    # RR 2: 2 + sqrt 2. OR 4 of a common event is RR 2. HR 1 is RR 1. d = log(2) / 0.91 is RR 2.
    two = 2 + math.sqrt(2)
    assert e_value(2.0).one("e_value").value == pytest.approx(two)
    assert e_value(4.0, kind="or", rare=False).one("e_value").value == pytest.approx(two)
    assert e_value(math.log(2) / 0.91, kind="smd").one("e_value").value == pytest.approx(two)
    assert e_value(1.0, kind="hr", rare=False).one("e_value").value == 1.0
    # HR 4, common: (1 - 0.5^2) / (1 - 0.5^0.5) = 0.75 / 0.292893 = 2.560660.
    rr = 0.75 / (1 - math.sqrt(0.5))
    assert e_value(4.0, kind="hr", rare=False).one("e_value").value == pytest.approx(rr + math.sqrt(rr * (rr - 1)))


ratios = st.floats(0.01, 100)


@pytest.mark.property
@given(ratio=ratios, kind=st.sampled_from(["rr", "hr", "or"]), rare=st.booleans())
def test_a_ratio_and_its_inverse_need_the_same_confounder(ratio, kind, rare) -> None:
    one, other = (e_value(r, kind=kind, rare=rare).one("e_value").value for r in (ratio, 1 / ratio))
    # Near 1 the square root turns a rounding of 1e-16 into 1e-8.
    assert one >= 1
    assert one == pytest.approx(other, rel=1e-7)


@pytest.mark.property
@given(values=st.lists(ratios, min_size=3, max_size=3, unique=True), kind=st.sampled_from(["rr", "hr", "or"]))
def test_the_limit_needs_no_more_than_the_estimate(values, kind) -> None:
    low, ratio, high = sorted(values)
    rows = e_value(ratio, low, high, kind=kind, rare=False)
    point, limit = (rows.one("e_value", detail=d) for d in ("estimate", "limit"))
    assert 1 <= limit.value <= point.value + 1e-9
    assert (limit.value == 1.0) == (low <= 1 <= high) or abs(limit.value - 1) < 1e-6


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"ratio": 2.0, "kind": "hr"}, SettingsError, "rare is not said"),
        ({"ratio": 2.0, "kind": "risk"}, SettingsError, "rr, hr, or or smd"),
        ({"ratio": -1.0}, InputError, "ratios above 0"),
        ({"ratio": 2.0, "low": 1.0}, InputError, "both or none"),
        ({"ratio": 2.0, "low": 2.5, "high": 3.0}, InputError, "in the order"),
        ({"ratio": math.nan}, InputError, "numbers"),
    ],
)
def test_refusals(arguments, error, text) -> None:
    with pytest.raises(error, match=text):
        e_value(**arguments)
