from __future__ import annotations

from collections import Counter

from glisson.present.document import Block, FigureBlock, Heading, Paragraph, TableBlock
from glisson.present.table import Row, TableModel, text_column
from glisson.reporting.arrange import APPENDICES, arranged
from glisson.reporting.chapters import document
from tests.reporting.fixture import assessment


def table(name: str) -> TableBlock:
    model = TableModel(
        name=name, title=f"The {name} (24 patients)", columns=(text_column("A"),), rows=(Row(cells=("x",)),)
    )
    return TableBlock(table=model)


def kinds(blocks: list[Block]) -> list[str]:
    out = []
    for b in blocks:
        match b:
            case Heading():
                out.append(f"{'#' * b.level} {b.full_text}")
            case TableBlock():
                out.append(b.table.name)
            case Paragraph():
                out.append(f"{b.lead} {b.text}".strip())
            case _:
                out.append("?")
    return out


def test_a_table_moves_under_the_heading_of_its_section_and_is_named_where_it_stood() -> None:
    made = arranged(
        [
            Heading(text="Efficacy", anchor="efficacy"),
            Heading(text="Survival", anchor="about-os", level=2),
            Paragraph(text="Median 9 months ([[efficacy-os]])."),
            table("efficacy-os"),
            table("comparisons-os"),
            Paragraph(text="Not tested.", kind="detail"),
            Heading(text="Safety", anchor="safety"),
        ],
    )
    assert kinds(made) == [
        "# Efficacy",
        "## Survival",
        "Median 9 months ([[efficacy-os]]).",
        "In the appendix. The comparisons-os, [[comparisons-os]].",
        "# Safety",
        "# Appendix A. Every endpoint by group, and how it is defined",
        "## Survival",
        "efficacy-os",
        "comparisons-os",
        "Not tested.",
    ]


def test_what_is_kept_stays_and_letters_have_no_gaps() -> None:
    blocks = [Heading(text="Safety", anchor="safety"), table("pes"), table("mortality"), table("settings-of-nobody")]
    made = arranged([*blocks, Heading(text="Record", anchor="record"), table("files")], frozenset({"pes"}))
    assert kinds(made) == [
        "# Safety",
        "pes",
        "settings-of-nobody",
        "In the appendix. The mortality, [[mortality]].",
        "# Appendix A. Safety",
        "mortality",
        "# Appendix B. Data, settings, and record of the run",
        "## Record",
        "files",
    ]


def test_a_whole_section_moves_and_what_follows_it_does_not() -> None:
    made = arranged(
        [
            Heading(text="Pitfalls", anchor="pitfalls"),
            table("findings"),
            Heading(text="Must be corrected", anchor="pitfalls-stop", level=2),
            Paragraph(text="One."),
            table("finding-p01-stop"),
            Heading(text="Methods", anchor="methods"),
            Paragraph(text="How."),
        ],
    )
    assert kinds(made) == [
        "# Pitfalls",
        "findings",
        "# Methods",
        "How.",
        "# Appendix A. Pitfalls one by one, and the risk of bias",
        "## Must be corrected",
        "One.",
        "finding-p01-stop",
    ]


def test_nothing_of_a_report_is_lost_or_doubled() -> None:
    made = document(assessment())
    names = Counter(b.table.name for b in made.blocks if isinstance(b, TableBlock))
    names += Counter(b.name for b in made.blocks if isinstance(b, FigureBlock))
    assert set(names.values()) == {1}
    again = arranged([b for b in made.blocks if not (isinstance(b, Heading) and b.letter)])
    assert {n for n in kinds(again) if n in names} == {b.table.name for b in made.blocks if isinstance(b, TableBlock)}


def test_no_pattern_claims_what_another_appendix_claims() -> None:
    patterns = Counter(p for a in APPENDICES for p in (*a.floats, *a.sections, *a.chapters))
    assert set(patterns.values()) == {1}
