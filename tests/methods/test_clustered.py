"""Clustered observations by hand, against scipy, and by their properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, t

from glisson.errors import SettingsError
from glisson.methods.clustered import (
    clustered_incidence,
    clustered_proportion,
    effective_size,
    incidence_error,
    intracluster_correlation,
    standard_errors,
)
from glisson.methods.competing import cumulative_incidence
from glisson.tables import Endpoint

CLUSTERS = st.lists(
    st.integers(1, 4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=9
)


@pytest.mark.by_hand
def test_four_patients_with_two_sessions_each() -> None:
    x, n = [2, 0, 2, 1], [2, 2, 2, 2]
    naive, robust = standard_errors(x, n)
    assert naive == pytest.approx(math.sqrt(15 / 512))
    assert robust == pytest.approx(math.sqrt(4 / 3 * 2.75 / 64))
    assert intracluster_correlation(x, n) == pytest.approx(4 / 7)
    assert effective_size(x, n) == pytest.approx(8 * 15 / 512 / (4 / 3 * 2.75 / 64))


@pytest.mark.by_hand
def test_clusters_that_are_all_alike_inside_count_once() -> None:
    assert intracluster_correlation([3, 0, 3, 0], [3, 3, 3, 3]) == 1
    assert effective_size([3, 0, 3, 0], [3, 3, 3, 3]) == pytest.approx(3)  # m - 1
    assert effective_size([3, 3], [3, 3]) == 2  # no design effect can be seen
    assert intracluster_correlation([3, 3], [3, 3]) is None
    assert intracluster_correlation([1, 0], [1, 1]) is None


@pytest.mark.independent
@given(CLUSTERS)
def test_limits_are_those_of_a_beta_distribution(clusters) -> None:
    x, n = np.array(clusters).T
    row = clustered_proportion(x, n, name="success").one("proportion")
    total, hits, m = int(n.sum()), int(x.sum()), len(n)
    size = min(total, effective_size(x, n) * (t.ppf(0.975, total - 1) / t.ppf(0.975, m - 1)) ** 2)
    p = hits / total
    assert row.value == p
    assert row.low == pytest.approx(beta.ppf(0.025, p * size, size - p * size + 1) if hits else 0)
    assert row.high == pytest.approx(beta.ppf(0.975, p * size + 1, size - p * size) if hits < total else 1)
    assert row.low <= row.value <= row.high


@given(st.lists(st.booleans(), min_size=2, max_size=12))
def test_one_observation_each_has_the_usual_standard_error(success) -> None:
    x, n = np.array(success, dtype=int), np.ones(len(success), dtype=int)
    naive, robust = standard_errors(x, n)
    assert robust == pytest.approx(naive * math.sqrt(len(n) / (len(n) - 1)))


def test_one_patient_has_no_interval() -> None:
    row = clustered_proportion([2], [3], name="success").one("proportion")
    assert (row.value, row.low, row.high, row.reason) == (2 / 3, None, None, "no interval (one patient)")


def test_impossible_levels_are_refused() -> None:
    with pytest.raises(SettingsError, match="confidence level"):
        clustered_proportion([1, 0], [1, 1], name="success", level=1.0)


@pytest.mark.by_hand
def test_the_jackknife_leaves_patients_out_with_all_their_lesions() -> None:
    ltp = Endpoint.from_arrays([100, 400, 400], [1, 0, 0], cluster=list("aab"), causes=("ltp", "death"), name="ltp")
    assert incidence_error(ltp, 365) == pytest.approx(1 / 4)  # 0 and 1/2 are left
    assert incidence_error(ltp, 365, clustered=False) == pytest.approx(1 / 3)  # 0, 1/2 and 1/2 are left
    row = clustered_incidence(ltp, times=[365]).one("cumulative_incidence")
    width = 1.959964 / 4 / (math.log(1 / 3) / 3)
    assert (row.low, row.high) == pytest.approx((3 ** -math.exp(-width), 3 ** -math.exp(width)))


ROWS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2), st.integers(0, 3)), min_size=2, max_size=9)


@given(ROWS, st.integers(0, 10))
def test_the_estimate_is_that_of_independent_units(rows, day) -> None:
    exit, cause, cluster = zip(*rows, strict=True)
    ltp = Endpoint.from_arrays(exit, cause, cluster=[str(c) for c in cluster], causes=("ltp", "death"), name="ltp")
    usual = cumulative_incidence(ltp, times=[day]).one("cumulative_incidence", detail="ltp")
    row = clustered_incidence(ltp, times=[day]).one("cumulative_incidence")
    assert row.value == usual.value
    alone = len(set(cluster)) == 1 and row.value is not None and 0 < row.value < 1
    assert row.reason == ("no interval (one patient)" if alone else usual.reason)
    if row.low is not None:
        assert row.low <= row.value <= row.high


@pytest.mark.independent
@given(ROWS, st.integers(0, 10))
def test_leaving_out_at_once_is_leaving_out_one_by_one(rows, day) -> None:
    exit, cause, cluster = zip(*rows, strict=True)
    ltp = Endpoint.from_arrays(exit, cause, cluster=[str(c) for c in cluster], causes=("ltp", "death"), name="ltp")
    left = []
    for one in np.unique(ltp.cluster):
        rest = ltp.take(ltp.cluster != one)
        until = min(day, int(rest.exit.max())) if len(rest) else 0
        found = (
            cumulative_incidence(rest, times=[until]).select("cumulative_incidence", detail="ltp") if len(rest) else []
        )
        left.append(next(iter(found)).value or 0.0 if len(rest) else 0.0)
    m, values = len(left), np.array(left)
    want = math.sqrt((m - 1) / m * float(np.sum((values - values.mean()) ** 2)))
    assert incidence_error(ltp, day) == pytest.approx(want, abs=1e-12)


@pytest.mark.by_hand
def test_lesions_of_one_patient_give_no_interval_of_the_incidence() -> None:
    ltp = Endpoint.from_arrays([100, 400], [1, 0], cluster=list("aa"), causes=("ltp", "death"), name="ltp")
    row = clustered_incidence(ltp, times=[365]).one("cumulative_incidence")
    assert (row.value, row.low, row.reason) == (0.5, None, "no interval (one patient)")


@pytest.mark.by_hand
def test_many_patients_are_left_out_in_portions() -> None:
    days = np.arange(1, 601)
    ltp = Endpoint.from_arrays(days, np.ones(600, dtype=int), causes=("ltp",), name="ltp")
    n, p = 600, 0.5
    assert incidence_error(ltp, 300) == pytest.approx(math.sqrt(p * (1 - p) / (n - 1)), rel=1e-6)
