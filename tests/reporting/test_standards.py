"""The appendix on the reporting standards, as it is read."""

from __future__ import annotations

from dataclasses import replace

from glisson.assessing.standards import build
from glisson.clinical.read import demo_cohort
from glisson.clinical.settings import StandardsSettings
from glisson.present.document import Block, Paragraph, TableBlock
from glisson.present.table import TableModel
from glisson.reporting.results_exposure import StandardsPart
from glisson.reporting.standards import standards_chapter
from tests.reporting.fixture import assessment


def tables(blocks: list[Block]) -> dict[str, TableModel]:
    return {b.table.name: b.table for b in blocks if isinstance(b, TableBlock)}


def test_the_score_is_printed_and_every_item_has_a_row() -> None:
    blocks = standards_chapter(assessment(), build(demo_cohort(), findings=3))
    text = " ".join(b.text for b in blocks if isinstance(b, Paragraph))
    assert "51 of 75 (major 38 of 50, minor 13 of 25)" in text
    made = tables(blocks)
    assert list(made) == ["standards-radioembolization", "standards-chemoembolization", "standards-ablation"]
    rows = [r.cells for r in made["standards-radioembolization"].rows if r.kind == "data"]
    assert len(rows) == 50
    assert sum(int(r[2]) for r in rows) == 51
    assert ("24. Limitations", "In this report", "2", "This report: Pitfalls found") in rows
    missing = next(r for r in rows if r[0] == "1. Study design")
    assert missing[1:] == ("Missing", "0", "To record: text standards.study_design in study.toml")
    partial = next(r for r in rows if r[1] == "In part")
    assert partial[3].startswith("Sheet lab: bilirubin and albumin after the first session (6 of 7 patients")
    assert "; complete: sheet lab" in partial[3]


def test_fields_say_how_many_sessions_and_how_to_record_the_rest() -> None:
    made = tables(standards_chapter(assessment(), build(demo_cohort())))
    rows = {r.cells[0]: r.cells[1:] for r in made["standards-ablation"].rows}
    assert rows["Guidance"] == ("0 of 7 sessions (0%)", "Sheet session: guidance")
    assert rows["Smallest margin, mm"] == ("9 of 9 treated lesions (100%)", "—")


def test_a_stated_text_stands_on_the_page() -> None:
    made = demo_cohort()
    texts = StandardsSettings(sponsorship="No funding.", study_design="Retrospective cohort.")
    stated = replace(made, study=made.study.model_copy(update={"standards": texts}))
    result = build(stated)
    assert result is not None
    assert result.radioembolization is not None
    assert result.radioembolization.points() == (52, 75)
    rows = {
        r.cells[0]: r.cells for r in tables(standards_chapter(assessment(), result))["standards-radioembolization"].rows
    }
    assert rows["1. Sponsorship or funding"][1:4] == ("Stated", "1", "No funding.")


def test_no_method_with_a_standard_leaves_no_chapter() -> None:
    assert standards_chapter(assessment(), None) == []


def test_it_becomes_plain_json() -> None:
    part = StandardsPart.model_validate(build(demo_cohort()))
    assert StandardsPart.model_validate_json(part.model_dump_json()) == part
    assert part.radioembolization is not None
    assert part.radioembolization.text.startswith("49 of 75")
