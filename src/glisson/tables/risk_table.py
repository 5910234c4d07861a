"""RiskTable: what remains of an endpoint when one forgets who.

The only place where risk sets are built. A table stores changes (who entered, moved, was censored, had an event, on
which day) and derives levels (how many were at risk), because changes add up across centres and levels do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError
from glisson.tables.counting import distinct, row_fields, source_of, sum_rows, tally
from glisson.tables.endpoint import ORIGIN, Endpoint
from glisson.tables.levels import RiskLevels
from glisson.tables.source import Source, merge_sources
from glisson.tables.strata import join_orders, sorted_strata, stratum_name

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Person-days of a unit that leaves on the day of its origin: half a day, so that a rate stays finite.
DAY_ZERO_EXPOSURE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskTable:
    """Counts of entries, moves, censorings and events by stratum and day; adds up exactly.

    Parameters
    ----------
    keys
        Names of the grouping variables, K of them.
    strata
        S tuples of K level names.
    causes
        Names of the events; the first is the event of interest.
    stratum, time
        Shape (R,): row coordinates, sorted, unique. Time ``ORIGIN`` (-1) holds the units observed from the origin.
    entered, moved, censored
        Shape (R,) counts.
    events
        Shape (R, C) counts by cause.
    exposure
        Shape (R,) person-days in (previous break, time], present only on a grid (``breaks``); on daily tables it
        follows from the counts.
    breaks
        Right ends of the intervals of a collapsed table; ``None`` for daily tables.
    levels_order
        For each key, all its level names in display order.
    sources
        Lineage.
    """

    keys: tuple[str, ...]
    strata: tuple[tuple[str, ...], ...]
    causes: tuple[str, ...]
    stratum: Ints
    time: Ints
    entered: Ints
    moved: Ints
    censored: Ints
    events: Ints
    exposure: Floats | None = None
    breaks: tuple[int, ...] | None = None
    levels_order: tuple[tuple[str, ...], ...] = ()
    sources: tuple[Source, ...] = ()
    name: str = ""
    label: str = ""

    @classmethod
    def empty(cls) -> RiskTable:
        """Return the zero of ``+``."""
        none = np.zeros(0, dtype=np.int64)
        return cls(keys=(), strata=(), causes=(), **row_fields(none, none, np.zeros((0, 3), dtype=np.int64), None))

    @property
    def n(self) -> int:
        """Number of units ever under observation."""
        return int(self.entered.sum() - self.moved.sum())

    @property
    def is_empty(self) -> bool:
        """Whether the table holds nobody."""
        return not self.strata

    def total_events(self, cause: int = 0) -> int:
        """Return the number of events of one cause (position in ``causes``)."""
        return int(self.events[:, cause].sum()) if self.events.size else 0

    def __add__(self, other: RiskTable) -> RiskTable:
        """Merge the counts of different patients.

        Raises
        ------
        InputError
            If keys, causes or time grids differ, or a source stands on both sides.
        """
        if not isinstance(other, RiskTable):
            return NotImplemented
        if self.is_empty or other.is_empty:
            return self if other.is_empty else other
        _check_compatible(self, other)
        strata = tuple(dict.fromkeys(self.strata + other.strata))
        order = join_orders(self.levels_order, other.levels_order)
        strata = sorted_strata(strata, order)
        where = {s: i for i, s in enumerate(strata)}
        stratum = np.concatenate(
            [np.array([where[s] for s in t.strata], dtype=np.int64)[t.stratum] for t in (self, other)]
        )
        merged = sum_rows(
            stratum,
            np.concatenate([self.time, other.time]),
            np.concatenate([_counts(self), _counts(other)]),
            None if self.exposure is None or other.exposure is None
            else np.concatenate([self.exposure, other.exposure]),
        )  # fmt: skip
        return replace(
            self,
            strata=strata,
            levels_order=order,
            sources=merge_sources(self.sources, other.sources),
            **merged,
        )

    def __radd__(self, other: object) -> RiskTable:
        """Let ``sum(tables)`` start from 0."""
        return self if other == 0 else NotImplemented

    def __eq__(self, other: object) -> bool:
        """Compare counts; lineage and names are not compared."""
        if not isinstance(other, RiskTable):
            return NotImplemented
        if self.is_empty or other.is_empty:
            return self.is_empty and other.is_empty
        same = (self.keys, self.causes, self.breaks) == (other.keys, other.causes, other.breaks)
        return same and _by_stratum(self) == _by_stratum(other)

    __hash__ = None  # type: ignore[assignment]

    def by(self, *keys: str) -> RiskTable:
        """Forget all grouping variables but these, adding the strata up.

        Raises
        ------
        InputError
            If a key is not in the table.
        """
        missing = [k for k in keys if k not in self.keys]
        if missing:
            raise InputError(
                f"the risk table has no key {', '.join(missing)}",
                expected=f"one of: {', '.join(self.keys) or 'none'}",
                todo="name it in risk_table(..., by=[...])",
            )
        if keys == self.keys or self.is_empty:
            return self
        place = [self.keys.index(k) for k in keys]
        order = tuple(self.levels_order[p] for p in place)
        coarse = [tuple(s[p] for p in place) for s in self.strata]
        strata = sorted_strata(tuple(dict.fromkeys(coarse)), order)
        where = {s: i for i, s in enumerate(strata)}
        recode = np.array([where[s] for s in coarse], dtype=np.int64)
        merged = sum_rows(recode[self.stratum], self.time, _counts(self), self.exposure)
        return replace(self, keys=keys, strata=strata, levels_order=order, **merged)

    def collapse(self, breaks: Sequence[int]) -> RiskTable:
        """Group days into intervals (previous break, break], keeping the exact exposure of each.

        Exits move to the right end of their interval and entries to its left end, so that nobody has an event
        without having been at risk.

        Parameters
        ----------
        breaks
            Increasing right ends in days; the last must reach the last exit.
        """
        ends = np.asarray(breaks, dtype=np.int64)
        if not ends.size or np.any(np.diff(ends) <= 0) or ends[0] < 0:
            raise InputError("breaks are not increasing days from 0", expected="for example [90, 180, 365]")
        if self.time.size and self.time.max() > ends[-1]:
            raise InputError(
                f"the last break is day {ends[-1]} but the last exit is day {self.time.max()}",
                todo="add a break at or after it",
            )
        if self.breaks is not None and not set(ends.tolist()) <= set(self.breaks):
            raise InputError("a collapsed table can only be collapsed further at its own breaks")
        right = ends[np.searchsorted(ends, np.maximum(self.time, 0), side="left")]
        starts = np.concatenate([[0], ends[:-1]])
        left = np.where(self.time <= 0, self.time, starts[np.searchsorted(ends, np.maximum(self.time, 0), side="left")])
        left = np.where((self.time > 0) & (left == 0), ORIGIN, left)
        counts, zero = _counts(self), np.zeros_like(_counts(self))
        leaving, entering = counts.copy(), zero
        leaving[:, 0], entering[:, 0] = 0, counts[:, 0]
        leaves, enters = self.time >= 0, counts[:, 0] > 0
        exposure = self._interval_exposure(ends)
        grid_rows = np.repeat(np.arange(len(self.strata)), len(ends))
        merged = sum_rows(
            np.concatenate([self.stratum[leaves], self.stratum[enters], grid_rows]),
            np.concatenate([right[leaves], left[enters], np.tile(ends, len(self.strata))]),
            np.concatenate(
                [
                    leaving[leaves],
                    entering[enters],
                    np.zeros((len(grid_rows), counts.shape[1]), dtype=np.int64),
                ]
            ),
            np.concatenate([np.zeros(leaves.sum() + enters.sum()), exposure.reshape(-1)]),
        )
        return replace(self, breaks=tuple(int(e) for e in ends), **merged)

    def coarsen(self, days: int) -> RiskTable:
        """Group time into steps of ``days``, for sharing without exact dates."""
        if days < 1:
            raise InputError(f"a step of {days} days", expected="at least 1 day")
        last = int(self.time.max()) if self.time.size else 0
        return self.collapse(range(days, max(last, 1) + days, days))

    def levels(self, *by: str) -> RiskLevels:
        """Derive who was at risk, by group, on a common time axis.

        Parameters
        ----------
        by
            Keys of the table that define the groups; none means everybody together.
        """
        table = self.by(*by)
        size, causes = len(table.strata), len(table.causes)
        time = distinct(table.time)
        later = time >= 0
        # The origin is column 0, whether anybody entered there or not.
        column = np.searchsorted(time, table.time) + int(later[:1].all())
        time = time[later]
        grid = np.zeros((size, 3 + causes, 1 + len(time)), dtype=np.int64)
        grid[table.stratum, :, column] = _counts(table)
        origin, dense = grid[:, 0, 0], grid[:, :, 1:]
        entered, left = dense[:, 0], dense[:, 1:].sum(axis=1)
        change = entered - left
        at_risk = origin[:, None] + np.cumsum(change, axis=1) - change
        return RiskLevels(
            groups=tuple(tuple(zip(table.keys, s, strict=True)) for s in table.strata),
            causes=table.causes,
            time=time,
            at_risk=at_risk,
            events=dense[:, 3:],
            censored=dense[:, 2],
            moved=dense[:, 1],
            entered=entered,
            exposure=table._exposure(time, at_risk, left),
            n=origin + entered.sum(axis=1),
        )

    def _exposure(self, time: Ints, at_risk: Ints, left: Ints) -> Floats:
        """Person-days at risk in (previous time, time], shape (G, T)."""
        if self.exposure is not None:
            dense = np.zeros(at_risk.shape)
            later = self.time >= 0
            dense[self.stratum[later], np.searchsorted(time, self.time[later])] = self.exposure[later]
            return dense
        width = time.astype(np.float64)
        width[1:] -= time[:-1]
        exposure: Floats = at_risk * width
        if time.size and time[0] == 0:
            exposure[:, 0] = DAY_ZERO_EXPOSURE * left[:, 0]
        return exposure

    def _interval_exposure(self, ends: Ints) -> Floats:
        """Person-days in each interval of a coarser grid, shape (S, len(ends))."""
        levels = self.levels(*self.keys)
        if not levels.time.size:
            return np.zeros((len(self.strata), len(ends)))
        if self.exposure is not None:
            place = np.searchsorted(ends, levels.time)
            out = np.zeros((len(self.strata), len(ends)))
            np.add.at(out.T, place, levels.exposure.T)
            return out
        # Exposure up to a day is linear between exits, so it can be read off at the breaks and differenced.
        total = np.concatenate([np.zeros((len(self.strata), 1)), np.cumsum(levels.exposure, axis=1)], axis=1)
        day = np.concatenate([[0], levels.time])
        upto = np.stack([np.interp(ends, day, row) for row in _step_at_zero(day, total)])
        return np.diff(upto, prepend=0.0, axis=1)

    def __repr__(self) -> str:
        """Return one line without any patient's value."""
        keys = f" by {', '.join(self.keys)}" if self.keys else ""
        return f"<RiskTable {self.name}{keys}: {self.n} units, {self.total_events()} events>"


def risk_table(endpoint: Endpoint, by: Sequence[str] = (), *, source: str = "") -> RiskTable:
    """Count an endpoint by group and day.

    Parameters
    ----------
    endpoint
        n rows; weights, where given, must be whole numbers (multiplicities).
    by
        Names of grouping variables of the endpoint.
    source
        Name of the centre or cohort, for the lineage.

    Returns
    -------
    RiskTable
        With ``by`` as keys. ``risk_table(a) + risk_table(b)`` equals the table of a and b together.

    Raises
    ------
    InputError
        If a key is unknown.
    NotSupportedError
        If weights are fractional: counts cannot carry them.

    Examples
    --------
    >>> os = Endpoint.from_arrays([5, 8, 8], [1, 0, 1], keys={"method": ["tace", "tace", "y90"]}, name="os")
    >>> table = risk_table(os, by=["method"])
    >>> table.levels().at_risk.tolist()
    [[3, 2]]
    """
    if not len(endpoint):
        return RiskTable.empty()
    factors = [endpoint.factor(key) for key in by]
    fields, cells = tally(endpoint, factors)
    return RiskTable(
        keys=tuple(by),
        strata=tuple(stratum_name(cell, factors) for cell in cells),
        causes=endpoint.causes,
        levels_order=tuple(f.levels for f in factors),
        sources=(source_of(endpoint, source, fields),),
        name=endpoint.name,
        label=endpoint.label,
        **fields,
    )


def _counts(table: RiskTable) -> Ints:
    """Return all counts of a table side by side, shape (R, 3 + C)."""
    return np.concatenate([np.stack([table.entered, table.moved, table.censored], axis=1), table.events], axis=1)


def _by_stratum(table: RiskTable) -> dict[tuple[str, ...], list[list[float]]]:
    """Return the rows of each stratum, whatever the order in which strata are shown."""
    columns = [table.time, _counts(table)] if table.exposure is None else [table.time, _counts(table), table.exposure]
    rows = np.column_stack(columns)
    return {name: rows[table.stratum == i].tolist() for i, name in enumerate(table.strata)}


def _step_at_zero(day: Ints, total: Floats) -> Floats:
    """Move what was accrued on day 0 to the first instant, where interpolation would lose it."""
    if len(day) > 1 and day[1] == 0:
        total = total.copy()
        total[:, 0] = total[:, 1]
    return total


def _check_compatible(first: RiskTable, second: RiskTable) -> None:
    for what, a, b in (
        ("keys", first.keys, second.keys),
        ("causes", first.causes, second.causes),
        ("time grids", first.breaks, second.breaks),
    ):
        if a != b:
            raise InputError(
                f"the two tables have different {what}: {a} and {b}",
                todo="bring both to the same with by(), collapse() or coarsen()",
            )
