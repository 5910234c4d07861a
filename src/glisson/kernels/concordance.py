"""How often the row with the higher risk has the event first: Harrell's C, in n log n."""

from __future__ import annotations

import numpy as np

from glisson.kernels.risk_sets import Bools, Floats, Ints


def concordance(
    score: Floats, exit: Floats, event: Bools, entry: Floats | None = None, stratum: Ints | None = None
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
    rank = np.unique(score, return_inverse=True)[1].astype(np.int64).reshape(-1)
    strata = np.zeros(len(exit), dtype=np.int64) if stratum is None else stratum
    higher = same = total = 0
    for one in np.unique(strata):
        rows = np.flatnonzero(strata == one)
        if not event[rows].any():
            continue
        own = _stratum(rank[rows], exit[rows], event[rows], None if entry is None else entry[rows])
        higher, same, total = higher + own[0], same + own[1], total + own[2]
    return higher, total - higher - same, same


def _stratum(rank: Ints, exit: Floats, event: Bools, entry: Floats | None) -> tuple[int, int, int]:
    """Return pairs with a lower score than the event's, with the same score, and all."""
    # Half a step later: whoever is censored at the time of an event outlives it.
    times = np.unique(exit if entry is None else np.concatenate([exit, entry]), return_inverse=True)[1].reshape(-1)
    leave = 2 * times[: len(exit)].astype(np.int64) + ~event
    died = 2 * times[: len(exit)][event].astype(np.int64)
    counts = _later(leave, rank, died, rank[event])
    if entry is not None:
        waiting = 2 * times[len(exit) :].astype(np.int64) + 1
        absent = _later(waiting, rank, died, rank[event])
        counts = (counts[0] - absent[0], counts[1] - absent[1], counts[2] - absent[2])
    lower, upto, later = counts
    return int(lower.sum()), int((upto - lower).sum()), int(later.sum())


def _later(time: Ints, rank: Ints, at: Ints, of: Ints) -> tuple[Ints, Ints, Ints]:
    """Return for each query (at, of) the points of a later time: of lower rank, of at most its rank, and all.

    Points are sorted by time. Blocks of doubling length are sorted by rank; the points after a query are the blocks of
    the binary expansion of how many there are, so each level answers all its queries with one search.
    """
    order = np.argsort(-time, kind="stable")
    ordered = rank[order]
    n, height = len(order), int(rank.max()) + 2
    later = np.searchsorted(-time[order], -at, side="left").astype(np.int64)
    lower, upto = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    length = 1
    while length <= n:
        block = np.arange(n) // length
        keys = np.sort(block * height + ordered)
        asked = np.flatnonzero(later & length)
        begin = (later[asked] // (2 * length)) * 2  # the block before that bit
        base = begin * length
        lower[asked] += np.searchsorted(keys, begin * height + of[asked], side="left") - base
        upto[asked] += np.searchsorted(keys, begin * height + of[asked], side="right") - base
        length *= 2
    return lower, upto, later
