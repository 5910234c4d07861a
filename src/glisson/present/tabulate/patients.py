"""Who the patients were: flow, combinations of methods, Table 1."""

from __future__ import annotations

from glisson.assessment import Assessment, Baseline
from glisson.present.table import Column, Row, TableModel, text_column
from glisson.present.tabulate.common import caption, group_name
from glisson.present.words import NOTHING_TO_PRINT, Words, lower_first


def combinations(assessment: Assessment) -> TableModel:
    """Return who was treated by more than one method, and in which order."""
    rows = tuple(Row(cells=(patient, _in_order(sequence))) for patient, sequence in assessment.combinations)
    return TableModel(
        name="combinations",
        title=caption(assessment, "Patients treated by more than one method", len(rows)),
        columns=(text_column("Patient", 1), text_column("Methods in order of use", 4)),
        rows=rows,
        notes=("Everybody is analysed under the first method (intention to treat).",),
    )


def _in_order(sequence: str) -> str:
    first, *later = sequence.split(", then ")
    return ", then ".join([first, *(lower_first(name) for name in later)])


def baseline(assessment: Assessment, words: Words) -> TableModel:
    """Return Table 1: overall and by method, with the largest standardised difference between methods."""
    several = bool(assessment.baseline) and len(assessment.baseline[0].groups) > 2
    rows: list[Row] = []
    for variable in assessment.baseline:
        rows += _variable_rows(variable, words, several=several)
    return TableModel(
        name="baseline",
        title=caption(assessment, "Characteristics at first liver-directed therapy, overall and by first method"),
        columns=_columns(assessment, several=several),
        rows=tuple(rows),
        notes=_notes(several=several),
    )


def differences(assessment: Assessment, words: Words) -> TableModel:
    """Return the standardised difference of every pair of methods in every variable."""
    pairs = list(dict.fromkeys(pair for v in assessment.baseline for pair, _ in v.smd))
    rows = tuple(
        Row(cells=(v.label, *(words.number(dict(v.smd).get(pair), 2) for pair in pairs))) for v in assessment.baseline
    )
    columns = (text_column("Characteristic", 3), *(Column(heading=_pair_name(assessment, p)) for p in pairs))
    return TableModel(
        name="differences",
        title=caption(assessment, "Standardised differences between methods"),
        columns=columns,
        rows=rows,
        notes=(
            "Difference of means (numbers) or of vectors of proportions (categories) in units of the standard "
            f"deviation; {NOTHING_TO_PRINT}, cannot be computed.",
        ),
    )


def _columns(assessment: Assessment, *, several: bool) -> tuple[Column, ...]:
    columns = [text_column("Characteristic", 2.4)]
    if assessment.baseline:
        first = assessment.baseline[0]
        above = "First method" if several else ""
        for group, n in zip(first.groups, first.n, strict=True):
            heading = f"{group_name(assessment, group)}\n(n = {n})"
            columns.append(Column(heading=heading, above=above if group else "", width=1.9))
    if several:
        columns.append(Column(heading="Largest std. difference", width=1.2))
    return tuple(columns)


def _variable_rows(v: Baseline, words: Words, *, several: bool) -> list[Row]:
    largest = (_largest(v, words),) if several else ()
    blank = ("",) * len(largest)
    if v.levels:
        rows = [Row(cells=(f"{v.label}, n (%)", *("" for _ in v.groups), *largest))]
        for i, level in enumerate(v.levels):
            if len(v.levels) > 2 and not any(c[i] for c in v.counts):
                continue  # a level of a long scale that nobody has
            shares = (_share(c[i], n, u, words) for c, n, u in zip(v.counts, v.n, v.unknown, strict=True))
            rows.append(Row(cells=(level, *shares, *blank), indent=1))
    else:
        unit = f", {v.unit}" if v.unit else ""
        middle = (_quartiles(q, words) for q in v.quartiles)
        rows = [Row(cells=(f"{v.label}{unit}, median (Q1, Q3)", *middle, *largest))]
    if any(v.unknown):
        rows.append(Row(cells=("Unknown", *(str(u) for u in v.unknown), *blank), indent=1))
    return rows


def _share(count: int, n: int, unknown: int, words: Words) -> str:
    known = n - unknown
    return words.count_percent(count, known) if known else NOTHING_TO_PRINT


def _quartiles(q: tuple[float, float, float] | None, words: Words) -> str:
    if q is None:
        return NOTHING_TO_PRINT
    low, middle, high = (words.measure(x) for x in q)
    return f"{middle} ({low}, {high})"


def _largest(v: Baseline, words: Words) -> str:
    known = [abs(value) for _, value in v.smd if value is not None]
    return words.number(max(known), 2) if known else NOTHING_TO_PRINT


def _pair_name(assessment: Assessment, pair: str) -> str:
    return " v ".join(assessment.label("method", code) for code in pair.split(" v "))


def _notes(*, several: bool) -> tuple[str, ...]:
    notes = ["Percentages are of patients with a known value; they are left out below 5 patients."]
    if several:
        notes.append(
            "Std. difference, the largest absolute standardised difference between any two methods: it measures how "
            "unlike the groups are and, unlike a P value, does not depend on how many patients there are."
        )
    return tuple(notes)
