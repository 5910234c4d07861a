"""Reconstruction: by hand on a few patients, and what must hold for every curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glisson.kernels.curve_points import layout
from glisson.kernels.guyot import guyot
from glisson.kernels.reconstruct import reconstruct
from glisson.kernels.reconstruct_changes import misfit, polished


def at_risk(points, events, censored):
    gone = np.cumsum(events + censored, axis=-1)
    return points.at_risk[0] - gone + events + censored


def curve_of(points, events, censored):
    left = np.maximum(at_risk(points, events, censored), 1)
    return np.cumprod(1 - events / left, axis=-1)


@pytest.mark.by_hand
def test_a_number_at_risk_between_two_points_gets_a_point_with_the_level_before_it():
    points = layout(np.array([0.0, 2.0, 5.0]), np.array([0.0, 3.0, 5.0]), np.array([9, 4, 1]))
    assert points.time.tolist() == [0, 2, 3, 5]
    assert points.source.tolist() == [0, 1, 1, 2]
    assert points.first.tolist() == [0, 2, 3]
    assert points.part.tolist() == [0, 0, 1, 2]
    assert points.ends.tolist() == [1, 2, 3]


@pytest.mark.by_hand
@pytest.mark.parametrize("how", ["fitted", "guyot"])
def test_six_patients_with_a_censoring_that_the_number_at_risk_betrays(how):
    # 6 at risk; 1 event at 2 (5/6); 1 censored; 4 at risk at 3; 2 events at 5 of those 4 (5/12); 2 censored at 6.
    points = layout(np.array([0.0, 2.0, 5.0, 6.0]), np.array([0.0, 3.0]), np.array([6, 4]))
    read = np.array([1.0, 5 / 6, 5 / 6, 5 / 12, 5 / 12])
    if how == "guyot":
        events, censored = guyot(points, read, total=3)
    else:
        made = reconstruct(points, read[None], total=3)
        events, censored = made[0][0], made[1][0]
    assert events.tolist() == [0, 1, 0, 2, 0]
    assert censored[:2].sum() == 1
    assert censored[2:].sum() == 2


@pytest.mark.by_hand
def test_the_height_of_a_step_tells_who_was_still_at_risk():
    # 1 of 8 at 1, then 1 of 4 at 2: three censorings lie between the two, none after them (4 - 1 = 3 at risk at 3).
    points = layout(np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 3.0]), np.array([8, 3]))
    read = np.array([[1.0, 7 / 8, 21 / 32, 21 / 32, 21 / 32]])
    events, censored = reconstruct(points, read, error=0.0003)
    assert events.tolist() == [[0, 1, 1, 0, 0]]
    assert censored[0, :3].tolist() == [0, 3, 0]


@pytest.mark.by_hand
def test_one_patient_is_an_event_or_a_censoring():
    points = layout(np.array([0.0, 4.0]), np.array([0.0]), np.array([1]))
    for level, total, events in ((0.0, None, [0, 1]), (1.0, None, [0, 0]), (0.0, 1, [0, 1])):
        made = reconstruct(points, np.array([[1.0, level]]), total=total)
        assert made[0][0].tolist() == events
        assert made[0].sum() + made[1].sum() == 1


@pytest.mark.by_hand
def test_a_change_is_made_where_it_serves_the_curve_and_only_there():
    points = layout(np.array([0.0, 1.0, 2.0]), np.array([0.0]), np.array([4]))
    read = np.array([[1.0, 0.75, 0.5]])
    start = np.array([[0, 2, 1]]), np.array([[0, 0, 1]])
    events, censored = polished(points, read, *start, 2, 0.001, 10)
    assert events.tolist() == [[0, 1, 1]]
    assert misfit(points, read, events, censored)[0] < misfit(points, read, *start)[0]
    again = polished(points, read, events, censored, 2, 0.001, 10)
    assert again[0].tolist() == events.tolist()


@st.composite
def cohorts(draw):
    n = draw(st.integers(1, 30))
    time = np.array(draw(st.lists(st.integers(1, 40), min_size=n, max_size=n)))
    died = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    step = draw(st.integers(3, 25))
    return time, died, step


def published(time, died, step):
    """Return the points, numbers at risk and truth of a cohort as a figure shows them."""
    days = np.unique(np.append(time[died], [0, time.max()]))
    at = np.array([(time >= t).sum() for t in days])
    had = np.array([((time == t) & died).sum() for t in days])
    survival = np.cumprod(1 - had / at)
    ticks = np.arange(0, time.max() + 1, step).astype(float)
    return days.astype(float), survival, ticks, np.array([(time >= t).sum() for t in ticks])


@pytest.mark.property
@settings(max_examples=120, deadline=None)
@given(cohorts())
@example((np.array([1, 2, 1]), np.array([False, True, False]), 3))  # an event less where nobody is left
def test_what_is_printed_is_kept(cohort):
    time, died, step = cohort
    days, survival, ticks, numbers = published(time, died, step)
    points = layout(days, ticks, numbers)
    read = survival[points.source][None]
    for total in (None, int(died.sum())):
        events, censored = reconstruct(points, read, total=total, error=0.0003)
        assert (events >= 0).all()
        assert (censored >= 0).all()
        assert events.sum() + censored.sum() == len(time)
        assert at_risk(points, events, censored)[0][points.first].tolist() == numbers.tolist()
        if total is not None:
            assert events.sum() == total


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_a_batch_is_its_curves_and_time_has_no_unit(cohort):
    time, died, step = cohort
    days, survival, ticks, numbers = published(time, died, step)
    points, longer = layout(days, ticks, numbers), layout(days * 8, ticks * 8, numbers)
    read = survival[points.source]
    # Few curves are rounded one by one, many together.
    rows = np.stack([read, np.round(read, 2), *[read] * 10])
    events, censored = reconstruct(points, rows)
    for i in range(3):
        alone = reconstruct(points, rows[i : i + 1])
        assert alone[0][0].tolist() == events[i].tolist()
        assert alone[1][0].tolist() == censored[i].tolist()
    assert (events[2:] == events[0]).all()
    scaled = reconstruct(longer, rows)
    assert scaled[0].tolist() == events.tolist()


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_without_censoring_the_times_come_back_exactly(cohort):
    time, _, step = cohort
    died = np.ones(len(time), dtype=bool)
    days, survival, ticks, numbers = published(time, died, step)
    points = layout(days, ticks, numbers)
    for total in (None, len(time)):
        events, _ = reconstruct(points, survival[points.source][None], total=total, error=0.0003)
        assert np.repeat(points.time, events[0]).tolist() == sorted(time.tolist())
        np.testing.assert_allclose(curve_of(points, events, events * 0)[0], survival[points.source], atol=1e-12)


@pytest.mark.by_hand
def test_guyot_meets_the_total_in_the_tail():
    points = layout(np.array([0.0, 1.0, 3.0, 5.0]), np.array([0.0, 2.0]), np.array([10, 8]))
    read = np.array([1.0, 0.9, 0.9, 0.7, 0.5])
    for total in (3, 4, 5):
        events, censored = guyot(points, read, total=total)
        assert events.sum() + censored.sum() == 10
        assert events.sum() == total
