"""Adverse events beyond terms: by organ class, row by row, related ones, late ones, and under which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.ctcae.terms import organ_class, terms
from glisson.clinical.ctcae.words import SYNDROME, may_mean, same_term
from glisson.clinical.emergent import COUNTED, NO_TERM, RELATED, events
from glisson.clinical.toxicity import NO_EVENT, UNKNOWN_GRADE, worst_by_patient, worst_of
from glisson.errors import InputError, SettingsError
from glisson.tables import CountTable

Selection = Literal["related", "serious", "nte"]
SELECTIONS: dict[Selection, str] = {
    "related": "Related to treatment (possible, probable or definite)",
    "serious": "Serious",
    "nte": "Caused by non-target embolization",
}
#: Until this day after a session an event outside the window is listed whatever its cause, later only if related.
LATE_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEvent:
    """One event that began after the window of its session.

    Parameters
    ----------
    patient
        Patient id.
    term, grade
        What; the grade in words.
    after
        Days since the latest session before it.
    related
        The recorded judgement; empty where there is none.
    """

    patient: str
    term: str
    grade: str
    after: int
    related: str


def counted_events(cohort: Cohort) -> pl.DataFrame:
    """Return the events that count, as ``emergent.events`` describes them, with their ``organ_class``.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    if not cohort.has("adverse_event"):
        raise InputError("no adverse event is recorded", todo="add the table adverse_event to report safety")
    rows = events(cohort).filter(pl.col("status") == COUNTED)
    return rows.with_columns(organ_class=pl.col("term").map_elements(organ_class, return_dtype=pl.String))


def class_worst_grades(cohort: Cohort) -> tuple[CountTable, ...]:
    """Count patients by their worst grade in each organ class that occurred, by method.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table; n patients.

    Returns
    -------
    tuple
        One table a class, in alphabetical order; a patient counts once a class.

    Raises
    ------
    InputError
        If no adverse event is recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> class_worst_grades(demo_cohort())[0].label
    'Gastrointestinal disorders'
    """
    rows = counted_events(cohort)
    found = sorted(rows["organ_class"].unique().to_list())
    return tuple(worst_of(cohort, rows.filter(pl.col("organ_class") == c), c) for c in found)


def selected_worst_grades(cohort: Cohort, selection: Selection) -> CountTable | None:
    """Count patients by the worst grade among related, serious or non-target events, by method.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table; n patients.
    selection
        ``"related"`` (judged possible, probable or definite), ``"serious"``, or ``"nte"``.

    Returns
    -------
    CountTable or None
        ``None`` where nobody judged any counted event, so that a zero would mean nothing.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    SettingsError
        If there is no such selection.
    """
    if selection not in SELECTIONS:
        raise SettingsError(f"selection {selection!r}", expected=f"one of {', '.join(SELECTIONS)}")
    rows = counted_events(cohort)
    if rows[selection].drop_nulls().is_empty():
        return None
    chosen = pl.col("related").is_in(RELATED) if selection == "related" else pl.col(selection)
    return worst_of(cohort, rows.filter(chosen.fill_null(value=False)), SELECTIONS[selection])


def unjudged(cohort: Cohort) -> int:
    """Return how many counted events have no judgement of their relation to treatment.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    return counted_events(cohort)["related"].null_count()


def event_counts(cohort: Cohort) -> tuple[tuple[str, str, tuple[int, ...], int], ...]:
    """Count events, not patients: every counted row.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.

    Returns
    -------
    tuple
        (organ class, term, events of grade 1, 2, 3, 4, 5 and of unknown grade, patients), by class and term.

    Raises
    ------
    InputError
        If no adverse event is recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> event_counts(demo_cohort())[0]
    ('Gastrointestinal disorders', 'Abdominal pain', (15, 10, 2, 0, 0, 0), 21)
    """
    grades = [pl.col("grade").eq(g).sum().alias(str(g)) for g in range(1, 6)]
    by = counted_events(cohort).group_by("organ_class", "term")
    table = by.agg(*grades, unknown=pl.col("grade").null_count(), patients=pl.col("patient_id").n_unique())
    rows = table.sort("organ_class", "term").iter_rows()
    return tuple((c, term, tuple(counts), patients) for c, term, *counts, patients in rows)


def late_events(cohort: Cohort) -> tuple[tuple[LateEvent, ...], int]:
    """Return the events after the window: those up to day 90, and later ones only if judged related.

    They are in no rate.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.

    Returns
    -------
    tuple
        The events by day, and how many later ones were left out because nobody judged them related.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    if not cohort.has("adverse_event"):
        raise InputError("no adverse event is recorded", todo="add the table adverse_event to report safety")
    rows = events(cohort).filter((pl.col("status") == "late") & pl.col("after").is_not_null())
    shown = (pl.col("after") <= LATE_DAYS) | pl.col("related").is_in(RELATED).fill_null(value=False)
    kept = rows.filter(shown).sort("after", "event")
    found = tuple(
        LateEvent(
            patient=r["patient_id"],
            term=r["term"],
            grade=UNKNOWN_GRADE if r["grade"] is None else str(r["grade"]),
            after=r["after"],
            related=r["related"] or "",
        )
        for r in kept.iter_rows(named=True)
    )
    return found, len(rows) - len(kept)


def mapped_words(cohort: Cohort) -> tuple[tuple[str, str, int], ...]:
    """Return the recorded words that stand for a CTCAE term and are not that term.

    Returns
    -------
    tuple
        (recorded, counted as, events), in alphabetical order.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    rows = counted_events(cohort).filter(pl.col("key") != SYNDROME.casefold())
    rows = rows.select("term", plain=pl.col("recorded").map_elements(same_term, pl.String))
    other = rows.filter(pl.col("plain") != pl.col("term").str.to_lowercase())
    return tuple(other.group_by("plain", "term").len().sort("plain", "term").iter_rows())


def unlisted_terms(cohort: Cohort) -> tuple[tuple[str, int, str], ...]:
    """Return the counted terms that are not among the known CTCAE terms.

    Returns
    -------
    tuple
        (term, events, the CTCAE terms it may mean in words, or empty), in alphabetical order.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    known = [*terms(), *terms("6"), SYNDROME.casefold(), NO_TERM.casefold()]
    rows = counted_events(cohort).filter(~pl.col("key").is_in(known))
    found = rows.group_by("term").len().sort("term")
    return tuple((term, n, " or ".join(may_mean(term))) for term, n in found.iter_rows())


def outside_own_window(cohort: Cohort) -> int:
    """Return how many counted events lie in the window of an earlier session only, which a later session has cut.

    They count for their patient and for no session.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    return counted_events(cohort).filter(~pl.col("own").fill_null(value=True)).height


def possible_rates(cohort: Cohort, lost: set[str], least: int) -> tuple[dict[str, bool], dict[str, bool]]:
    """Return of each patient whether an event of at least a grade was recorded, and whether there may have been one.

    There may have been one in whoever was not followed, and where an event has no grade.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.
    lost
        Patients who were not followed to the end of the window.
    least
        Lowest grade; at 1 an event of unknown grade is one as well.

    Raises
    ------
    InputError
        If no adverse event is recorded.
    """
    worst = worst_by_patient(cohort)
    any_grade = least == 1
    had = {
        i: g != NO_EVENT and (any_grade if g == UNKNOWN_GRADE else int(g) >= least) for i, g in worst.items()
    }  # fmt: skip
    return had, {i: h or i in lost or worst[i] == UNKNOWN_GRADE for i, h in had.items()}
