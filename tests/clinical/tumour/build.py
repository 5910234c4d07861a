"""Small cohorts of measured lesions from short Python lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.tumour import Derived, derived
from tests.clinical.build import cohort

T0 = date(2020, 1, 1)
#: A lesion's row: a diameter, the name of a status, or columns.
Row = float | str | Mapping[str, Any]


def on(days: int) -> str:
    return (T0 + timedelta(days=days)).isoformat()


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One assessment: day, lesion -> row, and what was recorded."""

    day: int
    rows: Mapping[str, Row]
    recorded: Mapping[str, Any] = field(default_factory=dict)
    patient: str = "a"
    id: str = ""


def scan(day: int, rows: Mapping[str, Row], *, patient: str = "a", **recorded: Any) -> Scan:
    return Scan(day=day, rows=rows, recorded=recorded, patient=patient)


def measured(
    scans: Iterable[Scan],
    lesions: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    study: Mapping[str, Any] | None = None,
    last: int = 2000,
    **tables: Any,
) -> Cohort:
    """Return the cohort of some scans; lesions are liver targets unless their name or columns say otherwise.

    Names starting with ``n`` are non-targets, with ``x`` outside the liver, with ``nx`` both; ``g`` are lymph nodes
    outside the liver, measured by their short axis.
    """
    scans = list(scans)
    patients = list(dict.fromkeys(s.patient for s in scans))
    given = lesions or {}
    whose = {name: s.patient for s in reversed(scans) for name in s.rows}
    whose |= {name: str(columns["patient_id"]) for name, columns in given.items() if "patient_id" in columns}
    for name in given:
        whose.setdefault(name, patients[0])
    lesion = [
        {"lesion_id": name, "patient_id": p, "organ": "liver" if name[0] not in "xg" and name[:2] != "nx" else "lung",
         "is_node": name[0] == "g", "first_seen_date": None, **given.get(name, {})}
        for name, p in whose.items()
    ]  # fmt: skip
    ids = [s.id or f"{s.patient}-{i}" for i, s in enumerate(scans)]
    assessment = [
        {"assessment_id": i, "patient_id": s.patient, "date": on(s.day), "criterion": "recist11", **s.recorded}
        for i, s in zip(ids, scans, strict=True)
    ]
    measurement = [
        {"assessment_id": i, "lesion_id": name, "role": "non_target" if name[0] == "n" else "target",
         **_columns(name, row)}
        for i, s in zip(ids, scans, strict=True)
        for name, row in s.rows.items()
    ]  # fmt: skip
    base = {
        "patient": [{"patient_id": p, "last_contact_date": on(last), "vital_status": "alive"} for p in patients],
        "session": [{"session_id": f"{p}-S1", "patient_id": p, "date": on(0), "method": "deb_tace"} for p in patients],
        "lesion": lesion,
        "assessment": assessment,
        "measurement": measurement,
    }
    return cohort(dict(study or {}), **{**base, **tables})


def _columns(name: str, row: Row) -> dict[str, Any]:
    if isinstance(row, str):
        return {"status": row}
    if isinstance(row, Mapping):
        return {"status": "measured", **row}
    return {"status": "measured", "short_mm" if name[0] == "g" else "long_mm": float(row)}


def responses(
    made: Cohort, criterion: str = "recist11", site: str = "any", column: str = "response"
) -> list[str | None]:
    """Return the responses after the baseline, by date."""
    return rows(derived(made, criterion), site)[column].to_list()


def rows(found: Derived, site: str = "any") -> pl.DataFrame:
    return found.scans.filter((pl.col("site") == site) & ~pl.col("baseline"))


def series(values: Iterable[Row], lesion: str = "l1") -> Cohort:
    """Return one lesion measured before treatment and every 60 days after it."""
    return measured(scan(60 * i - 5, {lesion: v}) for i, v in enumerate(values))
