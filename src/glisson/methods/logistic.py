"""Logistic regression: odds ratios with profile or Wald intervals, tests of each variable and of all together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from glisson.errors import SettingsError
from glisson.kernels.profile import profile_limits, profile_value
from glisson.methods.fits import normal_quantile
from glisson.methods.logistic_model import ENOUGH_EVENTS, LogisticModel, Penalty, fit_logistic, rows_of_counts
from glisson.tables import CountTable, Estimate, Estimates, Factor

Interval = Literal["auto", "profile", "wald"]

ONE_CLUSTER = "no interval (one cluster)"


def logistic(
    outcome: ArrayLike,
    covariates: Mapping[str, Factor] | None = None,
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    units: Mapping[str, str] | None = None,
    weight: ArrayLike | None = None,
    penalty: Penalty = "auto",
    interval: Interval = "auto",
    level: float = 0.95,
    name: str = "response",
    cluster: ArrayLike | None = None,
) -> Estimates:
    """Estimate odds ratios by logistic regression.

    Parameters
    ----------
    outcome
        Shape (n,), 0 or 1, or truth values.
    covariates
        Grouping variables of length n, each compared with its first level.
    numbers, units
        Covariates that are numbers, each of shape (n,), and what one step of each is called: ``{"age": "year"}``.
    weight
        Shape (n,). Whole numbers are multiplicities; others are case weights, and the covariance is then robust.
    penalty
        ``"firth"``, ``"none"``, or ``"auto"``: Firth's where the covariates separate the outcomes, or the rarer
        outcome occurs fewer than ten times a coefficient. The warning of each row says why.
    interval
        ``"profile"``, ``"wald"``, or ``"auto"``: profile likelihood, or Wald's robust one where rows are correlated.
    level
        Confidence level.
    name
        What the outcome is called.
    cluster
        Shape (n,). What makes rows correlated, e.g. the patient of a lesion; the covariance then keeps it whole.

    Returns
    -------
    Estimates
        ``odds_ratio`` of every coefficient (``detail`` says against what); ``p`` of every variable and of the model
        (likelihood ratio, or robust Wald).

    Raises
    ------
    InputError
        If lengths differ, values are missing, or there is nothing to compare.
    SettingsError
        If an argument is not one of its choices.

    Notes
    -----
    Penalty: Firth D. Biometrika 1993;80:27-38; Heinze G, Schemper M. Stat Med 2002;21:2409-2419. Robust covariance:
    Liang KY, Zeger SL. Biometrika 1986;73:13-22.

    Examples
    --------
    >>> arm = {"arm": Factor.of(list("aaaabbbb"))}
    >>> row = logistic([1, 1, 1, 0, 1, 0, 0, 0], arm, penalty="none").one("odds_ratio")
    >>> round(row.value, 4), round(row.low, 4), round(row.high, 4), row.detail
    (0.1111, 0.0024, 2.093, 'versus a')
    """
    model = fit_logistic(
        outcome, covariates, numbers=numbers, units=units, weight=weight, penalty=penalty, cluster=cluster, name=name
    )  # fmt: skip
    return _estimates(model, interval, level)


def logistic_counts(
    table: CountTable,
    category: str | Sequence[str],
    covariates: str | Sequence[str],
    *,
    penalty: Penalty = "auto",
    interval: Interval = "auto",
    level: float = 0.95,
) -> Estimates:
    """Estimate odds ratios of a category from counts alone.

    Parameters
    ----------
    table
        Counts by grouping variables.
    category
        The category, or the categories, that count as the outcome.
    covariates
        Keys of the table, each compared with its first level.
    penalty, interval, level
        As in ``logistic``.

    Returns
    -------
    Estimates
        As from ``logistic`` on the units one by one. Where a unit is not a patient, a warning says that units were
        taken as independent.

    Raises
    ------
    InputError
        If the table has no such category or key.

    Examples
    --------
    >>> arm = {"arm": Factor.of(list("aaaabbbb"))}
    >>> answers = ["CR", "PR", "PR", "SD", "PR", "SD", "SD", "PD"]
    >>> best = CountTable.of(answers, ["CR", "PR", "SD", "PD"], keys=arm, name="best response")
    >>> round(logistic_counts(best, ["CR", "PR"], "arm", penalty="none").one("odds_ratio").value, 4)
    0.1111
    """
    keys = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    wanted = (category,) if isinstance(category, str) else tuple(category)
    small = table.by(*keys)
    hits = small.count(*wanted)
    others = small.counts.sum(axis=1) - hits
    note = "" if table.unit == "patient" else f"each {table.unit} taken as independent of the others of its patient"
    model = fit_logistic(
        np.repeat([1, 0], len(hits)), rows_of_counts(small.strata, keys), weight=np.concatenate([hits, others]),
        penalty=penalty, name=table.name, note=note,
    )  # fmt: skip
    return _estimates(model, interval, level)


def _estimates(model: LogisticModel, interval: Interval, level: float) -> Estimates:
    if interval not in {"auto", "profile", "wald"}:
        raise SettingsError(f"interval {interval!r}", expected="auto, profile or wald")
    if interval == "profile" and model.clusters:
        raise SettingsError("a profile interval takes rows as independent", expected="wald, or auto, with clusters")
    profile = interval == "profile" or (interval == "auto" and not model.clusters)
    return odds_ratios(model, profile=profile, level=level) + variable_tests(model)


def odds_ratios(model: LogisticModel, *, profile: bool = True, level: float = 0.95) -> Estimates:
    """Return an ``odds_ratio`` for every coefficient but the intercept.

    Parameters
    ----------
    model
        From ``fit_logistic``.
    profile
        Profile likelihood intervals, else Wald's.
    level
        Confidence level.

    Examples
    --------
    >>> model = fit_logistic([1, 1, 0, 0, 1, 0], {"arm": Factor.of(list("aaabbb"))}, penalty="none")
    >>> round(odds_ratios(model, profile=False).one("odds_ratio").value, 4)
    0.25
    """
    z = normal_quantile(level)
    kind = "profile likelihood interval" if profile else "Wald interval"
    if model.clusters:
        kind += f", robust over {model.clusters} clusters"
    rows = []
    for j, column in enumerate(model.design.columns, start=1):
        own: dict[str, Any] = {"group": column.group, "detail": column.contrast, "unit": "ratio"}
        if model.reason:
            rows.append(_row(model, "odds_ratio", reason=model.reason, **own))
            continue
        beta, error = float(model.beta[j]), math.sqrt(max(float(model.covariance[j, j]), 0.0))
        value, own["warning"] = math.exp(beta), _warning(model)
        if not math.isfinite(error):
            rows.append(_row(model, "odds_ratio", value=value, reason=ONE_CLUSTER, **own))
            continue
        low, high = beta - z * error, beta + z * error
        if profile:
            low, high = profile_limits(model.function, model.beta, model.fit.point, j, error, z * z)
        limits = [None if not math.isfinite(v) or abs(v) > 700 else math.exp(v) for v in (low, high)]
        rows.append(
            _row(model, "odds_ratio", value=value, low=limits[0], high=limits[1], level=level,
                 method=f"{model.method}, {kind}", **own)
        )  # fmt: skip
    return Estimates(tuple(rows))


def variable_tests(model: LogisticModel) -> Estimates:
    """Return ``p`` of every variable and of all together.

    Parameters
    ----------
    model
        From ``fit_logistic``.

    Returns
    -------
    Estimates
        Likelihood ratio tests, penalised where the model is; robust Wald tests where there are clusters.

    Examples
    --------
    >>> model = fit_logistic([1, 1, 0, 0, 1, 0], {"arm": Factor.of(list("aaabbb"))}, penalty="none")
    >>> round(variable_tests(model).one("p", detail="arm").value, 4)
    0.4097
    """
    terms = [(term, [1 + place for place in model.design.places(term)]) for term in model.design.terms]
    rows = []
    for term, places in [*terms, ("model", list(range(1, model.data.p)))]:
        name = "robust Wald test" if model.clusters else "likelihood ratio test"
        if model.reason:
            rows.append(_row(model, "p", unit="p", detail=term, reason=model.reason))
            continue
        if model.clusters and model.clusters <= len(places):
            reason = f"not estimable ({model.clusters} clusters for {len(places)} coefficients)"
            rows.append(_row(model, "p", unit="p", detail=term, reason=reason))
            continue
        statistic, df = _wald(model, places) if model.clusters else _likelihood_ratio(model, places), len(places)
        text = f"{model.method}, {name} (chi-square {statistic:.2f}, {df} df)"
        rows.append(
            _row(model, "p", value=float(chdtrc(df, statistic)), unit="p", detail=term, method=text,
                 warning=_warning(model))
        )  # fmt: skip
    return Estimates(tuple(rows))


def _likelihood_ratio(model: LogisticModel, places: list[int]) -> float:
    """Twice the loss of likelihood where the coefficients of a variable are 0."""
    without, _ = profile_value(model.function, model.beta, places, [0.0] * len(places))
    return max(2 * (model.fit.point.value - without), 0.0)


def _wald(model: LogisticModel, places: list[int]) -> float:
    block = model.covariance[np.ix_(places, places)]
    return float(model.beta[places] @ np.linalg.pinv(block) @ model.beta[places])


def _row(model: LogisticModel, statistic: str, **values: Any) -> Estimate:
    own: dict[str, Any] = {"variable": model.name, "n": model.n, "events": model.events, "method": model.method}
    return Estimate(statistic=statistic, **(own | values))


def _warning(model: LogisticModel) -> str:
    """Say why the estimate is shrunken, or that it should be."""
    told = []
    if model.firth and model.why != "chosen":
        told.append(f"Firth's penalised likelihood: {model.why}")
    per = min(model.events, model.n - model.events) / model.design.p
    if not model.firth and per < ENOUGH_EVENTS:
        told.append(f"the rarer outcome occurs {per:.1f} times a coefficient")
    return "; ".join([*told, model.note] if model.note else told)
