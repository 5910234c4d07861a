"""Maximally selected log-rank statistics: by hand, against R, and properties."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.errors import InputError, SettingsError
from glisson.methods.cutpoint import lausen_schumacher, log_rank_scores, maximally_selected
from glisson.tables import Endpoint
from tests.validation.goldens import golden


@pytest.mark.by_hand
def test_four_units_by_hand() -> None:
    os = Endpoint.from_arrays([1, 2, 3, 4], [1, 1, 1, 1], name="os")
    # Cumulative hazards 1/4, 7/12, 13/12, 25/12: scores 3/4, 5/12, -1/12, -13/12.
    assert log_rank_scores(os) == pytest.approx([3 / 4, 5 / 12, -1 / 12, -13 / 12])
    rows = maximally_selected(os, [1.0, 2.0, 3.0, 4.0], draws=999)
    # Cuts at 1, 2 and 3: sums 3/4, 7/6, 13/12; variance sum of squares/3 times m(4-m)/4.
    spread = (81 + 25 + 1 + 169) / 144
    sums = np.array([3 / 4, 7 / 6, 13 / 12]) / np.sqrt(np.array([3, 4, 3]) / 12 * spread)
    assert rows.one("max_statistic").value == pytest.approx(max(sums))
    assert rows.one("cut_point").value == 3.0
    # Every order of the scores is as likely. The sum of two is largest as here, and that of the last as here.
    assert rows.one("p", detail="best of all cuts, permutation").value == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("case", golden("cut_points")["cases"], ids=lambda c: c["name"])
def test_against_r(case) -> None:
    os = Endpoint.from_arrays(case["time"], case["status"], name="os")
    rows = maximally_selected(os, case["x"], smallest=golden("cut_points")["smallest"], draws=1)
    assert rows.one("max_statistic").value == pytest.approx(case["statistic"], rel=1e-10)
    assert rows.one("cut_point").value == case["cut"]
    assert rows.one("p", detail="best of all cuts").value == pytest.approx(case["p"], rel=1e-10)


def test_the_approximation_is_a_probability_and_falls() -> None:
    values = [lausen_schumacher(b, 0.1) for b in np.linspace(0.1, 6, 60)]
    assert max(values) <= 1
    assert all(a >= b for a, b in pairwise(values))
    assert values[-1] < 1e-6


def test_the_best_of_all_cuts_is_worth_less_than_one_cut() -> None:
    for b in (1.96, 2.5, 3.0, 4.0):
        assert lausen_schumacher(b, 0.1) > math.erfc(b / math.sqrt(2))


@pytest.mark.parametrize(
    ("days", "events", "x", "reason"),
    [([1], [1], [5.0], "no cut leaves two groups"), ([1, 2], [0, 0], [1.0, 2.0], "0 events"),
     ([1, 2, 3], [1, 1, 1], [4.0, 4.0, 4.0], "no cut leaves two groups")],
)  # fmt: skip
def test_nothing_to_cut_says_why(days, events, x, reason) -> None:
    (row,) = maximally_selected(Endpoint.from_arrays(days, events), x)
    assert row.value is None
    assert reason in row.reason


def test_what_is_refused() -> None:
    os = Endpoint.from_arrays([1, 2], [1, 1])
    with pytest.raises(InputError, match="missing"):
        maximally_selected(os, [1.0, np.nan])
    with pytest.raises(InputError, match="late"):
        maximally_selected(Endpoint.from_arrays([1, 2], [1, 1], entry=[0, -1]), [1.0, 2.0])
    with pytest.raises(SettingsError):
        maximally_selected(os, [1.0, 2.0], smallest=0.5)


_UNITS = st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 5)), min_size=1, max_size=12)


@given(_UNITS, st.randoms())
@settings(max_examples=60, deadline=None)
def test_order_and_units_of_the_number_do_not_matter(units, random) -> None:
    def run(rows, scale=1.0, shift=0.0):
        days, events, x = zip(*rows, strict=True)
        out = maximally_selected(Endpoint.from_arrays(days, events), scale * np.array(x) + shift, draws=19)
        return [r.value for r in out if r.statistic == "max_statistic"]

    first = run(units)
    shuffled = list(units)
    random.shuffle(shuffled)
    assert run(shuffled) == pytest.approx(first)
    assert run(units, 2.5, 40) == pytest.approx(first)
    assert all(v is not None and v >= 0 for v in first)
