"""What a meta-analysis hangs on: one study, small studies, a subgroup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from glisson.errors import InputError
from glisson.kernels import meta as kernel
from glisson.methods.meta import meta_analysis
from glisson.tables import EffectTable, Estimate, Estimates

Analyse = Callable[[EffectTable], Estimates]
#: Fewer studies are not tested for small-study effects.
ENOUGH = 10


def leave_one_out(table: EffectTable, analyse: Analyse = meta_analysis) -> Estimates:
    """Pool again without each study in turn.

    Parameters
    ----------
    table
        Two studies or more.
    analyse
        How to pool: ``meta_analysis``, ``meta_proportions`` or ``meta_rates``, perhaps with settings bound by
        ``functools.partial``.

    Returns
    -------
    Estimates
        ``pooled``, ``tau2`` and ``i2`` with ``detail`` ``"without ..."``.

    Raises
    ------
    InputError
        If there are fewer than two studies.

    Examples
    --------
    >>> table = EffectTable.of_events([2, 3, 9], [10, 12, 10], study=["a", "b", "c"], name="orr")
    >>> [r.detail for r in leave_one_out(table).select("pooled")]
    ['without a', 'without b', 'without c']
    """
    if table.k < 2:
        raise InputError(f"{table.name}: {table.k} studies", expected="two or more to leave one out")
    rows: list[Estimate] = []
    for i, study in enumerate(table.study):
        found = analyse(table.take(j for j in range(table.k) if j != i))
        rows += [replace(row, detail=f"without {study}") for row in found if row.statistic in {"pooled", "tau2", "i2"}]
    return Estimates(tuple(rows))


def small_study_effects(table: EffectTable) -> Estimates:
    """Test whether small studies tell something else than large ones (Egger), from ten studies on.

    Parameters
    ----------
    table
        Finite estimates.

    Returns
    -------
    Estimates
        ``egger_t`` and ``egger_p``; below ten studies a reason instead.

    Notes
    -----
    Sterne JAC et al. BMJ 2011;343:d4002 (at least ten studies). For proportions the estimate and its standard error
    hang together, so that the test rejects too often; the warning says so.

    Examples
    --------
    >>> small_study_effects(EffectTable.of_events([2, 3], [10, 12], name="orr")).one("egger_p").reason
    'not tested (2 studies; such a test needs ten)'
    """
    own: dict[str, Any] = {"variable": table.name, "method": "Egger's regression on the standard error"}
    known = np.isfinite(table.estimate)
    k = int(known.sum())
    if k < ENOUGH:
        reason = f"not tested ({k} {'study' if k == 1 else 'studies'}; such a test needs ten)"
        return Estimates(tuple(Estimate(statistic=s, reason=reason, **own) for s in ("egger_t", "egger_p")))
    t, p = kernel.egger(table.estimate[known], table.variance[known])
    tied = table.scale in {"logit", "cloglog"} or table.events is not None
    warning = "the standard error depends on the estimate itself: the test rejects too often" if tied else ""
    if k < table.k:
        warning = f"{table.k - k} without a finite estimate left out; {warning}".rstrip("; ")
    return Estimates((
        Estimate(statistic="egger_t", value=t, warning=warning, **own),
        Estimate(statistic="egger_p", value=p, unit="p", warning=warning, **own),
    ))  # fmt: skip


def subgroups(
    table: EffectTable, group: Sequence[str], analyse: Analyse = meta_analysis, *, key: str = "subgroup"
) -> Estimates:
    """Pool each subgroup alone and test whether they differ.

    Parameters
    ----------
    table
        All studies.
    group
        Length k: the subgroup of each study.
    analyse
        How to pool, as in ``leave_one_out``.
    key
        What the subgroups are, e.g. ``"method"``.

    Returns
    -------
    Estimates
        The rows of each subgroup, its own variance between studies included; ``q_between`` and ``p_between`` from the
        pooled values and their plain standard errors, chi-square with (subgroups - 1) degrees of freedom.

    Raises
    ------
    InputError
        If ``group`` does not fit the table or names fewer than two subgroups.

    Notes
    -----
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR. Introduction to Meta-Analysis. Wiley 2009, chapter 19.

    Examples
    --------
    >>> table = EffectTable.of_events([2, 3, 9, 8], [10, 12, 10, 11], name="orr")
    >>> round(subgroups(table, ["x", "x", "y", "y"]).one("p_between").value, 4)
    0.0008
    """
    names = tuple(dict.fromkeys(group))
    if len(group) != table.k or len(names) < 2:
        raise InputError(f"{table.name}: {len(group)} subgroup names of {len(names)} kinds for {table.k} studies",
                         expected="one name a study, of two kinds or more")  # fmt: skip
    rows: list[Estimate] = []
    mu, variance = [], []
    for name in names:
        found = analyse(table.take(i for i, g in enumerate(group) if g == name))
        rows += [replace(row, group=((key, name),)) for row in found]
        middle, error = (found.one(s).value for s in ("scaled", "scaled_se"))
        if middle is not None and error is not None:
            mu.append(middle)
            variance.append(error**2)
    own: dict[str, Any] = {"variable": table.name, "detail": key}
    if len(mu) < len(names):
        reason = "not tested (a subgroup has no finite estimate)"
        return Estimates((*rows, *(Estimate(statistic=s, reason=reason, **own) for s in ("q_between", "p_between"))))
    between = kernel.heterogeneity(np.array(mu), np.array(variance))
    own["method"] = f"between subgroups, chi-square with {between.df} df"
    rows.append(Estimate(statistic="q_between", value=between.q, **own))
    rows.append(Estimate(statistic="p_between", value=between.p, unit="p", **own))
    return Estimates(tuple(rows))
