"""One cohort against a published curve: vectors, by hand, properties."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from glisson.errors import SettingsError
from glisson.methods.one_sample import Reference, expected_events, one_sample_logrank, rmst_against
from glisson.tables import Endpoint, risk_table
from tests.paths import vector

#: Days hold whole numbers: a year of the vectors is so many.
YEAR = 10**9


def test_published_examples() -> None:
    for case in json.loads(vector("external/one_sample_logrank.json").read_text(encoding="utf-8"))["cases"]:
        scale = case["x0"] * YEAR / (-math.log(case["S0"])) ** (1 / case["shape"])
        os = Endpoint.from_arrays(np.rint(np.array(case["time"]) * YEAR), case["status"], name="os")

        def hazard(days, scale=scale, shape=case["shape"]):
            return (np.maximum(days, 0) / scale) ** shape

        rows = one_sample_logrank(os, hazard)
        assert rows.one("observed").value == case["O"]
        assert rows.one("expected").value == pytest.approx(case["E"], abs=1e-7)
        assert rows.one("p").value == pytest.approx(2 * ndtr(-abs(case["Z"])), abs=1e-8)
        wu = one_sample_logrank(os, hazard, variance="mean").one("p").value
        assert wu == pytest.approx(2 * ndtr(-abs(case["Z_wu_half"])), abs=1e-8)


def test_by_hand() -> None:
    # A median of 100 days: hazard ln 2 / 100 a day; 600 days under observation make 4.16 deaths expected.
    os = Endpoint.from_arrays([100, 200, 300], [1, 1, 0], name="os")
    rows = one_sample_logrank(os, Reference.of("median of 100 days", {100: 0.5}))
    assert rows.one("expected").value == pytest.approx(6 * math.log(2))
    ratio = rows.one("rate_ratio")
    assert ratio.value == pytest.approx(2 / (6 * math.log(2)))
    # Exact limits of 2: 0.2422 and 7.2247.
    assert (ratio.low * 6 * math.log(2), ratio.high * 6 * math.log(2)) == pytest.approx((0.2422, 7.2247), abs=1e-4)


def test_late_entry_counts_from_entry_on() -> None:
    curve = Reference.of("x", {100: 0.5})
    whole = Endpoint.from_arrays([300, 400], [1, 1], name="os")
    late = Endpoint.from_arrays([300, 400], [1, 1], entry=[100, 200], name="os")
    lost = float(curve.cumulative_hazard([100]).sum() + curve.cumulative_hazard([200]).sum())
    expected = [expected_events(risk_table(e, []), curve.cumulative_hazard) for e in (whole, late)]
    assert expected[0] - expected[1] == pytest.approx(lost)


def test_the_uncertainty_of_the_reference_widens_the_limits() -> None:
    os = Endpoint.from_arrays([100, 200, 300, 350, 390, 500], [1, 1, 1, 1, 1, 0], name="os")
    known, unsure = (Reference.of("x", {150: 0.5}, log_error=e) for e in (1e-9, 0.4))
    a, b = (one_sample_logrank(os, r) for r in (known, unsure))
    assert b.one("rate_ratio").low < a.one("rate_ratio").low < a.one("rate_ratio").high < b.one("rate_ratio").high
    assert b.one("p").value > a.one("p").value
    assert (
        rmst_against(os, unsure, 300).one("rmst_difference").high
        > rmst_against(os, known, 300).one("rmst_difference").high
    )


def test_limits_are_continuous_in_the_uncertainty_and_added_in_squares() -> None:
    os = Endpoint.from_arrays([100, 200, 300], [1, 1, 0], name="os")
    exact = one_sample_logrank(os, Reference.of("x", {100: 0.5})).one("rate_ratio")
    nearly = one_sample_logrank(os, Reference.of("x", {100: 0.5}, log_error=1e-9)).one("rate_ratio")
    assert (nearly.low, nearly.high) == pytest.approx((exact.low, exact.high), rel=1e-9)
    # By hand: O = 2, exact limits 0.2422 and 7.2247, z s = 1.959964 x 0.5 = 0.979982.
    wide = one_sample_logrank(os, Reference.of("x", {100: 0.5}, log_error=0.5)).one("rate_ratio")
    expected = 6 * math.log(2)
    assert wide.low * expected == pytest.approx(2 * math.exp(-math.hypot(math.log(2 / 0.242209), 0.979982)), rel=1e-4)
    assert wide.high * expected == pytest.approx(2 * math.exp(math.hypot(math.log(7.224688 / 2), 0.979982)), rel=1e-4)


def test_several_points_are_met_and_the_mean_is_the_area() -> None:
    curve = Reference.of("x", {183: 0.7, 365: 0.36, 730: 0.2})
    assert curve.survival([183, 365, 730]) == pytest.approx([0.7, 0.36, 0.2])
    area = quad(lambda t: float(curve.survival([t])[0]), 0, 900, points=[183, 365, 730])[0]
    assert curve.rmst(900)[0] == pytest.approx(area, rel=1e-9)
    assert curve.rmst(900)[1] == 0


@pytest.mark.parametrize("points", [{}, {0: 0.5}, {100: 1.0}, {100: 0.0}, {100: 0.3, 200: 0.5}])
def test_impossible_curves_are_refused(points: dict[float, float]) -> None:
    with pytest.raises(SettingsError, match="survival of"):
        Reference.of("x", points)


def test_nobody_had_the_event() -> None:
    rows = one_sample_logrank(Endpoint.from_arrays([50, 60], [0, 0], name="os"), Reference.of("x", {100: 0.5}))
    assert rows.one("rate_ratio").low == rows.one("rate_ratio").value == 0
    on_day_0 = one_sample_logrank(Endpoint.from_arrays([0], [0], name="os"), Reference.of("x", {100: 0.5}))
    assert on_day_0.one("rate_ratio").reason == "not estimable (nothing expected)"
    later = rmst_against(Endpoint.from_arrays([50], [0], name="os"), Reference.of("x", {100: 0.5}), 80)
    assert later.one("rmst_difference").value is None


@given(st.lists(st.tuples(st.integers(1, 300), st.booleans()), min_size=1, max_size=6), st.integers(1, 500))
def test_counts_and_rows_agree_and_the_order_does_not_matter(rows: list[tuple[int, bool]], median: int) -> None:
    curve = Reference.of("x", {median: 0.5})
    forward = Endpoint.from_arrays([d for d, _ in rows], [e for _, e in rows], name="os")
    backward = Endpoint.from_arrays([d for d, _ in rows[::-1]], [e for _, e in rows[::-1]], name="os")
    a, b, c = (one_sample_logrank(x, curve) for x in (forward, backward, risk_table(forward, [])))
    assert a == b == c
    total = sum(d for d, _ in rows) * math.log(2) / median
    assert a.one("expected").value == pytest.approx(total)
