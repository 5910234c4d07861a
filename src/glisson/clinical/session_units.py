"""Sessions as what is counted: dated, each with its own method, several of one patient."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import keys_of_units, method_names
from glisson.clinical.settled import settled
from glisson.errors import InputError
from glisson.tables import Factor

DEAD, ALIVE, NOT_FOLLOWED = "dead", "alive", "not followed"


def session_units(cohort: Cohort) -> pl.DataFrame:
    """Return the dated sessions up to the cut-off.

    Parameters
    ----------
    cohort
        With dated sessions.

    Returns
    -------
    DataFrame
        ``session`` (row of the session table), ``patient_id``, ``date``, ``method`` as the study groups it.

    Raises
    ------
    InputError
        If no session is dated.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> session_units(demo_cohort()).columns
    ['session', 'patient_id', 'date', 'method']
    """
    if not cohort.has("session", "date"):
        raise InputError("no session has a date", todo="record the dates to report adverse events per session")
    frame = method_names(cohort.table("session"), cohort.study.analysis.method_grouping)
    frame = frame.with_columns(session=pl.int_range(pl.len(), dtype=pl.Int64)).drop_nulls("date")
    if cohort.study.cutoff is not None:
        frame = frame.filter(pl.col("date") <= cohort.study.cutoff)
    known = cohort.table("patient").select("patient_id")
    frame = frame.join(known, on="patient_id", how="semi", maintain_order="left")
    return frame.select("session", "patient_id", "date", "method")


def session_keys(cohort: Cohort, units: pl.DataFrame) -> Mapping[str, Factor]:
    """Return the grouping variables of sessions; the method is the session's own.

    Parameters
    ----------
    cohort
        Validated records.
    units
        Sessions as ``session_units`` returns them.
    """
    names = [str(u) for u in units["session"].to_list()]
    methods = dict(zip(names, units["method"].to_list(), strict=True))
    return keys_of_units(cohort, names, units["patient_id"].to_list(), methods)


def fates(cohort: Cohort, days: int) -> pl.DataFrame:
    """Return what became of the patient within some days of each session, or until the next one.

    Every death belongs to the latest session before it: an earlier session was survived.

    Parameters
    ----------
    cohort
        With dated sessions.
    days
        Days after a session, the last one included.

    Returns
    -------
    DataFrame
        ``session_units`` with ``fate``: ``dead``, ``alive``, or ``not followed`` (last seen alive before the end).

    Raises
    ------
    InputError
        If no session is dated.
    """
    units = session_units(cohort)
    people = settled(cohort).tables["patient"].select("patient_id", "death_date", "end")
    units = units.join(people, on="patient_id", how="left", maintain_order="left")
    units = units.sort("patient_id", "date", "session").with_columns(
        following=pl.col("date").shift(-1).over("patient_id")
    )
    near = (pl.col("death_date") - pl.col("date")).dt.total_days() <= days
    watched = ((pl.col("end") - pl.col("date")).dt.total_days() >= days) | pl.col("following").is_not_null()
    fate = (
        pl.when(pl.col("following").is_null() & near.fill_null(value=False))
        .then(pl.lit(DEAD))
        .when(watched.fill_null(value=False) | pl.col("death_date").is_not_null())
        .then(pl.lit(ALIVE))
        .otherwise(pl.lit(NOT_FOLLOWED))
    )
    return units.with_columns(fate=fate).select("session", "patient_id", "date", "method", "fate")
