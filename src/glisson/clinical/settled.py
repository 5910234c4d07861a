"""The dates of a cohort as single days, none after death or last contact: what every derivation starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.partial_dates import Partial, settle
from glisson.errors import InputError

#: Dates of what happened after treatment began: a partial one is never put before the first session.
_AFTER_START = {
    "onset_date", "progression_date", "liver_progression_date", "extrahepatic_progression_date", "last_imaging_date",
    "ldt_stop_date",
}  # fmt: skip
#: Dates of what came before treatment.
_BEFORE_START = {"primary_dx_date", "met_dx_date", "liver_met_dx_date"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """Tables with settled dates.

    Parameters
    ----------
    tables
        By name, every recorded row, dates as single days with ``x_partial`` beside them; ``patient`` has in addition
        ``t0`` (first session) and ``end`` (death, else last contact).
    undated_deaths
        Patients recorded dead without a date of death; the date of last contact is used.
    """

    tables: Mapping[str, pl.DataFrame]
    undated_deaths: tuple[str, ...] = ()

    @property
    def bounds(self) -> pl.DataFrame:
        """``patient_id``, ``t0`` and ``end``."""
        return self.tables["patient"].select("patient_id", "t0", "end")


@lru_cache(maxsize=4)  # a cohort never changes, and every derivation asks for its dates
def settled(cohort: Cohort, partial: Partial = "middle") -> Settled:
    """Settle the dates of a cohort.

    Parameters
    ----------
    cohort
        With dated sessions.
    partial
        Which day a partial date stands for.

    Raises
    ------
    InputError
        If no session has a date.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> settled(demo_cohort()).bounds.row(0)
    ('001', datetime.date(2011, 9, 13), datetime.date(2012, 6, 1))
    """
    if not cohort.has("session", "date"):
        raise InputError("no session has a date", todo="record the date of the first liver-directed session")
    cutoff = cohort.study.cutoff
    patient, undated = _vital_dates(with_row(cohort.table("patient")))
    sessions = _sessions(cohort, patient, partial, cutoff)
    patient = _patients(patient, sessions, partial, cutoff)
    bounds = patient.select("patient_id", "t0", "end")
    tables = {"patient": patient, "session": sessions}
    for name, frame in cohort.tables.items():
        if name not in {"patient", "session", "assessment", "outcome"}:
            tables[name] = _settled(with_row(frame), bounds, partial)
    if cohort.has("assessment", "date"):
        tables["assessment"] = _settled_scans(with_row(cohort.table("assessment")), bounds, partial)
    return Settled(tables=tables, undated_deaths=tuple(undated))


def with_row(frame: pl.DataFrame) -> pl.DataFrame:
    """Make sure that each row knows its place in the input."""
    if "source_row" in frame.columns:
        return frame
    return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("source_row"))


def _vital_dates(patient: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Give every patient the columns of life and death; the dead without a date died at last contact."""
    for column in ("death_date", "last_contact_date"):
        for name in (column, f"{column}_to"):
            if name not in patient.columns:
                known = pl.col(column) if name != column else pl.lit(None, dtype=pl.Date)
                patient = patient.with_columns(known.alias(name))
    if "vital_status" not in patient.columns:
        return patient, []
    undated = (pl.col("vital_status") == "dead") & pl.col("death_date").is_null()
    undated &= pl.col("last_contact_date").is_not_null()
    who = patient.filter(undated)["patient_id"].to_list()
    for end in ("", "_to"):
        day = pl.when(undated).then(pl.col(f"last_contact_date{end}")).otherwise(pl.col(f"death_date{end}"))
        patient = patient.with_columns(day.alias(f"_death{end}"))
    patient = patient.with_columns(death_date=pl.col("_death"), death_date_to=pl.col("_death_to"))
    return patient.drop("_death", "_death_to"), who


def _sessions(cohort: Cohort, patient: pl.DataFrame, partial: Partial, cutoff: date | None) -> pl.DataFrame:
    """Settle session dates, no later than the end of life or contact; sessions after the cut-off are left out."""
    last = patient.select("patient_id", latest=pl.min_horizontal("death_date_to", "last_contact_date_to"))
    frame = with_row(cohort.table("session")).drop_nulls("date").join(last, on="patient_id", how="left")
    frame = settle(frame, "date", partial, not_after=pl.col("latest")).drop("latest")
    return frame if cutoff is None else frame.filter(pl.col("date") <= cutoff)


def _patients(patient: pl.DataFrame, sessions: pl.DataFrame, partial: Partial, cutoff: date | None) -> pl.DataFrame:
    """Add ``t0`` and ``end``; a death after the cut-off has not happened, but shows the patient alive until then."""
    first = sessions.sort("date", "source_row").group_by("patient_id", maintain_order=True)
    start = first.agg(t0=pl.col("date").first(), t0_partial=pl.col("date_partial").first())
    patient = patient.join(start, on="patient_id", how="left", maintain_order="left")
    alive = pl.max_horizontal("t0", "last_contact_date")
    patient = settle(patient, "death_date", partial, not_before=alive)
    patient = settle(
        patient, "last_contact_date", partial, not_before=pl.col("t0"), not_after=pl.col("death_date")
    )  # fmt: skip
    if cutoff is not None:
        later = pl.col("death_date") > cutoff
        patient = patient.with_columns(
            last_contact_date=pl.when(later).then(pl.max_horizontal("last_contact_date", "death_date"))
            .otherwise(pl.col("last_contact_date")),
            death_date=pl.when(later).then(None).otherwise(pl.col("death_date")),
        )  # fmt: skip
    patient = patient.with_columns(end=pl.coalesce("death_date", "last_contact_date"))
    settled = {"death_date", "last_contact_date", "t0", "end"}
    return _settle_all(patient, partial, [c for c in _dates(patient) if c not in settled])


def _dates(frame: pl.DataFrame) -> list[str]:
    return [c for c, kind in frame.schema.items() if kind == pl.Date and not c.endswith("_to")]


def _settle_all(frame: pl.DataFrame, partial: Partial, columns: list[str]) -> pl.DataFrame:
    """Settle columns of a frame that has ``t0`` and ``end``."""
    for column in columns:
        before = pl.col("t0") if column in _AFTER_START else None
        after = pl.col("t0") if column in _BEFORE_START else pl.col("end")
        frame = settle(frame, column, partial, not_before=before, not_after=after)
    return frame


def _settled(frame: pl.DataFrame, bounds: pl.DataFrame, partial: Partial) -> pl.DataFrame:
    """Settle the dates of a table with rows by patient; other tables have none."""
    if "patient_id" not in frame.columns:
        return frame
    columns = _dates(frame)
    frame = frame.join(bounds, on="patient_id", how="left", maintain_order="left")
    return _settle_all(frame, partial, columns).drop("t0", "end")


def _settled_scans(frame: pl.DataFrame, bounds: pl.DataFrame, partial: Partial) -> pl.DataFrame:
    """Settle scans: a partial date of a scan after treatment is put after the first session, if it can be."""
    frame = frame.drop_nulls("date").join(bounds, on="patient_id", how="left", maintain_order="left")
    follow = pl.col("t0") + pl.duration(days=1)
    if "is_baseline" in frame.columns:
        follow = pl.when(pl.col("is_baseline").fill_null(value=False)).then(None).otherwise(follow)
    frame = settle(frame, "date", partial, not_before=follow, not_after=pl.col("end"))
    return frame.drop("t0", "end")
