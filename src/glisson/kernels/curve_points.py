"""Points read from a Kaplan-Meier curve, set between the numbers at risk under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Points of a curve between the numbers at risk; every number at risk has a point at its time.

    Parameters
    ----------
    time
        Shape (K,), not decreasing, from 0; the last is where the curve ends.
    source
        Shape (K,). Which of the points read each one repeats, for numbers at risk stand between points.
    first
        Shape (m,). The point at which each number at risk was counted.
    at_risk
        Shape (m,). The numbers at risk; the first is everybody.
    part
        Shape (K,). Which of them each point follows.
    """

    time: Floats
    source: Ints
    first: Ints
    at_risk: Ints
    part: Ints

    @property
    def ends(self) -> Ints:
        """Shape (m,): the last point of each interval."""
        return np.append(self.first[1:], len(self.time)) - 1

    @property
    def tail(self) -> int:
        """The point from which no further number at risk is known."""
        return int(self.first[-1])


def layout(time: Floats, risk_time: Floats, at_risk: Ints) -> Layout:
    """Put a point at the time of every number at risk.

    Parameters
    ----------
    time
        Shape (K,), increasing from 0: the points read, one a time.
    risk_time, at_risk
        Shape (m,), increasing from 0, and not increasing.

    Returns
    -------
    Layout
        With at most K + m points.

    Examples
    --------
    >>> layout(np.array([0.0, 2.0, 5.0]), np.array([0.0, 3.0]), np.array([9, 4])).time.tolist()
    [0.0, 2.0, 3.0, 5.0]
    """
    missing = risk_time[~np.isin(risk_time, time)]
    both = np.concatenate([time, missing])
    source = np.concatenate([np.arange(len(time)), np.searchsorted(time, missing, side="right") - 1])
    order = np.argsort(both, kind="stable")
    both = both[order]
    first = np.searchsorted(both, risk_time)
    part = np.searchsorted(first, np.arange(len(both)), side="right") - 1
    return Layout(time=both, source=source[order], first=first, at_risk=at_risk.astype(np.int64), part=part)
