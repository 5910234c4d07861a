"""Regression models of the report, as values: Cox's model by method, and both hazards where deaths compete."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.assessment.efficacy import NOTHING
from glisson.tables import Estimate, Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxResult:
    """One Cox model of one endpoint.

    Parameters
    ----------
    covariates
        Grouping variables in the model.
    events, parameters
        Events, and coefficients that they have to carry.
    ratios
        ``hazard_ratio`` of each coefficient.
    test
        Likelihood ratio test of the method; ``None`` where fewer than two methods have enough events.
    concordance
        Harrell's C; ``None`` where there is none.
    proportional
        ``p`` of the score test of proportional hazards; empty where it would be powerless.
    penalty
        Why Firth's penalty was used; empty where it was not.
    sentence
        Why there is no test of proportional hazards, where there is none.
    """

    covariates: tuple[str, ...]
    events: int
    parameters: int
    ratios: Estimates
    test: Estimate | None
    concordance: Estimate | None
    proportional: Estimates
    penalty: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalModels:
    """The Cox models of one endpoint, unadjusted and adjusted; ``reference`` is the method all are compared with.

    ``means`` holds the difference in restricted mean that belongs to each model, or its reason.
    """

    code: str
    label: str
    reference: str
    models: tuple[CoxResult, ...]
    means: tuple[Estimates, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetingModels:
    """Methods compared where deaths compete with the event.

    Parameters
    ----------
    code, label, reference
        Endpoint, and the method all are compared with.
    unit
        What one row is: a patient or a lesion.
    n, events
        Units, and those with the event.
    gray
        Gray's test, where enough methods have enough events.
    cause_specific, subdistribution
        Hazard ratios by Cox's model and by that of Fine and Gray.
    sentence
        What was left out, and why.
    """

    code: str
    label: str
    reference: str
    unit: str
    n: int
    events: int
    gray: Estimates
    cause_specific: Estimates
    subdistribution: Estimates
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryModels:
    """Odds ratios of a response or of harm by method, unadjusted and adjusted.

    Parameters
    ----------
    code, label, reference
        Outcome, and the method all are compared with.
    n, events
        Patients, and those with the outcome.
    models
        Covariates, and ``odds_ratio`` of each coefficient.
    sentence
        Why nothing is adjusted for; empty where something is.
    """

    code: str
    label: str
    reference: str
    n: int
    events: int
    models: tuple[tuple[tuple[str, ...], Estimates], ...]
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionResult:
    """All regression models of the report.

    Parameters
    ----------
    survival, competing, binary
        Cox models, methods where deaths compete, odds ratios.
    shapes
        Distributions fitted to overall survival of everybody, for extrapolation; empty where there were too few events.
    """

    survival: tuple[SurvivalModels, ...]
    competing: tuple[CompetingModels, ...]
    binary: tuple[BinaryModels, ...] = ()
    shapes: Estimates = NOTHING
