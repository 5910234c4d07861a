"""The records of a cohort on one calendar: every date a day, nothing after the cut-off, who died and who was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from glisson.clinical.assessments import after_treatment
from glisson.clinical.cohort import Cohort
from glisson.clinical.local_status import EVIDENCE, first_treatments, local_control
from glisson.clinical.partial_dates import Partial
from glisson.clinical.responses import responses, said
from glisson.clinical.settled import settled, with_row

__all__ = ["Timeline", "timeline", "with_row"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """Tables with settled dates.

    Parameters
    ----------
    tables
        By name, dates as single days with ``x_partial`` beside them. ``patient`` has in addition ``t0`` (first
        session) and ``end`` (death, else last contact); ``assessment`` holds those that count after treatment, with
        ``response_source`` ("derived" from measurements, or "recorded"); ``local_control`` is the local status of
        lesions by date.
    cutoff
        Last day of the data; events after it have not happened.
    criterion
        Which assessments count, in words.
    partial
        How partial dates were settled.
    undated_deaths
        Patients recorded dead without a date of death; the date of last contact is used.
    without_baseline
        Patients whose assessments have no scan before treatment to be compared with.
    response
        At how many scans the response was derived from measurements, in words; empty where all are as recorded.
    """

    tables: Mapping[str, pl.DataFrame]
    cutoff: date | None
    criterion: str
    partial: Partial
    undated_deaths: tuple[str, ...] = ()
    without_baseline: tuple[str, ...] = ()
    response: str = ""

    @property
    def patients(self) -> pl.DataFrame:
        """The patient table, in its own order."""
        return self.tables["patient"]


@lru_cache(maxsize=16)  # a cohort never changes, and every endpoint asks for its dates
def timeline(cohort: Cohort, partial: Partial = "middle", criterion: str = "") -> Timeline:
    """Settle the dates of a cohort and the responses of its scans.

    Parameters
    ----------
    cohort
        With dated sessions.
    partial
        Which day a partial date stands for.
    criterion
        Criterion of the responses, by default the study's.

    Raises
    ------
    InputError
        If no session has a date.
    """
    records = settled(cohort, partial)
    tables = dict(records.tables)
    scans = tables.pop("assessment", None)
    text, response = "", ""
    lacking: list[str] = []
    if scans is not None:
        if any(cohort.has("measurement", column) for column in EVIDENCE):
            treated = first_treatments(tables["session"], tables.get("session_lesion"))
            tables["local_control"] = local_control(tables["measurement"], scans, treated)
        scans, text, found = responses(scans, cohort, partial, criterion)
        tables["assessment"], lacking = after_treatment(scans, records.bounds)
        if found is not None:
            response = said(_judged(tables["assessment"], cohort), found, cohort.study.response.liver_targets_max)
    return Timeline(
        tables=tables,
        cutoff=cohort.study.cutoff,
        criterion=text,
        partial=partial,
        undated_deaths=records.undated_deaths,
        without_baseline=tuple(lacking),
        response=response,
    )


def _judged(scans: pl.DataFrame, cohort: Cohort) -> pl.DataFrame:
    """Return the scans up to the cut-off that have a response."""
    cutoff = cohort.study.cutoff
    judged = scans.drop_nulls("overall_resp")
    return judged if cutoff is None else judged.filter(pl.col("date") <= cutoff)
