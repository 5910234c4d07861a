"""Two arms compared once by a log-rank test."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from glisson.design.asked import check_errors, check_ratio
from glisson.design.citations import FREEDMAN, LACHIN, LAKATOS, SCHOENFELD
from glisson.design.events import Formula, detectable_with, doubt, events_needed, power_of_events, power_of_score
from glisson.design.plan import Boundary, TrialDesign
from glisson.design.rows import days, months, one_or_two, row
from glisson.design.sizing import Size, enough, planned_end, sized
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.two_arms import TwoArms
from glisson.kernels.logrank_chain import Ends, drawn_ends, exceeds, trials_for
from glisson.tables import Estimate, Estimates

Sizing = Literal["schoenfeld", "freedman", "score"]

#: How the power is worked out, whichever way the events were.
SCORED = "expected score of the log-rank test"
#: Events up to which tests are followed from event to event; beyond, they are as normal as can be.
_FOLLOWED = 400
#: Seed of the few trials whose order of events is followed, and when they end at the latest, over when expected.
_SEED, _LATEST = 20200101, 10.0
#: Trials of the null hypothesis; under it the order of events and censorings makes little difference.
_ENOUGH = 6


def logrank_trial(
    *,
    arms: TwoArms,
    alpha: float = 0.05,
    power: float = 0.8,
    sided: int = 2,
    method: Sizing = "schoenfeld",
    non_inferiority_margin: float | None = None,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a randomised trial compared once by a log-rank test.

    Parameters
    ----------
    arms
        Hazards, accrual, follow-up, dropout, allocation and cross-over.
    alpha, power, sided
        Errors. A one-sided test needs ``sided=1`` and usually ``alpha=0.025``.
    method
        How the events are found: by the ``"schoenfeld"`` or ``"freedman"`` formula, as in other programs; or by the
        ``"score"``, the fewest that have the power as it is printed.
    non_inferiority_margin
        Hazard ratio above 1 to be excluded; the alternative is then ``arms.hazard_ratio``.
    max_n
        Most patients that can be had. Where more would be needed, the design has these, and says what power they
        give and which hazard ratio they could show.

    Returns
    -------
    TrialDesign
        With ``type_i_error`` and ``power`` of the test followed from event to event (the power by its expected score
        where hazards are not proportional), ``type_i_error_nominal`` and ``power_by_formula``, which is what other
        programs print; ``expected_events`` and ``expected_n`` under either scenario, ``duration`` in days,
        ``average_hazard_ratio`` where hazards are not proportional, ``critical_hazard_ratio``, and
        ``detectable_hazard_ratio`` with the wanted power.

    Raises
    ------
    SettingsError
        If no such trial exists.

    Notes
    -----
    Events by ``events_needed``. With a delayed effect or cross-over the log hazard ratio is its average over the
    events expected in both arms until the final analysis, which is what the numerator of the log-rank test adds up
    (Schoenfeld 1981, with the shares at risk taken as those at randomisation). Crossing over makes the control arm's
    hazard that of a course through states (Lakatos 1988). Patients: events over the probability of an event, averaged
    over entry times (Lachin & Foulkes 1986).

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> trial = logrank_trial(arms=arms)
    >>> trial.n, trial.events
    (94, 66)
    >>> small = logrank_trial(arms=arms, max_n=40)
    >>> small.n, small.events, round(small.characteristics.one("power").value, 2)
    (40, 23, 0.37)
    >>> full = logrank_trial(arms=arms, method="score")
    >>> full.n, full.events, round(full.characteristics.one("power").value, 3)
    (96, 68, 0.806)
    """
    check_errors(alpha, power, sided)
    _check_ratios(arms, non_inferiority_margin)
    formula: Formula = "schoenfeld" if method == "score" else method
    needed = needed_events(arms, alpha, power, sided, formula, non_inferiority_margin)

    def by_score(size: Size) -> float:
        return better_power(arms, size, alpha, sided, non_inferiority_margin)

    size = sized(arms, needed, alpha=alpha, sided=sided, max_n=max_n)
    if method == "score":
        size = enough(arms, size, by_score, power, alpha=alpha, sided=sided, max_n=max_n)
    formulas = power_with(arms, size, power, alpha, sided, formula, non_inferiority_margin)
    reached = by_score(size)
    z = _critical(alpha, sided)
    note = (
        f"the test's p-value is below {alpha:g}"
        if sided == 2
        else f"z, positive in favour of the new treatment, is {z:.4f} or more"
    )
    side = " and the hazard ratio is below 1" if sided == 2 else ""
    rule = f"At {size.events} events the new treatment is declared {_aim(non_inferiority_margin)} if {note}{side}."
    final = Boundary(look=1, n=size.n, events=size.events, scale="z", efficacy=z, rule=rule)
    rows = [
        *_behaviour(arms, size, (reached, formulas), power, alpha, sided, formula, non_inferiority_margin),
        *_detectable(arms, size, alpha, power, sided, non_inferiority_margin),
    ]
    return TrialDesign(
        kind="logrank_non_inferiority" if non_inferiority_margin else "logrank",
        title="Two arms, log-rank test" + (", non-inferiority" if non_inferiority_margin else ""),
        n=size.n, events=size.events, assumptions=arms.assumptions(), boundaries=(final,),
        characteristics=Estimates(tuple(rows)),
        protocol=_protocol(arms, size, alpha, power, (reached, formulas), sided, method, non_inferiority_margin),
        references=(FREEDMAN if method == "freedman" else SCHOENFELD, LACHIN, *((LAKATOS,) if arms.cross_over else ())),
    )  # fmt: skip


def needed_events(
    arms: TwoArms, alpha: float, power: float, sided: int, method: Formula, margin: float | None
) -> Callable[[float], float]:
    """Return the events needed as a function of the averaged log hazard ratio; infinite where none would do.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> round(needed_events(arms, 0.05, 0.8, 2, "schoenfeld", None)(math.log(0.5)), 2)
    65.35
    """

    def needed(log_ratio: float) -> float:
        if log_ratio >= math.log(margin or 1.0) - 1e-9:
            return math.inf
        return events_needed(hazard_ratio=math.exp(log_ratio), alpha=alpha, power=power, allocation=arms.allocation,
                             method=method, sided=sided, margin=margin)  # fmt: skip

    return needed


def power_with(
    arms: TwoArms, size: Size, power: float, alpha: float, sided: int, method: Formula, margin: float | None
) -> float:
    """Return the power of so many events by the formula that gave them.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> size = sized(arms, lambda _: 65.35, alpha=0.05, sided=2)
    >>> round(power_with(arms, size, 0.8, 0.05, 2, "schoenfeld", None), 4)
    0.8039
    """
    if method == "schoenfeld":
        return power_of_events(events=size.events, log_ratio=size.log_ratio, alpha=alpha, allocation=arms.allocation,
                               sided=sided, margin=margin)  # fmt: skip
    # Freedman's drift is proportional to the root of the events, as Schoenfeld's is.
    from scipy.special import ndtr, ndtri  # noqa: PLC0415

    z_alpha = float(ndtri(1 - alpha / sided))
    return float(ndtr((z_alpha + float(ndtri(power))) * math.sqrt(size.events / size.needed) - z_alpha))


def better_power(arms: TwoArms, size: Size, alpha: float, sided: int, margin: float | None) -> float:
    """Return the power by a better calculation than a formula's.

    Notes
    -----
    Under proportional hazards the test is followed from event to event; of large trials, and where hazards are not
    proportional, the expected score is compared with the root of its variance.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> size = sized(arms, lambda _: 65.35, alpha=0.05, sided=2)
    >>> round(better_power(arms, size, 0.05, 2, None), 3)
    0.794
    """
    if followed(arms, size):
        return float(exceeds(_ends(arms, size), _critical(alpha, sided), margin=margin or 1.0).mean())
    score, variance = arms.flow().score(size.n, size.months, margin or 1.0)
    return power_of_score(score=score, variance=variance, alpha=alpha, sided=sided)


def followed(arms: TwoArms, size: Size) -> bool:
    """Return whether the power of a trial is found from event to event.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> followed(arms, sized(arms, lambda _: 65.35, alpha=0.05, sided=2))
    True
    """
    return size.events <= _FOLLOWED and arms.proportional


def true_size(arms: TwoArms, size: Size, alpha: float, sided: int, margin: float | None) -> tuple[float, str]:
    """Return the type I error of the test, and how it was found.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> error, how = true_size(arms, sized(arms, lambda _: 65.35, alpha=0.05, sided=2), 0.05, 2, None)
    >>> round(error, 3), how
    (0.052, '2-sided, test followed from event to event')
    """
    if size.events > _FOLLOWED:
        return alpha, f"{sided}-sided, large-sample"
    found, z = _ends(arms.under_null(margin), size, _ENOUGH), _critical(alpha, sided)
    error = float(exceeds(found, z, margin=margin or 1.0).mean())
    error += float(exceeds(found, z, margin=margin or 1.0, against=True).mean()) if sided == 2 else 0.0
    return error, f"{sided}-sided, test followed from event to event"


def _ends(arms: TwoArms, size: Size, trials: int | None = None) -> Ends:
    """Return the order of events and censorings of a few trials; the same ones whenever the same trial is planned."""
    flow, sizes = arms.flow(), (size.control, size.new)
    control, new = flow.arms(size.n)
    month = arms.month_of(size.n, size.events) or planned_end(arms, size.n)
    return drawn_ends(
        control, new, flow.dropout, events=size.events, sizes=sizes, until=_LATEST * month,
        trials=trials or trials_for(*sizes), rng=np.random.default_rng([_SEED, size.n]),
    )  # fmt: skip


def _behaviour(
    arms: TwoArms, size: Size, powers: tuple[float, float], power: float, alpha: float, sided: int, method: Formula,
    margin: float | None,
) -> list[Estimate]:  # fmt: skip
    name, formula = arms.endpoint, f"{method.title()}, log-rank test"
    flow = "accrual, hazards by period and dropout integrated"
    error, how = true_size(arms, size, alpha, sided, margin)
    scored = "log-rank test followed from event to event" if followed(arms, size) else SCORED
    warning = doubt(powers[1], powers[0], None if size.limited else power)
    rows = [
        row(
            name,
            "type_i_error",
            error,
            "probability",
            NULL,
            method=how,
            warning=f"{error:.2%} where {alpha:.2%} were asked for" if error > 1.1 * alpha else "",
        ),
        row(name, "type_i_error_nominal", alpha, "probability", NULL, method=f"{sided}-sided, large-sample"),
        row(name, "power", powers[0], "probability", ALTERNATIVE, method=scored, warning=warning),
        row(name, "power_by_formula", powers[1], "probability", ALTERNATIVE, method=formula),
    ]
    for scenario, group in ((arms.under_null(margin), NULL), (arms, ALTERNATIVE)):
        month = scenario.month_of(size.n, size.events)
        rows += [
            row(name, "expected_n", size.n, "count", group, method="no interim analysis"),
            row(name, "expected_events", size.events, "count", group, method="no interim analysis"),
            row(name, "duration", None if month is None else days(month), "day", group, method=flow,
                reason="the events are never expected" if month is None else ""),
        ]  # fmt: skip
    critical = (margin or 1.0) * math.exp(
        -_critical(alpha, sided) / math.sqrt(size.events * arms.treated * (1 - arms.treated))
    )
    rows.append(
        row(name, "critical_hazard_ratio", critical, "ratio", method="estimate at which the test is just significant")
    )
    if not arms.proportional:
        rows.append(row(name, "average_hazard_ratio", math.exp(size.log_ratio), "ratio", ALTERNATIVE,
                        method="geometric mean over the expected events of both arms"))  # fmt: skip
    rows.append(row(name, "accrual", days(size.accrual_months), "day", method=flow))
    return rows


def _detectable(
    arms: TwoArms, size: Size, alpha: float, power: float, sided: int, margin: float | None
) -> list[Estimate]:
    """Return the hazard ratio that the patients could show, their events depending on it."""
    how = f"Schoenfeld, {power:.0%} power, events expected by month {planned_end(arms, size.n):.0f}"
    if not arms.proportional:
        return [
            row(arms.endpoint, "detectable_hazard_ratio", None, "ratio", method=how, reason="hazards not proportional")
        ]
    end = planned_end(arms, size.n)

    def off(ratio: float) -> float:
        events = arms.with_ratio(ratio).events(size.n, end)
        shown = detectable_with(
            events=events, alpha=alpha, power=power, allocation=arms.allocation, sided=sided, margin=margin
        )
        return math.log(ratio / shown)

    top = (margin or 1.0) * (1 - 1e-9)
    if off(1e-6) > 0:
        return [row(arms.endpoint, "detectable_hazard_ratio", None, "ratio", method=how, reason="none, however small")]
    return [
        row(arms.endpoint, "detectable_hazard_ratio", float(brentq(off, 1e-6, top, xtol=1e-10)), "ratio", method=how)
    ]


def _protocol(
    arms: TwoArms,
    size: Size,
    alpha: float,
    power: float,
    powers: tuple[float, float],
    sided: int,
    method: Sizing,
    margin: float | None,
) -> tuple[str, ...]:
    hypothesis = "" if margin is None else f" of the hypothesis that the hazard ratio is {margin:g} or more"
    design = (
        f"Patients are randomised {randomised(arms.allocation)}. The primary endpoint is {arms.outcome}. The arms are "
        f"compared by a {one_or_two(sided)}-sided log-rank test at the {alpha:g} level{hypothesis}."
    )
    effect = f"a hazard ratio of {math.exp(size.log_ratio):.2f}"
    effect += "" if arms.proportional else ", averaged over the events"
    if size.limited:
        number = (
            f"No more than {size.n} patients can be expected. They give about {size.events} events by month "
            f"{size.months:.0f}. The power to find {effect} is then {powers[0]:.0%}; {power:.0%} would need "
            f"{math.ceil(size.needed)} events or more."
        )
    else:
        number = (
            f"{size.events} events give a power of {powers[0]:.1%} to find {effect}"
            f"{'' if method == 'score' else promised(method, powers[1])}. They are expected in month {size.months:.1f} "
            f"from {size.n} patients ({size.new} on the new treatment, {size.control} on the control) entered over "
            f"{months(size.accrual_months)}, of whom {arms.dropout_a_year:.0%} a year are lost."
        )
    analysis = f"The analysis takes place when {size.events} events have been seen. There is no interim analysis."
    return design, number, analysis, *crossing(arms)


def promised(method: Formula, power: float) -> str:
    """Return what the formula by which the events were found says, as the end of a sentence.

    Examples
    --------
    >>> promised("schoenfeld", 0.8039)
    "; Schoenfeld's formula, by which they were found, says 80.4%"
    """
    return f"; {method.title()}'s formula, by which they were found, says {power:.1%}"


def randomised(allocation: float) -> str:
    """Return the allocation in words.

    Examples
    --------
    >>> randomised(2)
    '2 to 1 (new treatment to control)'
    """
    if allocation == 1:
        return "one to one"
    ratio = f"{allocation:g} to 1" if allocation > 1 else f"1 to {1 / allocation:.3g}"
    return f"{ratio} (new treatment to control)"


def crossing(arms: TwoArms) -> tuple[str, ...]:
    """Return the paragraph on cross-over, if there is any.

    Examples
    --------
    >>> crossing(TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_months=24, follow_up_months=12))
    ()
    """
    if arms.cross_over is None:
        return ()
    c = arms.cross_over
    return (
        f"Patients of the control arm may be given the new treatment at progression. It is assumed that {c.share:.0%} "
        f"of them are, and that their hazard is then {c.hazard_ratio_after:g} times that of the control treatment. The "
        "trial compares two strategies, the new treatment first or at progression; cross-over makes them more alike.",
    )


def _check_ratios(arms: TwoArms, margin: float | None) -> None:
    if arms.proportional:
        check_ratio(arms.ratio, margin)


def _critical(alpha: float, sided: int) -> float:
    from scipy.special import ndtri  # noqa: PLC0415

    return float(ndtri(1 - alpha / sided))


def _aim(margin: float | None) -> str:
    return "superior" if margin is None else "not inferior"
