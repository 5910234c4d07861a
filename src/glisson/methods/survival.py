"""Survival of one or several groups: curves, medians, rates at times, restricted means, follow-up.

Every function takes a RiskTable, or an Endpoint that it counts first, and returns one row per statistic and group. A
value that does not exist carries its reason in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from glisson.kernels import product_limit as pl
from glisson.kernels.product_limit import ConfType
from glisson.methods.fits import CONF_LABEL, common_horizon, fits, whole_time
from glisson.tables import Curve, Endpoint, Estimate, Estimates, RiskTable


def kaplan_meier(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = (),
    *,
    times: Sequence[float] = (),
    quantiles: Sequence[float] = (0.5,),
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> Estimates:
    """Estimate survival: n, events, median and other quantiles, survival at times.

    Parameters
    ----------
    data
        Risk table or endpoint. With several causes, any of them counts as the event.
    by
        Grouping variables.
    times
        Days at which survival is wanted.
    quantiles
        Probabilities of the event; 0.5 is the median.
    conf_type
        Interval: ``"log-log"``, ``"log"``, ``"plain"``, ``"rothman"``, ``"beta-product"``.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Statistics ``n``, ``events``, ``median`` (or ``quantile`` with ``at`` the probability) and ``survival`` with
        ``at`` the day. Limits of a quantile are where the pointwise limits cross it (Brookmeyer-Crowley).

    Raises
    ------
    SettingsError
        If level, interval or a time is impossible.
    InputError
        If a grouping variable is unknown.

    Notes
    -----
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481; Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.

    Examples
    --------
    >>> os = Endpoint.from_arrays([90, 180, 270, 400], [1, 1, 1, 0], name="os")
    >>> print(kaplan_meier(os, times=[100]))
    os | overall | n: 4
    os | overall | events: 3
    os | overall | median: 225 (90 to not reached; 95%)
    os | overall | survival at 100: 0.75 (0.127947 to 0.960549; 95%)
    """
    rows: list[Estimate] = []
    for g in fits(data, by, conf_type=conf_type, level=level):
        rows += [g.row("n", value=float(g.n), unit="count"), g.row("events", value=float(g.events), unit="count")]
        rows += [g.quantile(p) for p in quantiles]
        rows += [g.survival_at(whole_time(t)) for t in times]
    return Estimates(tuple(rows))


def curve(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = (),
    *,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> tuple[Curve, ...]:
    """Return the Kaplan-Meier curve of each group with its counts.

    Parameters
    ----------
    data, by, conf_type, level
        As in ``kaplan_meier``.

    Examples
    --------
    >>> os = Endpoint.from_arrays([90, 180], [1, 0], name="os")
    >>> curve(os)[0].value.tolist()
    [0.5, 0.5]
    """
    return tuple(g.curve() for g in fits(data, by, conf_type=conf_type, level=level))


def nelson_aalen(data: RiskTable | Endpoint, by: str | Sequence[str] = (), *, level: float = 0.95) -> tuple[Curve, ...]:
    """Return the Nelson-Aalen cumulative hazard of each group with log-transformed limits.

    Parameters
    ----------
    data, by, level
        As in ``kaplan_meier``.

    Notes
    -----
    Aalen O. Ann Stat 1978;6:701-726.

    Examples
    --------
    >>> os = Endpoint.from_arrays([90, 180], [1, 1], name="os")
    >>> nelson_aalen(os)[0].value.tolist()
    [0.5, 1.5]
    """
    curves = []
    for g in fits(data, by, conf_type="log-log", level=level):
        hazard, variance = pl.nelson_aalen(g.at_risk, g.died)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.exp(g.z * np.sqrt(variance) / hazard)
        low, high = hazard / factor, hazard * factor
        method = "Nelson-Aalen, log interval"
        curves.append(g.curve(statistic="cumulative_hazard", value=hazard, low=low, high=high, method=method))
    return tuple(curves)


def followup(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = (),
    *,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> Estimates:
    """Estimate follow-up by reverse Kaplan-Meier: censoring is the event, events end observation.

    Parameters
    ----------
    data, by, conf_type, level
        As in ``kaplan_meier``.

    Returns
    -------
    Estimates
        Statistic ``followup`` with ``at`` 0.25, 0.5 and 0.75.

    Notes
    -----
    Schemper M, Smith TL. Control Clin Trials 1996;17:343-346. At a time with both, events come first, so those who
    had one are no longer at risk of being censored.

    Examples
    --------
    >>> os = Endpoint.from_arrays([90, 180, 400], [1, 0, 0], name="os")
    >>> followup(os).one("followup", at=0.5).value
    290.0
    """
    rows: list[Estimate] = []
    method = f"reverse Kaplan-Meier, {CONF_LABEL[conf_type]}"
    for g in fits(data, by, conf_type=conf_type, level=level, reverse=True, method=method):
        rows += [g.quantile(p, statistic="followup", none="not estimable (nobody censored)") for p in (0.25, 0.5, 0.75)]
    return Estimates(tuple(rows))


def rmst(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = (),
    *,
    tau: float | None = None,
    level: float = 0.95,
) -> Estimates:
    """Estimate the restricted mean survival time up to a horizon.

    Parameters
    ----------
    data, by, level
        As in ``kaplan_meier``.
    tau
        Horizon in days. By default the largest day that every group with two or more units supports: its last
        observation, or no limit where its curve has reached 0.

    Returns
    -------
    Estimates
        Statistic ``rmst`` with ``at`` the horizon, normal interval.

    Notes
    -----
    Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152. The curve is not extrapolated: a group observed for less
    than tau has no value and says so.

    Examples
    --------
    >>> os = Endpoint.from_arrays([90, 180, 270], [1, 1, 0], name="os")
    >>> round(rmst(os, tau=200).one("rmst").value, 2)
    156.67
    """
    groups = fits(data, by, conf_type="log-log", level=level)
    horizon = common_horizon(groups) if tau is None else whole_time(tau)
    rows = []
    for g in groups:
        mean, variance, reason = g.rmst(horizon)
        if mean is None:
            rows.append(g.row("rmst", at=horizon, unit="day", reason=reason, method="restricted mean, normal interval"))
            continue
        half = g.z * math.sqrt(variance)
        rows.append(
            g.row(
                "rmst", value=mean, low=max(0.0, mean - half), high=min(horizon, mean + half), unit="day", at=horizon,
                level=level, method="restricted mean, normal interval",
            )
        )  # fmt: skip
    return Estimates(tuple(rows))
