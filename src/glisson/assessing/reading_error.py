"""The error of reading a control's curve, carried into what is estimated against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glisson.errors import InputError
from glisson.methods.compare import rmst_difference
from glisson.methods.cox import cox
from glisson.methods.fits import normal_quantile
from glisson.methods.rubin import Pooled, rubin
from glisson.tables import Endpoint, Estimate, Estimates, Factor

#: What the rows are called.
READ, RANGE = "with reading error", "range of the sets"
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What one reading gives: log hazard ratio and difference in restricted mean, each with its variance."""

    log_ratio: float
    log_variance: float
    gap: float
    gap_variance: float


def over_readings(
    ours: Endpoint, readings: Sequence[Endpoint], *, side: str, here: str, there: str, level: float
) -> Estimates:
    """Return hazard ratio and difference in restricted mean against a curve that was read several times.

    Parameters
    ----------
    ours
        The cohort.
    readings
        The control, once for each reading, m of them.
    side, here, there
        Name of the grouping variable, and of both sides; the control is the standard.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``hazard_ratio`` and ``rmst_difference`` with detail ``"with reading error"``; ``reading_share`` of each, the
        share of the variance that is from reading the figure, with the statistic as detail.

    Raises
    ------
    InputError
        If there are fewer than two readings, or one of them gives no ratio.

    Notes
    -----
    Rubin's rules: the estimate is the mean over the readings, its variance W + (1 + 1/m) B. The ratio is pooled on the
    log scale, with the variances of Wald intervals; restricted means have Greenwood's variance, up to the last day
    that the cohort and every reading reach. Rubin DB. Multiple Imputation for Nonresponse in Surveys, 1987.

    Examples
    --------
    >>> arm = Endpoint.from_arrays([20, 60, 90, 120, 150, 200], [1] * 6, name="os")
    >>> cohort = Endpoint.from_arrays([40, 80, 130, 170, 210, 300], [1] * 6, name="os")
    >>> rows = over_readings(cohort, [arm, arm], side="side", here="a", there="b", level=0.95)
    >>> [round(r.value, 3) for r in rows]
    [0.461, 0.0, 30.0, 0.0]
    """
    effects, tau = _effects(ours, readings, side, here, there, level)
    m = len(effects)
    ratio = rubin([e.log_ratio for e in effects], [e.log_variance for e in effects])
    gap = rubin([e.gap for e in effects], [e.gap_variance for e in effects])
    method = f"Rubin's rules over {m} readings of the curve"
    shared: dict[str, Any] = {"variable": ours.name, "n": len(ours) + len(readings[0]), "level": level, "detail": READ}
    low, high = ratio.limits(level)
    rows = [
        Estimate(statistic="hazard_ratio", value=math.exp(ratio.value), low=math.exp(low), high=math.exp(high),
                 unit="ratio", method=f"Cox, {method}", **shared),
        _share(ratio, "hazard_ratio", method, ours.name),
    ]  # fmt: skip
    low, high = gap.limits(level)
    rows += [
        Estimate(statistic="rmst_difference", value=gap.value, low=low, high=high, unit="day", at=tau,
                 method=f"difference in restricted mean, {method}", **shared),
        replace(_share(gap, "rmst_difference", method, ours.name), at=tau),
    ]  # fmt: skip
    return Estimates(tuple(rows))


def over_members(
    ours: Endpoint, members: Sequence[Endpoint], *, side: str, here: str, there: str, level: float
) -> Estimates:
    """Return hazard ratio and difference in restricted mean against sets of patients that agree with summary numbers.

    Parameters
    ----------
    ours
        The cohort.
    members
        The middle set first.
    side, here, there, level
        As in ``over_readings``.

    Returns
    -------
    Estimates
        ``hazard_ratio`` and ``rmst_difference`` with detail ``"range of the sets"``: of the middle set, and the lowest
        and highest over all. The range is one of assumptions, not of chance, and has no level.

    Raises
    ------
    InputError
        As ``over_readings``.

    Examples
    --------
    >>> arm = Endpoint.from_arrays([20, 60, 90, 120, 150, 200], [1] * 6, name="os")
    >>> other = Endpoint.from_arrays([30, 70, 90, 120, 160, 200], [1] * 6, name="os")
    >>> row = over_members(arm, [arm, other], side="side", here="a", there="b", level=0.95).one("rmst_difference")
    >>> round(row.low, 2), row.value, row.high
    (-5.0, 0.0, 0.0)
    """
    effects, tau = _effects(ours, members, side, here, there, level)
    shared: dict[str, Any] = {
        "variable": ours.name, "n": len(ours) + len(members[0]), "detail": RANGE,
        "method": f"range over {len(effects)} sets of patients that agree with the numbers printed",
        "warning": "from summary numbers alone; the range is of assumptions, not of chance",
    }  # fmt: skip
    ratios, gaps = [math.exp(e.log_ratio) for e in effects], [e.gap for e in effects]
    return Estimates(
        (
            Estimate(statistic="hazard_ratio", value=ratios[0], low=min(ratios), high=max(ratios), unit="ratio",
                     **shared),
            Estimate(statistic="rmst_difference", value=gaps[0], low=min(gaps), high=max(gaps), unit="day", at=tau,
                     **shared),
        )
    )  # fmt: skip


def _effects(
    ours: Endpoint, readings: Sequence[Endpoint], side: str, here: str, there: str, level: float
) -> tuple[list[_Effect], float]:
    """Return what each reading gives, and the day up to which restricted means go."""
    if len(readings) < _FEWEST:
        raise InputError(f"{len(readings)} reading of the control", expected="two or more")
    tau = float(min(ours.exit.max(), *(r.exit.max() for r in readings)))
    return [_effect(ours, r, side, here, there, tau, level) for r in readings], tau


def _effect(ours: Endpoint, control: Endpoint, side: str, here: str, there: str, tau: float, level: float) -> _Effect:
    parts = (control, ours)
    both = Endpoint.from_arrays(
        np.concatenate([p.exit for p in parts]),
        np.concatenate([(p.cause == 1).astype(np.int64) for p in parts]),
        entry=np.concatenate([p.entry for p in parts]), name=ours.name,
        keys={side: Factor.of([there] * len(control) + [here] * len(ours), (there, here))},
    )  # fmt: skip
    ratio = next(iter(cox(both, [side], interval="wald", level=level).select("hazard_ratio")))
    gap = rmst_difference(both, [side], tau=tau, level=level).rows[0]
    if None in (ratio.value, ratio.low, ratio.high, gap.value, gap.low, gap.high):
        raise InputError(f"a reading of the control gives no estimate: {ratio.reason or gap.reason}",
                         expected="events on both sides in every reading")  # fmt: skip
    z = normal_quantile(level)
    width = math.log((ratio.high or 1.0) / (ratio.low or 1.0)) / (2 * z)
    spread = ((gap.high or 0.0) - (gap.low or 0.0)) / (2 * z)
    return _Effect(log_ratio=math.log(ratio.value or 1.0), log_variance=width**2, gap=gap.value or 0.0,
                   gap_variance=spread**2)  # fmt: skip


def _share(pooled: Pooled, statistic: str, method: str, variable: str) -> Estimate:
    """Return the share of the variance that is from reading; none where the readings differ by rounding only."""
    between = (1 + 1 / pooled.m) * pooled.between if pooled.increase > 0 else 0.0
    return Estimate(variable=variable, statistic="reading_share", value=between / pooled.total, unit="ratio",
                    method=method, detail=statistic)  # fmt: skip
