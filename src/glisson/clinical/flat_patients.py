"""The patient table of a flat sheet: baseline, vital status, progression, subgroups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from glisson.clinical.flat_columns import FlatColumns, Span, spans
from glisson.clinical.schema import PATIENT
from glisson.clinical.settings import ColumnMap
from glisson.errors import SettingsError

#: Columns of the patient table that are read as they are, without a rule of their own.
_PLAIN = ("age_at_t0", "birth_year", "ecog_t0", "lines_systemic_before", "histology", "primary_site",
          "n_liver_lesions", "site_id")  # fmt: skip
_CODED = ("sex", "extrahepatic_t0", "best_response")
_DATES = ("primary_dx_date", "liver_met_dx_date", "liver_progression_date", "extrahepatic_progression_date")
_NOTHING: Span = (None, None)


def patients(columns: FlatColumns) -> dict[str, Sequence[Any]]:
    """Return the columns of the patient table.

    Parameters
    ----------
    columns
        The sheet.

    Raises
    ------
    SettingsError
        If a subgroup is called like a column of the data model.
    """
    rows: dict[str, Sequence[Any]] = {"patient_id": columns.ids}
    for name in _CODED:
        if one := columns.map(name):
            rows[name] = columns.codes(one)
            _report_blank(columns, one, rows[name])
    for name in _PLAIN:
        if columns.map(name):
            rows[name] = columns.values(name)
    rows |= _measured(columns)
    rows |= _vital(columns)
    rows |= _progression(columns)
    for name in _DATES:
        if columns.map(name):
            rows |= spans(name, columns.dates(name))
    for one in columns.maps("subgroup"):
        label = one.label or one.column
        if label in PATIENT.names:
            raise SettingsError(f"the label '{label}' of a subgroup is a name of the data model",
                                place="study.toml", todo="choose another label")  # fmt: skip
        rows[label] = columns.codes(one)
    rows["source_row"] = [columns.proposal.data.row_number(i) for i in range(columns.rows)]
    return rows


def _report_blank(columns: FlatColumns, one: ColumnMap, values: Sequence[str | None]) -> None:
    """Say where extrahepatic disease, by which every result is divided, was not recorded."""
    blank = [i for i, v in enumerate(values) if v is None]
    if one.means == "extrahepatic_t0" and blank:
        columns.report(
            "changes", "extrahepatic.missing",
            f"extrahepatic disease is not recorded for {len(blank)} of {columns.rows} patients",
            one=one, row=blank[0] if len(blank) == 1 else None, expected="present or none",
            todo="complete it; until then these patients are a group of their own",
        )  # fmt: skip


def _measured(columns: FlatColumns) -> dict[str, Sequence[Any]]:
    """Cirrhosis, size in millimetres, year of birth."""
    rows: dict[str, Sequence[Any]] = {}
    if one := columns.map("cirrhosis"):
        rows["cirrhosis"] = [None if c is None else c == "yes" for c in columns.codes(one)]
    if one := columns.map("largest_mm"):
        scale = 10 if one.unit == "cm" else 1
        declared = PATIENT.field("largest_mm")
        limits = (declared.low or 0) / scale, (declared.high or 0) / scale
        values = columns.parsed(one, replace(declared, unit=one.unit, low=limits[0], high=limits[1])).values
        rows["largest_mm"] = [None if v is None else v * scale for v in values]
    if columns.map("birth_date"):
        rows["birth_year"] = [None if first is None else first.year for first, _ in columns.dates("birth_date")]
    return rows


def _vital(columns: FlatColumns) -> dict[str, Sequence[Any]]:
    """Death and last contact: from their dates, from the status, or from the durations' status."""
    death, contact = columns.dates("death_date", required=True), columns.dates("last_contact_date", required=True)
    one = columns.map("vital_status") or columns.map("os_status")
    codes = columns.codes(one)
    known = [{"event": "dead", "censored": "alive"}.get(c or "", c) for c in codes]
    dated = columns.map("death_date") is not None
    deaths, contacts, status = [], [], []
    for row in range(columns.rows):
        state = known[row] or (("dead" if death[row][0] else "alive") if dated else None)
        died = death[row] if dated or state != "dead" else contact[row]
        status.append(state)
        deaths.append(died)
        contacts.append(contact[row] if contact[row][0] else died)
    if columns.map("session_date"):
        contacts = _last_known(columns, contacts)
    return spans("death_date", deaths) | spans("last_contact_date", contacts) | {"vital_status": status}


def _last_known(columns: FlatColumns, contacts: list[Span]) -> list[Span]:
    """Where no last contact is recorded, the latest date of the row is the last day known alive; say so."""
    names = ("session_date", "progression_date", "liver_progression_date", "extrahepatic_progression_date",
             "last_imaging_date", "progression_or_imaging_date")  # fmt: skip
    quiet = FlatColumns(proposal=columns.proposal, study=columns.study, ids=columns.ids)
    others = [quiet.dates(name) for name in names if columns.map(name)]
    out = list(contacts)
    for row, contact in enumerate(contacts):
        seen = [span[row] for span in others if span[row][0] is not None]
        if contact[0] is None and seen:
            out[row] = max(seen, key=lambda s: s[0] or date.min)
            columns.report(
                "changes", "contact.missing", "no date of last contact; the latest date of the row is used", row=row,
                expected="the last date known alive", todo="type the date of last contact",
            )  # fmt: skip
    return out


def _progression(columns: FlatColumns) -> dict[str, Sequence[Any]]:
    """First progression and last imaging, also where one column holds both."""
    rows: dict[str, Sequence[Any]] = {}
    if columns.map("progression_date"):
        rows |= spans("progression_date", columns.dates("progression_date", required=True))
    if columns.map("last_imaging_date"):
        rows |= spans("last_imaging_date", columns.dates("last_imaging_date", required=True))
    if columns.map("progression_or_imaging_date"):
        both = columns.dates("progression_or_imaging_date", required=True)
        status = columns.codes(columns.map("progression_status"))
        rows |= spans(
            "progression_date", [d if s == "progressed" else _NOTHING for d, s in zip(both, status, strict=True)]
        )
        rows |= spans("last_imaging_date", both)
    return rows
