"""How often the row with the higher risk has the event first: Harrell's C, in n log n."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.counting_sort import distinct, passed, stable_order
from glisson.kernels.risk_sets import Bools, Floats, Ints


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
    strata = np.zeros(len(exit), dtype=np.int64) if stratum is None else stratum
    lower = same = total = 0
    for one in np.unique(strata):
        rows = slice(None) if stratum is None else np.flatnonzero(strata == one)
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
    found = _later(leave, score, np.ones(len(leave), dtype=np.bool_), event)
    if entry is None:
        return found
    died = np.flatnonzero(event)
    wait = 2 * (passed(times, entry) - 1) + 1
    point = np.arange(len(wait) + len(died)) < len(wait)
    absent = _later(np.append(wait, leave[died]), np.append(score, score[died]), point, ~point)
    return _Pairs(*(here - away for here, away in zip(found, absent, strict=True)))


def _later(time: Ints, score: Floats, point: Bools, query: Bools) -> _Pairs:
    """Count pairs of a query and a point of a later time.

    Everything is sorted by score, equal scores by time, so that a lower later point is one that comes before. Two times
    differ first in some binary digit: digit by digit, from the highest, ones before zeros are counted among those whose
    higher digits are the same, which are then kept together, zeros before ones.
    """
    order = stable_order(time)
    order = order[np.argsort(score[order], kind="stable")]
    time, score, point, query = time[order], score[order], point[order], query[order]
    size = int(time.max()) + 1
    after = np.cumsum(np.bincount(time[point], minlength=size)[::-1])[::-1]
    later = int(np.append(after, 0)[time[query] + 1].sum())
    same = _same(time, score, point, query)
    lower, sizes, packed = 0, np.array([len(time)]), 4 * time + 2 * point + query
    if 4 * size <= 2**16:
        packed = packed.astype(np.uint16)
    for digit in range((size - 1).bit_length() - 1, -1, -1):
        starts = np.cumsum(sizes) - sizes
        one = (packed & (4 << digit)) != 0
        asking = (packed & 1 != 0) & ~one
        ones = np.cumsum(one & (packed & 2 != 0))
        before = np.append(0, ones)[starts] if len(starts) > 1 else np.zeros(1, dtype=np.int64)
        lower += int(ones @ asking) - int(before @ np.add.reduceat(asking, starts, dtype=np.int64))
        high = np.add.reduceat(one, starts, dtype=np.int64)
        sizes = np.concatenate([sizes - high, high])
        sizes = sizes[sizes > 0]
        packed = np.concatenate([packed[~one], packed[one]])
    return _Pairs(lower, same, later)


def _same(time: Ints, score: Floats, point: Bools, query: Bools) -> int:
    """Count pairs of a query and a later point of the same score; rows are sorted by score, then by time."""
    new = np.append(True, score[1:] != score[:-1])
    if new.all():
        return 0
    points = np.append(0, np.cumsum(point))

    def upto(first: Bools) -> Ints:
        """Return the points up to the end of the run of each row."""
        starts = np.flatnonzero(first)
        ends = np.append(starts[1:], len(first))
        return np.repeat(points[ends], ends - starts)

    moment = upto(new | np.append(True, time[1:] != time[:-1]))
    return int((upto(new) - moment)[query].sum())
