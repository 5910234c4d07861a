"""Response of patients: rates by criterion, site and method, depth, timing, agreement."""

from __future__ import annotations

from dataclasses import replace

from glisson.assessment import ResponseResult
from glisson.clinical.cohort import Cohort
from glisson.clinical.response import DISEASE_CONTROL, EVALUABLE, OBJECTIVE_RESPONSE, best_response, criterion_text
from glisson.errors import InputError
from glisson.methods.proportions import compare_proportions, proportion
from glisson.tables import CountTable, Estimates

#: Response rates in print order.
RATES = (("Objective response rate", OBJECTIVE_RESPONSE), ("Disease control rate", DISEASE_CONTROL))


def response_result(cohort: Cohort) -> ResponseResult | None:
    """Return recorded response overall and by method, over all treated and over evaluable patients."""
    try:
        best = best_response(cohort).by("method")
    except InputError:
        return None
    level = cohort.study.analysis.level
    estimates = rates(best, level)
    compared = compare_proportions(best, OBJECTIVE_RESPONSE, "method", level=level)
    estimates += Estimates(tuple(replace(r, variable=RATES[0][0]) for r in compared))
    notes = (
        "Recorded responses, unconfirmed. Patients without a usable scan after treatment are not evaluable (NE) and "
        "count as non-responders among all treated patients.",
    )
    return ResponseResult(criterion=criterion_text(cohort), best=best, estimates=estimates, notes=notes)


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
