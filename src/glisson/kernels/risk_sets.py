"""Risk sets of rows: sums over everybody at risk at each event time, by stratum.

At risk at t means entry < t <= exit. Rows may be counted several times (``count``) and weighted (``weight``). Rows with
a competing event can stay at risk with a weight that fades (Fine and Gray).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.counting_sort import are_days, distinct, grouped, passed

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


class Cells(NamedTuple):
    """The event times of each stratum.

    Parameters
    ----------
    times
        The distinct event times of all strata.
    key
        Shape (K,). Stratum times the number of times and one, plus the place of the time among them.
    time, stratum
        Shape (K,), of each cell.
    begin, end
        Shape (S,). The first cell of each stratum, and the one after its last.
    """

    times: NDArray[Any]
    key: Ints
    time: NDArray[Any]
    stratum: Ints
    begin: Ints
    end: Ints

    @classmethod
    def of(cls, time: NDArray[Any], stratum: Ints | None, strata: int) -> Cells:
        """Find the cells of events, from the time and the stratum of each."""
        times = distinct(time)
        span = len(times) + 1
        key = np.arange(len(times)) if stratum is None else distinct(stratum * span + passed(times, time) - 1)
        ends = np.searchsorted(key, np.arange(strata + 1) * span)
        return cls(times, key, times[key % span], key // span, ends[:-1], ends[1:])

    def reached(self, time: NDArray[Any], stratum: Ints | None) -> Ints:
        """Return the first cell of the stratum of each row whose time it has not reached, shape (n,)."""
        level = passed(self.times, time)
        if stratum is None:
            return level  # every event time is a cell
        wanted = stratum * (len(self.times) + 1) + level
        if not are_days(wanted):
            return np.searchsorted(self.key, wanted).astype(np.int64)
        table = np.searchsorted(self.key, np.arange(int(wanted.max()) + 1)).astype(np.int64)
        place: Ints = table[wanted]
        return place


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
    begins
        Shape (f,). Where the groups begin of rows of one slot that are alike: with the event or not, and of one kind.
    whole, slots
        Shape (g,). Where the slots begin among the groups, and which slots they are.
    dying, dying_starts
        The groups of rows with the event, in the order of their cells, and, of shape (K,), where each cell begins among
        them.
    leaving, plain
        Number of slots to be added, and of those to be added or taken away; the others stay.
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
    begins: Ints
    whole: Ints
    slots: Ints
    dying: Ints
    dying_starts: Ints
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
        kind: NDArray[Any] | None = None,
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
        kind
            Shape (n,), codes from 0: what rows of one slot are sorted by, beside the event.
        """
        n = len(exit)
        cells = Cells.of(exit[event], None if stratum is None else stratum[event], _strata(stratum, n))
        of = np.zeros(1, dtype=np.int64) if stratum is None else stratum
        first = np.zeros(n, dtype=np.int64) if stratum is None else cells.begin[stratum]
        last = cells.reached(exit, stratum)
        late = np.zeros(0, dtype=np.int64)
        if entry is not None:
            begin, first = first, cells.reached(entry, stratum)
            late = np.flatnonzero(first > begin)
        stays = late[:0] if staying is None else staying.rows
        leave = grouped(last + of, event, kind)
        enter, stay = (
            grouped((place + of)[part], None, None if kind is None else kind[part])
            for place, part in ((first, late), (last, stays))
        )
        rows = np.cumsum([0, len(leave.order), len(enter.order)])
        groups = np.cumsum([0, len(leave.begins), len(enter.begins)])
        died, each = leave.with_event()
        cell = np.repeat(np.arange(len(each)), each)
        deaths = each if count is None else np.bincount(cell, count[died], len(each)).astype(np.int64)
        heavy = None if weight is None else weight[died] * (1 if count is None else count[died])
        return cls(
            n=n,
            order=_joined(leave.order, late[enter.order], stays[stay.order]),
            sign=_joined(np.ones(n), -np.ones(len(late)), staying.scale[stay.order] if staying else np.zeros(0)),
            begins=_joined(*(g.begins + at for g, at in zip((leave, enter, stay), rows, strict=True))),
            whole=_joined(*(g.whole + at for g, at in zip((leave, enter, stay), groups, strict=True))),
            slots=_joined(leave.slots, enter.slots, stay.slots),
            dying=leave.dying,
            dying_starts=leave.dying_starts,
            leaving=len(leave.slots),
            plain=len(leave.slots) + len(enter.slots),
            staying=staying,
            stay_end=cells.end[np.zeros(len(stays), dtype=np.int64) if stratum is None else stratum[stays]],
            stratum_ends=cells.end,
            time=cells.time.astype(np.float64),
            stratum=cells.stratum,
            died=died,
            cell=cell,
            first=first,
            last=last,
            deaths=deaths,
            weight=deaths.astype(np.float64) if heavy is None else bincounts(cell, heavy, len(each)),
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
        """Add values up that are in the order of ``order`` and have its ``sign``, shape (..., m); return (..., K)."""
        if not self.cells or not values.shape[-1]:
            return np.zeros((*values.shape[:-1], self.cells))
        return self.add_groups(np.add.reduceat(values, self.begins[self.whole], axis=-1))

    def add_groups(self, sums: Floats) -> Floats:
        """Add sums of the rows with the same slot, shape (..., g), up over everybody at risk, (..., K)."""
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


def _strata(stratum: Ints | None, n: int) -> int:
    if stratum is None:
        return min(n, 1)
    return int(stratum.max()) + 1 if n else 0


def _joined(first: NDArray[Any], *more: NDArray[Any]) -> NDArray[Any]:
    """Put arrays one after the other; no copy where there is only one that holds anything."""
    return np.concatenate([first, *more]) if any(len(a) for a in more) else first
