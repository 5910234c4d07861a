"""The cohort beside published treatments: how they differ, and what may be compared in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.assessment.borrowed_rates import BorrowedRates
from glisson.assessment.comparison_borrowing import Borrowing
from glisson.assessment.comparison_matching import Matching
from glisson.assessment.comparison_safety import SafetyComparison
from glisson.assessment.efficacy import NOTHING
from glisson.tables import Estimates

#: Whom a difference makes look better.
Favours = Literal["this cohort", "the published arm", "either"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One way in which the cohort and a published arm differ.

    Parameters
    ----------
    aspect, here, there
        What differs, and how it is on each side.
    favours, why
        Whom it probably makes look better, and why.
    """

    aspect: str
    here: str
    there: str
    favours: Favours
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCurve:
    """What a curve redrawn from published numbers rests on.

    Parameters
    ----------
    points
        Published points that it goes through; with one of them, the median, it is exponential.
    last, until
        Day of the last published point, and day up to which the curve was used.
    log_error
        Standard error of the logarithm of its cumulative hazard; 0 where the source says nothing, so that it is taken
        as known.
    """

    points: int
    last: float
    until: float
    log_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One endpoint of a published arm beside that of the cohort.

    Parameters
    ----------
    code, label
        Endpoint here.
    published, url
        What was published, in words, and where the first of it was read.
    numbers
        Each number of it in words, with the address where that one was read.
    refused
        Why there is no number; empty where there is one.
    assumed
        What was assumed of the published curve.
    curve
        The same as values; nothing where no number is given.
    estimates
        ``observed``, ``expected``, ``rate_ratio`` and ``p`` of the one-sample log-rank test, ``rmst`` and
        ``rmst_difference``, ``e_value``, ``median`` of the patients compared; ``adjusted_ratio``, ``tipping_strength``
        and ``share_explaining``: what an unmeasured factor would make of the ratio.
    """

    code: str
    label: str
    published: str
    url: str
    refused: str = ""
    assumed: str = ""
    estimates: Estimates = NOTHING
    numbers: tuple[tuple[str, str], ...] = ()
    curve: PublishedCurve | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedArm:
    """One published arm beside the patients of the cohort in the same line of therapy.

    Parameters
    ----------
    study, arm, label, treatment
        Keys in the library, first author with year, and what was given.
    line
        Which patients of the cohort it stands beside: ``"front"`` (no systemic therapy before), ``"later"``, ``"any"``.
    here, there
        Patients on both sides; nothing where the source does not say.
    url
        Where it was read.
    differences
        Before any number.
    contrasts
        Overall survival, progression-free survival.
    matched
        What matching the cohort to the published baseline did, in words.
    matching
        The weights that this took, and what they did; nothing where nothing was or could be matched.
    """

    study: str
    arm: str
    label: str
    treatment: str
    line: Literal["front", "later", "any"]
    here: int
    there: int | None
    url: str
    differences: tuple[Difference, ...]
    contrasts: tuple[Contrast, ...]
    matched: str = ""
    matching: Matching | None = None

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights of the patients matched, with mean 1 and the largest first."""
        return () if self.matching is None else tuple(sorted((w for _, w in self.matching.weights), reverse=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult:
    """Every published arm that the cohort was set beside.

    Parameters
    ----------
    arms
        Front-line ones first.
    level
        Of the intervals.
    refused
        One sentence where nothing was compared.
    safety
        Adverse events beside published ones; nothing where none is recorded.
    borrowing
        The cohort's own hazards with published arms borrowed from, by line and endpoint.
    rates
        Its rates of response and of adverse events in the same way; nothing where no arm was compared.
    """

    arms: tuple[ComparedArm, ...]
    level: float
    refused: str = ""
    safety: SafetyComparison | None = None
    borrowing: tuple[Borrowing, ...] = ()
    rates: BorrowedRates | None = None
