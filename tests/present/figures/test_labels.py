from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.present.figures.labels import Box, distances, place, step_points, text_box

WIDTH, HEIGHT = 65.0, 50.0


def overlap(a: Box, b: Box) -> bool:
    apart = a.left + a.width <= b.left or b.left + b.width <= a.left
    return not (apart or a.bottom + a.height <= b.bottom or b.bottom + b.height <= a.bottom)


@pytest.mark.by_hand
def test_distance_from_a_box() -> None:
    corners = np.array([[0.0, 0.0]])
    assert distances(corners, (4.0, 2.0), np.array([[7.0, 6.0]]))[0] == 5.0
    assert distances(corners, (4.0, 2.0), np.array([[1.0, 1.0]]))[0] == 0.0


@pytest.mark.by_hand
def test_names_stand_beside_their_own_curves() -> None:
    high = step_points(np.array([0.0, 60.0]), np.array([40.0, 40.0]))
    low = step_points(np.array([0.0, 60.0]), np.array([10.0, 10.0]))
    first, second = place([high, low], ["DEB-TACE", "Ablation"], size=7.5, width=WIDTH, height=HEIGHT)
    assert abs(first.bottom - 40) < 6
    assert abs(second.bottom - 10) < 6


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.floats(0, 50), min_size=2, max_size=6), min_size=2, max_size=4))
def test_names_never_overlap_and_stay_inside(curves: list[list[float]]) -> None:
    points = [step_points(np.linspace(0, 60, len(c)), np.array(sorted(c, reverse=True))) for c in curves]
    texts = [f"Group {i}" for i in range(len(curves))]
    boxes = place(points, texts, size=7.5, width=WIDTH, height=HEIGHT)
    for box in boxes:
        assert box.left >= 0
        assert box.left + box.width <= WIDTH
        assert box.bottom >= 0
        assert box.bottom + box.height <= HEIGHT
    assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))


def test_capitals_are_wider() -> None:
    assert text_box("TACE", 8)[0] > text_box("tace", 8)[0]
