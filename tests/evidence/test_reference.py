"""From published numbers to a curve: which report is used, what is left out, how well it is known."""

from __future__ import annotations

import math

import pytest

from glisson.evidence import Published, library
from glisson.evidence.reference import point, reach, reference_curve, reported

MONTH = 30.4375


def _number(statistic: str, value: float, **more: object) -> Published:
    base: dict[str, object] = {
        "study_id": "s", "arm_id": "a", "subgroup": "all", "endpoint": "os", "statistic": statistic, "value": value,
        "ci_low": None, "ci_high": None, "ci_level": None, "n": 100, "events": None, "time_origin": "randomisation",
        "comparator_arm": "", "source_url": "https://example.org", "source_type": "abstract",
    }  # fmt: skip
    return Published.model_validate(base | more)


def test_points_are_days_and_survival() -> None:
    assert point(_number("median_months", 10)) == (10 * MONTH, 0.5)
    assert point(_number("median_weeks", 10)) == (70, 0.5)
    assert point(_number("rate_at_24m", 0.3)) == (24 * MONTH, 0.3)
    assert point(_number("rate_at_24w", 0.3)) == (168, 0.3)
    assert point(_number("hazard_ratio", 0.8)) is None
    assert point(_number("median_months", 1).model_copy(update={"value": None})) is None


def test_leiomyosarcoma_is_preferred_to_everybody() -> None:
    everybody, lms = _number("median_months", 20), _number("median_months", 22, subgroup="LMS")
    interim = _number("median_months", 9, subgroup="all (interim)")
    assert reported([everybody, lms, interim], "os") == (lms,)
    assert reported([everybody, interim], "os") == (everybody,)
    assert reported([interim], "os") == ()
    assert reported([_number("rate_at_12m", 0.5)], "os") == ()  # without a median there is no reach


def test_uncertainty_is_read_from_the_interval_then_events_then_size() -> None:
    interval = _number("median_months", 10, ci_low=8, ci_high=12.5, ci_level=0.95)
    curve, text = reference_curve([interval], "x", 100)
    assert curve.log_error == pytest.approx(math.log(12.5 / 8) / (2 * 1.959964), rel=1e-6)
    assert "exponential" in text
    assert reference_curve([_number("median_months", 10, events=64)], "x", 100)[0].log_error == 1 / 8
    assert reference_curve([_number("median_months", 10)], "x", 100)[0].log_error == 1 / 10
    unknown, said = reference_curve([_number("median_months", 10, n=None)], "x", None)
    assert unknown.log_error == 0
    assert "taken as known" in said


def test_points_that_contradict_or_repeat_the_median_are_left_out() -> None:
    numbers = [_number("median_months", 12), _number("rate_at_12m", 0.51), _number("rate_at_24m", 0.54)]
    curve, said = reference_curve(numbers, "x", 100)
    assert curve.times.tolist() == [12 * MONTH]
    assert "24m left out" in said
    assert "12m" not in said
    good, _ = reference_curve([_number("median_months", 12), _number("rate_at_24m", 0.3)], "x", 100)
    assert good.survival([12 * MONTH, 24 * MONTH]) == pytest.approx([0.5, 0.3])


def test_a_curve_stands_for_no_more_than_twice_its_median_or_its_last_point() -> None:
    assert reach([_number("median_months", 10)]) == (10 * MONTH, 20 * MONTH)
    assert reach([_number("median_months", 10), _number("rate_at_36m", 0.1)]) == (36 * MONTH, 36 * MONTH)


def test_every_arm_of_the_library_gives_a_curve_or_nothing() -> None:
    for arm in library().arms:
        numbers = [n for n in library().numbers if (n.study_id, n.arm_id) == (arm.study_id, arm.arm_id)]
        for endpoint in ("os", "pfs", "liver_pfs"):
            told = reported(numbers, endpoint)
            if told:
                curve, _ = reference_curve(told, arm.label, arm.n_patients)
                assert 0 < float(curve.survival([100.0])[0]) < 1
