from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest

from glisson.kernels.courses import Accrual, Course
from glisson.kernels.logrank_chain import Ends, ends, exceeds


def _enumerated(found: Ends, z: float, margin: float, sign: int) -> float:
    """Go through every order in which the arms can lose patients."""
    total = 0.0
    for order in product((0, 1), repeat=len(found.event)):
        old, new, chance, score, variance = found.control, found.new, 1.0, 0.0, 0.0
        for is_new, event, ratio in zip(order, found.event, found.ratio, strict=True):
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
def test_every_order_of_fourteen_ends(ratio: float, margin: float) -> None:
    event = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1], dtype=bool)
    found = Ends(event=event, ratio=np.where(event, ratio, 1.0), control=9, new=8)
    for z in (0.85, 1.27, 1.6449):  # scores are few numbers here, and a smooth series ends between them
        for sign in (1, -1):
            wanted = _enumerated(found, z, margin, sign)
            assert exceeds(found, z, margin=margin, against=sign < 0) == pytest.approx(wanted, abs=0.012)


@pytest.mark.property
def test_sides_are_alike_where_arms_are_and_large_trials_are_normal() -> None:
    half = Accrual(starts=np.zeros(1), rate=np.array([10.0]), end=30.0)
    arms = [(Course.piecewise([0], [0.07]), half) for _ in range(2)]
    found = ends(*arms, 0.01, 44.0, events=400, sizes=(300, 300))
    up, down = (exceeds(found, 1.959964, against=a) for a in (False, True))
    assert up == pytest.approx(down, abs=1e-9)
    assert up + down == pytest.approx(0.05, abs=1e-3)
    assert found.event.sum() == 400
