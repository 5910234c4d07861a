"""Pairs of an event and a row still at risk after it, counted one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels.concordance import concordance


def one_by_one(score, exit, event, entry, stratum):
    """Return pairs in which the event has the higher, the lower, the same score."""
    found = [0, 0, 0]
    for i in np.flatnonzero(event):
        for j in range(len(score)):
            later = exit[j] > exit[i] or (exit[j] == exit[i] and not event[j])
            if later and entry[j] < exit[i] and stratum[i] == stratum[j]:
                found[0 if score[i] > score[j] else 1 if score[i] < score[j] else 2] += 1
    return tuple(found)


rows = st.tuples(st.integers(0, 4), st.integers(2, 9), st.booleans(), st.integers(1, 5), st.integers(0, 2))


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, min_size=1, max_size=25), st.booleans(), st.booleans(), st.booleans())
def test_as_counted_one_by_one(given_rows, late, strata, whole):
    score, exit, event, stay, stratum = (np.array(a) for a in zip(*given_rows, strict=True))
    entry, stratum = exit - stay if late else np.zeros(len(exit), dtype=int), stratum if strata else stratum * 0
    days = exit if whole else exit + 0.5
    got = concordance(
        score / 2, days, event, (entry if whole else entry + 0.5) if late else None, stratum if strata else None
    )
    assert got == one_by_one(score, exit, event, entry, stratum)


def test_many_rows_of_few_scores_and_of_many_days():
    rng = np.random.default_rng(3)
    exit, event = rng.integers(0, 30_000, 400), rng.random(400) < 0.7
    for score in (rng.integers(0, 3, 400).astype(float), rng.normal(0, 1, 400)):
        wanted = one_by_one(score, exit, event, np.full(400, -1), np.zeros(400))
        assert concordance(score, exit, event) == wanted
