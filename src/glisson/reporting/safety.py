"""Chapter on safety, or the sentence that says why there is none."""

from __future__ import annotations

from glisson.assessment import Assessment, SafetyResult
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import safety as tables
from glisson.present.words import listed, lower_first, opening, sentence_case
from glisson.reporting.wording import words_of


def safety_chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the chapter on safety."""
    blocks: list[Block] = [Heading(text="Safety", anchor="safety")]
    safety = assessment.safety
    if safety is None:
        adds = dict(assessment.absent).get("adverse_event", "safety by term, grade and method")
        text = (
            "The input holds no adverse events, so nothing can be said about safety. The table adverse_event would add"
        )
        return [*blocks, Paragraph(text=f"{text} {adds}.")]
    words = words_of(assessment)
    blocks.append(Paragraph(text=_text(assessment, safety)))
    occurred = [t for t in safety.terms if tables.affected(t.worst, ())[0]]
    severe = [t for t in safety.terms if tables.affected(t.worst, (), tables.SEVERE)[0]]
    if occurred:
        blocks.append(TableBlock(table=tables.worst_grades(assessment, safety, words)))
        blocks.append(TableBlock(table=tables.by_method(assessment, safety, words, least=1)))
    if severe:
        blocks.append(TableBlock(table=tables.by_method(assessment, safety, words, least=tables.SEVERE)))
    if len(occurred) < len(safety.terms):
        blocks += [_nobody(safety), TableBlock(table=tables.not_seen(assessment, safety, words))]
    if len(safety.mortality):
        blocks.append(TableBlock(table=tables.mortality(assessment, safety, words)))
    return blocks + [Note(text=f"{sentence_case(n).rstrip('.')}.") for n in safety.notes]


def _text(assessment: Assessment, safety: SafetyResult) -> str:
    words = words_of(assessment)
    first = safety.terms[0] if safety.terms else None
    if first is None:
        return "No adverse event was recorded."
    x, n = tables.affected(first.worst, ())
    severe, _ = tables.affected(first.worst, (), tables.SEVERE)
    return (
        f"Within {safety.window_days} days of a session, at least one adverse event was recorded in "
        f"{words.count_of(x, n, 'patients')}, and one of grade {tables.SEVERE} or worse in "
        f"{words.count_of(severe, n)}. What was not recorded may still have happened: retrospective records miss mild "
        "events most."
    )


def _nobody(safety: SafetyResult) -> Paragraph:
    terms = [lower_first(t.term) for t in safety.terms if not tables.affected(t.worst, ())[0]]
    return Paragraph(
        lead="Events that nobody had.",
        text=f"{opening(len(terms), 'term')} of interest occurred in nobody: {listed(terms)}. That does not make "
        "them impossible; [[events-none]] gives the highest rate each group still allows.",
    )
