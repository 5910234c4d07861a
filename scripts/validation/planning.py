"""Assurance, precision and monitoring, beside numerical integration and listings in R."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from glisson.design.assurance import assurance, probability_beyond, ratio_belief, single_look_power
from glisson.design.cohort_facts import Fact
from glisson.design.efficacy_and_toxicity import efficacy_toxicity
from glisson.design.one_stage import single_stage
from glisson.design.plan import TrialDesign
from glisson.design.precision import median_precision, proportion_precision
from glisson.design.simon import two_stage
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.toxicity import toxicity_monitoring
from scripts.validation.compared import Compared, Comparison, golden, produced_by

FILE = "planning"


def one_stage() -> Iterator[Compared]:
    """Patients, responders needed, size and power; the smallest trial, and the smallest that stays so."""
    for c in golden(FILE)["single"]:
        for rule in ("smallest", "stable"):
            plan = single_stage(p0=c["p0"], p1=c["p1"], alpha=c["alpha"], power=c["power"], rule=rule)  # type: ignore[arg-type]
            rows = plan.characteristics
            found = (plan.n, plan.boundaries[0].efficacy, rows.one("type_i_error").value, rows.one("power").value)
            yield from (Compared(None if a is None else float(a), b) for a, b in zip(found, c[rule], strict=True))


def _fact(c: dict[str, Any]) -> Fact:
    return Fact(outcome="response", label="", kind="proportion", method="", method_label="", n=c["n"], events=c["x"])


def responders() -> Iterator[Compared]:
    """Assurance of one stage and of two, and the chance that the rate exceeds 20 %."""
    one, two = single_stage(p0=0.1, p1=0.3), two_stage(p0=0.1, p1=0.3)
    for c in golden(FILE)["assurance"]:
        yield Compared(assurance(one, _fact(c)).value, c["one"])
        yield Compared(assurance(two, _fact(c)).value, c["two"])
        yield Compared(probability_beyond(_fact(c), 0.2), c["beyond"])


def ratios() -> Iterator[Compared]:
    """Assurance over a log-normal hazard ratio."""
    for c in golden(FILE)["ratio"]:
        belief = ratio_belief(c["mean"], c["sd"], name="x")
        found = belief.mean_of(lambda r, c=c: single_look_power(c["events"], c["share"], c["alpha"], r))  # type: ignore[misc]
        yield Compared(found, c["value"])


def medians() -> Iterator[Compared]:
    """Patients, events, probability and duration."""
    for c in golden(FILE)["medians"]:
        plan = median_precision(
            median_months=c["median"], excluded_months=c["excluded"], level=c["level"], assured=c["assured"],
            events_before=c["before"], months_before=c["months"], accrual_per_year=c["speed"],
            follow_up_months=c["follow"],
        )  # fmt: skip
        yield Compared(float(plan.n), float(c["n"]))
        yield Compared(None if plan.events is None else float(plan.events), float(c["events"]))
        yield Compared(plan.characteristics.one("power").value, c["reached"])
        yield Compared(plan.characteristics.one("duration").value, c["duration"])


def widths() -> Iterator[Compared]:
    """Patients and half width."""
    for c in golden(FILE)["widths"]:
        plan = proportion_precision(proportion=c["p"], half_width=c["wanted"], level=c["level"])
        yield Compared(float(plan.n), float(c["n"]))
        yield Compared(plan.characteristics.one("half_width").value, c["half"])


def _watched(plan: TrialDesign, c: dict[str, Any]) -> Iterator[Compared]:
    ours = {b.n: b.futility for b in plan.boundaries}
    for k, bound in zip(c["looks"], c["bounds"], strict=True):
        yield Compared(ours.get(k, k + 1), float(bound))  # no boundary where no number of patients suffices
    rows = plan.characteristics
    for group, key in ((NULL, "null"), (ALTERNATIVE, "high_rate")):
        yield Compared(rows.one("early_stop", group=group).value, c[key]["stop"])
        yield Compared(rows.one("expected_n", group=group).value, c[key]["expected"])


def monitored() -> Iterator[Compared]:
    """Bounds, chances to stop and patients expected."""
    cases = golden(FILE)["monitoring"]
    for c in cases["bayes"]:
        asked = {"p_limit": c["p"], "p_high": c["high"], "n": 14, "alpha": c["alpha"], "looks": c["looks"]}
        yield from _watched(toxicity_monitoring(**asked, boundary="bayesian", prior=tuple(c["prior"])), c)
    for c in cases["pocock"]:
        asked = {"p_limit": c["p"], "p_high": c["high"], "n": 14, "alpha": c["alpha"], "looks": c["looks"]}
        yield from _watched(toxicity_monitoring(**asked), c)


def associated() -> Iterator[Compared]:
    """Response and toxicity that are associated: bounds, errors and patients expected."""
    for c in golden(FILE)["associated"]:
        plan = efficacy_toxicity(
            response0=c["e0"], response1=c["e1"], toxicity0=c["t0"], toxicity1=c["t1"], n=c["looks"][-1],
            looks=c["looks"], alpha=c["alpha"], odds_ratio=c["odds"], control="each" if c["each"] else "null",
        )  # fmt: skip
        few = [b.futility for b in plan.boundaries]
        yield from (Compared(a, float(b)) for a, b in zip(few, np.atleast_1d(c["few"]).tolist(), strict=True))
        rows = plan.characteristics
        yield Compared(rows.one("type_i_error").value, c["size"])
        yield Compared(rows.one("power").value, c["power"])
        yield Compared(rows.one("expected_n", group=NULL).value, c["expected_null"])
        yield Compared(rows.one("expected_n", group=ALTERNATIVE).value, c["expected"])


_R = produced_by("R", FILE)
COMPARISONS = (
    Comparison(statistic="one stage, smallest and stable", function="design.one_stage.single_stage",
               reference=f"{_R}, every size tried, `dbinom`", pairs=one_stage),
    Comparison(statistic="assurance of a count of responders", function="design.assurance.assurance",
               reference=f"{_R}, `integrate`", pairs=responders),
    Comparison(statistic="assurance over a hazard ratio", function="design.assurance.ratio_belief",
               reference=f"{_R}, `integrate`", pairs=ratios),
    Comparison(statistic="precision of a median", function="design.precision.median_precision",
               reference=f"{_R}, Poisson sums, every size tried", pairs=medians),
    Comparison(statistic="precision of a proportion", function="design.precision.proportion_precision",
               reference=f"{_R}, `binom.test` of every count and size", pairs=widths),
    Comparison(statistic="toxicity bounds, chances to stop, patients expected",
               function="design.toxicity.toxicity_monitoring", reference=f"{_R}, every sequence listed",
               pairs=monitored),
    Comparison(statistic="associated response and toxicity", function="design.efficacy_and_toxicity.efficacy_toxicity",
               reference=f"{_R}, every bound tried, `dmultinom`", pairs=associated),
)  # fmt: skip
