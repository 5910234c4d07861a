from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.present.table import TableModel
from glisson.present.tabulate import efficacy as tables
from glisson.present.words import Words
from glisson.tables import Estimate, Estimates
from tests.reporting.fixture import assessment

WORDS = Words.of("ama")


def cells(table: TableModel, name: str) -> tuple[str, ...]:
    return next(row.cells for row in table.rows if row.cells[0] == name)


def test_one_table_holds_every_breakdown_of_an_endpoint() -> None:
    whole = assessment()
    table = tables.efficacy(whole, whole.endpoint("os"), WORDS)
    assert [r.cells[0] for r in table.rows if r.kind == "section"] == [
        b.title for b in whole.endpoint("os").breakdowns if b.by
    ]
    assert [c.heading for c in table.columns] == [
        "Group",
        "Events / n",
        "Median, months\n(95% CI)",
        "6 months",
        "12 months",
        "24 months",
        "Mean time,\nmonths",
        "Follow-up,\nmonths",
    ]
    assert cells(table, "All patients")[1:4] == ("18 / 24", "9.3\n(6.0 to 22.0)", "71%\n(48% to 85%)")
    assert cells(table, "Ablation")[2] == "not reached\n(6.5 to not reached)"


def test_missing_values_carry_their_reason() -> None:
    whole = assessment()
    table = tables.efficacy(whole, whole.endpoint("os"), WORDS)
    row = next(r.cells for r in table.rows if r.cells[0] == "Extrahepatic disease" and r.kind == "data")
    assert row[5] == "not estimable\n(last observation on day 365)"
    assert cells(table, "Not recorded")[2] == "not estimable\n(0 events)"


def test_competing_endpoints_show_incidence_and_competing_events() -> None:
    whole = assessment()
    table = tables.efficacy(whole, whole.endpoint("ttp"), WORDS)
    assert table.columns[2].heading == "Competing\nevents"
    assert table.columns[3].above == "Cumulative incidence (95% CI) at"
    assert cells(table, "All patients")[1:3] == ("17 / 24", "3")


def test_comparisons_name_the_variant_and_leave_out_what_stands_behind() -> None:
    whole = assessment()
    table = tables.comparisons(whole, whole.endpoint("os"), WORDS)
    assert table is not None
    whats = {row.cells[1] for row in table.rows if row.kind == "data"}
    assert whats == {"Whole curves", "Mean time within 40 months, months", "Mean time within 12 months, months",
                     "Mean time within 43 months, months", "Event-free at 12 months, percentage points"}  # fmt: skip
    exact = next(r.cells for r in table.rows if r.kind == "data" and "Exact" in r.cells[4])
    assert exact[3] == "<.001"
    assert "permutation of log-rank scores" in exact[4]
    minus = next(r.cells for r in table.rows if r.cells[0] == "Ablation minus DEB-TACE")
    assert minus[2] == "16.6 (3.1 to 30.0)"


def test_a_sampled_p_value_comes_with_its_error_and_competing_risks_with_what_is_tested() -> None:
    whole = assessment()
    ttp = whole.endpoint("ttp")
    sampled = Estimate(
        variable="ttp", statistic="p", value=0.0504, low=0.048, high=0.053, level=0.99, unit="p",
        method="Monte Carlo log-rank test (permutation of log-rank scores; 99% interval of the sampling error)",
    )  # fmt: skip
    tested = replace(ttp, breakdowns=(replace(ttp.breakdowns[0], tests=Estimates((sampled,))),))
    table = tables.comparisons(whole, tested, WORDS)
    assert table is not None
    _, what, _, p, method = table.rows[1].cells
    assert (what, p) == ("Cause-specific hazards", ".05")
    assert method.endswith("99% interval of the sampling error, 0.0480 to 0.0530)")


@pytest.mark.parametrize(
    ("low", "high", "printed"), [(0.0, 0.0001, "0 to 0.0001"), (2e-6, 0.0002, "<0.0001 to 0.0002")]
)
def test_a_small_sampling_error_is_never_printed_as_zero(low, high, printed) -> None:
    whole = assessment()
    os = whole.endpoint("os")
    method = "Monte Carlo log-rank test (99% interval of the sampling error)"
    row = Estimate(variable="os", statistic="p", value=1e-5, low=low, high=high, level=0.99, unit="p", method=method)
    tested = replace(os, breakdowns=(replace(os.breakdowns[0], tests=Estimates((row,))),))
    table = tables.comparisons(whole, tested, WORDS)
    assert table is not None
    assert table.rows[1].cells[4].endswith(f"sampling error, {printed})")


def test_groups_are_named_as_in_a_sentence() -> None:
    whole = assessment()
    part = next(b for b in whole.endpoint("os").breakdowns if b.by == ("extrahepatic",))
    against = Estimate(variable="os", statistic="rmst_difference", group=(("extrahepatic", "present"),))
    assert tables.comparison_name(whole, part, against) == "Extrahepatic disease minus limited to the liver"


def test_a_caption_counts_what_the_endpoint_is_about() -> None:
    whole = assessment()
    os = whole.endpoint("os")
    few = replace(os.overall, estimates=Estimates((Estimate(variable="x", statistic="n", value=9.0, unit="count"),)))
    response = tables.efficacy(whole, replace(os, code="dor", label="Response", breakdowns=(few,)), WORDS)
    assert response.title == "Response overall and by group (9 synthetic patients)"
    lesions = tables.efficacy(whole, replace(os, code="ltp", label="Local", breakdowns=(few,)), WORDS)
    assert lesions.title == "Local overall and by group (9 treated lesions of 24 synthetic patients)"


def test_no_comparison_no_table() -> None:
    whole = assessment()
    assert tables.comparisons(whole, whole.endpoint("ttp"), WORDS) is None


def test_both_rule_sets_stand_side_by_side() -> None:
    whole = assessment()
    table = tables.rule_sets(whole, whole.endpoint("liver_pfs"), WORDS)
    assert table is not None
    assert table.spans() == (("", 1), ("Treatment policy", 2), ("FDA-style censoring", 2))
    assert table.notes == ("The rule sets differ in 2 of 24 patients: P03, P11.",)
    assert tables.rule_sets(whole, whole.endpoint("os"), WORDS) is None


def test_key_results_give_every_endpoint_overall_and_by_method() -> None:
    table = tables.key_results(assessment(), WORDS)
    assert table is not None
    assert [c.heading for c in table.columns] == [
        "Endpoint",
        "All patients",
        "DEB-TACE",
        "Y-90 radioembolization",
        "Ablation",
    ]
    assert cells(table, "Overall survival, median in months")[1] == "9.3\n(6.0 to 22.0)\n18 / 24"
    assert cells(table, "Time to progression, cumulative incidence at 12 months")[1].endswith("17 / 24")


@pytest.mark.parametrize(
    ("statistic", "at", "detail", "label"),
    [
        ("median", 0.5, "", "Median, months"),
        ("survival", 365.0, "", "Survival at 12 months"),
        ("cumulative_incidence", 365.0, "death", "Cumulative incidence at 12 months: death"),
        ("rmst", 730.0, "", "Mean within 24 months, months"),
        ("something_new", None, "", "Something new"),
    ],
)
def test_statistics_have_names(statistic: str, at: float | None, detail: str, label: str) -> None:
    assert tables.statistic_label(Estimate(variable="os", statistic=statistic, at=at, detail=detail)) == label
