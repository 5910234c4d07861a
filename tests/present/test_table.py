from __future__ import annotations

import pytest

from glisson.present.table import Column, Row, TableModel, section


def model(**changes: object) -> TableModel:
    columns = (
        Column(heading="Group"),
        Column(heading="n", above="A"),
        Column(heading="%", above="A"),
        Column(heading="p"),
    )
    rows = (section("Part"), Row(cells=("x", "1", "2", "3"), indent=1))
    return TableModel(**({"name": "t", "title": "T", "columns": columns, "rows": rows} | changes))  # type: ignore[arg-type]


def test_neighbours_with_the_same_upper_heading_share_it() -> None:
    assert model().header_levels == 2
    assert model().spans() == (("", 1), ("A", 2), ("", 1))


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells for 4 columns"):
        model(rows=(Row(cells=("x", "1")),))
