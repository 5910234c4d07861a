"""Group sequential boundaries, patients and calendar of survival trials, and inference after stopping, beside rpact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.design.events import events_needed
from glisson.design.inference import adjusted_inference
from glisson.design.looks import Looks, looks
from glisson.design.sizing import patients_for
from glisson.design.two_arms import TwoArms
from scripts.validation.compared import Compared, Comparison, golden, produced_by

Floats = NDArray[np.float64]

_RULE = {"asOF": "obrien-fleming-type", "asP": "pocock-type", "asKD": "power", "asHSD": "hwang-shih-decani",
         "OF": "obrien-fleming", "P": "pocock", "bsOF": "obrien-fleming-type", "bsP": "pocock-type", "bsKD": "power",
         "bsHSD": "hwang-shih-decani"}  # fmt: skip
_SHAPED = {"power", "hwang-shih-decani"}
#: See DISAGREEMENTS.md; a test compares them to 1e-6.
_SEARCHED = "repeated confidence intervals"
#: What differs from the usual: median 10 months, ratio 0.6, 24 months of accrual, 12 of follow-up.
_ARMS: dict[str, dict[str, Any]] = {
    "fixed": {},
    "two-sided": {},
    "dropout": {"hazard_ratio": 0.5, "control_median_months": 8, "accrual_months": 18, "follow_up_months": 6,
                "dropout_a_year": 0.1},
    "two to one": {"hazard_ratio": 0.65, "control_median_months": 12, "accrual_months": 30, "allocation": 2},
    "non-inferiority": {"hazard_ratio": 0.9},
    "piecewise": {"control_hazard": {0: 0.1, 6: 0.04, 18: 0.02}, "control_median_months": None},
    "group sequential": {"dropout_a_year": 0.1},
}  # fmt: skip


def _looks(case: dict[str, Any]) -> Looks:
    rule, beta = _RULE[case["type"]], case["beta_type"]
    given = [float(x) for x in np.atleast_1d(case["futility_given"]) if x is not None and x > -6]
    spends = beta != "none"
    asked: dict[str, Any] = {"futility": _RULE[beta] if spends else given or None}
    asked["futility_shape"] = case["gamma_beta"] if spends and _RULE[beta] in _SHAPED else None
    asked["binding"] = case["binding"] and asked["futility"] is not None
    asked["shape"] = case["gamma"] if rule in _SHAPED else None
    return looks(information=case["time"], alpha=case["alpha"], power=1 - case["beta"], sided=case["sided"],
                 efficacy=rule, **asked)  # type: ignore[arg-type]  # fmt: skip


def _designs() -> Iterator[tuple[Looks, dict[str, Any]]]:
    yield from ((_looks(case), case) for case in golden("group_sequential")["designs"])


def boundaries() -> Iterator[Compared]:
    """Upper boundaries, and lower ones where β is spent."""
    for rules, case in _designs():
        yield from (Compared(float(a), b) for a, b in zip(rules.upper, case["upper"], strict=True))
        if case["beta_type"] != "none":
            yield from (
                Compared(float(a), float(b)) for a, b in zip(rules.lower, np.atleast_1d(case["lower"]), strict=False)
            )


def inflations() -> Iterator[Compared]:
    """Largest information over that of one look."""
    yield from (Compared(rules.inflation, case["inflation"]) for rules, case in _designs())


def crossings() -> Iterator[Compared]:
    """Cumulative power at the looks."""
    for rules, case in _designs():
        found = np.cumsum(rules.exits(rules.drift)[1])
        yield from (Compared(float(a), b) for a, b in zip(found, case["power"], strict=True))


def _sizes() -> Iterator[tuple[TwoArms, dict[str, Any]]]:
    usual = {"control_median_months": 10, "hazard_ratio": 0.6, "accrual_months": 24, "follow_up_months": 12}
    for case in golden("group_sequential")["sizes"]:
        if case["label"] in _ARMS:
            yield TwoArms(**(usual | _ARMS[case["label"]])), case


def events() -> Iterator[Compared]:
    """Schoenfeld's and Freedman's events."""
    found = {c["label"]: c["events"] for c in golden("group_sequential")["sizes"]}
    yield Compared(events_needed(hazard_ratio=0.6), found["fixed"])
    yield Compared(events_needed(hazard_ratio=0.6, method="freedman"), found["fixed freedman"])
    yield Compared(events_needed(hazard_ratio=0.65, power=0.9, allocation=2), found["two to one"])
    yield Compared(events_needed(hazard_ratio=0.65, power=0.9, allocation=2, method="freedman"),
                   found["freedman two to one"])  # fmt: skip
    yield Compared(events_needed(hazard_ratio=0.9, margin=1.4, alpha=0.05, sided=1), found["non-inferiority"])


def patients() -> Iterator[Compared]:
    """Patients whose events are those needed."""
    for arms, case in _sizes():
        yield Compared(patients_for(arms, lambda _, d=case["max_events"]: float(d)), case["n"])  # type: ignore[misc]


def months() -> Iterator[Compared]:
    """Months at which the events of the looks are expected."""
    for arms, case in _sizes():
        for month, count in zip(np.atleast_1d(case["analysis_time"]), np.atleast_1d(case["events_at"]), strict=True):
            yield Compared(arms.month_of(case["n"], float(count)), float(month))


def after() -> Iterator[Compared]:
    """Estimates, intervals and p-values after stopping."""
    rules = looks(information=(1 / 3, 2 / 3, 1))
    for case in golden("group_sequential")["inference"]:
        k = case["stage"] - 1
        rows = adjusted_inference(rules=rules, events=90, look=k + 1, z=-case["z"][-1])
        best, repeated = rows.one("hazard_ratio_median_unbiased"), rows.one("repeated_interval")
        yield Compared(rows.one("p_stagewise").value, case["p"][k])
        yield Compared(best.value, case["median"][k])
        yield Compared(best.low, case["low"][k])
        yield Compared(best.high, case["high"][k])
        yield Compared(repeated.low, case["repeated_low"][k], explained=_SEARCHED)
        yield Compared(repeated.high, case["repeated_high"][k], explained=_SEARCHED)


_R = produced_by("rpact", "group_sequential")
COMPARISONS = (
    Comparison(statistic="group sequential boundaries, 19 designs", function="design.looks.looks",
               reference=f"{_R}, `getDesignGroupSequential`", pairs=boundaries),
    Comparison(statistic="inflation factor", function="design.looks.looks",
               reference=f"{_R}, `getDesignCharacteristics`", pairs=inflations),
    Comparison(statistic="cumulative power at the looks", function="design.looks.looks",
               reference=f"{_R}, `getDesignCharacteristics`", pairs=crossings),
    Comparison(statistic="events of a log-rank test", function="design.events.events_needed",
               reference=f"{_R}, `getSampleSizeSurvival`", pairs=events),
    Comparison(statistic="patients of a log-rank test", function="design.log_rank.logrank_trial",
               reference=f"{_R}, `getSampleSizeSurvival`", pairs=patients),
    Comparison(statistic="month of the looks", function="design.sequential.group_sequential",
               reference=f"{_R}, `getSampleSizeSurvival`", pairs=months),
    Comparison(statistic="hazard ratio, interval and p after stopping", function="design.inference.adjusted_inference",
               reference=f"{_R}, `getAnalysisResults`", pairs=after),
)  # fmt: skip
