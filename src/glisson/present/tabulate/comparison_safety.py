"""Adverse events of the cohort beside published ones, by exact differences and ratios."""

from __future__ import annotations

from glisson.assessment import Spoken
from glisson.assessment.comparison_safety import SafetyComparison, SafetyContrast, SafetyGroup
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find, group_name
from glisson.present.words import NOTHING_TO_PRINT, Words
from glisson.tables import Group

#: Those who had doxorubicin through the catheter.
DRUG: Group = (("doxorubicin", "yes"),)


def safety(assessment: Spoken, result: SafetyComparison, words: Words) -> TableModel:
    """Return every published rate of an adverse event with the cohort beside it, as a whole and by method."""
    rows: list[Row] = []
    for contrast in result.contrasts:
        rows.append(section(f"{contrast.term}, {contrast.grade}: {_published(contrast, words)}"))
        rows += [Row(cells=_cells(assessment, g, words), indent=1) for g in contrast.groups]
    level = words.level(result.level)
    return TableModel(
        name="comparison-safety",
        title=caption(assessment, "Adverse events beside published rates"),
        columns=(
            text_column("Patients", 2.4),
            Column(heading="With the event here", width=1.4),
            Column(heading=f"Difference from the published rate, percentage points ({level} CI)", width=2.0),
            Column(heading=f"Ratio to the published rate ({level} CI)", width=1.8),
        ),
        rows=tuple(rows),
        notes=(
            f"Here: patients with the event, by record or blood count, within {result.window_days} days of a session; "
            "methods by first treatment. Difference: this cohort less the published arm; below 0, fewer events here. "
            "Limits are exact for two independent groups (Chan and Zhang 1999, Berger and Boos 1994): they err with at "
            "most half of the rest on each side, whatever the two rates are. About: worked out from a printed "
            "percentage, where the source gives no count or no denominator. Events of trials were asked for at every "
            "visit over the whole treatment, those here are what case notes hold of some weeks: a difference in how "
            "closely anybody looked "
            "favours this cohort. Lines of therapy are not matched: who had more chemotherapy before has less "
            "reserve.",
            "Read at: " + "; ".join(dict.fromkeys(f"{c.label}, {c.url}" for c in result.contrasts)) + ".",
        ),
        wide=True,
    )


def name_of(assessment: Spoken, group: Group) -> str:
    """Return the printed name of a group."""
    return "Doxorubicin through the catheter" if group == DRUG else group_name(assessment, group)


def _published(contrast: SafetyContrast, words: Words) -> str:
    count = words.count_of(contrast.events, contrast.n)
    about = "about " if contrast.approximate else ""
    grade = "" if contrast.grade_there == contrast.grade else f", {contrast.grade_there}"
    return f"{about}{count} with {contrast.treatment} ({contrast.label}; {contrast.disease}{grade})"


def _cells(assessment: Spoken, group: SafetyGroup, words: Words) -> tuple[str, ...]:
    difference, ratio = find(group.estimates, "risk_difference"), find(group.estimates, "risk_ratio")
    here = words.count_of(group.events, group.n)
    gap = words.cell(difference) if difference is not None else NOTHING_TO_PRINT
    return name_of(assessment, group.group), here, gap, words.cell(ratio) if ratio is not None else NOTHING_TO_PRINT
