"""``glisson evidence``: what it prints and writes, and that nothing the user had is touched."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from glisson import cli
from glisson.evidence import library
from glisson.reporting.evidence_page import evidence_page, write_evidence_page

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*args: object) -> SimpleNamespace:
        monkeypatch.setenv("COLUMNS", "100")  # tables break their lines by the terminal that runs the tests
        monkeypatch.setattr(sys, "argv", ["glisson", "evidence", *map(str, args)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code or 0
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err, flat=" ".join(captured.out.split()))

    return go


def test_arms_are_listed_and_filtered(run):
    done = run()
    assert done.code == 0, done.err
    assert "42 studies, 76 arms" in done.out
    done = run("--modality", "deb_tace", "--histology", "lms")
    assert "1 study, 1 arm, 1 number." in done.out
    assert "krzyston2020 deb_tace: DEB-TACE; LMS; line: mixed (majority pretreated); 13 patients; 1 number" in done.flat
    assert "where(modality='deb_tace', histology='lms')" in done.flat


def test_with_an_endpoint_the_numbers_are_printed_with_their_sources(run):
    done = run("--endpoint", "os", "--setting", "liver_directed", "--line", "salvage")
    assert "median 21.2 months (95% CI 13.4 to 28.9); n 30, from chemoembolization, read in: abstract" in done.flat
    assert "http://ncbi.nlm.nih.gov/pubmed?term=25542065" in done.out


def test_a_study_is_shown_whole(run):
    done = run("show", "miller2018")
    assert done.code == 0, done.err
    for number in library().select(study_id="miller2018"):
        assert number.source_url in done.out
        assert f"[{number.subgroup}]" in done.flat or number.subgroup == "all"
    assert "36% (14 of 39)" in done.out
    assert "y90_us_west: probably shares patients" in done.flat


def test_what_is_not_there_is_said_without_a_traceback(run):
    for args in (("show", "nobody1999"), ("--line", "tenth")):
        done = run(*args)
        assert done.code == 2
        assert done.err.startswith("glisson: nothing in the library has")


def test_the_page_replaces_a_file_only_with_force(run, tmp_path):
    out = tmp_path / "evidence.html"
    out.write_text("mine")
    refused = run("html", "-o", out)
    assert (refused.code, out.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert run("html", "-o", out, "--force").code == 0
    assert "krzyston2020" in out.read_text(encoding="utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["evidence.html"]
    assert run("html", "-o", tmp_path / "evidence.pdf").code == 2


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.rows: list[dict[str, str | None]] = []
        self.options: dict[str, set[str | None]] = {}
        self.select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag in {"link", "img", "iframe"} or given.get("src"):
            self.fetched.append(tag)
        if tag == "a":
            self.links.append(str(given["href"]))
        if tag == "tr" and "number" in str(given.get("class", "")).split():
            self.rows.append(given)
        if tag == "select":
            self.select = str(given["data-filter"])
        if tag == "option":
            self.options.setdefault(self.select, set()).add(given["value"])


def test_every_number_of_the_page_links_to_its_source_and_nothing_is_fetched():
    shelf = library()
    text = evidence_page(shelf)
    page = Page(text)
    assert not page.fetched
    assert "url(" not in re.sub(r"url\(#", "", text)
    assert "@import" not in text
    for url in {n.source_url for n in shelf.numbers}:
        assert page.links.count(url) >= sum(n.source_url == url for n in shelf.numbers)
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert not link.startswith("#") or link[1:] in page.ids, link


def test_every_row_can_be_found_by_each_filter():
    page = Page(evidence_page(library()))
    assert set(page.options) == {"modality", "histology", "endpoint", "setting", "line"}
    assert all("" in values for values in page.options.values())
    for row in page.rows:
        for name, values in page.options.items():
            assert row[f"data-{name}"] in values or (name == "endpoint" and row["data-endpoint"] == "")
    assert sum(r["data-endpoint"] != "" for r in page.rows) == len(library().numbers)


def test_words_of_a_file_are_never_markup(tmp_path):
    shelf = library()
    arm = shelf.arms[0].model_copy(update={"title_short": "<script>alert(1)</script>", "line": '"><b>'})
    hostile = type(shelf)(arms=(arm,), numbers=shelf.select(study_id=arm.study_id)[:1])
    write_evidence_page(hostile, tmp_path / "e.html")
    text = (tmp_path / "e.html").read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert '"><b>' not in text
    assert text == evidence_page(hostile)


def test_the_script_of_the_page_is_the_only_one():
    text = evidence_page(library())
    assert text.count("<script") == 1
    assert not re.search(r"fetch\(|XMLHttpRequest|innerHTML|eval\(|https?://", text.split("<script>")[1])


def test_studies_of_ones_own_are_checked_listed_and_shown(run, tmp_path):
    book = tmp_path / "own.xlsx"
    assert run("template", book).code == 0
    assert run("template", book).code == 2
    done = run("check", book)
    assert (done.code, "1 study, 1 arm, 1 number can be used." in done.out) == (0, True)
    assert "doe2024 all" in run("--modality", "deb_tace", "--extra", book).out
    assert "40% (8 of 20)" in run("show", "doe2024", "--extra", book).out
    assert run("html", "-o", tmp_path / "e.html", "--extra", book).code == 0
    assert "Doe 2024" in (tmp_path / "e.html").read_text(encoding="utf-8")


def test_problems_of_a_file_are_printed_with_exit_code_1(run, tmp_path):
    file = tmp_path / "estimates.csv"
    file.write_text(
        "study_id,arm_id,subgroup,endpoint,statistic,source_url,source_type\ns,a,all,os,median,x,abstract\n"
    )
    done = run("check", file)
    assert done.code == 1
    assert "estimates.csv, sheet estimates, cell F2" in done.out
    refused = run("show", "s", "--extra", file)
    assert (refused.code, "cell F2" in refused.err) == (2, True)


def test_the_audit_names_what_does_not_fit_together(run):
    done = run("audit")
    assert done.code == 0
    assert "Certain: these numbers cannot all be true." in done.out
    assert "12 findings in 42 studies" in done.out
    done = run("audit", "rajan2001")
    assert "C04 rajan2001 all: Overall survival from diagnosis: the median is 20 months" in done.flat
    assert "0 findings" in run("audit", "miller2018").out
    assert run("audit", "nobody").code == 2


def test_findings_stand_on_the_page_beside_their_study():
    text = evidence_page(library())
    assert "cannot all be true" in text
    assert 'href="#study-rajan2001"' in text
    assert 'need care: <a href="#finding-1">finding 1</a>.' in text.split('id="study-rajan2001"')[1].split("</tr>")[0]
    assert "cannot all be true" not in evidence_page(library().where(study_id="miller2018"))


def test_the_map_is_written_and_what_is_missing_is_said(run, tmp_path):
    out = tmp_path / "map.svg"
    done = run("map", "-o", out)
    assert done.code == 0, done.err
    assert "DEB-TACE: overall survival, progression-free survival, liver or local control, response" in done.flat
    assert b"Line of treatment" in out.read_bytes()
    before = out.read_bytes()
    assert run("map", "-o", out).code == 2
    assert run("map", "-o", out, "--force").code == 0
    assert out.read_bytes() == before
    assert run("map", "-o", tmp_path / "map.gif").code == 2


def test_the_map_stands_on_the_page_with_its_words():
    text = evidence_page(library())
    assert '<svg role="img" aria-label="Map of published evidence.' in text
    assert "<li>DEB-TACE: overall survival, progression-free survival, liver or local control, response</li>" in text


def test_what_all_series_together_say_without_gist_unless_asked_for(run, tmp_path):
    done = run("pool", "--treatment", "tace", "--outcome", "orr")
    assert done.code == 0, done.err
    assert "48% (28% to 69%)" in done.flat
    assert "GIST included" not in done.out
    assert "What the pooled values hang on" not in done.out
    done = run("pool", "--treatment", "tace", "--outcome", "orr", "--gist", "--checks", "-o", tmp_path / "p.html")
    assert "All 3 series 41% (4% to 91%)" in done.flat
    assert "Without Won 1997" in done.out
    assert "With GIST: 2 series" in done.out
    assert "p.code in ('with_gist', 'leiomyosarcoma')" in done.out
    assert 'class="source"' in (tmp_path / "p.html").read_text(encoding="utf-8")
    done = run("pool", "--outcome", "response")
    assert (done.code, "orr, dcr" in done.err) == (2, True)
