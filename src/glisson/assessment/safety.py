"""What harm was recorded."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.tables import CountTable, Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyTerm:
    """One adverse-event term: worst grade per patient, by method, with exact intervals."""

    term: str
    worst: CountTable
    estimates: Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyResult:
    """Safety as recorded.

    Parameters
    ----------
    terms
        Any adverse event first, then each recorded term, then terms of interest nobody had.
    mortality
        Deaths within 30 and 90 days.
    window_days, ctcae_versions
        How events were selected and which CTCAE versions the grades follow.
    """

    terms: tuple[SafetyTerm, ...]
    mortality: Estimates
    window_days: int
    ctcae_versions: tuple[str, ...]
    notes: tuple[str, ...] = ()
