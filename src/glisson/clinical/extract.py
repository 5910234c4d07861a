"""From declared records to rows: which rows of which table, for which unit, on which day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from glisson.clinical.endpoints import Definition, Record
from glisson.clinical.timeline import Timeline

#: A row that may decide an endpoint: whose, when, what it is and where it stands.
ROW = {
    "unit": pl.String, "date": pl.Date, "cause": pl.Int64, "what": pl.String, "table": pl.String, "row": pl.Int64,
    "partial": pl.Boolean, "begin": pl.Date,
}  # fmt: skip


def matching(table: pl.DataFrame, record: Record) -> pl.DataFrame:
    """Return the rows of a table that a record declares; none where it lacks a column."""
    for column, values in record.where:
        if column not in table.columns:
            if None in values:
                continue
            return table.clear()
        wanted = [v for v in values if v is not None]
        keep = pl.col(column).is_in(wanted)
        table = table.filter(keep | pl.col(column).is_null() if None in values else keep)
    return table.drop_nulls(record.date) if record.date in table.columns else table.clear()


def rows_of(records: Timeline, record: Record, units: pl.DataFrame, unit: str, cause: int = 0) -> pl.DataFrame:
    """Return a record's rows for the units at risk, whatever their date.

    Parameters
    ----------
    records
        Records with settled dates.
    record
        What to look for.
    units
        ``unit``, ``patient_id``, ``begin``.
    unit
        ``"patient"`` or ``"lesion"``; a table without lesions speaks for every lesion of the patient.
    cause
        Cause given to the rows.
    """
    table = records.tables.get(record.table)
    found = None if table is None else matching(table, record)
    if found is None or found.is_empty():
        return pl.DataFrame(schema=ROW)
    lesion = unit == "lesion" and "lesion_id" in found.columns
    partial = f"{record.date}_partial"
    rows = found.select(
        key="lesion_id" if lesion else "patient_id",
        date=record.date,
        row="source_row",
        partial=partial if partial in found.columns else pl.lit(value=False),
    )
    joined = rows.join(units, left_on="key", right_on="unit" if lesion else "patient_id", how="inner", coalesce=False)
    return joined.select(
        unit="unit", date="date", cause=pl.lit(cause, dtype=pl.Int64), what=pl.lit(record.what),
        table=pl.lit(record.table), row=pl.col("row").cast(pl.Int64), partial="partial", begin="begin",
    )  # fmt: skip


def counted(rows: pl.DataFrame, record: Record) -> pl.DataFrame:
    """Keep rows from the start of observation on; the day of the start itself if the record says so."""
    day, begin = pl.col("date"), pl.col("begin")
    return rows.filter(day >= begin if record.start_counts else day > begin)


def events(
    records: Timeline, definition: Definition, units: pl.DataFrame, extra: Iterable[Record] = ()
) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """Return the first event of each unit up to the cut-off, and notes on events before the start.

    On one day the event of interest comes before a competing one.
    """
    found, notes = [], []
    of_interest = [(r, 1) for r in (*definition.events, *extra)]
    for record, cause in [*of_interest, *((r, 2) for r in definition.competing)]:
        rows = rows_of(records, record, units, definition.unit, cause)
        kept = counted(rows, record)
        if record.start_counts and len(kept) < len(rows):
            early = rows.filter(pl.col("date") < pl.col("begin"))["unit"].unique().sort()
            notes += [(u, f"{record.what} before the start of observation is not counted") for u in early.to_list()]
        found.append(kept)
    every = _until(pl.concat(found), records.cutoff)
    first = every.sort("unit", "date", "cause", "row", maintain_order=True).unique("unit", keep="first")
    return first.drop("begin"), notes


def sightings(records: Timeline, definition: Definition, units: pl.DataFrame) -> pl.DataFrame:
    """Return every row that shows a unit without event from its start on.

    Contacts after the cut-off show that the patient lived at the cut-off; scans after it have not been done.
    """
    rows = pl.concat([counted(rows_of(records, r, units, definition.unit), r) for r in definition.censored])
    rows = _capped(rows, records.cutoff) if definition.watched_by == "contact" else _until(rows, records.cutoff)
    if definition.unknown:
        known = pl.concat([rows_of(records, r, units, definition.unit) for r in definition.censored])
        others = units.join(known.select("unit").unique(), on="unit", how="anti")
        instead = pl.concat([counted(rows_of(records, r, others, definition.unit), r) for r in definition.unknown])
        rows = pl.concat([rows, _capped(instead, records.cutoff)])
    return rows.drop("begin")


def _until(rows: pl.DataFrame, cutoff: date | None) -> pl.DataFrame:
    return rows if cutoff is None else rows.filter(pl.col("date") <= cutoff)


def _capped(rows: pl.DataFrame, cutoff: date | None) -> pl.DataFrame:
    """Move contacts after the cut-off to it."""
    if cutoff is None:
        return rows
    late = pl.col("date") > cutoff
    return rows.with_columns(
        what=pl.when(late).then(pl.lit("alive at the data cut-off")).otherwise(pl.col("what")),
        date=pl.when(late).then(pl.lit(cutoff)).otherwise(pl.col("date")),
    )


def latest(rows: pl.DataFrame, units: pl.DataFrame, limit: pl.Expr | None = None) -> pl.DataFrame:
    """Return the last row of each unit, up to and including a day of its own.

    Parameters
    ----------
    rows
        Sightings.
    units
        One row a unit, with the columns that ``limit`` needs; units whose limit is missing have no row.
    limit
        Last day that counts; none means any.
    """
    if limit is not None:
        limits = units.select("unit", limit=limit).drop_nulls()
        rows = rows.join(limits, on="unit", how="inner").filter(pl.col("date") <= pl.col("limit")).drop("limit")
    return rows.sort("unit", "date", "row", maintain_order=True).unique("unit", keep="last", maintain_order=True)
