from __future__ import annotations

import pytest
from scripts.confirm_designs_single_arm import BEGIN, END, PAGE, Case, cases, confirm, read, table

ROWS = read()
CASES = list(cases())


def test_the_page_has_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0] == table(ROWS)


def test_every_design_was_confirmed_as_it_is_now() -> None:
    names = dict.fromkeys((row.design, row.kind) for row in ROWS)
    assert list(names) == [(case.name, case.kind) for case in CASES]
    for case in CASES:
        for row in (r for r in ROWS if (r.design, r.kind) == (case.name, case.kind)):
            now = case.design.characteristics.one(row.statistic, group=(("scenario", row.scenario),)).value
            assert now == pytest.approx(row.calculated, rel=1e-6)


@pytest.mark.independent
def test_exact_and_large_designs_agree_within_three_standard_errors() -> None:
    assert max(abs(row.distance) for row in ROWS if row.kind != "small") <= 3


@pytest.mark.independent
def test_small_trials_by_normal_approximation_miss_by_no_more_than_the_page_says() -> None:
    small = [row for row in ROWS if row.kind == "small"]
    assert max(abs(row.simulated - row.calculated) for row in small if row.statistic == "type_i_error") < 0.01
    assert max(abs(row.simulated - row.calculated) for row in small) < 0.045


@pytest.mark.independent
@pytest.mark.parametrize("name", ["Simon, optimal", "toxicity, Bayesian"])
def test_the_same_seed_draws_the_same_trials(name: str) -> None:
    number, case = next((i, c) for i, c in enumerate(CASES) if c.name == name)
    assert isinstance(case, Case)
    again = confirm(case, number)
    kept = [row for row in ROWS if row.design == name]
    assert [r.simulated for r in again] == [r.simulated for r in kept]
