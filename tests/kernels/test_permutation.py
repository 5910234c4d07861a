"""Random labelings: both ways of drawing them are uniform over all labelings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import chisquare

from glisson.kernels.permutation import _dealt, _shuffled, exact_tail, labelings, sampled_tail


@pytest.mark.parametrize("draw", [_dealt, _shuffled])
def test_every_labeling_is_as_likely(draw: Callable[..., np.ndarray]) -> None:
    values, sizes = 2.0 ** np.arange(6), np.array([1, 2, 3])  # sums of powers of two name their group
    drawn = draw(values, sizes, 60_000, np.random.default_rng(5))
    np.testing.assert_array_equal(drawn.sum(axis=1), values.sum())
    seen = Counter(map(tuple, drawn.astype(int).tolist()))
    assert len(seen) == labelings(sizes.tolist()) == 60
    assert all([int(s).bit_count() for s in key] == sizes.tolist() for key in seen)
    assert chisquare(list(seen.values())).pvalue > 1e-3


@pytest.mark.parametrize("sizes", [(5, 6), (4, 3, 4), (150, 150)])
def test_a_sample_agrees_with_the_count(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(len(sizes)), sizes)
    values = rng.integers(-40, 40, len(group)) / 8.0
    values -= values.mean()
    draws = 40_000
    tail = sampled_tail(values, group, draws, np.random.default_rng(1))
    if len(group) > 256:  # too many labelings to count: the normal approximation is as good
        sums = np.bincount(group, weights=values)
        z = abs(sums[0]) / np.sqrt(values @ values * 150 * 150 / (300 * 299))
        p = 2 * ndtr(-z)
    else:
        counted, total = exact_tail(values, group)
        p = counted / total
    assert abs(tail / draws - p) < 4 * np.sqrt(p * (1 - p) / draws) + 2e-3
