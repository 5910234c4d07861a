"""P15 and P16: targets that had been treated before, and one table by several criteria, versions or readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from glisson.assessment import Finding
from glisson.clinical.assessments import CRITERION_TEXT, recorded_codes
from glisson.clinical.cohort import Cohort
from glisson.clinical.integrity_measurement import treated_targets
from glisson.clinical.response import OBJECTIVE_RESPONSE, best_response
from glisson.clinical.responses import derives
from glisson.clinical.toxicity import worst_grades
from glisson.errors import InputError, SettingsError
from glisson.methods.proportions import proportion
from glisson.pitfalls.context import Context, count_text, noted
from glisson.tables import Estimates

_RECIST = "Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247."
_SEVERE = ("3", "4", "5")


def treated_target_lesions(context: Context) -> list[Finding]:
    """P15: a target that had been treated before is not measurable, unless it has progressed since.

    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247.
    """
    cohort = context.cohort
    if not (cohort.has("measurement", "role") and cohort.has("assessment", "date") and derives(cohort)):
        return []
    rows = treated_targets(cohort.tables)
    if rows.is_empty():
        return []
    lesions = rows["lesion_id"].unique().to_list()
    n, patients = len(lesions), context.names(rows["patient_id"].unique().to_list())
    return [
        Finding(
            id="P15",
            title="Target lesions that had been treated before",
            severity="warn",
            patients=patients,
            numbers=(("patients", str(len(patients))), ("target lesions treated before", str(n))),
            sentence=f"{count_text(n, 'target lesion')} of {count_text(len(patients), 'patient')} had been treated "
            "before the baseline scan, and nothing says that the lesion has grown since.",
            consequence="A treated lesion leaves a scar that hardly changes in size. As a target it hides growth and "
            "response elsewhere.",
            remedy="Objective response was counted again with these lesions as non-targets. Record "
            "progressed_since_treatment where a lesion had grown again.",
            naive=_response(context, cohort, "", "as recorded"),
            corrected=_response(context, _as_nontargets(cohort, lesions), "", "treated lesions as non-targets"),
            reference=_RECIST,
        )
    ]


def mixed_criteria(context: Context) -> list[Finding]:
    """P16: criteria, readers or versions that must not stand in one table."""
    return [*_criteria(context), *_readers(context), *_versions(context), *_editions(context)]


def _as_nontargets(cohort: Cohort, lesions: Sequence[str]) -> Cohort:
    role = pl.when(pl.col("lesion_id").is_in(list(lesions))).then(pl.lit("non_target")).otherwise(pl.col("role"))
    measurement = cohort.table("measurement").with_columns(role=role)
    return replace(cohort, tables={**cohort.tables, "measurement": measurement})


def _response(context: Context, cohort: Cohort, criterion: str, text: str) -> Estimates:
    """Return the share of patients with an objective response; nothing where none can be counted."""
    try:
        table = best_response(cohort, criterion)
    except (InputError, SettingsError):
        return Estimates()
    return noted(proportion(table, OBJECTIVE_RESPONSE, level=context.analysis.level), text)


def _with_settings(cohort: Cohort, **settings: str) -> Cohort:
    """Return the cohort with other settings of its endpoints; a source applies to its responses."""
    study, source = cohort.study, settings.pop("source", "")
    study = study.model_copy(update={"endpoints": study.endpoints.model_copy(update=settings)})
    if source:
        study = study.model_copy(update={"response": study.response.model_copy(update={"source": source})})
    return replace(cohort, study=study)


def _answered(cohort: Cohort) -> pl.DataFrame | None:
    """Return the assessments with a recorded overall response."""
    if not (cohort.has("assessment", "overall_resp") and cohort.has("session", "date")):
        return None
    return cohort.table("assessment").drop_nulls("overall_resp")


def _criteria(context: Context) -> list[Finding]:
    """Several criteria are recorded and the study has not chosen one."""
    cohort, scans = context.cohort, _answered(context.cohort)
    if scans is None or cohort.study.endpoints.criterion:
        return []
    found = recorded_codes(scans, "criterion")
    if len(found) < 2:
        return []
    mixed = replace(cohort, tables={**cohort.tables, "assessment": cohort.table("assessment").drop("criterion")})
    corrected = Estimates()
    for code in found:
        corrected += _response(context, cohort, code, CRITERION_TEXT.get(code, code))
    names = [CRITERION_TEXT.get(code, code) for code in found]
    patients = context.names(scans["patient_id"].unique().to_list())
    return [
        Finding(
            id="P16",
            title="Mixed response criteria",
            severity="stop",
            patients=patients,
            numbers=(("patients", str(len(patients))), *_assessments(scans, "criterion", found, names)),
            sentence=f"Responses are recorded by {' and '.join(names)}, and the study names none of them.",
            consequence="Criteria disagree on the same scan. A response rate over all of them is the rate of none.",
            remedy="Responses are counted by each criterion apart. Endpoints use one of them; set endpoints.criterion "
            "to choose it.",
            naive=_response(context, _with_settings(mixed, source="recorded"), "", "all criteria together"),
            corrected=corrected,
            reference=_RECIST,
        )
    ]


def _readers(context: Context) -> list[Finding]:
    """Several readers are recorded and the study has not chosen one."""
    cohort = context.cohort
    if not (cohort.has("assessment", "reader") and cohort.has("session", "date")) or cohort.study.endpoints.reader:
        return []
    scans = cohort.table("assessment")
    found = recorded_codes(scans, "reader")
    if len(found) < 2:
        return []
    corrected = Estimates()
    for reader in found:
        corrected += _response(context, _with_settings(cohort, reader=reader), "", f"reader {reader}")
    patients = context.names(scans["patient_id"].unique().to_list())
    return [
        Finding(
            id="P16",
            title="Several readers",
            severity="stop",
            patients=patients,
            numbers=(("patients", str(len(patients))), *_assessments(scans, "reader", found, found)),
            sentence=f"Scans were read by {' and '.join(found)}, and the study names none of them.",
            consequence="Readers differ. The worst reading of each date counts, so the response rate is below that of "
            "any one reader, and progression comes earlier.",
            remedy="Responses are counted by each reader apart. Set endpoints.reader to choose one.",
            naive=_response(context, cohort, "", "worst reading of each date"),
            corrected=corrected,
            reference=_RECIST,
        )
    ]


def _assessments(
    scans: pl.DataFrame, column: str, codes: Sequence[str], names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    counts = dict(scans.group_by(column).len().iter_rows())
    return tuple((f"assessments, {name}", str(counts[code])) for code, name in zip(codes, names, strict=True))


def _versions(context: Context) -> list[Finding]:
    """Adverse events are graded by several versions of CTCAE."""
    cohort = context.cohort
    if not cohort.has("adverse_event", "ctcae_version", "grade"):
        return []
    events = cohort.table("adverse_event").filter(pl.col("grade") > 0)
    found = recorded_codes(events, "ctcae_version")
    if len(found) < 2:
        return []
    corrected = Estimates()
    for version in found:
        rows = cohort.table("adverse_event").filter(pl.col("ctcae_version") == version)
        corrected += _severe(
            context, replace(cohort, tables={**cohort.tables, "adverse_event": rows}), f"CTCAE {version}"
        )
    patients = context.names(events["patient_id"].unique().to_list())
    counts = dict(events.group_by("ctcae_version").len().iter_rows())
    return [
        Finding(
            id="P16",
            title="Mixed versions of CTCAE",
            severity="stop",
            patients=patients,
            numbers=(("patients", str(len(patients))), *((f"events, version {v}", str(counts[v])) for v in found)),
            sentence=f"Adverse events are graded by CTCAE versions {' and '.join(found)}.",
            consequence="Some events have another grade in another version, so a grade does not mean the same in every "
            "row.",
            remedy="Events of grade 3 or more are counted by version apart. Grade all of them by one version.",
            naive=_severe(context, cohort, "all versions together"),
            corrected=corrected,
        )
    ]


def _severe(context: Context, cohort: Cohort, text: str) -> Estimates:
    """Return the share of patients with any event of grade 3 or more."""
    return noted(proportion(worst_grades(cohort), _SEVERE, level=context.analysis.level), text)


def _editions(context: Context) -> list[Finding]:
    """Complications are classified by letters (SIR until 2017) in some rows and by numbers (since) in others."""
    cohort = context.cohort
    if not cohort.has("adverse_event", "sir_grade"):
        return []
    events = cohort.table("adverse_event").drop_nulls("sir_grade")
    letters = events.filter(pl.col("sir_grade").str.strip_chars().str.contains(r"^(?i)[a-f]$"))
    numbers = events.filter(pl.col("sir_grade").str.strip_chars().str.contains(r"^[1-5]$"))
    if letters.is_empty() or numbers.is_empty():
        return []
    patients = context.names([*letters["patient_id"].to_list(), *numbers["patient_id"].to_list()])
    return [
        Finding(
            id="P16",
            title="Mixed editions of the SIR classification",
            severity="stop",
            patients=patients,
            numbers=(
                ("patients", str(len(patients))),
                ("events classified A to F", str(len(letters))),
                ("events classified 1 to 5", str(len(numbers))),
            ),
            sentence="Complications are classified by the letters of the older SIR edition in some rows and by the "
            "numbers of 2017 in others.",
            consequence="The classes of the two editions have no common order and cannot be counted together.",
            remedy="No class is translated into the other edition. Classify every complication by one edition.",
        )
    ]
