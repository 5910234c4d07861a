"""What a few patients can say of a published rate: is it excluded, and how many would exclude it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import bdtr

from glisson.errors import SettingsError
from glisson.kernels.exact import binomial_interval, upper_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A published rate beside the events of a cohort.

    Parameters
    ----------
    rate, low
        The published rate, and its lower exact limit where its denominator is known.
    upper
        Exact one-sided upper bound of the cohort's own rate.
    tail
        Probability of so few events, or fewer, if the published rate were true here.
    excluded, surely_excluded
        Whether the bound lies below the published rate, and below its lower limit (``None`` where there is none).
    needed, surely_needed
        Patients without any event that would exclude the rate, and its lower limit.
    """

    rate: float
    low: float | None
    upper: float
    tail: float
    excluded: bool
    surely_excluded: bool | None
    needed: int
    surely_needed: int | None


def exclude(
    events: int,
    n: int,
    rate: float,
    *,
    published_events: int | None = None,
    published_n: int | None = None,
    level: float = 0.95,
) -> Exclusion:
    """Compare the events of a cohort with a published rate.

    Parameters
    ----------
    events, n
        Of the cohort.
    rate
        Published proportion, above 0 and below 1.
    published_events, published_n
        Where the source gives them; then the uncertainty of the published rate is reported as well.
    level
        One-sided confidence level of the bound; the published rate's limit is that of a two-sided interval.

    Returns
    -------
    Exclusion
        The bound excludes a rate exactly where the probability of so few events is at most ``1 - level``.

    Raises
    ------
    SettingsError
        If the rate is not a proportion, or there are more events than patients.

    Notes
    -----
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. Without events the bound is 1 - (1 - level)^(1/n); Hanley JA,
    Lippman-Hand A. JAMA 1983;249:1743-1745.

    Examples
    --------
    >>> found = exclude(0, 13, 0.11)
    >>> round(found.upper, 3), found.excluded, round(found.tail, 2), found.needed
    (0.206, False, 0.22, 26)
    """
    if not 0 < rate < 1:
        raise SettingsError(f"a published rate of {rate}", expected="a proportion above 0 and below 1")
    if not 0 <= events <= n or n < 1:
        raise SettingsError(f"{events} events of {n} patients", expected="at least one patient, and no more events")
    upper, low = upper_bound(events, n, level=level), None
    if published_events is not None and published_n:
        low = binomial_interval(published_events, published_n, level=level)[0]
    return Exclusion(
        rate=rate,
        low=low,
        upper=upper,
        tail=float(bdtr(events, n, rate)),
        excluded=upper < rate,
        surely_excluded=None if low is None else upper < low,
        needed=patients_needed(rate, level=level),
        surely_needed=None if not low else patients_needed(low, level=level),
    )


def patients_needed(rate: float, *, level: float = 0.95) -> int:
    """Return how many patients without an event exclude a rate.

    Parameters
    ----------
    rate
        Proportion above 0 and below 1.
    level
        One-sided confidence level.

    Examples
    --------
    >>> patients_needed(0.11), patients_needed(0.1385), patients_needed(0.5)
    (26, 21, 5)
    """
    if not 0 < rate < 1:
        raise SettingsError(f"a published rate of {rate}", expected="a proportion above 0 and below 1")
    n = max(math.floor(math.log1p(-level) / math.log1p(-rate)) - 1, 1)
    while not upper_bound(0, n, level=level) < rate:
        n += 1
    return n
