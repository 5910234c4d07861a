"""Predictive and power priors: by hand, beside plain sums and closed forms, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import beta, gamma

from glisson.errors import InputError
from glisson.methods.map_prior import borrowed, power_prior, predicted_proportion, predicted_rate

#: Responders and patients of the eight control groups of the AS example (Neuenschwander 2010).
EVENTS, SIZES = [23, 12, 19, 9, 39, 6, 9, 10], [107, 44, 51, 39, 139, 20, 78, 35]


@pytest.mark.independent
def test_the_as_example() -> None:
    """Sums over evenly spaced values of the mean, the spread and the studies' own deviations."""
    z, mu = np.linspace(-9, 9, 601), math.log(127.5 / 386.5) + np.linspace(-4, 4, 151)
    share = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()
    log, first, second, spread = [], [], [], np.linspace(0, 3, 121)
    for tau in spread:
        eta = mu[:, None] + tau * z
        theta, none = 1 / (1 + np.exp(-eta)), np.logaddexp(0, eta)
        likelihood = [np.exp(x * (eta + 1) - n * (none - 0.3)) @ share for x, n in zip(EVENTS, SIZES, strict=True)]
        log.append(np.log(likelihood).sum(axis=0) - mu**2 / 8 - 2 * tau**2)
        first.append(theta @ share)
        second.append(theta**2 @ share)
    mass = np.exp(np.array(log) - np.max(log))
    mass[0] /= 2  # the sum over the spread begins at its edge
    mass /= mass.sum()
    mean = float(np.sum(mass * first))
    sd = math.sqrt(np.sum(mass * second) - mean**2)
    found = predicted_proportion(EVENTS, SIZES, name="AS", between=0.5)
    assert (found.mean, found.spread) == pytest.approx((mean, sd), rel=1e-6)
    assert found.size == pytest.approx(mean * (1 - mean) / sd**2 - 1, rel=1e-6)
    edge = spread[1] / 6 * mass[0].sum()  # of a sum by trapezoids of what rises from the edge at once (Euler-Maclaurin)
    assert found.between == pytest.approx(float(np.sum(mass * spread[:, None])) + edge, rel=1e-6)
    assert found.prior.mean == pytest.approx(found.mean)


@pytest.mark.by_hand
def test_one_sharp_study_and_hardly_any_spread_predict_itself() -> None:
    found = predicted_rate([2.0], [0.3], name="one", between=1e-4)
    assert (found.mean, found.spread) == pytest.approx((math.log(2), 0.3), abs=1e-6)
    assert found.size == pytest.approx(1 / 0.09, rel=1e-5)


@pytest.mark.independent
def test_the_spread_between_studies_is_integrated() -> None:
    # Two studies: log rates y1, y2 with error s; the density of tau by its definition, on a plain grid.
    y, s = np.log([0.5, 1.5]), 0.2
    tau = np.linspace(1e-6, 4, 40_001)
    v = s**2 + tau**2
    density = np.exp(-0.5 * (tau / 0.5) ** 2) / np.sqrt(v) * np.exp(-((y[0] - y[1]) ** 2) / (4 * v))
    density /= density.sum()
    expected = float(np.sum(density * (v / 2 + tau**2)))
    assert predicted_rate([0.5, 1.5], [s, s], name="two").spread ** 2 == pytest.approx(expected, rel=1e-4)


@pytest.mark.by_hand
def test_power_priors_in_closed_form() -> None:
    rows = power_prior(3, 10, 30, 100, kind="proportion", variable="x", weights=[0, 0.5, 1])
    for w, row in zip((0, 0.5, 1), rows.select("proportion"), strict=False):
        law = beta(1 + 3 + 30 * w, 1 + 7 + 70 * w)
        assert (row.value, row.low, row.high) == pytest.approx((law.mean(), law.ppf(0.025), law.ppf(0.975)), abs=1e-9)
    rows = power_prior(4, 5.0, 40, 20.0, kind="rate", variable="x", weights=[0, 0.1])
    for w, row in zip((0, 0.1), rows.select("rate"), strict=False):
        law = gamma(0.5 + 4 + 40 * w, scale=1 / (5 + 20 * w))
        assert (row.value, row.low, row.high) == pytest.approx((law.mean(), law.ppf(0.025), law.ppf(0.975)), abs=1e-9)


def test_data_that_contradict_get_less_weight() -> None:
    same = power_prior(3, 10, 300, 1000, kind="proportion", variable="x").one("power").value
    far = power_prior(9, 10, 300, 1000, kind="proportion", variable="x").one("power").value
    assert far < 0.5 < same
    prior = predicted_proportion([30, 28, 33], [100, 100, 100], name="x", between=0.2)
    agree, contradict = (borrowed(prior, x, 20, variable="x") for x in (6, 18))
    assert agree.one("p").value > 0.5 > 0.05 > contradict.one("p").value
    weights = [r.one("informative_weight", detail="after").value for r in (agree, contradict)]
    assert weights[0] > 0.8 > weights[1]
    alone, mixed = contradict.select("proportion")
    assert (alone.detail, mixed.detail) == ("alone", "borrowed")
    assert abs(alone.value - mixed.value) < 0.1


def test_what_cannot_be_is_refused() -> None:
    for wrong in ({"events": [3], "sizes": [2]}, {"events": [], "sizes": []}):
        with pytest.raises(InputError):
            predicted_proportion(**wrong, name="x")
    with pytest.raises(InputError):
        predicted_rate([1.0], [0.0], name="x")
    with pytest.raises(InputError):
        predicted_rate([1.0], [0.1], name="x", between=0)
    with pytest.raises(InputError):
        power_prior(3, 2, 1, 2, kind="proportion", variable="x")
    with pytest.raises(InputError):
        power_prior(3, 2, 1, 2, kind="odds", variable="x")
