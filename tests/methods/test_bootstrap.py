"""Bootstrap: beside every resample there is, by hand, and what does not exist."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.errors import SettingsError
from glisson.methods.bootstrap import bootstrap
from glisson.methods.survival import kaplan_meier, rmst
from glisson.tables import Endpoint

DAYS, DIED = [30, 90, 90, 200, 400], [1, 1, 0, 1, 0]


def _one(days, died, **more) -> Endpoint:
    return Endpoint.from_arrays(days, died, name="os", **more)


def _every_resample(statistic: str, at: float | None) -> np.ndarray:
    """Return the statistic of all 5^5 resamples, each by the estimators themselves."""
    values = []
    for rows in itertools.combinations_with_replacement(range(5), 5):
        ways = len(set(itertools.permutations(rows)))
        part = _one([DAYS[i] for i in rows], [DIED[i] for i in rows])
        if statistic == "median":
            value = kaplan_meier(part).one("median").value
            value = np.inf if value is None else value
        elif statistic == "survival":
            value = kaplan_meier(part, times=[at]).one("survival").value
        else:
            value = rmst(part, tau=at).one("rmst").value
        values += [np.nan if value is None else value] * ways
    return np.array(values)


@pytest.mark.parametrize(("statistic", "at"), [("median", None), ("survival", 90.0), ("rmst", 85.0)])
def test_limits_are_those_of_all_resamples(statistic: str, at: float | None) -> None:
    every = _every_resample(statistic, at)
    assert len(every) == 5**5
    known = every[~np.isnan(every)]
    row = bootstrap(_one(DAYS, DIED), statistic, at=at, draws=60_000, level=0.8, seed=3).one(statistic)
    # A percentile of a sample lies between percentiles of all a little to either side.
    for limit, q in ((row.low, 0.1), (row.high, 0.9)):
        near = np.quantile(known, [q - 0.006, q + 0.006], method="inverted_cdf")
        assert near[0] <= (np.inf if limit is None else limit) <= near[1]
    lost = int(row.warning.split()[0]) if row.warning else 0
    assert abs(lost / 60_000 - np.isnan(every).mean()) < 0.01


def test_the_value_is_that_of_the_estimator_and_the_seed_decides() -> None:
    keys = {"method": list("aaaabbbb")}
    os = _one([10, 40, 60, 90, 30, 80, 200, 300], [1] * 8, keys=keys)
    rows = bootstrap(os, by="method", draws=500, seed=9)
    assert rows == bootstrap(os, by="method", draws=500, seed=9)
    assert rows != bootstrap(os, by="method", draws=500, seed=10)
    expected = [r.value for r in kaplan_meier(os, "method").select("median")]
    assert [r.value for r in rows.select("median")] == expected
    gap = rows.one("median_difference")
    assert gap.value == expected[1] - expected[0]
    assert gap.low <= gap.value <= gap.high
    assert gap.detail == "method=b minus method=a"


def test_a_median_that_is_not_reached_has_a_reason_and_no_upper_limit() -> None:
    row = bootstrap(_one([50, 60, 70, 80], [1, 0, 0, 0]), draws=400, seed=1).one("median")
    assert row.value is None
    assert row.reason == "not reached"
    assert row.high is None
    none = bootstrap(_one([50, 60], [0, 0]), draws=400, seed=1).one("median")
    assert none.reason == "not estimable (0 events)"


def test_clusters_are_drawn_together() -> None:
    # All lesions of a patient fare alike: the bootstrap over patients must be as wide as with one lesion each.
    days, died = [20, 50, 90, 130, 170, 260], [1] * 6
    once = bootstrap(_one(days, died), draws=4000, seed=2).one("median")
    five = _one(np.repeat(days, 5), np.repeat(died, 5), cluster=np.repeat(np.arange(6), 5))
    again = bootstrap(five, draws=4000, seed=2).one("median")
    assert (again.low, again.high) == (once.low, once.high)
    assert "6 clusters" in again.method


def test_late_entry_counts_only_from_entry_on() -> None:
    late = _one([5, 100, 200, 300], [1, 1, 1, 1], entry=[-1, 50, 50, 50])
    assert bootstrap(late, draws=300, seed=1).one("median").value == kaplan_meier(late).one("median").value


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"statistic": "mean"}, "mean"),
        ({"statistic": "rmst"}, "at=days"),
        ({"at": 30.0}, "no time"),
        ({"draws": 20}, "20 draws"),
    ],
)
def test_impossible_requests_are_refused(more: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        bootstrap(_one(DAYS, DIED), **more)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=5), st.integers(0, 40))
def test_nothing_is_nan_and_limits_are_ordered(rows: list[tuple[int, bool]], at: int) -> None:
    os = _one([d for d, _ in rows], [int(e) for _, e in rows])
    for statistic, when in (("median", None), ("survival", at), ("rmst", at)):
        row = bootstrap(os, statistic, at=when, draws=200, seed=1).one(statistic)
        assert (row.value is None) == bool(row.reason)
        for number in (row.value, row.low, row.high):
            assert number is None or np.isfinite(number)
        if row.low is not None and row.high is not None:
            assert row.low <= row.high
