"""Write the table of docs/validation.md: ``python -m scripts.make_validation_table`` from the project's folder.

Every reference value of tests/validation/*.json that has a counterpart in glisson is computed again and compared. A
test does the same and fails where a difference leaves the bound that is printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.validation import (
    adjusted_curves,
    agreement,
    baskets,
    borrowed_rates,
    borrowing,
    censoring_weights,
    consistency,
    curves,
    cut_points,
    designs_single_arm,
    detectable,
    guarantee_time,
    imputation,
    interval_censored,
    logistic,
    meta,
    parametric,
    planning,
    randomised_designs,
    randomised_trials,
    rank_tests,
    reading_error,
    regression,
    rmst_regression,
    selection,
    small_samples,
    two_looks,
    unconditional,
    weighting,
)
from scripts.validation.compared import Compared, Comparison

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
HEAD = "| statistic | function | reference | values | left out | largest difference |\n|---|---|---|--:|--:|--:|\n"
#: Bounds that are printed. Processors and libraries differ in the last digits, so a bound is ten times wider.
BOUNDS = (1e-12, 1e-10, 1e-8, 1e-6, 1e-5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: how many values were compared, how many are left out, and how far apart the others are."""

    comparison: Comparison
    compared: int
    left_out: int
    difference: float

    def start(self) -> str:
        """Return all of the row but the difference."""
        c = self.comparison
        return f"| {c.statistic} | `{c.function}` | {c.reference} | {self.compared} | {self.left_out} |"


def rows() -> list[Row]:
    """Compare everything."""
    parts = (
        curves,
        interval_censored,
        rank_tests,
        cut_points,
        regression,
        logistic,
        weighting,
        censoring_weights,
        small_samples,
        agreement,
        borrowed_rates,
        detectable,
        designs_single_arm,
        two_looks,
        planning,
        adjusted_curves,
        rmst_regression,
        imputation,
        reading_error,
        parametric,
        guarantee_time,
        consistency,
        meta,
        unconditional,
        randomised_designs,
        randomised_trials,
        selection,
        borrowing,
        baskets,
    )
    every = [c for part in parts for c in part.COMPARISONS]
    return [_row(c, list(c.pairs())) for c in every]


def _row(comparison: Comparison, pairs: Iterable[Compared]) -> Row:
    compared = left_out = 0
    largest = 0.0
    for pair in pairs:
        if pair.explained:
            left_out += 1
            continue
        compared += 1
        # Where one side has no value ("not reached") the other must have none either.
        same = pair.ours is None and pair.theirs is None
        largest = max(largest, 0.0 if same else _apart(pair.ours, pair.theirs))
    return Row(comparison=comparison, compared=compared, left_out=left_out, difference=largest)


def _apart(ours: float | None, theirs: float | None) -> float:
    return math.inf if ours is None or theirs is None else abs(ours - theirs)


def bound_of(difference: float) -> float:
    """Return the bound to print for a difference."""
    return next((b for b in BOUNDS if difference <= b / 10), math.inf)


def table() -> str:
    """Return the table in Markdown."""
    return HEAD + "".join(f"{r.start()} < {bound_of(r.difference):.0e} |\n" for r in rows())


def page_with(block: str, page: str) -> str:
    """Return the page with a new table."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + block + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with(table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
