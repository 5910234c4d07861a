"""Regression models in results.json."""

from __future__ import annotations

from glisson.reporting.results_parts import EstimateRow, EstimateRows, Part


class CoxPart(Part):
    """One Cox model; ``penalty`` says why Firth's was used, ``sentence`` why proportional hazards were not tested."""

    covariates: tuple[str, ...]
    events: int
    parameters: int
    ratios: EstimateRows
    test: EstimateRow | None
    concordance: EstimateRow | None
    proportional: EstimateRows
    penalty: str
    sentence: str


class SurvivalModelsPart(Part):
    """The Cox models of one endpoint; ``reference`` is the method all are compared with."""

    code: str
    label: str
    reference: str
    models: tuple[CoxPart, ...]
    means: tuple[EstimateRows, ...]


class CompetingModelsPart(Part):
    """Methods compared where deaths compete with the event."""

    code: str
    label: str
    reference: str
    unit: str
    n: int
    events: int
    gray: EstimateRows
    cause_specific: EstimateRows
    subdistribution: EstimateRows
    sentence: str


class BinaryModelsPart(Part):
    """Odds ratios of a response or of harm by method; ``sentence`` says why none is adjusted."""

    code: str
    label: str
    reference: str
    n: int
    events: int
    models: tuple[tuple[tuple[str, ...], EstimateRows], ...]
    sentence: str


class RegressionPart(Part):
    """All regression models."""

    survival: tuple[SurvivalModelsPart, ...]
    competing: tuple[CompetingModelsPart, ...]
    binary: tuple[BinaryModelsPart, ...]
    shapes: EstimateRows
