"""Endpoints from dates: which record came first, and what that makes of each unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.clinical import explain
from glisson.clinical.assessments import worst_by_date
from glisson.clinical.censoring import RuleSet, end_of_observation, missed_scans
from glisson.clinical.cohort import Cohort
from glisson.clinical.endpoints import Definition
from glisson.clinical.extract import counted, events, rows_of, sightings
from glisson.clinical.groups import keys_of_units
from glisson.clinical.lesions import lesion_methods, told_apart
from glisson.clinical.origins import units
from glisson.clinical.response import responses_on_treatment
from glisson.clinical.settings import EndpointSettings
from glisson.clinical.therapies import first_new_therapy, new_therapies
from glisson.clinical.timeline import Timeline, with_row
from glisson.errors import InputError
from glisson.tables import ORIGIN, Endpoint

Ints = NDArray[np.int64]


def from_dates(cohort: Cohort, definition: Definition, origin: str, rule_set: RuleSet, records: Timeline) -> Endpoint:
    """Derive an endpoint under one definition, origin and rule set.

    Parameters
    ----------
    cohort
        Whose settings and grouping variables apply.
    definition
        Event and censor sources that the records hold.
    origin, rule_set
        As in ``derive.endpoint``.
    records
        The cohort's records with settled dates.

    Raises
    ------
    InputError
        If somebody leaves before the first session, or nobody has the origin.
    """
    settings = cohort.study.endpoints
    definition = definition.under(settings)
    _refuse_negative(records)
    at_risk = units(records, definition, origin, settings)
    records, residual = _told_apart(records, definition, at_risk.frame)
    sources = _on_treatment(records, definition, settings)
    frame = first_new_therapy(records, at_risk.frame, settings.course_window_days)
    here = frame.select("unit", "patient_id", "begin")
    clinical = settings.clinical_progression_is_event and rule_set == "policy"
    first, early = events(sources, definition, here, definition.clinical if clinical else ())
    seen = sightings(sources, definition, here)
    scanned = definition.watched_by == "imaging" and definition.gaps_known
    missed = missed_scans(records, settings) if scanned else None
    decided = end_of_observation(frame, first, seen, definition, rule_set, missed)
    notes = [*residual, *early, *(() if clinical else _uncounted(records, definition, here))]
    entry, exit = _days(decided)
    methods = None
    if definition.unit == "lesion":
        methods = lesion_methods(records, cohort.study.analysis.method_grouping)
    return Endpoint(
        name=definition.code,
        label=definition.label,
        unit=np.array(decided["unit"].to_list(), dtype=np.str_),
        cluster=np.array(decided["patient_id"].to_list(), dtype=np.str_),
        entry=entry,
        exit=exit,
        cause=decided["cause"].cast(pl.Int64).to_numpy(),
        causes=definition.causes,
        keys=keys_of_units(cohort, decided["unit"].to_list(), decided["patient_id"].to_list(), methods),
        provenance=tuple(_provenance(*row) for row in decided.select("what", "table", "row").iter_rows()),
        rules=explain.rules(records, definition, at_risk, decided, rule_set, missed, clinical=clinical),
        flags=explain.flags(records, definition, at_risk, decided, notes),
        source_label=cohort.study.title,
    )


def _refuse_negative(records: Timeline) -> None:
    """Refuse patients who left before they came: a data error that no rule can repair."""
    gone = records.patients.filter(pl.min_horizontal("death_date", "last_contact_date") < pl.col("t0"))
    if not gone.is_empty():
        places = ", ".join(str(r) for r in gone["source_row"].to_list()[:5])
        raise InputError(
            f"{len(gone)} patients died or were last seen before their first session",
            expected="death and last contact on or after the first session",
            todo="correct the dates",
            place=f"patient table, row {places}",
        )


def _told_apart(
    records: Timeline, definition: Definition, frame: pl.DataFrame
) -> tuple[Timeline, tuple[tuple[str, str], ...]]:
    """Correct local statuses that call residual tumour a progression."""
    if definition.unit != "lesion" or "local_control" not in records.tables:
        return records, ()
    local, notes = told_apart(records.tables["local_control"], frame)
    return replace(records, tables={**records.tables, "local_control": local}), notes


def _on_treatment(records: Timeline, definition: Definition, settings: EndpointSettings) -> Timeline:
    """Keep the assessments that can make a best response, and add new therapies, where these are competing records."""
    if not any(r.table == "new_therapy" for r in definition.competing):
        return records
    scans = records.tables["assessment"]
    partial = scans.group_by("patient_id", "date").agg(pl.col("date_partial").any())
    rows = responses_on_treatment(records, settings).select("patient_id", "date", overall_resp="response")
    read = worst_by_date(scans).select("patient_id", "date", "source_row")
    for more in (read, partial):
        rows = rows.join(more, on=["patient_id", "date"], how="left", maintain_order="left")
    therapies = with_row(new_therapies(records, settings.course_window_days))
    return replace(records, tables={**records.tables, "assessment": rows, "new_therapy": therapies})


def _uncounted(records: Timeline, definition: Definition, here: pl.DataFrame) -> list[tuple[str, str]]:
    """Note clinical progression that the settings do not take as an event."""
    found: list[tuple[str, str]] = []
    for record in definition.clinical:
        rows = counted(rows_of(records, record, here, definition.unit), record)
        found += [(u, f"{record.what} is not counted") for u in rows["unit"].unique().sort()]
    return found


def _days(decided: pl.DataFrame) -> tuple[Ints, Ints]:
    """Return days from the origin: entry (before day 0 where observed from the origin) and exit."""
    start = pl.col("start")
    entered = decided.select((pl.col("begin") - start).dt.total_days()).to_series().cast(pl.Int64).to_numpy()
    left = decided.select((pl.col("date") - start).dt.total_days()).to_series().cast(pl.Int64).to_numpy()
    entered = np.where(entered == 0, ORIGIN, entered)
    return np.where(entered >= left, left - 1, entered), left


def _provenance(what: str, table: str | None, row: int | None) -> str:
    if table is None:
        return what
    return f"{what} @ {table} row {'?' if row is None else row}"
