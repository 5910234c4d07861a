"""Safety as counts by method, with exact intervals."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.assessment import Assessment, SafetyResult, SafetyTerm
from glisson.clinical.toxicity import UNKNOWN_GRADE
from glisson.present.table import Column, Row, TableModel, text_column
from glisson.present.tabulate.common import caption, group_column, rate_cell
from glisson.present.tabulate.events import version_note, versions_note
from glisson.present.words import Words
from glisson.tables import CountTable, Estimate, Estimates, Group

#: Lowest grade counted as severe.
SEVERE = 3
_GRADES = (1, 2, 3, 4, 5)


def grade_of(category: str) -> int:
    """Return the grade a category of a worst-grade table stands for; 0 for none.

    Examples
    --------
    >>> grade_of("3"), grade_of("grade 4"), grade_of("none")
    (3, 4, 0)
    """
    digits = [ch for ch in category if ch.isdigit()]
    return int(digits[0]) if digits else 0


def affected(table: CountTable, group: Group, least: int = 1) -> tuple[int, int]:
    """Return (patients with at least this grade, patients) of a group."""
    coarse = table.by(*(key for key, _ in group))
    place = coarse.groups().index(group)
    # An event of unknown grade is an event, but nobody can call it severe.
    unknown = UNKNOWN_GRADE if least == 1 else None
    categories = [c for c in table.categories if grade_of(c) >= least or c == unknown]
    return int(coarse.count(*categories)[place]), int(coarse.counts[place].sum())


def worst_grades(assessment: Assessment, safety: SafetyResult, words: Words) -> TableModel:
    """Return each term with the number of patients by worst grade."""
    rows = []
    for term in safety.terms:
        x, n = affected(term.worst, ())
        if not x:
            continue
        counts = [
            sum(int(term.worst.count(c).sum()) for c in term.worst.categories if grade_of(c) == g) for g in _GRADES
        ]
        severe, _ = affected(term.worst, (), SEVERE)
        cells = (term.term, *(str(c) for c in counts), words.count_percent(x, n), words.count_percent(severe, n))
        rows.append(Row(cells=cells))
    above = "Worst grade, patients"
    return TableModel(
        name="worst-grades",
        title=caption(assessment, "Adverse events by worst grade per patient"),
        columns=(
            text_column("Term", 3),
            *(Column(heading=str(g), above=above, width=0.6) for g in _GRADES),
            Column(heading="Any grade", width=1.2),
            Column(heading=f"Grade {SEVERE} or worse", width=1.2),
        ),
        rows=tuple(rows),
        notes=(f"Each patient counts once a term, at the worst grade. {versions_note(safety)}",),
    )


def by_method(assessment: Assessment, safety: SafetyResult, words: Words, *, least: int) -> TableModel:
    """Return each term that occurred, overall and by method, as x/n with its exact interval.

    Parameters
    ----------
    least
        Lowest grade counted: 1 for any grade.
    """
    groups = _groups(safety.terms)
    rows = tuple(
        Row(cells=(term.term, *(_rate(term, g, least, words) for g in groups)))
        for term in safety.terms
        if affected(term.worst, (), least)[0]
    )
    what = "any grade" if least == 1 else f"grade {least} or worse"
    return TableModel(
        name="events-any" if least == 1 else "events-severe",
        title=caption(assessment, f"Patients with an adverse event of {what}, overall and by first method"),
        columns=(text_column("Term", 2.2), *(group_column(assessment, g) for g in groups)),
        rows=rows,
        notes=(f"{_interval_note(safety.terms, words)} {version_note(safety)}",),
        wide=len(groups) > 3,
    )


def unseen(assessment: Assessment, safety: SafetyResult) -> list[SafetyTerm]:
    """Return the terms nobody had, but for those that the table on systemic doxorubicin answers."""
    answered = {t.term for t in assessment.doxorubicin.terms} if assessment.doxorubicin is not None else set()
    return [t for t in safety.terms if not affected(t.worst, ())[0] and t.term not in answered]


def not_seen(assessment: Assessment, safety: SafetyResult, words: Words) -> TableModel:
    """Return the terms nobody had, with the highest rate the data cannot exclude, overall and by method."""
    terms = unseen(assessment, safety)
    groups = _groups(terms)
    rows = tuple(Row(cells=(t.term, *(_zero(t, g, words) for g in groups))) for t in terms)
    return TableModel(
        name="events-none",
        title=caption(assessment, "Adverse events of interest that nobody had"),
        columns=(text_column("Term", 2.2), *(group_column(assessment, g) for g in groups)),
        rows=rows,
        notes=(
            "No event among n patients, and the highest true rate that is compatible with it (upper bound of the exact "
            f"one-sided {words.level(_level(terms))} interval): higher rates are excluded at that confidence, lower "
            "ones are not.",
        ),
    )


def mortality(assessment: Assessment, safety: SafetyResult, words: Words) -> TableModel:
    """Return early deaths, overall and by method."""
    details = list(dict.fromkeys(_when(e) for e in safety.mortality if e.statistic == "proportion"))
    groups = list(dict.fromkeys(e.group for e in safety.mortality))
    rows = []
    for when in details:
        cells = [rate_cell(_early(safety.mortality, g, when), words) for g in groups]
        rows.append(Row(cells=(when, *cells)))
    return TableModel(
        name="mortality",
        title=caption(assessment, "Deaths of any cause soon after treatment"),
        columns=(text_column("Within", 1.6), *(group_column(assessment, g) for g in groups)),
        rows=tuple(rows),
    )


def _groups(terms: Sequence[SafetyTerm]) -> list[Group]:
    """Everybody, then each method."""
    found = [g for t in terms for g in t.worst.groups() if g]
    return list(dict.fromkeys([(), *found]))


def _rate(term: SafetyTerm, group: Group, least: int, words: Words) -> str:
    x, n = affected(term.worst, group, least)
    found = _estimate(term.estimates, group, least)
    text = words.count_of(x, n)
    limits = words.bounds(found) if found else None
    return f"{text}\n({words.limits(*limits)})" if limits else text


def _zero(term: SafetyTerm, group: Group, words: Words) -> str:
    _, n = affected(term.worst, group)
    bound = _estimate(term.estimates, group, 1, "upper_bound")
    if bound is None or bound.value is None:
        return f"0 of {n}"
    return f"0 of {n}\n(up to {words.percent(bound.value, n)})"


def _estimate(estimates: Estimates, group: Group, least: int, statistic: str = "proportion") -> Estimate | None:
    """Return the proportion with at least this grade; its detail names the grades counted, lowest first."""
    for e in estimates.select(statistic, group=group):
        severe = grade_of(e.detail) >= SEVERE
        if severe == (least >= SEVERE):
            return e
    return None


def _when(e: Estimate) -> str:
    return f"{e.at:.0f} days" if e.at else e.detail or e.variable


def _early(estimates: Estimates, group: Group, when: str) -> Estimate | None:
    return next((e for e in estimates.select("proportion", group=group) if _when(e) == when), None)


def _level(terms: Sequence[SafetyTerm]) -> float | None:
    return next((e.level for t in terms for e in t.estimates if e.statistic == "upper_bound"), 0.95)


def _interval_note(terms: Sequence[SafetyTerm], words: Words) -> str:
    first = next((e for t in terms for e in t.estimates if e.statistic == "proportion"), None)
    if first is None:
        return "Patients, not events, are counted."
    return f"Patients, not events, are counted; in brackets the exact {words.level(first.level)} interval."
