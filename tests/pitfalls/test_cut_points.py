"""P22 by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from glisson.assessment import Finding
from glisson.pitfalls.cut_points import data_driven_cut_points
from tests.clinical.build import people
from tests.pitfalls.build import context_of, patient, values

SIZES = [10, 12, 14, 16, 18, 20, 30, 40, 50, 60]
#: Days of death of the ten: nearly in the order of their size.
DAYS = [899, 900, 862, 830, 844, 799, 699, 599, 490, 505]


def cut(column: str, groups: Sequence[Any], *, sizes: Sequence[float] | None = SIZES) -> list[Finding]:
    """Return what is found among ten patients who mostly die the sooner the larger their lesion."""
    persons = [
        patient(f"A{i}", DAYS[i], **({} if sizes is None else {"largest_mm": float(sizes[i])})) for i in range(10)
    ]
    cohort = people(persons, {"analysis": {"subgroups": [column]}})
    table = cohort.table("patient").with_columns(pl.Series(column, groups))
    return data_driven_cut_points(context_of(replace(cohort, tables={**cohort.tables, "patient": table})))


SMALL_LARGE = ["small"] * 6 + ["large"] * 4


@pytest.mark.by_hand
def test_a_subgroup_that_cuts_a_recorded_number() -> None:
    (found,) = cut("size", SMALL_LARGE)
    assert (found.id, found.severity) == ("P22", "warn")
    assert dict(found.numbers)["number"] == "largest_mm"
    assert list(values(found.naive, "hazard_ratio")) == [("small",)]
    ratio = found.corrected.one("hazard_ratio")
    assert ratio.detail == "per 1 of largest_mm"
    assert ratio.value > 1
    assert 12 <= found.corrected.one("cut_point").value <= 30
    permutation = found.corrected.one("p", detail="best of all cuts, permutation").value
    assert permutation < 0.05 < found.corrected.one("p", detail="best of all cuts").value  # rough in ten patients
    assert found.corrected.one("p", detail="largest_mm").value < 0.01


def test_groups_that_overlap_in_every_number() -> None:
    assert not cut("size", ["small", "large"] * 5)


@pytest.mark.parametrize("smaller", [3, 4])
def test_three_patients_without_overlap_can_be_chance(smaller) -> None:
    assert bool(cut("size", ["small"] * (10 - smaller) + ["large"] * smaller)) is (smaller == 4)


@pytest.mark.parametrize(
    ("low", "high"),
    [("<65", ">=65"), ("< 25 %", "≥ 25 %"), ("below 3 cm", "3 cm or more"), ("0-1", "2+"), ("up to 5", "above 5")],
)
def test_levels_that_read_like_a_cut_without_the_number(low, high) -> None:
    (found,) = cut("group", [low, high] * 5, sizes=None)
    assert dict(found.numbers)["number"] == "not recorded"
    assert not len(found.corrected)
    assert "Record the number" in found.remedy


@pytest.mark.parametrize(("low", "high"), [("yes", "no"), ("A1", "B2"), ("0", "1"), ("<none>", "right lobe")])
def test_levels_that_are_no_cut(low, high) -> None:
    assert not cut("group", [low, high] * 5, sizes=None)


def test_without_subgroups_nothing_is_cut() -> None:
    cohort = people([patient(f"A{i}", 100 * i, largest_mm=float(i)) for i in range(1, 11)])
    assert not data_driven_cut_points(context_of(cohort))
