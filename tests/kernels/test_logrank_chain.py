from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest

from glisson.kernels.courses import Accrual, Course
from glisson.kernels.logrank_chain import Ends, drawn_ends, exceeds


def _enumerated(found: Ends, z: float, margin: float, sign: int) -> float:
    """Go through every order in which the arms can lose patients."""
    total = 0.0
    for order in product((0, 1), repeat=found.event.shape[1]):
        old, new, chance, score, variance = int(found.control[0]), int(found.new[0]), 1.0, 0.0, 0.0
        for is_new, event, ratio in zip(order, found.event[0].tolist(), found.ratio[0].tolist(), strict=True):
            mine = ratio * new / (old + ratio * new)
            chance *= mine if is_new else 1 - mine
            if not chance:
                break
            if event:
                share = margin * new / (old + margin * new)
                score += share - is_new
                variance += share * (1 - share)
            old, new = old - (not is_new), new - is_new
        if chance and variance and sign * score > z * sqrt(variance):
            total += chance
    return total


@pytest.mark.independent
@pytest.mark.parametrize(("ratio", "margin"), [(1.0, 1.0), (0.4, 1.0), (0.9, 1.5)])
def test_every_order_of_twelve_ends(ratio: float, margin: float) -> None:
    event = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1], dtype=bool)
    found = Ends(
        event=event[None], lasts=np.array([12]), ratio=np.where(event, ratio, 1.0)[None], control=np.array([9]),
        new=np.array([8]),
    )  # fmt: skip
    for z in (0.85, 1.27, 1.6449):
        for sign in (1, -1):
            wanted = _enumerated(found, z, margin, sign)
            assert exceeds(found, z, margin=margin, against=sign < 0)[0] == pytest.approx(wanted, abs=0.004)


@pytest.mark.property
def test_sides_are_alike_where_arms_are_and_large_trials_are_normal() -> None:
    half = Accrual(starts=np.zeros(1), rate=np.array([5.0]), end=30.0)
    arms = [(Course.piecewise([0], [0.07]), half) for _ in range(2)]
    found = drawn_ends(*arms, 0.01, events=200, sizes=(150, 150), until=500.0, trials=3, rng=np.random.default_rng(1))
    up, down = (exceeds(found, 1.959964, against=a).mean() for a in (False, True))
    assert up == pytest.approx(down, abs=1e-3)
    assert up + down == pytest.approx(0.05, abs=2e-3)
    assert found.event.sum(axis=1).tolist() == [200, 200, 200]


@pytest.mark.property
def test_trials_together_are_trials_one_by_one() -> None:
    arms = [
        (Course.piecewise([0], [h]), Accrual(starts=np.zeros(1), rate=np.array([1.0]), end=20.0)) for h in (0.1, 0.05)
    ]
    found = drawn_ends(*arms, 0.02, events=24, sizes=(20, 20), until=400.0, trials=4, rng=np.random.default_rng(2))
    alone = [
        exceeds(Ends(event=found.event[i : i + 1], lasts=found.lasts[i : i + 1], ratio=found.ratio[i : i + 1],
                     control=found.control[i : i + 1], new=found.new[i : i + 1]), 1.96)[0]
        for i in range(4)
    ]  # fmt: skip
    assert exceeds(found, 1.96) == pytest.approx(alone, abs=1e-4)
