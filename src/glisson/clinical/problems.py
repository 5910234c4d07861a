"""Problems of the data: every one of them, each with its cell and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocks", "changes", "note"]

#: What each severity means to the person who has to act, worst first.
SEVERITY_MEANING: dict[Severity, str] = {
    "blocks": "must be settled before an assessment",
    "changes": "changes a result",
    "note": "worth knowing",
}
_RANK: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITY_MEANING)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, doubtful or was changed in the data.

    Parameters
    ----------
    severity
        ``blocks``, ``changes`` a result, or ``note``.
    rule
        Short id of the rule that found it, e.g. ``"date.impossible"``.
    file, sheet, cell, row, column
        Where: file name, sheet, A1 address or row number (1 is the header row), column heading.
    patient
        Patient id, where the row has one.
    found, expected, todo
        What stands there, what was expected, what to do; plain phrases.
    """

    severity: Severity
    rule: str
    found: str
    expected: str = ""
    todo: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    row: int | None = None
    column: str = ""
    patient: str = ""

    @property
    def place(self) -> str:
        """Where it is, in words: ``lms.xlsx, sheet session, cell C7``."""
        parts = [self.file, f"sheet {self.sheet}" if self.sheet else ""]
        parts.append(f"cell {self.cell}" if self.cell else f"row {self.row}" if self.row else "")
        if not self.cell and self.column:
            parts.append(f"column {self.column}")
        return ", ".join(p for p in parts if p)

    def __str__(self) -> str:
        """Return one line fit for a terminal."""
        text = f"{self.place}: {self.found}" if self.place else self.found
        text += f"; expected {self.expected}" if self.expected else ""
        return text + (f". {self.todo[0].upper()}{self.todo[1:]}." if self.todo else ".")


def _order(p: Problem) -> tuple[int, str, str, int, str, str, str, str]:
    """Order of a problem: severity, place, then whatever makes the order the same every time."""
    return _RANK[p.severity], p.file, p.sheet, p.row or 0, p.cell, p.column, p.rule, p.found


@dataclass(frozen=True, slots=True)
class Problems:
    """All problems of an input, worst first."""

    rows: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Problems:
        """Sort worst first, then by place."""
        return cls(tuple(sorted(set(problems), key=_order)))

    def __iter__(self) -> Iterator[Problem]:
        """Iterate, worst first."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return the number of problems."""
        return len(self.rows)

    def __add__(self, other: Problems) -> Problems:
        """Join and sort."""
        return Problems.of((*self.rows, *other.rows))

    def severity(self, severity: Severity) -> tuple[Problem, ...]:
        """Return the problems of one severity."""
        return tuple(p for p in self.rows if p.severity == severity)

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Problems that must be settled before an assessment."""
        return self.severity("blocks")

    @property
    def blocked_patients(self) -> tuple[str, ...]:
        """Patients with a blocking problem in one of their rows."""
        return tuple(sorted({p.patient for p in self.blocking if p.patient}))
