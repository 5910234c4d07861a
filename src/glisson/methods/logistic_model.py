"""Fitting a logistic model: rows or counts, plain or penalised, model-based or robust over clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels import logistic as kernel
from glisson.kernels.logistic import LogisticData
from glisson.kernels.newton import Point, Solution, maximise
from glisson.methods.design import Design, design
from glisson.tables import Factor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Penalty = Literal["auto", "none", "firth"]

#: Events (or non-events, the rarer of the two) a coefficient below which Firth's penalty is the default.
ENOUGH_EVENTS = 10.0
#: A coefficient times the spread of its covariate beyond which it is on its way to infinity.
_FAR = 35.0
#: The curvature of the penalised search is an approximation, so the search is taken further.
_TOLERANCE = 1e-17


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticModel:
    """A fitted logistic model.

    Parameters
    ----------
    name
        What the outcome is called.
    design
        Covariates; p coefficients besides the intercept.
    data
        Rows with the intercept in the first column, covariates centred.
    beta, covariance
        Shape (1 + p,) and (1 + p, 1 + p): log odds ratios after the intercept, robust where there are clusters.
    naive
        Shape (1 + p, 1 + p): inverse information, as if rows were independent.
    fit
        Where the maximum is; its value is penalised where a penalty was used.
    firth, why
        Whether the penalty was used, and why in words.
    clusters
        Number of clusters where the covariance is robust, else 0.
    n, events
        Units, and units with the outcome.
    reason
        Why there is no estimate; empty where there is one.
    note
        What else a reader must know.
    """

    name: str
    design: Design
    data: LogisticData
    beta: Floats
    covariance: Floats
    naive: Floats
    fit: Solution
    firth: bool
    why: str
    clusters: int
    n: int
    events: int
    reason: str = ""
    note: str = ""

    @property
    def function(self) -> Callable[[Floats], Point]:
        """The (penalised) log likelihood that was maximised."""
        return objective(self.data, firth=self.firth)

    @property
    def method(self) -> str:
        """What the model is called in print."""
        return f"logistic regression{', Firth penalty' if self.firth else ', maximum likelihood'}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Rows of positive weight: outcome, covariates, weights where not all 1, codes of clusters where given."""

    y: Floats
    factors: Mapping[str, Factor]
    numbers: Mapping[str, Floats]
    weight: Floats | None
    cluster: Ints | None


def objective(data: LogisticData, *, firth: bool) -> Callable[[Floats], Point]:
    """Return the log likelihood, penalised or not, as a function of the coefficients."""
    if firth:
        return lambda beta: kernel.penalised(data, beta)
    return lambda beta: kernel.moments(data, beta)


def fit_logistic(
    outcome: ArrayLike,
    covariates: Mapping[str, Factor] | None = None,
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    units: Mapping[str, str] | None = None,
    weight: ArrayLike | None = None,
    penalty: Penalty = "auto",
    cluster: ArrayLike | None = None,
    name: str = "response",
    note: str = "",
) -> LogisticModel:
    """Fit a logistic model.

    Parameters
    ----------
    outcome
        Shape (n,), 0 or 1, or truth values.
    covariates
        Grouping variables of length n, each compared with its first level.
    numbers, units
        Covariates that are numbers, each of shape (n,), and what one step of each is called.
    weight
        Shape (n,). Whole numbers are multiplicities; others are case weights, and the covariance is then robust.
    penalty
        ``"firth"``, ``"none"``, or ``"auto"``: Firth's where outcomes are separated or the rarer outcome occurs fewer
        than ten times a coefficient.
    cluster
        Shape (n,). What makes rows correlated, e.g. the patient of a lesion.
    name
        What the outcome is called.
    note
        What a reader must know besides.

    Raises
    ------
    InputError
        If lengths differ, values are missing, or there is nothing to compare.
    SettingsError
        If the penalty is not one of its choices.

    Examples
    --------
    >>> model = fit_logistic([1, 1, 0, 0, 1, 0], {"arm": Factor.of(list("aaabbb"))}, penalty="none")
    >>> model.n, model.events, round(float(model.beta[1]), 4)
    (6, 3, -1.3863)
    """
    if penalty not in {"auto", "none", "firth"}:
        raise SettingsError(f"penalty {penalty!r}", expected="auto, none or firth")
    rows = _rows(name, outcome, covariates or {}, numbers or {}, weight, cluster)
    matrix = design(rows.factors, rows.numbers, len(rows.y), units)
    if not matrix.p:
        raise InputError(f"{name}: no covariate with two levels or more", expected="something to compare")
    data = kernel.prepare(matrix.x, rows.y, rows.weight)
    whole = rows.weight is None or bool(np.all(rows.weight == np.rint(rows.weight)))
    codes = rows.cluster if rows.cluster is not None or whole else np.arange(len(rows.y))
    n, events = round(float(data.weight.sum())), round(float(data.weight @ data.y))
    separated = kernel.separating_direction(data) is not None
    firth, why = _penalty(min(events, n - events) / matrix.p, penalty, separated=separated)
    reason = _no_estimate(data, events, separated=separated and not firth)
    found = _maximum(data, firth=firth) if not reason else _nowhere(data)
    if not reason and found.outcome != "converged":
        reason = "not estimable (the search for the maximum did not end)"
    naive = np.full((data.p, data.p), np.nan)
    if not reason:
        naive = np.asarray(np.linalg.inv(kernel.moments(data, found.at).curvature), dtype=np.float64)
    clusters = 0 if codes is None else int(codes.max()) + 1 if len(codes) else 0
    covariance = naive
    if codes is not None and not reason:
        scores = kernel.score_rows(data, found.at, firth=firth)
        # One cluster tells nothing of how clusters differ.
        covariance = kernel.clustered_covariance(scores, naive, codes) if clusters > 1 else naive * np.nan
    return LogisticModel(
        name=name, design=matrix, data=data, beta=found.at, covariance=covariance, naive=naive, fit=found, firth=firth,
        why=why, clusters=clusters, n=n, events=events, reason=reason, note=note,
    )  # fmt: skip


def _rows(
    name: str,
    outcome: ArrayLike,
    covariates: Mapping[str, Factor],
    numbers: Mapping[str, ArrayLike],
    weight: ArrayLike | None,
    cluster: ArrayLike | None,
) -> _Rows:
    """Check what was given, and keep the rows that count."""
    y = _outcome(name, outcome)
    n = len(y)
    lengths = {key: len(factor) for key, factor in covariates.items()}
    lengths |= {} if cluster is None else {"cluster": len(np.asarray(cluster))}
    lengths |= {} if weight is None else {"weight": len(np.asarray(weight))}
    wrong = [f"{key} {length}" for key, length in lengths.items() if length != n]
    if wrong:
        raise InputError(f"{name}: columns of different length ({', '.join(wrong)})", expected=f"{n}, one a row")
    w = None if weight is None else np.asarray(weight, dtype=np.float64)
    if w is not None and (not np.all(np.isfinite(w)) or np.any(w < 0)):
        raise InputError(f"{name}: a weight that is missing or negative", expected="0 or more in every row")
    own = np.arange(n) if w is None else np.flatnonzero(w > 0)
    values = {key: np.asarray(column, dtype=np.float64) for key, column in numbers.items()}
    short = [key for key, column in values.items() if column.shape != (n,)]
    if short:
        raise InputError(f"{name}: columns of different length ({', '.join(short)})", expected=f"{n}, one a row")
    codes = None if cluster is None else np.unique(np.asarray(cluster)[own], return_inverse=True)[1]
    return _Rows(
        y=y[own],
        factors={key: factor.take(own) for key, factor in covariates.items()},
        numbers={key: column[own] for key, column in values.items()},
        weight=None if w is None else w[own],
        cluster=None if codes is None else codes.astype(np.int64).reshape(-1),
    )


def _outcome(name: str, outcome: ArrayLike) -> Floats:
    array = np.asarray(outcome)
    try:
        y = array.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: an outcome that is not a number", expected="0 or 1 in every row") from None
    if y.ndim != 1 or not np.all((y == 0) | (y == 1)):
        raise InputError(
            f"{name}: an outcome that is missing, or neither 0 nor 1",
            expected="0 or 1 in every row",
            todo="leave rows without outcome out visibly, and say how many",
        )
    return y


def _penalty(ratio: float, penalty: Penalty, *, separated: bool) -> tuple[bool, str]:
    """Decide for or against Firth's penalty, and say why."""
    if penalty != "auto":
        return penalty == "firth", "chosen"
    if separated:
        return True, "the covariates separate those with the outcome from those without"
    if ratio < ENOUGH_EVENTS:
        return True, f"the rarer outcome occurs {ratio:.1f} times a coefficient, fewer than {ENOUGH_EVENTS:g}"
    return False, ""


def _no_estimate(data: LogisticData, events: int, *, separated: bool) -> str:
    """Return why there is nothing to look for."""
    if not data.y.any():
        return f"not estimable ({events} events)"
    if data.y.all():
        return "not estimable (everybody had the outcome)"
    if not kernel.full_rank(data):
        return "not estimable (covariates that cannot be told apart)"
    return "not estimable (the ratio grows without end)" if separated else ""


def _nowhere(data: LogisticData) -> Solution:
    start = np.zeros(data.p)
    return Solution(start, kernel.moments(data, start), "stopped", 0)


def _maximum(data: LogisticData, *, firth: bool) -> Solution:
    """Look for the maximum."""
    start, function = np.zeros(data.p), objective(data, firth=firth)
    share = float(np.average(data.y, weights=data.weight))
    start[0] = np.log(share / (1 - share))
    spread = np.ptp(data.x, axis=0)
    limit = _FAR / np.where(spread > 0, spread, 1.0)
    found = maximise(function, start, limit=limit, tolerance=_TOLERANCE)
    return Solution(found.at, function(found.at), found.outcome, found.steps)


def rows_of_counts(table_strata: Sequence[tuple[str, ...]], keys: Sequence[str]) -> dict[str, Factor]:
    """Return the grouping variables of strata, each stratum twice: with the outcome, then without.

    Parameters
    ----------
    table_strata
        Level tuples.
    keys
        Names of the variables.
    """
    levels = [tuple(dict.fromkeys(s[i] for s in table_strata)) for i in range(len(keys))]
    return {
        key: Factor.of([s[i] for s in table_strata] * 2, levels[i]) for i, key in enumerate(keys)
    }  # fmt: skip
