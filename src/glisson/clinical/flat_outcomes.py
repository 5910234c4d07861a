"""Treatment, recorded durations and adverse events of a flat sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glisson.clinical.flat_columns import FlatColumns, spans, term_of
from glisson.clinical.glossary import units_in
from glisson.clinical.questions import status_of
from glisson.clinical.schema import ADVERSE_EVENT
from glisson.clinical.settings import ColumnMap
from glisson.clinical.targets import RECORDED_ENDPOINTS
from glisson.clinical.wording import number

#: Codes of a status that say that the event happened.
_HAPPENED = {"event", "dead", "progressed"}
#: More negative values than this in one column are named together.
_NAMED_APART = 5


def sessions(columns: FlatColumns) -> dict[str, Sequence[Any]]:
    """One session a patient: the first. Its date is empty where the sheet holds durations only."""
    one = columns.map("method")
    constant = columns.study.input.method or "unknown"
    methods = [code or constant for code in columns.codes(one)]
    unknown = sum(m == "unknown" for m in methods)
    if unknown:
        columns.report("note", "method.missing", f"the method of {unknown} of {columns.rows} patients is not recorded",
                       one=one, todo="complete it; until then they are a group of their own")  # fmt: skip
    dates = columns.dates("session_date", required=True)
    dated = columns.map("session_date")
    if dated:
        for row, (first, _) in enumerate(dates):
            if first is None:
                columns.report("blocks", "session.undated", "no date of the first treatment", one=dated, row=row,
                               expected="a date", todo="type the date of the first treatment")  # fmt: skip
    return {
        "session_id": [f"{p}-S1" for p in columns.ids],
        "patient_id": columns.ids,
        **spans("date", dates),
        "method": methods,
        "source_row": [columns.proposal.data.row_number(i) for i in range(columns.rows)],
    }


def outcomes(columns: FlatColumns) -> dict[str, Sequence[Any]]:
    """Recorded durations, one row a patient and endpoint."""
    found = list(_recorded(columns))
    if not found:
        return {}
    names = ("patient_id", "endpoint", "days", "event", "cell", "source_row")
    _check_order(columns, {(patient, endpoint): days for patient, endpoint, days, *_ in found})
    return dict(zip(names, zip(*found, strict=True), strict=True))


def _recorded(columns: FlatColumns) -> Iterator[tuple[str, str, int, bool, str, int]]:
    """Yield patient, endpoint, days, event, cell, row."""
    meanings = {m.means for m in columns.study.input.columns}
    for endpoint, title in RECORDED_ENDPOINTS.items():
        time, status = columns.map(f"{endpoint}_time"), columns.map(status_of(f"{endpoint}_time", meanings))
        if time is None or status is None:
            continue
        days, codes = columns.days(time), columns.codes(status)
        raw = columns.cells(time)
        for row in range(columns.rows):
            length, code = days[row], codes[row]
            if length is not None and code is not None:
                sheet_row = columns.proposal.data.row_number(row)
                yield columns.ids[row], endpoint, length, code in _HAPPENED, columns.address(time, row), sheet_row
            elif code is None or raw[row] is None:
                columns.report(
                    "blocks" if endpoint == "os" else "changes", "outcome.missing",
                    f"no {'status' if code is None else 'duration'} of {title}", one=status if code is None else time,
                    row=row, expected="duration and status", todo="complete it, or leave the patient out",
                )  # fmt: skip


def _check_order(columns: FlatColumns, days: Mapping[tuple[str, str], int]) -> None:
    """Progression cannot be later than the end of follow-up for survival; rounding may move it by one day."""
    for row, patient in enumerate(columns.ids):
        end = days.get((patient, "os"))
        for endpoint in ("pfs", "liver_pfs", "ttp"):
            length, one = days.get((patient, endpoint)), columns.map(f"{endpoint}_time")
            if one and end is not None and length is not None and length > end + 1:
                columns.report(
                    "changes", "outcome.order", f"{RECORDED_ENDPOINTS[endpoint]} is longer than survival", one=one,
                    row=row, expected="at most the survival", todo="correct one of the two",
                )  # fmt: skip


def adverse_events(columns: FlatColumns) -> dict[str, Sequence[Any]]:
    """Worst grade of each term, one row a patient and term; grade 0 is assessed and absent."""
    found = []
    for one in columns.maps("ae_grade"):
        for row, grade in enumerate(columns.parsed(one, ADVERSE_EVENT.field("grade")).values):
            if grade is not None:
                found.append((columns.ids[row], term_of(one), grade, columns.proposal.data.row_number(row)))
    names = ("patient_id", "term", "grade", "source_row")
    return dict(zip(names, zip(*found, strict=True), strict=True)) if found else {}


def unused_intervals(columns: FlatColumns) -> None:
    """Name negative durations in columns that are not analysed: they tell of mistaken dates."""
    used = {m.column for m in columns.study.input.columns}
    for column in columns.proposal.columns:
        name, found = column.profile.column, column.profile
        units = (units_in(name) | units_in(column.description)) & {"days", "weeks", "months", "years"}
        if name in used or not units or not found.negatives or not found.mostly(found.numbers):
            continue
        one = ColumnMap(column=name, means="ignore")
        values = [number(c) for c in columns.cells(one)]
        rows = [row for row, value in enumerate(values) if value is not None and value < 0]
        unit = next(iter(units)) if len(units) == 1 else "its unit"
        if len(rows) > _NAMED_APART:
            columns.report(
                "note", "duration.negative", f"{len(rows)} negative values in a column of {unit}, the first in"
                f" {columns.address(one, rows[0])}; the column is not used", one=one,
                todo="check the order of the two dates",
            )  # fmt: skip
            continue
        for row in rows:
            columns.report(
                "note", "duration.negative", f"{values[row]:g}, a negative number of {unit}; the column is not used",
                one=one, row=row, expected="a duration", todo="check the two dates behind it",
            )  # fmt: skip
