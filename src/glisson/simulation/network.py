"""Sorting networks: which rows to compare, in an order that does not depend on the data."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


@cache
def odd_even_merge(n: int) -> NDArray[np.int64]:
    """Return Batcher's network for n rows.

    Parameters
    ----------
    n
        Number of rows. The network of the next power of two is cut: a comparator whose higher row does not exist would
        compare with a key above all others, which never moves.

    Returns
    -------
    NDArray
        Shape (S, 3): runs of neighbouring comparators - first low row, first high row, number of comparators.

    Notes
    -----
    Batcher KE. AFIPS Spring Joint Computer Conference 1968:307-314.

    Examples
    --------
    >>> odd_even_merge(3).tolist()
    [[0, 1, 1], [0, 2, 1], [1, 2, 1]]
    """
    size = 1
    while size < n:
        size *= 2
    runs: list[list[int]] = []
    p = 1
    while p < size:
        k = p
        while k:
            for j in range(k % p, size - k, 2 * k):
                if j // (2 * p) == (j + k) // (2 * p):
                    count = min(k, size - j - k, n - j - k)
                    if count > 0:
                        runs.append([j, j + k, count])
            k //= 2
        p *= 2
    return np.array(runs, dtype=np.int64).reshape(-1, 3)
