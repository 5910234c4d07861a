"""Scans put in order: who read them, which is the baseline, and which lesions stand on each.

A *course* is what one reader saw of one patient. A *visit* is one day of a course: several assessments of a day, such
as CT of the chest and MRI of the liver, are one visit and are judged together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from glisson.clinical.tumour.criteria import Measure
from glisson.clinical.tumour.sizes import size, there

#: Days before the baseline scan within which another scan completes it: RECIST allows four weeks.
BASELINE_DAYS = 28

_MEASUREMENT = {
    "assessment_id": pl.String, "lesion_id": pl.String, "role": pl.String, "status": pl.String, "long_mm": pl.Float64,
    "short_mm": pl.Float64, "viable_long_mm": pl.Float64, "viable_area_mm2": pl.Float64, "hu_mean": pl.Float64,
    "new_nodule": pl.Boolean,
}  # fmt: skip
_ASSESSMENT = {
    "assessment_id": pl.String, "patient_id": pl.String, "date": pl.Date, "criterion": pl.String, "reader": pl.String,
    "is_baseline": pl.Boolean, "nontarget_resp": pl.String, "new_lesion": pl.Boolean, "overall_resp": pl.String,
    "liver_resp": pl.String, "extrahepatic_resp": pl.String, "source_row": pl.Int64,
}  # fmt: skip
_LESION = {
    "lesion_id": pl.String, "patient_id": pl.String, "organ": pl.String, "is_node": pl.Boolean,
    "first_seen_date": pl.Date, "part_of": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Visits:
    """The scans from the baseline on, and the lesions on them.

    Parameters
    ----------
    scans
        Assessments with ``visit`` and ``course`` (integers in the order of patient, reader and date), ``day``,
        ``baseline``, ``base_date`` and what was recorded.
    rows
        One row a visit and lesion: ``role``, ``size`` and ``there`` by the criterion, ``plain`` and ``seen`` by RECIST,
        ``hu_mean``, ``new_nodule``, ``is_node``, ``inside`` (in the liver; missing where the organ is not recorded),
        ``first_seen_date``.
    lesions
        The lesion table with ``inside``.
    without_baseline
        Patients whose measured scans have none before treatment among them.
    """

    scans: pl.DataFrame
    rows: pl.DataFrame
    lesions: pl.DataFrame
    without_baseline: tuple[str, ...]


def visits(tables: Mapping[str, pl.DataFrame], bounds: pl.DataFrame, code: str, measure: Measure) -> Visits:
    """Put scans and measurements in order.

    Parameters
    ----------
    tables
        With settled dates: ``assessment``, ``measurement`` and, where recorded, ``lesion``.
    bounds
        ``patient_id`` and ``t0``, the day of the first session.
    code
        Criterion. Of several assessments of a day those recorded by it carry the result.
    measure
        What the criterion sums.
    """
    lesions = _lesions(tables.get("lesion"))
    scans = _courses(_having(tables["assessment"], _ASSESSMENT), bounds, code)
    rows = _rows(_having(tables["measurement"], _MEASUREMENT), lesions, scans, measure)
    scans = scans.join(rows.select("visit").unique(), on="visit", how="semi")
    scans, lacking = _from_baseline(scans)
    rows = _with_baseline(rows, scans)
    carrying = pl.col("own") | ~pl.col("own").any().over("visit")
    kept = scans.filter((pl.col("date") >= pl.col("base_date")) & carrying)
    return Visits(scans=kept, rows=rows, lesions=lesions, without_baseline=lacking)


def _having(frame: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Return the named columns, empty ones where the input has none."""
    present = set(frame.columns)
    return frame.select(
        pl.col(name) if name in present else pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items()
    )


def _lesions(lesion: pl.DataFrame | None) -> pl.DataFrame:
    """Return the lesions with ``inside``, and fragments under the lesion that they are part of."""
    frame = pl.DataFrame(schema=_LESION) if lesion is None else _having(lesion, _LESION)
    frame = frame.drop_nulls("lesion_id").unique("lesion_id", keep="first", maintain_order=True)
    parent = {k: v for k, v in frame.select("lesion_id", "part_of").iter_rows() if v and v != k}
    whole = frame["lesion_id"].to_list() if not parent else [_whole(i, parent) for i in frame["lesion_id"]]
    organ = pl.col("organ").str.strip_chars().str.to_lowercase()
    return frame.with_columns(
        inside=organ.str.contains(r"^(liver|hepatic)\b"),
        is_node=pl.col("is_node").fill_null(value=False),
        whole=pl.Series(whole, dtype=pl.String),
    ).rename({"patient_id": "owner"})


def _whole(lesion: str, parent: Mapping[str, str]) -> str:
    """Follow fragments to the lesion they come from."""
    seen = set()
    while lesion in parent and lesion not in seen:
        seen.add(lesion)
        lesion = parent[lesion]
    return lesion


def _courses(assessment: pl.DataFrame, bounds: pl.DataFrame, code: str) -> pl.DataFrame:
    """Number the courses and visits; a scan without a reader belongs to the only one that its patient has."""
    known = assessment.drop_nulls(["assessment_id", "patient_id", "date"]).unique("assessment_id", keep="first")
    scans = known.join(bounds.select("patient_id", "t0").drop_nulls(), on="patient_id", how="inner")
    readers = scans.drop_nulls("reader").group_by("patient_id").agg(only=pl.col("reader").unique())
    readers = readers.filter(pl.col("only").list.len() == 1).select("patient_id", pl.col("only").list.first())
    scans = scans.join(readers, on="patient_id", how="left")
    reader = pl.coalesce("reader", "only", pl.lit(""))
    scans = scans.with_columns(by=reader).drop("only").sort("patient_id", "by", "date", "assessment_id")
    return scans.with_columns(
        course=pl.struct("patient_id", "by").rle_id(),
        visit=pl.struct("patient_id", "by", "date").rle_id(),
        day=(pl.col("date") - pl.col("t0")).dt.total_days(),
        own=(pl.col("criterion") == code).fill_null(value=True),
    )


def _rows(measurement: pl.DataFrame, lesions: pl.DataFrame, scans: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Return one row a visit and lesion with its size; fragments are added to the lesion they are part of."""
    where = scans.select("assessment_id", "patient_id", "visit", "course", "date")
    rows = measurement.join(where, on="assessment_id", how="inner").join(
        lesions.select("lesion_id", "owner", "is_node", "inside", "first_seen_date", "whole"),
        on="lesion_id", how="left",
    )  # fmt: skip
    rows = rows.filter((pl.col("owner") == pl.col("patient_id")).fill_null(value=True))
    rows = rows.with_columns(pl.col("is_node").fill_null(value=False), whole=pl.coalesce("whole", "lesion_id"))
    rows = rows.with_columns(
        size(measure), there(measure), size("size").alias("plain"), there("size").alias("seen")
    )  # fmt: skip
    silent = pl.all_horizontal(pl.col(c).is_null() for c in ("status", "seen", "size"))
    rows = rows.filter(~silent)
    # One order of rows, so that sums are the same to the last digit however the sheet is sorted.
    rows = _merged(rows.sort("visit", "lesion_id", "size", descending=[False, False, True], nulls_last=True))
    again = (pl.col("visit") == pl.col("visit").shift()) & (pl.col("lesion_id") == pl.col("lesion_id").shift())
    rows = rows.filter(~again.fill_null(value=False))  # measured twice on one day: the larger size counts
    return _joined_fragments(rows)


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """Count the diameter of merged lesions once: a merged lesion without a number, or with the same one, adds 0."""
    merged = (pl.col("status") == "merged").fill_null(value=False)
    if not rows.select(merged.any()).item():
        return rows
    same = ["visit", "inside"]
    for name in ("size", "plain"):
        value = pl.when(merged).then(pl.col(name))
        rows = rows.with_columns(v=value)
        again = merged & pl.col("v").is_not_null() & ~pl.struct(*same, "v").is_first_distinct()
        within = again | (merged & pl.col("v").is_null() & (pl.col("v").count().over(same) > 0))
        rows = rows.with_columns(pl.when(within).then(0.0).otherwise(pl.col(name)).alias(name)).drop("v")
    return rows


def _joined_fragments(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the fragments of a split lesion to it; they are neither lesions of their own nor new."""
    fragment = pl.col("whole") != pl.col("lesion_id")
    if not rows.select(fragment.any()).item():
        return rows.drop("whole", "owner")
    own = ~fragment
    carried = ("patient_id", "course", "date", "role", "status", "is_node", "inside", "first_seen_date")
    joined = rows.group_by("visit", "whole", maintain_order=True).agg(
        *(pl.coalesce(pl.col(c).filter(own).first(), pl.col(c).first()).alias(c) for c in carried),
        *(_total(c, own) for c in ("size", "plain")),
        *(pl.col(c).any(ignore_nulls=False) for c in ("there", "seen")),
        pl.col("hu_mean").mean(),
        pl.col("new_nodule").any(),
    )
    return joined.rename({"whole": "lesion_id"})


def _total(name: str, own: pl.Expr) -> pl.Expr:
    """Return the sum of a split lesion's fragments; its own row need not hold a number."""
    blank = own & (pl.col("status") == "split").fill_null(value=False) & pl.col(name).is_null()
    lost = (pl.col(name).is_null() & ~blank).any() | (pl.col(name).count() == 0)
    return pl.when(lost).then(None).otherwise(pl.col(name).sum()).alias(name)


def _from_baseline(scans: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Date the baseline of each course: the last scan marked as such, else the last up to the first session."""
    marked = pl.col("is_baseline").fill_null(value=False)
    before = pl.col("date") <= pl.col("t0")
    base = scans.group_by("course").agg(
        marked=pl.col("date").filter(marked).max(), before=pl.col("date").filter(before).max()
    )
    base = base.select("course", base_date=pl.coalesce("marked", "before"))
    scans = scans.join(base, on="course", how="left", maintain_order="left")
    based = scans.filter(pl.col("base_date").is_not_null())
    lacking = set(scans["patient_id"].to_list()) - set(based["patient_id"].to_list())
    return based.with_columns(baseline=pl.col("date") == pl.col("base_date")), tuple(sorted(lacking))


def _with_baseline(rows: pl.DataFrame, scans: pl.DataFrame) -> pl.DataFrame:
    """Return the lesions from the baseline on; the baseline of each is its last one in the four weeks up to it."""
    base = scans.filter("baseline").select("course", base_visit="visit", base_date="base_date").unique()
    rows = rows.join(base, on="course", how="inner", maintain_order="left")
    gap = (pl.col("base_date") - pl.col("date")).dt.total_days()
    old = rows.filter((gap > 0) & (gap <= BASELINE_DAYS))
    rows = rows.filter(gap <= 0)
    if old.is_empty():
        return rows
    at_base = rows.filter(pl.col("visit") == pl.col("base_visit")).select("course", "lesion_id")
    old = old.join(at_base, on=["course", "lesion_id"], how="anti").sort("course", "lesion_id", "date")
    old = old.unique(["course", "lesion_id"], keep="last", maintain_order=True)
    return pl.concat([rows, old.with_columns(visit="base_visit", date="base_date")])
