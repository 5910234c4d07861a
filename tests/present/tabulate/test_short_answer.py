from __future__ import annotations

from dataclasses import replace

from glisson.present.tabulate.short_answer import short_answer
from glisson.present.words import Words
from glisson.reporting.answer import primary, secondary
from tests.reporting.fixture import assessment, bare

WORDS = Words.of("ama")


def cells(whole, words: Words = WORDS) -> dict[str, tuple[str, ...]]:  # type: ignore[no-untyped-def]
    first = primary(whole)
    assert first is not None
    return {r.cells[0]: r.cells[1:] for r in short_answer(whole, first, secondary(whole, first), words).rows}


def test_every_outcome_has_its_interval_and_counts_overall_and_by_method() -> None:
    rows = cells(assessment())
    assert list(rows) == [
        "Median overall survival, months",
        "Alive at 12 months",
        "Median overall survival with disease in the liver only, months",
        "Median liver progression-free survival, months",
        "Objective response (RECIST 1.1)",
        "Adverse event of grade 3 or worse",
        "Death within 90 days of the first session",
    ]
    assert rows["Median overall survival, months"][:2] == ("9.3\n(6.0 to 22.0)\n18 / 24", "8.0\n(4.0 to 14.0)\n11 / 13")
    assert rows["Alive at 12 months"][0] == "46%\n(26% to 64%)"
    assert rows["Median overall survival with disease in the liver only, months"][0].endswith("5 / 9")
    assert rows["Objective response (RECIST 1.1)"][-1] == "3 of 5 (60%)\n(15% to 95%)"
    assert rows["Adverse event of grade 3 or worse"][2] == "0 of 6 (0%)\n(0% to 46%)"


def test_what_the_input_does_not_hold_has_no_row() -> None:
    assert list(cells(replace(assessment(), response=None, safety=None))) == [
        "Median overall survival, months",
        "Alive at 12 months",
        "Median overall survival with disease in the liver only, months",
        "Median liver progression-free survival, months",
    ]
    assert all("months" in name for name in cells(bare()))


def test_the_style_of_the_journal_reaches_it() -> None:
    assert "9·3\n(6·0–22·0)" in cells(assessment(), Words.of("lancet"))["Median overall survival, months"][0]
