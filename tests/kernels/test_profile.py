"""Limits of profile likelihoods: both ways of finding them, and where there are none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels import profile
from glisson.kernels.newton import Point
from glisson.kernels.profile import profile_limits
from glisson.methods.cox_model import fit_cox
from glisson.tables import Endpoint

DROP = 3.841458820694124


@pytest.mark.by_hand
def test_of_a_parabola_they_are_those_of_wald():
    """The log likelihood -b'Ab/2 with A = (2 1; 1 2): the variance of either coordinate is 2/3."""
    a = np.array([[2.0, 1.0], [1.0, 2.0]])
    evaluated = []

    def function(b):
        evaluated.append(b)
        return Point(float(-b @ a @ b / 2), -a @ b, a)

    at = np.zeros(2)
    limits = profile_limits(function, at, function(at), 0, math.sqrt(2 / 3), DROP)
    assert limits == pytest.approx([-math.sqrt(DROP * 2 / 3), math.sqrt(DROP * 2 / 3)], rel=1e-12)
    assert len(evaluated) == 3, "the first move to either side is the right one"


@pytest.mark.by_hand
def test_of_one_rate_they_are_the_roots_of_its_likelihood():
    """Three events in a time of 3: 2 (3 (e^b - 1) - 3 b) = 3.84 at both limits."""

    def function(b):
        rate = math.exp(b[0])
        return Point(3 * float(b[0]) - 3 * rate, np.array([3 - 3 * rate]), np.array([[3 * rate]]))

    at = np.zeros(1)
    for limit in profile_limits(function, at, function(at), 0, math.sqrt(1 / 3), DROP):
        assert 6 * (math.exp(limit) - 1 - limit) == pytest.approx(DROP, rel=1e-9)


def test_where_the_likelihood_levels_off_there_is_no_limit():
    """Upwards it falls to -1 at most, less than half of 3.84; downwards without end."""

    def function(b):
        x = float(b[0])
        rise = math.exp(-x)
        return Point(-((1 - rise) ** 2), np.array([-2 * (1 - rise) * rise]), np.array([[2 * rise**2]]))

    at = np.zeros(1)
    low, high = profile_limits(function, at, function(at), 0, math.sqrt(1 / 2), DROP)
    assert low == pytest.approx(-math.log(1 + math.sqrt(DROP / 2)), rel=1e-9)
    assert math.isnan(high)


cohorts = st.lists(
    st.tuples(st.integers(1, 20), st.booleans(), st.sampled_from("abc"), st.sampled_from("xy")), min_size=6, max_size=24
)


@pytest.mark.property
@settings(max_examples=8, deadline=None)
@given(cohorts, st.sampled_from(["firth", "none"]))
def test_all_coordinates_together_and_step_by_step_are_the_same(rows, penalty):
    time, event, one, other = zip(*rows, strict=True)
    if not any(event) or len(set(one)) == len(set(other)) == 1:
        return
    model = fit_cox(Endpoint.from_arrays(time, event, keys={"one": one, "other": other}), ["one", "other"],
                    penalty=penalty)  # fmt: skip
    if not model.finite:
        return
    for j in range(len(model.beta)):
        error = math.sqrt(float(model.covariance[j, j]))
        for step in (-error, error):
            found = profile._direct(model.function, model.beta, model.fit.point, j, step, DROP)
            if found is not None:
                slow = profile._outward(model.function, model.beta, model.fit.point.value, j, step, DROP)
                assert found == pytest.approx(slow, rel=1e-7, abs=1e-7 * error)
