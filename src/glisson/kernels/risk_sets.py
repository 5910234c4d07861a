"""Risk sets of rows: sums over everybody at risk at each event time, by stratum.

At risk at t means entry < t <= exit. Rows may be counted several times (``count``) and weighted (``weight``). Rows with
a competing event can stay at risk with a weight that fades (Fine and Gray).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staying:
    """Rows that stay at risk after they left.

    Parameters
    ----------
    rows
        Which they are.
    scale
        Shape (rows,). What each one's weight is divided by at its exit, inverted.
    fade
        Shape (K,). What the weights are multiplied by in each cell.
    """

    rows: Ints
    scale: Floats
    fade: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """Where each row stands among the event times of its stratum.

    A cell is a stratum and a time at which somebody of it had the event; cells are ordered by stratum, then time. A
    stratum has a slot more than cells, for rows that are at risk in none of them, or up to the last.

    Parameters
    ----------
    n
        Number of rows.
    order, sign
        Shape (m,). Rows in the order in which they are added up: all of them by the slot after the last cell in which
        they are at risk; those that entered late once more, by first cell, to be taken away; those that stay, to be
        added. ``sign`` is what each is multiplied by: 1, -1, or the scale of a staying row.
    starts, slots
        Shape (g,). Where the groups of rows with the same slot begin, and the slot.
    leaving, plain
        Number of groups to be added, and of those to be added or taken away; the others stay.
    staying, stay_end
        The rows that stay, if there are any, and the cell after the last in which each does.
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
    sign: Floats
    starts: Ints
    slots: Ints
    leaving: int
    plain: int
    staying: Staying | None
    stay_end: Ints
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
        staying: Staying | None = None,
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
        staying
            Rows that stay at risk.
        """
        n = len(exit)
        strata = np.zeros(n, dtype=np.int64) if stratum is None else stratum
        size = int(strata.max()) + 1 if n else 0
        died = np.flatnonzero(event)
        times, level = _distinct(exit[died])
        span = len(times) + 1
        key, cell = _distinct(strata[died] * span + level)
        died, cell = _sorted_by(died, cell)
        last = _place(key, strata, _passed(times, exit), span)
        begin = np.searchsorted(key, np.arange(size) * span)
        first = begin[strata] if size else np.zeros(0, dtype=np.int64)
        stratum_ends = np.searchsorted(key, (np.arange(size) + 1) * span)
        late = np.zeros(0, dtype=np.int64)
        if entry is not None:
            first = _place(key, strata, _passed(times, entry), span)
            late = np.flatnonzero(first > begin[strata])
        stays = late[:0] if staying is None else staying.rows
        parts = [_grouped(last + strata), _grouped((first + strata)[late]), _grouped((last + strata)[stays])]
        ends = np.cumsum([0, *(len(order) for order, _, _ in parts)])
        many = np.ones(n, dtype=np.int64) if count is None else count
        heavy = many[died].astype(np.float64) * (1.0 if weight is None else weight[died])
        return cls(
            n=n,
            order=np.concatenate([parts[0][0], late[parts[1][0]], stays[parts[2][0]]]),
            sign=np.concatenate(
                [np.ones(n), -np.ones(len(late)), staying.scale[parts[2][0]] if staying else np.zeros(0)]
            ),
            starts=np.concatenate([starts + at for (_, starts, _), at in zip(parts, ends, strict=False)]),
            slots=np.concatenate([slots for _, _, slots in parts]),
            leaving=len(parts[0][1]),
            plain=len(parts[0][1]) + len(parts[1][1]),
            staying=staying,
            stay_end=stratum_ends[strata[stays]],
            stratum_ends=stratum_ends,
            time=times[key % span].astype(np.float64),
            stratum=key // span,
            died=died,
            cell=cell,
            first=first,
            last=last,
            deaths=np.bincount(cell, many[died], minlength=len(key)).astype(np.int64),
            weight=bincounts(cell, heavy, len(key)),
        )

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
        return self.add_up(values[self.order] * self.sign)

    def add_up(self, values: Floats) -> Floats:
        """Add values up that are in the order of ``order`` and have its ``sign``, shape (K,)."""
        if not self.cells or not len(values):
            return np.zeros(self.cells)
        return self.add_groups(np.add.reduceat(values, self.starts))

    def add_groups(self, sums: Floats) -> Floats:
        """Add sums of the groups of rows with the same slot, shape (..., g), up over everybody at risk, (..., K)."""
        slots = np.zeros((*sums.shape[:-1], self.cells + len(self.stratum_ends)))
        for part in (slice(self.leaving), slice(self.leaving, self.plain)):  # no slot is in one part twice
            slots[..., self.slots[part]] += sums[..., part]
        stays = self.staying is not None and self.plain < len(self.slots)
        staying = np.zeros_like(slots) if stays else slots
        if stays:
            staying[..., self.slots[self.plain :]] = sums[..., self.plain :]
        out = np.empty((*sums.shape[:-1], self.cells))
        for s, part in self.slices():
            # At risk in cell k: everybody whose last cell is k or later, without those whose first cell is after k.
            ahead = slots[..., part.start + s + 1 : part.stop + s + 1]
            out[..., part] = np.cumsum(ahead[..., ::-1], axis=-1)[..., ::-1]
            if stays and self.staying is not None:
                behind = np.cumsum(staying[..., part.start + s : part.stop + s], axis=-1)
                out[..., part] += self.staying.fade[part] * behind
        return out

    def over_events(self, values: Floats) -> Floats:
        """Add a value of the rows with the event up by cell, shape (K,)."""
        return bincounts(self.cell, values, self.cells)

    def gone_through(self, values: Floats) -> Floats:
        """Return for each row the sum of a cell value over the cells in which it is at risk, shape (n, ...).

        Parameters
        ----------
        values
            Shape (K, ...).
        """
        total = _running(values)
        span: Floats = total[self.last] - total[self.first]
        if self.staying is not None:
            rows, tail = self.staying.rows, (slice(None), *(None,) * (values.ndim - 1))
            faded = _running(values * self.staying.fade[tail])
            span[rows] += (faded[self.stay_end] - faded[self.last[rows]]) * self.staying.scale[tail]
        return span


def bincounts(cell: Ints, values: Floats, cells: int) -> Floats:
    """Add values up by cell, shape (cells,)."""
    total: Floats = np.bincount(cell, values, minlength=cells).astype(np.float64)
    return total


def _running(values: Floats) -> Floats:
    running: Floats = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    return running


def _distinct(values: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """Return the distinct values in order and the place of each among them; whole days are counted, not sorted."""
    if not _are_days(values):
        distinct, place = np.unique(values, return_inverse=True)
        return distinct, place.reshape(-1).astype(np.int64)
    there = np.zeros(int(values.max()) + 1, dtype=np.bool_)
    there[values] = True
    places: Ints = np.cumsum(there) - 1
    return np.flatnonzero(there).astype(values.dtype), places[values]


def _are_days(values: NDArray[Any]) -> bool:
    """Whether values are whole, not negative, and few enough to have a table entry each."""
    if values.dtype.kind not in "iu" or not len(values) or int(values.min()) < 0:
        return False
    return int(values.max()) <= max(2**16, 4 * len(values))


def _passed(times: NDArray[Any], values: NDArray[Any]) -> Ints:
    """Return how many of the times each value has reached."""
    if not _are_days(values):
        return np.searchsorted(times, values, side="right").astype(np.int64)
    table = np.searchsorted(times, np.arange(int(values.max()) + 1), side="right")
    place: Ints = table[values].astype(np.int64)
    return place


def _sorted_by(rows: Ints, cell: Ints) -> tuple[Ints, Ints]:
    small = cell.astype(np.uint16) if len(cell) and int(cell.max()) < 2**16 else cell  # sorted by radix
    order = np.argsort(small, kind="stable")
    return rows[order], cell[order].astype(np.int64)


def _place(key: Ints, strata: Ints, level: Ints, span: int) -> Ints:
    """Return the first cell of a stratum whose time is not among the first ``level`` event times."""
    if len(key) and len(strata) and int(strata.max()) == 0 and len(key) == span - 1:
        return level.astype(np.int64)  # one stratum: every event time is a cell
    return np.searchsorted(key, strata * span + level).astype(np.int64)


def _grouped(slot: Ints) -> tuple[Ints, Ints, Ints]:
    """Return rows sorted by slot, where each occupied slot begins among them, and which slots those are."""
    if not len(slot):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    small = slot.astype(np.uint16) if int(slot.max()) < 2**16 else slot  # sixteen bits are sorted by radix
    order = np.argsort(small, kind="stable")
    ordered = slot[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return order, starts, ordered[starts]
