"""Responses derived from measurements, scan by scan, each with its arithmetic and beside what was recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.partial_dates import Partial
from glisson.clinical.settled import Settled, settled
from glisson.clinical.tumour.criteria import (
    CRITERION,
    Criterion,
    nontarget_response,
    overall_response,
    target_response,
)
from glisson.clinical.tumour.places import placed, recorded_findings
from glisson.clinical.tumour.sums import Sums, sums
from glisson.clinical.tumour.visits import Visits, visits
from glisson.clinical.tumour.wording import worded
from glisson.errors import InputError

#: Columns of ``Derived.scans``.
SCAN = {
    "patient_id": pl.String, "assessment_id": pl.String, "date": pl.Date, "day": pl.Int64, "site": pl.String,
    "reader": pl.String, "baseline": pl.Boolean, "targets": pl.Int64, "assessed": pl.Int64,
    "by_size": pl.Int64, "sum": pl.Float64,
    "baseline_sum": pl.Float64, "nadir": pl.Float64, "change_mm": pl.Float64, "change_pct": pl.Float64,
    "from_nadir": pl.Float64, "from_nadir_pct": pl.Float64,
    "hu_change_pct": pl.Float64, "target": pl.String, "nontarget": pl.String,
    "new_lesion": pl.Boolean, "response": pl.String, "covered": pl.Boolean, "why": pl.String, "source_row": pl.Int64,
}  # fmt: skip
_DISAGREEMENT = {
    "patient_id": pl.String, "assessment_id": pl.String, "date": pl.Date, "site": pl.String, "recorded": pl.String,
    "derived": pl.String, "why": pl.String, "source_row": pl.Int64,
}  # fmt: skip
#: What a target lacks that a criterion cannot sum.
_LACKING = {
    "size": "a diameter", "viable": "a diameter", "area": "a viable area", "product": "two diameters",
}  # fmt: skip
#: Where the response of a site is recorded.
RECORDED_IN = {"any": "overall_resp", "liver": "liver_resp", "outside": "extrahepatic_resp"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Derived:
    """Responses derived by one criterion.

    Parameters
    ----------
    criterion
        Its code.
    scans
        One row a patient, assessment and site (``"any"``, ``"liver"``, ``"outside"``) from the baseline on, by patient,
        date and site: ``day`` from the first session, ``reader``, ``targets`` at baseline, how many of them were
        ``assessed`` and how many stand in ``by_size`` (mRECIST), ``sum`` (missing where a target was not assessed),
        ``baseline_sum``, ``nadir`` (smallest earlier complete sum, the baseline's among them), ``change_mm`` and
        ``change_pct`` from baseline, ``from_nadir`` and ``from_nadir_pct``, ``hu_change_pct``, the responses
        ``target``, ``nontarget`` and ``response``, ``new_lesion``, ``covered`` (every target has a row in the
        measurement sheet), ``why`` (the arithmetic in words) and ``source_row`` of the assessment. Sums of EASL and WHO
        are in mm2, so are changes.
    disagreements
        Scans whose recorded response differs from the derived one: ``recorded``, ``derived``, ``why``.
    unusable
        (patient, reason) of patients with measurements from which nothing can be derived.
    notes
        (patient, note) on what needed a rule.
    """

    criterion: str
    scans: pl.DataFrame
    disagreements: pl.DataFrame
    unusable: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The criterion in print."""
        return CRITERION[self.criterion].label


@lru_cache(maxsize=16)  # a cohort never changes, and every endpoint and table asks for its responses
def derived(cohort: Cohort, criterion: str = "recist11", partial: Partial = "middle") -> Derived:
    """Derive the response of every scan from the measurements.

    Parameters
    ----------
    cohort
        Records with the sheets assessment and measurement; without them nothing is derived.
    criterion
        ``"recist11"``, ``"mrecist"``, ``"easl"``, ``"who"``, ``"choi"`` or ``"mchoi"``.
    partial
        Which day a partial date stands for.

    Returns
    -------
    Derived
        Responses by scan and site, disagreements with the record, and what could not be derived.

    Raises
    ------
    InputError
        If the criterion is unknown.

    Notes
    -----
    The rules and their sources: docs/methods/response.md.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> scans = derived(demo_cohort()).scans.filter((pl.col("site") == "any") & ~pl.col("baseline"))
    >>> scans.select("day", "sum", "response", "why").row(2)
    (45, 62.0, 'SD', 'sum 62 mm, -19.5% from baseline 77 mm: SD')
    """
    if criterion not in CRITERION:
        raise InputError(f"no criterion {criterion}", expected=f"one of {', '.join(CRITERION)}")
    rule = _as_set(CRITERION[criterion], cohort)
    if not (cohort.has("measurement", "lesion_id") and cohort.has("assessment", "date") and _dated(cohort)):
        return Derived(criterion=criterion, scans=pl.DataFrame(schema=SCAN), disagreements=_no_disagreements())
    records = settled(cohort, partial)
    seen = visits(records.tables, records.bounds, criterion, rule.measure)
    found = sums(seen, rule)
    grid = _judged(seen, found, rule, records)
    if cohort.study.cutoff is not None:
        grid = grid.filter(pl.col("date") <= cohort.study.cutoff)
    scans = _by_assessment(grid, seen)
    return Derived(
        criterion=criterion,
        scans=scans.select(SCAN.keys()),
        disagreements=_disagreements(scans, criterion),
        unusable=_unusable(cohort, records, seen, found, grid, rule),
        notes=_notes(grid, found, rule),
    )


def derivable(cohort: Cohort) -> tuple[str, ...]:
    """Return the criteria by which at least one response after treatment can be derived.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> derivable(demo_cohort())
    ('recist11', 'mrecist', 'choi', 'mchoi')
    """
    return tuple(code for code in CRITERION if gives_responses(derived(cohort, code)))


def gives_responses(found: Derived, site: str = "any") -> bool:
    """Whether a scan after treatment has a response at a site that rests on what the criterion measures.

    A scan recorded as not evaluable has one; a scan that the measurement sheet does not cover has none.

    Parameters
    ----------
    found
        What was derived.
    site
        ``"any"``, ``"liver"`` or ``"outside"``.
    """
    rule = CRITERION[found.criterion]
    told = found.scans.filter((pl.col("site") == site) & ~pl.col("baseline") & pl.col("response").is_not_null())
    told = told.filter((pl.col("response") != "NE") | pl.col("covered"))
    if rule.measure == "viable":
        told = told.filter(pl.col("targets") > pl.col("by_size"))
    elif rule.density != "none":
        told = told.filter(pl.col("hu_change_pct").is_not_null())
    elif found.criterion != "recist11":  # by RECIST alone do patients without a target count
        told = told.filter(pl.col("targets") > 0)
    return not told.is_empty()


def _as_set(criterion: Criterion, cohort: Cohort) -> Criterion:
    """Return the criterion under the study's settings."""
    if criterion.code == "mrecist" and cohort.study.response.mrecist_requires_5mm:
        return replace(criterion, least=5.0)
    return criterion


def _dated(cohort: Cohort) -> bool:
    return cohort.has("session", "date") and "lesion_id" in cohort.table("measurement").columns


def _judged(seen: Visits, found: Sums, rule: Criterion, records: Settled) -> pl.DataFrame:
    """Judge each visit and site."""
    grid = found.grid.join(recorded_findings(seen.scans), on="visit", how="left", maintain_order="left")
    grid = placed(grid)
    base, nadir, total = pl.col("baseline_sum"), pl.col("nadir"), pl.col("part")
    has = (pl.col("targets") > 0) & (pl.col("assessed") > 0)
    grid = grid.with_columns(
        change_mm=pl.col("sum") - base,
        change_pct=pl.when(base > 0).then(100 * (pl.col("sum") - base) / base),
        from_nadir=pl.when(has).then(total - nadir),
        hu_change_pct=100 * pl.col("hu_change"),
        from_nadir_pct=pl.when(has & (nadir > 0)).then(100 * (total - nadir) / nadir),
        target=target_response(rule),
        nontarget=pl.when(pl.col("unlisted")).then(pl.col("said_nontarget")).otherwise(nontarget_response()),
    )
    grid = grid.with_columns(response=overall_response())
    diseased = (pl.col("targets") > 0) | (pl.col("nontargets") > 0) | pl.col("unlisted")
    whole = grid.filter(pl.col("site") == "any").select("visit", diseased=diseased)
    grid = grid.join(whole, on="visit", how="left", maintain_order="left")
    grid = grid.with_columns(response=_told(found, records, rule))
    later = ~pl.col("baseline")
    judged = [pl.when(later).then(pl.col(c)).alias(c) for c in ("target", "nontarget", "response", "from_nadir",
                                                                "from_nadir_pct")]  # fmt: skip
    grid = grid.with_columns(*judged, new_lesion=later & pl.col("new_lesion"))
    return worded(grid, rule)


def _told(found: Sums, records: Settled, rule: Criterion) -> pl.Expr:
    """Keep a response only where the records allow one."""
    site, patient = pl.col("site"), pl.col("patient_id")
    anywhere = site == "any"
    untold = patient.is_in([p for p, _ in found.unclear]) | ~pl.col("diseased")
    certain = pl.col("new_lesion") | (pl.col("nontarget") == "PD").fill_null(value=False)
    untold |= (pl.col("unmeasured") & ~certain) | ((pl.col("declared") > 0) & (pl.col("targets") == 0))
    untold |= ~anywhere & patient.is_in(list(found.unplaced))
    untold |= pl.col("ambiguous") & (pl.col("response") != "PD")
    if rule.density != "none":
        oil = _oil(records)
        first = patient.replace_strict(oil, default=None, return_dtype=pl.Date)
        untold |= (first < pl.col("date")).fill_null(value=False)
    return pl.when(~untold).then(pl.col("response"))


def _oil(records: Settled) -> dict[str, object]:
    """Return the first session with iodized oil of each patient: it attenuates more than any tumour."""
    sessions = records.tables["session"]
    oil = pl.lit(value=False)
    if "lipiodol_ml" in sessions.columns:
        oil |= (pl.col("lipiodol_ml") > 0).fill_null(value=False)
    if "method" in sessions.columns:
        oil |= (pl.col("method") == "ctace").fill_null(value=False)
    first = sessions.filter(oil).group_by("patient_id").agg(pl.col("date").min())
    return dict(first.iter_rows())


def _by_assessment(grid: pl.DataFrame, seen: Visits) -> pl.DataFrame:
    """Give each assessment of a visit its responses."""
    columns = ("assessment_id", "day", "reader", "source_row", "criterion")
    named = seen.scans.select("visit", *columns, *RECORDED_IN.values())
    rows = grid.drop("course", "t0").join(named, on="visit", how="inner")
    return rows.sort("patient_id", "date", "assessment_id", "site")


def _disagreements(scans: pl.DataFrame, criterion: str) -> pl.DataFrame:
    """Return the scans recorded by the same criterion with another response."""
    same = (pl.col("criterion") == criterion).fill_null(value=criterion == "recist11")
    recorded = pl.lit(None, dtype=pl.String)
    for site, column in RECORDED_IN.items():
        recorded = pl.when(pl.col("site") == site).then(pl.col(column)).otherwise(recorded)
    # NON-PD says that nothing progressed, of whatever was there.
    plain = [pl.col(c).replace({"NON-CR/NON-PD": "NON-PD"}) for c in ("recorded", "response")]
    rows = scans.with_columns(recorded=recorded).filter(~pl.col("baseline") & same)
    rows = rows.filter((plain[0] != plain[1]).fill_null(value=False))
    return rows.rename({"response": "derived"}).select(_DISAGREEMENT.keys())


def _no_disagreements() -> pl.DataFrame:
    return pl.DataFrame(schema=_DISAGREEMENT)


def _unusable(
    cohort: Cohort, records: Settled, seen: Visits, found: Sums, grid: pl.DataFrame, rule: Criterion
) -> tuple[tuple[str, str], ...]:
    """Say of each patient with measurements, but without any derived response, why."""
    assessments = cohort.table("assessment").select("assessment_id", "patient_id")
    measured = cohort.table("measurement").join(assessments, on="assessment_id", how="inner")["patient_id"].unique()
    told = grid.filter(~pl.col("baseline") & (pl.col("response") != "NON-PD"))["patient_id"].unique()
    dated = set(records.bounds.drop_nulls("t0")["patient_id"])
    later = set(grid.filter(~pl.col("baseline"))["patient_id"])
    reached = set(grid["patient_id"])
    lacking = set(grid.filter(pl.col("declared") > pl.col("targets"))["patient_id"])
    unclear, oil = dict(found.unclear), _oil(records) if rule.density != "none" else {}
    out = []
    for patient in sorted(set(measured.drop_nulls()) - set(told)):
        if patient not in dated:
            reason = "no dated liver-directed session"
        elif patient in seen.without_baseline:
            reason = "no measured scan before treatment to compare with"
        elif patient not in reached:
            reason = "no measurement says whether a lesion is there or how large it is"
        elif patient in unclear:
            reason = unclear[patient]
        elif patient not in later:
            reason = "no measured scan after treatment"
        elif patient in lacking:
            reason = f"a target without {_LACKING[rule.measure]} on the scan before treatment"
        elif patient in oil:
            reason = "iodized oil was given before the scans, so attenuation cannot be compared"
        else:
            reason = "no lesion on the scan before treatment"
        out.append((str(patient), reason))
    return tuple(out)


def _notes(grid: pl.DataFrame, found: Sums, rule: Criterion) -> tuple[tuple[str, str], ...]:
    """Note what needed a rule, patient by patient."""
    out = [(p, "a lesion without its organ: the liver and the rest are not judged apart") for p in found.unplaced]
    if rule.measure == "viable":
        by_size = grid.filter((pl.col("site") == "any") & (pl.col("by_size") > 0))
        text = "targets without a viable diameter at baseline are judged by their size (RECIST)"
        out += [(str(p), text) for p in by_size["patient_id"].unique().sort()]
    ambiguous = grid.filter(pl.col("ambiguous") & pl.col("response").is_null() & ~pl.col("baseline"))
    text = "progression is recorded without saying whether it was in the liver"
    out += [(str(p), text) for p in ambiguous["patient_id"].unique().sort()]
    return tuple(out)
