"""What published numbers say of an estimate and its variance: medians, hazard ratios, survival at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from glisson.errors import InputError
from glisson.methods.fits import normal_quantile
from glisson.tables import EffectTable
from glisson.tables.effect_table import Scale

#: How a sentence begins that tells where the variance of a median came from.
EXPONENTIAL = "variance 1 / events, as if hazards were constant"
UNCENSORED = "variance as if nobody had been censored before that time: intervals are too short where somebody was"


class Effect(NamedTuple):
    """One estimate on its scale, its variance, and what was assumed for the variance."""

    estimate: float
    variance: float
    assumed: str = ""


def log_median(
    median: float,
    *,
    low: float | None = None,
    high: float | None = None,
    level: float = 0.95,
    events: int | None = None,
) -> Effect:
    """Return the log of a median time and its variance.

    Parameters
    ----------
    median, low, high
        Median and its limits, in one unit of time, above 0.
    level
        Confidence level of the limits.
    events
        Number of events; used where a limit is missing.

    Raises
    ------
    InputError
        If neither both limits nor events are known: the number of patients alone says nothing of the variance.

    Notes
    -----
    From limits ((log high - log low) / 2z)². From events 1 / d, the variance of the log median if hazards are constant
    (Collett D. Modelling Survival Data in Medical Research, section on exponential models).

    Examples
    --------
    >>> round(log_median(30, low=12, high=43).variance, 4)
    0.106
    >>> log_median(9, events=16).variance
    0.0625
    """
    _above(median=median, low=low, high=high)
    if low is not None and high is not None:
        return Effect(math.log(median), _from_limits(math.log(low), math.log(high), level))
    if events:
        return Effect(math.log(median), 1 / events, EXPONENTIAL)
    raise InputError("a median without both limits and without a number of events",
                     expected="one of the two, for its variance")  # fmt: skip


def log_hazard_ratio(ratio: float, low: float, high: float, *, level: float = 0.95) -> Effect:
    """Return the log of a hazard ratio and its variance from the interval.

    Raises
    ------
    InputError
        If a number is not above 0, or the ratio lies outside its limits.

    Examples
    --------
    >>> round(log_hazard_ratio(0.3, 0.1, 0.8).variance, 4)
    0.2814
    """
    _above(ratio=ratio, low=low, high=high)
    if not low <= ratio <= high:
        raise InputError(f"a ratio of {ratio:g} outside its limits {low:g} and {high:g}")
    return Effect(math.log(ratio), _from_limits(math.log(low), math.log(high), level))


def log_hazard_ratio_from_logrank(observed: float, expected: float, variance: float) -> Effect:
    """Return (O - E) / V with variance 1 / V, from the log-rank test of the experimental arm.

    Notes
    -----
    Tierney JF, Stewart LA, Ghersi D, Burdett S, Sydes MR. Trials 2007;8:16.

    Raises
    ------
    InputError
        If the variance is not above 0.

    Examples
    --------
    >>> [round(x, 4) for x in log_hazard_ratio_from_logrank(12, 17.3, 7.1)[:2]]
    [-0.7465, 0.1408]
    """
    _above(variance=variance)
    return Effect((observed - expected) / variance, 1 / variance)


def log_hazard_ratio_from_p(p: float, events: int, *, better: bool, share: float = 0.5) -> Effect:
    """Return the log hazard ratio behind a two-sided log-rank P.

    Parameters
    ----------
    p
        Two-sided P, above 0 and at most 1.
    events
        Events of both arms together.
    better
        Whether the experimental arm did better (ratio below 1).
    share
        Share of patients in the experimental arm; V is events · share · (1 - share).

    Raises
    ------
    InputError
        If a number cannot be.

    Notes
    -----
    Parmar MKB, Torri V, Stewart L. Stat Med 1998;17:2815-2834.

    Examples
    --------
    >>> round(math.exp(log_hazard_ratio_from_p(0.05, 100, better=True).estimate), 3)
    0.676
    """
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy only where it is needed

    if not 0 < p <= 1 or events < 1 or not 0 < share < 1:
        raise InputError(f"P {p}, {events} events, share {share}", expected="0 < P <= 1, events, 0 < share < 1")
    v = events * share * (1 - share)
    size = -float(ndtri(p / 2)) / math.sqrt(v)
    return Effect(-size if better else size, 1 / v, "V from the number of events and the shares of patients")


def survival_at(
    survival: float,
    *,
    n: int | None = None,
    low: float | None = None,
    high: float | None = None,
    level: float = 0.95,
    scale: Literal["cloglog", "logit"] = "cloglog",
) -> Effect:
    """Return a survival probability on a scale without bounds, and its variance.

    Parameters
    ----------
    survival
        Between 0 and 1, both excluded.
    n
        Patients; used where a limit is missing, and then as if none had been censored before that time.
    low, high, level
        Limits of the survival probability, and their level.
    scale
        ``"cloglog"``, log(-log S), or ``"logit"``.

    Raises
    ------
    InputError
        If survival is 0 or 1, or nothing says how sure it is.

    Examples
    --------
    >>> [round(x, 4) for x in survival_at(0.5, n=20)[:2]]
    [-0.3665, 0.1041]
    """
    if not 0 < survival < 1:
        raise InputError(f"a survival of {survival:g}", expected="a number between 0 and 1",
                         todo="pool the counts instead")  # fmt: skip
    y = _scaled(survival, scale)
    if low is not None and high is not None and 0 < low < high < 1:
        ends = sorted((_scaled(low, scale), _scaled(high, scale)))
        return Effect(y, _from_limits(ends[0], ends[1], level))
    if not n:
        raise InputError("a survival without both limits and without a number of patients",
                         expected="one of the two, for its variance")  # fmt: skip
    binomial = survival * (1 - survival) / n
    slope = 1 / (survival * math.log(survival)) if scale == "cloglog" else 1 / (survival * (1 - survival))
    return Effect(y, binomial * slope**2, UNCENSORED)


def effect_table(
    effects: Sequence[Effect],
    study: Sequence[str],
    *,
    scale: Scale,
    name: str,
    label: str = "",
    unit: str = "",
    n: Sequence[int] = (),
    overlap: Sequence[str] = (),
    source: Sequence[str] = (),
) -> EffectTable:
    """Return effects as a table; what was assumed for some of them becomes its note.

    Examples
    --------
    >>> effect_table([log_median(30, low=12, high=43)], ["a"], scale="log", name="os", unit="month").k
    1
    """
    assumed = dict.fromkeys(e.assumed for e in effects if e.assumed)
    told = [f"{a} ({sum(e.assumed == a for e in effects)} of {len(effects)} studies)" for a in assumed]
    return EffectTable(
        name=name, label=label or name, study=tuple(study), scale=scale, unit=unit,
        estimate=np.array([e.estimate for e in effects], np.float64),
        variance=np.array([e.variance for e in effects], np.float64),
        n=np.array(n, np.float64) if n else None, overlap=tuple(overlap), source=tuple(source), note="; ".join(told),
    )  # fmt: skip


def _scaled(survival: float, scale: Literal["cloglog", "logit"]) -> float:
    return math.log(-math.log(survival)) if scale == "cloglog" else math.log(survival / (1 - survival))


def _from_limits(low: float, high: float, level: float) -> float:
    if not low < high:
        raise InputError("the interval ends before it begins")
    return ((high - low) / (2 * normal_quantile(level))) ** 2


def _above(**values: float | None) -> None:
    wrong = [f"{name} {value:g}" for name, value in values.items() if value is not None and not value > 0]
    if wrong:
        raise InputError(", ".join(wrong), expected="numbers above 0")
