"""What all designs are asked and answer alike: numbers with their origin, checks in one sentence, rows of behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from glisson.design.asked import check_errors, check_most, check_positive, check_share
from glisson.design.plan import Assumption
from glisson.errors import SettingsError
from glisson.tables import Estimate, Estimates
from glisson.tables.estimates import Unit

#: A number, or a number that says where it comes from.
Number = float | Assumption
TimeUnit = Literal["day", "month", "year"]

#: Used where the caller gives none; printed as a default.
ALPHA = Assumption(name="one-sided type I error", value=0.05, origin="default")
POWER = Assumption(name="power", value=0.8, origin="default")
NULL, ALTERNATIVE = (("scenario", "null"),), (("scenario", "alternative"),)
DAYS: Mapping[str, float] = {"day": 1.0, "month": 30.4375, "year": 365.25}
_UNITS: Mapping[str, Unit] = {
    "type_i_error": "probability", "power": "probability", "early_stop": "probability", "expected_n": "count",
    "expected_events": "count", "duration": "day", "expected_duration": "day",
}  # fmt: skip


def stated(number: Number, name: str, unit: str = "") -> Assumption:
    """Return a number as an assumption; a plain one was typed.

    Parameters
    ----------
    number
        Plain, or an assumption, which keeps its own words and origin.
    name, unit
        What a plain number is.

    Examples
    --------
    >>> print(stated(0.3, "response rate worth pursuing"))
    response rate worth pursuing 0.3 (typed)
    """
    if isinstance(number, Assumption):
        return number
    return Assumption(name=name, value=float(number), unit=unit, origin="typed")


def size_and_power(alpha: Number, power: Number) -> tuple[Assumption, Assumption]:
    """Return one-sided size and power.

    Raises
    ------
    SettingsError
        If one is no probability, or the power is not above the size.

    Examples
    --------
    >>> [a.value for a in size_and_power(0.05, 0.8)]
    [0.05, 0.8]
    """
    size, wanted = stated(alpha, ALPHA.name), stated(power, POWER.name)
    check_errors(size.value, wanted.value, 1)
    return size, wanted


def rising(low: Number, high: Number, names: tuple[str, str]) -> tuple[Assumption, Assumption]:
    """Return two probabilities, the second of which must be higher.

    Raises
    ------
    SettingsError
        If one is not strictly between 0 and 1, or the second is not higher.

    Examples
    --------
    >>> [a.value for a in rising(0.1, 0.3, ("null response rate", "response rate worth pursuing"))]
    [0.1, 0.3]
    """
    first, second = stated(low, names[0]), stated(high, names[1])
    for each in (first, second):
        check_share(each.value, each.name)
    if second.value <= first.value:
        raise SettingsError(
            f"{second.name} {second.value:g} is not above {first.name} {first.value:g}",
            expected="an alternative that is better than the null",
        )
    return first, second


def positive(number: Number, name: str, unit: str = "", *, zero: bool = False) -> Assumption:
    """Return a number that must be above 0, or from 0 on.

    Raises
    ------
    SettingsError
        If it is not.

    Examples
    --------
    >>> positive(0.5, "shape").value
    0.5
    """
    given = stated(number, name, unit)
    check_positive(given.value, given.name, zero=zero)
    return given


def checked_max_n(max_n: int | None, default: int) -> int:
    """Return the largest number of patients to consider.

    Raises
    ------
    SettingsError
        If it is below 1.

    Examples
    --------
    >>> checked_max_n(None, 500)
    500
    """
    check_most(max_n, at_least=1)
    return default if max_n is None else int(max_n)


def behaviour(
    variable: str,
    method: str,
    *,
    null: Mapping[str, float],
    alternative: Mapping[str, float],
    n: int,
    warnings: Mapping[str, str] | None = None,
) -> Estimates:
    """Return one row for each statistic of the two scenarios.

    Parameters
    ----------
    variable
        Kind of the design.
    method
        How the numbers were calculated.
    null, alternative
        Statistic to value.
    n
        Patients of the design.
    warnings
        Statistic to what a reader must know about it.

    Examples
    --------
    >>> rows = behaviour("x", "exact", null={"type_i_error": 0.04}, alternative={"power": 0.81}, n=25)
    >>> rows.one("power", group=ALTERNATIVE).value
    0.81
    """
    warnings = warnings or {}
    return Estimates(
        tuple(
            Estimate(variable=variable, statistic=name, group=group, value=float(value), unit=_UNITS[name],
                     method=method, n=n, warning=warnings.get(name, ""))
            for group, scenario in ((NULL, null), (ALTERNATIVE, alternative))
            for name, value in scenario.items()
        )
    )  # fmt: skip


def percent(value: float, digits: int = 1) -> str:
    """Return a probability for a sentence.

    Examples
    --------
    >>> percent(0.8), percent(0.0471)
    ('80%', '4.7%')
    """
    return f"{100 * value:.{digits}f}".removesuffix("." + "0" * digits) + "%"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "patient"), counted(3, "patient")
    ('1 patient', '3 patients')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def short_of(wanted: float, max_n: int, reached: float) -> str:
    """Return the warning of a design that had to stay within reach.

    Examples
    --------
    >>> short_of(0.8, 20, 0.652)
    'no design of at most 20 patients has a power of 80%; this one has the most, 65.2%'
    """
    most, reach = percent(reached), counted(max_n, "patient")
    return f"no design of at most {reach} has a power of {percent(wanted)}; this one has the most, {most}"
