"""One cohort against a published curve: one-sample log-rank test, standardised rate ratio, restricted mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from glisson.errors import SettingsError
from glisson.kernels.exact import poisson_interval
from glisson.methods.fits import fits, normal_quantile
from glisson.tables import Endpoint, Estimate, Estimates, RiskTable, risk_table
from glisson.tables.endpoint import ORIGIN

Floats = NDArray[np.float64]
Variance = Literal["expected", "mean"]

#: Step of the numerical derivative of the restricted mean, in log hazard.
_STEP = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """A survival curve to compare with, through the points that were published.

    Parameters
    ----------
    name
        Where it comes from.
    times, hazard
        Shape (K,): days, increasing, and the cumulative hazard then; straight between them, from 0 at day 0. After the
        last point the mean hazard up to it goes on.
    log_error
        Standard error of the logarithm of the cumulative hazard: how well the reference is known. 0 takes it as known.
    """

    name: str
    times: Floats
    hazard: Floats
    log_error: float = 0.0

    @classmethod
    def of(cls, name: str, survival: Mapping[float, float], *, log_error: float = 0.0) -> Reference:
        """Build from survival probabilities at days.

        Parameters
        ----------
        name
            Where they come from.
        survival
            Day to probability, e.g. ``{274: 0.5}`` for a median of 274 days alone: an exponential curve.
        log_error
            As above.

        Raises
        ------
        SettingsError
            If there is none, a day is not above 0, or the probabilities are not between 0 and 1 and falling.

        Examples
        --------
        >>> curve = Reference.of("median of 9 months", {273.9: 0.5})
        >>> round(float(curve.survival([547.8])[0]), 3)
        0.25
        """
        days = np.array(sorted(survival), dtype=np.float64)
        s = np.array([survival[d] for d in sorted(survival)], dtype=np.float64)
        falls = np.all(np.diff(s) <= 0) if len(s) > 1 else True
        if not len(s) or not np.all(days > 0) or not np.all((s > 0) & (s < 1)) or not falls:
            expected = "falling probabilities between 0 and 1 at days after 0"
            raise SettingsError(f"{name}: survival of {dict(survival)}", expected=expected)
        return cls(name=name, times=days, hazard=-np.log(s), log_error=log_error)

    def cumulative_hazard(self, days: ArrayLike) -> Floats:
        """Return the cumulative hazard at days; 0 up to day 0."""
        at = np.maximum(np.asarray(days, dtype=np.float64), 0.0)
        knots, values = np.concatenate([[0.0], self.times]), np.concatenate([[0.0], self.hazard])
        slope = values[-1] / knots[-1]
        beyond = np.maximum(at - knots[-1], 0.0) * slope
        return np.asarray(np.interp(at, knots, values) + beyond, dtype=np.float64)

    def survival(self, days: ArrayLike) -> Floats:
        """Return survival at days."""
        return np.exp(-self.cumulative_hazard(days))

    def rmst(self, tau: float) -> tuple[float, float]:
        """Return the restricted mean up to a day and its standard error, from ``log_error``."""
        value = self._mean(tau, 0.0)
        slope = (self._mean(tau, _STEP) - self._mean(tau, -_STEP)) / (2 * _STEP)
        return value, abs(slope) * self.log_error

    def _mean(self, tau: float, shift: float) -> float:
        """Integrate survival with the log hazard shifted; exact on each straight piece."""
        knots = np.unique(np.concatenate([[0.0], self.times[self.times < tau], [tau]]))
        hazard = self.cumulative_hazard(knots) * math.exp(shift)
        rise = np.diff(hazard)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(rise > 0, -np.expm1(-rise) / rise, 1.0)
        return float(np.sum(np.diff(knots) * np.exp(-hazard[:-1]) * part))


def one_sample_logrank(
    data: Endpoint | RiskTable,
    reference: Reference | Callable[[Floats], Floats],
    *,
    variance: Variance = "expected",
    level: float = 0.95,
) -> Estimates:
    """Compare observed events with those a reference curve makes expected.

    Parameters
    ----------
    data
        Endpoint or risk table; the first cause is the event. Late entry counts from entry on.
    reference
        Published curve, or a function from days to cumulative hazard.
    variance
        Of the observed less the expected: ``"expected"`` (Breslow 1975), or ``"mean"`` of both, which keeps the type I
        error of small samples better (Wu 2014).
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``observed``, ``expected``, ``rate_ratio`` (observed over expected: below 1, fewer events than by the reference)
        and ``p`` (two-sided). Limits of the ratio are exact Poisson ones where the reference is taken as known; else
        their distances on the log scale and that of the reference are added in squares (MOVER).

    Raises
    ------
    SettingsError
        If the level or the variance is none.

    Notes
    -----
    Breslow NE. Int Stat Rev 1975;43:45-57; Finkelstein DM, et al. J Natl Cancer Inst 2003;95:1434-1439; Wu J. Pharm
    Stat 2015;14:26-33; J Biom Biostat 2014;5:210. Expected events are the cumulative hazards that units went through.

    Examples
    --------
    >>> os = Endpoint.from_arrays([100, 200, 300, 400], [1, 1, 1, 0], name="os")
    >>> rows = one_sample_logrank(os, Reference.of("median of 150 days", {150: 0.5}))
    >>> round(rows.one("expected").value, 2), round(rows.one("rate_ratio").value, 2)
    (4.62, 0.65)
    """
    z = normal_quantile(level)
    if variance not in {"expected", "mean"}:
        raise SettingsError(f"variance {variance!r}", expected="expected or mean")
    curve = reference.cumulative_hazard if isinstance(reference, Reference) else reference
    name = reference.name if isinstance(reference, Reference) else "a given curve"
    error = reference.log_error if isinstance(reference, Reference) else 0.0
    table = data if isinstance(data, RiskTable) else risk_table(data, [])
    n, observed, expected = table.n, table.total_events(), expected_events(table, curve)
    own: dict[str, Any] = {"variable": table.name, "n": n, "events": observed, "detail": f"against {name}"}
    rows = [
        Estimate(statistic="observed", value=float(observed), unit="count", **own),
        Estimate(
            statistic="expected", value=expected, unit="count", method="cumulative hazard of the reference", **own
        ),
    ]
    if expected <= 0:
        reason = "not estimable (nothing expected)"
        return Estimates((*rows, Estimate(statistic="rate_ratio", unit="ratio", reason=reason, **own)))
    low, high = ratio_limits(observed, expected, error, z, level)
    how = "exact Poisson limits" + (", widened by the uncertainty of the reference" if error else "")
    rows.append(Estimate(statistic="rate_ratio", value=observed / expected, low=low, high=high, unit="ratio",
                         level=level, method=f"observed over expected, {how}", **own))  # fmt: skip
    spread = expected if variance == "expected" else (observed + expected) / 2
    spread += (error * expected) ** 2
    p = float(2 * ndtr(-abs(expected - observed) / math.sqrt(spread)))
    label = "one-sample log-rank" + (", variance of observed and expected" if variance == "mean" else "")
    label += ", with the uncertainty of the reference" if error else ""
    return Estimates((*rows, Estimate(statistic="p", value=min(p, 1.0), unit="p", method=label, **own)))


def expected_events(table: RiskTable, cumulative_hazard: Callable[[Floats], Floats]) -> float:
    """Return the events that a cumulative hazard makes expected in everybody's time at risk.

    Parameters
    ----------
    table
        Counts of entering and leaving.
    cumulative_hazard
        From days, shape (K,), to cumulative hazard.
    """
    time = table.time.astype(np.float64)
    left = table.events.sum(axis=1) + table.censored + table.moved
    late = np.where(table.time == ORIGIN, 0, table.entered)
    return float((left - late) @ cumulative_hazard(time))


def ratio_limits(observed: int, expected: float, error: float, z: float, level: float) -> tuple[float, float]:
    """Return limits of observed over expected.

    Parameters
    ----------
    observed, expected
        Events.
    error
        Standard error of the logarithm of the expected events.
    z, level
        Normal quantile of the confidence level, and the level.
    """
    low, high = poisson_interval(observed, expected, level=level)
    if not error:
        return low, high
    if not observed:
        return 0.0, high * math.exp(z * error)
    ratio = observed / expected
    below, above = (math.hypot(math.log(limit / ratio), z * error) for limit in (low, high))
    return ratio * math.exp(-below), ratio * math.exp(above)


def rmst_against(data: Endpoint | RiskTable, reference: Reference, tau: float, *, level: float = 0.95) -> Estimates:
    """Estimate the difference in restricted mean survival from a reference curve, with both uncertainties.

    Parameters
    ----------
    data
        Endpoint or risk table.
    reference
        Published curve.
    tau
        Horizon in days; the published points should reach it.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``rmst`` here and of the reference, and ``rmst_difference`` (here less the reference).

    Examples
    --------
    >>> os = Endpoint.from_arrays([100, 200, 300, 400], [1, 1, 1, 0], name="os")
    >>> row = rmst_against(os, Reference.of("median of 150 days", {150: 0.5}), 300).one("rmst_difference")
    >>> round(row.value, 1)
    62.7
    """
    z = normal_quantile(level)
    fit = next(iter(fits(data, (), conf_type="log-log", level=level)))
    mean, variance, why = fit.rmst(tau)
    other, error = reference.rmst(tau)
    detail = f"against {reference.name}"
    rows = [Estimate(variable=fit.variable, statistic="rmst", value=other, low=other - z * error if error else None,
                     high=other + z * error if error else None, level=level if error else None, unit="day", at=tau,
                     detail=reference.name, method="area under the published curve")]  # fmt: skip
    if mean is None:
        return Estimates((*rows, fit.row("rmst_difference", at=tau, unit="day", reason=why, detail=detail)))
    own, both = z * math.sqrt(variance), z * math.sqrt(variance + error**2)
    rows.append(fit.row("rmst", value=mean, low=mean - own, high=mean + own, level=level, unit="day", at=tau))
    rows.append(fit.row("rmst_difference", value=mean - other, low=mean - other - both, high=mean - other + both,
                        level=level, unit="day", at=tau, detail=detail,
                        method="difference in restricted mean survival, normal interval"))  # fmt: skip
    return Estimates(tuple(rows))
