"""Adverse events by worst grade: per patient or session, over everybody who was treated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.ctcae.words import ctcae_term, may_mean
from glisson.clinical.emergent import ABSENT, COUNTED, REASONS, events
from glisson.clinical.groups import patient_keys
from glisson.clinical.session_units import session_keys, session_units
from glisson.errors import InputError
from glisson.tables import CountTable

ANY_EVENT = "Any adverse event"
NO_EVENT = "none"
#: An event without a grade happened; nobody knows how bad it was.
UNKNOWN_GRADE = "unknown"
GRADES = ("1", "2", "3", "4", "5")

#: Systemic complications of doxorubicin, with the CTCAE terms (and words that are none) under which they are counted.
DOXORUBICIN_TERMS: dict[str, tuple[str, ...]] = {
    "Neutropenia": ("neutrophil count decreased", "febrile neutropenia"),
    "Febrile neutropenia": ("febrile neutropenia",),
    "Leukopenia": ("white blood cell decreased",),
    "Thrombocytopenia": ("platelet count decreased",),
    "Alopecia": ("alopecia",),
    "Oral mucositis": ("mucositis oral",),
    "Nausea": ("nausea",),
    "Vomiting": ("vomiting",),
    "Heart failure": ("heart failure", "cardiotoxicity", "cardiomyopathy"),
    "Ejection fraction decreased": ("ejection fraction decreased",),
    "Left ventricular systolic dysfunction": ("left ventricular systolic dysfunction",),
}
#: Blood counts that show a complication which nobody recorded as an adverse event.
_COUNTS = {"anc": "Neutropenia", "wbc": "Leukopenia", "platelets": "Thrombocytopenia"}
_DRUGGED = ("deb_tace", "ctace")


def worst_grades(cohort: Cohort, term: str | None = None) -> CountTable:
    """Count patients by the worst grade of a term, by method.

    Every patient of the cohort counts once, also those without any row in the adverse-event table. Which events count
    is explained in ``emergent.events``.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table; n patients.
    term
        Term, in any case; ``None`` takes all terms together.

    Returns
    -------
    CountTable
        n patients by ``method``; categories ``none``, ``1`` .. ``5``, and ``unknown`` where a patient's only events
        have no grade.

    Raises
    ------
    InputError
        If no adverse event is recorded.

    Notes
    -----
    National Cancer Institute. Common Terminology Criteria for Adverse Events. Grade 0 is the absence of an event.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> worst_grades(demo_cohort(), "alopecia").by().counts.tolist()
    [[24, 0, 0, 0, 0, 0]]
    """
    return worst_of(cohort, _counted(cohort, term), ANY_EVENT if term is None else term)


def worst_of(cohort: Cohort, rows: pl.DataFrame, name: str) -> CountTable:
    """Count patients by the worst grade among some of the events, by method.

    Parameters
    ----------
    cohort
        n patients; every one counts once.
    rows
        Events as ``emergent.events`` returns them.
    name
        What they are called.
    """
    worst = _worst(rows, "patient_id")
    ids = cohort.table("patient")["patient_id"].to_list()
    grades = [worst.get(i, NO_EVENT) for i in ids]
    keys = {"method": patient_keys(cohort)["method"]}
    return CountTable.of(grades, _categories(grades), keys=keys, ids=ids, name=name, label=name)


def session_worst_grades(cohort: Cohort, term: str | None = None) -> CountTable:
    """Count sessions by the worst grade of a term, by the session's own method.

    An event belongs to the session recorded with it, else to the latest one up to its onset, so that the window of a
    session ends where the next one begins; without a date and a session, to the patient's first session.

    Parameters
    ----------
    cohort, term
        As for ``worst_grades``.

    Returns
    -------
    CountTable
        One dated session a count. Sessions of a patient are not independent: intervals need the patient as cluster.

    Raises
    ------
    InputError
        If no adverse event is recorded, or no session is dated.
    """
    units = sessions_by_grade(cohort, term)
    name = ANY_EVENT if term is None else term
    grades, ids = units["worst"].to_list(), [str(u) for u in units["session"].to_list()]
    keys = {"method": session_keys(cohort, units)["method"]}
    return CountTable.of(grades, _categories(grades), keys=keys, unit="session", ids=ids, name=name, label=name)


def sessions_by_grade(cohort: Cohort, term: str | None = None) -> pl.DataFrame:
    """Return each dated session with the worst grade of a term after it.

    Parameters
    ----------
    cohort, term
        As for ``session_worst_grades``, which says which session an event belongs to.

    Returns
    -------
    DataFrame
        ``session``, ``patient_id``, ``date``, ``method``, ``worst`` (``none``, ``1`` .. ``5`` or ``unknown``).

    Raises
    ------
    InputError
        If no adverse event is recorded, or no session is dated.
    """
    rows = _counted(cohort, term)
    units = session_units(cohort)
    first = units.sort("date", "session").group_by("patient_id").agg(first=pl.col("session").first())
    rows = rows.filter(pl.col("own").fill_null(value=True)).join(first, on="patient_id", how="left")
    worst = _worst(rows.with_columns(pl.coalesce("session", "first").alias("session")), "session")
    grades = [worst.get(u, NO_EVENT) for u in units["session"].to_list()]
    return units.with_columns(pl.Series("worst", grades, dtype=pl.String))


def worst_by_patient(cohort: Cohort, term: str | None = None) -> dict[str, str]:
    """Return the worst grade of every patient: ``none``, ``1`` .. ``5`` or ``unknown``.

    Parameters
    ----------
    cohort, term
        As for ``worst_grades``.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    worst = _worst(_counted(cohort, term), "patient_id")
    return {i: worst.get(i, NO_EVENT) for i in cohort.table("patient")["patient_id"].to_list()}


def terms(cohort: Cohort) -> tuple[str, ...]:
    """Return the terms that occurred, those of most patients first, ties in alphabetical order.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.

    Raises
    ------
    InputError
        If no adverse event is recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> terms(demo_cohort())[:2]
    ('Abdominal pain', 'Fatigue')
    """
    found = _counted(cohort, None).group_by("term").agg(n=pl.col("patient_id").n_unique())
    return tuple(found.sort("n", "term", descending=[True, False])["term"].to_list())


def terms_of_interest(cohort: Cohort) -> tuple[str, ...]:
    """Return the terms of interest that nobody had.

    Those recorded with grade 0 (looked for and absent) and, where doxorubicin was given through the catheter, its
    systemic complications. A term that occurred at any time after the first session, under any of its names, is left
    out, also where it was too late to count, and so is one that an unclear word may mean (a misspelling, or
    "nausea/vomiting"), or that blood counts contradict (``low_counts``).

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    rows = _events(cohort)
    occurred = rows.filter(~pl.col("status").is_in([ABSENT, "before", "not_worse", "after_cutoff"]))["key"].to_list()
    absent = rows.filter(pl.col("status") == ABSENT).unique("key").sort("term")
    shown = {name for label in low_counts(cohort) for name in DOXORUBICIN_TERMS[label]} - {"febrile neutropenia"}
    perhaps = {t.casefold() for key in set(occurred) for t in may_mean(key)}
    seen = {*occurred, *perhaps, *shown}
    looked_for = {key: term for key, term in zip(absent["key"], absent["term"], strict=True) if key not in seen}
    out = list(looked_for.values())
    if _doxorubicin(cohort):
        seen |= set(looked_for)
        out += [label for label, names in DOXORUBICIN_TERMS.items() if not seen.intersection(names)]
    return tuple(out)


def low_counts(cohort: Cohort) -> dict[str, int]:
    """Return the complications that blood counts after the first session show, each with the number of patients.

    A count below the lower limit of normal of its own row, where none of the patient's counts before was.

    Parameters
    ----------
    cohort
        Perhaps with a ``lab`` table.

    Returns
    -------
    dict
        Among ``Neutropenia``, ``Leukopenia`` and ``Thrombocytopenia`` those that at least one patient had.
    """
    if not cohort.has("lab", "date", "value", "lln") or not cohort.has("session", "date"):
        return {}
    first = cohort.table("session").group_by("patient_id").agg(t0=pl.col("date").min())
    rows = cohort.table("lab").drop_nulls(["date", "value", "lln"]).join(first, on="patient_id", how="inner")
    rows = rows.filter(pl.col("test").is_in(list(_COUNTS)) & (pl.col("value") < pl.col("lln")))
    when = rows.group_by("test", "patient_id").agg(pl.col("date").min(), pl.col("t0").first())
    emerged = when.filter(pl.col("date") > pl.col("t0")).group_by("test").len()
    found = dict(zip(emerged["test"], emerged["len"], strict=True))
    return {label: found[test] for test, label in _COUNTS.items() if test in found}


def unclear(cohort: Cohort) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Return the words of counted events that are no clear term, with the CTCAE terms they may mean.

    Returns
    -------
    tuple
        (term as recorded, events, terms of CTCAE), in alphabetical order.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    found = _counted(cohort, None).group_by("term").len().sort("term").iter_rows()
    return tuple((term, n, may_mean(term)) for term, n in found if may_mean(term))


def ctcae_versions(cohort: Cohort) -> tuple[str, ...]:
    """Return the CTCAE versions by which the events were graded, lowest first.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    frame = _table(cohort)
    if "ctcae_version" not in frame.columns:
        return ()
    return tuple(frame["ctcae_version"].drop_nulls().unique().sort().to_list())


def uncounted(cohort: Cohort) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Return the events that do not count, so that none disappears unseen.

    Returns
    -------
    tuple
        (reason in words, number of events, their terms in alphabetical order).

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    rows = _events(cohort)
    out = []
    for status, reason in REASONS.items():
        some = rows.filter(pl.col("status") == status)
        if not some.is_empty():
            out.append((reason, len(some), tuple(some["term"].unique().sort().to_list())))
    return tuple(out)


def undated(cohort: Cohort) -> int:
    """Return how many counted events have no date (or belong to a patient without a dated session).

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    return _counted(cohort, None).filter(~pl.col("dated")).height


def _table(cohort: Cohort) -> pl.DataFrame:
    if not cohort.has("adverse_event"):
        raise InputError("no adverse event is recorded", todo="add the table adverse_event to report safety")
    return cohort.table("adverse_event")


def _events(cohort: Cohort) -> pl.DataFrame:
    _table(cohort)
    return events(cohort)


def _counted(cohort: Cohort, term: str | None) -> pl.DataFrame:
    rows = _events(cohort).filter(pl.col("status") == COUNTED)
    return rows if term is None else rows.filter(pl.col("key") == ctcae_term(term).casefold())


def _worst(rows: pl.DataFrame, unit: str) -> dict[Any, str]:
    """Return the worst known grade by unit; unknown only where no grade is known."""
    worst = rows.group_by(unit).agg(pl.col("grade").max())
    grades = worst["grade"].to_list()
    return {u: UNKNOWN_GRADE if g is None else str(g) for u, g in zip(worst[unit].to_list(), grades, strict=True)}


def _categories(grades: Iterable[str]) -> tuple[str, ...]:
    return (NO_EVENT, *GRADES, *((UNKNOWN_GRADE,) if UNKNOWN_GRADE in set(grades) else ()))


def _doxorubicin(cohort: Cohort) -> bool:
    """Whether doxorubicin was given through the catheter; chemoembolization without a recorded drug may have been."""
    if not cohort.has("session", "method"):
        return False
    frame = cohort.table("session")
    drug = pl.col("drug") if "drug" in frame.columns else pl.lit(None, dtype=pl.String)
    named = drug.str.to_lowercase().str.contains("doxorubicin|adriamycin").fill_null(value=False)
    may = pl.col("method").is_in(_DRUGGED) & drug.is_null()
    return not frame.filter(named | may).is_empty()
