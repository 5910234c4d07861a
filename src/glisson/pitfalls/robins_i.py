"""The seven domains of ROBINS-I, filled with what the records say; the judgement is left to the reviewers.

Sterne JAC, et al. BMJ 2016;355:i4919.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from glisson.assessment import BiasDomain, Finding
from glisson.clinical.assessments import CRITERION_TEXT, recorded_codes
from glisson.clinical.groups import combinations, patient_keys
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.pitfalls.context import Context, count_text, percent_text

_CONFOUNDING = "Confounding"
_SELECTION = "Selection of participants"
_CLASSIFICATION = "Classification of interventions"
_DEVIATIONS = "Deviations from intended interventions"
_MISSING = "Missing data"
_OUTCOMES = "Measurement of outcomes"
_REPORTING = "Selection of the reported result"

#: The domain on which each pitfall bears most.
DOMAIN = {
    **dict.fromkeys(("P08", "P12", "P13", "P18", "P19", "P24", "P25", "P28"), _CONFOUNDING),
    **dict.fromkeys(("P01", "P02", "P03", "P04"), _SELECTION),
    **dict.fromkeys(("P21",), _CLASSIFICATION),
    **dict.fromkeys(("P06", "P10", "P23", "P26", "P29"), _MISSING),
    **dict.fromkeys(("P05", "P07", "P14", "P15", "P16", "P17", "P27"), _OUTCOMES),
    **dict.fromkeys(("P09", "P11", "P20", "P22", "P30"), _REPORTING),
}

#: Findings whose sentence is a fact that reviewers ask for.
_TOLD = frozenset({"P02", "P03", "P04", "P06", "P10", "P14", "P16", "P18", "P22", "P23", "P24", "P26"})


def robins_i(context: Context, findings: Sequence[Finding]) -> tuple[BiasDomain, ...]:
    """Return the seven domains, each with facts from the records and the ids of the findings that bear on it.

    Parameters
    ----------
    context
        What the detectors looked at.
    findings
        What they found.

    Notes
    -----
    Sterne JAC, Hernan MA, Reeves BC, et al. BMJ 2016;355:i4919. A judgement needs knowledge of the field and of how the
    patients were chosen, which no records hold: none is made here.

    Examples
    --------
    >>> from glisson.assessing import audit
    >>> from glisson.clinical.read import demo_cohort
    >>> {domain.judgement for domain in audit(demo_cohort()).bias}
    {'to be judged by the reviewers'}
    """
    rows = (
        (_CONFOUNDING, "Could prognostic factors have decided who had which method?", _confounding(context)),
        (_SELECTION, "Did what happened after the start decide who is in the data, or from when?", _selection(context)),
        (_CLASSIFICATION, "Was the method known at the start, and independent of the outcome?", _methods(context)),
        (_DEVIATIONS, "Did patients have other treatments than the one they are grouped by?", _deviations(context)),
        (_MISSING, "Were outcomes and prognostic factors known of everybody?", _missing(context)),
        (_OUTCOMES, "Could knowing the method have influenced how outcomes were measured?", _outcomes(context)),
        (_REPORTING, "Was the result chosen among several analyses?", _reporting(context)),
    )
    return tuple(
        BiasDomain(
            name=name, question=question, facts=(*facts, *_quoted(findings, name)),
            findings=tuple(dict.fromkeys(f.id for f in findings if DOMAIN.get(f.id) == name)),
        )
        for name, question, facts in rows
    )  # fmt: skip


def _quoted(findings: Sequence[Finding], domain: str) -> list[str]:
    """Return the facts of findings that say in a sentence what the records show of a domain."""
    return [f"{f.id}: {f.sentence}" for f in findings if f.id in _TOLD and DOMAIN[f.id] == domain]


def _confounding(context: Context) -> list[str]:
    method = patient_keys(context.cohort)["method"]
    counts = np.bincount(method.codes, minlength=len(method.levels))
    named = [f"{n} {METHOD_LABEL.get(m, m)}" for m, n in zip(method.levels, counts.tolist(), strict=True) if n]
    facts = [f"Patients were not assigned to methods at random: {', '.join(named)}."]
    if len(named) < 2:
        facts = ["All patients had one method; nothing is compared within these data."]
    facts.append(f"{count_text(len(context.baseline), 'baseline variable')} recorded.")
    return facts


def _selection(context: Context) -> list[str]:
    out = len({patient for patient, _ in context.cohort.excluded})
    everybody = count_text(context.cohort.n + out, "patient")
    facts = [
        f"{everybody} in the input, {out} left out because of problems in the data.",
        "The records do not say who was treated and is not in them.",
    ]
    origin = context.cohort.study.endpoints.origin
    if origin == "first_ldt":
        facts.append("Follow-up starts on the day of the first session, as treatment does.")
    else:
        facts.append(f"Follow-up starts at {origin.replace('_', ' ')}, not on the day of the first session.")
    os = context.survival()
    if os is not None and len(os):
        facts.append(f"The shortest follow-up is {count_text(int(os.exit.min()), 'day')}.")
    return facts


def _methods(context: Context) -> list[str]:
    method = patient_keys(context.cohort)["method"]
    known = sum(method.levels[c] != "unknown" for c in method.codes)
    return [
        f"The method of the first session is recorded for {percent_text(known, context.cohort.n)}.",
        "It was known when follow-up began. Only analyses called naive group patients by what happened later.",
    ]


def _deviations(context: Context) -> list[str]:
    n, facts = context.cohort.n, []
    if context.cohort.has("session", "method"):
        facts.append(f"{percent_text(len(combinations(context.cohort)), n)} had more than one method.")
    sessions = context.sessions()
    if not sessions.is_empty():
        again = sessions.unique(["patient_id", "date"]).group_by("patient_id").len().filter(pl.col("len") > 1)
        facts.append(f"{percent_text(len(again), n)} had sessions on several days.")
    records, start = context.records(), context.first_session()
    if records is not None and context.cohort.has("systemic_therapy", "start_date"):
        later = {
            p
            for p, d in records.tables["systemic_therapy"].select("patient_id", "start_date").drop_nulls().iter_rows()
            if p in start and d > start[p]
        }
        facts.append(f"{percent_text(len(later), n)} began systemic therapy after the first session.")
    return [*facts, "Patients are analysed under the method of their first session, whatever followed."]


def _missing(context: Context) -> list[str]:
    facts = []
    if context.cohort.has("patient", "last_contact_date") or context.cohort.has("patient", "death_date"):
        os = context.survival()
        if os is not None:
            facts.append(f"Vital status is known of {percent_text(len(os), context.cohort.n)}.")
    gaps = [(row.label, row.unknown[0]) for row in context.baseline if row.unknown and row.unknown[0]]
    if gaps:
        named = ", ".join(f"{label} in {n}" for label, n in sorted(gaps, key=lambda g: -g[1])[:4])
        facts.append(f"{count_text(len(gaps), 'baseline variable')} with unknown values; most of all {named}.")
    else:
        facts.append("No baseline variable has unknown values.")
    return facts


def _outcomes(context: Context) -> list[str]:
    facts = ["Death needs no judgement; progression and response do."] if "os" in context.endpoints else []
    cohort = context.cohort
    if not cohort.has("assessment"):
        return [*facts, "No scans are recorded."]
    scans = cohort.table("assessment")
    criteria = recorded_codes(scans, "criterion") if "criterion" in scans.columns else []
    if criteria:
        facts.append(f"Scans were read by {', '.join(CRITERION_TEXT.get(c, c) for c in criteria)}.")
    readers = recorded_codes(scans, "reader") if "reader" in scans.columns else []
    facts.append(f"Readers: {', '.join(readers)}." if readers else "Who read the scans is not recorded.")
    return [*facts, "The records do not say whether readers knew the method."]


def _reporting(context: Context) -> list[str]:
    tests = sum(e.unit == "p" for r in context.results for b in r.breakdowns for e in b.tests)
    breakdowns = sum(len(r.breakdowns) for r in context.results)
    facts = [f"{count_text(len(context.endpoints), 'endpoint')} were derived from the records."]
    if breakdowns:
        facts.append(f"{breakdowns} breakdowns of them and {count_text(tests, 'test')} were run; all are printed.")
    return [*facts, "Whether a protocol was written before the analysis is not in the records."]
