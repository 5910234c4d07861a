from __future__ import annotations

from glisson.assessing.response import response_result
from glisson.assessment.response import AgreementResult
from glisson.clinical.read import demo_cohort
from glisson.methods.agreement import agreement as estimate
from glisson.methods.agreement import cross_table
from glisson.present.table import TableModel
from glisson.present.tabulate import response as tables
from glisson.present.words import Words
from glisson.tables import Estimates
from tests.clinical.test_readings import made, said
from tests.reporting.fixture import assessment

WORDS = Words.of("ama")
ORDER = ("CR", "PR", "SD", "PD")


def cells(table: TableModel, name: str) -> tuple[str, ...]:
    return next(row.cells for row in table.rows if row.cells[0] == name)


def compared(first: list[str], second: list[str], **more) -> AgreementResult:
    rows = Estimates()
    for weights in ("none", "linear", "quadratic"):
        rows += estimate(first, second, ORDER, weights=weights, draws=200, detail=weights)
    kept = Estimates(tuple(r for r in rows if r.statistic == "kappa")) + rows.select("agreement", detail="none")
    return AgreementResult(kind="criteria", first="A", second="B", unit="patient", categories=ORDER,
                           table=cross_table(first, second, ORDER), estimates=kept + rows.select("n", detail="none"),
                           **{"discordant": (), **more})  # fmt: skip


def test_categories_and_rates() -> None:
    whole = assessment()
    assert whole.response is not None
    table = tables.response(whole, whole.response, WORDS)
    assert cells(table, "PR")[1] == "5 (21%)"
    assert cells(table, "Objective response: all treated")[1] == "8 of 24 (33%)\n(16% to 55%)"


def test_other_readings_name_source_site_and_confirmation() -> None:
    table = tables.others(assessment(), response_result(demo_cohort()), WORDS)
    assert table is not None
    heads = [r.cells[0] for r in table.rows if r.kind == "section"]
    assert heads[0] == "RECIST 1.1, all sites (derived from measurements)"
    assert "RECIST 1.1, outside the liver (derived from measurements; 16 patients with disease there)" in heads
    assert table.rows[1].cells[:2] == ("Objective response rate, confirmed", "8 of 24 (33%)\n(16% to 55%)")
    assert any(note.startswith("mRECIST: off-label") for note in table.notes)


def test_depth_and_timing_by_method() -> None:
    table = tables.depth_and_timing(assessment(), response_result(demo_cohort()), WORDS)
    assert table is not None
    assert cells(table, "Patients with a change")[1:] == ("23", "12", "6", "5")
    assert cells(table, "Median (range), %")[1] == "−6\n(−100 to 39)"
    assert cells(table, "Median (range), months")[3] == "4.5\n(4.3 to 4.6)"
    assert "targets never assessed completely, 1" in table.notes[0]


def test_kappa_without_a_value_or_an_interval_has_its_reason() -> None:
    same = compared(["PR", "SD", "SD"], ["PR", "SD", "SD"])
    alike = compared(["SD"] * 4, ["SD"] * 4)
    table = tables.agreement(assessment(), [same, alike], WORDS)
    assert table is not None
    assert table.rows[0].cells[1:4] == ("3 patients", "3 of 3\n(29% to 100%)", "1.00\n(no interval (full agreement))")
    assert table.rows[1].cells[3] == "not estimable\n(both ratings are the same for all)"


def test_a_frequent_category_is_warned_of_below_the_table() -> None:
    often = compared(["SD"] * 18 + ["SD", "PR"], ["SD"] * 18 + ["PR", "SD"])
    table = tables.agreement(assessment(), [often], WORDS)
    assert table is not None
    assert any("SD makes up 95% of the ratings" in note for note in table.notes)


def test_patients_with_the_same_difference_share_a_row() -> None:
    one = compared(["PR"], ["SD"], discordant=(("Pt01", "A PR, B SD"), ("Pt02", "A PR, B SD"), ("Pt03", "A SD, B PD")))
    table = tables.discordant(assessment(), [one])
    assert table is not None
    assert [r.cells[1:] for r in table.rows] == [("A PR, B SD", "Pt01, Pt02"), ("A SD, B PD", "Pt03")]
    assert tables.discordant(assessment(), []) is None


def test_a_long_list_is_cut_and_says_so() -> None:
    rows = {f"p{i:02d}": [(-5, {}, 50), (60, said("SD", liver_resp=None), 30)] for i in range(tables.MOST_LISTED + 2)}
    table = tables.disagreements(assessment(), response_result(made(rows)))
    assert table is not None
    assert len(table.rows) == tables.MOST_LISTED
    assert table.notes[-1] == "The first 40 of 42; results.json holds all."
