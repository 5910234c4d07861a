"""The cohort beside published treatments in results.json."""

from __future__ import annotations

from typing import Literal

from glisson.reporting.results_parts import EstimateRows, Part

_Favours = Literal["this cohort", "the published arm", "either"]


class DifferencePart(Part):
    """One way in which the cohort and a published arm differ."""

    aspect: str
    here: str
    there: str
    favours: _Favours
    why: str


class ContrastPart(Part):
    """One endpoint beside a published one, or why there is no number."""

    code: str
    label: str
    published: str
    url: str
    refused: str
    assumed: str
    estimates: EstimateRows
    numbers: tuple[tuple[str, str], ...]


class ComparedArmPart(Part):
    """One published arm."""

    study: str
    arm: str
    label: str
    treatment: str
    line: Literal["front", "later", "any"]
    here: int
    there: int | None
    url: str
    differences: tuple[DifferencePart, ...]
    contrasts: tuple[ContrastPart, ...]
    matched: str


class ComparisonPart(Part):
    """Every published arm the cohort was set beside."""

    arms: tuple[ComparedArmPart, ...]
    level: float
    refused: str
