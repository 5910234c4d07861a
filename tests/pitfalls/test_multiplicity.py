"""P09 by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glisson.assessment import Breakdown, EndpointResult
from glisson.pitfalls.multiplicity import multiplicity
from glisson.tables import Estimate, Estimates
from tests.clinical.build import people
from tests.pitfalls.build import context_of, patient


def context(p_values, *, beside=()):
    """Return a context with one test a breakdown of overall survival; some with an approximation beside it."""
    parts = []
    for i, p in enumerate(p_values):
        rows = [Estimate(variable="os", statistic="p", value=p, unit="p", low=0.01, high=0.02, level=0.99,
                         reason="" if p is not None else "not estimable")]  # fmt: skip
        rows += [replace(rows[0], value=0.5)] if i in beside else []
        parts.append(Breakdown(title=f"By group {i}", by=(f"g{i}",), estimates=Estimates(), curves=(),
                               tests=Estimates(tuple(rows))))  # fmt: skip
    result = EndpointResult(code="os", label="Overall survival", competing=False, rules=(), breakdowns=tuple(parts))
    return replace(context_of(people([patient("A", 100), patient("B", 200)])), results=(result,))


@pytest.mark.by_hand
def test_six_tests_are_said_and_adjusted() -> None:
    (found,) = multiplicity(context([0.001, 0.01, 0.02, 0.3, 0.5, 0.9]))
    assert (found.id, found.severity) == ("P09", "info")
    assert [r.value for r in found.naive] == [0.001, 0.01, 0.02, 0.3, 0.5, 0.9]
    # Times 6, 5, 4, 3, 2 and 1, never falling: 0.006, 0.05, 0.08, 0.9, 1, 1.
    assert [r.value for r in found.corrected] == pytest.approx([0.006, 0.05, 0.08, 0.9, 1.0, 1.0])
    assert found.corrected.rows[0].detail == "overall survival, by group 0"
    assert (found.corrected.rows[0].low, found.corrected.rows[0].level) == (None, None)
    assert found.numbers[1:] == (
        ("tests between groups", "6"),
        ("P below 0.05", "3"),
        ("P below 0.05 after Holm's adjustment", "1"),  # 5 times 0.01 is not below 0.05
        ("chance of at least one where nothing differs", "26%"),  # 1 - 0.95^6 = 0.265
    )
    assert "1 test stays below 0.05" in found.remedy
    assert "0.3 would on average" in found.consequence


@pytest.mark.parametrize(("tests", "severity"), [(5, None), (6, "info"), (10, "info"), (11, "warn")])
def test_limits(tests, severity) -> None:
    found = multiplicity(context([0.5] * tests))
    assert [f.severity for f in found] == ([] if severity is None else [severity])


@pytest.mark.by_hand
def test_approximations_and_tests_without_a_value_are_not_counted() -> None:
    assert not multiplicity(context([0.01] * 5, beside=range(5)))
    assert not multiplicity(context([0.01] * 5 + [None] * 9))


def test_without_results_nothing_is_said() -> None:
    assert not multiplicity(replace(context([]), results=()))
