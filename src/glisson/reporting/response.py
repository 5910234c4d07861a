"""Chapters on response and on lesions, or the sentence that says why there is none."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.present.document import Block, Heading, Paragraph, TableBlock
from glisson.present.tabulate import response as tables
from glisson.reporting.wording import words_of


def response_chapter(assessment: Assessment) -> list[Block]:
    """Return the blocks of the chapter on response."""
    blocks: list[Block] = [Heading(text="Response", anchor="response-chapter")]
    result = assessment.response
    if result is None:
        adds = dict(assessment.absent).get("assessment", "response and its duration")
        text = (
            "The input holds no imaging assessments, so nothing can be said about response. The table assessment would"
        )
        return [*blocks, Paragraph(text=f"{text} add {adds}.")]
    text = (
        f"Best overall response is given as recorded, by {result.criterion}, in [[response]]. Rates are over all "
        "treated patients first, where patients without an evaluable assessment count as not responding, and over "
        "evaluable patients second."
    )
    return [*blocks, Paragraph(text=text), TableBlock(table=tables.response(assessment, result, words_of(assessment)))]
