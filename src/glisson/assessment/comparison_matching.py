"""Weights that give the cohort the baseline of a published arm."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.tables import Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What matching to a published baseline did.

    Parameters
    ----------
    covariates
        What was matched.
    n, effective
        Patients, and how many they count as with their weights.
    why_not
        Why a weighted comparison should not be read; empty where it may.
    estimates
        ``covariate_mean`` and ``covariate_sd`` before, after and published; ``effective_size``; ``largest_weight``,
        ``largest_share``, ``weight_quantile``.
    weights
        Pseudonym and weight of every patient, in the order of the patient sheet; their mean is 1.
    """

    covariates: tuple[str, ...]
    n: int
    effective: float
    why_not: str
    estimates: Estimates
    weights: tuple[tuple[str, float], ...]
