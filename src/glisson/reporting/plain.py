"""A document as plain text, for a terminal or an e-mail: wrapped lines, tables in columns, figures as captions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

from glisson.present.document import (
    Block,
    Document,
    FigureBlock,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    TableBlock,
    numbered,
    numbered_cells,
)
from glisson.present.table import TableModel

#: Columns of a page where nobody says otherwise.
WIDTH = 100
_GAP = "  "
#: No column is squeezed below this.
_LEAST = 11


def plain(document: Document, width: int = WIDTH) -> str:
    """Return the whole document as text.

    Parameters
    ----------
    document
        Blocks of the report.
    width
        Longest line.

    Returns
    -------
    str
        Lines with a line break at the end.

    Examples
    --------
    >>> made = Document(title="A", subtitle="", banner="", blocks=(Paragraph(lead="One.", text="Two."),))
    >>> print(plain(made), end="")
    A
    =
    <BLANKLINE>
    One. Two.
    """
    labels = document.labels()
    head = [document.title, "=" * min(len(document.title), width)]
    head += [_wrapped(text, width) for text in (document.subtitle, document.banner) if text]
    parts = ["\n".join(head), *(_block(block, labels, width) for block in document.blocks)]
    if document.colophon:
        parts.append(_wrapped(document.colophon, width))
    return "\n\n".join(p for p in parts if p) + "\n"


def _block(block: Block, labels: dict[str, str], width: int) -> str:
    match block:
        case Heading():
            return f"{block.text}\n{('=' if block.level == 1 else '-') * min(len(block.text), width)}"
        case Paragraph() | Note():
            return _wrapped(numbered(f"{block.lead} {block.text}".strip(), labels), width)
        case ListBlock():
            marks = [f"{i}. " if block.numbered else "- " for i in range(1, len(block.items) + 1)]
            return "\n".join(
                textwrap.fill(numbered(text, labels), width, initial_indent=mark, subsequent_indent=" " * len(mark))
                for mark, text in zip(marks, block.items, strict=True)
            )
        case TableBlock(table=table):
            return _table(table, labels, width)
        case FigureBlock():
            return _wrapped(f"[{labels[block.name]}, not drawn here. {block.title}. {block.alt}]", width)


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width)


def _table(table: TableModel, labels: dict[str, str], width: int) -> str:
    table = replace(table, rows=tuple(replace(r, cells=numbered_cells(r.cells, labels)) for r in table.rows))
    widths = _widths(table, width)
    heads = [f"{c.above}\n{c.heading}" if c.above else c.heading for c in table.columns]
    rule = "-" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    lines = [_wrapped(f"{labels[table.name]}. {table.title}", width), rule, *_cells(heads, widths), rule]
    for row in table.rows:
        if row.kind == "section":
            lines.append(_wrapped(row.cells[0], width))
        else:
            lines += _cells([" " * row.indent + row.cells[0], *row.cells[1:]], widths)
    notes = [_wrapped(numbered(note, labels), width) for note in table.notes if note]
    return "\n".join([*lines, rule, *notes])


def _widths(table: TableModel, width: int) -> list[int]:
    """Share the width between columns: what each needs, or less where that is too much."""
    needed = []
    for place, column in enumerate(table.columns):
        cells = [r.cells[place] for r in table.rows if r.kind == "data"] + [column.heading, column.above]
        needed.append(max(len(line) for cell in cells for line in cell.split("\n")) + (1 if place == 0 else 0))
    room = width - len(_GAP) * (len(needed) - 1)
    if sum(needed) <= room:
        return needed
    least = [min(n, _LEAST) for n in needed]
    spare, wanted = max(room - sum(least), 0), [n - low for n, low in zip(needed, least, strict=True)]
    out: list[int] = []
    for low, want in zip(least, wanted, strict=True):
        out.append(low + spare * want // max(sum(wanted), 1))
    return out


def _cells(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the lines of one row."""
    wrapped = []
    for cell, width in zip(cells, widths, strict=True):
        indent = " " * (len(cell) - len(cell.lstrip(" ")))
        lines = [w for part in cell.split("\n") for w in textwrap.wrap(part.strip(), width, initial_indent=indent,
                                                                       subsequent_indent=indent)]  # fmt: skip
        wrapped.append(lines or [""])
    height = max(len(lines) for lines in wrapped)
    return [
        _GAP.join(
            (lines[i] if i < len(lines) else "").ljust(w) for lines, w in zip(wrapped, widths, strict=True)
        ).rstrip()
        for i in range(height)
    ]
