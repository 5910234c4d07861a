"""Every laboratory value with its grade: against the baseline before treatment, and before its own session."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.labs.conversions import converted, crossed, impossible, impossible_limit
from glisson.clinical.labs.rules import RULES, Version, term_of, with_grade
from glisson.clinical.settled import settled
from glisson.clinical.vocabulary import METHOD_FAMILY
from glisson.errors import InputError

#: Days before a session in which a value counts as its baseline; one on the day of the session was taken before it.
BASELINE_DAYS = 30
#: Tests of the liver, whose window after radioembolization is longer.
HEPATIC = ("bilirubin", "albumin", "alt", "ast", "alp", "ggt", "inr")

_Y90 = tuple(method for method, family in METHOD_FAMILY.items() if family == "y90")
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
        ``on_anticoagulation``, ``source_row``; by patient, test and date. Rows without value or date, whose unit is
        not understood, or whose value cannot occur in it, are left out, and so are limits of normal that cannot be:
        each of them is a problem of the data. Several values of a test on one day are all there.

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
    rows = converted(frame.with_columns(missing).select(*_COLUMNS).drop_nulls(["date", "value"]))
    rows = rows.filter(~impossible())
    useless = (crossed() | impossible_limit()).fill_null(value=False)
    rows = rows.with_columns(pl.when(useless).then(None).otherwise(pl.col(c)).alias(c) for c in ("uln", "lln"))
    rows = rows.join(records.bounds.select("patient_id", "t0"), on="patient_id", how="inner").drop_nulls("t0")
    if cohort.study.cutoff is not None:
        rows = rows.filter(pl.col("date") <= cohort.study.cutoff)
    return rows.select(
        "patient_id",
        "test",
        "date",
        (pl.col("date") - pl.col("t0")).dt.total_days().alias("day"),
        "value",
        pl.col("stored").alias("unit"),
        "uln",
        "lln",
        "on_anticoagulation",
        "source_row",
    ).sort("patient_id", "test", "date", "source_row")


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
        and ``baseline_grade`` (by the limits of normal); ``grade`` against that baseline; ``emergent``: after the first
        session, grade 1 or more and above the baseline's. ``session`` (number of the patient's latest session before
        the value, from 1; null before the first), ``session_day`` and ``session_method``; ``baseline_session`` (last
        value in the 30 days up to that session), ``baseline_session_grade``, ``grade_session`` and
        ``emergent_session`` against it. ``in_window``: in the window of any session; ``in_session``: in that of
        ``session``, which a later one cuts short. Grades are null where a limit of normal that decides is missing.

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
    rows = _against(rows, chosen, "")
    rows = _against(rows, chosen, "_session")
    return rows.with_columns(_windows(cohort)).drop("radiation_day")


def _against(rows: pl.DataFrame, version: Version, which: str) -> pl.DataFrame:
    """Add the grades against a baseline, and whether that of the value is above that of the baseline."""
    baseline, old, new = f"baseline{which}", f"baseline{which}_grade", f"grade{which}"
    # The baseline itself is graded by the limits of normal; INR under anticoagulation by itself, which is no increase.
    itself = (pl.col("test") == "inr") & pl.col("on_anticoagulation").fill_null(value=False)
    normal = pl.when(itself).then(pl.col(baseline)).otherwise(None)
    before = with_grade(rows.with_columns(value=pl.col(baseline), baseline=normal), version, old)[old]
    after = with_grade(rows.with_columns(baseline=pl.col(baseline)), version, new)[new]
    rows = rows.with_columns(before, after)
    worse = (pl.col(new) >= 1) & (pl.col(new) > pl.col(old).fill_null(0)) & pl.col("session").is_not_null()
    return rows.with_columns(worse.fill_null(value=False).alias(f"emergent{which}"))


def _windows(cohort: Cohort) -> list[pl.Expr]:
    """Return whether a value lies in the window of any session, and of the latest one before it."""
    usual = cohort.study.analysis.ae_window_days
    longer = max(usual, cohort.study.safety.y90_hepatic_window_days)
    hepatic = pl.col("test").is_in(HEPATIC)
    after, radiation = pl.col("day") - pl.col("session_day"), pl.col("day") - pl.col("radiation_day")
    late = hepatic & (radiation <= longer)
    own = (after <= usual) | (late & (pl.col("radiation_day") == pl.col("session_day")))
    return [
        own.fill_null(value=False).alias("in_session"),
        ((after <= usual) | late).fill_null(value=False).alias("in_window"),
    ]


def _with_sessions(rows: pl.DataFrame, cohort: Cohort) -> pl.DataFrame:
    """Add the latest session and the latest radioembolization before each value.

    A value on the day of a session was taken before it. Two methods on one day are one session of the patient.
    """
    records = settled(cohort)
    sessions = records.tables["session"].join(records.bounds.select("patient_id", "t0"), on="patient_id", how="inner")
    method = pl.col("method") if "method" in sessions.columns else pl.lit(None, dtype=pl.String)
    sessions = sessions.select(
        "patient_id", session_method=method, session_day=(pl.col("date") - pl.col("t0")).dt.total_days(),
        radiation=method.is_in(_Y90).fill_null(value=False),
    )  # fmt: skip
    # The method with the longer window stands for the day.
    order = sessions.sort("patient_id", "session_day", "radiation")
    order = order.unique(["patient_id", "session_day"], keep="last", maintain_order=True)
    order = order.with_columns(session=pl.int_range(1, pl.len() + 1).over("patient_id")).sort("session_day")
    radiation = order.filter("radiation").select("patient_id", radiation_day="session_day")
    found = rows.sort("day")
    for right, day in ((order.drop("radiation"), "session_day"), (radiation, "radiation_day")):
        found = found.join_asof(
            right, left_on="day", right_on=day, by="patient_id", allow_exact_matches=False, coalesce=False,
            check_sortedness=False,
        )  # fmt: skip
    return found.sort("patient_id", "test", "date", "source_row")


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
