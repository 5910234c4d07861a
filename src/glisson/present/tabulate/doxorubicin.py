"""Systemic doxorubicin: what was seen, which published rates that excludes, and the doses."""

from __future__ import annotations

from glisson.assessing.doxorubicin import EXPOSED
from glisson.assessment import Assessment
from glisson.assessment.doxorubicin import DoseGroup, DoxorubicinResult, GroupAnswer, PublishedRate, Verdict
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, group_name
from glisson.present.words import NOTHING_TO_PRINT, Words
from glisson.tables import Group

#: Cumulative intravenous doxorubicin (mg/m2) and the share of patients with heart failure: Swain 2003.
CARDIAC = ((400, 0.05), (500, 0.16), (550, 0.26), (700, 0.48))


def observed(assessment: Assessment, result: DoxorubicinResult, words: Words) -> TableModel:
    """Return each complication by group: patients with it, upper bound, and what the blood counts say."""
    groups = [g.group for g in result.terms[0].groups]
    rows = []
    for term in result.terms:
        found = {g.group: g for g in term.groups}
        cells = [_seen(found.get(g), words) for g in groups]
        rows.append(Row(cells=(term.term, *cells)))
        if any(g.measured is not None for g in term.groups):
            cells = [_counts(found.get(g), words) for g in groups]
            rows.append(Row(cells=("by blood counts, any grade", *cells), indent=1))
        if any(g.apart is not None for g in term.groups):
            cells = [_apart(found.get(g), words) for g in groups]
            rows.append(Row(cells=("apart from post-embolization syndrome", *cells), indent=1))
    return TableModel(
        name="doxorubicin-seen",
        title=caption(assessment, "Complications of systemic doxorubicin: patients with the event"),
        columns=(text_column("Complication", 2.6), *(_column(assessment, g) for g in groups)),
        rows=tuple(rows),
        notes=(
            f"Adverse events of any grade within {result.window_days} days of a session. Where nobody had one: the "
            f"highest true rate that is compatible with it (exact one-sided {words.level(result.level)} bound). Blood "
            "counts: patients with a treatment-emergent fall of those with a count after treatment. The first column "
            "holds all who had doxorubicin at any session, the others are by first method.",
        ),
        wide=len(groups) > 4,
    )


def against(assessment: Assessment, result: DoxorubicinResult, words: Words) -> TableModel | None:
    """Return each published rate of doxorubicin alone, and whether those treated here exclude it."""
    rows: list[Row] = []
    for term in result.terms:
        own = next((g for g in term.groups if g.group == EXPOSED), None)
        if own is None or not term.published:
            continue
        rows.append(section(f"{term.term}: {_of(own)} here, true rate up to {words.percent(own.upper, own.n)}"))
        for verdict in own.verdicts:
            published = term.published[verdict.published]
            cells = (
                f"{published.study}, {published.arm}", _rate(published, words), _probability(verdict, words),
                _said(verdict, own), _needed(verdict),
            )  # fmt: skip
            rows.append(Row(cells=cells, indent=1))
    if not rows:
        return None
    return TableModel(
        name="doxorubicin-published",
        title=caption(assessment, "Published rates of first-line doxorubicin beside this cohort", result.treated),
        columns=(
            text_column("Source", 2.2),
            Column(heading="Published rate", width=1.6),
            Column(heading="Probability of so few here at that rate", width=1.3),
            Column(heading="Is the rate excluded?", width=1.6),
            Column(heading="Patients without an event that would exclude it", width=1.3),
        ),
        rows=tuple(rows),
        notes=(
            "This cohort: patients who had doxorubicin through the catheter. A rate is excluded if it lies above the "
            f"exact one-sided {words.level(result.level)} upper bound. In brackets: for the lower limit of the "
            "published rate, where its denominator is known. The populations differ in line, dose and follow-up: "
            "exclusion says that the rates differ, not why.",
            _sources(result),
        ),
    )  # fmt: skip


def _sources(result: DoxorubicinResult) -> str:
    named = dict.fromkeys(f"{p.study}, {p.url}" for t in result.terms for p in t.published)
    return f"Sources: {'; '.join(named)}."


def doses(assessment: Assessment, result: DoxorubicinResult, words: Words) -> TableModel:
    """Return cumulative doxorubicin by group."""
    names = ("arterial_mg", "arterial_mg_m2", "systemic_mg_m2", "combined_mg_m2")
    labels = (
        "Through the catheter, mg", "Through the catheter, mg/m2", "By vein before treatment, mg/m2",
        "Both together (upper bound), mg/m2",
    )  # fmt: skip
    rows = [
        Row(cells=(label, *(_dose(g, name, words) for g in result.doses)))
        for name, label in zip(names, labels, strict=True)
    ]
    risk = "; ".join(f"{words.percent(share, 50)} at {dose}" for dose, share in CARDIAC)
    return TableModel(
        name="doxorubicin-doses",
        title=caption(assessment, "Cumulative doxorubicin"),
        columns=(text_column("Dose", 2.2), *(_column(assessment, g.group) for g in result.doses)),
        rows=tuple(rows),
        notes=(
            "Median (quartiles), highest, and patients with a value; doses through the catheter among those who had "
            "it. Beads release only a part of the drug into the circulation, and how much is not known: the sum is an "
            "upper bound of the exposure of the heart. Heart failure after doxorubicin by vein, by cumulative mg/m2: "
            f"{risk} (Swain 2003).",
        ),
        wide=len(result.doses) > 4,
    )


def name_of(assessment: Assessment, group: Group) -> str:
    """Return the printed name of a group of this chapter."""
    return "Doxorubicin through the catheter" if group == EXPOSED else group_name(assessment, group)


def _column(assessment: Assessment, group: Group) -> Column:
    return Column(heading=name_of(assessment, group), width=1.4)


def _of(own: GroupAnswer) -> str:
    return f"{own.events} of {own.n}"


def _seen(own: GroupAnswer | None, words: Words) -> str:
    if own is None:
        return NOTHING_TO_PRINT
    if own.events:
        return words.count_of(own.events, own.n)
    return f"{_of(own)}\n(up to {words.percent(own.upper, own.n)})"


def _counts(own: GroupAnswer | None, words: Words) -> str:
    if own is None or own.measured is None or own.low is None:
        return NOTHING_TO_PRINT
    return words.count_of(own.low, own.measured) if own.low else f"0 of {own.measured}"


def _apart(own: GroupAnswer | None, words: Words) -> str:
    if own is None or own.apart is None:
        return NOTHING_TO_PRINT
    return words.count_of(own.apart, own.n) if own.apart else f"0 of {own.n}"


def _rate(published: PublishedRate, words: Words) -> str:
    grade = f", {published.grade}" if published.grade else ""
    if published.events is None or published.n is None or published.low is None or published.high is None:
        return f"{words.percent(published.rate, 100)}{grade}\n(denominator not given)"
    low, high = (words.percent(v, published.n) for v in (published.low, published.high))
    text = f"{published.events} of {published.n} ({words.percent(published.rate, 100)}){grade}"
    return f"{text}\n({words.limits(low, high)})"


def _probability(verdict: Verdict, words: Words) -> str:
    return words.p_cell(verdict.tail)


def _said(verdict: Verdict, own: GroupAnswer) -> str:
    if not verdict.excluded:
        return "no" if own.events == 0 else "no: events were seen"
    if verdict.surely_excluded is None:
        return "yes, if the published rate is exact"
    return "yes, its lower limit too" if verdict.surely_excluded else "yes, but not its lower limit"


def _needed(verdict: Verdict) -> str:
    return str(verdict.needed) + (f" ({verdict.surely_needed})" if verdict.surely_needed is not None else "")


def _dose(own: DoseGroup, name: str, words: Words) -> str:
    values = getattr(own, name)
    n = {"arterial_mg": own.arterial_n, "arterial_mg_m2": own.arterial_m2_n, "systemic_mg_m2": own.systemic_n,
         "combined_mg_m2": own.combined_n}[name]  # fmt: skip
    if values is None:
        return NOTHING_TO_PRINT
    low, median, high, most = (words.number(v, 0) for v in values)
    return f"{median} ({low}, {high}), highest {most}\nn = {n}"
