"""Dates: full, partial, as Excel serial numbers, in words; the order of day and month is never guessed."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from glisson.clinical.cells import Context, Issue, ParsedColumn, shown
from glisson.clinical.problems import Severity
from glisson.clinical.raw import Cell

#: Excel serial numbers of 1990-01-01 and 2099-12-31; outside them a number is not taken as a date.
SERIALS = (32874, 73050)
_EPOCH = date(1899, 12, 30)
_MONTHS = {name.casefold(): i for i, name in enumerate(calendar.month_abbr) if name} | {
    name.casefold(): i for i, name in enumerate(calendar.month_name) if name
}
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_YEAR = re.compile(r"(\d{4})")
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2}")
_WORDS_DAY = re.compile(r"(\d{1,2})[-. ]*([A-Za-z]{3,9})\.?[-, ]*(\d{4})")
_WORDS_MONTH = re.compile(r"([A-Za-z]{3,9})\.?[- ]*(\d{1,2}),? +(\d{4})")
_WORDS_PARTIAL = re.compile(r"([A-Za-z]{3,9})\.?[-, ]*(\d{4})")

Span = tuple[date, date]


def parse_dates(cells: Sequence[Cell], order: str, context: Context) -> ParsedColumn:
    """Parse a column of dates.

    Parameters
    ----------
    cells
        Raw cells, declared codes for missing already blank.
    order
        ``"day_first"``, ``"month_first"``, ``"iso"``, or ``""`` to let the column's unambiguous dates decide.
    context
        The column's declaration; issues are added to it.

    Returns
    -------
    ParsedColumn
        Earliest and latest day of each date.
    """
    decided = order if order in {"day_first", "month_first"} else _order_of(cells, context)
    spans = [None if cell is None else _span(cell, row, decided, context) for row, cell in enumerate(cells)]
    for row, span in enumerate(spans):
        if span is not None and span[0] != span[1]:
            _partial(row, shown(cells[row]), context)
    return ParsedColumn(
        values=tuple(s and s[0] for s in spans), upto=tuple(s and s[1] for s in spans), issues=tuple(context.issues)
    )


def _partial(row: int, text: str, context: Context) -> None:
    """Name a partial date: where it can decide an endpoint it changes a result."""
    severity: Severity = "note" if context.declared.need == "optional" else "changes"
    found = f"the partial date {text}; any day in it is possible"
    context.issues.append(Issue(severity=severity, rule="date.partial", row=row, found=found,
                                expected="year, month and day", todo="complete it if the day is known"))  # fmt: skip


def _numeric(cell: Cell) -> tuple[int, int, int] | None:
    """Return (first, second, year) of a date such as 3/4/2016; dates with dots are day first everywhere."""
    match = _NUMERIC.fullmatch(_TIME.sub("", cell.strip())) if isinstance(cell, str) else None
    return (int(match[1]), int(match[3]), int(match[4])) if match and match[2] != "." else None


def _order_of(cells: Sequence[Cell], context: Context) -> str:
    """Decide the order from dates that can only be read one way; refuse a column that holds both orders or neither."""
    parts = [(row, p) for row, cell in enumerate(cells) if (p := _numeric(cell))]
    day = [row for row, (a, b, _) in parts if a > 12 >= b]
    month = [row for row, (a, b, _) in parts if b > 12 >= a]
    ambiguous = [row for row, (a, b, _) in parts if a <= 12 and b <= 12 and a != b]
    if day and month:
        context.issues.append(
            Issue(severity="blocks", rule="date.mixed", row=day[0] if len(day) <= len(month) else month[0],
                  found=f"{len(day)} dates are day first and {len(month)} month first in one column",
                  expected="one order of day and month", todo="write all dates of the column as YYYY-MM-DD")
        )  # fmt: skip
        return ""
    if day or month:
        return "day_first" if day else "month_first"
    if ambiguous:
        context.issues.append(
            Issue(severity="blocks", rule="date.order", row=ambiguous[0],
                  found=f"{shown(cells[ambiguous[0]])} can be read two ways, and no date of the column decides",
                  expected="a known order of day and month",
                  todo='declare it in study.toml: [input] date_order = "day_first" or "month_first"')
        )  # fmt: skip
        return ""
    return "day_first"


def _span(cell: Cell, row: int, order: str, context: Context) -> Span | None:
    if isinstance(cell, datetime):
        return cell.date(), cell.date()
    if isinstance(cell, date):
        return cell, cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _from_number(float(cell), row, context)
    return _from_text(shown(cell), row, order, context)


def _from_text(text: str, row: int, order: str, context: Context) -> Span | None:
    bare = _TIME.sub("", text.strip())
    either = _numeric(bare)
    if either and either[0] != either[1] and not order:
        return None  # one issue for the column says so
    parts = _parts(bare, order)
    if parts is None:
        expected = "a date such as 2016-03-21, or a partial one such as 2016-03"
        todo = "write the year with four digits" if _SHORT_YEAR.fullmatch(text) else ""
        context.unusable(row, "date.unreadable", repr(text), expected, todo)
        return None
    year, month, day = parts
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        context.unusable(row, "date.impossible", f"{text!r}, a day that does not exist", "a date of the calendar")
        return None
    if day:
        return first, first
    last_month = month or 12
    return first, date(year, last_month, calendar.monthrange(year, last_month)[1])


def _from_number(value: float, row: int, context: Context) -> Span | None:
    if value.is_integer() and 1900 <= value <= 2100:
        return date(int(value), 1, 1), date(int(value), 12, 31)
    if SERIALS[0] <= value <= SERIALS[1]:
        day = _EPOCH + timedelta(days=int(value))
        context.note(row, "date.serial", f"the number {value:g} was read as the Excel date {day.isoformat()}")
        return day, day
    context.unusable(row, "date.number", f"the number {value:g}", "a date such as 2016-03-21")
    return None


#: Patterns that can be read in one way only, with the groups of year, month and day (0: not given).
_PLAIN = ((_ISO, 1, 2, 3), (_YEAR_MONTH, 1, 2, 0), (_MONTH_YEAR, 2, 1, 0), (_YEAR, 1, 0, 0))


def _parts(text: str, order: str) -> tuple[int, int, int] | None:
    """Return (year, month, day), 0 for what is not given; dates with dots are day first, the others as ``order``."""
    for pattern, year, month, day in _PLAIN:
        if m := pattern.fullmatch(text):
            return int(m[year]), int(m[month]) if month else 0, int(m[day]) if day else 0
    if m := _NUMERIC.fullmatch(text):
        first, second = int(m[1]), int(m[3])
        return (int(m[4]), first, second) if order == "month_first" and m[2] != "." else (int(m[4]), second, first)
    return _in_words(text)


def _in_words(text: str) -> tuple[int, int, int] | None:
    for pattern, year, month, day in ((_WORDS_DAY, 3, 2, 1), (_WORDS_MONTH, 3, 1, 2), (_WORDS_PARTIAL, 2, 1, 0)):
        if m := pattern.fullmatch(text):
            number = _MONTHS.get(m[month].casefold(), 0)
            return (int(m[year]), number, int(m[day]) if day else 0) if number else None
    return None
