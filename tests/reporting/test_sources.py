"""Every published number on a page leads to where it was read, and nothing that was not read there is shown."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from glisson.assessing import compare
from glisson.assessing.comparison import comparison_result
from glisson.assessing.doxorubicin import doxorubicin_result
from glisson.clinical.read import demo_cohort
from glisson.evidence import library
from glisson.evidence.definitions import definitions
from glisson.evidence.outcomes import OUTCOMES, TREATMENTS
from glisson.evidence.pooling import pooled
from glisson.present.document import (
    Block,
    Document,
    ListBlock,
    Paragraph,
    TableBlock,
    linked,
    numbered,
    numbered_cells,
    pieces,
)
from glisson.present.figures.render import Rendered, render_all
from glisson.reporting.docx import docx
from glisson.reporting.doxorubicin import answer_sentence, doxorubicin_section
from glisson.reporting.evidence_page import evidence_page
from glisson.reporting.evidence_section import evidence_section
from glisson.reporting.html import html
from glisson.reporting.letter import comparison_letter
from glisson.reporting.pdf import source as typst
from glisson.reporting.plain import plain
from glisson.reporting.published import pooled_document
from glisson.reporting.sources import ANCHOR, sources_section
from tests.reporting.fixture import assessment

#: Columns that hold what others published, by table (all tables where none is named).
PUBLISHED = {
    "comparison-numbers": ("Published",),
    "doxorubicin-published": ("Source", "Published rate"),
    "pooled-summary": ("Reported",),
    "pooled-sources": ("Reported", "Source"),
}
#: Columns that hold it where the row rests on one series.
ALONE = ("Pooled (95% CI)", "Patients")
_DIGIT = re.compile(r"\d")


@dataclass
class Cell:
    """A cell of a page: all its text, and that outside of links."""

    text: str = ""
    bare: str = ""
    urls: list[str] = field(default_factory=list)


class Walker(HTMLParser):
    """Read tables by their name, and the running text, with what stands outside of links to other pages."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[Cell]]] = {}
        self.text = Cell()
        self.name, self.cell, self.link, self.skipped, self.spans = "", self.text, "", 0, 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"style", "svg", "nav", "script"}:
            self.skipped += 1
        if tag == "div" and "table" in str(given.get("class", "")).split():
            self.name = str(given["id"])
            self.tables[self.name] = []
        if tag == "tr" and self.name:
            self.tables[self.name].append([])
        if tag in {"td", "th"} and self.name:
            self.cell = Cell()
            self.tables[self.name][-1].append(self.cell)
        if tag == "a" and str(given.get("href", "")).startswith("http"):
            self.link = str(given["href"])
            self.cell.urls.append(self.link)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "svg", "nav", "script"}:
            self.skipped -= 1
        if tag == "a":
            self.link = ""
        if tag in {"td", "th"}:
            self.cell = self.text
        if tag == "table":
            self.name = ""

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.cell.text += data
            self.cell.bare += "" if self.link else data


def unlinked_numbers(blocks: Sequence[Block], page: str) -> list[str]:
    """Return every published value of a page that is no link: the text of its cell or sentence."""
    walker, wrong = Walker(page), []
    for table in (b.table for b in blocks if isinstance(b, TableBlock)):
        place = {c.heading: i for i, c in enumerate(table.columns)}
        assert set(PUBLISHED.get(table.name, ())) <= set(place)
        rows = walker.tables[table.name][table.header_levels :]
        assert len(rows) == len(table.rows)
        for row in rows:
            if len(row) == 1:
                wrong += [c.text for c in row if "patients)" in c.text and not c.urls]
                continue
            looked_at = [row[place[heading]] for heading in PUBLISHED.get(table.name, ())]
            if table.name == "pooled-summary" and row[1].text == "1":
                looked_at += [row[place[heading]] for heading in ALONE]
            if table.name == "pooled-summary":
                looked_at += [c for c in row[-2:] if "1 series" in c.text]
            bare = [re.sub(r"\(?\d+ series\)?|grade \d", "", c.bare) for c in looked_at]
            wrong += [f"{table.name}: {c.text}" for c, text in zip(looked_at, bare, strict=True) if _DIGIT.search(text)]
    for value in _rates():
        wrong += [f"text: {value}" for _ in re.finditer(rf"(?<![\d.]){re.escape(value)}", walker.text.bare)]
    return wrong


@cache
def _rates() -> tuple[str, ...]:
    """Return how published rates of systemic doxorubicin are printed with a decimal: nothing else looks so."""
    result = doxorubicin_result(demo_cohort())
    assert result is not None
    return tuple(dict.fromkeys(f"{100 * p.rate:.1f}%" for t in result.terms for p in t.published))


def _page(blocks: list[Block]) -> str:
    made = Document(title="", subtitle="", banner="", blocks=(*blocks, *sources_section(blocks)))
    return html(made, {f.name: _NO_PICTURE for f in made.figures()})


_NO_PICTURE = Rendered(pdf=b"", svg=b'<svg viewBox="0 0 1 1"></svg>', tiff=b"", png=b"", width_mm=10)


@cache
def comparison() -> Document:
    return comparison_letter(compare(demo_cohort()))


@cache
def evidence() -> tuple[Block, ...]:
    return tuple(evidence_section(assessment(), comparison_result(demo_cohort(), ["judson2014"])))


@cache
def doxorubicin() -> tuple[Block, ...]:
    result = doxorubicin_result(demo_cohort())
    assert result is not None
    return Paragraph(text=answer_sentence(assessment(), result)), *doxorubicin_section(assessment(), result)


@pytest.mark.parametrize("part", [lambda: comparison().blocks, evidence, doxorubicin])
def test_every_published_number_of_a_page_is_a_link(part):
    page = _page(list(part()))
    assert unlinked_numbers(part(), page) == []
    assert len(re.findall(r'<a class="source" href="http', page)) > 20


def test_a_number_without_its_link_is_noticed():
    for part, cut in (
        (lambda: comparison().blocks, r"median 24 months \(95% CI, 19 to 31\)"),
        (evidence, r"36%"),
        (doxorubicin, r"12\.6%"),
        (doxorubicin, r"38\.5% \(Tap 2016\)"),
    ):
        page = _page(list(part()))
        bare = re.sub(rf'<a class="source" href="[^"]+">({cut}[^<]*)</a>', r"\1", page)
        assert bare != page
        assert unlinked_numbers(part(), bare)


def test_every_link_is_that_of_the_number():
    """The comparison links each number to its own page, not to one page of the study."""
    known = {n.source_url for n in library().numbers} | {a.source_url for a in library().arms}
    known |= {d.source_url for d in definitions().values()}
    for document in (comparison(), pooled_document(pooled(library()))):
        assert set(document.sources()) <= known
    row = next(
        cells
        for table in comparison().tables() if table.name == "comparison-numbers"
        for cells in (r.cells for r in table.rows) if any("median 12.8 months" in c for c in cells)
    )  # fmt: skip
    urls = [url for _, url in pieces(row[1], {}) if url]
    told = [n.source_url for n in library().select(study_id="judson2014", endpoint="os") if n.arm_id == "doxorubicin"]
    assert set(urls) <= set(told)
    assert len(urls) == 3


def test_the_page_of_the_library_links_every_row():
    page = evidence_page(library())
    rows = re.findall(r"<tr class=\"number[^>]*>.*?</tr>", page, flags=re.DOTALL)
    values = [r for r in rows if "no number of its own" not in r]
    assert len(values) == len(library().numbers)
    assert all('href="http' in r for r in values)


def test_word_pdf_and_text_number_their_sources_and_list_them():
    document = comparison()
    labels = document.labels()
    listed = [b for b in document.blocks if getattr(b, "anchor", "") == ANCHOR]
    assert len(listed) == 1
    told = plain(document, 400)
    for url, name in ((u, labels[u]) for u in document.sources()):
        assert f"[{name}]" in told
        assert re.search(rf"- {name}\. .*Read at {re.escape(url)}", told)
    assert "[[" not in told
    data = docx(document, render_all(document.figures()) if document.figures() else {})
    with zipfile.ZipFile(io.BytesIO(data)) as word:
        text = "".join(ET.fromstring(word.read("word/document.xml")).itertext())
        targets = word.read("word/_rels/document.xml.rels").decode()
    assert "[[" not in text
    assert "|http" not in text
    for url in document.sources():
        assert url in text
        assert f"[{labels[url]}]" in text
        assert f'Target="{url.replace("&", "&amp;")}"' in targets
    markup = typst(document)
    assert "[[" not in markup.replace("[[#", "")
    assert all(f'#link("{url}"' in markup for url in document.sources())


def test_nothing_that_was_not_read_in_its_source_is_shown(tmp_path):
    """Numbers of a file of one's own that are not verified appear on no page, in no pooling and in no map."""
    studies, numbers = tmp_path / "studies.csv", tmp_path / "numbers.csv"
    studies.write_text(
        "study_id,arm_id,first_author,year,title_short,design,setting,modality,histology,n_patients,n_lms,source_url\n"
        "roe2024,all,Roe,2024,Y-90 in sarcoma,retrospective,liver_directed,y90,mixed_sts,31,,https://example.org/roe\n",
        encoding="utf-8",
    )
    head = "study_id,arm_id,subgroup,endpoint,statistic,value,n,events,source_url,status,source_type\n"
    rows = "roe2024,all,all,orr,proportion,0.7742,31,24,https://example.org/roe,{},abstract\n"
    shown = []
    for status in ("verified", "unverified"):
        numbers.write_text(head + rows.format(status), encoding="utf-8")
        shelf = library(extra=[studies, numbers])
        found = pooled(shelf, outcomes=OUTCOMES[:1], treatments=[t for t in TREATMENTS if t.code == "y90"])
        table = plain(pooled_document(found), 400)
        page = evidence_page(shelf.where(study_id="roe2024"))
        shown.append(("24 of 31" in page, "24 of 31" in table, "Roe" in table, found.one("orr", "y90").k))
    assert shown == [(True, True, True, 2), (False, False, False, 1)]


def test_marks_of_sources_are_read_back():
    text = f"{linked('13%', 'https://e.org/1')} to {linked('70%', 'https://e.org/2')}, see [[t]]"
    labels = {"https://e.org/1": "S1", "https://e.org/2": "S2", "t": "Table 1"}
    assert [p for p in pieces(text, labels) if p[1]] == [
        ("13%", "https://e.org/1"), ("70%", "https://e.org/2"), ("Table 1", "t"),
    ]  # fmt: skip
    assert numbered(text, labels) == "13% [S1] to 70% [S2], see Table 1"
    assert numbered_cells((linked("39", "https://e.org/1"), linked("36%", "https://e.org/1")), labels) == (
        "39", "36% [S1]",
    )  # fmt: skip
    assert linked("a]b|c", "https://e.org/1") == "[[a b c|https://e.org/1]]"
    assert linked("1", "javascript:alert(1)") == "1"
    assert linked("1", "https://e.org/a b") == "1"


def test_what_a_text_holds_is_never_markup():
    text = linked("<b>1</b>", 'https://e.org/"onclick="x')
    page = _page([Paragraph(text=text)])
    assert "<b>1</b>" not in page
    assert '"onclick="x"' not in page


def test_tables_of_sources_name_each_once():
    blocks = [b for b in evidence() if isinstance(b, TableBlock)]
    items = next(b.items for b in sources_section(blocks) if isinstance(b, ListBlock))
    assert [i.split(".")[0] for i in items] == [f"S{k}" for k in range(1, len(items) + 1)]
    assert sources_section([]) == []
