"""Product-limit estimators on counts: arrays in and out, time on the last axis, any leading batch axes.

Risk sets follow the counting-process convention: ``at_risk`` at t is the number with entry < t <= exit, and events at
a time precede censorings at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int64] | NDArray[np.float64]
ConfType = Literal["log-log", "log", "plain", "rothman", "beta-product"]
Variance = Literal["aalen", "delta"]

#: Survival within this distance of a probability is taken as equal to it.
TOLERANCE = 1e-9


def kaplan_meier(at_risk: Counts, events: Counts) -> tuple[Floats, Floats]:
    """Return the Kaplan-Meier estimate and Greenwood's sum.

    Parameters
    ----------
    at_risk, events
        Shape (..., T).

    Returns
    -------
    survival, greenwood
        Shape (..., T). Greenwood's sum d / (n (n - d)) estimates the variance of log S(t); it is infinite once the
        curve is 0.

    Notes
    -----
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481; Greenwood M. 1926.

    Examples
    --------
    >>> kaplan_meier(np.array([3, 1]), np.array([1, 1]))[0].round(3).tolist()
    [0.667, 0.0]
    """
    n = np.maximum(at_risk, 1).astype(np.float64)
    with np.errstate(divide="ignore"):
        terms = events / (n * (n - events))
    survival: Floats = np.cumprod(1.0 - events / n, axis=-1, dtype=np.float64)
    return survival, np.cumsum(np.where(events > 0, terms, 0.0), axis=-1)


def nelson_aalen(at_risk: Counts, events: Counts) -> tuple[Floats, Floats]:
    """Return the Nelson-Aalen cumulative hazard and its variance, the sum of d / n^2.

    Parameters
    ----------
    at_risk, events
        Shape (..., T).

    Notes
    -----
    Nelson W. 1969; Aalen O. Ann Stat 1978;6:701-726.

    Examples
    --------
    >>> nelson_aalen(np.array([2, 1]), np.array([1, 1]))[0].tolist()
    [0.5, 1.5]
    """
    n = np.maximum(at_risk, 1).astype(np.float64)
    return np.cumsum(events / n, axis=-1), np.cumsum(events / n**2, axis=-1)


def aalen_johansen(at_risk: Counts, events: Counts, *, variance: Variance = "aalen") -> tuple[Floats, Floats]:
    """Return the cumulative incidence of each cause and its variance.

    Parameters
    ----------
    at_risk
        Shape (..., T).
    events
        Shape (..., C, T).
    variance
        ``"aalen"``: Aalen's counting-process estimator (as in Gray's software); ``"delta"``: the Greenwood-type
        estimator, which for a single cause is Greenwood's.

    Returns
    -------
    incidence, variance
        Shape (..., C, T).

    Notes
    -----
    Both are sums of squared increments. With F the incidence of cause k, S the survival from any event and d of n
    having any event at u, a cause-k event at u moves F(t) by (S(u-) - (F(t) - F(u)) r) / n and any other event by
    -(F(t) - F(u)) r / n, where r = n / (n - d). Tied events of a kind get the factor (n - d) / (n - 1).

    Aalen O. Ann Stat 1978;6:534-545; Marubini E, Valsecchi MG. Analysing
    Survival Data from Clinical Trials and Observational Studies. Wiley 1995, section 10.4.

    Examples
    --------
    >>> aalen_johansen(np.array([2, 1]), np.array([[1, 0], [0, 1]]))[0].tolist()
    [[0.5, 0.5], [0.0, 0.5]]
    """
    n = np.maximum(at_risk, 1).astype(np.float64)
    total = events.sum(axis=-2)
    survival = np.cumprod(1.0 - total / n, axis=-1)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)[..., None, :]
    n, total = n[..., None, :], total[..., None, :]
    incidence = np.cumsum(before * events / n, axis=-1)
    # Where everybody left has an event, F is constant from there on and the factor r never counts.
    r = np.where(total < n, n / np.maximum(n - total, 1), 0.0)
    if variance == "aalen":
        own, other = (_tied(n, d) * d / n**2 for d in (events, total - events))
        a, b = before + incidence * r, incidence * r
        constant = np.cumsum(own * a**2 + other * b**2, axis=-1)
        linear = np.cumsum(own * a * r + other * b * r, axis=-1)
        square = np.cumsum((own + other) * r**2, axis=-1)
    else:
        hazard = total * r / n**2
        cross = before * events / n**2
        constant = np.cumsum(
            incidence**2 * hazard + before**2 * events * (n - events) / n**3 + 2 * incidence * cross, axis=-1
        )
        linear = np.cumsum(incidence * hazard + cross, axis=-1)
        square = np.cumsum(hazard, axis=-1)
    spread = constant - 2 * incidence * linear + incidence**2 * square
    return incidence, np.maximum(spread, 0.0)


def _tied(n: Floats, d: Counts) -> Floats:
    """Hypergeometric factor for d events on one day among n at risk; 1 for a single event."""
    out: Floats = np.where(n > 1, (n - d) / np.maximum(n - 1, 1), 1.0)
    return out


def interval(
    survival: Floats,
    greenwood: Floats,
    *,
    z: float,
    conf_type: ConfType = "log-log",
    at_risk: Counts | None = None,
    events: Counts | None = None,
) -> tuple[Floats, Floats]:
    """Return pointwise confidence limits of a survival curve.

    Parameters
    ----------
    survival, greenwood
        Shape (..., T), from ``kaplan_meier``.
    z
        Standard normal quantile of the two-sided level, e.g. 1.959964 for 95 %.
    conf_type
        Transformation ``"log-log"``, ``"log"`` or ``"plain"``; or one of two small-sample procedures: ``"rothman"``
        (Wilson's interval at the effective sample size) and ``"beta-product"`` (the beta product confidence procedure
        by the method of moments; Clopper-Pearson where nobody is censored).
    at_risk, events
        Shape (..., T), needed for the small-sample procedures.

    Returns
    -------
    low, high
        Shape (..., T). NaN where a transformation has no limit: where the curve is 1 or 0. The small-sample
        procedures have limits there too.

    Notes
    -----
    Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data, 2002 (log-log); Rothman KJ. J Chronic
    Dis 1978;31:557-560; Fay MP, Brittain EH, Proschan MA. Biostatistics 2013;14:723-736.
    """
    if conf_type in {"rothman", "beta-product"}:
        if at_risk is None or events is None:
            msg = f"conf_type {conf_type!r} needs at_risk and events"
            raise ValueError(msg)
        small = _rothman if conf_type == "rothman" else _beta_product
        return small(survival, greenwood, z, at_risk, events)
    inside = (survival > 0) & (survival < 1)
    s = np.where(inside, survival, 0.5)
    se = np.where(inside, np.sqrt(np.where(inside, greenwood, 0.0)), 0.0)
    if conf_type == "log-log":
        width = z * se / np.log(s)
        low, high = s ** np.exp(-width), s ** np.exp(width)
    elif conf_type == "log":
        low, high = s * np.exp(-z * se), np.minimum(s * np.exp(z * se), 1.0)
    else:
        low, high = np.maximum(s - z * s * se, 0.0), np.minimum(s + z * s * se, 1.0)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _rothman(survival: Floats, greenwood: Floats, z: float, at_risk: Counts, events: Counts) -> tuple[Floats, Floats]:
    """Wilson's interval with n = S (1 - S) / var S; at S = 1 the number at risk, at S = 0 the last such number."""
    inside = (survival > 0) & (survival < 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = (1.0 - survival) / (survival * greenwood)
    left = np.maximum(at_risk - events, 1).astype(np.float64)
    n = np.where(inside, effective, np.where(survival >= 1, left, np.maximum(at_risk, 1)))
    centre = (survival + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(survival * (1 - survival) / n + z**2 / (4 * n**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def _beta_product(
    survival: Floats, _greenwood: Floats, z: float, at_risk: Counts, events: Counts
) -> tuple[Floats, Floats]:
    """Limits from products of beta variables matched in their first two moments.

    The upper limit multiplies Beta(n - d + 1, d) over the event times; the lower one assumes one more event at once
    among those still at risk, Beta(n - d, 1).
    """
    from scipy.special import betaincinv, ndtr  # noqa: PLC0415 - SciPy only where it is needed

    tail = float(ndtr(-z))
    n, d = at_risk.astype(np.float64), events.astype(np.float64)
    first: Floats = np.cumprod(np.where(d > 0, (n - d + 1) / (n + 1), 1.0), axis=-1, dtype=np.float64)
    second: Floats = np.cumprod(
        np.where(d > 0, (n - d + 1) * (n - d + 2) / ((n + 1) * (n + 2)), 1.0), axis=-1, dtype=np.float64
    )
    left: Floats = n - d
    low = _beta_quantile(betaincinv, first * left / (left + 1), second * left / (left + 2), tail)
    high = _beta_quantile(betaincinv, first, second, 1 - tail)
    return np.where((left <= 0) | (survival <= 0), 0.0, low), np.where(survival >= 1, 1.0, high)


def _beta_quantile(inverse: Callable[..., Floats], mean: Floats, second: Floats, q: float) -> Floats:
    """Quantile of the beta variable with these first two moments."""
    variance = second - mean**2
    spread = (variance > 0) & (mean > 0) & (mean < 1)
    size = np.where(spread, mean * (1 - mean) / np.where(spread, variance, 1.0) - 1, 1.0)
    safe = np.where(spread, mean, 0.5)
    out: Floats = np.where(spread, inverse(safe * size, (1 - safe) * size, q), mean)
    return out


def quantile(time: Ints, survival: Floats, p: float) -> Floats:
    """Return the time at which survival curves fall below 1 - p.

    Parameters
    ----------
    time
        Shape (T,), increasing.
    survival
        Shape (..., T), decreasing; NaN means "no value here" and never falls below.
    p
        Probability of the event, 0.5 for the median.

    Returns
    -------
    ndarray
        Shape (...,). The first time with S < 1 - p; the middle of the interval on which S = 1 - p, if there is one;
        NaN if the curve stays above.

    Notes
    -----
    The convention for flat stretches is that of R and SAS.

    Examples
    --------
    >>> float(quantile(np.array([1, 2, 3, 4]), np.array([0.75, 0.5, 0.25, 0.0]), 0.5))
    2.5
    """
    level = 1.0 - p
    if not len(time):
        return np.full(survival.shape[:-1], np.nan)
    reached, below = survival <= level + TOLERANCE, survival < level - TOLERANCE
    start, end = time[reached.argmax(axis=-1)], time[below.argmax(axis=-1)]
    middle = np.where(below.any(axis=-1), (start + end) / 2, start)  # start = end where there is no flat stretch
    return np.where(reached.any(axis=-1), middle, np.nan)


def rmst(time: Ints, survival: Floats, greenwood: Floats, tau: float) -> tuple[Floats, Floats]:
    """Return the restricted mean survival time up to ``tau`` and its variance.

    Parameters
    ----------
    time
        Shape (T,), increasing, in days.
    survival, greenwood
        Shape (..., T), from ``kaplan_meier``.
    tau
        Horizon in days. The curve is taken as constant after its last time: the caller sees to it that tau lies
        within the observation.

    Returns
    -------
    mean, variance
        Shape (...,), in days and days squared.

    Notes
    -----
    Variance: the sum over event times of (area under the curve from t to tau)^2 d / (n (n - d)). Irwin JO. J Hyg
    1949;47:188-189; Klein JP, Moeschberger ML. Survival Analysis, 2003, section 4.5.

    Examples
    --------
    >>> s, g = kaplan_meier(np.array([2, 1]), np.array([1, 1]))
    >>> float(rmst(np.array([10, 30]), s, g, 20.0)[0])
    15.0
    """
    inside = time < tau
    t, s, g = time[inside].astype(np.float64), survival[..., inside], greenwood[..., inside]
    width = np.diff(np.append(t, tau))
    pieces = s * width
    after = np.cumsum(pieces[..., ::-1], axis=-1)[..., ::-1]
    first = float(t[0]) if t.size else tau
    with np.errstate(invalid="ignore"):  # once nobody is left Greenwood's sum is infinite and no longer rises
        jumps = np.diff(g, axis=-1, prepend=0.0)
        terms = np.where(after > 0, after**2 * jumps, 0.0)
    return first + pieces.sum(axis=-1), np.nansum(terms, axis=-1)
