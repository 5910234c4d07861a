"""The chapter by method: figure, tables, sentences, and what it never says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from glisson.assessing.by_method import by_method_result
from glisson.assessment import Assessment
from glisson.assessment.by_method import ByMethodResult
from glisson.clinical.read import demo_cohort
from glisson.present.document import Block, FigureBlock, Note, Paragraph, TableBlock
from glisson.present.figures.by_method import ByMethodFigure, by_method_figure
from glisson.present.figures.render import render_all
from glisson.present.tabulate import by_method as tables
from glisson.present.words import Words
from glisson.reporting import methods_text
from glisson.reporting.by_method import answer_sentence, by_method_chapter
from glisson.reporting.chapters import document
from glisson.tables import Endpoint
from tests.assessing.test_by_method import result
from tests.reporting.fixture import assessment

WORDS = Words.of("ama")


@cache
def whole() -> Assessment:
    return replace(assessment(), by_method=result())


def _blocks() -> list[Block]:
    return by_method_chapter(whole(), whole().by_method)


def _text() -> str:
    return " ".join(b.text for b in _blocks() if isinstance(b, Paragraph | Note))


def test_every_number_of_the_figure_is_an_estimate():
    figure = by_method_figure(whole(), result(), WORDS)
    assert [len([r for r in p.rows if r.n]) for p in figure.panels] == [9, 6]
    first = next(r for r in figure.panels[0].rows if r.n)
    os = result().outcomes[0].under(0.5).select(group=(("method", "deb_tace"),))
    assert first.pooled == pytest.approx(os.one("pooled_median").value / 30.4375)
    assert first.raw == pytest.approx(os.one("raw_median").value / 30.4375)
    assert (first.events, first.n, first.label) == (11, 13, "DEB-TACE")
    assert first.text == WORDS.cell(os.one("pooled_median"))


def test_everything_drawn_lies_on_its_axis():
    for panel in by_method_figure(whole(), result(), WORDS).panels:
        assert panel.ticks
        for row in panel.rows:
            for value in (row.raw, row.pooled, row.low, row.high):
                assert value is None or 0 <= panel.place(value) <= 1


def test_a_method_without_events_has_no_hollow_mark():
    outcome = result().outcomes[0]
    readings = tuple(
        replace(r, estimates=type(r.estimates)(tuple(
            replace(e, value=None, low=e.low, high=None, reason="not estimable (0 events)")
            if e.statistic == "raw_median" and e.group == (("method", "y90"),) else e
            for e in r.estimates
        )))
        for r in outcome.readings
    )  # fmt: skip
    changed = replace(result(), outcomes=(replace(outcome, readings=readings),))
    figure = by_method_figure(whole(), changed, WORDS)
    assert [r.raw is None for r in figure.panels[0].rows if r.n] == [False, True, False]
    assert len(figure.panels) == 1
    assert "not estimable (0 events)" in str(tables.survival(whole(), changed, WORDS).rows)


def test_the_figure_is_drawn():
    block = next(b for b in _blocks() if isinstance(b, FigureBlock))
    assert isinstance(block.data, ByMethodFigure)
    made = render_all([block])[block.name]
    assert made.pdf.startswith(b"%PDF")
    assert b"Ablation" in made.svg


def test_tables_hold_what_was_estimated():
    made = {b.table.name: b.table for b in _blocks() if isinstance(b, TableBlock)}
    rows = made["by-method-survival"].rows
    assert [r.cells[0] for r in rows if r.kind == "section"] == [o.label for o in result().outcomes[:3]]
    assert rows[1].cells[:2] == ("DEB-TACE", "11 / 13")
    assert rows[1].cells[3] == "9.8\n(5.8 to 17.2)"
    shares = [int(r.cells[-1].rstrip("%")) for r in rows[1:4]]
    assert sum(shares) == pytest.approx(100, abs=2)
    assert made["by-method-proportions"].rows[3].cells[1] == "3 / 5"
    priors = made["by-method-priors"]
    assert [c.heading for c in priors.columns[1:4]] == ["0.25", "0.5 (used)", "1"]
    bent = result().outcomes[0].bent.one("pooled_median", group=(("method", "ablation"),))
    assert priors.rows[3].cells[4].startswith(WORDS.cell(bent))
    assert priors.rows[-1].cells[4] == "—"
    pooled = result().outcomes[0].under(0.25).one("pooled_median", group=(("method", "ablation"),))
    assert priors.rows[3].cells[1].startswith(WORDS.cell(pooled))


def test_what_could_have_been_shown_stands_in_table_and_text():
    made = {b.table.name: b.table for b in _blocks() if isinstance(b, TableBlock)}
    rows = [r.cells for r in made["by-method-could"].rows if r.kind == "data"]
    assert len(rows) == 15
    assert rows[1][:4] == ("Ablation to DEB-TACE", "14 / 18", "0.09", "6.83")
    assert rows[2][3] == "none"
    assert rows[1][4] == "0.19 or 5.32"
    assert rows[10][:4] == ("Ablation minus DEB-TACE", "7 / 18", "none", "none")
    text = _text()
    assert "ablation to DEB-TACE, only a hazard ratio below 0.09 or above 6.83" in text
    assert "Three comparisons of all 15 could have found nothing at all" in text
    assert "no sign that methods are alike" in text


def test_the_chapter_says_what_it_can_and_never_tests():
    text = _text()
    assert "13, 6, and 5 patients" in text
    assert "nobody was assigned at random" in text
    assert "Under no prior is any method best with a probability of 95% or more" in text
    assert "If it may change at 6 and 12 months" in text
    assert "liver progression-free survival (from 73% to 84%)" in text
    assert "P =" not in text
    assert "significant" not in text


def test_one_sentence_where_there_is_one_method():
    nothing = ByMethodResult(
        outcomes=(), sentence="One method only.", scale=0.5, level=0.95, draws=1, seed=1
    )  # fmt: skip
    blocks = by_method_chapter(whole(), nothing)
    assert len(blocks) == 2
    assert isinstance(blocks[1], Paragraph)
    assert blocks[1].text == "One method only."
    assert answer_sentence(whole(), nothing) == ""
    assert by_method_chapter(whole(), None) == []


def test_the_answer_has_one_short_sentence():
    text = answer_sentence(whole(), result())
    assert "ablation" in text
    assert text.count(". ") == 0
    assert len(text) < 220


def test_the_chapter_stands_after_efficacy_and_the_methods_cite_its_priors():
    made = document(whole())
    anchors = [b.anchor for b in made.blocks if hasattr(b, "anchor") and b.level == 1]
    assert anchors.index("separately-by-method") > anchors.index("efficacy")
    names = [*(f.name for f in made.figures()), *(t.name for t in made.tables()), *anchors]
    assert len(names) == len(set(names))
    said = str(methods_text.chapter(whole()))
    assert "half-normal prior of scale 0.5" in said
    assert "Bayesian Anal 2006;1:515-534" in said
    assert "Gelman" not in str(methods_text.chapter(replace(whole(), by_method=None)))


def test_likely_never_claims_certainty():
    assert [tables.likely(x) for x in (0.0, 0.004, 0.5, 0.996, 1.0)] == ["<1%", "<1%", "50%", ">99%", ">99%"]


@pytest.mark.parametrize("status", [[0] * 5, [1] * 5, [1, 0, 0, 0, 0]])
def test_two_tiny_groups_make_a_chapter(status):
    """Nobody with an event, everybody, one: every sentence, table and the figure still stand."""
    os = Endpoint.from_arrays(
        [30, 400, 500, 20, 900], status, keys={"method": ["ablation"] * 2 + ["y90"] * 3}, name="os"
    )
    made = by_method_result({"os": os}, None, None, demo_cohort().study.analysis)
    blocks = by_method_chapter(replace(whole(), by_method=made), made)
    text = " ".join(b.text for b in blocks if isinstance(b, Paragraph | Note))
    assert "nan" not in text
    assert "None" not in text
    assert "each of the methods 50%" in text
    assert " of all 1 " not in text
    assert "the 1 ratios" not in text
    cells = [c for b in blocks if isinstance(b, TableBlock) for r in b.table.rows for c in r.cells]
    assert not [c for c in cells if "nan" in c or "None" in c]
    block = next(b for b in blocks if isinstance(b, FigureBlock))
    assert render_all([block])[block.name].pdf.startswith(b"%PDF")
