"""Doxorubicin each patient had: through the catheter, by vein, and both together as an upper bound."""

from __future__ import annotations

import math

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.settled import settled
from glisson.errors import InputError

#: How doxorubicin is written in drugs and regimens, as a pattern of small letters.
DOXORUBICIN = "doxorubicin|adriamycin"
#: Chemoembolization whose drug is not recorded may have been with doxorubicin.
_DRUGGED = ("deb_tace", "ctace")


def body_surface(height_cm: float, weight_kg: float) -> float:
    """Return body surface area in square metres.

    Parameters
    ----------
    height_cm, weight_kg
        Height and weight.

    Raises
    ------
    InputError
        If a value is not above 0.

    Notes
    -----
    The square root of height times weight over 3600. Mosteller RD. N Engl J Med 1987;317:1098.

    Examples
    --------
    >>> round(body_surface(168, 71), 3)
    1.82
    """
    if not (height_cm > 0 and weight_kg > 0):
        raise InputError("height and weight must be above 0", expected="cm and kg")
    return math.sqrt(height_cm * weight_kg / 3600)


def had_doxorubicin() -> pl.Expr:
    """Return whether a session gave doxorubicin, as an expression on ``drug``; false where none is recorded."""
    return pl.col("drug").str.to_lowercase().str.contains(DOXORUBICIN).fill_null(value=False)


def doxorubicin_doses(cohort: Cohort) -> pl.DataFrame:
    """Return the cumulative doxorubicin of every patient.

    Parameters
    ----------
    cohort
        n patients with dated sessions.

    Returns
    -------
    DataFrame
        One row a patient: ``patient_id``; ``sessions`` with doxorubicin through the catheter, ``undosed`` of them
        without a dose and ``undrugged`` chemoembolizations without a recorded drug; ``arterial_mg``, ``surface_m2``,
        ``arterial_mg_m2``; ``systemic_mg_m2`` before treatment, 0 where no anthracycline was given before;
        ``systemic_earlier`` and ``systemic_later``: whether a regimen with doxorubicin began up to the first session
        (or at an unknown time), or later, whose dose is not recorded; ``combined_mg_m2``, an upper bound of the
        exposure of the body up to the last session, because beads release only a part into the circulation. Null where
        a part is not known; a dose of 0 beside an earlier regimen with doxorubicin is not known either.

    Raises
    ------
    InputError
        If no session has a date.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> rows = doxorubicin_doses(demo_cohort())
    >>> rows.filter(pl.col("sessions") > 0).height
    14
    """
    records = settled(cohort)
    sessions = _with(records.tables["session"], method=pl.String, drug=pl.String, drug_mg=pl.Float64)
    given = had_doxorubicin()
    unknown = pl.col("method").is_in(_DRUGGED) & pl.col("drug").is_null()
    arterial = sessions.group_by("patient_id").agg(
        sessions=given.sum(),
        undosed=(given & pl.col("drug_mg").is_null()).sum(),
        undrugged=unknown.fill_null(value=False).sum(),
        arterial_mg=pl.col("drug_mg").filter(given).sum(),
    )
    patient = _with(
        records.tables["patient"], height_cm=pl.Float64, weight_kg=pl.Float64, dox_sys_mg_m2=pl.Float64,
        anthracycline_prior=pl.Boolean,
    )  # fmt: skip
    rows = patient.select("patient_id", "height_cm", "weight_kg", "dox_sys_mg_m2", "anthracycline_prior")
    rows = rows.join(arterial, on="patient_id", how="left", maintain_order="left")
    rows = rows.join(_regimens(cohort), on="patient_id", how="left", maintain_order="left")
    rows = rows.with_columns(
        pl.col("sessions", "undosed", "undrugged").fill_null(0).cast(pl.Int64),
        pl.col("systemic_earlier", "systemic_later").fill_null(value=False),
    )
    never = (~pl.col("anthracycline_prior")).fill_null(value=False)
    dose = pl.coalesce("dox_sys_mg_m2", pl.when(never).then(0.0))
    rows = rows.with_columns(
        systemic_mg_m2=pl.when((dose > 0) | ~pl.col("systemic_earlier")).then(dose),
        surface_m2=(pl.col("height_cm") * pl.col("weight_kg") / 3600).sqrt(),
        arterial_mg=pl.when(pl.col("undosed") + pl.col("undrugged") == 0).then(pl.col("arterial_mg").fill_null(0.0)),
    )
    rows = rows.with_columns(
        arterial_mg_m2=pl.when(pl.col("arterial_mg") == 0).then(0.0)
        .otherwise(pl.col("arterial_mg") / pl.col("surface_m2"))
    )  # fmt: skip
    rows = rows.with_columns(combined_mg_m2=pl.col("arterial_mg_m2") + pl.col("systemic_mg_m2"))
    return rows.select(
        "patient_id", "sessions", "undosed", "undrugged", "arterial_mg", "surface_m2", "arterial_mg_m2",
        "systemic_mg_m2", "systemic_earlier", "systemic_later", "combined_mg_m2",
    )  # fmt: skip


def _regimens(cohort: Cohort) -> pl.DataFrame:
    """Return the patients with a regimen of doxorubicin, and whether it began up to the first session or later."""
    if not cohort.has("systemic_therapy", "regimen"):
        kinds = {"patient_id": pl.String, "systemic_earlier": pl.Boolean, "systemic_later": pl.Boolean}
        return pl.DataFrame(schema=kinds)
    records = settled(cohort)
    rows = _with(records.tables["systemic_therapy"], start_date=pl.Date).join(
        records.bounds, on="patient_id", how="inner"
    )
    named = pl.col("regimen").str.to_lowercase().str.contains(DOXORUBICIN).fill_null(value=False)
    later = (pl.col("start_date") > pl.col("t0")).fill_null(value=False)  # without a date it may have been before
    return rows.filter(named).group_by("patient_id").agg(
        systemic_earlier=(~later).any(), systemic_later=later.any()
    )  # fmt: skip


def _with(frame: pl.DataFrame, **kinds: type[pl.DataType]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, dtype=k).alias(c) for c, k in kinds.items() if c not in frame.columns)
