from __future__ import annotations

import pytest

from glisson.present.figures import draw_patient_timeline
from glisson.present.figures.patient_timeline import MOST_PATIENTS, PER_FIGURE, timelines
from tests.present.figures.patients import LABELS, course, many, result

MONTH = 30.4375


@pytest.mark.by_hand
def test_one_patient() -> None:
    (figure,) = timelines(
        result(
            course(
                1, best="PR", confirmed="SD", baseline_sum=82.4, changes=((-12, 0.0), (60, -40.2), (120, 3.0)),
                responses=((60, "PR", "any"), (60, "PR", "liver"), (120, "PD", "any")), progression=120,
                systemic=((-400, -300, "early"), (-100, 20, "across"), (130, None, "open")),
                events=((3, "Abdominal pain", 2),), end=304,
            )
        ),
        LABELS,
    )  # fmt: skip
    (panel,) = figure.panels
    assert (panel.patient, panel.title) == ("Pt01", "DEB-TACE; best response PR, unconfirmed")
    assert panel.baseline == "82 mm"
    assert [text for _, text in panel.numbers] == ["−40", "+3"]
    assert [text for _, text in panel.responses] == ["PR", "PD"]
    assert [text for *_, text in panel.systemic] == ["across", "open"], "therapy that ended long before is not drawn"
    assert panel.systemic[0][0] == panel.start == pytest.approx(-12 / MONTH)
    assert panel.systemic[1][1] == panel.end == pytest.approx(304 / MONTH)
    assert panel.events == ((pytest.approx(3 / MONTH), "Abdominal pain G2", 2),)
    assert panel.ticks == (0, 2, 4, 6, 8)


def test_eight_patients_a_figure_and_none_of_large_cohorts() -> None:
    figures = timelines(many(MOST_PATIENTS), LABELS)
    assert [len(f.panels) for f in figures] == [PER_FIGURE] * 7 + [4]
    assert timelines(many(MOST_PATIENTS + 1), LABELS) == ()


@pytest.mark.parametrize("scans", [True, False])
def test_drawings_fit_a_page(scans: bool) -> None:
    for n, width in ((1, 89), (8, 183)):
        (figure,) = timelines(many(n, scans=scans), LABELS)
        drawn = draw_patient_timeline.draw(figure)
        assert round(drawn.get_figwidth() * 25.4) == width
        assert drawn.get_figheight() * 25.4 < 220
        words = [t.get_text() for t in drawn.texts]
        lacking = sum(len(p.sums) < 2 for p in figure.panels)
        assert sum(words.count(reason) for reason in {p.why_none for p in figure.panels}) == lacking
        assert scans or lacking == n


@pytest.mark.by_hand
def test_a_timeline_without_sums_says_why() -> None:
    (figure,) = timelines(result(course(1, why_none="died before the first scan"), course(2)), LABELS)
    words = [t.get_text() for t in draw_patient_timeline.draw(figure).texts]
    assert {"died before the first scan", "no target sum"} <= set(words)


@pytest.mark.by_hand
def test_the_first_response_finds_room_beside_the_scan_before_it() -> None:
    scans = ((35, "SD", "any"), (101, "PR", "any"), (190, "PR", "any"), (860, "PD", "any"))
    (figure,) = timelines(result(course(end=864, responses=scans), course(2)), LABELS)
    words = [t.get_text() for t in draw_patient_timeline.draw(figure).texts]
    assert words.count("PR") == 2


def test_severe_events_find_room_first_and_the_others_are_counted() -> None:
    events = tuple((day, "Fever", grade) for day, grade in ((0, 2), (1, 2), (2, 2), (3, 4)))
    (figure,) = timelines(result(course(events=events)), LABELS)
    words = [t.get_text() for t in draw_patient_timeline.draw(figure).texts]
    assert words.count("Fever G2") == 2
    assert words.count("Fever G4") == 1
    assert "1 more" in words


def test_words_of_the_input_are_no_formulas() -> None:
    (figure,) = timelines(result(course(systemic=((5, 200, "a$_x$"),))), LABELS)
    drawn = draw_patient_timeline.draw(figure)
    assert not next(t for t in drawn.texts if t.get_text() == "a$_x$").get_parse_math()
