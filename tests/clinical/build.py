"""Small cohorts from short Python lists."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.problems import Problems
from glisson.clinical.schema import TABLES
from glisson.clinical.settings import Study, parse_study

_TYPES = {
    "yes_no": pl.Boolean, "integer": pl.Int64, "number": pl.Float64, "date": pl.Date,
}  # fmt: skip
_KINDS = {t.name: {f.name: f.kind for f in t.fields} for t in TABLES}
_OUTCOME = {
    "patient_id": pl.String, "endpoint": pl.String, "days": pl.Int64, "event": pl.Boolean, "cell": pl.String,
}  # fmt: skip


def days_meant(text: str | None) -> tuple[date | None, date | None]:
    """Return the earliest and the latest day that ``2020``, ``2020-03`` or ``2020-03-01`` can mean."""
    if not text:
        return None, None
    parts = [int(p) for p in text.split("-")]
    first = date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    if len(parts) == 3:
        return first, first
    month = parts[1] if len(parts) > 1 else 12
    return first, date(parts[0], month, calendar.monthrange(parts[0], month)[1])


def frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return one table; dates are texts, columns are those that any row has."""
    rows = list(rows)
    if name == "outcome":
        return pl.DataFrame([{**dict.fromkeys(_OUTCOME), **r} for r in rows], schema=_OUTCOME)
    columns = list(dict.fromkeys(c for r in rows for c in r))
    data: dict[str, pl.Series] = {}
    for column in columns:
        kind = _KINDS[name].get(column, "text")
        values = [r.get(column) for r in rows]
        if kind == "date":
            pairs = [days_meant(v) for v in values]
            data[column] = pl.Series([a for a, _ in pairs], dtype=pl.Date)
            data[f"{column}_to"] = pl.Series([b for _, b in pairs], dtype=pl.Date)
        else:
            data[column] = pl.Series(values, dtype=_TYPES.get(kind, pl.String))
    data["source_row"] = pl.Series(range(2, len(rows) + 2), dtype=pl.Int64)
    return pl.DataFrame(data)


def cohort(study: Study | dict[str, Any] | None = None, **tables: Iterable[Mapping[str, Any]]) -> Cohort:
    """Return a cohort of the given tables."""
    settings = study if isinstance(study, Study) else parse_study(study or {})
    return Cohort(tables={n: frame(n, r) for n, r in tables.items() if r}, problems=Problems(), study=settings)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One patient: first session, scans as (date, overall, liver, outside), death, last contact, new systemic line."""

    id: str
    t0: str
    scans: tuple[tuple[str | None, ...], ...] = ()
    death: str | None = None
    last: str | None = None
    systemic: tuple[str, ...] = ()
    method: str = "deb_tace"
    sessions: tuple[Mapping[str, Any], ...] = ()
    patient: Mapping[str, Any] = field(default_factory=dict)


def people(persons: Iterable[Person], study: Study | dict[str, Any] | None = None, **tables: Any) -> Cohort:
    """Return the cohort of some patients; further tables as in ``cohort``."""
    persons = list(persons)
    patient = [
        {"patient_id": p.id, "death_date": p.death, "last_contact_date": p.last or p.death,
         "vital_status": "dead" if p.death else "alive", **p.patient}
        for p in persons
    ]  # fmt: skip
    session = [
        {"session_id": f"{p.id}-S{i}", "patient_id": p.id, "method": p.method, **s}
        for p in persons
        for i, s in enumerate(({"date": p.t0}, *p.sessions), start=1)
    ]
    scan = [
        {"assessment_id": f"{p.id}-A{i}", "patient_id": p.id, "date": s[0], "criterion": "recist11",
         "overall_resp": s[1], "liver_resp": s[2], "extrahepatic_resp": s[3]}
        for p in persons
        for i, s in enumerate(p.scans, start=1)
    ]  # fmt: skip
    systemic = [{"patient_id": p.id, "start_date": d, "regimen": "x"} for p in persons for d in p.systemic]
    made = {"patient": patient, "session": session, "assessment": scan, "systemic_therapy": systemic}
    return cohort(study, **{**made, **tables})
