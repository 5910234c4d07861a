"""Restricted survival times of single units although some are censored: jackknife pseudo-values and weights."""

from __future__ import annotations

import numpy as np

from glisson.kernels import product_limit as pl
from glisson.kernels.risk_sets import Bools, Floats, Ints

#: Units left out at once; keeps the arrays small.
_AT_ONCE = 256


def restricted_means(exit: Ints, event: Bools, tau: float) -> Floats:
    """Return the jackknife pseudo-values of the restricted mean survival time, shape (n,).

    Parameters
    ----------
    exit, event
        Shape (n,). Everybody is observed from day 0.
    tau
        Horizon in days.

    Notes
    -----
    n times the restricted mean of all less n - 1 times that without the unit. Andersen PK, Hansen MG, Klein JP.
    Lifetime Data Anal 2004;10:335-350.
    """
    n, days = len(exit), np.unique(exit)
    present, died = exit[:, None] >= days, (exit[:, None] == days) & event[:, None]
    at_risk, events = present.sum(axis=0), died.sum(axis=0)
    whole = float(pl.rmst(days, *pl.kaplan_meier(at_risk, events), tau)[0])
    out = np.empty(n)
    for first in range(0, n, _AT_ONCE):
        here = slice(first, first + _AT_ONCE)
        left = pl.kaplan_meier(at_risk - present[here], events - died[here])
        out[here] = n * whole - (n - 1) * pl.rmst(days, *left, tau)[0]
    return out


def censoring_weights(exit: Ints, event: Bools, tau: float) -> tuple[Floats, Floats, Floats]:
    """Return inverse probability of censoring weights, and the parts of their own error.

    Parameters
    ----------
    exit, event
        Shape (n,).
    tau
        Horizon in days.

    Returns
    -------
    weight
        Shape (n,). One over the probability of not yet being censored just before min(exit, tau), for who had the event
        or reached tau; 0 for others.
    days
        Shape (C,). Days before tau with a censoring.
    martingale
        Shape (n, C). Of each unit, the increment of its censoring martingale over the number at risk of being censored.

    Notes
    -----
    Events of a day precede censorings, so that those with an event are not at risk of being censored on it.
    """
    censored = ~event & (exit < tau)
    days = np.unique(exit[censored])
    exposed = (exit[:, None] > days) | ((exit[:, None] == days) & ~event[:, None])
    gone = (exit[:, None] == days) & censored[:, None]
    n, d = exposed.sum(axis=0).astype(np.float64), gone.sum(axis=0)
    free = np.concatenate([[1.0], np.cumprod(1.0 - d / n)])
    before = free[np.searchsorted(days, np.minimum(exit, tau), side="left")]
    known = event | (exit >= tau)
    weight: Floats = np.where(known, 1 / np.where(before > 0, before, 1.0), 0.0)
    martingale: Floats = (gone - exposed * (d / n)) / n
    return weight, days.astype(np.float64), martingale
