from __future__ import annotations

import json
from typing import Any

import pytest
from scripts.confirm_designs_randomised import FORMULA, RESULT, is_formula, log_rank_cases
from scripts.confirm_designs_single_arm import BEGIN, END, PAGE, Case, cases, confirm, read, table

from glisson.design.log_rank import logrank_trial
from scripts import confirm_designs_randomised as randomised

ROWS = read()
RANDOMISED = randomised.read()
CASES = list(cases())


def distance(row: Any) -> float:
    """Return how far a row is from its simulation, in standard errors."""
    return float(row.apart if isinstance(row, randomised.Row) else row.distance)


def test_the_page_has_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0] == table(ROWS)


def test_every_design_was_confirmed_as_it_is_now() -> None:
    names = dict.fromkeys((row.design, row.kind) for row in ROWS if row.kind != "formula")
    assert list(names) == [(case.name, case.kind) for case in CASES]
    for case in CASES:
        for row in (r for r in ROWS if r.design == case.name):
            now = case.design.characteristics.one(row.statistic, group=(("scenario", row.scenario),)).value
            assert now == pytest.approx(row.calculated, rel=1e-6)


@pytest.mark.independent
@pytest.mark.parametrize("rows", [ROWS, RANDOMISED])
def test_what_designs_print_is_within_three_standard_errors_of_40_000_trials_or_more(rows: list[Any]) -> None:
    printed = [row for row in rows if getattr(row, "kind", "") != "formula" and not is_formula(row)]
    far = {(row.design, row.statistic): d for row in printed if abs(d := distance(row)) > 3}
    assert len(printed) > 40
    assert not far


def test_there_are_enough_trials() -> None:
    assert min(row.trials for row in ROWS) >= 40_000
    assert json.loads(RESULT.read_text(encoding="utf-8"))["trials"] >= 40_000


@pytest.mark.independent
def test_formulas_are_listed_apart_and_miss_in_small_trials() -> None:
    formulas = {(row.design, row.statistic): row for row in ROWS if row.kind == "formula"}
    assert formulas["milestone, log(-log S)", "power_by_formula"].distance > 3
    assert formulas["one-sample log-rank", "type_i_error_nominal"].distance < -3
    assert formulas["one-sample log-rank, mean variance", "type_i_error_nominal"].distance > 3
    assert any(is_formula(row) and abs(row.apart) > 3 for row in RANDOMISED)


def test_the_page_has_the_tables_of_randomised_designs() -> None:
    page = randomised.PAGE.read_text(encoding="utf-8")
    assert page.split(randomised.BEGIN)[1].split(randomised.END)[0] == randomised.table(RANDOMISED)


def test_randomised_trials_with_one_log_rank_test_were_confirmed_as_they_are_now() -> None:
    kept = {(row.design, row.statistic): row.promised for row in RANDOMISED}
    cases = list(log_rank_cases())
    assert len(cases) == 8
    for name, assumed, asked in cases:
        rows = logrank_trial(arms=assumed, **asked).characteristics
        for statistic, label in (("type_i_error", "type_i_error"), ("power", "power"), ("power_by_formula", FORMULA)):
            assert rows.one(statistic).value == pytest.approx(kept[name, label], rel=1e-6)


@pytest.mark.independent
@pytest.mark.parametrize("name", ["Simon, optimal", "toxicity, Bayesian"])
def test_the_same_seed_draws_the_same_trials(name: str) -> None:
    number, case = next((i, c) for i, c in enumerate(CASES) if c.name == name)
    assert isinstance(case, Case)
    again = confirm(case, number)
    kept = [row for row in ROWS if row.design == name]
    assert [r.simulated for r in again] == [r.simulated for r in kept]
