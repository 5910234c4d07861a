"""Regression of restricted mean survival time: differences in days lived, adjusted for covariates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, stdtrit

from glisson.errors import InputError, NotSupportedError, SettingsError
from glisson.kernels.product_limit import TOLERANCE
from glisson.kernels.pseudo import censoring_weights, restricted_means
from glisson.methods.design import Design, design, named
from glisson.methods.fits import common_horizon, fits, whole_time
from glisson.tables import Endpoint, Estimate, Estimates
from glisson.tables.endpoint import ORIGIN

Floats = NDArray[np.float64]
Estimator = Literal["pseudo", "ipcw"]

LABEL: dict[str, str] = {
    "pseudo": "regression of restricted mean survival, jackknife pseudo-values",
    "ipcw": "regression of restricted mean survival, inverse probability of censoring weights",
}


def rmst_regression(
    data: Endpoint,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    units: Mapping[str, str] | None = None,
    tau: float | None = None,
    estimator: Estimator = "pseudo",
    level: float = 0.95,
) -> Estimates:
    """Estimate by how many days the restricted mean survival time differs, adjusted for covariates.

    Parameters
    ----------
    data
        Endpoint with everybody observed from the origin, one row a unit. With several causes any of them counts as the
        event.
    covariates
        Grouping variables, each compared with its first level.
    numbers, units
        Covariates that are numbers, each of shape (n,), and what one step of each is called.
    tau
        Horizon in days, common to everybody. By default the largest that every level of the grouping variables
        supports.
    estimator
        ``"pseudo"``: least squares on jackknife pseudo-values. ``"ipcw"``: weighted least squares on the restricted
        times of those not censored before tau. Both take censoring as independent of the covariates.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``rmst_difference`` of every coefficient with ``at`` the horizon, ``rmst_intercept``, and ``p`` of every
        variable (robust Wald). Intervals are Student's with a sandwich covariance: HC3, that is squared leave-one-out
        errors, for independent units; over clusters, with the factor G / (G - 1), where units are correlated.

    Raises
    ------
    InputError
        If a covariate does not exist or is missing, there is nothing to compare, covariates cannot be told apart, or
        nobody was observed for tau.
    NotSupportedError
        If units entered late.

    Notes
    -----
    Tian L, Zhao L, Wei LJ. Biostatistics 2014;15:222-233; pseudo-values: Andersen PK, Hansen MG, Klein JP. Lifetime
    Data Anal 2004;10:335-350; HC3: MacKinnon JG, White H. J Econom 1985;29:305-325.

    Examples
    --------
    >>> keys = {"arm": list("aaabbb")}
    >>> os = Endpoint.from_arrays([10, 20, 30, 20, 30, 40], [1] * 6, keys=keys, name="os")
    >>> row = rmst_regression(os, "arm", tau=40).one("rmst_difference")
    >>> round(row.value, 6), row.at, row.detail
    (10.0, 40.0, 'versus a')
    """
    if estimator not in LABEL or not 0.5 < level < 1:
        raise SettingsError(f"estimator {estimator!r}, level {level}", expected="pseudo or ipcw; a level below 1")
    wanted = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    matrix = design(named(data.keys, wanted, data.name), numbers, len(data), units)
    x = np.column_stack([np.ones(len(data)), matrix.x])
    _check(data, matrix, x)
    horizon = _horizon(data, wanted) if tau is None else whole_time(tau)
    (whole,) = fits(data, (), conf_type="log-log", level=level)
    if horizon > whole.last and whole.survival[-1] > TOLERANCE:
        raise InputError(f"{data.name}: a horizon of {horizon:g} days, and nobody observed after day {whole.last:g}",
                         expected="a horizon that the data support")  # fmt: skip
    beta, influence = _solved(data, x, horizon, estimator)
    clusters = np.unique(data.cluster, return_inverse=True)[1].reshape(-1)
    groups, covariance, df = int(clusters.max()) + 1, influence.T @ influence, len(x) - x.shape[1]
    if groups < len(x):
        summed = np.zeros((groups, x.shape[1]))
        np.add.at(summed, clusters, influence)
        covariance, df = groups / (groups - 1) * summed.T @ summed, groups - 1
    return _rows(data, matrix, beta, covariance, df, horizon, LABEL[estimator], level)


def _check(data: Endpoint, matrix: Design, x: Floats) -> None:
    if not matrix.p:
        raise InputError(f"{data.name}: no covariate with two levels or more", expected="something to compare")
    if len(np.unique(data.unit)) < len(data) or data.weight is not None:
        raise InputError(f"{data.name} has several rows a unit, or weights", expected="one row a unit")
    if int(data.entry.max()) != ORIGIN:
        raise NotSupportedError(f"{data.name}: units entered late, and pseudo-values take everybody from the origin.")
    if len(x) <= x.shape[1]:
        raise InputError(f"{len(x)} units for {x.shape[1]} coefficients", expected="more units than coefficients")
    if np.linalg.matrix_rank(x / np.maximum(np.abs(x).max(axis=0), 1e-300)) < x.shape[1]:
        raise InputError(
            "covariates that cannot be told apart", expected="covariates of which none follows from others"
        )


def _horizon(data: Endpoint, keys: Sequence[str]) -> float:
    return min((common_horizon(fits(data, key, conf_type="log-log", level=0.95)) for key in keys or ((),)), default=0.0)


def _solved(data: Endpoint, x: Floats, tau: float, estimator: Estimator) -> tuple[Floats, Floats]:
    """Return coefficients, and what each unit adds to them, corrected for leverage where units are unweighted."""
    event = data.cause > 0
    if estimator == "pseudo":
        inverse = np.linalg.inv(x.T @ x)
        y = restricted_means(data.exit, event, tau)
        beta = inverse @ x.T @ y
        leverage = np.einsum("ia,ab,ib->i", x, inverse, x)
        apart = len(np.unique(data.cluster)) < len(x)  # clusters keep plain residuals
        scale = np.ones(len(x)) if apart else 1 / np.maximum(1 - leverage, 1e-10)
        own: Floats = ((y - x @ beta) * scale)[:, None] * (x @ inverse)
        return beta, own
    weight, days, martingale = censoring_weights(data.exit, event, tau)
    information = (x * weight[:, None]).T @ x
    if np.linalg.matrix_rank(information) < x.shape[1]:
        raise InputError("too few units are followed to the horizon", expected="an earlier tau")
    inverse = np.linalg.inv(information)
    y = np.minimum(data.exit, tau)
    beta = inverse @ (x * weight[:, None]).T @ y
    leverage = weight * np.einsum("ia,ab,ib->i", x, inverse, x)
    residual = weight * (y - x @ beta)
    pull = (x * residual[:, None]).T @ (y[:, None] > days)  # whose weight a censoring of the day has raised
    if len(np.unique(data.cluster)) == len(x):
        residual = residual / np.maximum(1 - leverage, 1e-10)
    own = (x * residual[:, None] + martingale @ pull.T) @ inverse
    return beta, own


def _rows(
    data: Endpoint, matrix: Design, beta: Floats, covariance: Floats, df: int, tau: float, label: str, level: float
) -> Estimates:
    quantile = float(stdtrit(df, 0.5 + level / 2))
    method = f"{label}, sandwich covariance, Student's interval with {df} df"
    shared: dict[str, Any] = {"variable": data.name, "n": len(data), "events": int(np.sum(data.cause > 0)), "at": tau}
    error = np.sqrt(np.diag(covariance))
    rows = [
        Estimate(statistic="rmst_intercept", value=float(beta[0]), low=float(beta[0] - quantile * error[0]),
                 high=float(beta[0] + quantile * error[0]), unit="day", level=level, method=method, **shared)
    ]  # fmt: skip
    for j, column in enumerate(matrix.columns, start=1):
        half = quantile * float(error[j])
        rows.append(Estimate(statistic="rmst_difference", group=column.group, detail=column.contrast, unit="day",
                             value=float(beta[j]), low=float(beta[j]) - half, high=float(beta[j]) + half, level=level,
                             method=method, **shared))  # fmt: skip
    for term in matrix.terms:
        places = [p + 1 for p in matrix.places(term)]
        block = covariance[np.ix_(places, places)]
        statistic = float(beta[places] @ np.linalg.pinv(block) @ beta[places])
        text = f"{label}, robust Wald test (chi-square {statistic:.2f}, {len(places)} df)"
        rows.append(Estimate(statistic="p", value=float(chdtrc(len(places), statistic)), unit="p", detail=term,
                             method=text, **shared))  # fmt: skip
    return Estimates(tuple(rows))
