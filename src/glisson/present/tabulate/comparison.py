"""The cohort beside published treatments: differences first, then what may be compared in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.assessment import Spoken
from glisson.assessment.comparison import ComparedArm, ComparisonResult, Contrast
from glisson.present.document import linked
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find
from glisson.present.words import NOTHING_TO_PRINT, Words

#: How the patients compared are called.
LINES = {"front": "no systemic therapy before", "later": "systemic therapy before", "any": "all patients"}
_NOT = "not compared"


def differences(assessment: Spoken, arms: Sequence[ComparedArm], name: str, title: str) -> TableModel:
    """Return how the cohort and some published arms differ, arms that are alike in one cell."""
    rows = []
    for place, aspect in enumerate(arms[0].differences):
        there: dict[str, list[ComparedArm]] = {}
        for arm in arms:
            there.setdefault(arm.differences[place].there, []).append(arm)
        texts = [_told(text, who, alone=len(there) == 1) for text, who in there.items()]
        favours = " or ".join(dict.fromkeys(arm.differences[place].favours for arm in arms))
        rows.append(Row(cells=(aspect.aspect, aspect.here, "\n".join(texts), f"{favours}: {aspect.why}")))
    return TableModel(
        name=name,
        title=caption(assessment, title, arms[0].here),
        columns=(
            text_column("Aspect", 1.0),
            text_column("This cohort", 1.7),
            text_column("Published", 2.3),
            text_column("Whom the difference probably favours, and why", 2.6),
        ),
        rows=tuple(rows),
        notes=("The direction is a judgement, not an estimate. What neither side reports may differ as well.",),
        wide=True,
    )


def _told(text: str, arms: Sequence[ComparedArm], *, alone: bool) -> str:
    """Return what the sources of some arms say, with those arms where others say something else."""
    said = linked(text, arms[0].url) if any(c.isdigit() for c in text) else text
    return said if alone else f"{said} ({', '.join(linked(a.label, a.url) for a in arms)})"


def numbers(assessment: Spoken, result: ComparisonResult, words: Words) -> TableModel:
    """Return what may be compared, arm by arm."""
    rows: list[Row] = []
    for arm in result.arms:
        there = f"{arm.there} patients" if arm.there else "size not stated"
        whose = linked(f"{arm.label} ({there})", arm.url)
        head = f"{arm.treatment[:1].upper() + arm.treatment[1:]}: {whose}, beside {arm.here} of this cohort"
        rows.append(section(f"{head} with {LINES[arm.line]}" if arm.line != "any" else head))
        shown = [c for c in arm.contrasts if c.estimates or c.code != "liver_pfs"]
        rows += [Row(cells=_cells(c, words), indent=1) for c in shown]
    level = words.level(result.level)
    return TableModel(
        name="comparison-numbers",
        title=caption(assessment, "Beside published treatments, where endpoint and start of the clock allow it"),
        columns=(
            text_column("Endpoint", 1.5),
            text_column("Published", 2.2),
            Column(heading="Here: median, months; events", width=1.6),
            Column(heading="Observed / expected", above="Events here", width=1.0),
            Column(heading=f"Ratio ({level} CI)", above="Events here", width=1.4),
            Column(heading="P", above="Events here", width=0.6),
            Column(heading="Mean months gained or lost", width=1.5),
            Column(heading="E-value (limit)", width=1.0),
        ),
        rows=tuple(rows),
        notes=(
            "Expected: the events of this cohort if its patients had the published hazard. Ratio: observed over "
            "expected; below 1, fewer events here. Its limits and the one-sample log-rank P value hold the uncertainty "
            "of the published curve as well. Mean months: difference in restricted mean up to the last published time. "
            "E-value: how strongly an unmeasured factor would have to go with both treatment and outcome (risk ratio) "
            "to explain the ratio, and its limit, away; 1 means that nothing is needed. With fewer than 5 events only "
            "the ratio. Events after the last published time, or after twice the median, count on neither side.",
            *_sources(result),
        ),
        wide=True,
    )


def _cells(contrast: Contrast, words: Words) -> tuple[str, ...]:
    rows = contrast.estimates
    ratio, median = find(rows, "rate_ratio"), find(rows, "median")
    if ratio is None or median is None:
        return (contrast.label, _published(contrast), _NOT, *[NOTHING_TO_PRINT] * 5)
    observed, expected = find(rows, "observed"), find(rows, "expected")
    gap, p = find(rows, "rmst_difference"), find(rows, "p")
    value, limit = find(rows, "e_value", detail="estimate"), find(rows, "e_value", detail="limit")
    months = f"{words.cell(gap)}\nup to {words.months(gap.at)}" if gap is not None and gap.at is not None else ""
    strength = words.number(value.value) if value is not None else ""
    if limit is not None and strength:
        strength += f" ({words.number(limit.value)})"
    return (
        contrast.label,
        _published(contrast),
        f"{words.cell(median)}\n{ratio.events} of {ratio.n}",
        f"{words.number(observed.value, 0) if observed else ''} / {words.number(expected.value) if expected else ''}",
        _ratio(ratio.value, ratio.low, ratio.high, words),
        words.p_cell(p.value) if p is not None else NOTHING_TO_PRINT,
        months or NOTHING_TO_PRINT,
        strength or NOTHING_TO_PRINT,
    )


def _published(contrast: Contrast) -> str:
    """Return what was published, every number linked to where it was read."""
    if not contrast.numbers:
        return contrast.published
    plain = ", ".join(text for text, _ in contrast.numbers)
    return ", ".join(linked(text, url) for text, url in contrast.numbers) + contrast.published.removeprefix(plain)


def _ratio(value: float | None, low: float | None, high: float | None, words: Words) -> str:
    limits = words.limits(words.number(low, 2), words.number(high, 2))
    return f"{words.number(value, 2)}\n({limits})"


def _sources(result: ComparisonResult) -> tuple[str, ...]:
    """Return what was assumed of the curves of each arm."""
    out = []
    for arm in result.arms:
        assumed = [f"{c.label}: {c.assumed}" for c in arm.contrasts if c.assumed]
        if assumed:
            out.append(f"{linked(arm.label, arm.url)}. {'. '.join(assumed)}.")
    return tuple(out)
