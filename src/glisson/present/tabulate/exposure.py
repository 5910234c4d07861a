"""Treatment: sessions and courses by first method, doses and delivery by the session's method, reasons."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.exposure import Amount, ExposureResult, Tally
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find, group_name
from glisson.present.words import NOTHING_TO_PRINT, Words, plural
from glisson.tables import Estimate, Group

#: Reasons for a further session, and for stopping, in print.
REASONS: dict[str, str] = {
    "first": "Recorded as the first session",
    "planned_stage": "Planned stage of a course",
    "residual": "Residual tumour",
    "ltp": "Local tumour progression",
    "new_lesion": "New lesion",
    "hepatic_progression": "Progression in the liver",
    "vascular_invasion": "Vascular invasion",
    "extrahepatic_progression": "Progression outside the liver",
    "liver_function": "Liver function",
    "performance_status": "Performance status",
    "toxicity": "Toxicity",
    "technical": "Technical reasons",
    "no_response_after_2": "No response to two sessions",
    "patient_choice": "Patient's choice",
    "completed": "Completed as planned",
    "death": "Death",
}
NOT_RECORDED = "Not recorded"


def courses(assessment: Assessment, result: ExposureResult, words: Words) -> TableModel:
    """Return sessions, courses and intervals, overall and by first method."""
    groups = _shown(result)
    sizes = {g: (patients, sessions) for g, patients, sessions in result.groups}
    rows = [Row(cells=("Sessions, total", *(str(sizes[g][1]) for g in groups)))]
    for name in ("sessions", "courses"):
        tally = result.tally(name)
        if tally is not None:
            rows += [Row(cells=(f"{tally.label}, n (%)", *("" for _ in groups))), *_levels(tally, groups, words)]
    for name in ("within", "between"):
        found = [result.amount(name, g, "interval") for g in groups]
        label = next((a.label for a in found if a is not None), "")
        if label:
            rows.append(Row(cells=(f"{label}, days, median (Q1, Q3)", *(_interval(a, words) for a in found))))
    return TableModel(
        name="treatment-courses",
        title=caption(assessment, "Sessions and courses of liver-directed therapy, overall and by first method",
                      result.patients),
        columns=_columns(assessment, result, groups),
        rows=tuple(rows),
        notes=(
            "A course is what was planned together: sessions with the same course id, planned stages, and, where "
            "neither is recorded, sessions within the course window. Days are counted between days of treatment.",
        ),
        wide=len(groups) > 5,
    )  # fmt: skip


def delivery(assessment: Assessment, result: ExposureResult, words: Words) -> TableModel:
    """Return doses, delivery and technical success, by the method of the session."""
    rows: list[Row] = []
    for group, patients, sessions in result.methods:
        name = group_name(assessment, group) if group else "All methods"
        rows.append(section(f"{name}: {plural(sessions, 'session')} in {plural(patients, 'patient')}"))
        rows += [_amount_row(a, words) for a in result.amounts if a.group == group and a.per != "interval"]
        sizes = result.tally("bead_size")
        if sizes is not None and group in sizes.groups:
            rows += _size_rows(sizes, group, words)
        rows += _success_rows(find(result.technical, "proportion", group=group), sessions, words)
    return TableModel(
        name="treatment-delivery",
        title=caption(assessment, "Dose, delivery and technical success, by method of the session", result.patients),
        columns=(
            text_column("Per session unless stated", 2.6),
            Column(heading="Recorded for", width=1.1),
            Column(heading="Median (Q1, Q3)\nor n (%)", width=1.6),
            Column(heading="Range\nor interval", width=1.4),
        ),
        rows=tuple(rows),
        notes=_delivery_notes(result, words),
    )


def reasons(assessment: Assessment, result: ExposureResult, words: Words) -> TableModel | None:
    """Return why patients were treated again and why therapy was stopped, or ``None`` where neither is recorded."""
    groups = _shown(result)
    rows: list[Row] = []
    again, stop = result.tally("retreatment"), result.tally("stop")
    if again is not None and again.of[0]:
        rows.append(section("Why treated again: sessions after the first day of treatment"))
        rows += _reason_rows(again, groups, words)
    if stop is not None:
        rows.append(section("Why liver-directed therapy was stopped: patients"))
        rows += _reason_rows(stop, groups, words)
    if not rows:
        return None
    return TableModel(
        name="treatment-reasons",
        title=caption(assessment, "Reasons for further sessions and for stopping, overall and by first method",
                      result.patients),
        columns=_columns(assessment, result, groups),
        rows=tuple(rows),
        notes=("Percentages are of those with a recorded reason; they are left out below 5. Of several recorded stops "
               "the last one counts.",),
        wide=len(groups) > 5,
    )  # fmt: skip


def _shown(result: ExposureResult) -> list[Group]:
    """Return the groups with a column: a single method is everybody."""
    groups = [g for g, _, _ in result.groups]
    return groups if len(groups) > 2 else groups[:1]


def _columns(assessment: Assessment, result: ExposureResult, groups: list[Group]) -> tuple[Column, ...]:
    sizes = {g: patients for g, patients, _ in result.groups}
    heads = [f"{group_name(assessment, g)}\n(n = {sizes[g]})" for g in groups]
    return (
        text_column("", 2.6),
        *(Column(heading=h, above="First method" if g else "", width=1.4)
          for g, h in zip(groups, heads, strict=True)),
    )  # fmt: skip


def _levels(tally: Tally, groups: list[Group], words: Words) -> list[Row]:
    place = {g: i for i, g in enumerate(tally.groups)}
    return [
        Row(cells=(level, *(words.count_percent(tally.counts[place[g]][i], tally.of[place[g]]) for g in groups)),
            indent=1)
        for i, level in enumerate(tally.levels)
    ]  # fmt: skip


def _reason_rows(tally: Tally, groups: list[Group], words: Words) -> list[Row]:
    """Return the recorded reasons that occur, and how many have none."""
    place = [tally.groups.index(g) for g in groups]
    known = [sum(tally.counts[i]) for i in place]
    total = [tally.of[i] for i in place]
    rows = [Row(cells=("Reason recorded", *(f"{k} of {n}" for k, n in zip(known, total, strict=True))), indent=1)]
    for j, level in enumerate(tally.levels):
        if not any(tally.counts[i][j] for i in place):
            continue
        cells = [words.count_percent(tally.counts[i][j], k) if k else NOTHING_TO_PRINT
                 for i, k in zip(place, known, strict=True)]  # fmt: skip
        rows.append(Row(cells=(REASONS.get(level, level), *cells), indent=1))
    return rows


def _amount_row(amount: Amount, words: Words) -> Row:
    per = " per patient, all sessions" if amount.per == "patient" else ""
    unit = f", {amount.unit}" if amount.unit else ""
    recorded = f"{amount.n} of {amount.of}" + (" patients" if amount.per == "patient" else "")
    return Row(cells=(f"{amount.label}{per}{unit}", recorded, middle(amount, words), extremes(amount, words)), indent=1)


def _size_rows(sizes: Tally, group: Group, words: Words) -> list[Row]:
    i = sizes.groups.index(group)
    known = sum(sizes.counts[i])
    return [
        Row(cells=(f"Beads {level} µm", f"{known} of {sizes.of[i]}", words.count_percent(n, known), NOTHING_TO_PRINT),
            indent=1)
        for level, n in zip(sizes.levels, sizes.counts[i], strict=True) if n
    ]  # fmt: skip


def _success_rows(e: Estimate | None, sessions: int, words: Words) -> list[Row]:
    if e is None:
        return []
    recorded, limits = f"{e.n or 0} of {sessions}", words.bounds(e)
    if not e.n or e.events is None:
        return [Row(cells=("Technical success", recorded, NOTHING_TO_PRINT, NOTHING_TO_PRINT), indent=1)]
    interval = words.limits(*limits) if limits else e.reason
    return [Row(cells=("Technical success", recorded, words.count_percent(e.events, e.n), interval), indent=1)]


def middle(amount: Amount, words: Words) -> str:
    """Return the median with its quartiles; a single value stands alone."""
    if amount.quartiles is None:
        return NOTHING_TO_PRINT
    low, median, high = (_figure(x, amount, words) for x in amount.quartiles)
    return median if amount.n == 1 else f"{median} ({low}, {high})"


def extremes(amount: Amount, words: Words) -> str:
    """Return the smallest and the largest value."""
    if amount.extremes is None or amount.n == 1:
        return NOTHING_TO_PRINT
    return words.limits(*(_figure(x, amount, words) for x in amount.extremes))


def _figure(value: float, amount: Amount, words: Words) -> str:
    """Return a value as finely as it is measured: activities to 0.01 GBq."""
    return words.number(value, 2) if amount.unit == "GBq" else words.measure(value)


def _interval(amount: Amount | None, words: Words) -> str:
    return NOTHING_TO_PRINT if amount is None else f"{middle(amount, words)}\nn = {amount.n}"


def _delivery_notes(result: ExposureResult, words: Words) -> tuple[str, ...]:
    level = next((e.level for e in result.technical if e.level), 0.95)
    method = next((e.method for e in result.technical if e.method), "")
    return (
        "Each session stands under its own method, so a patient treated by two stands under both. Sums per patient "
        "are given only where every session of that method has a value.",
        f"Technical success: as recorded for the session, with the {words.level(level)} interval by {method}; it "
        "counts patients because the sessions of one patient are alike.",
    )
