"""Safety as counts by method, with exact intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from glisson.assessing.lesions import SESSIONS, proportion_by_method
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessing.syndromes import complications, reild, syndrome
from glisson.assessment import NOTHING, SafetyResult, SafetyTerm
from glisson.assessment.safety import EventCount, Followed, LateRow
from glisson.clinical import event_tables, toxicity
from glisson.clinical.cohort import Cohort
from glisson.clinical.ctcae.terms import VERSIONS
from glisson.clinical.derive import endpoint
from glisson.clinical.groups import UNKNOWN, patient_keys
from glisson.clinical.session_units import ALIVE, DEAD, NOT_FOLLOWED, fates
from glisson.clinical.vocabulary import METHOD_FAMILY
from glisson.errors import InputError
from glisson.methods.proportions import proportion
from glisson.tables import CountTable, Endpoint, Estimates

#: Grades of adverse events counted, with what the rows are called.
SEVERITIES = (("any grade", 1), ("grade 3 or worse", 3))
MORTALITY_DAYS = (30, 90)


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
    level, name = cohort.study.analysis.level, Pseudonyms.of(cohort)
    names = (None, *toxicity.terms(cohort), *toxicity.terms_of_interest(cohort))
    survival = _survival(cohort)
    mortality, notes = early_deaths(survival, level) if survival is not None else (NOTHING, ())
    late, omitted = event_tables.late_events(cohort)
    chosen = [event_tables.selected_worst_grades(cohort, s) for s in event_tables.SELECTIONS]
    dated = cohort.has("session", "date")
    return SafetyResult(
        terms=tuple(_term(toxicity.worst_grades(cohort, n), level) for n in names),
        mortality=mortality,
        window_days=cohort.study.analysis.ae_window_days,
        ctcae_versions=toxicity.ctcae_versions(cohort),
        hepatic_window_days=cohort.study.safety.y90_hepatic_window_days if _radioembolized(cohort) else None,
        notes=(*_counting_notes(cohort, omitted), *_session_notes(cohort), *notes),
        classes=tuple(_term(t, level) for t in event_tables.class_worst_grades(cohort)),
        selections=tuple(_term(t, level) for t in chosen if t is not None),
        events=tuple(
            EventCount(organ_class=c, term=t, grades=(g[0], g[1], g[2], g[3], g[4], g[5]), patients=n)
            for c, t, g, n in event_tables.event_counts(cohort)
        ),
        followed=_followed(cohort, survival),
        sessions=_sessions(cohort, level) if dated else NOTHING,
        session_mortality=_session_mortality(cohort, level) if dated and survival is not None else NOTHING,
        late=tuple(
            LateRow(patient=name(e.patient), term=e.term, grade=e.grade, after=e.after, related=e.related) for e in late
        ),
        mapped=event_tables.mapped_words(cohort),
        unlisted=event_tables.unlisted_terms(cohort),
        complications=complications(cohort, name),
        syndrome=syndrome(cohort, level),
        reild=reild(cohort, name),
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
        fate = np.where(dead, DEAD, np.where(lost, NOT_FOLLOWED, ALIVE)).tolist()
        keys = {"method": survival.keys["method"]}
        table = CountTable.of(fate, (DEAD, ALIVE, NOT_FOLLOWED), keys=keys, name="death", label="Death")
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
        lost = dict(zip(coarse.groups(), coarse.count(NOT_FOLLOWED).tolist(), strict=True))
        for row in proportion(table, DEAD, by, level=level):
            warning = f"{lost[row.group]} followed for less than {day} days" if lost[row.group] else ""
            out.append(replace(row, at=float(day), detail="", warning=warning))
    return Estimates(tuple(out))


def _term(worst: CountTable, level: float) -> SafetyTerm:
    rows = []
    for detail, least in SEVERITIES:
        counted = [g for g in toxicity.GRADES if int(g) >= least]
        if least == 1 and toxicity.UNKNOWN_GRADE in worst.categories:
            counted.append(toxicity.UNKNOWN_GRADE)
        for by in ((), ("method",)):
            rows += [replace(r, detail=detail) for r in proportion(worst, counted, by, level=level)]
    return SafetyTerm(term=worst.label, worst=worst, estimates=Estimates(tuple(rows)))


def _sessions(cohort: Cohort, level: float) -> Estimates:
    """Estimate sessions with an event by the session's method; intervals count patients."""
    frame, out = toxicity.sessions_by_grade(cohort).with_columns(pl.col("method").fill_null(UNKNOWN)), NOTHING
    for detail, least in SEVERITIES:
        grades = [g for g in toxicity.GRADES if int(g) >= least]
        grades += [toxicity.UNKNOWN_GRADE] if least == 1 else []
        hits = frame.with_columns(hit=pl.col("worst").is_in(grades))
        out += proportion_by_method(hits, "Sessions with an adverse event", detail, level)
    return out


def _session_mortality(cohort: Cohort, level: float) -> Estimates:
    """Estimate deaths soon after a session, by its method; a patient not followed counts as alive, with a warning."""
    out = NOTHING
    for day in MORTALITY_DAYS:
        frame = fates(cohort, day).with_columns(pl.col("method").fill_null(UNKNOWN), hit=pl.col("fate") == DEAD)
        for row in proportion_by_method(frame, "Death after a session", SESSIONS, level):
            wanted = dict(row.group).get("method")
            part = frame if wanted is None else frame.filter(pl.col("method") == wanted)
            lost = part.filter(pl.col("fate") == NOT_FOLLOWED).height
            warning = f"{lost} followed for less than {day} days" if lost else ""
            out += Estimates((replace(row, at=float(day), detail="", warning=warning),))
    return out


def _survival(cohort: Cohort) -> Endpoint | None:
    try:
        return endpoint(cohort, "os", origin="first_ldt")
    except InputError:
        return None


def _radioembolized(cohort: Cohort) -> bool:
    if not cohort.has("session", "method"):
        return False
    return "y90" in {METHOD_FAMILY.get(m) for m in cohort.table("session")["method"].drop_nulls().to_list()}


def _counting_notes(cohort: Cohort, omitted: int) -> list[str]:
    """Say which recorded events are not in the tables, and what is uncertain about those that are."""
    window, notes = cohort.study.analysis.ae_window_days, []
    hepatic = cohort.study.safety.y90_hepatic_window_days
    longer = ""
    if _radioembolized(cohort) and hepatic > window:
        longer = f" ({hepatic} days for effects on the liver and of radiation after radioembolization)"
    for reason, n, names in toxicity.uncounted(cohort):
        why = (
            f"later after a session than the window of {window} days{longer}" if reason.startswith("later") else reason
        )
        notes.append(f"Not counted: {_events(n)} {why} ({', '.join(names)}).")
    if omitted:
        notes.append(
            f"{_events(omitted)} more than {event_tables.LATE_DAYS} days after a session {_are(omitted)} not listed as "
            "late, because nobody judged them related to treatment."
        )
    if n := toxicity.undated(cohort):
        notes.append(f"{_events(n)} {'has' if n == 1 else 'have'} no usable date and count{'s' if n == 1 else ''}.")
    if n := event_tables.unjudged(cohort):
        notes.append(
            f"For {_events(n)} the relation to treatment is not recorded; "
            f"{'it is' if n == 1 else 'they are'} not among the related ones."
        )
    worst = toxicity.worst_by_patient(cohort)
    if k := sum(g == toxicity.UNKNOWN_GRADE for g in worst.values()):
        notes.append(f"{_patients(k)} recorded with events of unknown grade only, which are in any grade.")
    notes += _version_notes(cohort)
    for label, n in toxicity.low_counts(cohort).items():
        notes.append(f"{label}: {_patients(n)} found to have counts below normal after the first session.")
    if cohort.has("lab"):
        notes.append("Events are those recorded as adverse events; laboratory values are graded apart from them.")
    return notes


def _version_notes(cohort: Cohort) -> list[str]:
    """Say where CTCAE versions meet, and whose grades nobody checked against the terms."""
    versions, notes = toxicity.ctcae_versions(cohort), []
    if len(versions) > 1:
        notes.append(
            f"Grades follow CTCAE versions {' and '.join(versions)}, which grade some events differently; counts by "
            "grade mix them."
        )
    if unchecked := [v for v in versions if v not in VERSIONS]:
        notes.append(f"Terms and grades of CTCAE version {' and '.join(unchecked)} were taken as recorded, unchecked.")
    own = cohort.study.safety.ctcae_version
    if cohort.has("lab") and versions and versions != (own,):
        notes.append(
            f"Laboratory values are graded by CTCAE version {own} (setting safety.ctcae_version), adverse events as "
            f"recorded by version {' and '.join(versions)}."
        )
    return notes


def _session_notes(cohort: Cohort) -> list[str]:
    n = event_tables.outside_own_window(cohort)
    counts = "it counts" if n == 1 else "they count"
    return [
        f"{_events(n)} began in the window of a session that a later one had cut short: {counts} for the patient and "
        "for no session."
    ] if n else []  # fmt: skip


def _followed(cohort: Cohort, survival: Endpoint | None) -> tuple[Followed, ...]:
    """Return what those not watched for the whole window could change at most, for everybody and by method."""
    if survival is None:
        return ()
    window = cohort.study.analysis.ae_window_days
    lost = {str(u) for u in survival.unit[(survival.cause <= 0) & (survival.exit < window)]}
    ids = cohort.table("patient")["patient_id"].to_list()
    method = patient_keys(cohort)["method"]
    of = dict(zip(ids, method.values(), strict=True))
    out = []
    for _, least in SEVERITIES:
        had, may = event_tables.possible_rates(cohort, lost, least)
        for group in ((), *((("method", m),) for m in method.levels)):
            members = [i for i in ids if not group or of[i] == group[0][1]]
            row = Followed(
                group=group, least=least, n=len(members), lost=sum(i in lost for i in members),
                recorded=sum(had[i] for i in members), most=sum(may[i] for i in members),
            )  # fmt: skip
            out.append(row)
    return tuple(out)


def _patients(n: int) -> str:
    return f"{n} patient{' was' if n == 1 else 's were'}"


def _events(n: int) -> str:
    return f"{n} event{'' if n == 1 else 's'}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
