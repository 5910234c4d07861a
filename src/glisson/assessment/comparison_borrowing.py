"""What the cohort's own hazard becomes when published arms of the same line are borrowed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.assessment.efficacy import NOTHING
from glisson.tables import Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrowing:
    """One endpoint of the patients in one line of therapy, alone and with published arms.

    Parameters
    ----------
    line, code, label
        Line of therapy and endpoint.
    sources
        Arms that were borrowed from: same endpoint, same start of the clock, same line.
    n, events, years, until
        Patients here, their events and person-years, and the day up to which they count.
    refused
        Why nothing was borrowed; empty where something was.
    estimates
        ``rate`` with detail ``"alone"``, ``"borrowed"``, the weight of a power prior, or ``"normalised"``;
        ``prior_size`` in events; ``informative_weight`` before and after; ``p`` of the conflict; ``power``.
    """

    line: Literal["front", "later", "any"]
    code: str
    label: str
    sources: tuple[str, ...]
    n: int
    events: int
    years: float
    until: float
    refused: str = ""
    estimates: Estimates = NOTHING
