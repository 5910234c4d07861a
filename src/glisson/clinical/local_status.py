"""Viable tumour at treated sites, scan by scan: as recorded, else from the viable part that was measured."""

from __future__ import annotations

import polars as pl

#: What is needed to know whether a treated site holds viable tumour.
EVIDENCE = ("local_status", "viable_long_mm", "viable_area_mm2")

_KINDS = {
    "local_status": pl.String, "status": pl.String, "viable_long_mm": pl.Float64, "viable_area_mm2": pl.Float64,
}  # fmt: skip


def local_control(measurement: pl.DataFrame, scans: pl.DataFrame, treated: pl.DataFrame) -> pl.DataFrame:
    """Return the local status of lesions by date.

    Where nobody recorded a status after treatment, it follows from the measurement: no viable diameter (or area), or a
    lesion that is gone, is ``none``; a viable one is ``ltp`` after an earlier scan without, else ``residual``. A
    diameter alone does not tell viable tumour from a scar, so it says nothing.

    Parameters
    ----------
    measurement
        The measurement table.
    scans
        ``assessment_id``, ``patient_id``, ``date``, ``date_partial``.
    treated
        ``lesion_id`` and ``start``, the day of its first treatment.

    Returns
    -------
    DataFrame
        ``lesion_id``, ``patient_id``, ``date``, ``date_partial``, ``source_row``, ``status`` (none, residual, ltp,
        not_evaluable) and ``derived``, whether nobody recorded it.

    Notes
    -----
    Ahmed M, et al. Radiology 2014;273:241-260.
    """
    lacking = [pl.lit(None, dtype=kind).alias(name) for name, kind in _KINDS.items() if name not in measurement.columns]
    rows = measurement.with_columns(lacking).join(
        scans.select("assessment_id", "patient_id", "date", "date_partial"), on="assessment_id", how="inner"
    )
    rows = rows.join(treated.select("lesion_id", "start"), on="lesion_id", how="left", maintain_order="left")
    after = (pl.col("date") > pl.col("start")).fill_null(value=False)
    derived = pl.col("local_status").is_null() & after
    rows = rows.with_columns(derived=derived, seen=pl.when(derived).then(_seen()).otherwise(pl.col("local_status")))
    clear = rows.filter(after & (pl.col("seen") == "none")).group_by("lesion_id").agg(clear=pl.col("date").min())
    rows = rows.join(clear, on="lesion_id", how="left", maintain_order="left")
    came_back = (pl.col("clear") < pl.col("date")).fill_null(value=False)
    viable = pl.when(came_back).then(pl.lit("ltp")).otherwise(pl.lit("residual"))
    status = pl.when(pl.col("seen") == "viable").then(viable).otherwise(pl.col("seen"))
    return rows.select(
        "lesion_id", "patient_id", "date", "date_partial", "source_row", "derived", status=status
    ).drop_nulls("status")  # fmt: skip


def first_treatments(session: pl.DataFrame, session_lesion: pl.DataFrame | None) -> pl.DataFrame:
    """Return the day on which each lesion was first treated: ``lesion_id``, ``start``."""
    if session_lesion is None or not {"session_id", "lesion_id"} <= set(session_lesion.columns):
        return pl.DataFrame(schema={"lesion_id": pl.String, "start": pl.Date})
    pairs = session_lesion.select("session_id", "lesion_id").drop_nulls()
    dated = pairs.join(session.select("session_id", "date"), on="session_id", how="inner")
    return dated.group_by("lesion_id").agg(start=pl.col("date").min())


def _seen() -> pl.Expr:
    """Return what a measurement shows of a treated site: none, viable, not_evaluable, or nothing."""
    part = pl.coalesce("viable_long_mm", "viable_area_mm2")
    return (
        pl.when(pl.col("status") == "not_evaluable")
        .then(pl.lit("not_evaluable"))
        .when(part > 0)
        .then(pl.lit("viable"))
        .when((part == 0) | (pl.col("status") == "absent"))
        .then(pl.lit("none"))
    )
