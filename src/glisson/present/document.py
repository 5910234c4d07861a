"""A document as blocks: what HTML, Word and PDF have in common.

Text is plain, with one piece of markup: ``[[name]]`` stands for the number of the table, figure or section of that
name ("Table 2") and becomes a link where the medium has links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from glisson.present.figures.render import FigureData
from glisson.present.table import TableModel

_REFERENCE = re.compile(r"\[\[([a-z0-9_-]+)\]\]")
_STATISTIC = re.compile(r"\b([PpNn]) ([=<>]) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; level 1 is a chapter."""

    text: str
    anchor: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, with bold words at its head where ``lead`` is given; ``answer`` is set larger."""

    text: str
    lead: str = ""
    kind: Literal["text", "answer"] = "text"


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

    def labels(self) -> dict[str, str]:
        """Return what each name is called: ``{"baseline": "Table 1", "os": "Figure 2", "methods": "Methods"}``."""
        out = {f.name: f"Figure {i}" for i, f in enumerate(self.figures(), start=1)}
        out |= {t.name: f"Table {i}" for i, t in enumerate(self.tables(), start=1)}
        return out | {b.anchor: f"“{b.text}”" for b in self.blocks if isinstance(b, Heading)}


def pieces(text: str, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Split text at its references.

    Yields
    ------
    (text, anchor)
        Anchor is empty for plain text. A reference to something the document does not hold is left out.

    Examples
    --------
    >>> list(pieces("See [[t]].", {"t": "Table 1"}))
    [('See ', ''), ('Table 1', 't'), ('.', '')]
    """
    place = 0
    for match in _REFERENCE.finditer(text):
        if match.start() > place:
            yield unbroken(text[place : match.start()]), ""
        if match[1] in labels:
            yield labels[match[1]], match[1]
        place = match.end()
    if place < len(text):
        yield unbroken(text[place:]), ""


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
