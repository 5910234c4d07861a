"""Numbers corrected while the trial runs: from blinded event rates, or from a promising interim result."""

from __future__ import annotations

import math
from dataclasses import replace

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from glisson.design.asked import check_errors, check_most, check_positive, check_ratio, check_share
from glisson.design.citations import GOULD, LACHIN, LEHMACHER, MEHTA, SCHOENFELD
from glisson.design.events import doubt, information_of_one
from glisson.design.log_rank import SCORED, crossing, logrank_trial, needed_events, randomised
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.rows import days, months, row
from glisson.design.sizing import sized
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.two_arms import TwoArms
from glisson.errors import SettingsError
from glisson.kernels.courses import observed
from glisson.kernels.promising import Promising
from glisson.tables import Estimate, Estimates


def blinded_reestimation(
    *,
    arms: TwoArms,
    at_month: float,
    events_seen: int,
    person_months: float,
    alpha: float = 0.05,
    power: float = 0.8,
    sided: int = 2,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan the trial with patients recomputed from the event rate of both arms together.

    Parameters
    ----------
    arms
        The assumptions of the plan.
    at_month
        Month since the first patient's entry at which the rate was taken.
    events_seen, person_months
        Events, and months at risk, of all patients together, whatever their arm.
    alpha, power, sided, max_n
        As for ``logrank_trial``.

    Returns
    -------
    TrialDesign
        As of ``logrank_trial``, with ``rate_factor``, by which the hazards of both arms differ from the plan, and
        ``planned_n``.

    Raises
    ------
    SettingsError
        If no such trial exists, or nothing has been seen.

    Notes
    -----
    The hazards of both arms are multiplied by one factor, such that events over months at risk expected by that month
    are what was seen; the hazard ratio stays. Nobody learns which arm does better, so the error of the first kind is
    not touched (Gould 1995). The number of events needed stays the same.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> trial = blinded_reestimation(arms=arms, at_month=18, events_seen=10, person_months=400)
    >>> round(trial.characteristics.one("rate_factor").value, 2), trial.n
    (0.49, 126)
    """
    check_positive(at_month, "a month")
    check_positive(events_seen, "a number of events seen")
    check_positive(person_months, "months at risk")
    factor = _factor(arms, at_month, events_seen / person_months)
    hazard = arms.control()
    table = dict(zip(hazard.starts.tolist(), (hazard.event[:, 0] * factor).tolist(), strict=True))
    seen = f"{events_seen} events in {person_months:g} months at risk, blinded"
    changed = replace(
        arms, control_median_months=None, control_hazard=table, origins={**arms.origins, "control_hazard": seen}
    )
    planned = logrank_trial(arms=arms, alpha=alpha, power=power, sided=sided)
    trial = logrank_trial(arms=changed, alpha=alpha, power=power, sided=sided, max_n=max_n)
    extra = Estimates(
        (
            row(
                arms.endpoint,
                "rate_factor",
                factor,
                "ratio",
                method="blinded events over months at risk, seen to planned",
            ),
            row(arms.endpoint, "planned_n", planned.n, "count", method="before re-estimation"),
        )
    )
    text = (
        f"In month {at_month:g} there were {seen}. This is {factor:.2f} times the hazard planned. With it {trial.n} "
        f"patients are needed, where {planned.n} were planned. The hazard ratio to be shown and the {trial.events} "
        "events stay."
    )
    return replace(
        trial,
        kind="blinded_reestimation",
        title="Two arms, patients recomputed from blinded event rates",
        characteristics=trial.characteristics + extra,
        protocol=(*trial.protocol, text),
        references=(*trial.references, GOULD),
    )


def _factor(arms: TwoArms, at: float, rate: float) -> float:
    """Return the factor of all hazards with which a rate of events is expected by a month."""
    patients = float(arms.accrual(1e9).entered(at)) if arms.accrual_per_month is not None else 1.0
    flow = arms.flow()

    def expected(log_factor: float) -> float:
        events = risk = 0.0
        for course, accrual in flow.arms(patients):
            scaled = replace(course, event=course.event * math.exp(log_factor))
            _, weight, at_risk, happening = observed(scaled, accrual, arms.dropout, at)
            events, risk = events + float(weight @ happening), risk + float(weight @ at_risk)
        return math.log(events / risk / rate)

    if expected(-7.0) > 0 or expected(7.0) < 0:
        raise SettingsError(
            f"{rate:g} events a month at risk", expected="a rate within a thousand times the planned one"
        )
    return math.exp(float(brentq(expected, -7.0, 7.0, xtol=1e-12)))


def promising_zone(
    *,
    arms: TwoArms,
    interim: float = 0.5,
    alpha: float = 0.025,
    power: float = 0.8,
    largest: float = 1.5,
    least_conditional_power: float = 0.36,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a trial whose events are raised after an interim look that is promising.

    Parameters
    ----------
    arms
        Hazards, accrual, follow-up, dropout and allocation.
    interim
        Fraction of the planned events at the interim look.
    alpha, power
        Errors, one-sided. The power is that of the plan without any increase.
    largest
        Most events, as a multiple of the plan.
    least_conditional_power
        Conditional power of the trend from which on the result is promising.
    max_n
        Most patients that can be had, the increase included.

    Returns
    -------
    TrialDesign
        ``n`` and ``events`` are those of the largest increase; ``planned_n`` and ``planned_events`` are without.
        ``power`` is with the increase, ``power_fixed`` without, ``increase`` its probability.

    Raises
    ------
    SettingsError
        If no such trial exists.

    Notes
    -----
    The conditional power is that of the trend seen. Where it lies between the least and the wanted power, the events of
    the second stage are raised until it is the wanted power, or to the largest. The stages are combined with the
    weights planned (inverse normal), so that alpha holds exactly whatever was done
    (Lehmacher & Wassmer 1999). For survival times, the second stage consists of the events after the look, which is
    valid where the decision rests on the log-rank statistic alone.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> trial = promising_zone(arms=arms)
    >>> rows = trial.characteristics
    >>> trial.events, [round(rows.one(name).value, 3) for name in ("power_fixed", "power")]
    (99, [0.791, 0.821])
    """
    check_errors(alpha, power, 1)
    _check_zone(arms, interim, largest, least_conditional_power, power)
    check_most(max_n)
    most = None if max_n is None else max(2, math.floor(max_n / largest))
    plan = sized(arms, needed_events(arms, alpha, power, 1, "schoenfeld", None), alpha=alpha, sided=1, max_n=most)
    first = max(1, round(interim * plan.events))
    rule = Promising(
        time=first / plan.events,
        critical=float(ndtri(1 - alpha)),
        most=largest,
        target=power,
        least=least_conditional_power,
    )
    drift = -plan.log_ratio * math.sqrt(plan.events * information_of_one(arms.allocation))
    n, events = math.ceil(plan.n * largest), math.floor(plan.events * largest)
    if max_n is not None:
        n = min(n, max_n)
    zones = _zones(rule, first, events, n)
    return TrialDesign(
        kind="promising_zone",
        title="Two arms, events raised after a promising interim look",
        n=n,
        events=events,
        assumptions=(*arms.assumptions(), Assumption(name="largest increase", value=largest, origin=arms.origin)),
        boundaries=zones,
        characteristics=Estimates(tuple(_zone_rows(arms, rule, drift, plan.n, plan.events, n))),
        protocol=(
            f"Patients are randomised {randomised(arms.allocation)}. The primary endpoint is {arms.outcome}, compared "
            f"by a one-sided log-rank test at the {alpha:g} level. {plan.events} events of {plan.n} patients, entered "
            f"over {months(plan.accrual_months)}, are planned.",
            *(b.rule for b in zones),
            "The weights of the stages are fixed beforehand and the decision rests on the log-rank statistic alone, "
            "which keeps alpha. There is no early stopping.",
            *crossing(arms),
        ),
        references=(MEHTA, LEHMACHER, SCHOENFELD, LACHIN),
    )


def _check_zone(arms: TwoArms, interim: float, largest: float, least_conditional_power: float, power: float) -> None:
    check_share(interim, "an interim look at a fraction")
    check_share(least_conditional_power, "a least conditional power")
    if arms.proportional:
        check_ratio(arms.ratio, None)
    if largest <= 1 or least_conditional_power >= power:
        raise SettingsError(
            f"an increase to {largest:g} times the events from a conditional power of {least_conditional_power:g} on",
            expected=f"more than 1, and a conditional power below {power:g}",
        )


def _zones(rule: Promising, first: int, events: int, n: int) -> tuple[Boundary, Boundary]:
    """Return the interim look, which only raises the events, and the final one."""
    low, high = rule.zone(rule.least), rule.zone(rule.target)
    return (
        Boundary(
            look=1,
            events=first,
            scale="z",
            rule=(
                f"At {first} events: where z lies from {low:.3f} (conditional power {rule.least:.0%}) to {high:.3f} "
                f"({rule.target:.0%}), the events are raised until the conditional power is {rule.target:.0%}, to "
                f"{events} at most."
            ),
        ),
        Boundary(
            look=2,
            n=n,
            events=events,
            scale="z",
            efficacy=rule.critical,
            rule=(
                f"At the end: efficacy if √{rule.time:.3f} z₁ + √{1 - rule.time:.3f} z₂ is {rule.critical:.4f} or "
                "more, z₂ from the events after the interim look."
            ),
        ),
    )


def _zone_rows(arms: TwoArms, rule: Promising, drift: float, planned_n: int, planned: int, n: int) -> list[Estimate]:
    name, how = arms.endpoint, "inverse normal combination, integrated over the interim statistic"
    score, variance = arms.flow().score(n, arms.month_of(n, planned) or 0.0)
    mean = score / math.sqrt(variance)
    promise, reached = (rule.behaviour(x)[0] for x in (drift, mean))
    rows = [
        row(name, "type_i_error", rule.behaviour(0.0)[0], "probability", NULL, method=how),
        row(
            name,
            "power",
            reached,
            "probability",
            ALTERNATIVE,
            method=f"{how}, {SCORED}",
            warning=doubt(promise, reached),
        ),
        row(name, "power_by_formula", promise, "probability", ALTERNATIVE, method=f"{how}, Schoenfeld's drift"),
        row(
            name,
            "power_fixed",
            float(ndtr(mean - rule.critical)),
            "probability",
            ALTERNATIVE,
            method="without increase",
        ),
        row(name, "planned_n", planned_n, "count", method="without increase"),
        row(name, "planned_events", planned, "count", method="without increase"),
        row(name, "promising_from", rule.zone(rule.least), "", method="z at the interim look", at=1),
        row(name, "promising_to", rule.zone(rule.target), "", method="z at the interim look", at=1),
    ]
    for scenario, group, drift_of in ((arms.under_null(), NULL, 0.0), (arms, ALTERNATIVE, mean)):
        _, information, grown = rule.behaviour(drift_of)
        month = scenario.month_of(n, planned * information)
        rows += [
            row(name, "increase", grown, "probability", group, method=how),
            row(name, "expected_events", planned * information, "count", group, method=how),
            row(name, "expected_n", planned_n * information, "count", group, method=f"{how}; patients in proportion"),
            row(name, "early_stop", 0.0, "probability", group, method="none planned"),
            row(
                name,
                "duration",
                None if month is None else days(month),
                "day",
                group,
                method="events expected, patients of the largest trial",
                reason="events never expected" if month is None else "",
            ),
        ]
    return rows
