"""Each outcome separately by method: as counted, and with the methods estimated together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.assessment.efficacy import NOTHING
from glisson.tables import Estimates, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorReading:
    """One outcome under one assumption of how far methods differ.

    Parameters
    ----------
    scale
        Scale of the half-normal prior between methods.
    prior
        The whole prior in words.
    estimates
        Raw and pooled estimates by method, ratios of pairs, and the probability of each method to be the lowest and the
        highest.
    """

    scale: float
    prior: str
    estimates: Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodOutcome:
    """One outcome by method.

    Parameters
    ----------
    code, label
        ``os``, ``pfs``, ``liver_pfs``, ``response`` or ``toxicity``, and its printed name.
    kind
        Hazard of a time to event, or proportion of patients.
    better
        Whether a low or a high value is what one hopes for.
    groups
        Methods with anybody in them, in table order.
    readings
        One a prior; the scale that is printed first is ``ByMethodResult.scale``.
    bent
        A hazard with the prior that is printed first, where the hazard may change with time; empty for a proportion.
    could
        What these numbers could have shown: detectable ratios or differences, and chances that the order of methods
        turns in a new cohort.
    """

    code: str
    label: str
    kind: Literal["hazard", "proportion"]
    better: Literal["lowest", "highest"]
    groups: tuple[Group, ...]
    readings: tuple[PriorReading, ...]
    bent: Estimates = NOTHING
    could: Estimates = NOTHING

    def under(self, scale: float) -> Estimates:
        """Return the estimates under one prior.

        Raises
        ------
        KeyError
            If there is no such reading.
        """
        for reading in self.readings:
            if reading.scale == scale:
                return reading.estimates
        raise KeyError(scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMethodResult:
    """All outcomes by method.

    Parameters
    ----------
    outcomes
        Those the input holds; empty where there are no two methods.
    sentence
        Why there is nothing to set beside each other; empty where there is.
    scale
        Scale of the prior that is printed first.
    level
        Probability of the credible intervals.
    draws, seed
        Of the draws behind ratios and ranks.
    unknown
        Patients left out because their method is not recorded.
    """

    outcomes: tuple[MethodOutcome, ...]
    sentence: str
    scale: float
    level: float
    draws: int
    seed: int
    unknown: int = 0
