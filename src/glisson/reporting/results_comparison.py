"""The cohort beside published treatments in results.json."""

from __future__ import annotations

from typing import Literal

from glisson.reporting.results_parts import EstimateRows, Pairs, Part

_Favours = Literal["this cohort", "the published arm", "either"]


class DifferencePart(Part):
    """One way in which the cohort and a published arm differ."""

    aspect: str
    here: str
    there: str
    favours: _Favours
    why: str


class PublishedCurvePart(Part):
    """What a curve redrawn from published numbers rests on; ``log_error`` 0: it is taken as known."""

    points: int
    last: float
    until: float
    log_error: float


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
    curve: PublishedCurvePart | None


class MatchingPart(Part):
    """Weights that give the cohort the baseline of a published arm: pseudonym and weight of every patient."""

    covariates: tuple[str, ...]
    n: int
    effective: float
    why_not: str
    estimates: EstimateRows
    weights: tuple[tuple[str, float], ...]


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
    matching: MatchingPart | None


class SafetyGroupPart(Part):
    """One group of the cohort beside a published rate of an adverse event."""

    group: Pairs
    n: int
    events: int
    estimates: EstimateRows


class SafetyContrastPart(Part):
    """One published rate of an adverse event."""

    term: str
    grade: str
    grade_there: str
    label: str
    treatment: str
    disease: str
    line: str
    events: int
    n: int
    approximate: bool
    url: str
    groups: tuple[SafetyGroupPart, ...]
    study: str
    modality: str
    counted: bool


class SafetyComparisonPart(Part):
    """Adverse events beside published ones."""

    contrasts: tuple[SafetyContrastPart, ...]
    refused: Pairs
    window_days: int
    level: float


class BorrowingPart(Part):
    """The cohort's own hazard of one endpoint and line, alone and with published arms borrowed from."""

    line: Literal["front", "later", "any"]
    code: str
    label: str
    sources: tuple[str, ...]
    n: int
    events: int
    years: float
    until: float
    refused: str
    estimates: EstimateRows


class BorrowedSeriesPart(Part):
    """One published series that is borrowed from."""

    study: str
    label: str
    treatment: str
    events: int
    n: int
    counted: bool
    definition: str
    url: str
    definition_url: str


class BorrowedGroupPart(Part):
    """One group of the cohort, alone and with the series borrowed from."""

    group: Pairs
    n: int
    events: int
    series: tuple[BorrowedSeriesPart, ...]
    estimates: EstimateRows


class BorrowedRatePart(Part):
    """The rate of response of the patients of a line, or of an adverse event, with published series."""

    kind: Literal["response", "toxicity"]
    line: Literal["front", "later", "any"]
    term: str
    treatment: str
    definition: str
    groups: tuple[BorrowedGroupPart, ...]


class BorrowedRatesPart(Part):
    """Rates with published series borrowed from, and published rates that were not borrowed."""

    rates: tuple[BorrowedRatePart, ...]
    refused: Pairs
    level: float


class ComparisonPart(Part):
    """Every published arm the cohort was set beside."""

    arms: tuple[ComparedArmPart, ...]
    level: float
    refused: str
    safety: SafetyComparisonPart | None
    borrowing: tuple[BorrowingPart, ...]
    rates: BorrowedRatesPart | None
