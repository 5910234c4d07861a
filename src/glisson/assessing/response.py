"""Response of patients: rates by criterion, site and method, depth, timing, agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from glisson.assessing.agreement import agreements
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment import NOTHING, ResponseResult
from glisson.assessment.response import CriterionResult, Disagreement
from glisson.clinical.cohort import Cohort
from glisson.clinical.depth import WITHOUT_CHANGE, depth_of_response, time_to_response
from glisson.clinical.derive import endpoint
from glisson.clinical.groups import patient_keys
from glisson.clinical.readings import (
    Reading,
    best_by_reading,
    diseased,
    further_readings,
    main_reading,
    why_not_evaluable,
)
from glisson.clinical.response import (
    DISEASE_CONTROL,
    EVALUABLE,
    OBJECTIVE_RESPONSE,
    best_by_patient,
    best_response,
    criterion_text,
)
from glisson.clinical.tumour import CRITERION, derived
from glisson.clinical.vocabulary import RESPONSES
from glisson.errors import InputError
from glisson.methods.competing import cumulative_incidence
from glisson.methods.proportions import compare_proportions, proportion
from glisson.tables import CountTable, Estimate, Estimates, Factor, Group

DAYS_PER_MONTH = 30.4375

#: Response rates in print order.
RATES = (("Objective response rate", OBJECTIVE_RESPONSE), ("Disease control rate", DISEASE_CONTROL))
#: Months at which the cumulative incidence of response is given; few respond for the first time later.
MONTHS = (3, 6, 12)
#: Criteria that look at enhancement, and the words of a histology they were made for.
_BY_ENHANCEMENT = ("mrecist", "easl")
_HEPATOCELLULAR = ("hepatocellular", "hcc", "8170")
OFF_LABEL = (
    "made for hepatocellular carcinoma, which enhances; in other tumours, hypovascular sarcoma above all, a lesion "
    "that enhances little from the start can seem to respond, so this use is off-label and exploratory"
)


def response_result(cohort: Cohort) -> ResponseResult | None:
    """Return response overall and by method, with everything that says how far it can be trusted.

    Parameters
    ----------
    cohort
        Validated records.

    Returns
    -------
    ResponseResult or None
        ``None`` where neither scans nor a best response are recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> result = response_result(demo_cohort())
    >>> row = result.estimates.one("proportion", variable=RATES[0][0], detail="all treated", group=())
    >>> row.events, row.n, len(result.disagreements)
    (9, 24, 0)
    """
    try:
        best = best_response(cohort).by("method")
    except InputError:
        return None
    level, name = cohort.study.analysis.level, Pseudonyms.of(cohort)
    estimates = rates(best, level)
    compared = compare_proportions(best, OBJECTIVE_RESPONSE, "method", level=level)
    estimates += Estimates(tuple(replace(r, variable=RATES[0][0]) for r in compared))
    main = main_reading(cohort)
    shared: dict[str, Any] = {
        "criterion": criterion_text(cohort), "source": "recorded" if main is None else main.source, "best": best,
        "estimates": estimates, "notes": _notes(main),
    }  # fmt: skip
    if main is None:
        return ResponseResult(**shared)
    depth, without = _depth(cohort, main)
    unusable = derived(cohort, main.criterion).unusable if main.source == "derived" else ()
    return ResponseResult(
        **shared,
        not_evaluable=_reasons(cohort, main),
        others=_others(cohort, main, level),
        agreements=agreements(cohort, main, name),
        disagreements=_disagreements(cohort, name),
        depth=depth,
        without_depth=without,
        timing=_timing(cohort),
        incidence=_incidence(cohort),
        unusable=tuple((name(p), reason) for p, reason in unusable),
    )


def rates(best: CountTable, level: float) -> Estimates:
    """Return objective response and disease control over all treated and over evaluable patients, by method."""
    estimates = Estimates()
    for name, categories in RATES:
        for denominator, table in (("all treated", best), ("evaluable", _only(best, EVALUABLE))):
            rows = proportion(table, categories, level=level) + proportion(table, categories, "method", level=level)
            named = (replace(r, variable=name, detail=denominator) for r in rows if r.statistic == "proportion")
            estimates += Estimates(tuple(named))
    return estimates


def _only(table: CountTable, categories: tuple[str, ...]) -> CountTable:
    """Leave the other categories out of the denominator."""
    kept = [table.categories.index(c) for c in categories if c in table.categories]
    return replace(table, categories=tuple(table.categories[i] for i in kept), counts=table.counts[:, kept])


def _notes(main: Reading | None) -> tuple[str, ...]:
    how = "derived from measurements" if main is not None and main.source == "derived" else "as recorded"
    return (
        f"Responses {how}, unconfirmed. Patients without a usable scan after treatment are not evaluable (NE): they "
        "are in the denominator of all treated patients, and did not respond.",
    )


def _reasons(cohort: Cohort, main: Reading) -> tuple[tuple[str, int], ...]:
    """Count why patients are not evaluable."""
    missing = [p for p, r in best_by_patient(cohort).items() if r == "NE"]
    return tuple(Counter(why_not_evaluable(cohort, main, missing).values()).most_common())


def _others(cohort: Cohort, main: Reading, level: float) -> tuple[CriterionResult, ...]:
    """Return the main reading confirmed, and every further reading unconfirmed and confirmed."""
    out = [_criterion(cohort, main, confirmed=True, level=level)]
    for reading in further_readings(cohort):
        out += [_criterion(cohort, reading, confirmed=c, level=level) for c in (False, True)]
    return tuple(out)


def _criterion(cohort: Cohort, reading: Reading, *, confirmed: bool, level: float) -> CriterionResult:
    best = best_by_reading(cohort, reading, confirmed=confirmed)
    every = cohort.table("patient")["patient_id"].to_list()
    here = diseased(cohort, reading)
    place = np.array([i for i, p in enumerate(every) if p in here], dtype=np.int64)
    ids = [every[i] for i in place]
    method = patient_keys(cohort)["method"].take(place)
    table = CountTable.of([best[p] for p in ids], RESPONSES, keys={"method": method}, ids=ids, name="best_response",
                          label="Best overall response")  # fmt: skip
    return CriterionResult(
        criterion=reading.criterion,
        label=reading.label,
        source=reading.source,
        site=reading.site,
        confirmed=confirmed,
        best=table,
        estimates=rates(table, level),
        note=_caution(cohort, reading),
    )


def _caution(cohort: Cohort, reading: Reading) -> str:
    """Say where a criterion is used outside what it was made for."""
    if reading.criterion not in _BY_ENHANCEMENT:
        return ""
    patient = cohort.table("patient")
    known = patient["histology"].drop_nulls().to_list() if "histology" in patient.columns else []
    made_for = known and all(any(word in str(h).lower() for word in _HEPATOCELLULAR) for h in known)
    return "" if made_for else OFF_LABEL


def _disagreements(cohort: Cohort, name: Pseudonyms) -> tuple[Disagreement, ...]:
    """Return the scans on which record and measurements differ, by any criterion that is recorded."""
    out = []
    for code in CRITERION:
        found = derived(cohort, code)
        days = dict(found.scans.select("assessment_id", "day").unique().rows())
        columns = ("patient_id", "assessment_id", "site", "recorded", "derived", "why")
        for patient, scan, site, recorded, ours, why in found.disagreements.select(columns).iter_rows():
            out.append(Disagreement(patient=name(patient), day=days[scan], site=site, recorded=recorded, derived=ours,
                                    why=f"{found.label}: {why}"))  # fmt: skip
    return tuple(out)


def _depth(cohort: Cohort, main: Reading) -> tuple[Estimates, tuple[tuple[str, int], ...]]:
    """Describe the best change of the target sum, where the measurements give one."""
    code = main.criterion if main.criterion in CRITERION else "recist11"
    frame = depth_of_response(cohort, code)
    changes = dict(frame.drop_nulls("change_pct").select("patient_id", "change_pct").rows())
    if not changes:
        return NOTHING, ()
    counts = Counter(frame.drop_nulls("why_none")["why_none"].to_list())
    without = tuple((reason, counts[reason]) for reason in WITHOUT_CHANGE if counts[reason])
    return _described(cohort, changes, f"best change of the target sum ({CRITERION[code].label})", ""), without


def _timing(cohort: Cohort) -> Estimates:
    """Describe the days to the first response among responders."""
    days = time_to_response(cohort)
    return _described(cohort, days, "time to response", "day") if days else NOTHING


def _described(cohort: Cohort, values: Mapping[str, float], name: str, unit: Any) -> Estimates:
    """Return number, median and range of a value, overall and by method."""
    ids = cohort.table("patient")["patient_id"].to_list()
    method = patient_keys(cohort)["method"]
    rows: list[Estimate] = []
    for group, members in _members(ids, method):
        here = np.array([values[i] for i in members if i in values])
        shared: dict[str, Any] = {"variable": name, "group": group, "n": len(here)}
        rows.append(Estimate(statistic="n", value=float(len(here)), unit="count", **shared))
        for statistic, of in (("median", np.median), ("minimum", np.min), ("maximum", np.max)):
            if len(here):
                rows.append(Estimate(statistic=statistic, value=float(of(here)), unit=unit, **shared))
            else:
                rows.append(Estimate(statistic=statistic, unit=unit, reason="none", **shared))
    return Estimates(tuple(rows))


def _members(ids: Sequence[str], method: Factor) -> list[tuple[Group, list[str]]]:
    """Return everybody, then the patients of each method."""
    own = list(zip(ids, method.values(), strict=True))
    groups = [((("method", level),), [i for i, v in own if v == level]) for level in method.levels]
    return [((), list(ids)), *groups]


def _incidence(cohort: Cohort) -> Estimates:
    """Return the cumulative incidence of response, overall and by method."""
    try:
        ttr = endpoint(cohort, "ttr", origin="first_ldt")
    except InputError:
        return NOTHING
    level, days = cohort.study.analysis.level, [round(m * DAYS_PER_MONTH) for m in MONTHS]
    rows = cumulative_incidence(ttr, times=days, level=level)
    rows += cumulative_incidence(ttr, "method", times=days, level=level)
    return Estimates(tuple(r for r in rows if r.statistic == "n" or r.detail == ttr.causes[0]))
