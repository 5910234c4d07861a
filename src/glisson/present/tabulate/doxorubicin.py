"""Systemic doxorubicin: what was seen, which published rates that excludes, and the doses."""

from __future__ import annotations

from glisson.assessing.doxorubicin import EXPOSED
from glisson.assessment import Assessment
from glisson.assessment.doxorubicin import DoseGroup, DoxorubicinResult, GroupAnswer, PublishedRate, Verdict
from glisson.evidence import library
from glisson.present.document import linked
from glisson.present.table import Column, Row, TableModel, section, text_column
from glisson.present.tabulate.common import caption, group_name
from glisson.present.tabulate.events import version_note
from glisson.present.words import NOTHING_TO_PRINT, Words
from glisson.tables import Group

_ESTIMATED = "estimated at "


def observed(assessment: Assessment, result: DoxorubicinResult, words: Words) -> TableModel:
    """Return each complication by group: patients with it, upper bound, and what the blood counts say."""
    groups = [g.group for g in result.terms[0].groups]
    first = {g.group: g for g in result.terms[0].groups}
    rows = []
    if result.not_followed or any(g.observed < g.n for g in first.values()):
        cells = [f"{first[g].observed} of {first[g].n}" for g in groups]
        rows.append(Row(cells=(f"Followed for {result.window_days} days, or died", *cells)))
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
            f"Adverse events of any grade within {result.window_days} days of a session "
            f"({_version(assessment)}). Where nobody had one, by record or blood count: the highest true rate that is "
            f"compatible with it (exact one-sided {words.level(result.level)} bound). Blood counts: treatment-emergent "
            "falls, of those with a count after treatment. The first column holds all who had doxorubicin at any "
            "session, the others are by first method.",
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
                linked(f"{published.study}, {published.arm}", published.url), _rate(published, words),
                _probability(verdict, words),
                _said(verdict, own, published), _needed(verdict),
            )  # fmt: skip
            rows.append(Row(cells=cells, indent=1))
    if not rows:
        return None
    return TableModel(
        name="doxorubicin-published",
        title=caption(assessment, "Published rates of systemic doxorubicin beside this cohort", result.treated),
        columns=(
            text_column("Source", 2.2),
            Column(heading="Published rate", width=1.6),
            Column(heading="Probability of so few here at that rate", width=1.3),
            Column(heading="Is the rate excluded?", width=1.6),
            Column(heading="Patients without an event that would exclude it", width=1.3),
        ),
        rows=tuple(rows),
        notes=(
            "This cohort: patients who had doxorubicin through the catheter, with the event by record or blood count. "
            f"A rate is excluded if it lies above the exact one-sided {words.level(result.level)} upper bound. In "
            "brackets: for the lower limit of the published rate; about: of the patients randomised, where the source "
            "gives no denominator. Febrile neutropenia begins at grade 3, so that any grade and grade 3 or worse are "
            "the same. The populations differ in disease, line, dose, and in how long and how closely events were "
            f"looked for: there at every cycle over months, here in the records of {result.window_days} days after a "
            "session. Exclusion says that the rates differ, not why.",
            _sources(result),
        ),
    )  # fmt: skip


def _sources(result: DoxorubicinResult) -> str:
    named = dict.fromkeys(
        f"{linked(p.study, p.url)} ({p.read_in.replace('_', ' ')})" for t in result.terms for p in t.published
    )
    return f"Read in: {'; '.join(named)}."


def doses(assessment: Assessment, result: DoxorubicinResult, words: Words) -> TableModel:
    """Return cumulative doxorubicin by group."""
    names = ("arterial_mg", "arterial_mg_m2", "systemic_mg_m2", "combined_mg_m2")
    labels = (
        "Through the catheter, mg", "Through the catheter, mg/m²", "By vein before treatment, mg/m²",
        "Both together (upper bound), mg/m²",
    )  # fmt: skip
    rows = [
        Row(cells=(label, *(_dose(g, name, words) for g in result.doses)))
        for name, label in zip(names, labels, strict=True)
    ]
    return TableModel(
        name="doxorubicin-doses",
        title=caption(assessment, "Cumulative doxorubicin"),
        columns=(text_column("Dose", 2.2), *(_column(assessment, g.group) for g in result.doses)),
        rows=tuple(rows),
        notes=(
            "Median (quartiles), highest, and patients with a value; doses through the catheter among those who had "
            "it. Beads release only a part of the drug into the circulation, and how much is not known: the sum is an "
            "upper bound of the exposure of the heart. Heart failure after doxorubicin by vein, by cumulative mg/m²: "
            f"{_heart_failure(words)} (estimates of Swain 2003, breast and lung cancer). In soft-tissue sarcoma, with "
            f"dexrazoxane allowed, cardiac dysfunction of grade 3 or worse: {_dysfunction(words)} (Jones 2021).",
        ),
        wide=len(result.doses) > 4,
    )


def _version(assessment: Assessment) -> str:
    return "version not recorded" if assessment.safety is None else version_note(assessment.safety).rstrip(".")


def _heart_failure(words: Words) -> str:
    """Return the published share of patients with heart failure by cumulative dose: ``5% at 400; 16% at 500``."""
    rows = library().select(endpoint="toxicity:heart_failure", study_id="swain2003")
    at = {n.subgroup.removeprefix(_ESTIMATED): (n.value, n.source_url) for n in rows if _ESTIMATED in n.subgroup}
    return "; ".join(
        linked(f"{words.percent(v, 50)} at {dose.removesuffix(' mg/m2')}", u) for dose, (v, u) in at.items()
    )


def _dysfunction(words: Words) -> str:
    rows = library().select(endpoint="toxicity:cardiac_dysfunction_grade3plus", study_id="jones2021")
    return "; ".join(linked(f"{words.percent(n.value, 100)} ({n.subgroup})", n.source_url) for n in rows)


def name_of(assessment: Assessment, group: Group) -> str:
    """Return the printed name of a group of this chapter."""
    return "Doxorubicin through the catheter" if group == EXPOSED else group_name(assessment, group)


def _column(assessment: Assessment, group: Group) -> Column:
    return Column(heading=name_of(assessment, group), width=1.4)


def _of(own: GroupAnswer) -> str:
    return f"{own.counted} of {own.n}"


def _seen(own: GroupAnswer | None, words: Words) -> str:
    if own is None:
        return NOTHING_TO_PRINT
    if own.events:
        return words.count_of(own.events, own.n)
    return f"0 of {own.n}" if own.counted else f"0 of {own.n}\n(up to {words.percent(own.upper, own.n)})"


def _counts(own: GroupAnswer | None, words: Words) -> str:
    if own is None or own.measured is None or own.low is None:
        return NOTHING_TO_PRINT
    return words.count_of(own.low, own.measured) if own.low else f"0 of {own.measured}"


def _apart(own: GroupAnswer | None, words: Words) -> str:
    if own is None or own.apart is None:
        return NOTHING_TO_PRINT
    return words.count_of(own.apart, own.n) if own.apart else f"0 of {own.n}"


def _rate(published: PublishedRate, words: Words) -> str:
    grade = published.grade or "grade not stated"
    rate = words.percent(published.rate, 100)
    if published.events is None or published.n is None or published.low is None or published.high is None:
        return f"{linked(rate, published.url)}, {grade}\n(denominator not given)"
    low, high = (words.percent(v, published.n) for v in (published.low, published.high))
    text = f"{published.events} of {published.n} ({rate})"
    if published.approximate:
        text = f"{rate}, about {published.events} of {published.n}"
    return f"{linked(text, published.url)}, {grade}\n({linked(words.limits(low, high), published.url)})"


def _probability(verdict: Verdict, words: Words) -> str:
    return words.p_cell(verdict.tail)


def _said(verdict: Verdict, own: GroupAnswer, published: PublishedRate) -> str:
    if not verdict.excluded:
        return "no" if own.counted == 0 else "no: events were seen"
    if own.upper_observed is None or own.upper_observed >= published.rate:
        return f"not if only the {own.observed} observed count"
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
