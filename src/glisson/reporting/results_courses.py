"""Courses of patients in results.json, under pseudonyms and in days from the first session."""

from __future__ import annotations

from typing import Literal

from glisson.reporting.results_parts import Part


class PatientCoursePart(Part):
    """What happened to one patient."""

    patient: str
    method: str
    end: int
    died: bool
    best_change: float | None
    why_none: str
    best: str
    confirmed: str
    new_lesion_day: int | None
    baseline_sum: float | None
    changes: tuple[tuple[int, float], ...]
    counted_to: int | None
    sessions: tuple[tuple[int, str], ...]
    systemic: tuple[tuple[int, int | None, str], ...]
    responses: tuple[tuple[int, str, str], ...]
    first_response: int | None
    progression: int | None
    progression_liver: int | None
    progression_outside: int | None
    events: tuple[tuple[int, str, int], ...]


class LabLinePart(Part):
    """The values of one patient."""

    patient: str
    method: str
    days: tuple[int, ...]
    values: tuple[float, ...]


class LabMedianPart(Part):
    """The median of a method over time."""

    method: str
    points: tuple[tuple[int, float, int], ...]


class LabCoursePart(Part):
    """One laboratory test over time."""

    test: str
    label: str
    unit: str
    limits: tuple[tuple[float, str], ...]
    scale: Literal["linear", "log"]
    lines: tuple[LabLinePart, ...]
    medians: tuple[LabMedianPart, ...]
    patients: tuple[tuple[str, int], ...]
    without_limit: int


class CoursesPart(Part):
    """The courses of all patients."""

    methods: tuple[str, ...]
    criterion: str
    label: str
    unit: str
    shrink: float
    grow: float
    response: str
    patients: tuple[PatientCoursePart, ...]
    labs: tuple[LabCoursePart, ...]
    notes: tuple[str, ...]
