"""Blocks on matching the cohort to published baselines: what it leaves, and the weight of every patient."""

from __future__ import annotations

import numpy as np

from glisson.assessment import Spoken
from glisson.assessment.comparison import ComparedArm, ComparisonResult
from glisson.methods.weighting import kish
from glisson.present.document import Block, FigureBlock, Note, Paragraph, TableBlock
from glisson.present.figures.lines import Axis, Line, LinesFigure, Rule, axis
from glisson.present.tabulate import comparison_matching as tables
from glisson.present.words import Words

#: Half the width of a bar, where neighbours are one apart.
_HALF = 0.35

_OPENING = (
    "[[comparison-matching]] gives the cohort the baseline of arms that print one. It removes differences in what was "
    "matched and in nothing else, and pays with patients."
)
_NO_BASELINE = (
    "None of these arms has a baseline in the library that this cohort records as well (mean age, share of men), so "
    "that there is nothing to match to and no weight to show."
)


def matching_blocks(assessment: Spoken, result: ComparisonResult, words: Words) -> list[Block]:
    """Return what matching does with its weights, or that no source printed what it would need.

    Parameters
    ----------
    assessment
        Whose labels apply.
    result
        Published arms beside the cohort.
    words
        How numbers are written.
    """
    blocks: list[Block] = []
    table = tables.matching(assessment, result, words)
    if table is not None:
        blocks += [Paragraph(lead="Matching.", text=_OPENING), TableBlock(table=table)]
    for place, arm in enumerate(result.arms, start=1):
        if arm.matched:
            unread = f" It should not be read: {arm.matching.why_not}." if arm.matching and arm.matching.why_not else ""
            blocks.append(Note(text=f"{arm.label}. {arm.matched}{unread}"))
        if arm.weights:
            blocks.append(_figure(arm, f"matching-weights-{place}"))
    return blocks or [Paragraph(lead="Matching.", text=_NO_BASELINE)]


def weights_figure(weights: tuple[float, ...]) -> LinesFigure:
    """Return a bar for the weight of each patient, the largest first, with the effective sample size below.

    Parameters
    ----------
    weights
        Of n patients, with mean 1.

    Examples
    --------
    >>> weights_figure((1.5, 1.0, 0.5)).foot
    'Effective sample size 2.6 of 3 patients'
    """
    ordered = sorted(weights, reverse=True)
    x, y = [], []
    for place, weight in enumerate(ordered, start=1):
        x += [place - _HALF, place - _HALF, place + _HALF, place + _HALF]
        y += [0.0, weight, weight, 0.0]
    n = len(ordered)
    step = max(1, round(n / 6))
    across = Axis(label="Patients, largest weight first", low=0.0, high=n + 1.0,
                  ticks=tuple(float(t) for t in range(step, n + 1, step)))  # fmt: skip
    return LinesFigure(
        lines=(Line(label="", x=tuple(x), y=tuple(y)),),
        x=across,
        y=axis("Weight", 0.0, max(ordered[0], 1.0)),
        rules=(Rule(way="across", at=1.0, text="without matching"),),
        foot=f"Effective sample size {kish(np.array(ordered)):.1f} of {n} patients",
    )


def _figure(arm: ComparedArm, name: str) -> FigureBlock:
    data = weights_figure(arm.weights)
    largest, n = max(arm.weights), len(arm.weights)
    light = sum(w < 0.1 for w in arm.weights)
    return FigureBlock(
        name=name,
        title=f"Weights that match the cohort to {arm.label}",
        text="One bar a patient; the line at 1 is the weight of each without matching. A few tall bars mean that the "
        f"comparison rests on a few patients. {data.foot}.",
        alt=f"Sorted weights of {n} patients from {largest:.2f} down to {min(arm.weights):.2f}, {light} of them below "
        f"0.1. {data.foot}.",
        data=data,
    )
