"""Cells of datasets that others made as numbers and dates, and problems that name a dataset."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from glisson.clinical.cells import shown
from glisson.clinical.problems import Problem, Severity
from glisson.clinical.raw import Cell, RawSheet

#: Day 0 of dates that SAS stores as numbers.
SAS_EPOCH = date(1960, 1, 1)
#: Numbers that can be a day of 1990 to 2099 counted so.
_DAYS = (10957, 51133)


def number(cell: Cell) -> float | None:
    """Return a cell as a finite number, or ``None``.

    Examples
    --------
    >>> number("12"), number("NaN"), number("x"), number(None)
    (12.0, None, None, None)
    """
    try:
        value = float(shown(cell))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def day(cell: Cell) -> Cell:
    """Return a date; a number is days since 1960, as SAS counts them; anything else stays as it is.

    Examples
    --------
    >>> day(21559), day("2019-01")
    (datetime.date(2019, 1, 10), '2019-01')
    """
    value = number(cell)
    if value is not None and value.is_integer() and _DAYS[0] <= value <= _DAYS[1]:
        return SAS_EPOCH + timedelta(days=int(value))
    return cell.date() if isinstance(cell, datetime) else cell


def full_date(cell: Cell) -> date | None:
    """Return a date of which day, month and year are known, or ``None``.

    Examples
    --------
    >>> full_date("2019-01-10"), full_date("2019-01")
    (datetime.date(2019, 1, 10), None)
    """
    found = day(cell)
    if isinstance(found, date):
        return found
    try:
        return date.fromisoformat(shown(found))
    except ValueError:
        return None


def about(sheet: RawSheet, severity: Severity, rule: str, found: str, expected: str, todo: str) -> Problem:
    """Return a problem of a dataset as a whole."""
    return Problem(severity=severity, rule=rule, found=found, expected=expected, todo=todo, file=sheet.file,
                   sheet=sheet.name)  # fmt: skip
