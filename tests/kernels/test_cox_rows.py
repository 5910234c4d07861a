"""Sums of a Cox model: grouped by covariates of two values, row by row, and by the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels import cox_rows
from glisson.kernels.counting_sort import distinct, grouped, passed, stable_order
from glisson.kernels.cox import moments, prepare
from glisson.kernels.risk_sets import Staying

ENTRIES = ("x", "exit", "event", "entry", "stratum", "offset", "count")


def cohort(n, seed):
    """Two factors between which one combination does not occur, a number, late entry, strata, offsets, counts."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(0, 1, n), rng.integers(0, 2, n)]).astype(float)
    x[:, 2] *= 1 - x[:, 0]
    exit = rng.integers(3, 9, n)
    return {
        "x": x, "exit": exit, "event": rng.random(n) < 0.6, "entry": exit - rng.integers(1, 6, n),
        "stratum": rng.integers(0, 2, n), "offset": rng.normal(0, 0.5, n), "count": rng.integers(1, 4, n),
    }  # fmt: skip


def by_definition(data, beta):
    """Breslow's log likelihood, score and information, one event after the other."""
    x, exit, event, entry, stratum, offset, count = (data[k] for k in ENTRIES)
    risk = count * np.exp(x @ beta + offset)
    value, score, information = 0.0, np.zeros(3), np.zeros((3, 3))
    for i in np.flatnonzero(event):
        there = (entry < exit[i]) & (exit[i] <= exit) & (stratum == stratum[i])
        share = np.where(there, risk, 0.0) / risk[there].sum()
        mean = share @ x
        value += count[i] * (x[i] @ beta + offset[i] - np.log(risk[there].sum()))
        score += count[i] * (x[i] - mean)
        information += count[i] * ((x * share[:, None]).T @ x - np.outer(mean, mean))
    return value, score, information


@pytest.fixture
def in_kinds(monkeypatch):
    """Group by covariates of two values, however few the rows."""
    monkeypatch.setattr(cox_rows, "_MANY", 0)
    monkeypatch.setattr(cox_rows, "_WORTH", 0)


def test_kinds_give_the_sums_of_the_definition(in_kinds):
    data, beta = cohort(40, 1), np.array([0.4, -0.7, 0.9])
    prepared = prepare(**data, ties="breslow")
    assert prepared.rows.varying.tolist() == [1]
    for got, wanted in zip(moments(prepared, beta), by_definition(data, beta), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-11, atol=1e-11)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.sets(st.sampled_from(ENTRIES[3:])), st.sampled_from("eb"))
def test_kinds_and_rows_agree(seed, n, left_out, ties):
    data = {k: v for k, v in cohort(n, seed).items() if k not in left_out}
    if not data["event"].any():
        return
    how, beta = "efron" if ties == "e" else "breslow", np.array([0.4, -0.7, 0.9])
    plain = moments(prepare(**data, ties=how), beta)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cox_rows, "_MANY", 0)
        patch.setattr(cox_rows, "_WORTH", 0)
        for got, wanted in zip(moments(prepare(**data, ties=how), beta), plain, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-10)


def test_factors_alone_are_counted(in_kinds):
    data = cohort(200, 3)
    x, exit, event = data["x"][:, [0, 2]], data["exit"], data["event"]
    prepared = prepare(x, exit, event)
    assert len(prepared.rows.load) <= 2 * 3 * 7 < 200
    assert prepared.rows.load.sum() == 200
    beta = np.array([0.3, 0.2])
    cells, count = np.unique(np.column_stack([x, exit, event]), axis=0, return_counts=True)
    counted = prepare(cells[:, :2], cells[:, 2].astype(int), cells[:, 3] == 1, count=count)
    assert moments(prepared, beta).loglik == pytest.approx(moments(counted, beta).loglik, abs=1e-10)


def test_who_stays_at_risk_keeps_its_kind(monkeypatch):
    data = cohort(40, 5)
    x, exit, event = data["x"], data["exit"], data["event"]
    rows = np.flatnonzero(~event)[:8]
    fade = np.linspace(1, 0.4, len(np.unique(exit[event])))
    staying = Staying(rows=rows, scale=np.linspace(1, 2, len(rows)), fade=fade)
    beta = np.array([0.4, -0.7, 0.9])
    plain = moments(prepare(x, exit, event, ties="breslow", staying=staying), beta)
    monkeypatch.setattr(cox_rows, "_MANY", 0)
    monkeypatch.setattr(cox_rows, "_WORTH", 0)
    for got, wanted in zip(moments(prepare(x, exit, event, ties="breslow", staying=staying), beta), plain, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-11, atol=1e-11)


def test_the_same_rows_give_the_same_bits():
    data, beta = cohort(30_000, 7), np.array([0.4, -0.7, 0.9])
    first, second = (moments(prepare(**data), beta) for _ in range(2))
    assert first.loglik == second.loglik
    assert np.array_equal(first.information, second.information)


def test_kinds_are_left_where_days_are_many():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 2, (20_000, 1)).astype(float)
    assert cox_rows.kinds(x, rng.integers(0, 1000, 20_000), 1)[0].max() == 1
    assert cox_rows.kinds(x, rng.integers(0, 10_000, 20_000), 1)[0] is None
    assert cox_rows.kinds(x, rng.random(20_000), 1)[0] is None


@pytest.mark.parametrize("most", [9, 70_000, 2**33])
def test_stable_order_of_small_and_large_keys(most):
    key = np.random.default_rng(4).integers(0, most, 500)
    key[::7] = key[0]
    assert stable_order(key).tolist() == np.argsort(key, kind="stable").tolist()


def test_groups_by_hand():
    slot, event, kind = (np.array(a) for a in ([1, 0, 1, 1, 3], [1, 0, 0, 1, 1], [0, 1, 1, 1, 0]))
    found = grouped(slot, event == 1, kind)
    assert found.order.tolist() == [1, 2, 0, 3, 4]
    assert found.begins.tolist() == [0, 1, 2, 3, 4]
    assert (found.whole.tolist(), found.slots.tolist()) == ([0, 1, 4], [0, 1, 3])
    assert (found.dying.tolist(), found.dying_starts.tolist()) == ([2, 3, 4], [0, 2])
    assert [a.tolist() for a in found.with_event()] == [[0, 3, 4], [2, 1]]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=30), st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_days_are_counted_as_they_would_be_sorted(times, values):
    days, asked = np.array(times), np.array(values)
    levels = distinct(days)
    assert levels.tolist() == sorted(set(times))
    assert passed(levels, asked).tolist() == passed(levels.astype(float), asked.astype(float)).tolist()
