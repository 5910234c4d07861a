"""Planned trials as a document: what is assumed, when a trial stops, how it behaves, the text for its protocol."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from glisson.design.curves import Curve
from glisson.design.plan import TrialDesign
from glisson.design.planning import Planned
from glisson.design.suggest import Candidate
from glisson.present.document import Block, Document, FigureBlock, Heading, ListBlock, Note, Paragraph, TableBlock
from glisson.present.figures.lines import Line, LinesFigure, Rule, axis
from glisson.present.tabulate.design import (
    alternatives_table,
    assumptions_table,
    behaviour_table,
    boundaries_table,
    candidates_table,
    design_in_short,
)
from glisson.present.words import Words, sentence_case, spelled
from glisson.tables import Estimate


def design_document(page: Planned, words: Words | None = None) -> Document:
    """Return one design as a document.

    Parameters
    ----------
    page
        The design and its curves.
    words
        How numbers are written.

    Examples
    --------
    >>> from glisson.design.kinds import kind
    >>> from glisson.design.planning import plan
    >>> design_document(plan(kind("precision-proportion"), {"proportion": 0.3, "half_width": 0.1})).subtitle
    'Design of a trial of 88 patients'
    """
    design = page.design
    return Document(
        title=design.title,
        subtitle=f"Design of a trial of {design.n:,} patients",
        banner="",
        blocks=tuple(_blocks(page, words or Words.of("ama"), "", level=1)),
        colophon=f"Produced by glisson {version('glisson')}.",
    )


def candidates_document(
    title: str, told: Sequence[str], candidates: Sequence[Candidate], *, synthetic: bool = False,
    words: Words | None = None,
) -> Document:  # fmt: skip
    """Return candidate studies side by side, then each by itself.

    Parameters
    ----------
    title
        Of the cohort.
    told
        Paragraphs: from what numbers the candidates come.
    candidates
        From ``glisson.design.suggest.suggest``.
    synthetic
        Whether the cohort is invented.
    words
        How numbers are written.
    """
    style = words or Words.of("ama")
    possible = [c for c in candidates if c.planned is not None]
    blocks: list[Block] = [Heading(text="The next study", anchor="next"), Paragraph(text=told[0], kind="answer")]
    blocks += [Paragraph(text=text) for text in told[1:]]
    if possible:
        blocks.append(TableBlock(table=candidates_table(possible, style)))
    blocks += [
        Note(lead=f"{c.question} ", text=f"No study within reach: {c.why_not.rstrip('.')}.", kind="warn")
        for c in candidates if c.planned is None
    ]  # fmt: skip
    for i, one in enumerate(possible, start=1):
        blocks.append(Heading(text=f"Candidate {i}. {one.question}", anchor=f"candidate-{i}"))
        if one.planned is not None:
            blocks += _blocks(one.planned, style, f"-{i}", level=2)
    return Document(
        title=title,
        subtitle=f"{spelled(len(possible)).capitalize()} candidate {'study' if len(possible) == 1 else 'studies'}",
        banner="Synthetic data: every patient is invented." if synthetic else "",
        blocks=tuple(blocks),
        colophon=f"Produced by glisson {version('glisson')}.",
    )


def _blocks(page: Planned, words: Words, tail: str, *, level: int) -> list[Block]:
    design = page.design
    blocks: list[Block] = [Paragraph(text=design_in_short(design, words), kind="answer")]
    blocks += [Note(text=f"{sentence_case(e.warning)}.", kind="warn") for e in _warned(design)]
    blocks += [
        Heading(text="Assumptions", anchor=f"assumptions{tail}-h", level=level),
        TableBlock(table=assumptions_table(design, f"assumptions{tail}")),
    ]
    if design.boundaries:
        blocks += [
            Heading(text="Decisions", anchor=f"boundaries{tail}-h", level=level),
            TableBlock(table=boundaries_table(design, f"boundaries{tail}")),
        ]
    blocks += [
        Heading(text="How it behaves", anchor=f"behaviour{tail}-h", level=level),
        TableBlock(table=behaviour_table(design, words, f"behaviour{tail}")),
        *_others(page, words, tail),
        *_figures(page, tail),
        Heading(text="Text for the protocol", anchor=f"protocol{tail}-h", level=level),
        *(Paragraph(text=text) for text in design.protocol),
        Heading(text="References", anchor=f"references{tail}-h", level=level),
        ListBlock(items=design.references, numbered=True),
    ]
    return blocks


def _others(page: Planned, words: Words, tail: str) -> list[Block]:
    table = alternatives_table(page.design, words, f"alternatives{tail}")
    return [TableBlock(table=table)] if table else []


def _warned(design: TrialDesign) -> list[Estimate]:
    return list({e.warning: e for e in design.characteristics if e.warning}.values())


def _figures(page: Planned, tail: str) -> list[Block]:
    blocks: list[Block] = []
    if page.power is not None:
        blocks.append(_figure(f"power{tail}", "Power curve", "", [("", page.power)]))
    if page.size is not None:
        text = "Each mark is a design of its own, with the same type I error and power."
        blocks.append(_figure(f"size{tail}", "Patients needed against the effect", text, [("", page.size)], marks=True))
    if page.accrual:
        text = "Recruitment at a constant rate; follow-up comes after."
        blocks.append(_figure(f"accrual{tail}", "Recruitment", text, page.accrual))
    return blocks


def _figure(
    name: str, title: str, text: str, curves: Sequence[tuple[str, Curve]], *, marks: bool = False
) -> FigureBlock:
    first = curves[0][1]
    xs, ys = [v for _, c in curves for v in c.x], [v for _, c in curves for v in c.y]
    lines = tuple(Line(label=label, x=c.x, y=c.y, marks=marks) for label, c in curves)
    low_x = min(xs) if marks else 0.0
    rules = () if first.planned is None else (Rule(way="up", at=first.planned, text="planned"),)
    data = LinesFigure(
        lines=lines, rules=rules, x=axis(first.x_label, low_x, max(xs), percent=first.percent_x),
        y=axis(first.y_label, 0.0, 1.0 if first.percent_y else max(ys), percent=first.percent_y),
    )  # fmt: skip
    ends = f"From {first.x[0]:.3g} to {first.x[-1]:.3g} it goes from {first.y[0]:.3g} to {first.y[-1]:.3g}"
    return FigureBlock(
        name=name, title=title, text=text, data=data, alt=f"{first.y_label} against {first.x_label}. {ends}."
    )
