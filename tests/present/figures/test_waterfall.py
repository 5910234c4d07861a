from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import PathPatch

from glisson.present.figures import draw_waterfall
from glisson.present.figures.draw_parts import breadth
from glisson.present.figures.waterfall import CLIP, waterfall
from tests.present.figures.patients import LABELS, course, many, result


@pytest.mark.by_hand
def test_bars_go_from_growth_to_shrinkage_and_the_others_stand_at_the_end() -> None:
    figure = waterfall(
        result(
            course(1, best_change=-40.0, best="PR"),
            course(2, "ablation", why_none="no scan after treatment"),
            course(3, best_change=147.0, best="PD", new_lesion_day=40),
            course(4, "ablation", best_change=0.0, best="NON-CR/NON-PD"),
            course(5, why_none="no scan after treatment"),
            course(6, why_none="no target lesion at baseline"),
        ),
        LABELS,
    )
    assert [b.patient for b in figure.bars] == ["Pt03", "Pt04", "Pt01"]
    assert [(b.shown, b.clipped) for b in figure.bars] == [(CLIP, True), (0.0, False), (-40.0, False)]
    assert [b.letters for b in figure.bars] == ["PD", "non", "PR"]
    assert [b.new_lesion for b in figure.bars] == [True, False, False]
    assert [e.patients for e in figure.empty] == [("Pt02", "Pt05"), ("Pt06",)]
    assert figure.empty[0].text == "no scan after treatment (n = 2)"
    assert [(m.label, m.n, m.style) for m in figure.methods] == [("DEB-TACE", 2, 0), ("Ablation", 1, 1)]
    assert (figure.low, figure.high) == (-100.0, 100.0)


@pytest.mark.by_hand
def test_lines_are_those_of_the_criterion() -> None:
    easl = waterfall(result(course(best_change=3.0), shrink=-50.0, grow=25.0), LABELS)
    assert easl.lines == ((-50.0, "−50%"), (25.0, "+25%"))
    assert easl.high == 40.0, "both lines lie inside the axis"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-100, 400)), max_size=30))
def test_every_patient_has_one_place_and_every_bar_lies_on_the_axis(changes: list[float | None]) -> None:
    courses = [course(i, best_change=c, why_none="" if c is not None else "x") for i, c in enumerate(changes)]
    figure = waterfall(result(*courses), LABELS)
    names = [b.patient for b in figure.bars] + [p for e in figure.empty for p in e.patients]
    assert sorted(names) == sorted(c.patient for c in courses)
    assert all(figure.low <= b.shown <= figure.high for b in figure.bars)
    assert [b.change for b in figure.bars] == sorted((b.change for b in figure.bars), reverse=True)


@pytest.mark.parametrize(("n", "width"), [(1, 89), (5, 89), (24, 183), (40, 183), (100, 183)])
def test_drawings_have_journal_widths(n: int, width: int) -> None:
    drawn = draw_waterfall.draw(waterfall(many(n), LABELS))
    assert round(drawn.get_figwidth() * 25.4) == width
    assert drawn.get_figheight() * 25.4 < 110


def test_nobody_has_a_scan() -> None:
    figure = waterfall(many(6, scans=False), LABELS)
    assert figure.bars == ()
    words = [t.get_text().replace("\n", " ") for t in draw_waterfall.draw(figure).texts]
    assert [w for w in words if w.startswith("no scan")]


@pytest.mark.parametrize("n", [6, 24, 40, 100, 300])
@pytest.mark.parametrize("scans", [True, False])
def test_names_stand_under_all_slots_or_under_none_and_never_in_the_key(n: int, scans: bool) -> None:
    data = many(n, scans=scans)
    names = {c.patient for c in data.patients}
    drawn = draw_waterfall.draw(waterfall(data, LABELS))
    written = [t for t in drawn.texts if t.get_text() in names]
    assert {t.get_text() for t in written} in (set(), names)
    keys = [t.get_position()[1] for t in drawn.texts if t.get_text().startswith(("new lesion", "DEB-TACE ("))]
    lowest = min((t.get_position()[1] - breadth(t.get_text()) for t in written), default=1e3)
    assert all(lowest > y + 1.2 for y in keys)


def test_the_criterion_s_lines_go_on_beside_the_reasons() -> None:
    figure = waterfall(many(24, scans=False), LABELS)
    drawn = draw_waterfall.draw(figure)
    white = [p for p in drawn.findobj(PathPatch) if p.get_facecolor()[:3] == (1, 1, 1) and p.get_zorder() < 1]
    for patch in white:
        corners = patch.get_path().vertices
        boxes = corners.reshape(-1, 5, 2)
        assert (np.ptp(boxes[:, :, 0], axis=1) < 8.0).all(), "blank behind words only"


def test_letters_become_tones_where_bars_are_thin() -> None:
    few, lots = (draw_waterfall.draw(waterfall(many(n), LABELS)) for n in (20, 120))
    assert "Pt01" in {t.get_text() for t in few.texts}
    assert "Pt01" not in {t.get_text() for t in lots.texts}
    assert {"CR", "PR"} <= {t.get_text() for t in lots.texts}, "in the key"
