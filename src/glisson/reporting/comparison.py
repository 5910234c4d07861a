"""Chapter that sets the cohort beside published treatments, and refuses what would be unfair."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.comparison import ComparedArm, ComparisonResult
from glisson.present.document import Block, Heading, Paragraph, TableBlock
from glisson.present.tabulate import comparison as tables
from glisson.present.tabulate.common import find
from glisson.present.words import listed, opening, plural
from glisson.reporting.borrowed_rates import rate_blocks
from glisson.reporting.comparison_borrowing import borrowing_blocks
from glisson.reporting.comparison_matching import matching_blocks
from glisson.reporting.comparison_safety import safety_blocks
from glisson.reporting.comparison_tipping import tipping_blocks
from glisson.reporting.wording import words_of
from glisson.tables import Estimate

#: Patients below which the text says that they can hardly say anything.
_FEW = 10
#: Events below which there is a ratio with its limits, and no verdict.
_FEW_EVENTS = 5
_GROUPS = (
    ("front", "Front-line", "Differences from front-line treatments"),
    ("later", "Later lines", "Differences from treatments of later lines"),
    ("any", "Whatever the line", "Differences from other series"),
)


def comparison_chapter(assessment: Spoken, result: ComparisonResult | None) -> list[Block]:
    """Return the blocks of the chapter; none where no arm was to be compared with.

    Parameters
    ----------
    assessment
        Whose words and labels apply.
    result
        Published arms beside the cohort.
    """
    if result is None or not result.arms:
        return []
    words = words_of(assessment)
    blocks: list[Block] = [Heading(text="Beside published treatments", anchor="comparison"), Paragraph(text=_OPENING)]
    for line, lead, title in _GROUPS:
        arms = [a for a in result.arms if a.line == line]
        if arms:
            blocks.append(Paragraph(lead=f"{lead}.", text=_line_text(arms)))
            blocks.append(TableBlock(table=tables.differences(assessment, arms, f"comparison-{line}", title)))
    blocks.append(TableBlock(table=tables.numbers(assessment, result, words)))
    blocks += [Paragraph(lead="Not compared.", text=_refusals(result)), *matching_blocks(assessment, result, words)]
    blocks += tipping_blocks(assessment, result, words)
    blocks += borrowing_blocks(assessment, result.borrowing, result.level, words)
    blocks += safety_blocks(assessment, result.safety, words)
    return [*blocks, *rate_blocks(assessment, result.rates, words)]


_OPENING = (
    "Nobody was randomised between what is set side by side here, and an endpoint, a line of therapy or a start of the "
    "clock that differs can make a difference by itself. So patients stand beside arms of the same line only, the "
    "differences come first, and numbers only where endpoint and clock are the same ([[comparison-numbers]])."
)


def methods_text(result: ComparisonResult) -> str:
    """Return how the comparison was made, for the chapter on methods."""
    return (
        f"The cohort was set beside {plural(len(result.arms), 'published arm')} in the same line of therapy. Published "
        "curves were drawn through the printed medians and rates with constant hazards between them; the one-sample "
        "log-rank test and the ratio of observed to expected events allow for the uncertainty of both sides (Breslow "
        "1975, Finkelstein 2003). E-values: VanderWeele & Ding 2017; bias of a binary factor: Bross 1966. Rates of "
        "adverse events have exact unconditional intervals (Chan & Zhang 1999), the worst rates sought within their "
        "confidence set of level 1 - 10^-6 (Berger & Boos 1994). Hazards, and rates of response and of adverse events, "
        "were borrowed by a robust predictive prior (Schmidli 2014) and by power priors "
        "(Ibrahim & Chen 2000, Duan 2006)."
    )


def _line_text(arms: list[ComparedArm]) -> str:
    """Return what one line of therapy shows."""
    here = arms[0].here
    who = f"{opening(here, 'patient')} of this cohort" + (
        f" ({tables.LINES[arms[0].line]})" if arms[0].line != "any" else ""
    )
    text = f"{who} stand beside {listed([f'{a.treatment} ({a.label})' for a in arms])}; how they differ is in "
    text += f"[[comparison-{arms[0].line}]]."
    said = []
    for arm in arms:
        for contrast in arm.contrasts:
            ratio, expected = find(contrast.estimates, "rate_ratio"), find(contrast.estimates, "expected")
            if ratio is None or ratio.value is None or expected is None:
                continue
            few = (ratio.events or 0) < _FEW_EVENTS
            verdict = "Fewer than five events, too few to say more than the limits do" if few else _verdict(ratio)
            said.append((verdict, f"{contrast.label.lower()} beside {arm.label}"))
    for verdict in dict.fromkeys(v for v, _ in said):
        which = [what for v, what in said if v == verdict]
        text += f" {verdict}: {listed(which)}."
    if here < _FEW:
        text += " So few patients leave nearly every effect possible."
    return text


def _verdict(ratio: Estimate) -> str:
    if ratio.high is not None and ratio.high < 1:
        return "Fewer events than expected, beyond chance but not beyond bias"
    if ratio.low is not None and ratio.low > 1:
        return "More events than expected, beyond chance but not beyond bias"
    return "No difference that chance would not explain"


def _refusals(result: ComparisonResult) -> str:
    """Return every reason for which a number was refused, once, with what it concerns."""
    reasons: dict[str, list[str]] = {}
    for arm in result.arms:
        for contrast in arm.contrasts:
            if contrast.refused:
                reasons.setdefault(contrast.refused, []).append(f"{contrast.label} beside {arm.label}")
    parts = []
    for reason, which in reasons.items():
        liver = all(w.startswith("Liver PFS") for w in which)
        parts.append(("Liver PFS: " if liver else f"{listed(which)}: ") + reason)
    return " ".join(parts) or "Nothing was refused."
