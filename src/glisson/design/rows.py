"""Rows of characteristics that randomised designs share."""

from __future__ import annotations

import math

from glisson.design.two_arms import MONTH
from glisson.tables import Estimate, Group
from glisson.tables.estimates import Unit


def row(
    variable: str,
    statistic: str,
    value: float | None,
    unit: Unit,
    group: Group = (),
    *,
    method: str,
    at: float | None = None,
    reason: str = "",
    warning: str = "",
    detail: str = "",
) -> Estimate:
    """Return one characteristic; where there is no value, ``reason`` says why.

    Examples
    --------
    >>> from glisson.design.stated import ALTERNATIVE
    >>> row("os", "power", 0.8, "probability", ALTERNATIVE, method="Schoenfeld").value
    0.8
    """
    return Estimate(
        variable=variable, statistic=statistic, group=group, value=None if value is None else float(value), unit=unit,
        at=at, method=method, reason=reason, warning=warning, detail=detail,
    )  # fmt: skip


def one_analysis(
    variable: str,
    group: Group,
    n: int,
    month: float | None,
    *,
    flow: str,
    reason: str = "",
    events: float | None = None,
    counted: str = "no interim analysis",
) -> list[Estimate]:
    """Return patients, events and duration of a trial analysed once, in one scenario.

    Parameters
    ----------
    variable, group
        Of the rows.
    n, events
        Patients; events, where the design counts them.
    month
        Of the analysis; ``None`` where there is none, for a ``reason``.
    flow, counted
        How the duration and the events were found.

    Examples
    --------
    >>> [r.value for r in one_analysis("os", (), 40, 24.0, flow="accrual and follow-up")]
    [40.0, 731.0]
    """
    rows = [row(variable, "expected_n", n, "count", group, method="no interim analysis")]
    if events is not None:
        rows.append(row(variable, "expected_events", events, "count", group, method=counted))
    took = None if month is None else days(month)
    return [*rows, row(variable, "duration", took, "day", group, method=flow, reason=reason if took is None else "")]


def days(months: float) -> float:
    """Return whole days, rounded up, of months of 30.4375 days.

    Examples
    --------
    >>> days(12)
    366.0
    """
    return float(math.ceil(months * MONTH - 1e-6))


def months(value: float) -> str:
    """Return months in words.

    Examples
    --------
    >>> months(17.26)
    '17.3 months'
    """
    return f"{value:.1f} months"


def one_or_two(sided: int) -> str:
    """Return the sides of a test in words.

    Examples
    --------
    >>> one_or_two(2)
    'two'
    """
    return "one" if sided == 1 else "two"


def per_arm(patients: float, treated: float) -> tuple[int, int]:
    """Return whole patients of control and new treatment, each rounded up.

    Examples
    --------
    >>> per_arm(81.2, 0.5)
    (41, 41)
    """
    return math.ceil(patients * (1 - treated) - 1e-9), math.ceil(patients * treated - 1e-9)


def within(most: int, treated: float) -> tuple[int, int]:
    """Return how the largest number of patients divides between control and new treatment.

    Examples
    --------
    >>> within(40, 2 / 3)
    (13, 27)
    """
    new = min(max(round(most * treated), 1), most - 1)
    return most - new, new
