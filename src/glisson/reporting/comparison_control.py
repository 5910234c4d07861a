"""Chapter that sets the cohort beside a control whose patients are known one by one."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.comparison_control import ControlContrast, ControlResult
from glisson.present.document import Block, Heading, Paragraph, TableBlock
from glisson.present.tabulate import comparison_control as tables
from glisson.present.words import listed, lower_first, sentence_case
from glisson.reporting.wording import words_of


def control_chapter(assessment: Spoken, result: ControlResult | None) -> list[Block]:
    """Return the blocks of the chapter; none where there is no control.

    Parameters
    ----------
    assessment
        Whose words and labels apply.
    result
        A control with rows beside the cohort.
    """
    if result is None:
        return []
    words = words_of(assessment)
    blocks: list[Block] = [
        Heading(text="Beside a control with rows", anchor="control"),
        Paragraph(text=_OPENING),
        TableBlock(table=tables.differences(assessment, result)),
    ]
    found = (tables.numbers(assessment, result, words), tables.balance(assessment, result, words))
    blocks += [TableBlock(table=table) for table in found if table is not None]
    blocks += [Paragraph(lead=f"{c.label}.", text=_said(c)) for c in result.contrasts]
    return blocks


#: Standardised difference up to which groups count as alike.
ALIKE = 0.1
_OPENING = (
    "Nobody was randomised between this cohort and the control. The differences come first; weights make the control "
    "like this cohort in what both files hold, and in nothing else."
)


def _said(contrast: ControlContrast) -> str:
    """Return why nothing is compared, or what was balanced and what was not."""
    if contrast.refused:
        return f"Not compared. {contrast.refused}"
    parts = []
    if contrast.covariates:
        parts.append(f"Balanced: {listed(list(contrast.covariates))}.")
    still = [
        f"{e.detail.removesuffix(', after')} ({e.value:.2f})"
        for e in contrast.estimates.select("standardised_difference")
        if e.detail.endswith(", after") and e.value is not None and e.value > ALIKE
    ]
    if still:
        parts.append(f"Still apart after weighting by more than {ALIKE:g} standard deviations: {listed(still)}.")
    reasons: dict[str, list[str]] = {}
    for name, why in contrast.left_out:
        reasons.setdefault(why, []).append(name)
    parts += [f"Not balanced, {why}: {listed(names)}." for why, names in reasons.items()]
    parts += [f"{sentence_case(lower_first(w))}." for w in contrast.warnings]
    return " ".join(parts)
