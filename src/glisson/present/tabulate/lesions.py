"""Outcomes of sessions and lesions, several of which belong to one patient."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.response import LesionResult
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import find, group_column, group_name, people, rate_cell
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, listed, lower_first, plural, sentence_case
from glisson.tables import Estimates

_SECTION = {
    "method": "By method of the first treatment",
    "margin": "By smallest margin",
    "size": "By size before treatment",
}


def success(assessment: Assessment, result: LesionResult, words: Words) -> TableModel:
    """Return technical success and technique efficacy, overall and by method."""
    every = result.technical + result.efficacy
    groups = list(dict.fromkeys(((), *every.groups())))
    rows: list[Row] = []
    for variable in dict.fromkeys(e.variable for e in every):
        rows.append(section(variable))
        mine = every.select("proportion", variable=variable)
        for detail in dict.fromkeys(e.detail for e in mine):
            cells = [rate_cell(find(mine, "proportion", group=g, detail=detail), words) for g in groups]
            rows.append(Row(cells=(f"Of {detail}", *cells), indent=1))
    return TableModel(
        name="lesion-success",
        title=_caption(assessment, result, "Technical success and technique efficacy, overall and by method"),
        columns=(
            text_column("", 2.2),
            Column(heading="All methods", width=1.5),
            *(group_column(assessment, g) for g in groups if g),
        ),
        rows=tuple(rows),
        notes=_success_notes(result, words),
        wide=len(groups) > 4,
    )


def _success_notes(result: LesionResult, words: Words) -> tuple[str, ...]:
    first, last = result.window
    notes = [
        f"Technical success: as recorded for the session. Complete coverage: at the end of the lesion's first course. "
        f"Primary technique efficacy: no viable tumour at the first control, an adequate scan {first} to {last} days "
        "after the first course; assisted: also after re-treatment of residual tumour.",
        _interval_note(result.technical + result.efficacy, words),
    ]
    if result.no_control:
        n = sum(k for _, k in result.no_control)
        why = listed([f"{reason} ({k})" for reason, k in result.no_control])
        notes.append(f"{sentence_case(plural(n, 'lesion'))} without a first control: {why}.")
    return tuple(notes)


def _interval_note(estimates: Estimates, words: Words) -> str:
    level = next((e.level for e in estimates if e.level), 0.95)
    method = next((e.method for e in estimates if e.level), "")
    return (
        f"In brackets the {words.level(level)} interval, {lower_first(method) if method[:1].islower() else method}: it "
        "counts patients, because lesions of one patient are alike."
    )


def progression(assessment: Assessment, result: LesionResult, words: Words) -> TableModel | None:
    """Return the cumulative incidence of local progression, overall and by method, margin and size."""
    if not len(result.progression):
        return None
    days = list(dict.fromkeys(e.at for e in result.progression if e.at is not None))
    rows: list[Row] = []
    head = ""
    for group, lesions, patients, clear in result.sizes:
        key = group[0][0] if group else ""
        if key != head:
            head = key
            rows.append(section(_SECTION.get(key, sentence_case(key))))
        events = find(result.progression, "events", group=group)
        at = [find(result.progression, "cumulative_incidence", group=group, at=day) for day in days]
        cells = [NOTHING_TO_PRINT if e is None else words.cell(e).replace(" (", "\n(") for e in at]
        name = group_name(assessment, group) if group else "All treated lesions"
        counts = [str(n) for n in (lesions, patients, clear)]
        seen = NOTHING_TO_PRINT if events is None else words.number(events.value, 0)
        rows.append(Row(cells=(name, *counts, seen, *cells), indent=1 if group else 0))
    level = next((e.level for e in result.progression if e.level), 0.95)
    above = f"Cumulative incidence ({words.level(level)} CI) at"
    return TableModel(
        name="lesion-progression",
        title=_caption(assessment, result, "Local tumour progression, with death competing"),
        columns=(
            text_column("Group", 2),
            Column(heading="Lesions", width=0.8),
            Column(heading="Patients", width=0.8),
            Column(heading="Ever free of\nviable tumour", width=1.2),
            Column(heading="Progressed", width=1),
            *(Column(heading=f"{d / DAYS_PER_MONTH:.0f} months", above=above, width=1.4) for d in days),
        ),
        rows=tuple(rows),
        notes=_progression_notes(result),
        wide=True,
    )


def _progression_notes(result: LesionResult) -> tuple[str, ...]:
    methods = dict.fromkeys(e.method for e in result.progression if e.statistic == "cumulative_incidence" and e.level)
    notes = [
        "Only a lesion that a scan has shown free of viable tumour can progress locally; the others hold residual "
        "tumour or were never seen free of it. A low incidence of progression therefore says little where few lesions "
        "were ever free.",
        "Groups by margin and size are descriptive: they were not assigned, they differ in other ways, and nothing is "
        "adjusted for.",
    ]
    if methods:
        notes.append(f"Estimated by: {'; '.join(methods)}.")
    return tuple(notes)


def reclassified(assessment: Assessment, result: LesionResult) -> TableModel | None:
    """Return the lesions whose recorded progression is residual tumour by definition."""
    if not result.reclassified:
        return None
    return TableModel(
        name="lesion-reclassified",
        title=f"Lesions recorded as progressed that hold residual tumour ({people(assessment)})",
        columns=(text_column("Lesion", 1.2), text_column("Reason", 4)),
        rows=tuple(Row(cells=(name, sentence_case(why))) for name, why in result.reclassified),
    )


def _caption(assessment: Assessment, result: LesionResult, text: str) -> str:
    return f"{text} ({plural(result.lesions, 'treated lesion')} of {people(assessment, result.patients)})"
