"""Accrual, follow-up and drop-out of one arm, and the smallest number of patients with a power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from glisson.design.plan import Assumption
from glisson.design.stated import DAYS, Number, TimeUnit, counted, positive, short_of
from glisson.errors import SettingsError
from glisson.kernels.planned import FollowUp
from glisson.tables import Estimate, Estimates

#: Patients searched where the caller gives no limit.
LARGEST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """How patients come and how long they are followed; times in ``unit``.

    Parameters
    ----------
    duration, rate
        Time over which they enter, or patients a unit of time: one of the two.
    follow_up
        Time from the last entry to the analysis.
    dropout
        Hazard of leaving for other reasons than an event.
    unit
        Unit of all times.
    """

    duration: Assumption | None
    rate: Assumption | None
    follow_up: Assumption
    dropout: Assumption
    unit: TimeUnit

    @classmethod
    def of(
        cls, duration: Number | None, rate: Number | None, follow_up: Number, dropout: Number, unit: TimeUnit
    ) -> Accrual:
        """Check what was typed.

        Raises
        ------
        SettingsError
            If not exactly one of duration and rate is given, or a number is negative.

        Examples
        --------
        >>> Accrual.of(None, 2.0, 6.0, 0.0, "month").months(24)
        12.0
        """
        if unit not in get_args(TimeUnit):
            raise SettingsError(f"unit {unit!r}", expected="day, month or year")
        if (duration is None) == (rate is None):
            found = "neither accrual nor accrual_rate" if duration is None else "both accrual and accrual_rate"
            raise SettingsError(found, expected="one of the two: how long patients enter, or how many a " + unit)
        return cls(
            duration=None if duration is None else positive(duration, "accrual", f"{unit}s", zero=True),
            rate=None if rate is None else positive(rate, "accrual rate", f"patients a {unit}"),
            follow_up=positive(follow_up, "follow-up after the last entry", f"{unit}s", zero=True),
            dropout=positive(dropout, "hazard of dropping out", f"a {unit}", zero=True), unit=unit,
        )  # fmt: skip

    def months(self, n: int) -> float:
        """Return how long n patients take to enter, in ``unit``."""
        if self.duration is not None:
            return self.duration.value
        return n / self.rate.value if self.rate is not None else 0.0

    def follow(self, n: int) -> FollowUp:
        """Return the follow-up at the analysis of n patients."""
        span = self.months(n)
        return FollowUp(accrual=span, until=span + self.follow_up.value, dropout=self.dropout.value)

    def stated(self) -> tuple[Assumption, ...]:
        """Return the assumptions in order."""
        first = self.duration if self.duration is not None else self.rate
        return (*((first,) if first is not None else ()), self.follow_up, self.dropout)

    def duration_rows(self, kind: str, n: int) -> Estimates:
        """Return how long the trial lasts, in days, under either scenario."""
        days = (self.months(n) + self.follow_up.value) * DAYS[self.unit]
        return Estimates(tuple(
            Estimate(variable=kind, statistic="duration", group=(("scenario", scenario),), value=days, unit="day", n=n,
                     method="accrual and follow-up as planned")
            for scenario in ("null", "alternative")
        ))  # fmt: skip

    def sentence(self, n: int) -> str:
        """Return accrual and follow-up for a protocol."""
        span, lost = self.months(n), self.dropout.value
        entry = (
            f"{counted(n, 'patient')} enter evenly over {span:g} {self.unit}s" if span else "All patients enter at once"
        )
        leave = f" Drop-out at a constant hazard of {lost:g} a {self.unit} is allowed for." if lost else ""
        return f"{entry}; the analysis follows {self.follow_up.value:g} {self.unit}s after the last entry.{leave}"


def fewest(power_of: Callable[[int], float], wanted: float, max_n: int | None) -> tuple[int, float, str]:
    """Return the fewest patients with the wanted power, the power, and a warning where they are out of reach.

    Parameters
    ----------
    power_of
        From patients to power; rising.
    wanted
        Power.
    max_n
        Patients within reach; ``None`` for 5000, which must suffice.

    Raises
    ------
    SettingsError
        If not even 5000 patients have the power.

    Examples
    --------
    >>> fewest(lambda n: 1 - 0.9**n, 0.8, None)[:1]
    (16,)
    >>> fewest(lambda n: 1 - 0.9**n, 0.8, 10)[2]
    'no design of at most 10 patients has a power of 80%; this one has the most, 65.1%'
    """
    high = LARGEST if max_n is None else max_n
    most = power_of(high)
    if most < wanted - 1e-9:
        if max_n is None:
            raise SettingsError(
                f"not even {high} patients give a power of {wanted:g}", todo="choose a larger effect, or give max_n"
            )
        return high, most, short_of(wanted, high, most)
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        if power_of(middle) >= wanted - 1e-9:
            high = middle
        else:
            low = middle
    return high, power_of(high), ""
