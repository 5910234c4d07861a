"""Integrity rules of the laboratory values: units, limits, and values that the unit makes impossible."""

from __future__ import annotations

import polars as pl

from glisson.clinical.integrity_rules import Rule, Tables, where
from glisson.clinical.labs.conversions import conversions, converted, crossed, impossible, impossible_limit
from glisson.clinical.labs.units import ANALYTES

_LAB = "lab"


def _unknown_unit(tables: Tables) -> pl.DataFrame:
    rows = tables[_LAB]
    lost = rows.join(conversions(rows), on=["test", "unit"], how="inner").filter(pl.col("factor").is_null())
    return lost.with_columns(
        found=pl.format("the unit '{}' of {} is not understood; understood: {}", "unit", "test", "known")
    )


def _implausible(tables: Tables) -> pl.DataFrame:
    """Values that are impossible in their unit, most often because it is that of another laboratory."""
    out = _stored(tables).filter(impossible() & (pl.col("written") >= 0))
    return out.with_columns(
        found=pl.format("{} {} is {} {} of {}", "written", "unit", pl.col("value").round(3), "stored", "test")
    )


def _implausible_limit(tables: Tables) -> pl.DataFrame:
    """Limits of normal that are impossible in the unit of their value."""
    out = _stored(tables).filter(impossible_limit())
    shown = pl.when(pl.col("limit") == "lln").then("lln").otherwise("uln").round(3)
    return out.with_columns(
        found=pl.format("the {} of {} is {} {} in the unit of its value", "limit", "test", shown, "stored")
    )


def _limits(tables: Tables) -> pl.DataFrame:
    return tables[_LAB].filter(crossed())


def _stored(tables: Tables) -> pl.DataFrame:
    """Return the rows in the stored unit, with the value as ``written``."""
    rows = tables[_LAB]
    missing = [pl.lit(None, dtype=pl.Float64).alias(c) for c in ("uln", "lln") if c not in rows.columns]
    return converted(rows.with_columns(missing).with_columns(written=pl.col("value")))


def _no_upper(tables: Tables) -> pl.DataFrame:
    """Tests graded by the upper limit of normal, where it is missing: one row a patient and test is enough."""
    high = [t for t, a in ANALYTES.items() if a.direction == "high" and a.term and t != "inr"]
    rows = tables[_LAB]
    uln = pl.col("uln") if "uln" in rows.columns else pl.lit(None, dtype=pl.Float64)
    lost = rows.filter(pl.col("test").is_in(high) & uln.is_null() & pl.col("value").is_not_null())
    return lost.unique(["patient_id", "test"], keep="first", maintain_order=True)


#: All rules of laboratory values; a blank value or unit is found for every sheet alike.
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
        id="lab.implausible",
        severity="changes",
        table=_LAB,
        column="value",
        needs=((_LAB, "test"), (_LAB, "unit"), (_LAB, "value")),
        hits=_implausible,
        found="",
        expected="a value that can occur",
        todo="check the value and its unit; until then it is not used",
    ),
    Rule(
        id="lab.limit_implausible",
        severity="changes",
        table=_LAB,
        column="value",
        needs=((_LAB, "test"), (_LAB, "unit"), (_LAB, "value")),
        hits=_implausible_limit,
        found="",
        expected="the limit of normal in the unit of the value",
        todo="check the limits and the unit; until then the limits are not used",
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
        todo="correct it; until then it is not used",
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
        todo="correct the limits; until then they are not used",
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
