"""From events to patients and months: how many must enter, and how long it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq

from glisson.design.asked import check_most
from glisson.design.events import fewest_that_show
from glisson.design.flow import Planned
from glisson.design.rows import per_arm, within
from glisson.design.stated import counted
from glisson.errors import SettingsError

#: Months of accrual beyond which a trial is no trial.
LONGEST = 600.0
_DOUBLINGS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Patients, events and months of a trial.

    Parameters
    ----------
    control, new
        Patients of the arms.
    events
        Events at which the final analysis takes place.
    needed
        Events needed, not rounded; more than ``events`` where the patients are limited.
    accrual_months, months
        Until the last patient's entry, and until the final analysis.
    log_ratio
        Log hazard ratio averaged over the expected events.
    limited
        Whether ``max_n`` kept it below what was needed.
    """

    control: int
    new: int
    events: int
    needed: float
    accrual_months: float
    months: float
    log_ratio: float
    limited: bool

    @property
    def n(self) -> int:
        """Patients of both arms."""
        return self.control + self.new


def patients_for(arms: Planned, needed: Callable[[float], float]) -> float:
    """Return how many patients give the events needed by the planned end, not rounded.

    Parameters
    ----------
    arms
        The assumptions.
    needed
        From the log hazard ratio averaged over the events to the events needed; infinite where none would do.

    Returns
    -------
    float
        Patients of both arms.

    Raises
    ------
    SettingsError
        If accrual would take more than 50 years, or the effect is gone on average.

    Examples
    --------
    >>> from glisson.design.two_arms import TwoArms
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.6, accrual_months=24, follow_up_months=12)
    >>> round(patients_for(arms, lambda _: 120.3157), 2)
    171.41
    """

    def ahead(n: float) -> float:
        end = planned_end(arms, n)
        return arms.events(n, end) / needed(arms.mean_log_ratio(n, end)) - 1

    low = high = 1.0
    for _ in range(_DOUBLINGS):
        if arms.accrual(high).end > LONGEST:
            raise SettingsError(
                f"accrual would go on for more than {LONGEST / 12:.0f} years",
                expected="a trial that ends", todo="enter patients faster, or look for a larger effect",
            )  # fmt: skip
        if ahead(high) >= 0:
            return float(brentq(ahead, low, high, xtol=1e-10, rtol=1e-13)) if high > low else high
        low, high = high, 2 * high
    raise SettingsError(
        "no number of patients gives the events needed", expected="an effect that lasts",
        todo="look at the hazard ratio after the delay or after crossing over",
    )  # fmt: skip


def planned_end(arms: Planned, patients: float) -> float:
    """Return the month of the final analysis: end of accrual and follow-up of the last patient.

    Examples
    --------
    >>> from glisson.design.two_arms import TwoArms
    >>> planned_end(TwoArms(control_median_months=10, hazard_ratio=0.6, accrual_per_month=3, follow_up_months=12), 60)
    32.0
    """
    return arms.accrual(patients).end + arms.follow_up_months


def sized(
    arms: Planned, needed: Callable[[float], float], *, alpha: float, sided: int, max_n: int | None = None
) -> Size:
    """Return whole patients and events: what is needed, or the most that ``max_n`` allows.

    Parameters
    ----------
    arms, needed
        As for ``patients_for``.
    alpha, sided
        Error of the first kind, for the fewest events that can show anything.
    max_n
        Most patients that can be had.

    Returns
    -------
    Size
        The trial.

    Raises
    ------
    SettingsError
        If there is no such trial, or ``max_n`` gives too few events for any result to be significant.

    Examples
    --------
    >>> from glisson.design.two_arms import TwoArms
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.6, accrual_per_month=3, follow_up_months=12)
    >>> small = sized(arms, lambda _: 120.3157, alpha=0.05, sided=2, max_n=40)
    >>> small.n, small.events, small.limited
    (40, 24, True)
    """
    check_most(max_n)
    if max_n is not None and not _fits(arms, needed, max_n):
        return _limited(arms, needed, alpha, sided, max_n)
    whole = math.ceil(_needed_at(arms, needed, patients_for(arms, needed)) - 1e-9)
    control, new = per_arm(patients_for(arms, lambda _: whole), arms.treated)
    if max_n is not None and control + new > max_n:
        return _limited(arms, needed, alpha, sided, max_n)
    n = control + new
    end = arms.month_of(n, whole) or planned_end(arms, n)
    return Size(
        control=control, new=new, events=whole, needed=_needed_at(arms, needed, n), accrual_months=arms.accrual(n).end,
        months=max(end, 0.0), log_ratio=arms.mean_log_ratio(n, end), limited=False,
    )  # fmt: skip


def enough(
    arms: Planned, start: Size, power_of: Callable[[Size], float], wanted: float, *, alpha: float, sided: int,
    max_n: int | None = None,
) -> Size:  # fmt: skip
    """Return the trial with the fewest events that has the power by a better calculation than the formula's.

    Parameters
    ----------
    arms, alpha, sided, max_n
        As for ``sized``.
    start
        The trial of the formula.
    power_of
        From a trial to its power; rising with the events.
    wanted
        Power.

    Returns
    -------
    Size
        The trial; ``start`` where that is all that ``max_n`` allows.

    Examples
    --------
    >>> from glisson.design.two_arms import TwoArms
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.6, accrual_per_month=3, follow_up_months=12)
    >>> start = sized(arms, lambda _: 120, alpha=0.05, sided=2)
    >>> enough(arms, start, lambda size: size.events / 160, 0.8, alpha=0.05, sided=2).events
    128
    """

    def trial(events: int) -> Size:
        return sized(arms, lambda _: events, alpha=alpha, sided=sided, max_n=max_n)

    size = start
    while not size.limited and power_of(size) < wanted:
        size = trial(size.events + 1)
    while size.events > 1 and not start.limited:
        fewer = trial(size.events - 1)
        if power_of(fewer) < wanted:
            break
        size = fewer
    return size


def _fits(arms: Planned, needed: Callable[[float], float], most: int) -> bool:
    end = planned_end(arms, most)
    return arms.events(most, end) >= _needed_at(arms, needed, most)


def _needed_at(arms: Planned, needed: Callable[[float], float], n: float) -> float:
    return needed(arms.mean_log_ratio(n, planned_end(arms, n)))


def _limited(arms: Planned, needed: Callable[[float], float], alpha: float, sided: int, most: int) -> Size:
    control, new = within(most, arms.treated)
    end = planned_end(arms, most)
    events, fewest = (
        math.floor(arms.events(most, end) + 1e-9),
        fewest_that_show(alpha=alpha, allocation=arms.allocation, sided=sided),
    )
    if events < fewest:
        raise SettingsError(
            f"{most} patients give {counted(events, 'event')} by month {end:.0f}",
            expected=f"at least {fewest}, below which nothing can be significant",
            todo="follow them longer, or let in more",
        )  # fmt: skip
    return Size(
        control=control, new=new, events=events, needed=_needed_at(arms, needed, most),
        accrual_months=arms.accrual(most).end, months=arms.month_of(most, events) or end,
        log_ratio=arms.mean_log_ratio(most, end), limited=True,
    )  # fmt: skip
