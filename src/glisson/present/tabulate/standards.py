"""Completeness by the reporting standards: the scored list of radioembolization, fields of the other methods."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.standards import POINTS, FieldList, FieldRow, StandardItem, StandardScore
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption
from glisson.present.words import NOTHING_TO_PRINT, Words, plural, sentence_case

_STATE = {
    "recorded": "In the data",
    "stated": "Stated",
    "reported": "In this report",
    "partial": "In part",
    "missing": "Missing",
}


def score(assessment: Assessment, result: StandardScore, words: Words) -> TableModel:
    """Return the 50 items of radioembolization, each with its points, where it stands or how to record it."""
    rows: list[Row] = []
    for weight, points in POINTS.items():
        got, of = result.points(weight)
        each = plural(points, "point")
        rows.append(section(f"{sentence_case(weight)} items, {each} each: {got} of {of}"))
        rows += [_item_row(i) for i in result.items if i.weight == weight]
    enough = "every one" if result.least_recorded == 1 else words.percent(result.least_recorded, None)
    return TableModel(
        name="standards-radioembolization",
        title=caption(assessment, f"Reporting standard of radioembolization: {result.text}", result.patients),
        columns=(
            text_column("Item", 2.6),
            text_column("State", 1.1),
            Column(heading="Points", width=0.7),
            text_column("Where it stands, or how to record it", 4.4),
        ),
        rows=tuple(rows),
        notes=(
            f"It is about the {plural(result.sessions, 'session')} with Y-90 and their patients. An item of the data "
            f"counts if it is recorded for {enough} of them (standards.least_recorded); in part, for fewer, earns no "
            "point. Rows after treatment count only patients followed to the end of the window of the first control.",
            "Topics are paraphrased; the score measures what is reported, not how good the treatment was.",
        ),
        wide=True,
    )


def fields(assessment: Assessment, result: FieldList, words: Words) -> TableModel:
    """Return for how many sessions each field is recorded, and how to record those that are not complete."""
    rows = tuple(
        Row(cells=(f.label, _share(f, words), NOTHING_TO_PRINT if f.of and f.n == f.of else sentence_case(f.place)))
        for f in result.fields
    )
    return TableModel(
        name=f"standards-{result.code}",
        title=caption(assessment, f"{result.title}: fields recorded", result.patients),
        columns=(text_column("Field", 2.6), Column(heading="Recorded", width=1.8), text_column("How to record it", 3)),
        rows=rows,
        notes=(f"Of {plural(result.sessions, 'session')} up to the cut-off, each field of those it applies to.",),
    )


def _item_row(item: StandardItem) -> Row:
    place = sentence_case(item.where)
    if item.todo:
        place = f"{place}; complete: {item.todo}" if place else f"To record: {item.todo}"
    return Row(cells=(f"{item.number}. {item.topic}", _STATE[item.state], str(item.points), place), indent=1)


def _share(field: FieldRow, words: Words) -> str:
    if not field.of:
        return "sheet not in the input"
    noun = "sessions" if field.unit == "session" else "treated lesions"
    return words.count_of(field.n, field.of, noun)
