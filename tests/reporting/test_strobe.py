from __future__ import annotations

from glisson.reporting.chapters import document
from tests.reporting.fixture import assessment, bare


def test_all_22_items_name_where_they_are_reported() -> None:
    made = document(assessment())
    table = next(t for t in made.tables() if t.name == "strobe")
    assert [row.cells[0] for row in table.rows] == [str(i) for i in range(1, 23)]
    by_item = {row.cells[0]: row.cells[2] for row in table.rows}
    assert by_item["13"] == "Figure 1"
    assert by_item["14"] == f"{made.labels()['baseline']}, “Efficacy”"
    assert by_item["22"] == "To be written by the authors"


def test_an_item_without_its_table_is_left_to_the_authors() -> None:
    table = next(t for t in document(bare()).tables() if t.name == "strobe")
    assert {r.cells[0]: r.cells[2] for r in table.rows}["8"] == "To be written by the authors"
