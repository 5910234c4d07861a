"""Numbers into words: one place that knows how a journal writes a percentage, an interval or a P value.

A missing value is never printed as such: it is a reason ("not reached", "not estimable (0 events)") or an em dash.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from glisson.tables import Estimate

StyleName = Literal["ama", "nejm", "lancet", "plain"]

#: Mean length of a month of the Gregorian calendar.
DAYS_PER_MONTH = 30.4375
#: Printed where there is nothing to print and no reason to give.
NOTHING_TO_PRINT = "—"
#: Percentages of fewer patients than this mislead more than they tell; only the counts are printed.
LEAST_FOR_PERCENT = 5

_BELOW_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How numbers are written in one style.

    Parameters
    ----------
    name
        ``ama``, ``nejm``, ``lancet`` or ``plain``.
    p_symbol, p_space, p_zero
        How a P value is introduced (``P`` or ``p``), whether blanks surround its relation sign, and whether a zero
        stands before its point.
    ci
        What introduces the limits of an interval, without the level.
    to
        What stands between two limits.
    point
        Decimal point.

    Notes
    -----
    AMA Manual of Style, 11th edition (P values, rounding); NEJM instructions to authors on statistical reporting; The
    Lancet formatting guidelines (raised point). ``plain`` is everyday English.

    Examples
    --------
    >>> words = Words.of("ama")
    >>> words.count_of(8, 24), words.p(0.042), words.months(274)
    ('8 of 24 (33%)', 'P = .04', '9.0')
    """

    name: StyleName
    p_symbol: str = "P"
    p_space: bool = True
    p_zero: bool = True
    ci: str = "CI,"
    to: str = " to "
    point: str = "."

    @classmethod
    def of(cls, name: StyleName) -> Words:
        """Return the words of a style."""
        return _STYLES[name]

    # -- numbers ---------------------------------------------------------------------------------------------------

    def number(self, value: float | None, digits: int = 1) -> str:
        """Return a number with a fixed number of decimals and a true minus sign."""
        if value is None or not math.isfinite(value):
            return NOTHING_TO_PRINT
        text = _half_up(value, digits)
        if float(text) == 0:
            text = text.lstrip("-")
        return text.replace("-", "−").replace(".", self.point)

    def measure(self, value: float | None) -> str:
        """Return a measured value with one decimal, or none where it is whole or at least 100."""
        if value is None or not math.isfinite(value):
            return NOTHING_TO_PRINT
        return self.number(value, 0 if value == round(value) or abs(value) >= 100 else 1)

    def months(self, days: float | None) -> str:
        """Return days as months with one decimal."""
        return NOTHING_TO_PRINT if days is None else self.number(days / DAYS_PER_MONTH)

    def percent(self, share: float | None, n: int | None) -> str:
        """Return a percentage: no decimals below 100 units, one from there on.

        A share that is not 0 or 1 is never rounded to 0% or 100%.
        """
        if share is None or not math.isfinite(share):
            return NOTHING_TO_PRINT
        digits = 0 if n is None or n < 100 else 1
        least = 10.0**-digits
        if 0 < share * 100 < least / 2:
            return f"<{self.number(least, digits)}%"
        if 0 < (1 - share) * 100 < least / 2:
            return f">{self.number(100 - least, digits)}%"
        return self.number(share * 100, 0 if share in {0.0, 1.0} else digits) + "%"

    def count_of(self, count: int, n: int, noun: str = "") -> str:
        """Return ``8 of 24 (33%)`` or ``8 of 24 patients (33%)``; below 5 units the counts alone."""
        text = f"{count} of {n} {noun}".rstrip()
        return text if n < LEAST_FOR_PERCENT else f"{text} ({self.percent(count / n, n)})"

    def count_percent(self, count: int, n: int) -> str:
        """Return ``8 (33%)`` for a column whose heading names n; below 5 units the count alone."""
        if n < LEAST_FOR_PERCENT:
            return str(count)
        return f"{count} ({self.percent(count / n, n)})"

    # -- P values and intervals ------------------------------------------------------------------------------------

    def p(self, value: float | None) -> str:
        """Return a P value with its symbol and relation: ``P = .04``, ``p<0·0001``."""
        relation, text = self._p_parts(value)
        if not relation:
            return text
        blank = " " if self.p_space else ""
        return f"{self.p_symbol}{blank}{relation}{blank}{text}"

    def p_cell(self, value: float | None) -> str:
        """Return a P value for a column that is headed ``P``: ``.04``, ``<.001``."""
        relation, text = self._p_parts(value)
        return text if relation in {"=", ""} else f"{relation}{text}"

    def _p_parts(self, value: float | None) -> tuple[str, str]:
        if value is None or not math.isfinite(value):
            return "", NOTHING_TO_PRINT
        if value > 0.99:
            relation, number = ">", "0.99"
        elif self.name == "lancet":
            relation, number = ("<", "0.0001") if value < 0.0001 else ("=", _two_figures(value))
        elif value < 0.001:
            relation, number = "<", "0.001"
        else:
            relation, number = "=", _half_up(value, _p_digits(value))
        number = number if self.p_zero else number.removeprefix("0")
        return relation, number.replace(".", self.point)

    def level(self, level: float | None) -> str:
        """Return a confidence level: ``95%``."""
        return NOTHING_TO_PRINT if level is None else f"{level * 100:g}%".replace(".", self.point)

    def limits(self, low: str, high: str) -> str:
        """Return two limits that are already words: ``5.1 to 14.2``, ``5·1–14·2``.

        A word or a minus sign beside a dash is hard to read, so those are always joined with "to".
        """
        apart = any(ch.isalpha() or ch == "−" for ch in low + high)
        return f"{low} to {high}" if apart else f"{low}{self.to}{high}"

    def interval(self, low: str, high: str, level: float | None) -> str:
        """Return ``95% CI, 5.1 to 14.2``."""
        return f"{self.level(level)} {self.ci} {self.limits(low, high)}"

    # -- estimates -------------------------------------------------------------------------------------------------

    def value(self, e: Estimate) -> str:
        """Return the point estimate in the unit people read, or the reason why there is none."""
        if e.value is None or not math.isfinite(e.value):
            return e.reason or NOTHING_TO_PRINT
        return self._in_unit(e, e.value)

    def bounds(self, e: Estimate) -> tuple[str, str] | None:
        """Return the two limits in words, or ``None`` where the estimate has no interval at all."""
        if e.level is None or (e.low is None and e.high is None):
            return None
        return self._limit(e, e.low, "not estimable"), self._limit(e, e.high, _absent_upper(e))

    def cell(self, e: Estimate) -> str:
        """Return an estimate for a table: ``9.0 (5.1 to 14.2)``, ``38% (19% to 57%)``, ``not reached``."""
        limits = self.bounds(e)
        return f"{self.value(e)} ({self.limits(*limits)})" if limits else self.value(e)

    def phrase(self, e: Estimate) -> str:
        """Return an estimate for a sentence: ``9.0 months (95% CI, 5.1 to 14.2)``."""
        text, limits = self.value(e), self.bounds(e)
        if e.unit == "day" and e.value is not None:
            text += " months"
        return f"{text} ({self.interval(*limits, e.level)})" if limits else text

    def rate(self, e: Estimate, noun: str) -> str:
        """Return a proportion for a sentence: ``8 of 24 patients (33%; 95% CI, 16% to 55%)``."""
        if e.events is None or not e.n:
            return self.phrase(e)
        text, limits = self.count_of(e.events, e.n, noun), self.bounds(e)
        if not limits:
            return text
        interval = self.interval(*limits, e.level)
        return f"{text[:-1]}; {interval})" if text.endswith(")") else f"{text} ({interval})"

    def _limit(self, e: Estimate, value: float | None, absent: str) -> str:
        return absent if value is None or not math.isfinite(value) else self._in_unit(e, value)

    def _in_unit(self, e: Estimate, value: float) -> str:
        match e.unit:
            case "day" | "person-day":
                return self.months(value)
            case "probability" if "difference" in e.statistic:  # percentage points
                return self.number(value * 100, 0)
            case "probability":
                return self.percent(value, e.n)
            case "count":
                return self.number(value, 0)
            case "p":
                return self.p_cell(value)
            case _:
                return self.number(value, _decimals(value) if e.unit == "ratio" else 2)


_STYLES: dict[StyleName, Words] = {
    "ama": Words(name="ama", p_zero=False),
    "nejm": Words(name="nejm", p_space=False),
    "lancet": Words(name="lancet", p_symbol="p", p_space=False, ci="CI", to="–", point="·"),
    "plain": Words(name="plain", p_symbol="p", ci="CI"),
}


def _decimals(ratio: float) -> int:
    """Two below 10, one below 100: a ratio of 9564.04 claims four digits too many."""
    return 2 if abs(ratio) < 10 else 1 if abs(ratio) < 100 else 0


def _absent_upper(e: Estimate) -> str:
    return "not reached" if e.unit in {"day", "person-day"} else "not estimable"


def _p_digits(p: float) -> int:
    """Two decimals from 0.01 on, three below; more where rounding would carry P up to 0.05."""
    digits = 2 if p >= 0.01 else 3
    while p < 0.05 <= float(_half_up(p, digits)):
        digits += 1
    return digits


def _two_figures(p: float) -> str:
    """Round to two significant figures without an exponent."""
    digits = max(2, 1 - math.floor(math.log10(p))) if p > 0 else 2
    return _half_up(p, digits)


def _half_up(value: float, digits: int) -> str:
    """Round as people do, halves away from zero: 12.5 is 13, also where binary numbers fall just short of the half."""
    near = Decimal(repr(round(value, digits + 9)))
    return str(near.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def plural(count: int, noun: str, many: str = "") -> str:
    """Return ``1 patient``, ``2 patients``, ``3 deaths``.

    Examples
    --------
    >>> plural(1, "patient"), plural(3, "biopsy", "biopsies")
    ('1 patient', '3 biopsies')
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}".replace(",", " ")


def spelled(count: int) -> str:
    """Return a number below 100 in letters, for the beginning of a sentence.

    Examples
    --------
    >>> spelled(3), spelled(24), spelled(105)
    ('three', 'twenty-four', '105')
    """
    if not 0 <= count < 100:
        return str(count)
    if count < 20:
        return _BELOW_TWENTY[count]
    tens, ones = divmod(count, 10)
    return _TENS[tens] + (f"-{_BELOW_TWENTY[ones]}" if ones else "")


def opening(count: int, noun: str, many: str = "") -> str:
    """Return a count for the beginning of a sentence: ``Three patients``, ``A total of 105 patients``."""
    if count >= 100:
        return f"A total of {plural(count, noun, many)}"
    return sentence_case(f"{spelled(count)} {noun if count == 1 else many or noun + 's'}")


def listed(items: Sequence[str], last: str = "and") -> str:
    """Return ``A``, ``A and B``, ``A, B, and C``."""
    if len(items) <= 2:
        return f" {last} ".join(items)
    return f"{', '.join(items[:-1])}, {last} {items[-1]}"


def sentence_case(text: str) -> str:
    """Return the text with its first letter as a capital, the rest untouched."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Return the text fit for the middle of a sentence: abbreviations keep their capitals.

    Examples
    --------
    >>> lower_first("Overall survival"), lower_first("DEB-TACE"), lower_first("Y-90 radioembolization")
    ('overall survival', 'DEB-TACE', 'Y-90 radioembolization')
    """
    plain_word = len(text) < 2 or text[1].islower() or text[1] == " "
    return text[:1].lower() + text[1:] if plain_word else text
