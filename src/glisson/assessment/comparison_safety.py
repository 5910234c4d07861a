"""Adverse events of the cohort beside published ones: differences and ratios, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.assessment.efficacy import NOTHING
from glisson.tables import Estimates, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyGroup:
    """One group of the cohort beside a published rate.

    Parameters
    ----------
    group
        Everybody, a method, or those who had doxorubicin through the catheter.
    n, events
        Patients, and those with the event as recorded or shown by a blood count.
    estimates
        ``risk_difference``, this cohort less the published arm; ``risk_ratio`` for everybody and for those who had
        doxorubicin through the catheter.
    """

    group: Group
    n: int
    events: int
    estimates: Estimates = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyContrast:
    """One published rate of an adverse event beside this cohort.

    Parameters
    ----------
    term, grade
        What is counted here.
    grade_there
        Grades that the source counts, in words.
    label, treatment, disease
        First author with year, what was given, and to whom.
    line
        Line of therapy of the published arm, as the library has it.
    events, n
        Published counts. Where the source gives no denominator, ``n`` is what events and rate make it, else the
        patients of the arm, with the whole number of ``events`` nearest to the rate; ``approximate`` is then true.
    approximate
        Whether the counts were worked out.
    url
        Where the number was read.
    groups
        Everybody first, then those who had doxorubicin through the catheter, then the methods.
    study, modality
        Key of the study in the library, and of the treatment.
    counted
        Whether the count of events is certain: printed, or the only one that gives the printed percentage.
    """

    term: str
    grade: str
    grade_there: str
    label: str
    treatment: str
    disease: str
    line: str
    events: int
    n: int
    approximate: bool
    url: str
    groups: tuple[SafetyGroup, ...]
    study: str = ""
    modality: str = ""
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyComparison:
    """Every published rate of an adverse event that the cohort was set beside.

    Parameters
    ----------
    contrasts
        In the order of the terms.
    refused
        What was published and is not compared, with the reason.
    window_days
        Days after a session in which events count here.
    level
        Of the intervals.
    """

    contrasts: tuple[SafetyContrast, ...]
    refused: tuple[tuple[str, str], ...]
    window_days: int
    level: float
