"""Pitfalls of follow-up: selection on survival, competing deaths, stale follow-up."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from glisson.assessment import Finding
from glisson.clinical.derive import endpoint as derived
from glisson.methods.competing_tests import fine_gray, gray_test
from glisson.methods.survival import kaplan_meier
from glisson.pitfalls.context import Context, count_text, days_text, noted, percent_text, unit_of
from glisson.tables import Endpoint, Estimates
from glisson.tables.endpoint import ORIGIN

#: Half a year, the longest time since last contact that still counts as current.
STALE_DAYS = 183


def selection_on_survival(context: Context) -> list[Finding]:
    """P04: nobody left early, as when patients with short follow-up or without a scan were excluded.

    Hernan MA, et al. J Clin Epidemiol 2016;79:70-75.
    """
    os = context.survival()
    if os is None or not len(os):
        return []
    n, shortest, days = len(os), int(os.exit.min()), float(os.exit.sum())
    if shortest <= 14:
        return []
    leaving = n / days
    chance = math.exp(-n * leaving * shortest)
    if chance >= 0.05:
        return []
    missing = max(1, round(n * (math.exp(leaving * shortest) - 1)))
    return [
        Finding(
            id="P04",
            title="Selection on later events",
            severity="warn",
            numbers=(
                ("patients", str(n)),
                ("shortest follow-up", days_text(shortest)),
                ("probability by chance", _probability(chance)),
                ("early deaths added", str(missing)),
            ),
            sentence=f"Nobody left observation before day {shortest}. With {n} patients who leave at the rate seen "
            f"here, that would happen by chance with probability {_probability(chance)}.",
            consequence="If patients who died or were lost early were left out of the sheet, every survival estimate "
            "is too high.",
            remedy="Check that every treated patient is included from the day of the first session. Beside the "
            f"estimates stands the worst case: {count_text(missing, 'death')} added by day {shortest}, as many as the "
            "observed rate of leaving would have taken away by then.",
            naive=context.medians(os),
            corrected=context.medians(_with_early_deaths(os, missing, shortest)),
            reference="Hernan 2016",
        )
    ]


def _probability(chance: float) -> str:
    return f"{chance:.3f}" if chance >= 0.001 else "below 0.001"


def _with_early_deaths(os: Endpoint, missing: int, shortest: int) -> Endpoint:
    return Endpoint.from_arrays(
        np.concatenate([os.exit, np.full(missing, shortest // 2)]),
        np.concatenate([os.cause, np.ones(missing, dtype=np.int64)]),
        causes=os.causes,
        name="os (with early deaths)",
    )


def competing_deaths(context: Context) -> list[Finding]:
    """P05: deaths that come before the event make one minus Kaplan-Meier too high.

    Gooley TA, et al. Stat Med 1999;18:695-706.
    """
    found = []
    for endpoint in context.endpoints.values():
        if len(endpoint.causes) < 2 or not endpoint.n_events:
            continue
        if int(np.sum(endpoint.cause > 1)) > 0.1 * len(endpoint):
            found.append(_competing(context, endpoint))
    return found


def _competing(context: Context, endpoint: Endpoint) -> Finding:
    died = endpoint.cause > 1
    n, unit, event = int(died.sum()), unit_of(endpoint), endpoint.causes[0]
    patients = context.names(endpoint.cluster[died])
    numbers = [("patients", str(len(patients))), ("deaths before the event", percent_text(n, len(endpoint)))]
    if unit == "lesion":
        numbers[1] = ("lesions whose patient died first", percent_text(n, len(endpoint)))
        sentence = f"{n} of {count_text(len(endpoint), 'lesion')} belong to patients who died before {event} of the "
        sentence += f"lesion was seen; {endpoint.n_events} had it."
    else:
        sentence = f"{n} of {count_text(len(endpoint), 'patient')} died before {event} was seen; {endpoint.n_events} "
        sentence += "had it."
    unsure = any(name == "deaths" for name, _ in endpoint.rules)
    return Finding(
        id="P05",
        title=f"Competing risks: {endpoint.label.lower()}",
        severity="stop",
        patients=patients,
        numbers=tuple(numbers),
        sentence=sentence,
        consequence="One minus Kaplan-Meier treats those who died as if they could still have the event, and so "
        "overstates its probability.",
        remedy="The report gives the cumulative incidence with death as a competing event (Aalen-Johansen). The naive "
        "figure stands beside it and nowhere else." + _by_method_text(context, endpoint) + (_NEITHER if unsure else ""),
        naive=_one_minus_km(context, endpoint),
        corrected=context.summary(endpoint).select("cumulative_incidence") + _by_method(context, endpoint),
        reference="Gooley 1999" + ("; Fine & Gray 1999" if context.testable(endpoint, "method") else ""),
    )


def _by_method(context: Context, endpoint: Endpoint) -> Estimates:
    """Compare methods by both hazards, where two of them have enough events.

    Gray's test and the Fine-Gray model take units as independent; lesions of one patient are not.
    """
    if not context.testable(endpoint, "method"):
        return Estimates()
    rows = noted(context.ratios(endpoint, "method"), "cause-specific")
    if unit_of(endpoint) == "lesion" or int(endpoint.entry.max()) != ORIGIN:
        return rows
    level = context.analysis.level
    return (
        rows
        + fine_gray(endpoint, "method", level=level).select("subdistribution_hazard_ratio")
        + noted(gray_test(endpoint, "method"), "Gray's test")
    )


def _by_method_text(context: Context, endpoint: Endpoint) -> str:
    if not context.testable(endpoint, "method"):
        return ""
    if unit_of(endpoint) == "lesion" or int(endpoint.entry.max()) != ORIGIN:
        return " Methods are compared by cause-specific hazard ratios; errors keep patients whole."
    return (
        " Methods are compared by Gray's test, by cause-specific hazard ratios (the rate among those still free of "
        "both) and by subdistribution hazard ratios (who will have had it in the end)."
    )


#: Why recorded durations to progression give two figures, neither of which is right.
_NEITHER = (
    " Neither is the truth here: the sheet does not say what happened between the end of follow-up for progression and "
    "death. One minus Kaplan-Meier lets the dead progress like the others; the cumulative incidence takes them to have "
    "been free of progression until they died."
)


def _one_minus_km(context: Context, endpoint: Endpoint) -> Estimates:
    """Return one minus the Kaplan-Meier estimate with deaths censored, at the recorded time where there is one."""
    if any(name == "deaths" for name, _ in endpoint.rules):
        endpoint = derived(context.cohort, endpoint.name, death_at="at_ttp")
    single = replace(endpoint, cause=np.where(endpoint.cause == 1, 1, 0), causes=endpoint.causes[:1])
    settings = context.analysis
    rows = kaplan_meier(single, times=context.times, conf_type=settings.conf_type, level=settings.level)
    flip = [
        replace(
            r, statistic="one_minus_survival", value=None if r.value is None else 1 - r.value,
            low=None if r.high is None else 1 - r.high, high=None if r.low is None else 1 - r.low,
        )
        for r in rows.select("survival")
    ]  # fmt: skip
    return Estimates(tuple(flip))


def stale_followup(context: Context) -> list[Finding]:
    """P23: patients counted alive whose last contact is long ago.

    Clark TG, Altman DG, De Stavola BL. Lancet 2002;359:1309-1310.
    """
    os, records = context.survival(), context.records()
    if os is None or records is None or not context.cohort.has("patient", "last_contact_date"):
        return []
    frame = records.patients.filter(pl.col("t0").is_not_null())
    alive = frame.filter(pl.col("death_date").is_null() & pl.col("last_contact_date").is_not_null())
    last = frame.select(pl.max_horizontal(pl.col("last_contact_date").max(), pl.col("death_date").max())).item()
    cutoff = records.cutoff or last
    if alive.is_empty() or cutoff is None:
        return []
    gaps = {p: (cutoff - d).days for p, d in zip(alive["patient_id"], alive["last_contact_date"], strict=True)}
    middle = float(np.median([max(0, gap) for gap in gaps.values()]))
    if middle <= STALE_DAYS:
        return []
    stale = [p for p, gap in gaps.items() if gap > STALE_DAYS]
    return [_stale(context, os, gaps, stale, middle, cutoff, declared=records.cutoff is not None)]


def _stale(
    context: Context, os: Endpoint, gaps: dict[str, int], stale: list[str], middle: float, cutoff: date, *,
    declared: bool,
) -> Finding:  # fmt: skip
    common = cutoff - timedelta(days=max(gaps.values()))
    closed = _closed_at(context, os, common)
    by = f"the cut-off ({cutoff})" if declared else f"the last date in the data ({cutoff})"
    left_out = len(os) - len(closed)
    late = f"; {count_text(left_out, 'patient')} treated after it {'is' if left_out == 1 else 'are'} left out"
    return Finding(
        id="P23",
        title="Stale follow-up",
        severity="warn",
        patients=context.names(stale),
        numbers=(
            ("patients", str(len(stale))),
            ("patients counted as alive", str(len(gaps))),
            ("median time since last contact", days_text(middle)),
            ("common closing date", str(common)),
        ),
        sentence=f"{len(stale)} of {count_text(len(gaps), 'patient')} counted as alive had their last contact more "
        f"than six months before {by}; the median is {days_text(middle)}.",
        consequence="Deaths tend to be heard of sooner than survival. Where they are, survival looks too short; where "
        "patients lost from sight have died unheard, it looks too long.",
        remedy=f"Update vital status. As a sensitivity analysis everybody is closed at {common}, the last day on which "
        "all patients counted as alive are known to have been alive" + (late if left_out else "") + ".",
        naive=context.medians(os),
        corrected=context.medians(closed) if len(closed) else Estimates(),
        reference="Clark 2002",
    )


def _closed_at(context: Context, os: Endpoint, common: date) -> Endpoint:
    """End everybody's observation at a date; who was treated after it is left out."""
    start = context.first_session()
    limit = np.array([(common - start[str(c)]).days if str(c) in start else -1 for c in os.cluster], dtype=np.int64)
    rows = np.flatnonzero(limit >= 0)
    return Endpoint.from_arrays(
        np.minimum(os.exit, limit)[rows],
        np.where(os.exit <= limit, os.cause, 0)[rows],
        unit=os.unit[rows],
        causes=os.causes,
        name="os (common closing date)",
    )
