"""Two courses, and patients entering and being lost: events and calendar time of a trial."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from glisson.kernels.courses import Accrual, Course, expected_events, observed, time_of_events
from glisson.kernels.expected_score import expected_score


class Planned(Protocol):
    """What sizing a trial needs to know of it."""

    @property
    def treated(self) -> float:
        """Share given the new treatment."""

    @property
    def allocation(self) -> float:
        """Patients given the new treatment for each given the control."""

    @property
    def follow_up_months(self) -> float:
        """From the last patient's entry to the analysis."""

    def accrual(self, patients: float) -> Accrual:
        """Return the accrual of so many patients."""

    def events(self, patients: float, at_month: float) -> float:
        """Return the events expected by a month."""

    def month_of(self, patients: float, events: float) -> float | None:
        """Return the month in which so many events are expected."""

    def mean_log_ratio(self, patients: float, at_month: float) -> float:
        """Return the log hazard ratio averaged over the events expected by a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Patients of two arms in calendar time; months throughout.

    Parameters
    ----------
    control, new
        Courses of the arms.
    enter
        From patients of both arms to their accrual.
    allocation
        Patients given the new treatment for each given the control.
    dropout
        Intensity of being lost, a month.
    follow_up_months
        From the last patient's entry to the analysis.
    """

    control: Course
    new: Course
    enter: Callable[[float], Accrual]
    allocation: float
    dropout: float
    follow_up_months: float

    @property
    def treated(self) -> float:
        """Share given the new treatment."""
        return self.allocation / (1 + self.allocation)

    def accrual(self, patients: float) -> Accrual:
        """Return the accrual of so many patients of both arms."""
        return self.enter(patients)

    def arms(self, patients: float) -> list[tuple[Course, Accrual]]:
        """Return the courses and accruals of control and new treatment."""
        whole = self.enter(patients)
        shares = ((self.control, 1 - self.treated), (self.new, self.treated))
        return [(course, replace(whole, rate=whole.rate * share)) for course, share in shares]

    def events(self, patients: float, at_month: float) -> float:
        """Return the events expected by a month after the first patient's entry."""
        return sum(expected_events(c, a, self.dropout, at_month) for c, a in self.arms(patients))

    def month_of(self, patients: float, events: float) -> float | None:
        """Return the month in which so many events are expected; ``None`` where they never are."""
        return time_of_events(self.arms(patients), self.dropout, events)

    def score(self, patients: float, at_month: float, margin: float = 1.0) -> tuple[float, float]:
        """Return the expected log-rank score by a month, and its variance."""
        control, new = self.arms(patients)
        return expected_score(control, new, self.dropout, at_month, margin=margin)

    def mean_log_ratio(self, patients: float, at_month: float) -> float:
        """Return the log of new hazard over control hazard, averaged over the events expected by a month."""
        total = weighted = 0.0
        breaks = np.union1d(self.control.starts, self.new.starts)
        for course, accrual in self.arms(patients):
            nodes, weight, _, rate = observed(course, accrual, self.dropout, at_month, breaks=breaks)
            (s0, f0), (s1, f1) = self.control.at(nodes), self.new.at(nodes)
            total += float(weight @ rate)
            weighted += float(weight @ (rate * np.log((f1 / s1) / (f0 / s0))))
        return weighted / total if total else math.nan
