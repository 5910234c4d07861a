"""Adjusted P values: by hand, against R's p.adjust, and what holds for any P values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.methods.multiplicity import adjust_p, adjusted, familywise_error
from glisson.tables import Estimate, Estimates
from tests.validation.goldens import golden


@pytest.mark.against_r
@pytest.mark.parametrize(("method", "key"), [("holm", "holm"), ("benjamini-hochberg", "bh")])
def test_p_adjust(method, key) -> None:
    theirs = golden("pinned")["adjusted"]
    given_, expected = np.array(theirs["p"]), np.array(theirs[key])
    assert adjust_p(given_, method=method) == pytest.approx(expected, rel=1e-12)
    shuffled = np.random.default_rng(1).permutation(10)
    assert adjust_p(given_[shuffled], method=method) == pytest.approx(expected[shuffled], rel=1e-12)


@pytest.mark.by_hand
def test_four_by_hand() -> None:
    # Holm: 4 x 0.01, 3 x 0.02, 2 x 0.03 = 0.06, 1 x 0.04 raised to 0.06.
    assert adjust_p([0.01, 0.02, 0.03, 0.04]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    # Benjamini-Hochberg: 0.04, 0.04, 0.04, 0.04 from the right.
    assert adjust_p([0.01, 0.02, 0.03, 0.04], method="benjamini-hochberg") == pytest.approx([0.04] * 4)
    assert adjust_p([]).tolist() == []
    assert adjust_p([0.7]).tolist() == [0.7]


@pytest.mark.by_hand
def test_familywise_error() -> None:
    assert familywise_error(0) == 0
    assert familywise_error(1) == pytest.approx(0.05)
    assert familywise_error(11) == pytest.approx(1 - 0.95**11)
    with pytest.raises(SettingsError):
        familywise_error(2, level=1.0)


@pytest.mark.property
@given(p=st.lists(st.floats(0, 1), max_size=30))
def test_order_and_bounds(p) -> None:
    values = np.array(p)
    holm, bh = adjust_p(p), adjust_p(p, method="benjamini-hochberg")
    assert np.all((values <= bh + 1e-15) & (bh <= holm + 1e-12) & (holm <= np.minimum(1, values * len(p)) + 1e-12))
    order = np.argsort(values, kind="stable")
    assert np.all(np.diff(holm[order]) >= 0)
    assert np.all(np.diff(bh[order]) >= 0)
    # Rejected by Holm means rejected step by step.
    ordered = values[order]
    rejected = 0
    while rejected < len(p) and ordered[rejected] * (len(p) - rejected) <= 0.05:
        rejected += 1
    assert np.sum(holm <= 0.05) == rejected


def test_rows_without_a_value_are_not_counted() -> None:
    rows = Estimates(
        (
            Estimate(
                variable="os", statistic="p", value=0.02, unit="p", low=0.01, high=0.03, level=0.99, method="exact"
            ),
            Estimate(variable="pfs", statistic="p", unit="p", reason="not estimable (one group)"),
            Estimate(variable="ttp", statistic="p", value=0.03, unit="p"),
        )
    )
    found = adjusted(rows)
    assert [r.value for r in found] == [0.04, None, 0.04]
    assert found.rows[0].method == "exact, Holm-adjusted for 2 tests"
    assert (found.rows[0].low, found.rows[0].level) == (None, None)
    assert found.rows[1] == rows.rows[1]


@pytest.mark.parametrize("p", [[0.1, 1.2], [-0.1], [math.nan]])
def test_impossible_values_are_refused(p) -> None:
    with pytest.raises(InputError, match="outside 0 to 1"):
        adjust_p(p)


def test_other_rows_and_methods_are_refused() -> None:
    with pytest.raises(SettingsError, match="holm or"):
        adjust_p([0.1], method="bonferroni")
    with pytest.raises(InputError, match="no P value"):
        adjusted(Estimates((Estimate(variable="os", statistic="n", value=3.0),)))
