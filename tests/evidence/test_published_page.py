"""The page of the pooled library, its tables and its figures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from scripts.make_published_page import PAGE, page

from glisson.evidence import library
from glisson.evidence.outcomes import OUTCOMES, POPULATIONS, TREATMENTS
from glisson.evidence.pooling import PooledLibrary, pooled
from glisson.present.figures.draw_pooled_forest import draw
from glisson.present.figures.pooled_forest import PooledForestFigure, pooled_forest
from glisson.present.figures.render import render_here
from glisson.present.tabulate.pooled import heterogeneity_line, pooled_tables
from glisson.present.words import Words

WORDS = Words.of("ama")


@pytest.fixture(scope="module")
def result() -> PooledLibrary:
    return pooled(library(), populations=POPULATIONS[:2])


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "docs/reference/published-pooled.md is not current: python -m scripts.make_published_page"
    )


def test_every_pooled_number_has_its_source(result: PooledLibrary) -> None:
    tables = pooled_tables(result, WORDS)
    sources = tables[-1]
    expected = {(p.treatment.label, p.outcome.label, u.label) for p in result.poolings for u in p.used}
    assert {row.cells[:3] for row in sources.rows} == expected
    assert all(row.cells[5].startswith("[[http") for row in sources.rows)
    told = {row.cells for t in tables if t.name.startswith("not-pooled") for row in t.rows}
    refused = [p for p in result.poolings if p.refused and not p.used]
    assert {p.why_not for p in refused} == {cells[2] for cells in told}


def test_a_forest_plot_has_each_series_with_its_link_and_three_rows_below(result: PooledLibrary) -> None:
    pooling = result.one("os_60m", "resection", "with_gist")
    figure = pooled_forest(pooling, WORDS)
    assert figure is not None
    assert [s.label for s in figure.series] == [u.label for u in pooling.used]
    assert [s.link for s in figure.series] == [u.number.source_url for u in pooling.used]
    assert sum(s.weight or 0 for s in figure.series) == pytest.approx(1)
    assert [p.label for p in figure.pooled] == ["Random effects", "Common effect", "Prediction interval"]
    assert all(s.low <= s.value <= s.high for s in figure.series)
    assert figure.foot.startswith("I² ")
    drawn = draw(figure)
    squares = [a for a in drawn.findobj() if getattr(a, "get_marker", lambda: None)() == "s"]
    assert len(squares) == pooling.k
    assert len([a for a in drawn.findobj() if type(a).__name__ == "Polygon"]) == 2


def test_one_series_has_one_row_below_and_months_an_axis_of_their_own(result: PooledLibrary) -> None:
    figure = pooled_forest(result.one("os_median", "y90"), WORDS)
    assert figure is not None
    assert [p.label for p in figure.pooled] == ["Random effects"]
    assert figure.foot == "One series: nothing to compare."
    assert figure.heading == "Overall survival, median, months"
    assert figure.ticks == (0.0, 12.0, 24.0, 36.0)
    assert (figure.series[0].low, figure.series[0].high) == pytest.approx((12, 43))
    draw(figure)


def test_nothing_pooled_has_no_figure_but_a_sentence(result: PooledLibrary) -> None:
    nothing = result.one("os_median", "resection")
    assert pooled_forest(nothing, WORDS) is None
    assert heterogeneity_line(nothing, WORDS) == nothing.why_not


def test_few_series_have_no_prediction(result: PooledLibrary) -> None:
    figure = pooled_forest(result.one("orr", "ablation", "with_gist"), WORDS)
    assert figure is not None
    assert figure.pooled[2].text == "needs three studies"
    assert figure.pooled[2].value is None
    assert not figure.weighted
    draw(figure)
    assert len(TREATMENTS) * len(OUTCOMES) * 2 == len(result.poolings)


@dataclass(frozen=True)
class Named:
    """A figure with its name, title and text alternative."""

    name: str
    title: str
    alt: str
    data: PooledForestFigure


def test_the_same_figure_comes_out_twice(result: PooledLibrary) -> None:
    figure = pooled_forest(result.one("early_death", "resection"), WORDS)
    assert figure is not None
    one = Named("pooled", "Early death after resection", "Forest plot", figure)
    first, second = render_here([one]), render_here([one])
    assert (first[0].svg, first[0].pdf) == (second[0].svg, second[0].pdf)
    assert first[0].width_mm == pytest.approx(183)
