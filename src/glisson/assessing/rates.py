"""Safety as counts by method, with exact intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glisson.assessment import NOTHING, SafetyResult, SafetyTerm
from glisson.clinical import toxicity
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import endpoint
from glisson.errors import InputError
from glisson.methods.proportions import proportion
from glisson.tables import CountTable, Endpoint, Estimates

#: Grades of adverse events counted, with what the rows are called.
SEVERITIES = (("any grade", 1), ("grade 3 or worse", 3))
MORTALITY_DAYS = (30, 90)

_NOT_FOLLOWED = "not followed"


def safety_result(cohort: Cohort) -> SafetyResult | None:
    """Return adverse events by worst grade per patient, overall and by method, and early deaths.

    Parameters
    ----------
    cohort
        Validated records.

    Returns
    -------
    SafetyResult or None
        Any adverse event first, then each term that occurred, then terms of interest that nobody had; ``None`` where
        no adverse event is recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> safety = safety_result(demo_cohort())
    >>> [t.term for t in safety.terms[:3]]
    ['Any adverse event', 'Abdominal pain', 'Fatigue']
    """
    if not cohort.has("adverse_event"):
        return None
    level = cohort.study.analysis.level
    names = (None, *toxicity.terms(cohort), *toxicity.terms_of_interest(cohort))
    survival = _survival(cohort)
    mortality, notes = early_deaths(survival, level) if survival is not None else (NOTHING, ())
    return SafetyResult(
        terms=tuple(_term(cohort, name, level) for name in names),
        mortality=mortality,
        window_days=cohort.study.analysis.ae_window_days,
        ctcae_versions=toxicity.ctcae_versions(cohort),
        notes=(*_counting_notes(cohort), *_followed_notes(cohort, survival), *notes),
    )


def early_deaths(survival: Endpoint, level: float) -> tuple[Estimates, tuple[str, ...]]:
    """Estimate deaths of any cause within 30 and 90 days of the first session, overall and by method.

    Everybody treated is in the denominator. Patients last seen alive before the day count as alive, and the highest
    number of deaths that is possible with them stands in a warning and a note.

    Parameters
    ----------
    survival
        Overall survival from the first session, with the key ``method``.
    level
        Confidence level.

    Returns
    -------
    tuple
        ``proportion`` and ``upper_bound`` rows with ``at`` 30 and 90, and notes.
    """
    rows, notes = Estimates(), []
    for day in MORTALITY_DAYS:
        dead = (survival.cause > 0) & (survival.exit <= day)
        lost = (survival.cause <= 0) & (survival.exit < day)
        fate = np.where(dead, "dead", np.where(lost, _NOT_FOLLOWED, "alive")).tolist()
        keys = {"method": survival.keys["method"]}
        table = CountTable.of(fate, ("dead", "alive", _NOT_FOLLOWED), keys=keys, name="death", label="Death")
        rows += _dated(table, day, level)
        if lost.any():
            notes.append(
                f"{_patients(int(lost.sum()))} last seen alive before day {day} and counted as alive; at most "
                f"{int((dead | lost).sum())} of {len(fate)} died within {day} days."
            )
    return rows, tuple(notes)


def _dated(table: CountTable, day: int, level: float) -> Estimates:
    out = []
    for by in ((), ("method",)):
        coarse = table.by(*by)
        lost = dict(zip(coarse.groups(), coarse.count(_NOT_FOLLOWED).tolist(), strict=True))
        for row in proportion(table, "dead", by, level=level):
            warning = f"{lost[row.group]} followed for less than {day} days" if lost[row.group] else ""
            out.append(replace(row, at=float(day), detail="", warning=warning))
    return Estimates(tuple(out))


def _term(cohort: Cohort, name: str | None, level: float) -> SafetyTerm:
    worst = toxicity.worst_grades(cohort, name)
    rows = []
    for detail, least in SEVERITIES:
        counted = [g for g in toxicity.GRADES if int(g) >= least]
        if least == 1 and toxicity.UNKNOWN_GRADE in worst.categories:
            counted.append(toxicity.UNKNOWN_GRADE)
        for by in ((), ("method",)):
            rows += [replace(r, detail=detail) for r in proportion(worst, counted, by, level=level)]
    return SafetyTerm(term=worst.label, worst=worst, estimates=Estimates(tuple(rows)))


def _survival(cohort: Cohort) -> Endpoint | None:
    try:
        return endpoint(cohort, "os", origin="first_ldt")
    except InputError:
        return None


def _counting_notes(cohort: Cohort) -> list[str]:
    """Say which recorded events are not in the tables, and what is uncertain about those that are."""
    window, notes = cohort.study.analysis.ae_window_days, []
    for reason, n, names in toxicity.uncounted(cohort):
        why = f"more than {window} days after the last session before them" if reason.startswith("later") else reason
        notes.append(f"Not counted: {n} event{'s' if n > 1 else ''} {why} ({', '.join(names)}).")
    if n := toxicity.undated(cohort):
        notes.append(f"{n} event{'s have' if n > 1 else ' has'} no usable date and count{'' if n > 1 else 's'}.")
    worst = toxicity.worst_by_patient(cohort)
    if k := sum(g == toxicity.UNKNOWN_GRADE for g in worst.values()):
        notes.append(f"{_patients(k)} recorded with events of unknown grade only, which are in any grade.")
    if len(versions := toxicity.ctcae_versions(cohort)) > 1:
        notes.append(
            f"Grades follow CTCAE versions {' and '.join(versions)}, which grade some events differently; counts by "
            "grade mix them."
        )
    for label, n in toxicity.low_counts(cohort).items():
        notes.append(f"{label}: {_patients(n)} found to have counts below normal after the first session.")
    if cohort.has("lab"):
        notes.append("Laboratory values are not graded here: events are those recorded as adverse events.")
    return notes


def _followed_notes(cohort: Cohort, survival: Endpoint | None) -> list[str]:
    """Say who was not watched for the whole window, and what they could change at most."""
    if survival is None:
        return []
    window = cohort.study.analysis.ae_window_days
    lost = {str(u) for u in survival.unit[(survival.cause <= 0) & (survival.exit < window)]}
    if not lost:
        return []
    worst = toxicity.worst_by_patient(cohort)
    had = {i for i, g in worst.items() if g != toxicity.NO_EVENT}
    return [
        f"{_patients(len(lost))} followed for less than {window} days and counted with the events recorded; if all of "
        f"them had had one, {len(had | lost)} of {len(worst)} had any adverse event."
    ]


def _patients(n: int) -> str:
    return f"{n} patient{' was' if n == 1 else 's were'}"
