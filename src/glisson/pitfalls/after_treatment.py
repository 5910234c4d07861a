"""P13: values of the start of treatment that were known only after it."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from glisson.assessment import Finding
from glisson.clinical.cohort import Cohort
from glisson.clinical.response import OBJECTIVE_RESPONSE, best_response
from glisson.errors import InputError
from glisson.methods.proportions import proportion
from glisson.pitfalls.context import Context, count_text
from glisson.tables import Endpoint, Estimates, Factor

#: Columns of the patient table that nobody knows before treatment.
OUTCOMES = ("vital_status", "cause_of_death", "best_response")
#: Words in the name of a subgroup that speak of what came after treatment.
_LATER = re.compile(
    r"(?<![a-z])(n_?sessions|sessions?|re-?treat\w*|respon\w*|progress\w*|toxicit\w*|complicat\w*|adverse|ae|grade_?3\w*"
    r"|death|dead|died|surviv\w*|post\w*|after|second|subsequent|follow_?up)(?![a-z])"
)
_BEFORE = re.compile(r"before|prior|pre(?![a-z])|baseline|_t0")


def post_treatment_covariates(context: Context) -> list[Finding]:
    """P13: a value taken as that of the start that carries a date after the first session, or can only be later.

    Giobbie-Hurder A, et al. J Clin Oncol 2013;31:2963-2969.
    """
    return [*_baseline_scans(context), *_extrahepatic(context), *_subgroups(context)]


def _finding(
    found: str, remedy: str, patients: tuple[str, ...], numbers: tuple[tuple[str, str], ...], naive: Estimates,
    corrected: Estimates, *, what: str,
) -> Finding:  # fmt: skip
    return Finding(
        id="P13",
        title=f"Known only after treatment: {what}",
        severity="stop",
        patients=patients,
        numbers=numbers,
        sentence=found,
        consequence="What is measured after treatment may be its effect, and had to be lived to be measured. Groups "
        "made by it, or adjusted for it, are no longer those that treatment was chosen for.",
        remedy=remedy,
        naive=naive,
        corrected=corrected,
        reference="Giobbie-Hurder 2013",
    )


def _baseline_scans(context: Context) -> list[Finding]:
    """Find scans marked as those before treatment that are dated after the first session."""
    cohort, start = context.cohort, context.first_session()
    if not start or not cohort.has("assessment", "date", "is_baseline"):
        return []
    marked = pl.col("is_baseline").fill_null(value=False) & pl.col("date").is_not_null()
    scans = cohort.table("assessment").filter(marked)
    late = [
        (scan, patient)
        for scan, patient, day in scans.select("source_row", "patient_id", "date").iter_rows()
        if patient in start and day > start[patient]
    ]
    if not late:
        return []
    patients = {p for _, p in late}
    unmarked = pl.col("is_baseline") & ~pl.col("source_row").is_in([row for row, _ in late])
    corrected = _with(cohort, "assessment", cohort.table("assessment").with_columns(unmarked.alias("is_baseline")))
    n = count_text(len(patients), "patient")
    return [
        _finding(
            f"In {n} the scan marked as the one before treatment is dated after the first session.",
            "Response is counted again with these scans as controls. The last scan up to the first session is then the "
            "one to compare with; who has none is not evaluable. Correct the date or the mark.",
            context.names(patients),
            (("patients", str(len(patients))), ("scans", str(len(late)))),
            _response(context, cohort),
            _response(context, corrected),
            what="the scan to compare with",
        )
    ]


def _with(cohort: Cohort, name: str, table: pl.DataFrame) -> Cohort:
    return replace(cohort, tables={**cohort.tables, name: table})


def _response(context: Context, cohort: Cohort) -> Estimates:
    try:
        counts = best_response(cohort)
    except InputError:  # without a scan to compare with there is no response at all
        return Estimates()
    return proportion(counts, OBJECTIVE_RESPONSE, level=context.analysis.level)


def _extrahepatic(context: Context) -> list[Finding]:
    """Find extrahepatic disease of the start that was first seen after it."""
    cohort, start, os = context.cohort, context.first_session(), context.survival()
    needed = cohort.has("lesion", "organ", "first_seen_date") and cohort.has("patient", "extrahepatic_t0")
    if not start or os is None or not needed:
        return []
    patients = cohort.table("patient")
    listed = "extrahepatic_sites" in patients.columns
    named = pl.col("extrahepatic_sites").is_not_null() if listed else pl.lit(value=False)
    said = set(patients.filter((pl.col("extrahepatic_t0") == "present") & ~named)["patient_id"].to_list())
    outside = cohort.table("lesion").filter(pl.col("organ").str.to_lowercase() != "liver").drop_nulls("first_seen_date")
    seen = outside.group_by("patient_id").agg(pl.col("first_seen_date").min())
    first = dict(zip(seen["patient_id"], seen["first_seen_date"], strict=True))
    late = {p for p in said if p in first and p in start and first[p] > start[p]}
    if not late:
        return []
    n = count_text(len(late), "patient")
    return [
        _finding(
            f"{n} {'is' if len(late) == 1 else 'are'} recorded with extrahepatic disease at the first session, but the "
            "first lesion outside the liver was seen after it, and no site is named.",
            "Survival by extent of disease is given again with these patients as limited to the liver at the start. "
            "Correct the column extrahepatic_t0.",
            context.names(late),
            (("patients", str(len(late))),),
            context.medians(os, "extrahepatic"),
            context.medians(_moved(os, late), "extrahepatic"),
            what="extrahepatic disease",
        )
    ]


def _moved(os: Endpoint, late: set[str]) -> Endpoint:
    factor = os.keys["extrahepatic"]
    values = ["none" if str(p) in late else v for p, v in zip(os.cluster, factor.values(), strict=True)]
    return replace(os, name="os (as dated)", keys={**os.keys, "extrahepatic": Factor.of(values, factor.levels)})


def _subgroups(context: Context) -> list[Finding]:
    """Find declared subgroups that are outcomes, are called like one, or hold the number of sessions."""
    os = context.survival()
    late = [name for name in context.analysis.subgroups if _is_later(context, name)]
    if os is None:
        return []
    return [
        _finding(
            f"The subgroup {name} of the settings says what happened after the first session.",
            f"Remove {name} from analysis.subgroups: survival by it is guarantee time (P01), and everybody together is "
            "given here instead. A comparison needs the date on which it was known, and a landmark.",
            (),
            (("patients", str(len(os))), ("levels", ", ".join(os.keys[name].levels))),
            context.medians(os, name),
            context.medians(os),
            what=f"subgroup {name}",
        )
        for name in late
        if name in os.keys
    ]


def _is_later(context: Context, name: str) -> bool:
    if name in OUTCOMES:
        return True
    lower = name.lower().replace(" ", "_").replace("-", "_")
    if _LATER.search(lower.replace("_", " ")) or _LATER.search(lower):
        return not _BEFORE.search(lower)
    return _counts_sessions(context, name)


def _counts_sessions(context: Context, name: str) -> bool:
    """Whether a column holds the number of sessions of every patient, and these differ."""
    patients = context.cohort.table("patient")
    if name not in patients.columns or not patients[name].dtype.is_numeric() or len(patients) < 5:
        return False
    held = context.sessions().group_by("patient_id").len("sessions")
    both = patients.join(held, on="patient_id", how="inner").drop_nulls(name)
    differ = len(both) == len(patients) and both["sessions"].n_unique() > 1
    return differ and bool((both[name] == both["sessions"]).all())
