"""The letter of an audit: text, HTML, Word; and the domains of ROBINS-I."""

from __future__ import annotations

import zipfile

import pytest

from glisson.assessing import audit
from glisson.clinical.read import demo_cohort
from glisson.errors import InputError
from glisson.pitfalls.robins_i import DOMAIN
from glisson.present.document import Document, FigureBlock, Heading, ListBlock, Note, Paragraph, TableBlock
from glisson.present.table import Row, TableModel, section, text_column
from glisson.reporting.letter import letter, write_letter
from glisson.reporting.pitfalls import chapter
from glisson.reporting.plain import plain
from tests.demo import assessed
from tests.reporting.fixture import assessment


@pytest.fixture(scope="module")
def demo():
    return audit(demo_cohort())


def test_an_audit_finds_what_an_assessment_finds(demo) -> None:
    whole = assessed()
    assert [(f.id, f.title, f.sentence) for f in demo.findings] == [(f.id, f.title, f.sentence) for f in whole.findings]
    assert demo.bias == whole.bias
    given = [c for a in whole.comparison.arms for c in a.contrasts if not c.refused]
    redrawn = next(f for f in demo.findings if f.id == "P27")  # the comparison reaches the detectors
    assert dict(redrawn.numbers)["comparisons"] == str(len(given))
    assert len(whole.regression.binary[0].models) == 2  # and extrahepatic disease the odds ratios
    assert (demo.labels, demo.endpoint_labels) == (whole.labels, whole.endpoint_labels)


def test_findings_of_one_pitfall_share_one_item_and_one_table(demo) -> None:
    blocks = chapter(demo)
    notes = [b for b in blocks if isinstance(b, Note)]
    assert len(notes) == len({(f.id, f.severity) for f in demo.findings})
    assert [n.kind for n in notes] == sorted((n.kind for n in notes), key=["stop", "warn", "info"].index)
    assert [n.lead.split(".")[0] for n in notes] == [str(i) for i in range(1, len(notes) + 1)]
    sections = [b.text for b in blocks if isinstance(b, Heading) and b.level == 2]
    assert sections == ["Must be corrected", "Should be considered", "Worth knowing", "Risk of bias"]
    assert sum(t.table.name.startswith("finding-p01") for t in blocks if isinstance(t, TableBlock)) == 1


def test_every_item_says_why_it_matters_and_what_was_done() -> None:
    leads = [b.lead for b in chapter(assessment()) if isinstance(b, Paragraph) and b.lead]
    assert leads.count("Why it matters.") == leads.count("What we did.") == 3


def test_the_domains_of_robins_i_are_filled_and_not_judged(demo) -> None:
    assert [d.name for d in demo.bias] == [
        "Confounding",
        "Selection of participants",
        "Classification of interventions",
        "Deviations from intended interventions",
        "Missing data",
        "Measurement of outcomes",
        "Selection of the reported result",
    ]
    assert {d.judgement for d in demo.bias} == {"to be judged by the reviewers"}
    assert all(fact.endswith(".") for d in demo.bias for fact in d.facts)
    assert {i for d in demo.bias for i in d.findings} == {f.id for f in demo.findings}
    facts = {d.name: " ".join(d.facts) for d in demo.bias}
    assert "13 DEB-TACE, 6 Y-90 radioembolization, 5 Ablation" in facts["Confounding"]
    assert "3 of 24 (13%) had more than one method" in facts["Deviations from intended interventions"]


def test_every_detector_bears_on_a_domain() -> None:
    assert set(DOMAIN) == {f"P{i:02}" for i in range(1, 31)}


def test_a_letter_is_written_whole_and_never_over_another(demo, tmp_path) -> None:
    path = tmp_path / "letter.txt"
    write_letter(demo, path)
    text = path.read_text(encoding="utf-8")
    assert text == plain(letter(demo))
    with pytest.raises(InputError, match="exists already"):
        write_letter(demo, path)
    write_letter(demo, path, force=True)
    with pytest.raises(InputError, match="ends in none of"):
        write_letter(demo, tmp_path / "letter.pdf")
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_a_letter_can_be_a_web_page_or_a_word_file(demo, tmp_path) -> None:
    write_letter(demo, tmp_path / "letter.html")
    page = (tmp_path / "letter.html").read_text(encoding="utf-8")
    assert "Must be corrected" in page
    assert "invented" in page
    write_letter(demo, tmp_path / "letter.docx")
    with zipfile.ZipFile(tmp_path / "letter.docx") as file:
        assert "To be judged by the reviewers" in file.read("word/document.xml").decode()


def test_plain_text_wraps_and_keeps_tables_in_columns() -> None:
    table = TableModel(
        name="t", title="Numbers", columns=(text_column("What"), text_column("How many there are of it")),
        rows=(section("Part"), Row(cells=("a", "one two three four five six"), indent=1)), notes=("See [[t]].",),
    )  # fmt: skip
    made = Document(
        title="A title", subtitle="Sub", banner="", blocks=(
            Heading(text="One", anchor="one"), ListBlock(items=("x", "y"), numbered=True), TableBlock(table=table),
        ),
    )  # fmt: skip
    text = plain(made, 30)
    assert all(len(line) <= 30 for line in text.split("\n"))
    assert "1. x\n2. y" in text
    assert text.endswith("See Table 1.\n")
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(" a"))
    column = lines[start].index("one")
    assert [line[column:] for line in lines[start : start + 2]] == ["one two three four five", "six"]


def test_figures_are_named_in_plain_text() -> None:
    class Nothing:
        """Stands for the data of a figure, which plain text does not look at."""

    block = FigureBlock(name="f", title="Curves", text="T", alt="Two curves.", data=Nothing())  # type: ignore[arg-type]
    text = plain(Document(title="A", subtitle="", banner="", blocks=(block,)))
    assert "[Figure 1, not drawn here. Curves. Two curves.]" in text
