"""Courses of patients and events by calendar time: by hand, beside rpact and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import expm

from glisson.kernels.courses import Accrual, Course, expected_events, observed, time_of_events
from tests.validation.goldens import golden


def _even(n: float, months: float) -> Accrual:
    return Accrual(starts=np.zeros(1), rate=np.array([n / months]), end=months)


@pytest.mark.by_hand
def test_constant_hazard_and_even_accrual_have_a_closed_form():
    """λ = 0.1, accrual over 12, looked at in month 24: n (1 - (e^(-12λ) - e^(-24λ)) / (12λ))."""
    expected = 60 * (1 - (math.exp(-1.2) - math.exp(-2.4)) / 1.2)
    assert expected_events(Course.piecewise([0], [0.1]), _even(60, 12), 0.0, 24.0) == pytest.approx(expected, rel=1e-13)
    # With dropout at 0.02: the event comes first with chance 0.1 / 0.12.
    lost = 60 * (1 - (math.exp(-1.44) - math.exp(-2.88)) / 1.44) * 0.1 / 0.12
    assert expected_events(Course.piecewise([0], [0.1]), _even(60, 12), 0.02, 24.0) == pytest.approx(lost, rel=1e-13)


@pytest.mark.against_r
def test_event_probabilities_of_rpact():
    case = golden("group_sequential")["event_probability"]
    accrual, lost = _even(100, 24), -math.log(0.9) / 12
    for name, ratio in (("first", 0.5), ("second", 1.0)):
        course = Course.piecewise([0, 8], [0.1 * ratio, 0.05 * ratio])
        found = [expected_events(course, accrual, lost, t) / 100 for t in case["time"]]
        assert found == pytest.approx(case[name], abs=1e-7)


@pytest.mark.independent
def test_states_are_the_matrix_exponential():
    moves = np.array([[[0, 0.2, 0.1], [0, 0, 0.3], [0, 0, 0]], [[0, 0.05, 0.4], [0, 0, 0], [0.1, 0, 0]]], dtype=float)
    event = np.array([[0.05, 0.1, 0.02], [0.2, 0.01, 0.5]])
    course = Course(starts=np.array([0.0, 4.0]), moves=moves, event=event, first=np.array([0.7, 0.3, 0.0]))
    generators = [m - np.diag(m.sum(axis=1) + e) for m, e in zip(moves, event, strict=True)]
    chance, period = course.states(np.array([0.0, 3.0, 4.0, 9.5]))
    after = course.first @ expm(generators[0] * 4.0)
    expected = [course.first, course.first @ expm(generators[0] * 3), after, after @ expm(generators[1] * 5.5)]
    assert period.tolist() == [0, 0, 1, 1]
    assert np.allclose(chance, expected, atol=1e-13)
    survival, density = course.at(np.array([2.0]))
    slope = (course.at(np.array([2.0 - 1e-5]))[0] - course.at(np.array([2.0 + 1e-5]))[0]) / 2e-5
    assert density[0] == pytest.approx(slope[0], rel=1e-7)
    assert 0 < survival[0] < 1


@pytest.mark.independent
def test_events_and_time_at_risk_beside_quadrature():
    accrual = Accrual(starts=np.array([0.0, 6.0]), rate=np.array([1.0, 4.0]), end=15.0)
    course = Course.piecewise([0, 3, 10], [0.2, 0.01, 0.15])
    at = 21.3

    def integrand(s: float, i: int) -> float:
        value = course.at(np.array([s]))[i][0]
        return float(value * math.exp(-0.03 * s) * accrual.entered(at - s))

    _, weight, risk, rate = observed(course, accrual, 0.03, at)
    points = [3, 10, at - 15, at - 6]
    assert weight @ rate == pytest.approx(quad(integrand, 0, at, args=(1,), points=points, limit=200)[0], rel=1e-8)
    assert weight @ risk == pytest.approx(quad(integrand, 0, at, args=(0,), points=points, limit=200)[0], rel=1e-8)


@pytest.mark.by_hand
def test_accrual_by_period():
    accrual = Accrual(starts=np.array([0.0, 6.0, 12.0]), rate=np.array([2.0, 4.0, 8.0]), end=math.inf).until(60)
    assert accrual.end == pytest.approx(15.0)  # 12 + 24 + 8 x 3
    assert accrual.entered([0, 3, 6, 13, 15, 99]).tolist() == [0, 6, 12, 44, 60, 60]
    assert accrual.total == pytest.approx(60)


@settings(max_examples=12, deadline=None)
@given(
    hazard=st.floats(1e-3, 2), lost=st.floats(0, 0.2), months=st.floats(0.5, 60), at=st.floats(0.5, 120),
    share=st.floats(0.05, 0.9),
)  # fmt: skip
@pytest.mark.property
def test_events_never_exceed_those_who_entered_and_their_time_is_found_again(
    hazard: float, lost: float, months: float, at: float, share: float
):
    course, accrual = Course.piecewise([0], [hazard]), _even(50, months)
    events = expected_events(course, accrual, lost, at)
    assert 0 <= events <= float(accrual.entered(at)) + 1e-9
    assert expected_events(course, accrual, lost, at + 1) >= events - 1e-9
    wanted = share * 50 * hazard / (hazard + lost)
    found = time_of_events([(course, accrual)], lost, wanted)
    assert found is not None
    assert expected_events(course, accrual, lost, found) == pytest.approx(wanted, abs=1e-6)


def test_events_that_never_come():
    assert time_of_events([(Course.piecewise([0], [0.1]), _even(10, 12))], 0.1, 6.0) is None
    assert expected_events(Course.piecewise([0], [0.1]), _even(10, 12), 0.1, 0.0) == 0.0
