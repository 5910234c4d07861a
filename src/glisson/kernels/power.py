"""Exact power of comparisons of two groups: by the binomial split of events, and by enumerating 2 x 2 tables."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Probabilities within this factor count as equal, as in R.
_ALIKE = 1 + 1e-7
#: Places at which power is looked at before the crossing is narrowed down.
_GRID = 512


def split_limits(events: int, share: float, *, alpha: float = 0.05) -> tuple[int | None, int | None]:
    """Return which splits of events between two groups an exact test rejects.

    Parameters
    ----------
    events
        Events of both groups together.
    share
        Expected share of the second group if hazards are alike: its part of the time at risk.
    alpha
        Two-sided size; at most half of it lies in each tail.

    Returns
    -------
    tuple
        Largest number of events in the second group that is too few, smallest that is too many; ``None`` where no
        number is.

    Examples
    --------
    >>> split_limits(20, 0.5)
    (5, 15)
    >>> split_limits(4, 0.5)
    (None, None)
    """
    from scipy.special import bdtr  # noqa: PLC0415 - SciPy only where it is needed

    counts = np.arange(events + 1)
    below = bdtr(counts, events, share)
    above = 1 - np.concatenate([[0.0], below[:-1]])
    if events:  # the complement loses digits where it is small; the mirror image does not
        above = bdtr(events - counts, events, 1 - share)
    few, many = np.flatnonzero(below <= alpha / 2), np.flatnonzero(above <= alpha / 2)
    return (int(few[-1]) if few.size else None), (int(many[0]) if many.size else None)


def detectable_split(
    events: int, share: float, *, power: float = 0.8, alpha: float = 0.05
) -> tuple[float | None, float | None]:
    """Return the hazard ratios of the second group to the first that would be found with the wanted power.

    Parameters
    ----------
    events, share, alpha
        As for ``split_limits``.
    power
        Probability of a rejection on the right side.

    Returns
    -------
    tuple
        Ratio below 1 and ratio above 1; ``None`` where no ratio, however extreme, would be found.

    Notes
    -----
    Given the number of events, those of the second group are binomial with probability r t2 / (t1 + r t2), where r is
    the hazard ratio and t the time at risk (Przyborowski & Wilenski, Biometrika 1940;31:313-323). The probability at
    which a tail has the wanted power is a quantile of a beta distribution.

    Examples
    --------
    >>> [round(r, 3) for r in detectable_split(20, 0.5)]
    [0.252, 3.968]
    """
    from scipy.special import betaincinv  # noqa: PLC0415

    few, many = split_limits(events, share, alpha=alpha)
    odds = share / (1 - share)
    low = high = None
    if few is not None:
        p = float(betaincinv(few + 1, events - few, 1 - power))
        low = p / (1 - p) / odds
    if many is not None:
        p = float(betaincinv(many, events - many + 1, power))
        high = p / (1 - p) / odds if p < 1 else None
    return low, high


def fisher_rejects(first: int, second: int, *, alpha: float = 0.05) -> NDArray[np.int8]:
    """Return what Fisher's exact test says of every pair of counts.

    Parameters
    ----------
    first, second
        Units of the two groups.
    alpha
        Two-sided size.

    Returns
    -------
    NDArray
        Shape (first + 1, second + 1): 1 where the second proportion is found higher, -1 where lower, 0 else.

    Examples
    --------
    >>> int(fisher_rejects(5, 5)[0, 5]), int(fisher_rejects(5, 5)[0, 3])
    (1, 0)
    """
    log_factorial = np.array([math.lgamma(i + 1) for i in range(first + second + 1)])
    out = np.zeros((first + 1, second + 1), dtype=np.int8)
    for total in range(first + second + 1):
        x = np.arange(max(0, total - second), min(first, total) + 1)
        y = total - x
        log_p = -(log_factorial[x] + log_factorial[first - x] + log_factorial[y] + log_factorial[second - y])
        probability = np.exp(log_p - log_p.max())
        probability /= probability.sum()
        order = np.sort(probability)
        tail = np.cumsum(order)[np.searchsorted(order, probability * _ALIKE, side="right") - 1]
        side = np.sign(y * first - x * second)
        out[x, y] = np.where(tail <= alpha, side, 0)
    return out


def fisher_power(first: int, second: int, p1: float, p2: float, *, alpha: float = 0.05) -> tuple[float, float]:
    """Return the probabilities that Fisher's exact test finds the second proportion lower, and higher.

    Parameters
    ----------
    first, second, alpha
        As for ``fisher_rejects``.
    p1, p2
        True proportions.

    Examples
    --------
    >>> [round(x, 4) for x in fisher_power(13, 5, 0.2, 0.9)]
    [0.0, 0.8349]
    """
    rejects = fisher_rejects(first, second, alpha=alpha)
    a, b = _binomial(first, np.array([p1]))[0], _binomial(second, np.array([p2]))[0]
    return float(a @ (rejects < 0) @ b), float(a @ (rejects > 0) @ b)


def detectable_proportions(
    first: int, second: int, base: float, *, power: float = 0.8, alpha: float = 0.05
) -> tuple[float | None, float | None]:
    """Return the proportions of the second group nearest to the first's that would be found with the wanted power.

    Parameters
    ----------
    first, second, alpha
        As for ``fisher_rejects``.
    base
        True proportion of the first group.
    power
        Probability of a rejection on the right side.

    Returns
    -------
    tuple
        Highest proportion below ``base`` and lowest above it; ``None`` where not even 0 or 1 would be found.

    Examples
    --------
    >>> low, high = detectable_proportions(13, 13, 0.3)
    >>> low, round(high, 3)
    (None, 0.855)
    """
    rejects = fisher_rejects(first, second, alpha=alpha)
    own = _binomial(first, np.array([base]))[0]
    low = _crossing(own @ (rejects < 0), np.linspace(base, 0.0, _GRID), power)
    high = _crossing(own @ (rejects > 0), np.linspace(base, 1.0, _GRID), power)
    return low, high


def _crossing(reject: Floats, places: Floats, power: float) -> float | None:
    """Return the first place at which the power is reached, by bisection between the two it lies between."""
    second = len(reject) - 1
    reached = np.flatnonzero(_binomial(second, places) @ reject >= power)
    if not reached.size:
        return None
    if reached[0] == 0:
        return float(places[0])
    near, far = float(places[reached[0] - 1]), float(places[reached[0]])
    for _ in range(60):
        middle = (near + far) / 2
        if float(_binomial(second, np.array([middle]))[0] @ reject) >= power:
            far = middle
        else:
            near = middle
    return far


def _binomial(n: int, p: Floats) -> Floats:
    """Return binomial probabilities, shape (len(p), n + 1)."""
    from scipy.special import xlog1py, xlogy  # noqa: PLC0415

    k = np.arange(n + 1)
    log_choose = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k])
    q = p[:, None]
    return np.asarray(np.exp(log_choose + xlogy(k, q) + xlog1py(n - k, -q)))
