"""Curve: a step function with the counts a reader needs under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.tables.estimates import Group

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One estimated step function of one group.

    Parameters
    ----------
    variable, statistic, detail
        Endpoint name; ``"survival"``, ``"cumulative_incidence"`` or ``"cumulative_hazard"``; the cause, if several.
    group
        (key, level) pairs; ``()`` is everybody.
    time
        Shape (T,), days; value holds from each time to the next. Before the first time the curve is at its start
        (1 for survival, 0 for incidence and hazard).
    value, low, high
        Shape (T,); limits are NaN where no interval exists.
    at_risk
        Shape (T,): at risk just before each time.
    events, censored
        Shape (T,): on each time.
    n
        Units in the group.
    level, method
        Confidence level and the estimator and interval by name.
    """

    variable: str
    statistic: str
    group: Group
    time: Ints
    value: Floats
    low: Floats
    high: Floats
    at_risk: Ints
    events: Ints
    censored: Ints
    n: int
    level: float
    method: str
    detail: str = ""

    @property
    def start(self) -> float:
        """Value before the first time."""
        return 1.0 if self.statistic == "survival" else 0.0

    def value_at(self, day: float) -> float:
        """Return the value at a day; beyond the last time it is NaN."""
        place = int(np.searchsorted(self.time, day, side="right"))
        if day > self.last:
            return float("nan")
        return self.start if place == 0 else float(self.value[place - 1])

    def counts_at(self, day: float) -> tuple[int, int, int]:
        """Return (at risk just after events before ``day``, censored and events up to and including ``day``).

        The first is the number with exit >= day, as printed under a Kaplan-Meier figure.
        """
        before = int(np.searchsorted(self.time, day, side="left"))
        upto = int(np.searchsorted(self.time, day, side="right"))
        at_risk = int(self.at_risk[before]) if before < len(self.time) else 0
        return at_risk, int(self.censored[:upto].sum()), int(self.events[:upto].sum())

    @property
    def last(self) -> int:
        """Last day anyone was observed."""
        return int(self.time[-1]) if len(self.time) else 0
