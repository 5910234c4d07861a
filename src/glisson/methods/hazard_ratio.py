"""Hazard ratios between groups by Cox's model, from counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from glisson.kernels.partial_likelihood import cox
from glisson.methods.fits import counted, normal_quantile
from glisson.tables import Endpoint, Estimate, Estimates, RiskTable

METHOD = "Cox model, Efron ties, Wald interval"


def hazard_ratio(data: RiskTable | Endpoint, by: str | Sequence[str], *, level: float = 0.95) -> Estimates:
    """Estimate the hazard ratio of each group against the first.

    Parameters
    ----------
    data
        Risk table or endpoint; other causes count as censoring (cause-specific hazards).
    by
        Grouping variables whose level tuples are compared, two or more.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``hazard_ratio`` of every group but the first, which stands in ``detail``. Groups without events, and ratios
        that the data would let grow without end, have a reason instead of a value.

    Notes
    -----
    Cox DR. J R Stat Soc B 1972;34:187-220; ties: Efron B. J Am Stat Assoc 1977;72:557-565. The ratio is one number for
    all of follow-up and describes no single day where curves cross; with few events prefer differences in survival.

    Examples
    --------
    >>> os = Endpoint.from_arrays([1, 3, 4, 6, 2, 5, 7, 8], [1] * 8, keys={"arm": list("aaaabbbb")}, name="os")
    >>> round(hazard_ratio(os, "arm").one("hazard_ratio").value, 4)
    0.3229
    """
    table, keys = counted(data, by)
    levels = table.levels(*keys)
    events = levels.events[:, 0]
    totals = events.sum(axis=1)
    if len(levels.groups) < 2:
        return Estimates((_row(table, reason="not estimable (one group)"),))
    usable = [i for i in range(len(totals)) if totals[i]]
    fit = cox(levels.at_risk[usable], events[usable]) if usable and usable[0] == 0 and len(usable) > 1 else None
    z, rows = normal_quantile(level), []
    reference = ", ".join(v for _, v in levels.groups[0])
    for i, group in enumerate(levels.groups[1:], start=1):
        own: dict[str, Any] = {"group": group, "detail": f"versus {reference}", "level": level}
        own |= {"n": int(levels.n[0] + levels.n[i]), "events": int(totals[0] + totals[i])}
        if not totals[0] or not totals[i]:
            rows.append(_row(table, reason="not estimable (a group has 0 events)", **own))
        elif fit is None or not fit.converged:
            rows.append(_row(table, reason="not estimable (the ratio grows without end)", **own))
        else:
            place = usable.index(i) - 1
            beta, se = float(fit.beta[place]), math.sqrt(float(fit.covariance[place, place]))
            low, high = np.exp([beta - z * se, beta + z * se]).tolist()
            rows.append(_row(table, value=math.exp(beta), low=low, high=high, **own))
    return Estimates(tuple(rows))


def _row(table: RiskTable, **values: Any) -> Estimate:
    return Estimate(variable=table.name, statistic="hazard_ratio", unit="ratio", method=METHOD, **values)
