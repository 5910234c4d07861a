"""Responses by any criterion, at any site, as recorded or derived, in one shape; and pairs of them to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import polars as pl

from glisson.clinical.assessments import CRITERION_TEXT, after_treatment, worst_by_date
from glisson.clinical.cohort import Cohort
from glisson.clinical.response import best_by_patient, responses_on_treatment
from glisson.clinical.responses import criterion_code, derives
from glisson.clinical.settled import settled
from glisson.clinical.timeline import Timeline, timeline
from glisson.clinical.tumour import CRITERION, derivable, derived
from glisson.clinical.tumour.derived import RECORDED_IN

Site = Literal["any", "liver", "outside"]
Source = Literal["derived", "recorded"]

#: Responses in their order, for agreement; the others are no step on it.
ORDERED = ("CR", "PR", "SD", "PD")
#: Non-target disease that neither vanished nor progressed is taken as stable there.
AS_STABLE = {"NON-CR/NON-PD": "SD", "NON-PD": "SD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way of judging scans: a criterion, at a site, derived or as recorded."""

    criterion: str
    source: Source
    site: Site = "any"

    @property
    def label(self) -> str:
        """The criterion in print."""
        if self.criterion in CRITERION:
            return CRITERION[self.criterion].label
        return CRITERION_TEXT.get(self.criterion, self.criterion)


def recorded_criteria(cohort: Cohort) -> tuple[str, ...]:
    """Return the criteria by which an overall response is recorded, in the order of the vocabulary."""
    if not cohort.has("assessment", "criterion", "overall_resp"):
        return ()
    rows = cohort.table("assessment").drop_nulls("overall_resp")
    found = set(rows["criterion"].drop_nulls())
    return tuple(c for c in (*CRITERION, *sorted(found - set(CRITERION))) if c in found)


def main_reading(cohort: Cohort) -> Reading | None:
    """Return the reading that the endpoints of the study use; ``None`` where no scan is judged.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> main_reading(demo_cohort())
    Reading(criterion='recist11', source='derived', site='any')
    """
    if not (cohort.has("session", "date") and cohort.has("assessment", "date")):
        return None
    code = criterion_code(cohort)
    if derives(cohort):
        return Reading(criterion=code, source="derived")
    return Reading(criterion=code, source="recorded") if cohort.has("assessment", "overall_resp") else None


@lru_cache(maxsize=4)  # tables and agreement ask for the same
def further_readings(cohort: Cohort) -> tuple[Reading, ...]:
    """Return every other reading worth a row: the sites, further criteria, and the record where it is not the main one.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> [(r.criterion, r.site) for r in further_readings(demo_cohort())][:4]
    [('recist11', 'liver'), ('recist11', 'outside'), ('mrecist', 'any'), ('mrecist', 'liver')]
    """
    main = main_reading(cohort)
    if main is None:
        return ()
    recorded, possible = recorded_criteria(cohort), derivable(cohort)
    out = [replace(main, site="liver"), replace(main, site="outside")]
    for code in dict.fromkeys((*possible, *recorded)):
        for source, known in (("derived", possible), ("recorded", recorded)):
            same = code == main.criterion and source == main.source
            # A record that the measurements confirm at every scan is no second result.
            both = code in possible and code in recorded
            confirmed = both and (code == main.criterion or source == "recorded")
            confirmed = confirmed and derived(cohort, code).disagreements.is_empty()
            if code in known and not same and not confirmed:
                sites: tuple[Site, ...] = ("any",) if code == main.criterion else ("any", "liver")
                out += [Reading(criterion=code, source=source, site=site) for site in sites]  # type: ignore[arg-type]
    return tuple(r for r in out if len(scan_responses(cohort, r)))


def scan_responses(cohort: Cohort, reading: Reading) -> pl.DataFrame:
    """Return the responses of the scans after treatment: ``patient_id``, ``date``, ``response``."""
    rows, column = _records(cohort, reading).tables["assessment"], RECORDED_IN[reading.site]
    if column not in rows.columns:
        return pl.DataFrame(schema={"patient_id": pl.String, "date": pl.Date, "response": pl.String})
    return rows.select("patient_id", "date", response=column).drop_nulls("response")


def treated_responses(cohort: Cohort, reading: Reading) -> pl.DataFrame:
    """Return the responses that can make a best response: ``patient_id``, ``date``, ``response``, ``days``."""
    return responses_on_treatment(_records(cohort, reading), cohort.study.endpoints, site=reading.site)


@lru_cache(maxsize=64)  # tables and agreement ask for the same
def best_by_reading(cohort: Cohort, reading: Reading, *, confirmed: bool = False) -> Mapping[str, str]:
    """Return the best overall response of every patient, ``NE`` where there is none.

    Parameters
    ----------
    cohort
        Validated records.
    reading
        Criterion, site and source; a response at one site is judged until progression at that site.
    confirmed
        Whether CR and PR need a second scan, by the study's ``response.confirm_days`` and its companions.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> found = best_by_reading(demo_cohort(), Reading(criterion="recist11", source="derived"))
    >>> sum(r in {"CR", "PR"} for r in found.values()), len(found)
    (9, 24)
    """
    whole = _as_if(cohort, reading.source)
    return MappingProxyType(best_by_patient(whole, reading.criterion, confirmed=confirmed, site=reading.site))


def diseased(cohort: Cohort, reading: Reading) -> set[str]:
    """Return the patients who can respond at a site: outside the liver, those with extrahepatic disease there."""
    patient = cohort.table("patient")
    if reading.site != "outside" or not cohort.has("patient", "extrahepatic_t0"):
        return set(patient["patient_id"])
    return set(patient.filter(pl.col("extrahepatic_t0") == "present")["patient_id"])


def why_not_evaluable(cohort: Cohort, reading: Reading, patients: Sequence[str]) -> dict[str, str]:
    """Say of patients without a best response why there is none."""
    records = _records(cohort, reading)
    rows = scan_responses(cohort, reading)
    read = dict(rows.group_by("patient_id").agg(pl.col("response").unique()).rows())
    dead = set(records.patients.drop_nulls("death_date")["patient_id"])
    usable = set(treated_responses(cohort, reading).filter(pl.col("response") != "NE")["patient_id"])
    out = {}
    for p in patients:
        if p in records.without_baseline:
            out[p] = "no scan before treatment to compare with"
        elif p not in read:
            out[p] = "died before a first scan" if p in dead else "no scan after treatment"
        elif p in usable:
            out[p] = f"stable only before day {cohort.study.endpoints.sd_min_days}"
        elif set(read[p]) == {"NE"}:
            out[p] = "no scan could be evaluated" + (" before death" if p in dead else "")
        else:
            out[p] = "evaluable only after a new therapy"
    return out


def _records(cohort: Cohort, reading: Reading) -> Timeline:
    return timeline(_as_if(cohort, reading.source), criterion=reading.criterion)


def _as_if(cohort: Cohort, source: Source) -> Cohort:
    """Return the cohort of a study that takes responses from this source."""
    return cohort if cohort.study.response.source == source else _with_source(cohort, source)


@lru_cache(maxsize=4)  # the derivations of a cohort are kept by the cohort itself
def _with_source(cohort: Cohort, source: Source) -> Cohort:
    response = cohort.study.response.model_copy(update={"source": source})
    return replace(cohort, study=cohort.study.model_copy(update={"response": response}))


def pairs_with_record(cohort: Cohort, criterion: str) -> pl.DataFrame:
    """Return scans with both a recorded and a derived response: ``patient_id``, ``day``, ``first``, ``second``."""
    scans = derived(cohort, criterion).scans.filter((pl.col("site") == "any") & ~pl.col("baseline"))
    if scans.is_empty() or not cohort.has("assessment", "overall_resp"):
        return pl.DataFrame(schema={"patient_id": pl.String, "day": pl.Int64, "first": pl.String, "second": pl.String})
    recorded = cohort.table("assessment")
    if "criterion" in recorded.columns:
        recorded = recorded.filter((pl.col("criterion") == criterion).fill_null(value=criterion == "recist11"))
    both = scans.join(recorded.select("assessment_id", "overall_resp"), on="assessment_id", how="inner")
    return both.select("patient_id", "day", first="overall_resp", second="response").drop_nulls()


def pairs_of_readers(cohort: Cohort, criterion: str) -> dict[tuple[str, str], pl.DataFrame]:
    """Return, for each two readers of a criterion, the scans both read, as in ``pairs_with_record``."""
    if not cohort.has("assessment", "reader", "overall_resp"):
        return {}
    rows = _recorded(cohort).drop_nulls(["reader", "overall_resp"])
    if "criterion" in rows.columns:
        rows = rows.filter(pl.col("criterion") == criterion)
    found = sorted(rows["reader"].unique(), key=lambda r: (r != "local", r))
    read = {r: worst_by_date(rows.filter(pl.col("reader") == r)).drop("source_row") for r in found}
    start = settled(cohort).bounds.select("patient_id", "t0")
    out = {}
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            both = read[a].join(read[b], on=["patient_id", "date"], suffix="_b").join(start, on="patient_id")
            day = (pl.col("date") - pl.col("t0")).dt.total_days()
            pairs = both.select("patient_id", day.alias("day"), first="response", second="response_b")
            if len(pairs):
                out[a, b] = pairs.sort("patient_id", "day")
    return out


def _recorded(cohort: Cohort) -> pl.DataFrame:
    """Return the recorded assessments after treatment, up to the cut-off."""
    records = settled(cohort)
    rows = after_treatment(records.tables["assessment"], records.bounds)[0]
    return rows if cohort.study.cutoff is None else rows.filter(pl.col("date") <= cohort.study.cutoff)
