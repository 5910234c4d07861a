"""The reconstruction of Guyot and others, step by step as they published it, for comparison."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.curve_points import Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_TURNS = 200


def guyot(points: Layout, survival: Floats, *, total: int | None = None) -> tuple[Ints, Ints]:
    """Return events at, and censorings after, each point of one curve.

    Parameters
    ----------
    points
        Points between the numbers at risk.
    survival
        Shape (K,), after the events at each point.
    total
        Events in all, if known. It is met only where changing the censorings after the last number at risk can.

    Returns
    -------
    events, censored
        Shape (K,).

    Notes
    -----
    Guyot P, Ades AE, Ouwens MJNM, Welton NJ. BMC Med Res Methodol 2012;12:9. Censorings are spread evenly over each
    interval; their number is changed until the number at risk at its end is met. After the last number at risk they
    go on at the average rate so far.

    Examples
    --------
    >>> from glisson.kernels.curve_points import layout
    >>> points = layout(np.array([0.0, 2.0, 5.0]), np.array([0.0, 3.0]), np.array([4, 2]))
    >>> guyot(points, np.array([1.0, 0.75, 0.75, 0.0]))[0].tolist()
    [0, 1, 0, 1]
    """
    run = _Run(points, survival)
    for part in range(len(points.first) - 1):
        run.interval(part)
    run.tail(total)
    return np.array(run.events, dtype=np.int64), np.array(run.censored, dtype=np.int64)


class _Run:
    """The state of one reconstruction: plain numbers, for they are visited one by one."""

    def __init__(self, points: Layout, survival: Floats) -> None:
        self.time, self.read = points.time.tolist(), survival.tolist()
        self.first = [*points.first.tolist(), len(self.time)]
        self.at_risk = points.at_risk.tolist()
        self.events, self.censored = [0] * len(self.time), [0] * len(self.time)
        self.level = 1.0

    def interval(self, part: int) -> None:
        """Find the censorings of an interval that ends at a known number at risk."""
        low, high = self.first[part], self.first[part + 1]
        start, following = self.at_risk[part], self.at_risk[part + 1]
        before = self.read[low - 1] if low else 1.0
        censored = round(start * self.read[high - 1] / before - following) if before > 0 else 0
        censored = min(max(censored, 0), start - following)
        end = self.time[high] if high < len(self.time) else self.time[-1]
        begin_level, tried = self.level, set()
        for _ in range(_MOST_TURNS):
            tried.add(censored)
            left, self.level = self._pass(low, high, start, censored, end, begin_level)
            step = left - following
            if step == 0 or (step < 0 and censored == 0) or censored + step in tried:
                break
            censored = max(0, min(censored + step, start))
        # Where turning back and forth does not end, the last patients to leave are censored.
        self.censored[high - 1] = max(0, self.censored[high - 1] + left - following)

    def tail(self, total: int | None) -> None:
        """Go on after the last number at risk."""
        low, high, start = self.first[-2], len(self.time), self.at_risk[-1]
        known = self.time[low] - self.time[0]
        rate = sum(self.censored[:low]) / known if known > 0 else 0.0
        end = self.time[-1]
        censored = min(round(rate * (end - self.time[low])), start)
        begin_level = self.level
        sofar = sum(self.events[:low])
        if total is not None and sofar >= total:
            self.events[low:high], self.censored[low:high] = [0] * (high - low), [0] * (high - low)
            self.censored[-1] = start
            return
        for _ in range(_MOST_TURNS):
            left, self.level = self._pass(low, high, start, censored, end, begin_level)
            short = 0 if total is None else total - sofar - sum(self.events[low:high])
            if short == 0 or not 0 <= censored - short <= start:
                break
            censored -= short
        self.censored[-1] += left

    def _pass(self, low: int, high: int, left: int, censored: int, end: float, level: float) -> tuple[int, float]:
        """Spread censorings evenly over an interval and find the events; returns at risk and survival at its end."""
        width = end - self.time[low]
        for k in range(low, high):
            self.censored[k] = 0
        k = low
        for q in range(censored):
            when = self.time[low] + (q + 1) * width / (censored + 1)
            while k < high - 1 and self.time[k + 1] <= when:
                k += 1
            self.censored[k] += 1
        for k in range(low, high):
            had = round(left * (1.0 - self.read[k] / level)) if level > 0 else 0
            had = min(max(had, 0), left)
            self.events[k] = had
            if had:
                level *= 1.0 - had / left
            left -= had
            self.censored[k] = min(self.censored[k], left)
            left -= self.censored[k]
        return left, level
