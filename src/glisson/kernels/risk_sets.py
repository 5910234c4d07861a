"""Risk sets of rows: sums over everybody at risk at each event time, by stratum.

At risk at t means entry < t <= exit. Rows may be counted several times (``count``) and weighted (``weight``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """Where each row stands among the event times of its stratum.

    A cell is a stratum and a time at which somebody of it had the event; cells are ordered by stratum, then time.

    Parameters
    ----------
    order
        Shape (n,). Rows sorted by the last cell in which they are at risk.
    starts, ends
        Shape (m,). Where the m occupied groups of sorted rows begin, and their slot: the cell after the last in which
        they are at risk, plus the number of the stratum.
    waiting
        Rows that entered late, sorted by first cell; empty where everybody was there from the beginning.
    waiting_starts, waiting_cells
        As ``starts`` and ``ends``, for the first cell of the rows that wait.
    stratum_ends
        Shape (S,). The cell after the last of each stratum.
    time, stratum
        Shape (K,), of each cell.
    died, cell
        Shape (events,). Rows with the event, and their cells in increasing order.
    first, last
        Shape (n,). The cells in which a row is at risk: from ``first`` up to and without ``last``.
    deaths, weight
        Shape (K,). Number of events, and their weights added up.
    """

    n: int
    order: Ints
    starts: Ints
    ends: Ints
    waiting: Ints
    waiting_starts: Ints
    waiting_cells: Ints
    stratum_ends: Ints
    time: Floats
    stratum: Ints
    died: Ints
    cell: Ints
    first: Ints
    last: Ints
    deaths: Ints
    weight: Floats

    @classmethod
    def of(
        cls,
        exit: NDArray[np.generic],
        event: Bools,
        *,
        entry: NDArray[np.generic] | None = None,
        stratum: Ints | None = None,
        count: Ints | None = None,
        weight: Floats | None = None,
    ) -> RiskSets:
        """Find the event times and each row's place among them.

        Parameters
        ----------
        exit, event
            Shape (n,). Time of leaving, and whether with the event.
        entry
            Shape (n,). Time after which a row is at risk; none: before everything.
        stratum
            Shape (n,), codes from 0.
        count, weight
            Shape (n,). Multiplicities, and case weights.
        """
        n = len(exit)
        strata = np.zeros(n, dtype=np.int64) if stratum is None else stratum
        size = int(strata.max()) + 1 if n else 0
        died = np.flatnonzero(event)
        times, level = np.unique(exit[died], return_inverse=True)
        span = len(times) + 1
        key, cell = np.unique(strata[died] * span + level.reshape(-1), return_inverse=True)
        died, cell = _sorted_by(died, cell.reshape(-1))
        first_cells = np.searchsorted(key, np.arange(size) * span)
        last = _place(key, strata, np.searchsorted(times, exit, side="right"), span)
        first = first_cells[strata] if size else np.zeros(0, dtype=np.int64)
        late = np.zeros(0, dtype=np.int64)
        if entry is not None:
            first = _place(key, strata, np.searchsorted(times, entry, side="right"), span)
            late = np.flatnonzero(first > first_cells[strata])
        # A slot more than cells in each stratum: for rows that are at risk in none, or up to its end.
        order, starts, ends = _grouped(last + strata)
        waiting, waiting_starts, waiting_cells = _grouped((first + strata)[late])
        many = np.ones(n, dtype=np.int64) if count is None else count
        heavy = many[died].astype(np.float64) * (1.0 if weight is None else weight[died])
        return cls(
            n=n, order=order, starts=starts, ends=ends, waiting=late[waiting], waiting_starts=waiting_starts,
            waiting_cells=waiting_cells, stratum_ends=np.searchsorted(key, (np.arange(size) + 1) * span),
            time=times[key % span].astype(np.float64), stratum=key // span, died=died, cell=cell, first=first,
            last=last,
            deaths=np.bincount(cell, many[died], minlength=len(key)).astype(np.int64),
            weight=bincounts(cell, heavy, len(key)),
        )  # fmt: skip

    @property
    def cells(self) -> int:
        """Number of cells K."""
        return len(self.time)

    def slices(self) -> Iterator[tuple[int, slice]]:
        """Yield the number and the cells of each stratum that has any."""
        begin = 0
        for s, end in enumerate(self.stratum_ends.tolist()):
            if end > begin:
                yield s, slice(begin, end)
            begin = end

    def at_risk(self, values: Floats) -> Floats:
        """Add a value up over everybody at risk, shape (K,).

        Parameters
        ----------
        values
            Shape (n,), in the order of the rows given.
        """
        return self.add_sorted(values[self.order], values[self.waiting])

    def add_sorted(self, values: Floats, waiting: Floats) -> Floats:
        """Add values up that are in the order of ``order`` (and those of late rows in that of ``waiting``)."""
        slots = self.cells + len(self.stratum_ends)
        balance = np.zeros(slots)
        if len(values):
            balance[self.ends] = np.add.reduceat(values, self.starts)
        if len(waiting):
            balance[self.waiting_cells] -= np.add.reduceat(waiting, self.waiting_starts)
        out = np.empty(self.cells)
        for s, part in self.slices():
            # At risk in cell k: everybody whose last cell is k or later, without those whose first cell is after k.
            out[part] = np.cumsum(balance[part.start + s + 1 : part.stop + s + 1][::-1])[::-1]
        return out

    def over_events(self, values: Floats) -> Floats:
        """Add a value of the rows with the event up by cell, shape (K,)."""
        return bincounts(self.cell, values, self.cells)


def bincounts(cell: Ints, values: Floats, cells: int) -> Floats:
    """Add values up by cell, shape (cells,)."""
    total: Floats = np.bincount(cell, values, minlength=cells).astype(np.float64)
    return total


def _sorted_by(rows: Ints, cell: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(cell, kind="stable")
    return rows[order], cell[order].astype(np.int64)


def _place(key: Ints, strata: Ints, level: Ints, span: int) -> Ints:
    """Return the first cell of a stratum whose time is not among the first ``level`` event times."""
    if len(key) and len(strata) and int(strata.max()) == 0 and len(key) == span - 1:
        return level.astype(np.int64)  # one stratum: every event time is a cell
    return np.searchsorted(key, strata * span + level).astype(np.int64)


def _grouped(cell: Ints) -> tuple[Ints, Ints, Ints]:
    """Return rows sorted by cell, where each occupied cell begins among them, and which cells those are."""
    if not len(cell):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    small = cell.astype(np.uint16) if int(cell.max()) < 2**16 else cell  # sixteen bits are sorted by radix
    order = np.argsort(small, kind="stable")
    ordered = cell[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return order, starts, ordered[starts]
