"""Outcomes separately by method, partially pooled, under three priors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

import numpy as np

from glisson.assessment import Analysis, ResponseResult, SafetyResult
from glisson.assessment.by_method import ByMethodResult, MethodOutcome, PriorReading
from glisson.clinical.groups import UNKNOWN
from glisson.clinical.response import OBJECTIVE_RESPONSE
from glisson.clinical.settings import AnalysisSettings
from glisson.errors import InputError
from glisson.methods.detectable import (
    detectable_differences,
    detectable_ratios,
    reversal_of_proportions,
    reversal_of_rates,
)
from glisson.methods.partial_pooling import (
    DRAWS,
    PROPORTION_PRIOR,
    RATE_PRIOR,
    Prior,
    pooled_proportions,
    pooled_rates,
    with_scales,
)
from glisson.methods.piecewise_pooling import pooled_piecewise
from glisson.tables import CountTable, Endpoint, Estimates

DAYS_PER_MONTH = 30.4375
#: Endpoints given, in print order.
ENDPOINTS = ("os", "pfs", "liver_pfs")
#: Months at which survival is given.
MONTHS = (6, 12)
#: Worst grades that count as severe.
SEVERE = ("3", "4", "5")


def by_method_result(
    endpoints: Mapping[str, Endpoint],
    response: ResponseResult | None,
    safety: SafetyResult | None,
    settings: AnalysisSettings,
) -> ByMethodResult:
    """Return survival, response and toxicity by first method, as counted and partially pooled.

    Parameters
    ----------
    endpoints
        By code; those of ``ENDPOINTS`` are used.
    response, safety
        Best response and worst grades by method.
    settings
        Level of the intervals and seed of the draws.

    Returns
    -------
    ByMethodResult
        Without outcomes, and with the sentence that says so, where there are no two methods.

    Examples
    --------
    >>> from glisson.clinical.derive import endpoint
    >>> from glisson.clinical.read import demo_cohort
    >>> cohort = demo_cohort()
    >>> result = by_method_result({"os": endpoint(cohort, "os")}, None, None, cohort.study.analysis)
    >>> [round(e.value / 30.4375, 1) for e in result.outcomes[0].under(0.5).select("pooled_median")]
    [9.8, 9.9, 13.2]
    """
    outcomes = [
        _survival(endpoints[code], settings)
        for code in ENDPOINTS
        if code in endpoints and len(endpoints[code].causes) == 1 and "method" in endpoints[code].keys
    ]
    if response is not None:
        outcomes.append(_response(response.best, settings))
    if safety is not None and safety.terms:
        outcomes.append(_toxicity(safety.terms[0].worst, settings))
    kept = tuple(o for o in outcomes if o is not None)
    return ByMethodResult(
        outcomes=kept,
        sentence="" if kept else _why_nothing(endpoints),
        scale=RATE_PRIOR.scale,
        level=settings.level,
        draws=DRAWS,
        seed=settings.seed,
        unknown=_unknown(endpoints),
    )


def logged(result: ByMethodResult) -> list[Analysis]:
    """Return the analysis log lines."""
    return [
        Analysis(what=o.label, estimator=f"partial pooling, {r.prior}", by=("method",))
        for o in result.outcomes
        for r in o.readings
    ] + [
        Analysis(what=o.label, estimator=method, by=("method",))
        for o in result.outcomes
        for method in dict.fromkeys(e.method for e in (*o.bent, *o.could))
    ]


def _survival(endpoint: Endpoint, settings: AnalysisSettings) -> MethodOutcome | None:
    known = _known(endpoint)
    days = tuple(float(round(m * DAYS_PER_MONTH)) for m in MONTHS)
    readings = _readings(partial(pooled_rates, known, "method", times=days), RATE_PRIOR, settings)
    if not readings:
        return None
    cuts = [int(d) for d in days]
    bent = pooled_piecewise(known, "method", cuts=cuts, times=days, level=settings.level, seed=settings.seed)
    could = detectable_ratios(known, "method", level=settings.level)
    could += reversal_of_rates(known, "method", seed=settings.seed)
    return MethodOutcome(
        code=endpoint.name, label=endpoint.label, kind="hazard", better="lowest", readings=readings, bent=bent,
        could=could, groups=readings[0].estimates.groups(),
    )  # fmt: skip


def _response(best: CountTable, settings: AnalysisSettings) -> MethodOutcome | None:
    return _proportion("response", "Objective response", best, OBJECTIVE_RESPONSE, "highest", settings)


def _toxicity(worst: CountTable, settings: AnalysisSettings) -> MethodOutcome | None:
    severe = tuple(c for c in worst.categories if c in SEVERE)
    return _proportion("toxicity", "Adverse event of grade 3 or worse", worst, severe, "lowest", settings)


def _proportion(
    code: str,
    label: str,
    table: CountTable,
    category: tuple[str, ...],
    better: Literal["lowest", "highest"],
    settings: AnalysisSettings,
) -> MethodOutcome | None:
    known = _known_counts(table)
    readings = _readings(partial(pooled_proportions, known, category, "method"), PROPORTION_PRIOR, settings)
    if not readings:
        return None
    could = detectable_differences(known, category, "method", level=settings.level)
    could += reversal_of_proportions(known, category, "method", better=better, seed=settings.seed)
    return MethodOutcome(
        code=code, label=label, kind="proportion", better=better, readings=readings, could=could,
        groups=readings[0].estimates.groups(),
    )  # fmt: skip


def _readings(estimate: Callable[..., Estimates], prior: Prior, settings: AnalysisSettings) -> tuple[PriorReading, ...]:
    """Estimate one outcome under every prior; nothing where it has no two methods."""
    readings = []
    for one in with_scales(prior):
        try:
            rows = estimate(prior=one, level=settings.level, seed=settings.seed)
        except InputError:
            return ()
        readings.append(PriorReading(scale=one.scale, prior=str(one), estimates=rows))
    return tuple(readings)


def _known(endpoint: Endpoint) -> Endpoint:
    """Leave out patients whose method is not recorded: they are no group to compare with."""
    factor = endpoint.factor("method")
    return endpoint.take(np.array([level != UNKNOWN for level in factor.levels])[factor.codes])


def _known_counts(table: CountTable) -> CountTable:
    return table.by("method").without("method", UNKNOWN)


def _unknown(endpoints: Mapping[str, Endpoint]) -> int:
    first = next(iter(endpoints.values()), None)
    return 0 if first is None or "method" not in first.keys else len(first) - len(_known(first))


def _why_nothing(endpoints: Mapping[str, Endpoint]) -> str:
    first = next((e for e in endpoints.values() if "method" in e.keys), None)
    known = set() if first is None else {first.factor("method").levels[c] for c in _known(first).factor("method").codes}
    if len(known) == 1:
        return "All patients were first treated by one method, so there is nothing to set beside each other by method."
    if not known:
        return "The treatment method is not recorded, so nothing can be given by method."
    return (
        "None of overall, progression-free and liver progression-free survival, response and adverse events is known "
        "for two methods, so nothing can be given by method."
    )
