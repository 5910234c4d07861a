"""Multiple imputation by chained equations, and Cox models pooled over the imputations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels.imputation import categorical, matched
from glisson.methods.cox_model import CoxModel, Penalty, fit_cox
from glisson.methods.design import named
from glisson.methods.rubin import Pooled, rubin
from glisson.tables import Endpoint, Estimate, Estimates, Factor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: The level that stands for a missing category.
UNKNOWN = "unknown"
#: Fewest imputations; more where a larger percentage of units has something missing.
FEWEST = 20
#: Ratio of the spread of chains to their own beyond which they have not mixed.
NOT_MIXED = 1.2
#: Fewest known values from which a variable can be imputed.
FEWEST_KNOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Imputed:
    """Several completed versions of the covariates of n units.

    Parameters
    ----------
    factors, numbers
        Of each imputation, by name.
    missing
        Units without a value, by variable.
    trace
        Shape (cycles, m, variables): mean of the imputed values (of the codes, for categories) after each cycle.
    variables
        The imputed variables, in the order of the trace.
    mixing
        Of each variable, the spread of the chains relative to that within them over the last half of the cycles; near
        1 where the chains have mixed.
    seed
        Seed of the draws.
    method
        In words.
    warnings
        What a reader must know.
    """

    factors: tuple[Mapping[str, Factor], ...]
    numbers: tuple[Mapping[str, Floats], ...]
    missing: Mapping[str, int]
    trace: Floats
    variables: tuple[str, ...]
    mixing: tuple[float, ...]
    seed: int
    method: str
    warnings: tuple[str, ...]

    @property
    def m(self) -> int:
        """Number of imputations."""
        return len(self.numbers)


def impute(
    data: Endpoint,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    seed: int,
    m: int | None = None,
    cycles: int = 10,
    donors: int = 5,
) -> Imputed:
    """Complete covariates several times, each time with other draws of what is missing.

    Parameters
    ----------
    data
        Endpoint of n units, one row each. Its event and its Nelson-Aalen cumulative hazard are predictors.
    covariates
        Grouping variables; the level ``"unknown"`` is missing.
    numbers
        Numbers of shape (n,), NaN where missing.
    seed
        Seed of the draws.
    m
        Imputations; by default the percentage of units with something missing, at least 20.
    cycles
        Rounds of the chained equations.
    donors
        Size of the pool of predictive mean matching.

    Returns
    -------
    Imputed

    Raises
    ------
    InputError
        If nothing is missing, a variable is known in fewer than five units, or units have several rows.
    SettingsError
        If m, cycles or donors is too small.

    Notes
    -----
    van Buuren S, Groothuis-Oudshoorn K. J Stat Softw 2011;45(3):1-67; the outcome: White IR, Royston P. Stat Med
    2009;28:1982-1998; how many: White IR, Royston P, Wood AM. Stat Med 2011;30:377-399. Values are taken as missing at
    random given the other variables and the outcome; no data can show that they are.

    Examples
    --------
    >>> age = [50.0, 61, float("nan"), 70, 64, 58, 49, 66]
    >>> os = Endpoint.from_arrays(range(1, 9), [1] * 8, keys={"arm": list("abababab")}, name="os")
    >>> done = impute(os, "arm", numbers={"age": age}, seed=1)
    >>> done.m, done.missing["age"], done.numbers[0]["age"][2] in age
    (20, 1, True)
    """
    wanted = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    if cycles < 2 or donors < 1 or (m is not None and m < 2):
        raise SettingsError(f"m {m}, cycles {cycles}, donors {donors}", expected="at least 2, 2 and 1")
    if len(np.unique(data.unit)) < len(data) or data.weight is not None:
        raise InputError(f"{data.name} has several rows a unit, or weights", expected="one row a unit")
    columns = _columns(named(data.keys, wanted, data.name), numbers or {}, len(data))
    open_ones = [c for c in columns if not c.known.all()]
    if not open_ones:
        raise InputError("nothing is missing", expected="a missing value in at least one variable")
    some = np.any([~c.known for c in open_ones], axis=0)
    many = max(FEWEST, math.ceil(100 * float(some.mean()))) if m is None else m
    outcome = np.column_stack([np.ones(len(data)), (data.cause == 1).astype(np.float64), _hazard(data)])
    streams = np.random.SeedSequence(seed).spawn(many)
    chains = [_chain(columns, outcome, cycles, donors, np.random.Generator(np.random.PCG64(s))) for s in streams]
    trace = np.stack([c[1] for c in chains], axis=1)
    names = tuple(c.name for c in open_ones)
    mixing = tuple(_mixing(trace[cycles // 2 :, :, i]) for i in range(len(names)))
    slow = [n for n, r in zip(names, mixing, strict=True) if r > NOT_MIXED]
    return Imputed(
        factors=tuple(c[0][0] for c in chains), numbers=tuple(c[0][1] for c in chains),
        missing={c.name: int(np.sum(~c.known)) for c in open_ones}, trace=trace, variables=names, mixing=mixing,
        seed=seed, method=f"{many} imputations by chained equations, {cycles} cycles, seed {seed}",
        warnings=(f"the chains of {', '.join(slow)} have not mixed; use more cycles",) if slow else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Column:
    """A covariate: numbers, or codes of a category with its levels."""

    name: str
    values: Floats
    known: Bools
    levels: tuple[str, ...] = ()

    def predictors(self, values: Floats) -> Floats:
        """Return the columns by which it predicts others, shape (n, k)."""
        if not self.levels:
            return values[:, None]
        dummies: Floats = (values[:, None] == np.arange(1, len(self.levels))).astype(np.float64)
        return dummies

    def completed(self, values: Floats) -> Factor:
        """Return codes as a factor."""
        return Factor(values.astype(np.int64), self.levels)


def _columns(factors: Mapping[str, Factor], numbers: Mapping[str, ArrayLike], n: int) -> list[_Column]:
    columns = []
    for name, factor in factors.items():
        known = np.array([level != UNKNOWN for level in factor.levels])[factor.codes]
        levels = tuple(level for level in factor.levels if level != UNKNOWN)
        codes = np.array([levels.index(v) if v != UNKNOWN else 0 for v in factor.values()], dtype=np.float64)
        columns.append(_Column(name=name, values=codes, known=known, levels=levels))
    for name, given in numbers.items():
        values = np.asarray(given, dtype=np.float64)
        if values.shape != (n,):
            raise InputError(f"covariate {name} has {values.size} values", expected=f"{n}, one a row")
        columns.append(_Column(name=name, values=values, known=np.isfinite(values)))
    for column in columns:
        if int(column.known.sum()) < FEWEST_KNOWN:
            raise InputError(f"{column.name} is known in {int(column.known.sum())} of {n} units",
                             expected=f"at least {FEWEST_KNOWN}", todo="leave it out")  # fmt: skip
    return columns


def _hazard(data: Endpoint) -> Floats:
    """Return the Nelson-Aalen cumulative hazard of the first cause at the exit of each unit."""
    days = np.unique(data.exit[data.cause == 1])
    at_risk = ((data.entry[:, None] < days) & (days <= data.exit[:, None])).sum(axis=0)
    died = (((data.cause == 1)[:, None]) & (data.exit[:, None] == days)).sum(axis=0)
    total = np.concatenate([[0.0], np.cumsum(died / np.maximum(at_risk, 1))])
    hazard: Floats = total[np.searchsorted(days, data.exit, side="right")]
    return hazard


def _chain(
    columns: list[_Column], outcome: Floats, cycles: int, donors: int, random: np.random.Generator
) -> tuple[tuple[dict[str, Factor], dict[str, Floats]], Floats]:
    """Run one chain; returns the completed factors and numbers, and the trace of shape (cycles, variables)."""
    values = [c.values.copy() for c in columns]
    for c, v in zip(columns, values, strict=True):
        v[~c.known] = random.choice(c.values[c.known], size=int(np.sum(~c.known)))
    order = sorted(
        (i for i, c in enumerate(columns) if not c.known.all()), key=lambda i: int(np.sum(~columns[i].known))
    )
    means: list[dict[int, float]] = []
    for _ in range(cycles):
        for i in order:
            c = columns[i]
            others = [d.predictors(values[j]) for j, d in enumerate(columns) if j != i]
            x = np.column_stack([outcome, *others])
            if c.levels:
                codes = c.values.astype(np.int64)
                values[i][~c.known] = categorical(x, codes, c.known, random)
            else:
                values[i][~c.known] = matched(x, c.values, c.known, donors, random)
        means.append({i: float(values[i][~columns[i].known].mean()) for i in order})
    factors = {c.name: c.completed(v) for c, v in zip(columns, values, strict=True) if c.levels}
    numbers = {c.name: v for c, v in zip(columns, values, strict=True) if not c.levels}
    return (factors, numbers), np.array([[row[i] for i in sorted(order)] for row in means])


def _mixing(trace: Floats) -> float:
    """Return the potential scale reduction of chains, shape (cycles, m): Gelman & Rubin 1992."""
    length = len(trace)
    within = float(trace.var(axis=0, ddof=1).mean()) if length > 1 else 0.0
    if within == 0:
        return 1.0
    between = float(trace.mean(axis=0).var(ddof=1))
    return math.sqrt((length - 1) / length + between / within)


def cox_imputed(
    data: Endpoint,
    imputed: Imputed,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
    penalty: Penalty = "auto",
    level: float = 0.95,
) -> Estimates:
    """Estimate hazard ratios from every imputation and pool them by Rubin's rules.

    Parameters
    ----------
    data
        The endpoint that was given to ``impute``.
    imputed
        From ``impute``.
    covariates, numbers
        Names of the imputed grouping variables and numbers that are in the model.
    units
        What one step of a number is called: ``{"age": "year"}``.
    penalty
        As for ``cox``; ``"auto"`` uses Firth's in all imputations where one needs it.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``hazard_ratio`` of every coefficient, Student's interval with the degrees of freedom of Barnard and Rubin for
        events less coefficients; and ``missing_information`` of each.

    Raises
    ------
    InputError
        If a name was not imputed.

    Examples
    --------
    >>> age = [50.0, 61, float("nan"), 70, 64, 58, 49, 66]
    >>> os = Endpoint.from_arrays(range(1, 9), [1] * 8, keys={"arm": list("abababab")}, name="os")
    >>> rows = cox_imputed(os, impute(os, "arm", numbers={"age": age}, seed=1), "arm", numbers=["age"])
    >>> [r.detail for r in rows.select("hazard_ratio")]
    ['versus a', 'per 1 of age']
    """
    wanted = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    absent = [n for n in (*wanted, *numbers) if n not in imputed.factors[0] and n not in imputed.numbers[0]]
    if absent or len(data) != _length(imputed):
        raise InputError(f"{', '.join(absent) or 'other units'} were not imputed", expected="what was given to impute")
    models = _models(data, imputed, wanted, numbers, units, penalty)
    if penalty == "auto" and len({one.firth for one in models}) > 1:
        models = _models(data, imputed, wanted, numbers, units, "firth")
    rows = []
    first = models[0]
    for j, column in enumerate(first.design.columns):
        own: dict[str, Any] = {"group": column.group, "detail": column.contrast, "variable": first.name}
        own |= {"n": first.n, "events": first.events, "method": f"{first.method}, {imputed.method}, Rubin's rules"}
        if not all(one.finite and one.design.p == first.design.p for one in models):
            rows.append(Estimate(statistic="hazard_ratio", unit="ratio", **own,
                                 reason="not estimable (no finite maximum in some imputations)"))  # fmt: skip
            continue
        pooled = _pooled(models, j)
        low, high = (math.exp(v) if abs(v) < 700 else None for v in pooled.limits(level))
        warning = f"Firth's penalised likelihood: {first.why}" if first.firth and first.why != "chosen" else ""
        rows.append(Estimate(statistic="hazard_ratio", value=math.exp(pooled.value), low=low, high=high, level=level,
                             unit="ratio", warning=warning, **own))  # fmt: skip
        rows.append(Estimate(statistic="missing_information", value=pooled.fmi, unit="probability", **own))
    return Estimates(tuple(rows))


def _length(imputed: Imputed) -> int:
    return next(len(v) for part in (imputed.numbers[0], imputed.factors[0]) for v in part.values())


def _models(
    data: Endpoint,
    imputed: Imputed,
    covariates: Sequence[str],
    numbers: Sequence[str],
    units: Mapping[str, str] | None,
    penalty: Penalty,
) -> list[CoxModel]:
    out = []
    for factors, values in zip(imputed.factors, imputed.numbers, strict=True):
        completed = replace(data, keys={**data.keys, **factors})
        chosen = {n: values[n] for n in numbers}
        out.append(fit_cox(completed, covariates, numbers=chosen, units=units, penalty=penalty))
    return out


def _pooled(models: Sequence[CoxModel], place: int) -> Pooled:
    first = models[0]
    return rubin(
        [float(one.beta[place]) for one in models],
        [float(one.covariance[place, place]) for one in models],
        complete_df=max(first.events - first.design.p, 1),
    )
