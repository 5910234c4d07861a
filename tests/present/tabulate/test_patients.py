from __future__ import annotations

from glisson.present.tabulate import patients
from glisson.present.words import Words
from tests.reporting.fixture import assessment, bare

WORDS = Words.of("ama")


def test_table_1_shows_quartiles_counts_unknown_and_the_largest_difference() -> None:
    table = patients.baseline(assessment(), WORDS)
    rows = {row.cells[0]: row.cells for row in table.rows}
    assert table.columns[1].heading == "All patients\n(n = 24)"
    assert rows["Female"][1:5] == ("16 (67%)", "9 (69%)", "4 (67%)", "3 (60%)")
    assert rows["Age at first liver-directed therapy, years, median (Q1, Q3)"][1] == "63.5 (57.8, 69.5)"
    unknown = [row.cells for row in table.rows if row.cells[0] == "Unknown"]
    assert unknown[0][1:5] == ("2", "0", "1", "1")  # size of the largest lesion
    assert len(unknown) == 2  # and prior therapy; the others are known for everybody
    largest = max(abs(v or 0) for _, v in assessment().baseline[0].smd)
    assert rows["Age at first liver-directed therapy, years, median (Q1, Q3)"][-1] == WORDS.number(largest, 2)


def test_percentages_are_of_known_values() -> None:
    table = patients.baseline(assessment(), WORDS)
    one_line = next(row.cells for row in table.rows if row.cells[0] == "1")
    assert one_line[1] == "11 (48%)"  # of 23, one is unknown
    assert one_line[4] == "2"  # of 4 patients a percentage would mislead


def test_every_pair_of_methods_has_its_difference() -> None:
    table = patients.differences(assessment(), WORDS)
    assert [c.heading for c in table.columns[1:]] == [
        "DEB-TACE v Y-90 radioembolization",
        "DEB-TACE v Ablation",
        "Y-90 radioembolization v Ablation",
    ]


def test_captions_say_how_many_patients_and_whether_they_are_invented() -> None:
    assert patients.baseline(assessment(), WORDS).title.endswith("(24 synthetic patients)")
    assert patients.combinations(bare()).title.endswith("(0 patients)")
