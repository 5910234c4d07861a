"""Proportions and rates of small groups, with exact intervals and tests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import SettingsError
from glisson.kernels.exact import (
    Method,
    binomial_interval,
    fisher_exact,
    newcombe_difference,
    poisson_interval,
    upper_bound,
)
from glisson.methods.fits import counted
from glisson.tables import CountTable, Endpoint, Estimate, Estimates, RiskTable
from glisson.tables.estimates import group_text

INTERVAL_LABEL: dict[str, str] = {
    "clopper-pearson": "Clopper-Pearson",
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "mid-p": "mid-P",
}
DAYS_PER_YEAR = 365.25


def proportion(
    table: CountTable,
    category: str | Sequence[str],
    by: str | Sequence[str] = (),
    *,
    interval: Method = "clopper-pearson",
    level: float = 0.95,
) -> Estimates:
    """Estimate the share of units in a category, by group.

    Parameters
    ----------
    table
        Counts.
    category
        One category or several taken together.
    by
        Grouping variables; none means everybody.
    interval
        ``"clopper-pearson"``, ``"wilson"``, ``"jeffreys"`` or ``"mid-p"``.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``proportion``; and ``upper_bound`` where there was no event: the exact one-sided bound, which says what can be
        excluded. A group without units has a reason instead.

    Examples
    --------
    >>> table = CountTable.of(["no"] * 13, ["no", "yes"], name="febrile neutropenia")
    >>> round(proportion(table, "yes").one("upper_bound").value, 3)
    0.206
    """
    if interval not in INTERVAL_LABEL:
        raise SettingsError(f"interval {interval!r}", expected=f"one of {', '.join(INTERVAL_LABEL)}")
    wanted = (category,) if isinstance(category, str) else tuple(category)
    grouped = table.by(*((by,) if isinstance(by, str) else by))
    rows: list[Estimate] = []
    for group, x, n in zip(grouped.groups(), grouped.count(*wanted), grouped.counts.sum(axis=1), strict=True):
        events, units = int(x), int(n)
        shared: dict[str, Any] = {
            "variable": table.name,
            "group": group,
            "unit": "probability",
            "n": units,
            "events": events,
        }
        shared |= {"detail": "+".join(wanted)}
        method = INTERVAL_LABEL[interval]
        if not units:
            reason = f"not estimable (0 {table.unit}s)"
            rows.append(Estimate(statistic="proportion", method=method, reason=reason, **shared))
            continue
        low, high = binomial_interval(events, units, level=level, method=interval)
        value: dict[str, Any] = {"value": events / units, "low": low, "high": high, "level": level, "method": method}
        rows.append(Estimate(statistic="proportion", **value, **shared))
        if not events:
            bound: dict[str, Any] = {"value": upper_bound(0, units, level=level), "level": level}
            rows.append(Estimate(statistic="upper_bound", **bound, method="exact one-sided upper bound", **shared))
    return Estimates(tuple(rows))


def compare_proportions(
    table: CountTable,
    category: str | Sequence[str] = (),
    by: str | Sequence[str] = "method",
    *,
    test: Literal["fisher", "boschloo"] = "fisher",
    level: float = 0.95,
) -> Estimates:
    """Compare groups in a category, or in all categories at once.

    Parameters
    ----------
    table, by
        Counts and the grouping variables.
    category
        The category taken as the event; none compares all categories (r x c).
    test
        ``"fisher"`` (r x c: Freeman-Halton) or, for two groups and a category, ``"boschloo"``.
    level
        Confidence level of the differences.

    Returns
    -------
    Estimates
        ``p``, and with a category ``difference`` for every pair (Newcombe interval).

    Notes
    -----
    Fisher RA. J R Stat Soc 1935;98:39-82; Boschloo RD. Stat Neerl 1970;24:1-35.

    Examples
    --------
    >>> from glisson.tables import Factor
    >>> keys = {"arm": Factor.of(["a"] * 10 + ["b"] * 10)}
    >>> table = CountTable.of(["no"] * 16 + ["yes"] * 4, ["no", "yes"], keys=keys, name="response")
    >>> round(compare_proportions(table, "yes", "arm").one("p").value, 4)
    0.0867
    """
    wanted = (category,) if isinstance(category, str) and category else tuple(category)
    grouped = table.by(*((by,) if isinstance(by, str) else by))
    counts = grouped.counts
    if wanted:
        yes = grouped.count(*wanted)
        counts = np.column_stack([yes, counts.sum(axis=1) - yes])
    groups = [g for g, n in zip(grouped.groups(), counts.sum(axis=1), strict=True) if n]
    counts = counts[counts.sum(axis=1) > 0]
    shared: dict[str, Any] = {"variable": table.name, "detail": "+".join(wanted), "n": int(counts.sum())}
    rows = [_p_row(counts, test, shared)]
    if wanted:
        for i, j in combinations(range(len(groups)), 2):
            (x1, z1), (x2, z2) = counts[j].tolist(), counts[i].tolist()
            low, high = newcombe_difference(x1, x1 + z1, x2, x2 + z2, level=level)
            rows.append(
                Estimate(
                    variable=table.name, statistic="difference", value=x1 / (x1 + z1) - x2 / (x2 + z2), low=low,
                    high=high, level=level, unit="probability", method="Newcombe", n=x1 + z1 + x2 + z2, events=x1 + x2,
                    detail=f"{group_text(groups[j])} minus {group_text(groups[i])}",
                )
            )  # fmt: skip
    return Estimates(tuple(rows))


def _p_row(counts: NDArray[np.int64], test: str, shared: dict[str, Any]) -> Estimate:
    if len(counts) < 2:
        return Estimate(statistic="p", unit="p", reason="not estimable (one group)", **shared)
    if test == "boschloo":
        if counts.shape != (2, 2):
            raise SettingsError("Boschloo's test of a table that is not 2 x 2", expected="two groups and a category")
        from scipy.stats import boschloo_exact  # noqa: PLC0415 - slow to import, seldom asked for

        p = float(boschloo_exact(counts.T).pvalue)
        return Estimate(statistic="p", value=p, unit="p", method="Boschloo's exact test", **shared)
    if test != "fisher":
        raise SettingsError(f"test {test!r}", expected="fisher or boschloo")
    exact = fisher_exact(counts)
    if exact is None:
        reason = "not estimable (too many tables to count)"
        return Estimate(statistic="p", unit="p", reason=reason, method="Fisher's exact test", **shared)
    name = "Fisher's exact test" if counts.shape == (2, 2) else "Fisher-Freeman-Halton exact test"
    return Estimate(statistic="p", value=exact, unit="p", method=name, **shared)


def event_rate(data: RiskTable | Endpoint, by: str | Sequence[str] = (), *, level: float = 0.95) -> Estimates:
    """Estimate events per person-year of the first cause, with exact Poisson limits.

    Parameters
    ----------
    data, by, level
        Risk table or endpoint, grouping variables, confidence level.

    Examples
    --------
    >>> os = Endpoint.from_arrays([365, 366], [1, 0], name="os")
    >>> round(event_rate(os).one("rate").value, 3)
    0.5
    """
    table, keys = counted(data, by)
    levels = table.levels(*keys)
    rows = []
    for i, group in enumerate(levels.groups):
        events, years = int(levels.events[i, 0].sum()), float(levels.exposure[i].sum()) / DAYS_PER_YEAR
        shared: dict[str, Any] = {
            "variable": table.name,
            "group": group,
            "statistic": "rate",
            "unit": "per person-year",
        }
        shared |= {"n": int(levels.n[i]), "events": events, "method": "exact Poisson (Garwood)"}
        if not years:
            rows.append(Estimate(reason="not estimable (no time at risk)", **shared))
            continue
        low, high = poisson_interval(events, years, level=level)
        rows.append(Estimate(value=events / years, low=low, high=high, level=level, **shared))
    return Estimates(tuple(rows))
