"""Estimates: one row per statistic, the only currency that leaves the estimators."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

#: A group is the (key, level) pairs that define it; ``()`` is everybody.
Group = tuple[tuple[str, str], ...]
Unit = Literal["", "day", "probability", "count", "ratio", "p", "per person-year", "person-day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One statistic of one group.

    Parameters
    ----------
    variable
        What was analysed: an endpoint's or a count table's name.
    statistic
        Its name: ``n``, ``events``, ``median``, ``survival``, ``cumulative_incidence``, ``rmst``, ``proportion`` ...
    value, low, high
        Point estimate and interval limits; ``None`` where there is none, and then ``reason`` says why.
    unit
        Unit of the value.
    at
        Day (or quantile, threshold) at which the statistic is taken.
    level
        Confidence level of the interval.
    method
        Estimator and interval by name.
    n, events
        Units and events behind the value.
    reason
        Why a value or limit is missing, in words fit for a table: "not reached", "not estimable (0 events)".
    warning
        What a reader must know before using the value.
    detail
        What else distinguishes the row: the cause, the category, the pair that is compared.
    """

    variable: str
    statistic: str
    group: Group = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: Unit = ""
    at: float | None = None
    level: float | None = None
    method: str = ""
    n: int | None = None
    events: int | None = None
    reason: str = ""
    warning: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        """Keep what is no number off every page, and say that an estimator failed to give its own reason."""
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and math.isnan(number):
                warnings.warn(f"{self.variable}, {self.statistic}: the calculation gave no number", stacklevel=3)
                object.__setattr__(self, name, None)
                object.__setattr__(self, "reason", self.reason or "not estimable (the calculation gave no number)")


@dataclass(frozen=True, slots=True)
class Estimates:
    """An ordered collection of estimates.

    Examples
    --------
    >>> rows = Estimates((Estimate(variable="os", statistic="n", value=24.0, unit="count"),))
    >>> rows.one("n").value
    24.0
    """

    rows: tuple[Estimate, ...] = ()

    def __add__(self, other: Estimates) -> Estimates:
        """Append."""
        return Estimates(self.rows + other.rows)

    def __iter__(self) -> Iterator[Estimate]:
        """Iterate over the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def select(
        self,
        statistic: str | None = None,
        *,
        variable: str | None = None,
        group: Group | None = None,
        at: float | None = None,
        detail: str | None = None,
    ) -> Estimates:
        """Return the rows that match every given criterion."""
        return Estimates(
            tuple(
                r
                for r in self.rows
                if (statistic is None or r.statistic == statistic)
                and (variable is None or r.variable == variable)
                and (group is None or r.group == group)
                and (at is None or r.at == at)
                and (detail is None or r.detail == detail)
            )
        )

    def one(
        self,
        statistic: str,
        *,
        variable: str | None = None,
        group: Group | None = None,
        at: float | None = None,
        detail: str | None = None,
    ) -> Estimate:
        """Return the single row that matches.

        Raises
        ------
        KeyError
            If none or several match.
        """
        found = self.select(statistic, variable=variable, group=group, at=at, detail=detail)
        if len(found) != 1:
            wanted = {
                "statistic": statistic,
                "variable": variable,
                "group": group,
                "at": at,
                "detail": detail,
            }
            text = ", ".join(f"{k}={v}" for k, v in wanted.items() if v is not None)
            raise KeyError(f"{len(found)} rows match {text}")
        return found.rows[0]

    def groups(self) -> tuple[Group, ...]:
        """Return the groups in order of first appearance."""
        return tuple(dict.fromkeys(r.group for r in self.rows))

    def to_dicts(self) -> list[dict[str, object]]:
        """Return plain dictionaries, one a row."""
        return [asdict(row) for row in self.rows]

    def to_frame(self) -> pl.DataFrame:
        """Return a polars frame, one row a statistic; groups as text."""
        import polars as pl  # noqa: PLC0415 - half a second that most callers do not need

        columns = [f.name for f in fields(Estimate)]
        data = {c: [getattr(r, c) for r in self.rows] for c in columns}
        data["group"] = [group_text(g) for g in data["group"]]
        numbers = {"value", "low", "high", "at", "level"}
        whole = {"n", "events"}
        schema = {c: pl.Float64 if c in numbers else pl.Int64 if c in whole else pl.String for c in columns}
        return pl.DataFrame(data, schema=schema)

    def __str__(self) -> str:
        """Return a plain table."""
        lines = []
        for r in self.rows:
            at = f" at {r.at:g}" if r.at is not None else ""
            value = r.reason if r.value is None else f"{r.value:.6g}"
            limits = "" if r.level is None else f" ({_limits(r)}{r.level:.0%})"
            extra = f" {r.detail}" if r.detail else ""
            note = f"  [{r.reason}]" if r.reason and r.value is not None else ""
            lines.append(f"{r.variable} | {group_text(r.group)} | {r.statistic}{extra}{at}: {value}{limits}{note}")
        return "\n".join(lines)


def group_text(group: Group) -> str:
    """Return a group as text: ``"overall"`` or ``"method=y90, extrahepatic=none"``."""
    return ", ".join(f"{k}={v}" for k, v in group) or "overall"


def _limits(row: Estimate) -> str:
    """Return the interval; a bound without an interval has none to show."""
    return "" if row.low is None and row.high is None else f"{_limit(row.low)} to {_limit(row.high)}; "


def _limit(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.6g}"
