"""Chapter on pitfalls: what was found, what it does to the results, and the remedy beside it."""

from __future__ import annotations

from glisson.assessment import Assessment, Finding
from glisson.present.document import Block, Heading, Note, Paragraph, TableBlock
from glisson.present.tabulate import appendix
from glisson.present.tabulate.common import people
from glisson.present.tabulate.efficacy import side_by_side
from glisson.present.words import opening, plural, sentence_case
from glisson.reporting.wording import words_of


def chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the chapter, worst finding first."""
    blocks: list[Block] = [Heading(text="Pitfalls found", anchor="pitfalls")]
    if not assessment.findings:
        return [*blocks, Paragraph(text="No detector found anything.")]
    blocks += [Paragraph(text=_text(assessment)), TableBlock(table=appendix.findings(assessment))]
    for number, finding in enumerate(assessment.findings, start=1):
        blocks += _finding(assessment, finding, number)
    return blocks


def _text(assessment: Assessment) -> str:
    stops = sum(f.severity == "stop" for f in assessment.findings)
    text = (
        f"{opening(len(assessment.findings), 'pitfall')} of analyses like this one apply to these data ([[findings]])."
    )
    if stops:
        text += (
            f" {opening(stops, 'finding')} would mislead if left uncorrected; the corrected analysis stands beside the "
            "usual one."
        )
    return text


def _finding(assessment: Assessment, finding: Finding, number: int) -> list[Block]:
    anchor = f"finding-{number}"
    blocks: list[Block] = [Heading(text=f"{finding.title} ({finding.id})", anchor=anchor, level=2)]
    reference = f" ({finding.reference.rstrip('.')})" if finding.reference else ""
    blocks.append(
        Note(kind=finding.severity, lead=appendix.finding_severity(finding.severity) + ".", text=finding.sentence)
    )
    if finding.patients:
        who = f"{plural(len(finding.patients), 'patient')}: {', '.join(finding.patients)}."
        blocks.append(Paragraph(lead="Whom it concerns.", text=who))
    blocks.append(Paragraph(lead="What it does to the results.", text=finding.consequence))
    blocks.append(Paragraph(lead="What was done.", text=f"{finding.remedy.rstrip('.')}{reference}."))
    title = f"{finding.title}: the usual analysis and the remedy ({people(assessment)})"
    table = side_by_side(assessment, finding.naive, finding.corrected, words_of(assessment), anchor + "-table", title)
    if finding.numbers:
        numbers = "; ".join(f"{name}, {value}" for name, value in finding.numbers)
        blocks.append(Paragraph(lead="Numbers.", text=f"{sentence_case(numbers)}."))
    if table is not None:
        blocks.append(TableBlock(table=table))
    return blocks
