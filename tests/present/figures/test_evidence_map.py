from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.evidence import Library, library
from glisson.present.figures.draw_evidence_map import draw, radius
from glisson.present.figures.evidence_map import ENDPOINTS, LINES, EvidenceMapFigure, MapCell, evidence_map, line_of

OS, PFS, LOCAL, RESPONSE, HARM = range(5)


def row(figure: EvidenceMapFigure, label: str):
    return next(r for r in figure.rows if r.label == label)


def some(*changes: dict[str, object]) -> Library:
    """Arms of one study of DEB-TACE in leiomyosarcoma with one survival each, changed."""
    shelf = library()
    arm = shelf.arm("krzyston2020", "deb_tace")
    number = shelf.select(study_id="krzyston2020", endpoint="os")[0]
    arms, numbers = [], []
    for i, change in enumerate(changes):
        own = {"study_id": f"s{i}", "arm_id": "a", "line": "first", **change}
        arms.append(arm.model_copy(update=own))
        numbers.append(number.model_copy(update={"study_id": own["study_id"], "arm_id": own["arm_id"], "n": None}))
    return Library(arms=tuple(arms), numbers=tuple(numbers))


@pytest.mark.by_hand
def test_patients_of_several_studies_are_added():
    cell = row(evidence_map(some({"n_patients": 20, "n_lms": 20}, {"n_patients": 30, "n_lms": 5})), "DEB-TACE").cells[
        OS
    ][0]
    assert cell == MapCell(studies=2, patients=50, lms=20, lms_alone=True)


@pytest.mark.by_hand
def test_patients_are_not_counted_twice():
    shared = evidence_map(some({"n_patients": 20, "overlap_group": "g"}, {"n_patients": 30, "overlap_group": "g"}))
    assert row(shared, "DEB-TACE").cells[OS][0] == MapCell(studies=1, patients=30, lms=0)
    parts = some(
        {"study_id": "s", "arm_id": "all", "n_patients": 24}, {"study_id": "s", "arm_id": "b", "n_patients": 13}
    )
    cell = row(evidence_map(parts), "DEB-TACE").cells[OS][0]
    assert (cell.studies, cell.patients) == (1, 24)
    arms = some({"study_id": "s", "arm_id": "b", "n_patients": 11}, {"study_id": "s", "arm_id": "c", "n_patients": 13})
    assert row(evidence_map(arms), "DEB-TACE").cells[OS][0].patients == 24
    assert row(evidence_map(library()), "Any treatment").cells[OS][2].patients == 286


def test_lines_fall_into_four():
    arm = library().arms[0]
    lines = {"first": "first", "anthracycline-naive": "first", "second_plus": "later", "salvage": "later",
             "": "not stated", "mixed (majority pretreated)": "mixed",
             "any (unselected for treatment)": "mixed"}  # fmt: skip
    assert {text: line_of(arm.model_copy(update={"line": text})) for text in lines} == lines
    assert {line_of(a) for a in library().arms} == set(LINES)


def test_other_tumours_and_reviews_are_left_out_and_unknown_treatments_have_a_row():
    for change in (
        {"histology": "hcc"},
        {"histology": "gist"},
        {"modality": "placebo"},
        {"design": "systematic_review"},
    ):
        figure = evidence_map(some(change))
        assert figure.largest == 0, change
    assert row(evidence_map(some({"modality": "histotripsy"})), "Other liver-directed").cells[OS][0].patients == 13
    assert "Other liver-directed" not in {r.label for r in evidence_map(library()).rows}


def test_the_map_of_the_library_shows_what_nobody_reports():
    figure = evidence_map(library())
    assert "DEB-TACE: overall survival, progression-free survival, liver or local control, response" in figure.missing
    assert "Y-90: everything" in figure.missing_lms
    assert all(len(r.cells) == len(ENDPOINTS) and all(len(c) == len(LINES) for c in r.cells) for r in figure.rows)
    # The one number of DEB-TACE in leiomyosarcoma: no complication of systemic doxorubicin among 13.
    assert row(figure, "DEB-TACE").cells[HARM][2] == MapCell(studies=1, patients=13, lms=13, lms_alone=True)
    # The ablation series gives local control of leiomyosarcoma without its n; 23 of its patients have it.
    assert row(figure, "Ablation").cells[LOCAL][2] == MapCell(studies=1, patients=55, lms=23, lms_alone=True)
    assert not any("local" in line for line in figure.missing_lms if line.startswith("Ablation"))
    # Miller's 39 and Pierce's 6 probably overlap.
    assert row(figure, "Y-90").cells[OS][2].patients == 39
    first = row(figure, "Doxorubicin alone").cells[OS][0]
    assert first.patients > 1000
    assert 0 < first.lms < first.patients
    empty = evidence_map(Library(arms=(), numbers=()))
    assert (empty.largest, len(empty.missing)) == (0, 6)


def test_areas_are_patients_and_every_cell_is_drawn():
    figure = evidence_map(library())
    assert radius(100, 400) ** 2 / radius(25, 400) ** 2 == pytest.approx(4)
    cells = [c for r in figure.rows for part in r.cells for c in part]
    artists = draw(figure).findobj(lambda a: getattr(a, "get_marker", lambda: None)() == "o")
    drawn = sum(c is not None for c in cells) + sum(c is not None and c.lms_alone and c.patients > 0 for c in cells)
    assert len(artists) == drawn + 5  # five in the key
    crosses = draw(figure).findobj(lambda a: getattr(a, "get_marker", lambda: None)() == "x")
    assert sum(len(a.get_xdata()) for a in crosses) == sum(c is None for c in cells) + 1


def test_words_stand_inside_the_paper_and_discs_inside_their_cells():
    figure = draw(evidence_map(library()))
    figure.canvas.draw()
    paper = figure.bbox
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x0 >= paper.x0 - 1, text.get_text()
        assert box.x1 <= paper.x1 + 1, text.get_text()
        assert box.y1 <= paper.y1 + 1, text.get_text()
    assert 2 * radius(500, 500) < 7.4


def test_an_empty_map_can_be_drawn():
    figure = evidence_map(Library(arms=(), numbers=()))
    assert draw(figure) is not None
    assert draw(replace(figure, rows=())) is not None
