"""Which recorded adverse events count: treatment-emergent, near a session, worse than before."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.ctcae.terms import LATE_AFTER_RADIATION
from glisson.clinical.ctcae.words import NON_TARGET, SYNDROME, ctcae_term
from glisson.clinical.vocabulary import METHOD_FAMILY

#: What became of a row of the adverse-event table, with the reason why it does not count.
COUNTED = "counted"
ABSENT = "absent"
REASONS: dict[str, str] = {
    "before": "before the first session",
    "not_worse": "no worse than what was there when treatment began",
    "late": "later after a session than the window",
    "unrelated_death": "fatal, but unrelated to treatment or due to the disease; they are counted among the deaths",
    "after_cutoff": "after the cut-off",
    "components": "a syndrome whose components are counted, at least as bad",
}
NO_TERM = "Term not recorded"
#: What the syndrome consists of.
PAIN = ("abdominal pain", "hepatic pain")
SICKNESS = ("nausea", "vomiting")
COMPONENTS = (*PAIN, *SICKNESS, "fever")

#: Judgements that make an event related to treatment; the others make it unrelated.
RELATED = ("possible", "probable", "definite")
_UNRELATED = ("unrelated", "unlikely")
_COLUMNS: dict[str, Any] = {
    "patient_id": pl.String, "onset_date": pl.Date, "onset_date_to": pl.Date, "end_date": pl.Date,
    "end_date_to": pl.Date, "term": pl.String, "grade": pl.Int64, "related": pl.String, "session_id": pl.String,
    "outcome": pl.String, "serious": pl.Boolean, "pes": pl.Boolean, "nte": pl.Boolean,
}  # fmt: skip


@lru_cache(maxsize=4)  # a cohort never changes, and every term asks for its events
def events(cohort: Cohort) -> pl.DataFrame:
    """Return every row of the adverse-event table with what became of it.

    An event counts if it can have begun within the study's ``ae_window_days`` of any session, day 0 being the day of
    the session; effects on the liver and of radiation after radioembolization within ``y90_hepatic_window_days``. Terms
    are those of CTCAE where a recorded word means one. A partial date counts if any day it can mean does, and an event
    without a date always: an unknown date must not make a complication disappear. An event is compared with what its
    patient had when treatment began: a row of the same term from before the first session that is ongoing, or ended on
    or after the later one's onset. A post-embolization syndrome recorded as such does not count beside its components
    after the same session, unless it is worse than all of them.

    Parameters
    ----------
    cohort
        With an ``adverse_event`` table.

    Returns
    -------
    DataFrame
        ``event`` (row number from 0), ``patient_id``; ``term`` (of CTCAE, or in its usual spelling), ``key`` (its
        compared form), ``recorded`` (as written); ``grade`` (null where not recorded); ``dated``; ``session`` (row of
        the session table it is attributed to, the recorded one or the latest one up to its onset, null where unknown),
        ``after`` (days from the latest session up to the onset), ``own`` (whether it lies in the window of the session
        it is attributed to, or is recorded with it; null without a session); ``related``, ``serious``, ``pes``,
        ``nte``; ``status``: ``counted``, ``absent`` (grade 0: looked for, not there) or a key of ``REASONS``.
    """
    rows = _rows(cohort)
    sessions = _sessions(cohort)
    first = sessions.group_by("patient_id").agg(t0=pl.col("date").min())
    rows = rows.join(first, on="patient_id", how="left", maintain_order="left")
    rows = rows.with_columns(dated=pl.col("onset_date").is_not_null() & pl.col("t0").is_not_null())
    usual = cohort.study.analysis.ae_window_days
    longer = max(usual, cohort.study.safety.y90_hepatic_window_days)
    rows = rows.join(_near(rows, sessions, usual, longer), on="event", how="left")
    rows = rows.join(_baseline(rows), on="event", how="left")
    rows = _merged(rows.with_columns(_status(cohort.study.cutoff).alias("status"))).sort("event")
    return rows.select(
        "event", "patient_id", "term", "key", "recorded", "grade", "dated", "session", "after", "own", "related",
        "serious", "pes", "nte", "status",
    )  # fmt: skip


def _rows(cohort: Cohort) -> pl.DataFrame:
    """Return the table with all columns it may have, only of known patients, terms in their usual spelling."""
    frame = cohort.table("adverse_event")
    missing = [pl.lit(None, dtype=kind).alias(c) for c, kind in _COLUMNS.items() if c not in frame.columns]
    frame = frame.with_columns(missing).select(*_COLUMNS)
    frame = frame.with_columns(pl.col("term").fill_null(NO_TERM), event=pl.int_range(pl.len(), dtype=pl.Int64))
    frame = frame.with_columns(
        pl.coalesce("onset_date_to", "onset_date").alias("onset_date_to"),
        pl.coalesce("end_date_to", "end_date").alias("end_date_to"),
        recorded="term",
        key=pl.col("term").map_elements(lambda t: ctcae_term(t).casefold(), return_dtype=pl.String),
    )
    spelling = frame.group_by("key", "term").len().sort("len", "term", descending=[True, False])
    spelling = spelling.group_by("key", maintain_order=True).agg(pl.col("term").first())
    frame = frame.drop("term").join(spelling, on="key", how="left", maintain_order="left")
    frame = frame.with_columns(
        term=pl.col("term").map_elements(ctcae_term, return_dtype=pl.String),
        pes=pl.col("pes") | (pl.col("key") == SYNDROME.casefold()),
        nte=pl.col("nte") | pl.col("key").is_in(list(NON_TARGET)),
    )
    patient = cohort.table("patient")
    cause = pl.col("cause_of_death") if "cause_of_death" in patient.columns else pl.lit(None, dtype=pl.String)
    known = patient.select("patient_id", of_disease=(cause == "disease").fill_null(value=False))
    return frame.join(known, on="patient_id", how="inner", maintain_order="left")


def _sessions(cohort: Cohort) -> pl.DataFrame:
    """Return dated sessions up to the cut-off: ``session`` (row number), ``session_id``, patient and dates."""
    kinds = {"patient_id": pl.String, "session_id": pl.String, "date": pl.Date, "date_to": pl.Date, "method": pl.String}
    if not cohort.has("session", "date"):
        return pl.DataFrame(schema={"session": pl.Int64, **kinds})
    frame = cohort.table("session")
    frame = frame.with_columns(pl.lit(None, dtype=kind).alias(c) for c, kind in kinds.items() if c not in frame.columns)
    frame = frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("session"), *kinds).drop_nulls("date")
    frame = frame.with_columns(pl.coalesce("date_to", "date").alias("date_to"))
    cutoff = cohort.study.cutoff
    return frame if cutoff is None else frame.filter(pl.col("date") <= cutoff)


def _near(rows: pl.DataFrame, sessions: pl.DataFrame, usual: int, longer: int) -> pl.DataFrame:
    """Return of each event whether it can lie in the window of a session, and the session it is attributed to."""
    pairs = rows.select("event", "patient_id", "key", "onset_date", "onset_date_to", recorded="session_id").join(
        sessions, on="patient_id", how="inner"
    )
    begun = pl.col("onset_date_to") >= pl.col("date")
    late = pl.col("key").is_in([t.casefold() for t in LATE_AFTER_RADIATION])
    radiation = pl.col("method").is_in([m for m, family in METHOD_FAMILY.items() if family == "y90"])
    window = pl.when((late & radiation).fill_null(value=False)).then(longer).otherwise(usual)
    inside = begun & ((pl.col("onset_date") - pl.col("date_to")).dt.total_days() <= window)
    named = (pl.col("recorded") == pl.col("session_id")).fill_null(value=False)
    pairs = pairs.with_columns(inside=inside.fill_null(value=False), begun=begun.fill_null(value=False), named=named)
    days = (pl.col("onset_date") - pl.col("date")).dt.total_days().filter(pl.col("begun")).min()
    near = pairs.group_by("event").agg(pl.col("inside").any(), after=days)
    # The recorded session comes first, then the latest one before the event.
    usable = pairs.filter(pl.col("begun") | (pl.col("named") & pl.col("onset_date").is_null()))
    by = usable.sort("event", "named", "date", "session").group_by("event")
    owner = by.agg(pl.col("session").last(), own=(pl.col("inside") | pl.col("named")).last())
    return near.join(owner, on="event", how="left")


def _baseline(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the worst grade of the same term from before the first session that was still there at the onset."""
    before = rows.filter(pl.col("onset_date_to") < pl.col("t0")).select(
        "patient_id", "key", old="grade", until="end_date_to", going=pl.col("outcome") == "ongoing"
    )
    pairs = rows.select("event", "patient_id", "key", "onset_date").join(before, on=["patient_id", "key"], how="inner")
    there = pl.col("going").fill_null(value=False) | (pl.col("until") >= pl.col("onset_date")).fill_null(value=False)
    return pairs.filter(there).group_by("event").agg(baseline=pl.col("old").max())


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out a syndrome beside which its components are counted, unless it is worse than they are."""
    counted = pl.col("status") == COUNTED
    parts = rows.filter(counted & pl.col("key").is_in(COMPONENTS)).group_by("patient_id", "session")
    rows = rows.join(parts.agg(worst=pl.col("grade").max(), parts=pl.len()), on=["patient_id", "session"], how="left",
                     nulls_equal=True)  # fmt: skip
    no_worse = pl.col("grade").is_null() | (pl.col("grade") <= pl.col("worst")).fill_null(value=False)
    told = counted & (pl.col("key") == SYNDROME.casefold()) & pl.col("parts").is_not_null() & no_worse
    return rows.with_columns(status=pl.when(told).then(pl.lit("components")).otherwise(pl.col("status")))


def _status(cutoff: date | None) -> pl.Expr:
    """Return the status of each event; without a date nothing but grade and relation can speak against it."""
    grade, dated = pl.col("grade"), pl.col("dated")
    later = pl.lit(value=False) if cutoff is None else pl.col("onset_date") > cutoff
    unjudged = pl.col("related").is_null() & pl.col("of_disease")
    fatal = (grade == 5) | (grade.is_null() & (pl.col("outcome") == "fatal"))
    unrelated = fatal & (pl.col("related").is_in(_UNRELATED).fill_null(value=False) | unjudged)
    return (
        pl.when((grade == 0).fill_null(value=False))
        .then(pl.lit(ABSENT))
        .when(later.fill_null(value=False))
        .then(pl.lit("after_cutoff"))
        .when(dated & (pl.col("onset_date_to") < pl.col("t0")))
        .then(pl.lit("before"))
        .when(dated & ~pl.col("inside").fill_null(value=False))
        .then(pl.lit("late"))
        .when(unrelated.fill_null(value=False))
        .then(pl.lit("unrelated_death"))
        .when((grade <= pl.col("baseline")).fill_null(value=False))
        .then(pl.lit("not_worse"))
        .otherwise(pl.lit(COUNTED))
    )
