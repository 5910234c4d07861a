"""Numbers as they were printed: every value that could stand behind the digits, and the rows of a paper."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from glisson.errors import InputError
from glisson.evidence.library import Arm, Library, Published

#: Halves may have been rounded up or to even, and 0.285 is no binary number: ranges are closed and this much wider.
_SLACK = 1e-9
_P = re.compile(r"\bp\s*([<>=])\s*(0?\.\d+)", re.IGNORECASE)
#: Names of endpoints whose rates are shares that are still free of the event.
_FALLS = re.compile(r"(^|_)(os|pfs|rfs|dfs|efs|mfs|css|dss)$|survival|free\b|_free_")
_TIME = {"m": 1.0, "w": 7 / 30.4375}
_UNIT = {"median_months": 1.0, "median_weeks": 7 / 30.4375, "median_days": 1 / 30.4375}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printed number.

    Parameters
    ----------
    value
        As printed.
    digits
        Decimals it was rounded to.
    """

    value: float
    digits: int

    @classmethod
    def of(cls, cell: Any, *, least_digits: int = 0) -> Printed | None:
        """Return a cell as a printed number; nothing for an empty one.

        Parameters
        ----------
        cell
            Text, whose final zeros count (``"0.50"``), or a number, whose final zeros are not known.
        least_digits
            Decimals it has at least; 2 for a proportion, which is printed in whole per cents or finer.

        Examples
        --------
        >>> Printed.of("0.50"), Printed.of(20.0).digits, Printed.of(0.4, least_digits=2).digits
        (Printed(value=0.5, digits=2), 0, 2)
        """
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        text = cell.strip() if isinstance(cell, str) else repr(float(cell)).removesuffix(".0")
        decimals = len(text.partition(".")[2]) if "e" not in text.lower() else 6
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(text)
        return cls(value=value, digits=max(decimals, least_digits))

    @property
    def low(self) -> float:
        """Least value that is printed so."""
        return self.value - 0.5 * 10.0**-self.digits - _SLACK

    @property
    def high(self) -> float:
        """Largest value that is printed so."""
        return self.value + 0.5 * 10.0**-self.digits + _SLACK

    def counts(self, n: int) -> range:
        """Return the numbers of ``n`` units whose share is printed so.

        Examples
        --------
        >>> list(Printed.of("0.54").counts(36)), list(Printed.of("0.54").counts(35))
        ([], [19])
        """
        return range(max(0, math.ceil(self.low * n)), min(n, math.floor(self.high * n)) + 1)

    def cut_counts(self, n: int) -> range:
        """Return the numbers of ``n`` units whose share is printed so if digits were cut off instead of rounded."""
        top = math.ceil((self.value + 10.0**-self.digits - _SLACK) * n)
        return range(max(0, math.ceil((self.value - _SLACK) * n)), min(n + 1, top))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One reported number with what the rules need to know of it.

    Parameters
    ----------
    value, ci_low, ci_high
        As printed, where there are any.
    ci_level
        Confidence level, 0.95 unless stated.
    p
        Range of the printed P value.
    n_patients, n_lms
        Of the arm.
    """

    study_id: str
    arm_id: str
    subgroup: str
    endpoint: str
    statistic: str
    value: Printed | None
    ci_low: Printed | None
    ci_high: Printed | None
    ci_level: float
    n: int | None
    events: int | None
    time_origin: str
    comparator_arm: str
    p: tuple[float, float] | None
    n_patients: int | None
    n_lms: int | None

    @property
    def share(self) -> bool:
        """Whether it lies between 0 and 1."""
        return self.statistic == "proportion" or self.statistic.startswith("rate_at_")

    @property
    def months(self) -> float | None:
        """Time of a rate, in months."""
        found = re.fullmatch(r"rate_at_(\d+(?:\.\d+)?)([mw])", self.statistic)
        return float(found[1]) * _TIME[found[2]] if found else None

    @property
    def falling(self) -> bool:
        """Whether the endpoint is a curve that falls from 1: survival, or time free of an event; not an incidence."""
        return bool(_FALLS.search(self.endpoint))

    @property
    def median_months(self) -> tuple[float, float] | None:
        """Range of a median time, in months."""
        unit = _UNIT.get(self.statistic)
        return (self.value.low * unit, self.value.high * unit) if unit and self.value else None

    @property
    def counted(self) -> range | None:
        """Numbers of units that the row allows; nothing where n is not known."""
        if self.events is not None:
            return range(self.events, self.events + 1)
        if self.n is None or self.value is None or self.statistic != "proportion":
            return None
        return self.value.counts(self.n) or self.value.cut_counts(self.n)


def reported(rows: Library | Iterable[Published | Mapping[str, Any]]) -> list[Reported]:
    """Return rows as the rules read them.

    Parameters
    ----------
    rows
        A library, numbers of it, or mappings with the columns of the library; of a mapping only ``endpoint``,
        ``statistic`` and ``value`` are needed, and ``n_patients`` is the size of its arm. Values given as text keep
        their final zeros.

    Raises
    ------
    InputError
        If a mapping has no endpoint or statistic, or a cell is no number.

    Examples
    --------
    >>> reported([{"endpoint": "orr", "statistic": "proportion", "value": "0.40", "n": 20}])[0].value
    Printed(value=0.4, digits=2)
    """
    arms: dict[tuple[str, str], Arm] = {}
    if isinstance(rows, Library):
        arms = {(a.study_id, a.arm_id): a for a in rows.arms}
        rows = rows.numbers
    out = []
    for place, row in enumerate(rows, start=1):
        given = dict(row) if isinstance(row, Mapping) else row.model_dump()
        arm = arms.get((given.get("study_id", ""), given.get("arm_id", "")))
        if arm is not None:
            given |= {"n_patients": arm.n_patients, "n_lms": arm.n_lms}
        out.append(_one(given, place))
    return out


def _one(given: Mapping[str, Any], place: int) -> Reported:
    for name in ("endpoint", "statistic"):
        if not given.get(name):
            raise InputError(f"row {place} has no {name}", expected="endpoint, statistic and value in every row")
    statistic = str(given["statistic"])
    least = 2 if statistic == "proportion" or statistic.startswith("rate_at_") else 0
    defaults = {"study_id": "", "arm_id": "all", "subgroup": "all", "time_origin": "", "comparator_arm": ""}
    texts: dict[str, Any] = {name: str(given.get(name) or usual) for name, usual in defaults.items()}
    try:
        numbers: dict[str, Any] = {
            name: Printed.of(given.get(name), least_digits=least) for name in ("value", "ci_low", "ci_high")
        }
        numbers |= {name: _whole(given.get(name)) for name in ("n", "events", "n_patients", "n_lms")}
        level = float(given.get("ci_level") or 0.95)
        if not 0 < level < 1:
            raise ValueError(f"confidence level {level:g}")
    except ValueError as error:
        raise InputError(f"row {place} holds something that is no number ({error})", expected="numbers") from None
    p = _p_range(str(given.get("p_value") or ""), texts["subgroup"])
    return Reported(endpoint=str(given["endpoint"]), statistic=statistic, ci_level=level, p=p, **texts, **numbers)


def _whole(cell: Any) -> int | None:
    return None if cell is None or cell == "" else int(cell)


def _p_range(printed: str, subgroup: str) -> tuple[float, float] | None:
    """Return the values behind a P value, printed on its own or in the words of a subgroup (``p=0.06``)."""
    found = _P.search(f"p={printed}" if printed[:1].isdigit() or printed.startswith(".") else f"p{printed}")
    found = found if printed else _P.search(subgroup)
    if not found:
        return None
    value = Printed.of(found[2])
    assert value is not None
    ranges = {"<": (0.0, value.high), ">": (value.low, 1.0), "=": (max(value.low, 0.0), min(value.high, 1.0))}
    return ranges[found[1]]
