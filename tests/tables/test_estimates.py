from __future__ import annotations

import pytest

from glisson.tables import Estimates
from glisson.tables.estimates import Estimate


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("low", "high", "printed"),
    [
        (0.1, 0.4, "0.2 (0.1 to 0.4; 95%)"),
        (0.1, None, "0.2 (0.1 to not reached; 95%)"),
        (None, None, "0.2 (95%)"),
    ],
)
def test_a_bound_without_an_interval_prints_none(low, high, printed):
    row = Estimate(variable="x", statistic="s", value=0.2, low=low, high=high, level=0.95, unit="proportion")
    assert str(Estimates((row,))).endswith(f"s: {printed}")


@pytest.mark.by_hand
def test_what_is_no_number_becomes_a_reason_and_is_told():
    with pytest.warns(UserWarning, match="os, hazard_ratio: the calculation gave no number"):
        row = Estimate(variable="os", statistic="hazard_ratio", value=2.0, low=0.5, high=float("nan"))
    assert (row.value, row.low, row.high) == (2.0, 0.5, None)
    assert row.reason == "not estimable (the calculation gave no number)"
