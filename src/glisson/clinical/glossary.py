"""Data dictionaries: a sheet or file that says what each column holds, in which unit, and what its codes mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from glisson.clinical.wording import plain, shown

if TYPE_CHECKING:
    from glisson.clinical.raw import RawSheet

_UNITS = {
    "days": {"day", "days", "tag", "tage", "tagen", "dia", "dias", "jour", "jours"},
    "weeks": {"week", "weeks", "wk", "wks", "woche", "wochen", "semana", "semanas", "semaine", "semaines"},
    "months": {"month", "months", "mo", "mos", "mths", "monat", "monate", "monaten", "mes", "meses", "mois"},
    "years": {"year", "years", "yr", "yrs", "jahr", "jahre", "jahren", "ano", "anos", "ans", "annees"},
    "mm": {"mm", "millimeter", "millimetre"},
    "cm": {"cm", "centimeter", "centimetre", "zentimeter"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a data dictionary says of one column: a description, and what its codes mean where it lists them."""

    description: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)


Glossary = Mapping[str, Entry]
NO_GLOSSARY: Glossary = MappingProxyType({})


def units_in(text: str) -> frozenset[str]:
    """Return the units of time or length that a text names.

    Examples
    --------
    >>> sorted(units_in("Time to progression (Weeks)")), sorted(units_in("OS_months")), sorted(units_in("OS"))
    (['weeks'], ['months'], [])
    """
    words = set(plain(text).split())
    return frozenset(unit for unit, names in _UNITS.items() if words & names)


def split_glossary(sheets: Sequence[RawSheet]) -> tuple[tuple[RawSheet, ...], Glossary]:
    """Tell the sheets that hold patients from the one that describes their columns.

    Parameters
    ----------
    sheets
        All sheets of the input.

    Returns
    -------
    data, glossary
        The other sheets in order, and the entries by column heading. A sheet is a glossary if at least half of its
        first column, and at least two cells, are headings of another sheet; its own heading row may be missing.
    """
    for sheet in sheets:
        others = [s for s in sheets if s is not sheet]
        headings = {plain(h) for other in others for h in other.header if h}
        lines = [line for line in (sheet.header, *sheet.rows) if line and shown(line[0])]
        known = sum(plain(shown(line[0])) in headings for line in lines)
        if known >= 2 and known >= 0.5 * len(lines):
            return tuple(others), _entries(lines)
    return tuple(sheets), NO_GLOSSARY


def _entries(lines: Sequence[Sequence[object]]) -> Glossary:
    """Join all cells beside the first into the description."""
    return {shown(line[0]): Entry(description="; ".join(t for c in line[1:] if (t := shown(c)))) for line in lines}


def entry_for(glossary: Glossary, column: str) -> Entry:
    """Return the entry of a column, whatever the case and separators of its name; empty where there is none."""
    if column in glossary:
        return glossary[column]
    return next((e for name, e in glossary.items() if plain(name) == plain(column)), Entry())
