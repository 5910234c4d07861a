"""P02 and P03 by hand."""

from __future__ import annotations

import pytest

from glisson.pitfalls.time_origin import left_truncation, time_zero_mismatch
from tests.pitfalls.build import day, findings, only, patient, values
from tests.validation.goldens import golden


def waited(method: str, lags: list[int | None], *, died: int = 300):
    """Return patients of one method with the days between the diagnosis of liver metastases and treatment."""
    return [
        patient(f"{method[:1].upper()}{i}", died + i, method=method,
                **({} if lag is None else {"liver_met_dx_date": day(-lag)}))
        for i, lag in enumerate(lags)
    ]  # fmt: skip


EARLY, LATE = [10, 20, 30, 40, 50, 60], [310, 320, 330, 340, 350, 360]


@pytest.mark.by_hand
def test_a_method_that_is_used_later_in_the_disease() -> None:
    found = only(time_zero_mismatch, waited("deb_tace", EARLY) + waited("y90_glass", LATE))
    assert (found.id, found.severity) == ("P02", "warn")
    numbers = dict(found.numbers)
    assert numbers["largest difference of medians"] == "9.9 months"  # 335 - 35 = 300 days
    assert numbers["largest standardised difference"] == "16.04"  # 300 / sqrt(350)
    # Two of the 924 labelings separate the groups like this; those drawn are few.
    assert numbers["random labels that make such a difference"] in {"0%", "1%"}
    assert "DEB-TACE 35 days" in found.sentence
    # From treatment the medians agree. With delayed entry the clock of the second method starts 300 days earlier.
    assert values(found.naive, "median") == {("deb_tace",): 302.5, ("y90",): 302.5}
    # DEB-TACE enters on days 10..60 and dies on day 300 + i + 10 (i + 1) = 310, 321, ..., 365.
    assert values(found.corrected, "median") == {("deb_tace",): (332 + 343) / 2, ("y90",): (632 + 643) / 2}
    (naive,), (corrected,) = (e.select("hazard_ratio").rows for e in (found.naive, found.corrected))
    assert naive.detail == corrected.detail == "versus DEB-TACE"
    assert naive.value == pytest.approx(1, abs=0.05)  # they die on the same days
    assert corrected.value < 0.2  # when the first die of day 310 on, those of the second have just come, and live


def test_methods_used_at_the_same_time() -> None:
    assert not findings(time_zero_mismatch, waited("deb_tace", EARLY) + waited("y90_glass", EARLY))


def test_a_difference_that_chance_makes_often_is_no_warning() -> None:
    # medians 40 and 60: a standardised difference of 0.5, among eight patients
    found = only(time_zero_mismatch, waited("deb_tace", [10, 30, 50, 130]) + waited("y90_glass", [20, 40, 80, 170]))
    assert found.severity == "info"


def test_no_dates_of_diagnosis_nothing_to_compare() -> None:
    assert not findings(time_zero_mismatch, waited("deb_tace", [None] * 4) + waited("y90_glass", LATE))
    assert not findings(time_zero_mismatch, waited("deb_tace", EARLY[:2]) + waited("y90_glass", LATE))


def recorded(days: dict[str, int], *, lag: int = 200):
    """Return patients who died on day 100, 200, ... after treatment, with their recorded survival."""
    persons = [
        patient(p, 100 * i, method="deb_tace" if p < "D" else "tae", liver_met_dx_date=day(-lag))
        for i, p in enumerate(days, start=1)
    ]
    return persons, [{"patient_id": p, "endpoint": "os", "days": d, "event": True} for p, d in days.items()]


@pytest.mark.by_hand
def test_durations_from_treatment_and_from_diagnosis_are_mixed() -> None:
    persons, rows = recorded({"A": 100, "B": 200, "C": 300, "D": 600, "E": 700, "F": 800})
    found = only(time_zero_mismatch, persons, outcome=rows)
    assert (found.id, found.severity, found.patients) == ("P02", "stop", ("d", "e", "f"))
    assert values(found.naive, "median") == {("deb_tace",): 200, ("tae",): 700}
    assert values(found.corrected, "median") == {("deb_tace",): 200, ("tae",): 500}
    assert not findings(left_truncation, persons, outcome=rows)  # said once


def test_durations_that_all_run_from_treatment() -> None:
    persons, rows = recorded({"A": 100, "B": 200, "C": 300, "D": 400, "E": 500, "F": 600})
    assert not findings(time_zero_mismatch, persons, outcome=rows)
    assert not findings(left_truncation, persons, outcome=rows)


def test_durations_that_dates_do_not_tell_apart_are_left_alone() -> None:
    persons, rows = recorded({"A": 100, "B": 200, "C": 300, "D": 410, "E": 510, "F": 610}, lag=12)
    assert not findings(time_zero_mismatch, persons, outcome=rows)


@pytest.mark.by_hand
def test_recorded_durations_that_run_from_diagnosis_need_delayed_entry() -> None:
    persons, rows = recorded({"A": 300, "B": 400, "C": 500, "D": 600})
    found = only(left_truncation, persons, outcome=rows)
    assert (found.id, found.severity, len(found.patients)) == ("P03", "stop", 4)
    assert dict(found.numbers)["of all time counted"] == "44%"  # 800 of 1800 days
    assert values(found.naive, "rate") == {(): pytest.approx(4 / 1800 * 365.25)}
    assert values(found.corrected, "rate") == {(): pytest.approx(4 / 1000 * 365.25)}


#: Entry, exit and death in units of 100 days: seven patients of whom six came late.
TRUNCATED = [(0, 4, True), (1, 6, True), (2, 5, False), (2, 8, True), (3, 9, True), (5, 10, False), (6, 12, True)]


def truncated():
    return [
        patient(f"A{i}", 100 * (b - a), dead=dead, liver_met_dx_date=day(-100 * a))
        for i, (a, b, dead) in enumerate(TRUNCATED)
    ]


@pytest.mark.against_r
def test_survival_from_diagnosis_beside_itself_without_entry() -> None:
    # By hand: 0.8, 0.6, 0.45 on days 400, 600, 800; without entry 0.857, 0.686, 0.514, 0.343 on days 400 to 900.
    theirs = golden("pinned")["late"]
    study = {"endpoints": {"origin": "liver_met_dx"}}
    found = only(left_truncation, truncated(), study)
    assert (found.id, found.severity, len(found.patients)) == ("P03", "stop", 6)
    assert values(found.corrected, "median") == {(): theirs["entered"]["median"]} == {(): 800}
    assert values(found.naive, "median") == {(): theirs["ignored"]["median"]} == {(): 900}
    assert dict(found.numbers)["median time before the first session"] == "8.2 months"  # 100, 200, 200, 300, 500, 600


def test_from_treatment_nothing_is_truncated() -> None:
    assert not findings(left_truncation, truncated())


def test_an_earlier_origin_that_is_the_day_of_treatment_truncates_nothing() -> None:
    persons = [patient(f"A{i}", 100 * i, liver_met_dx_date=day(0)) for i in range(1, 6)]
    assert not findings(left_truncation, persons, {"endpoints": {"origin": "liver_met_dx"}})


def test_without_the_day_of_treatment_nothing_is_claimed() -> None:
    persons, rows = recorded({"A": 300, "B": 400, "C": 500, "D": 600})
    sessions = [{"session_id": f"{p.id}-S1", "patient_id": p.id, "method": "tae"} for p in persons]
    assert not findings(left_truncation, persons, outcome=rows, session=sessions)
    assert not findings(time_zero_mismatch, persons, outcome=rows, session=sessions)
