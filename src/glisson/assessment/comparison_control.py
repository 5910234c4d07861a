"""The cohort beside another one whose patients are known one by one."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.assessment.comparison import Difference
from glisson.assessment.efficacy import NOTHING
from glisson.tables import Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlContrast:
    """One endpoint of both cohorts, without and with weights that make them alike.

    Parameters
    ----------
    code, label
        Endpoint.
    refused
        Why there is no number; empty where there is one.
    reconstructed
        Whether the control's rows were read from a printed curve, as its file says.
    from_summary
        Whether they are of patients that agree with summary numbers.
    readings
        Further readings of the curve, or further sets of patients, in the file.
    covariates, left_out
        What was balanced; and what was not, with the reason.
    warnings
        What a reader must know of the weights.
    estimates
        ``hazard_ratio`` of this cohort against the control with detail ``"crude"`` and ``"weighted"``,
        ``rmst_difference`` with both details, ``effective_size`` of both, ``standardised_difference`` of each
        covariate. Where a curve was read several times, both have a row ``"with reading error"``, and there is
        ``reading_share``; of sets that agree with summary numbers a row ``"range of the sets"``.
    """

    code: str
    label: str
    refused: str = ""
    reconstructed: bool = False
    from_summary: bool = False
    readings: int = 0
    covariates: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    estimates: Estimates = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """A control with rows beside the cohort.

    Parameters
    ----------
    name
        Of the file.
    here, there
        Patients on both sides.
    differences
        Before any number.
    contrasts
        One an endpoint.
    level, seed
        Of the intervals, and of the resamples.
    """

    name: str
    here: int
    there: int
    differences: tuple[Difference, ...]
    contrasts: tuple[ControlContrast, ...]
    level: float
    seed: int
