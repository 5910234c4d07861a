"""The course of every patient as values: what the figures of single patients show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from glisson.assessing.lab_courses import lab_courses
from glisson.assessing.pseudonyms import Pseudonyms
from glisson.assessment.courses import CoursesResult, PatientCourse
from glisson.clinical import emergent
from glisson.clinical.assessments import worst_by_date
from glisson.clinical.cohort import Cohort
from glisson.clinical.depth import depth_of_response, time_to_response
from glisson.clinical.groups import method_names, patient_keys
from glisson.clinical.readings import best_by_reading, main_reading
from glisson.clinical.response import criterion_text, responses_on_treatment
from glisson.clinical.responses import read_by
from glisson.clinical.timeline import Timeline, timeline
from glisson.clinical.tumour import CRITERION, Derived, derivable, derived
from glisson.clinical.tumour.derived import RECORDED_IN

#: Above this many patients nobody is shown one by one: neither eye nor page could tell them apart.
MOST_PATIENTS = 300
#: Adverse events from this grade on are shown in a patient's course.
LEAST_GRADE = 2

_PROGRESSION = {
    "any": "progression_date", "liver": "liver_progression_date", "outside": "extrahepatic_progression_date",
}  # fmt: skip


def build(cohort: Cohort) -> CoursesResult | None:
    """Return the courses of all patients under pseudonyms, in days from the first session.

    Parameters
    ----------
    cohort
        Validated records.

    Returns
    -------
    CoursesResult or None
        ``None`` where no session has a date, or there is nobody.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> result = build(demo_cohort())
    >>> len(result.patients), result.label, result.patients[0].patient, result.patients[0].sessions
    (24, 'RECIST 1.1', 'Pt01', ((0, 'deb_tace'), (27, 'deb_tace')))
    """
    if not (cohort.n and cohort.has("session", "date")):
        return None
    records, name = timeline(cohort), Pseudonyms.of(cohort)
    factor = patient_keys(cohort)["method"]
    methods = dict(zip(cohort.table("patient")["patient_id"].to_list(), factor.values(), strict=True))
    many = cohort.n > MOST_PATIENTS
    measured = None if many else _measured(cohort)
    main = main_reading(cohort)
    notes = (
        [f"The cohort has {cohort.n} patients; figures of single patients are made for up to {MOST_PATIENTS}."]
        if many
        else _undated(cohort, records)
    )
    shared: dict[str, Any] = {}
    if measured is not None:
        rule = CRITERION[measured.criterion]
        label = read_by(measured, cohort.study.response.liver_targets_max)
        shared = {"criterion": rule.code, "label": label, "unit": "mm²" if rule.unit == "mm2" else rule.unit,
                  "shrink": -100 * rule.shrink, "grow": 100 * rule.growth}  # fmt: skip
    return CoursesResult(
        methods=factor.levels,
        response=criterion_text(cohort) if main is not None else "",
        patients=() if many else _patients(cohort, records, measured, methods, name),
        labs=lab_courses(cohort, methods, name, one_by_one=not many),
        notes=tuple(notes),
        **shared,
    )


def _measured(cohort: Cohort) -> Derived | None:
    """Return what was derived by the study's criterion, else by the first one that the measurements allow."""
    possible, main = derivable(cohort), main_reading(cohort)
    if not possible:
        return None
    wanted = main.criterion if main is not None and main.criterion in possible else possible[0]
    return derived(cohort, wanted)


def _undated(cohort: Cohort, records: Timeline) -> list[str]:
    out = []
    if n := records.patients["t0"].null_count():
        out.append(f"{n} of {cohort.n} patients have no dated session and are not in the figures of single patients.")
    if cohort.has("adverse_event", "onset_date"):
        rows = emergent.events(cohort)
        severe = pl.col("grade") >= LEAST_GRADE
        lost = len(rows.filter((pl.col("status") == emergent.COUNTED) & ~pl.col("dated") & severe))
        if lost:
            out.append(f"Adverse events of grade {LEAST_GRADE} or worse without a date, not drawn: {lost}.")
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known of all patients, by patient id."""

    changes: dict[str, list[tuple[int, float]]]
    sums: dict[str, float]
    depth: dict[str, tuple[float | None, str | None]]
    best: dict[str, str]
    confirmed: dict[str, str]
    counted: dict[str, list[int]]
    new_lesion: dict[str, list[int]]
    responded: dict[str, int]
    sessions: dict[str, list[tuple[int, str]]]
    systemic: dict[str, list[tuple[int, int | None, str]]]
    responses: dict[str, list[tuple[int, str, str]]]
    progression: dict[str, dict[str, int]]
    events: dict[str, list[tuple[int, str, int]]]


def _patients(
    cohort: Cohort, records: Timeline, measured: Derived | None, methods: dict[str, str], name: Pseudonyms
) -> tuple[PatientCourse, ...]:
    facts = _facts(cohort, records, measured)
    bounds = records.patients.drop_nulls("t0")
    last = (pl.col("end") - pl.col("t0")).dt.total_days().fill_null(0)
    rows = bounds.select("patient_id", last.alias("end"), died=pl.col("death_date").is_not_null())
    return tuple(_course(patient, methods[patient], end, died, facts, name) for patient, end, died in rows.iter_rows())


def _course(patient: str, method: str, end: int, died: bool, facts: _Facts, name: Pseudonyms) -> PatientCourse:
    change, why = facts.depth.get(patient, (None, ""))
    counted = set(facts.counted.get(patient, ()))
    fresh = [day for day in facts.new_lesion.get(patient, ()) if day in counted]
    sessions, responses = facts.sessions.get(patient, []), facts.responses.get(patient, [])
    # A patient without a date of last contact was seen at the last session or scan at least.
    end = max([end, *(day for day, _ in sessions), *(day for day, _, _ in responses)])
    return PatientCourse(
        patient=name(patient),
        method=method,
        end=end,
        died=died,
        best_change=change,
        why_none=why or "",
        best=facts.best.get(patient, ""),
        confirmed=facts.confirmed.get(patient, ""),
        new_lesion_day=min(fresh, default=None),
        baseline_sum=facts.sums.get(patient),
        changes=tuple(facts.changes.get(patient, ())),
        counted_to=max(counted, default=None),
        sessions=tuple(sessions),
        systemic=tuple(facts.systemic.get(patient, ())),
        responses=tuple(responses),
        first_response=facts.responded.get(patient),
        progression=facts.progression["any"].get(patient),
        progression_liver=facts.progression["liver"].get(patient),
        progression_outside=facts.progression["outside"].get(patient),
        events=tuple(facts.events.get(patient, ())),
    )


def _facts(cohort: Cohort, records: Timeline, measured: Derived | None) -> _Facts:
    main = main_reading(cohort)
    judged = main is not None
    scans = _whole_sums(measured)
    depth = {} if measured is None else _depth(cohort, measured.criterion)
    on_treatment = (
        responses_on_treatment(records, cohort.study.endpoints).select("patient_id", "days") if judged else None
    )
    return _Facts(
        changes=_grouped(scans.select("patient_id", "day", "change_pct")),
        sums=dict(scans.filter("baseline").select("patient_id", "sum").iter_rows()),
        depth=depth,
        best=dict(best_by_reading(cohort, main)) if main is not None else _recorded_best(cohort),
        confirmed=dict(best_by_reading(cohort, main, confirmed=True)) if main is not None else {},
        counted={} if on_treatment is None else _singles(on_treatment),
        new_lesion={} if measured is None else _singles(_fresh(measured)),
        responded=time_to_response(cohort) if judged else {},
        sessions=_grouped(_sessions(cohort, records)),
        systemic=_grouped(_systemic(records)),
        responses=_grouped(_responses(records)),
        progression={site: _progression(records, site) for site in _PROGRESSION},
        events=_grouped(_events(cohort, records)),
    )


def _whole_sums(measured: Derived | None) -> pl.DataFrame:
    """Return complete sums of all targets by day; of several readings of a day the largest change."""
    if measured is None:
        return pl.DataFrame(schema={"patient_id": pl.String, "day": pl.Int64, "change_pct": pl.Float64,
                                    "sum": pl.Float64, "baseline": pl.Boolean})  # fmt: skip
    scans = measured.scans.filter(pl.col("site") == "any").drop_nulls("change_pct")
    scans = scans.sort("patient_id", "day", "change_pct").unique(["patient_id", "day"], keep="last")
    return scans.sort("patient_id", "day")


def _fresh(measured: Derived) -> pl.DataFrame:
    new = measured.scans.filter((pl.col("site") == "any") & pl.col("new_lesion"))
    return new.select("patient_id", "day").unique().sort("patient_id", "day")


def _depth(cohort: Cohort, criterion: str) -> dict[str, tuple[float | None, str | None]]:
    rows = depth_of_response(cohort, criterion).select("patient_id", "change_pct", "why_none")
    return {patient: (change, why) for patient, change, why in rows.iter_rows()}


def _recorded_best(cohort: Cohort) -> dict[str, str]:
    if not cohort.has("patient", "best_response"):
        return {}
    return dict(cohort.table("patient").select("patient_id", "best_response").drop_nulls().iter_rows())


def _dated(frame: pl.DataFrame, records: Timeline, *columns: str) -> pl.DataFrame:
    """Return rows up to the cut-off with the day from the first session of each date column."""
    rows = frame.join(records.patients.select("patient_id", "t0"), on="patient_id", how="inner")
    rows = rows.drop_nulls(["t0", columns[0]])
    if records.cutoff is not None:
        rows = rows.filter(pl.col(columns[0]) <= records.cutoff)
    days = [(pl.col(c) - pl.col("t0")).dt.total_days().alias(c) for c in columns]
    return rows.with_columns(days).sort("patient_id", columns[0], maintain_order=True)


def _sessions(cohort: Cohort, records: Timeline) -> pl.DataFrame:
    sessions = method_names(records.tables["session"], cohort.study.analysis.method_grouping)
    rows = _dated(sessions, records, "date").with_columns(pl.col("method").fill_null("unknown"))
    return rows.select("patient_id", "date", "method").unique(maintain_order=True)


def _systemic(records: Timeline) -> pl.DataFrame:
    frame = records.tables.get("systemic_therapy")
    if frame is None or "start_date" not in frame.columns:
        return pl.DataFrame(schema={"patient_id": pl.String, "a": pl.Int64, "b": pl.Int64, "c": pl.String})
    missing = {"end_date": pl.Date, "regimen": pl.String}
    frame = frame.with_columns(
        pl.lit(None, dtype=kind).alias(c) for c, kind in missing.items() if c not in frame.columns
    )
    rows = _dated(frame, records, "start_date", "end_date")
    return rows.select("patient_id", "start_date", "end_date", pl.col("regimen").fill_null(""))


def _responses(records: Timeline) -> pl.DataFrame:
    """Return day, response and site of every judged scan."""
    scans = records.tables.get("assessment")
    parts = []
    for site, column in RECORDED_IN.items():
        if scans is not None and column in scans.columns:
            rows = _dated(worst_by_date(scans, column), records, "date")
            parts.append(rows.select("patient_id", "date", "response", site=pl.lit(site)))
    if not parts:
        return pl.DataFrame(schema={"patient_id": pl.String, "a": pl.Int64, "b": pl.String, "c": pl.String})
    return pl.concat(parts).sort("patient_id", "date", "site")


def _progression(records: Timeline, site: str) -> dict[str, int]:
    """Return the day of the first progression at a site, from scans, else from the patient table."""
    scans, column = records.tables.get("assessment"), RECORDED_IN[site]
    if scans is not None and column in scans.columns and scans[column].is_not_null().any():
        rows = _dated(scans.filter(pl.col(column) == "PD"), records, "date").select("patient_id", day="date")
    elif _PROGRESSION[site] in records.patients.columns:
        patients = records.patients.drop("t0").drop_nulls(_PROGRESSION[site])
        rows = _dated(patients, records, _PROGRESSION[site]).select("patient_id", day=_PROGRESSION[site])
    else:
        return {}
    return dict(rows.group_by("patient_id").agg(pl.col("day").min()).iter_rows())


def _events(cohort: Cohort, records: Timeline) -> pl.DataFrame:
    """Return day, term and grade of the adverse events that count, from grade 2 on."""
    if not cohort.has("adverse_event", "onset_date"):
        return pl.DataFrame(schema={"patient_id": pl.String, "a": pl.Int64, "b": pl.String, "c": pl.Int64})
    counts = (pl.col("status") == emergent.COUNTED) & (pl.col("grade") >= LEAST_GRADE)
    rows = emergent.events(cohort).filter(counts).select("event", "term", "grade")
    table = records.tables["adverse_event"].with_row_index("event").with_columns(pl.col("event").cast(pl.Int64))
    rows = rows.join(table.select("event", "patient_id", "onset_date"), on="event", how="inner", maintain_order="left")
    return _dated(rows, records, "onset_date").select("patient_id", "onset_date", "term", "grade")


def _grouped(frame: pl.DataFrame) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each patient without the patient."""
    out: dict[str, list[tuple[Any, ...]]] = {}
    for patient, *rest in frame.iter_rows():
        out.setdefault(patient, []).append(tuple(rest))
    return out


def _singles(frame: pl.DataFrame) -> dict[str, list[int]]:
    return {patient: [day for (day,) in rows] for patient, rows in _grouped(frame).items()}
