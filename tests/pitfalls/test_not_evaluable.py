"""P26 by hand."""

from __future__ import annotations

import pytest

from glisson.pitfalls.not_evaluable import missing_responses
from tests.pitfalls.build import findings, only, patient, values


def scanned(n: int, *, responses: int = 2):
    return [
        patient(f"A{i}", 500, dead=False, scans=[(60, "PR" if i < responses else "SD"), (120, "PD")]) for i in range(n)
    ]


@pytest.mark.by_hand
def test_deaths_before_the_first_scan() -> None:
    found = only(missing_responses, [*scanned(8), patient("X", 30), patient("Y", 500, dead=False)])
    assert (found.id, found.severity, found.patients) == ("P26", "warn", ("x", "y"))
    assert dict(found.numbers) == {
        "patients": "2",
        "not evaluable": "2 of 10 (20%)",
        "died before any scan": "1",
    }
    assert values(found.naive, "proportion") == {(): pytest.approx(2 / 8)}
    rates = {r.variable: r.value for r in found.corrected if r.statistic == "proportion"}
    assert rates == {
        "response (evaluable or died early)": pytest.approx(2 / 9),
        "response (all treated)": pytest.approx(2 / 10),
    }


def test_one_early_death_among_many_is_enough() -> None:
    found = only(missing_responses, [*scanned(30), patient("X", 30)])
    assert (found.severity, found.patients) == ("info", ("x",))
    assert found.sentence == "1 of 31 patients has no evaluable response. 1 patient died before any scan."


@pytest.mark.parametrize(("n", "fires"), [(5, True), (6, False)])
def test_more_than_15_percent_without_a_scan(n, fires) -> None:
    assert bool(findings(missing_responses, [*scanned(n), patient("Y", 500, dead=False)])) is fires


def test_everybody_or_nobody_evaluable() -> None:
    assert not findings(missing_responses, scanned(8))
    assert not findings(missing_responses, [patient(f"A{i}", 30) for i in range(5)])
