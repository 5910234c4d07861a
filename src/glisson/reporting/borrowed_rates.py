"""What borrowing does to rates of response and of adverse events, in the chapter of the comparison."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.borrowed_rates import BorrowedGroup, BorrowedRate, BorrowedRates
from glisson.methods.map_prior import CONFLICT
from glisson.present.document import Block, Paragraph, TableBlock
from glisson.present.tabulate import borrowed_rates as tables
from glisson.present.tabulate.common import find
from glisson.present.tabulate.comparison import LINES
from glisson.present.words import Words, listed, lower_first, sentence_case

_OPENING = (
    "[[comparison-rates]] does the same for rates whose definition and denominator are the same here and there: whole "
    "arms, the same family of response criteria, the same grades. Response stands beside arms of the same line; "
    "adverse events belong to a drug, so that series of two drugs are not mixed, and lines are not matched. It asks "
    "how far both can be one population, and is no advice to borrow the harms of a drug by vein for a treatment of the "
    "liver."
)
_MEANING = (
    "Agreement would not show that the treatments are alike: so few patients agree with nearly everything. "
    "Disagreement says that the published patients are no stand-in for these."
)


def rate_blocks(assessment: Spoken, result: BorrowedRates | None, words: Words) -> list[Block]:
    """Return the blocks on borrowed rates; none where no published rate was looked at.

    Parameters
    ----------
    assessment
        Whose labels apply.
    result
        Rates, and what was refused.
    words
        How numbers are written.
    """
    if result is None or not (result.rates or result.refused):
        return []
    blocks: list[Block] = []
    found, turned = tables.rates(assessment, result, words), tables.conflicts(assessment, result, words)
    if found is not None and turned is not None:
        said = [_response(r, words) for r in result.rates if r.kind == "response" and not r.groups[0].group]
        events = _events([r for r in result.rates if r.kind == "toxicity"])
        text = " ".join(s for s in (_OPENING, *said, events, _MEANING) if s)
        blocks += [
            Paragraph(lead="Borrowing rates.", text=text),
            TableBlock(table=found),
            Paragraph(text=_turn(result)),
            TableBlock(table=turned),
        ]
    if result.refused:
        reasons: dict[str, list[str]] = {}
        for what, why in result.refused:
            reasons.setdefault(why, []).append(what)
        parts = [f"{sentence_case(listed(what))}: {why}." for why, what in reasons.items()]
        blocks.append(Paragraph(lead="Rates not borrowed.", text=" ".join(parts)))
    return blocks


def _response(rate: BorrowedRate, words: Words) -> str:
    """Return what the data thought of the published responses."""
    g = rate.groups[0]
    rows = g.estimates
    prior, p = find(rows, "prior_mean"), find(rows, "p", detail="prior-data conflict")
    after, median = find(rows, "informative_weight", detail="after"), find(rows, "posterior_median", detail="borrowed")
    if prior is None or p is None or after is None or median is None or median.low is None or median.high is None:
        return ""
    who = f"{rate.term} of those with {LINES[rate.line]}" if rate.line != "any" else rate.term
    count = f"{words.count_of(g.events, g.n)} beside {words.percent(prior.value, 50)} predicted"
    weight = words.percent(after.value, 50)
    if p.value is not None and p.value < CONFLICT:
        return (
            f"{who}, {count}: the cohort contradicts the series ({words.p(p.value)}), whose weight went from 80% to "
            f"{weight}; what is borrowed should not be read."
        )
    low, high = words.percent(median.low, 50), words.percent(median.high, 50)
    return (
        f"{who}, {count}: no contradiction beyond chance ({words.p(p.value)}); with the series, whose weight is "
        f"{weight} afterwards, the median is {words.percent(median.value, 50)} "
        f"({words.interval(low, high, median.level).replace(words.ci, 'CrI')})."
    )


def _events(rates: list[BorrowedRate]) -> str:
    """Return which events contradict what was published, in everybody."""
    sides: dict[str, list[str]] = {"fewer": [], "more": [], "open": []}
    for rate in rates:
        g = next((g for g in rate.groups if not g.group), None)
        if g is not None:
            sides[_side(g)].append(f"{lower_first(rate.term)} (beside {rate.treatment})")
    parts = [
        f"{word} than the series predict, beyond chance, of {listed(sides[side])}"
        for side, word in (("fewer", "fewer"), ("more", "more")) if sides[side]
    ]  # fmt: skip
    text = f"All patients had {'; and '.join(parts)}: nothing should be borrowed there." if parts else ""
    if sides["open"]:
        text += f" No contradiction beyond chance for {listed(sides['open'])}."
    return text.strip()


def _side(g: BorrowedGroup) -> str:
    p, prior = find(g.estimates, "p", detail="prior-data conflict"), find(g.estimates, "prior_mean")
    if p is None or p.value is None or p.value >= CONFLICT or prior is None or prior.value is None:
        return "open"
    return "fewer" if g.events / g.n < prior.value else "more"


def _turn(result: BorrowedRates) -> str:
    """Return what the second table is for, and for how many groups no result could contradict."""
    groups = [g for rate in result.rates for g in rate.groups]
    deaf = sum(all(e.value is None for e in g.estimates.select("conflict_from")) for g in groups)
    text = (
        "[[comparison-conflict]] says which results would contradict the series, and what borrowing would make of "
        "them: the informative part loses weight, and the estimate moves towards the cohort's own."
    )
    if deaf:
        text += f" In {deaf} of {len(groups)} groups no result could, because they are too small."
    return text
