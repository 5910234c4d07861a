"""Trials looked at several times: probabilities of crossing boundaries, and boundaries that hold error probabilities.

The statistic at look k is Z_k = S_k / √t_k, t_k the fraction of the information. S is a random walk with normal steps
of variance t_k - t_{k-1} and mean drift · (t_k - t_{k-1}); drift is the mean of Z at the end. The density of S among
trials not yet stopped is carried from look to look on Gauss-Legendre nodes (Armitage, McPherson & Rowe, J R Stat Soc A
1969;132:235-244; Jennison & Turnbull 2000, chapter 19). Panels are no wider than two of the smaller neighbouring steps'
standard deviations, with 16 nodes each, which leaves rounding errors only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

#: Standard deviations beyond which nothing is left; nodes of a panel; panel width in standard deviations.
_FAR, _NODES, _WIDTH = 9.0, 16, 2.0
_X, _W = np.polynomial.legendre.leggauss(_NODES)
#: Largest boundary looked for, and how close.
_HIGHEST, _CLOSE = 38.0, 1e-13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walk:
    """The walk among trials not yet stopped.

    Parameters
    ----------
    time
        Fraction of the information so far.
    mean
        Mean of the walk so far.
    place, mass
        Nodes of S and what each stands for, shape (M,).
    """

    time: float
    mean: float
    place: Floats
    mass: Floats

    @classmethod
    def start(cls) -> Walk:
        """Return the walk before the first look."""
        return cls(time=0.0, mean=0.0, place=np.zeros(1), mass=np.ones(1))

    def above(self, time: float, bound: float, ahead: float = 0.0) -> float:
        """Return the probability to go on until now and to be above a boundary of Z at the next look.

        ``ahead`` is the mean of the walk there.
        """
        mean, sd = self._next(time, ahead)
        return float(self.mass @ ndtr((mean - bound * math.sqrt(time)) / sd))

    def below(self, time: float, bound: float, ahead: float = 0.0) -> float:
        """Return the probability to go on until now and to be below a boundary of Z at the next look."""
        mean, sd = self._next(time, ahead)
        return float(self.mass @ ndtr((bound * math.sqrt(time) - mean) / sd))

    def within(self, time: float, lower: float, upper: float, following: float, ahead: float = 0.0) -> Walk:
        """Return the walk among trials that the next look does not stop; ``following`` is the look after that."""
        mean, sd = self._next(time, ahead)
        root = math.sqrt(time)
        low = max(lower * root, float(mean.min()) - _FAR * sd)
        high = min(upper * root, float(mean.max()) + _FAR * sd)
        # Nothing beyond nine standard deviations of the whole walk either.
        low, high = max(low, ahead - _FAR * root), min(high, ahead + _FAR * root)
        if high <= low:
            return Walk(time=time, mean=ahead, place=np.zeros(1), mass=np.zeros(1))
        width = _WIDTH * min(sd, math.sqrt(max(following - time, 1e-6)))
        edge = np.linspace(low, high, max(1, math.ceil((high - low) / width)) + 1)
        half = (edge[1:] - edge[:-1])[:, None] / 2
        place = ((edge[1:] + edge[:-1])[:, None] / 2 + half * _X).ravel()
        density = np.exp(-0.5 * ((place[:, None] - mean) / sd) ** 2) @ self.mass / (sd * math.sqrt(2 * math.pi))
        return Walk(time=time, mean=ahead, place=place, mass=density * (half * _W).ravel())

    def _next(self, time: float, ahead: float) -> tuple[Floats, float]:
        return self.place + (ahead - self.mean), math.sqrt(time - self.time)


def exits(time: ArrayLike, lower: ArrayLike, upper: ArrayLike, drift: ArrayLike = 0.0) -> tuple[Floats, Floats]:
    """Return the probabilities of stopping at each look.

    Parameters
    ----------
    time
        Fractions of the information at the looks, shape (K,), increasing to 1.
    lower, upper
        Boundaries of Z, shape (K,); infinite where a look does not stop on that side.
    drift
        Mean of Z at the end, reached along a straight line; or the means of S = Z √t at the looks, shape (K,).

    Returns
    -------
    tuple
        Probabilities of being the first time below, and above, at each look, shape (K,).

    Examples
    --------
    >>> below, above = exits([0.5, 1], [-np.inf, -np.inf], [2.962588, 1.968596])
    >>> round(float(above.sum()), 6)
    0.025
    """
    t, a, b = (np.asarray(x, dtype=np.float64) for x in (time, lower, upper))
    given = np.asarray(drift, dtype=np.float64)
    mean = given * t if given.ndim == 0 else given
    walk = Walk.start()
    below, above = np.zeros(len(t)), np.zeros(len(t))
    for k in range(len(t)):
        below[k], above[k] = walk.below(t[k], a[k], mean[k]), walk.above(t[k], b[k], mean[k])
        if k + 1 < len(t):
            walk = walk.within(t[k], a[k], b[k], t[k + 1], mean[k])
    return below, above


def shaped_bounds(
    time: ArrayLike, alpha: float, exponent: float, *, lower: ArrayLike | None = None, both: bool = False
) -> Floats:
    """Return boundaries c · t^exponent of Z that are crossed with a given probability under the null hypothesis.

    Parameters
    ----------
    time
        As for ``exits``.
    alpha
        Probability of crossing; with ``both`` that of crossing on one side.
    exponent
        -0.5 for O'Brien and Fleming, 0 for Pocock, Δ - 0.5 for Wang and Tsiatis.
    lower
        Binding boundaries below, shape (K,); none by default.
    both
        Whether the mirror image stops too.

    Returns
    -------
    NDArray
        Shape (K,).

    Notes
    -----
    O'Brien PC, Fleming TR. Biometrics 1979;35:549-556. Pocock SJ. Biometrika 1977;64:191-199. Wang SK, Tsiatis AA.
    Biometrics 1987;43:193-199.

    Examples
    --------
    >>> [round(float(b), 4) for b in shaped_bounds([0.5, 1], 0.025, -0.5)]
    [2.7965, 1.9774]
    """
    t = np.asarray(time, dtype=np.float64)
    shape = t**exponent
    below = np.full(len(t), -np.inf) if lower is None else np.asarray(lower, dtype=np.float64)

    def spent(c: float) -> float:
        bound = c * shape
        return float(exits(t, -bound if both else below, bound)[1].sum()) - alpha

    return np.asarray(_root(spent, 0.0, _HIGHEST) * shape)


def spent_bounds(time: ArrayLike, spent: ArrayLike, *, lower: ArrayLike | None = None, both: bool = False) -> Floats:
    """Return boundaries of Z that spend given amounts of the error under the null hypothesis.

    Parameters
    ----------
    time, lower, both
        As for ``shaped_bounds``.
    spent
        Cumulative probabilities of crossing above, shape (K,).

    Returns
    -------
    NDArray
        Shape (K,); infinite where a look spends nothing.

    Notes
    -----
    Lan KKG, DeMets DL. Biometrika 1983;70:659-663.

    Examples
    --------
    >>> [round(float(b), 4) for b in spent_bounds([0.5, 1], [0.001525322758, 0.025])]
    [2.9626, 1.9686]
    """
    t, amount = np.asarray(time, dtype=np.float64), np.diff(np.asarray(spent, dtype=np.float64), prepend=0.0)
    below = np.full(len(t), -np.inf) if lower is None else np.asarray(lower, dtype=np.float64)
    walk, out = Walk.start(), np.zeros(len(t))
    for k in range(len(t)):
        out[k] = _upper(walk, t[k], amount[k])
        if k + 1 < len(t):
            walk = walk.within(t[k], -out[k] if both else below[k], out[k], t[k + 1])
    return out


def bounds_with_futility(
    time: ArrayLike, alpha_spent: ArrayLike, beta_spent: ArrayLike, *, binding: bool
) -> tuple[Floats, Floats, float]:
    """Return boundaries that spend both errors, and the drift at which the error of the second kind is spent.

    Parameters
    ----------
    time
        As for ``exits``.
    alpha_spent, beta_spent
        Cumulative probabilities of crossing above under no drift, and below under the drift, shape (K,).
    binding
        Whether the error of the first kind counts on stopping below.

    Returns
    -------
    tuple
        Lower and upper boundaries, shape (K,), equal at the last look, and the drift.

    Notes
    -----
    Pampallona S, Tsiatis AA, Kim K. Drug Inf J 2001;35:1113-1121. The drift is a root of what remains below at the end.

    Examples
    --------
    >>> lower, upper, drift = bounds_with_futility([0.5, 1], [0.0015, 0.025], [0.05, 0.2], binding=False)
    >>> [round(float(x), 3) for x in (*lower, *upper, drift)]
    [0.368, 1.968, 2.968, 1.968, 2.847]
    """
    t = np.asarray(time, dtype=np.float64)
    alpha, beta = (np.diff(np.asarray(x, dtype=np.float64), prepend=0.0) for x in (alpha_spent, beta_spent))
    fixed = None if binding else spent_bounds(t, np.cumsum(alpha))

    def along(drift: float) -> tuple[Floats, Floats, float]:
        null = alternative = Walk.start()
        lower, upper = np.zeros(len(t)), np.zeros(len(t))
        for k in range(len(t)):
            upper[k] = _upper(null, t[k], alpha[k]) if fixed is None else fixed[k]
            lower[k] = min(_lower(alternative, t[k], beta[k], drift * t[k]), upper[k])
            if k + 1 < len(t):
                alternative = alternative.within(t[k], lower[k], upper[k], t[k + 1], drift * t[k])
                null = null.within(t[k], lower[k], upper[k], t[k + 1]) if binding else null
        return lower, upper, alternative.below(t[-1], upper[-1], drift) - beta[-1]

    drift = _root(lambda x: along(x)[2], 0.0, 20.0)
    lower, upper, _ = along(drift)
    lower[-1] = upper[-1]
    return lower, upper, drift


def drift_for(time: ArrayLike, lower: ArrayLike, upper: ArrayLike, power: float) -> float:
    """Return the drift at which the upper boundaries are crossed with a given probability.

    Parameters
    ----------
    time, lower, upper
        As for ``exits``.
    power
        Probability of crossing above at any look.

    Examples
    --------
    >>> round(drift_for([0.5, 1], [-np.inf, -np.inf], [2.962588, 1.968596], 0.8) ** 2, 4)
    7.8781
    """
    return _root(lambda x: float(exits(time, lower, upper, x)[1].sum()) - power, -20.0, 20.0)


def stagewise(time: ArrayLike, lower: ArrayLike, upper: ArrayLike, look: int, z: float, drift: float = 0.0) -> float:
    """Return the probability of a result at least as extreme, earlier looks counting as more extreme.

    Parameters
    ----------
    time, lower, upper
        As for ``exits``; only looks before ``look`` are used.
    look
        Number of the look at which the trial stopped, from 1.
    z
        Statistic there.
    drift
        Mean of Z at the end.

    Returns
    -------
    float
        Of being above at an earlier look, or going on and being above ``z`` at this one. Increasing in the drift.

    Notes
    -----
    Tsiatis AA, Rosner GL, Mehta CR. Biometrics 1984;40:797-803.

    Examples
    --------
    >>> round(stagewise([0.5, 1], [-np.inf, -np.inf], [2.962588, 1.968596], 2, 1.968596), 6)
    0.025
    """
    t, a, b = (np.asarray(x, dtype=np.float64)[:look] for x in (time, lower, upper))
    return float(exits(t, a, np.append(b[:-1], z), drift)[1].sum())


def _upper(walk: Walk, time: float, amount: float) -> float:
    """Return the boundary above which lies a given probability; minus infinity where all that is left is less."""
    if amount <= 0:
        return math.inf
    if float(walk.mass.sum()) <= amount * (1 + 1e-9):
        return -math.inf
    # The logarithm is nearly a parabola, which the search likes better than a tail.
    return _root(lambda b: math.log(max(walk.above(time, b), 1e-320)) - math.log(amount), -_HIGHEST, _HIGHEST)


def _lower(walk: Walk, time: float, amount: float, ahead: float) -> float:
    """Return the boundary below which lies a given probability; infinite where all that is left is less."""
    if amount <= 0:
        return -math.inf
    if float(walk.mass.sum()) <= amount:
        return math.inf
    return _root(lambda a: math.log(max(walk.below(time, a, ahead), 1e-320)) - math.log(amount), -_HIGHEST, _HIGHEST)


def _root(f: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(f, low, high, xtol=_CLOSE, rtol=4 * np.finfo(float).eps, maxiter=200))


def fixed_drift(alpha: float, power: float) -> float:
    """Return the drift a trial with one look needs: the sum of the quantiles of 1 - alpha and of the power.

    Examples
    --------
    >>> round(fixed_drift(0.025, 0.8) ** 2, 4)
    7.8489
    """
    return float(ndtri(1 - alpha) + ndtri(power))
