"""Survival as assumed: hazards by period or Weibull, cured patients, hazard ratios by period."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import SettingsError

Floats = NDArray[np.float64]

#: Shapes of a Weibull distribution within which powers keep their digits.
_SHAPES = (0.2, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """A value that changes at given days: a hazard, a hazard ratio, a rate of accrual.

    Parameters
    ----------
    starts
        Days at which a period begins, increasing, the first 0.
    values
        The value in each period, at least 0 and not all 0; the last goes on for ever.

    Examples
    --------
    >>> Periods(starts=(0, 90), values=(1.0, 0.6)).at([30, 200]).tolist()
    [1.0, 0.6]
    """

    starts: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no step function."""
        starts, values = self.starts, self.values
        if len(starts) != len(values) or not starts or starts[0] != 0 or any(np.diff(starts) <= 0):
            found = f"periods that start at days {starts} with values {values}"
            raise SettingsError(found, expected="days that increase from 0, and a value for each")
        if not all(math.isfinite(v) and 0 <= v < 1e9 for v in (*values, starts[-1])) or not any(values):
            raise SettingsError(f"values {values}", expected="finite numbers, none below 0, one above 0 at least")

    @classmethod
    def constant(cls, value: float) -> Periods:
        """Return the same value for ever."""
        return cls(starts=(0.0,), values=(float(value),))

    def at(self, days: ArrayLike) -> Floats:
        """Return the value at days from 0 on."""
        place = np.searchsorted(self.starts, np.asarray(days, dtype=np.float64), side="right") - 1
        return np.asarray(self.values, dtype=np.float64)[place]

    def area(self, days: ArrayLike) -> Floats:
        """Return the integral from 0 to days."""
        x = np.maximum(np.asarray(days, dtype=np.float64), 0.0)[..., None]
        starts = np.array(self.starts)
        ends = np.append(starts[1:], np.inf)
        return np.asarray((np.clip(x, starts, ends) - starts) @ np.array(self.values))

    def when(self, area: ArrayLike) -> Floats:
        """Return the day at which the integral reaches an area; infinite where it never does."""
        wanted = np.asarray(area, dtype=np.float64)
        begun = self.area(self.starts)
        place = np.searchsorted(begun, wanted, side="left") - 1
        place = np.maximum(place, 0)
        values, rest = np.array(self.values)[place], wanted - begun[place]
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = np.where(rest > 0, rest / values, 0.0)
        return np.asarray(np.array(self.starts)[place] + beyond)

    def times(self, other: Periods) -> Periods:
        """Return the product of two step functions."""
        starts = tuple(sorted({*self.starts, *other.starts}))
        return Periods(starts=starts, values=tuple(float(v) for v in self.at(starts) * other.at(starts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """The distribution of a time to an event, in days from a patient's entry.

    Build it with ``exponential``, ``piecewise`` or ``weibull``; then ``with_cured`` and ``times``.

    Parameters
    ----------
    hazard
        Events per patient and day by period, of a distribution that is not Weibull; else ``None``.
    shape, scale
        Of a Weibull distribution: S(t) = exp(-(t/scale)^shape).
    cured
        Share of patients who never have the event.
    ratio
        What the hazard is multiplied by, in each period since entry.

    Notes
    -----
    A hazard ratio multiplies the hazard, whatever the distribution: S(t)^ratio where it is constant. Under a Weibull
    distribution this divides the scale, and with it the median, by ratio^(1/shape) - not by the ratio. With cured
    patients the hazard of the whole arm is multiplied, so that their share becomes cured^ratio.

    Examples
    --------
    >>> control = Survival.weibull(shape=2, median=300)
    >>> round(float(control.times(0.5).median), 1)
    424.3
    """

    hazard: Periods | None = None
    shape: float = 1.0
    scale: float = 1.0
    cured: float = 0.0
    ratio: Periods = Periods(starts=(0.0,), values=(1.0,))

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        if not _SHAPES[0] <= self.shape <= _SHAPES[1]:
            raise SettingsError(f"shape {self.shape:g}", expected=f"{_SHAPES[0]:g} to {_SHAPES[1]:g}")
        if not (0 < self.scale < 1e7):
            raise SettingsError(f"scale of {self.scale:g} days", expected="a number above 0, below 10,000,000")
        if not 0 <= self.cured < 1:
            raise SettingsError(f"a share of {self.cured:g} cured", expected="0 or more, below 1")

    @classmethod
    def exponential(cls, *, median: float | None = None, hazard: float | None = None) -> Survival:
        """Return a constant hazard, by its median in days or as events per patient and day.

        Examples
        --------
        >>> round(float(Survival.exponential(median=274).survival(548)), 6)
        0.25
        """
        if (median is None) == (hazard is None):
            raise SettingsError(f"median {median} and hazard {hazard}", expected="one of the two")
        if median is not None and not median > 0:
            raise SettingsError(f"a median of {median:g} days", expected="a number above 0")
        value = math.log(2) / median if median is not None else hazard
        assert value is not None
        return cls(hazard=Periods.constant(value))

    @classmethod
    def piecewise(cls, starts: tuple[float, ...], hazards: tuple[float, ...]) -> Survival:
        """Return a hazard that is constant in each period.

        Examples
        --------
        >>> round(float(Survival.piecewise((0, 100), (0.002, 0.001)).survival(200)), 6)
        0.740818
        """
        return cls(hazard=Periods(starts=starts, values=hazards))

    @classmethod
    def weibull(cls, *, shape: float, median: float | None = None, scale: float | None = None) -> Survival:
        """Return a Weibull distribution by its median or its scale, in days.

        Examples
        --------
        >>> round(float(Survival.weibull(shape=1.3, median=300).survival(300)), 6)
        0.5
        """
        if (median is None) == (scale is None):
            raise SettingsError(f"median {median} and scale {scale}", expected="one of the two")
        if not _SHAPES[0] <= shape <= _SHAPES[1]:
            raise SettingsError(f"shape {shape:g}", expected=f"{_SHAPES[0]:g} to {_SHAPES[1]:g}")
        value = median / math.log(2) ** (1 / shape) if median is not None else scale
        assert value is not None
        return cls(shape=float(shape), scale=float(value))

    def with_cured(self, share: float) -> Survival:
        """Return the same with a share of patients who never have the event: share + (1 - share) S(t).

        Examples
        --------
        >>> round(float(Survival.exponential(median=100).with_cured(0.2).survival(100)), 6)
        0.6
        """
        if self.cured or self.ratio != Periods.constant(1.0):
            raise SettingsError("cured patients added last", expected="with_cured before times, and once")
        return replace(self, cured=float(share))

    def times(self, ratio: float | Periods) -> Survival:
        """Return the same with the hazard multiplied, for ever or by period since entry.

        Examples
        --------
        >>> delayed = Survival.exponential(median=300).times(Periods(starts=(0, 90), values=(1.0, 0.5)))
        >>> round(float(delayed.median), 6)
        510.0
        """
        by = ratio if isinstance(ratio, Periods) else Periods.constant(ratio)
        return replace(self, ratio=self.ratio.times(by))

    def cumulative_hazard(self, days: ArrayLike) -> Floats:
        """Return the cumulative hazard at days, without limits to precision."""
        x = np.maximum(np.asarray(days, dtype=np.float64), 0.0)[..., None]
        starts = np.array(self.ratio.starts)
        ends = np.append(starts[1:], np.inf)
        return np.asarray((self.base(np.clip(x, starts, ends)) - self.base(starts)) @ np.array(self.ratio.values))

    def survival(self, days: ArrayLike) -> Floats:
        """Return the probability of no event by days."""
        return np.exp(-self.cumulative_hazard(days))

    def quantile(self, survival: float) -> float:
        """Return the day at which survival falls to a probability; infinite where it never does."""
        if not 0 < survival < 1:
            raise SettingsError(f"survival {survival:g}", expected="a probability between 0 and 1")
        low, high, wanted = 0.0, 1.0, -math.log(survival)
        while float(self.cumulative_hazard(high)) < wanted:
            high *= 2
            if high > 1e9:
                return math.inf
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (low, middle) if float(self.cumulative_hazard(middle)) >= wanted else (middle, high)
        return high

    @property
    def median(self) -> float:
        """Return the day at which half have had the event."""
        return self.quantile(0.5)

    def base(self, days: ArrayLike) -> Floats:
        """Return the cumulative hazard before the ratio, cured patients among the others."""
        x = np.asarray(days, dtype=np.float64)
        inner = self.hazard.area(x) if self.hazard is not None else (np.maximum(x, 0.0) / self.scale) ** self.shape
        if not self.cured:
            return np.asarray(inner)
        return np.asarray(-np.log(self.cured + (1 - self.cured) * np.exp(-inner)))
