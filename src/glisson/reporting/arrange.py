"""What a reader meets first and what stands in an appendix: one list decides it for HTML, Word and PDF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from glisson.present.document import Block, FigureBlock, Heading, Paragraph, TableBlock

_PEOPLE = re.compile(r" \([^()]*patients?\)$")
_CALLED = re.compile(r"\[\[([a-z0-9_-]+)\]\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """One appendix.

    Parameters
    ----------
    title, anchor
        Of its heading.
    floats
        Patterns of the names of tables and figures that go there from anywhere.
    sections, chapters
        Anchors of headings that go there with everything below them.
    """

    title: str
    anchor: str
    floats: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()


#: In the order of the body.
APPENDICES = (
    Appendix(
        title="Patients and treatment",
        anchor="appendix-patients",
        floats=("combinations", "differences", "treatment-courses", "treatment-reasons"),
    ),
    Appendix(
        title="Every endpoint by group, and how it is defined",
        anchor="appendix-efficacy",
        floats=("*-forest", "pfs", "ttp", "efficacy-*", "comparisons-*", "rules-*"),
        sections=("endpoint-rules",),
    ),
    Appendix(title="Models", anchor="appendix-models", floats=("regression-*", "by-method-priors", "by-method-could")),
    Appendix(
        title="Response, lesions, and the course of each patient",
        anchor="appendix-response",
        floats=("response-*", "spider", "agreement", "discordant", "lesion-*", "timelines-*"),
    ),
    Appendix(
        title="Safety",
        anchor="appendix-safety",
        floats=(
            "events-any", "events-classes", "events-selected", "events-all", "events-words", "events-sessions",
            "complication-differences", "complications", "pes", "mortality", "doxorubicin-doses", "lab-methods",
            "lab-sessions", "lab-shifts", "lab-extremes", "liver-function",
        ),
    ),
    Appendix(
        title="Published treatments",
        anchor="appendix-published",
        floats=(
            "comparison-front", "comparison-later", "comparison-any", "comparison-tipping", "comparison-borrowing",
            "comparison-safety", "evidence-gaps", "pooled-summary", "forest-*",
        ),
    ),
    Appendix(
        title="Pitfalls one by one, and the risk of bias",
        anchor="appendix-pitfalls",
        sections=("pitfalls-stop", "pitfalls-warn", "pitfalls-info", "risk-of-bias"),
    ),
    Appendix(title="References and published sources", anchor="appendix-sources", sections=("references",)),
    Appendix(title="Reporting checklists", anchor="appendix-checklists", chapters=("strobe-chapter", "standards")),
    Appendix(title="Data, settings, and record of the run", anchor="appendix-record", chapters=("problems-chapter",
                                                                                         "record")),
)  # fmt: skip


def arranged(blocks: Sequence[Block], keep: frozenset[str] = frozenset()) -> list[Block]:
    """Return the blocks of a report with the details moved into appendices behind the body.

    Nothing is lost: whatever is moved stands in an appendix under the heading of its section, and where the text of its
    section does not name it, a sentence at the end of the section does.

    Parameters
    ----------
    blocks
        Of all chapters, in a reader's order.
    keep
        Names of tables and figures that stay where they are.

    Examples
    --------
    >>> from glisson.present.table import TableModel, text_column
    >>> table = TableModel(name="pes", title="Syndrome (24 patients)", columns=(text_column("A"),), rows=())
    >>> made = arranged([Heading(text="Safety", anchor="safety"), TableBlock(table=table)])
    >>> [b.full_text for b in made if isinstance(b, Heading)]
    ['Safety', 'Appendix A. Safety']
    >>> made[1].text
    'Syndrome, [[pes]].'
    """
    shelves = [_Shelf(appendix=a) for a in APPENDICES]
    body: list[Block] = []
    section = _Section()
    for block in blocks:
        if isinstance(block, Heading):
            if block.level == 1 or not section.gone:
                body += section.pointers()
            section = section.after(block, shelves)
        shelf = section.gone or _shelf_of(block, shelves, keep, section)
        if shelf is None:
            body.append(block)
            section.texts.append(block)
        else:
            section.move(block, shelf)
    body += section.pointers()
    filled = [s for s in shelves if s.blocks]
    for letter, shelf in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", filled, strict=False):
        body.append(Heading(text=shelf.appendix.title, anchor=shelf.appendix.anchor, letter=letter))
        body += shelf.blocks
    return body


@dataclass(slots=True, kw_only=True)
class _Shelf:
    """What has been moved into one appendix so far."""

    appendix: Appendix
    blocks: list[Block] = field(default_factory=list)
    under: str = ""


@dataclass(slots=True, kw_only=True)
class _Section:
    """The section being read: its heading and chapter, what stays, what went, and where all of it goes if it does."""

    heading: Heading | None = None
    chapter: Heading | None = None
    gone: _Shelf | None = None
    texts: list[Block] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    last: _Shelf | None = None

    def after(self, heading: Heading, shelves: Sequence[_Shelf]) -> _Section:
        """Return the section that a heading begins."""
        chapter = heading if heading.level == 1 else self.chapter
        named = {heading.anchor} | ({chapter.anchor} if chapter is not None else set())
        gone = next(
            (s for s in shelves if heading.anchor in s.appendix.sections or named & set(s.appendix.chapters)), None
        )
        return _Section(heading=heading, chapter=chapter, gone=gone)

    def move(self, block: Block, shelf: _Shelf) -> None:
        """Put a block into an appendix, under the heading of its section."""
        if self.gone is not None:
            shelf.blocks.append(replace(block, level=2) if isinstance(block, Heading) else block)
            return
        heading = self.heading
        if heading is not None and shelf.under != heading.anchor:
            if heading.text != shelf.appendix.title:
                shelf.blocks.append(Heading(text=heading.text, anchor=f"more-{heading.anchor}", level=2))
            shelf.under = heading.anchor
        shelf.blocks.append(block)
        self.last = shelf
        if isinstance(block, TableBlock):
            self.moved.append(f"{_PEOPLE.sub('', block.table.title)}, [[{block.table.name}]]")
        elif isinstance(block, FigureBlock):
            self.moved.append(f"{_PEOPLE.sub('', block.title)}, [[{block.name}]]")

    def pointers(self) -> list[Block]:
        """Return the sentence that names what is in the appendix and not yet named in the text."""
        called = set(_CALLED.findall(" ".join(b.text for b in self.texts if isinstance(b, Paragraph))))
        told = {c.rstrip("0123456789") for c in called}  # the first of several pages of a figure speaks for all
        left = [m for m in self.moved if not told & {c.rstrip("0123456789") for c in _CALLED.findall(m)}]
        return [Paragraph(lead="In the appendix.", text="; ".join(left) + ".")] if left else []


def _shelf_of(block: Block, shelves: Sequence[_Shelf], keep: frozenset[str], section: _Section) -> _Shelf | None:
    """Return where a block goes; nothing where it stays."""
    match block:
        case TableBlock(table=table):
            name = table.name
        case FigureBlock():
            name = block.name
        case Paragraph(kind="detail"):
            return section.last
        case _:
            return None
    if name in keep:
        return None
    return next((s for s in shelves if any(fnmatchcase(name, p) for p in s.appendix.floats)), None)
