"""Random effects by inverse variance: heterogeneity, its interval, the pooled value and its standard error.

Study i has an estimate y_i with variance v_i known, y_i ~ N(θ_i, v_i), θ_i ~ N(μ, τ²).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Tau2 = Literal["reml", "pm", "dl"]

_STEPS, _PRECISE = 500, 1e-13


class RandomEffects(NamedTuple):
    """A fit: pooled value, its plain variance 1 / Σ w, τ², and Σ w (y - μ)² with w = 1 / (v + τ²)."""

    mu: float
    variance: float
    tau2: float
    q: float


class Heterogeneity(NamedTuple):
    """Cochran's Q with its degrees of freedom and P, and the typical variance within studies."""

    q: float
    df: int
    p: float
    within: float


def fit(y: Floats, v: Floats, tau2: float) -> RandomEffects:
    """Return the pooled value at a given τ².

    Parameters
    ----------
    y, v
        Shape (k,): estimates and their variances.
    tau2
        Variance between studies; 0 is the common-effect model.

    Examples
    --------
    >>> fit(np.array([0.0, 1.0]), np.array([1.0, 1.0]), 0.0)
    RandomEffects(mu=0.5, variance=0.5, tau2=0.0, q=0.5)
    """
    w = 1 / (v + tau2)
    total = float(w.sum())
    mu = float(w @ y) / total
    return RandomEffects(mu, 1 / total, tau2, float(w @ (y - mu) ** 2))


def heterogeneity(y: Floats, v: Floats) -> Heterogeneity:
    """Return Cochran's Q and the typical variance within studies of Higgins and Thompson.

    Notes
    -----
    With w = 1 / v the typical variance is (k - 1) Σ w / ((Σ w)² - Σ w²). Higgins JPT, Thompson SG. Stat Med
    2002;21:1539-1558.

    Examples
    --------
    >>> heterogeneity(np.array([0.0, 2.0]), np.array([1.0, 1.0])).within
    1.0
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - SciPy only where it is needed

    df, w = len(y) - 1, 1 / v
    if df < 1:
        return Heterogeneity(0.0, 0, 1.0, float(v.mean()))
    q = fit(y, v, 0.0).q
    within = df * float(w.sum()) / (float(w.sum()) ** 2 - float(w @ w))
    return Heterogeneity(q, df, float(chdtrc(df, q)), within)


def tau2_of(y: Floats, v: Floats, method: Tau2 = "reml") -> float:
    """Return the variance between studies, at least 0.

    Parameters
    ----------
    y, v
        Shape (k,), k >= 2; with one study it is 0.
    method
        ``"reml"`` restricted maximum likelihood, ``"pm"`` Paule and Mandel, ``"dl"`` DerSimonian and Laird.

    Notes
    -----
    Viechtbauer W. J Educ Behav Stat 2005;30:261-293 (REML); Paule RC, Mandel J. J Res Natl Bur Stand 1982;87:377-385;
    DerSimonian R, Laird N. Control Clin Trials 1986;7:177-188.

    Examples
    --------
    >>> tau2_of(np.array([0.0, 3.0]), np.array([1.0, 1.0]), "dl")
    3.5
    """
    k = len(y)
    if k < 2:
        return 0.0
    if method == "pm":
        return _paule_mandel(y, v, k - 1.0)
    w = 1 / v
    moment = (fit(y, v, 0.0).q - (k - 1)) / (float(w.sum()) - float(w @ w) / float(w.sum()))
    if method == "dl":
        return max(moment, 0.0)
    return _reml(y, v)


def restricted_loglik(y: Floats, v: Floats, tau2: Floats) -> Floats:
    """Return the restricted log likelihood at each τ², shape of ``tau2``, up to a constant.

    Examples
    --------
    >>> restricted_loglik(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([0.0])).round(4).tolist()
    [-0.3466]
    """
    w = 1 / (v + tau2[..., None])
    total = w.sum(axis=-1)
    mu = (w * y).sum(axis=-1) / total
    inside = np.log(w).sum(axis=-1) - np.log(total) - (w * (y - mu[..., None]) ** 2).sum(axis=-1)
    return np.asarray(inside / 2)


def _reml(y: Floats, v: Floats) -> float:
    """Find the highest restricted likelihood: a grid for the hill, then the root of its slope."""
    from scipy.optimize import brentq  # noqa: PLC0415

    widest = max(float(np.var(y, ddof=1)), float(v.min())) * 10 + float(v.max())
    grid = np.concatenate([[0.0], np.geomspace(1e-8, 1.0, 160) * widest])
    best = int(np.argmax(restricted_loglik(y, v, grid)))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]

    def slope(tau2: float) -> float:
        w = 1 / (v + tau2)
        mu = float(w @ y) / float(w.sum())
        return float(w**2 @ (y - mu) ** 2) - float(w.sum()) + float(w @ w) / float(w.sum())

    if slope(float(low)) <= 0:
        return float(low) if best else 0.0
    return float(brentq(slope, low, high, xtol=1e-15 * widest, rtol=1e-14, maxiter=_STEPS))


def _paule_mandel(y: Floats, v: Floats, target: float) -> float:
    """Return the τ² at which the generalised Q equals its target, 0 where it is smaller already."""
    if fit(y, v, 0.0).q <= target:
        return 0.0
    return _root(lambda tau2: fit(y, v, tau2).q - target, float(v.max()))


def _root(falling: Callable[[float], float], start: float) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415

    high = start
    while falling(high) > 0:
        high *= 4
    return float(brentq(falling, 0.0, high, xtol=1e-15 * high, rtol=1e-14, maxiter=_STEPS))


def q_profile(y: Floats, v: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """Return the Q-profile interval of τ²; nothing where it is empty, studies being more alike than chance allows.

    Parameters
    ----------
    y, v
        Shape (k,), k >= 2.
    level
        Confidence level.

    Notes
    -----
    The generalised Q of Σ w (y - μ)², w = 1 / (v + τ²), is chi-square with k - 1 degrees of freedom at the true τ².
    Viechtbauer W. Stat Med 2007;26:37-52.

    Examples
    --------
    >>> [round(x, 3) for x in q_profile(np.array([0.0, 3.0]), np.array([1.0, 1.0]))]
    [0.0, 4581.162]
    """
    from scipy.special import chdtri  # noqa: PLC0415

    df, tail = len(y) - 1, (1 - level) / 2
    most, least = float(chdtri(df, tail)), float(chdtri(df, 1 - tail))
    if fit(y, v, 0.0).q < least:
        return None
    return _paule_mandel(y, v, most), _paule_mandel(y, v, least)


def hartung_knapp_scale(effects: RandomEffects, k: int, *, safeguard: bool) -> float:
    """Return the factor by which the variance of the pooled value is multiplied.

    Parameters
    ----------
    effects
        A fit to k studies, k >= 2.
    safeguard
        Whether the factor is kept at 1 at least.

    Notes
    -----
    Hartung J, Knapp G. Stat Med 2001;20:3875-3889; Röver C, Knapp G, Friede T. BMC Med Res Methodol 2015;15:99.

    Examples
    --------
    >>> hartung_knapp_scale(RandomEffects(0.0, 1.0, 0.0, 3.0), 4, safeguard=False)
    1.0
    """
    factor = effects.q / (k - 1)
    return max(factor, 1.0) if safeguard else factor


def egger(y: Floats, v: Floats) -> tuple[float, float]:
    """Return Egger's test: the slope of y on its standard error, weighted 1 / v, as t, and its P.

    Parameters
    ----------
    y, v
        Shape (k,), k >= 3.

    Notes
    -----
    Egger M, Davey Smith G, Schneider M, Minder C. BMJ 1997;315:629-634.

    Examples
    --------
    >>> t, p = egger(np.array([0.1, 0.4, 0.5, 1.2]), np.array([0.01, 0.04, 0.09, 0.36]))
    >>> round(t, 3), round(p, 3)
    (8.408, 0.014)
    """
    from scipy.special import stdtr  # noqa: PLC0415

    root = np.sqrt(1 / v)
    x = np.column_stack([root, np.ones(len(y))])
    beta, *_ = np.linalg.lstsq(x, y * root, rcond=None)
    left = y * root - x @ beta
    df = len(y) - 2
    covariance = np.linalg.inv(x.T @ x) * float(left @ left) / df
    t = float(beta[1]) / math.sqrt(float(covariance[1, 1]))
    return t, 2 * float(stdtr(df, -abs(t)))
