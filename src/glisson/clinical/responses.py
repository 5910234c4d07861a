"""Which response of a scan counts: derived from its measurements where there are any, else as recorded."""

from __future__ import annotations

import polars as pl

from glisson.clinical.assessments import DEFAULT_CRITERION, chosen, of_reader, recorded_codes
from glisson.clinical.cohort import Cohort
from glisson.clinical.partial_dates import Partial
from glisson.clinical.settings import EndpointSettings
from glisson.clinical.tumour.criteria import CRITERION
from glisson.clinical.tumour.derived import RECORDED_IN, Derived, derived, gives_responses


def criterion_code(cohort: Cohort, wanted: str = "") -> str:
    """Return the criterion by which responses are derived; empty where the study must choose one first.

    Parameters
    ----------
    cohort
        Whose settings and recorded criteria apply.
    wanted
        Criterion asked for, before that of the study.
    """
    code = wanted or cohort.study.endpoints.criterion
    found = recorded_codes(cohort.tables["assessment"], "criterion") if "assessment" in cohort.tables else []
    if code or not found:
        return code or DEFAULT_CRITERION
    return found[0] if len(found) == 1 else DEFAULT_CRITERION if DEFAULT_CRITERION in found else ""


def derives(cohort: Cohort, column: str = "overall_resp", wanted: str = "") -> bool:
    """Whether the measurements give responses that a column of the assessment sheet would hold.

    Parameters
    ----------
    cohort
        Records.
    column
        ``"overall_resp"``, ``"liver_resp"`` or ``"extrahepatic_resp"``.
    wanted
        Criterion, by default the study's.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> derives(demo_cohort(), "liver_resp"), derives(demo_cohort(), "liver_resp", "easl")
    (True, False)
    """
    site = {name: site for site, name in RECORDED_IN.items()}.get(column)
    code = criterion_code(cohort, wanted)
    if site is None or code not in CRITERION or cohort.study.response.source != "derived":
        return False
    return gives_responses(derived(cohort, code), site)


def responses(
    scans: pl.DataFrame, cohort: Cohort, partial: Partial, wanted: str = ""
) -> tuple[pl.DataFrame, str, Derived | None]:
    """Return the assessments that count with the responses that count.

    A derived response stands in for the recorded one, with two exceptions: where the measurements do not tell, and
    where a scan is not evaluable only because targets have no row in the measurement sheet, the recorded one stays.

    Parameters
    ----------
    scans
        The assessment table with settled dates.
    cohort
        Whose settings and measurements apply.
    partial
        Which day a partial date stands for.
    wanted
        Criterion, by default the study's.

    Returns
    -------
    tuple
        Assessments of one criterion with ``response_source`` ("derived" or "recorded"), the criterion in words, and
        what was derived, if anything was.
    """
    settings = cohort.study.endpoints
    if wanted:
        settings = settings.model_copy(update={"criterion": wanted})
    code = criterion_code(cohort, wanted)
    if not derives(cohort, wanted=wanted):
        kept, text = chosen(scans, settings)
        return kept.with_columns(response_source=pl.lit("recorded")), text, None
    found = derived(cohort, code, partial)
    kept, text = _kept(scans, settings, code, found)
    return _with_derived(kept, found), text, found


def said(scans: pl.DataFrame, found: Derived, most: int) -> str:
    """Say at how many scans the response was derived.

    Parameters
    ----------
    scans
        Assessments after treatment with ``response_source``.
    found
        What was derived.
    most
        Target lesions in the liver that RECIST 1.1 or the study allows; more than two are named.
    """
    n = len(scans.filter(pl.col("response_source") == "derived"))
    listed = found.disagreements.filter(pl.col("assessment_id").is_in(scans["assessment_id"].implode()))
    differ = listed["assessment_id"].n_unique()
    every = "the only scan" if n == 1 else f"all {n} scans"
    where = every if n == len(scans) else f"{n} of {len(scans)} scans, recorded at the rest"
    text = f"derived from measurements by {read_by(found, most)} at {where}"
    if not differ:
        return text
    return f"{text}; {differ} disagree{'s' if differ == 1 else ''} and {'is' if differ == 1 else 'are'} listed"


def read_by(found: Derived, most: int) -> str:
    """Return the criterion in print; with more than two targets in the liver it is no longer RECIST 1.1 itself.

    Parameters
    ----------
    found
        What was derived.
    most
        The setting ``response.liver_targets_max``.
    """
    liver = found.scans.filter((pl.col("site") == "liver") & pl.col("baseline"))["targets"].max()
    if found.criterion != "recist11" or most <= 2 or not isinstance(liver, int) or liver <= 2:
        return found.label
    return f"liver-RECIST, {liver} lesions"


def _kept(scans: pl.DataFrame, settings: EndpointSettings, code: str, found: Derived) -> tuple[pl.DataFrame, str]:
    """Return the assessments of the criterion; of one that nobody recorded, those from which it can be derived."""
    recorded = recorded_codes(scans, "criterion")
    if code in recorded or not settings.criterion:
        kept, text = chosen(scans, settings)
        return _with_measured(kept, scans, settings.reader, found), text
    ids = found.scans["assessment_id"].unique()
    rows = scans.filter(pl.col("assessment_id").is_in(ids.implode()))
    blank = [pl.lit(None, dtype=pl.String).alias(c) for c in RECORDED_IN.values()]
    rows, reader = of_reader(rows.with_columns(blank), settings.reader)
    return rows, ", ".join(part for part in (f"{found.label} (chosen, derived from measurements)", reader) if part)


def _with_measured(kept: pl.DataFrame, scans: pl.DataFrame, reader: str, found: Derived) -> pl.DataFrame:
    """Add the scans that were recorded by another criterion only, but whose measurements give this one's response.

    What was recorded for them is no response of this criterion and is left blank.
    """
    if len(kept) == len(scans):
        return kept
    seen = found.scans.filter((pl.col("site") == "any") & pl.col("response").is_not_null())
    told = seen.filter(pl.col("baseline") | (pl.col("response") != "NE"))["assessment_id"].unique()
    rows = of_reader(scans, reader)[0]
    ids = kept["assessment_id"].unique()
    more = rows.filter(pl.col("assessment_id").is_in(told.implode()) & ~pl.col("assessment_id").is_in(ids.implode()))
    blank = [pl.lit(None, dtype=pl.String).alias(c) for c in RECORDED_IN.values() if c in more.columns]
    return pl.concat([kept, more.with_columns(blank)]).sort("source_row") if len(more) else kept


def _with_derived(scans: pl.DataFrame, found: Derived) -> pl.DataFrame:
    """Put derived responses in place of recorded ones."""
    scans = scans.with_columns(
        pl.lit(None, dtype=pl.String).alias(c) for c in RECORDED_IN.values() if c not in scans.columns
    )
    for site, column in RECORDED_IN.items():
        rows = found.scans.filter((pl.col("site") == site) & ~pl.col("baseline"))
        rows = rows.select("assessment_id", told="response", covered="covered").unique("assessment_id", keep="first")
        scans = scans.join(rows, on="assessment_id", how="left", maintain_order="left")
        told, was = pl.col("told"), pl.col(column)
        counts = told.is_not_null() & ((told != "NE") | pl.col("covered") | was.is_null())
        value = pl.when(counts).then(told).otherwise(was)
        if site == "any":
            source = pl.when(counts).then(pl.lit("derived")).otherwise(pl.lit("recorded"))
            scans = scans.with_columns(response_source=source)
        scans = scans.with_columns(value.alias(column)).drop("told", "covered")
    return scans
