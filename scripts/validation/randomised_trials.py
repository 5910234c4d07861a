"""Restricted means, orders of treatment, SMART, promising zone and blinded re-estimation, beside R."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import ndtri

from glisson.design.plan import TrialDesign
from glisson.design.reestimation import blinded_reestimation, promising_zone
from glisson.design.rmst import means, rmst_trial, standard_error
from glisson.design.sequences import Strategy, delayed_start
from glisson.design.smart import FirstTreatment, smart_trial
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.stratified import Stratum, stratified_logrank
from glisson.design.two_arms import MONTH, TwoArms
from glisson.kernels.promising import Promising
from scripts.validation.compared import Compared, Comparison, golden, produced_by

FILE = "randomised_trials"
#: First treatments as in the script.
TREATMENTS = {
    "TACE": FirstTreatment(controlled=0.6, alive_controlled=0.75, salvage={"doxorubicin": 0.4, "other": 0.35}),
    "doxorubicin": FirstTreatment(controlled=0.4, alive_controlled=0.6, salvage={"TACE": 0.3, "other": 0.25}),
    "ablation": FirstTreatment(controlled=0.5, alive_controlled=0.7, salvage={"doxorubicin": 0.45}),
}


def _cases(name: str) -> Any:
    return golden(FILE)[name]


def _usual(**changed: Any) -> TwoArms:
    asked = {"control_median_months": 10, "hazard_ratio": 0.5, "accrual_per_month": 3, "follow_up_months": 12}
    return TwoArms(**(asked | changed))


def _trial(plan: TrialDesign, theirs: dict[str, Any]) -> Iterator[Compared]:
    rows = plan.characteristics
    yield Compared(float(plan.n), float(theirs["n"]))
    stated = "power_by_formula" if len(rows.select("power_by_formula")) else "power"
    yield Compared(rows.one(stated).value, theirs["power_reached"])


def restricted() -> Iterator[Compared]:
    """Means, patients, standard error (months) and power of two arms compared by restricted means."""
    for c in _cases("means"):
        arms = TwoArms(
            control_median_months=c["median"], hazard_ratio=c["hr"], accrual_per_month=c["rate"],
            follow_up_months=c["follow"], dropout_a_year=c["lost"],
        )  # fmt: skip
        yield from (Compared(a, b) for a, b in zip(means(arms.flow(), c["tau"]), c["means"], strict=True))
        yield Compared(standard_error(arms.flow(), c["tau"], c["n"] / 2, c["n"] / 2), c["error"])
        yield from _trial(
            rmst_trial(arms=arms, horizon_months=c["tau"], alpha=c["alpha"], power=c["power"], sided=c["sided"],
                       margin_months=c["margin"]), c,
        )  # fmt: skip


def _strategy(name: str, c: dict[str, float]) -> Strategy:
    return Strategy(name=name, first_median_months=c["first"], die_first=c["die"], get_second=c["get"],
                    second_median_months=c["second"], untreated_median_months=c["without"])  # fmt: skip


def orders() -> Iterator[Compared]:
    """Survival of two orders of treatment, patients and power."""
    c = _cases("orders")
    found = {name: _strategy(name, c[name]) for name in ("first", "later")}
    for name, theirs in c["survival"].items():
        ours = found[name].course().at(np.array(c["at"], dtype=np.float64))[0]
        yield from (Compared(float(a), b) for a, b in zip(ours, theirs, strict=True))
    plan = delayed_start(**found, horizon_months=c["tau"], accrual_per_month=c["rate"], follow_up_months=c["follow"],
                         alpha=c["alpha"], power=c["power"], sided=c["sided"])  # fmt: skip
    yield from _trial(plan, c["trial"])


def smart() -> Iterator[Compared]:
    """Patients, values of the two regimes, followers and power."""
    for c in _cases("smart"):
        regimes = (tuple(c["a"]), tuple(c["b"]))
        plan = smart_trial(
            treatments={name: TREATMENTS[name] for name in c["names"]}, compare=regimes, milestone_months=18,
            accrual_per_month=4, alpha=c["alpha"], power=c["power"], sided=c["sided"],
        )  # fmt: skip
        rows = plan.characteristics
        yield from _trial(plan, {"n": c["n"], "power_reached": c["reached"]})
        for regime, value, followers in zip(regimes, c["values"], c["followers"], strict=True):
            group = (("regime", f"{regime[0]}, then {regime[1]}"),)
            yield Compared(rows.one("value", group=group).value, value)
            yield Compared(rows.one("expected_followers", group=group).value, followers)


def trends() -> Iterator[Compared]:
    """Conditional power of the trend seen."""
    rule = Promising(time=0.5, critical=float(ndtri(0.975)), most=1.5, target=0.8, least=0.36)
    for c in _cases("trend"):
        for second, theirs in zip(c["second"], c["power"], strict=True):
            yield Compared(float(rule.conditional(c["z"], second, c["z"] / math.sqrt(0.5))), theirs)


def zones() -> Iterator[Compared]:
    """Edges of the zone; power, information and chance of an increase, without and with an effect."""
    for c in _cases("zones"):
        rule = Promising(time=c["t"], critical=c["crit"], most=c["most"], target=c["target"], least=c["least"])
        yield Compared(rule.zone(c["least"]), c["low"])
        yield Compared(rule.zone(c["target"]), c["high"])
        for drift, key in ((0.0, "null"), (c["drift"], "alternative")):
            yield from (Compared(a, b) for a, b in zip(rule.behaviour(drift), c[key], strict=True))
    first, rows = _cases("zones")[0], promising_zone(arms=_usual()).characteristics
    yield Compared(rows.one("power_by_formula").value, first["alternative"][0])
    yield Compared(rows.one("expected_events", group=NULL).value, 66 * first["null"][1])
    yield Compared(rows.one("increase", group=NULL).value, first["null"][2])


def strata() -> Iterator[Compared]:
    """Patients, events, month, average and marginal hazard ratio, and power of a stratified log-rank test."""
    for c in _cases("strata"):
        arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=c["rate"],
                       follow_up_months=c["follow"], dropout_a_year=c["lost"])  # fmt: skip
        parts = {
            str(i): Stratum(share=share, control_median_months=median, hazard_ratio=ratio)
            for i, (share, median, ratio) in enumerate(zip(c["share"], c["median"], c["hr"], strict=True))
        }
        plan = stratified_logrank(arms=arms, strata=parts, alpha=c["alpha"], power=c["power"], sided=c["sided"])
        rows = plan.characteristics
        yield from _trial(plan, c)
        yield Compared(None if plan.events is None else float(plan.events), float(c["events"]))
        yield Compared(rows.one("average_hazard_ratio").value, c["ratio"])
        yield Compared(rows.one("unstratified_hazard_ratio").value, c["marginal"])
        whole = math.ceil(c["month"] * MONTH)  # the day by the end of which the events have been seen
        yield Compared(rows.one("duration", group=ALTERNATIVE).value, float(whole))


def blinded() -> Iterator[Compared]:
    """Factor of the hazards, and patients before and after."""
    for c in _cases("blinded"):
        rows = blinded_reestimation(
            arms=_usual(), at_month=c["at"], events_seen=c["seen"], person_months=c["months"]
        ).characteristics
        yield Compared(rows.one("rate_factor").value, c["factor"])
        yield Compared(rows.one("planned_n").value, float(c["planned"]))
        yield Compared(rows.one("expected_n", group=ALTERNATIVE).value, float(c["n"]))


_R, _RPACT = produced_by("R", FILE), produced_by("rpact", FILE)
COMPARISONS = (
    Comparison(statistic="trial of restricted means", function="design.rmst.rmst_trial",
               reference=f"{_R}, `integrate` and `uniroot`", pairs=restricted),
    Comparison(statistic="orders of treatment", function="design.sequences.delayed_start",
               reference=f"{_R}, survival by convolution, `integrate`", pairs=orders),
    Comparison(statistic="two regimes of a SMART", function="design.smart.smart_trial",
               reference=f"{_R}, every path of a patient listed", pairs=smart),
    Comparison(statistic="conditional power of the trend", function="kernels.promising.Promising",
               reference=f"{_RPACT}, `getConditionalPower`", pairs=trends),
    Comparison(statistic="promising zone", function="design.reestimation.promising_zone",
               reference=f"{_R}, `integrate` and `uniroot`", pairs=zones),
    Comparison(statistic="stratified log-rank test", function="design.stratified.stratified_logrank",
               reference=f"{_R}, `integrate` and `uniroot`", pairs=strata),
    Comparison(statistic="blinded re-estimation", function="design.reestimation.blinded_reestimation",
               reference=f"{_R}, `integrate` and `uniroot`", pairs=blinded),
)  # fmt: skip
