"""Outcomes separately by method in results.json."""

from __future__ import annotations

from typing import Literal

from glisson.reporting.results_parts import EstimateRows, Pairs, Part


class PriorReadingPart(Part):
    """One outcome under one assumption of how far methods differ."""

    scale: float
    prior: str
    estimates: EstimateRows


class MethodOutcomePart(Part):
    """One outcome by method, under each prior."""

    code: str
    label: str
    kind: Literal["hazard", "proportion"]
    better: Literal["lowest", "highest"]
    groups: tuple[Pairs, ...]
    readings: tuple[PriorReadingPart, ...]
    bent: EstimateRows
    could: EstimateRows


class MethodBalancePart(Part):
    """Effective sample sizes and standardised differences with overlap weights, or the sentence why there are none."""

    sentence: str
    estimates: EstimateRows


class ByMethodPart(Part):
    """All outcomes by method, or the sentence that says why there are none."""

    outcomes: tuple[MethodOutcomePart, ...]
    sentence: str
    scale: float
    level: float
    draws: int
    seed: int
    unknown: int
