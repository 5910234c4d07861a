"""Fields that a standard wants for every session: for how many of them each is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from glisson.clinical.lesion_outcomes import lesion_outcomes
from glisson.clinical.standards.scope import Scope, recorded
from glisson.errors import InputError

#: Column of the size of a lesion before its first treatment, among its outcomes.
SIZE = "size_mm"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardField:
    """One field of a session.

    Parameters
    ----------
    label
        What it is, in our words.
    columns
        Columns that hold it; ``a|b`` is either.
    methods
        Codes of the methods it is asked for; all of the standard where empty.
    table
        ``session``, or ``session_lesion`` for what is known by lesion.
    values
        Codes that say enough, where not every one does.
    """

    label: str
    columns: tuple[str, ...]
    methods: tuple[str, ...] = ()
    table: str = "session"
    values: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Sheet and columns, with the codes that say enough."""
        if self.columns == (SIZE,):
            return "sheet measurement: long_mm of the lesion before treatment"
        codes = f" ({', '.join(self.values)})" if self.values else ""
        return f"sheet {self.table}: {', '.join(c.replace('|', ' or ') for c in self.columns)}{codes}"


def completeness(scope: Scope, fields: Iterable[StandardField]) -> tuple[tuple[StandardField, int, int], ...]:
    """Return each field with how many sessions (or treated lesions) record it, of how many.

    Fields of methods that nobody had are left out; a field by lesion is of none where the sheet is not in the input.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> from glisson.clinical.standards.scope import scope
    >>> beads = StandardField(label="Vials", columns=("vials",), methods=("deb_tace",))
    >>> [(k, n) for _, k, n in completeness(scope(demo_cohort(), ("deb_tace",)), [beads])]
    [(24, 24)]
    """
    out = []
    for one in fields:
        rows = _rows(scope, one)
        if one.table == "session" and rows.is_empty():
            continue
        held = recorded(rows, one.columns)
        if one.values and len(rows):
            held = held & rows[one.columns[0]].is_in(one.values).fill_null(value=False)
        out.append((one, int(held.sum()), len(rows)))
    return tuple(out)


def _rows(scope: Scope, one: StandardField) -> pl.DataFrame:
    rows = scope.rows(one.table)
    if rows.is_empty():
        return rows
    if one.methods:
        wanted = scope.sessions.filter(pl.col("method").is_in(one.methods))
        rows = rows.join(wanted.select("session_id"), on="session_id", how="semi")
    return _with_size(scope, rows) if one.columns == (SIZE,) else rows


def _with_size(scope: Scope, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the size before the first treatment, where it was measured."""
    try:
        sizes = lesion_outcomes(scope.cohort).select("lesion_id", SIZE)
    except InputError:
        return rows
    return rows.join(sizes, on="lesion_id", how="left")
