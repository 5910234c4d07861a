from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from glisson.evidence.reconstruct import reconstruct
from glisson.present.figures.draw_reconstruction import draw
from glisson.present.figures.reconstruction import reconstruction_figure


def made(**kwargs):
    return reconstruct([0, 2, 5, 9], [1, 0.8, 0.5, 0.5], [(0, 10), (3, 8), (6, 4)], label="Arm A", **kwargs)


def test_the_figure_holds_the_rebuilt_curve_the_points_and_both_numbers_at_risk() -> None:
    figure = reconstruction_figure(made(events=5))
    assert figure.title == "Arm A"
    assert figure.x_label == "Months"
    assert figure.time[0] == 0
    assert figure.survival[0] == 1
    assert figure.survival[-1] == min(figure.survival)
    assert figure.read_time == (0.0, 2.0, 5.0, 9.0)
    assert figure.read_survival == (1.0, 0.8, 0.5, 0.5)
    assert figure.at_risk == ((0.0, 10, 10), (3.0, 8, 8), (6.0, 4, 4))
    assert figure.foot[1] == "Events 5 (5 given)"
    assert reconstruction_figure(made(), "Another").foot[1] == "Events 5 (not given)"
    assert reconstruction_figure(made(), "Another").title == "Another"


def test_many_points_are_thinned_from_end_to_end() -> None:
    time = np.linspace(0, 400, 401)
    figure = reconstruction_figure(reconstruct(time, np.exp(-time / 300), n=300, unit="day"))
    assert len(figure.read_time) == 60
    assert (figure.read_time[0], figure.read_time[-1]) == (0.0, 400.0)
    assert figure.ticks == (0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0)
    assert figure.x_label == "Days"


def test_drawing_shows_what_the_figure_holds() -> None:
    figure = reconstruction_figure(made(events=5))
    canvas = draw(figure)
    words = {t.get_text() for t in canvas.texts}
    assert {"Arm A", "Months", "printed", "rebuilt", "Events 5 (5 given)", figure.foot[0]} <= words
    marks = [a for a in canvas.findobj() if getattr(a, "get_marker", lambda: None)() == "o"]
    assert max(len(m.get_xdata()) for m in marks) == 4
    width, painter = canvas.get_figwidth() * 25.4, FigureCanvasAgg(canvas).get_renderer()
    for text in canvas.texts:
        box = text.get_window_extent(painter)
        assert box.x1 / canvas.dpi * 25.4 <= width, text.get_text()


def test_without_numbers_at_risk_there_is_only_everybody() -> None:
    figure = reconstruction_figure(reconstruct([0, 2, 5], [1, 0.8, 0.5], n=10))
    assert figure.at_risk == ((0.0, 10, 10),)
    assert draw(figure).get_figheight() > 0
