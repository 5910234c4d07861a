"""Best overall response: derived from measurements where there are any, else as recorded."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from glisson.clinical.assessments import worst_by_date
from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import patient_keys
from glisson.clinical.responses import derives
from glisson.clinical.settings import EndpointSettings, Study
from glisson.clinical.therapies import new_therapies
from glisson.clinical.timeline import Timeline, timeline
from glisson.clinical.tumour import best
from glisson.clinical.tumour.derived import RECORDED_IN
from glisson.clinical.vocabulary import RESPONSES
from glisson.errors import InputError
from glisson.tables import CountTable

#: Sets of best overall response. Non-target disease that neither vanished nor progressed is controlled, too.
OBJECTIVE_RESPONSE = ("CR", "PR")
DISEASE_CONTROL = ("CR", "PR", "SD", "NON-CR/NON-PD", "NON-PD")
#: Denominator of evaluable patients; all treated patients are the primary one, where NE is no response.
EVALUABLE = tuple(r for r in RESPONSES if r != "NE")

_SITE_TEXT = {"any": "", "liver": " in the liver", "outside": " outside the liver"}


def best_response(
    cohort: Cohort,
    criterion: str = "",
    confirmed: bool = False,
    *,
    site: str = "any",
    until_new_therapy: bool = True,
) -> CountTable:
    """Count best overall response by the grouping variables of the patients.

    The best response from the first session to the first progression. Stable disease counts from the study's
    ``sd_min_days`` on; earlier it is not evaluable. Several readings on one date give the worst of them.

    Parameters
    ----------
    cohort
        With measurements or recorded overall responses, or a best response per patient.
    criterion
        ``"recist11"``, ``"mrecist"``, ``"easl"``, ``"who"``, ``"choi"`` or ``"mchoi"``; by default the study's. One
        that nobody recorded is derived from the measurements.
    confirmed
        Whether a response needs a second scan that confirms it (``response.confirm_days`` of the study); without one it
        counts as stable disease.
    site
        ``"any"``, ``"liver"`` or ``"outside"`` the liver.
    until_new_therapy
        Whether assessments after a new anticancer therapy are left out.

    Returns
    -------
    CountTable
        One patient a count; categories are ``RESPONSES``, patients without a usable assessment are ``NE``.

    Raises
    ------
    InputError
        If no response is recorded and none can be derived.
    SettingsError
        If the criterion was not recorded and cannot be derived.

    Notes
    -----
    Eisenhauer EA, et al. New response evaluation criteria in solid tumours: revised RECIST guideline (version 1.1).
    Eur J Cancer 2009;45:228-247.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> cohort = demo_cohort()
    >>> best_response(cohort).by().counts.tolist(), best_response(cohort, confirmed=True).by().counts.tolist()
    ([[1, 8, 9, 0, 0, 5, 1]], [[1, 7, 10, 0, 0, 5, 1]])
    """
    found = best_by_patient(
        cohort, criterion, confirmed=confirmed, site=site, until_new_therapy=until_new_therapy
    )  # fmt: skip
    ids = cohort.table("patient")["patient_id"].to_list()
    return CountTable.of(
        [found[i] for i in ids],
        RESPONSES,
        keys=patient_keys(cohort),
        ids=ids,
        name="confirmed_best_response" if confirmed else "best_response",
        label=f"{'Confirmed best' if confirmed else 'Best'} overall response{_SITE_TEXT[site]}",
    )


def best_by_patient(
    cohort: Cohort,
    criterion: str = "",
    *,
    confirmed: bool = False,
    site: str = "any",
    until_new_therapy: bool = True,
) -> dict[str, str]:
    """Return the best overall response of every patient, ``NE`` where there is none.

    Parameters
    ----------
    cohort, criterion, confirmed, site, until_new_therapy
        As in ``best_response``.
    """
    patient = cohort.table("patient")
    ids = patient["patient_id"].to_list()
    if _assessed(cohort, RECORDED_IN[site], criterion):
        records = timeline(cohort, criterion=criterion)
        rows = responses_on_treatment(
            records, cohort.study.endpoints, until_new_therapy=until_new_therapy, site=site
        )  # fmt: skip
        found = _best(rows, _rule(cohort.study), confirmed=confirmed)
        return {i: found.get(i, "NE") for i in ids}
    if cohort.has("patient", "best_response") and not (criterion or confirmed) and site == "any":
        return dict(zip(ids, patient["best_response"].fill_null("NE").to_list(), strict=True))
    raise InputError(
        f"no response{_SITE_TEXT[site]} is recorded",
        expected=f"assessment.{RECORDED_IN[site]} with dated sessions, measurements of target lesions before and after "
        "treatment, or patient.best_response",
        todo="add one of them to report response",
    )


def criterion_text(cohort: Cohort, criterion: str = "") -> str:
    """Say by which criterion responses are judged, e.g. ``RECIST 1.1 (the only one recorded)``."""
    if _assessed(cohort, "overall_resp", criterion):
        return timeline(cohort, criterion=criterion).criterion
    return "criterion not recorded"


def _assessed(cohort: Cohort, column: str, criterion: str) -> bool:
    if not (cohort.has("assessment", "date") and cohort.has("session", "date")):
        return False
    return cohort.has("assessment", column) or derives(cohort, column, criterion)


def _rule(study: Study) -> best.Confirmation:
    """Return what the study asks of stable disease and of a confirmation."""
    settings = study.response
    return best.Confirmation(
        start_window=study.endpoints.sd_min_days,
        confirm=settings.confirm_days,
        max_ne=settings.confirm_max_ne,
        accept_sd=settings.confirm_accept_sd,
    )


def _best(rows: pl.DataFrame, rule: best.Confirmation, *, confirmed: bool) -> dict[str, str]:
    """Return the best of each patient's responses."""
    judge = best.confirmed if confirmed else best.unconfirmed
    out = {}
    for (patient,), scans in rows.group_by("patient_id"):
        pairs = list(scans.select("date", "response").iter_rows())
        start = pairs[0][0] - timedelta(days=scans["days"][0])
        out[str(patient)] = judge(pairs, start, rule)[0]
    return out


def responses_on_treatment(
    records: Timeline, settings: EndpointSettings, *, until_new_therapy: bool = True, site: str = "any"
) -> pl.DataFrame:
    """Return the responses that can make a best response: up to the first progression and any new therapy.

    Parameters
    ----------
    records
        Records with settled dates.
    settings
        What counts as a new therapy.
    until_new_therapy
        Whether assessments after a new anticancer therapy are left out.
    site
        ``"any"``, ``"liver"`` or ``"outside"`` the liver: responses and progression there.

    Returns
    -------
    DataFrame
        ``patient_id``, ``date``, ``response``, ``days`` since the first session; by patient and date.
    """
    column = RECORDED_IN[site]
    scans = records.tables["assessment"]
    if column not in scans.columns:
        scans = scans.with_columns(pl.lit(None, dtype=pl.String).alias(column))
    rows = worst_by_date(scans, column)
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
