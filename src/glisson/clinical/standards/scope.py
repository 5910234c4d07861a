"""Whom a reporting standard is about: the sessions of some methods, their patients, the rows that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.settled import settled
from glisson.clinical.timeline import timeline
from glisson.clinical.vocabulary import METHOD_FAMILY

#: Values that stand for nothing recorded.
_NOTHING = ("", "unknown")

When = Literal["", "before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """The sessions a standard is about.

    Parameters
    ----------
    cohort
        Whose records.
    sessions
        Dated sessions up to the cut-off of the methods in question.
    starts
        ``patient_id``, ``start`` (first of these sessions) and ``end`` (death or last contact).
    """

    cohort: Cohort
    sessions: pl.DataFrame
    starts: pl.DataFrame

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len(self.starts)

    def rows(self, table: str, when: When = "") -> pl.DataFrame:
        """Return the rows of a table that belong to these sessions, or to these patients.

        Parameters
        ----------
        table
            Name of the sheet.
        when
            Only rows up to the day of the first session (``before``), or later ones (``after``).
        """
        if table == "session":
            return self.sessions
        tables = timeline(self.cohort).tables if when == "after" else settled(self.cohort).tables
        frame = tables.get(table)
        if frame is None:
            return pl.DataFrame(schema={"patient_id": pl.String})
        if "patient_id" not in frame.columns:
            return frame.join(self.sessions.select("session_id"), on="session_id", how="semi")
        frame = frame.join(self.starts.select("patient_id", "start"), on="patient_id", how="inner")
        if not when:
            return frame
        if "date" not in frame.columns:
            return frame.clear()
        day, cutoff = pl.col("date"), self.cohort.study.cutoff
        frame = frame if cutoff is None else frame.filter(day <= cutoff)
        return frame.filter(day <= pl.col("start") if when == "before" else day > pl.col("start"))

    def followed(self, days: int) -> pl.DataFrame:
        """Return the patients who were followed for some days after their first session."""
        return self.starts.filter(pl.col("end") >= pl.col("start") + timedelta(days=days)).select("patient_id")


def scope(cohort: Cohort, families: Sequence[str]) -> Scope | None:
    """Return the scope of a standard, or ``None`` where no dated session is of these methods.

    Parameters
    ----------
    cohort
        Validated records.
    families
        Methods by family, e.g. ``("y90",)``.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> found = scope(demo_cohort(), ("y90",))
    >>> found.patients, len(found.sessions)
    (7, 10)
    """
    if not cohort.has("session", "date", "method"):
        return None
    records = settled(cohort)
    methods = [m for m, family in METHOD_FAMILY.items() if family in families]
    sessions = records.tables["session"].filter(pl.col("method").is_in(methods))
    known = records.bounds.select("patient_id", "end")
    starts = sessions.group_by("patient_id", maintain_order=True).agg(start=pl.col("date").min())
    starts = starts.join(known, on="patient_id", how="inner", maintain_order="left")
    if starts.is_empty():
        return None
    return Scope(cohort=cohort, sessions=sessions.join(starts, on="patient_id", how="semi"), starts=starts)


def recorded(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """Return for each row whether all columns hold a value; ``a|b`` holds one where either does.

    Examples
    --------
    >>> recorded(pl.DataFrame({"a": [1, None], "b": ["unknown", "x"]}), ("a|b",)).to_list()
    [True, True]
    """
    whole = pl.Series("recorded", [True] * len(frame), dtype=pl.Boolean)
    for need in columns:
        one = pl.Series("recorded", [False] * len(frame), dtype=pl.Boolean)
        for column in need.split("|"):
            if column in frame.columns:
                one = one | _holds(frame[column])
        whole = whole & one
    return whole


def _holds(values: pl.Series) -> pl.Series:
    if values.dtype == pl.String:
        return values.is_not_null() & ~values.str.strip_chars().is_in(_NOTHING).fill_null(value=True)
    if isinstance(values.dtype, pl.List):
        return values.is_not_null() & (values.list.len().fill_null(0) > 0)
    return values.is_not_null()
