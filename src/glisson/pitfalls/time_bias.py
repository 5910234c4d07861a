"""Pitfalls of time: selection on survival, competing deaths, stale follow-up, imputed dates."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from glisson.assessment import Finding
from glisson.clinical.derive import endpoint as derive
from glisson.methods.competing import cumulative_incidence
from glisson.methods.survival import kaplan_meier
from glisson.pitfalls.context import Context, days_text, mask_of, medians, percent_text
from glisson.tables import Endpoint, Estimates


def selection_on_survival(context: Context) -> list[Finding]:
    """P04: nobody left early, as when patients with short follow-up or without a scan were excluded."""
    os = context.endpoints.get("os")
    if os is None or len(os) < 5:
        return []
    shortest, days = int(os.exit.min()), float(os.exit.sum())
    leaving = len(os) / days if days else 0.0
    chance = math.exp(-len(os) * leaving * shortest)
    if shortest <= 14 or chance >= 0.05:
        return []
    return [
        Finding(
            id="P04",
            title="Selection on later events",
            severity="warn",
            numbers=(("shortest follow-up", f"{shortest} days"), ("probability by chance", f"{chance:.3f}")),
            sentence=f"No patient left observation before day {shortest}. With {len(os)} patients and this rate of "
            f"leaving, that would happen by chance with probability {chance:.3f}.",
            consequence="If patients who died or were lost early were left out of the sheet, every survival estimate is "
            "too high.",
            remedy="Check that every treated patient is included from day 0. Below, the same data with as many early "
            "deaths added as the observed rate would have produced by that day.",
            naive=medians(kaplan_meier(os)),
            corrected=_with_early_deaths(os, leaving, shortest),
            reference="Domain rule: exclusion by follow-up is survivor selection",
        )
    ]


def _with_early_deaths(os: Endpoint, rate: float, shortest: int) -> Estimates:
    missing = max(1, round(len(os) * (math.exp(rate * shortest) - 1)))
    exit = np.concatenate([os.exit, np.full(missing, shortest // 2)])
    cause = np.concatenate([os.cause, np.ones(missing, dtype=np.int64)])
    return medians(kaplan_meier(Endpoint.from_arrays(exit, cause, causes=os.causes, name="os (with early deaths)")))


def competing_deaths(context: Context) -> list[Finding]:
    """P05: deaths that come before the event make one minus Kaplan-Meier too high.

    Gooley TA, et al. Stat Med 1999;18:695-706.
    """
    found = []
    for code, endpoint in context.endpoints.items():
        if len(endpoint.causes) < 2:
            continue
        competing, events = int(np.sum(endpoint.cause > 1)), endpoint.n_events
        left = competing + events
        if not events or competing <= 0.1 * len(endpoint):
            continue
        found.append(
            Finding(
                id="P05",
                title=f"Competing risks: {endpoint.label.lower()}",
                severity="stop",
                patients=context.names({str(c) for c in endpoint.cluster[endpoint.cause > 1]}),
                numbers=(("deaths before the event", percent_text(competing, len(endpoint))),),
                sentence=f"{competing} of {len(endpoint)} patients died before {endpoint.causes[0]} could be seen "
                f"({events} had it; {left} left by one or the other).",
                consequence="One minus Kaplan-Meier treats these deaths as if the patients could still have the event, "
                "and so overstates its probability.",
                remedy="The report shows the cumulative incidence with death as a competing event (Aalen-Johansen); the "
                "naive figure stands beside it and nowhere else."
                + (
                    " Neither is the whole truth where the sheet does not say when the deaths happened relative to the "
                    "last scan."
                    if context.cohort.has("outcome")
                    else ""
                ),
                naive=_one_minus_km(context, code, endpoint),
                corrected=_incidence(context, endpoint),
                reference="Gooley 1999",
            )
        )
    return found


def _times(context: Context) -> tuple[int, ...]:
    return tuple(round(m * 30.4375) for m in context.analysis.times_months)


def _one_minus_km(context: Context, code: str, endpoint: Endpoint) -> Estimates:
    single = Endpoint.from_arrays(
        endpoint.exit, (endpoint.cause == 1).astype(np.int64), causes=endpoint.causes[:1], name=code
    )
    rows = kaplan_meier(single, times=_times(context)).select("survival")
    flip = [
        replace(
            r, statistic="one minus Kaplan-Meier", value=None if r.value is None else 1 - r.value,
            low=None if r.high is None else 1 - r.high, high=None if r.low is None else 1 - r.low,
        )
        for r in rows
    ]  # fmt: skip
    return Estimates(tuple(flip))


def _incidence(context: Context, endpoint: Endpoint) -> Estimates:
    rows = cumulative_incidence(endpoint, times=_times(context)).select("cumulative_incidence")
    return Estimates(tuple(r for r in rows if r.detail in ("", endpoint.causes[0])))


def stale_followup(context: Context) -> list[Finding]:
    """P23: patients counted alive whose last contact is long ago."""
    frame = context.cohort.table("patient")
    os = context.endpoints.get("os")
    if os is None or not {"last_contact_date", "death_date"} <= set(frame.columns):
        return []
    alive = frame.filter(pl.col("death_date").is_null() & pl.col("last_contact_date").is_not_null())
    last = frame.select(pl.max_horizontal(pl.col("last_contact_date").max(), pl.col("death_date").max())).item()
    cutoff = context.cohort.study.cutoff or last
    if alive.is_empty() or cutoff is None:
        return []
    gaps = {p: (cutoff - d).days for p, d in zip(alive["patient_id"], alive["last_contact_date"], strict=True)}
    middle = float(np.median(list(gaps.values())))
    if middle <= 183:
        return []
    stale = {p for p, gap in gaps.items() if gap > 183}
    common = cutoff - timedelta(days=max(gaps.values()))
    return [
        Finding(
            id="P23",
            title="Stale follow-up",
            severity="warn",
            patients=context.names(stale),
            numbers=(("patients alive", str(len(gaps))), ("median time since last contact", days_text(middle))),
            sentence=f"{len(stale)} of {len(gaps)} patients counted as alive were last seen more than six months before "
            f"the cut-off ({cutoff}); the median is {days_text(middle)}.",
            consequence="Deaths are heard of sooner than survival, so recent deaths enter while recent survival does "
            "not: survival looks worse late on the curve, or better where deaths went unheard.",
            remedy=f"Update vital status. As a sensitivity analysis everybody is closed at {common}, the last day on "
            "which all patients counted as alive were known to be alive.",
            naive=medians(kaplan_meier(os)),
            corrected=_closed_at(context, os, common),
            reference="Clark TG, et al. Br J Cancer 2003;89:232-238",
        )
    ]


def _closed_at(context: Context, os: Endpoint, common: date) -> Estimates:
    start = context.first_session()
    limit = np.array([(common - start[str(c)]).days if str(c) in start else 10**6 for c in os.cluster])
    kept = limit > 0
    exit = np.minimum(os.exit, limit)[kept]
    cause = np.where(os.exit <= limit, os.cause, 0)[kept]
    if not len(exit):
        return Estimates()
    return medians(kaplan_meier(Endpoint.from_arrays(exit, cause, causes=os.causes, name="os (common closing date)")))


def imputed_dates(context: Context) -> list[Finding]:
    """P29: partial dates whose day was assumed, and events on day 0."""
    found = []
    for code, endpoint in context.endpoints.items():
        zero = endpoint.exit == 0
        events = zero & (endpoint.cause > 0)
        if events.any():
            found.append(_day_zero(context, endpoint, events))
        imputed = {unit for unit, note in endpoint.flags if "partial date" in note}
        if imputed and (len(imputed) > 0.1 * len(endpoint)):
            found.append(_partial(context, code, endpoint, imputed))
    return found


def _day_zero(context: Context, endpoint: Endpoint, events: NDArray[np.bool_]) -> Finding:
    return Finding(
        id="P29",
        title=f"Events on day 0: {endpoint.label.lower()}",
        severity="info",
        patients=context.names({str(c) for c in endpoint.cluster[events]}),
        numbers=(("events on day 0", percent_text(int(events.sum()), len(endpoint))),),
        sentence=f"{int(events.sum())} events happened on the day of the first session.",
        consequence="They count as events at time 0; software that needs times above zero drops them.",
        remedy="They are kept at day 0 and contribute half a day of exposure. Without them the estimates are those on "
        "the right.",
        naive=medians(kaplan_meier(endpoint)) if len(endpoint.causes) == 1 else Estimates(),
        corrected=medians(kaplan_meier(endpoint.take(~mask_of(endpoint, {str(c) for c in endpoint.cluster[events]}))))
        if len(endpoint.causes) == 1
        else Estimates(),
    )


def _partial(context: Context, code: str, endpoint: Endpoint, imputed: set[str]) -> Finding:
    early = derive(context.cohort, code, partial="earliest")
    late = derive(context.cohort, code, partial="latest")
    return Finding(
        id="P29",
        title=f"Partial dates: {endpoint.label.lower()}",
        severity="info",
        patients=context.names(imputed),
        numbers=(("decided by a partial date", percent_text(len(imputed), len(endpoint))),),
        sentence=f"For {len(imputed)} of {len(endpoint)} patients a date without a day decides the time.",
        consequence="The middle of the month was assumed; the true day can differ by two weeks.",
        remedy="The analysis was repeated with the earliest and the latest possible day.",
        naive=medians(kaplan_meier(endpoint)),
        corrected=medians(kaplan_meier(early)) + medians(kaplan_meier(late)),
    )
