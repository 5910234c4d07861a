from __future__ import annotations

from glisson.present.table import TableModel
from glisson.present.tabulate import safety as tables
from glisson.present.words import Words
from tests.reporting.fixture import assessment

WORDS = Words.of("ama")


def cells(table: TableModel, name: str) -> tuple[str, ...]:
    return next(row.cells for row in table.rows if row.cells[0] == name)


def test_each_patient_counts_once_a_term_at_the_worst_grade() -> None:
    whole = assessment()
    assert whole.safety is not None
    table = tables.worst_grades(whole, whole.safety, WORDS)
    assert cells(table, "Any adverse event")[1:] == ("4", "3", "2", "1", "0", "10 (42%)", "3 (13%)")
    assert "Neutropenia" not in [r.cells[0] for r in table.rows]


def test_rates_by_method_have_exact_intervals() -> None:
    whole = assessment()
    assert whole.safety is not None
    table = tables.by_method(whole, whole.safety, WORDS, least=1)
    assert cells(table, "Any adverse event")[1] == "10 of 24 (42%)\n(22% to 63%)"
    severe = tables.by_method(whole, whole.safety, WORDS, least=tables.SEVERE)
    assert [r.cells[0] for r in severe.rows] == ["Any adverse event", "Liver abscess"]
    assert cells(severe, "Any adverse event")[2] == "3 of 13 (23%)\n(5% to 54%)"


def test_zero_events_are_printed_with_their_upper_bound() -> None:
    whole = assessment()
    assert whole.safety is not None
    table = tables.not_seen(whole, whole.safety, WORDS)
    assert [r.cells[0] for r in table.rows] == ["Neutropenia", "Heart failure"]
    assert cells(table, "Neutropenia")[1:] == (
        "0 of 24\n(up to 12%)",
        "0 of 13\n(up to 21%)",  # 1 - 0.05 ** (1 / 13)
        "0 of 6\n(up to 39%)",
        "0 of 5\n(up to 45%)",
    )


def test_early_deaths_name_their_window() -> None:
    whole = assessment()
    assert whole.safety is not None
    table = tables.mortality(whole, whole.safety, WORDS)
    assert table.rows[0].cells[:2] == ("90 days", "1 of 24 (4%)\n(<1% to 21%)")
