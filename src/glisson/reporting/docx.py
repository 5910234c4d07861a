"""The report as a Word document: real tables with repeated header rows, captions that Word can renumber."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from glisson.present.document import (
    Block,
    Document,
    FigureBlock,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    TableBlock,
    is_address,
    pieces,
)
from glisson.present.figures.render import Rendered
from glisson.reporting import docx_parts as parts
from glisson.reporting.docx_table import add_table

#: Date stored in the file, so that the same assessment gives the same bytes.
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_NOTE_COLOR = {"stop": "9B2C1C", "warn": "8A5A00", "info": "2A5C84"}


def docx(document: Document, figures: Mapping[str, Rendered]) -> bytes:
    """Return the whole document as the bytes of a .docx file.

    Parameters
    ----------
    document
        Blocks of the report.
    figures
        Every figure of the document, rendered, by name.
    """
    from docx import Document as NewDocument  # noqa: PLC0415 - only this writer needs it

    file = NewDocument()
    parts.prepare(file, document)
    labels = document.labels()
    parts.add_text(parts.paragraph(file, "Title"), document.title)
    parts.add_text(parts.paragraph(file, "Subtitle"), document.subtitle)
    if document.banner:
        parts.add_banner(file, document.banner)
    place, listed = document.after_first_chapter(), document.contents()
    for i, block in enumerate(document.blocks):
        if i == place and listed:
            parts.add_contents(file, listed)
        _add(file, block, labels, figures)
    parts.add_text(parts.paragraph(file, "Colophon"), document.colophon)
    file.core_properties.created = file.core_properties.modified = _NO_DATE
    out = io.BytesIO()
    file.save(out)
    return _without_dates(out.getvalue())


def _add(file: Any, block: Block, labels: dict[str, str], figures: Mapping[str, Rendered]) -> None:
    match block:
        case Heading():
            paragraph = parts.paragraph(file, f"Heading {block.level}")
            paragraph.paragraph_format.page_break_before = block.letter == "A" or None
            parts.bookmark(paragraph, block.anchor, lambda p: parts.add_text(p, block.full_text))
        case Paragraph():
            paragraph = parts.paragraph(file, "Answer" if block.kind == "answer" else "Body Text")
            _lead(paragraph, block.lead)
            _inline(paragraph, block.text, labels)
        case Note():
            paragraph = parts.paragraph(file, "Remark")
            parts.left_rule(paragraph, _NOTE_COLOR[block.kind])
            _lead(paragraph, block.lead, _NOTE_COLOR[block.kind])
            _inline(paragraph, block.text, labels)
        case ListBlock():
            for item in block.items:
                style = "List Number" if block.numbered else "List Bullet"
                _inline(parts.paragraph(file, style), item, labels)
        case TableBlock():
            _add_table(file, block, labels)
        case FigureBlock():
            _add_figure(file, block, labels, figures[block.name])


def _add_table(file: Any, block: TableBlock, labels: dict[str, str]) -> None:
    table = block.table
    caption = parts.paragraph(file, "Caption")
    caption.paragraph_format.keep_with_next = True
    parts.caption_number(caption, table.name, labels[table.name])
    parts.add_text(caption, f". {table.title}")
    add_table(file, table, parts.TEXT_WIDTH_MM, labels)
    for note in table.notes or ("",):
        last = parts.paragraph(file, "Table Note")
        _inline(last, note, labels)
    last.paragraph_format.space_after = parts.AFTER_FLOAT


def _add_figure(file: Any, block: FigureBlock, labels: dict[str, str], picture: Rendered) -> None:
    from docx.shared import Mm  # noqa: PLC0415 - only this writer needs it

    paragraph = parts.paragraph(file, "Figure")
    width = min(picture.width_mm, parts.TEXT_WIDTH_MM)
    drawing = paragraph.add_run().add_picture(io.BytesIO(picture.png), width=Mm(width))
    about = drawing._inline.docPr
    about.set("descr", block.alt)
    about.set("title", block.title)
    caption = parts.paragraph(file, "Caption")
    parts.caption_number(caption, block.name, labels[block.name])
    parts.add_text(caption, f". {block.title}.", bold=True)
    _inline(caption, f" {block.text}", labels)
    caption.paragraph_format.space_after = parts.AFTER_FLOAT


def _lead(paragraph: Any, text: str, color: str = "") -> None:
    if text:
        parts.add_text(paragraph, f"{text} ", bold=True, color=color)


def _inline(paragraph: Any, text: str, labels: dict[str, str]) -> None:
    """Write text; its references become fields that follow the numbering, addresses become links."""
    for part, anchor in pieces(text, labels):
        if is_address(anchor):
            parts.add_link(paragraph, anchor, part)
            if part != anchor and anchor in labels:
                parts.add_text(paragraph, f" [{labels[anchor]}]")
        elif anchor:
            parts.add_field(paragraph, f"REF {parts.bookmark_name(anchor)} \\h", part)
        else:
            parts.add_text(paragraph, part)


def _without_dates(data: bytes) -> bytes:
    """Return the same archive with every entry at the earliest date an archive can hold."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if entry.filename.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(entry.filename))
    return out.getvalue()
