"""Run every detector, worst finding first."""

from __future__ import annotations

from glisson.assessment import Finding
from glisson.pitfalls.confounding import confounding_by_indication
from glisson.pitfalls.context import Context, Detector
from glisson.pitfalls.counting import clustering, denominators, double_counting
from glisson.pitfalls.criteria import mixed_criteria, treated_target_lesions
from glisson.pitfalls.dates import imputed_dates
from glisson.pitfalls.guarantee_time import guarantee_time
from glisson.pitfalls.missing import missing_data
from glisson.pitfalls.multiplicity import multiplicity
from glisson.pitfalls.small_samples import events_per_parameter, immature_curves, separation, tiny_groups
from glisson.pitfalls.time_bias import competing_deaths, selection_on_survival, stale_followup

#: Detectors in the order of their ids. To add one, write a function Context -> list[Finding] and name it here.
DETECTORS: tuple[Detector, ...] = (
    guarantee_time,
    selection_on_survival,
    competing_deaths,
    clustering,
    events_per_parameter,
    multiplicity,
    missing_data,
    separation,
    treated_target_lesions,
    mixed_criteria,
    denominators,
    confounding_by_indication,
    tiny_groups,
    immature_curves,
    double_counting,
    stale_followup,
    imputed_dates,
)

_RANK = {"stop": 0, "warn": 1, "info": 2}


def find(context: Context) -> tuple[Finding, ...]:
    """Return every pitfall of the data, worst first, then by id."""
    found = [finding for detector in DETECTORS for finding in detector(context)]
    return tuple(sorted(found, key=lambda f: (_RANK[f.severity], f.id)))
