"""What became of each treated lesion: complete treatment, the first control, re-treatment of residual tumour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import UNKNOWN, method_names
from glisson.clinical.lesions import lesion_methods, told_apart, treated_lesions
from glisson.clinical.local_status import first_treatments
from glisson.clinical.timeline import Timeline, timeline
from glisson.errors import InputError

#: Strata of the smallest margin and of the size before treatment, in mm.
MARGINS = ("<5 mm", "5 to 10 mm", ">10 mm", "not recorded")
SIZES = ("30 mm or less", ">30 to 50 mm", ">50 mm", "not recorded")
#: Why a lesion has no first control, in the order in which reasons are looked for.
NO_CONTROL = (
    "not evaluable at the first control",
    "treated again before a first control",
    "died before the end of the window",
    "follow-up ends before the end of the window",
    "no scan in the window",
)

_SCHEMA: dict[str, Any] = {
    "lesion_id": pl.String, "patient_id": pl.String, "method": pl.String, "start": pl.Date, "course_end": pl.Date,
    "treatments": pl.Int64, "coverage": pl.String, "size_mm": pl.Float64, "margin_mm": pl.Float64,
    "control": pl.Date, "control_status": pl.String, "no_control": pl.String, "primary": pl.Boolean,
    "retreated": pl.Boolean, "assisted": pl.Boolean, "assisted_unknown": pl.Boolean,
}  # fmt: skip
#: Of several readings of a date the worst counts.
_WORST = ("none", "residual", "ltp")
_NOT_FOR_RESIDUAL = ("ltp", "new_lesion")


@dataclass(frozen=True, slots=True)
class _Window:
    """Days after treatment in which the first control is looked for."""

    first: int
    last: int

    def of(self, day: date) -> tuple[date, date]:
        return day + timedelta(days=self.first), day + timedelta(days=self.last)


def lesion_outcomes(cohort: Cohort) -> pl.DataFrame:
    """Return what became of each treated lesion.

    Parameters
    ----------
    cohort
        With dated sessions that name their lesions.

    Returns
    -------
    DataFrame
        One row a treated lesion: ``lesion_id``, ``patient_id``, ``method`` of its first treatment, ``start``,
        ``course_end`` (last session of its first course), ``treatments``, ``coverage`` at the end of the first course,
        ``size_mm`` before treatment, ``margin_mm`` (smallest), ``control`` and ``control_status`` (first control within
        ``response.control_from_days`` to ``control_to_days`` after the first course), ``no_control`` (why there is
        none), ``primary`` (no viable tumour at the first control), ``retreated`` (again, for residual tumour),
        ``assisted`` (primary, or none at a control after re-treatment), ``assisted_unknown`` (no control after it).

    Raises
    ------
    InputError
        If no treated lesion is linked to a dated session.

    Notes
    -----
    Ahmed M, et al. Radiology 2014;273:241-260. Puijk RS, et al. Radiology 2021;301:533-540.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> outcomes = lesion_outcomes(demo_cohort())
    >>> len(outcomes), outcomes["primary"].sum()
    (78, 20)
    """
    if not cohort.has("session_lesion", "session_id", "lesion_id"):
        raise InputError("no treated lesion is linked to a session", todo="add the session_lesion sheet")
    records = timeline(cohort)
    settings = cohort.study.response
    window = _Window(settings.control_from_days, settings.control_to_days)
    methods = lesion_methods(records, cohort.study.analysis.method_grouping)
    sessions, statuses, sizes = _sessions(records), _statuses(records), _sizes(records, cohort)
    ends = {p: (death, end) for p, death, end in records.patients.select("patient_id", "death_date", "end").iter_rows()}
    rows = []
    for lesion, treatments in sessions.items():
        course, later = _first_course(treatments, cohort.study.endpoints.course_window_days)
        patient = treatments[0]["patient_id"]
        found = _efficacy(statuses.get(lesion, []), course[-1]["date"], later, window, ends.get(patient, (None, None)))
        margins = [s["margin_mm"] for s in course if s["margin_mm"] is not None]
        covered = [s["coverage"] for s in course if s["coverage"] is not None]
        rows.append({
            "lesion_id": lesion, "patient_id": patient, "method": methods.get(lesion) or UNKNOWN,
            "start": course[0]["date"], "course_end": course[-1]["date"], "treatments": len(treatments),
            "coverage": covered[-1] if covered else None, "size_mm": sizes.get(lesion),
            "margin_mm": min(margins, default=None), **found,
        })  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA)


def session_success(cohort: Cohort) -> pl.DataFrame:
    """Return technical success by session: ``session_id``, ``patient_id``, ``method``, ``success``; null: not recorded.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> len(session_success(demo_cohort()))
    41
    """
    sessions = method_names(cohort.table("session"), cohort.study.analysis.method_grouping)
    success = pl.col("technical_success") if "technical_success" in sessions.columns else pl.lit(None, dtype=pl.Boolean)
    return sessions.select("session_id", "patient_id", pl.col("method").fill_null(UNKNOWN), success=success)


def reclassified(cohort: Cohort) -> tuple[tuple[str, str], ...]:
    """Return the lesions whose recorded progression is residual tumour by definition, each with the reason."""
    records = timeline(cohort)
    local = records.tables.get("local_control")
    if local is None:
        return ()
    start = first_treatments(records.tables["session"], records.tables.get("session_lesion"))
    return told_apart(local.filter(~pl.col("derived")), start.rename({"lesion_id": "unit"}))[1]


def margin_stratum(mm: float | None) -> str:
    """Return the stratum of a margin.

    Examples
    --------
    >>> [margin_stratum(mm) for mm in (4.9, 5, 10, 11, None)]
    ['<5 mm', '5 to 10 mm', '5 to 10 mm', '>10 mm', 'not recorded']
    """
    return MARGINS[3] if mm is None else MARGINS[0] if mm < 5 else MARGINS[1] if mm <= 10 else MARGINS[2]


def size_stratum(mm: float | None) -> str:
    """Return the stratum of a size.

    Examples
    --------
    >>> [size_stratum(mm) for mm in (30, 31, 50, 51, None)]
    ['30 mm or less', '>30 to 50 mm', '>30 to 50 mm', '>50 mm', 'not recorded']
    """
    return SIZES[3] if mm is None else SIZES[0] if mm <= 30 else SIZES[1] if mm <= 50 else SIZES[2]


def _sessions(records: Timeline) -> dict[str, list[dict[str, Any]]]:
    """Return the treatments of each lesion in order of date."""
    extra = [c for c in ("coverage", "margin_mm") if c in records.tables["session_lesion"].columns]
    details = records.tables["session_lesion"].select("session_id", "lesion_id", *extra)
    sessions = records.tables["session"]
    reasons = sessions.select("session_id", *[c for c in ("course_id", "retreat_type") if c in sessions.columns])
    frame = treated_lesions(records).join(details, on=["session_id", "lesion_id"], how="left", maintain_order="left")
    frame = frame.join(reasons, on="session_id", how="left", maintain_order="left")
    missing = dict.fromkeys(("coverage", "margin_mm", "course_id", "retreat_type"))
    out: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        out.setdefault(row["lesion_id"], []).append({**missing, **row})
    order = {p: i for i, p in enumerate(records.patients["patient_id"].to_list())}
    known = {lesion: rows for lesion, rows in out.items() if rows[0]["patient_id"] in order}
    return dict(sorted(known.items(), key=lambda item: (order[item[1][0]["patient_id"]], item[0])))


def _statuses(records: Timeline) -> dict[str, list[tuple[date, str]]]:
    """Return the local statuses of each lesion up to the cut-off, in order of date."""
    local = records.tables.get("local_control")
    out: dict[str, list[tuple[date, str]]] = {}
    if local is None:
        return out
    for lesion, day, status in local.sort("lesion_id", "date").select("lesion_id", "date", "status").iter_rows():
        if records.cutoff is None or day <= records.cutoff:
            out.setdefault(lesion, []).append((day, status))
    return out


def _sizes(records: Timeline, cohort: Cohort) -> dict[str, float]:
    """Return the size of each lesion at the last scan on or before its first treatment; the largest reading of it."""
    if not (cohort.has("measurement", "long_mm") and cohort.has("assessment", "date")):
        return {}
    start = first_treatments(records.tables["session"], records.tables.get("session_lesion"))
    dated = cohort.table("assessment").select("assessment_id", "date").drop_nulls()
    rows = cohort.table("measurement").select("assessment_id", "lesion_id", "long_mm").drop_nulls()
    rows = rows.join(dated, on="assessment_id", how="inner").join(start, on="lesion_id", how="inner")
    rows = rows.filter(pl.col("date") <= pl.col("start"))
    last = rows.filter(pl.col("date") == pl.col("date").max().over("lesion_id"))
    sizes = last.group_by("lesion_id").agg(pl.col("long_mm").max())
    return dict(zip(sizes["lesion_id"], sizes["long_mm"], strict=True))


def _first_course(
    treatments: Sequence[dict[str, Any]], window_days: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Divide the treatments of a lesion into its first course and what came later.

    A stage that was planned, or shares the course, belongs to it; so does, where neither is recorded, a session within
    the course window. Whatever follows a session outside the course is outside, too.
    """
    first, course = treatments[0], [treatments[0]]
    for place, session in enumerate(treatments[1:], start=1):
        if not _same_course(first, session, window_days):
            return course, list(treatments[place:])
        course.append(session)
    return course, []


def _same_course(first: Mapping[str, Any], session: Mapping[str, Any], window_days: int) -> bool:
    if session["date"] == first["date"]:
        return True
    reason = session["retreat_type"]
    if reason in {"residual", *_NOT_FOR_RESIDUAL}:
        return False
    if reason == "planned_stage":
        return True
    if first["course_id"] is not None and session["course_id"] is not None:
        return bool(first["course_id"] == session["course_id"])
    return bool(session["date"] <= first["date"] + timedelta(days=window_days))


def _efficacy(
    statuses: Sequence[tuple[date, str]],
    course_end: date,
    later: Sequence[Mapping[str, Any]],
    window: _Window,
    end: tuple[date | None, date | None],
) -> dict[str, Any]:
    """Judge one lesion at its first control, and at the controls after re-treatment of residual tumour."""
    again = later[0]["date"] if later else None
    control = _control(statuses, course_end, again, window)
    out: dict[str, Any] = {"primary": None, "retreated": False, "assisted": None, "assisted_unknown": False}
    if control is None:
        return {**out, "no_control": _why_none(statuses, course_end, again, window, end)}
    day, status = control
    out |= {"control": day, "control_status": status, "primary": status == "none", "assisted": status == "none"}
    if status == "none":
        return out
    repeats = [s["date"] for s in later if s["retreat_type"] not in _NOT_FOR_RESIDUAL and s["date"] >= day]
    ends = [*repeats[1:], None][: len(repeats)]
    found = [_control(statuses, r, nxt, window) for r, nxt in zip(repeats, ends, strict=True)]
    known = [c for c in found if c is not None]
    out["retreated"] = bool(repeats)
    out["assisted"] = any(c[1] == "none" for c in known)
    out["assisted_unknown"] = bool(repeats) and not known
    return out


def _control(
    statuses: Iterable[tuple[date, str]], after: date, again: date | None, window: _Window
) -> tuple[date, str] | None:
    """Return the first adequate scan in the window; a scan on the day of the next treatment was before it."""
    first, last = window.of(after)
    inside = [(d, s) for d, s in statuses if first <= d <= last and s in _WORST and (again is None or d <= again)]
    if not inside:
        return None
    day = min(d for d, _ in inside)
    return day, max((s for d, s in inside if d == day), key=_WORST.index)


def _why_none(
    statuses: Iterable[tuple[date, str]],
    course_end: date,
    again: date | None,
    window: _Window,
    end: tuple[date | None, date | None],
) -> str:
    first, last = window.of(course_end)
    unreadable, retreated, died, lost, never = NO_CONTROL
    if any(first <= d <= last and s == "not_evaluable" for d, s in statuses):
        return unreadable
    if again is not None and again <= last:
        return retreated
    death, seen = end
    if death is not None and death <= last:
        return died
    return lost if seen is not None and seen < last else never
