"""Treatment and completeness by the reporting standards in results.json."""

from __future__ import annotations

from typing import Literal

from glisson.reporting.results_parts import EstimateRows, Pairs, Part


class AmountRow(Part):
    """One measured quantity in one group: quartiles and extremes, with how many values there are of how many."""

    name: str
    label: str
    unit: str
    per: Literal["session", "patient", "interval"]
    group: Pairs
    n: int
    of: int
    quartiles: tuple[float, float, float] | None
    extremes: tuple[float, float] | None


class TallyRow(Part):
    """Units of each group by category; ``of`` counts those without one as well."""

    name: str
    label: str
    unit: Literal["session", "patient"]
    levels: tuple[str, ...]
    groups: tuple[Pairs, ...]
    counts: tuple[tuple[int, ...], ...]
    of: tuple[int, ...]


class ExposurePart(Part):
    """Treatment of the cohort; ``groups`` and ``methods`` are (group, patients, sessions)."""

    patients: int
    sessions: int
    courses: int
    groups: tuple[tuple[Pairs, int, int], ...]
    methods: tuple[tuple[Pairs, int, int], ...]
    amounts: tuple[AmountRow, ...]
    tallies: tuple[TallyRow, ...]
    technical: EstimateRows
    notes: tuple[str, ...]


class StandardItemRow(Part):
    """One item of the scored list."""

    number: int
    topic: str
    weight: Literal["major", "minor"]
    state: Literal["recorded", "stated", "reported", "partial", "missing"]
    where: str
    todo: str
    points: int


class StandardScorePart(Part):
    """The reporting standard of radioembolization."""

    patients: int
    sessions: int
    items: tuple[StandardItemRow, ...]
    least_recorded: float
    text: str


class FieldRowPart(Part):
    """One field of a session: recorded for n of so many."""

    label: str
    n: int
    of: int
    unit: Literal["session", "lesion"]
    place: str


class FieldListPart(Part):
    """Fields of the sessions of some methods."""

    code: str
    title: str
    patients: int
    sessions: int
    fields: tuple[FieldRowPart, ...]


class StandardsPart(Part):
    """Completeness by the reporting standards."""

    radioembolization: StandardScorePart | None
    lists: tuple[FieldListPart, ...]
