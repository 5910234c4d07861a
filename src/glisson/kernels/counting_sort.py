"""Whole days are counted, not sorted: distinct values, places among them, and rows in groups, in one pass each."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: What sixteen bits hold: numbers below it are sorted by their digits, without comparisons.
_DIGIT = 2**16


class Groups(NamedTuple):
    """Rows sorted by slot, by event, and by kind.

    Parameters
    ----------
    order
        Shape (n,). The rows, sorted; in the order given within a group.
    begins, sizes
        Shape (f,). Where the groups begin, and how many rows each has.
    whole, slots
        Shape (g,). Where the slots begin among the groups, and which they are.
    dying, dying_starts
        The groups of rows with the event, and where the slots begin among them.
    """

    order: Ints
    begins: Ints
    sizes: Ints
    whole: Ints
    slots: Ints
    dying: Ints
    dying_starts: Ints

    def with_event(self) -> tuple[Ints, Ints]:
        """Return the rows with the event in order, and how many each slot has that has any."""
        if not len(self.dying):
            return self.dying, self.dying
        mine = np.zeros(len(self.sizes), dtype=np.bool_)
        mine[self.dying] = True
        return self.order[np.repeat(mine, self.sizes)], np.add.reduceat(self.sizes[self.dying], self.dying_starts)


def grouped(slot: Ints, event: Bools | None = None, kind: NDArray[Any] | None = None) -> Groups:
    """Sort rows into groups by counting.

    Parameters
    ----------
    slot
        Shape (n,), codes from 0.
    event
        Shape (n,); those without come first in a slot. None: nobody has it.
    kind
        Shape (n,), codes from 0. None: all are of one kind.
    """
    kinds = int(kind.max()) + 1 if kind is not None and len(kind) else 1
    small = len(slot) > 0 and 2 * kinds * (int(slot.max()) + 1) <= _DIGIT
    key: NDArray[Any] = slot.astype(np.uint16 if small else np.int64)
    key *= 2
    if event is not None:
        key += event
    if kind is not None:
        key *= kinds
        key += kind.astype(key.dtype, copy=False)
    many = np.bincount(key)
    there = np.flatnonzero(many)
    sizes, owner = many[there], there // (2 * kinds)
    whole = np.flatnonzero(np.diff(owner, prepend=-1))
    dying = np.flatnonzero(there // kinds % 2)
    return Groups(
        order=stable_order(key),
        begins=np.cumsum(sizes) - sizes,
        sizes=sizes,
        whole=whole,
        slots=owner[whole],
        dying=dying,
        dying_starts=np.flatnonzero(np.diff(owner[dying], prepend=-1)),
    )


def stable_order(key: NDArray[Any]) -> Ints:
    """Return the rows in the order of a key that is nowhere negative, equal ones as given, shape (n,)."""
    most = int(key.max()) if len(key) else 0
    if most < _DIGIT:
        return np.argsort(key.astype(np.uint16, copy=False), kind="stable")
    if most >= _DIGIT**2:
        return np.argsort(key, kind="stable")
    low = np.argsort((key % _DIGIT).astype(np.uint16), kind="stable")
    return low[np.argsort((key // _DIGIT).astype(np.uint16)[low], kind="stable")]


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return the distinct values in order."""
    if not are_days(values):
        return np.unique(values)
    there = np.zeros(int(values.max()) + 1, dtype=np.bool_)
    there[values] = True
    return np.flatnonzero(there).astype(values.dtype)


def passed(times: NDArray[Any], values: NDArray[Any]) -> Ints:
    """Return how many of the times each value has reached, shape (n,).

    Parameters
    ----------
    times
        Increasing.
    values
        Shape (n,).
    """
    if not are_days(values):
        return np.searchsorted(times, values, side="right").astype(np.int64)
    table = np.searchsorted(times, np.arange(int(values.max()) + 1), side="right").astype(np.int64)
    place: Ints = table[values]
    return place


def are_days(values: NDArray[Any]) -> bool:
    """Whether values are whole, not negative, and few enough to have a table entry each."""
    if values.dtype.kind not in "iu" or not len(values) or int(values.min()) < 0:
        return False
    return int(values.max()) <= max(_DIGIT, 4 * len(values))
