"""Figures read back: our own, matplotlib's and R's, as SVG, PDF and PNG."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

import glisson as gl
from glisson.errors import InputError, NotSupportedError, SettingsError
from glisson.evidence.digitise import References, at_risk_in, curves_in, digitise
from glisson.evidence.drawing import Drawing, Stroke
from glisson.evidence.drawing_svg import read_svg
from glisson.evidence.raster import colors_in
from glisson.evidence.reconstruct import reconstruct
from glisson.evidence.step_curves import axes_of, candidates
from glisson.methods.survival import curve as km_curve
from glisson.present.figures.data import CurveFigure, panel
from glisson.present.figures.render import render_all
from glisson.present.words import DAYS_PER_MONTH

FIGURES = Path(__file__).parent / "figures"
TRUTH = json.loads((FIGURES / "truth.json").read_text())["curves"]
#: A public cohort (6-MP of Gehan): 21 patients, weeks.
TIME = [10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10]
DIED = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0]


def step(time, survival, at):
    """Return a step curve at some times: after what happens there."""
    return np.append(1.0, survival)[np.searchsorted(time, at, side="right")]


def assert_same(points, truth, *, survival=0.01, time=0.02, horizontal=None):
    """Compare a digitised curve with the truth away from its steps, and the places of the steps themselves."""
    steps = np.array(truth["time"])[np.diff(truth["survival"], prepend=1.0) < -1e-9]
    grid = np.linspace(0.1, truth["time"][-1] * 0.999, 700)
    clear = np.abs(grid[:, None] - steps).min(axis=1) > (horizontal or 10 * time)
    order = np.argsort(points.time, kind="stable")
    read = step(points.time[order], points.survival[order], grid)
    np.testing.assert_allclose(
        read[clear], step(np.array(truth["time"]), np.array(truth["survival"]), grid)[clear], atol=survival
    )
    falls = points.time[1:][np.diff(points.survival) < -0.02 / 3]
    found = np.array([np.abs(falls - t).min() for t in steps])
    assert found.max() < time
    assert np.median(found) < time


def gehan():
    endpoint = gl.Endpoint.from_arrays([7 * t for t in TIME], DIED, name="os")
    (curve,) = km_curve(endpoint)
    weeks = curve.time / 7
    return endpoint, {"time": weeks.tolist(), "survival": curve.value.tolist()}


def matplotlib_figure(path, *, text="none", dpi=100, color="#c44e00", percent=False, other=True):
    """Draw two curves with matplotlib; returns the truth of the first and the axes' reference points in pixels."""
    _, truth = gehan()
    with mpl.rc_context({"svg.fonttype": text}):
        figure = Figure(figsize=(5, 4), dpi=dpi)
        axes = figure.add_subplot()
        height = 100 if percent else 1
        t, s = [0, *truth["time"]], [height, *(height * v for v in truth["survival"])]
        axes.step(t, s, where="post", color=color, linewidth=1.5)
        gone = [
            (a, step(truth["time"], truth["survival"], a) * height) for a, e in zip(TIME, DIED, strict=True) if not e
        ]
        axes.plot(*zip(*gone, strict=True), "|", color=color, markersize=6)
        if other:
            axes.step([0, 4, 11, 20], [height, 0.6 * height, 0.3 * height, 0.3 * height], where="post", color="#12355b")
        axes.set(xlim=(0, 40), ylim=(0, 1.05 * height), xlabel="Weeks", ylabel="Survival")
        figure.savefig(path)
        low, high = (axes.transData.transform(p) for p in ((0, 0), (40, height)))
    tall = figure.bbox.height
    ends = References(x0=f"{low[0] - 0.5}=0", x1=f"{high[0] - 0.5}=40", y0=f"{tall - low[1] - 0.5}=0",
                      y1=f"{tall - high[1] - 0.5}={height}")  # fmt: skip
    return truth, ends


@pytest.mark.parametrize("text", ["none", "path"])
@pytest.mark.parametrize("percent", [False, True])
def test_matplotlib_svg(tmp_path, text, percent):
    truth, _ = matplotlib_figure(tmp_path / "f.svg", text=text, percent=percent)
    found = curves_in(tmp_path / "f.svg")
    assert [(c.stroke.color, c.steps) for c in found] == [("#c44e00", 7), ("#12355b", 2)]
    assert_same(digitise(tmp_path / "f.svg", curve=1), truth, survival=1e-4, time=1e-3)
    assert_same(digitise(tmp_path / "f.svg", color="#c44e00"), truth, survival=1e-4, time=1e-3)


def test_matplotlib_pdf(tmp_path):
    pytest.importorskip("pypdf", reason="pypdf is an optional part")
    truth, _ = matplotlib_figure(tmp_path / "f.pdf")
    assert_same(digitise(tmp_path / "f.pdf", curve=1), truth, survival=1e-4, time=1e-3)
    with pytest.raises(InputError, match="no page 2"):
        digitise(tmp_path / "f.pdf", curve=1, page=2)


@pytest.mark.parametrize("name", ["base_svglite.svg", "base_cairo.svg", "base.pdf", "ggplot.svg"])
def test_figures_of_r(name):
    if name.endswith("pdf"):
        pytest.importorskip("pypdf", reason="pypdf is an optional part")
    # Cairo draws letters as outlines, so the ends of both axes are given.
    ends = References(x0="0", x1="35", y0="0", y1="1") if "cairo" in name else References()
    found = curves_in(FIGURES / name)
    assert len(found) == 2
    for color, arm in (("#12355b", "6-MP"), ("#ff0000", "control")):
        own = {"color": color} if "base" in name else {"curve": 1 + (arm == "6-MP") if found[0].steps > 8 else 1}
        assert_same(digitise(FIGURES / name, references=ends, **own), TRUTH[arm], survival=0.003, time=0.05)


@pytest.mark.parametrize("size", [12, 21])
def test_our_own_figures(tmp_path, size):
    endpoint = gl.Endpoint.from_arrays([30 * t for t in TIME[:size]], DIED[:size], name="os")
    curves = km_curve(endpoint)
    data = CurveFigure(panels=(panel(curves, title="Survival", y_label="%", x_label="Months", name_group=str),))

    class Block:
        name, title, alt = "os", "Overall survival", "A curve"

    Block.data = data
    (tmp_path / "own.svg").write_bytes(render_all([Block()])["os"].svg)
    truth = {"time": (curves[0].time / DAYS_PER_MONTH).tolist(), "survival": curves[0].value.tolist()}
    points = digitise(tmp_path / "own.svg", curve=1)
    assert_same(points, truth, survival=0.002, time=0.05)
    made = reconstruct(points.time, points.survival, n=size, events=sum(DIED[:size]))
    assert gl.kaplan_meier(made.endpoint).one("median").value == pytest.approx(
        gl.kaplan_meier(endpoint).one("median").value, abs=1
    )


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_numbers_at_risk_are_read_from_under_the_axis(tmp_path, ending):
    if ending == "pdf":
        pytest.importorskip("pypdf", reason="pypdf is an optional part")
    arms = {"arm": ["a"] * 12 + ["b"] * 9}
    endpoint = gl.Endpoint.from_arrays([40 * t for t in TIME], DIED, keys=arms, name="os")
    curves = km_curve(endpoint, "arm")
    drawn = panel(curves, title="Survival", y_label="%", x_label="Months", name_group=str)

    class Block:
        name, title, alt, data = "os", "Overall survival", "Two curves", CurveFigure(panels=(drawn,))

    path = tmp_path / f"own.{ending}"
    path.write_bytes(getattr(render_all([Block()])["os"], ending))
    rows = at_risk_in(path)
    assert [r.label for r in rows] == ["At risk", "At risk"]
    for row, curve in zip(rows, curves, strict=True):
        assert [t for t, _ in row.numbers] == pytest.approx(drawn.ticks)
        assert [k for _, k in row.numbers] == [curve.counts_at(t * DAYS_PER_MONTH)[0] for t in drawn.ticks]
    # The whole way: a figure, a row of it, and the patients again.
    first = next(i for i, c in enumerate(curves_in(path), start=1) if c.steps == int((curves[0].events > 0).sum()))
    points = digitise(path, curve=first)
    made = reconstruct(points.time, points.survival, rows[0].numbers, events=int(curves[0].events.sum()))
    assert made.quality.largest < 0.002
    assert made.notes == ()
    died = endpoint.where(arm="a")
    assert np.sort(made.endpoint.exit[made.endpoint.cause == 1]) == pytest.approx(
        np.sort(died.exit[died.cause == 1]), abs=1
    )


@pytest.mark.parametrize("dpi", [100, 200])
def test_png_by_colour(tmp_path, dpi):
    truth, ends = matplotlib_figure(tmp_path / "f.png", dpi=dpi)
    assert {c for c, _ in colors_in(tmp_path / "f.png")[:2]} == {"#c44e00", "#12355b"}
    pixel = 40 / (0.775 * 5 * dpi)
    points = digitise(tmp_path / "f.png", color="#c44e00", references=ends)
    assert_same(points, truth, survival=0.01, time=3 * pixel, horizontal=4 * pixel)
    made = reconstruct(points.time, points.survival, [(0, 21), (12, 12), (24, 5)], events=9, unit="week")
    assert abs(gl.kaplan_meier(made.endpoint).one("median").value - 161) <= 7


@pytest.mark.against_r
def test_png_of_r():
    ends = json.loads((FIGURES / "truth.json").read_text())["png"]
    (x0, x1), (y0, y1) = ends["x"], ends["y"]
    places = References(x0=f"{x0}=0", x1=f"{x1}=35", y0=f"{y0}=0", y1=f"{y1}=1")
    pixel = 35 / (x1 - x0)
    for color, arm in (("#12355b", "6-MP"), ("#ff0000", "control")):
        points = digitise(FIGURES / "base.png", color=color, references=places)
        assert_same(points, TRUTH[arm], survival=0.01, time=4 * pixel, horizontal=5 * pixel)


def test_png_in_per_cent_and_with_a_curve_down_to_nothing(tmp_path):
    truth, ends = matplotlib_figure(tmp_path / "f.png", dpi=150, percent=True)
    points = digitise(tmp_path / "f.png", color="#c44e00", references=ends)
    assert_same(points, truth, survival=0.01, time=0.3, horizontal=0.5)


@pytest.mark.by_hand
def test_what_is_a_step_curve_and_what_is_not():
    def line(x, y, color="#000000"):
        return Stroke(x=np.array(x, dtype=float), y=np.array(y, dtype=float), color=color)

    kaplan = line([0, 10, 10, 50, 50, 90], [100, 100, 80, 80, 30, 30])
    frame = line([0, 0, 100], [100, 0, 0])
    tick, mark = line([20, 20], [0, -2]), line([30, 30], [78, 82])
    slope = line([0, 50, 90], [90, 60, 10])
    back = line([0, 10, 10, 5], [100, 100, 80, 80])
    zigzag = line([0, 10, 10, 20, 20, 30], [100, 100, 80, 80, 90, 90])
    axis_with_tick = line([-1, 0, 0, 100], [100, 100, 0, 0])
    found = candidates(Drawing(strokes=(axis_with_tick, frame, tick, mark, slope, back, zigzag, kaplan), words=()))
    assert [c.steps for c in found] == [2]
    reverse = candidates(Drawing(strokes=(line(kaplan.x[::-1], kaplan.y[::-1]),), words=()))
    assert reverse[0].stroke.x.tolist() == kaplan.x.tolist()
    rising = candidates(Drawing(strokes=(line([0, 10, 10, 50], [0, 0, 20, 20]),), words=()))
    assert not rising[0].falling
    # Drawn in pieces of one colour; a piece of another colour stays apart.
    parts = [line([0, 10], [100, 100]), line([10, 10], [100, 80]), line([10, 50], [80, 80]), line([50, 50], [80, 30]),
             line([50, 90], [30, 30]), line([50, 90], [80, 80], "#ff0000")]  # fmt: skip
    joined = candidates(Drawing(strokes=tuple(parts), words=()))
    assert [(c.steps, c.stroke.color) for c in joined] == [(2, "#000000")]


@pytest.mark.by_hand
def test_svg_transforms_styles_and_paths(tmp_path):
    (tmp_path / "a.svg").write_text(
        """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
        <style>.c { stroke: red } line, path { stroke: #00f; fill: none }</style>
        <defs><path id="t" d="M0 0v5"/></defs>
        <g transform="translate(10,20) scale(2)"><path class="c" d="m0 0h5v3 l4,0"/></g>
        <use xlink:href="#t" x="7" y="8" transform="translate(1 1)"/>
        <polyline points="0,0 1,1 2,0" style="stroke:rgb(0,128,0)"/>
        <line x1="1" y1="2" x2="3" y2="2" stroke="black"/>
        <path d="M0 0 C1 1 2 2 3 3"/><path d="M0 0 H3 V3 Z"/><path d="M1 1 L2 2" style="stroke:none"/>
        <g display="none"><line x1="0" y1="0" x2="9" y2="9"/></g>
        <text transform="rotate(90)" x="3" y="4">0<tspan>.5</tspan></text></svg>""",
        encoding="utf-8",
    )
    drawing = read_svg(tmp_path / "a.svg")
    shapes = [(s.color, s.x.round(9).tolist(), s.y.round(9).tolist(), s.straight) for s in drawing.strokes]
    assert shapes == [
        ("#ff0000", [10, 20, 20, 28], [-20, -20, -26, -26], True),
        ("#0000ff", [8, 8], [-9, -14], True),
        ("#008000", [0, 1, 2], [0, -1, 0], True),
        ("#0000ff", [1, 3], [-2, -2], True),
        ("#0000ff", [0, 3], [0, -3], False),
        ("#0000ff", [0, 3, 3], [0, 0, -3], False),
    ]
    (word,) = drawing.words
    assert (word.text, round(word.x, 9), round(word.y, 9)) == ("0.5", -4, -3)


def test_labels_that_are_no_straight_scale_are_not_believed(tmp_path):
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><g stroke="black">'
    svg += "".join(f'<line x1="{x}" y1="100" x2="{x}" y2="103"/>' for x in (0, 50, 100))
    svg += '<polyline points="0,0 50,0 50,50 100,50"/></g>'
    labels = "".join(f'<text x="{x}" y="110">{v}</text>' for x, v in ((0, 1), (50, 10), (100, 100)))
    (tmp_path / "log.svg").write_text(svg + labels + "</svg>")
    axes = axes_of(read_svg(tmp_path / "log.svg"))
    assert axes.x is None
    assert axes.x_ticks.tolist() == [0, 50, 100]
    with pytest.raises(InputError, match="no labels of the x axis can be read; it has 3 ticks"):
        digitise(tmp_path / "log.svg")
    ends = References(x0="0=0", x1="100=10", y0="100=0", y1="0=1")
    points = digitise(tmp_path / "log.svg", references=ends)
    assert points.time.tolist() == [0, 5, 5, 10]
    assert points.survival.tolist() == [1, 1, 0.5, 0.5]


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({}, "2 step curves"),
        ({"curve": 3}, "no curve 3"),
        ({"color": "#123456"}, "no step curve of #123456"),
        ({"curve": 1, "references": References(x0="5=0")}, "both --x0 and --x1"),
        ({"curve": 1, "references": References(x0="a=0", x1="9=1")}, "reference point 'a=0'"),
        ({"curve": 1, "references": References(x0="9=0", x1="9=1")}, "two places"),
    ],
)
def test_a_choice_that_cannot_be_is_named(kwargs, said):
    with pytest.raises((InputError, SettingsError), match=said):
        digitise(FIGURES / "base_svglite.svg", **kwargs)


def test_files_that_are_no_figures(tmp_path):
    (tmp_path / "a.svg").write_text("<html/>")
    (tmp_path / "b.svg").write_text("<svg")
    (tmp_path / "c.svg").write_text('<!DOCTYPE s [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>')
    (tmp_path / "d.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (tmp_path / "e.png").write_text("no picture")
    for name, said in (
        ("a.svg", "holds <html>"), ("b.svg", "cannot be read as SVG"), ("c.svg", "defines entities"),
        ("d.svg", "no step curve"), ("e.png", "cannot be read as a picture"), ("f.svg", "no file"),
        ("g.docx", "no file"),
    ):  # fmt: skip
        picture = {"color": "#000000", "references": References(x0="0=0", x1="9=9", y0="9=0", y1="0=1")}
        with pytest.raises(InputError, match=said):
            digitise(tmp_path / name, **(picture if name == "e.png" else {}))


def test_png_asks_for_what_it_needs(tmp_path):
    _, ends = matplotlib_figure(tmp_path / "f.png")
    with pytest.raises(InputError, match="needs the colour of the curve; it has #c44e00"):
        digitise(tmp_path / "f.png", references=ends)
    with pytest.raises(InputError, match="no labels of the x axis"):
        digitise(tmp_path / "f.png", color="#c44e00")
    with pytest.raises(InputError, match="no #00ff00 between"):
        digitise(tmp_path / "f.png", color="#00ff00", references=ends)
    with pytest.raises(InputError, match="six digits"):
        digitise(tmp_path / "f.png", color="orange", references=ends)


def test_without_pypdf_one_sentence_says_so(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(NotSupportedError, match=r"glisson\[pdf-figures\]"):
        digitise(tmp_path / "a.pdf")
