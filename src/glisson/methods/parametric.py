"""Parametric survival: distributions fitted by maximum likelihood, side by side and ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from glisson.errors import InputError, NotSupportedError, SettingsError
from glisson.methods.fits import counted, normal_quantile, whole_time
from glisson.methods.parametric_fit import LABEL, NAMES, ParametricFit, fit_group
from glisson.tables import Endpoint, Estimate, Estimates, RiskTable

ALL = "all"


def parametric(
    data: Endpoint | RiskTable,
    by: str | Sequence[str] = (),
    distribution: str | Sequence[str] = ALL,
    *,
    cuts: Sequence[float] = (),
    times: Sequence[float] = (),
    tau: float | None = None,
    level: float = 0.95,
) -> Estimates:
    """Fit distributions of survival times by maximum likelihood.

    Parameters
    ----------
    data
        Endpoint or risk table, with late entry where there is any. With several causes, any of them counts as the
        event.
    by
        Grouping variables; each group is fitted alone.
    distribution
        ``"exponential"``, ``"weibull"``, ``"log-normal"``, ``"log-logistic"``, ``"gompertz"``,
        ``"generalised gamma"``, ``"piecewise"``, several of them, or ``"all"``: the first six, and ``"piecewise"``
        where there are cuts.
    cuts
        Days at which the constant hazard of ``"piecewise"`` changes.
    times
        Days at which survival is wanted.
    tau
        Day up to which the restricted mean is taken; by default the last day on which all groups were observed.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Of each group ``n`` and ``events``; of each distribution (in ``detail``), that of the lowest AIC first:
        its parameters, ``median``, ``survival`` with ``at`` the day, ``rmst`` with ``at`` the horizon, ``mean``,
        ``log_likelihood``, ``aic`` and ``rank``. Limits are Wald's on a scale without bounds. What lies beyond the last
        observation has a warning.

    Raises
    ------
    InputError
        If a grouping variable is unknown, or cuts are not increasing days.
    NotSupportedError
        If days were grouped into intervals, so that exact times are no longer known.
    SettingsError
        If an argument is not one of its choices.

    Notes
    -----
    Kalbfleisch JD, Prentice RL. The statistical analysis of failure time data. 2nd ed. Wiley 2002. Generalised gamma:
    Prentice RL. Biometrika 1974;61:539-544.

    Examples
    --------
    >>> os = Endpoint.from_arrays([90, 180, 270, 400], [1, 1, 1, 0], name="os")
    >>> rows = parametric(os, distribution="exponential", times=[180])
    >>> row = rows.one("median")
    >>> round(row.value, 1), round(row.low, 1), round(row.high, 1), row.detail
    (217.2, 70.0, 673.4, 'exponential')
    """
    z = normal_quantile(level)
    days = [whole_time(float(t)) for t in times]
    wanted = _wanted(distribution, cuts)
    horizon = None if tau is None else whole_time(float(tau))
    if horizon == 0:
        raise SettingsError("a horizon of 0 days", expected="a day after 0")
    table, keys = counted(data, by)
    if table.breaks is not None:
        raise NotSupportedError("Days were grouped into intervals: a distribution is fitted to exact days.")
    levels = table.levels(*keys)
    rows: list[Estimate] = []
    fitted = [[fit_group(table.name, g, levels, i, name, cuts) for name in wanted] for i, g in enumerate(levels.groups)]
    if horizon is None:
        horizon = min((fits[0].last for fits in fitted if fits[0].last > 0), default=1.0)
    for group, fits in zip(levels.groups, fitted, strict=True):
        fits.sort(key=lambda f: (f.aic is None, f.aic or 0.0))
        shared: dict[str, Any] = {"variable": table.name, "group": group, "n": fits[0].n, "events": fits[0].events}
        rows += [Estimate(statistic=s, value=float(shared[s]), unit="count", **shared) for s in ("n", "events")]
        for rank, fit in enumerate(fits, start=1):
            rows += _rows(fit, days, horizon, z, level, rank)
    return Estimates(tuple(rows))


def _wanted(distribution: str | Sequence[str], cuts: Sequence[float]) -> tuple[str, ...]:
    given = (distribution,) if isinstance(distribution, str) else tuple(distribution)
    if given == (ALL,):
        given = NAMES if len(cuts) else tuple(n for n in NAMES if n != "piecewise")
    unknown = [n for n in given if n not in NAMES]
    if unknown or not given:
        raise SettingsError(f"distribution {', '.join(unknown) or 'none'}", expected=f"all, or of {', '.join(NAMES)}")
    if len(cuts) and "piecewise" not in given:
        raise SettingsError("cuts without the piecewise distribution", expected='distribution "piecewise" or "all"')
    ends = np.asarray(cuts, dtype=np.float64)
    if np.any(~np.isfinite(ends)) or np.any(np.diff(ends, prepend=0.0) <= 0):
        raise InputError("cuts are not increasing days after 0", expected="for example [90, 180]")
    if "piecewise" in given and not ends.size:
        raise SettingsError("a piecewise hazard without cuts", expected="the days at which it changes",
                            todo="give cuts, or take the exponential distribution")  # fmt: skip
    return given


def _rows(fit: ParametricFit, days: Sequence[float], tau: float, z: float, level: float, rank: int) -> list[Estimate]:
    own: dict[str, Any] = {"variable": fit.variable, "group": fit.group, "n": fit.n, "events": fit.events}
    own |= {"detail": LABEL[fit.name], "method": f"{LABEL[fit.name]} distribution, maximum likelihood"}
    if fit.reason:
        asked: list[dict[str, Any]] = [{"statistic": "median", "unit": "day"}]
        asked += [{"statistic": "survival", "unit": "probability", "at": day} for day in days]
        asked += [{"statistic": "rmst", "unit": "day", "at": tau}, {"statistic": "mean", "unit": "day"}]
        asked += [{"statistic": "log_likelihood"}, {"statistic": "aic"}]
        return [Estimate(reason=fit.reason, **one, **own) for one in asked]
    own |= {"warning": fit.warning}
    wald = {**own, "level": level, "method": f"{own['method']}, Wald interval by the delta method"}
    rows = [_named(row, wald) for row in fit.parameter_rows(z)]
    rows.append(_time(fit.median(z), wald, fit, statistic="median"))
    rows += [_time(fit.survival(day, z), wald, fit, statistic="survival", at=day) for day in days]
    rows.append(_time(fit.restricted_mean(tau, z), wald, fit, statistic="rmst", at=tau))
    rows.append(_time(fit.mean(z), wald, fit, statistic="mean"))
    rows.append(Estimate(statistic="log_likelihood", value=fit.loglik, **own))
    rows.append(Estimate(statistic="aic", value=fit.aic, **own))
    rows.append(Estimate(statistic="rank", value=float(rank), unit="count", **own))
    return rows


def _named(row: Estimate, own: dict[str, Any]) -> Estimate:
    """Return a row of a fit with what all rows of the fit share; its own detail is set after it."""
    detail = ", ".join(part for part in (own["detail"], row.detail) if part)
    shared = {k: v for k, v in own.items() if k not in {"detail", "level"}}
    return replace(row, **shared, detail=detail, level=own["level"] if row.low is not None else None)


def _time(
    found: Estimate, own: dict[str, Any], fit: ParametricFit, *, statistic: str, at: float | None = None
) -> Estimate:
    """Return a row with a name, and a warning where it rests on what nobody has observed."""
    row = replace(_named(found, own), statistic=statistic, at=at)
    beyond = at if at is not None else found.value if statistic == "median" else np.inf
    if found.value is None or beyond is None or beyond <= fit.last:
        return row
    told = f"beyond the last observation on day {fit.last:g}"
    return replace(row, warning="; ".join(part for part in (row.warning, told) if part))
