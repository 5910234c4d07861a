"""Survival where leaving depends on what was known: those who stayed stand for those like them who left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError
from glisson.kernels.product_limit import interval
from glisson.kernels.weighted import product_limit
from glisson.methods.cox_model import CoxModel, Penalty, fit_cox
from glisson.methods.design import named
from glisson.methods.fits import CONF_LABEL, Fit, normal_quantile, whole_time
from glisson.tables import Endpoint, Estimate, Estimates, Group
from glisson.tables.endpoint import ORIGIN

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A patient who stands for more than so many decides about the curve.
HEAVY = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staying:
    """The model of leaving, and the probability of still being observed that follows from it.

    Parameters
    ----------
    model
        Cox's model of the hazard of being censored.
    time
        Shape (T,). Days on which anybody leaves or has the event.
    probability
        Shape (n, T). Of not having been censored before each day.
    """

    model: CoxModel
    time: Ints
    probability: Floats


def staying(
    data: Endpoint,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    penalty: Penalty = "auto",
) -> Staying:
    """Model who leaves: the probability of each unit, given its covariates, of still being observed.

    Parameters
    ----------
    data
        Endpoint with one row a unit and one cause.
    covariates, numbers
        What may decide who leaves, known at the start: grouping variables, and numbers of shape (n,).
    penalty
        As for ``cox``.

    Returns
    -------
    Staying

    Raises
    ------
    InputError
        If there are several causes, several rows a unit, nobody is censored, a covariate is missing, or the model has
        no finite maximum.

    Notes
    -----
    Events precede censorings: who has the event on a day is not at risk of being censored on it. Breslow's ties.

    Examples
    --------
    >>> keys = {"arm": list("aaaabbbb")}
    >>> os = Endpoint.from_arrays([2, 2, 3, 9, 2, 9, 9, 9], [0, 0, 1, 1, 0, 1, 1, 1], keys=keys, name="os")
    >>> staying(os, "arm", penalty="none").probability[:, -1].round(2).tolist()
    [0.61, 0.61, 0.61, 0.61, 0.78, 0.78, 0.78, 0.78]
    """
    if len(data.causes) > 1:
        raise InputError(f"{data.name} has several causes", expected="one, such as death")
    if len(np.unique(data.unit)) < len(data) or data.weight is not None:
        raise InputError(f"{data.name} has several rows a unit, or weights", expected="one row a unit")
    censored = data.cause == 0
    if not censored.any():
        raise InputError(f"{data.name}: nobody is censored", expected="somebody who left")
    wanted = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    # Half days: an event comes half a day before the censorings of its day.
    half = replace(
        data, entry=np.where(data.entry == ORIGIN, ORIGIN, 2 * data.entry + 1), exit=2 * data.exit + censored,
        cause=censored.astype(np.int64), causes=("censored",), name=f"leaving ({data.name})",
    )  # fmt: skip
    model = fit_cox(half, wanted, numbers=numbers, ties="breslow", penalty=penalty)
    if not model.finite:
        raise InputError("the model of leaving has no finite maximum", expected="penalty='auto', or fewer covariates")
    effect = np.exp(model.design.x @ model.beta)
    days, count = np.unique(data.exit[censored], return_counts=True)
    present = (half.entry[:, None] < 2 * days + 1) & (half.exit[:, None] >= 2 * days + 1)
    total = np.concatenate([[0.0], np.cumsum(count / (effect @ present))])
    time = np.unique(data.exit)
    before = total[np.searchsorted(days, time, side="left")]
    return Staying(model=model, time=time, probability=np.exp(-np.outer(effect, before)))


def censoring_weighted_survival(
    data: Endpoint,
    covariates: str | Sequence[str] = (),
    by: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    times: Sequence[float] = (),
    penalty: Penalty = "auto",
    level: float = 0.95,
) -> Estimates:
    """Estimate survival with the inverse probability of staying as weight.

    Parameters
    ----------
    data
        Endpoint with one row a unit and one cause.
    covariates, numbers
        What may decide who leaves, as in ``staying``.
    by
        Grouping variables of the curves.
    times
        Days at which survival is wanted.
    penalty
        Of the model of leaving, as for ``cox``.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``n``, ``events``, ``median`` and ``survival`` of each group; log-log limits with a variance that treats each
        cluster (patient) as one draw and the weights as known. A warning says where one patient stands for many.

    Raises
    ------
    InputError
        As in ``staying``, or if a grouping variable does not exist.

    Notes
    -----
    Robins JM, Finkelstein DM. Biometrics 2000;56:779-788. On each day of an event everybody at risk, and everybody who
    has it, weighs 1 / P(not censored before that day). It puts right what the covariates explain, and nothing else.

    Examples
    --------
    >>> keys = {"arm": list("aaaabbbb")}
    >>> os = Endpoint.from_arrays([2, 2, 3, 9, 2, 9, 9, 9], [0, 0, 1, 1, 0, 1, 1, 1], keys=keys, name="os")
    >>> row = censoring_weighted_survival(os, "arm", times=[3], penalty="none").one("survival")
    >>> round(row.value, 2), row.n
    (0.77, 8)
    """
    z = normal_quantile(level)
    keys = (by,) if isinstance(by, str) else tuple(by)
    factors = named(data.keys, keys, data.name)
    model = staying(data, covariates, numbers=numbers, penalty=penalty)
    rows: list[Estimate] = []
    for group, mine in _groups({k: f.values() for k, f in factors.items()}, len(data)):
        fit, heaviest = _fit(data, model, mine, group, z, level)
        heavy = heaviest > HEAVY
        warning = f"one patient stands for {heaviest:.0f} (weight of staying)" if heavy else ""
        own = [fit.row("n", value=float(fit.n), unit="count"), fit.row("events", value=float(fit.events), unit="count")]
        own += [
            replace(r, warning=warning) for r in (fit.quantile(0.5), *(fit.survival_at(whole_time(t)) for t in times))
        ]
        rows += own
    return Estimates(tuple(rows))


def _groups(values: Mapping[str, Sequence[str]], n: int) -> list[tuple[Group, Ints]]:
    """Return the groups that occur, in the order of the first unit of each, with their rows."""
    rows = list(zip(*values.values(), strict=True)) if values else [()] * n
    found = dict.fromkeys(rows)
    return [
        (tuple(zip(values, one, strict=True)), np.flatnonzero([r == one for r in rows]).astype(np.int64))
        for one in found
    ]


def _fit(data: Endpoint, model: Staying, mine: Ints, group: Group, z: float, level: float) -> tuple[Fit, float]:
    """Return the weighted curve of one group, and the largest weight that anybody has on the day of an event."""
    entry, exit, event = data.entry[mine], data.exit[mine], data.cause[mine] == 1
    time = np.unique(exit)
    weight = 1 / model.probability[mine][:, np.searchsorted(model.time, time)]
    clusters = np.unique(data.cluster[mine], return_inverse=True)[1].astype(np.int64).reshape(-1)
    survival, variance = product_limit(time, entry, exit, event, weight, clusters)
    low, high = interval(survival, variance, z=z)
    present = (entry[:, None] < time) & (time <= exit[:, None])
    decisive = present & np.isin(time, exit[event])
    fit = Fit(
        variable=data.name, group=group, time=time, at_risk=present.sum(axis=0),
        died=np.array([np.sum(event[exit == t]) for t in time], dtype=np.int64),
        censored=np.array([np.sum(~event[exit == t]) for t in time], dtype=np.int64),
        survival=survival, greenwood=variance, low=low, high=high, n=len(mine), events=int(event.sum()), z=z,
        level=level,
        method=f"Kaplan-Meier weighted by the inverse probability of staying ({model.model.method} of leaving), robust "
        f"{CONF_LABEL['log-log']}",
    )  # fmt: skip
    return fit, float(weight[decisive].max(initial=1.0))
