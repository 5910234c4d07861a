from __future__ import annotations

import numpy as np
import pytest
from matplotlib.lines import Line2D

from glisson.present.figures import draw_swimmer
from glisson.present.figures.palette import HAIRLINE
from glisson.present.figures.swimmer import MOST_BARS, MOST_PAGES, course_marks, swimmers
from tests.present.figures.patients import LABELS, course, many, result

MONTH = 30.4375


@pytest.mark.by_hand
def test_bars_are_sorted_by_method_then_length() -> None:
    (page,) = swimmers(
        result(course(1, end=100), course(2, "ablation", 900), course(3, end=400, died=False, systemic=((-90, 30, "x"),
               (350, None, "y"), (-90, -30, "z")), sessions=((0, "deb_tace"), (50, "hai")))), LABELS,
    )  # fmt: skip
    assert [b.patient for b in page.bars] == ["Pt03", "Pt01", "Pt02"]
    assert page.headings == ((0, "DEB-TACE (n = 2)"), (1, "Ablation (n = 1)"))
    longest = page.bars[0]
    ends = [day for span in longest.systemic for day in span]
    assert ends == pytest.approx([0.0, 30 / MONTH, 350 / MONTH, 400 / MONTH])
    assert longest.sessions == ((0.0, 0), (pytest.approx(50 / MONTH), 2)), "a method nobody had first comes last"
    assert [name for _, name in page.session_methods] == ["DEB-TACE", "Ablation", "Hepatic arterial infusion"]
    assert page.end == pytest.approx(900 / MONTH)


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("days", "kinds"),
    [
        ({"progression": 90, "progression_liver": 90, "progression_outside": 90}, ["both"]),
        ({"progression": 90, "progression_liver": 90, "progression_outside": 120}, ["liver", "outside"]),
        ({"progression": 90, "progression_outside": 90, "first_response": 40}, ["response", "outside"]),
        ({"progression": 90}, ["somewhere"]),
        ({"progression": 60, "progression_liver": 90}, ["somewhere", "liver"]),
        ({}, []),
    ],
)
def test_marks(days: dict[str, int], kinds: list[str]) -> None:
    assert [kind for _, kind in course_marks(course(**days))] == kinds


def test_more_patients_than_fit_go_on_another_page_or_on_none() -> None:
    pages = swimmers(many(MOST_BARS + 1), LABELS)
    assert [len(p.bars) for p in pages] == [31, 30]
    assert len({(p.end, p.ticks) for p in pages}) == 1, "all pages have one scale"
    assert sum("of n =" in text for p in pages for _, text in p.headings) in {0, 2}
    assert swimmers(many(MOST_BARS * MOST_PAGES + 1), LABELS) == ()


@pytest.mark.parametrize("n", [1, 24, 60])
def test_drawings_fit_a_page(n: int) -> None:
    (page,) = swimmers(many(n), LABELS)
    drawn = draw_swimmer.draw(page)
    assert round(drawn.get_figwidth() * 25.4) == 183
    assert drawn.get_figheight() * 25.4 < 225


def test_month_lines_do_not_run_through_headings() -> None:
    (page,) = swimmers(many(24), LABELS)
    drawn = draw_swimmer.draw(page)
    months = next(line for line in drawn.findobj(Line2D) if line.get_color() == HAIRLINE)
    heights = np.asarray(months.get_ydata(orig=True)).reshape(-1, 3)[:, :2]
    headings = [t.get_position()[1] for t in drawn.texts if t.get_fontweight() == "bold"]
    assert len(headings) == len(page.headings)
    assert not any((low < y + 1.2 < high) for y in headings for low, high in np.sort(heights, axis=1))
