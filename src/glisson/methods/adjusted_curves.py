"""Survival as it would be if everybody had been in each group: predictions of a Cox model, averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError
from glisson.kernels.cox_residuals import cell_parts
from glisson.methods.cox_model import CoxModel, Penalty, fit_cox
from glisson.methods.design import named
from glisson.methods.fits import normal_quantile, whole_time
from glisson.tables import Curve, Endpoint, Estimate, Estimates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

METHOD = "average prediction of a Cox model for all patients (g-computation)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fitted:
    """Curves of the whole cohort, shape (G, T), and without each cluster in turn, shape (C, G, T); on the same days."""

    model: CoxModel
    levels: tuple[str, ...]
    days: Ints
    curves: Floats
    left_out: Floats
    failed: int
    z: float
    level: float
    method: str


def adjusted_survival(
    data: Endpoint,
    by: str,
    covariates: str | Sequence[str] = (),
    *,
    times: Sequence[float],
    numbers: Mapping[str, ArrayLike] | None = None,
    penalty: Penalty = "auto",
    level: float = 0.95,
) -> Estimates:
    """Estimate survival in each group adjusted for covariates, and its differences.

    Parameters
    ----------
    data
        Endpoint with one row a unit.
    by
        Grouping variable whose levels are compared.
    covariates
        Further grouping variables of the model.
    times
        Days.
    numbers
        Covariates that are numbers, each of shape (n,).
    penalty
        As for ``cox``.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``survival`` of each group and ``survival_difference`` of every group against the first, at each time. The
        standard error is the jackknife that leaves one cluster (patient) out at a time and fits the model anew; limits
        of survival use the complementary log-log transformation, those of differences are normal.

    Raises
    ------
    InputError
        If a covariate does not exist or is missing, there is nothing to compare, nobody had the event, or units have
        several rows.

    Notes
    -----
    Makuch RW. J Chronic Dis 1982;35:437-443; Hernan MA, Robins JM. Causal Inference: What If, 2020, chapter 13; Lipsitz
    SR, Dear KBG, Zhao L. Biometrics 1994;50:842-846 (jackknife).
    Survival of each patient under each group is exp(-H0(t) exp(x'b)), averaged over all patients. The adjustment is as
    good as the model: proportional hazards, no interaction, and nothing else that differs.

    Examples
    --------
    >>> keys = {"arm": list("abababab"), "sex": list("ffmmffmm")}
    >>> os = Endpoint.from_arrays([2, 3, 4, 6, 7, 8, 9, 11], [1] * 8, keys=keys, name="os")
    >>> rows = adjusted_survival(os, "arm", "sex", times=[5])
    >>> [round(r.value, 2) for r in rows.select("survival")]
    [0.56, 0.71]
    """
    days = [whole_time(t) for t in times]
    fitted = _fitted(data, by, covariates, numbers, penalty, level)
    rows: list[Estimate] = []
    for day in days:
        rows += _at(data, fitted, by, day)
    return Estimates(tuple(rows))


def adjusted_curves(
    data: Endpoint,
    by: str,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    penalty: Penalty = "auto",
    level: float = 0.95,
) -> tuple[Curve, ...]:
    """Return the adjusted survival curve of each group with pointwise limits.

    Parameters
    ----------
    data, by, covariates, numbers, penalty, level
        As in ``adjusted_survival``.

    Returns
    -------
    tuple
        One ``Curve`` a group, on the days on which anybody left; its counts are those of the patients who were in it.

    Examples
    --------
    >>> keys = {"arm": list("abababab"), "sex": list("ffmmffmm")}
    >>> os = Endpoint.from_arrays([2, 3, 4, 6, 7, 8, 9, 11], [1] * 8, keys=keys, name="os")
    >>> len(adjusted_curves(os, "arm", "sex"))
    2
    """
    fitted = _fitted(data, by, covariates, numbers, penalty, level)
    factor, out = data.factor(by), []
    for g, name in enumerate(fitted.levels):
        mine = factor.codes == factor.levels.index(name)
        exit, died = data.exit[mine][:, None], (data.cause[mine] == 1)[:, None]
        present = (data.entry[mine][:, None] < fitted.days) & (exit >= fitted.days)
        low, high = _limits(fitted, fitted.curves[g], fitted.left_out[:, g])
        out.append(
            Curve(
                variable=data.name, statistic="survival", group=((by, name),), time=fitted.days, value=fitted.curves[g],
                low=low, high=high, at_risk=present.sum(axis=0),
                events=((exit == fitted.days) & died).sum(axis=0), censored=((exit == fitted.days) & ~died).sum(axis=0),
                n=int(mine.sum()), level=level, method=fitted.method,
            )
        )  # fmt: skip
    return tuple(out)


def _fitted(
    data: Endpoint, by: str, covariates: str | Sequence[str], numbers: Mapping[str, ArrayLike] | None,
    penalty: Penalty, level: float,
) -> _Fitted:  # fmt: skip
    z = normal_quantile(level)
    if len(np.unique(data.unit)) < len(data) or data.weight is not None:
        raise InputError(f"{data.name} has several rows a unit, or weights", expected="one row a unit")
    wanted = (by, *((covariates,) if isinstance(covariates, str) else covariates))
    factor = named(data.keys, wanted, data.name)[by]
    levels = tuple(name for i, name in enumerate(factor.levels) if np.any(factor.codes == i))
    if len(levels) < 2:
        raise InputError(f"{by} has one group only", expected="two groups or more")
    values = {k: np.asarray(v, dtype=np.float64) for k, v in (numbers or {}).items()}
    model = fit_cox(data, wanted, numbers=values, penalty=penalty)
    if not model.finite:
        raise InputError("the Cox model has no finite maximum", expected="penalty='auto', or fewer covariates")
    days = np.unique(data.exit)
    clusters = np.unique(data.cluster, return_inverse=True)[1].reshape(-1)
    left_out, failed = [], 0
    for i in range(int(clusters.max()) + 1):
        one = _without(data, np.flatnonzero(clusters != i), wanted, values, firth=model.firth)
        if one is None or one.design.columns != model.design.columns:
            failed += 1
        else:
            left_out.append(_predicted(one, by, levels, days))
    return _Fitted(
        model=model, levels=levels, days=days, curves=_predicted(model, by, levels, days), failed=failed, z=z,
        left_out=np.array(left_out).reshape(len(left_out), len(levels), len(days)), level=level,
        method=f"{METHOD}: {model.method}, jackknife over patients",
    )  # fmt: skip


def _without(
    data: Endpoint, rows: Ints, wanted: Sequence[str], numbers: Mapping[str, Floats], *, firth: bool
) -> CoxModel | None:
    """Return the fit of some rows, or nothing where it has no finite one."""
    try:
        model = fit_cox(data.take(rows), wanted, numbers={k: v[rows] for k, v in numbers.items()},
                        penalty="firth" if firth else "none")  # fmt: skip
    except InputError:  # nobody with the event, or nothing to compare
        return None
    return model if model.finite else None


def _predicted(model: CoxModel, by: str, levels: tuple[str, ...], days: Ints) -> Floats:
    """Return the average survival of all patients in each group on each day, shape (G, T)."""
    parts = cell_parts(model.data, model.beta)
    total = np.concatenate([[0.0], np.cumsum(parts.hazard)])
    hazard = total[np.searchsorted(model.data.sets.time, days, side="right")]
    own = model.data.x @ model.beta
    effect = {
        c.level: (float(model.beta[j]), model.design.x[:, j])
        for j, c in enumerate(model.design.columns)
        if c.term == by
    }
    without = own - sum((b * x for b, x in effect.values()), np.zeros(len(own)))
    curves = [
        np.exp(-np.outer(np.exp(without + effect.get(name, (0.0, own))[0]), hazard)).mean(axis=0) for name in levels
    ]
    return np.array(curves)


def _limits(fitted: _Fitted, value: Floats, left_out: Floats, *, plain: bool = False) -> tuple[Floats, Floats]:
    """Return jackknife limits of values of shape (T,) or (), NaN where there are none.

    Parameters
    ----------
    left_out
        The values without each cluster, along the first axis.
    plain
        Of differences; else of survival, through log(-log S).
    """
    m = len(left_out)
    if fitted.failed or m < 2:
        return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre, each = (value, left_out) if plain else (np.log(-np.log(value)), np.log(-np.log(left_out)))
        error = np.sqrt((m - 1) / m * np.sum((each - each.mean(axis=0)) ** 2, axis=0))
        if plain:
            return np.maximum(centre - fitted.z * error, -1.0), np.minimum(centre + fitted.z * error, 1.0)
        low, high = np.exp(-np.exp(centre + fitted.z * error)), np.exp(-np.exp(centre - fitted.z * error))
    known = (value > 0) & (value < 1) & np.isfinite(error)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _at(data: Endpoint, fitted: _Fitted, by: str, day: float) -> list[Estimate]:
    place = int(np.searchsorted(fitted.days, day, side="right")) - 1
    factor, died = data.factor(by), data.cause == 1
    rows = []
    for g, base in [*((g, None) for g in range(len(fitted.levels))), *((g, 0) for g in range(1, len(fitted.levels)))]:
        name = fitted.levels[g]
        mine = factor.codes == factor.levels.index(name)
        shown = mine if base is None else np.ones(len(data), dtype=np.bool_)
        last = int(data.exit[mine].max())
        shared: dict[str, Any] = {"variable": data.name, "group": ((by, name),), "at": day, "unit": "probability"}
        shared |= {"method": fitted.method, "n": int(shown.sum()), "events": int(np.sum(died & shown))}
        shared["statistic"] = "survival" if base is None else "survival_difference"
        shared["detail"] = "" if base is None else f"versus {fitted.levels[base]}"
        shared["warning"] = (
            f"nobody in {name} was observed after day {last}: the model extrapolates" if day > last else ""
        )
        if day > fitted.days[-1]:
            reason = f"not estimable (last observation on day {fitted.days[-1]})"
            rows.append(Estimate(reason=reason, **(shared | {"warning": ""})))
        else:
            rows.append(_row(fitted, g, base, place, shared))
    return rows


def _row(fitted: _Fitted, group: int, base: int | None, place: int, shared: Mapping[str, Any]) -> Estimate:
    if place < 0 or not fitted.curves[0, place] < 1:
        return Estimate(value=0.0 if base is not None else 1.0, reason="no event yet", **shared)
    value, left_out = fitted.curves[group, place], fitted.left_out[:, group, place]
    if base is not None:
        value, left_out = value - fitted.curves[base, place], left_out - fitted.left_out[:, base, place]
    low, high = (float(v) for v in _limits(fitted, np.asarray(value), left_out, plain=base is not None))
    if np.isnan(low):
        why = "without one of the patients there is no event left"
        if fitted.failed:
            why = f"without each of {fitted.failed} patients there is no finite fit"
        return Estimate(value=float(value), reason=f"no interval ({why})", **shared)
    return Estimate(value=float(value), low=low, high=high, level=fitted.level, **shared)
