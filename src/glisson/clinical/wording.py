"""Headings and values as people write them, made comparable: case, accents, separators, number formats."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from glisson.clinical.raw import CellError

_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")
_SEPARATORS = re.compile(r"[^\w<>=%]+|_+")


def plain(text: str) -> str:
    """Return text in lower case, without accents, its words separated by one space.

    Examples
    --------
    >>> plain("Date_of-Death"), plain("Überleben (Monate)"), plain("StillAlive")
    ('date of death', 'uberleben monate', 'still alive')
    """
    bare = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text))
    bare = "".join(c for c in bare if not unicodedata.combining(c)).casefold()
    return _SEPARATORS.sub(" ", bare).strip()


def shown(value: object) -> str:
    """Return a cell's value as text that identifies it in a list of codes; an empty cell gives an empty text.

    Whole numbers lose their decimal point, so that a code reads the same in a workbook and in a CSV file.

    Examples
    --------
    >>> shown(1.0), shown(" LC  beads "), shown(None), shown(True)
    ('1', 'LC beads', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, date):
        midnight = isinstance(value, datetime) and not (value.hour or value.minute or value.second)
        return value.isoformat()[: 10 if midnight else None]
    return " ".join(str(value).split())


def number(value: object) -> float | None:
    """Return the number a cell holds, also where it is text; ``None`` where it is none.

    Examples
    --------
    >>> number(4), number("4,5"), number("-25.86"), number("Stage 2"), number(True)
    (4.0, 4.5, -25.86, None, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = str(value).strip()
    if re.fullmatch(r"[+-]?\d+(,\d+)?", text):
        text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text) else None
