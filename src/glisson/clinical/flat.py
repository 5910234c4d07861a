"""A flat sheet, one row a patient, as a cohort: dates become sessions and events, durations recorded outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.decide import accept_unambiguous
from glisson.clinical.flat_columns import FlatColumns, identified
from glisson.clinical.flat_outcomes import adverse_events, outcomes, sessions, unused_intervals
from glisson.clinical.flat_patients import patients
from glisson.clinical.integrity import check
from glisson.clinical.problems import Problems
from glisson.clinical.propose import Proposal, propose
from glisson.clinical.raw import RawSheet
from glisson.clinical.relational import Locator
from glisson.clinical.schema import PATIENT
from glisson.clinical.settings import Study

#: Problems that are reported otherwise here: columns without a heading of their own carry their letter, and the first
#: session is checked where it is read.
_TOLD_OTHERWISE = {"header.twice", "header.blank", "patient.no_session", "patient.twice", "session.twice"}


def read_flat(sheets: Sequence[RawSheet], study: Study | None = None) -> Cohort:
    """Read a flat sheet: what is declared or unambiguous is used, everything else is asked.

    Parameters
    ----------
    sheets
        All sheets of the input; one may be a data dictionary.
    study
        Settings; ``input.columns`` says what the columns mean, where that was decided.

    Returns
    -------
    Cohort
        Tables ``patient``, ``session``, and where the sheet holds them ``outcome`` (recorded durations in whole days)
        and ``adverse_event``. ``cohort.study`` holds the complete mapping.

    Raises
    ------
    DecisionsNeeded
        With everything a person must decide, and the lines of study.toml to complete.
    """
    return read_proposed(propose(sheets, study))


def read_proposed(proposal: Proposal) -> Cohort:
    """Read the sheet of a proposal that leaves nothing open.

    Raises
    ------
    DecisionsNeeded
        If something is open.
    """
    study = accept_unambiguous(proposal)
    columns = identified(proposal, study)
    rows = {"patient": patients(columns), "session": sessions(columns), "outcome": outcomes(columns),
            "adverse_event": adverse_events(columns)}  # fmt: skip
    unused_intervals(columns)
    tables = {name: _frame(table) for name, table in rows.items() if table}
    read = [p for p in proposal.data.problems if p.rule not in _TOLD_OTHERWISE]
    found = check(tables, _locator(columns), today=date.today(), study=study)  # noqa: DTZ011 - the user's day
    rules = [p for p in found if p.rule not in _TOLD_OTHERWISE]
    return Cohort(tables=tables, problems=Problems.of((*read, *columns.problems, *rules)), study=study)


def _locator(columns: FlatColumns) -> Locator:
    """Say in which column of the sheet each column of the tables stands; columns put together from others in none."""
    sheet = columns.proposal.data
    moved = {index for _, index in sheet.places}
    own = {m.means: columns.index(m) for m in columns.study.input.columns}
    named = {**{("patient", name): index for name, index in own.items()}}
    named |= {("session", name): own[means] for name, means in (("date", "session_date"), ("method", "method"))
              if means in own}  # fmt: skip
    return Locator(
        dict.fromkeys(("patient", "session", "outcome", "adverse_event"), sheet),
        {key: index for key, index in named.items() if index not in moved},
    )


def _frame(rows: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Build a typed frame; columns without any value are left out, except those every table needs."""
    kinds = {"integer": pl.Int64, "number": pl.Float64, "yes_no": pl.Boolean, "date": pl.Date}
    declared = {f.name: kinds.get(f.kind, pl.String) for f in PATIENT.fields}
    fixed = {"patient_id": pl.String, "session_id": pl.String, "method": pl.String, "endpoint": pl.String,
             "days": pl.Int64, "event": pl.Boolean, "cell": pl.String, "source_row": pl.Int64, "date": pl.Date,
             "grade": pl.Int64, "term": pl.String}  # fmt: skip
    always = {*fixed, "date_to", "last_contact_date", "last_contact_date_to", "vital_status"}
    series = []
    for column, values in rows.items():
        bare = column.removesuffix("_to")
        kind = fixed.get(bare) or declared.get(bare, pl.String)
        if column in always or any(v is not None for v in values):
            series.append(pl.Series(column, list(values), dtype=kind))
    return pl.DataFrame(series)
