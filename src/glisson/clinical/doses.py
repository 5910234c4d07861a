"""Doxorubicin each patient had: through the catheter, by vein, and both together as an upper bound."""

from __future__ import annotations

import math

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.settled import settled
from glisson.errors import InputError

_NAMES = "doxorubicin|adriamycin"
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
    return pl.col("drug").str.to_lowercase().str.contains(_NAMES).fill_null(value=False)


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
        ``arterial_mg_m2``; ``systemic_mg_m2`` before treatment, ``systemic_later``: whether a regimen with doxorubicin
        began later, whose dose is not recorded; ``combined_mg_m2``, an upper bound of the exposure of the body because
        beads release only a part into the circulation. Null where a part is not known.

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
    patient = _with(records.tables["patient"], height_cm=pl.Float64, weight_kg=pl.Float64, dox_sys_mg_m2=pl.Float64)
    rows = patient.select("patient_id", "height_cm", "weight_kg", systemic_mg_m2="dox_sys_mg_m2")
    rows = rows.join(arterial, on="patient_id", how="left", maintain_order="left")
    rows = rows.join(_later(cohort), on="patient_id", how="left", maintain_order="left")
    rows = rows.with_columns(
        pl.col("sessions", "undosed", "undrugged").fill_null(0).cast(pl.Int64),
        pl.col("systemic_later").fill_null(value=False),
        surface_m2=(pl.col("height_cm") * pl.col("weight_kg") / 3600).sqrt(),
        arterial_mg=pl.when(pl.col("undosed").fill_null(0) == 0).then(pl.col("arterial_mg").fill_null(0.0)),
    )
    rows = rows.with_columns(
        arterial_mg_m2=pl.when(pl.col("arterial_mg") == 0).then(0.0)
        .otherwise(pl.col("arterial_mg") / pl.col("surface_m2"))
    )  # fmt: skip
    rows = rows.with_columns(combined_mg_m2=pl.col("arterial_mg_m2") + pl.col("systemic_mg_m2"))
    return rows.select(
        "patient_id", "sessions", "undosed", "undrugged", "arterial_mg", "surface_m2", "arterial_mg_m2",
        "systemic_mg_m2", "systemic_later", "combined_mg_m2",
    )  # fmt: skip


def _later(cohort: Cohort) -> pl.DataFrame:
    """Return the patients in whom a regimen with doxorubicin began after the first session."""
    if not cohort.has("systemic_therapy", "start_date", "regimen"):
        return pl.DataFrame(schema={"patient_id": pl.String, "systemic_later": pl.Boolean})
    records = settled(cohort)
    rows = records.tables["systemic_therapy"].join(records.bounds, on="patient_id", how="inner")
    named = pl.col("regimen").str.to_lowercase().str.contains(_NAMES).fill_null(value=False)
    later = rows.filter(named & (pl.col("start_date") > pl.col("t0")))
    return later.select("patient_id", systemic_later=pl.lit(value=True)).unique()


def _with(frame: pl.DataFrame, **kinds: type[pl.DataType]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, dtype=k).alias(c) for c, k in kinds.items() if c not in frame.columns)
