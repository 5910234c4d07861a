"""STROBE: each item with where it is reported, or that the authors must write it."""

from __future__ import annotations

from glisson.present.document import Block, Document, Heading, Paragraph, TableBlock, resolved
from glisson.present.table import Row, TableModel, text_column

_AUTHORS = "To be written by the authors"

#: (item, topic in our words, names of the blocks that report it; none where only the authors can).
ITEMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("1", "Title and abstract: design named, informative summary", ("answer",)),
    ("2", "Introduction: background and rationale", ()),
    ("3", "Introduction: objectives", ()),
    ("4", "Methods: study design", ("methods",)),
    ("5", "Methods: setting, locations, dates", ()),
    ("6", "Methods: eligibility, sources, follow-up", ("flow", "methods")),
    ("7", "Methods: definition of every variable", ("methods", "settings")),
    ("8", "Methods: data sources and measurement", ("files",)),
    ("9", "Methods: efforts to address bias", ("pitfalls",)),
    ("10", "Methods: how the size of the study came about", ()),
    ("11", "Methods: handling of quantitative variables", ("methods",)),
    ("12", "Methods: statistics, subgroups, missing data, sensitivity", ("methods", "analyses")),
    ("13", "Results: numbers at each stage", ("flow",)),
    ("14", "Results: characteristics, missing values, follow-up time", ("baseline", "efficacy")),
    ("15", "Results: numbers of outcome events", ("efficacy",)),
    ("16", "Results: estimates with their precision", ("efficacy", "safety", "response-chapter")),
    ("17", "Results: other analyses, subgroups, sensitivity", ("efficacy", "findings")),
    ("18", "Discussion: key results", ("answer",)),
    ("19", "Discussion: limitations", ("pitfalls",)),
    ("20", "Discussion: cautious interpretation", ()),
    ("21", "Discussion: generalisability", ()),
    ("22", "Funding", ()),
)


def chapter() -> list[Block]:
    """Return the blocks of the chapter; the places are filled in when the document is complete."""
    return [
        Heading(text="STROBE checklist", anchor="strobe-chapter"),
        Paragraph(
            text="[[strobe]] says where this report covers each item of the STROBE statement for cohort studies. What "
            "the data cannot tell is left to the authors."
        ),
        TableBlock(table=_table({})),
    ]


def filled(document: Document) -> TableModel:
    """Return the table with the places where the finished document reports each item."""
    return _table(document.labels())


def _table(labels: dict[str, str]) -> TableModel:
    rows = []
    for item, topic, places in ITEMS:
        known = [resolved(f"[[{place}]]", labels) for place in places if place in labels]
        rows.append(Row(cells=(item, topic, ", ".join(known) or _AUTHORS)))
    return TableModel(
        name="strobe",
        title="STROBE items and where they are reported",
        columns=(text_column("Item", 0.5), text_column("Topic", 3), text_column("Reported in", 3)),
        rows=tuple(rows),
        notes=("Topics are paraphrased; the wording of the statement is in the reference given under Methods.",),
    )
