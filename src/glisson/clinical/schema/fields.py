"""What a table and a column of the common data model declare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "choice", "date", "integer", "number", "yes_no", "list"]
Need = Literal["required", "conditional", "optional"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a table.

    Parameters
    ----------
    name
        Column name.
    kind
        What a cell holds. Ids stay text; dates may be partial; lists are separated by ``;`` or ``,``.
    need
        ``required`` for every row, ``conditional`` on other columns, or ``optional``.
    choices
        Codes of a choice, in display order.
    low, high
        Plausible limits of a number, inclusive.
    unit
        Unit of a number, as stored.
    meaning
        What the column holds, for the cell comment and the dictionary.
    example
        Text of the example patient's cell.
    adam
        ADaM or SDTM variable.
    """

    name: str
    kind: Kind = "text"
    need: Need = "optional"
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""
    meaning: str = ""
    example: str = ""
    adam: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet.

    Parameters
    ----------
    name, title
        Sheet name and heading.
    fields
        Columns in order.
    key
        Columns that identify a row; empty where rows need no identity.
    compulsory
        Whether an assessment is impossible without the table.
    adds
        What can be computed with this table and not without it.
    further
        Further rows of the example patient, as (column, text) pairs; an id of the first row that is not given stays.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    compulsory: bool = False
    adds: str = ""
    further: tuple[tuple[tuple[str, str], ...], ...] = ()

    def field(self, name: str) -> Field:
        """Return a column by name."""
        return next(f for f in self.fields if f.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(f.name for f in self.fields)

    @property
    def examples(self) -> tuple[dict[str, str], ...]:
        """Rows of the example patient: the texts of the filled cells by column."""
        first = {f.name: f.example for f in self.fields if f.example}
        kept = {f.name: f.example for f in self.fields if f.kind == "id" and f.example}
        return (first, *(kept | dict(row) for row in self.further))


def ident(name: str, meaning: str, example: str, need: Need = "required", adam: str = "") -> Field:
    """Declare a column of an id."""
    return Field(name=name, kind="id", need=need, meaning=meaning, example=example, adam=adam)


def choice(name: str, choices: tuple[str, ...], meaning: str, example: str, need: Need = "optional") -> Field:
    """Declare a column of one of several codes."""
    return Field(name=name, kind="choice", choices=choices, meaning=meaning, example=example, need=need)


def day(name: str, meaning: str, example: str = "", need: Need = "optional", adam: str = "") -> Field:
    """Declare a column of a date."""
    return Field(name=name, kind="date", meaning=meaning, example=example, need=need, adam=adam)


def number(
    name: str, meaning: str, low: float, high: float, *, unit: str = "", example: str = "", need: Need = "optional"
) -> Field:
    """Declare a column of a number."""
    return Field(name=name, kind="number", low=low, high=high, unit=unit, meaning=meaning, example=example, need=need)


def whole(name: str, meaning: str, low: float, high: float, example: str = "", need: Need = "optional") -> Field:
    """Declare a column of a whole number."""
    return Field(name=name, kind="integer", low=low, high=high, meaning=meaning, example=example, need=need)


def yes_no(name: str, meaning: str, example: str = "", need: Need = "optional") -> Field:
    """Declare a column of yes or no."""
    return Field(name=name, kind="yes_no", meaning=meaning, example=example, need=need)


def words(name: str, meaning: str, example: str = "", need: Need = "optional") -> Field:
    """Declare a column of text."""
    return Field(name=name, meaning=meaning, example=example, need=need)


PATIENT_ID = ident("patient_id", "the patient's pseudonymous id; text, leading zeros are kept", "EX-01", adam="USUBJID")
