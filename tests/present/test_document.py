from __future__ import annotations

from glisson.present.document import Document, Heading, Paragraph, TableBlock, pieces, resolved
from glisson.present.table import Column, Row, TableModel


def table(name: str) -> TableBlock:
    return TableBlock(
        table=TableModel(name=name, title=name, columns=(Column(heading="a"),), rows=(Row(cells=("1",)),))
    )


def test_tables_are_numbered_in_order_and_chapters_named() -> None:
    blocks = (Heading(text="Safety", anchor="safety"), table("b"), Paragraph(text="see [[a]]"), table("a"))
    labels = Document(title="T", subtitle="", banner="", blocks=blocks).labels()
    assert labels == {"b": "Table 1", "a": "Table 2", "safety": "“Safety”"}


def test_a_reference_to_nothing_leaves_no_trace() -> None:
    assert resolved("See [[gone]]here", {}) == "See here"
    assert list(pieces("[[a]] and [[b]]", {"a": "Table 1", "b": "Figure 2"})) == [
        ("Table 1", "a"),
        (" and ", ""),
        ("Figure 2", "b"),
    ]
