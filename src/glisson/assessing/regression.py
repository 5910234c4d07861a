"""Regression models: Cox by method, unadjusted and adjusted, and both hazards where deaths compete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from glisson.assessing.binary import binary_models, survival_shapes
from glisson.assessment import Analysis, ResponseResult, SafetyResult
from glisson.assessment.regression import CompetingModels, CoxResult, RegressionResult, SurvivalModels
from glisson.clinical.settings import AnalysisSettings
from glisson.errors import InputError, NotSupportedError
from glisson.methods.competing_tests import fine_gray, gray_test
from glisson.methods.cox import coefficients, cox, proportional_hazards
from glisson.methods.cox_model import fit_cox
from glisson.methods.rmst_regression import rmst_regression
from glisson.tables import CountTable, Endpoint, Estimates, Factor
from glisson.tables.endpoint import ORIGIN

#: Endpoints with a Cox model, and those in which deaths compete; in the order of the report.
SURVIVAL, COMPETING = ("os", "pfs", "liver_pfs"), ("thp", "ltp")
#: The prespecified covariate that a reviewer would ask to be adjusted for.
ADJUSTMENT = "extrahepatic"
#: Below this many events a test of proportional hazards sees next to nothing.
LEAST_EVENTS_PH = 20


def build(
    endpoints: Mapping[str, Endpoint],
    settings: AnalysisSettings,
    response: ResponseResult | None = None,
    safety: SafetyResult | None = None,
    outcomes: Mapping[str, CountTable] = MappingProxyType({}),
) -> RegressionResult | None:
    """Fit the regression models that the endpoints allow.

    Parameters
    ----------
    endpoints
        Primary endpoints by code.
    settings
        Of the study.
    response, safety
        Best responses and worst grades, for the odds ratios.
    outcomes
        The same by method and extrahepatic disease, for the adjusted ones; from ``binary.outcome_tables``.

    Returns
    -------
    RegressionResult or None
        ``None`` where there is one method only, or nobody had an event.

    Examples
    --------
    >>> from glisson.clinical.derive import endpoint
    >>> from glisson.clinical.read import demo_cohort
    >>> cohort = demo_cohort()
    >>> result = build({"os": endpoint(cohort, "os")}, cohort.study.analysis)
    >>> [(m.covariates, m.events, m.parameters) for m in result.survival[0].models]
    [(('method',), 19, 2), (('method', 'extrahepatic'), 19, 3)]
    """
    survival = [_survival(known(endpoints[c]), settings) for c in SURVIVAL if _comparable(endpoints, c)]
    competing = [_competing(known(endpoints[c]), settings) for c in COMPETING if _comparable(endpoints, c)]
    binary = binary_models(response, safety, settings, outcomes)
    if not survival and not competing and not binary:
        return None
    return RegressionResult(
        survival=tuple(survival), competing=tuple(competing), binary=binary, shapes=survival_shapes(endpoints, settings)
    )


def known(endpoint: Endpoint) -> Endpoint:
    """Return the units whose method is recorded; the reference is the first method of the report that occurs."""
    factor = endpoint.factor("method")
    rows = endpoint.take(np.flatnonzero([factor.levels[c] != "unknown" for c in factor.codes]))
    return _with_levels(rows, "method")


def _with_levels(endpoint: Endpoint, key: str) -> Endpoint:
    """Return an endpoint in which a grouping variable has only the levels that occur."""
    values = endpoint.factor(key).values()
    levels = [level for level in endpoint.factor(key).levels if level in set(values)]
    return replace(endpoint, keys=MappingProxyType({**endpoint.keys, key: Factor.of(values, levels)}))


def _comparable(endpoints: Mapping[str, Endpoint], code: str) -> bool:
    one = endpoints.get(code)
    if one is None or "method" not in one.keys:
        return False
    used = known(one)
    return used.n_events > 0 and len(used.factor("method").levels) > 1


def _testable(endpoint: Endpoint, settings: AnalysisSettings) -> bool:
    factor = endpoint.factor("method")
    events = np.bincount(factor.codes[endpoint.cause == 1], minlength=len(factor.levels))
    return int(np.sum(events >= settings.minimum_events)) >= 2


def _survival(endpoint: Endpoint, settings: AnalysisSettings) -> SurvivalModels:
    models = [_cox(endpoint, ("method",), settings)]
    means = [_means(endpoint, ("method",), settings)]
    if ADJUSTMENT in endpoint.keys:
        factor = endpoint.factor(ADJUSTMENT)
        adjusted = endpoint.take(np.flatnonzero([factor.levels[c] != "unknown" for c in factor.codes]))
        if len(adjusted) == len(endpoint) and len(np.unique(factor.codes)) > 1:
            both = ("method", ADJUSTMENT)
            models.append(_cox(_with_levels(adjusted, ADJUSTMENT), both, settings))
            means.append(_means(_with_levels(adjusted, ADJUSTMENT), both, settings))
    return SurvivalModels(
        code=endpoint.name, label=endpoint.label, reference=endpoint.factor("method").levels[0], models=tuple(models),
        means=tuple(means),
    )  # fmt: skip


def _means(endpoint: Endpoint, covariates: tuple[str, ...], settings: AnalysisSettings) -> Estimates:
    """Return differences in restricted mean between methods; nothing where the data do not carry them."""
    try:
        rows = rmst_regression(endpoint, covariates, level=settings.level).select("rmst_difference")
    except (InputError, NotSupportedError):  # late entry, or covariates that so few patients cannot tell apart
        return Estimates()
    return Estimates(tuple(r for r in rows if r.group and r.group[0][0] == "method"))


def _cox(endpoint: Endpoint, covariates: tuple[str, ...], settings: AnalysisSettings) -> CoxResult:
    rows = cox(endpoint, covariates, level=settings.level)
    ratios = rows.select("hazard_ratio")
    test = next(iter(rows.select("p", detail="method")), None)
    events = endpoint.n_events
    enough = events >= LEAST_EVENTS_PH
    proportional = proportional_hazards(fit_cox(endpoint, covariates, penalty="none")) if enough else Estimates()
    sentence = "" if enough else (
        f"{endpoint.label}: with {events} events a test of proportional hazards would see next to nothing; none is "
        "printed."
    )  # fmt: skip
    penalised = next((r.warning for r in ratios if "Firth" in r.method), "")
    return CoxResult(
        covariates=covariates, events=events, parameters=len(ratios), ratios=ratios,
        test=test if _testable(endpoint, settings) else None,
        concordance=next(iter(rows.select("concordance")), None), proportional=proportional,
        penalty=penalised.partition(": ")[2], sentence=sentence,
    )  # fmt: skip


def _competing(endpoint: Endpoint, settings: AnalysisSettings) -> CompetingModels:
    lesions = endpoint.name == "ltp"
    gray, specific, sub = Estimates(), Estimates(), Estimates()
    notes = []
    if endpoint.n_events < settings.minimum_events:
        notes.append(
            f"A model would need {settings.minimum_events} events; {endpoint.n_events} are too few, so none is fitted."
        )
    else:
        specific = coefficients(fit_cox(endpoint, "method"), profile=not lesions, level=settings.level)
        if lesions:
            notes.append(
                "Lesions of one patient are not independent: the cause-specific model has errors that keep patients "
                "whole; Gray's test and the Fine-Gray model, which have none here, are left out."
            )
        elif int(endpoint.entry.max()) != ORIGIN:
            notes.append("Patients entered late, for which the Fine-Gray model and Gray's test are left out.")
        else:
            sub = fine_gray(endpoint, "method", level=settings.level).select("subdistribution_hazard_ratio")
            if _testable(endpoint, settings):
                gray = gray_test(endpoint, "method")
            else:
                notes.append(
                    f"Fewer than two methods have {settings.minimum_events} events, so Gray's test is not printed."
                )
    return CompetingModels(
        code=endpoint.name, label=endpoint.label, reference=endpoint.factor("method").levels[0],
        unit="lesion" if lesions else "patient", n=len(endpoint), events=endpoint.n_events, gray=gray,
        cause_specific=specific, subdistribution=sub, sentence=" ".join(notes),
    )  # fmt: skip


def logged(result: RegressionResult | None, rule_set: str) -> list[Analysis]:
    """Return the analysis log lines of the models."""
    if result is None:
        return []
    out = []
    for one in result.survival:
        for model in one.models:
            rows = (*model.ratios, *model.proportional, *([model.test] if model.test else []))
            methods = dict.fromkeys(e.method.partition(" (chi-square")[0] for e in rows if e.method)
            out += [Analysis(what=one.label, estimator=m, by=model.covariates, rule_set=rule_set) for m in methods]
        means = dict.fromkeys(e.method for part in one.means for e in part if e.method)
        out += [Analysis(what=one.label, estimator=m, by=("method",), rule_set=rule_set) for m in means]
    for binary in result.binary:
        for covariates, ratios in binary.models:
            methods = dict.fromkeys(e.method for e in ratios if e.method)
            out += [Analysis(what=binary.label, estimator=m, by=covariates) for m in methods]
    shapes = dict.fromkeys(e.method for e in result.shapes if e.method)
    out += [Analysis(what="Overall survival", estimator=m, by=(), rule_set=rule_set) for m in shapes]
    for other in result.competing:
        every = (*other.cause_specific, *other.subdistribution, *other.gray)
        methods = dict.fromkeys(e.method.partition(" (chi-square")[0] for e in every if e.method)
        out += [Analysis(what=other.label, estimator=m, by=("method",), rule_set=rule_set) for m in methods]
    return out
