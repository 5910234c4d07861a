"""Laboratory values and liver function as counts by method, with exact intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glisson.assessment import NOTHING
from glisson.assessment.laboratory import LaboratoryResult, LabTest, LiverScore
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.clinical.labs.counts import (
    GRADES,
    NOT_GRADABLE,
    NOT_MEASURED,
    extremes,
    graded_below_normal,
    graded_tests,
    session_lab_grades,
    shift_table,
    unchanged_above_normal,
    worst_lab_grades,
)
from glisson.clinical.labs.function import GRADES as SCORE_GRADES
from glisson.clinical.labs.function import Score, liver_function_table, liver_scores, score_changes, time_to_worsening
from glisson.clinical.labs.graded import BASELINE_DAYS, graded
from glisson.clinical.labs.rules import RULES, grade, term_of
from glisson.clinical.labs.scores import CAVEAT
from glisson.clinical.labs.units import ANALYTES
from glisson.errors import InputError
from glisson.kernels.risk_sets import Bools
from glisson.methods.baseline import quartiles
from glisson.methods.competing import cumulative_incidence
from glisson.methods.proportions import proportion
from glisson.tables import CountTable, Estimates, Group

#: Scores in print order; the modified grade stands in for the plain one where both could be printed.
SCORES: tuple[Score, ...] = ("albi", "malbi", "child_pugh", "meld_na", "meld_3")
SEVERITIES = (("any grade", 1), ("grade 3 or worse", 3))
#: Scores that were made for cirrhosis.
OF_CIRRHOSIS = ("child_pugh", "meld_na", "meld_3")
#: ALT after treatment, before it, and its limit of normal: what an abnormal baseline means, worked out in a note.
EXAMPLE = (149, 100, 40)
#: Days at which the incidence of worse liver function is given.
INCIDENCE_DAYS = (90, 180)


def laboratory_result(cohort: Cohort) -> LaboratoryResult | None:
    """Return laboratory values by grade and liver function, overall and by method.

    Parameters
    ----------
    cohort
        Validated records.

    Returns
    -------
    LaboratoryResult or None
        ``None`` where no laboratory value can be used.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> [t.test for t in laboratory_result(demo_cohort()).tests][:3]
    ['anc', 'wbc', 'platelets']
    """
    try:
        tests = graded_tests(cohort)
    except InputError:
        return None
    scored = set(liver_scores(cohort)["score"].to_list())
    if not tests and not scored:
        return None
    safety = cohort.study.safety
    return LaboratoryResult(
        version=safety.ctcae_version,
        window_days=cohort.study.analysis.ae_window_days,
        hepatic_days=safety.y90_hepatic_window_days,
        function_days=safety.liver_function_days,
        tests=tuple(_test(cohort, t) for t in tests),
        scores=tuple(_score(cohort, s) for s in SCORES if s in scored),
        notes=_notes(cohort),
        score_notes=(CAVEAT,) if scored & set(OF_CIRRHOSIS) and not _cirrhotic(cohort) else (),
    )


def _test(cohort: Cohort, test: str) -> LabTest:
    version = cohort.study.safety.ctcae_version
    worst = worst_lab_grades(cohort, test)
    measured = _without(worst, NOT_MEASURED, NOT_GRADABLE)
    rows = []
    for detail, least in SEVERITIES:
        for by in ((), ("method",)):
            found = proportion(measured, GRADES[least:], by, level=cohort.study.analysis.level)
            rows += [replace(r, detail=detail) for r in found]
    return LabTest(
        test=test,
        label=ANALYTES[test].label,
        term=term_of(test, version),
        unit=ANALYTES[test].unit,
        worst=worst,
        sessions=session_lab_grades(cohort, test),
        shift=shift_table(cohort, test).by("baseline"),
        estimates=Estimates(tuple(rows)),
        extremes=_extremes(cohort, test),
        low=ANALYTES[test].direction == "low",
        clinical=RULES[version][test].clinical,
    )


def _without(table: CountTable, *categories: str) -> CountTable:
    """Leave patients without a grade out of the denominator."""
    kept = [i for i, c in enumerate(table.categories) if c not in categories]
    return replace(table, categories=tuple(table.categories[i] for i in kept), counts=table.counts[:, kept])


def _extremes(
    cohort: Cohort, test: str
) -> tuple[tuple[Group, tuple[float, float, float], tuple[float, float, float]], ...]:
    rows = extremes(cohort, test)
    value, day = rows["value"].to_numpy().astype(np.float64), rows["day"].to_numpy().astype(np.float64)
    out = []
    for group, mask in _masks(cohort, rows["patient_id"].to_list()):
        values, days = quartiles(value[mask]), quartiles(day[mask])
        if values is not None and days is not None:
            out.append((group, values, days))
    return tuple(out)


def _masks(cohort: Cohort, patients: list[str]) -> list[tuple[Group, Bools]]:
    """Return everybody, and each method, with which of some patients belong to it."""
    methods = patient_keys(cohort)["method"]
    ids = cohort.table("patient")["patient_id"].to_list()
    method = dict(zip(ids, methods.values(), strict=True))
    of = np.array([method[p] for p in patients], dtype=np.str_)
    groups: list[tuple[Group, Bools]] = [((), np.ones(len(of), dtype=np.bool_))]
    return groups + [((("method", m),), of == m) for m in methods.levels]


def _score_changes(cohort: Cohort, score: Score) -> tuple[tuple[Group, int, tuple[float, float, float]], ...]:
    rows = score_changes(cohort, score)
    change = (rows["after"] - rows["before"]).to_numpy().astype(np.float64)
    found = [(g, int(mask.sum()), quartiles(change[mask])) for g, mask in _masks(cohort, rows["patient_id"].to_list())]
    return tuple((g, n, q) for g, n, q in found if q is not None)


def _score(cohort: Cohort, score: Score) -> LiverScore:
    table = liver_function_table(cohort, score)
    order = {g: i for i, g in enumerate(SCORE_GRADES[score])}
    level = cohort.study.analysis.level
    rows = []
    for by in ((), ("method",)):
        rows += list(proportion(_changes(table, order), "worse", by, level=level))
    try:
        endpoint = time_to_worsening(cohort, score)
        worse = cumulative_incidence(endpoint, times=INCIDENCE_DAYS, level=level)
        worse += cumulative_incidence(endpoint, "method", times=INCIDENCE_DAYS, level=level)
    except InputError:
        worse = NOTHING
    return LiverScore(score=score, label=table.label, table=table, estimates=Estimates(tuple(rows)), worse=worse,
                      changes=_score_changes(cohort, score))  # fmt: skip


def _changes(table: CountTable, order: dict[str, int]) -> CountTable:
    """Return patients with a grade before and after by whether it became worse, by method."""
    place = table.keys.index("baseline")
    rest = [tuple(v for i, v in enumerate(s) if i != place) for s in table.strata]
    strata = tuple(dict.fromkeys(rest))
    counts = np.zeros((len(strata), 2), dtype=np.int64)
    for stratum, own, row in zip(table.strata, rest, table.counts, strict=True):
        before = order.get(stratum[place])
        for category, n in zip(table.categories, row.tolist(), strict=True):
            after = order.get(category)
            if before is not None and after is not None:
                counts[strata.index(own), int(after > before)] += n
    keys = tuple(k for k in table.keys if k != "baseline")
    return replace(table, keys=keys, strata=strata, categories=("not worse", "worse"), counts=counts)


def _notes(cohort: Cohort) -> tuple[str, ...]:
    notes = []
    rows = graded(cohort)
    after = rows.filter(rows["in_window"])
    if n := after.filter(after["grade"].is_null()).height:
        notes.append(
            f"{n} {'value has' if n == 1 else 'values have'} no grade, because a limit of normal or the value before "
            "treatment, by which CTCAE grades, is missing."
        )
    without = after.filter(after["baseline"].is_null()).select("patient_id", "test").unique().height
    if without:
        notes.append(
            f"For {without} series of a patient's test there is no value in the {BASELINE_DAYS} days before treatment; "
            "the baseline is then taken as normal."
        )
    if n := unchanged_above_normal(cohort):
        version = cohort.study.safety.ctcae_version
        shown = grade("alt", EXAMPLE[0], baseline=EXAMPLE[1], uln=EXAMPLE[2], version=version)
        notes.append(
            f"In {n} series of a patient's test a value above normal is grade 0: the value before treatment was above "
            f"normal too, and CTCAE then grades by multiples of it. ALT of {EXAMPLE[0]} U/L after {EXAMPLE[1]} U/L "
            f"(limit {EXAMPLE[2]}) is grade {shown} in version {version}."
        )
    if n := graded_below_normal(cohort):
        notes.append(
            f"Creatinine within normal is graded in {n} {'patient' if n == 1 else 'patients'}, because it rose over "
            "the value before treatment."
        )
    return tuple(notes)


def _cirrhotic(cohort: Cohort) -> bool:
    """Whether every patient is recorded with cirrhosis."""
    patient = cohort.table("patient")
    return "cirrhosis" in patient.columns and bool(patient["cirrhosis"].fill_null(value=False).all())
