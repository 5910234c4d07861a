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


def _read(contrast: ControlContrast) -> str:
    """Say what share of the variance is from reading the figure, or that a range is one of assumptions."""
    if contrast.from_summary:
        return (
            f"The control is known from summary numbers only: {contrast.readings + 1} sets of patients agree with "
            "them, and the range over these sets is one of assumptions."
        )
    shares = {e.detail: e.value for e in contrast.estimates.select("reading_share")}
    ratio, gap = shares.get("hazard_ratio"), shares.get("rmst_difference")
    if ratio is None or gap is None:
        return ""
    return (
        f"{_percent(ratio)} of the variance of the log hazard ratio, and {_percent(gap)} of that of the mean months, "
        f"is from reading the figure ({contrast.readings} readings)."
    )


def _percent(share: float) -> str:
    """Return a share with one decimal below ten per cent, where small parts are the rule."""
    if 0 < share < 0.0005:
        return "<0.1%"
    return f"{100 * share:.0f}%" if share >= 0.1 else f"{100 * share:.1f}%"


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
    parts = [_read(contrast)] if contrast.readings else []
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
