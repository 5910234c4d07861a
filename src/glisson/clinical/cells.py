"""From raw cells to values of a declared kind: never guesses, never raises, says what it changed.

A column is parsed as a whole, because what a cell means (the order of day and month, a decimal comma, a code for
"missing") shows only in its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any

from glisson.clinical.problems import Severity
from glisson.clinical.raw import Cell, CellError
from glisson.clinical.schema import Field

#: Texts that usually mean "missing"; they are taken so only where the study declares them.
MISSING_LIKE = frozenset(
    {"n/a", "na", "n.a.", "#n/a", "unk", "unknown", "?", "??", "-", "--", ".", "..", "none", "null", "nan", "nil", "x"}
    | {"missing", "n.d.", "nd", "not known", "not done", "not available", "k.a.", "s.o."}
)
#: Numbers often typed for "missing".
SENTINELS = frozenset({-1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 888.0, 777.0})
_YES = {"yes", "y", "true", "1"}
_NO = {"no", "n", "false", "0"}
#: How many of the stored unit one of the written unit is.
UNITS: dict[str, dict[str, float]] = {
    "mm": {"mm": 1, "cm": 10},
    "cm": {"cm": 1, "m": 100, "mm": 0.1},
    "kg": {"kg": 1},
    "mg": {"mg": 1, "g": 1000},
    "um": {"um": 1, "µm": 1, "μm": 1, "micron": 1, "microns": 1},
    "mL": {"ml": 1},
    "GBq": {"gbq": 1, "mbq": 0.001},
    "Gy": {"gy": 1},
    "min": {"min": 1},
    "days": {"d": 1, "day": 1, "days": 1},
    "years": {"y": 1, "yr": 1, "years": 1, "a": 1},
    "%": {"%": 1},
    "mm2": {"mm2": 1, "mm²": 1, "cm2": 100, "cm²": 100},
    "mg/m2": {"mg/m2": 1, "mg/m²": 1},
    "HU": {"hu": 1},
}
_NUMBER = re.compile(r"([<>≤≥]=?)?\s*([-+]?\d[\d.,' ]*(?:[eE][-+]?\d+)?)\s*([A-Za-zµμ%°/].*)?")


#: More of a cell than this is not shown in a message.
_LONG = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something about one cell (row 0-based) or about the whole column (row ``None``)."""

    severity: Severity
    rule: str
    found: str
    expected: str = ""
    todo: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedColumn:
    """Values of one column.

    Parameters
    ----------
    values
        One a row; ``None`` where there is none. For dates the earliest day meant.
    upto
        For dates the latest day meant, equal to the value unless the date is partial; else empty.
    issues
        Everything noticed.
    """

    values: tuple[Any, ...]
    upto: tuple[date | None, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What the parsers of a column share."""

    declared: Field
    issues: list[Issue] = field(default_factory=list)
    decimal_comma: bool = False

    def unusable(self, row: int, rule: str, found: str, expected: str, todo: str = "") -> None:
        """Record a cell that has no usable value: it blocks where the column is required."""
        severity: Severity = "blocks" if self.declared.need == "required" else "changes"
        todo = todo or "correct the cell"
        found = found if len(found) <= _LONG else f"{found[:_LONG]} ..."
        self.issues.append(Issue(severity=severity, rule=rule, found=found, expected=expected, todo=todo, row=row))

    def note(self, row: int, rule: str, found: str, todo: str = "") -> None:
        """Record a value that was used although it was not written as expected."""
        self.issues.append(Issue(severity="note", rule=rule, found=found, todo=todo, row=row))


def parse_column(
    declared: Field, cells: Sequence[Cell], *, missing: Sequence[str] = (), date_order: str = ""
) -> ParsedColumn:
    """Parse one column.

    Parameters
    ----------
    declared
        What the column should hold.
    cells
        Raw cells.
    missing
        Texts and numbers that the study declares to mean "missing".
    date_order
        ``"day_first"``, ``"month_first"``, ``"iso"``, or ``""``: decided by the column's own unambiguous dates.

    Returns
    -------
    ParsedColumn

    Examples
    --------
    >>> column = parse_column(Field(name="largest_mm", kind="number", unit="mm"), ["4,5 cm", 12.0, None])
    >>> column.values
    (45.0, 12.0, None)
    """
    codes = {m.strip().casefold() for m in missing}
    context = Context(declared, [], _has_decimal_comma(cells))
    kept: list[Cell] = []
    for row, cell in enumerate(cells):
        kept.append(_usable(cell, row, codes, context))
    if declared.kind == "date":
        from glisson.clinical.cell_dates import parse_dates  # noqa: PLC0415 - the two modules know each other

        return parse_dates(kept, date_order, context)
    parser = _PARSERS[declared.kind]
    values = tuple(None if cell is None else parser(cell, row, context) for row, cell in enumerate(kept))
    if declared.kind in {"number", "integer"}:
        _note_sentinels(values, context)
    return ParsedColumn(values=values, issues=tuple(context.issues))


def shown(cell: Cell) -> str:
    """Return a cell as a person sees it."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.text
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    return str(cell).strip()


def _usable(cell: Cell, row: int, codes: set[str], context: Context) -> Cell:
    """Turn declared codes into blanks, and show undeclared ones and error values."""
    if cell is None:
        return None
    text = shown(cell)
    if isinstance(cell, CellError):
        context.unusable(
            row, "cell.error", f"the error value {text}", "a value", "correct the formula or type the value"
        )
        return None
    if text.casefold() in codes:
        return None
    like_missing = isinstance(cell, str) and text.casefold() in MISSING_LIKE
    if like_missing and not (context.declared.kind == "choice" and text.casefold() in context.declared.choices):
        context.unusable(
            row, "missing.undeclared", f"{text!r}, which may mean missing", _expected(context.declared),
            f'empty the cell, or declare it in study.toml: [input] missing = ["{text}"]',
        )  # fmt: skip
        return None
    return cell


def _expected(declared: Field) -> str:
    if declared.kind == "choice":
        return f"one of {', '.join(declared.choices)}"
    if declared.kind in {"number", "integer"}:
        unit = f" in {declared.unit}" if declared.unit else ""
        limits = "" if declared.low is None else f" from {declared.low:g} to {declared.high:g}"
        return ("a whole number" if declared.kind == "integer" else "a number") + unit + limits
    return {"date": "a date", "yes_no": "yes or no", "id": "an id"}.get(declared.kind, "a text")


def _id(cell: Cell, row: int, context: Context) -> str | None:
    if isinstance(cell, (date, datetime)):
        context.unusable(row, "id.date", f"a date ({shown(cell)}) where an id belongs", "an id",
                         "format the column as text and type the id again")  # fmt: skip
        return None
    return shown(cell)


def _text(cell: Cell, _row: int, _context: Context) -> str:
    return shown(cell)


def _list(cell: Cell, _row: int, _context: Context) -> str:
    return "; ".join(part.strip() for part in re.split(r"[;,]", shown(cell)) if part.strip())


@cache
def _codes(choices: tuple[str, ...]) -> dict[str, str]:
    """Return the codes of a column by their plain form."""
    return {plain_code(c): c for c in choices}


def plain_code(text: str) -> str:
    """Return a text as a code: lower case, spaces and hyphens as underscores."""
    return re.sub(r"[\s\-_]+", "_", text.strip().casefold())


def _choice(cell: Cell, row: int, context: Context) -> str | None:
    choices = context.declared.choices
    text = shown(cell)
    codes = _codes(tuple(choices))
    found = codes.get(plain_code(text))
    if found is None:
        close = get_close_matches(plain_code(text), list(codes), n=1, cutoff=0.6)
        hint = f"did you mean {codes[close[0]]}?" if close else "correct the cell"
        context.unusable(row, "choice.unknown", repr(text), f"one of {', '.join(choices)}", hint)
    return found


def _yes_no(cell: Cell, row: int, context: Context) -> bool | None:
    if isinstance(cell, bool):
        return cell
    text = shown(cell).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    context.unusable(row, "yes_no.unknown", repr(shown(cell)), "yes or no")
    return None


def _number(cell: Cell, row: int, context: Context) -> float | None:
    declared = context.declared
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        context.unusable(row, "number.type", f"{shown(cell)!r}", _expected(declared), "type the number")
        return None
    value = float(cell) if isinstance(cell, (int, float)) else _from_text(cell, row, context)
    if value is None:
        return None
    low, high = declared.low, declared.high
    if (low is not None and value < low) or (high is not None and value > high):
        what = "which looks like a code for missing" if value in SENTINELS else "which is not plausible"
        todo = (
            f'declare it in study.toml: [input] missing = ["{shown(cell)}"]'
            if value in SENTINELS
            else "check the value and its unit"
        )
        context.unusable(row, "number.range", f"{shown(cell)}, {what}", _expected(declared), todo)
        return None
    return value


def _integer(cell: Cell, row: int, context: Context) -> int | None:
    value = _number(cell, row, context)
    if value is None:
        return None
    if not value.is_integer():
        context.unusable(row, "number.whole", shown(cell), _expected(context.declared))
        return None
    return int(value)


def _from_text(text: str, row: int, context: Context) -> float | None:
    """Read a number typed as text: decimal comma, bound, trailing unit."""
    expected = _expected(context.declared)
    match = _NUMBER.fullmatch(text.strip().replace("\u00a0", " ").replace("−", "-"))
    if match is None:
        context.unusable(row, "number.text", repr(text.strip()), expected, "type the number")
        return None
    bound, digits, unit = match.groups()
    value = _digits(digits.strip().replace("'", "").replace(" ", ""), context.decimal_comma)
    if value is None:
        context.unusable(row, "number.separator", repr(digits.strip()), expected,
                         "thousands or decimals? type the number without a thousands separator")  # fmt: skip
        return None
    if unit:
        factor = UNITS.get(context.declared.unit, {}).get(unit.strip().casefold())
        if factor is None:
            context.unusable(row, "number.unit", f"the unit {unit.strip()!r}", expected, "type the number in that unit")
            return None
        value = round(value * factor, 12)
        context.note(row, "number.unit", f"{text.strip()!r} was read as {value:g} {context.declared.unit}")
    elif "," in digits:
        context.note(row, "number.comma", f"{text.strip()!r} was read as {value:g}")
    if bound:
        context.issues.append(
            Issue(severity="changes", rule="number.bound", row=row,
                  found=f"{text.strip()!r} is a bound, used as {value:g}", expected="a number",
                  todo="nothing, if the bound may stand for the value")
        )  # fmt: skip
    return value


def _digits(digits: str, decimal_comma: bool) -> float | None:
    """Return the number, or ``None`` where a separator could be for thousands."""
    if "," in digits and "." in digits:
        last = max(digits.rfind(","), digits.rfind("."))
        other = "," if digits[last] == "." else "."
        digits = digits.replace(other, "").replace(",", ".")
    elif digits.count(",") == 1:
        if len(digits.split(",")[1]) == 3 and not decimal_comma and not digits.startswith(("0,", "-0,")):
            return None
        digits = digits.replace(",", ".")
    elif digits.count(",") > 1 or digits.count(".") > 1:
        return None
    try:
        return float(digits)
    except ValueError:
        return None


def _has_decimal_comma(cells: Sequence[Cell]) -> bool:
    """Whether some cell can only be a decimal comma: not exactly three digits after it."""
    return any(isinstance(c, str) and re.search(r"\d,(\d{1,2}|\d{4,})(?!\d|,)", c) and "." not in c for c in cells)


def _note_sentinels(values: Sequence[float | None], context: Context) -> None:
    """Show plausible numbers that repeat at the edge of a column like a code for missing."""
    known = [v for v in values if v is not None]
    for edge in {min(known), max(known)} & SENTINELS if known else set():
        times = known.count(edge)
        if times >= 3 and len(set(known)) > 2:
            found = f"{edge:g} stands {times} times and may be a code for missing"
            todo = f'if it is, declare [input] missing = ["{edge:g}"] in study.toml'
            expected = _expected(context.declared)
            context.issues.append(
                Issue(severity="changes", rule="number.sentinel", found=found, expected=expected, todo=todo)
            )


_PARSERS: dict[str, Callable[[Cell, int, Context], Any]] = {
    "id": _id,
    "text": _text,
    "list": _list,
    "choice": _choice,
    "yes_no": _yes_no,
    "number": _number,
    "integer": _integer,
}
