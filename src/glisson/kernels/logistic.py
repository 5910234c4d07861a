"""Logistic likelihood: plain and with Firth's penalty, separation found beforehand, robust covariance of clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import expit, log_expit

from glisson.kernels.newton import Point

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Gain of the linear program, in standard deviations of the covariates, below which there is none but rounding.
_NO_GAIN = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticData:
    """What a fit needs.

    Parameters
    ----------
    x
        Shape (n, p), the first column 1 for the intercept, the others centred.
    y
        Shape (n,), 0 or 1.
    weight
        Shape (n,), multiplicities or case weights.
    """

    x: Floats
    y: Floats
    weight: Floats

    @property
    def p(self) -> int:
        """Number of coefficients, the intercept among them."""
        return int(self.x.shape[1])


def prepare(x: Floats, y: Floats, weight: Floats | None = None) -> LogisticData:
    """Add an intercept and centre the covariates.

    Parameters
    ----------
    x
        Shape (n, p), without intercept.
    y
        Shape (n,), 0 or 1.
    weight
        Shape (n,), positive.
    """
    w = np.ones(len(y)) if weight is None else weight
    centre = (w @ x) / w.sum() if len(y) else np.zeros(x.shape[1])
    return LogisticData(x=np.column_stack([np.ones(len(y)), x - centre]), y=y, weight=w)


def moments(data: LogisticData, beta: Floats) -> Point:
    """Return log likelihood, score and information.

    Parameters
    ----------
    data
        From ``prepare``.
    beta
        Shape (p,), the intercept first.

    Examples
    --------
    >>> four = prepare(np.zeros((4, 0)), np.array([1.0, 0.0, 0.0, 0.0]))
    >>> round(moments(four, np.array([np.log(1 / 3)])).value, 4)  # log 1/4 + 3 log 3/4
    -2.2493
    """
    eta = data.x @ beta
    probability = expit(eta)
    sign = 2 * data.y - 1
    value = float(data.weight @ log_expit(sign * eta))
    gradient = data.x.T @ (data.weight * (data.y - probability))
    spread = data.weight * probability * expit(-eta)
    return Point(value, gradient, (data.x * spread[:, None]).T @ data.x)


def penalised(data: LogisticData, beta: Floats) -> Point:
    """Return the log likelihood with Firth's penalty, its gradient, and a curvature to search with.

    Parameters
    ----------
    data
        From ``prepare``.
    beta
        Shape (p,).

    Notes
    -----
    Firth D. Biometrika 1993;80:27-38; Heinze G, Schemper M. Stat Med 2002;21:2409-2419. Half the log determinant of
    the information is added; its slope is the sum of h (1/2 - probability) x, h being the leverage of a row. It is as
    if each row stood there h more times, half of them with the outcome: the curvature is the information of those rows.
    Standard errors are taken from the information of ``moments``.
    """
    plain = moments(data, beta)
    if not np.all(np.isfinite(plain.curvature)):
        return Point(-np.inf, plain.gradient, plain.curvature)
    sign, log_determinant = np.linalg.slogdet(plain.curvature)
    if sign <= 0 or not np.isfinite(log_determinant):
        return Point(-np.inf, plain.gradient, plain.curvature)
    probability, other = expit(data.x @ beta), expit(-(data.x @ beta))
    leverage = _leverage(data, probability, other)
    gradient = plain.gradient + data.x.T @ (leverage * (0.5 - probability))
    curvature = plain.curvature + (data.x * (leverage * probability * other)[:, None]).T @ data.x
    return Point(plain.value + 0.5 * float(log_determinant), gradient, curvature)


def _leverage(data: LogisticData, probability: Floats, other: Floats) -> Floats:
    """Return the leverage of each row, multiplicities included: shape (n,), adding up to p."""
    spread = data.weight * probability * other
    inverse = np.linalg.inv((data.x * spread[:, None]).T @ data.x)
    leverage: Floats = spread * np.einsum("ij,jk,ik->i", data.x, inverse, data.x)
    return leverage


def score_rows(data: LogisticData, beta: Floats, *, firth: bool) -> Floats:
    """Return what each row adds to the (penalised) score, shape (n, p).

    Parameters
    ----------
    data
        From ``prepare``.
    beta
        Shape (p,).
    firth
        With the penalty.
    """
    probability, other = expit(data.x @ beta), expit(-(data.x @ beta))
    residual = data.weight * (data.y - probability)
    if firth:
        residual = residual + _leverage(data, probability, other) * (0.5 - probability)
    rows: Floats = data.x * residual[:, None]
    return rows


def separating_direction(data: LogisticData) -> Floats | None:
    """Return a direction that separates the outcomes, if there is one: along it the likelihood never falls.

    Parameters
    ----------
    data
        From ``prepare``.

    Returns
    -------
    ndarray or None
        Shape (p,); every row with the outcome has a value of at least 0 along it, every row without one of at most 0,
        and at least one differs from 0. ``None`` where outcomes overlap and the maximum is finite.

    Notes
    -----
    Albert A, Anderson JA. Biometrika 1984;71:1-10 (complete and quasi-complete separation), found by linear
    programming.

    Examples
    --------
    >>> apart = prepare(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 0.0, 1.0, 1.0]))
    >>> separating_direction(apart) is not None
    True
    """
    if not len(data.y):
        return None
    scale = np.where(np.arange(data.p) == 0, 1.0, data.x.std(axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    gain = np.unique((data.x / scale) * (2 * data.y - 1)[:, None], axis=0)
    found = linprog(-gain.sum(axis=0), A_ub=-gain, b_ub=np.zeros(len(gain)), bounds=(-1, 1), method="highs")
    if found.status != 0 or -float(found.fun) <= _NO_GAIN:
        return None
    direction: Floats = np.asarray(found.x) / scale
    return direction


def full_rank(data: LogisticData) -> bool:
    """Return whether the covariates can be told apart from one another and from the intercept."""
    scale = np.sqrt(np.mean(data.x**2, axis=0)) if len(data.y) else np.zeros(data.p)
    return bool(np.all(scale > 0)) and int(np.linalg.matrix_rank(data.x / scale, tol=1e-8)) == data.p


def clustered_covariance(rows: Floats, bread: Floats, cluster: Ints) -> Floats:
    """Return the sandwich covariance that keeps clusters whole, times m / (m - 1) for m clusters.

    Parameters
    ----------
    rows
        Shape (n, p), from ``score_rows``.
    bread
        Shape (p, p), inverse information.
    cluster
        Shape (n,), codes from 0.

    Notes
    -----
    Liang KY, Zeger SL. Biometrika 1986;73:13-22.
    """
    m = int(cluster.max()) + 1
    total = np.zeros((m, rows.shape[1]))
    np.add.at(total, cluster, rows)
    covariance: Floats = m / (m - 1) * bread @ (total.T @ total) @ bread
    return covariance
