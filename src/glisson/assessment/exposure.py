"""What was done to whom, as values: amounts by group, tallies, technical success."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.tables import Estimates, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One measured quantity in one group.

    Parameters
    ----------
    name, label, unit
        Code, printed name and unit.
    per
        What has one value: a session, a patient (the sum over sessions), or an interval between treatment days.
    group
        Methods: of the session for what is measured at it, of the first session for what describes a patient.
    n, of
        Values, and how many there should be.
    quartiles, extremes
        (Q1, median, Q3) and (smallest, largest); ``None`` where there is no value.
    """

    name: str
    label: str
    unit: str
    per: Literal["session", "patient", "interval"]
    group: Group
    n: int
    of: int
    quartiles: tuple[float, float, float] | None
    extremes: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Units of each group by category.

    Parameters
    ----------
    name, label
        Code and printed name.
    unit
        What is counted.
    levels
        Categories.
    groups, counts
        G groups, and for each the units by category.
    of
        For each group all units, with those whose category is not recorded.
    """

    name: str
    label: str
    unit: Literal["session", "patient"]
    levels: tuple[str, ...]
    groups: tuple[Group, ...]
    counts: tuple[tuple[int, ...], ...]
    of: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureResult:
    """Treatment of a cohort.

    Parameters
    ----------
    patients, sessions, courses
        How many.
    groups
        (group, patients, sessions): everybody, then by first method.
    methods
        (group, patients, sessions): every session, then by the session's own method.
    amounts
        Quantities with their quartiles.
    tallies
        ``sessions`` and ``courses`` of a patient, ``retreatment`` and ``stop`` reasons, ``bead_size``.
    technical
        Technical success of sessions by their own method; intervals count patients.
    notes
        What a reader must know.
    """

    patients: int
    sessions: int
    courses: int
    groups: tuple[tuple[Group, int, int], ...]
    methods: tuple[tuple[Group, int, int], ...]
    amounts: tuple[Amount, ...]
    tallies: tuple[Tally, ...]
    technical: Estimates
    notes: tuple[str, ...] = ()

    def amount(self, name: str, group: Group, per: str) -> Amount | None:
        """Return one amount, or ``None``."""
        return next((a for a in self.amounts if (a.name, a.group, a.per) == (name, group, per)), None)

    def tally(self, name: str) -> Tally | None:
        """Return one tally by name, or ``None``."""
        return next((t for t in self.tallies if t.name == name), None)
