"""A document as blocks: what HTML, Word and PDF have in common.

Text is plain, with two pieces of markup. ``[[name]]`` stands for the number of the table, figure or section of that
name ("Table 2") and becomes a link where the medium has links. ``[[text|https://...]]`` is text read at an address: a
link where the medium has links, elsewhere with the number of the source behind it ("13.9% [S2]").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from glisson.present.figures.render import FigureData
from glisson.present.table import TableModel

_REFERENCE = re.compile(r"\[\[([a-z0-9_-]+)\]\]|\[\[([^\[\]|]+)\|(https?://[^\s\[\]|]+)\]\]")
#: Chapters from which on a document has a printed list of contents.
_LEAST_FOR_CONTENTS = 6
_STATISTIC = re.compile(r"\b([PpNn]) ([=<>]) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; level 1 is a chapter.

    Parameters
    ----------
    text, anchor, level
        What it says, what references call it, and 1 for a chapter.
    letter
        Of an appendix, whose tables and figures are counted A1, A2; empty for a chapter of the body.
    """

    text: str
    anchor: str
    level: int = 1
    letter: str = ""

    @property
    def full_text(self) -> str:
        """The words with the letter of the appendix: ``Appendix A. Patients``."""
        return f"Appendix {self.letter}. {self.text}" if self.letter else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, with bold words at its head where ``lead`` is given.

    An ``answer`` is set larger; a ``detail`` goes to the appendix with the tables of its section.
    """

    text: str
    lead: str = ""
    kind: Literal["text", "answer", "detail"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A remark set apart from the text."""

    text: str
    lead: str = ""
    kind: Literal["stop", "warn", "info"] = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBlock:
    """A list; numbered lists are references."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A numbered table."""

    table: TableModel


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureBlock:
    """A numbered figure.

    Parameters
    ----------
    name
        Anchor and file name.
    title, text
        Caption: what it is, and how to read it.
    alt
        What somebody who cannot see it should know.
    data
        What is drawn.
    """

    name: str
    title: str
    text: str
    alt: str
    data: FigureData


Block = Heading | Paragraph | Note | ListBlock | TableBlock | FigureBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report.

    Parameters
    ----------
    title, subtitle
        On its first page.
    banner
        Stands on every page or screen; empty for real patients.
    colophon
        Small print at the end.
    """

    title: str
    subtitle: str
    banner: str
    blocks: tuple[Block, ...]
    colophon: str = ""

    def tables(self) -> tuple[TableModel, ...]:
        """Return all tables in order."""
        return tuple(b.table for b in self.blocks if isinstance(b, TableBlock))

    def figures(self) -> tuple[FigureBlock, ...]:
        """Return all figures in order."""
        return tuple(b for b in self.blocks if isinstance(b, FigureBlock))

    def sources(self) -> tuple[str, ...]:
        """Return the addresses at which numbers of this document were read, in the order of their first number."""
        found = (m for text in _texts(self.blocks) for m in _REFERENCE.finditer(text))
        return tuple(dict.fromkeys(m[3] for m in found if m[3] and m[2] != m[3]))

    def labels(self) -> dict[str, str]:
        """Return what each name is called: ``{"baseline": "Table 1", "os": "Figure A2", "methods": "“Methods”"}``.

        Sources are called by their number (``{"https://doi.org/10.1000/1": "S1"}``), appendices by their letter.
        """
        out = {url: f"S{i}" for i, url in enumerate(self.sources(), start=1)}
        letter, figures, tables = "", 0, 0
        for block in self.blocks:
            match block:
                case Heading():
                    if block.letter:
                        letter, figures, tables = block.letter, 0, 0
                    out[block.anchor] = f"Appendix {block.letter}" if block.letter else f"“{block.text}”"
                case FigureBlock():
                    figures += 1
                    out[block.name] = f"Figure {letter}{figures}"
                case TableBlock():
                    tables += 1
                    out[block.table.name] = f"Table {letter}{tables}"
                case _:
                    pass
        return out

    def contents(self) -> tuple[Heading, ...]:
        """Return the headings for a printed list of contents: chapters with their sections, appendices without.

        A document of few chapters has none.
        """
        body, inside = [], False
        for block in self.blocks:
            if isinstance(block, Heading):
                inside = inside or bool(block.letter)
                body += [block] if block.level == 1 or not inside else []
        return tuple(body) if sum(h.level == 1 for h in body) >= _LEAST_FOR_CONTENTS else ()

    def after_first_chapter(self) -> int:
        """Return the place of the second chapter, before which the contents are printed."""
        starts = [i for i, b in enumerate(self.blocks) if isinstance(b, Heading) and b.level == 1]
        return starts[1] if len(starts) > 1 else len(self.blocks)


def linked(text: str, url: str) -> str:
    """Return text marked as read at an address; brackets and bars in it, which would end the mark, are left out.

    Examples
    --------
    >>> linked("13.9%", "https://example.org/trial")
    '[[13.9%|https://example.org/trial]]'
    """
    words = re.sub(r"[\[\]|]", " ", text)
    return f"[[{words}|{url}]]" if _REFERENCE.fullmatch(f"[[{words}|{url}]]") else text


def is_address(target: str) -> bool:
    """Return whether what ``pieces`` yields beside a text is an address outside the document."""
    return target.startswith(("https://", "http://"))


def pieces(text: str, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Split text at its references.

    Yields
    ------
    (text, target)
        Target is empty for plain text, else the name of a place in the document or an address. A reference to
        something the document does not hold is left out.

    Examples
    --------
    >>> list(pieces("See [[t]].", {"t": "Table 1"}))
    [('See ', ''), ('Table 1', 't'), ('.', '')]
    >>> list(pieces("[[36%|https://example.org]]", {}))
    [('36%', 'https://example.org')]
    """
    place = 0
    for match in _REFERENCE.finditer(text):
        if match.start() > place:
            yield unbroken(text[place : match.start()]), ""
        if match[3]:
            yield unbroken(match[2]), match[3]
        elif match[1] in labels:
            yield labels[match[1]], match[1]
        place = match.end()
    if place < len(text):
        yield unbroken(text[place:]), ""


def numbered(text: str, labels: dict[str, str]) -> str:
    """Return text for a medium without links: behind what was read elsewhere stands the number of its source.

    Neighbours of one source have the number once, behind the last of them.

    Examples
    --------
    >>> numbered("[[13%|https://example.org/1]] to [[70%|https://example.org/2]]", {"https://example.org/1": "S1"})
    '13% [S1] to 70%'
    """
    parts = list(pieces(text, labels))
    out = ""
    for i, (part, target) in enumerate(parts):
        again = next((t for _, t in parts[i + 1 :] if t), "") == target
        number = labels.get(target, "") if is_address(target) and part != target and not again else ""
        out += part + (f" [{number}]" if number else "")
    return out


def numbered_cells(cells: tuple[str, ...], labels: dict[str, str]) -> tuple[str, ...]:
    """Return the cells of a row for a medium without links: each source has its number once, in the last of its cells.

    Examples
    --------
    >>> numbered_cells(("[[39|https://example.org]]", "[[36%|https://example.org]]"), {"https://example.org": "S1"})
    ('39', '36% [S1]')
    """
    out: list[str] = []
    left = dict(labels)
    for cell in reversed(cells):
        out.append(numbered(cell, left))
        called = {m[3] for m in _REFERENCE.finditer(cell) if m[3]}
        left = {target: label for target, label in left.items() if target not in called}
    return tuple(reversed(out))


def unlinked(text: str) -> str:
    """Return text without addresses, other references as they are.

    Examples
    --------
    >>> unlinked("[[36%|https://example.org]] in [[t]]")
    '36% in [[t]]'
    """
    return _REFERENCE.sub(lambda m: m[2] or m[0], text)


def unbroken(text: str) -> str:
    r"""Return text in which a statistic never stands on another line than its number: ``P = .04``, ``n = 24``.

    Examples
    --------
    >>> unbroken("Comparison: P = .04")
    'Comparison: P\xa0=\xa0.04'
    """
    return _STATISTIC.sub("\\1\u00a0\\2\u00a0", text)


def resolved(text: str, labels: dict[str, str]) -> str:
    """Return text with its references as plain words."""
    return "".join(part for part, _ in pieces(text, labels))


def _texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Return every text of the blocks that may hold references."""
    for block in blocks:
        match block:
            case Paragraph() | Note() | FigureBlock():
                yield block.text
            case ListBlock():
                yield from block.items
            case TableBlock(table=table):
                yield from (cell for row in table.rows for cell in row.cells)
                yield from table.notes
            case _:
                pass
