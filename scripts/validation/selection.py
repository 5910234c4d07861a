"""Picking the winner, beside R."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.design.selection import correct_response, correct_survival, selection_response, selection_survival
from glisson.design.stated import NULL
from scripts.validation.compared import Compared, Comparison, golden, produced_by

FILE = "selection"


def outcomes() -> Iterator[Compared]:
    """Small trials, every outcome listed."""
    for c in golden(FILE)["small"]:
        yield Compared(correct_response(c["n"], c["best"], c["other"], c["k"]), c["right"])


def table() -> Iterator[Compared]:
    """Patients a treatment for 90 % and 15 points, and the probability that they and one fewer give."""
    for c in golden(FILE)["table"]:
        names = [str(i) for i in range(c["k"])]
        for p, n, right, less in zip(c["response"], c["n"], c["right"], c["one_less"], strict=True):
            trial = selection_response(response=p, difference=0.15, treatments=names)
            yield Compared(trial.n / c["k"], float(n))
            yield Compared(trial.characteristics.one("correct_selection").value, right)
            yield Compared(correct_response(n - 1, p + 0.15, p, c["k"]), less)


def normal() -> Iterator[Compared]:
    """Normal log hazards."""
    for c in golden(FILE)["normal"]:
        yield Compared(correct_survival(c["d1"], c["d0"], c["ratio"], c["k"]), c["right"])


def survival() -> Iterator[Compared]:
    """Patients, events and probability of a selection by survival times."""
    for c in golden(FILE)["survival"]:
        rows = selection_survival(
            median_months=c["median"], hazard_ratio=c["hr"], accrual_per_month=c["rate"], follow_up_months=c["follow"],
            dropout_a_year=c["lost"], treatments=[str(i) for i in range(c["k"])], correct=c["correct"],
        ).characteristics  # fmt: skip
        yield Compared(rows.one("expected_n", group=NULL).value, float(c["n"]))
        yield Compared(rows.one("correct_selection").value, c["right"])
        for row, key in zip(rows.select("expected_events"), ("events_null", "events"), strict=True):
            yield Compared(row.value, c[key])


_R, _NORMAL = produced_by("R", FILE), produced_by("mvtnorm", FILE)
COMPARISONS = (
    Comparison(statistic="best of several picked, responders", function="design.selection.correct_response",
               reference=f"{_R}, every outcome listed", pairs=outcomes),
    Comparison(statistic="patients to pick the best, responders", function="design.selection.selection_response",
               reference=f"{_R}, ties by an integral, every size tried", pairs=table),
    Comparison(statistic="best of several picked, survival", function="design.selection.correct_survival",
               reference=_NORMAL, pairs=normal),
    Comparison(statistic="patients and events to pick the best, survival",
               function="design.selection.selection_survival", reference=f"{_NORMAL}, `integrate`", pairs=survival),
)  # fmt: skip
