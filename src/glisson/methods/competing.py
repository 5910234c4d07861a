"""Cumulative incidence of each cause when other events can come first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.kernels import product_limit as pl
from glisson.kernels.product_limit import Variance
from glisson.methods.fits import NOBODY, counted, normal_quantile, own_days
from glisson.tables import Curve, Endpoint, Estimate, Estimates, RiskTable

Floats = NDArray[np.float64]

VARIANCE_LABEL: dict[str, str] = {"aalen": "Aalen variance", "delta": "Greenwood-type variance"}


def cumulative_incidence(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = (),
    *,
    times: Sequence[float] = (),
    variance: Variance = "aalen",
    level: float = 0.95,
) -> Estimates:
    """Estimate the cumulative incidence of every cause (Aalen-Johansen).

    Parameters
    ----------
    data
        Risk table or endpoint.
    by
        Grouping variables.
    times
        Days at which the incidence is wanted.
    variance
        ``"aalen"`` or ``"delta"`` (Greenwood-type).
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``n``, then for each cause (in ``detail``) ``events`` and ``cumulative_incidence`` with ``at`` the day.
        Intervals by the complementary log-log transformation.

    Notes
    -----
    Aalen OO, Johansen S. Scand J Stat 1978;5:141-150; Choudhury JB. Stat Med 2002;21:1129-1144.

    Examples
    --------
    >>> ttp = Endpoint.from_arrays([90, 180, 270], [1, 2, 0], causes=["progression", "death"], name="ttp")
    >>> round(cumulative_incidence(ttp, times=[200]).one("cumulative_incidence", detail="death").value, 3)
    0.333
    """
    rows: list[Estimate] = []
    for c in incidence_curves(data, by, variance=variance, level=level):
        first = not any(r.group == c.group for r in rows)
        shared: dict[str, Any] = {"variable": c.variable, "group": c.group, "n": c.n, "method": c.method}
        if first:
            rows.append(Estimate(statistic="n", value=float(c.n), unit="count", **shared))
        events = int(c.events.sum())
        shared |= {"detail": c.detail, "events": events}
        rows.append(Estimate(statistic="events", value=float(events), unit="count", **shared))
        rows += [_at(c, day, shared) for day in times]
    return Estimates(tuple(rows))


def _at(c: Curve, day: float, shared: dict[str, Any]) -> Estimate:
    row: dict[str, Any] = {"statistic": "cumulative_incidence", "unit": "probability", "at": float(day), **shared}
    if not c.n:
        return Estimate(**row, reason=NOBODY)
    if day > c.last and c.censored[-1] > 0:  # else nobody is left, and nothing more can happen
        return Estimate(**row, reason=f"not estimable (last observation on day {c.last})")
    place = int(np.searchsorted(c.time, day, side="right")) - 1
    value = float(c.value[place]) if place >= 0 else 0.0
    low, high = (float(c.low[place]), float(c.high[place])) if place >= 0 else (np.nan, np.nan)
    if np.isnan(low):
        return Estimate(**row, value=value, reason="no event yet")
    return Estimate(**row, value=value, low=low, high=high, level=c.level)


def incidence_curves(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = (),
    *,
    variance: Variance = "aalen",
    level: float = 0.95,
) -> tuple[Curve, ...]:
    """Return the cumulative incidence curve of each group and cause.

    Parameters
    ----------
    data, by, variance, level
        As in ``cumulative_incidence``.

    Examples
    --------
    >>> ttp = Endpoint.from_arrays([90, 180], [1, 2], causes=["progression", "death"], name="ttp")
    >>> [c.value.tolist() for c in incidence_curves(ttp)]
    [[0.5, 0.5], [0.0, 0.5]]
    """
    z = normal_quantile(level)
    table, keys = counted(data, by)
    levels = table.levels(*keys)
    incidence, spread = pl.aalen_johansen(levels.at_risk, levels.events, variance=variance)
    low, high = _cloglog(incidence, spread, z)
    method = f"Aalen-Johansen, {VARIANCE_LABEL[variance]}, complementary log-log interval"
    curves = []
    for i, group in enumerate(levels.groups):
        own = own_days(levels, i)
        for k, cause in enumerate(table.causes):
            curves.append(
                Curve(
                    variable=table.name,
                    statistic="cumulative_incidence",
                    group=group,
                    time=levels.time[own],
                    value=incidence[i, k, own],
                    low=low[i, k, own],
                    high=high[i, k, own],
                    at_risk=levels.at_risk[i, own],
                    events=levels.events[i, k, own],
                    censored=levels.censored[i, own],
                    n=int(levels.n[i]),
                    level=level,
                    method=method,
                    detail=cause,
                )
            )
    return tuple(curves)


def _cloglog(incidence: Floats, variance: Floats, z: float) -> tuple[Floats, Floats]:
    """Limits of F by way of log(-log F); none where F is 0 or 1."""
    # Sums of fractions may miss 1 by a rounding error, of which log(-log F) would make a limit.
    inside = (incidence > 0) & (incidence < 1 - 1e-12)
    f = np.where(inside, incidence, 0.5)
    width = z * np.sqrt(np.where(inside, variance, 0.0)) / (f * np.log(f))
    return np.where(inside, f ** np.exp(-width), np.nan), np.where(inside, f ** np.exp(width), np.nan)
