"""What counts as a new anticancer therapy: systemic therapy, or a liver-directed session outside the first plan."""

from __future__ import annotations

import polars as pl

from glisson.clinical.timeline import Timeline

#: Reasons for a session that was not part of the first plan.
_UNPLANNED = ("residual", "ltp", "new_lesion")


def new_therapies(records: Timeline, course_window_days: int) -> pl.DataFrame:
    """Return the new anticancer therapies of each patient after the first session.

    A later session belongs to the plan if it shares the course of the first day, or is recorded as a planned stage, or,
    where neither is recorded, comes within the course window. Therapy already running at the first session is not new.

    Parameters
    ----------
    records
        Records with settled dates.
    course_window_days
        Days within which sessions without a course or a reason count as one course.

    Returns
    -------
    DataFrame
        ``patient_id``, ``date``; up to the cut-off.

    Notes
    -----
    Sessions planned at the first one as stages of one treatment, such as the two lobes, are one course.
    """
    start = records.patients.select("patient_id", "t0").drop_nulls("t0")
    dates = [_unplanned_sessions(records.tables["session"], start, course_window_days)]
    systemic = records.tables.get("systemic_therapy")
    if systemic is not None and "start_date" in systemic.columns:
        dates.append(systemic.select("patient_id", date=pl.col("start_date")).drop_nulls("date"))
    found = pl.concat(dates).join(start, on="patient_id", how="inner").filter(pl.col("date") > pl.col("t0"))
    if records.cutoff is not None:
        found = found.filter(pl.col("date") <= records.cutoff)
    return found.select("patient_id", "date")


def first_new_therapy(records: Timeline, units: pl.DataFrame, course_window_days: int) -> pl.DataFrame:
    """Add ``new_therapy``, the first one after each unit's start of observation, to ``unit, patient_id, begin``."""
    dates = new_therapies(records, course_window_days)
    pairs = units.select("unit", "patient_id", "begin").join(dates, on="patient_id", how="inner")
    first = pairs.filter(pl.col("date") > pl.col("begin")).group_by("unit").agg(new_therapy=pl.col("date").min())
    return units.join(first, on="unit", how="left", maintain_order="left")


def _unplanned_sessions(sessions: pl.DataFrame, start: pl.DataFrame, window: int) -> pl.DataFrame:
    for column in ("course_id", "retreat_type"):
        if column not in sessions.columns:
            sessions = sessions.with_columns(pl.lit(None, dtype=pl.String).alias(column))
    frame = sessions.join(start, on="patient_id", how="inner")
    first = frame.filter(pl.col("date") == pl.col("t0"))
    courses = first.select("patient_id", "course_id", shared=pl.lit(value=True)).drop_nulls("course_id").unique()
    frame = frame.join(courses, on=["patient_id", "course_id"], how="left")
    reason, course = pl.col("retreat_type"), pl.col("course_id")
    undeclared = course.is_null() & ~reason.is_in(_UNPLANNED).fill_null(value=False)
    planned = (
        pl.col("shared").fill_null(value=False)
        | (reason == "planned_stage").fill_null(value=False)
        | (undeclared & (pl.col("date") <= pl.col("t0") + pl.duration(days=window)))
    )
    return frame.filter(~planned).select("patient_id", "date")
