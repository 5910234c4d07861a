"""Turnbull's estimate: against R, against published and closed forms, by hand, and what is not unique."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.kernels.turnbull import TOLERANCE, maximum, places, quantile
from glisson.methods.interval_censored import fit_turnbull, turnbull
from glisson.methods.survival import kaplan_meier
from glisson.tables import Endpoint, Factor
from tests.paths import vector
from tests.validation.goldens import golden

CASES = golden("turnbull")["cases"]


@pytest.mark.against_r
@pytest.mark.parametrize("name", CASES)
def test_places_masses_and_likelihood(name):
    case, theirs = CASES[name], CASES[name]["npmle"]
    (fit,) = fit_turnbull(case["L"], case["R"])
    upper = [None if math.isinf(u) else u for u in fit.upper]
    assert (fit.lower.tolist(), upper) == (theirs["lower"], theirs["upper"])
    assert fit.mass == pytest.approx(np.array(theirs["mass"]), abs=1e-10)
    assert fit.loglik == pytest.approx(theirs["loglik"], abs=1e-10)
    assert fit.unique


@pytest.mark.against_r
@pytest.mark.parametrize("name", CASES)
def test_survfit_stops_before_the_maximum(name):
    """Its curve is near, and the probabilities it gives to the same places have a lower likelihood."""
    case = CASES[name]
    (fit,) = fit_turnbull(case["L"], case["R"])
    low, high = fit.bounds(case["survfit"]["time"])
    theirs = np.array(case["survfit"]["surv"])
    assert np.all((theirs > low - 0.006) & (theirs < high + 0.006))
    right = np.array([math.inf if r is None else r for r in case["R"]], dtype=float)
    found = places(np.array(case["L"], dtype=float), right)
    time = np.append(case["survfit"]["time"], math.inf)
    steps = -np.diff(np.concatenate([[1.0], theirs, [0.0]]))
    mass = np.array([
        steps[(time > a) & (time <= b) if a < b else time == b].sum() for a, b in zip(fit.lower, fit.upper, strict=True)
    ])  # fmt: skip
    if mass.sum() == pytest.approx(1, abs=1e-9):
        assert np.sum(np.log(found.inside @ mass)) <= fit.loglik


@pytest.mark.independent
def test_the_shared_vector():
    case = json.loads(vector("turnbull_interval_censored.json").read_text(encoding="utf-8"))
    (fit,) = fit_turnbull(case["L"], case["R"])
    assert [[a, b if math.isfinite(b) else None] for a, b in zip(fit.lower, fit.upper, strict=True)] == case[
        "npmle_exact"
    ]["turnbull_intervals"]
    assert fit.mass == pytest.approx(case["npmle_exact"]["mass"], abs=1e-6)
    assert fit.loglik >= case["npmle_exact"]["loglik"]
    assert fit.median() == (4.0, 5.0)


@pytest.mark.independent
def test_breast_retraction_after_radiotherapy_alone():
    """The published masses of the data of Finkelstein and Wolfe (four decimals)."""
    (fit,) = fit_turnbull(CASES["radiotherapy"]["L"], CASES["radiotherapy"]["R"])
    own = fit.mass > 0
    assert list(zip(fit.lower[own], fit.upper[own], strict=True)) == [
        (4, 5), (6, 7), (7, 8), (11, 12), (24, 25), (33, 34), (38, 40), (46, 48)]  # fmt: skip
    assert fit.mass[own] == pytest.approx(
        [0.0463, 0.0334, 0.0887, 0.0708, 0.0926, 0.0818, 0.1209, 0.4656], abs=5.1e-5
    )  # fmt: skip


@pytest.mark.against_r
def test_looked_at_once_it_is_isotonic_regression():
    once = golden("turnbull")["once"]
    left = [0 if had else look for look, had in zip(once["look"], once["had"], strict=True)]
    right = [look if had else None for look, had in zip(once["look"], once["had"], strict=True)]
    (fit,) = fit_turnbull(left, right)
    for bound in fit.bounds(once["at"]):
        assert bound == pytest.approx(np.array(once["survival"]), abs=1e-10)


@pytest.mark.independent
def test_exact_and_right_censored_times_give_kaplan_meier():
    rng = np.random.default_rng(2)
    for n in (1, 2, 5, 24):
        for _ in range(10):
            time, event = rng.integers(1, 12, n), rng.random(n) < 0.6
            os = Endpoint.from_arrays(time, event, name="os")
            km = kaplan_meier(os, times=range(12))
            ours = turnbull(time, np.where(event, time, np.inf), times=range(12), draws=0, name="os")
            for day in range(int(time.max()) + 1):
                expected = km.one("survival", at=day).value
                assert ours.one("survival", at=day).value == pytest.approx(expected, abs=1e-10)
            assert ours.one("median").value == km.one("median").value


@pytest.mark.by_hand
def test_four_patients():
    """Progression in (0, 90], (90, 180], (90, 270], after 180: p1 = 1/4; p2 p3 (p2 + p3) is highest at p2 = p3."""
    rows = turnbull([0, 90, 90, 180], [90, 180, 270, None], times=[90, 100, 180, 270, 300], draws=0, name="pfs")
    assert (rows.one("n").value, rows.one("events").value) == (4, 3)
    values = [r.value for r in rows.select("survival")]
    assert values == [pytest.approx(0.75, abs=1e-12), None, pytest.approx(0.375, abs=1e-12), 0.0, 0.0]
    assert rows.one("survival", at=270).reason == "nobody left"
    assert rows.one("survival", at=100).reason == "not unique (falls from 0.75 to 0.38 between day 90 and day 180)"
    assert rows.one("median").reason == "not unique (after day 90, by day 180)"
    assert (rows.one("median_earliest").value, rows.one("median_latest").value) == (90, 180)


@pytest.mark.by_hand
def test_two_patients_reach_one_half_between_two_places():
    """Half by day 20, all by day 40: as on a flat stretch, the middle between the two places."""
    rows = turnbull([10, 30], [20, 40], draws=0)
    assert (rows.one("median_earliest").value, rows.one("median_latest").value) == (20, 30)
    assert turnbull([10, 30], [20, None], draws=0).one("median_latest").value == 20


def test_what_is_not_reached_or_never_happened():
    none = turnbull([10, 20, 30], [None] * 3, times=[10, 30, 40])
    assert none.one("median").reason == "not estimable (0 events)"
    assert (none.one("survival", at=30).value, none.one("survival", at=30).reason) == (1.0, "no event yet")
    assert none.one("survival", at=40).reason == "not estimable (last observation on day 30)"
    few = turnbull([0, 20, 30], [10, None, None], times=[10], draws=50)
    assert few.one("median").reason == "not reached"
    assert few.one("survival", at=10).value == pytest.approx(2 / 3)
    assert "rough with 1 event" in few.one("survival", at=10).warning
    alone = turnbull([5], [9], draws=50)
    assert alone.one("median_latest").level is None
    assert turnbull([], []).one("median").reason == "not estimable (0 patients)"


def test_limits_come_from_resamples_of_units_and_repeat():
    case = CASES["scans80"]
    one = turnbull(case["L"], case["R"], times=[84, 180], draws=200, seed=4)
    assert str(one) == str(turnbull(case["L"], case["R"], times=[84, 180], draws=200, seed=4))
    assert str(one) != str(turnbull(case["L"], case["R"], times=[84, 180], draws=200, seed=5))
    assert "200 resamples of units, seed 4" in one.one("median").method
    for row in one:
        if row.value is not None and row.low is not None:
            assert row.low <= row.value <= (row.high or math.inf)
    twice = turnbull(
        [*case["L"], *case["L"]], [*case["R"], *case["R"]], times=[84], draws=200, seed=4, unit=[*range(80)] * 2
    )
    alone = turnbull([*case["L"], *case["L"]], [*case["R"], *case["R"]], times=[84], draws=200, seed=4)
    (pair,), (single,) = twice.select("survival"), alone.select("survival")
    if pair.value is not None:
        assert pair.high - pair.low > single.high - single.low


def test_groups_are_estimated_apart():
    case = CASES["scans24"]
    arm = Factor.of(["a", "b"] * 12, ["b", "a", "c"])
    rows = turnbull(case["L"], case["R"], {"arm": arm}, by="arm", draws=0)
    assert rows.groups() == ((("arm", "b"),), (("arm", "a"),))
    own = turnbull(case["L"][1::2], case["R"][1::2], draws=0)
    assert [r.value for r in rows.select(group=(("arm", "b"),))] == [r.value for r in own]
    fits = fit_turnbull(case["L"], case["R"], {"arm": arm}, by="arm")
    assert [f.n for f in fits] == [12, 12]


def test_what_cannot_be_used_is_refused():
    with pytest.raises(InputError, match="1 of 2 intervals end before"):
        turnbull([5, 9], [9, 5])
    with pytest.raises(InputError, match="missing or negative"):
        turnbull([math.nan, 1], [2, 3])
    with pytest.raises(InputError, match="one of each"):
        turnbull([1, 2], [3])
    with pytest.raises(InputError, match="no grouping variable arm"):
        turnbull([1], [3], by="arm")
    with pytest.raises(InputError, match="different length"):
        turnbull([1], [3], {"arm": Factor.of(["a", "b"])}, by="arm")
    with pytest.raises(InputError, match="units for"):
        turnbull([1], [3], unit=["a", "b"])
    for options in ({"level": 95}, {"draws": -1}, {"times": [-1]}):
        with pytest.raises(SettingsError):
            turnbull([1], [3], **options)


def test_masses_that_are_not_unique_are_called_so():
    """Two observations that hold both places: only the sum of the probabilities counts."""
    inside = np.array([[True, True], [True, True]])
    assert not maximum(inside, np.ones(2)).unique


observations = st.lists(
    st.tuples(st.integers(0, 8), st.one_of(st.none(), st.integers(0, 5))), min_size=1, max_size=14
)  # fmt: skip


@pytest.mark.property
@settings(max_examples=80, deadline=None)
@given(observations, st.randoms(use_true_random=False))
def test_it_is_the_maximum_whatever_the_order_and_the_unit_of_time(rows, random):
    left = np.array([a for a, _ in rows], dtype=float)
    right = np.array([math.inf if w is None else a + w for a, w in rows], dtype=float)
    found = places(left, right)
    assert found.inside.any(axis=1).all()
    best = maximum(found.inside, np.ones(len(rows)))
    assert best.mass.sum() == pytest.approx(1, abs=1e-12)
    assert best.gap <= 2 * TOLERANCE * len(rows)
    other = np.random.default_rng(1).dirichlet(np.ones(len(best.mass)), 50)
    assert np.all(np.log(other @ found.inside.T).sum(axis=1) <= best.loglik + 1e-12)
    order = list(range(len(rows)))
    random.shuffle(order)
    moved = places(7 * left[order], 7 * right[order])
    again = maximum(moved.inside, np.full(len(rows), 2.0))
    assert moved.lower.tolist() == (7 * found.lower).tolist()
    assert again.loglik == pytest.approx(2 * best.loglik, abs=1e-9)
    if best.unique:
        assert again.mass == pytest.approx(best.mass, abs=1e-8)
        assert quantile(moved, again.mass, 0.5) == tuple(7 * v for v in quantile(found, best.mass, 0.5))


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(observations)
def test_every_row_has_a_value_or_a_reason(rows):
    left = [a for a, _ in rows]
    right = [None if w is None else a + w for a, w in rows]
    for row in turnbull(left, right, times=[0, 3, 20], draws=5):
        assert (row.value is not None and math.isfinite(row.value)) or row.reason
