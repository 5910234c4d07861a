"""Laboratory values and liver function as tables."""

from __future__ import annotations

from glisson.assessment import Assessment
from glisson.assessment.laboratory import LaboratoryResult, LabTest, LiverScore
from glisson.clinical.labs.counts import GRADES, NOT_GRADABLE, NOT_MEASURED
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, group_column, rate_cell
from glisson.present.words import NOTHING_TO_PRINT, Words, listed, lower_first, sentence_case
from glisson.tables import CountTable, Estimate, Group

#: Tests of the liver, of which shifts are printed.
LIVER_PANEL = ("bilirubin", "albumin", "alt", "ast", "alp", "ggt", "inr")


def worst_grades(assessment: Assessment, result: LaboratoryResult, words: Words) -> TableModel:
    """Return each test with the number of patients by worst grade, overall."""
    rows = []
    for test in result.tests:
        counts = [int(test.worst.count(g).sum()) for g in GRADES]
        measured = sum(counts)
        gone = int(test.worst.counts.sum()) - measured
        severe = sum(counts[3:])
        shares = [words.count_percent(x, measured) if measured else NOTHING_TO_PRINT for x in (sum(counts[1:]), severe)]
        rows.append(Row(cells=(test.term, *map(str, counts), *shares, str(gone))))
    above = f"Worst grade, CTCAE version {result.version}"
    return TableModel(
        name="lab-grades",
        title=caption(assessment, "Laboratory values: worst treatment-emergent grade per patient"),
        columns=(
            text_column("CTCAE term", 3),
            *(Column(heading=g, above=above, width=0.6) for g in GRADES),
            Column(heading="Any grade", width=1.2),
            Column(heading="Grade 3 or worse", width=1.2),
            Column(heading="No grade", width=0.8),
        ),
        rows=tuple(rows),
        notes=(window_note(result), *_clinical_notes(result)),
    )


def by_method(assessment: Assessment, result: LaboratoryResult, words: Words) -> TableModel | None:
    """Return each test that became abnormal, overall and by method, as x of n measured with its exact interval."""
    groups = _groups([t.worst for t in result.tests])
    rows: list[Row] = []
    for detail in ("any grade", "grade 3 or worse"):
        found = [t for t in result.tests if _hit(t, detail)]
        if found:
            rows.append(section(f"Treatment-emergent, {detail}"))
        for test in found:
            cells = [_rate(test, g, detail, words) for g in groups]
            rows.append(Row(cells=(test.term, *cells), indent=1))
    if not rows:
        return None
    return TableModel(
        name="lab-methods",
        title=caption(assessment, f"Laboratory abnormalities by first method, CTCAE version {result.version}"),
        columns=(text_column("CTCAE term", 2.4), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=("Patients with a gradable value in a window; in brackets the exact interval.",),
        wide=len(groups) > 3,
    )  # fmt: skip


def sessions(assessment: Assessment, result: LaboratoryResult) -> TableModel | None:
    """Return each test that became abnormal after a session, by the baseline of that session and its method."""
    found = [t for t in result.tests if any(int(t.sessions.count(g).sum()) for g in GRADES[1:])]
    if not found:
        return None
    groups = _groups([t.sessions for t in found])
    rows: list[Row] = []
    for heading, least in (("Any grade", 1), ("Grade 3 or worse", 3)):
        hit = [t for t in found if any(int(t.sessions.count(g).sum()) for g in GRADES[least:])]
        rows += [section(heading)] if hit else []
        rows += [
            Row(cells=(t.term, *(_of_sessions(t.sessions, g, GRADES[least:]) for g in groups)), indent=1) for t in hit
        ]
    return TableModel(
        name="lab-sessions",
        title=caption(assessment, f"Laboratory abnormalities after each session, CTCAE version {result.version}"),
        columns=(
            text_column("CTCAE term", 2.4),
            *(group_column(assessment, g) if g else Column(heading="All sessions", width=1.5) for g in groups),
        ),
        rows=tuple(rows),
        notes=(
            "Sessions of each method with a grade above that of the last value in the 30 days up to the session "
            "itself, of those with a gradable value in their window, which the next session cuts short. Sessions of "
            "one patient are not independent, so no intervals are given.",
        ),
        wide=len(groups) > 3,
    )


def _of_sessions(table: CountTable, group: Group, hit: tuple[str, ...]) -> str:
    coarse = table.by(*(k for k, _ in group))
    if group not in coarse.groups():
        return NOTHING_TO_PRINT
    row = dict(zip(coarse.categories, coarse.counts[coarse.groups().index(group)].tolist(), strict=True))
    n = sum(row[g] for g in GRADES)
    return f"{sum(row[g] for g in hit)} of {n}" if n else NOTHING_TO_PRINT


def extremes(assessment: Assessment, result: LaboratoryResult, words: Words) -> TableModel:
    """Return the highest (or lowest) value after treatment of each test, overall and by method."""
    groups = _groups([t.worst for t in result.tests])
    rows = []
    for test in result.tests:
        known = {g: (v, d) for g, v, d in test.extremes}
        cells = [
            NOTHING_TO_PRINT
            if g not in known
            else f"{_quartiles(known[g][0], words, test.test)}\nday {words.number(known[g][1][1], 0)}"
            f"{_with_value(test.worst, g)}"
            for g in groups
        ]
        kind = "lowest" if test.low else "highest"
        unit = test.unit.replace("umol", "µmol").replace("10^9", "10⁹")
        rows.append(Row(cells=(f"{test.label}, {kind}, {unit}", *cells)))
    return TableModel(
        name="lab-extremes",
        title=caption(assessment, "Peak and nadir of laboratory values after treatment"),
        columns=(text_column("Value", 3), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(
            "Median (quartiles) of each patient's highest value in the windows, or lowest where low values are "
            "abnormal, and the median day from the first session; how many have a value, where some have none.",
        ),
        wide=len(groups) > 3,
    )


def shifts(assessment: Assessment, result: LaboratoryResult) -> TableModel | None:
    """Return patients by grade before treatment and worst grade after it, for the liver panel."""
    rows: list[Row] = []
    for test in result.tests:
        if test.test not in LIVER_PANEL:
            continue
        table = test.shift.by("baseline")
        body = [(s[0], row) for s, row in zip(table.strata, table.counts.tolist(), strict=True) if sum(row)]
        if body:
            rows.append(section(test.term))
        rows += [
            Row(cells=(_baseline(level), *(str(n) for n in row[:5]), str(sum(row[5:]))), indent=1)
            for level, row in body
        ]
    if not rows:
        return None
    return TableModel(
        name="lab-shifts",
        title=caption(assessment, "Liver tests: grade before treatment and worst grade after it"),
        columns=(
            text_column("Grade before treatment", 2.4),
            *(Column(heading=g, above="Worst grade after treatment, patients", width=0.7) for g in GRADES),
            Column(heading="No grade", width=0.8),
        ),
        rows=tuple(rows),
        notes=(
            f"Both by the limits of normal (CTCAE version {result.version}), so that a row on its own diagonal means "
            "no change; the grades above are multiples of an abnormal baseline instead.",
        ),
    )


def liver_function(assessment: Assessment, result: LaboratoryResult, words: Words) -> TableModel | None:
    """Return each score before treatment, at its worst after it, and who became worse, by method."""
    if not result.scores:
        return None
    groups = _groups([s.table.by("method") for s in result.scores])
    rows: list[Row] = []
    for score in result.scores:
        rows.append(section(score.label))
        rows += _score_rows(score, groups, words)
    return TableModel(
        name="liver-function",
        title=caption(assessment, "Liver function before and after treatment, overall and by first method"),
        columns=(text_column("Score", 2.6), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(
            f"Before: last value in the 30 days up to the first session. Worst: within {result.function_days} days of "
            "any session. Change: worst score in that time less the one before; higher is worse. Worse: of "
            "patients with both, in brackets the exact interval. Incidence of a worse grade from the first session, at "
            f"any time, with death within {result.function_days} days of the last score competing (Aalen-Johansen).",
        ),
        wide=len(groups) > 3,
    )


def window_note(result: LaboratoryResult) -> str:
    """Return which values count."""
    return (
        f"Values within {result.window_days} days of a session count, liver tests after radioembolization within "
        f"{result.hepatic_days} days. A grade that is not above that before treatment counts as 0. Percentages are of "
        "patients with a gradable value; no grade: no value in a window, or no limit of normal."
    )


def _clinical_notes(result: LaboratoryResult) -> tuple[str, ...]:
    by_note: dict[str, list[str]] = {}
    for test in result.tests:
        if test.clinical:
            by_note.setdefault(test.clinical, []).append(lower_first(test.term))
    return tuple(f"{sentence_case(listed(terms))}: {why}." for why, terms in by_note.items())


def _score_rows(score: LiverScore, groups: list[Group], words: Words) -> list[Row]:
    grades = [c for c in score.table.categories if c != NOT_MEASURED]
    rows = [
        Row(cells=("Before: " + " / ".join(grades), *(_before(score.table, g, grades) for g in groups)), indent=1),
        Row(cells=("Worst after: " + " / ".join(grades), *(_after(score.table, g, grades) for g in groups)), indent=1),
    ]
    if score.score != "malbi":  # the same value as ALBI
        changed = {g: f"{_quartiles(q, words, score.score)}\n{n} with both" for g, n, q in score.changes}
        cells = [changed.get(g, NOTHING_TO_PRINT) for g in groups]
        rows.append(Row(cells=("Change of the score, median (quartiles)", *cells), indent=1))
    worse = [next(iter(score.estimates.select("proportion", group=g)), None) for g in groups]
    rows.append(Row(cells=("Worse than before", *(rate_cell(e, words) for e in worse)), indent=1))
    for day in dict.fromkeys(e.at for e in score.worse.select("cumulative_incidence")):
        found = [_incidence(score, g, day) for g in groups]
        cells = [NOTHING_TO_PRINT if e is None else words.cell(e) for e in found]
        rows.append(Row(cells=(f"Incidence of a worse grade by day {day:.0f}", *cells), indent=1))
    return rows


def _incidence(score: LiverScore, group: Group, day: float | None) -> Estimate | None:
    rows = score.worse.select("cumulative_incidence", group=group, at=day)
    return next((e for e in rows if e.detail.startswith("worse")), None)


def _before(table: CountTable, group: Group, grades: list[str]) -> str:
    """Return patients by grade before treatment, and how many have none."""
    coarse = table.by(*(k for k, _ in group), "baseline")
    totals = {s[-1]: 0 for s in coarse.strata}
    for stratum, row in zip(coarse.strata, coarse.counts.sum(axis=1).tolist(), strict=True):
        if stratum[:-1] == tuple(v for _, v in group):
            totals[stratum[-1]] += row
    return _counts([totals.get(g, 0) for g in grades], totals.get(NOT_MEASURED, 0))


def _after(table: CountTable, group: Group, grades: list[str]) -> str:
    coarse = table.by(*(k for k, _ in group))
    row = coarse.counts[coarse.groups().index(group)].tolist()
    known = dict(zip(coarse.categories, row, strict=True))
    return _counts([known[g] for g in grades], known[NOT_MEASURED])


def _counts(counts: list[int], without: int) -> str:
    text = " / ".join(map(str, counts))
    return f"{text}\n({without} without)" if without else text


def _groups(tables: list[CountTable]) -> list[Group]:
    found = [g for t in tables for g in t.by("method").groups()]
    return list(dict.fromkeys([(), *found]))


def _hit(test: LabTest, detail: str) -> bool:
    return any(e.events for e in test.estimates.select("proportion", group=(), detail=detail))


def _rate(test: LabTest, group: Group, detail: str, words: Words) -> str:
    found = next(iter(test.estimates.select("proportion", group=group, detail=detail)), None)
    return rate_cell(found, words) if found is not None and found.n else NOTHING_TO_PRINT


def _quartiles(values: tuple[float, float, float], words: Words, test: str = "") -> str:
    """Return median and quartiles with the same decimals: two of INR and ALBI, none of whole or large ones."""
    digits = 0 if min(map(abs, values)) >= 100 or all(v == round(v) for v in values) else 1
    digits = 2 if test in {"inr", "albi"} else digits
    low, median, high = (words.number(v, digits) for v in values)
    return f"{median} ({low}, {high})"


def _with_value(table: CountTable, group: Group) -> str:
    """Return how many of a group have a value, where not all do."""
    coarse = table.by(*(k for k, _ in group))
    row = dict(zip(coarse.categories, coarse.counts[coarse.groups().index(group)].tolist(), strict=True))
    treated = sum(row.values())
    known = treated - row[NOT_MEASURED]
    return f"\n{known} of {treated} with a value" if known < treated else ""


def _baseline(level: str) -> str:
    return {NOT_MEASURED: "Not measured", NOT_GRADABLE: "Not gradable"}.get(level, f"Grade {level}")
