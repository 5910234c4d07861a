"""Cumulative incidence compared between groups: Gray's test, and Fine and Gray's model with covariates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from glisson.errors import InputError, NotSupportedError
from glisson.kernels.cox import moments
from glisson.kernels.cox_residuals import cell_parts
from glisson.kernels.fine_gray import fine_gray_covariance, prepare_fine_gray
from glisson.kernels.gray import Floats, gray
from glisson.kernels.newton import Point, maximise
from glisson.methods.design import design, named
from glisson.methods.fits import counted, normal_quantile
from glisson.tables import Endpoint, Estimate, Estimates, RiskTable
from glisson.tables.endpoint import ORIGIN

_GRAY = "Gray's test"
_FINE_GRAY = "Fine-Gray model, Breslow ties, Wald interval"
#: A log ratio beyond this is on its way to infinity.
_FAR = 20.0


def gray_test(data: RiskTable | Endpoint, by: str | Sequence[str] = "method") -> Estimates:
    """Compare the cumulative incidence of the first cause between groups (Gray's test).

    Parameters
    ----------
    data
        Risk table or endpoint with competing causes.
    by
        Grouping variables whose level tuples are compared.

    Returns
    -------
    Estimates
        ``p``; a reason instead where there is one group, or fewer than two groups with an event.

    Notes
    -----
    Gray RJ. Ann Stat 1988;16:1141-1154. The log-rank test of the same endpoint compares cause-specific hazards instead;
    the two answer different questions.

    Examples
    --------
    >>> ttp = Endpoint.from_arrays([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 1, 2, 2, 1, 0], causes=["progression", "death"],
    ...     keys={"arm": list("aaaabbbb")}, name="ttp")
    >>> round(gray_test(ttp, "arm").one("p").value, 3)
    0.052
    """
    table, keys = counted(data, by)
    levels = table.levels(*keys)
    own: dict[str, Any] = {"variable": table.name, "statistic": "p", "unit": "p", "n": int(levels.n.sum())}
    own |= {"events": int(levels.events[:, 0].sum()), "detail": table.causes[0] if table.causes else ""}
    present = [i for i, n in enumerate(levels.n.tolist()) if n]
    if len(present) < 2:
        return Estimates((Estimate(**own, method=_GRAY, reason="not estimable (one group)"),))
    score, covariance = gray(levels.at_risk[present], levels.events[present])
    kept = score[:-1], covariance[:-1, :-1]
    if not own["events"] or not _definite(kept[1]):
        return Estimates((Estimate(**own, method=_GRAY, reason="not estimable (too few events to compare)"),))
    statistic, df = float(kept[0] @ np.linalg.solve(kept[1], kept[0])), len(present) - 1
    method = f"{_GRAY} (chi-square {statistic:.2f}, {df} df)"
    return Estimates((Estimate(**own, method=method, value=float(chdtrc(df, statistic))),))


def _definite(covariance: Floats) -> bool:
    """Whether a covariance can be divided by. Gray's can be negative where ties leave a group almost empty."""
    spread = np.linalg.eigvalsh(covariance)
    return bool(spread[0] > abs(spread).max() * len(spread) * np.finfo(float).eps)


def fine_gray(
    data: Endpoint,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    units: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> Estimates:
    """Estimate subdistribution hazard ratios of the first cause (Fine and Gray's model).

    Parameters
    ----------
    data
        Endpoint with competing causes, every unit observed from the origin.
    covariates
        Grouping variables, each compared with its first level.
    numbers, units
        Covariates that are numbers, each of shape (n,), and what one step of each is called.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``subdistribution_hazard_ratio`` of every coefficient (``detail`` says against what), with the interval from the
        covariance that allows for the weights; ``p`` of every variable (Wald).

    Raises
    ------
    InputError
        If a covariate does not exist or has missing values, or nobody had the event.
    NotSupportedError
        If units entered late, moved or are weighted: the weights of the model are then not defined here.

    Notes
    -----
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496-509. The ratio says in which group more will have had the event, not
    why: set the cause-specific hazard ratios of ``cox`` beside it. Events at a time precede censorings at it.

    Examples
    --------
    >>> ttp = Endpoint.from_arrays([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 1, 2, 2, 1, 0], causes=["progression", "death"],
    ...     keys={"arm": list("aaaabbbb")}, name="ttp")
    >>> round(fine_gray(ttp, "arm").one("subdistribution_hazard_ratio").value, 3)
    0.173
    """
    if (len(data) and int(data.entry.max()) != ORIGIN) or np.any(data.cause < 0) or data.weight is not None:
        raise NotSupportedError(
            "The Fine-Gray model takes units observed from the origin, without weights or episodes."
        )
    wanted = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    matrix = design(named(data.keys, wanted, data.name), numbers, len(data), units)
    if not matrix.p or not data.n_events:
        what = "nobody had the event" if matrix.p else "no covariate with two levels or more"
        raise InputError(f"{data.name}: {what}", expected="something to compare")
    prepared, censoring = prepare_fine_gray(matrix.x, data.exit, data.cause)
    found = maximise(lambda b: Point(*moments(prepared, b)), np.zeros(matrix.p), limit=np.full(matrix.p, _FAR))
    shared: dict[str, Any] = {"variable": data.name, "n": len(data), "events": data.n_events, "method": _FINE_GRAY}
    if found.outcome != "converged":
        reason = "not estimable (the ratio grows without end)"
        rows = [Estimate(statistic="subdistribution_hazard_ratio", unit="ratio", group=c.group, detail=c.contrast,
                         reason=reason, **shared) for c in matrix.columns]  # fmt: skip
        return Estimates(tuple(rows))
    parts = cell_parts(prepared, found.at)
    inverse = np.asarray(np.linalg.inv(moments(prepared, found.at).information), dtype=np.float64)
    covariance = fine_gray_covariance(prepared, parts, found.at, inverse, censoring, data.cause)
    z, rows = normal_quantile(level), []
    for j, column in enumerate(matrix.columns):
        beta, error = float(found.at[j]), math.sqrt(float(covariance[j, j]))
        rows.append(
            Estimate(statistic="subdistribution_hazard_ratio", unit="ratio", group=column.group, detail=column.contrast,
                     value=math.exp(beta), low=math.exp(beta - z * error), high=math.exp(beta + z * error), level=level,
                     **shared)
        )  # fmt: skip
    for term in matrix.terms:
        places = matrix.places(term)
        block = covariance[np.ix_(places, places)]
        statistic = float(found.at[places] @ np.linalg.pinv(block) @ found.at[places])
        method = f"Fine-Gray model, Wald test (chi-square {statistic:.2f}, {len(places)} df)"
        rows.append(Estimate(statistic="p", unit="p", detail=term, value=float(chdtrc(len(places), statistic)),
                             **(shared | {"method": method})))  # fmt: skip
    return Estimates(tuple(rows))
