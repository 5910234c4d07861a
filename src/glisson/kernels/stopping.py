"""Trials watched patient by patient: exact chances to stop, and bounds that keep them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from glisson.kernels.single_stage import ROUNDING, at_least

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def stop_chances(bounds: Sequence[int] | Ints, p: float) -> Floats:
    """Return the probability to stop after each patient.

    Parameters
    ----------
    bounds
        Shape (n,): events among the first 1 .. n patients at which the trial stops; more than the patients where it
        cannot.
    p
        Probability of an event.

    Returns
    -------
    NDArray
        Shape (n,): probability that the trial stops just then.

    Examples
    --------
    >>> stop_chances([2, 2, 3], 0.5).tolist()  # two of two, or then three of three: never, it has stopped
    [0.0, 0.25, 0.0]
    """
    n = len(bounds)
    state = np.zeros(n + 2)
    state[0] = 1.0
    stops = np.zeros(n)
    for k, bound in enumerate(bounds):
        state[1:] = state[1:] * (1 - p) + state[:-1] * p
        state[0] *= 1 - p
        stops[k] = state[bound:].sum() if bound <= n else 0.0
        state[bound:] = 0.0
    return stops


def expected_patients(bounds: Sequence[int] | Ints, p: float) -> float:
    """Return the expected number of patients.

    Examples
    --------
    >>> expected_patients([2, 2, 3], 0.5)
    2.75
    """
    stops, n = stop_chances(bounds, p), len(bounds)
    return float(stops @ np.arange(1, n + 1) + (1 - stops.sum()) * n)


def pointwise_bounds(n: int, p: float, level: float, looks: Sequence[int]) -> Ints:
    """Return, for each number of patients, the fewest events that are unlikely at the limit.

    Parameters
    ----------
    n
        Patients in all.
    p
        Highest tolerable probability of an event.
    level
        Probability that counts as unlikely, the same at every look.
    looks
        Numbers of patients after which there is a look.

    Examples
    --------
    >>> pointwise_bounds(6, 0.2, 0.05, range(1, 7)).tolist()
    [2, 2, 3, 3, 4, 4]
    """
    bounds = np.arange(1, n + 1) + 1
    for k in looks:
        unlikely = np.flatnonzero(at_least(np.arange(k + 2), k, p) <= level * (1 + 1e-9))
        bounds[k - 1] = unlikely[0]
    return bounds


def pocock_bounds(n: int, p: float, alpha: float, looks: Sequence[int]) -> tuple[Ints, float] | None:
    """Return the bounds of the highest pointwise level that stop a trial at the limit with at most ``alpha``.

    Parameters
    ----------
    n, p, looks
        As for ``pointwise_bounds``.
    alpha
        Probability to stop at all if the probability of an event is ``p``.

    Returns
    -------
    tuple
        Bounds and pointwise level; ``None`` where no bound stops so seldom.

    Notes
    -----
    Ivanova A, Qaqish BF, Schell MJ. Biometrics 2005;61:540-545. The chance to stop is a step function of the level,
    which changes only at binomial tail probabilities: these are the levels tried.

    Examples
    --------
    >>> bounds, level = pocock_bounds(20, 0.2, 0.05, range(1, 21))
    >>> bounds.tolist()[:8], round(float(stop_chances(bounds, 0.2).sum()), 4)
    ([2, 3, 3, 4, 4, 4, 5, 5], 0.0484)
    """
    tails = np.unique(np.concatenate([at_least(np.arange(1, k + 1), k, p) for k in looks]))
    low, high = -1, len(tails)
    while high - low > 1:
        middle = (low + high) // 2
        if stop_chances(pointwise_bounds(n, p, float(tails[middle]), looks), p).sum() <= alpha + ROUNDING:
            low = middle
        else:
            high = middle
    if low < 0:
        return None
    return pointwise_bounds(n, p, float(tails[low]), looks), float(tails[low])


def posterior_bounds(n: int, p: float, threshold: float, prior: tuple[float, float], looks: Sequence[int]) -> Ints:
    """Return the fewest events that make it likely, after the data, that the probability is above the limit.

    Parameters
    ----------
    n, p, looks
        As for ``pointwise_bounds``.
    threshold
        Posterior probability that counts as likely: stop if it is above.
    prior
        Parameters of the beta prior.

    Examples
    --------
    >>> posterior_bounds(6, 0.2, 0.95, (0.2, 0.8), range(1, 7)).tolist()
    [2, 2, 3, 3, 3, 4]
    """
    bounds, (a, b) = np.arange(1, n + 1) + 1, prior
    for k in looks:
        x = np.arange(k + 1)
        likely = np.flatnonzero(1 - betainc(a + x, b + k - x, p) > threshold)
        if likely.size:
            bounds[k - 1] = likely[0]
    return bounds


def calibrated_threshold(
    n: int, p: float, alpha: float, prior: tuple[float, float], looks: Sequence[int]
) -> float | None:
    """Return the lowest posterior threshold with which a trial at the limit stops with at most ``alpha``.

    Parameters
    ----------
    n, p, alpha, prior, looks
        As for ``posterior_bounds`` and ``pocock_bounds``.

    Examples
    --------
    >>> round(calibrated_threshold(20, 0.2, 0.05, (0.2, 0.8), range(1, 21)), 4)
    0.9831
    """
    a, b = prior
    steps = np.unique(np.concatenate([1 - betainc(a + np.arange(k + 1), b + k - np.arange(k + 1), p) for k in looks]))
    low, high = -1, len(steps) - 1  # at the highest threshold nothing stops
    while high - low > 1:
        middle = (low + high) // 2
        if stop_chances(posterior_bounds(n, p, float(steps[middle]), prior, looks), p).sum() <= alpha + ROUNDING:
            high = middle
        else:
            low = middle
    return float(steps[high]) if high < len(steps) - 1 else None
