"""Every laboratory value with its grade: against the baseline before treatment, and before its own session."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.labs.rules import RULES, Version, term_of, with_grade
from glisson.clinical.labs.units import ANALYTES, factor
from glisson.clinical.settled import settled
from glisson.errors import InputError

#: Days before a session in which a value counts as its baseline; one on the day of the session was taken before it.
BASELINE_DAYS = 30
#: Tests of the liver, whose window after radioembolization is longer.
HEPATIC = ("bilirubin", "albumin", "alt", "ast", "alp", "ggt", "inr")

_Y90 = ("y90", "y90_glass", "y90_resin")
_COLUMNS: dict[str, Any] = {
    "patient_id": pl.String, "test": pl.String, "date": pl.Date, "value": pl.Float64, "unit": pl.String,
    "uln": pl.Float64, "lln": pl.Float64, "on_anticoagulation": pl.Boolean, "source_row": pl.Int64,
}  # fmt: skip


@lru_cache(maxsize=4)  # a cohort never changes, and every table asks for its values
def lab_values(cohort: Cohort) -> pl.DataFrame:
    """Return the laboratory values in stored units, dated from the first session, up to the cut-off.

    Parameters
    ----------
    cohort
        With a ``lab`` table and dated sessions.

    Returns
    -------
    DataFrame
        ``patient_id``, ``test``, ``date``, ``day`` (from the first session), ``value``, ``unit``, ``uln``, ``lln``,
        ``on_anticoagulation``, ``source_row``; by patient, test and date. Rows without value or date, or whose unit is
        not understood, are left out: each of them is a problem of the data. Several values of a test on one day are
        all there.

    Raises
    ------
    InputError
        If there is no laboratory value.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> rows = lab_values(demo_cohort())
    >>> rows.filter(pl.col("test") == "bilirubin")["unit"].unique().to_list()
    ['umol/L']
    """
    if not cohort.has("lab", "date", "value", "unit"):
        raise InputError("no laboratory value is recorded", todo="add the table lab with values, units and limits")
    records = settled(cohort)
    frame = records.tables["lab"]
    missing = [pl.lit(None, dtype=kind).alias(c) for c, kind in _COLUMNS.items() if c not in frame.columns]
    rows = frame.with_columns(missing).select(*_COLUMNS).drop_nulls(["date", "value", "unit", "test"])
    rows = rows.join(_factors(rows), on=["test", "unit"], how="inner").drop_nulls("factor")
    rows = rows.join(records.bounds.select("patient_id", "t0"), on="patient_id", how="inner").drop_nulls("t0")
    if cohort.study.cutoff is not None:
        rows = rows.filter(pl.col("date") <= cohort.study.cutoff)
    stored = pl.col("test").replace_strict({code: a.unit for code, a in ANALYTES.items()}, return_dtype=pl.String)
    return rows.select(
        "patient_id",
        "test",
        "date",
        (pl.col("date") - pl.col("t0")).dt.total_days().alias("day"),
        *((pl.col(c) * pl.col("factor")).round_sig_figs(15).alias(c) for c in ("value", "uln", "lln")),
        stored.alias("unit"),
        "on_anticoagulation",
        "source_row",
    ).sort("patient_id", "test", "date", "source_row")


def _factors(rows: pl.DataFrame) -> pl.DataFrame:
    pairs = rows.select("test", "unit").unique().sort("test", "unit")
    known = [
        factor(test, unit) if test in ANALYTES else None
        for test, unit in zip(pairs["test"].to_list(), pairs["unit"].to_list(), strict=True)
    ]
    return pairs.with_columns(pl.Series("factor", known, dtype=pl.Float64))


@lru_cache(maxsize=4)
def graded(cohort: Cohort, version: Version | None = None) -> pl.DataFrame:
    """Return every value of a test that CTCAE grades, with its grade.

    Parameters
    ----------
    cohort
        With a ``lab`` table and dated sessions.
    version
        CTCAE version; by default the study's.

    Returns
    -------
    DataFrame
        The columns of ``lab_values``, and ``term``; ``baseline`` (last value in the 30 days up to the first session)
        and ``baseline_grade`` (by the limits of normal); ``grade`` against that baseline; ``session`` (number of the
        patient's latest session before the value, from 1; null before the first), ``session_day`` and
        ``session_method``; ``grade_session`` against the last value in the 30 days up to that session; ``in_window``;
        ``emergent``: after the first session, grade 1 or more and above the baseline's. Grades are null where a limit
        of normal that decides is missing.

    Raises
    ------
    InputError
        If there is no laboratory value.

    Notes
    -----
    A missing baseline is taken as normal. Where the baseline is abnormal, grades are multiples of it: ALT 149 U/L after
    a baseline of 100 (limit 40) is grade 0 in version 5.
    """
    chosen: Version = version or cohort.study.safety.ctcae_version
    rows = lab_values(cohort).filter(pl.col("test").is_in(list(RULES[chosen])))
    terms = {test: term_of(test, chosen) for test in RULES[chosen]}
    rows = rows.with_columns(term=pl.col("test").replace_strict(terms, return_dtype=pl.String))
    rows = _with_sessions(rows, cohort)
    rows = _with_baseline(rows, "baseline", pl.lit(0, dtype=pl.Int64))
    rows = _with_baseline(rows, "baseline_session", pl.col("session_day"))
    normal = rows.with_columns(value=pl.col("baseline"), baseline=pl.lit(None, dtype=pl.Float64))
    again = rows.with_columns(baseline=pl.col("baseline_session"))
    rows = with_grade(rows, chosen).with_columns(
        with_grade(normal, chosen, "baseline_grade")["baseline_grade"],
        with_grade(again, chosen, "grade_session")["grade_session"],
    )
    window = cohort.study.analysis.ae_window_days
    longer = max(window, cohort.study.safety.y90_hepatic_window_days)
    hepatic = pl.col("test").is_in(HEPATIC) & pl.col("session_method").is_in(_Y90)
    within = pl.col("day") - pl.col("session_day") <= pl.when(hepatic).then(longer).otherwise(window)
    worse = (pl.col("grade") >= 1) & (pl.col("grade") > pl.col("baseline_grade").fill_null(0))
    return rows.with_columns(
        in_window=within.fill_null(value=False),
        emergent=(worse & pl.col("session").is_not_null()).fill_null(value=False),
    )


def _with_sessions(rows: pl.DataFrame, cohort: Cohort) -> pl.DataFrame:
    """Add the latest session before each value; one on the day of a session was taken before it."""
    records = settled(cohort)
    sessions = records.tables["session"].join(records.bounds.select("patient_id", "t0"), on="patient_id", how="inner")
    method = pl.col("method") if "method" in sessions.columns else pl.lit(None, dtype=pl.String)
    sessions = sessions.select(
        "patient_id", session_date="date", session_method=method,
        session_day=(pl.col("date") - pl.col("t0")).dt.total_days(),
    )  # fmt: skip
    # Two methods on one day are one session of the patient; the longer window then counts.
    order = sessions.with_columns(first=pl.col("session_method").is_in(_Y90)).sort("patient_id", "session_day", "first")
    order = order.unique(["patient_id", "session_day"], keep="last", maintain_order=True)
    order = order.with_columns(session=pl.int_range(1, pl.len() + 1).over("patient_id")).sort("session_date")
    before = rows.with_columns(eve=pl.col("date") - pl.duration(days=1)).sort("eve")
    found = before.join_asof(
        order.drop("first"), left_on="eve", right_on="session_date", by="patient_id", check_sortedness=False
    )
    return found.drop("eve", "session_date", strict=False).sort("patient_id", "test", "date", "source_row")


def _with_baseline(rows: pl.DataFrame, name: str, session_day: pl.Expr) -> pl.DataFrame:
    """Add the last value of the same test in the days up to a session."""
    wanted = rows.with_columns(upto=session_day).with_row_index("place")
    values = rows.select("patient_id", "test", pl.col("day").alias("taken"), pl.col("value").alias(name))
    values = values.sort("taken", maintain_order=True).unique(
        ["patient_id", "test", "taken"], keep="last", maintain_order=True
    )
    known = wanted.drop_nulls("upto").sort("upto")
    found = known.join_asof(
        values.sort("taken"), left_on="upto", right_on="taken", by=["patient_id", "test"], check_sortedness=False
    )
    fresh = found.filter(pl.col("upto") - pl.col("taken") <= BASELINE_DAYS).select("place", name)
    return wanted.join(fresh, on="place", how="left", maintain_order="left").drop("place", "upto")
