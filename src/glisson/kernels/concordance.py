"""How often the row with the higher risk has the event first: Harrell's C, in n log n."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.counting_sort import distinct, passed, stable_order
from glisson.kernels.risk_sets import Bools, Floats, Ints

#: Most bits of a digit of time; rows of a block, where there are so many rows and where there are not; blocks that are
#: counted at a time, and rows that are gone through at a time.
_BITS, _BLOCK, _MANY, _SMALL_BLOCK, _PIECE, _AT_A_TIME = 7, 128, 4096, 16, 256, 2**14


def concordance(
    score: Floats,
    exit: NDArray[Any],
    event: Bools,
    entry: NDArray[Any] | None = None,
    stratum: Ints | None = None,
) -> tuple[int, int, int]:
    """Count pairs of an event and a row still at risk after it.

    Parameters
    ----------
    score
        Shape (n,); higher means a higher hazard.
    exit, event, entry, stratum
        Shape (n,), as for ``RiskSets.of``. Events at one time are not compared with each other; who is censored at the
        time of an event is.

    Returns
    -------
    tuple
        Pairs in which the event has the higher score, the lower score, the same score.

    Notes
    -----
    Harrell FE, Califf RM, Pryor DB, Lee KL, Rosati RA. JAMA 1982;247:2543-2546.
    """
    lower = same = total = 0
    for one in (0,) if stratum is None else np.unique(stratum):
        rows = slice(None) if stratum is None else np.flatnonzero(stratum == one)
        if event[rows].any():
            own = _stratum(score[rows], exit[rows], event[rows], None if entry is None else entry[rows])
            lower, same, total = lower + own.lower, same + own.same, total + own.later
    return lower, total - lower - same, same


class _Pairs(NamedTuple):
    """Pairs of a query and a point that is later: the point lower, as high, and all."""

    lower: int
    same: int
    later: int


def _stratum(score: Floats, exit: NDArray[Any], event: Bools, entry: NDArray[Any] | None) -> _Pairs:
    # Half a step later: whoever is censored at the time of an event outlives it.
    times = distinct(exit if entry is None else np.concatenate([exit, entry]))
    leave = 2 * (passed(times, exit) - 1) + ~event
    found = _later(score, _packed(leave, np.ones(len(leave), dtype=np.bool_), event))
    if entry is None:
        return found
    died = np.flatnonzero(event)
    wait = 2 * (passed(times, entry) - 1) + 1
    point = np.arange(len(wait) + len(died)) < len(wait)
    absent = _later(np.append(score, score[died]), _packed(np.append(wait, leave[died]), point, ~point))
    return _Pairs(*(here - away for here, away in zip(found, absent, strict=True)))


def _packed(time: Ints, point: Bools, query: Bools) -> NDArray[Any]:
    """Return four times the time, two more for a point, one more for a query, in few bytes."""
    few = 4 * int(time.max()) + 3 < 2**16
    whole = 4 * time + 2 * point + query
    return whole.astype(np.uint16) if few else whole


def _later(score: Floats, packed: NDArray[Any]) -> _Pairs:
    """Count pairs of a query and a point of a later time.

    Everything is sorted by score, equal scores by time, so that a lower later point is one that comes before. Two times
    differ first in some digit of a few bits: digit by digit, from the highest, larger ones that come before are
    counted among those whose higher digits are the same, which are then kept together in the order of their scores.
    """
    size = (int(packed.max()) >> 2) + 1
    many = np.bincount(packed, minlength=4 * size).reshape(-1, 4)
    points, queries = many[:, 2] + many[:, 3], many[:, 1] + many[:, 3]
    later = int(queries @ (points.sum() - np.cumsum(points)))
    order, score = by_score(score)
    packed = packed.take(order)
    new = np.append(True, score[1:] != score[:-1])
    same = 0
    if not new.all():
        run = (np.cumsum(new) - 1) * (4 * size)
        packed = (np.sort(run + packed) - run).astype(packed.dtype)
        same = _same(packed >> 2, new, packed & 2 != 0, packed & 1 != 0)
    lower, bits = 0, (size - 1).bit_length()
    digits = -(-bits // _BITS)
    for digit in range(digits - 1, -1, -1):
        low, high = 2 + digit * bits // digits, 2 + (digit + 1) * bits // digits
        lower += _larger_before(packed, low, high)
        if digit:
            packed = packed[stable_order(packed >> low)]
    return _Pairs(lower, same, later)


def by_score(score: Floats) -> tuple[Ints, Floats]:
    """Return the rows in the order of their scores, equal ones as given, shape (n,), and the scores sorted.

    A score as a whole number of some 40 bits, and its place, are sorted as one number, which is quick. Scores that
    differ but got the same number may be out of order; the little that is left is sorted by comparison.
    """
    n = len(score)
    places = n.bit_length()
    low, high = float(score.min()), float(score.max())
    steps = (2.0 ** (62 - places) - 1) / (high - low) if high > low else 1.0
    order = np.arange(n)
    if math.isfinite(steps * (high - low)):
        for begin in range(0, n, _AT_A_TIME):
            piece = slice(begin, begin + _AT_A_TIME)
            order[piece] |= ((score[piece] - low) * steps).astype(np.int64) << places
        order.sort()
        order &= 2**places - 1
    found = score.take(order)
    if not np.all(found[1:] >= found[:-1]):
        again = np.argsort(found, kind="stable")
        order, found = order[again], found[again]
    return order, found


def _larger_before(packed: NDArray[Any], low: int, high: int) -> int:
    """Count pairs of a query and a point before it whose digit, the bits from ``low`` up to ``high``, is larger.

    Only rows with the same higher digits are compared; they stand together. Rows go in blocks. In earlier blocks points
    are counted by digit; those of a block are compared with each other, all blocks side by side.
    """
    most, block = 2 ** (high - low), _BLOCK if len(packed) >= _MANY else _SMALL_BLOCK
    leader = packed >> high
    starts = np.flatnonzero(np.append(True, leader[1:] != leader[:-1]))
    ends = np.append(starts[1:], len(packed))
    blocks = (ends - starts + block - 1) // block
    firsts = np.cumsum(blocks) - blocks
    digit = (packed >> low).astype(np.uint8) & np.uint8(most - 1)
    asked = np.where(packed & 1, digit, np.uint8(most))  # nothing is larger than this
    digit[packed & 2 == 0] = 0  # and this is larger than nothing
    point = np.zeros((int(blocks.sum()), block), dtype=np.uint8)
    query = np.full(point.shape, most, dtype=np.uint8)
    points, queries = point.reshape(-1), query.reshape(-1)
    for start, end, place in zip(starts.tolist(), ends.tolist(), (block * firsts).tolist(), strict=True):
        points[place : place + end - start] = digit[start:end]
        queries[place : place + end - start] = asked[start:end]
    found = _in_earlier_blocks(point, query, most, np.repeat(firsts, blocks))
    point, query = np.ascontiguousarray(point.T), np.ascontiguousarray(query.T)
    return found + sum(int(np.count_nonzero(point[i] > query[i + 1 :])) for i in range(block - 1))


def _in_earlier_blocks(point: NDArray[Any], query: NDArray[Any], most: int, first: Ints) -> int:
    """Count pairs of a query and a larger point of an earlier block, from the first one with which a block belongs."""
    found, so_far, basis = 0, np.zeros(most, dtype=np.int64), np.zeros((1, most), dtype=np.int64)
    for begin in range(0, len(point), _PIECE):
        piece = slice(begin, begin + _PIECE)
        rows, own = len(point[piece]), first[piece] - begin
        number = np.arange(rows)[:, None]
        points = np.bincount((number * most + point[piece]).ravel(), minlength=rows * most).reshape(rows, most)
        asked = np.bincount((number * (most + 1) + query[piece]).ravel(), minlength=rows * (most + 1))
        before = np.cumsum(points, axis=0) - points + so_far
        so_far = before[-1] + points[-1]
        bases = np.where(own[:, None] < 0, basis, before[np.maximum(own, 0)])
        basis = bases[-1:]
        larger = np.cumsum((before - bases)[:, ::-1], axis=1)[:, ::-1]
        found += int((asked.reshape(rows, -1)[:, : most - 1] * larger[:, 1:]).sum())
    return found


def _same(time: Ints, new: Bools, point: Bools, query: Bools) -> int:
    """Count pairs of a query and a later point of the same score.

    Rows are sorted by score, then by time; ``new`` says where a score begins.
    """
    points = np.append(0, np.cumsum(point))

    def upto(first: Bools) -> Ints:
        """Return the points up to the end of the run of each row."""
        starts = np.flatnonzero(first)
        ends = np.append(starts[1:], len(first))
        return np.repeat(points[ends], ends - starts)

    moment = upto(new | np.append(True, time[1:] != time[:-1]))
    return int((upto(new) - moment)[query].sum())
