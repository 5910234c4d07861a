"""What is done to the rows of the laboratory sheet before anything is computed: conversion, and what cannot be used."""

from __future__ import annotations

import polars as pl

from glisson.clinical.labs.units import ANALYTES, accepted_units, factor


def conversions(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each pair of test and unit that occurs, with what is known of it.

    Parameters
    ----------
    rows
        With ``test`` and ``unit``.

    Returns
    -------
    DataFrame
        ``test``, ``unit``; ``factor`` to the stored unit (null where the unit is not understood); ``stored`` unit;
        ``low`` and ``high``, between which a value can lie; ``limit`` (``uln`` or ``lln``, the one that grades the
        test), ``limit_low`` and ``limit_high``, between which that can lie; ``known``, the units understood, in words.

    Examples
    --------
    >>> conversions(pl.DataFrame({"test": ["hb"], "unit": ["g/dL"]})).row(0)[:5]
    ('hb', 'g/dL', 10.0, 'g/L', 20.0)
    """
    pairs = rows.select("test", "unit").drop_nulls().unique().filter(pl.col("test").is_in(list(ANALYTES)))
    pairs = pairs.sort("test", "unit")
    tests, units = pairs["test"].to_list(), pairs["unit"].to_list()
    found = [ANALYTES[t] for t in tests]
    return pairs.with_columns(
        pl.Series("factor", [factor(t, u) for t, u in zip(tests, units, strict=True)], dtype=pl.Float64),
        pl.Series("stored", [a.unit for a in found], dtype=pl.String),
        pl.Series("low", [a.low for a in found], dtype=pl.Float64),
        pl.Series("high", [a.high for a in found], dtype=pl.Float64),
        pl.Series("limit", ["lln" if a.direction == "low" else "uln" for a in found], dtype=pl.String),
        pl.Series("limit_low", [a.normal[0] for a in found], dtype=pl.Float64),
        pl.Series("limit_high", [a.normal[1] for a in found], dtype=pl.Float64),
        pl.Series("known", [accepted_units(t) for t in tests], dtype=pl.String),
    )


def converted(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose unit is understood, with ``value``, ``uln`` and ``lln`` in the stored unit.

    Rounded to fifteen significant digits, so that a converted value meets a limit that it equals.

    Parameters
    ----------
    rows
        With ``test``, ``unit``, ``value``, ``uln`` and ``lln``.

    Returns
    -------
    DataFrame
        The columns of ``rows`` and of ``conversions``; ``unit`` is still that of the row.
    """
    known = rows.join(conversions(rows), on=["test", "unit"], how="inner", maintain_order="left")
    stored = [(pl.col(c) * pl.col("factor")).round_sig_figs(15).alias(c) for c in ("value", "uln", "lln")]
    return known.drop_nulls("factor").with_columns(stored)


def impossible() -> pl.Expr:
    """Whether a converted value cannot occur: it is most often in another unit."""
    return (pl.col("value") < pl.col("low")) | (pl.col("value") > pl.col("high"))


def impossible_limit() -> pl.Expr:
    """Whether the converted limit that grades the test cannot be one: the value is most often in another unit."""
    limit = pl.when(pl.col("limit") == "lln").then("lln").otherwise("uln")
    return (limit < pl.col("limit_low")) | (limit > pl.col("limit_high"))


def crossed() -> pl.Expr:
    """Whether the upper limit is not above the lower one."""
    return pl.col("uln") <= pl.col("lln")
