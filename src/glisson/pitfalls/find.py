"""Run every detector, worst finding first."""

from __future__ import annotations

from glisson.assessment import Finding
from glisson.pitfalls.after_treatment import post_treatment_covariates
from glisson.pitfalls.calendar import calendar_drift
from glisson.pitfalls.censoring import informative_censoring
from glisson.pitfalls.confounding import confounding_by_indication
from glisson.pitfalls.context import Context, Detector
from glisson.pitfalls.counting import clustering, denominators, double_counting
from glisson.pitfalls.criteria import mixed_criteria, treated_target_lesions
from glisson.pitfalls.cut_points import data_driven_cut_points
from glisson.pitfalls.dates import imputed_dates
from glisson.pitfalls.external import external_benchmarks, prior_data_conflict, reconstructed_data
from glisson.pitfalls.guarantee_time import guarantee_time
from glisson.pitfalls.hazards import nonproportional_hazards
from glisson.pitfalls.imaging import imaging_intervals
from glisson.pitfalls.missing import missing_data
from glisson.pitfalls.multiplicity import multiplicity
from glisson.pitfalls.not_evaluable import missing_responses
from glisson.pitfalls.selective import best_of_reporting
from glisson.pitfalls.small_samples import events_per_parameter, immature_curves, separation, tiny_groups
from glisson.pitfalls.time_bias import competing_deaths, selection_on_survival, stale_followup
from glisson.pitfalls.time_origin import left_truncation, time_zero_mismatch

#: Detectors in the order of their ids. To add one, write a function Context -> list[Finding] and name it here.
DETECTORS: tuple[Detector, ...] = (
    guarantee_time,
    time_zero_mismatch,
    left_truncation,
    selection_on_survival,
    competing_deaths,
    informative_censoring,
    clustering,
    events_per_parameter,
    nonproportional_hazards,
    multiplicity,
    missing_data,
    separation,
    post_treatment_covariates,
    imaging_intervals,
    treated_target_lesions,
    mixed_criteria,
    denominators,
    confounding_by_indication,
    tiny_groups,
    immature_curves,
    double_counting,
    data_driven_cut_points,
    stale_followup,
    calendar_drift,
    external_benchmarks,
    missing_responses,
    reconstructed_data,
    prior_data_conflict,
    imputed_dates,
    best_of_reporting,
)

_RANK = {"stop": 0, "warn": 1, "info": 2}


def find(context: Context) -> tuple[Finding, ...]:
    """Return every pitfall of the data, worst first, then by id."""
    found = [finding for detector in DETECTORS for finding in detector(context)]
    return tuple(sorted(found, key=lambda f: (_RANK[f.severity], f.id)))
