"""Appendices: problems of the data, settings, differences between methods, analyses run, input files."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.present.document import Block, Heading, Paragraph, TableBlock
from glisson.present.tabulate import appendix
from glisson.present.tabulate.patients import differences
from glisson.present.words import opening, plural
from glisson.reporting.wording import words_of


def chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of all appendices."""
    blocks: list[Block] = [Heading(text="Problems of the data", anchor="problems-chapter")]
    if len(assessment.problems):
        blocks += [Paragraph(text=_problems(assessment)), TableBlock(table=appendix.problems(assessment))]
    else:
        blocks.append(Paragraph(text="No problem was found in the data."))
    blocks += [Heading(text="Settings and record of the run", anchor="record")]
    blocks += [TableBlock(table=appendix.settings(assessment))]
    if any(v.smd for v in assessment.baseline):
        blocks.append(TableBlock(table=differences(assessment, words_of(assessment))))
    blocks.append(TableBlock(table=appendix.analyses(assessment)))
    if assessment.files:
        blocks.append(TableBlock(table=appendix.files(assessment)))
    return blocks


def _problems(assessment: Assessment) -> str:
    changing, notes = (len(assessment.problems.severity(s)) for s in ("changes", "note"))
    text = f"{opening(len(assessment.problems), 'problem')} of the data: {changing} that "
    text += "changes a result" if changing == 1 else "change a result"
    text += f" and {plural(notes, 'note')}"
    blocking = len(assessment.problems.blocking)
    if blocking:
        text += f"; {plural(blocking, 'problem')} kept patients out of the analysis ([[flow]])"
    return f"{text} ([[problems]])."
