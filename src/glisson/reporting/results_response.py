"""Response and outcomes of lesions in results.json."""

from __future__ import annotations

from typing import Literal

from glisson.reporting.results_parts import CountPart, EstimateRows, Pairs, Part


class CriterionPart(Part):
    """Best overall response by one criterion at one site."""

    criterion: str
    label: str
    source: Literal["derived", "recorded"]
    site: Literal["any", "liver", "outside"]
    confirmed: bool
    best: CountPart
    estimates: EstimateRows
    note: str


class AgreementPart(Part):
    """How far two ways of reading the same patients or scans agree."""

    kind: Literal["criteria", "readers", "recorded and derived"]
    first: str
    second: str
    unit: Literal["patient", "scan"]
    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    estimates: EstimateRows
    discordant: Pairs


class DisagreementRow(Part):
    """One scan whose recorded response is not the one its measurements give; ``day`` from the first session."""

    patient: str
    day: int
    site: str
    recorded: str
    derived: str
    why: str


class ResponsePart(Part):
    """Best overall response, its rates, its depth, its timing, and how sure the readings are."""

    criterion: str
    source: Literal["derived", "recorded"]
    best: CountPart
    estimates: EstimateRows
    notes: tuple[str, ...]
    not_evaluable: tuple[tuple[str, int], ...]
    others: tuple[CriterionPart, ...]
    agreements: tuple[AgreementPart, ...]
    disagreements: tuple[DisagreementRow, ...]
    depth: EstimateRows
    without_depth: tuple[tuple[str, int], ...]
    timing: EstimateRows
    incidence: EstimateRows
    unusable: Pairs


class LesionPart(Part):
    """Technical success, technique efficacy and local progression; intervals count patients."""

    lesions: int
    patients: int
    window: tuple[int, int]
    technical: EstimateRows
    efficacy: EstimateRows
    no_control: tuple[tuple[str, int], ...]
    progression: EstimateRows
    sizes: tuple[tuple[Pairs, int, int, int], ...]
    reclassified: Pairs
    derived: int
    statuses: int
    covariates: EstimateRows
    notes: tuple[str, ...]
