"""How many events a log-rank test needs, and what so many events can show."""

from __future__ import annotations

import math
from typing import Literal

from scipy.special import ndtr, ndtri

from glisson.design.asked import check_errors, check_positive, check_ratio
from glisson.errors import SettingsError

Formula = Literal["schoenfeld", "freedman"]


def events_needed(
    *,
    hazard_ratio: float,
    alpha: float = 0.05,
    power: float = 0.8,
    allocation: float = 1.0,
    method: Formula = "schoenfeld",
    sided: int = 2,
    margin: float | None = None,
) -> float:
    """Return the number of events a log-rank test needs, before it is rounded up.

    Parameters
    ----------
    hazard_ratio
        Of the new treatment to the old.
    alpha
        Error of the first kind, of both sides together where ``sided`` is 2.
    power
        Probability of finding the ratio.
    allocation
        Patients given the new treatment for each given the old: 2 for two to one.
    method
        ``"schoenfeld"`` or ``"freedman"``.
    sided
        Sides of the test.
    margin
        Hazard ratio to be excluded for non-inferiority; ``None`` for superiority.

    Returns
    -------
    float
        Events of both arms.

    Raises
    ------
    SettingsError
        If no number of events would do, or Freedman's formula is asked for with a margin, for which there is none.

    Notes
    -----
    Schoenfeld: (z_α + z_β)² / (p (1 - p) (log HR - log margin)²), p the share given the new treatment. Freedman:
    (z_α + z_β)² (1 + k HR)² / (k (1 - HR)²), k the allocation.
    Schoenfeld DA. Biometrika 1981;68:316-319. Freedman LS. Stat Med 1982;1:121-129.

    Examples
    --------
    >>> round(events_needed(hazard_ratio=0.7), 4)
    246.7871
    >>> round(events_needed(hazard_ratio=0.7, method="freedman"), 4)
    252.0362
    """
    check_errors(alpha, power, sided)
    check_ratio(hazard_ratio, margin)
    check_positive(allocation, "an allocation")
    z = float(ndtri(1 - alpha / sided) + ndtri(power))
    if method == "freedman":
        if margin is not None:
            raise SettingsError(
                "Freedman's formula with a margin", expected="no margin", todo='use method="schoenfeld"'
            )
        return z**2 * (1 + allocation * hazard_ratio) ** 2 / (allocation * (1 - hazard_ratio) ** 2)
    if method != "schoenfeld":
        raise SettingsError(f"the formula {method}", expected="schoenfeld or freedman")
    return z**2 / information_of_one(allocation) / math.log(hazard_ratio / (margin or 1.0)) ** 2


def information_of_one(allocation: float) -> float:
    """Return p (1 - p), what one event tells of the log hazard ratio, p the share given the new treatment.

    Examples
    --------
    >>> information_of_one(1.0)
    0.25
    """
    return allocation / (1 + allocation) ** 2


def power_of_events(
    *, events: float, log_ratio: float, alpha: float, allocation: float, sided: int, margin: float | None = None
) -> float:
    """Return the power of a log-rank test with so many events, on the right side.

    Parameters
    ----------
    events
        Events of both arms.
    log_ratio
        Logarithm of the hazard ratio, averaged over the events where it changes.
    alpha, allocation, sided, margin
        As for ``events_needed``.

    Examples
    --------
    >>> round(power_of_events(events=66, log_ratio=math.log(0.5), alpha=0.05, allocation=1, sided=2), 4)
    0.8039
    """
    drift = -(log_ratio - math.log(margin or 1.0)) * math.sqrt(events * information_of_one(allocation))
    return float(ndtr(drift - ndtri(1 - alpha / sided)))


def power_of_score(*, score: float, variance: float, alpha: float, sided: int) -> float:
    """Return the power of a log-rank test with an expected score, on the right side.

    Parameters
    ----------
    score, variance
        As from ``kernels.expected_score``.
    alpha, sided
        As for ``events_needed``.

    Examples
    --------
    >>> round(power_of_score(score=11.1, variance=15.7, alpha=0.05, sided=2), 3)
    0.8
    """
    return float(ndtr(score / math.sqrt(variance) - ndtri(1 - alpha / sided)))


def doubt(formula: float, score: float, wanted: float | None = None) -> str:
    """Return what a reader must know where a design has less power than was asked, or other than its formula says.

    Parameters
    ----------
    formula, score
        Power by the formula that gave the events, and by the expected score.
    wanted
        Power that was asked for; ``None`` where it is known to be out of reach.

    Examples
    --------
    >>> doubt(0.80, 0.75)
    "the formula's 80.0% is off for these arms"
    >>> doubt(0.804, 0.793, 0.8)
    'below the 80% that were asked for; the formula says 80.4%'
    >>> doubt(0.804, 0.803, 0.8)
    ''
    """
    if wanted is not None and score < wanted - 1e-3:
        return f"below the {100 * wanted:g}% that were asked for; the formula says {formula:.1%}"
    return f"the formula's {formula:.1%} is off for these arms" if abs(formula - score) >= 0.02 - 1e-9 else ""


def detectable_with(
    *, events: float, alpha: float, power: float, allocation: float, sided: int, margin: float | None = None
) -> float:
    """Return the hazard ratio that so many events show with the wanted power: Schoenfeld's formula turned round.

    Parameters
    ----------
    events
        Events of both arms.
    alpha, power, allocation, sided, margin
        As for ``events_needed``.

    Examples
    --------
    >>> round(detectable_with(events=66, alpha=0.05, power=0.8, allocation=1, sided=2), 3)
    0.502
    """
    z = float(ndtri(1 - alpha / sided) + ndtri(power))
    return (margin or 1.0) * math.exp(-z / math.sqrt(events * information_of_one(allocation)))


def fewest_that_show(*, alpha: float, allocation: float, sided: int) -> int:
    """Return the fewest events that could show anything: all of them in the larger-risk arm being rarer than alpha.

    Parameters
    ----------
    alpha, allocation, sided
        As for ``events_needed``.

    Examples
    --------
    >>> fewest_that_show(alpha=0.05, allocation=1, sided=2)
    6
    """
    return math.ceil(math.log(alpha / sided) / math.log(1 / (1 + allocation)) - 1e-12)
