"""Adverse events beside published rates, in the chapter of the comparison."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.comparison_safety import SafetyComparison
from glisson.present.document import Block, Paragraph, TableBlock
from glisson.present.tabulate import comparison_safety as tables
from glisson.present.tabulate.common import find
from glisson.present.words import Words, listed, lower_first, sentence_case
from glisson.tables import Estimate, Group


def safety_blocks(assessment: Spoken, result: SafetyComparison | None, words: Words) -> list[Block]:
    """Return the blocks on safety; none where nothing was published or recorded.

    Parameters
    ----------
    assessment
        Whose labels apply.
    result
        Adverse events beside published ones.
    words
        How numbers are written.
    """
    if result is None or not (result.contrasts or result.refused):
        return []
    blocks: list[Block] = []
    if result.contrasts:
        blocks.append(Paragraph(lead="Adverse events.", text=_text(result, words)))
        blocks.append(TableBlock(table=tables.safety(assessment, result, words)))
    if result.refused:
        reasons: dict[str, list[str]] = {}
        for what, why in result.refused:
            reasons.setdefault(why, []).append(what)
        parts = [f"{sentence_case(listed(what))}: {why}." for why, what in reasons.items()]
        blocks.append(Paragraph(lead="Adverse events not compared.", text=" ".join(parts)))
    return blocks


def _text(result: SafetyComparison, words: Words) -> str:
    """Return what the differences show in everybody, and in those who had the drug itself beside the drug by vein."""
    text = "[[comparison-safety]] sets every published rate beside this cohort as a whole and by method. "
    for group in ((), tables.DRUG):
        text += _of_group(result, group, words)
    return text + (
        "A treatment of the liver alone should show fewer systemic events than a drug by vein; how much of a "
        "difference is due to shorter and looser observation cannot be told from these records."
    )


def _of_group(result: SafetyComparison, group: Group, words: Words) -> str:
    """Say which published rates lie beyond chance from those of a group, and what is left of the first term."""
    beyond: dict[str, list[str]] = {"fewer": [], "more": [], "open": []}
    n, first = 0, ""
    for contrast in result.contrasts:
        own = next((g for g in contrast.groups if g.group == group), None)
        gap = None if own is None else find(own.estimates, "risk_difference")
        if own is None or gap is None or gap.low is None or gap.high is None:
            continue
        n = own.n
        name = f"{lower_first(contrast.term)} ({contrast.label})"
        beyond["fewer" if gap.high < 0 else "more" if gap.low > 0 else "open"].append(name)
        if not first and not own.events:
            first = (
                f"Beside {contrast.label} the difference in {lower_first(contrast.term)} is {_points(gap, words)}: up "
                f"to {words.number(100 * gap.high, 0)} points more than with {contrast.treatment} are still possible. "
                if gap.high > 0 else ""
            )  # fmt: skip
    if not n:
        return ""
    who = f"All {n} patients" if not group else f"The {n} who had doxorubicin through the catheter"
    parts = []
    if beyond["fewer"]:
        parts.append(f"had fewer events than published, beyond chance, for {listed(beyond['fewer'])}")
    if beyond["more"]:
        parts.append(f"had more, beyond chance, for {listed(beyond['more'])}")
    if beyond["open"]:
        parts.append(f"leave open either direction for {listed(beyond['open'])}")
    return f"{who} {'; they '.join(parts)}. {first}"


def _points(gap: Estimate, words: Words) -> str:
    low, high = words.bounds(gap) or ("", "")
    return f"{words.value(gap)} points ({words.interval(low, high, gap.level)})"
