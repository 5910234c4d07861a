"""Fine and Gray's subdistribution hazard: who had a competing event stays at risk, with a fading weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.cox import CoxData, linear_predictor, prepare
from glisson.kernels.cox_residuals import CellParts, score_residuals
from glisson.kernels.risk_sets import Floats, Ints, Staying, bincounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Censoring:
    """The distribution of censoring, by the distinct times of leaving.

    Parameters
    ----------
    time
        Shape (T,), increasing.
    before
        Shape (T,). Probability of not yet being censored just before each time.
    at_risk, hazard
        Shape (T,). Rows at risk of being censored at each time, and the increment of the hazard of censoring.
    place
        Shape (n,). The time of each row among them.
    """

    time: Floats
    before: Floats
    at_risk: Floats
    hazard: Floats
    place: Ints


def censoring_of(exit: NDArray[np.generic], cause: Ints) -> Censoring:
    """Estimate the distribution of censoring; events at a time precede censorings at it.

    Parameters
    ----------
    exit, cause
        Shape (n,); cause 0 is censored.
    """
    time, place = np.unique(exit, return_inverse=True)
    place = place.reshape(-1).astype(np.int64)
    gone = bincounts(place, np.ones(len(place)), len(time))
    censored = bincounts(place, (cause == 0).astype(np.float64), len(time))
    at_risk = np.cumsum(gone[::-1])[::-1] - (gone - censored)
    hazard = np.where(at_risk > 0, censored / np.maximum(at_risk, 1.0), 0.0)
    before = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    return Censoring(time=time.astype(np.float64), before=before, at_risk=at_risk, hazard=hazard, place=place)


def prepare_fine_gray(x: Floats, exit: NDArray[np.generic], cause: Ints) -> tuple[CoxData, Censoring]:
    """Sort rows into the risk sets of the subdistribution hazard of cause 1.

    Parameters
    ----------
    x
        Shape (n, p).
    exit, cause
        Shape (n,): time of leaving; 0 censored, 1 the event, more the competing events.

    Notes
    -----
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496-509. Tied events by Breslow's method.
    """
    censoring = censoring_of(exit, cause)
    rows = np.flatnonzero(cause > 1)
    cells = np.unique(exit[cause == 1])
    fade = censoring.before[np.searchsorted(censoring.time, cells)]
    scale = 1.0 / censoring.before[censoring.place[rows]]
    staying = Staying(rows=rows, scale=scale, fade=fade)
    return prepare(x, exit, cause == 1, ties="breslow", staying=staying), censoring


def fine_gray_covariance(
    data: CoxData, parts: CellParts, beta: Floats, covariance: Floats, censoring: Censoring, cause: Ints
) -> Floats:
    """Return the covariance that allows for the weights and for their estimation, shape (p, p).

    Parameters
    ----------
    data, censoring
        From ``prepare_fine_gray``.
    parts, beta
        Of the fit.
    covariance
        Inverse information.
    cause
        Shape (n,).

    Notes
    -----
    Fine and Gray, section 3: each row's part in the score, and what its censoring does to the weights of others.
    """
    own = score_residuals(data, parts, beta) + _through_weights(data, parts, beta, censoring, cause)
    influence = own @ covariance
    robust: Floats = influence.T @ influence
    return robust


def _through_weights(data: CoxData, parts: CellParts, beta: Floats, censoring: Censoring, cause: Ints) -> Floats:
    """Return what the censoring of each row, or its absence, does to the score by way of the weights, shape (n, p)."""
    sets, staying = data.sets, data.sets.staying
    assert staying is not None
    times, p = len(censoring.time), data.p
    load = np.exp(linear_predictor(data, beta))[staying.rows] * staying.scale
    place = censoring.place[staying.rows]
    gone = np.column_stack(
        [bincounts(place, load, times), *(bincounts(place, load * data.x[staying.rows, j], times) for j in range(p))]
    )
    before = np.cumsum(gone, axis=0) - gone  # competing events before each time
    faded, pull = parts.hazard * staying.fade, parts.pull * staying.fade[:, None]
    cell = np.searchsorted(sets.time, censoring.time)  # the first cell at or after each time
    ahead = _ahead(faded[:, None])[cell, 0]
    weight = before[:, 1:] * ahead[:, None] - before[:, :1] * _ahead(pull)[cell]
    scaled = weight / np.maximum(censoring.at_risk, 1.0)[:, None]
    hazard = np.cumsum(scaled * censoring.hazard[:, None], axis=0)
    until = hazard - np.where((censoring.at_risk > 0)[:, None], scaled * censoring.hazard[:, None], 0.0)
    censored = cause == 0
    result = np.where(censored[:, None], scaled[censoring.place] - hazard[censoring.place], -until[censoring.place])
    return np.asarray(result, dtype=np.float64)


def _ahead(values: Floats) -> Floats:
    """Return sums from each cell to the last, and 0 after it, shape (K + 1, ...)."""
    sums: Floats = np.concatenate([np.cumsum(values[::-1], axis=0)[::-1], np.zeros((1, values.shape[1]))])
    return sums
