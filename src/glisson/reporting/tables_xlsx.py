"""Every table of the report as a worksheet, and every estimate as a row with full precision."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from glisson.assessment import Assessment
from glisson.present.document import Document, numbered
from glisson.present.table import TableModel
from glisson.tables import Estimate
from glisson.tables.estimates import group_text

_NO_DATE = datetime(2000, 1, 1)  # noqa: DTZ001 - stored in the file; it must not depend on when it is written
_WIDEST, _CHARACTERS_A_UNIT = 60, 12


def tables_xlsx(assessment: Assessment, document: Document) -> bytes:
    """Return the workbook as bytes.

    Parameters
    ----------
    assessment
        Gives the flat sheet of estimates: one row a statistic, times in days, proportions between 0 and 1.
    document
        Gives the tables as they are printed.
    """
    import xlsxwriter  # noqa: PLC0415 - only this writer needs it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": document.title, "comments": document.banner, "created": _NO_DATE})
    look = {
        "title": book.add_format({"bold": True, "font_size": 12}),
        "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"}),
        "section": book.add_format({"bold": True}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "note": book.add_format({"font_color": "#57606a", "text_wrap": False}),
    }
    labels = document.labels()
    _contents(book, document, labels, look)
    for table in document.tables():
        _table(book, table, labels, document.banner, look)
    _estimates(book, assessment, document.banner, look)
    book.close()
    return out.getvalue()


def sheet_name(table: TableModel, labels: dict[str, str]) -> str:
    """Return the name of a table's worksheet, short enough for Excel: ``Table 3 baseline``."""
    return f"{labels[table.name]} {table.name}"[:31]


def _contents(book: Any, document: Document, labels: dict[str, str], look: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Contents")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, document.title, look["title"])
    sheet.write_string(1, 0, document.banner or document.subtitle)
    for i, table in enumerate(document.tables(), start=3):
        name = sheet_name(table, labels)
        sheet.write_url(i, 0, f"internal:'{name}'!A1", string=name)
        sheet.write_string(i, 1, table.title)
    last = 3 + len(document.tables())
    sheet.write_url(last, 0, "internal:'Estimates'!A1", string="Estimates")
    sheet.write_string(last, 1, "Every estimate with full precision; times in days, proportions between 0 and 1")
    for i, url in enumerate(document.sources(), start=last + 2):
        sheet.write_string(i, 0, labels[url])
        sheet.write_url(i, 1, url, string=url)


def _table(book: Any, table: TableModel, labels: dict[str, str], banner: str, look: dict[str, Any]) -> None:
    sheet = book.add_worksheet(sheet_name(table, labels))
    for i, column in enumerate(table.columns):
        sheet.set_column(i, i, min(_WIDEST, 6 + column.width * _CHARACTERS_A_UNIT))
    sheet.write_string(0, 0, f"{labels[table.name]}. {table.title}", look["title"])
    sheet.write_string(1, 0, banner)
    line = 2
    if table.header_levels == 2:
        for i, column in enumerate(table.columns):
            sheet.write_string(line, i, column.above, look["head"])
        line += 1
    for i, column in enumerate(table.columns):
        sheet.write_string(line, i, column.heading.replace("\n", " "), look["head"])
    sheet.freeze_panes(line + 1, 1)
    for row in table.rows:
        line += 1
        for i, cell in enumerate(row.cells):
            told = numbered(cell, labels)
            text = "    " * row.indent + told if i == 0 else told
            sheet.write_string(line, i, text.replace("\n", " "), look["section" if row.kind == "section" else "text"])
    for note in table.notes:
        line += 1
        sheet.write_string(line + 1, 0, numbered(note, labels), look["note"])


def _estimates(book: Any, assessment: Assessment, banner: str, look: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Estimates")
    names = [f.name for f in fields(Estimate)]
    sheet.write_string(0, 0, banner)
    for i, name in enumerate(("part", *names)):
        sheet.write_string(1, i, name, look["head"])
    sheet.freeze_panes(2, 0)
    for line, (part, e) in enumerate(all_estimates(assessment), start=2):
        sheet.write_string(line, 0, part)
        for i, name in enumerate(names, start=1):
            value = getattr(e, name)
            if name == "group":
                sheet.write_string(line, i, group_text(value))
            elif isinstance(value, str):
                sheet.write_string(line, i, value)
            elif value is not None:
                sheet.write_number(line, i, value)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, len(names), 14)


def all_estimates(assessment: Assessment) -> Iterator[tuple[str, Estimate]]:
    """Yield every estimate with the part of the report it belongs to."""
    for endpoint in assessment.endpoints:
        for b in endpoint.breakdowns:
            yield from ((f"{endpoint.label}: {b.title}", e) for e in (*b.estimates, *b.tests))
        if endpoint.comparison is not None:
            part = f"{endpoint.label}: rule set {endpoint.comparison.other}"
            yield from ((part, e) for e in endpoint.comparison.estimates)
    if assessment.response is not None:
        yield from (("Response", e) for e in assessment.response.estimates)
    if assessment.safety is not None:
        for term in assessment.safety.terms:
            yield from ((f"Safety: {term.term}", e) for e in term.estimates)
        yield from (("Safety: mortality", e) for e in assessment.safety.mortality)
    for finding in assessment.findings:
        yield from ((f"{finding.id} as usually done", e) for e in finding.naive)
        yield from ((f"{finding.id} corrected", e) for e in finding.corrected)
