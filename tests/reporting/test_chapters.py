from __future__ import annotations

import re
from dataclasses import replace

import pytest

from glisson.assessment import Assessment, Setting
from glisson.present.document import Document, Heading, ListBlock, Note, Paragraph
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


def test_chapters_stand_in_a_clinicians_order() -> None:
    chapters = [b.text for b in document(assessment()).blocks if isinstance(b, Heading) and b.level == 1]
    assert chapters == [
        "The answer in one paragraph",
        "Patients",
        "Treatment",
        "Efficacy",
        "Response",
        "Safety",
        "Pitfalls found",
        "Methods",
        "STROBE checklist",
        "Problems of the data",
        "Settings and record of the run",
    ]


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
