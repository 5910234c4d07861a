"""Chapter on treatment, or the sentence that says why there is none."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.exposure import ExposureResult, Tally
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import exposure as tables
from glisson.present.words import Words, listed, lower_first, opening, plural
from glisson.reporting.wording import words_of


def treatment_chapter(assessment: Assessment, result: ExposureResult | None) -> list[Block]:
    """Return the blocks of the chapter on treatment.

    Parameters
    ----------
    assessment
        Whose words and labels apply.
    result
        Treatment; ``None`` where the input does not hold every session.
    """
    blocks: list[Block] = [Heading(text="Treatment", anchor="treatment")]
    if result is None:
        text = (
            "The input holds no dated list of sessions, only the first treatment of each patient, so nothing can be "
            "said about courses, doses and technical success. The sheet session of the workbook would add them, the "
            "sheet followup why therapy was stopped."
        )
        return [*blocks, Paragraph(text=text)]
    words = words_of(assessment)
    reasons = tables.reasons(assessment, result, words)
    blocks += [
        Paragraph(text=_text(assessment, result, words)),
        TableBlock(table=tables.courses(assessment, result, words)),
        TableBlock(table=tables.delivery(assessment, result, words)),
    ]
    if reasons is not None:
        blocks += [Paragraph(text=_reasons_text(result)), TableBlock(table=reasons)]
    return blocks + [Note(text=n) for n in result.notes]


def methods_text(result: ExposureResult) -> str:
    """Return how treatment was counted, for the chapter on methods."""
    methods = dict.fromkeys(e.method for e in result.technical if e.method and e.level)
    text = (
        "Sessions are counted under their own method, patients under their first; doses are medians with quartiles of "
        "the sessions in which they are recorded, each drug by itself, and intervals are the days between treatment "
        "days of a patient"
    )
    return f"{text}; technical success: {'; '.join(methods)}." if methods else f"{text}."


def _text(assessment: Assessment, result: ExposureResult, words: Words) -> str:
    several = result.tally("sessions")
    more = sum(several.counts[0][1:]) if several is not None else 0
    text = (
        f"{opening(result.patients, 'patient')} had {plural(result.sessions, 'session')} in "
        f"{plural(result.courses, 'course')}; {more} had more than one session ([[treatment-courses]])."
    )
    success = next(iter(result.technical.select("proportion", group=())), None)
    if success is not None and success.n:
        text += f" Technical success was recorded for {words.rate(success, 'sessions')} ([[treatment-delivery]])."
    n = len(assessment.combinations)
    if n:
        text += f" {opening(n, 'patient')} had more than one method ([[combinations]])."
    return text


def _reasons_text(result: ExposureResult) -> str:
    stop = result.tally("stop")
    if stop is None:
        return (
            "Why liver-directed therapy was stopped is not recorded; the columns ldt_stop_date and ldt_stop_reason of "
            "the sheet followup would tell, and with them the time to untreatable progression. Why patients were "
            "treated again is in [[treatment-reasons]]."
        )
    known, of = sum(stop.counts[0]), stop.of[0]
    return (
        f"Why liver-directed therapy was stopped is recorded for {known} of {plural(of, 'patient')} "
        f"([[treatment-reasons]]){_commonest(stop)}."
    )


def _commonest(stop: Tally) -> str:
    pairs = [(n, level) for n, level in zip(stop.counts[0], stop.levels, strict=True) if n]
    first = sorted(pairs, key=lambda pair: -pair[0])[:2]
    if not first:
        return ""
    named = listed([f"{lower_first(tables.REASONS.get(level, level))} ({n})" for n, level in first])
    return f", most often {named}" if len(pairs) > 2 else f": {named}"
