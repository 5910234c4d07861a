"""Treated lesions: when and by what, and progression told from residual tumour."""

from __future__ import annotations

import polars as pl

from glisson.clinical.groups import first_day_method, method_names
from glisson.clinical.timeline import Timeline

_RECLASSIFIED = "local progression without an earlier scan free of viable tumour: counted as residual tumour"


def told_apart(local: pl.DataFrame, start: pl.DataFrame) -> tuple[pl.DataFrame, tuple[tuple[str, str], ...]]:
    """Keep local tumour progression only where a scan after treatment had shown the site free of viable tumour.

    Viable tumour that never vanished is residual, not progression.

    Parameters
    ----------
    local
        ``lesion_id``, ``date``, ``status`` (none, residual, ltp, not_evaluable) and provenance.
    start
        ``unit`` (lesion) and ``start``, the day of its first treatment.

    Returns
    -------
    tuple
        The rows after treatment with statuses corrected, and a note for each lesion so corrected.

    Notes
    -----
    Ahmed M, et al. Image-guided tumor ablation: standardization of terminology and reporting criteria - a 10-year
    update. Radiology 2014;273:241-260.
    """
    days = start.select(lesion_id="unit", start="start")
    rows = local.join(days, on="lesion_id", how="inner").filter(pl.col("date") > pl.col("start"))
    clear = rows.filter(pl.col("status") == "none").group_by("lesion_id").agg(clear=pl.col("date").min())
    rows = rows.join(clear, on="lesion_id", how="left")
    never = (pl.col("status") == "ltp") & ~(pl.col("clear") < pl.col("date")).fill_null(value=False)
    notes = rows.filter(never)["lesion_id"].unique().sort().to_list()
    status = pl.when(never).then(pl.lit("residual")).otherwise(pl.col("status"))
    return rows.with_columns(status=status).drop("start", "clear"), tuple((n, _RECLASSIFIED) for n in notes)


def treated_lesions(records: Timeline) -> pl.DataFrame:
    """Return each treatment of a lesion: ``lesion_id``, ``patient_id``, ``date``, ``date_partial``, ``method``."""
    sessions = records.tables["session"].select("session_id", "patient_id", "date", "date_partial", "method")
    pairs = records.tables["session_lesion"].select("session_id", "lesion_id").drop_nulls()
    return pairs.join(sessions, on="session_id", how="inner").sort("lesion_id", "date", "session_id")


def lesion_methods(records: Timeline, grouping: str) -> dict[str, str | None]:
    """Return the method by which each lesion was first treated."""
    return first_day_method(method_names(treated_lesions(records), grouping), "lesion_id")
