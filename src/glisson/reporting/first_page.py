"""The first page: what happened, to whom, how sure that is, what misleads, and what to do next."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.by_method import ByMethodResult
from glisson.assessment.comparison import ComparisonResult
from glisson.present.document import Block, Heading, Paragraph, TableBlock, linked
from glisson.present.tabulate import by_method as pairs_of
from glisson.present.tabulate import findings
from glisson.present.tabulate.common import find
from glisson.present.tabulate.safety import SEVERE, grade_of
from glisson.present.tabulate.short_answer import short_answer
from glisson.present.words import listed, lower_first, opening, plural
from glisson.reporting.answer import (
    laboratory_sentences,
    liver_only_sentence,
    method_sentences,
    primary,
    response_sentence,
    secondary,
    survival_sentences,
    who_sentence,
)
from glisson.reporting.doxorubicin import short_sentence
from glisson.reporting.wording import spoken_group, words_of
from glisson.tables import Estimate

#: Events below which a ratio of observed to expected events gets no verdict.
_FEW_EVENTS = 5


def first_page(assessment: Assessment) -> list[Block]:
    """Return the blocks of the first page.

    Parameters
    ----------
    assessment
        What the data can say.
    """
    told = (
        ("Survival.", [*survival_sentences(assessment), liver_only_sentence(assessment)]),
        ("By method.", method_sentences(assessment)),
        ("Response and harm.", [response_sentence(assessment), *_harm(assessment)]),
        ("Beside chemotherapy.", [_beside(assessment, assessment.comparison), _systemic(assessment)]),
        ("What misleads.", [_misleads(assessment)]),
        ("What next.", [_next(assessment)]),
    )
    blocks: list[Block] = [
        Heading(text="The answer", anchor="answer"),
        Paragraph(text=who_sentence(assessment), kind="answer"),
    ]
    first = primary(assessment)
    if first is not None:
        table = short_answer(assessment, first, secondary(assessment, first), words_of(assessment))
        blocks.append(TableBlock(table=table))
    for lead, sentences in told:
        text = " ".join(s for s in sentences if s)
        blocks += [Paragraph(lead=lead, text=text, kind="answer")] if text else []
    return blocks


def _harm(assessment: Assessment) -> list[str]:
    """Return what happened at grade 3 or worse, by record and by laboratory value."""
    safety, words = assessment.safety, words_of(assessment)
    if safety is None:
        return ["Adverse events are not in the input, so nothing can be said about safety."]
    severe = next(
        (e for t in safety.terms[:1] for e in t.estimates.select("proportion", group=())
         if grade_of(e.detail) >= SEVERE and e.events is not None), None,
    )  # fmt: skip
    said = f"An adverse event of grade {SEVERE} or worse was recorded in "
    return [f"{said}{words.rate(severe, 'patients')}." if severe else "", *laboratory_sentences(assessment)]


def _systemic(assessment: Assessment) -> str:
    result = assessment.doxorubicin
    return "" if result is None else short_sentence(assessment, result)


def _beside(assessment: Assessment, result: ComparisonResult | None) -> str:
    """Say in how many comparisons with published arms chance alone would not explain the difference."""
    if result is None or not result.arms:
        return ""
    words = words_of(assessment)
    fewer: list[str] = []
    more: list[str] = []
    rest = 0
    for arm in result.arms:
        for contrast in arm.contrasts:
            ratio = find(contrast.estimates, "rate_ratio")
            if ratio is None or ratio.value is None:
                continue
            side = _side(ratio)
            limits = words.bounds(ratio)
            where = linked(f"{arm.treatment} ({arm.label})", contrast.url or arm.url)
            value = f"{words.value(ratio)}; {words.interval(*limits, ratio.level)}" if limits else words.value(ratio)
            said = f"{lower_first(contrast.label)} beside {where} (ratio {value})"
            fewer += [said] if side < 0 else []
            more += [said] if side > 0 else []
            rest += not side
    different = len(fewer) + len(more)
    if not different + rest:
        return ""
    parts = [f"fewer events than expected in {listed(fewer)}"] if fewer else []
    parts += [f"more in {listed(more)}" if fewer else f"more events than expected in {listed(more)}"] if more else []
    return (
        f"Of {plural(different + rest, 'comparison')} with published arms of the same line of therapy "
        f"([[comparison-numbers]]), {different or 'none'} differ{'s' if different < 2 else ''} by more than chance "
        f"(not adjusted for their number)"
        f"{': ' + ', '.join(parts) if parts else ''}. Nobody was randomised between them: such a difference is not an "
        "effect of treatment."
    )


def _side(ratio: Estimate) -> int:
    """Return -1 for fewer events than expected beyond chance, 1 for more, else 0; 0 where events are few."""
    if (ratio.events or 0) < _FEW_EVENTS:
        return 0
    return -1 if ratio.high is not None and ratio.high < 1 else 1 if ratio.low is not None and ratio.low > 1 else 0


def _misleads(assessment: Assessment) -> str:
    """Say that methods were not assigned, and name the pitfalls that must be corrected."""
    text = "Patients were not assigned to methods at random"
    unlike = any(f.id == "P18" for f in assessment.findings)
    text += ", and the groups differed before treatment" if unlike else ""
    text += ": these data describe what happened with each method and cannot say which works better."
    worst = [i for i in findings.items(assessment.findings) if i.severity == "stop"]
    if not worst:
        return text
    names = listed([lower_first(i.title) for i in worst])
    corrected = "it is corrected" if len(worst) == 1 else "each is corrected"
    return (
        f"{text} {opening(len(worst), 'pitfall')} would change a result if left alone, and {corrected} here "
        f"([[findings]]): {names}."
    )


def _next(assessment: Assessment) -> str:
    """Say what these numbers could not have shown, and what plans a study that could."""
    result = assessment.by_method
    said = _could(assessment, result) if result is not None and result.outcomes else ""
    plan = (
        "More patients, from other centres or entered prospectively, are needed before methods are compared; the "
        "command “glisson design suggest” plans studies from these numbers."
    )
    absent = [name.replace("_", " ") for name, _ in assessment.absent]
    tables = f"the table{'' if len(absent) == 1 else 's'} {listed(absent)}"
    more = f" The input lacks {tables}; [[absent]] says what each would add." if absent else ""
    return f"{said}{plan}{more}"


def _could(assessment: Assessment, result: ByMethodResult) -> str:
    """Say between which hazard ratios the two largest methods could not have been told apart."""
    outcome, words = result.outcomes[0], words_of(assessment)
    if outcome.kind != "hazard" or not pairs_of.pairs(outcome):
        return ""
    later, earlier = pairs_of.pairs(outcome)[0]
    rows = outcome.could.select(detail=pairs_of.pair_key(later, earlier))
    low, high = find(rows, "detectable_ratio_below"), find(rows, "detectable_ratio_above")
    found = [f"{word} {words.value(e)}" for word, e in (("below", low), ("above", high)) if e and e.value is not None]
    who = f"{spoken_group(assessment, later)} to {spoken_group(assessment, earlier)}"
    only = f"only a hazard ratio {listed(found, 'or')}" if found else "no hazard ratio, however large,"
    return (
        f"For {lower_first(outcome.label)}, the comparison of {who} would have shown {only} with 80% power "
        "([[by-method-could]]). "
    )
