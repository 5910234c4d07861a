"""How deep and how fast the response of each patient was."""

from __future__ import annotations

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.response import OBJECTIVE_RESPONSE, responses_on_treatment
from glisson.clinical.therapies import new_therapies
from glisson.clinical.timeline import timeline
from glisson.clinical.tumour import derived

#: Why a patient has no change of the sum, in the order in which reasons are looked for.
WITHOUT_CHANGE = (
    "died before the first scan",
    "no scan after treatment",
    "no target lesion at baseline",
    "targets never assessed completely",
)

_DEPTH = {"patient_id": pl.String, "change_pct": pl.Float64, "day": pl.Int64, "why_none": pl.String}


def depth_of_response(cohort: Cohort, criterion: str = "recist11") -> pl.DataFrame:
    """Return the lowest change of the target sum of each patient, up to the first progression and any new therapy.

    The scan that shows progression is the last that counts, so a patient whose tumours only grew has a change above
    zero. A scan on the day of a new therapy counts.

    Parameters
    ----------
    cohort
        With measurements and dated sessions.
    criterion
        Whose sum: diameters by RECIST, viable diameters by mRECIST, areas by EASL.

    Returns
    -------
    DataFrame
        One row a patient in the order of the patient table: ``patient_id``, ``change_pct`` of the baseline sum, ``day``
        from the first session, ``why_none`` (one of ``WITHOUT_CHANGE``) where there is no change.

    Notes
    -----
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, section 4.3 (sum of diameters).

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> depth = depth_of_response(demo_cohort())
    >>> len(depth), depth["change_pct"].null_count()
    (24, 1)
    """
    scans = derived(cohort, criterion).scans.filter(pl.col("site") == "any")
    later = _on_treatment(cohort, scans.filter(~pl.col("baseline")))
    # Of several readings of a date the worst counts, as it does for responses.
    read = later.drop_nulls("change_pct").group_by("patient_id", "day").agg(pl.col("change_pct").max())
    best = read.sort("patient_id", "change_pct", "day").unique("patient_id", keep="first")
    patients = timeline(cohort).patients.select("patient_id", "death_date")
    based = scans.filter(pl.col("baseline") & pl.col("sum").is_not_null())["patient_id"].unique()
    frame = patients.join(best.select("patient_id", "change_pct", "day"), on="patient_id", how="left",
                          maintain_order="left")  # fmt: skip
    scanned = pl.col("patient_id").is_in(later["patient_id"].unique().implode())
    died, unseen, no_target, incomplete = WITHOUT_CHANGE
    why = (
        pl.when(pl.col("change_pct").is_not_null())
        .then(None)
        .when(~scanned & pl.col("death_date").is_not_null())
        .then(pl.lit(died))
        .when(~scanned)
        .then(pl.lit(unseen))
        .when(~pl.col("patient_id").is_in(based.implode()))
        .then(pl.lit(no_target))
        .otherwise(pl.lit(incomplete))
    )
    return frame.with_columns(why_none=why).select(list(_DEPTH)).cast(_DEPTH)  # type: ignore[arg-type]


def time_to_response(cohort: Cohort) -> dict[str, int]:
    """Return the days from the first session to the first complete or partial response of each responder.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> len(time_to_response(demo_cohort()))
    9
    """
    rows = responses_on_treatment(timeline(cohort), cohort.study.endpoints)
    first = rows.filter(pl.col("response").is_in(OBJECTIVE_RESPONSE)).group_by("patient_id").agg(pl.col("days").min())
    return dict(sorted(first.select("patient_id", "days").rows()))


def _on_treatment(cohort: Cohort, scans: pl.DataFrame) -> pl.DataFrame:
    """Leave out what came after the first progression, a new therapy or the cut-off."""
    records = timeline(cohort)
    therapies = new_therapies(records, cohort.study.endpoints.course_window_days)
    stops = [
        scans.filter(pl.col("response") == "PD").group_by("patient_id").agg(stop=pl.col("date").min()),
        therapies.group_by("patient_id").agg(stop=pl.col("date").min()),
    ]
    last = pl.concat(stops).group_by("patient_id").agg(pl.col("stop").min())
    rows = scans.join(last, on="patient_id", how="left")
    rows = rows.filter(pl.col("stop").is_null() | (pl.col("date") <= pl.col("stop")))
    return rows if records.cutoff is None else rows.filter(pl.col("date") <= records.cutoff)
