"""Risk tables add up exactly and derive the right risk sets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.errors import InputError, NotSupportedError
from glisson.tables import MOVED, ORIGIN, Endpoint, Factor, RiskTable, risk_table


@st.composite
def endpoints(draw: st.DrawFn, *, max_size: int = 12, delayed: bool = True) -> Endpoint:
    n = draw(st.integers(1, max_size))
    entry = [draw(st.integers(-1, 20)) if delayed and draw(st.booleans()) else ORIGIN for _ in range(n)]
    exit = [max(e + 1, draw(st.integers(0, 40))) for e in entry]
    cause = [draw(st.integers(0, 2)) for _ in range(n)]
    levels = ("tace", "y90", "ablation")
    codes = [draw(st.integers(0, 2)) for _ in range(n)]
    tag = draw(st.integers(0, 10**9))
    return Endpoint.from_arrays(
        exit,
        cause,
        entry=entry,
        causes=("progression", "death"),
        unit=[f"{tag}-{i}" for i in range(n)],
        keys={"method": Factor(np.array(codes), levels), "ehd": Factor(np.array(codes) % 2, ("none", "present"))},
        name="pfs",
    )


def brute_levels(endpoint: Endpoint, time: int, mask: np.ndarray) -> tuple[int, int, int]:
    at_risk = np.sum((endpoint.entry < time) & (time <= endpoint.exit) & mask)
    events = np.sum((endpoint.exit == time) & (endpoint.cause == 1) & mask)
    censored = np.sum((endpoint.exit == time) & (endpoint.cause == 0) & mask)
    return int(at_risk), int(events), int(censored)


@pytest.mark.property
@given(endpoints())
def test_levels_are_the_definition(endpoint: Endpoint) -> None:
    levels = risk_table(endpoint, ["method"]).levels("method")
    factor = endpoint.keys["method"]
    for g, group in enumerate(levels.groups):
        mask = factor.codes == factor.levels.index(group[0][1])
        for t, time in enumerate(levels.time):
            expected = brute_levels(endpoint, int(time), mask)
            assert (levels.at_risk[g, t], levels.events[g, 0, t], levels.censored[g, t]) == expected
        assert levels.n[g] == mask.sum()


@pytest.mark.property
@given(endpoints())
def test_exposure_is_the_sum_of_days_observed(endpoint: Endpoint) -> None:
    levels = risk_table(endpoint).levels()
    days = endpoint.exit - np.maximum(endpoint.entry, 0)
    expected = np.where(endpoint.exit == 0, 0.5, days).sum()
    assert levels.exposure.sum() == pytest.approx(expected, abs=1e-9)


@pytest.mark.property
@given(endpoints(), st.data())
def test_pool_of_any_split_equals_the_whole(endpoint: Endpoint, data: st.DataObject) -> None:
    part = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(endpoint), max_size=len(endpoint))))
    by = ["method", "ehd"]
    tables = [risk_table(endpoint.take(part == p), by) for p in range(3)]
    assert sum(tables, RiskTable.empty()) == risk_table(endpoint, by)


@pytest.mark.property
@given(endpoints(), endpoints(), endpoints())
def test_addition_is_commutative_and_associative_with_zero(a: Endpoint, b: Endpoint, c: Endpoint) -> None:
    # The same draw twice would be the same patients twice, which addition refuses.
    tables = [risk_table(e, ["method"], source=name) for e, name in zip((a, b, c), "abc", strict=True)]
    x, y, z = tables
    assert x + y == y + x
    assert (x + y) + z == x + (y + z)
    assert x + RiskTable.empty() == x == RiskTable.empty() + x
    assert (x + y).sources == (y + x).sources


@pytest.mark.property
@given(endpoints())
def test_forgetting_keys_in_any_order_is_the_same(endpoint: Endpoint) -> None:
    table = risk_table(endpoint, ["method", "ehd"])
    assert table.by("method") == risk_table(endpoint, ["method"])
    assert table.by("ehd").by() == table.by() == risk_table(endpoint)
    assert table.by("ehd", "method") == risk_table(endpoint, ["ehd", "method"])


@pytest.mark.property
@given(endpoints(), st.integers(1, 15))
def test_collapsing_keeps_events_exposure_and_possible_risk_sets(endpoint: Endpoint, step: int) -> None:
    table = risk_table(endpoint, ["method"])
    coarse = table.coarsen(step)
    assert coarse.events.sum(axis=0).tolist() == table.events.sum(axis=0).tolist()
    assert coarse.levels().exposure.sum() == pytest.approx(table.levels().exposure.sum(), abs=1e-9)
    levels = coarse.levels("method")
    assert np.all(levels.at_risk >= levels.events.sum(axis=1))
    assert coarse.n == table.n


@pytest.mark.property
@given(endpoints(), endpoints())
def test_collapsing_and_adding_commute(a: Endpoint, b: Endpoint) -> None:
    breaks = [10, 25, 60]
    x, y = risk_table(a, ["method"], source="a"), risk_table(b, ["method"], source="b")
    together, apart = (x + y).collapse(breaks), x.collapse(breaks) + y.collapse(breaks)
    assert together.events.tolist() == apart.events.tolist()
    np.testing.assert_allclose(together.levels().exposure, apart.levels().exposure, atol=1e-9)


@pytest.mark.property
@given(endpoints(max_size=8))
def test_sparse_and_dense_counting_agree(endpoint: Endpoint) -> None:
    far = Endpoint.from_arrays(
        endpoint.exit * 100_000,
        endpoint.cause,
        entry=np.where(endpoint.entry > 0, endpoint.entry * 100_000, endpoint.entry),
        causes=endpoint.causes,
        keys=dict(endpoint.keys),
        unit=endpoint.unit,
        name="pfs",
    )
    near, sparse = risk_table(endpoint, ["method"]), risk_table(far, ["method"])
    assert sparse.strata == near.strata
    assert sparse.events.tolist() == near.events.tolist()
    assert np.where(sparse.time > 0, sparse.time // 100_000, sparse.time).tolist() == near.time.tolist()


@pytest.mark.by_hand
def test_exposure_of_collapsed_intervals_by_hand() -> None:
    # Three patients: 0-5, 0-8, and 4-8 (late entry); breaks at 6 and 8.
    endpoint = Endpoint.from_arrays([5, 8, 8], [1, 0, 1], entry=[-1, -1, 4], name="os")
    table = risk_table(endpoint).collapse([6, 8])
    assert table.levels().exposure.tolist() == [[5 + 6 + 2, 2 + 2]]
    assert table.levels().at_risk.tolist() == [[3, 2]]


@pytest.mark.by_hand
def test_episodes_move_without_being_censored() -> None:
    # One patient switches method on day 3 and dies on day 9.
    endpoint = Endpoint.from_arrays(
        [3, 9, 7], [MOVED, 1, 0], entry=[-1, 3, -1], unit=["x", "x", "y"], keys={"method": ["a", "b", "a"]}, name="os"
    )
    table = risk_table(endpoint, ["method"])
    assert table.n == 2
    levels = table.levels("method")
    assert levels.time.tolist() == [3, 7, 9]
    assert levels.at_risk.tolist() == [[2, 1, 0], [0, 1, 1]]
    assert levels.moved.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert table.levels().at_risk.tolist() == [[2, 2, 1]]


def test_whole_weights_are_multiplicities() -> None:
    weighted = Endpoint.from_arrays([5, 8], [1, 0], weight=[3.0, 2.0], name="os")
    plain = Endpoint.from_arrays([5, 5, 5, 8, 8], [1, 1, 1, 0, 0], name="os")
    assert risk_table(weighted) == risk_table(plain)


def test_fractional_weights_are_refused() -> None:
    with pytest.raises(NotSupportedError, match="fractional weights"):
        risk_table(Endpoint.from_arrays([5, 8], [1, 0], weight=[0.5, 2.0]))


def test_the_same_patients_cannot_be_added_twice() -> None:
    table = risk_table(Endpoint.from_arrays([5, 8], [1, 0], name="os"), source="centre A")
    with pytest.raises(InputError, match="centre A"):
        table + table


def test_tables_of_different_shape_do_not_add() -> None:
    endpoint = Endpoint.from_arrays([5, 8], [1, 0], keys={"g": ["a", "b"]}, name="os")
    with pytest.raises(InputError, match="different keys"):
        risk_table(endpoint, ["g"], source="x") + risk_table(endpoint, source="y")
    with pytest.raises(InputError, match="time grids"):
        risk_table(endpoint, source="x").coarsen(5) + risk_table(endpoint, source="y")


def test_breaks_must_cover_everybody() -> None:
    table = risk_table(Endpoint.from_arrays([5, 8], [1, 0]))
    with pytest.raises(InputError, match="last exit is day 8"):
        table.collapse([7])
    with pytest.raises(InputError, match="not increasing"):
        table.collapse([9, 9])
    with pytest.raises(InputError, match="at least 1 day"):
        table.coarsen(0)


def test_level_order_is_declared_not_alphabetical() -> None:
    factor = Factor.of(["y90", "deb"], ["y90", "deb"])
    endpoint = Endpoint.from_arrays([5, 8], [1, 0], keys={"method": factor})
    assert risk_table(endpoint, ["method"]).strata == (("y90",), ("deb",))


def test_merging_is_the_same_in_every_order() -> None:
    parts = [
        risk_table(Endpoint.from_arrays([i + 1], [1], keys={"g": [level]}, name="os"), ["g"], source=level)
        for i, level in enumerate("cab")
    ]
    first, *others = [sum(p, RiskTable.empty()) for p in itertools.permutations(parts)]
    assert all(other == first for other in others)


def test_display_order_does_not_depend_on_who_comes_first() -> None:
    a = Endpoint.from_arrays([1, 2], [1, 0], keys={"g": Factor.of(["y", "x"], ["y", "x"])}, name="os")
    b = Endpoint.from_arrays([3, 4], [1, 0], keys={"g": Factor.of(["y", "x"], ["x", "y"])}, name="os")
    one, two = risk_table(a, ["g"], source="a"), risk_table(b, ["g"], source="b")
    assert one + two == two + one
    assert (one + two).strata == (two + one).strata == (("x",), ("y",))


def test_an_empty_endpoint_is_the_zero() -> None:
    endpoint = Endpoint.from_arrays([], [])
    assert risk_table(endpoint) == RiskTable.empty()
    assert risk_table(endpoint).n == 0
