"""Integrity rules of the laboratory values: units, limits, and values that the unit makes impossible."""

from __future__ import annotations

import polars as pl

from glisson.clinical.integrity_rules import Rule, Tables, where
from glisson.clinical.labs.units import ANALYTES, accepted_units, factor

_LAB = "lab"


def _pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """Return test, unit, factor, plausible limits and the units that would be understood."""
    pairs = rows.select("test", "unit").drop_nulls().unique().filter(pl.col("test").is_in(list(ANALYTES)))
    tests, units = pairs["test"].to_list(), pairs["unit"].to_list()
    return pairs.with_columns(
        pl.Series("factor", [factor(t, u) for t, u in zip(tests, units, strict=True)], dtype=pl.Float64),
        pl.Series("low", [ANALYTES[t].low for t in tests], dtype=pl.Float64),
        pl.Series("high", [ANALYTES[t].high for t in tests], dtype=pl.Float64),
        pl.Series("stored", [ANALYTES[t].unit for t in tests], dtype=pl.String),
        pl.Series("known", [accepted_units(t) for t in tests], dtype=pl.String),
    )


def _unknown_unit(tables: Tables) -> pl.DataFrame:
    rows = tables[_LAB]
    lost = rows.join(_pairs(rows), on=["test", "unit"], how="inner").filter(pl.col("factor").is_null())
    return lost.with_columns(
        found=pl.format("the unit '{}' of {} is not understood; understood: {}", "unit", "test", "known")
    )


def _no_unit(tables: Tables) -> pl.DataFrame:
    return tables[_LAB].filter(pl.col("unit").is_null() & pl.col("value").is_not_null())


def _implausible(tables: Tables) -> pl.DataFrame:
    """Values that are impossible in their unit, most often because it is that of another laboratory."""
    rows = tables[_LAB]
    known = rows.join(_pairs(rows), on=["test", "unit"], how="inner").with_columns(v=pl.col("value") * pl.col("factor"))
    out = known.filter((pl.col("v") < pl.col("low")) | (pl.col("v") > pl.col("high")))
    return out.with_columns(
        found=pl.format("{} {} is {} {} of {}", "value", "unit", pl.col("v").round(3), "stored", "test")
    )


def _limits(tables: Tables) -> pl.DataFrame:
    return tables[_LAB].filter(pl.col("uln") <= pl.col("lln"))


def _no_upper(tables: Tables) -> pl.DataFrame:
    """Tests graded by the upper limit of normal, where it is missing: one row a patient and test is enough."""
    high = [t for t, a in ANALYTES.items() if a.direction == "high" and a.term and t != "inr"]
    rows = tables[_LAB]
    uln = pl.col("uln") if "uln" in rows.columns else pl.lit(None, dtype=pl.Float64)
    lost = rows.filter(pl.col("test").is_in(high) & uln.is_null() & pl.col("value").is_not_null())
    return lost.unique(["patient_id", "test"], keep="first", maintain_order=True)


#: All rules of laboratory values beyond a missing value.
LAB_RULES: tuple[Rule, ...] = (
    Rule(
        id="lab.unit_unknown",
        severity="changes",
        table=_LAB,
        column="unit",
        needs=((_LAB, "test"), (_LAB, "unit")),
        hits=_unknown_unit,
        found="",
        expected="a unit that is understood",
        todo="correct the unit; until then this value is not used",
    ),
    Rule(
        id="lab.unit_missing",
        severity="changes",
        table=_LAB,
        column="unit",
        needs=((_LAB, "value"), (_LAB, "unit")),
        hits=_no_unit,
        found="a laboratory value without a unit",
        expected="the unit printed by the laboratory",
        todo="add it; until then this value is not used",
    ),
    Rule(
        id="lab.implausible",
        severity="changes",
        table=_LAB,
        column="value",
        needs=((_LAB, "test"), (_LAB, "unit"), (_LAB, "value")),
        hits=_implausible,
        found="",
        expected="a value that can occur",
        todo="check the value and its unit; it is used as it stands",
    ),
    Rule(
        id="lab.negative",
        severity="changes",
        table=_LAB,
        column="value",
        needs=((_LAB, "value"),),
        hits=where(_LAB, pl.col("value") < 0),
        found="a negative laboratory value",
        expected="a value from 0",
        todo="correct it",
    ),
    Rule(
        id="lab.limits",
        severity="changes",
        table=_LAB,
        column="uln",
        needs=((_LAB, "uln"), (_LAB, "lln")),
        hits=_limits,
        found="the upper limit of normal is not above the lower one",
        expected="uln above lln",
        todo="correct the limits; grades depend on them",
    ),
    Rule(
        id="lab.no_uln",
        severity="note",
        table=_LAB,
        column="test",
        needs=((_LAB, "test"), (_LAB, "value")),
        hits=_no_upper,
        found="a value without the upper limit of normal, by which it would be graded",
        expected="uln, in the unit of the value",
        todo="add the limit of the laboratory",
    ),
)
