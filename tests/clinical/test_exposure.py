"""Sessions, courses, doses and stops of a handful of patients, by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.clinical.exposure import QUANTITIES, bead_sizes, drugs, stops, totals, treatments
from glisson.clinical.schema import SESSION
from tests.clinical.build import Person, people
from tests.clinical.test_untreatable import on, stop


def one(*sessions: dict[str, Any], study=None, **first: Any) -> pl.DataFrame:
    """Sessions of one patient; the first is on day 0."""
    person = Person(id="a", t0=on(0), last=on(999), sessions=({**first, "date": on(0)}, *sessions), method="deb_tace")
    made = people([person], study, session=[
        {"session_id": f"S{i}", "patient_id": "a", "method": "deb_tace", **s}
        for i, s in enumerate(person.sessions, start=1)
    ])  # fmt: skip
    return treatments(made)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("sessions", "courses"),
    [
        (({"date": on(56)},), [1, 1]),
        (({"date": on(57)},), [1, 2]),
        (({"date": on(30), "retreat_type": "residual"},), [1, 2]),
        (({"date": on(90), "retreat_type": "planned_stage"},), [1, 1]),
        (({"date": on(30), "retreat_type": "new_lesion"}, {"date": on(60)}), [1, 2, 2]),
        (({"date": on(50)}, {"date": on(100)}), [1, 1, 2]),  # the window is counted from the first day of the course
        (({"date": on(0)},), [1, 1]),
    ],
)
def test_courses_by_window_and_reason(sessions: tuple[dict[str, Any], ...], courses: list[int]) -> None:
    assert one(*sessions)["course"].to_list() == courses


@pytest.mark.by_hand
def test_a_course_id_comes_before_window_and_reason() -> None:
    same = one({"date": on(300), "course_id": "C1", "retreat_type": "residual"}, course_id="C1")
    assert same["course"].to_list() == [1, 1]
    assert one({"date": on(10), "course_id": "C2"}, course_id="C1")["course"].to_list() == [1, 2]
    wider = one({"date": on(57)}, study={"endpoints": {"course_window_days": 60}})
    assert wider["course"].to_list() == [1, 1]


@pytest.mark.by_hand
def test_gaps_are_between_days_of_treatment() -> None:
    frame = one({"date": on(28)}, {"date": on(28)}, {"date": on(228)})
    assert frame["gap"].to_list() == [None, 28, 28, 200]
    assert frame["same_course"].to_list() == [None, True, True, False]
    assert frame["later"].to_list() == [False, True, True, True]


@pytest.mark.by_hand
def test_a_session_after_the_cut_off_has_not_happened() -> None:
    assert len(one({"date": on(28)}, study={"cutoff": on(27)})) == 1


@pytest.mark.by_hand
def test_totals_and_drugs() -> None:
    frame = drugs(one({"date": on(28), "drug": "doxorubicin ", "drug_mg": 50.0},
                      {"date": on(40), "drug": None, "drug_mg": 100.0}, {"date": on(50)},
                      drug="Doxorubicin", drug_mg=75.0))  # fmt: skip
    assert frame["agent"].to_list() == ["doxorubicin", "doxorubicin", "drug not named", None]
    given_ = frame.filter(pl.col("agent") == "doxorubicin")
    assert totals(given_, "drug_mg").rows() == [("a", 125.0)]
    assert totals(frame, "drug_mg").rows() == [("a", None)], "a sum with a gap is no sum"


@pytest.mark.by_hand
def test_bead_sizes_fill_one_missing_limit_and_count_the_rest() -> None:
    frame = one({"date": on(1), "bead_min_um": 100.0, "bead_max_um": 300.0}, {"date": on(2), "bead_min_um": 100.0},
                {"date": on(3)}, bead_min_um=100.0, bead_max_um=300.0)  # fmt: skip
    assert bead_sizes(frame).rows() == [(100.0, 100.0, 1), (100.0, 300.0, 2), (None, None, 1)]


@pytest.mark.by_hand
def test_the_last_stop_counts_and_none_after_the_cut_off() -> None:
    person = Person(id="a", t0=on(0), last=on(400))
    rows = [stop("a", 90, "toxicity"), stop("a", 60, "completed"), stop("a", 300, "hepatic_progression")]
    last = stops(people([person], {"cutoff": on(200)}, followup=rows))
    assert last["reason"].to_list() == ["toxicity"]
    assert stops(people([person])).is_empty()


@settings(max_examples=30, deadline=None)
@given(days=st.lists(st.integers(0, 400), max_size=6))
@pytest.mark.property
def test_gaps_add_up_and_courses_never_go_back(days: list[int]) -> None:
    frame = one(*({"date": on(d)} for d in days))
    distinct = frame.unique("date")
    assert distinct["gap"].sum() == max([0, *days])
    steps = frame["course"].diff().drop_nulls()
    assert steps.is_in([0, 1]).all()


def test_every_quantity_is_a_column_with_its_unit() -> None:
    for quantity in QUANTITIES:
        field = SESSION.field(quantity.name)
        assert field.low is not None
        assert field.high is not None
        assert quantity.unit == field.unit
