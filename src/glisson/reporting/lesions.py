"""Section on sessions and lesions, or the sentence that says why there is none."""

from __future__ import annotations

from glisson.assessing.lesions import ALL_TREATED, ASSISTED, COVERAGE, PRIMARY, SESSIONS, WITH_CONTROL
from glisson.assessment import Assessment
from glisson.assessment.response import LesionResult
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import lesions as tables
from glisson.present.tabulate.common import find
from glisson.present.words import DAYS_PER_MONTH, Words, listed, lower_first, opening, plural
from glisson.reporting.wording import spoken_group, words_of
from glisson.tables import Estimate, Estimates, Group

_HEAD = Heading(text="Sessions and lesions", anchor="lesions", level=2)


def lesion_section(assessment: Assessment, result: LesionResult | None) -> list[Block]:
    """Return the blocks of the section on sessions and lesions.

    Parameters
    ----------
    assessment
        Whose words and labels apply.
    result
        Outcomes of lesions; ``None`` where the input does not link lesions to sessions.
    """
    if result is None:
        text = (
            "The input does not say which lesion was treated in which session, so nothing can be said about single "
            "lesions. The table session_lesion would add technical success and technique efficacy by lesion, and local "
            "tumour progression."
        )
        return [_HEAD, Paragraph(text=text)]
    words = words_of(assessment)
    blocks: list[Block] = [
        _HEAD,
        Paragraph(text=_technical_text(result, words)),
        Paragraph(lead="Technique efficacy.", text=_efficacy_text(assessment, result, words)),
        TableBlock(table=tables.success(assessment, result, words)),
    ]
    progression = tables.progression(assessment, result, words)
    if progression is None:
        text = "Local tumour progression cannot be given: no viable tumour at treated sites was recorded or measured."
        blocks.append(Paragraph(text=text))
    else:
        blocks.append(Paragraph(lead="Local tumour progression.", text=_progression_text(result, words)))
        blocks.append(TableBlock(table=progression))
        if len(result.covariates):
            blocks.append(Paragraph(lead="Size and margin.", text=_covariates_text(result, words)))
    corrected = tables.reclassified(assessment, result)
    if corrected is not None:
        blocks += [_reclassified_text(result), TableBlock(table=corrected)]
    return blocks + [Note(text=n) for n in result.notes]


def methods_text(result: LesionResult) -> str:
    """Return how outcomes of lesions were judged and estimated, for the chapter on methods."""
    first, last = result.window
    every = (*result.technical, *result.efficacy, *result.progression)
    methods = dict.fromkeys(e.method for e in every if e.method and e.level)
    return (
        f"Technique efficacy is judged at the first adequate scan {first} to {last} days after the first course of a "
        "lesion; viable tumour counts as local progression only after a scan without, else as residual tumour. "
        f"Intervals count patients: {'; '.join(methods)}."
    )


def _technical_text(result: LesionResult, words: Words) -> str:
    text = f"{opening(result.lesions, 'lesion')} of {plural(result.patients, 'patient')} were treated."
    sessions = _one(result.technical, SESSIONS, "sessions", ())
    covered = _one(result.technical, COVERAGE, "treated lesions", ())
    if sessions is not None and sessions.value is not None:
        text += f" Technical success was recorded for {words.rate(sessions, 'sessions')}."
    if covered is not None and covered.value is not None:
        text += f" Coverage was complete at the end of the first course in {words.rate(covered, 'lesions')}."
    return f"{text} Several lesions belong to one patient and fare alike; all intervals count patients."


def _efficacy_text(assessment: Assessment, result: LesionResult, words: Words) -> str:
    first, last = result.window
    primary = _one(result.efficacy, PRIMARY, WITH_CONTROL, ())
    every = _one(result.efficacy, PRIMARY, ALL_TREATED, ())
    assisted = _one(result.efficacy, ASSISTED, WITH_CONTROL, ())
    if primary is None or primary.value is None:
        return f"No lesion has an adequate scan {first} to {last} days after its first course."
    text = (
        f"At the first control, {first} to {last} days after the first course, no viable tumour was seen in "
        f"{words.rate(primary, 'lesions')} ([[lesion-success]])"
    )
    groups = [g for g in result.efficacy.groups() if g]
    said = [
        f"{e.events} of {e.n} with {spoken_group(assessment, g)}"
        for g in groups
        if (e := _one(result.efficacy, PRIMARY, WITH_CONTROL, g)) is not None and e.n
    ]
    text += f": {listed(said)}." if len(said) > 1 else "."
    if every is not None and every.n != primary.n:
        text += f" Of all treated lesions it was {words.count_of(every.events or 0, every.n or 0)}."
    if assisted is not None and assisted.events != primary.events:
        text += f" With re-treatment of residual tumour it was {words.count_of(assisted.events or 0, assisted.n or 0)}."
    return (
        f"{text} The term comes from ablation. After embolization, and more so after radioembolization, tumours may "
        "lose their enhancement later than the window, so the methods cannot be ranked by it."
    )


def _progression_text(result: LesionResult, words: Words) -> str:
    events = find(result.progression, "events", group=())
    n = 0 if events is None or events.value is None else round(events.value)
    clear = result.sizes[0][3]
    last = [e for e in result.progression.select("cumulative_incidence", group=()) if e.value is not None]
    text = (
        f"{opening(n, 'lesion')} progressed locally, of {clear} that a scan had shown free of viable tumour and "
        f"{result.lesions} treated ([[lesion-progression]])."
    )
    if last:
        e = last[-1]
        text += (
            f" The cumulative incidence among treated lesions was {words.phrase(e)} at "
            f"{(e.at or 0) / DAYS_PER_MONTH:.0f} months, with death competing."
        )
    if result.statuses:
        how = "all as recorded" if not result.derived else f"{result.derived} of them derived from the viable part"
        text += f" It rests on {plural(result.statuses, 'local status', 'local statuses')}, {how}."
    return text


def _covariates_text(result: LesionResult, words: Words) -> str:
    """Say how local progression goes with size and margin, each as a number."""
    parts = []
    for e in result.covariates:
        step = e.detail.removeprefix("per ")
        if e.value is None:
            parts.append(f"For {lower_first(e.variable)}, the hazard ratio per {step} was {e.reason}.")
        else:
            parts.append(
                f"The hazard of local progression for each {step} of {lower_first(e.variable)} was multiplied by "
                f"{words.phrase(e)} ({e.events} progressions of {e.n} lesions)."
            )
    methods = dict.fromkeys(e.method for e in result.covariates if e.value is not None)
    if methods:
        parts.append(f"One model each, so that neither is adjusted for the other: {'; '.join(methods)}.")
    return " ".join(parts)


def _reclassified_text(result: LesionResult) -> Paragraph:
    n = len(result.reclassified)
    return Paragraph(
        lead="Residual tumour, not progression.",
        text=f"{opening(n, 'lesion')} {'was' if n == 1 else 'were'} recorded as progressed without any "
        "earlier scan free of viable tumour. By definition that is residual tumour, and it counts as such "
        "([[lesion-reclassified]]).",
    )


def _one(estimates: Estimates, variable: str, detail: str, group: Group) -> Estimate | None:
    return next(iter(estimates.select("proportion", variable=variable, detail=detail, group=group)), None)
