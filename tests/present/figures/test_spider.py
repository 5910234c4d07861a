from __future__ import annotations

import pytest

from glisson.present.figures import draw_spider
from glisson.present.figures.spider import spider
from tests.present.figures.patients import LABELS, course, many, result

MONTH = 30.4375


@pytest.mark.by_hand
def test_lines_end_at_the_last_scan_that_counts() -> None:
    scans = ((-15, 0.0), (60, -40.0), (120, 30.0), (180, 170.0))
    figure = spider(
        result(
            course(1, changes=scans, counted_to=120, new_lesion_day=120),
            course(2, "ablation", changes=scans, counted_to=180),
            course(3, changes=((-15, 0.0),), counted_to=60),
            course(4, changes=scans),
        ),
        LABELS,
    )
    assert [p.title for p in figure.panels] == ["DEB-TACE (n = 1)", "Ablation (n = 1)"]
    line = figure.panels[0].lines[0]
    assert line.months == pytest.approx((-15 / MONTH, 60 / MONTH, 120 / MONTH))
    assert line.change == (0.0, -40.0, 30.0)
    assert line.new_lesion == (pytest.approx(120 / MONTH), 30.0)
    assert figure.panels[1].lines[0].change[-1] == 170.0, "the data keep what the axis cuts off"
    assert (figure.high, figure.start) == (100.0, pytest.approx(-15 / MONTH))


@pytest.mark.by_hand
def test_a_new_lesion_on_a_scan_without_a_sum_stands_at_the_last_sum() -> None:
    figure = spider(
        result(course(changes=((0, 0.0), (60, -20.0)), counted_to=90, new_lesion_day=90)), LABELS
    )  # fmt: skip
    assert figure.panels[0].lines[0].new_lesion == (pytest.approx(90 / MONTH), -20.0)


def test_a_line_beyond_the_axis_is_cut_where_it_crosses() -> None:
    figure = spider(result(course(changes=((0, 0.0), (30, 200.0)), counted_to=30)), LABELS)
    frame = draw_spider._Frame(left=0.0, bottom=0.0, width=100.0, height=60.0, figure=figure)
    x, y = draw_spider._clipped(frame, figure.panels[0].lines[0].months, figure.panels[0].lines[0].change)
    assert len(x) == 3
    assert x[1] - x[0] == pytest.approx((x[2] - x[0]) / 2), "+100% is half of the way to +200%"
    assert y[1] == y[2] == pytest.approx(60.0)


@pytest.mark.parametrize(("n", "width"), [(1, 89), (5, 183), (100, 183)])
def test_drawings_have_journal_widths(n: int, width: int) -> None:
    drawn = draw_spider.draw(spider(many(n), LABELS))
    assert round(drawn.get_figwidth() * 25.4) == width
    assert drawn.get_figheight() * 25.4 < 215
    assert len(drawn.findobj()) < 400, "one artist a look, not one a patient"
