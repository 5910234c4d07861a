from __future__ import annotations

import io
import re
import zipfile

import pytest
from docx import Document as open_docx

from glisson.present.document import Document
from glisson.present.figures.render import Rendered
from glisson.reporting.docx import docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def data(made: Document, figures: dict[str, Rendered]) -> bytes:
    return docx(made, figures)


@pytest.fixture(scope="module")
def file(data: bytes):  # type: ignore[no-untyped-def]
    return open_docx(io.BytesIO(data))


def test_it_opens_with_every_table_and_figure(file, made: Document) -> None:  # type: ignore[no-untyped-def]
    assert len(file.tables) == len(made.tables())
    assert len(file.inline_shapes) == len(made.figures())


def test_captions_are_numbered_by_word(data: bytes, made: Document) -> None:
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert len(re.findall(r"SEQ Table(?:_[A-Z])? \\\* ARABIC", xml)) == len(made.tables())
    assert len(re.findall(r"SEQ Figure(?:_[A-Z])? \\\* ARABIC", xml)) == len(made.figures())


def test_the_contents_name_every_chapter_with_a_page_that_word_counts(file, made: Document) -> None:  # type: ignore[no-untyped-def]
    lines = [p for p in file.paragraphs if p.style.name in {"Contents 1", "Contents 2"}]
    assert [p.text.split("\t")[0] for p in lines] == [h.full_text for h in made.contents()]
    asked = [re.search(r"PAGEREF (\w+)", p._p.xml) for p in lines]
    names = set(re.findall(r'bookmarkStart w:id="\d+" w:name="(\w+)"', file.element.xml))
    assert {found[1] for found in asked if found} <= names
    assert all(asked)


def test_cross_references_lead_to_bookmarks(data: bytes) -> None:
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    bookmarks = re.findall(r'w:bookmarkStart w:id="(\d+)" w:name="(\w+)"', xml)
    assert len({number for number, _ in bookmarks}) == len(bookmarks)
    references = set(re.findall(r" REF (\w+) \\h ", xml))
    assert references
    assert references <= {name for _, name in bookmarks}


def test_header_rows_repeat_and_rows_stay_whole(file, made: Document) -> None:  # type: ignore[no-untyped-def]
    for table, model in zip(file.tables, made.tables(), strict=True):
        heads = table._tbl.findall(f".//{W}tblHeader")
        assert len(heads) == model.header_levels
        assert len(table._tbl.findall(f".//{W}cantSplit")) == model.header_levels + len(model.rows)


def test_cells_hold_what_the_model_holds(file, made: Document) -> None:  # type: ignore[no-untyped-def]
    for table, model in zip(file.tables, made.tables(), strict=True):
        last = [cell.text for cell in table.rows[-1].cells]
        if model.rows[-1].kind == "data":
            assert last == list(model.rows[-1].cells)


def test_headings_use_heading_styles(file) -> None:  # type: ignore[no-untyped-def]
    styles = {p.style.name for p in file.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Caption"} <= styles


def test_figures_have_text_alternatives(file, made: Document) -> None:  # type: ignore[no-untyped-def]
    assert [s._inline.docPr.get("descr") for s in file.inline_shapes] == [f.alt for f in made.figures()]


def test_the_banner_stands_on_every_page(file, made: Document) -> None:  # type: ignore[no-untyped-def]
    assert file.sections[0].header.paragraphs[0].text == made.banner


def test_the_same_document_gives_the_same_bytes(data: bytes, made: Document, figures: dict[str, Rendered]) -> None:
    assert docx(made, figures) == data
