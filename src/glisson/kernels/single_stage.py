"""One-stage designs for a proportion: exact cut-offs and the saw-tooth of their power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A probability above the wanted one by less than this is the wanted one: rounding of the sums.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class SawTooth:
    """Every sample size with its cut-off.

    Parameters
    ----------
    n
        Shape (N,): sample sizes 1 to N.
    cutoff
        Shape (N,): smallest number of responders that at most ``alpha`` reach if the rate is the null one; n + 1 where
        no number does.
    alpha, power
        Shape (N,): probabilities to reach it under the null and the alternative rate.
    """

    n: Ints
    cutoff: Ints
    alpha: Floats
    power: Floats


def at_least(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """Return the probability of ``k`` or more responders among ``n``.

    Parameters
    ----------
    k, n, p
        Counts (any whole number), patients and rates; shapes that broadcast.

    Examples
    --------
    >>> at_least([-1, 0, 2, 3], 2, 0.5).tolist()
    [1.0, 1.0, 0.25, 0.0]
    """
    k, n, p = np.broadcast_arrays(np.asarray(k), np.asarray(n), np.asarray(p, dtype=np.float64))
    inside = np.clip(k, 1, np.maximum(n, 1))
    tail = bdtrc(inside - 1, np.maximum(n, 1), p)
    return np.where(k <= 0, 1.0, np.where(k > n, 0.0, tail))


def saw_tooth(p0: float, p1: float, *, alpha: float, largest: int) -> SawTooth:
    """Return the exact cut-off and its power for every sample size.

    Parameters
    ----------
    p0, p1
        Null and alternative response rates.
    alpha
        One-sided size.
    largest
        Largest sample size.

    Notes
    -----
    A'Hern RP. Stat Med 2001;20:859-866. Power falls where the cut-off steps up by one, and rises in between.

    Examples
    --------
    >>> teeth = saw_tooth(0.1, 0.3, alpha=0.05, largest=25)
    >>> int(teeth.cutoff[-1]), round(float(teeth.power[-1]), 4)
    (6, 0.8065)
    """
    n = np.arange(1, largest + 1)
    cutoff = np.empty(largest, dtype=np.int64)
    k = 1
    for i, size in enumerate(range(1, largest + 1)):  # one more patient moves the cut-off by 0 or 1
        while k <= size and bdtrc(k - 1, size, p0) > alpha + ROUNDING:
            k += 1
        cutoff[i] = min(k, size + 1)
    return SawTooth(n=n, cutoff=cutoff, alpha=at_least(cutoff, n, p0), power=at_least(cutoff, n, p1))


def smallest(teeth: SawTooth, power: float) -> int | None:
    """Return the smallest sample size with the power; ``None`` where there is none.

    Examples
    --------
    >>> smallest(saw_tooth(0.1, 0.3, alpha=0.05, largest=60), 0.8)
    25
    """
    there = np.flatnonzero(teeth.power >= power - ROUNDING)
    return int(teeth.n[there[0]]) if there.size else None


def stable(teeth: SawTooth, power: float) -> int | None:
    """Return the smallest sample size from which on every larger one of the saw-tooth has the power.

    Examples
    --------
    >>> stable(saw_tooth(0.1, 0.3, alpha=0.05, largest=100), 0.8)
    29
    """
    short = np.flatnonzero(teeth.power < power - ROUNDING)
    after = int(teeth.n[short[-1]]) + 1 if short.size else 1
    return after if after <= int(teeth.n[-1]) else None


def fleming(p0: float, p1: float, *, alpha: float, power: float) -> tuple[int, int]:
    """Return sample size and cut-off by the normal approximation.

    Parameters
    ----------
    p0, p1, alpha, power
        As for ``saw_tooth``; the wanted power.

    Notes
    -----
    Fleming TR. Biometrics 1982;38:143-151, one stage: n = ((z_a sqrt(p0 q0) + z_b sqrt(p1 q1)) / (p1 - p0))^2 rounded
    up, cut-off one above n p0 + z_a sqrt(n p0 q0) rounded to the nearest whole number.

    Examples
    --------
    >>> fleming(0.1, 0.3, alpha=0.05, power=0.8)
    (20, 5)
    """
    from scipy.special import ndtri  # noqa: PLC0415 - the exact designs do not need it

    za, zb = -float(ndtri(alpha)), float(ndtri(power))
    s0, s1 = float(np.sqrt(p0 * (1 - p0))), float(np.sqrt(p1 * (1 - p1)))
    n = int(np.ceil(((za * s0 + zb * s1) / (p1 - p0)) ** 2 - 1e-9))
    return n, int(np.floor(n * p0 + za * s0 * np.sqrt(n) + 0.5)) + 1
