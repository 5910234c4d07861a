"""Tallies keep empty groups and add up."""

from __future__ import annotations

import pytest

from glisson.errors import InputError
from glisson.tables import CountTable, Estimate, Estimates, Factor


def table(values: list[str], groups: list[str], ids: list[str]) -> CountTable:
    keys = {"method": Factor.of(groups, ["tace", "y90", "ablation"])}
    return CountTable.of(values, ["none", "1", "2"], keys=keys, ids=ids, name="nausea")


def test_groups_nobody_is_in_stay() -> None:
    counted = table(["none", "2"], ["tace", "y90"], ["a", "b"])
    assert counted.counts.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert counted.by().counts.tolist() == [[1, 0, 1]]
    assert counted.count("1", "2").tolist() == [0, 1, 0]


def test_sum_equals_whole_and_refuses_twice() -> None:
    a, b = table(["none"], ["tace"], ["a"]), table(["2"], ["y90"], ["b"])
    assert a + b == table(["none", "2"], ["tace", "y90"], ["a", "b"]) == b + a
    with pytest.raises(InputError, match="both sides"):
        a + a


def test_unknown_category_and_key_are_named() -> None:
    with pytest.raises(InputError, match="no category 9"):
        table(["none"], ["tace"], ["a"]).count("9")
    with pytest.raises(InputError, match="no key site"):
        table(["none"], ["tace"], ["a"]).by("site")


def test_estimates_select_one_row_or_say_how_many() -> None:
    rows = Estimates((Estimate(variable="os", statistic="n", value=1.0), Estimate(variable="pfs", statistic="n")))
    assert rows.one("n", variable="os").value == 1.0
    with pytest.raises(KeyError, match="2 rows match statistic=n"):
        rows.one("n")
    assert rows.to_frame().shape == (2, 15)
    assert "pfs | overall | n" in str(rows)
