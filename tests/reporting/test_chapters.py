from __future__ import annotations

import re
from dataclasses import replace

import pytest

from glisson.assessment import Assessment, Setting
from glisson.present.document import Document, FigureBlock, Heading, ListBlock, Note, Paragraph, TableBlock
from glisson.reporting.chapters import document
from tests.reporting.fixture import assessment, bare


def everything(made: Document) -> list[str]:
    """Every text of a document, captions and cells included."""
    out = [made.title, made.subtitle, made.colophon]
    for block in made.blocks:
        if isinstance(block, Heading):
            out.append(block.text)
        elif isinstance(block, Paragraph | Note):
            out += [block.lead, block.text]
        elif isinstance(block, ListBlock):
            out += block.items
    for table in made.tables():
        out += [table.title, *table.notes, *(c.heading for c in table.columns)]
        out += [cell for row in table.rows for cell in row.cells]
    return out + [x for f in made.figures() for x in (f.title, f.text, f.alt)]


def test_chapters_stand_in_a_clinicians_order_and_details_in_appendices() -> None:
    chapters = [b.full_text for b in document(assessment()).blocks if isinstance(b, Heading) and b.level == 1]
    assert chapters == [
        "The answer",
        "Patients",
        "Treatment",
        "Efficacy",
        "Response",
        "Safety",
        "Pitfalls found",
        "Methods",
        "Appendix A. Patients and treatment",
        "Appendix B. Every endpoint by group, and how it is defined",
        "Appendix C. Safety",
        "Appendix D. Pitfalls one by one, and the risk of bias",
        "Appendix E. References and published sources",
        "Appendix F. Reporting checklists",
        "Appendix G. Data, settings, and record of the run",
    ]


def test_whatever_stands_in_an_appendix_is_named_in_the_body() -> None:
    made = document(assessment())
    start = next(i for i, b in enumerate(made.blocks) if isinstance(b, Heading) and b.letter)
    body, behind = made.blocks[:start], made.blocks[start:]
    called = set(re.findall(r"\[\[([a-z0-9_-]+)\]\]", " ".join(b.text for b in body if isinstance(b, Paragraph))))
    moved = {b.table.name for b in behind if isinstance(b, TableBlock)} | {
        b.name for b in behind if isinstance(b, FigureBlock)
    }
    of_own_chapters = {"strobe", "problems", "settings", "differences", "analyses", "files", "robins-i"}
    assert {name for name in moved if not name.startswith("finding-")} - of_own_chapters <= called


def test_the_first_page_answers_before_anything_else() -> None:
    blocks = document(assessment()).blocks
    second = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.anchor == "patients")
    leads = [b.lead for b in blocks[:second] if isinstance(b, Paragraph)]
    assert leads == ["", "Survival.", "By method.", "Response and harm.", "What misleads.", "What next."]
    (table,) = [b.table for b in blocks[:second] if isinstance(b, TableBlock)]
    assert [c.heading for c in table.columns] == [
        "Outcome",
        "All patients",
        "DEB-TACE",
        "Y-90 radioembolization",
        "Ablation",
    ]
    assert len(table.rows) <= 8


@pytest.mark.parametrize("make", [assessment, bare])
@pytest.mark.parametrize("style", ["ama", "nejm", "lancet", "plain"])
def test_no_text_shows_a_missing_value(make: object, style: str) -> None:
    whole: Assessment = make()  # type: ignore[operator]
    styled = replace(whole, settings=(Setting(name="report.style", value=style, origin="chosen"),))
    for text in everything(document(styled)):
        assert not re.search(r"\bNone\b|\bnan\b|\bNaN\b|(?<![\d.])0\.0%|\bTrue\b|\bFalse\b", text), text


@pytest.mark.parametrize("make", [assessment, bare])
def test_every_reference_leads_somewhere(make: object) -> None:
    made = document(make())  # type: ignore[operator]
    labels = made.labels()
    names = [b.anchor for b in made.blocks if isinstance(b, Heading)]
    names += [t.name for t in made.tables()] + [f.name for f in made.figures()]
    assert len(names) == len(set(names))
    for text in everything(made):
        for name in re.findall(r"\[\[(.+?)\]\]", text):
            assert name in labels, (name, text)


def test_synthetic_patients_are_called_so_in_every_caption_and_real_ones_never() -> None:
    made = document(assessment())
    assert "Synthetic" in made.banner
    about_patients = {"absent", "files", "strobe"}
    for title in [t.title for t in made.tables() if t.name not in about_patients] + [f.title for f in made.figures()]:
        assert re.search(r"\d+ synthetic patients?\)", title), title
    real = document(bare())
    assert real.banner == ""
    assert not [t for t in everything(real) if "synthetic" in t.lower()]


def test_what_is_absent_is_said_instead_of_left_out() -> None:
    text = " ".join(everything(document(bare())))
    assert "nothing can be said about safety" in text
    assert "nothing can be said about response" in text
    assert "No detector found anything." in text
    assert "No problem was found in the data." in text


def test_the_lancet_style_reaches_tables_and_text() -> None:
    styled = replace(assessment(), settings=(Setting(name="report.style", value="lancet", origin="chosen"),))
    text = " ".join(everything(document(styled)))
    assert "9·3 months (95% CI 6·0–22·0" in text
    assert "9·3\n(6·0–22·0)" in text
