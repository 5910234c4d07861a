"""Pairs of an event and a row still at risk after it, counted one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.kernels import concordance as kernel
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


def by_table(score, exit, event):
    """Return the same of rows without late entry and strata, all pairs at once."""
    later = event[:, None] & ((exit > exit[:, None]) | ((exit == exit[:, None]) & ~event))
    signs = (score[:, None] > score).astype(int)[later] - (score[:, None] < score)[later]
    return tuple(int(np.sum(signs == sign)) for sign in (1, -1, 0))


@pytest.mark.parametrize("days", [40, 900, 60_000])
@pytest.mark.parametrize("block", [4, 16, 128])
def test_of_any_number_of_days_and_size_of_blocks(monkeypatch, days, block):
    monkeypatch.setattr(kernel, "_SMALL_BLOCK", block)
    monkeypatch.setattr(kernel, "_PIECE", 3)
    monkeypatch.setattr(kernel, "_AT_A_TIME", 100)
    rng = np.random.default_rng(days + block)
    exit, event, score = rng.integers(0, days, 1500), rng.random(1500) < 0.7, rng.normal(0, 1, 1500)
    for one in (score, np.round(score, 1)):
        assert concordance(one, exit, event) == by_table(one, exit, event)


@pytest.mark.parametrize("far", [1e17, 1e300, 1.7e308])
def test_scores_too_close_for_their_range(far):
    """Among outliers all other scores are one step of the whole numbers by which they are sorted."""
    rng = np.random.default_rng(5)
    score = np.append(rng.normal(0, 1, 300).round(2), [far, -far, 0.0, -0.0])
    exit, event = rng.integers(1, 50, 304), rng.random(304) < 0.7
    assert concordance(score, exit, event) == by_table(score, exit, event)
    order, found = kernel.by_score(score)
    assert order.tolist() == np.argsort(score, kind="stable").tolist()
    assert found.tolist() == np.sort(score).tolist()
