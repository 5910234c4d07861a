from __future__ import annotations

import pytest

from glisson.present.document import Document, Heading
from glisson.present.figures.render import Rendered
from glisson.reporting.pdf import pdf, source

pytest.importorskip("typst", reason="needs the extra pdf")


def test_it_is_a_tagged_pdf_and_always_the_same(made: Document, figures: dict[str, Rendered]) -> None:
    data = pdf(made, figures)
    assert data.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in data
    assert b"pdfuaid" in data  # it declares PDF/UA, which Typst checks before it writes
    assert pdf(made, figures) == data


def test_it_has_contents_and_appendices_count_their_own_tables(made: Document) -> None:
    text = source(made)
    assert text.count("#contents((") == 1
    assert text.index("#contents((") < text.index('"Patients")<patients>')
    for letter in [b.letter for b in made.blocks if isinstance(b, Heading) and b.letter]:
        assert f'#set figure(numbering: n => "{letter}" + str(n))' in text
    assert made.labels()["comparisons-os"] == "Table B1"


def test_text_is_never_read_as_markup(made: Document) -> None:
    text = source(Document(title='#panic("x") "quoted" \\ *bold*', subtitle="", banner="", blocks=()))
    assert '"#panic(\\"x\\") \\"quoted\\" \\\\ *bold*"' in text
    assert "[[" not in source(made).replace("#[[", "")
