"""What stands in one column of a flat sheet: counts, numbers, dates and their order, texts that may mean missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from glisson.clinical.raw import CellError
from glisson.clinical.wording import number, plain, shown

#: Texts that usually, but not always, mean that nothing was recorded.
_MISSING_WORDS = {
    "na", "n a", "nan", "null", "none", "nil", "unk", "unknown", "uk", "missing", "not stated", "not known",
    "not available", "not recorded", "not reported", "not applicable", "nd", "n d", "k a", "ka",
    "keine angabe", "unbekannt", "fehlt", "desconocido", "sin dato", "sin datos", "no consta", "nc", "inconnu",
    "non connu",
}  # fmt: skip
_MISSING_MARKS = {".", "..", "-", "--", "?", "??", "/", "x", "*"}
#: Numbers that usually, but not always, mean that nothing was recorded.
_MISSING_NUMBERS = {-9.0, -99.0, -999.0, -9999.0, -88.0, -888.0, 99.0, 999.0, 9999.0, 888.0}

_ISO = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?([T ].*)?")
_NUMERIC_DATE = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})")
_WORDED_DATE = re.compile(r"\d{1,2}[ .-]*[^\W\d]{3,}[ .,-]*\d{2,4}|[^\W\d]{3,} \d{1,2},? \d{4}|[^\W\d]{3,} \d{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCounts:
    """How the dates of a column are written: as real dates, and as text by what their order can be."""

    native: int = 0
    iso: int = 0
    day_first: int = 0
    month_first: int = 0
    either: int = 0
    worded: int = 0

    @property
    def total(self) -> int:
        """Number of cells that look like a date."""
        return self.native + self.iso + self.day_first + self.month_first + self.either + self.worded

    @property
    def order(self) -> str:
        """The order that the values themselves prove; empty where they do not, or contradict each other."""
        if self.day_first and self.month_first:
            return ""
        if self.day_first or self.month_first:
            return "day_first" if self.day_first else "month_first"
        return "" if self.either else "iso"

    def __str__(self) -> str:
        """Return the counts that are not zero, in words."""
        parts = (
            (self.native, "real dates"), (self.iso, "written year-month-day"),
            (self.day_first, "that can only be day first"), (self.month_first, "that can only be month first"),
            (self.either, "that can be read both ways"), (self.worded, "with the month in words"),
        )  # fmt: skip
        return ", ".join(f"{n} {text}" for n, text in parts if n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One column.

    Parameters
    ----------
    column, index, letter
        Heading, 0-based position, spreadsheet letter.
    rows, filled
        Number of patients, and of cells that are not empty.
    counts
        Each distinct value as text with its count, most frequent first.
    numbers, negatives, whole
        Cells that hold a number; those below zero; those without decimals.
    dates
        Cells that look like dates.
    missing_like
        Values that may be a code for "not recorded", with their counts.
    """

    column: str
    index: int
    letter: str
    rows: int
    filled: int
    counts: tuple[tuple[str, int], ...]
    numbers: int
    negatives: int
    whole: int
    dates: DateCounts
    missing_like: tuple[tuple[str, int], ...]

    def values(self, without: Sequence[str] = ()) -> tuple[tuple[str, int], ...]:
        """Return distinct values with counts, leaving out those that mean missing."""
        return tuple((v, n) for v, n in self.counts if v not in without)

    def categories(self, without: Sequence[str] = (), at_most: int = 12) -> bool:
        """Whether the column holds a few distinct values."""
        return 0 < len(self.values(without)) <= at_most

    def mostly(self, count: int) -> bool:
        """Whether a count makes up at least 80 % of the values that are not a code for missing."""
        real = self.filled - sum(n for _, n in self.missing_like)
        return real > 0 and count >= 0.8 * real

    def __str__(self) -> str:
        """Return what stands in the column, in words; single values only where they repeat."""
        head = f"{self.filled} of {self.rows} filled"
        if self.mostly(self.dates.total):
            return f"{head}: {self.dates}"
        if len(self.counts) <= 8 and len(self.counts) < max(self.filled, 2):
            return f"{head}: " + ", ".join(f"{v} ({n})" for v, n in self.counts)
        if self.mostly(self.numbers):
            below = f", {self.negatives} below zero" if self.negatives else ""
            return f"{head}: numbers{' without decimals' if self.whole == self.numbers else ''}{below}"
        return f"{head}: {len(self.counts)} different values"


def profile(column: str, index: int, letter: str, cells: Sequence[object]) -> Profile:
    """Describe one column.

    Parameters
    ----------
    column, index, letter
        Heading, 0-based position, spreadsheet letter.
    cells
        Shape (patients,): the raw cells.
    """
    filled = [c for c in cells if shown(c) and not isinstance(c, CellError)]
    counts = Counter(shown(c) for c in filled)
    numbers = [n for c in filled if (n := number(c)) is not None]
    return Profile(
        column=column,
        index=index,
        letter=letter,
        rows=len(cells),
        filled=len(filled),
        counts=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        numbers=len(numbers),
        negatives=sum(n < 0 for n in numbers),
        whole=sum(n.is_integer() for n in numbers),
        dates=_dates(filled),
        missing_like=_missing_like(counts, numbers),
    )


def _dates(cells: Sequence[object]) -> DateCounts:
    tally: Counter[str] = Counter()
    for cell in cells:
        if isinstance(cell, date):
            tally["native"] += 1
            continue
        text = shown(cell)
        if parts := _NUMERIC_DATE.fullmatch(text.split(" ")[0]):
            first, second = int(parts[1]), int(parts[2])
            kinds = {(True, False): "day_first", (False, True): "month_first", (False, False): "either"}
            if kind := kinds.get((first > 12, second > 12)):
                tally[kind] += 1
        elif _ISO.fullmatch(text):
            tally["iso"] += 1
        elif _WORDED_DATE.fullmatch(text):
            tally["worded"] += 1
    return DateCounts(**tally)


def _missing_like(counts: Counter[str], numbers: Sequence[float]) -> tuple[tuple[str, int], ...]:
    """Words and marks for missing, and numbers such as -999 that stand apart from the rest of the column."""
    found = []
    for text, count in sorted(counts.items()):
        value = number(text)
        if value is None:
            if plain(text) in _MISSING_WORDS or text in _MISSING_MARKS:
                found.append((text, count))
        elif value in _MISSING_NUMBERS:
            rest = [n for n in numbers if n not in _MISSING_NUMBERS]
            if not rest or value < min(0, *rest) or value > 1.5 * max(rest):
                found.append((text, count))
    return tuple(found)
