"""Who is at risk and since when: the time origins."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from glisson.clinical.endpoints import ORIGIN_TEXT, Definition
from glisson.clinical.lesions import treated_lesions
from glisson.clinical.response import responses_on_treatment
from glisson.clinical.settings import EndpointSettings
from glisson.clinical.timeline import Timeline
from glisson.errors import InputError, SettingsError

#: Origins that a user can choose, and the date they need beside that of the first session.
_DATED = {"liver_met_dx": "liver_met_dx_date", "met_dx": "met_dx_date"}
CHOICES = ("first_ldt", *_DATED, "systemic_start")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Units at risk.

    Parameters
    ----------
    frame
        One row a unit: ``unit``, ``patient_id``, ``start`` (time origin), ``begin`` (first day under observation, later
        than the origin with delayed entry), ``start_partial``.
    origin
        Code of the time origin.
    left_out
        (unit, reason) of units without an origin.
    """

    frame: pl.DataFrame
    origin: str
    left_out: tuple[tuple[str, str], ...] = ()


def units(records: Timeline, definition: Definition, origin: str, settings: EndpointSettings) -> Units:
    """Return the units of an endpoint with their origin.

    A patient enters observation at the first liver-directed session: who died between an earlier origin and that day
    never entered the cohort, so the time before it is not at risk (delayed entry, left truncation).

    Raises
    ------
    SettingsError
        If the origin does not exist or the endpoint has an origin of its own.
    InputError
        If nobody has the origin.
    """
    _check(definition, origin)
    code = definition.origin or origin
    if definition.origin == "lesion_tx":
        frame = _lesions(records)
    elif definition.origin == "response":
        frame = _responders(records, settings)
    else:
        frame = _patients(records, code)
    known = frame.filter(pl.col("start").is_not_null() & pl.col("begin").is_not_null())
    if known.is_empty():
        raise InputError(f"{definition.label}: {_nobody(code)}", todo=f"record it, or choose an origin of {CHOICES[0]}")
    missing = frame.filter(pl.col("start").is_null() | pl.col("begin").is_null())
    reason = f"left out: no date of {ORIGIN_TEXT[code]}"
    if records.cutoff is not None:
        reason += " up to the cut-off"
    out = tuple((u, reason) for u in missing["unit"].to_list())
    return Units(frame=known, origin=code, left_out=out)


def _check(definition: Definition, origin: str) -> None:
    if origin not in CHOICES and origin != definition.origin:
        raise SettingsError(f"origin {origin!r}", expected=f"one of {', '.join(CHOICES)}")


def _nobody(code: str) -> str:
    if code == "response":
        return "no patient has a recorded complete or partial response"
    if code == "lesion_tx":
        return "no treated lesion is linked to a dated session"
    return f"no patient has a date of {ORIGIN_TEXT[code]}"


def _patients(records: Timeline, code: str) -> pl.DataFrame:
    frame = records.patients
    start, partial = pl.col("t0"), pl.col("t0_partial")
    if code in _DATED:
        column = _DATED[code]
        if column not in frame.columns:
            frame = frame.with_columns(
                pl.lit(None, dtype=pl.Date).alias(column), pl.lit(value=False).alias(f"{column}_partial")
            )
        start, partial = pl.col(column), pl.col(f"{column}_partial")
    elif code == "systemic_start":
        frame = frame.join(_first_systemic(records), on="patient_id", how="left", maintain_order="left")
        start, partial = pl.col("systemic"), pl.col("systemic_partial")
    begin = pl.when(pl.col("t0").is_not_null()).then(pl.max_horizontal(start, "t0"))
    return frame.select(
        unit="patient_id",
        patient_id="patient_id",
        start=start,
        begin=begin,
        start_partial=partial.fill_null(value=False),
    )


def _first_systemic(records: Timeline) -> pl.DataFrame:
    systemic = records.tables.get("systemic_therapy")
    if systemic is None or "start_date" not in systemic.columns:
        empty = {"patient_id": pl.String, "systemic": pl.Date, "systemic_partial": pl.Boolean}
        return pl.DataFrame(schema=empty)
    rows = systemic.drop_nulls("start_date").sort("start_date").group_by("patient_id", maintain_order=True)
    return rows.agg(systemic=pl.col("start_date").first(), systemic_partial=pl.col("start_date_partial").first())


def _lesions(records: Timeline) -> pl.DataFrame:
    known = records.patients.select("patient_id").with_row_index("place")
    first = treated_lesions(records).group_by("lesion_id", maintain_order=True).first()
    frame = first.join(known, on="patient_id", how="inner").sort("place", "lesion_id")
    return frame.select(
        unit="lesion_id", patient_id="patient_id", start="date", begin="date", start_partial="date_partial"
    )


def _responders(records: Timeline, settings: EndpointSettings) -> pl.DataFrame:
    """Return patients from their first CR or PR, before any progression or new therapy."""
    responses = responses_on_treatment(records, settings)
    first = responses.filter(pl.col("response").is_in(["CR", "PR"])).group_by("patient_id").agg(pl.col("date").min())
    frame = records.patients.select("patient_id").join(first, on="patient_id", how="inner", maintain_order="left")
    return frame.select(
        unit="patient_id", patient_id="patient_id", start="date", begin="date", start_partial=pl.lit(value=False)
    )
