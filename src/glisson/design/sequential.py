"""Two arms compared by log-rank tests at several looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from glisson.design.asked import check_errors, check_ratio
from glisson.design.citations import LACHIN, SCHOENFELD
from glisson.design.events import doubt, information_of_one
from glisson.design.log_rank import crossing, needed_events, promised, randomised
from glisson.design.looks import Looks, Shape, Spending, looks
from glisson.design.plan import Boundary, TrialDesign
from glisson.design.rows import days, months, one_or_two, row
from glisson.design.sizing import Size, sized
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.two_arms import TwoArms
from glisson.errors import SettingsError
from glisson.kernels.group_sequential import exits
from glisson.tables import Estimate, Estimates, Group

Floats = NDArray[np.float64]

_SCORED = "recursive integration, expected log-rank scores"


def group_sequential(
    *,
    arms: TwoArms,
    information: Sequence[float] = (0.5, 1.0),
    alpha: float = 0.025,
    power: float = 0.8,
    sided: int = 1,
    efficacy: Shape | Spending = "obrien-fleming-type",
    shape: float | None = None,
    futility: Spending | Sequence[float] | None = None,
    futility_shape: float | None = None,
    binding: bool = False,
    non_inferiority_margin: float | None = None,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a randomised trial of a survival time that may stop early.

    Parameters
    ----------
    arms
        Hazards, accrual, follow-up, dropout, allocation and cross-over.
    information
        Fractions of the events at the looks, increasing to 1.
    alpha, power, sided, efficacy, shape, futility, futility_shape, binding
        As for ``looks``.
    non_inferiority_margin
        Hazard ratio above 1 to be excluded.
    max_n
        Most patients that can be had; where more would be needed, the power they give is in the characteristics.

    Returns
    -------
    TrialDesign
        Boundaries are of Z, positive in favour of the new treatment. ``stop_efficacy`` and ``stop_futility`` have the
        look in ``at``; so have ``efficacy_p``, ``efficacy_hazard_ratio`` and ``futility_hazard_ratio``, the boundaries
        on other scales. ``inflation`` is the factor by which the looks enlarge the trial.

    Raises
    ------
    SettingsError
        If no such trial exists.

    Notes
    -----
    Log-rank statistics at the looks have the joint distribution of a Brownian motion at the fractions of events
    (Tsiatis 1981). The number of events comes from Schoenfeld's formula. The power, and all that is said of
    stopping under the alternative, come from the expected scores at the looks, which bend where effects are delayed.
    Looks before the last are taken at whole numbers of events, and the boundaries are those of the fractions they make.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> trial = group_sequential(arms=arms, information=(0.5, 1))
    >>> trial.n, trial.events, [round(b.efficacy, 3) for b in trial.boundaries]
    (94, 66, [2.963, 1.969])
    >>> round(trial.characteristics.one("expected_events", group=ALTERNATIVE).value, 1)
    60.9
    """
    check_errors(alpha, power, sided)
    if arms.proportional:
        check_ratio(arms.ratio, non_inferiority_margin)

    def plan(times: Sequence[float]) -> Looks:
        return looks(information=times, alpha=alpha, power=power, sided=sided, efficacy=efficacy, shape=shape,
                     futility=futility, futility_shape=futility_shape, binding=binding)  # fmt: skip

    first = plan(information)
    once = needed_events(arms, alpha, power, sided, "schoenfeld", non_inferiority_margin)
    size = sized(arms, lambda x: first.inflation * once(x), alpha=alpha, sided=sided, max_n=max_n)
    at = _whole(information, size.events)
    rules = plan([d / size.events for d in at])
    return TrialDesign(
        kind="group_sequential_logrank", title=f"Two arms, log-rank test, {len(at)} looks",
        n=size.n, events=size.events,
        assumptions=arms.assumptions(), boundaries=_boundaries(arms, size, rules, at, non_inferiority_margin),
        characteristics=Estimates(tuple(_characteristics(arms, size, rules, at, non_inferiority_margin))),
        protocol=_protocol(arms, size, rules, at, non_inferiority_margin),
        references=(*rules.references, SCHOENFELD, LACHIN),
    )  # fmt: skip


def _whole(information: Sequence[float], events: int) -> list[int]:
    at = [*(max(1, round(t * events)) for t in information[:-1]), events]
    if any(b <= a for a, b in pairwise(at)):
        raise SettingsError(f"{len(at)} looks at {events} events", expected="at least one event between looks")
    return at


def ratio_at(z: float, events: int, allocation: float, margin: float | None = None) -> float:
    """Return the hazard ratio that a log-rank statistic stands for: margin · exp(-z / √(d p (1 - p))).

    Examples
    --------
    >>> round(ratio_at(1.96, 66, 1.0), 3)
    0.617
    """
    return (margin or 1.0) * math.exp(-z / math.sqrt(events * information_of_one(allocation)))


def drift_of(arms: TwoArms, size: Size, margin: float | None) -> float:
    """Return the mean of Z at the last look under the assumptions.

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> round(drift_of(arms, sized(arms, lambda _: 65.35, alpha=0.025, sided=1), None), 3)
    2.816
    """
    return -(size.log_ratio - math.log(margin or 1.0)) * math.sqrt(size.events * information_of_one(arms.allocation))


def _boundaries(arms: TwoArms, size: Size, rules: Looks, at: list[int], margin: float | None) -> tuple[Boundary, ...]:
    out = []
    for k, d in enumerate(at):
        last, upper, lower = k == len(at) - 1, float(rules.upper[k]), float(rules.lower[k])
        month = arms.month_of(size.n, d)
        entered = size.n if month is None else math.ceil(float(arms.accrual(size.n).entered(month)) - 1e-6)
        low = lower if rules.sided == 1 and math.isfinite(lower) and not last else None
        high = ratio_at(upper, d, arms.allocation, margin)
        text = f"At {d} events: efficacy if z is {upper:.4f} or more (one-sided p {float(ndtr(-upper)):.5f}, "
        text += f"hazard ratio {high:.3f} or less)"
        if rules.sided == 2:
            text += ", or -z is, against the new treatment"
        if low is not None:
            must = "must" if rules.binding else "may"
            ratio = ratio_at(low, d, arms.allocation, margin)
            text += f"; the trial {must} stop for futility if z is {low:.4f} or less (hazard ratio {ratio:.3f} or more)"
        out.append(Boundary(look=k + 1, n=min(entered, size.n), events=d, scale="z", efficacy=upper, futility=low,
                            rule=text + ("; otherwise efficacy is not shown." if last else ".")))  # fmt: skip
    return tuple(out)


def _characteristics(arms: TwoArms, size: Size, rules: Looks, at: list[int], margin: float | None) -> list[Estimate]:
    name, drift = arms.endpoint, drift_of(arms, size, margin)
    power, path = float(rules.exits(drift)[1].sum()), _scored(arms, size, rules, at, margin)
    by_score = float(path[1].sum())
    error = float(_without_futility(rules).sum()) * rules.sided
    rows = [
        row(name, "type_i_error", error, "probability", NULL, method=f"{rules.sided}-sided, recursive integration",
            detail="" if not rules.futility or rules.binding else "boundary for futility ignored"),
        row(name, "power", by_score, "probability", ALTERNATIVE, method=_SCORED,
            warning=doubt(power, by_score, None if size.limited else rules.power)),
        row(name, "power_by_formula", power, "probability", ALTERNATIVE,
            method="recursive integration, Schoenfeld's drift"),
        row(name, "inflation", rules.inflation, "ratio", method="largest events over those of a trial with one look"),
    ]  # fmt: skip
    rows += _scenario(name, arms.under_null(margin), size, rules, at, NULL, rules.exits(0.0))
    rows += _scenario(name, arms, size, rules, at, ALTERNATIVE, path)
    for k, d in enumerate(at):
        upper, lower = float(rules.upper[k]), float(rules.lower[k])
        rows += [
            row(name, "efficacy_p", float(ndtr(-upper)), "p", at=k + 1, method="one-sided"),
            row(name, "efficacy_hazard_ratio", ratio_at(upper, d, arms.allocation, margin), "ratio", at=k + 1,
                method="Schoenfeld"),
        ]  # fmt: skip
        if rules.futility and k < len(at) - 1 and math.isfinite(lower):
            ratio = ratio_at(lower, d, arms.allocation, margin)
            rows.append(row(name, "futility_hazard_ratio", ratio, "ratio", at=k + 1,
                            method="Schoenfeld"))  # fmt: skip
    if not arms.proportional:
        rows.append(row(name, "average_hazard_ratio", math.exp(size.log_ratio), "ratio", ALTERNATIVE,
                        method="geometric mean over the expected events of both arms"))  # fmt: skip
    return rows


def _scored(arms: TwoArms, size: Size, rules: Looks, at: list[int], margin: float | None) -> tuple[Floats, Floats]:
    """Return the probabilities of stopping below and above at each look, from the expected scores there."""
    months_of = [arms.month_of(size.n, d) or size.months for d in at]
    flow = arms.flow()
    found = np.array([flow.score(size.n, month, margin or 1.0) for month in months_of])
    score, variance = found[:, 0], found[:, 1]
    return exits(variance / variance[-1], rules.lower, rules.upper, score / math.sqrt(variance[-1]))


def _scenario(
    name: str, arms: TwoArms, size: Size, rules: Looks, at: list[int], group: Group, path: tuple[Floats, Floats]
) -> list[Estimate]:
    """Return where and when the trial stops under one truth."""
    how, (below, above) = _SCORED, path
    early = (below + above)[:-1]
    stops = np.append(early, 1 - early.sum())
    rows = [row(name, "early_stop", float(stops[:-1].sum()), "probability", group, method=how)]
    for k in range(len(at)):
        reject = float(above[k] + (below[k] if rules.sided == 2 else 0.0))
        rows.append(row(name, "stop_efficacy", reject, "probability", group, at=k + 1, method=how))
        if rules.futility and k < len(at) - 1:
            rows.append(row(name, "stop_futility", float(below[k]), "probability", group, at=k + 1, method=how))
    rows.append(row(name, "expected_events", float(stops @ np.array(at)), "count", group, method=how))
    times = [arms.month_of(size.n, d) for d in at]
    if any(t is None for t in times):
        missing = "not all events are ever expected"
        return [*rows, row(name, "expected_n", None, "count", group, method=how, reason=missing),
                row(name, "duration", None, "day", group, method=how, reason=missing)]  # fmt: skip
    month = np.array(times, dtype=np.float64)
    accrual: Callable[[Floats], Floats] = arms.accrual(size.n).entered
    entered = float(stops @ accrual(month))
    rows.append(row(name, "expected_n", entered, "count", group, method=f"{how}; accrual stops with the trial"))
    rows.append(row(name, "duration", days(float(stops @ month)), "day", group, method=f"{how}; expected"))
    rows += [
        row(name, "look_time", days(t), "day", group, at=k + 1, method="events expected") for k, t in enumerate(month)
    ]
    return rows


def _without_futility(rules: Looks) -> Floats:
    """Return the probabilities of crossing above under no effect, with a lower boundary only where it binds."""
    lower = rules.lower if rules.binding or rules.sided == 2 else np.full(len(rules.time), -np.inf)
    return exits(rules.time, lower, rules.upper)[1]


def _protocol(arms: TwoArms, size: Size, rules: Looks, at: list[int], margin: float | None) -> tuple[str, ...]:
    hypothesis = "" if margin is None else f" of the hypothesis that the hazard ratio is {margin:g} or more"
    power = float(_scored(arms, size, rules, at, margin)[1].sum())
    formula = promised("schoenfeld", float(rules.exits(drift_of(arms, size, margin))[1].sum()))
    ratio = f"a hazard ratio of {math.exp(size.log_ratio):.2f}" + (
        "" if arms.proportional else ", averaged over the events"
    )
    design = (
        f"Patients are randomised {randomised(arms.allocation)}. The primary endpoint is {arms.outcome}, compared by "
        f"a {one_or_two(rules.sided)}-sided log-rank test at the {rules.alpha:g} level{hypothesis}."
    )
    number = (
        f"At most {size.events} events, from {size.n} patients ({size.new} on the new treatment, {size.control} on the "
        f"control) entered over {months(size.accrual_months)}, give a power of {power:.1%} to find {ratio}, "
        f"by the expected scores of the test{formula}. "
    )
    if size.limited:
        number += f"More patients cannot be expected; {rules.power:.0%} would need {math.ceil(size.needed)} events."
    else:
        lost = f", {arms.dropout_a_year:.0%} a year being lost" if arms.dropout_a_year else ""
        number += f"The last are expected in month {size.months:.1f}{lost}."
    interim = (
        f"The data are looked at when {', '.join(str(d) for d in at[:-1])} and {at[-1]} events have been seen. "
        if len(at) > 1 else f"The data are looked at once, at {at[-1]} events. "
    )  # fmt: skip
    interim += f"The boundaries for efficacy are by {rules.names[0]}. "
    if rules.futility:
        kept = "binding: they must be obeyed." if rules.binding else "not binding: alpha is kept either way."
        interim += f"Those for futility are by {rules.names[1]}; they are {kept}"
    change = "The looks are taken at the numbers of events planned."
    if "spending" in rules.names[0]:
        change = (
            "Where a look comes at another number of events than planned, its boundaries are computed anew from the "
            "fraction of events seen."
        )
    return (
        design,
        number,
        interim.strip(),
        *(b.rule for b in _boundaries(arms, size, rules, at, margin)),
        change,
        *crossing(arms),
    )
