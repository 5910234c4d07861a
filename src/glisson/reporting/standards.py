"""Appendix on the reporting standards: what is recorded, what is missing, and how to record it."""

from __future__ import annotations

import re

from glisson.assessment import Assessment
from glisson.assessment.standards import FieldList, StandardScore, StandardsResult
from glisson.present.document import Block, Heading, Paragraph, TableBlock
from glisson.present.tabulate import standards as tables
from glisson.present.words import listed, lower_first, opening, plural
from glisson.reporting.wording import words_of


def standards_chapter(assessment: Assessment, result: StandardsResult | None) -> list[Block]:
    """Return the blocks of the appendix; none where no method with a standard was used.

    Parameters
    ----------
    assessment
        Whose words and labels apply.
    result
        Completeness by the standards.
    """
    if result is None:
        return []
    words = words_of(assessment)
    blocks: list[Block] = [Heading(text="Reporting standards", anchor="standards")]
    if result.radioembolization is not None:
        blocks.append(Paragraph(lead="Radioembolization.", text=_score_text(result.radioembolization)))
        blocks.append(TableBlock(table=tables.score(assessment, result.radioembolization, words)))
    for one in result.lists:
        blocks.append(Paragraph(lead=f"{one.title}.", text=_list_text(one)))
        blocks.append(TableBlock(table=tables.fields(assessment, one, words)))
    return blocks


def methods_text(result: StandardsResult) -> str:
    """Return by which standards the records were held, for the chapter on methods."""
    said = [f"the reporting standard of {one.title.lower()}" for one in result.lists]
    if result.radioembolization is not None:
        said.insert(0, "the research reporting standard of radioembolization, as a score of 75 points")
    return (
        f"The records were held against {listed(said)} ([[{_first(result)}]]). An item counts only where the data, the "
        "study's settings or this report hold it."
    )


def _first(result: StandardsResult) -> str:
    code = "radioembolization" if result.radioembolization is not None else result.lists[0].code
    return f"standards-{code}"


def _score_text(score: StandardScore) -> str:
    absent = [i for i in score.items if not i.points]
    by_text = sum("study.toml" in i.todo for i in absent)
    text = (
        f"The score is {score.text} ([[standards-radioembolization]]): what the records hold, study.toml states and "
        "this report gives."
    )
    if by_text:
        text += f" {opening(by_text, 'further item')} {'needs' if by_text == 1 else 'need'} only a text in study.toml."
    major = [lower_first(i.topic) for i in absent if i.weight == "major"]
    if major:
        text += f" Major items without points: {listed(major)}."
    return text


def _list_text(result: FieldList) -> str:
    whole = sum(f.of > 0 and f.n == f.of for f in result.fields)
    never = [_short(f.label) for f in result.fields if f.n == 0]
    text = (
        f"{opening(whole, 'field')} of {len(result.fields)} {'is' if whole == 1 else 'are'} recorded for every one of "
        f"{plural(result.sessions, 'session')} ([[standards-{result.code}]])."
    )
    return f"{text} Never recorded: {listed(never)}." if never else text


def _short(label: str) -> str:
    """Return a label without its unit or example."""
    return lower_first(re.split(r",| \(|:", label, maxsplit=1)[0])
