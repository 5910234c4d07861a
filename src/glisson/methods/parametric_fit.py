"""One distribution fitted to one group, and what can be read from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.kernels import distributions as known
from glisson.kernels.distributions import Distribution
from glisson.kernels.parametric import Counts, fit, gradient
from glisson.methods.fits import NO_EVENTS, NOBODY, NOT_REACHED
from glisson.tables import Estimate, Group, RiskLevels
from glisson.tables.estimates import Unit
from glisson.tables.risk_table import DAY_ZERO_EXPOSURE

Floats = NDArray[np.float64]

DAYS_PER_YEAR = 365.25
#: Events a parameter below which a warning counts them.
ENOUGH_EVENTS = 10.0
#: Standard error of a logarithm, or of a shape, beyond which nothing is known of the parameter.
_VAGUE = 30.0
#: Names as they are called, and as they are printed.
LABEL = {
    "exponential": "exponential", "weibull": "Weibull", "log-normal": "log-normal", "log-logistic": "log-logistic",
    "gompertz": "Gompertz", "generalised gamma": "generalised gamma", "piecewise": "piecewise exponential",
}  # fmt: skip
NAMES = tuple(LABEL)

_MAKE: dict[str, Callable[[], Distribution]] = {
    "exponential": known.exponential, "weibull": known.weibull, "log-normal": known.log_normal,
    "log-logistic": known.log_logistic, "gompertz": known.gompertz, "generalised gamma": known.generalised_gamma,
}  # fmt: skip

#: Scales on which limits are taken: (there, back, slope of there).
_Scale = Literal["log", "loglog", "logit"]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """How a parameter is printed: its name, whether it is a logarithm, the power of time in it, its unit."""

    name: str
    logarithm: bool
    power: int
    unit: Unit = ""
    shifted: bool = False
    factor: float = 1.0


_RATE = _Parameter("rate", logarithm=True, power=-1, unit="per person-year", factor=DAYS_PER_YEAR)
_SHAPE, _SCALE = _Parameter("shape", logarithm=True, power=0), _Parameter("scale", logarithm=True, power=1, unit="day")
_LOCATION = _Parameter("meanlog", logarithm=False, power=0, shifted=True)
_PARAMETERS: dict[str, tuple[_Parameter, ...]] = {
    "exponential": (_RATE,),
    "weibull": (_SHAPE, _SCALE),
    "log-logistic": (_SHAPE, _SCALE),
    "log-normal": (_LOCATION, _Parameter("sdlog", logarithm=True, power=0)),
    "gompertz": (_Parameter("shape", logarithm=False, power=-1, factor=DAYS_PER_YEAR), _RATE),
    "generalised gamma": (
        _Parameter("mu", logarithm=False, power=0, shifted=True),
        _Parameter("sigma", logarithm=True, power=0),
        _Parameter("q", logarithm=False, power=0),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParametricFit:
    """One distribution fitted to one group.

    Parameters
    ----------
    variable, group, name
        What was analysed, of whom, and by which distribution.
    distribution
        Its functions, for times divided by ``unit``.
    theta, covariance
        Shape (p,) and (p, p): parameters on the scale of the search, and the inverse of the observed information.
    unit
        Days in which times are counted: the mean under a constant hazard.
    loglik
        Log likelihood of times in days.
    p
        Number of parameters, rates of 0 among them.
    last
        Last day anybody was observed.
    n, events
        Units and events.
    cuts, live
        Ends of the intervals of a piecewise hazard, and which of them had events.
    reason
        Why there is no estimate; empty where there is one.
    warning
        What a reader must know.
    """

    variable: str
    group: Group
    name: str
    distribution: Distribution
    theta: Floats
    covariance: Floats
    unit: float
    loglik: float
    p: int
    last: float
    n: int
    events: int
    cuts: tuple[float, ...] = ()
    live: tuple[int, ...] = ()
    reason: str = ""
    warning: str = ""

    @property
    def aic(self) -> float | None:
        """Akaike's criterion; ``None`` where there is no estimate."""
        return None if self.reason else 2 * self.p - 2 * self.loglik

    def parameter_rows(self, z: float) -> list[Estimate]:
        """Return the parameters with Wald limits on the scale of the search."""
        if self.name == "piecewise":
            return self._rates(z)
        rows = []
        for j, parameter in enumerate(_PARAMETERS[self.name]):
            error = math.sqrt(float(self.covariance[j, j]))
            value, low, high = (self._natural(parameter, float(self.theta[j]) + k * error) for k in (0, -z, z))
            rows.append(
                Estimate(variable=self.variable, statistic=parameter.name, value=value, low=low, high=high,
                         unit=parameter.unit)
            )  # fmt: skip
        return rows

    def _natural(self, parameter: _Parameter, value: float) -> float:
        if parameter.shifted:
            return value + math.log(self.unit)
        return parameter.factor * self.unit**parameter.power * (math.exp(value) if parameter.logarithm else value)

    def _rates(self, z: float) -> list[Estimate]:
        rows = []
        for k, (begin, end) in enumerate(pairwise((0.0, *self.cuts, math.inf))):
            where = f"after day {begin:g}" + ("" if math.isinf(end) else f" up to day {end:g}")
            if k not in self.live:
                rows.append(Estimate(variable=self.variable, statistic="rate", value=0.0, unit="per person-year",
                                     reason="no interval (0 events)", detail=where))  # fmt: skip
                continue
            j = self.live.index(k)
            error = math.sqrt(float(self.covariance[j, j]))
            value, low, high = (self._natural(_RATE, float(self.theta[j]) + i * error) for i in (0, -z, z))
            rows.append(Estimate(variable=self.variable, statistic="rate", value=value, low=low, high=high,
                                 unit="per person-year", detail=where))  # fmt: skip
        return rows

    def median(self, z: float) -> Estimate:
        """Return the median, limits on the log scale."""
        d = self.distribution
        value = float(d.quantile(self.theta, math.log(2)))
        if not math.isfinite(value):
            return self._missing(NOT_REACHED, "day")
        return self._limited(lambda theta: d.quantile(theta, math.log(2)), "log", z, "day", self.unit)

    def survival(self, day: float, z: float) -> Estimate:
        """Return survival at a day, limits on the log(-log) scale."""
        at = np.array([day / self.unit])
        if day == 0:
            return Estimate(variable=self.variable, statistic="survival", value=1.0, unit="probability")
        return self._limited(
            lambda theta: self.distribution.survival(theta, at)[..., 0], "loglog", z, "probability"
        )  # fmt: skip

    def restricted_mean(self, tau: float, z: float) -> Estimate:
        """Return the mean time within ``tau`` days, limits on the logit scale of its share of ``tau``."""
        share = self._limited(
            lambda theta: self.distribution.restricted_mean(theta, tau / self.unit) * self.unit / tau, "logit", z, "day"
        )  # fmt: skip
        scaled = (None if v is None else v * tau for v in (share.value, share.low, share.high))
        value, low, high = scaled
        return Estimate(variable=self.variable, statistic="rmst", value=value, low=low, high=high, unit="day",
                        reason=share.reason)  # fmt: skip

    def mean(self, z: float) -> Estimate:
        """Return the mean, limits on the log scale."""
        if not math.isfinite(float(self.distribution.mean(self.theta))):
            return self._missing("not estimable (the fitted distribution has no finite mean)", "day")
        return self._limited(self.distribution.mean, "log", z, "day", self.unit)

    def _missing(self, reason: str, unit: Unit) -> Estimate:
        return Estimate(variable=self.variable, statistic="", unit=unit, reason=reason)

    def _limited(
        self, function: Callable[[Floats], Floats], scale: _Scale, z: float, unit: Unit, factor: float = 1.0
    ) -> Estimate:
        """Return a function of the parameters with limits by the delta method on a scale without bounds."""
        value = float(function(self.theta))
        there, back = _SCALES[scale]
        with np.errstate(all="ignore"):
            slope = gradient(lambda theta: there(function(theta)), self.theta)
            error = math.sqrt(max(float(slope @ self.covariance @ slope), 0.0))
            middle = float(there(np.asarray(value)))
            ends = sorted(float(back(np.asarray(middle + k * error))) for k in (-z, z))
        if not np.all(np.isfinite(ends)):
            return Estimate(variable=self.variable, statistic="", value=factor * value, unit=unit,
                            reason="no interval (the value is at its bound)")  # fmt: skip
        return Estimate(variable=self.variable, statistic="", value=factor * value, low=factor * ends[0],
                        high=factor * ends[1], unit=unit)  # fmt: skip


_Map = Callable[[Floats], Floats]
_SCALES: dict[str, tuple[_Map, _Map]] = {
    "log": (np.log, np.exp),
    "loglog": (lambda s: np.log(-np.log(s)), lambda x: np.exp(-np.exp(x))),
    "logit": (lambda s: np.log(s / (1 - s)), lambda x: 1 / (1 + np.exp(-x))),
}


def fit_group(
    variable: str, group: Group, levels: RiskLevels, place: int, name: str, cuts: Sequence[float] = ()
) -> ParametricFit:
    """Fit one distribution to one group.

    Parameters
    ----------
    variable, group
        What was analysed, and of whom.
    levels, place
        Counts by day, and the row of the group.
    name
        One of ``NAMES``.
    cuts
        Days at which a piecewise hazard changes.

    Examples
    --------
    >>> from glisson.tables import Endpoint, risk_table
    >>> os = Endpoint.from_arrays([90, 180, 270, 400], [1, 1, 1, 0], name="os")
    >>> round(fit_group("os", (), risk_table(os).levels(), 0, "exponential").loglik, 4)
    -20.2418
    """
    died = levels.events[place].sum(axis=0).astype(np.float64)
    left = died + levels.censored[place] + levels.moved[place]
    entered = levels.entered[place].astype(np.float64)
    own = (left > 0) | (entered > 0)
    day, died, left, entered = levels.time[own].astype(np.float64), died[own], left[own], entered[own]
    # An exit on day 0 counts as half a day, as in rates; an entry on day 0 adds nothing.
    time = np.where(day == 0, DAY_ZERO_EXPOSURE, day)
    entered = np.where(day == 0, 0.0, entered)
    exposure, events = float(time @ (left - entered)), int(died.sum())
    last = float(day[left > 0].max()) if (left > 0).any() else 0.0
    unit = exposure / events if events else 1.0
    scaled = tuple(float(c) / unit for c in cuts) if name == "piecewise" else ()
    piece = np.searchsorted(np.asarray(scaled), time / unit)
    live = tuple(np.unique(piece[died > 0]).tolist()) if name == "piecewise" else ()
    distribution = known.piecewise(scaled, live) if name == "piecewise" else _MAKE[name]()
    p = len(scaled) + 1 if name == "piecewise" else len(distribution.limit)
    none = np.zeros(0)
    shared: dict[str, Any] = {
        "variable": variable, "group": group, "name": name, "distribution": distribution, "unit": unit, "last": last,
        "n": int(levels.n[place]), "events": events, "cuts": tuple(map(float, cuts)), "live": live, "p": p,
    }  # fmt: skip
    reason = NOBODY if not shared["n"] else NO_EVENTS if not events else ""
    if not reason and name == "piecewise":
        reason = _unobserved(cuts, time, left, entered)
    if reason:
        return ParametricFit(theta=none, covariance=none, loglik=0.0, reason=reason, **shared)
    found = fit(distribution, Counts(time=time / unit, died=died, left=left, entered=entered))
    reason = _NOT_FOUND.get(found.outcome, "")
    covariance = none if reason else np.asarray(np.linalg.inv(found.point.curvature), dtype=np.float64)
    if not reason and _vague(name, covariance):
        reason = _NOT_FOUND["singular"]
    if reason:
        return ParametricFit(theta=found.at, covariance=none, loglik=0.0, reason=reason, **shared)
    return ParametricFit(
        theta=found.at, covariance=covariance,
        loglik=found.point.value - events * math.log(unit), warning=_warning(events, p, live), **shared,
    )  # fmt: skip


_NOT_FOUND = {
    "diverged": "not estimable (the likelihood rises without end)",
    "singular": "not estimable (the likelihood is flat at its highest)",
    "stopped": "not estimable (the search for the maximum did not end)",
}


def _vague(name: str, covariance: Floats) -> bool:
    """Return whether a parameter is so uncertain that its limits are no numbers: the likelihood is flat."""
    free = [not p.power or p.logarithm for p in _PARAMETERS.get(name, (_RATE,) * len(covariance))]
    return bool(np.any(np.sqrt(np.diag(covariance))[free] > _VAGUE))


def _unobserved(cuts: Sequence[float], time: Floats, left: Floats, entered: Floats) -> str:
    """Say in which interval of a piecewise hazard nobody was at risk, if there is one."""
    for begin, end in pairwise((0.0, *cuts, math.inf)):
        within = np.clip(np.minimum(time, end) - begin, 0.0, None)
        if float(within @ (left - entered)) <= 0:
            until = "" if math.isinf(end) else f" up to day {end:g}"
            return f"not estimable (nobody at risk after day {begin:g}{until})"
    return ""


def _warning(events: int, p: int, live: Sequence[int]) -> str:
    told = [f"{events / p:.1f} events a parameter"] if events / p < ENOUGH_EVENTS else []
    if live and len(live) < p:
        told.append("intervals without events are taken as without risk")
    return "; ".join(told)
