"""The list of pages on which published numbers were read: behind every number stands its link or its number here."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.evidence import Arm, Library, library
from glisson.evidence.definitions import definitions
from glisson.present.document import Block, Document, Heading, ListBlock, Paragraph

ANCHOR = "published-sources"
_TEXT = (
    "Every published number was read at the address given here; on a screen the number itself leads there. Where that "
    "is not the publication, the publication stands first."
)


def sources_section(blocks: Sequence[Block], known: Library | None = None, *, level: int = 2) -> list[Block]:
    """Return the sources of all published numbers in some blocks; nothing where there is none.

    Parameters
    ----------
    blocks
        Of the whole document, in their order: sources are numbered as they are first called.
    known
        Library that tells which publication was read at an address; by default the one that ships.
    level
        Of the heading.

    Examples
    --------
    >>> from glisson.present.document import linked
    >>> text = linked("36%", library().select(study_id="miller2018", endpoint="orr")[0].source_url)
    >>> made = sources_section([Paragraph(text=text)])
    >>> made[2].items[0].split(" Read at")[0]
    'S1. Miller 2018. Y90 TARE of hepatic sarcoma, multicentre. J Vasc Interv Radiol.'
    """
    urls = Document(title="", subtitle="", banner="", blocks=tuple(blocks)).sources()
    if not urls:
        return []
    shelf = known or library()
    return [
        Heading(text="Published sources", anchor=ANCHOR, level=level),
        Paragraph(text=_TEXT),
        ListBlock(items=tuple(f"S{i}. {_item(url, shelf)}" for i, url in enumerate(urls, start=1))),
    ]


def _item(url: str, shelf: Library) -> str:
    """Return the publications read at an address, and the address."""
    named: dict[str, str] = {}
    keys = {(n.study_id, n.arm_id) for n in shelf.numbers if n.source_url == url}
    defined = {d.study_id for d in definitions().values() if d.source_url == url}
    for arm in shelf.arms:
        if (arm.study_id, arm.arm_id) in keys or arm.source_url == url or arm.study_id in defined:
            named.setdefault(arm.study_id, _publication(arm, url))
    return " ".join([*named.values(), f"Read at {_open(url)}"])


def _publication(arm: Arm, url: str) -> str:
    parts = [arm.label, arm.title_short, arm.journal]
    address = f"https://doi.org/{arm.doi}" if arm.doi else f"https://pubmed.ncbi.nlm.nih.gov/{arm.pmid}/"
    if (arm.doi or arm.pmid) and address.rstrip("/") != url.rstrip("/"):
        parts.append(_open(address))
    return " ".join(f"{p.rstrip('.')}." for p in parts if p)


def _open(url: str) -> str:
    """Return an address that is its own text."""
    return f"[[{url}|{url}]]"
