"""Fitting a Cox model: rows or counts, plain or penalised, model-based or robust."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels.cox import CoxData, Ties, moments, prepare
from glisson.kernels.cox_firth import penalised
from glisson.kernels.cox_residuals import cell_parts, robust_covariance
from glisson.kernels.monotone import monotone_direction
from glisson.kernels.newton import Point, Solution, maximise
from glisson.methods.design import Design, design, named
from glisson.tables import Endpoint, Factor, RiskTable
from glisson.tables.endpoint import ORIGIN

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Penalty = Literal["auto", "none", "firth"]

#: Events a coefficient below which Firth's penalty is the default.
ENOUGH_EVENTS = 10.0
#: A coefficient times the spread of its covariate beyond which it is on its way to infinity.
_FAR = 35.0
#: Of many rows: what the likelihood may still gain an event where it is prepared for what is asked near the maximum,
#: how many standard errors that reaches, how far at least with one number, and how often a coefficient is asked about.
_ROUGH, _ERRORS, _WIDE, _ASKED = 0.2, 8.0, 0.1, 10
#: Information an event, in squared spreads of the covariate, below which there is none but rounding.
_NO_INFORMATION = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """What a fit reads from an endpoint or a risk table: n rows."""

    name: str
    keys: Mapping[str, Factor]
    exit: Ints
    event: NDArray[np.bool_]
    entry: Ints | None = None
    count: Ints | None = None
    weight: Floats | None = None
    stratum: Ints | None = None
    cluster: Ints | None = None
    clusters: int = 0
    n: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxModel:
    """A fitted Cox model.

    Parameters
    ----------
    name
        Endpoint.
    design
        Covariates; p coefficients.
    rows, data
        The rows, and the same prepared, covariates centred.
    beta, covariance
        Shape (p,) and (p, p): log hazard ratios and their covariance, robust where there are clusters.
    naive
        Shape (p, p): inverse information, as if rows were independent.
    fit
        Where the maximum is; its value is penalised where a penalty was used.
    null
        The (penalised) log likelihood without covariates.
    firth, why
        Whether the penalty was used, and why in words.
    clusters
        Number of clusters where the covariance is robust, else 0.
    n, events
        Units and events.
    """

    name: str
    design: Design
    rows: Rows
    data: CoxData
    beta: Floats
    covariance: Floats
    naive: Floats
    fit: Solution
    null: float
    ties: Ties
    firth: bool
    why: str
    clusters: int
    n: int
    events: int

    @property
    def function(self) -> Callable[[Floats], Point]:
        """The (penalised) log likelihood that was maximised."""
        return objective(self.data, firth=self.firth)

    @property
    def finite(self) -> bool:
        """Whether a finite maximum was found."""
        return self.fit.outcome == "converged"

    @property
    def method(self) -> str:
        """What the model is called in print."""
        ties = "Efron ties" if self.ties == "efron" else "Breslow ties"
        return f"Cox model, {ties}{', Firth penalty' if self.firth else ''}"


def objective(data: CoxData, *, firth: bool) -> Callable[[Floats], Point]:
    """Return the log partial likelihood, penalised or not, as a function of the coefficients."""
    if firth:
        return lambda beta: penalised(data, beta)
    return lambda beta: Point(*moments(data, beta))


def fit_cox(
    data: Endpoint | RiskTable,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    units: Mapping[str, str] | None = None,
    strata: str | Sequence[str] = (),
    offset: ArrayLike | None = None,
    ties: Ties = "efron",
    penalty: Penalty = "auto",
) -> CoxModel:
    """Fit a Cox model of the first cause; other causes count as censoring (cause-specific hazards).

    Parameters
    ----------
    data
        Endpoint, or risk table whose keys hold the covariates.
    covariates
        Grouping variables, each compared with its first level.
    numbers, units
        Covariates that are numbers, each of shape (n,), and what one step of each is called. Only with an endpoint.
    strata
        Grouping variables with a baseline hazard for each level.
    offset
        Shape (n,), added to the linear predictor. Only with an endpoint.
    ties
        ``"efron"`` or ``"breslow"``.
    penalty
        ``"firth"``, ``"none"``, or ``"auto"``: Firth's where the likelihood has no finite maximum or there are fewer
        than ten events a coefficient.

    Raises
    ------
    InputError
        If a covariate does not exist or has missing values, or there is nothing to fit.
    SettingsError
        If an argument is not one of its choices.
    """
    if ties not in {"efron", "breslow"} or penalty not in {"auto", "none", "firth"}:
        raise SettingsError(f"ties {ties!r}, penalty {penalty!r}", expected="efron or breslow; auto, none or firth")
    wanted = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    by = (strata,) if isinstance(strata, str) else tuple(strata)
    rows = rows_of(data, (*wanted, *by), numbers=bool(numbers), offset=offset is not None)
    matrix = design(named(rows.keys, wanted, rows.name), numbers, len(rows.exit), units)
    if not matrix.p:
        raise InputError(f"{rows.name}: no covariate with two levels or more", expected="something to compare")
    if not rows.events:
        raise InputError(f"{rows.name}: nobody had the event", expected="at least one event",
                         todo="report the number at risk and the exact upper bound instead")  # fmt: skip
    rows = replace(rows, stratum=_combined(rows.keys, by))
    prepared = prepare(
        matrix.x, rows.exit, rows.event, entry=rows.entry, stratum=rows.stratum, count=rows.count,
        weight=rows.weight, offset=None if offset is None else np.asarray(offset, dtype=np.float64), ties=ties,
    )  # fmt: skip
    monotone = penalty != "firth" and monotone_direction(prepared) is not None  # with the penalty there always is one
    firth, why = _penalty(matrix, rows, penalty, monotone=monotone)
    if not firth:
        prepared = prepared.with_near(np.zeros(matrix.p), 0.0, _ASKED * matrix.p)
    null = objective(prepared, firth=firth)(np.zeros(matrix.p))
    prepared, found = _maximum(prepared, null, firth=firth, endless=monotone and not firth)
    naive = _inverse(found.point.curvature)
    covariance = naive
    if rows.cluster is not None and found.outcome == "converged":
        parts = cell_parts(prepared, found.at)
        covariance = robust_covariance(prepared, parts, found.at, naive, rows.cluster)
    return CoxModel(
        name=rows.name, design=matrix, rows=rows, data=prepared, beta=found.at, covariance=covariance, naive=naive,
        fit=found, null=null.value, ties=ties, firth=firth, why=why, clusters=rows.clusters,
        n=rows.n, events=rows.events,
    )  # fmt: skip


def rows_of(data: Endpoint | RiskTable, keys: Sequence[str], *, numbers: bool = False, offset: bool = False) -> Rows:
    """Return the rows of an endpoint, or the cells of a risk table as rows with multiplicities.

    Raises
    ------
    InputError
        If numbers or an offset are asked of a risk table, which has forgotten whose they are.
    """
    if isinstance(data, RiskTable):
        if numbers or offset:
            raise InputError(f"{data.name}: a risk table has no single patients", expected="an endpoint for numbers")
        return _cells(data.by(*keys))
    weight = data.weight
    whole = weight is None or bool(np.all(weight == np.rint(weight)))
    single = whole and data.clusters == data.units
    events = data.cause == 1
    return Rows(
        name=data.name,
        keys=data.keys,
        exit=data.exit,
        event=events,
        entry=None if not len(data) or int(data.entry.max()) == ORIGIN else data.entry,
        count=np.rint(weight).astype(np.int64) if weight is not None and whole else None,
        weight=None if whole else weight,
        cluster=None if single else np.unique(data.cluster, return_inverse=True)[1].astype(np.int64).reshape(-1),
        clusters=0 if single else data.clusters,
        n=data.units if weight is None else round(float(weight.sum())),
        events=int(events.sum()) if weight is None else round(float(weight[events].sum())),
    )


def _cells(table: RiskTable) -> Rows:
    """Return a row for each kind of exit at each time; who entered late is taken away again up to the day of entry."""
    late = (table.entered > 0) & (table.time != ORIGIN)
    parts = (
        (table.events[:, 0], True),
        (table.events[:, 1:].sum(axis=1) + table.censored + table.moved, False),
        (np.where(late, -table.entered, 0), False),
    )
    used = [np.flatnonzero(count) for count, _ in parts]
    place = np.concatenate(used)
    stratum = table.stratum[place]
    return Rows(
        name=table.name,
        keys={
            key: Factor.of([s[i] for s in table.strata], levels).take(stratum)
            for i, (key, levels) in enumerate(zip(table.keys, table.levels_order, strict=True))
        },
        exit=table.time[place],
        event=np.concatenate([np.full(len(u), event) for u, (_, event) in zip(used, parts, strict=True)]),
        count=np.concatenate([count[u] for u, (count, _) in zip(used, parts, strict=True)]),
        n=table.n,
        events=table.total_events(),
    )


def _combined(keys: Mapping[str, Factor], by: Sequence[str]) -> Ints | None:
    """Return the combined code of the strata, occupied ones numbered from 0."""
    if not by:
        return None
    factors = named(keys, by, "the endpoint")
    codes = np.stack([f.codes for f in factors.values()])
    return np.unique(codes, axis=1, return_inverse=True)[1].astype(np.int64).reshape(-1)


def _penalty(matrix: Design, rows: Rows, penalty: Penalty, *, monotone: bool) -> tuple[bool, str]:
    """Decide for or against Firth's penalty, and say why."""
    if penalty != "auto":
        return penalty == "firth", "chosen"
    if monotone:
        return True, "the likelihood has no finite maximum (a group without events, or separated by the event times)"
    ratio = rows.events / matrix.p
    if ratio < ENOUGH_EVENTS:
        return True, f"{ratio:.1f} events a coefficient, fewer than {ENOUGH_EVENTS:g}"
    return False, f"{ratio:.1f} events a coefficient"


def _maximum(data: CoxData, null: Point, *, firth: bool, endless: bool) -> tuple[CoxData, Solution]:
    """Look for the maximum, unless it is known that there is none; of many rows, prepare for what is asked near it."""
    start = np.zeros(data.p)
    if never_differing(data, null.curvature).any():
        return data, Solution(start, null, "singular", 0)
    if endless:
        return data, Solution(start, null, "diverged", 0)
    limit = _FAR / np.where(data.spread > 0, data.spread, 1.0)
    first, function = null, objective(data, firth=firth)
    if data.rows.near:
        rough = maximise(function, start, first=null, limit=limit, tolerance=_ROUGH * data.events)
        if rough.outcome != "converged":
            return data, rough
        start, data = rough.at, data.with_near(rough.at, _reach(data, rough.point), _ASKED * data.p)
        function = objective(data, firth=firth)
        first = function(start)
    found = maximise(function, start, first=first, limit=limit)
    if found.outcome != "converged":
        return data, found
    if data.rows.near and not data.rows.covers(found.at):
        data = data.with_near(found.at, _reach(data, found.point), _ASKED * data.p)
    return data, Solution(found.at, objective(data, firth=firth)(found.at), found.outcome, found.steps)


def _reach(data: CoxData, last: Point) -> float:
    """Return how far from the maximum the likelihood will be asked for; of one number a wide reach costs little."""
    errors = data.rows.reach(_ERRORS * np.sqrt(np.diag(_inverse(last.curvature))))
    return max(errors, _WIDE) if len(data.rows.varying) == 1 else errors


def never_differing(data: CoxData, information: Floats | None = None) -> NDArray[np.bool_]:
    """Return which covariates are the same in everybody at risk, whatever the event: the likelihood is flat in them.

    Parameters
    ----------
    data
        Prepared rows.
    information
        Shape (p, p), without effects, where it is known.

    Returns
    -------
    ndarray
        Shape (p,).
    """
    if information is None:
        information = moments(data, np.zeros(data.p)).information
    most = float(data.sets.weight.sum()) * data.spread**2
    flat: NDArray[np.bool_] = np.diag(information) <= _NO_INFORMATION * most
    return flat


def _inverse(information: Floats) -> Floats:
    if not np.all(np.isfinite(information)):
        return np.full(information.shape, np.nan)
    return np.asarray(np.linalg.pinv(information), dtype=np.float64)
