"""The report as a tagged PDF, set by Typst (extra ``pdf``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
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
    numbered_cells,
    pieces,
)
from glisson.present.figures.render import Rendered
from glisson.present.table import Column, Row, TableModel

#: Said instead of a PDF where Typst is not installed.
NO_TYPST = "report.pdf was not written because Typst is not installed; pip install 'glisson[pdf]' adds it."

#: Tables up to this number of lines are not broken over pages.
_KEPT_TOGETHER = 20


def can_write_pdf() -> bool:
    """Whether Typst is installed."""
    return find_spec("typst") is not None


def pdf(document: Document, figures: Mapping[str, Rendered]) -> bytes:
    """Return the whole report as a tagged PDF (PDF/UA-1: it has a title, a language and text alternatives).

    Parameters
    ----------
    document
        Blocks of the report.
    figures
        Every figure of the document, rendered, by name.
    """
    import typst  # noqa: PLC0415 - an extra

    sources: Any = {"main.typ": source(document).encode()}
    sources |= {f"{block.name}.svg": figures[block.name].svg for block in document.figures()}
    made = typst.compile(sources, format="pdf", pdf_standards="ua-1", font_paths=font_paths(), timestamp=0)
    return bytes(made)


def source(document: Document) -> str:
    """Return the document in Typst's markup."""
    head = files("glisson.reporting").joinpath("templates", "report.typ").read_text(encoding="utf-8")
    labels = document.labels()
    opening = f"#show: report.with(title: {_string(document.title)}, banner: {_string(document.banner)})\n"
    opening += f"#cover({_string(document.title)}, {_string(document.subtitle)}, {_string(document.banner)})\n"
    parts = [_block(block, labels) for block in document.blocks]
    parts.insert(document.after_first_chapter(), _contents(document))
    body = "\n".join(parts)
    return f"{head}\n{opening}\n{body}\n#colophon({_string(document.colophon)})\n"


def _contents(document: Document) -> str:
    """Return the list of contents with page numbers; nothing for a document of a few chapters."""
    listed = document.contents()
    if not listed:
        return ""
    lines = ", ".join(f"({h.level}, {_string(h.full_text)}, <{h.anchor}>)" for h in listed)
    return f"#contents(({lines},))"


def _heading(block: Heading) -> str:
    told = f"#heading(level: {block.level}, {_string(block.full_text)})<{block.anchor}>"
    if not block.letter:
        return told
    start = "#pagebreak(weak: true)\n" if block.letter == "A" else ""
    number = f"#set figure(numbering: n => {_string(block.letter)} + str(n))"
    anew = "\n".join(f"#counter(figure.where(kind: {kind})).update(0)" for kind in ("table", "image"))
    return f"{start}{number}\n{anew}\n{told}"


def font_paths() -> list[str]:
    """Folder of the sans serif type that comes with matplotlib, for computers that have none."""
    import matplotlib as mpl  # noqa: PLC0415 - only this writer needs it

    return [str(Path(mpl.get_data_path()) / "fonts" / "ttf")]


def _block(block: Block, labels: dict[str, str]) -> str:
    match block:
        case Heading():
            return _heading(block)
        case Paragraph():
            name = "answer" if block.kind == "answer" else "paragraph"
            return f"#{name}(lead: {_string(block.lead)})[{_inline(block.text, labels)}]"
        case Note():
            return f"#remark({_string(block.kind)}, lead: {_string(block.lead)})[{_inline(block.text, labels)}]"
        case ListBlock():
            items = ", ".join(f"[{_inline(item, labels)}]" for item in block.items)
            return f"#{'enum' if block.numbered else 'list'}({items})"
        case TableBlock():
            return _table(block.table, labels)
        case FigureBlock():
            caption = f"caption(strong({_string(block.title + '.')}), [{_inline(' ' + block.text, labels)}])"
            picture = f"image({_string(block.name + '.svg')}, alt: {_string(block.alt)}, width: 100%)"
            return f"#figure({picture}, caption: {caption}, kind: image, alt: {_string(block.alt)})<{block.name}>"


def _inline(text: str, labels: dict[str, str]) -> str:
    out = ""
    for part, target in pieces(text, labels):
        if is_address(target):
            number = f" [{labels[target]}]" if part != target and target in labels else ""
            out += f"#link({_string(target)}, {_string(part)})#{_string(number)}"
        else:
            out += f"#link(<{target}>, {_string(part)})" if target else f"#{_string(part)}"
    return out


def _table(model: TableModel, labels: dict[str, str]) -> str:
    columns = ", ".join(f"{c.width}fr" for c in model.columns)
    aligns = ", ".join(c.align for c in model.columns)
    told = [replace(row, cells=numbered_cells(row.cells, labels)) for row in model.rows]
    rows = ",\n  ".join(_row(row, model.columns) for row in told)
    notes = "".join(f"#note[{_inline(note, labels)}]\n" for note in model.notes)
    lines = sum(max(cell.count("\n") + 1 for cell in row.cells) for row in model.rows)
    whole = "false" if lines > _KEPT_TOGETHER else "true"
    return (
        f"#kept({whole})[#figure(kind: table, caption: caption({_string(model.title)}), table(columns: ({columns},), "
        f"align: ({aligns},),\n  table.hline(stroke: heavy),\n  {_head(model)},\n  table.hline(stroke: light),\n  "
        f"{rows},\n  table.hline(stroke: heavy)))<{model.name}>\n#notes[\n{notes}]]"
    )


def _head(model: TableModel) -> str:
    if model.header_levels == 1:
        return f"table.header({', '.join(_cell(c.heading, head=True) for c in model.columns)})"
    upper, lower, place = [], [], 0
    for heading, span in model.spans():
        if heading:
            content = _cell(heading, head=True)
            upper.append(f"table.cell(colspan: {span}, align: center, stroke: (bottom: light), {content})")
            lower += [_cell(c.heading, head=True) for c in model.columns[place : place + span]]
        else:
            upper.append(f"table.cell(rowspan: 2, {_cell(model.columns[place].heading, head=True)})")
        place += span
    return f"table.header({', '.join(upper + lower)})"


def _row(row: Row, columns: tuple[Column, ...]) -> str:
    if row.kind == "section":  # a header of the second level, which stays with the row below it
        inset = "inset: (x: 3pt, top: 7pt, bottom: 2.9pt)"
        name = f"table.cell(colspan: {len(columns)}, {inset}, section({_string(row.cells[0])}))"
        return f"table.header(level: 2, repeat: false, {name})"
    first = f"row-name({row.indent}, {_cell(row.cells[0])})"
    return ", ".join([first, *(_cell(text) for text in row.cells[1:])])


def _cell(text: str, *, head: bool = False) -> str:
    """Return a cell as content; line breaks are kept."""
    content = " + linebreak() + ".join(f"[#{_string(line)}]" for line in text.split("\n"))
    return f"strong({content})" if head else content


def _string(text: str) -> str:
    """Return a Typst string literal: JSON's escapes are Typst's, except for code points."""
    return json.dumps(text, ensure_ascii=False)
