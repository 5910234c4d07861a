"""The validation table in the documentation is what comes out when everything is compared again."""

from __future__ import annotations

import importlib
import importlib.util
import math
import re

import pytest
from scripts.make_validation_table import BEGIN, BOUNDS, END, HEAD, PAGE, Row, bound_of, rows
from scripts.validation.compared import GOLDENS

import glisson as gl
from glisson.design.kinds import KINDS, Kind

ROWS = rows()
PRINTED = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].removeprefix(HEAD).splitlines()
DIFFERENCE = re.compile(r" < (\d+e-\d+) \|$")
#: Public names that estimate nothing.
NOT_ESTIMATORS = {"Cohort", "CountTable", "Endpoint", "Estimates", "RiskTable", "assess", "audit", "compare",
                  "demo_cohort", "endpoint", "read_cohort", "export_adam", "report", "risk_table"}  # fmt: skip


def test_the_page_has_these_rows() -> None:
    assert [DIFFERENCE.sub("", line) for line in PRINTED] == [row.start() for row in ROWS], (
        "docs/validation.md is not current: python -m scripts.make_validation_table"
    )


@pytest.mark.against_r
@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.comparison.statistic}, {r.comparison.function}")
def test_differences_stay_within_the_printed_bound(row: Row) -> None:
    line = next(line for line in PRINTED if line.startswith(row.start()))
    found = DIFFERENCE.search(line)
    assert found
    assert row.compared
    assert row.difference < float(found[1]) <= max(BOUNDS)


@pytest.mark.parametrize("name", sorted(set(gl.__all__) - NOT_ESTIMATORS))
def test_each_estimator_is_compared_with_r(name: str) -> None:
    assert any(row.comparison.function == f"gl.{name}" for row in ROWS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_each_design_is_calculated_anew(kind: Kind) -> None:
    assert any(f"glisson.{row.comparison.function}" == kind.home for row in ROWS)


@pytest.mark.parametrize("name", sorted({n for row in ROWS for n in row.comparison.function.split("`, `")}))
def test_what_a_row_names_is_there(name: str) -> None:
    """The function of a row, or the module where several of its functions are compared."""
    home, _, last = name.removeprefix("glisson.").rpartition(".")
    place = gl if home == "gl" else importlib.import_module(f"glisson.{home}")
    assert hasattr(place, last) or importlib.util.find_spec(f"glisson.{home}.{last}")


def test_what_is_left_out_is_in_the_list_of_disagreements() -> None:
    told = (GOLDENS / "DISAGREEMENTS.md").read_text(encoding="utf-8")
    reasons = {pair.explained for row in ROWS for pair in row.comparison.pairs() if pair.explained}
    assert reasons
    for reason in reasons:
        assert f"| {reason}" in told
    assert "(../tests/validation/DISAGREEMENTS.md)" in PAGE.read_text(encoding="utf-8")


def test_a_value_on_one_side_only_is_infinitely_far_and_bounds_have_room() -> None:
    assert bound_of(2e-13) == 1e-10
    assert bound_of(0.0) == 1e-12
    assert bound_of(math.inf) == math.inf
