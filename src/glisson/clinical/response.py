"""Best overall response as recorded."""

from __future__ import annotations

import polars as pl

from glisson.clinical.assessments import worst_by_date
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.clinical.settings import EndpointSettings
from glisson.clinical.therapies import new_therapies
from glisson.clinical.timeline import Timeline, timeline
from glisson.clinical.vocabulary import RESPONSES
from glisson.errors import InputError
from glisson.tables import CountTable

#: Sets of best overall response. Non-target disease that neither vanished nor progressed is controlled, too.
OBJECTIVE_RESPONSE = ("CR", "PR")
DISEASE_CONTROL = ("CR", "PR", "SD", "NON-CR/NON-PD", "NON-PD")
#: Denominator of evaluable patients; all treated patients are the primary one, where NE is no response.
EVALUABLE = tuple(r for r in RESPONSES if r != "NE")

_STABLE = ("SD", "NON-CR/NON-PD", "NON-PD")


def best_response(cohort: Cohort, *, until_new_therapy: bool = True) -> CountTable:
    """Count best overall response by the grouping variables of the patients.

    The best response from the first session to the first progression, unconfirmed. Stable disease counts from the
    study's ``sd_min_days`` on; earlier it is not evaluable. Several readings on one date give the worst of them.

    Parameters
    ----------
    cohort
        With recorded overall responses, or a best response per patient.
    until_new_therapy
        Whether assessments after a new anticancer therapy are left out.

    Returns
    -------
    CountTable
        One patient a count; categories are ``RESPONSES``, patients without a usable assessment are ``NE``.

    Raises
    ------
    InputError
        If no response is recorded.

    Notes
    -----
    Eisenhauer EA, et al. New response evaluation criteria in solid tumours: revised RECIST guideline (version 1.1).
    Eur J Cancer 2009;45:228-247.
    """
    best = best_by_patient(cohort, until_new_therapy=until_new_therapy)
    ids = cohort.table("patient")["patient_id"].to_list()
    return CountTable.of(
        [best[i] for i in ids],
        RESPONSES,
        keys=patient_keys(cohort),
        ids=ids,
        name="best_response",
        label="Best overall response",
    )


def best_by_patient(cohort: Cohort, *, until_new_therapy: bool = True) -> dict[str, str]:
    """Return the best overall response of every patient, ``NE`` where there is none."""
    patient = cohort.table("patient")
    ids = patient["patient_id"].to_list()
    if _assessed(cohort):
        settings = cohort.study.endpoints
        rows = responses_on_treatment(timeline(cohort), settings, until_new_therapy=until_new_therapy)
        found = _best(rows, settings.sd_min_days)
        return {i: found.get(i, "NE") for i in ids}
    if cohort.has("patient", "best_response"):
        return dict(zip(ids, patient["best_response"].fill_null("NE").to_list(), strict=True))
    raise InputError(
        "no response is recorded",
        expected="assessment.overall_resp with dated sessions, or patient.best_response",
        todo="add either to report response",
    )


def criterion_text(cohort: Cohort) -> str:
    """Say by which criterion responses were recorded, e.g. ``RECIST 1.1 (the only one recorded)``."""
    if _assessed(cohort):
        return timeline(cohort).criterion
    return "criterion not recorded"


def _assessed(cohort: Cohort) -> bool:
    return cohort.has("assessment", "date", "overall_resp") and cohort.has("session", "date")


def _best(rows: pl.DataFrame, sd_min_days: int) -> dict[str, str]:
    """Return the best of each patient's responses; stable disease seen too early says nothing."""
    early = pl.col("response").is_in(_STABLE) & (pl.col("days") < sd_min_days)
    counted = rows.with_columns(response=pl.when(early).then(pl.lit("NE")).otherwise(pl.col("response")))
    rank = pl.col("response").replace_strict({r: i for i, r in enumerate(RESPONSES)}, return_dtype=pl.Int64)
    best = counted.group_by("patient_id").agg(pl.col("response").sort_by(rank).first())
    return dict(zip(best["patient_id"], best["response"], strict=True))


def responses_on_treatment(
    records: Timeline, settings: EndpointSettings, *, until_new_therapy: bool = True
) -> pl.DataFrame:
    """Return the responses that can make a best response: up to the first progression and any new therapy.

    Returns
    -------
    DataFrame
        ``patient_id``, ``date``, ``response``, ``days`` since the first session; by patient and date.
    """
    rows = worst_by_date(records.tables["assessment"])
    rows = rows.join(records.patients.select("patient_id", "t0"), on="patient_id", how="inner")
    if records.cutoff is not None:
        rows = rows.filter(pl.col("date") <= records.cutoff)
    progression = rows.filter(pl.col("response") == "PD").group_by("patient_id").agg(stop=pl.col("date").min())
    rows = rows.join(progression, on="patient_id", how="left")
    rows = rows.filter(pl.col("stop").is_null() | (pl.col("date") <= pl.col("stop")))
    if until_new_therapy:
        therapies = new_therapies(records, settings.course_window_days)
        therapies = therapies.group_by("patient_id").agg(new_therapy=pl.col("date").min())
        rows = rows.join(therapies, on="patient_id", how="left")
        rows = rows.filter(pl.col("new_therapy").is_null() | (pl.col("date") <= pl.col("new_therapy")))
    days = (pl.col("date") - pl.col("t0")).dt.total_days()
    return rows.select("patient_id", "date", "response", days=days).sort("patient_id", "date")
