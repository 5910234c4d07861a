"""Chapter that gives each outcome separately by method, with what so few patients can and cannot say."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.by_method import ByMethodResult, MethodOutcome
from glisson.present.document import Block, FigureBlock, Heading, Note, Paragraph, TableBlock
from glisson.present.figures.by_method import by_method_figure
from glisson.present.tabulate import by_method as tables
from glisson.present.tabulate.common import caption, find
from glisson.present.words import Words, listed, lower_first, opening, plural, sentence_case
from glisson.reporting.balance import balance_section
from glisson.reporting.wording import spoken_group, words_of
from glisson.tables import Group

_TITLE, _ANCHOR = "Separately by method", "separately-by-method"
#: A probability of being best that would be called clear; what is too little above a draw of lots; and by how much a
#: probability must move between priors for them to be said to matter.
_CLEAR, _NOTHING, _MATTERS = 0.95, 0.10, 0.10
#: A method with fewer patients than this shows mostly chance alone.
_SMALL = 20


def by_method_chapter(assessment: Assessment, result: ByMethodResult | None) -> list[Block]:
    """Return the blocks of the chapter; one sentence where there are no two methods.

    Parameters
    ----------
    assessment
        Whose words and labels apply.
    result
        Outcomes by method; ``None`` where they were not estimated.
    """
    if result is None:
        return []
    blocks: list[Block] = [Heading(text=_TITLE, anchor=_ANCHOR)]
    if not result.outcomes:
        return [*blocks, Paragraph(text=result.sentence)]
    words = words_of(assessment)
    blocks.append(Paragraph(text=_opening(result)))
    blocks.append(_figure(assessment, result, words))
    blocks += [Paragraph(lead=f"{o.label}.", text=_outcome_text(assessment, result, o, words)) for o in result.outcomes]
    blocks.append(Paragraph(lead="How to read the probabilities.", text=_reading(result)))
    blocks += balance_section(assessment, assessment.balance)
    made = [tables.survival(assessment, result, words), tables.proportions(assessment, result, words)]
    blocks += [TableBlock(table=t) for t in made if t is not None]
    blocks.append(Paragraph(lead="How much depends on the prior.", text=_prior_text(assessment, result)))
    bent = _bent_text(assessment, result, words)
    blocks += [Paragraph(lead="If the hazard changes with time.", text=bent)] if bent else []
    blocks.append(TableBlock(table=tables.priors(assessment, result, words)))
    blocks.append(Paragraph(lead="What could these numbers have shown?", text=_could_text(assessment, result, words)))
    blocks.append(TableBlock(table=tables.could(assessment, result, words)))
    if result.unknown:
        text = f"{plural(result.unknown, 'patient')} without a recorded method are in no group here."
        blocks.append(Note(text=text if result.unknown > 1 else text.replace(" are in ", " is in ")))
    return blocks


def answer_sentence(assessment: Assessment, result: ByMethodResult | None) -> str:
    """Return one sentence for the answer: which method is probably best for the first outcome, and how surely.

    Parameters
    ----------
    assessment, result
        As for the chapter.
    """
    if result is None or not result.outcomes or result.outcomes[0].kind != "hazard":
        return ""
    outcome = result.outcomes[0]
    group, share = _leader(outcome, result.scale)
    name = spoken_group(assessment, group)
    sure = "" if share >= _CLEAR else ", which is no proof of it"
    return (
        f"Estimated together, so that each method borrows from the others, {name} has the lowest hazard of "
        f"{_event(outcome)} with a probability of {tables.likely(share)}{sure}."
    )


def methods_text(result: ByMethodResult, words: Words) -> str:
    """Return the paragraph of the methods."""
    others = [f"{r.scale:g}" for r in result.outcomes[0].readings if r.scale != result.scale]
    return (
        "Outcomes separately by method were estimated twice: from each method's own patients, with exact limits "
        "(Garwood's for rates, Clopper-Pearson for proportions), and by partial pooling in a Bayesian hierarchical "
        "model. Its log hazards (exponential model) or logits (binomial model) are normal about a common value, with a "
        f"half-normal prior of scale {result.scale:g} for the standard deviation between methods (Gelman 2006), and of "
        f"{listed(others)} for comparison; the common value has a {_common_prior(result)}. The posterior was "
        f"integrated by quadrature; ratios and ranks are from {plural(result.draws, 'draw')} of it. "
        "Hazards that change at 6 and 12 months, alike for all methods, were fitted by Laplace approximations on a "
        "grid, corrected by importance weights. Limits are "
        f"equal-tailed {words.level(result.level)} credible limits about posterior medians. What a comparison could "
        "have shown with 80% power is by the exact binomial test of the split of events, beside Schoenfeld's formula, "
        "and by Fisher's exact test; the probability that a ranking turns in a new cohort of this size is posterior "
        "predictive."
    )


def _common_prior(result: ByMethodResult) -> str:
    kinds = {}
    for outcome in result.outcomes:
        kinds[outcome.kind] = outcome.readings[0].prior.split(" for the common value")[0]
    said = {"hazard": "log hazards per year", "proportion": "logits"}
    return listed([f"{kinds[k]} prior on {said[k]}" for k in kinds])


def _opening(result: ByMethodResult) -> str:
    sizes = _sizes(result.outcomes[0])
    known = [("[[by-method]]", True), ("[[by-method-survival]]", any(o.kind == "hazard" for o in result.outcomes))]
    known.append(("[[by-method-proportions]]", any(o.kind == "proportion" for o in result.outcomes)))
    where = listed([text for text, there in known if there])
    alone = "is mostly chance" if min(sizes) < _SMALL else "is partly chance"
    return (
        f"With {listed([str(n) for n in sizes])} patients by first method, what a method shows alone {alone}, "
        "and one figure for all methods hides what differs. Here they are estimated together: each method borrows from "
        "the others, the more the fewer patients it has and the more alike the data let them be (partial pooling). "
        f"{where} set the pooled values beside those of each method alone. They say how patients did "
        "who were given a method, not what the method did: nobody was assigned at random, and no adjustment for "
        "differences before treatment is made here. There are no P values in this chapter."
    )


def _sizes(outcome: MethodOutcome) -> list[int]:
    rows = outcome.readings[0].estimates
    return [next(e.n or 0 for e in rows.select(group=g)) for g in outcome.groups]


def _leader(outcome: MethodOutcome, scale: float) -> tuple[Group, float]:
    """Return the method that is best with the highest probability, and that probability."""
    rows = outcome.under(scale)
    shares = [(tables.chance_best(outcome, rows, g), g) for g in outcome.groups]
    share, group = max(shares, key=lambda pair: pair[0])
    return group, share


def _outcome_text(assessment: Assessment, result: ByMethodResult, outcome: MethodOutcome, words: Words) -> str:
    rows = outcome.under(result.scale)
    hazard = outcome.kind == "hazard"
    said: list[str] = []
    for group in outcome.groups:
        e = find(rows, "pooled_median" if hazard else "pooled_proportion", group=group)
        if e is None:
            continue
        limits = words.bounds(e)
        value = words.value(e) + (" months" if hazard and not said else "")
        inside = words.limits(*limits) if limits else ""
        first = f"{words.level(result.level)} credible interval, " if not said else ""
        said.append(f"{value} with {spoken_group(assessment, group)} ({first}{inside})")
    what = "The pooled median is" if hazard else "The pooled proportion is"
    group, share = _leader(outcome, result.scale)
    return f"{what} {listed(said)}. {_rank_text(assessment, outcome, group, share)}"


def _rank_text(assessment: Assessment, outcome: MethodOutcome, group: Group, share: float) -> str:
    name = sentence_case(spoken_group(assessment, group))
    what = f"hazard of {_event(outcome)}" if outcome.kind == "hazard" else "proportion"
    text = f"{name} has the {outcome.better} {what} with a probability of {tables.likely(share)}"
    least = 1 / len(outcome.groups)
    if share < least + _NOTHING:
        return f"{text}, little more than the {least * 100:.0f}% of a draw of lots: these data do not rank the methods."
    return f"{text}."


def _reading(result: ByMethodResult) -> str:
    """Say what a probability of being best is worth."""
    shares = [_leader(o, r.scale)[1] for o in result.outcomes for r in o.readings]
    lots = 100 / max(len(o.groups) for o in result.outcomes)
    text = (
        f"A draw of lots would give each of the methods {lots:.0f}%. A probability of being best says nothing of by "
        "how much, and holds for these patients under this model, not for the methods. "
    )
    if max(shares) < _CLEAR:
        return text + f"Under no prior is any method best with a probability of {_CLEAR * 100:.0f}% or more."
    return text + f"Only where it is {_CLEAR * 100:.0f}% or more under every prior would we call a method ahead."


def _event(outcome: MethodOutcome) -> str:
    return {"os": "death", "pfs": "progression or death", "liver_pfs": "liver progression or death"}.get(
        outcome.code, "the event"
    )


def _prior_text(assessment: Assessment, result: ByMethodResult) -> str:
    """Say for each outcome whether the ranking and its certainty change from prior to prior."""
    turned: list[str] = []
    runs: list[str] = []
    still: list[str] = []
    for outcome in result.outcomes:
        first = _leader(outcome, result.scale)[0]
        shares = [tables.chance_best(outcome, r.estimates, first) for r in outcome.readings]
        name = lower_first(outcome.label)
        if len({_leader(outcome, r.scale)[0] for r in outcome.readings}) > 1:
            turned.append(name)
        elif max(shares) - min(shares) < _MATTERS:
            still.append(name)
        else:
            low, high = tables.likely(min(shares)), tables.likely(max(shares))
            runs.append(f"from {low} to {high} for {name} ({spoken_group(assessment, first)})")
    text = "[[by-method-priors]] repeats everything under the belief that methods are more alike, and less alike. "
    if runs:
        text += f"From prior to prior the probability that the leading method is best runs {listed(runs)}. "
    elif still:
        text += "What may change from prior to prior is the probability that the leading method is best. "
    if still:
        text += f"For {listed(still)} that probability moves by less than {_MATTERS * 100:.0f} percentage points. "
    if turned:
        text += f"Which method leads changes with the prior for {listed(turned)}: nothing should be made of that. "
    return text + _ratio_text(result)


def _bent_text(assessment: Assessment, result: ByMethodResult, words: Words) -> str:
    """Say what becomes of the first outcome where the hazard may change, and of the rankings."""
    times = [o for o in result.outcomes if len(o.bent)]
    if not times:
        return ""
    outcome = times[0]
    medians = [
        f"{words.value(e)} with {spoken_group(assessment, e.group)}" for e in outcome.bent.select("pooled_median")
    ]
    text = (
        "Above, the hazard of a method is the same at all times. If it may change at 6 and 12 months, in the same way "
        f"for all methods, the pooled median of {lower_first(outcome.label)} in months is {listed(medians)}. "
    )
    moved = []
    for one in times:
        before, after = _leader(one, result.scale)[1], _bent_share(one, result.scale)
        if abs(after - before) >= _MATTERS:
            moved.append(f"{lower_first(one.label)} (from {tables.likely(before)} to {tables.likely(after)})")
    text += (
        f"The probability that the leading method is best {'moves' if moved else 'hardly moves'}"
        f"{' for ' + listed(moved) if moved else ''}. "
    )
    weak = next((e.warning for o in times for e in o.bent if e.warning), "")
    return text + (f"Of this fit {weak}." if weak else "")


def _bent_share(outcome: MethodOutcome, scale: float) -> float:
    """Return the probability of the leading method where the hazard may change."""
    return tables.chance_best(outcome, outcome.bent, _leader(outcome, scale)[0])


def _ratio_text(result: ByMethodResult) -> str:
    """Say whether any ratio of methods is clear of 1 under every prior."""
    clear = 0
    total = 0
    for outcome in result.outcomes:
        name = "pooled_rate_ratio" if outcome.kind == "hazard" else "pooled_odds_ratio"
        for later, earlier in tables.pairs(outcome):
            rows = [tables.ratio(r.estimates, name, later, earlier) for r in outcome.readings]
            total += 1
            clear += all(e is not None and e.low is not None and e.high is not None and not e.low <= 1 <= e.high
                         for e in rows)  # fmt: skip
    if not clear:
        which = "the ratio" if total == 1 else f"any of the {total} ratios"
        return f"Under none of the three priors does the interval of {which} leave out 1."
    which = "the ratio" if total == 1 else f"{clear} of the {total} ratios"
    return f"Under all three priors the interval of {which} leaves out 1."


def _could_text(assessment: Assessment, result: ByMethodResult, words: Words) -> str:
    """Say what the comparisons could have found, for the first outcome by name, and how firm the ranking is."""
    outcome = result.outcomes[0]
    rows = outcome.could
    text = "[[by-method-could]] gives it for every comparison. "
    if outcome.kind == "hazard":
        said = [_ratio_found(assessment, outcome, later, earlier, words) for later, earlier in tables.pairs(outcome)]
        text += f"For {lower_first(outcome.label)} they would have shown, with 80% power: {'; '.join(said)}. "
    blind = sum(
        all(e.value is None for e in o.could.select(f"{name}_below", detail=pair)) and
        all(e.value is None for e in o.could.select(f"{name}_above", detail=pair))
        for o in result.outcomes
        for name in ("detectable_ratio" if o.kind == "hazard" else "detectable_difference",)
        for pair in dict.fromkeys(e.detail for e in o.could.select(f"{name}_below"))
    )  # fmt: skip
    total = sum(len(tables.pairs(o)) for o in result.outcomes)
    if blind:
        which = f"{opening(blind, 'comparison')} of all {total}" if total > 1 else "This comparison"
        text += f"{which} could have found nothing at all. "
    best = next(iter(rows.select("reversal_of_best")), None)
    if best is not None and best.value is not None:
        n = len(outcome.groups)
        text += (
            f"{sentence_case(spoken_group(assessment, best.group))} did best here in {lower_first(outcome.label)}; "
            f"in a new cohort of the same size it would not be best with a probability of {tables.likely(best.value)} "
            f"(by lots, {100 - 100 / n:.0f}%). "
        )
    return text + "That a comparison shows nothing is therefore no sign that methods are alike."


def _ratio_found(assessment: Assessment, outcome: MethodOutcome, later: Group, earlier: Group, words: Words) -> str:
    rows = outcome.could.select(detail=tables.pair_key(later, earlier))
    low, high = rows.one("detectable_ratio_below"), rows.one("detectable_ratio_above")
    who = f"{spoken_group(assessment, later)} to {spoken_group(assessment, earlier)}"
    found = [f"below {words.value(low)}"] if low.value is not None else []
    found += [f"above {words.value(high)}"] if high.value is not None else []
    return f"{who}, {'only a hazard ratio ' + listed(found, 'or') if found else 'no hazard ratio, however large'}"


def _figure(assessment: Assessment, result: ByMethodResult, words: Words) -> FigureBlock:
    said = []
    for outcome in result.outcomes:
        rows = outcome.under(result.scale)
        for group in outcome.groups:
            e = find(rows, "pooled_median" if outcome.kind == "hazard" else "pooled_proportion", group=group)
            if e is not None:
                said.append(f"{outcome.label}, {spoken_group(assessment, group)}: {words.cell(e)}")
    return FigureBlock(
        name="by-method",
        title=caption(assessment, "Outcomes separately by method, alone and partially pooled", sum(
            _sizes(result.outcomes[0])
        )),
        text="Hollow marks, the method alone (events over time at risk, or patients with the event); full marks, "
        f"partially pooled, larger for more patients, with {words.level(result.level)} credible intervals. The line "
        "between the two is what the method borrows from the others. No hollow mark: no event, so no median.",
        alt=f"Pooled values by method with credible intervals. {'; '.join(said)}.",
        data=by_method_figure(assessment, result, words),
    )  # fmt: skip
