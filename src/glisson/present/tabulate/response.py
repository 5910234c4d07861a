"""Response of patients: categories and rates, other criteria and sites, depth and timing, agreement, disagreements."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glisson.assessment import Assessment, ResponseResult
from glisson.assessment.response import AgreementResult, CriterionResult
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, find, group_column, rate_cell
from glisson.present.words import DAYS_PER_MONTH, NOTHING_TO_PRINT, Words, plural, sentence_case
from glisson.tables import CountTable, Estimate, Estimates, Group

#: Rows of a list of patients that a page can hold; the worksheet has no more, results.json has all.
MOST_LISTED = 40
SITE_LABEL = {"any": "All sites", "liver": "Liver", "outside": "Outside the liver"}


def response(assessment: Assessment, result: ResponseResult, words: Words) -> TableModel:
    """Return best response by category, then response and disease control over both denominators."""
    groups: list[Group] = [(), *result.best.groups()] if result.best.keys else [()]
    rows: list[Row] = [section("Best overall response, patients (%)")]
    shown = [c for c in result.best.categories if not c.startswith("NON-") or result.best.count(c).sum()]
    for category in shown:
        cells = [_category(result.best, g, category, words) for g in groups]
        rows.append(Row(cells=(category, *cells), indent=1))
    rates = [e for e in result.estimates if e.statistic in {"proportion", "rate"}]
    for name in dict.fromkeys((e.variable, e.detail) for e in rates):
        if len(rows) == len(shown) + 1:
            rows.append(section("Rates (exact interval)"))
        of_name = [next((e for e in rates if (e.variable, e.detail) == name and e.group == g), None) for g in groups]
        label = f"{name[0]}: {name[1]}" if name[1] else name[0]
        rows.append(Row(cells=(label, *(rate_cell(e, words) for e in of_name)), indent=1))
    return TableModel(
        name="response",
        title=caption(assessment, f"Response by {_plain(result.criterion)}, overall and by first method"),
        columns=(text_column("Response", 2.4), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=result.notes,
        wide=len(groups) > 4,
    )


def _plain(criterion: str) -> str:
    """Return a criterion without how it was chosen, which the text says: ``RECIST 1.1 (the only one recorded)``."""
    return criterion.split(" (", maxsplit=1)[0]


def others(assessment: Assessment, result: ResponseResult, words: Words) -> TableModel | None:
    """Return response by other criteria, at each site, and confirmed; ``None`` where there is nothing beside."""
    if not result.others:
        return None
    groups: list[Group] = [(), *result.best.groups()] if result.best.keys else [()]
    rows: list[Row] = []
    for head in dict.fromkeys(heading(o) for o in result.others):
        rows.append(section(head))
        for other in (o for o in result.others if heading(o) == head):
            rows += _rate_rows(other, groups, words)
    notes = dict.fromkeys(f"{o.label}: off-label use, see the text." for o in result.others if o.note)
    return TableModel(
        name="response-other",
        title=caption(assessment, "Response by criterion and site, unconfirmed and confirmed"),
        columns=(text_column("Response", 2.4), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(
            "All treated patients are the denominator, outside the liver those with disease there; patients without a "
            "usable scan count as not responding. In brackets the exact interval. A response at one site is judged "
            "until progression at that site.",
            *notes,
        ),
        wide=len(groups) > 4,
    )


def heading(other: CriterionResult) -> str:
    """Return what a reading is called: criterion, site, where its responses come from, and in how many patients."""
    how = "derived from measurements" if other.source == "derived" else "as recorded"
    there = f"; {plural(other.best.n, 'patient')} with disease there" if other.site == "outside" else ""
    few = ""
    if other.source == "recorded" and (seen := usable(other)) < other.best.n:
        few = f"; evaluable, {seen} of {plural(other.best.n, 'patient')}"
    return f"{other.label}, {SITE_LABEL[other.site].lower()} ({how}{there}{few})"


def usable(other: CriterionResult) -> int:
    """Return how many patients have a response by a reading; the others are not evaluable by it."""
    counts = dict(zip(other.best.categories, other.best.by().counts[0].tolist(), strict=True))
    return int(sum(n for response, n in counts.items() if response != "NE"))


def _rate_rows(other: CriterionResult, groups: Sequence[Group], words: Words) -> list[Row]:
    """Return the rates of one reading; confirmation concerns only response, so only that is given again."""
    rates = [e for e in other.estimates if e.statistic == "proportion" and e.detail == "all treated"]
    names = list(dict.fromkeys(e.variable for e in rates))[: 1 if other.confirmed else None]
    how = ", confirmed" if other.confirmed else ""
    rows = []
    for name in names:
        cells = [next((e for e in rates if e.variable == name and e.group == g), None) for g in groups]
        rows.append(Row(cells=(f"{name}{how}", *(rate_cell(e, words) for e in cells)), indent=1))
    return rows


def depth_and_timing(assessment: Assessment, result: ResponseResult, words: Words) -> TableModel | None:
    """Return depth of response, time to response and its cumulative incidence, overall and by method."""
    if not (len(result.depth) or len(result.timing)):
        return None
    groups: list[Group] = [(), *result.best.groups()] if result.best.keys else [()]
    rows: list[Row] = []
    if len(result.depth):
        rows += [
            section("Best change of the sum of target diameters"),
            _row("Patients with a change", result.depth, "n", groups, lambda e: words.number(e.value, 0)),
            _spread("Median (range), %", result.depth, groups, words, lambda v: words.number(v, 0)),
        ]
    if len(result.timing):
        rows += [
            section("Time to first response, among responders only"),
            _row("Responders", result.timing, "n", groups, lambda e: words.number(e.value, 0)),
            _spread("Median (range), months", result.timing, groups, words, words.months),
        ]
    days = list(dict.fromkeys(e.at for e in result.incidence if e.at is not None))
    if days:
        rows.append(section("Cumulative incidence of response, all treated patients"))
    for day in days:
        found = [find(result.incidence, "cumulative_incidence", group=g, at=day) for g in groups]
        cells = [NOTHING_TO_PRINT if e is None else words.cell(e).replace(" (", "\n(") for e in found]
        rows.append(Row(cells=(f"By {day / DAYS_PER_MONTH:.0f} months", *cells), indent=1))
    return TableModel(
        name="response-depth",
        title=caption(
            assessment, f"Depth and timing of response by {_plain(result.criterion)}, overall and by first method"
        ),
        columns=(text_column("", 2.4), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=_depth_notes(result),
        wide=len(groups) > 4,
    )


def _row(
    label: str, estimates: Estimates, statistic: str, groups: Sequence[Group], text: Callable[[Estimate], str]
) -> Row:
    found = [find(estimates, statistic, group=g) for g in groups]
    return Row(cells=(label, *(NOTHING_TO_PRINT if e is None else text(e) for e in found)), indent=1)


def _spread(
    label: str, estimates: Estimates, groups: Sequence[Group], words: Words, text: Callable[[float], str]
) -> Row:
    cells = []
    for g in groups:
        middle, low, high = (find(estimates, s, group=g) for s in ("median", "minimum", "maximum"))
        if middle is None or low is None or high is None:
            cells.append(NOTHING_TO_PRINT)
        elif middle.value is None or low.value is None or high.value is None:
            cells.append(middle.reason or NOTHING_TO_PRINT)
        elif middle.n == 1:
            cells.append(text(middle.value))
        else:
            cells.append(f"{text(middle.value)}\n({words.limits(text(low.value), text(high.value))})")
    return Row(cells=(label, *cells), indent=1)


def _depth_notes(result: ResponseResult) -> tuple[str, ...]:
    notes = []
    if len(result.depth):
        text = (
            "The lowest value of each patient up to the first progression and any new therapy; below zero is shrinkage."
        )
        if result.without_depth:
            why = "; ".join(f"{reason}, {n}" for reason, n in result.without_depth)
            text += f" Patients without a change: {why}."
        notes.append(text)
    if len(result.timing):
        notes.append(
            "The median among responders says nothing about patients who never responded; the cumulative incidence "
            "counts everybody, with progression, new therapy and death competing."
        )
    notes += [f"Estimated by: {m}." for m in dict.fromkeys(e.method for e in result.incidence if e.method)]
    return tuple(notes)


def agreement(assessment: Assessment, results: Sequence[AgreementResult], words: Words) -> TableModel | None:
    """Return how far criteria, readers, record and measurements agree; ``None`` where nothing was compared."""
    if not results:
        return None
    rows = tuple(
        Row(cells=(f"{r.first} and {r.second}", plural(*_units(r)), *_agreement_cells(r, words))) for r in results
    )
    # The weighted kappas have the intervals of the plain one.
    plain = [e for r in results for e in r.estimates if e.detail in {"", "none"} and e.level]
    methods = dict.fromkeys(e.method for e in plain)
    warnings = dict.fromkeys(
        f"{r.first} and {r.second}: {e.warning}" for r in results for e in r.estimates if e.warning
    )
    return TableModel(
        name="agreement",
        title=caption(assessment, "Agreement of responses"),
        columns=(
            text_column("Compared", 2.6),
            Column(heading="Rated twice", width=1.1),
            Column(heading="Same response", width=1.5),
            Column(heading="Kappa", width=1.4),
            Column(heading="Weighted kappa,\nlinear", width=1.4),
            Column(heading="Weighted kappa,\nquadratic", width=1.4),
        ),
        rows=rows,
        notes=(
            "Responses in the order CR, PR, SD, PD; non-CR/non-PD and non-PD count as SD, and pairs with NE are left "
            "out. Kappa is 0 where agreement is that of chance and 1 where it is full.",
            *([f"Intervals: {'; '.join(methods)}; of weighted kappa in the same way."] if methods else []),
            *(f"{sentence_case(w)}." for w in warnings),
        ),
    )


def _units(result: AgreementResult) -> tuple[int, str]:
    n = next((e.n or 0 for e in result.estimates if e.statistic == "n"), 0)
    return n, result.unit


def _agreement_cells(result: AgreementResult, words: Words) -> list[str]:
    same = find(result.estimates, "agreement")
    kappas = [find(result.estimates, "kappa", detail=w) for w in ("none", "linear", "quadratic")]
    return [rate_cell(same, words), *(_kappa_cell(e, words) for e in kappas)]


def _kappa_cell(e: Estimate | None, words: Words) -> str:
    if e is None:
        return NOTHING_TO_PRINT
    if e.value is None:
        return e.reason.replace(" (", "\n(")
    limits = words.bounds(e)
    more = f"\n({words.limits(*limits)})" if limits else f"\n({e.reason})" if e.reason else ""
    return f"{words.value(e)}{more}"


def discordant(assessment: Assessment, results: Sequence[AgreementResult]) -> TableModel | None:
    """Return the patients on whom criteria or readers differ; those of record and measurement have their own table."""
    found: dict[tuple[str, str], list[str]] = {}
    for r in results:
        if r.kind != "recorded and derived":
            for patient, text in r.discordant:
                found.setdefault((f"{r.first} and {r.second}", text), []).append(patient)
    if not found:
        return None
    rows = [Row(cells=(compared, text, ", ".join(who))) for (compared, text), who in found.items()]
    return TableModel(
        name="discordant",
        title=caption(assessment, "Patients on whom criteria or readers differ"),
        columns=(text_column("Compared", 2), text_column("Responses", 2.4), text_column("Patients", 3)),
        rows=tuple(rows[:MOST_LISTED]),
        notes=_cut(len(rows)),
    )


def disagreements(assessment: Assessment, result: ResponseResult) -> TableModel | None:
    """Return the scans whose recorded response is not the one their measurements give."""
    if not result.disagreements:
        return None
    rows = tuple(
        Row(cells=(d.patient, str(d.day), SITE_LABEL.get(d.site, d.site), d.recorded, d.derived, d.why))
        for d in result.disagreements[:MOST_LISTED]
    )
    return TableModel(
        name="response-disagreements",
        title=caption(assessment, "Scans on which the recorded response and the measurements differ"),
        columns=(
            text_column("Patient", 0.8),
            Column(heading="Day", width=0.6),
            text_column("Site", 1),
            text_column("Recorded", 0.9),
            text_column("Derived", 0.9),
            text_column("Arithmetic", 4),
        ),
        rows=rows,
        notes=("Day: days from the first session. Neither is corrected; a reader has to look.",
               *_cut(len(result.disagreements))),
        wide=True,
    )  # fmt: skip


def _cut(n: int) -> tuple[str, ...]:
    return (f"The first {MOST_LISTED} of {n}; results.json holds all.",) if n > MOST_LISTED else ()


def _category(best: CountTable, group: Group, category: str, words: Words) -> str:
    coarse = best.by(*(key for key, _ in group))
    place = coarse.groups().index(group)
    n = int(coarse.counts[place].sum())
    return words.count_percent(int(coarse.count(category)[place]), n) if n else NOTHING_TO_PRINT
