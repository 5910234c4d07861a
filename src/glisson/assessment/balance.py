"""Whether weighting can make the methods alike in what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.assessment.efficacy import NOTHING
from glisson.methods.weighting import Weights
from glisson.tables import Estimates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MethodBalance:
    """Overlap weights of the patients by method.

    Parameters
    ----------
    sentence
        What was weighted and for what, or why nothing was.
    weights
        ``None`` where the patients do not allow it.
    """

    sentence: str
    weights: Weights | None = None

    @property
    def estimates(self) -> Estimates:
        """Effective sample sizes, and standardised differences before and after weighting."""
        return NOTHING if self.weights is None else self.weights.estimates()
