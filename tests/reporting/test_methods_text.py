from __future__ import annotations

import re

import pytest

from glisson.present.document import ListBlock, Paragraph
from glisson.reporting.methods_text import chapter
from glisson.reporting.references import cited
from tests.paths import ROOT
from tests.reporting.fixture import assessment, bare

SHORT = sorted(
    {
        one.strip()
        for path in (ROOT / "src/glisson/pitfalls").glob("*.py")
        for text in re.findall(r'reference="([^"]+)"', path.read_text(encoding="utf-8"))
        for one in text.split(";")
        if re.match(r"[A-Z]", one.strip())
    }
)


def text_of(blocks: list[object]) -> str:
    return " ".join(f"{b.lead} {b.text}" for b in blocks if isinstance(b, Paragraph))


def test_methods_name_what_was_run_with_version_and_seed() -> None:
    text = text_of(list(chapter(assessment())))
    for part in (
        "Kaplan-Meier, log-log interval",
        "Aalen-Johansen",
        "exact log-rank test (permutation of log-rank scores, all labelings)",
        "without correction for multiplicity",
        "treatment policy",
        "glisson 0.1.0 with numpy 2.4.6 and Python 3.11.7",
        "seed 20200101",
    ):
        assert part in text


def test_methods_do_not_name_what_was_not_run() -> None:
    text = text_of(list(chapter(bare())))
    assert "Aalen-Johansen" not in text
    assert "No group was tested against another" in text
    assert "Adverse events" not in text


def test_only_cited_works_are_listed() -> None:
    references = next(b for b in chapter(bare()) if isinstance(b, ListBlock))
    assert any(item.startswith("Kaplan EL") for item in references.items)
    assert not any(item.startswith("Aalen OO") for item in references.items)
    assert cited("nothing") == ()


@pytest.mark.parametrize("short", SHORT)
def test_what_a_pitfall_cites_is_in_the_list(short: str) -> None:
    year = re.search(r"(?:19|20)\d\d", short)
    assert year is not None
    assert any(short.split(maxsplit=1)[0] in citation and year[0] in citation for citation in map(_plain, cited(short)))


def _plain(text: str) -> str:
    return text.replace("á", "a")
