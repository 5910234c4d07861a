from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glisson.assessment.courses import LabMedian
from glisson.present.figures import draw_courses
from glisson.present.figures.courses import MOST_COLUMNS, _linear_axis, _log_axis, lab_figure
from tests.present.figures.patients import LABELS, lab_course, result


@pytest.mark.by_hand
def test_rows_are_tests_and_columns_methods() -> None:
    score = lab_course("albi", label="ALBI", unit="score", scale="linear", limits=((-2.6, "grade 1 | 2"),),
                       patients=(("deb_tace", 2), ("y90", 1)))  # fmt: skip
    figure = lab_figure(result(labs=(lab_course(), score)), LABELS)
    assert figure is not None
    assert [(c.label, c.n, c.style) for c in figure.columns] == [("DEB-TACE", 3, 0), ("Y-90 radioembolization", 1, 1)]
    alt = figure.rows[0]
    assert [cell.n for cell in alt.cells] == [3, 0]
    assert alt.cells[0].median == ((-5, 1.0), (2, 8.0))
    assert len(alt.cells[0].lines) == 3
    assert alt.ticks == (0.5, 1.0, 2.0, 5.0, 10.0)
    assert figure.left_out == ()
    words = [t.get_text() for t in draw_courses.draw(figure).texts]
    assert {"no value", "ULN", "grade\n1 | 2", "median of 3 or more"} <= set(words)


def test_of_many_methods_those_with_the_most_patients_are_shown() -> None:
    methods = ("deb_tace", "ctace", "tae", "y90", "ablation")
    counts = tuple(zip(methods, (5, 1, 4, 3, 2), strict=True))
    figure = lab_figure(result(methods=methods, labs=(lab_course(patients=counts),)), LABELS)
    assert figure is not None
    assert len(figure.columns) == MOST_COLUMNS
    assert figure.left_out == ("Conventional TACE",)


def test_without_values_there_is_no_figure() -> None:
    assert lab_figure(result(), LABELS) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.01, 400), min_size=1, max_size=8))
def test_axes_hold_all_values_with_few_ticks(values: list[float]) -> None:
    for axis in (_log_axis, _linear_axis):
        low, high, ticks = axis([*values, 1.0])
        assert low < min(values)
        assert max(values) < high
        assert len(ticks) <= 6
        assert all(low <= t <= high for t in ticks)


@pytest.mark.by_hand
def test_labels_of_an_axis_have_the_same_decimals() -> None:
    score = lab_course("albi", scale="linear", limits=((-2.6, "grade 1 | 2"), (-1.39, "grade 2 | 3")), lines=(),
                       medians=(LabMedian(method="deb_tace", points=((0, -3.1, 3), (9, -1.3, 3))),))  # fmt: skip
    figure = lab_figure(result(labs=(score,)), LABELS)
    assert figure is not None
    assert figure.rows[0].tick_labels == ("−3.0", "−2.5", "−2.0", "−1.5")


@pytest.mark.by_hand
def test_a_narrow_axis_of_multiples_still_has_three_ticks() -> None:
    assert _log_axis([0.6, 1.0, 2.0])[2] == (0.7, 1.0, 1.5, 2.0)
    assert _log_axis([0.3, 1.0, 5.0])[2] == (0.5, 1.0, 2.0, 5.0)


@pytest.mark.parametrize("single", [True, False])
def test_drawings_have_journal_widths(single: bool) -> None:
    patients = (("deb_tace", 3),) if single else (("deb_tace", 3), ("y90", 0))
    figure = lab_figure(result(labs=(lab_course(patients=patients),)), LABELS)
    assert figure is not None
    assert round(draw_courses.draw(figure).get_figwidth() * 25.4) == (89 if single else 183)
