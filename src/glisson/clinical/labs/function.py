"""Liver function over time: scores from values taken together, the worst after treatment, the time until worse."""

from __future__ import annotations

import math
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import keys_of_units, patient_keys
from glisson.clinical.labs import scores
from glisson.clinical.labs.counts import NOT_MEASURED
from glisson.clinical.labs.graded import BASELINE_DAYS, lab_values
from glisson.clinical.settled import settled
from glisson.errors import InputError, SettingsError
from glisson.tables import CountTable, Endpoint, Factor
from glisson.tables.endpoint import ORIGIN

Score = Literal["albi", "malbi", "child_pugh", "meld", "meld_na", "meld_3"]

LABELS: dict[Score, str] = {
    "albi": "ALBI grade", "malbi": "Modified ALBI grade", "child_pugh": "Child-Pugh class", "meld": "MELD",
    "meld_na": "MELD-Na", "meld_3": "MELD 3.0",
}  # fmt: skip
#: Grades from best to worst; MELD is divided where transplant programmes divide it.
GRADES: dict[Score, tuple[str, ...]] = {
    "albi": ("1", "2", "3"), "malbi": ("1", "2a", "2b", "3"), "child_pugh": ("A", "B", "C"),
    "meld": ("6-9", "10-19", "20 or more"), "meld_na": ("6-9", "10-19", "20 or more"),
    "meld_3": ("6-9", "10-19", "20 or more"),
}  # fmt: skip
#: Days between values that are still taken together, and for how long ascites and encephalopathy are taken to stay.
TOGETHER_DAYS, CLINICAL_DAYS = 7, 90

_NEEDS: dict[Score, tuple[str, ...]] = {
    "albi": ("albumin",), "malbi": ("albumin",), "child_pugh": ("albumin", "inr"), "meld": ("creatinine", "inr"),
    "meld_na": ("creatinine", "inr", "sodium"), "meld_3": ("creatinine", "inr", "sodium", "albumin"),
}  # fmt: skip


@lru_cache(maxsize=4)
def liver_scores(cohort: Cohort) -> pl.DataFrame:
    """Return every liver function score that the values allow.

    A score is dated by its bilirubin; the other values are the nearest within seven days, and on the same side of the
    first session: none is made of values from before and after it. Ascites and encephalopathy
    are the last recorded in the 90 days before, or those before the first session.

    Parameters
    ----------
    cohort
        With a ``lab`` table and dated sessions.

    Returns
    -------
    DataFrame
        ``patient_id``, ``date``, ``day`` (from the first session), ``score``, ``value``, ``grade``; by patient, score
        and date.

    Raises
    ------
    InputError
        If there is no laboratory value.

    Notes
    -----
    Formulas and sources: ``scores``.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> sorted(liver_scores(demo_cohort())["score"].unique().to_list())
    ['albi', 'malbi', 'meld', 'meld_3', 'meld_na']
    """
    together = _together(cohort)
    limit = float(cohort.study.safety.child_pugh_albumin_limit)
    out: list[dict[str, Any]] = []
    for row in together.iter_rows(named=True):
        for score in get_args(Score):
            value, grade = _scored(score, row, limit)
            if grade:
                out.append({k: row[k] for k in ("patient_id", "date", "day")} | {"score": score, "value": value,
                                                                                 "grade": grade})  # fmt: skip
    schema = {"patient_id": pl.String, "date": pl.Date, "day": pl.Int64, "score": pl.String, "value": pl.Float64,
              "grade": pl.String}  # fmt: skip
    return pl.DataFrame(out, schema=schema).sort("patient_id", "score", "date")


def liver_function_table(cohort: Cohort, score: Score = "albi") -> CountTable:
    """Count patients by liver function before treatment and at its worst after it.

    Parameters
    ----------
    cohort
        n patients, with a ``lab`` table.
    score
        ``"albi"``, ``"malbi"``, ``"child_pugh"``, ``"meld"``, ``"meld_na"`` or ``"meld_3"``.

    Returns
    -------
    CountTable
        n patients by ``method`` and ``baseline`` grade; categories the worst grade in the study's
        ``liver_function_days`` after any session, or ``not measured``.

    Raises
    ------
    InputError
        If there is no laboratory value.
    SettingsError
        If there is no such score.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> table = liver_function_table(demo_cohort())
    >>> table.categories, int(table.by().counts.sum())
    (('1', '2', '3', 'not measured'), 24)
    """
    grades, ids = _grades(score), cohort.table("patient")["patient_id"].to_list()
    rows = _of(cohort, score)
    before = _baselines(rows)
    after = _worst_after(cohort, rows, grades)
    levels = (*grades, NOT_MEASURED)
    start = Factor.of([before.get(i, NOT_MEASURED) for i in ids], levels)
    keys = {"method": patient_keys(cohort)["method"], "baseline": start}
    return CountTable.of(
        [after.get(i, NOT_MEASURED) for i in ids], levels, keys=keys, ids=ids, name=score, label=LABELS[score]
    )  # fmt: skip


def score_changes(cohort: Cohort, score: Score = "albi") -> pl.DataFrame:
    """Return the score before treatment and the worst (highest) after it, patient by patient.

    Parameters
    ----------
    cohort, score
        As for ``liver_function_table``.

    Returns
    -------
    DataFrame
        ``patient_id``, ``before``, ``after``; patients with both.

    Raises
    ------
    InputError
        If there is no laboratory value.
    SettingsError
        If there is no such score.
    """
    _grades(score)
    rows = _of(cohort, score)
    first = rows.filter(pl.col("day").is_between(-BASELINE_DAYS, 0)).sort("day").group_by("patient_id")
    before = first.agg(before=pl.col("value").last())
    after = _near(cohort, rows).group_by("patient_id").agg(after=pl.col("value").max())
    return before.join(after, on="patient_id", how="inner").sort("patient_id")


def time_to_worsening(cohort: Cohort, score: Score = "albi") -> Endpoint:
    """Return the time from the first session until a worse grade than before treatment, with death competing.

    Parameters
    ----------
    cohort, score
        As for ``liver_function_table``.

    Returns
    -------
    Endpoint
        Patients with a grade before treatment. Those never worse are censored at their last score; a death competes if
        it comes within ``liver_function_days`` of the last score, for what happened in a longer gap is not known.

    Raises
    ------
    InputError
        If nobody has a grade before treatment.
    SettingsError
        If there is no such score.
    """
    grades = _grades(score)
    rows = _of(cohort, score)
    before = _baselines(rows)
    if not before:
        raise InputError(f"nobody has {LABELS[score]} before treatment", expected="values in the 30 days before",
                         todo="record bilirubin and albumin before the first session")  # fmt: skip
    ids = [i for i in cohort.table("patient")["patient_id"].to_list() if i in before]
    rank = {g: k for k, g in enumerate(grades)}
    later = rows.filter((pl.col("day") > 0) & pl.col("patient_id").is_in(list(before)))
    worse: dict[str, int] = {}
    last = dict.fromkeys(ids, 0)
    for patient, day, grade in later.select("patient_id", "day", "grade").iter_rows():
        last[patient] = max(last[patient], day)
        if rank[grade] > rank[before[patient]]:
            worse[patient] = min(worse.get(patient, day), day)
    gap = cohort.study.safety.liver_function_days
    died = {i: day for i, day in _deaths(cohort).items() if i in last and day - last[i] <= gap}
    # A worsening counts before a death on the same day.
    cause = [1 if i in worse else 2 if i in died else 0 for i in ids]
    leave = [worse[i] if c == 1 else died[i] if c == 2 else last[i] for i, c in zip(ids, cause, strict=True)]
    return Endpoint(
        name=f"time_to_worse_{score}",
        label=f"Time to worse {LABELS[score]}",
        unit=np.array(ids, dtype=np.str_),
        cluster=np.array(ids, dtype=np.str_),
        entry=np.full(len(ids), ORIGIN, dtype=np.int64),
        exit=np.array(leave, dtype=np.int64),
        cause=np.array(cause, dtype=np.int64),
        causes=(f"worse {LABELS[score]}", "death"),
        keys=MappingProxyType(dict(keys_of_units(cohort, ids, ids))),
        rules=(
            ("origin", "first liver-directed therapy"),
            ("event", f"first {LABELS[score]} worse than the last one up to {BASELINE_DAYS} days before treatment"),
            ("competing", f"death within {gap} days of the last score"),
            ("censored", "last score"),
            ("left out", f"{cohort.n - len(ids)} without a grade before treatment"),
        ),
        source_label=cohort.study.title,
    )


def _grades(score: str) -> tuple[str, ...]:
    if score not in GRADES:
        raise SettingsError(f"liver function score {score!r}", expected=f"one of {', '.join(GRADES)}")
    return GRADES[score]


def _of(cohort: Cohort, score: Score) -> pl.DataFrame:
    return liver_scores(cohort).filter(pl.col("score") == score)


def _baselines(rows: pl.DataFrame) -> dict[str, str]:
    before = rows.filter(pl.col("day").is_between(-BASELINE_DAYS, 0)).sort("day").group_by("patient_id")
    last = before.agg(pl.col("grade").last())
    return dict(zip(last["patient_id"], last["grade"], strict=True))


def _worst_after(cohort: Cohort, rows: pl.DataFrame, grades: tuple[str, ...]) -> dict[str, str]:
    """Return the worst grade in the window after any session."""
    rank = pl.col("grade").replace_strict({g: i for i, g in enumerate(grades)}, return_dtype=pl.Int64)
    worst = _near(cohort, rows).group_by("patient_id").agg(worst=rank.max())
    return {p: grades[k] for p, k in zip(worst["patient_id"], worst["worst"], strict=True)}


def _near(cohort: Cohort, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the scores in the window after any session."""
    records = settled(cohort)
    sessions = records.tables["session"].select("patient_id", session="date").sort("session")
    later = rows.filter(pl.col("day") > 0).sort("date")
    # A value on the day of a session was taken before it.
    near = later.join_asof(
        sessions,
        left_on="date",
        right_on="session",
        by="patient_id",
        check_sortedness=False,
        allow_exact_matches=False,
    ).filter((pl.col("date") - pl.col("session")).dt.total_days() <= cohort.study.safety.liver_function_days)
    return near.drop("session")


def _deaths(cohort: Cohort) -> dict[str, int]:
    patient = settled(cohort).tables["patient"].drop_nulls(["death_date", "t0"])
    days = (patient["death_date"] - patient["t0"]).dt.total_days()
    return dict(zip(patient["patient_id"], days.to_list(), strict=True))


def _together(cohort: Cohort) -> pl.DataFrame:
    """Return each bilirubin with the nearest other values, sex, ascites and encephalopathy."""
    values = lab_values(cohort).unique(["patient_id", "test", "date"], keep="last", maintain_order=True).sort("date")
    values = values.with_columns(treated=pl.col("day") > 0)
    rows = values.filter(pl.col("test") == "bilirubin")
    rows = rows.select("patient_id", "treated", "date", "day", bilirubin="value")
    for test in ("albumin", "inr", "creatinine", "sodium"):
        other = values.filter(pl.col("test") == test)
        rows = rows.join_asof(
            other.select("patient_id", "treated", "date", pl.col("value").alias(test)), on="date",
            by=["patient_id", "treated"], strategy="nearest", tolerance=f"{TOGETHER_DAYS}d", check_sortedness=False,
        )  # fmt: skip
    rows = rows.join_asof(_clinical(cohort), on="date", by="patient_id", tolerance=f"{CLINICAL_DAYS}d",
                          check_sortedness=False)  # fmt: skip
    patient = cohort.table("patient")
    sex = pl.col("sex") if "sex" in patient.columns else pl.lit(None, dtype=pl.String)
    return rows.join(patient.select("patient_id", sex.alias("sex")), on="patient_id", how="left")


def _clinical(cohort: Cohort) -> pl.DataFrame:
    """Return ascites and encephalopathy by date, those before treatment dated thirty days before it."""
    records = settled(cohort)
    parts = []
    start = records.tables["patient"].with_columns(date=pl.col("t0") - pl.duration(days=BASELINE_DAYS))
    parts.append(_signs(start, "ascites_t0", "encephalopathy_t0"))
    if "followup" in records.tables:
        parts.append(_signs(records.tables["followup"], "ascites", "encephalopathy"))
    return pl.concat(parts).drop_nulls("date").sort("date")


def _signs(frame: pl.DataFrame, ascites: str, encephalopathy: str) -> pl.DataFrame:
    def column(name: str) -> pl.Expr:
        return pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String)

    rows = frame.select(
        "patient_id", "date", column(ascites).alias("ascites"), column(encephalopathy).alias("encephalopathy")
    )
    return rows.filter(pl.col("ascites").is_not_null() & pl.col("encephalopathy").is_not_null())


def _scored(score: Score, row: dict[str, Any], albumin_limit: float) -> tuple[float | None, str]:
    """Return value and grade of a score, or nothing where one of its values is missing or not above 0."""
    needed = [row["bilirubin"], *(row[test] for test in _NEEDS[score])]
    if any(v is None or not math.isfinite(v) or v <= 0 for v in needed):
        return None, ""
    if score in {"albi", "malbi"}:
        value = scores.albi(row["bilirubin"], row["albumin"])
        return value, scores.albi_grade(value) if score == "albi" else scores.modified_albi_grade(value)
    if score == "child_pugh":
        if row["ascites"] is None or row["encephalopathy"] is None:
            return None, ""
        points, grade = scores.child_pugh(
            row["bilirubin"], row["albumin"], row["inr"], row["ascites"], row["encephalopathy"],
            albumin_limit=albumin_limit,
        )  # fmt: skip
        return float(points), grade
    if score == "meld_3" and row["sex"] not in {"F", "M"}:
        return None, ""
    value = float(_meld(score, row))
    return value, GRADES[score][0 if value < 10 else 1 if value < 20 else 2]


def _meld(score: Score, row: dict[str, Any]) -> int:
    base = row["bilirubin"], row["creatinine"], row["inr"]
    if score == "meld":
        return scores.meld(*base)
    if score == "meld_na":
        return scores.meld_na(*base, row["sodium"])
    return scores.meld_3(*base, row["sodium"], row["albumin"], female=row["sex"] == "F")
