"""ADLB: one row a laboratory value."""

from __future__ import annotations

import polars as pl

from glisson.adam.dataset import Dataset, Kind, dataset, flag, study_day, variables, with_imputed
from glisson.adam.source import CORE, SOURCE, Source
from glisson.clinical.cdisc.domains import LAB_CODES
from glisson.clinical.labs.graded import BASELINE_DAYS, graded, lab_values
from glisson.clinical.labs.units import ANALYTES

_MORE: tuple[tuple[str, str, Kind, str], ...] = (
    ("PARAMCD", "Parameter code", "char", "lab.test"),
    ("PARAM", "Parameter", "char", "lab.test with the unit of AVAL"),
    ("ADT", "Analysis date", "date", "lab.date"),
    ("ADTF", "Imputation flag of ADT", "char", "D: day, M: month and day imputed"),
    ("ADY", "Analysis relative day", "integer", "ADT against TRTSDT, day 1 is TRTSDT"),
    ("AVAL", "Analysis value", "number", "lab.value in stored units"),
    ("AVALU", "Unit of AVAL", "char", "stored unit"),
    ("ANRLO", "Analysis normal range lower limit", "number", "lab.lln in the unit of AVAL"),
    ("ANRHI", "Analysis normal range upper limit", "number", "lab.uln in the unit of AVAL"),
    ("ANRIND", "Analysis reference range indicator", "char", "LOW, NORMAL or HIGH by the limits that are known"),
    ("ABLFL", "Baseline record flag", "char", "Y: last value in the 30 days up to TRTSDT"),
    ("BASE", "Baseline value", "number", "AVAL where ABLFL is Y"),
    ("CHG", "Change from baseline", "number", "AVAL - BASE after TRTSDT"),
    ("ATOXDSC", "CTCAE term graded", "char", "CTCAE"),
    ("ATOXVER", "CTCAE version", "char", "setting safety.ctcae_version"),
    ("ATOXGR", "Analysis toxicity grade", "char", "CTCAE, against the baseline"),
    ("ATOXGRN", "Analysis toxicity grade (N)", "integer", "CTCAE, against the baseline"),
    ("BTOXGR", "Baseline toxicity grade", "char", "CTCAE, by the limits of normal"),
    ("BTOXGRN", "Baseline toxicity grade (N)", "integer", "CTCAE, by the limits of normal"),
    ("SESSN", "Latest session before the value", "integer", "number of the subject's session, from 1"),
    ("SESSWNFL", "In the window of that session", "char", "Y: within the days in which events count"),
    ("TRTEMFL", "Treatment-emergent flag", "char", "Y: grade 1 or more and above the baseline's, after TRTSDT"),
)  # fmt: skip
VARIABLES = variables((*CORE, *_MORE, *SOURCE))


def adlb(source: Source) -> Dataset:
    """Return ADLB: the values that can be used, in stored units, with grades where CTCAE has them.

    Parameters
    ----------
    source
        What the datasets are made from; the cohort has a ``lab`` table and dated sessions.
    """
    cohort = source.cohort
    rows = _with_baseline(lab_values(cohort))
    grades = graded(cohort).select(
        "patient_id", "test", "source_row", ATOXDSC="term", ATOXGRN="grade", BTOXGRN="baseline_grade", SESSN="session",
        SESSWNFL=flag(pl.col("in_window")), TRTEMFL=flag(pl.col("emergent")),
        ATOXVER=pl.lit(cohort.study.safety.ctcae_version),
    )  # fmt: skip
    rows = rows.join(grades, on=["patient_id", "test", "source_row"], how="left", maintain_order="left")
    known = with_imputed(cohort.table("lab"), "date", "ADTF").select("source_row", "ADTF")
    rows = source.with_subject(rows.join(known, on="source_row", how="left", maintain_order="left"))
    value, low, high = pl.col("value"), pl.col("lln"), pl.col("uln")
    label = {code: f"{a.label} ({a.unit})" if a.unit else a.label for code, a in ANALYTES.items()}
    rows = rows.with_columns(
        PARAMCD=pl.col("test").replace_strict(LAB_CODES, default=pl.col("test").str.to_uppercase()),
        PARAM=pl.col("test").replace_strict(label, default=pl.col("test")),
        ADT="date",
        ADY=study_day(pl.col("date"), pl.col("TRTSDT")),
        AVAL="value",
        AVALU="unit",
        ATOXGR=pl.col("ATOXGRN").cast(pl.String),
        BTOXGR=pl.col("BTOXGRN").cast(pl.String),
        ANRLO="lln",
        ANRHI="uln",
        ANRIND=pl.when(value > high).then(pl.lit("HIGH")).when(value < low).then(pl.lit("LOW"))
        .when(low.is_not_null() | high.is_not_null()).then(pl.lit("NORMAL")),
        CHG=pl.when(pl.col("day") > 0).then((value - pl.col("BASE")).round_sig_figs(15)),
        SRCDOM=pl.lit("LB"),
        SRCVAR=pl.lit("LBORRES"),
        SRCSEQ=source.sequence("lab", rows["source_row"]),
    )  # fmt: skip
    return dataset("adlb", "Laboratory values, one row a value", VARIABLES, rows)


def _with_baseline(rows: pl.DataFrame) -> pl.DataFrame:
    """Mark the last value of each test in the days up to the first session."""
    rows = rows.with_row_index("place")
    before = rows.filter(pl.col("day").is_between(-BASELINE_DAYS, 0)).sort("day", "source_row", maintain_order=True)
    base = before.unique(["patient_id", "test"], keep="last", maintain_order=True)
    rows = rows.join(
        base.select("patient_id", "test", BASE="value"), on=["patient_id", "test"], how="left", maintain_order="left"
    )
    return rows.with_columns(ABLFL=flag(pl.col("place").is_in(base["place"].implode())))
