from __future__ import annotations

import itertools

import numpy as np
import pytest

from glisson.methods.competing import incidence_curves
from glisson.methods.survival import curve
from glisson.present.figures.data import panel, series, ticks_for
from glisson.tables import Endpoint

MONTH = 30.4375


def os() -> Endpoint:
    """Four patients: deaths on days 30, 60 and 90, one censored on day 60."""
    return Endpoint.from_arrays([30, 60, 60, 90], [1, 1, 0, 1], keys={"method": ["a", "a", "b", "b"]}, name="os")


@pytest.mark.by_hand
def test_a_series_is_the_curve_in_months_from_the_origin() -> None:
    one = series(curve(os())[0], "All", 0)
    np.testing.assert_allclose(one.months, np.array([0, 30, 60, 90]) / MONTH)
    np.testing.assert_allclose(one.value, [1, 0.75, 0.5, 0])
    np.testing.assert_allclose(one.censor_months, [60 / MONTH])
    np.testing.assert_allclose(one.censor_value, [0.5])


@pytest.mark.by_hand
def test_a_curve_is_dotted_from_where_fewer_than_ten_are_at_risk() -> None:
    twelve = Endpoint.from_arrays(range(10, 130, 10), [1] * 12, name="os")
    assert series(curve(twelve)[0], "", 0).sparse_from == pytest.approx(30 / MONTH)  # 9 left after the third death
    assert series(curve(os())[0], "", 0).sparse_from == 0.0
    many = Endpoint.from_arrays([5] * 20, [1] * 20, name="os")
    assert series(curve(many)[0], "", 0).sparse_from == np.inf


@pytest.mark.by_hand
def test_numbers_under_the_axis_count_at_each_tick() -> None:
    shown = panel(curve(os()), title="", y_label="", x_label="", name_group=lambda _: "All", events_label="Deaths")
    assert shown.ticks == (0, 1, 2)
    rows = {row.label: row.counts for row in shown.blocks[0].rows}
    # one month is 30.4 days and two are 60.9: by then one, and then two, have died and one is censored
    assert rows == {"At risk": (4, 3, 1), "Censored": (0, 0, 1), "Deaths": (0, 1, 2)}
    assert shown.blocks[0].heading == ""


def test_groups_get_a_series_and_a_block_each() -> None:
    shown = panel(curve(os(), "method"), title="", y_label="", x_label="", name_group=lambda g: g[0][1].upper())
    assert [s.label for s in shown.series] == ["A", "B"]
    assert [s.style for s in shown.series] == [0, 1]
    assert [b.heading for b in shown.blocks] == ["A", "B"]


def test_causes_are_shown_for_everybody_and_the_first_cause_for_groups() -> None:
    ttp = Endpoint.from_arrays(
        [30, 60, 90], [1, 2, 0], causes=("progression", "death_without_progression"),
        keys={"method": ["a", "a", "b"]}, name="ttp",
    )  # fmt: skip
    whole = panel(incidence_curves(ttp), title="", y_label="", x_label="", name_group=lambda _: "")
    assert [s.label for s in whole.series] == ["Progression", "Death without progression"]
    assert whole.kind == "incidence"
    assert [r.label for r in whole.blocks[0].rows] == [
        "At risk",
        "Censored",
        "Progression",
        "Death without progression",
    ]
    groups = panel(incidence_curves(ttp, "method"), title="", y_label="", x_label="", name_group=lambda g: g[0][1])
    assert [s.label for s in groups.series] == ["a", "b"]


@pytest.mark.parametrize("last", [0.5, 3, 11.9, 24, 60, 143, 400])
def test_ticks_are_few_whole_months_within_the_axis(last: float) -> None:
    ticks = ticks_for(last)
    assert ticks[0] == 0
    assert ticks[-1] <= last
    assert len(ticks) <= 9
    assert len({b - a for a, b in itertools.pairwise(ticks)}) <= 1
