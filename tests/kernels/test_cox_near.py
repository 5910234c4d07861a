"""Sums of a Cox model near a point, from one pass through the rows, beside those that go through the rows each time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels import cox_rows
from glisson.kernels.cox import moments, prepare
from glisson.kernels.cox_near import Near, powers, terms_for
from glisson.methods import cox_model
from glisson.methods.cox import cox
from glisson.tables import Endpoint
from tests.kernels.test_cox_rows import ENTRIES, cohort

POINT = np.array([0.4, -0.7, 0.9])


@pytest.mark.by_hand
def test_products_and_terms():
    assert powers(2, 2) == [(), (0,), (0, 0), (0, 1), (1,), (1, 1)]
    assert powers(0, 5) == [()]
    assert terms_for(0.0) == 0
    assert terms_for(0.1) == 10, "0.1^10 / 10! is 3e-17, the next one 3e-19"


@pytest.mark.by_hand
def test_one_group_of_two_rows():
    """Covariates 1 and -2, point 0: at d the sums are e^d + e^-2d, e^d - 2 e^-2d, e^d + 4 e^-2d."""
    x, d = np.array([1.0, -2.0]), 0.04

    def summed(at, degree):
        return np.array([[np.sum(x**k)] for k in range(degree + 1)]), 0.0

    near = Near.of(summed, np.array([2.0]), np.zeros(1), 0.1)
    assert near.covers(np.array([d]))
    assert not near.covers(np.array([0.051]))
    wanted = [np.exp(d) + np.exp(-2 * d), np.exp(d) - 2 * np.exp(-2 * d), np.exp(d) + 4 * np.exp(-2 * d)]
    np.testing.assert_allclose(near.groups(np.array([d]))[:, 0], wanted, rtol=1e-15)


def both(data, ties, patch, worth, reach=0.3):
    """Return the same rows prepared plainly and near ``POINT``."""
    patch.setattr(cox_rows, "_MANY", 0)
    patch.setattr(cox_rows, "_WORTH", worth)
    patch.setattr(cox_rows, "_EXP", 10**6)  # always worth while
    plain = prepare(**data, ties=ties)
    return plain, plain.with_near(POINT, reach, 10_000)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(2, 40), st.sets(st.sampled_from(ENTRIES[3:])), st.sampled_from("eb"),
    st.booleans(), st.tuples(*[st.floats(-0.02, 0.02)] * 3),
)  # fmt: skip
def test_near_a_point_and_row_by_row_agree(seed, n, left_out, ties, in_kinds, moved):
    data = {k: v for k, v in cohort(n, seed).items() if k not in left_out}
    if not data["event"].any():
        return
    with pytest.MonkeyPatch.context() as patch:
        plain, near = both(data, "efron" if ties == "e" else "breslow", patch, 0 if in_kinds else 10**9)
        points, least = len(near.rows.near), min((float(abs(line).max()) for line in plain.rows.x), default=0.0)
        assert points == (least > 1e-6), "none only where a covariate is the same in everybody"
        for got, wanted in zip(moments(near, POINT + moved), moments(plain, POINT + moved), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-11, atol=1e-11)


def test_nearby_no_row_is_touched_and_beyond_they_all_are(monkeypatch):
    plain, near = both(cohort(200, 1), "efron", monkeypatch, 0)
    far = POINT + np.array([0, 0.3, 0])
    assert near.rows.covers(POINT + np.array([5.0, 0.05, -5.0])), "only the number varies within groups"
    assert not near.rows.covers(far)
    np.testing.assert_array_equal(moments(near, far).information, moments(plain, far).information)
    monkeypatch.setattr(cox_rows.SortedRows, "_summed", None)
    moments(near, POINT)
    with pytest.raises(TypeError):
        moments(near, far)


def test_covariates_beyond_what_powers_can_hold_go_row_by_row(monkeypatch):
    data = cohort(60, 2)
    data["x"][:, 1] *= 1e30
    points = len(both(data, "efron", monkeypatch, 0)[1].rows.near)
    assert points == 0


def rows_of(cox_rows_given):
    return [(r.statistic, r.group, r.detail, r.reason, r.value, r.low, r.high) for r in cox_rows_given]


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("numbers", [1, 2])
@pytest.mark.parametrize("more", ["", "strata", "entry", "weight", "count", "offset", "strata entry count offset"])
def test_every_row_of_a_model_is_the_same_either_way(monkeypatch, ties, numbers, more):
    rng = np.random.default_rng(len(more) + numbers)
    n = 500
    one, other = rng.integers(0, 2, n), rng.integers(0, 2, n)
    values = {"age": rng.normal(60, 10, n), "size": rng.normal(30, 9, n)}
    exit = np.minimum(rng.exponential(12 * np.exp(-0.5 * one - 0.02 * (values["age"] - 60))), 18).astype(int) + 2
    weight = {"weight": rng.random(n) + 0.5, "count": rng.integers(1, 4, n)}
    os = Endpoint.from_arrays(
        exit, rng.random(n) < 0.7, entry=exit - rng.integers(2, 20, n).clip(max=exit) if "entry" in more else None,
        keys={"one": one.astype(str), "other": other.astype(str)}, name="os",
        weight=next((w for name, w in weight.items() if name in more), None),
    )  # fmt: skip
    own = {
        "numbers": dict(list(values.items())[:numbers]), "ties": ties, "strata": "other" if "strata" in more else (),
        "offset": rng.normal(0, 0.3, n) if "offset" in more else None, "penalty": "none", "interval": "auto",
    }  # fmt: skip
    monkeypatch.setattr(cox_model, "monotone_direction", lambda data: None)  # there is none, but it takes long to see
    plain = rows_of(cox(os, "one", **own))
    monkeypatch.setattr(cox_rows, "_MANY", 0)
    monkeypatch.setattr(cox_rows, "_WORTH", 0)
    monkeypatch.setattr(cox_rows, "_EXP", 10**6)
    monkeypatch.setattr(cox_model, "_ERRORS", 3.0)
    model = cox_model.fit_cox(os, "one", **{k: v for k, v in own.items() if k != "interval"})
    points, near = len(model.data.rows.near), model.data.rows.covers(model.beta)
    assert (points, near) == (2, True)
    for got, wanted in zip(rows_of(cox(os, "one", **own)), plain, strict=True):
        assert got[:4] == wanted[:4]
        for value, plain_value in zip(got[4:], wanted[4:], strict=True):
            assert value == (plain_value if plain_value is None else pytest.approx(plain_value, rel=1e-8))
