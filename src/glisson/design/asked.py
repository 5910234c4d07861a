"""What a design is asked for, checked: one sentence where it cannot be had."""

from __future__ import annotations

import math

from glisson.errors import SettingsError


def check_errors(alpha: float, power: float, sided: int) -> None:
    """Refuse errors that no trial can have.

    Parameters
    ----------
    alpha
        Error of the first kind, of both sides together where ``sided`` is 2.
    power
        One minus the error of the second kind.
    sided
        1 or 2.

    Raises
    ------
    SettingsError
        If one of them is out of range.

    Examples
    --------
    >>> check_errors(0.05, 1.2, 2)
    Traceback (most recent call last):
    glisson.errors.SettingsError: a power of 1.2. expected a number above the type I error and below 1, e.g. 0.8.
    """
    if sided not in {1, 2}:
        raise SettingsError(f"{sided}-sided", expected="1 or 2")
    if not 0 < alpha < 0.5:
        raise SettingsError(f"a type I error of {alpha:g}", expected="a number above 0 and below 0.5, e.g. 0.05")
    if not alpha < power < 1:
        raise SettingsError(f"a power of {power:g}", expected="a number above the type I error and below 1, e.g. 0.8")


def check_ratio(ratio: float, margin: float | None) -> None:
    """Refuse hazard ratios that leave nothing to be shown.

    Parameters
    ----------
    ratio
        Assumed hazard ratio of the new treatment to the old.
    margin
        Hazard ratio that is to be excluded; ``None`` for superiority, which excludes 1.

    Raises
    ------
    SettingsError
        If the ratio is not below what is to be excluded.

    Examples
    --------
    >>> check_ratio(1.1, None)
    Traceback (most recent call last):
    glisson.errors.SettingsError: a hazard ratio of 1.1. expected a number above 0 and below 1 to show superiority.
    """
    if margin is not None and not 1 < margin < math.inf:
        raise SettingsError(f"a non-inferiority margin of {margin:g}", expected="a hazard ratio above 1, e.g. 1.3")
    if not 0 < ratio < (margin or 1.0):
        aim = "1 to show superiority" if margin is None else f"the margin {margin:g}"
        raise SettingsError(f"a hazard ratio of {ratio:g}", expected=f"a number above 0 and below {aim}")


def check_positive(value: float, what: str, *, zero: bool = False) -> None:
    """Refuse what is not a positive finite number.

    Parameters
    ----------
    value, what
        The number and its name.
    zero
        Whether 0 will do.

    Raises
    ------
    SettingsError
        If it will not.

    Examples
    --------
    >>> check_positive(-0.1, "a hazard per month")
    Traceback (most recent call last):
    glisson.errors.SettingsError: a hazard per month of -0.1. expected a number above 0.
    """
    if not (math.isfinite(value) and (value > 0 or (zero and value == 0))):
        raise SettingsError(f"{what} of {value:g}", expected="0 or more" if zero else "a number above 0")


def check_share(value: float, what: str, *, ends: bool = False) -> None:
    """Refuse what is no proportion; ``ends`` says whether 0 and 1 will do.

    Raises
    ------
    SettingsError
        If it is none.

    Examples
    --------
    >>> check_share(1.5, "a share that switches", ends=True)
    Traceback (most recent call last):
    glisson.errors.SettingsError: a share that switches of 1.5. expected a proportion from 0 to 1.
    """
    if not (0 <= value <= 1 if ends else 0 < value < 1):
        raise SettingsError(
            f"{what} of {value:g}", expected="a proportion " + ("from 0 to 1" if ends else "between 0 and 1")
        )


def check_most(max_n: int | None, *, at_least: int = 2) -> None:
    """Refuse a largest number of patients with which nothing can be tried.

    Parameters
    ----------
    max_n
        The number; ``None`` for no limit.
    at_least
        The fewest that will do: one in each arm.

    Raises
    ------
    SettingsError
        If it is no whole number, or too small.

    Examples
    --------
    >>> check_most(1)
    Traceback (most recent call last):
    glisson.errors.SettingsError: max_n 1. expected a whole number of patients, 2 or more.
    """
    if max_n is not None and (int(max_n) != max_n or max_n < at_least):
        raise SettingsError(f"max_n {max_n}", expected=f"a whole number of patients, {at_least} or more")
