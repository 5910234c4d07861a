"""Chapter on the patients: flow, combinations, Table 1, what is not in the input."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.present.document import Block, FigureBlock, Heading, ListBlock, Paragraph, TableBlock
from glisson.present.figures.flow import flow
from glisson.present.tabulate import patients
from glisson.present.tabulate.common import caption
from glisson.present.words import Words, listed, lower_first, opening, sentence_case
from glisson.reporting.wording import words_of

#: Standardised difference above which groups this small are called unlike.
_UNLIKE = 0.25


def chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the chapter."""
    words = words_of(assessment)
    blocks: list[Block] = [
        Heading(text="Patients", anchor="patients"),
        _flow_text(assessment),
        _flow_figure(assessment),
    ]
    if assessment.combinations:
        blocks += [_combination_text(assessment), TableBlock(table=patients.combinations(assessment))]
    if assessment.baseline:
        blocks += [_baseline_text(assessment, words), TableBlock(table=patients.baseline(assessment, words))]
    if assessment.absent:
        items = tuple(f"{sentence_case(name.replace('_', ' '))}: {adds}" for name, adds in assessment.absent)
        blocks += [
            Heading(text="What further records would add", anchor="absent", level=2),
            Paragraph(text="The input does not hold these tables of the workbook. Each would add:"),
            ListBlock(items=items),
        ]
    return blocks


def _flow_text(assessment: Assessment) -> Paragraph:
    gone = sum(len({patient for patient, _ in step.left}) for step in assessment.flow)
    text = f"{opening(assessment.n, 'patient')} {'is' if assessment.n == 1 else 'are'} analysed ([[flow]])."
    if gone:
        text += f" {opening(gone, 'patient')} could not be analysed; the reasons are given in the figure."
    else:
        text += " Nobody was left out."
    return Paragraph(text=text)


def _flow_figure(assessment: Assessment) -> FigureBlock:
    steps = [f"{step.label}: {step.n}" for step in assessment.flow]
    methods = [f"{assessment.label('method', code)}: {n}" for code, n in assessment.methods]
    return FigureBlock(
        name="flow",
        title=caption(assessment, "Flow of patients"),
        text="From the input to the analysis, and the first method of treatment.",
        alt=f"Flow diagram. {'; '.join(dict.fromkeys([*steps, *methods]))}.",
        data=flow(assessment),
    )


def _combination_text(assessment: Assessment) -> Paragraph:
    n = len(assessment.combinations)
    return Paragraph(
        text=f"{opening(n, 'patient')} had more than one method ([[combinations]]). "
        f"{'This patient counts' if n == 1 else 'They count'} under the first: grouping by what came later would "
        "credit the second method with the time a patient had to survive to receive it."
    )


def _baseline_text(assessment: Assessment, words: Words) -> Paragraph:
    text = "[[baseline]] describes the patients at their first liver-directed therapy."
    unlike = sorted(
        ((max(abs(d) for _, d in v.smd if d is not None), v.label) for v in assessment.baseline
         if any(d is not None for _, d in v.smd)),
        key=lambda pair: -pair[0],
    )  # fmt: skip
    named = [f"{lower_first(label)} ({words.number(d, 2)})" for d, label in unlike[:3] if d > _UNLIKE]
    if named:
        text += (
            " The methods were given to different patients; the largest standardised differences are in "
            f"{listed(named)}."
        )
    return Paragraph(text=text)
