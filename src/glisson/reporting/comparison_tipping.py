"""How strong confounding would have to be, in the chapter of the comparison."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.comparison import ComparisonResult, Contrast
from glisson.present.document import Block, Paragraph, TableBlock
from glisson.present.tabulate import comparison_tipping as tables
from glisson.present.tabulate.common import find
from glisson.present.words import Words

#: Prevalence of the factor here and there that the sentence speaks of.
_PAIR = ("0.7", "0.3")
_FACTOR = "0.5"


def tipping_blocks(assessment: Spoken, result: ComparisonResult, words: Words) -> list[Block]:
    """Return the blocks on unmeasured confounding; none where no ratio has enough events.

    Parameters
    ----------
    assessment
        Whose labels apply.
    result
        Published arms beside the cohort.
    words
        How numbers are written.
    """
    table = tables.tipping(assessment, result, words)
    if table is None:
        return []
    said = [_said(c, f"{c.label} beside {arm.label}", words) for arm in result.arms for c in arm.contrasts]
    text = "[[comparison-tipping]] shows what an unmeasured factor would leave of each ratio that lies beyond chance. "
    text += " ".join(s for s in said if s)
    return [Paragraph(lead="How strong confounding must be.", text=text.strip()), TableBlock(table=table)]


def _said(contrast: Contrast, name: str, words: Words) -> str:
    """Return one sentence for a ratio that lies beyond chance."""
    tip = find(contrast.estimates, "tipping_strength", detail="; ".join(_PAIR))
    if tip is None:
        return ""
    ratio = contrast.estimates.one("rate_ratio")
    fewer = (ratio.value or 0) < 1
    here, there = (words.percent(float(p), 50) for p in _PAIR)
    if tip.value is None:
        text = f"{name}: no factor that {here} have here and {there} there, however strong, moves the limit to 1"
    else:
        act = "divides" if fewer else "multiplies"
        text = (
            f"{name}: a factor that {act} the hazard by {words.number(tip.value, 1)}, and that {here} of this cohort "
            f"and {there} of the published arm have, is enough to take it into the range of chance"
        )
    share = find(contrast.estimates, "share_explaining", detail=f"limit; {_FACTOR}")
    if share is not None and share.value:
        text += (
            f"; so would be {words.percent(share.value, 50)} of the time at risk spent by patients whose hazard is "
            "half that of the published ones anyway"
        )
    return f"{text}."
