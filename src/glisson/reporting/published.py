"""What all published series together say, as a document of its own."""

from __future__ import annotations

from glisson.evidence.pooling import PooledLibrary
from glisson.present.document import Block, Document, Heading, Paragraph, TableBlock
from glisson.present.tabulate.pooled import pooled_tables
from glisson.present.tabulate.pooled_checks import checks_table
from glisson.present.words import Words
from glisson.reporting.evidence_section import forest_blocks
from glisson.reporting.sources import sources_section

_TEXT = (
    "Series are pooled only where they report the same outcome of whole arms, counted by patient, from the day of "
    "treatment; of series that probably share patients one is used. A prediction interval says where a new series "
    "would probably lie. What is not pooled stands with its reason."
)
#: Series of which a forest plot is drawn.
_LEAST = 2


def pooled_document(result: PooledLibrary, *, checks: bool = False) -> Document:
    """Return the pooled library as a document: tables by treatment, forest plots, sources.

    Parameters
    ----------
    result
        What ``glisson.evidence.pooling.pooled`` returns.
    checks
        Whether to add what the values hang on: each series left out, kinds of tumour, treatments.
    """
    words = Words.of("ama")
    blocks: list[Block] = [
        Heading(text="What all published series together say", anchor="pooled"),
        Paragraph(text=_TEXT),
    ]
    blocks += [TableBlock(table=table) for table in pooled_tables(result, words)]
    if checks:
        blocks.append(TableBlock(table=checks_table(result, words)))
    blocks += forest_blocks([p for p in result.poolings if len(p.used) >= _LEAST], words)
    blocks += sources_section(blocks)
    return Document(
        title="Published series of liver-directed treatment of sarcoma metastases",
        subtitle="Pooled by treatment",
        banner="",
        blocks=tuple(blocks),
        colophon="Every number was read in its source, named in the last table.",
    )
