"""Chemotherapy as a control, from the library of published results: its response rate and its median."""

from __future__ import annotations

import math
from dataclasses import dataclass

from glisson.design.plan import Assumption
from glisson.errors import SettingsError
from glisson.evidence.library import Library, Published
from glisson.evidence.reference import DAYS, TREATMENT_STARTS

#: Standard treatments of leiomyosarcoma by line of therapy, where nothing else is named.
USUAL = {"front": "pautier_lms04:doxorubicin", "later": "demetri2016:trabectedin"}
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A published arm as a control.

    Parameters
    ----------
    label
        Study and arm in print.
    response
        Objective response rate; ``None`` where none was published.
    median_months
        Median progression-free survival.
    log_error
        Standard error of the logarithm of that median.
    """

    label: str
    response: Assumption | None
    median_months: Assumption
    log_error: float


def published_control(known: Library, name: str) -> Control:
    """Return a published arm as a control.

    Parameters
    ----------
    known
        The library.
    name
        ``study:arm``.

    Raises
    ------
    SettingsError
        If there is no such arm, or no median progression-free survival of it from the start of treatment.

    Examples
    --------
    >>> from glisson.evidence import library
    >>> control = published_control(library(), "judson2014:doxorubicin")
    >>> print(control.median_months)
    median progression-free survival 4.6 months (evidence: Judson 2014, doxorubicin)
    """
    study, _, arm_id = name.partition(":")
    if not arm_id:
        raise SettingsError(f"control {name!r}", expected="study:arm, as glisson evidence list prints them")
    arm = known.arm(study, arm_id)
    label = f"{arm.label}, {arm.modality.replace('_', ' ') if arm_id == 'all' else arm_id.replace('_', ' ')}"
    numbers = [n for n in known.select(study_id=study) if n.arm_id == arm_id]
    medians = [
        n for n in numbers
        if n.endpoint == "pfs" and n.statistic.startswith("median_") and n.time_origin in TREATMENT_STARTS and n.value
    ]  # fmt: skip
    if not medians:
        raise SettingsError(
            f"{label} has no published median progression-free survival from the start of treatment",
            expected="an arm that has, such as " + " or ".join(USUAL.values()),
        )
    median = min(medians, key=_preferred)
    in_months = DAYS[median.statistic.removeprefix("median_")] / DAYS["months"]
    origin = f"evidence: {label}{_part(median)}"
    return Control(
        label=label,
        response=_response(numbers, label),
        median_months=Assumption(
            name="median progression-free survival", value=round(float(median.value or 0) * in_months, 3),
            unit="months", origin=origin,
        ),
        log_error=_log_error(median, arm.n_patients or 0),
    )  # fmt: skip


def _response(numbers: list[Published], label: str) -> Assumption | None:
    rates = [n for n in numbers if n.endpoint == "orr" and n.statistic == "proportion" and n.value is not None]
    if not rates:
        return None
    rate = min(rates, key=_preferred)
    return Assumption(
        name="objective response rate of chemotherapy", value=float(rate.value or 0.0),
        origin=f"evidence: {label}{_part(rate)}",
    )  # fmt: skip


def _preferred(number: Published) -> int:
    order = ("LMS", "all")
    return order.index(number.subgroup) if number.subgroup in order else len(order)


def _part(number: Published) -> str:
    return "" if number.subgroup == "all" else f", {number.subgroup}"


def _log_error(median: Published, patients: int) -> float:
    """Return the error of a log median: from its interval, else as if every patient had had the event."""
    if median.ci_low and median.ci_high:
        return math.log(median.ci_high / median.ci_low) / (2 * _Z)
    return 1 / math.sqrt(median.events or median.n or patients or 30)
