"""How an error probability is spent as information comes in: cumulative amounts at fractions of the information."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

#: A gamma nearer to 0 than this spends evenly.
_EVEN = 1e-9


def obrien_fleming_type(time: ArrayLike, error: float) -> Floats:
    """Return what is spent by the function of Lan and DeMets that resembles O'Brien and Fleming's boundaries.

    Parameters
    ----------
    time
        Fractions of the information, shape (K,), above 0 and at most 1.
    error
        What is spent in all.

    Returns
    -------
    NDArray
        Shape (K,): 2 - 2Φ(z / √t), z the 1 - error/2 quantile.

    Notes
    -----
    Lan KKG, DeMets DL. Biometrika 1983;70:659-663.

    Examples
    --------
    >>> [round(float(x), 6) for x in obrien_fleming_type([0.5, 1], 0.025)]
    [0.001525, 0.025]
    """
    t = np.asarray(time, dtype=np.float64)
    return np.asarray(2 * ndtr(ndtri(error / 2) / np.sqrt(t)))


def pocock_type(time: ArrayLike, error: float) -> Floats:
    """Return what is spent by the function of Lan and DeMets that resembles Pocock's boundaries.

    Parameters
    ----------
    time, error
        As for ``obrien_fleming_type``.

    Returns
    -------
    NDArray
        Shape (K,): error · log(1 + (e - 1) t).

    Notes
    -----
    Lan KKG, DeMets DL. Biometrika 1983;70:659-663.

    Examples
    --------
    >>> [round(float(x), 6) for x in pocock_type([0.5, 1], 0.025)]
    [0.015503, 0.025]
    """
    return np.asarray(error * np.log1p((math.e - 1) * np.asarray(time, dtype=np.float64)))


def power_family(time: ArrayLike, error: float, rho: float) -> Floats:
    """Return what is spent as a power of the information.

    Parameters
    ----------
    time, error
        As for ``obrien_fleming_type``.
    rho
        Exponent, above 0; 3 is late like O'Brien and Fleming's boundaries, 1 is even.

    Returns
    -------
    NDArray
        Shape (K,): error · t^rho.

    Notes
    -----
    Kim K, DeMets DL. Biometrika 1987;74:149-154.

    Examples
    --------
    >>> power_family([0.5, 1], 0.025, 3).tolist()
    [0.003125, 0.025]
    """
    return np.asarray(error * np.asarray(time, dtype=np.float64) ** rho)


def hwang_shih_decani(time: ArrayLike, error: float, gamma: float) -> Floats:
    """Return what is spent by the gamma family.

    Parameters
    ----------
    time, error
        As for ``obrien_fleming_type``.
    gamma
        -4 is late like O'Brien and Fleming's boundaries, 0 is even, 1 is early like Pocock's.

    Returns
    -------
    NDArray
        Shape (K,): error · (1 - e^(-γt)) / (1 - e^(-γ)).

    Notes
    -----
    Hwang IK, Shih WJ, DeCani JS. Stat Med 1990;9:1439-1445.

    Examples
    --------
    >>> [round(float(x), 6) for x in hwang_shih_decani([0.5, 1], 0.025, -4)]
    [0.00298, 0.025]
    """
    t = np.asarray(time, dtype=np.float64)
    return (
        np.asarray(error * t) if abs(gamma) < _EVEN else np.asarray(error * np.expm1(-gamma * t) / math.expm1(-gamma))
    )
