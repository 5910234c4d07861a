"""Sums over tied events: as a series and one by one they are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.kernels.tied import Tied, _power_sums


def _one_by_one(d: int, s: float, e: float) -> list[float]:
    phi = [(s - e * k / d, k / d) for k in range(d)]
    return [
        sum(np.log(f) for f, _ in phi),
        sum(1 / f for f, _ in phi),
        sum(a / f for f, a in phi),
        sum(1 / f**2 for f, _ in phi),
        sum(a / f**2 for f, a in phi),
        sum(a * a / f**2 for f, a in phi),
    ]


@given(st.lists(st.tuples(st.integers(1, 400), st.floats(0.01, 1e6), st.floats(1e-6, 0.999)), min_size=1, max_size=6))
def test_series_and_single_events_agree(cells: list[tuple[int, float, float]]) -> None:
    d, s, part = (np.array(v) for v in zip(*cells, strict=True))
    sums = Tied.of(d.astype(np.int64), efron=True).sums(s, s * part)
    expected = [_one_by_one(int(n), risk, risk * q) for n, risk, q in zip(d, s, part, strict=True)]
    np.testing.assert_allclose(np.array(sums).T, expected, rtol=1e-11, atol=1e-11)


def test_breslow_takes_nobody_as_gone() -> None:
    sums = Tied.of(np.array([3, 1]), efron=False).sums(np.array([10.0, 4.0]), np.array([6.0, 1.0]))
    assert sums.one == pytest.approx([0.3, 0.25])
    assert sums.log == pytest.approx([3 * np.log(10), np.log(4)])
    assert not sums.gone.any()


def test_sums_of_powers() -> None:
    sizes = np.array([12.0, 37.0, 5000.0])
    expected = [[float(np.sum((np.arange(d) / d) ** m)) for d in sizes] for m in range(22)]
    np.testing.assert_allclose(_power_sums(sizes), expected, rtol=1e-12)


def test_a_vanished_risk_set_has_no_sums() -> None:
    tied = Tied.of(np.array([2]), efron=True)
    assert tied.sums(np.array([1e-160]), np.array([0.0])) is None
    assert tied.sums(np.array([1.0]), np.array([2.0])) is None


def test_each_event_knows_its_cell_and_its_place() -> None:
    tied = Tied.of(np.array([1, 3]), efron=True)
    assert tied.member.tolist() == [0, 1, 1, 1]
    assert tied.fraction == pytest.approx([0, 0, 1 / 3, 2 / 3])
