"""First or at progression: two orders of the same treatments, sized by survival to a horizon."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from glisson.design.asked import check_errors, check_positive, check_share
from glisson.design.citations import MURPHY, ROYSTON
from glisson.design.flow import Flow
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.rmst import fitted, means, rows, sentence
from glisson.design.rows import one_or_two, row
from glisson.errors import SettingsError
from glisson.kernels.courses import Accrual, Course
from glisson.tables import Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """Two treatments, one after the other, and who lives to get the second.

    Parameters
    ----------
    name
        In words: "TACE, then doxorubicin".
    first_median_months
        Median time on the first treatment until progression or death.
    die_first
        Share of those for whom the first treatment ends who die without progression.
    get_second
        Share of those with progression who are fit for the second treatment.
    second_median_months, untreated_median_months
        Median survival from progression of those who get it, and of those who do not.

    Examples
    --------
    >>> order = Strategy(name="TACE, then doxorubicin", first_median_months=6, die_first=0.1, get_second=0.6,
    ...                  second_median_months=9, untreated_median_months=3)
    >>> survival, _ = order.course().at(np.array([12.0]))
    >>> round(float(survival[0]), 3)
    0.555
    """

    name: str
    first_median_months: float
    die_first: float
    get_second: float
    second_median_months: float
    untreated_median_months: float

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        check_positive(self.first_median_months, f"a median of the first treatment of {self.name}")
        check_positive(self.second_median_months, f"a median of the second treatment of {self.name}")
        check_positive(self.untreated_median_months, f"a median without second treatment of {self.name}")
        check_share(self.die_first, f"a share that dies first under {self.name}", ends=True)
        check_share(self.get_second, f"a share that gets the second treatment under {self.name}", ends=True)

    def course(self) -> Course:
        """Return the course: on the first treatment, on the second, without."""
        ends, second, without = (
            math.log(2) / m for m in (self.first_median_months, self.second_median_months, self.untreated_median_months)
        )
        moves = np.zeros((1, 3, 3))
        progress = ends * (1 - self.die_first)
        moves[0, 0, 1:] = progress * self.get_second, progress * (1 - self.get_second)
        event = np.array([[ends * self.die_first, second, without]])
        return Course(starts=np.zeros(1), moves=moves, event=event, first=np.array([1.0, 0.0, 0.0]))

    def assumptions(self, origin: str) -> tuple[Assumption, ...]:
        """Return every number with its origin."""
        values = (
            ("median time on the first treatment", self.first_median_months, "months"),
            ("share dying before progression", self.die_first, ""),
            ("share getting the second treatment", self.get_second, ""),
            ("median survival on the second treatment", self.second_median_months, "months"),
            ("median survival without it", self.untreated_median_months, "months"),
        )
        return tuple(Assumption(name=f"{self.name}: {a}", value=b, unit=c, origin=origin) for a, b, c in values)


def delayed_start(
    *,
    first: Strategy,
    later: Strategy,
    horizon_months: float,
    accrual_per_month: float,
    follow_up_months: float,
    dropout_a_year: float = 0.0,
    allocation: float = 1.0,
    alpha: float = 0.05,
    power: float = 0.8,
    sided: int = 2,
    max_n: int | None = None,
    origin: str = "typed",
) -> TrialDesign:
    """Plan a randomised trial of a treatment given first against the same treatment given at progression.

    Parameters
    ----------
    first, later
        The strategy with the liver-directed therapy first, and the one that keeps it for progression.
    horizon_months
        To which mean survival is restricted.
    accrual_per_month, follow_up_months, dropout_a_year, allocation
        Patients a month of both arms; months from the last one's entry to the analysis; share lost a year; patients
        given it first for each given it later.
    alpha, power, sided, max_n
        As for ``rmst_trial``.
    origin
        Where the numbers come from.

    Returns
    -------
    TrialDesign
        As of ``rmst_trial``, with ``second_treatment``, the share of each arm that ever gets its second treatment.

    Raises
    ------
    SettingsError
        If the first strategy is not the better one, or no such trial exists.

    Notes
    -----
    Survival of each strategy is that of a course through states: on the first treatment, on the second, without. As
    both arms get both treatments, hazards cross or approach each other; restricted means are compared, not a hazard
    ratio.
    Patients are randomised once, so that no weights are needed: ``smart_trial`` is for a second randomisation.

    Examples
    --------
    >>> tace = Strategy(name="TACE first", first_median_months=8, die_first=0.1, get_second=0.6,
    ...                 second_median_months=9, untreated_median_months=3)
    >>> chemo = Strategy(name="chemotherapy first", first_median_months=4, die_first=0.1, get_second=0.5,
    ...                  second_median_months=10, untreated_median_months=3)
    >>> trial = delayed_start(first=tace, later=chemo, horizon_months=24, accrual_per_month=3, follow_up_months=12)
    >>> trial.n
    164
    """
    check_errors(alpha, power, sided)
    check_positive(horizon_months, "a horizon of months")
    flow, null = _flows(first, later, accrual_per_month, follow_up_months, dropout_a_year, allocation)
    control, new = means(flow, horizon_months)
    if new <= control:
        raise SettingsError(
            f"{new:.1f} months lived of {horizon_months:g} with {first.name}, {control:.1f} with {later.name}",
            expected="more with the first named",
            todo="exchange them, or change what is assumed",
        )
    fit = fitted(flow, horizon_months, new - control, alpha=alpha, power=power, sided=sided, max_n=max_n)
    critical = float(ndtri(1 - alpha / sided))
    rule = (
        f"{first.name} is declared better if the difference of means over its standard error is {critical:.4f} or more."
    )
    shares = [
        row("os", "second_treatment", _second(s), "probability", (("arm", s.name),), method="share ever given it")
        for s in (later, first)
    ]
    given = (
        ("accrual", accrual_per_month, "patients a month"),
        ("follow-up of the last patient", follow_up_months, "months"),
        ("lost within a year", dropout_a_year, ""),
        ("first to later", allocation, ""),
        ("horizon", horizon_months, "months"),
    )
    return TrialDesign(
        kind="delayed_start",
        title=f"{first.name} against {later.name}",
        n=fit.n,
        events=None,
        assumptions=(
            *first.assumptions(origin),
            *later.assumptions(origin),
            *(Assumption(name=a, value=b, unit=c, origin=origin) for a, b, c in given),
        ),
        boundaries=(Boundary(look=1, n=fit.n, scale="z", efficacy=critical, rule=rule),),
        characteristics=Estimates((*rows(flow, null, fit, "os", alpha, sided), *shares)),
        protocol=(
            _compared(first, later, horizon_months, alpha, sided),
            sentence(flow, fit, new - control),
            "The trial compares orders of treatment, not treatments. It says nothing on what is best at progression.",
        ),
        references=(MURPHY, ROYSTON),
    )


def _flows(
    first: Strategy, later: Strategy, accrual: float, follow_up: float, dropout: float, allocation: float
) -> tuple[Flow, Flow]:
    """Return the courses in calendar time as assumed, and with no difference."""
    check_positive(accrual, "patients a month")
    check_positive(follow_up, "months of follow-up", zero=True)
    check_positive(allocation, "an allocation")
    if not 0 <= dropout < 1:
        raise SettingsError(f"a dropout of {dropout:g} a year", expected="a share from 0 to below 1")
    early, late = first.course(), later.course()
    as_assumed, null = (
        Flow(control=late, new=new, enter=_even(accrual), allocation=allocation, dropout=-math.log1p(-dropout) / 12,
             follow_up_months=follow_up)
        for new in (early, late)
    )  # fmt: skip
    return as_assumed, null


def _compared(first: Strategy, later: Strategy, horizon_months: float, alpha: float, sided: int) -> str:
    """Return the paragraph on strategies, endpoint and test."""
    return (
        f"Patients are randomised between two strategies, {first.name} and {later.name}. The second treatment of each "
        f"is offered at progression, and {_second(first):.0%} and {_second(later):.0%} are expected to get it. The "
        f"primary endpoint is the mean survival within {horizon_months:g} months of all who were randomised, whatever "
        f"they were given; it is compared by a {one_or_two(sided)}-sided test at the {alpha:g} level."
    )


def _even(rate: float) -> Callable[[float], Accrual]:
    return lambda n: Accrual(starts=np.zeros(1), rate=np.array([rate]), end=n / rate)


def _second(strategy: Strategy) -> float:
    return (1 - strategy.die_first) * strategy.get_second
