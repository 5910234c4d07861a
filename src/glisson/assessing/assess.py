"""The main job: an ordered list of what is estimated for whom. It does no arithmetic itself."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from glisson.assessing import courses, exposure, regression, standards
from glisson.assessing.baseline import table_one
from glisson.assessing.binary import outcome_tables
from glisson.assessing.by_method import by_method_result
from glisson.assessing.by_method import logged as logged_by_method
from glisson.assessing.comparison import comparison_result
from glisson.assessing.doxorubicin import compared_with, doxorubicin_result
from glisson.assessing.efficacy import breakdown, logged, plan
from glisson.assessing.laboratory import laboratory_result
from glisson.assessing.lesions import lesion_names, lesion_result
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessing.response import response_result
from glisson.assessing.safety import safety_result
from glisson.assessment import (
    Analysis,
    Assessment,
    EndpointResult,
    FlowStep,
    RuleSetComparison,
    Setting,
)
from glisson.assessment.balance import MethodBalance
from glisson.assessment.doxorubicin import DoxorubicinResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import available, compare_rule_sets, endpoint
from glisson.clinical.groups import combinations, patient_keys
from glisson.clinical.problems import Problems
from glisson.clinical.schema import TABLES
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.errors import InputError
from glisson.methods.survival import kaplan_meier
from glisson.pitfalls import find
from glisson.pitfalls.confounding import weights_of_methods
from glisson.pitfalls.context import Context
from glisson.pitfalls.robins_i import robins_i
from glisson.tables import Endpoint, Factor

Progress = Callable[[str], None]

#: Endpoints in the order of the report.
ENDPOINTS = ("os", "pfs", "liver_pfs", "ttp", "thp", "ttehp", "ttup", "ltp", "ttnt", "dor")

_KEY_LABELS = {"method": "Treatment method", "extrahepatic": "Extrahepatic disease", "line": "Prior systemic therapy"}
_LEVEL_LABELS = {
    ("extrahepatic", "none"): "Limited to the liver",
    ("extrahepatic", "present"): "Extrahepatic disease",
    ("extrahepatic", "unknown"): "Not recorded",
    ("line", "0"): "No prior line",
    ("line", "1"): "One prior line",
    ("line", "2+"): "Two or more prior lines",
    ("line", "unknown"): "Not recorded",
    **{("method", code): text for code, text in METHOD_LABEL.items()},
}


def assess(cohort: Cohort, *, progress: Progress | None = None) -> Assessment:
    """Assess a cohort: efficacy and safety, overall and by method, with every pitfall found.

    Parameters
    ----------
    cohort
        Validated records without blocking problems.
    progress
        Called with the name of each step.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If blocking problems are left, or no endpoint can be derived.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> assess(demo_cohort()).n
    24
    """
    step = progress or (lambda _: None)
    context, doxorubicin = prepared(cohort, step)
    settings, endpoints = cohort.study.analysis, context.endpoints
    step("response")
    response = response_result(cohort)
    step("regression models")
    models = regression.build(endpoints, settings, response, context.safety, outcome_tables(cohort))
    step("separately by method")
    separately = by_method_result(endpoints, response, context.safety, settings)
    step("pitfalls")
    findings = find(context)
    weights, why = weights_of_methods(context)
    known = _described(cohort, context)
    return replace(
        known,
        response=response,
        findings=findings,
        log=(*known.log, *regression.logged(models, cohort.study.endpoints.rule_set), *logged_by_method(separately)),
        doxorubicin=doxorubicin,
        standards=standards.build(cohort, findings=len(findings)),
        by_method=separately,
        balance=MethodBalance(sentence=why, weights=weights),
        bias=robins_i(context, findings),
        regression=models,
    )


def _described(cohort: Cohort, context: Context) -> Assessment:
    """Return what the records alone say, before anything is modelled or looked for."""
    name, keys = Pseudonyms.of(cohort), patient_keys(cohort)
    return Assessment(
        title=cohort.study.title or "Liver-directed therapy cohort",
        synthetic=cohort.study.synthetic,
        n=cohort.n,
        flow=flow(cohort, keys["method"], name),
        settings=settings_used(cohort, context.endpoints),
        methods=_method_counts(keys["method"]),
        combinations=tuple((name(p), sequence) for p, sequence in combinations(cohort)),
        baseline=context.baseline,
        endpoints=context.results,
        response=None,
        safety=context.safety,
        findings=(),
        problems=printed_problems(cohort, name),
        absent=tuple((t.name, t.adds) for t in TABLES if t.adds and not cohort.has(t.name)),
        labels=printed_names(keys),
        log=context.log,
        files=tuple((f.name, f.sha256) for f in cohort.files),
        versions=versions(),
        seed=cohort.study.analysis.seed,
        lesions=lesion_result(cohort),
        exposure=exposure.build(cohort),
        laboratory=laboratory_result(cohort),
        courses=courses.build(cohort),
        comparison=context.comparison,
    )


def prepared(cohort: Cohort, step: Progress, *, harms: bool = True) -> tuple[Context, DoxorubicinResult | None]:
    """Return what the detectors look at, and the doxorubicin result that is part of it.

    Parameters
    ----------
    cohort
        Validated records.
    step
        Called with the name of each step.
    harms
        Whether adverse events are set beside published ones, which no detector looks at.

    Raises
    ------
    InputError
        If blocking problems are left, or no endpoint can be derived.
    """
    refuse_blocked(cohort)
    name = Pseudonyms.of(cohort)
    step("deriving endpoints")
    reasons = dict(available(cohort))
    endpoints = {code: endpoint(cohort, code) for code in ENDPOINTS if reasons.get(code) == ""}
    if not endpoints:
        raise InputError(
            "no endpoint can be derived from these records",
            expected="a date of treatment with death or last contact, or durations with their status",
            todo=f"{reasons['os']} Others need more; `glisson template` writes a workbook with every column",
        )
    results, log = [], []
    for code, one in endpoints.items():
        step(one.label.lower())
        result, lines = _endpoint_result(cohort, code, one, name)
        results.append(result)
        log += lines
    keys = patient_keys(cohort)
    subgroups = {k: f for k, f in keys.items() if k in cohort.study.analysis.subgroups}
    step("baseline and safety")
    doxorubicin = doxorubicin_result(cohort)
    context = Context(
        cohort=cohort, endpoints=endpoints, results=tuple(results),
        baseline=table_one(cohort, keys["method"], subgroups), safety=safety_result(cohort), pseudonym=name,
        log=tuple(log), benchmarks=compared_with(doxorubicin),
        comparison=comparison_result(cohort, harms=harms),
    )  # fmt: skip
    return context, doxorubicin


def versions() -> tuple[tuple[str, str], ...]:
    """Return the packages that produce the numbers, with their versions."""
    packages = tuple((p, version(p)) for p in ("glisson", "numpy", "scipy", "polars"))
    return (*packages, ("python", platform.python_version()))


def printed_problems(cohort: Cohort, name: Pseudonyms) -> Problems:
    """Return the problems of the data without ids of patients."""
    return Problems(tuple(replace(p, found=name.hide(p.found)) for p in cohort.problems))


def refuse_blocked(cohort: Cohort) -> None:
    """Stop at blocking problems that were neither corrected nor excluded on purpose, and where nobody is left."""
    if cohort.excluded and not cohort.n:
        raise InputError(
            f"every patient ({len(cohort.excluded)}) is left out because of blocking problems",
            expected="at least one patient without any",
            todo="correct the cells listed by `glisson check`",
        )
    blocking = cohort.problems.blocking
    gone = {patient for patient, _ in cohort.excluded}
    left = [p for p in blocking if p.patient not in gone or not p.patient]
    if not left:
        return
    first = "; ".join(str(p) for p in left[:3])
    raise InputError(
        f"{len(left)} problem{'s' if len(left) > 1 else ''} must be settled first: {first}",
        todo="correct the cells listed by `glisson check`, or leave the patients out with --exclude-blocked",
    )


def _endpoint_result(
    cohort: Cohort, code: str, one: Endpoint, name: Pseudonyms
) -> tuple[EndpointResult, list[Analysis]]:
    settings, rule_set = cohort.study.analysis, cohort.study.endpoints.rule_set
    breakdowns, log = [], []
    for title, by, within in plan(one, settings.subgroups):
        result = breakdown(one, title, by, within, settings)
        breakdowns.append(result)
        log += logged(one, result, rule_set)
    return (
        EndpointResult(
            code=code,
            label=one.label,
            competing=len(one.causes) > 1,
            rules=one.rules,
            breakdowns=tuple(breakdowns),
            comparison=_comparison(cohort, code, name),
            notes=_notes(cohort, one, name),
        ),
        log,
    )


def _notes(cohort: Cohort, one: Endpoint, name: Pseudonyms) -> tuple[str, ...]:
    """Return notes on single units under printed names; lesions are named after their patient."""
    if one.name == "ltp":
        return tuple(f"{unit}: {note}" for unit, note in lesion_names(cohort, name, one.flags))
    return tuple(f"{name(unit)}: {note}" for unit, note in one.flags)


def _comparison(cohort: Cohort, code: str, name: Pseudonyms) -> RuleSetComparison | None:
    """Set the other censoring rule set beside the chosen one, where the records allow both."""
    if code not in {"pfs", "liver_pfs"} or not cohort.has("assessment"):
        return None
    policy, fda, differing = compare_rule_sets(cohort, code)
    chosen = cohort.study.endpoints.rule_set
    other, table = ("fda_a", fda) if chosen == "policy" else ("policy", policy)
    settings = cohort.study.analysis
    rows = kaplan_meier(table, conf_type=settings.conf_type, level=settings.level)
    rows += kaplan_meier(table, ["method"], conf_type=settings.conf_type, level=settings.level)
    return RuleSetComparison(rule_set=chosen, other=other, differing=name.all(differing), estimates=rows)


def flow(cohort: Cohort, method: Factor, name: Pseudonyms) -> tuple[FlowStep, ...]:
    """Everybody in the input, those left out, those analysed, and their methods."""
    n, out = cohort.n, cohort.excluded
    steps = [FlowStep(label="Patients in the input", n=n + len(out))]
    if out:
        left = tuple((name(p), name.hide(reason)) for p, reason in out)
        steps.append(FlowStep(label="Left out because of problems in the data", n=len(out), left=left))
    steps.append(FlowStep(label="Patients analysed", n=n))
    steps += [FlowStep(label=METHOD_LABEL.get(code, code), n=count) for code, count in _method_counts(method)]
    return tuple(steps)


def _method_counts(method: Factor) -> tuple[tuple[str, int], ...]:
    counts = np.bincount(method.codes, minlength=len(method.levels))
    return tuple((level, int(c)) for level, c in zip(method.levels, counts, strict=True) if c)


def printed_names(keys: Mapping[str, Factor]) -> tuple[tuple[tuple[str, str], str], ...]:
    """Return the printed names of grouping variables and levels."""
    named = {(k, ""): text for k, text in _KEY_LABELS.items()} | _LEVEL_LABELS
    used = [(k, "") for k in keys] + [(k, level) for k, f in keys.items() for level in f.levels]
    return tuple((pair, named.get(pair, pair[1] or pair[0])) for pair in used)


def settings_used(cohort: Cohort, endpoints: Mapping[str, Endpoint]) -> tuple[Setting, ...]:
    """Every setting with its origin; what an endpoint derived from the data is named as derived."""
    study, rows = cohort.study, []
    for path, origin in study.origins().items():
        value: object = study
        for part in path.split("."):
            value = getattr(value, part)
        unsaid = path.startswith("standards.") and origin == "default"  # the table of the standards has them all
        if path != "input.columns" and not unsaid:
            rows.append(Setting(name=path, value=_text(value), origin=origin))
    derived = {(k, v) for e in endpoints.values() for k, v in e.rules if "derived" in v}
    rows += [Setting(name=k, value=v, origin="derived") for k, v in sorted(derived)]
    return tuple(rows)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_text(v) for v in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)
