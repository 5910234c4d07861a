"""Patients from summary numbers: all agree with what was printed, and differ in what was not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glisson as gl
from glisson.errors import InputError, SettingsError
from glisson.evidence.from_summary import from_summary

MONTH = 30.4375


def test_members_agree_with_what_was_printed_and_differ_in_what_was_not():
    made = from_summary(200, median=17.0, rates={12: 0.7, 24: 0.35}, events=130, end=36)
    assert [m.shape.name for m in made.members] == ["middle", "early", "late"]
    for m in made.members:
        assert m.table.n == 200
        assert m.table.total_events() == 130
        assert m.table.sources[0].kind == "reconstructed"
        rows = gl.kaplan_meier(m.table, times=[12 * MONTH, 24 * MONTH])
        assert rows.one("median").value == pytest.approx(17 * MONTH, abs=0.5)
        assert rows.one("survival", at=12 * MONTH).value == pytest.approx(0.7, abs=0.006)
        assert rows.one("survival", at=24 * MONTH).value == pytest.approx(0.35, abs=0.006)
        assert m.largest < 0.01
    at_six = [gl.kaplan_meier(m.table, times=[6 * MONTH]).one("survival").value for m in made.members]
    assert at_six[1] < at_six[0] < at_six[2]
    spread = made.estimates(times=(6 * MONTH,), tau=900).one("survival")
    assert (spread.value, spread.low, spread.high) == (at_six[0], at_six[1], at_six[2])
    assert spread.level is None
    assert "not of chance" in spread.warning


@pytest.mark.by_hand
def test_four_patients_without_censoring():
    # Survival 0.5 at 10 months (day 304) and 0 at 20: two of the deaths by then, two after.
    made = from_summary(4, rates={10: 0.5, 20: 0.0}, events=4)
    for m in made.members:
        assert sorted(m.endpoint.exit.tolist())[1] <= 304 < sorted(m.endpoint.exit.tolist())[2]
        assert m.endpoint.cause.tolist() == [1, 1, 1, 1]


def test_what_is_known_and_assumed_is_said():
    text = str(from_summary(24, median=17.0, median_interval=(9.0, 30.0)))
    assert "known: 24 patients" in text
    assert "known: median 17 months" in text
    # (2 x 1.96 / log(30 / 9))^2 = 10.6
    assert "assumed: 11 events, from the width of the interval" in text
    assert "assumed: follow-up ends at 21.25 months" in text
    open_ended = from_summary(24, median=17.0, median_interval=(9.0, float("inf")))
    assert any("how many were censored" in a for a in open_ended.assumed)
    assert len(open_ended.members) == 5
    events = [m.table.total_events() for m in open_ended.members]
    assert events[3] > events[0] > events[4]


def test_events_beyond_the_last_number_make_the_curve_fall_further():
    made = from_summary(24, rates={12: 0.7}, events=20, end=40)
    for m in made.members:
        assert m.table.total_events() == 20
        assert m.largest < 0.03


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"n": 0, "median": 5}, "n is 0"),
        ({"n": 5}, "neither a median nor a rate"),
        ({"n": 5, "rates": {12: 1.2}}, "survival 1.2 at 12"),
        ({"n": 5, "rates": {-1: 0.5}}, "survival 0.5 at -1"),
        ({"n": 5, "median": 10, "rates": {8: 0.4}}, "rises from 0.4 at 8 to 0.5 at 10"),
        ({"n": 5, "median": 10, "events": 6}, "6 events among 5"),
        ({"n": 5, "median": 10, "median_interval": (11, 12)}, "11 to 12"),
        ({"n": 5, "median": 10, "end": 8}, "ends at 8"),
        ({"n": 5, "median": -1}, "median of -1"),
    ],
)
def test_what_cannot_be_is_named(kwargs, said):
    with pytest.raises(InputError, match=said):
        from_summary(**kwargs)


def test_several_impossible_numbers_are_said_at_once():
    with pytest.raises(InputError) as caught:
        from_summary(5, rates={6: 0.4, 12: 0.6}, events=9)
    assert "rises from 0.4" in str(caught.value)
    assert "9 events among 5" in str(caught.value)
    with pytest.raises(SettingsError):
        from_summary(5, median=3, unit="moon")


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.lists(st.floats(0, 1), min_size=1, max_size=4), st.integers(0, 60))
def test_every_member_has_the_patients_and_the_events(n, levels, events):
    levels = sorted(levels, reverse=True)
    events = min(n, events)
    made = from_summary(n, rates={6.0 * (i + 1): s for i, s in enumerate(levels)}, events=events)
    for m in made.members:
        assert len(m.endpoint) == n
        assert m.endpoint.n_events == events
        assert np.all(m.endpoint.exit >= 0)
