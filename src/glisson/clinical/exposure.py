"""What was done to whom: sessions, courses, doses, why treated again, why stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.groups import UNKNOWN, first_day_method, method_names
from glisson.clinical.schema import SESSION
from glisson.clinical.settled import settled

#: Reasons for a session that begin a course of their own.
_NEW_COURSE = ("residual", "ltp", "new_lesion")
_NO_DRUG = "drug not named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One thing that is measured at a session: a column of the sheet, in its unit.

    Parameters
    ----------
    name, label, unit
        Column, printed name and unit.
    expected
        Methods whose sessions should have it; shown there even where nothing is recorded.
    summed
        Whether its sum over a patient's sessions means something.
    """

    name: str
    label: str
    unit: str
    expected: tuple[str, ...] = ()
    summed: bool = False


def _quantity(name: str, label: str, expected: tuple[str, ...] = (), *, summed: bool = False) -> Quantity:
    return Quantity(name=name, label=label, unit=SESSION.field(name).unit, expected=expected, summed=summed)


#: Quantities of a session in print order.
QUANTITIES: tuple[Quantity, ...] = (
    _quantity("drug_mg", "Drug", ("deb_tace", "ctace", "hai"), summed=True),
    _quantity("lipiodol_ml", "Lipiodol", ("ctace",)),
    _quantity("activity_gbq", "Administered activity", ("y90", "y90_glass", "y90_resin", "ho166"), summed=True),
    _quantity("dose_gy_tumour", "Absorbed dose, tumour"),
    _quantity("dose_gy_normal_liver", "Absorbed dose, normal liver"),
    _quantity("lung_shunt_pct", "Lung shunt"),
    _quantity("power_w", "Power"),
    _quantity("ablation_min", "Time under ablation"),
    _quantity("applicators", "Applicators"),
    _quantity("n_ablations", "Applications"),
    _quantity("fluoroscopy_min", "Fluoroscopy"),
    _quantity("length_of_stay_d", "Length of stay"),
)


def treatments(cohort: Cohort) -> pl.DataFrame:
    """Return every session up to the cut-off with its place in the patient's treatment.

    Parameters
    ----------
    cohort
        With dated sessions.

    Returns
    -------
    DataFrame
        One row a session, by patient and date: ``patient_id``, ``session_id``, ``date``, ``method`` (as grouped),
        ``first_method``, ``course`` (1, 2, ...), ``later`` (after the first day of treatment), ``gap`` (days since the
        treatment day before; null on the first), ``same_course`` (whether that day belongs to the same course),
        ``retreat_type`` and the columns of ``QUANTITIES``, null where not recorded.

    Raises
    ------
    InputError
        If no session has a date.

    Notes
    -----
    A session continues a course if both carry the same ``course_id``; where neither or only one carries one, if it is
    recorded as a planned stage, or if no other reason is recorded and it comes within ``endpoints.course_window_days``
    of the first day of the course.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> frame = treatments(demo_cohort())
    >>> frame.filter(frame["patient_id"] == "003")["course"].to_list(), frame["gap"].to_list()[:3]
    ([1, 1, 2], [None, 27, None])
    """
    frame = settled(cohort).tables["session"]
    texts = ("session_id", "method", "course_id", "retreat_type", "drug", "bead_name")
    frame = _with(frame, dict.fromkeys(texts, pl.String) | dict.fromkeys(("bead_min_um", "bead_max_um"), pl.Float64))
    frame = _with(frame, {q.name: pl.Float64 for q in QUANTITIES})
    first = first_day_method(method_names(frame, cohort.study.analysis.method_grouping), "patient_id")
    frame = method_names(frame, cohort.study.analysis.method_grouping).with_columns(
        pl.col("method").fill_null(UNKNOWN),
        first_method=pl.col("patient_id").replace_strict(first, return_dtype=pl.String).fill_null(UNKNOWN),
    )
    order = {p: i for i, p in enumerate(cohort.table("patient")["patient_id"].to_list())}
    frame = frame.filter(pl.col("patient_id").is_in(list(order))).with_columns(
        place=pl.col("patient_id").replace_strict(order, return_dtype=pl.Int64)
    )
    frame = frame.sort("place", "date", "source_row", maintain_order=True).drop("place")
    window = cohort.study.endpoints.course_window_days
    rows = frame.select("patient_id", "date", "course_id", "retreat_type").iter_rows(named=True)
    return frame.hstack(pl.DataFrame(_places(rows, window), schema=_PLACE, orient="row"))


_PLACE = {"course": pl.Int64, "later": pl.Boolean, "gap": pl.Int64, "same_course": pl.Boolean}


def _with(frame: pl.DataFrame, columns: dict[str, Any]) -> pl.DataFrame:
    absent = {c: kind for c, kind in columns.items() if c not in frame.columns}
    return frame.with_columns(pl.lit(None, dtype=kind).alias(c) for c, kind in absent.items())


def _places(rows: Iterable[dict[str, Any]], window: int) -> list[tuple[int, bool, int | None, bool | None]]:
    """Return course, whether later than the first day, days since the day before, whether in the same course."""
    out: list[tuple[int, bool, int | None, bool | None]] = []
    patient, course, begun, last_id = None, 0, date.min, None
    day, gap, same = date.min, None, None
    first = date.min
    for row in rows:
        if row["patient_id"] != patient:
            patient, course, begun, first = row["patient_id"], 1, row["date"], row["date"]
            gap, same = None, None
        else:
            new = not _continues(row, last_id, begun, window)
            if new:
                course, begun = course + 1, row["date"]
            if row["date"] != day:
                gap, same = (row["date"] - day).days, not new
        day, last_id = row["date"], row["course_id"]
        out.append((course, day > first, gap, same))
    return out


def _continues(row: dict[str, Any], last_id: str | None, begun: date, window: int) -> bool:
    own, why = row["course_id"], row["retreat_type"]
    if own is not None and last_id is not None:
        return bool(own == last_id)
    if why == "planned_stage" or row["date"] == begun:
        return True
    return why not in _NEW_COURSE and row["date"] <= begun + timedelta(days=window)


def drugs(sessions: pl.DataFrame) -> pl.DataFrame:
    """Return ``treatments`` with ``agent``: the drug in lower case, ``drug not named``, or null where none was given.

    Milligrams of different drugs are not added up.
    """
    named = pl.col("drug").str.strip_chars().str.to_lowercase()
    return sessions.with_columns(
        agent=pl.when(named.is_not_null() & (named != "")).then(named)
        .when(pl.col("drug_mg").is_not_null()).then(pl.lit(_NO_DRUG))
    )  # fmt: skip


def totals(sessions: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the sum of a quantity over the given sessions of each patient; null where one of them lacks it.

    Parameters
    ----------
    sessions
        The sessions that should have it.
    column
        Quantity.

    Examples
    --------
    >>> frame = pl.DataFrame({"patient_id": ["a", "a", "b", "b"], "drug_mg": [50.0, 75.0, 50.0, None]})
    >>> totals(frame, "drug_mg").rows()
    [('a', 125.0), ('b', None)]
    """
    known = pl.col(column).is_not_null().all()
    return sessions.group_by("patient_id", maintain_order=True).agg(
        pl.when(known).then(pl.col(column).sum()).alias(column)
    )


def bead_sizes(sessions: pl.DataFrame) -> pl.DataFrame:
    """Return the sessions by size of the beads: ``low`` and ``high`` in um (null where not recorded), ``n``."""
    named = sessions.select(low=pl.col("bead_min_um").fill_null(pl.col("bead_max_um")),
                            high=pl.col("bead_max_um").fill_null(pl.col("bead_min_um")))  # fmt: skip
    return named.group_by("low", "high").agg(n=pl.len()).sort("low", "high", nulls_last=True)


def stops(cohort: Cohort) -> pl.DataFrame:
    """Return the last recorded stop of liver-directed therapy of each patient who has one, up to the cut-off.

    Returns
    -------
    DataFrame
        ``patient_id``, ``date`` (null: not recorded), ``reason`` (null: not recorded).

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> len(stops(demo_cohort()))
    19
    """
    empty = pl.DataFrame(schema={"patient_id": pl.String, "date": pl.Date, "reason": pl.String})
    if not (cohort.has("followup", "ldt_stop_date") or cohort.has("followup", "ldt_stop_reason")):
        return empty
    rows = _with(settled(cohort).tables["followup"], {"ldt_stop_date": pl.Date, "ldt_stop_reason": pl.String})
    rows = rows.select("patient_id", "source_row", date="ldt_stop_date", reason="ldt_stop_reason")
    rows = rows.filter(pl.col("date").is_not_null() | pl.col("reason").is_not_null())
    if cohort.study.cutoff is not None:
        rows = rows.filter(pl.col("date").is_null() | (pl.col("date") <= cohort.study.cutoff))
    last = rows.sort("patient_id", "date", "source_row", nulls_last=False, maintain_order=True)
    return last.unique("patient_id", keep="last", maintain_order=True).select("patient_id", "date", "reason")
