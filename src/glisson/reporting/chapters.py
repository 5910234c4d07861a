"""An assessment as a document: the chapters in a clinician's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from glisson.assessment import Assessment
from glisson.present.document import Block, Document, FigureBlock, Heading, TableBlock
from glisson.present.tabulate.common import people
from glisson.present.words import listed, lower_first
from glisson.reporting import (
    appendix,
    by_method,
    comparison,
    courses,
    doxorubicin,
    efficacy,
    evidence_section,
    exposure,
    laboratory,
    lesions,
    methods_text,
    patients,
    pitfalls,
    regression,
    response,
    safety,
    standards,
    strobe,
)
from glisson.reporting.answer import primary
from glisson.reporting.arrange import arranged
from glisson.reporting.first_page import first_page
from glisson.reporting.sources import sources_section

#: Stands on every page and screen of a report about invented patients.
SYNTHETIC = "Synthetic patients: every person and every number in this report is invented."


def document(assessment: Assessment) -> Document:
    """Return the whole report as blocks.

    Parameters
    ----------
    assessment
        What the data can say.

    Returns
    -------
    Document
        The same for every medium: HTML, Word, PDF.
    """
    blocks: list[Block] = [
        *first_page(assessment),
        *patients.chapter(assessment),
        *exposure.treatment_chapter(assessment, assessment.exposure),
        *efficacy.chapter(assessment),
        *regression.regression_section(assessment, assessment.regression),
        *by_method.by_method_chapter(assessment, assessment.by_method),
        *response.response_chapter(assessment),
        *lesions.lesion_section(assessment, assessment.lesions),
        *(courses.course_section(assessment, assessment.courses) if assessment.courses else ()),
        *safety.safety_chapter(assessment),
        *_harm(assessment),
        *comparison.comparison_chapter(assessment, assessment.comparison),
        *evidence_section.evidence_section(assessment, assessment.comparison),
        *pitfalls.chapter(assessment),
        *methods_text.chapter(assessment),
        *strobe.chapter(),
        *standards.standards_chapter(assessment, assessment.standards),
        *appendix.chapter(assessment),
    ]
    blocks = arranged(blocks, _kept(assessment, blocks))
    blocks[_behind_references(blocks) : _behind_references(blocks)] = sources_section(blocks)
    draft = Document(
        title=assessment.title,
        subtitle=_subtitle(assessment),
        banner=SYNTHETIC if assessment.synthetic else "",
        blocks=tuple(blocks),
        colophon=_colophon(assessment),
    )
    return replace(draft, blocks=tuple(_fill(block, draft) for block in draft.blocks))


def _kept(assessment: Assessment, blocks: Sequence[Block]) -> frozenset[str]:
    """Return what stays in the body: the table of the first endpoint, and the curves of one endpoint of progression."""
    first = primary(assessment)
    drawn = {b.name for b in blocks if isinstance(b, FigureBlock)}
    second = next((code for code in ("liver_pfs", "pfs", "ttp") if code in drawn), "")
    return frozenset({f"efficacy-{first.code}" if first is not None else "", second, first.code if first else ""})


def _behind_references(blocks: Sequence[Block]) -> int:
    """Return the place after the list of references: before the next heading."""
    start = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.anchor == "references")
    return next((i for i, b in enumerate(blocks) if i > start and isinstance(b, Heading)), len(blocks))


def _harm(assessment: Assessment) -> list[Block]:
    """Return the sections on harm beyond recorded adverse events."""
    blocks: list[Block] = []
    if assessment.doxorubicin is not None:
        blocks += doxorubicin.doxorubicin_section(assessment, assessment.doxorubicin)
    if assessment.laboratory is not None:
        blocks += laboratory.laboratory_section(assessment, assessment.laboratory)
        if assessment.courses is not None:
            blocks += courses.lab_figures(assessment, assessment.courses)
        blocks += laboratory.liver_function_section(assessment, assessment.laboratory)
    return blocks


def _fill(block: Block, draft: Document) -> Block:
    if isinstance(block, TableBlock) and block.table.name == "strobe":
        return TableBlock(table=strobe.filled(draft))
    return block


def _subtitle(assessment: Assessment) -> str:
    methods = listed(
        [lower_first(assessment.label("method", code)) for code, _ in assessment.methods if code != "unknown"]
    )
    by = f" by {methods}" if methods else ""
    return f"Safety and efficacy of liver-directed therapy{by}: {people(assessment)}"


def _colophon(assessment: Assessment) -> str:
    version = dict(assessment.versions).get("glisson", "")
    files = ", ".join(f"{name} (SHA-256 {digest[:12]}…)" for name, digest in assessment.files)
    source = f" from {files}" if files else ""
    return f"Produced by glisson {version}{source}. Patients appear under pseudonyms. Nothing was sent anywhere."
