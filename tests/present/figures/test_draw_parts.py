from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.present.figures.draw_parts import Key, breadth, key_rows, shortened, stacked, stripes
from glisson.present.figures.palette import LINE, MARKER, STRIPES, tint


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0.2, 20), st.floats(0.2, 20)),
    st.sampled_from([0.0, 45.0, 90.0, 135.0]),
)
def test_stripes_stay_in_their_box(box: tuple[float, float, float, float], angle: float) -> None:
    left, bottom, width, height = box
    for x, y in stripes([(left, bottom, left + width, bottom + height)], angle):
        assert all(left - 1e-5 <= v <= left + width + 1e-5 for v in x)
        assert all(bottom - 1e-5 <= v <= bottom + height + 1e-5 for v in y)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 20)), max_size=12), st.integers(1, 3))
def test_words_of_a_row_never_touch(words: list[tuple[float, float]], most: int) -> None:
    spans = [(a, a + w) for a, w in words]
    rows = stacked(spans, most, gap=0.5)
    placed = sorted((row, span) for row, span in zip(rows, spans, strict=True) if row is not None)
    for (row, (_, end)), (following, (start, _)) in itertools.pairwise(placed):
        assert row != following or start >= end + 0.5 - 1e-9
    assert not spans or rows[0] == 0, "the most important has room"


def test_a_key_breaks_into_rows() -> None:
    keys = [Key(text="progression outside the liver")] * 5
    rows = key_rows(keys, 100.0)
    assert sum(len(r) for r in rows) == 5
    assert len(rows) > 1
    assert all(row[0][0] == 0.0 for row in rows)
    assert len(key_rows([Key(text="longer than the paper is wide")], 5.0)) == 1
    assert key_rows([], 100.0) == []


@pytest.mark.parametrize("width", [0.0, 5.0, 14.0, 80.0])
def test_shortened_text_fits(width: float) -> None:
    text = shortened("gemcitabine + docetaxel", width)
    assert text == "" or breadth(text) <= width


def test_methods_differ_by_more_than_colour() -> None:
    assert len(set(MARKER)) == len(LINE) == len(MARKER) == len(STRIPES) == len(set(STRIPES))
    assert tint(LINE[0], 1.0) == LINE[0]
    assert tint(LINE[0], 0.0) == "#ffffff"
