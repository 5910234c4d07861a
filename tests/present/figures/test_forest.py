from __future__ import annotations

import pytest

from glisson.present.figures.forest import forest
from glisson.present.words import Words
from tests.reporting.fixture import assessment


def test_every_group_has_a_row_and_the_numbers_of_the_estimates() -> None:
    whole = assessment()
    figure = forest(whole, whole.endpoint("os"), Words.of("ama"))
    rows = [r for r in figure.rows if r.marks]
    assert len(rows) == 1 + 3 + 2 + 4 + 3
    assert (rows[0].label, rows[0].events, rows[0].n) == ("All patients", 18, 24)
    median = whole.endpoint("os").overall.estimates.one("median")
    assert median.value is not None
    assert rows[0].marks[0].value == pytest.approx(median.value / 30.4375)
    assert rows[0].marks[0].text == Words.of("ama").cell(median)


def test_an_interval_without_upper_limit_is_open() -> None:
    whole = assessment()
    figure = forest(whole, whole.endpoint("os"), Words.of("ama"))
    ablation = next(r for r in figure.rows if r.label == "Ablation")
    assert ablation.marks[0].open_above
    assert ablation.marks[0].value is None
    assert "not reached" in ablation.marks[0].text


def test_the_reference_line_is_the_overall_estimate() -> None:
    whole = assessment()
    figure = forest(whole, whole.endpoint("os"), Words.of("ama"))
    assert figure.axes[0].reference == figure.rows[0].marks[0].value
    assert figure.axes[0].ticks[-1] <= figure.axes[0].end
