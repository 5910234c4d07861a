"""The product-limit fit of each group: what every survival estimate is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from glisson.errors import SettingsError
from glisson.kernels import product_limit as pl
from glisson.kernels.product_limit import ConfType
from glisson.tables import Curve, Endpoint, Estimate, Group, RiskLevels, RiskTable, risk_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOT_REACHED = "not reached"
NO_EVENTS = "not estimable (0 events)"
NOBODY = "not estimable (0 patients)"

#: How each interval is called in print.
CONF_LABEL: dict[str, str] = {
    "log-log": "log-log interval",
    "log": "log interval",
    "plain": "plain interval",
    "rothman": "Wilson interval at the effective sample size (Rothman)",
    "beta-product": "beta product interval",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """The fitted curve of one group; what the public functions read their rows from.

    Parameters
    ----------
    time, at_risk, died, censored, survival, greenwood, low, high
        Shape (T,), restricted to days on which this group has somebody at risk.
    """

    variable: str
    group: Group
    time: Ints
    at_risk: Ints
    died: Ints
    censored: Ints
    survival: Floats
    greenwood: Floats
    low: Floats
    high: Floats
    n: int
    events: int
    z: float
    level: float
    method: str

    @property
    def last(self) -> float:
        """Last day anyone was observed."""
        return float(self.time[-1]) if len(self.time) else 0.0

    def row(self, statistic: str, **values: Any) -> Estimate:
        """Return an estimate of this group."""
        own = {"variable": self.variable, "group": self.group, "n": self.n, "events": self.events}
        return Estimate(statistic=statistic, **{**own, "method": self.method, **values})

    def quantile(self, p: float, *, statistic: str = "", none: str = NO_EVENTS) -> Estimate:
        """Return the time by which a share ``p`` had the event, with its Brookmeyer-Crowley interval."""
        name = statistic or ("median" if p == 0.5 else "quantile")
        at = p if statistic or p != 0.5 else None
        if not self.n or not self.events:
            return self.row(name, at=at, unit="day", reason=none if self.n else NOBODY)
        value, low, high = (_or_none(pl.quantile(self.time, s, p)) for s in (self.survival, self.low, self.high))
        return self.row(
            name, value=value, low=low, high=high, unit="day", at=at, level=self.level,
            reason=NOT_REACHED if value is None else "",
        )  # fmt: skip

    def survival_at(self, day: float) -> Estimate:
        """Return survival at a day; beyond the last observation there is none."""
        place = int(np.searchsorted(self.time, day, side="right")) - 1
        if not self.n:
            return self.row("survival", at=day, unit="probability", reason=NOBODY)
        if day > self.last and not (len(self.survival) and self.survival[-1] <= pl.TOLERANCE):
            reason = f"not estimable (last observation on day {self.last:.0f})"
            return self.row("survival", at=day, unit="probability", reason=reason)
        if place < 0:
            return self.row("survival", value=1.0, at=day, unit="probability", reason="no event yet")
        value = float(self.survival[place])
        low, high = _or_none(self.low[place]), _or_none(self.high[place])
        missing = "" if low is not None else "no event yet" if value > 0.5 else "nobody left"
        return self.row(
            "survival", value=value, low=low, high=high, at=day, unit="probability", reason=missing,
            level=None if low is None else self.level,
        )  # fmt: skip

    def rmst(self, tau: float) -> tuple[float | None, float, str]:
        """Return restricted mean, its variance, and the reason where there is none."""
        if not self.n:
            return None, 0.0, NOBODY
        if tau > self.last and self.survival[-1] > pl.TOLERANCE:
            return None, 0.0, f"not estimable (last observation on day {self.last:.0f})"
        mean, variance = pl.rmst(self.time, self.survival, self.greenwood, tau)
        return float(mean), float(variance), ""

    def curve(
        self,
        *,
        statistic: str = "survival",
        value: Floats | None = None,
        low: Floats | None = None,
        high: Floats | None = None,
        method: str = "",
    ) -> Curve:
        """Return the step function with its counts."""
        return Curve(
            variable=self.variable,
            statistic=statistic,
            group=self.group,
            time=self.time,
            value=self.survival if value is None else value,
            low=self.low if low is None else low,
            high=self.high if high is None else high,
            at_risk=self.at_risk,
            events=self.died,
            censored=self.censored,
            n=self.n,
            level=self.level,
            method=method or self.method,
        )


def fits(
    data: RiskTable | Endpoint,
    by: str | Sequence[str],
    *,
    conf_type: ConfType,
    level: float,
    reverse: bool = False,
    method: str = "",
) -> list[Fit]:
    """Fit the product-limit curve of every group.

    Parameters
    ----------
    data, by, conf_type, level
        As in ``kaplan_meier``.
    reverse
        Take censoring as the event.
    method
        Name of the method in the rows.
    """
    if conf_type not in CONF_LABEL:
        raise SettingsError(f"conf_type {conf_type!r}", expected=f"one of {', '.join(CONF_LABEL)}")
    z = normal_quantile(level)
    table, keys = counted(data, by)
    levels = table.levels(*keys)
    died = levels.events.sum(axis=1)
    at_risk, gone = levels.at_risk, levels.censored
    if reverse:
        at_risk, died, gone = at_risk - died, levels.censored, died
    survival, greenwood = pl.kaplan_meier(at_risk, died)
    low, high = pl.interval(survival, greenwood, z=z, conf_type=conf_type, at_risk=at_risk, events=died)
    method = method or f"Kaplan-Meier, {CONF_LABEL[conf_type]}"
    return [
        Fit(
            variable=table.name, group=group, time=levels.time[own], at_risk=at_risk[i, own], died=died[i, own],
            censored=gone[i, own], survival=survival[i, own], greenwood=greenwood[i, own], low=low[i, own],
            high=high[i, own], n=int(levels.n[i]), events=total, z=z, level=level, method=method,
        )
        for i, (group, total) in enumerate(zip(levels.groups, died.sum(axis=1).tolist(), strict=True))
        for own in [own_days(levels, i).nonzero()[0]]
    ]  # fmt: skip


def own_days(levels: RiskLevels, group: int) -> NDArray[np.bool_]:
    """Return the days on which anything happened in one group."""
    own: NDArray[np.bool_] = (
        (levels.events[group].sum(axis=0) > 0)
        | (levels.censored[group] > 0)
        | (levels.moved[group] > 0)
        | (levels.entered[group] > 0)
    )
    return own


def counted(data: RiskTable | Endpoint, by: str | Sequence[str]) -> tuple[RiskTable, tuple[str, ...]]:
    """Return the risk table of the data and the grouping variables as a tuple."""
    keys = (by,) if isinstance(by, str) else tuple(by)
    return (risk_table(data, keys) if isinstance(data, Endpoint) else data), keys


def common_horizon(groups: Sequence[Fit]) -> float:
    """Return the largest day up to which every group's restricted mean exists; groups of one are not waited for."""
    usable = [g for g in groups if g.n >= 2] or [g for g in groups if g.n]
    open_ended = [g.last for g in usable if g.survival[-1] > pl.TOLERANCE]
    return min(open_ended) if open_ended else max((g.last for g in usable), default=0.0)


def normal_quantile(level: float) -> float:
    """Return the standard normal quantile of a two-sided level."""
    if not 0.5 < level < 1:
        raise SettingsError(f"a confidence level of {level}", expected="a number between 0.5 and 1, e.g. 0.95")
    return float(ndtri(0.5 + level / 2))


def whole_time(value: float) -> float:
    """Return a time in days, or refuse one that is negative or not finite."""
    if not np.isfinite(value) or value < 0:
        raise SettingsError(f"a time of {value}", expected="days from 0")
    return float(value)


def _or_none(value: float | NDArray[np.float64]) -> float | None:
    return None if np.isnan(value) else float(value)
