"""Laboratory values and liver function in results.json."""

from __future__ import annotations

from glisson.reporting.results_parts import CountPart, EstimateRows, Pairs, Part

Quartiles = tuple[float, float, float]


class LabTestPart(Part):
    """One graded test."""

    test: str
    label: str
    term: str
    unit: str
    worst: CountPart
    sessions: CountPart
    shift: CountPart
    estimates: EstimateRows
    extremes: tuple[tuple[Pairs, Quartiles, Quartiles], ...]
    low: bool
    clinical: str


class LiverScorePart(Part):
    """One liver function score."""

    score: str
    label: str
    table: CountPart
    estimates: EstimateRows
    worse: EstimateRows
    changes: tuple[tuple[Pairs, int, Quartiles], ...]


class LaboratoryPart(Part):
    """Everything about laboratory values."""

    version: str
    window_days: int
    hepatic_days: int
    function_days: int
    tests: tuple[LabTestPart, ...]
    scores: tuple[LiverScorePart, ...]
    notes: tuple[str, ...]
    score_notes: tuple[str, ...]
