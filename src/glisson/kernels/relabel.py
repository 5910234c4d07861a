"""Labelings one by one: all of them or a sample, with the log-rank chi-square recomputed for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.rank_tests import Weights, chi_square, logrank

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def listed(sizes: Sequence[int], block: int = 50_000) -> Iterator[NDArray[np.int8]]:
    """Yield every labeling in blocks of shape (B, n)."""
    n = sum(sizes)
    rows: list[NDArray[np.int8]] = []
    for labels in _labelings_of(tuple(range(n)), sizes, 0, np.zeros(n, dtype=np.int8)):
        rows.append(labels)
        if len(rows) == block:
            yield np.array(rows)
            rows = []
    if rows:
        yield np.array(rows)


def _labelings_of(
    free: tuple[int, ...], sizes: Sequence[int], k: int, labels: NDArray[np.int8]
) -> Iterator[NDArray[np.int8]]:
    if k == len(sizes) - 1:
        done = labels.copy()
        done[list(free)] = k
        yield done
        return
    for chosen in itertools.combinations(free, sizes[k]):
        labels[list(chosen)] = k
        yield from _labelings_of(tuple(i for i in free if i not in chosen), sizes, k + 1, labels)


def chi_square_tail(
    time: Ints,
    event: NDArray[np.bool_],
    group: Ints,
    *,
    draws: int | None,
    rng: np.random.Generator | None,
    weights: Weights = "logrank",
) -> tuple[int, int]:
    """Count labelings whose recomputed log-rank chi-square is at least as large as the observed one.

    Parameters
    ----------
    time, event, group
        Shape (n,): position of each unit's time among the distinct times, whether it had the event, and its label.
    draws
        Number of random labelings; ``None`` lists all of them.
    rng
        Source of randomness where labelings are drawn.

    Returns
    -------
    tail, total
        Labelings counted and looked at.
    """
    sizes = np.bincount(group)
    sizes = sizes[sizes > 0]
    observed = _chi_squares(time, event, group[None], weights)[0] * (1 - 1e-9)
    tail = total = 0
    if draws is None:
        drawn: Iterator[NDArray[np.int8]] = listed(sizes.tolist(), 20_000)
    else:
        assert rng is not None
        start = np.repeat(np.arange(len(sizes), dtype=np.int8), sizes)
        drawn = (rng.permuted(np.broadcast_to(start, (b, len(start))), axis=1) for b in blocks(draws, 20_000))
    for block in drawn:
        total += len(block)
        tail += int(np.count_nonzero(_chi_squares(time, event, block, weights) >= observed))
    return tail, total


def _chi_squares(time: Ints, event: NDArray[np.bool_], labels: NDArray[np.integer], weights: Weights) -> Floats:
    """Chi-square of each labeling, shape (B,)."""
    times, groups = int(time.max()) + 1, int(labels.max()) + 1
    place = time[None, :] + times * labels.astype(np.int64)
    place += (times * groups) * np.arange(len(labels), dtype=np.int64)[:, None]
    size = len(labels) * groups * times
    left = np.bincount(place.reshape(-1), minlength=size).reshape(len(labels), groups, times)
    died = np.bincount(place[:, event].reshape(-1), minlength=size).reshape(len(labels), groups, times)
    at_risk = np.cumsum(left[..., ::-1], axis=-1)[..., ::-1]
    return chi_square(logrank(at_risk, died, weights))[0]


def blocks(total: int, size: int) -> Iterator[int]:
    """Cut a number of draws into blocks of bounded memory."""
    size = max(size, 1)
    while total > 0:
        yield min(size, total)
        total -= size
