"""What borrowing from published arms does to the cohort's own estimates, in the chapter of the comparison."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.assessment import Spoken
from glisson.assessment.comparison_borrowing import Borrowing
from glisson.methods.map_prior import CONFLICT
from glisson.present.document import Block, Paragraph, TableBlock
from glisson.present.tabulate import comparison_borrowing as tables
from glisson.present.tabulate.common import find
from glisson.present.tabulate.comparison import LINES
from glisson.present.words import Words


def borrowing_blocks(assessment: Spoken, found: Sequence[Borrowing], level: float, words: Words) -> list[Block]:
    """Return the blocks on borrowing; none where nothing could be borrowed.

    Parameters
    ----------
    assessment
        Whose labels apply.
    found
        Endpoints by line of therapy.
    level
        Of the intervals.
    words
        How numbers are written.
    """
    table = tables.borrowing(assessment, found, level, words)
    if table is None:
        return []
    said = " ".join(_said(one, words) for one in found if not one.refused)
    return [Paragraph(lead="Borrowing.", text=f"{_OPENING} {said}"), TableBlock(table=table)]


_OPENING = (
    "[[comparison-borrowing]] adds published arms of the same line, endpoint and start of the clock to the cohort's "
    "own events. That supposes that treatment and selection make no difference, so that it tells how far both can be "
    "one population and is no evidence for the treatment."
)


def _said(one: Borrowing, words: Words) -> str:
    """Return what the data thought of the prior."""
    rows = one.estimates
    p, size = find(rows, "p", detail="prior-data conflict"), find(rows, "prior_size")
    after = find(rows, "informative_weight", detail="after")
    if p is None or p.value is None or size is None or size.value is None or after is None:
        return ""
    name = f"{one.label} of those with {LINES[one.line]}" if one.line != "any" else one.label
    weight = words.percent(after.value, 50)
    if p.value < CONFLICT:
        text = (
            f"{name}: the events observed contradict what the published arms predict ({words.p(p.value)}), and the "
            f"weight of the informative part went from 80% to {weight}: what is borrowed should not be read."
        )
    else:
        text = (
            f"{name}: {one.events} events do not contradict the published arms ({words.p(p.value)}); the informative "
            f"part has {weight} of the weight afterwards."
        )
    if one.events < size.value:
        text += f" The prior is worth {words.number(size.value, 0)} events, the cohort has {one.events}: "
        text += "more of the result is prior than data."
    return text
