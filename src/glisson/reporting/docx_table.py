"""A TableModel as a Word table: three rules, header rows repeated on every page, rows that do not break.

The table is written as WordprocessingML at once; building it cell by cell takes a hundred times longer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from glisson.present.document import numbered_cells
from glisson.present.table import Column, Row, TableModel

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#: Twentieths of a point in a millimetre.
_TWIPS = 1440 / 25.4
_HEAVY, _LIGHT = 8, 4  # eighths of a point


def table_xml(model: TableModel, style_id: str, width_mm: float, labels: dict[str, str] | None = None) -> str:
    """Return a table as WordprocessingML.

    Parameters
    ----------
    style_id
        Paragraph style of its cells.
    width_mm
        Width of the whole table.
    labels
        Numbers of the sources, by address.
    """
    known = labels or {}
    whole = sum(c.width for c in model.columns)
    widths = [round(width_mm * _TWIPS * c.width / whole) for c in model.columns]
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    rows = [_row(cells, header=True) for cells in _heads(model, widths, style_id)]
    last = len(model.rows) - 1
    told = [replace(r, cells=numbered_cells(r.cells, known)) for r in model.rows]
    rows += [_row(_cells(r, model.columns, widths, style_id, last=i == last)) for i, r in enumerate(told)]
    return (
        f'<w:tbl xmlns:w="{_NAMESPACE}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="50" w:type="dxa"/><w:right w:w="50" w:type="dxa"/>'
        f"</w:tblCellMar><w:tblCaption w:val={quoteattr(model.title)}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def add_table(file: Any, model: TableModel, width_mm: float, labels: dict[str, str]) -> None:
    """Add the table at the end of a python-docx document."""
    from docx.oxml import parse_xml  # noqa: PLC0415 - only this writer needs it

    style_id = file.styles["Table Text"].style_id
    file.element.body.insert_element_before(parse_xml(table_xml(model, style_id, width_mm, labels)), "w:sectPr")


def _row(cells: str, *, header: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>{cells}</w:tr>"


def _heads(model: TableModel, widths: list[int], style_id: str) -> list[str]:
    """Return the header rows: one, or two where columns share a heading."""
    levels = model.header_levels
    lower, upper = [], []
    for column, width in zip(model.columns, widths, strict=True):
        alone = levels == 2 and not column.above
        text = "" if alone else column.heading
        top = 0 if levels == 2 else _HEAVY
        lower.append(
            _cell(text, width, style_id, align=column.align, bold=True, top=top, bottom=_LIGHT, merge="down" * alone)
        )
    if levels == 1:
        return ["".join(lower)]
    place = 0
    for heading, span in model.spans():
        width = sum(widths[place : place + span])
        if heading:
            upper.append(
                _cell(heading, width, style_id, align="center", bold=True, top=_HEAVY, bottom=_LIGHT, span=span)
            )
        else:
            column = model.columns[place]
            upper.append(
                _cell(column.heading, width, style_id, align=column.align, bold=True, top=_HEAVY, merge="start")
            )
        place += span
    return ["".join(upper), "".join(lower)]


def _cells(row: Row, columns: tuple[Column, ...], widths: list[int], style_id: str, *, last: bool) -> str:
    bottom = _HEAVY if last else 0
    if row.kind == "section":
        return _cell(row.cells[0], sum(widths), style_id, bold=True, span=len(columns), before=100, keep=True)
    return "".join(
        _cell(
            text, width, style_id, align="left" if i == 0 else column.align, indent=row.indent if i == 0 else 0,
            bottom=bottom,
        )
        for i, (text, column, width) in enumerate(zip(row.cells, columns, widths, strict=True))
    )  # fmt: skip


def _cell(
    text: str,
    width: int,
    style_id: str,
    *,
    align: str = "left",
    bold: bool = False,
    indent: int = 0,
    before: int = 30,
    keep: bool = False,
    span: int = 1,
    top: int = 0,
    bottom: int = 0,
    merge: str = "",
) -> str:
    """Return one cell; ``merge`` is ``start`` or ``down`` where it joins the one below or above."""
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in (("top", top), ("bottom", bottom))
        if size
    )
    cell = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    cell += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    cell += {"start": '<w:vMerge w:val="restart"/>', "down": "<w:vMerge/>"}.get(merge, "")
    cell += f"<w:tcBorders>{rules}</w:tcBorders>" if rules else ""
    cell += '<w:vAlign w:val="bottom"/>' if bold and not keep else ""
    paragraph = f'<w:pStyle w:val="{style_id}"/>' + ("<w:keepNext/>" if keep else "")
    paragraph += f'<w:spacing w:before="{before}" w:after="30"/>'
    paragraph += f'<w:ind w:left="{160 * indent}"/>' if indent else ""
    paragraph += '<w:jc w:val="center"/>' if align == "center" else ""
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(line) for line in text.split("\n"))
    run = f'<w:r>{look}<w:t xml:space="preserve">{lines}</w:t></w:r>' if text else ""
    return f"<w:tc><w:tcPr>{cell}</w:tcPr><w:p><w:pPr>{paragraph}</w:pPr>{run}</w:p></w:tc>"
