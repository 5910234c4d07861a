"""A dataset: typed rows whose variables say what they are and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

Kind = Literal["char", "integer", "number", "date"]

_DTYPE: dict[Kind, Any] = {"char": pl.String, "integer": pl.Int64, "number": pl.Float64, "date": pl.Date}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable.

    Parameters
    ----------
    name
        At most eight characters.
    label
        At most forty characters.
    kind
        ``char``, ``integer``, ``number`` or ``date``.
    origin
        Column of the data model (``patient.sex``), or how it was derived.
    """

    name: str
    label: str
    kind: Kind = "char"
    origin: str = "derived"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """One dataset: lower-case name, what a row is, variables in order, rows with a column a variable."""

    name: str
    label: str
    variables: tuple[Variable, ...]
    rows: pl.DataFrame


def variables(table: Sequence[tuple[str, str, Kind, str]]) -> tuple[Variable, ...]:
    """Return variables from (name, label, kind, origin)."""
    return tuple(Variable(name=n, label=label, kind=kind, origin=origin) for n, label, kind, origin in table)


def dataset(name: str, label: str, declared: tuple[Variable, ...], frame: pl.DataFrame) -> Dataset:
    """Return a dataset with the declared variables in their order; what the frame lacks is blank.

    Examples
    --------
    >>> declared = variables([("AVAL", "Analysis value", "number", "derived"), ("AVALC", "As text", "char", "derived")])
    >>> dataset("adlb", "Values", declared, pl.DataFrame({"AVAL": [1]})).rows.row(0)
    (1.0, None)
    """
    present = set(frame.columns)
    columns = [
        (pl.col(v.name) if v.name in present else pl.lit(None)).cast(_DTYPE[v.kind]).alias(v.name) for v in declared
    ]
    return Dataset(name=name, label=label, variables=declared, rows=frame.select(columns))


def flag(condition: pl.Expr) -> pl.Expr:
    """Return ``Y`` where a condition holds, blank elsewhere."""
    return pl.when(condition.fill_null(value=False)).then(pl.lit("Y"))


def yes_or_no(condition: pl.Expr) -> pl.Expr:
    """Return ``Y`` or ``N``; a missing condition does not hold."""
    return pl.when(condition.fill_null(value=False)).then(pl.lit("Y")).otherwise(pl.lit("N"))


def study_day(day: pl.Expr, start: pl.Expr) -> pl.Expr:
    """Return the study day: the day of the first session is day 1, the day before it is day -1."""
    days = (day - start).dt.total_days()
    return pl.when(days >= 0).then(days + 1).otherwise(days)


def imputed(first: date | None, last: date | None) -> str | None:
    """Return what of a partial date was imputed: ``D`` the day, ``M`` month and day, blank nothing.

    Examples
    --------
    >>> imputed(date(2020, 3, 1), date(2020, 3, 31)), imputed(date(2020, 1, 1), date(2020, 12, 31))
    ('D', 'M')
    """
    if first is None or last is None or first == last:
        return None
    return "D" if (first.year, first.month) == (last.year, last.month) else "M"


def with_imputed(frame: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """Add what was imputed of a date that the frame holds as an interval ``[x, x_to]``."""
    if column not in frame.columns or f"{column}_to" not in frame.columns:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name))
    pairs = frame.select(column, f"{column}_to").iter_rows()
    return frame.with_columns(pl.Series(name, [imputed(*p) for p in pairs], dtype=pl.String))
