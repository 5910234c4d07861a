"""What an unmeasured factor would make of each ratio beside a published arm."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.comparison import ComparisonResult, Contrast
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find
from glisson.present.words import NOTHING_TO_PRINT, Words
from glisson.tables import Estimate


def tipping(assessment: Spoken, result: ComparisonResult, words: Words) -> TableModel | None:
    """Return the array of ratios that are left if a factor of some strength and prevalence was at work."""
    rows: list[Row] = []
    strengths: list[str] = []
    for arm in result.arms:
        for contrast in arm.contrasts:
            array = list(contrast.estimates.select("adjusted_ratio"))
            if not array or not len(contrast.estimates.select("tipping_strength")):
                continue  # limits that include 1 need no factor
            ratio = contrast.estimates.one("rate_ratio")
            strengths = list(dict.fromkeys(e.detail.split("; ")[0] for e in array))
            kind = "favourable" if (ratio.value or 0) < 1 else "adverse"
            rows.append(section(f"{contrast.label} beside {arm.label}: observed {_ratio(ratio, words)}; {kind} factor"))
            rows += _array(array, contrast, strengths, words)
    if not rows:
        return None
    level = words.level(result.level)
    return TableModel(
        name="comparison-tipping",
        title=caption(assessment, "What an unmeasured factor would leave of the ratio of observed to expected events"),
        columns=(
            text_column("Patients with the factor", 2.0),
            *(Column(heading=s, above="Factor divides or multiplies the hazard by", width=1.4) for s in strengths),
            Column(heading="Strength that moves the limit to 1", width=1.3),
        ),
        rows=tuple(rows),
        notes=(
            f"Ratio ({level} CI) of observed to expected events if such a factor were allowed for: the observed one "
            "divided by the ratio that a binary factor of that strength makes between two groups in which it is so "
            "common (Bross 1966). A favourable factor divides the hazard of those who have it, an adverse one "
            "multiplies it. Only ratios whose limits exclude 1; the others are in results.json.",
        ),
        wide=True,
    )


def _array(array: list[Estimate], contrast: Contrast, strengths: list[str], words: Words) -> list[Row]:
    found = {e.detail: e for e in array}
    pairs = dict.fromkeys(e.detail.split("; ", 1)[1] for e in array)
    rows = []
    for pair in pairs:
        here, there = (words.percent(float(v), 50) for v in pair.split("; "))
        tip = find(contrast.estimates, "tipping_strength", detail=pair)
        last = NOTHING_TO_PRINT if tip is None else words.number(tip.value, 1) if tip.value else tip.reason
        cells = [_ratio(found[f"{s}; {pair}"], words) for s in strengths]
        rows.append(Row(cells=(f"{here} here, {there} there", *cells, last), indent=1))
    return rows


def _ratio(e: Estimate, words: Words) -> str:
    limits = words.limits(words.number(e.low, 2), words.number(e.high, 2))
    return f"{words.number(e.value, 2)} ({limits})"
