"""Odds ratios of response and of severe harm by method, and distributions of survival for extrapolation."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

import numpy as np

from glisson.assessment import ResponseResult, SafetyResult
from glisson.assessment.regression import BinaryModels
from glisson.clinical import toxicity
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import UNKNOWN, patient_keys
from glisson.clinical.response import OBJECTIVE_RESPONSE, best_response
from glisson.clinical.settings import AnalysisSettings
from glisson.errors import InputError
from glisson.methods.logistic import logistic_counts
from glisson.methods.parametric import parametric
from glisson.tables import CountTable, Endpoint, Estimates

#: Worst grades that count as severe.
SEVERE = ("3", "4", "5")
#: Days at which distributions give survival: one, two, three and five years.
YEARS = (365, 731, 1096, 1826)
#: Events below which no distribution is fitted: two parameters, five events each.
LEAST_EVENTS = 10
#: The covariate chosen beforehand, as in the Cox models.
_ADJUSTMENT = "extrahepatic"
#: How often the rarer outcome must occur for each coefficient of an adjusted model.
LEAST_PER_PARAMETER = 3


def outcome_tables(cohort: Cohort) -> dict[str, CountTable]:
    """Return best responses and worst grades of patients by method and extrahepatic disease, as far as recorded.

    Parameters
    ----------
    cohort
        Validated records.

    Returns
    -------
    dict
        ``"response"`` and ``"toxicity"``, for the adjusted models.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> tables = outcome_tables(demo_cohort())
    >>> tables["response"].keys, tables["toxicity"].n
    (('method', 'extrahepatic'), 24)
    """
    both, out = ("method", _ADJUSTMENT), {}
    with suppress(InputError):  # neither recorded nor to be derived
        out["response"] = best_response(cohort).by(*both)
    if cohort.has("adverse_event"):
        grades, keys = toxicity.worst_by_patient(cohort), patient_keys(cohort)
        said = (toxicity.NO_EVENT, *toxicity.GRADES, toxicity.UNKNOWN_GRADE)
        out["toxicity"] = CountTable.of(list(grades.values()), said, keys={k: keys[k] for k in both},
                                        ids=list(grades), name="worst grade")  # fmt: skip
    return out


def binary_models(
    response: ResponseResult | None,
    safety: SafetyResult | None,
    settings: AnalysisSettings,
    outcomes: Mapping[str, CountTable] = MappingProxyType({}),
) -> tuple[BinaryModels, ...]:
    """Fit logistic models of objective response and of adverse events of grade 3 or worse, by method.

    Parameters
    ----------
    response, safety
        Best responses and worst grades by method.
    settings
        Of the study.
    outcomes
        The same by method and extrahepatic disease, from ``outcome_tables``; without them nothing is adjusted.

    Returns
    -------
    tuple of BinaryModels
        By method alone, and adjusted for extrahepatic disease where everybody has it recorded, it varies, and the rarer
        outcome occurs ``LEAST_PER_PARAMETER`` times for each coefficient; else with the reason. Below ten of them the
        fit is Firth's.
    """
    models = []
    if response is not None:
        table = outcomes.get("response", response.best)
        models.append(_model("response", "Objective response", table, OBJECTIVE_RESPONSE, settings))
    if safety is not None and safety.terms:
        worst = outcomes.get("toxicity", safety.terms[0].worst)
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
    why = "Not adjusted: extrahepatic disease is not known."
    if _ADJUSTMENT in known.keys:
        whole = known.without(_ADJUSTMENT, UNKNOWN)
        why = _why_not(whole, n, min(hits, n - hits), len(used) - 1)
        if not why:
            models.append((("method", _ADJUSTMENT), _ratios(whole, category, ("method", _ADJUSTMENT), settings)))
    reference = small.groups()[used[0]][0][1]
    return BinaryModels(
        code=code, label=label, reference=reference, n=n, events=hits, models=tuple(models), sentence=why
    )


def _why_not(whole: CountTable, n: int, rarer: int, coefficients: int) -> str:
    """Return why nothing is adjusted for; empty where something is.

    Parameters
    ----------
    whole
        Patients whose extrahepatic disease is known.
    n, rarer
        All patients, and those with the rarer outcome.
    coefficients
        Of the method alone.
    """
    levels = whole.by(_ADJUSTMENT).counts.sum(axis=1)
    if missing := n - int(levels.sum()):
        return f"Not adjusted: extrahepatic disease is not recorded in {missing} of {n} patients."
    found = int(np.sum(levels > 0))
    if found < 2:
        return "Not adjusted: extrahepatic disease is the same in everybody."
    wanted = coefficients + found - 1
    if rarer < LEAST_PER_PARAMETER * wanted:
        return (
            f"Not adjusted: {wanted} coefficients would need {LEAST_PER_PARAMETER * wanted} patients with the rarer "
            f"outcome, and there {'is' if rarer == 1 else 'are'} {rarer}."
        )
    return ""


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
