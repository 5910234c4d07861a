"""A proposal as a plain table: what each column holds, what it is taken to mean, why, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten, wrap

from glisson.clinical.glossary import units_in
from glisson.clinical.propose import ColumnFound, Proposal
from glisson.clinical.questions import Decision, open_decisions
from glisson.clinical.targets import target

_WIDTH = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """One column of the sheet, in words.

    Parameters
    ----------
    letter, column, holds
        Where it is, its heading, what stands in it.
    means
        What it is taken to mean with unit, order and codes; empty where it is not used.
    because
        The evidence.
    open
        Questions that only a person can answer.
    """

    letter: str
    column: str
    holds: str
    means: str = ""
    because: tuple[str, ...] = ()
    open: tuple[Decision, ...] = ()


def proposal_rows(proposal: Proposal) -> tuple[ProposalRow, ...]:
    """Return one row a column, in the order of the sheet."""
    decisions = [d for d in open_decisions(proposal) if d.about != "subgroups"]
    return tuple(_row(proposal, column, decisions) for column in proposal.columns)


def _row(proposal: Proposal, column: ColumnFound, decisions: Iterable[Decision]) -> ProposalRow:
    found = column.profile
    meanings = []
    for one in proposal.meanings(found.column):
        meaning = target(one.means)
        parts = [one.unit, one.date_order.replace("_", " "), *(f"{v} = {c}" for v, c in one.codes.items())]
        parts += [f"'{v}' is missing" for v in one.missing]
        details = "; ".join(p for p in parts if p)
        meanings.append((meaning.title if meaning else one.means) + (f" ({details})" if details else ""))
    reasons = tuple(text for m in proposal.meanings(found.column) for text in proposal.why(found.column, m.means))
    if not meanings and column.description:
        reasons = (f"data dictionary: {column.description}",)
    return ProposalRow(
        letter=found.letter, column=found.column, holds=str(found), means="; ".join(meanings), because=reasons,
        open=tuple(d for d in decisions if d.column == found.column),
    )  # fmt: skip


def proposal_notes(proposal: Proposal) -> tuple[str, ...]:
    """Return what concerns several columns: units that differ, columns that are not used."""
    units: dict[str, list[str]] = {}
    for column in proposal.columns:
        named = units_in(column.profile.column) | units_in(column.description)
        if len(named) == 1 and column.profile.mostly(column.profile.numbers):
            units.setdefault(next(iter(named)), []).append(column.profile.column)
    times = {u: c for u, c in units.items() if u in {"days", "weeks", "months"}}
    notes = []
    if len(times) > 1:
        told = "; ".join(f"{unit}: {', '.join(columns)}" for unit, columns in times.items())
        notes.append(f"This sheet holds times in different units: {told}")
    unused = [c.profile.column for c in proposal.columns if not proposal.meanings(c.profile.column)]
    if unused:
        notes.append(f"{len(unused)} columns are not used: {', '.join(unused)}")
    return tuple(notes)


def proposal_text(proposal: Proposal, *, everything: bool = False) -> str:
    """Return the proposal as a plain table.

    Parameters
    ----------
    everything
        Whether columns that are not used are listed with what they hold; otherwise only their names.
    """
    lines = [f"{proposal.place}: {len(proposal.data.rows)} rows, {len(proposal.columns)} columns", ""]
    for row in proposal_rows(proposal):
        if not (row.means or row.open or everything):
            continue
        lines.append(f"{row.letter:<3} {row.column}")
        lines.append(_item("holds", row.holds))
        lines.append(_item("means", row.means or ("to be decided" if row.open else "not used")))
        lines += [_item("because", text) for text in row.because]
        lines += [_item("DECIDE" if d.required else "could decide", d.question) for d in row.open]
    general = [d for d in open_decisions(proposal) if not d.column and d.about != "subgroups"]
    lines += [f"{'DECIDE' if d.required else 'could decide'}: {d.question}" for d in general]
    return "\n".join([*lines, "", *("\n".join(wrap(n, _WIDTH)) for n in proposal_notes(proposal))]) + "\n"


def _item(name: str, text: str) -> str:
    return f"    {name:<12} {shorten(text, 400, placeholder=' ...')}"
