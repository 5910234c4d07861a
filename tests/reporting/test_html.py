from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from glisson.present.document import Document, Heading
from glisson.present.figures.render import Rendered, render_all
from glisson.reporting.chapters import document
from glisson.reporting.html import html
from tests.reporting.fixture import bare

VOID = {"meta", "br", "use", "path", "link"}


class Page(HTMLParser):
    """What the tests ask of a page; it fails where tags are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)


@pytest.fixture(scope="module")
def text(made: Document, figures: dict[str, Rendered]) -> str:
    return html(made, figures)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_tag_is_closed(page: Page) -> None:
    assert page.open == []


def test_nothing_is_fetched_and_no_script_runs(text: str, page: Page) -> None:
    assert not re.search(r"https?://|//cdn|@import|src=|url\((?!#)", text)
    assert page.tags["script"] == 0
    assert page.tags["link"] == 0


def test_landmarks_language_and_one_title(page: Page) -> None:
    tags = dict(page.attributes)
    assert tags["html"]["lang"] == "en"
    assert (page.tags["main"], page.tags["nav"], page.tags["h1"], page.tags["header"], page.tags["footer"]) == (1,) * 5
    assert ("nav", {"aria-label": "Contents"}) in page.attributes


def test_headings_do_not_skip_a_level(text: str) -> None:
    levels = [int(n) for n in re.findall(r"<h([1-6])", text)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_identifiers_are_unique_and_links_lead_to_them(page: Page) -> None:
    ids = Counter(a["id"] for _, a in page.attributes if "id" in a)
    assert [i for i, n in ids.items() if n > 1] == []
    targets = {(a["href"] or "")[1:] for _, a in page.attributes if (a.get("href") or "").startswith("#")}
    assert targets <= set(ids)


def test_tables_are_real_tables(text: str, page: Page, made: Document) -> None:
    assert page.tags["table"] == page.tags["caption"] == len(made.tables())
    assert all("scope" in a for tag, a in page.attributes if tag == "th")


def test_figures_have_text_alternatives(page: Page, made: Document) -> None:
    labels = [a.get("aria-label") for tag, a in page.attributes if tag == "svg"]
    assert labels == [f.alt for f in made.figures()]


def test_the_banner_and_the_numbers_are_there(page: Page) -> None:
    words = " ".join(page.words)
    assert "Synthetic patients: every person and every number in this report is invented." in words
    assert "9.3 months (95% CI, 6.0 to 22.0; 18 deaths among 24 patients)" in words
    assert not re.search(r"\bNone\b|\bnan\b|\[\[", words)


def test_text_of_the_input_cannot_become_markup() -> None:
    evil = replace(bare(), title='<script>alert("x")</script> & co')
    made = document(evil)
    page = Page(html(made, render_all(made.figures())))
    assert page.tags["script"] == 0
    assert '<script>alert("x")</script> & co' in page.words


def test_the_same_document_gives_the_same_page(text: str, made: Document, figures: dict[str, Rendered]) -> None:
    assert html(made, figures) == text


def test_appendices_are_folded_and_stay_reachable(made: Document, page: Page, text: str) -> None:
    letters = [b for b in made.blocks if isinstance(b, Heading) and b.letter]
    folded = [a for tag, a in page.attributes if tag == "details" and a.get("class") == "appendix"]
    assert len(folded) == len(letters) > 3
    assert not any("open" in a for a in folded)
    for heading in letters:  # the place of a link is inside what is folded, so that a browser unfolds it
        assert f'<summary><h2>{heading.full_text}</h2></summary>\n<div id="{heading.anchor}">' in text


def test_a_cell_names_its_column_for_narrow_screens(made: Document, page: Page) -> None:
    cells = [a for tag, a in page.attributes if tag == "td"]
    assert len(cells) == sum(len(r.cells) - 1 for t in made.tables() for r in t.rows if r.kind == "data")
    assert all("data-head" in a for a in cells)


def test_names_with_a_hyphen_stay_on_one_line(text: str) -> None:
    assert '<span class="together">Y-90</span> radioembolization' in text
    assert "&lt;span" not in text
