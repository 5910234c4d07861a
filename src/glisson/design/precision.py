"""Planning by precision: how many patients until an interval says what one wants to know."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaincinv
from scipy.stats import binom

from glisson.design.plan import Boundary, TrialDesign
from glisson.design.stated import Number, checked_max_n, positive, stated
from glisson.errors import SettingsError
from glisson.kernels.exact import binomial_interval
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

#: Days of a month.
MONTH = 30.4375
_LARGEST = 2000


def median_precision(
    *,
    median_months: Number,
    excluded_months: Number,
    level: float = 0.95,
    assured: float = 0.80,
    events_before: int = 0,
    months_before: float = 0.0,
    accrual_per_year: Number,
    follow_up_months: Number,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan for precision: how many more patients until the interval of a median excludes a value.

    Parameters
    ----------
    median_months
        True median of the new patients, months.
    excluded_months
        What the interval shall exclude, months: say 5, the published median under chemotherapy.
    level
        Confidence level of the two-sided interval.
    assured
        Probability with which it shall exclude the value.
    events_before, months_before
        Events and patient-months at risk of patients already observed, which count too.
    accrual_per_year, follow_up_months
        New patients a year, and follow-up after the last of them.
    max_n
        New patients within reach.

    Returns
    -------
    TrialDesign
        ``n`` new patients and ``events`` new events.

    Raises
    ------
    SettingsError
        If a number is impossible, or ``max_n`` patients are too few; then the sentence says how far they reach.

    Notes
    -----
    Constant hazard. With d events in T patient-months, the exact interval of the rate is from
    ``chi2(2d; (1 - level)/2) / 2T`` to ``chi2(2d; (1 + level)/2) / 2T`` (Epstein B, Sobel M. J Am Stat Assoc
    1953;48:486-502), and T, over the events still to come, has a gamma distribution: the probability is closed.

    Examples
    --------
    >>> plan = median_precision(median_months=9, excluded_months=5, accrual_per_year=12, follow_up_months=12)
    >>> plan.events, plan.n
    (22, 27)
    """
    truth = positive(median_months, "true median", "months")
    other = positive(excluded_months, "median to be excluded", "months")
    speed = positive(accrual_per_year, "patients a year")
    after = positive(follow_up_months, "follow-up after the last patient", "months")
    _check(truth.value, other.value, level, assured)
    if events_before < 0 or months_before < 0:
        raise SettingsError("negative counts of patients already observed", expected="0 or more")
    rate, null, follow = math.log(2) / truth.value, math.log(2) / other.value, after.value
    largest = checked_max_n(max_n, _LARGEST)
    for n in range(1, largest + 1):
        accrual = n / speed.value * 12
        events = math.floor(n * _event_probability(rate, accrual, follow) + 1e-9)
        if events and _excludes(events, rate, null, level, events_before, months_before) >= assured:
            break
    else:
        events = max(1, math.floor(largest * _event_probability(rate, largest / speed.value * 12, follow)))
        reach = _excludes(events, rate, null, level, events_before, months_before)
        raise SettingsError(
            f"no more than {largest} new patients exclude {other.value:g} months with probability {assured:.2f}",
            expected=f"at most {reach:.2f}, or more patients, or a median further from {other.value:g} months",
        )
    reached = _excludes(events, rate, null, level, events_before, months_before)
    duration = (accrual + follow) * MONTH
    before = f" together with the {events_before} events already seen" if events_before else ""
    sentence = (
        f"{n} new patients, entered over {accrual:.1f} months and followed for {follow:g} months after the "
        f"last, give about {events} events{before}. If the true median is {truth.value:g} months, the {level:.0%} "
        f"interval excludes {other.value:g} months with probability {reached:.2f}."
    )
    return TrialDesign(
        kind="precision_median",
        title=f"Precision: the interval of the median excludes {other.value:g} months",
        n=n,
        events=events,
        assumptions=(truth, other, speed, after),
        boundaries=(
            Boundary(
                look=1, n=n, events=events, scale="months", efficacy=other.value,
                rule=f"Success if the lower limit of the median lies above {other.value:g} months.",
            ),
        ),
        characteristics=Estimates(
            (
                _row("power", reached, "alternative", "probability"),
                _row("type_i_error", (1 - level) / 2, "null", "probability"),
                _row("expected_n", float(n), "alternative", "count"),
                _row("expected_events", float(events), "alternative", "count"),
                _row("duration", duration, "alternative", "day"),
            )
        ),
        protocol=(sentence,),
        references=("Epstein B, Sobel M. Life testing. J Am Stat Assoc 1953;48:486-502.",),
    )  # fmt: skip


def proportion_precision(
    *, proportion: Number, half_width: float, level: float = 0.95, max_n: int | None = None
) -> TrialDesign:
    """Plan for precision: how many patients until the exact interval of a proportion is narrow enough.

    Parameters
    ----------
    proportion
        True proportion.
    half_width
        Half of the expected width of the Clopper-Pearson interval.
    level
        Its confidence level.
    max_n
        Patients within reach.

    Raises
    ------
    SettingsError
        If a number is impossible or ``max_n`` patients are too few.

    Examples
    --------
    >>> proportion_precision(proportion=0.375, half_width=0.15).n
    43
    """
    truth = stated(proportion, "true proportion")
    share, largest = truth.value, checked_max_n(max_n, _LARGEST)
    if not 0 < share < 1 or not 0 < half_width < 0.5:
        raise SettingsError(
            f"proportion {share:g} with half width {half_width:g}",
            expected="a proportion between 0 and 1, a half width between 0 and 0.5",
        )
    if _half_width(share, largest, level) > half_width:
        raise SettingsError(
            f"{largest} patients do not give a half width of {half_width:g}",
            expected=f"{_half_width(share, largest, level):.3f} or wider, or more patients",
        )
    low, high = 0, largest
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _half_width(share, middle, level) <= half_width else (middle, high)
    reached = _half_width(share, high, level)
    return TrialDesign(
        kind="precision_proportion",
        title=f"Precision: the interval of a proportion within ± {half_width:.0%}",
        n=high,
        assumptions=(truth,),
        boundaries=(),
        characteristics=Estimates((_row("half_width", reached, "alternative", "probability"),)),
        protocol=(
            f"With {high} patients the {level:.0%} Clopper-Pearson interval of a proportion of {share:.0%} is "
            f"expected to reach {reached:.1%} to either side.",
        ),
        references=("Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.",),
    )


def _check(median: float, excluded: float, level: float, assured: float) -> None:
    if not 0 < excluded < median or not math.isfinite(median):
        raise SettingsError(
            f"a true median of {median:g} months and {excluded:g} months to exclude",
            expected="a true median above the value to exclude, both above 0",
        )
    for value, what in ((level, "confidence level"), (assured, "probability")):
        if not 0 < value < 1:
            raise SettingsError(f"{what} {value:g}", expected="a number between 0 and 1")


def _event_probability(rate: float, accrual: float, follow_up: float) -> float:
    """Return the probability that a patient has the event by the analysis, entering uniformly."""
    return 1 - (math.exp(-rate * follow_up) - math.exp(-rate * (accrual + follow_up))) / (rate * accrual)


def _excludes(events: int, rate: float, null: float, level: float, before: int, months: float) -> float:
    """Return the probability that the upper limit of the rate lies below the null rate."""
    needed = float(gammaincinv(events + before, (1 + level) / 2)) / null - months
    return float(gammaincc(events, rate * needed)) if needed > 0 else 1.0


def _half_width(p: float, n: int, level: float) -> float:
    """Return half of the expected width of the exact interval."""
    limits = np.array([binomial_interval(x, n, level=level) for x in range(n + 1)])
    return float(binom.pmf(np.arange(n + 1), n, p) @ (limits[:, 1] - limits[:, 0]) / 2)


def _row(statistic: str, value: float, scenario: str, unit: str) -> Estimate:
    return Estimate(
        variable="design", statistic=statistic, group=(("scenario", scenario),), value=value, unit=unit,  # type: ignore[arg-type]
        method="exact, constant hazard" if statistic != "half_width" else "exact, by enumeration",
    )  # fmt: skip
