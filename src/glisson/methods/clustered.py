"""Several observations of one patient: standard errors and intervals that count patients, not observations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

from glisson.errors import SettingsError
from glisson.kernels.product_limit import aalen_johansen
from glisson.methods.competing import cumulative_incidence
from glisson.methods.fits import normal_quantile
from glisson.tables import Endpoint, Estimate, Estimates

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Clusters left out at once; keeps the arrays small.
_AT_ONCE = 256

METHOD = "Clopper-Pearson at the effective sample size (Korn-Graubard)"


def standard_errors(success: ArrayLike, size: ArrayLike) -> tuple[float, float | None]:
    """Return the standard error of a proportion with observations taken as independent, and with clusters kept whole.

    Parameters
    ----------
    success, size
        Shape (m,): successes and observations of each of m clusters.

    Returns
    -------
    tuple
        Binomial standard error, and that of a ratio over clusters; the second is ``None`` for fewer than two clusters.

    Notes
    -----
    Rao JNK, Scott AJ. Biometrics 1992;48:577-585.

    Examples
    --------
    >>> [round(se, 4) for se in standard_errors([2, 0], [2, 2])]
    [0.25, 0.5]
    """
    x, n = np.asarray(success, dtype=np.float64), np.asarray(size, dtype=np.float64)
    total, m = float(n.sum()), len(n)
    p = float(x.sum()) / total
    binomial = math.sqrt(p * (1 - p) / total)
    if m < 2:
        return binomial, None
    return binomial, math.sqrt(m / (m - 1) * float(np.sum((x - p * n) ** 2))) / total


def intracluster_correlation(success: ArrayLike, size: ArrayLike) -> float | None:
    """Return the correlation of two observations of one cluster, by analysis of variance.

    Parameters
    ----------
    success, size
        Shape (m,): successes and observations of each of m clusters.

    Returns
    -------
    float or None
        At most 1, possibly negative; ``None`` where all observations are alike, or no cluster has two.

    Notes
    -----
    Ridout MS, Demetrio CGB, Firth D. Biometrics 1999;55:137-148 (analysis-of-variance estimator).

    Examples
    --------
    >>> intracluster_correlation([2, 0], [2, 2])
    1.0
    """
    x, n = np.asarray(success, dtype=np.float64), np.asarray(size, dtype=np.float64)
    total, m = float(n.sum()), len(n)
    if m < 2 or total <= m:
        return None
    p, own = float(x.sum()) / total, x / n
    between = float(np.sum(n * (own - p) ** 2)) / (m - 1)
    within = float(np.sum(n * own * (1 - own))) / (total - m)
    usual = (total - float(np.sum(n**2)) / total) / (m - 1)
    whole = between + (usual - 1) * within
    return (between - within) / whole if whole > 0 else None


def effective_size(success: ArrayLike, size: ArrayLike) -> float:
    """Return how many independent observations carry as much information as the clusters do.

    Parameters
    ----------
    success, size
        Shape (m,): successes and observations of each of m clusters.

    Returns
    -------
    float
        Observations divided by the design effect, never more than there are observations. Where all observations are
        alike the design effect cannot be estimated, and every cluster counts once.

    Examples
    --------
    >>> effective_size([2, 0], [2, 2]), effective_size([2, 2], [2, 2])
    (1.0, 2.0)
    """
    total = float(np.sum(np.asarray(size)))
    naive, robust = standard_errors(success, size)
    if robust is None or naive == 0:
        return float(len(np.asarray(size)))
    return min(total, total * naive**2 / robust**2) if robust > 0 else total


def clustered_proportion(
    success: ArrayLike, size: ArrayLike, *, name: str, detail: str = "", level: float = 0.95
) -> Estimates:
    """Estimate a proportion of observations when several belong to one patient.

    Parameters
    ----------
    success, size
        Shape (m,): successes and observations of each of m patients.
    name, detail
        What was counted.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One ``proportion``. The exact limits are taken at the effective sample size, reduced by the squared ratio of
        Student's quantiles because the design effect itself is estimated from m patients.

    Notes
    -----
    Korn EL, Graubard BI. Survey Methodology 1998;24:193-201. It is ``svyciprop(method = "beta")`` of R's survey, except
    that the design effect is never taken below 1.

    Examples
    --------
    >>> row = clustered_proportion([2, 0, 2, 1], [2, 1, 2, 2], name="technical success").one("proportion")
    >>> round(row.value, 3), round(row.low, 3), round(row.high, 3)
    (0.714, 0.133, 0.994)
    """
    if not 0.5 < level < 1:
        raise SettingsError(f"a confidence level of {level}", expected="a number between 0.5 and 1, e.g. 0.95")
    total, hits, m = int(np.sum(np.asarray(size))), int(np.sum(np.asarray(success))), len(np.asarray(size))
    p, tail = hits / total, (1 - level) / 2
    if m < 2:
        reason = "no interval (one patient)"
        row = Estimate(variable=name, statistic="proportion", value=p, unit="probability", method=METHOD, n=total,
                       events=hits, reason=reason, detail=detail)  # fmt: skip
        return Estimates((row,))
    widen = float(stdtrit(total - 1, tail) / stdtrit(m - 1, tail)) ** 2
    n = min(float(total), effective_size(success, size) * widen)
    low = float(betaincinv(p * n, n - p * n + 1, tail)) if hits else 0.0
    high = float(betaincinv(p * n + 1, n - p * n, 1 - tail)) if hits < total else 1.0
    row = Estimate(variable=name, statistic="proportion", value=p, low=low, high=high, unit="probability", level=level,
                   method=METHOD, n=total, events=hits, detail=detail)  # fmt: skip
    return Estimates((row,))


def clustered_incidence(endpoint: Endpoint, *, times: Sequence[float], level: float = 0.95) -> Estimates:
    """Estimate the cumulative incidence of the first cause when several units belong to one patient.

    Parameters
    ----------
    endpoint
        Units with their cluster, the patient.
    times
        Days.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``n``, ``events`` and ``cumulative_incidence``, the Aalen-Johansen estimate as for independent units. The
        standard error is the jackknife that leaves one patient out at a time; the limits use the complementary log-log
        transformation.

    Notes
    -----
    Lipsitz SR, Dear KBG, Zhao L. Biometrics 1994;50:842-846.

    Examples
    --------
    >>> ltp = Endpoint.from_arrays([90, 90, 200, 200], [1, 1, 0, 0], cluster=list("aabc"), name="ltp")
    >>> row = clustered_incidence(ltp, times=[100]).one("cumulative_incidence")
    >>> row.value, round(row.low, 3), round(row.high, 3)
    (0.5, 0.0, 0.945)
    """
    z = normal_quantile(level)
    method = "Aalen-Johansen, jackknife over patients, complementary log-log interval"
    rows, alone = [], len(np.unique(endpoint.cluster)) < 2
    for row in cumulative_incidence(endpoint, times=times, level=level):
        if row.statistic == "n":
            rows.append(row)
        elif row.detail != endpoint.causes[0]:
            continue
        elif row.value is None or row.at is None or not 0 < row.value < 1:
            rows.append(row)
        elif alone:
            rows.append(
                replace(row, low=None, high=None, level=None, method=method, reason="no interval (one patient)")
            )
        else:
            width = z * incidence_error(endpoint, row.at) / (row.value * math.log(row.value))
            low, high = row.value ** math.exp(-width), row.value ** math.exp(width)
            rows.append(
                Estimate(variable=row.variable, statistic=row.statistic, value=row.value, low=low, high=high,
                         unit=row.unit, at=row.at, level=level, method=method, n=row.n, events=row.events,
                         detail=row.detail)
            )  # fmt: skip
    return Estimates(tuple(rows))


def incidence_error(endpoint: Endpoint, time: float, *, clustered: bool = True) -> float:
    """Return the jackknife standard error of the cumulative incidence of the first cause at a time.

    Parameters
    ----------
    endpoint
        Units with their cluster.
    time
        Day.
    clustered
        Leave out one cluster at a time; else one unit at a time, as if units were independent.

    Examples
    --------
    >>> ltp = Endpoint.from_arrays([90, 90, 200, 200], [1, 1, 0, 0], cluster=list("aabb"), name="ltp")
    >>> round(incidence_error(ltp, 100), 4), round(incidence_error(ltp, 100, clustered=False), 4)
    (0.5, 0.2887)
    """
    values = _left_out(endpoint, time, endpoint.cluster if clustered else endpoint.unit)
    m = len(values)
    return math.sqrt((m - 1) / m * float(np.sum((values - values.mean()) ** 2)))


def _left_out(endpoint: Endpoint, time: float, of: NDArray[Any]) -> Floats:
    """Return the incidence at a time without each cluster in turn, or where observation of those left ends before."""
    code = np.unique(of, return_inverse=True)[1].reshape(-1)
    m, days = int(code.max()) + 1, np.unique(endpoint.exit[(endpoint.cause > 0) & (endpoint.exit <= time)])
    if not days.size:
        return np.zeros(m)
    whole = [part.sum(axis=0) for part in _counts(endpoint, days, np.arange(len(code)), code, m)]
    order, out = np.argsort(code, kind="stable"), np.zeros(m)
    ends = np.searchsorted(code[order], np.arange(0, m + _AT_ONCE, _AT_ONCE))
    for first, (start, stop) in enumerate(pairwise(ends)):
        here = slice(first * _AT_ONCE, min((first + 1) * _AT_ONCE, m))
        rows = order[start:stop]
        own = _counts(endpoint, days, rows, code[rows] - here.start, here.stop - here.start)
        out[here] = aalen_johansen(whole[0] - own[0], whole[1] - own[1])[0][:, 0, -1]
    return out


def _counts(endpoint: Endpoint, days: Ints, rows: Ints, code: Ints, m: int) -> tuple[Ints, Ints]:
    """Return units at risk (m, T) and events (m, C, T) of each cluster among some rows."""
    entry, exit, cause = (v[rows][:, None] for v in (endpoint.entry, endpoint.exit, endpoint.cause))
    weight = 1 if endpoint.weight is None else np.rint(endpoint.weight[rows]).astype(np.int64)[:, None]
    at_risk = np.zeros((m, len(days)), dtype=np.int64)
    np.add.at(at_risk, code, ((entry < days) & (days <= exit)) * weight)
    events = np.zeros((m, len(endpoint.causes), len(days)), dtype=np.int64)
    for k in range(len(endpoint.causes)):
        np.add.at(events[:, k], code, ((exit == days) & (cause == k + 1)) * weight)
    return at_risk, events
