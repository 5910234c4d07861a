"""Kaplan-Meier of weighted rows, with a variance that treats each cluster as one draw."""

from __future__ import annotations

import numpy as np

from glisson.kernels.risk_sets import Bools, Floats, Ints, bincounts


def product_limit(
    time: Ints, entry: Ints, exit: Ints, event: Bools, weight: Floats, cluster: Ints
) -> tuple[Floats, Floats]:
    """Return the weighted Kaplan-Meier estimate and the robust variance of its logarithm.

    Parameters
    ----------
    time
        Shape (T,). Days, increasing.
    entry, exit, event
        Shape (n,). At risk at t means entry < t <= exit.
    weight
        Shape (n,), or (n, T) where it changes from day to day; not negative.
    cluster
        Shape (n,). Codes from 0.

    Returns
    -------
    survival, variance
        Shape (T,). The variance is that of log S, infinite once the curve is 0.

    Notes
    -----
    Infinitesimal jackknife: the squared derivatives of log S in the weights, times the weights, added up within
    clusters first. Weights count as known. Therneau TM, Grambsch PM. Modeling Survival Data, 2000, section 7.2;
    Xie J, Liu C. Stat Med 2005;24:3089-3110.
    """
    present = (entry[:, None] < time) & (time <= exit[:, None])
    died = (exit[:, None] == time) & event[:, None]
    if weight.ndim == 1:
        held, n, d = weight[:, None], weight @ present, weight @ died
    else:
        held, n, d = weight, (weight * present).sum(axis=0), (weight * died).sum(axis=0)
    left = np.maximum(n - d, 0.0)
    gone = (d > 0) & (left <= 1e-12 * np.maximum(n, 1e-300))
    share = np.where(d > 0, d / np.where(n > 0, n, 1.0), 0.0)
    survival: Floats = np.cumprod(np.where(gone, 0.0, 1.0 - share), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        staying = np.where((d > 0) & ~gone, 1 / left - 1 / n, 0.0)
        leaving = np.where((d > 0) & ~gone, 1 / left, 0.0)
    steps = present * staying - died * leaving
    influence = held * np.cumsum(steps, axis=1) if weight.ndim == 1 else np.cumsum(held * steps, axis=1)
    size = int(cluster.max()) + 1 if len(cluster) else 0
    whole = np.column_stack([bincounts(cluster, column, size) for column in influence.T]) if len(time) else influence
    variance: Floats = np.where(np.cumsum(gone) > 0, np.inf, (whole**2).sum(axis=0))
    return survival, variance
