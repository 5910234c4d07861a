"""Sections on laboratory values and liver function, for the chapter on safety."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.laboratory import LaboratoryResult, LabTest
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import laboratory as tables
from glisson.present.words import listed, lower_first
from glisson.reporting.wording import words_of


def laboratory_section(assessment: Assessment, result: LaboratoryResult) -> list[Block]:
    """Return the blocks of the section on laboratory values."""
    words = words_of(assessment)
    blocks: list[Block] = [Heading(text="Laboratory values", anchor="laboratory", level=2)]
    if result.tests:
        blocks.append(Paragraph(text=_text(assessment, result)))
        blocks.append(TableBlock(table=tables.worst_grades(assessment, result, words)))
        methods = tables.by_method(assessment, result, words)
        blocks += [TableBlock(table=methods)] if methods is not None else []
        sessions = tables.sessions(assessment, result)
        blocks += [TableBlock(table=sessions)] if sessions is not None else []
        shifts = tables.shifts(assessment, result)
        blocks += [TableBlock(table=shifts)] if shifts is not None else []
        blocks.append(TableBlock(table=tables.extremes(assessment, result, words)))
        blocks += [Note(text=n) for n in result.notes]
    return blocks


def liver_function_section(assessment: Assessment, result: LaboratoryResult) -> list[Block]:
    """Return the blocks of the section on liver function; none where no score could be computed."""
    table = tables.liver_function(assessment, result, words_of(assessment))
    if table is None:
        return []
    return [
        Heading(text="Liver function", anchor="liver-function-section", level=2),
        Paragraph(text=_function_text(assessment, result)),
        TableBlock(table=table),
        *(Note(text=n) for n in result.score_notes),
    ]


def methods_text(result: LaboratoryResult) -> str:
    """Return the paragraph of the methods."""
    text = (
        f"Laboratory values were converted to SI units and graded by CTCAE version {result.version} against the last "
        "value in the 30 days up to the first session, and separately against that before their own session; where the "
        "baseline was abnormal, grades are multiples of it as CTCAE asks"
    )
    if result.scores:
        text += f". Liver function: {listed([s.label for s in result.scores])}, from values at most 7 days apart"
    return f"{text}."


def _text(assessment: Assessment, result: LaboratoryResult) -> str:
    words = words_of(assessment)
    severe = [(t, *_severe(t)) for t in result.tests]
    said = [
        f"{lower_first(t.term) if not t.term.startswith(('GGT', 'INR')) else t.term} in {words.count_of(x, n)}"
        for t, x, n in severe
        if x
    ]
    text = f"[[lab-grades]] gives the worst grade of {len(result.tests)} tests after treatment. "
    if said:
        text += f"Grade 3 or worse: {listed(said)}. "
    else:
        text += "No value reached grade 3. "
    clear = [lower_first(t.label) for t in result.tests if t.low and not _any(t)]
    if clear:
        text += f"No treatment-emergent decrease was found in {listed(clear)}. "
    return text + "Values were taken when somebody asked for them: an untimely sample misses a peak."


def _function_text(assessment: Assessment, result: LaboratoryResult) -> str:
    words = words_of(assessment)
    first = result.scores[0]
    worse = next((e for e in first.estimates.select("proportion", group=()) if e.events is not None and e.n), None)
    if worse is None:
        return f"[[liver-function]] gives {listed([s.label for s in result.scores])}."
    return (
        f"Within {result.function_days} days of a session {first.label} was worse than before treatment in "
        f"{words.rate(worse, 'patients with both')} ([[liver-function]]). Tumour growth lowers liver function as well "
        "as treatment does; these data cannot tell the two apart."
    )


def _severe(test: LabTest) -> tuple[int, int]:
    counts = [int(test.worst.count(g).sum()) for g in ("0", "1", "2", "3", "4")]
    return sum(counts[3:]), sum(counts)


def _any(test: LabTest) -> bool:
    return bool(sum(int(test.worst.count(g).sum()) for g in ("1", "2", "3", "4")))
