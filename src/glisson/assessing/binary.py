"""Odds ratios of response and of severe harm by method, and distributions of survival for extrapolation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glisson.assessment import ResponseResult, SafetyResult
from glisson.assessment.regression import BinaryModels
from glisson.clinical.groups import UNKNOWN
from glisson.clinical.response import OBJECTIVE_RESPONSE
from glisson.clinical.settings import AnalysisSettings
from glisson.methods.logistic import logistic_counts
from glisson.methods.parametric import parametric
from glisson.tables import CountTable, Endpoint, Estimates

#: Worst grades that count as severe.
SEVERE = ("3", "4", "5")
#: Days at which distributions give survival: one, two, three and five years.
YEARS = (365, 731, 1096, 1826)
#: Events below which no distribution is fitted: two parameters, five events each.
LEAST_EVENTS = 10
_ADJUSTMENT = "extrahepatic"


def binary_models(
    response: ResponseResult | None, safety: SafetyResult | None, settings: AnalysisSettings
) -> tuple[BinaryModels, ...]:
    """Fit logistic models of objective response and of adverse events of grade 3 or worse, by method.

    Parameters
    ----------
    response, safety
        Best responses and worst grades by method.
    settings
        Of the study.
    """
    models = []
    if response is not None:
        models.append(_model("response", "Objective response", response.best, OBJECTIVE_RESPONSE, settings))
    if safety is not None and safety.terms:
        worst = safety.terms[0].worst
        severe = tuple(c for c in worst.categories if c in SEVERE)
        models.append(_model("toxicity", "Adverse event of grade 3 or worse", worst, severe, settings))
    return tuple(m for m in models if m is not None)


def _model(
    code: str, label: str, table: CountTable, category: tuple[str, ...], settings: AnalysisSettings
) -> BinaryModels | None:
    """Return the models, or nothing where there are no two methods, or all or none had the outcome."""
    known = table.without("method", UNKNOWN)
    small = known.by("method")
    size = small.counts.sum(axis=1)
    used = [i for i in range(len(size)) if size[i]]
    hits, n = int(small.count(*category).sum()), int(size.sum())
    if len(used) < 2 or not 0 < hits < n:
        return None
    models: list[tuple[tuple[str, ...], Estimates]] = [(("method",), _ratios(known, category, ("method",), settings))]
    if _ADJUSTMENT in known.keys:
        whole = known.without(_ADJUSTMENT, UNKNOWN)
        levels = whole.by(_ADJUSTMENT).counts.sum(axis=1)
        if int(levels.sum()) == n and int(np.sum(levels > 0)) > 1:
            models.append((("method", _ADJUSTMENT), _ratios(whole, category, ("method", _ADJUSTMENT), settings)))
    reference = small.groups()[used[0]][0][1]
    return BinaryModels(code=code, label=label, reference=reference, n=n, events=hits, models=tuple(models))


def _ratios(
    table: CountTable, category: tuple[str, ...], covariates: tuple[str, ...], settings: AnalysisSettings
) -> Estimates:
    return logistic_counts(table, category, covariates, level=settings.level).select("odds_ratio")


def survival_shapes(endpoints: Mapping[str, Endpoint], settings: AnalysisSettings) -> Estimates:
    """Fit distributions to overall survival of everybody; nothing below ten deaths.

    Parameters
    ----------
    endpoints
        By code.
    settings
        Of the study.
    """
    os = endpoints.get("os")
    if os is None or os.n_events < LEAST_EVENTS:
        return Estimates()
    wanted = {"aic", "rank", "median", "survival"}
    rows = parametric(os, times=[float(d) for d in YEARS], level=settings.level)
    return Estimates(tuple(r for r in rows if r.statistic in wanted))
