"""Meta-analysis of counts: proportions and rates from the counts themselves, without continuity corrections."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels import random_intercept as kernel
from glisson.kernels.exact import binomial_interval, poisson_interval
from glisson.kernels.random_intercept import NODES, Counts, Fitted
from glisson.methods.fits import normal_quantile
from glisson.methods.meta import (
    Middle,
    back,
    counts_of,
    few,
    independent,
    meta_analysis,
    pooled_row,
    prediction_row,
    scaled_rows,
    shared,
)
from glisson.tables import EffectTable, Estimate, Estimates
from glisson.tables.estimates import Unit

Floats = NDArray[np.float64]
CountModel = Literal["glmm", "logit"]
CountInterval = Literal["profile", "wald"]

#: A larger spread of logits or log rates means that studies are all or nothing: no pooled value describes them.
_APART = 12.0


def meta_proportions(
    table: EffectTable,
    *,
    model: CountModel = "glmm",
    interval: CountInterval = "wald",
    prediction: bool = True,
    level: float = 0.95,
    nodes: int = NODES,
) -> Estimates:
    """Pool proportions by a logistic model with a random intercept.

    Parameters
    ----------
    table
        Events and units of each study, as from ``EffectTable.of_events``.
    model
        ``"glmm"``: binomial within studies, logits normal between them, maximum likelihood; ``"logit"``: inverse
        variance by REML with Knapp-Hartung, which needs events and non-events in every study.
    interval
        Of the model ``"glmm"``: ``"wald"`` on the logit scale with the quantile of t with k - 1 degrees of freedom,
        because the spread of few studies is underestimated; ``"profile"``: likelihood ratio against chi-square, which
        is shorter and covers too little where there are few studies.
    prediction
        Whether to give the interval in which the true proportion of a new study is expected.
    level
        Confidence level.
    nodes
        Points of the adaptive quadrature.

    Returns
    -------
    Estimates
        As ``meta_analysis``; each study with its exact interval; ``pooled`` is the proportion at the middle of the
        distribution of logits; ``common`` that of all units taken together with its exact interval; ``tau2`` with
        limits by profile likelihood; ``q`` the likelihood ratio against one proportion a study. One study: its exact
        interval.

    Raises
    ------
    InputError
        If there are no counts of units, if studies share patients, or for ``"logit"`` if a study has an empty cell.

    Notes
    -----
    Stijnen T, Hamza TH, Ozdemir P. Stat Med 2010;29:3046-3067; Schwarzer G, Chemaitelly H, Abu-Raddad LJ, Rücker G.
    Res Synth Methods 2019;10:476-483 (why not Freeman-Tukey).

    Examples
    --------
    >>> table = EffectTable.of_events([3, 2, 0, 5], [24, 14, 9, 18], name="response")
    >>> row = meta_proportions(table).one("pooled")
    >>> round(row.value, 3), round(row.low, 3), round(row.high, 3)
    (0.154, 0.057, 0.352)
    """
    if model not in ("glmm", "logit"):
        raise SettingsError(f"model {model!r}", expected="glmm or logit")
    if table.events is None or table.n is None or table.person_time is not None:
        raise InputError(f"{table.name}: no events of units", expected="a table as from EffectTable.of_events")
    if model == "logit" and table.k > 1:
        return meta_analysis(table, prediction=prediction, level=level)
    data = Counts(kind="binomial", x=table.events, n=table.n, nodes=nodes)
    return _pooled(table, data, interval, level, prediction=prediction)


def meta_rates(
    table: EffectTable,
    *,
    interval: CountInterval = "wald",
    prediction: bool = True,
    level: float = 0.95,
    nodes: int = NODES,
) -> Estimates:
    """Pool rates by a Poisson model with a random intercept.

    Parameters
    ----------
    table
        Events and time at risk of each study, as from ``EffectTable.of_rates``.
    interval, prediction, level, nodes
        As in ``meta_proportions``.

    Returns
    -------
    Estimates
        As ``meta_proportions``, in events per unit of time.

    Raises
    ------
    InputError
        If there is no time at risk, or if studies share patients.

    Notes
    -----
    Stijnen T, Hamza TH, Ozdemir P. Stat Med 2010;29:3046-3067.

    Examples
    --------
    >>> table = EffectTable.of_rates([3, 0, 5], [12.0, 4.5, 10.0], name="abscess")
    >>> round(meta_rates(table).one("pooled").value, 3)
    0.302
    """
    if table.events is None or table.person_time is None:
        raise InputError(f"{table.name}: no time at risk", expected="a table as from EffectTable.of_rates")
    data = Counts(kind="poisson", x=table.events, n=table.person_time, nodes=nodes)
    return _pooled(table, data, interval, level, prediction=prediction)


def _pooled(table: EffectTable, data: Counts, interval: CountInterval, level: float, *, prediction: bool) -> Estimates:
    """Return all rows of a meta-analysis of counts."""
    if interval not in ("profile", "wald"):
        raise SettingsError(f"interval {interval!r}", expected="profile or wald")
    normal_quantile(level)
    independent(table)
    about = shared(table) | {"level": level}
    studies = [_exact("study", data.x[[i]], data.n[[i]], data, about | counts_of(table, i) | {"detail": s}, "")
               for i, s in enumerate(table.study)]  # fmt: skip
    warning = "; ".join(x for x in (few(table.k), table.note) if x)
    total = _exact("common", data.x, data.n, data, about, table.note, "all units together, ")
    if table.k == 1:
        middle = _exact("pooled", data.x, data.n, data, about, table.note, "the one study, ")
        own = () if data.at_edge else scaled_rows(table, data.common, kernel.common_error(data), _name(data))
        rest = [r for r in _without(table, "not estimable (1 study)", about) if not own or "scaled" not in r.statistic]
        return Estimates((*studies, middle, total, *own, *rest))
    if data.at_edge:
        told = "no events in any study" if not data.x.any() else "nothing but events in every study"
        middle = _exact("pooled", data.x, data.n, data, about, warning, f"{told}: all units together, ")
        return Estimates((*studies, middle, total, *_without(table, f"not estimable ({told})", about)))
    found = kernel.fit(data)
    if found.tau > _APART:
        reason = "not estimable (some studies have no events, others nothing else)"
        lost = Estimate(statistic="pooled", reason=reason, warning=warning, **about)
        return Estimates((*studies, lost, total, *_without(table, reason, about)))
    rows = [_middle(table, data, found, interval, about, warning), total]
    rows += scaled_rows(table, found.mu, found.se, _name(data))
    if prediction:
        rows.append(prediction_row(table, Middle(mu=found.mu, se=found.se, df=None), found.tau**2, about))
    return Estimates((*studies, *rows, *_spread(table, data, found, level)))


def _name(data: Counts) -> str:
    within = "binomial, logits" if data.kind == "binomial" else "Poisson, log rates"
    return f"{within} normal between studies, maximum likelihood"


def _middle(
    table: EffectTable, data: Counts, found: Fitted, interval: CountInterval, about: dict[str, Any], warning: str
) -> Estimate:
    """Return the pooled value with its interval."""
    df = table.k - 1
    if interval == "wald":
        method = f"{_name(data)}, Wald interval (t, {df} df)"
        return pooled_row(table, "pooled", Middle(mu=found.mu, se=found.se, df=df), method, about)
    drop = normal_quantile(about["level"]) ** 2 / 2
    low, high = (back(table.scale, x) for x in kernel.mu_limits(data, found, drop))
    reason = "" if math.isfinite(high) else "no upper limit"
    return Estimate(
        statistic="pooled", value=back(table.scale, found.mu), low=low, high=high if math.isfinite(high) else None,
        method=f"{_name(data)}, profile likelihood interval", reason=reason, warning=warning, **about,
    )  # fmt: skip


def _exact(
    statistic: str, x: Floats, n: Floats, data: Counts, about: dict[str, Any], warning: str, how: str = ""
) -> Estimate:
    """Return events over units or time with the exact interval."""
    events, size = round(float(x.sum())), float(n.sum())
    if data.kind == "binomial":
        low, high = binomial_interval(events, round(size), level=about["level"])
        method = f"{how}Clopper-Pearson interval"
    else:
        low, high = poisson_interval(events, size, level=about["level"])
        method = f"{how}exact interval (Garwood)"
    return Estimate(statistic=statistic, value=events / size, low=low, high=high, method=method, warning=warning,
                    **about)  # fmt: skip


def _without(table: EffectTable, reason: str, about: dict[str, Any]) -> list[Estimate]:
    """Return the rows that have no value, each with the reason."""
    own: dict[str, Any] = {"variable": table.name, "reason": reason}
    rows = [Estimate(statistic=s, **own) for s in ("scaled", "scaled_se", "tau2", "i2", "h2", "q", "p")]
    return [*rows, Estimate(statistic="prediction", reason=reason if table.k > 2 else "needs three studies", **about)]


def _spread(table: EffectTable, data: Counts, found: Fitted, level: float) -> list[Estimate]:
    """Return τ², I² and H² with profile limits, and the likelihood ratio against one value a study."""
    from scipy.special import chdtrc  # noqa: PLC0415 - SciPy only where it is needed

    low, high = kernel.tau_limits(data, found, normal_quantile(level) ** 2 / 2)
    within, df = _within(data, found.mu), table.k - 1
    about: dict[str, Any] = {"variable": table.name, "warning": few(table.k), "level": level,
                             "method": "maximum likelihood, profile likelihood interval"}  # fmt: skip
    rows = []
    for statistic in ("tau2", "i2", "h2"):
        value, least, most = (_share(statistic, tau**2, within) for tau in (found.tau, low, high))
        open_above = most is None and statistic != "i2"
        unit: Unit = "probability" if statistic == "i2" else ""
        rows.append(Estimate(statistic=statistic, value=value, low=least, high=1.0 if most is None and not open_above
                             else most, unit=unit, reason="no upper limit" if open_above else "", **about))  # fmt: skip
    q = 2 * (_saturated(data) - found.loglik_common)
    own: dict[str, Any] = {"variable": table.name}
    own["method"] = f"likelihood ratio against one value a study, chi-square with {df} df"
    rows.append(Estimate(statistic="q", value=q, **own))
    rows.append(Estimate(statistic="p", value=float(chdtrc(df, q)), unit="p", **own))
    return rows


def _share(statistic: str, tau2: float, within: float) -> float | None:
    if not math.isfinite(tau2):
        return None
    return {"tau2": tau2, "i2": tau2 / (tau2 + within), "h2": 1 + tau2 / within}[statistic]


def _within(data: Counts, mu: float) -> float:
    """Return the typical variance within studies (Higgins & Thompson), each at the pooled value."""
    p = 1 / (1 + math.exp(-mu)) if data.kind == "binomial" else math.exp(mu)
    w = data.n * (p * (1 - p) if data.kind == "binomial" else p)
    total = float(w.sum())
    return (len(w) - 1) * total / (total**2 - float(w @ w))


def _saturated(data: Counts) -> float:
    """Return the log likelihood with one value a study."""
    from scipy.special import xlogy  # noqa: PLC0415

    if data.kind == "binomial":
        rest = data.n - data.x
        return float((xlogy(data.x, data.x / data.n) + xlogy(rest, rest / data.n)).sum())
    return float((xlogy(data.x, data.x / data.n) - data.x).sum())
