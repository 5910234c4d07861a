"""Endpoints refuse what no estimator could use and explain themselves."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glisson.errors import InputError
from glisson.tables import MOVED, Endpoint, Factor


def test_event_on_day_zero_is_at_risk() -> None:
    assert Endpoint.from_arrays([0, 3], [1, 0]).n_events == 1


@pytest.mark.parametrize(
    ("exit", "event", "kwargs", "words"),
    [
        ([1.5, 2.0], [1, 0], {}, "fractional"),
        ([1, float("nan")], [1, 0], {}, "missing"),
        (["a", "b"], [1, 0], {}, "not a number"),
        ([-1, 2], [1, 0], {}, "negative time"),
        ([1, 2], [1, 2], {}, "cause without a name"),
        ([1, 2], [1], {}, "different length"),
        ([1, 2], [1, 0], {"entry": [1, 0]}, "leave on or before"),
        ([1, 2], [1, 0], {"entry": [-2, 0]}, "negative time"),
        ([1, 2], [1, 0], {"keys": {"g": ["a"]}}, "key g 1"),
        ([1, 2], [1, 0], {"weight": [1.0]}, "weight 1"),
    ],
)
def test_refusals_name_what_is_wrong(exit, event, kwargs, words) -> None:
    with pytest.raises(InputError, match=words):
        Endpoint.from_arrays(exit, event, **kwargs)


def test_factor_refuses_undeclared_levels() -> None:
    with pytest.raises(InputError, match="level z"):
        Factor.of(["a", "z"], ["a", "b"])


def test_where_selects_and_names_unknown_levels() -> None:
    endpoint = Endpoint.from_arrays([1, 2, 3], [1, 0, 1], keys={"g": ["a", "b", "a"]})
    assert endpoint.where(g="a").exit.tolist() == [1, 3]
    with pytest.raises(InputError, match="no level c"):
        endpoint.where(g="c")
    with pytest.raises(InputError, match="no grouping variable h"):
        endpoint.where(h="a")


def test_take_by_mask_and_by_position_agree() -> None:
    endpoint = Endpoint.from_arrays([1, 2, 3], [1, 0, 1], unit=["x", "y", "z"])
    mask = np.array([True, False, True])
    assert endpoint.take(mask).unit.tolist() == endpoint.take(np.array([0, 2])).unit.tolist() == ["x", "z"]


def test_print_tells_rules_and_tallies_records_without_naming_them() -> None:
    endpoint = Endpoint(
        name="os",
        label="Overall survival",
        unit=np.array(["A", "B", "C"]),
        cluster=np.array(["A", "B", "C"]),
        entry=np.full(3, -1),
        exit=np.array([3, 4, 5]),
        cause=np.array([1, 1, 0]),
        causes=("death",),
        provenance=("death @ patient row 2", "death @ patient row 3", "last contact @ patient row 4"),
        rules=(("origin", "first session"),),
    )
    text = str(endpoint)
    assert "Overall survival (os): 3 rows, 2 with death" in text
    assert "origin  first session" in text
    assert "death: 2" in text
    assert "row" not in text.split("\n", 1)[1]


def test_repr_holds_no_patient_value() -> None:
    assert repr(Endpoint.from_arrays([731], [1], unit=["SECRET"])) == "<Endpoint endpoint: 1 rows, 1 events>"


def test_frames_of_any_kind_come_in() -> None:
    frame = pl.DataFrame({"t": [3, 4], "e": [1, 0], "arm": ["a", None], "id": ["x", "y"]})
    endpoint = Endpoint.from_frame(frame, exit="t", event="e", unit="id", keys=["arm"])
    assert endpoint.unit.tolist() == ["x", "y"]
    assert endpoint.keys["arm"].values() == ["a", "unknown"]
    with pytest.raises(InputError, match="no column nope"):
        Endpoint.from_frame(frame, exit="nope", event="e")


def test_moved_rows_are_neither_events_nor_censored() -> None:
    endpoint = Endpoint.from_arrays([3, 9], [MOVED, 1], entry=[-1, 3], unit=["x", "x"])
    assert endpoint.n_events == 1
