"""The section on regression models, its tables and its paragraph of the methods."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.assessing.regression import build
from glisson.clinical.settings import AnalysisSettings
from glisson.present.document import Heading, Paragraph, TableBlock
from glisson.present.tabulate import regression as tables
from glisson.present.words import Words
from glisson.reporting.chapters import document
from glisson.reporting.references import cited
from glisson.reporting.regression import methods_text, regression_section
from tests.reporting.fixture import assessment, bare, endpoints

WORDS = Words.of("ama")


@pytest.fixture(scope="module")
def whole():
    return replace(assessment(), regression=build(endpoints(), AnalysisSettings()))


def test_the_section_stands_in_the_chapter_on_efficacy(whole) -> None:
    blocks = document(whole).blocks
    at = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.text == "Regression models")
    chapter = [b.text for b in blocks[:at] if isinstance(b, Heading) and b.level == 1][-1]
    assert (blocks[at].level, chapter) == (2, "Efficacy")
    assert regression_section(bare(), None) == []


def test_the_unadjusted_ratio_stands_beside_the_adjusted(whole) -> None:
    table = tables.survival(whole, whole.regression, WORDS)
    first = [r.cells for r in table.rows][:5]
    assert first[0] == ("Overall survival",)
    assert first[1] == ("DEB-TACE", "1 (reference)", "1 (reference)")
    assert [r[0] for r in first[2:5]] == [
        "Y-90 radioembolization", "Ablation", "Extrahepatic disease, against limited to the liver"
    ]  # fmt: skip
    assert first[4][1] == "—"
    model = whole.regression.survival[0].models[1]
    assert first[2][2] == WORDS.cell(model.ratios.rows[0])
    named = {r.cells[0]: r.cells[1:] for r in table.rows[:10] if r.kind == "data"}
    assert named["Events / parameters"] == ("18 / 2 = 9.0", "18 / 3 = 6.0")
    assert named["Fit"] == ("Firth's penalty", "Firth's penalty")


def test_both_hazards_stand_side_by_side_where_deaths_compete() -> None:
    ttp = replace(endpoints()["ttp"], name="thp", label="Time to liver progression")
    result = build({"thp": ttp}, AnalysisSettings())
    table = tables.competing(assessment(), result, WORDS)
    assert [c.heading for c in table.columns[1:3]] == ["Cause-specific", "Subdistribution"]
    assert table.rows[1].cells[:3] == ("DEB-TACE", "1 (reference)", "1 (reference)")
    one = result.competing[0]
    assert table.rows[2].cells[1:3] == (WORDS.cell(one.cause_specific.rows[0]), WORDS.cell(one.subdistribution.rows[0]))
    assert tables.survival(assessment(), result, WORDS) is None
    assert any("Fine-Gray model" in note for note in table.notes)


def test_the_text_says_how_many_events_there_are_and_does_not_rank(whole) -> None:
    text = " ".join(b.text for b in regression_section(whole, whole.regression) if isinstance(b, Paragraph))
    assert text.startswith("Adjusted for extrahepatic disease, the hazard ratio of death against DEB-TACE was")
    assert "do not rank the methods" in text
    assert "Firth's penalty" in text
    tables = [b.table.name for b in regression_section(whole, whole.regression) if isinstance(b, TableBlock)]
    assert tables[0] == "regression-survival"
    assert set(tables) <= {"regression-survival", "regression-competing", "regression-binary", "regression-shapes"}


def test_the_methods_name_the_models_and_cite_them(whole) -> None:
    text = methods_text(whole.regression)
    assert "overall survival" in text
    assert "No variable was chosen by its P value." in text
    found = " ".join(cited(text))
    assert "Regression models and life-tables" in found
    assert "monotone likelihood" in found
    said = " ".join(b.text for b in document(whole).blocks if isinstance(b, Paragraph))
    assert "Regression models were not fitted" not in said
    assert text in said
