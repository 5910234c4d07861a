"""Cox regression: hazard ratios with profile or Wald intervals, tests, proportionality, concordance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from glisson.errors import SettingsError
from glisson.kernels.concordance import concordance
from glisson.kernels.cox import Ties, linear_predictor, moments
from glisson.kernels.cox_residuals import cell_parts, hazards_proportional
from glisson.kernels.profile import profile_limits, profile_value
from glisson.kernels.risk_sets import Floats, RiskSets
from glisson.methods.cox_model import ENOUGH_EVENTS, CoxModel, Penalty, fit_cox, never_differing
from glisson.methods.fits import normal_quantile
from glisson.tables import Endpoint, Estimate, Estimates, RiskTable

Interval = Literal["auto", "profile", "wald"]
Scale = Literal["km", "identity", "log"]


def cox(
    data: Endpoint | RiskTable,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    units: Mapping[str, str] | None = None,
    strata: str | Sequence[str] = (),
    offset: ArrayLike | None = None,
    ties: Ties = "efron",
    penalty: Penalty = "auto",
    interval: Interval = "auto",
    level: float = 0.95,
) -> Estimates:
    """Estimate hazard ratios by Cox's model.

    Parameters
    ----------
    data
        Endpoint (units or episodes of units with late entry; correlated units get a robust covariance), or a risk table
        whose keys hold the covariates. The first cause is the event, others count as censoring (cause-specific hazard).
    covariates
        Grouping variables, each compared with its first level.
    numbers, units
        Covariates that are numbers, each of shape (n,), and what one step of each is called: ``{"age": "year"}``.
    strata
        Grouping variables whose levels have baseline hazards of their own.
    offset
        Shape (n,), added to the linear predictor.
    ties
        ``"efron"`` or ``"breslow"``.
    penalty
        ``"firth"``, ``"none"``, or ``"auto"``: Firth's where the likelihood has no finite maximum or there are fewer
        than ten events a coefficient. The warning of each row says why.
    interval
        ``"profile"``, ``"wald"``, or ``"auto"``: profile likelihood, or Wald's robust one where units are correlated.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``hazard_ratio`` of every coefficient (``detail`` says against what); ``p`` of every variable and of the model
        (likelihood ratio, or robust Wald); ``concordance``.

    Raises
    ------
    InputError
        If a covariate does not exist or has missing values, nobody had the event, or there is nothing to compare.
    SettingsError
        If an argument is not one of its choices.

    Notes
    -----
    Cox DR. J R Stat Soc B 1972;34:187-220. Penalty: Heinze G, Schemper M. Biometrics 2001;57:114-119. Robust
    covariance: Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078.

    Examples
    --------
    >>> arms = {"arm": list("aaaabbbb")}
    >>> os = Endpoint.from_arrays([1, 3, 4, 6, 2, 5, 7, 8], [1] * 8, keys=arms, name="os")
    >>> row = cox(os, "arm", penalty="none").one("hazard_ratio")
    >>> round(row.value, 4), round(row.low, 4), round(row.high, 4), row.detail
    (0.3229, 0.0438, 1.703, 'versus a')
    """
    if interval not in {"auto", "profile", "wald"}:
        raise SettingsError(f"interval {interval!r}", expected="auto, profile or wald")
    model = fit_cox(
        data, covariates, numbers=numbers, units=units, strata=strata, offset=offset, ties=ties, penalty=penalty
    )  # fmt: skip
    if interval == "profile" and model.clusters:
        raise SettingsError("a profile interval takes units as independent", expected="wald, or auto, with clusters")
    profile = interval == "profile" or (interval == "auto" and not model.clusters)
    return coefficients(model, profile=profile, level=level) + variable_tests(model) + _discrimination(model)


def coefficients(model: CoxModel, *, profile: bool = True, level: float = 0.95) -> Estimates:
    """Return a ``hazard_ratio`` for every coefficient of a model.

    Parameters
    ----------
    model
        From ``fit_cox``.
    profile
        Profile likelihood intervals, else Wald's.
    level
        Confidence level.
    """
    z = normal_quantile(level)
    kind = "profile likelihood interval" if profile else "Wald interval"
    if model.clusters:
        kind += f", robust over {model.clusters} clusters"
    rows = []
    for j, column in enumerate(model.design.columns):
        own: dict[str, Any] = {"group": column.group, "detail": column.contrast, "level": level}
        if not model.finite:
            rows.append(_row(model, "hazard_ratio", unit="ratio", reason=_no_maximum(model), **own))
            continue
        error = math.sqrt(float(model.covariance[j, j]))
        beta = float(model.beta[j])
        low, high = beta - z * error, beta + z * error
        if profile:
            low, high = profile_limits(model.function, model.beta, model.fit.point, j, error, z * z)
        limits = [None if not math.isfinite(v) or abs(v) > 700 else math.exp(v) for v in (low, high)]
        rows.append(
            _row(model, "hazard_ratio", value=math.exp(beta), low=limits[0], high=limits[1], unit="ratio",
                 method=f"{model.method}, {kind}", warning=_warning(model), **own)
        )  # fmt: skip
    return Estimates(tuple(rows))


def variable_tests(model: CoxModel) -> Estimates:
    """Return ``p`` of every variable and of the whole model, and the score test where the model is not penalised.

    Parameters
    ----------
    model
        From ``fit_cox``.
    """
    if not model.finite:
        return Estimates((_row(model, "p", unit="p", reason=_no_maximum(model), detail="model"),))
    p, name = model.design.p, "robust Wald test" if model.clusters else "likelihood ratio test"
    found = []
    for term, places in [*_terms(model), ("model", list(range(p)))]:
        statistic = _wald(model, places) if model.clusters else _likelihood_ratio(model, places)
        found.append((term, statistic, len(places), f"{model.method}, {name}"))
    if not model.firth and not model.clusters:
        null = moments(model.data, np.zeros(p))
        statistic = float(null.score @ np.linalg.pinv(null.information) @ null.score)
        found.append(("model, score", statistic, p, f"{model.method}, score test"))
    return Estimates(tuple(_p_row(model, *one) for one in found))


def _terms(model: CoxModel) -> list[tuple[str, list[int]]]:
    return [(term, model.design.places(term)) for term in model.design.terms]


def _p_row(model: CoxModel, term: str, statistic: float, df: int, method: str) -> Estimate:
    text = f"{method} (chi-square {statistic:.2f}, {df} df)"
    return _row(model, "p", value=float(chdtrc(df, statistic)), unit="p", detail=term, method=text)


def _likelihood_ratio(model: CoxModel, places: list[int]) -> float:
    """Twice the loss of likelihood where the coefficients of a variable are 0."""
    without = model.null
    if len(places) < model.design.p:
        without, _ = profile_value(model.function, model.beta, places, [0.0] * len(places))
    return max(2 * (model.fit.point.value - without), 0.0)


def _wald(model: CoxModel, places: list[int]) -> float:
    block = model.covariance[np.ix_(places, places)]
    return float(model.beta[places] @ np.linalg.pinv(block) @ model.beta[places])


def proportional_hazards(model: CoxModel, *, scale: Scale = "km") -> Estimates:
    """Test whether hazard ratios stay the same over time, for every variable and the whole model.

    Parameters
    ----------
    model
        From ``fit_cox``, without penalty.
    scale
        The function of time along which they may change: ``"km"`` (one minus Kaplan-Meier before the event),
        ``"identity"`` or ``"log"``.

    Returns
    -------
    Estimates
        ``p`` of every variable and of the model. With few events the test sees little: its silence proves nothing.

    Raises
    ------
    SettingsError
        If the scale is not one of its choices.

    Notes
    -----
    Grambsch PM, Therneau TM. Biometrika 1994;81:515-526, in the score form of R's survival from version 3 on.

    Examples
    --------
    >>> arms = {"arm": list("aaaabbbb")}
    >>> os = Endpoint.from_arrays([1, 3, 4, 6, 2, 5, 7, 8], [1] * 8, keys=arms, name="os")
    >>> round(proportional_hazards(fit_cox(os, "arm", penalty="none")).one("p", detail="arm").value, 4)
    0.7181
    """
    if scale not in {"km", "identity", "log"}:
        raise SettingsError(f"scale {scale!r}", expected="km, identity or log")
    if not model.finite:
        return Estimates((_row(model, "p", unit="p", reason=_no_maximum(model), detail="model"),))
    terms, parts = _terms(model), cell_parts(model.data, model.beta)
    found = hazards_proportional(model.data, parts, _time_scale(model, scale), [places for _, places in terms])
    name = f"score test of proportional hazards, {scale} scale"
    named = zip([*(term for term, _ in terms), "model"], found, strict=True)
    return Estimates(tuple(_p_row(model, term, statistic, df, name) for term, (statistic, df) in named))


def _time_scale(model: CoxModel, scale: Scale) -> Floats:
    """Return the transformed time of each cell; Kaplan-Meier is that of everybody, strata taken together."""
    time = model.data.sets.time
    if scale != "km":
        return time if scale == "identity" else np.asarray(np.log(np.maximum(time, 0.5)))
    rows = model.rows
    everybody = RiskSets.of(rows.exit, rows.event, entry=rows.entry, count=rows.count, weight=rows.weight)
    left = np.cumprod(np.append(1.0, 1 - everybody.weight / everybody.at_risk(model.data.load)))
    before: Floats = 1 - left[np.searchsorted(everybody.time, time)]
    return before


def _discrimination(model: CoxModel) -> Estimates:
    """Return the concordance of the fitted risks; counts cannot be told apart within a cell."""
    rows = model.rows
    if not model.finite or rows.count is not None or rows.weight is not None:
        return Estimates()
    higher, lower, same = concordance(
        linear_predictor(model.data, model.beta), rows.exit, rows.event, rows.entry, rows.stratum
    )  # fmt: skip
    pairs = higher + lower + same
    if not pairs:
        return Estimates((_row(model, "concordance", reason="not estimable (no two patients can be compared)"),))
    value = (higher + same / 2) / pairs
    return Estimates(
        (_row(model, "concordance", value=value, unit="probability", method="Harrell's C on the data of the fit"),)
    )


def _row(model: CoxModel, statistic: str, **values: Any) -> Estimate:
    own: dict[str, Any] = {"variable": model.name, "n": model.n, "events": model.events, "method": model.method}
    return Estimate(statistic=statistic, **(own | values))


def _no_maximum(model: CoxModel) -> str:
    if never_differing(model.data).any():
        return "not estimable (whoever is at risk at an event has the same value of a covariate)"
    if model.fit.outcome == "singular":
        return "not estimable (covariates that cannot be told apart)"
    return "not estimable (the ratio grows without end)"


def _warning(model: CoxModel) -> str:
    """Say why the estimate is shrunken, or that it should be."""
    if model.firth:
        return f"Firth's penalised likelihood: {model.why}" if model.why != "chosen" else ""
    per = model.events / model.design.p
    return f"{per:.1f} events a coefficient" if per < ENOUGH_EVENTS else ""
