"""Partial dates: an interval of days becomes one day, which never contradicts what is known exactly."""

from __future__ import annotations

from typing import Literal

import polars as pl

#: Which day of the interval is taken.
Partial = Literal["middle", "earliest", "latest"]

PARTIAL_TEXT: dict[Partial, str] = {
    "middle": "middle of what is known (the 15th where only the day is missing)",
    "earliest": "earliest possible day",
    "latest": "latest possible day",
}


def settle(
    frame: pl.DataFrame,
    column: str,
    partial: Partial = "middle",
    *,
    not_before: pl.Expr | None = None,
    not_after: pl.Expr | None = None,
) -> pl.DataFrame:
    """Replace an interval ``[x, x_to]`` by one day and note in ``x_partial`` whether that was an assumption.

    Parameters
    ----------
    frame
        With ``column`` (earliest day) and, where dates may be partial, ``column_to`` (latest day).
    partial
        Day taken: the 15th where the day is missing, the middle of longer intervals; or either end.
    not_before, not_after
        Bounds by row, applied only as far as the interval allows; a missing bound does not bind. An exact date is
        never moved.

    Returns
    -------
    DataFrame
        Without ``column_to``.

    Examples
    --------
    >>> from datetime import date
    >>> frame = pl.DataFrame({"seen": [date(2020, 3, 1)], "seen_to": [date(2020, 3, 31)]})
    >>> settle(frame, "seen")["seen"].item(), settle(frame, "seen", not_after=pl.lit(date(2020, 3, 9)))["seen"].item()
    (datetime.date(2020, 3, 15), datetime.date(2020, 3, 9))
    """
    first = pl.col(column)
    last = pl.col(f"{column}_to").fill_null(first) if f"{column}_to" in frame.columns else first
    day = {"middle": _middle(first, last), "earliest": first, "latest": last}[partial]
    if not_before is not None:
        day = pl.when(not_before <= last).then(pl.max_horizontal(day, not_before)).otherwise(day)
    if not_after is not None:
        day = pl.min_horizontal(day, not_after)
    day = pl.min_horizontal(pl.max_horizontal(day, first), last)
    known = first.is_not_null()
    return frame.with_columns(
        pl.when(known).then(day).alias(column), (known & (first != last)).alias(f"{column}_partial")
    ).drop(f"{column}_to", strict=False)


def _middle(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    days = (last - first).dt.total_days()
    offset = pl.when(days <= 30).then(pl.min_horizontal(pl.lit(14), days)).otherwise(days // 2)
    return first + pl.duration(days=offset)
