"""Flat sheets that leave something open or say something impossible."""

from __future__ import annotations

from collections.abc import Sequence

from glisson.clinical.settings import Study
from tests.corpus.build import Make, csv_bytes, file
from tests.corpus.case import Case, blocks, changes, notes, reads, refused, settings

_HEAD = ("id", "method", "os_months", "status", "extrahepatic")
_ROWS = (
    ("001", "DEB-TACE", "8.5", "1", "yes"),
    ("002", "Y-90 glass", "16", "1", "no"),
    ("003", "MWA", "20.25", "0", "no"),
    ("004", "DEB-TACE", "14", "0", "yes"),
)
_COLUMNS: tuple[dict[str, object], ...] = (
    {"column": "id", "means": "patient_id"},
    {
        "column": "method",
        "means": "method",
        "codes": {"DEB-TACE": "deb_tace", "Y-90 glass": "y90_glass", "MWA": "ablation_mwa"},
    },
    {"column": "os_months", "means": "os_time", "unit": "months"},
    {"column": "status", "means": "os_status", "codes": {"1": "event", "0": "censored"}},
    {"column": "extrahepatic", "means": "extrahepatic_t0", "codes": {"yes": "present", "no": "none"}},
)


def _flat(head: Sequence[str] = _HEAD, rows: Sequence[Sequence[str]] = _ROWS, delimiter: str = ",") -> Make:
    return file("flat.csv", csv_bytes([list(head), *[list(row) for row in rows]], delimiter=delimiter))


def _with(row: int, column: str, value: str) -> list[list[str]]:
    """Return the rows with one cell changed; row 1 is the heading."""
    rows = [list(r) for r in _ROWS]
    rows[row - 2][_HEAD.index(column)] = value
    return rows


def _study(*columns: dict[str, object], **other: object) -> Study:
    return settings(input={"kind": "flat", "columns": list(columns or _COLUMNS), **other})


def _column(name: str, **change: object) -> tuple[dict[str, object], ...]:
    """Return the columns with one entry changed."""
    return tuple(one | change if one["column"] == name else one for one in _COLUMNS)


UNDECIDED: tuple[Case, ...] = (
    refused("status coded 0 and 1", _flat(), "flat.csv", "status", "study.toml"),
    refused(
        "status coded 1 and 2",
        _flat(rows=[(*r[:3], {"1": "1", "0": "2"}[r[3]], r[4]) for r in _ROWS]),
        "flat.csv",
        "status",
        "study.toml",
    ),
    refused(
        "status yes and no",
        _flat(rows=[(*r[:3], {"1": "yes", "0": "no"}[r[3]], r[4]) for r in _ROWS]),
        "flat.csv",
        "status",
        "study.toml",
    ),
    refused(
        "duration without a unit",
        _flat(head=("id", "method", "os", "status", "extrahepatic")),
        "flat.csv",
        "os",
        "days",
        "months",
        "study.toml",
    ),
    refused(
        "no outcome at all",
        _flat(head=("id", "method", "age", "sex"), rows=[("1", "TACE", "61", "F"), ("2", "TACE", "70", "M")]),
        "flat.csv",
        "outcome|survival|death|follow",
        "study.toml",
    ),
    refused("headings that say nothing", _flat(head=("v1", "v2", "v3", "v4", "v5")), "flat.csv", "study.toml|columns"),
    refused(
        "200 columns that say nothing",
        _flat(head=[f"v{i}" for i in range(200)], rows=[[str(j) for j in range(200)]]),
        "flat.csv",
        "study.toml|columns",
    ),
)

DECLARED: tuple[Case, ...] = (
    reads("declared", _flat(), study=_study()),
    reads(
        "semicolons and decimal commas, declared",
        _flat(rows=[(*r[:2], r[2].replace(".", ","), *r[3:]) for r in _ROWS], delimiter=";"),
        study=_study(),
    ),
    reads("one patient, declared", _flat(rows=_ROWS[:1]), n=1, study=_study()),
    reads("no events, declared", _flat(rows=[(*r[:3], "0", r[4]) for r in _ROWS]), study=_study()),
    reads("all events on day 0, declared", _flat(rows=[(*r[:2], "0", "1", r[4]) for r in _ROWS]), study=_study()),
    reads(
        "200 more columns, declared",
        _flat(head=(*_HEAD, *(f"v{i}" for i in range(200))), rows=[(*r, *("x" for _ in range(200))) for r in _ROWS]),
        study=_study(),
    ),
    refused(
        "declared column that is not there",
        _flat(),
        "os_weeks",
        "os_months",
        study=_study(*_column("os_months", column="os_weeks")),
    ),
    refused(
        "declared meaning that is not known",
        _flat(),
        "survivel",
        "os_time",
        study=_study(*_column("os_months", means="survivel")),
    ),
    refused(
        "declared code that is not known",
        _flat(),
        "dead",
        "event",
        study=_study(*_column("status", codes={"1": "dead", "0": "censored"})),
    ),
    refused("declared sheet that is not there", _flat(), "patients", "flat", study=_study(sheet="Patients")),
    blocks("negative duration", _flat(rows=_with(3, "os_months", "-3")), "cell C3", "-3", study=_study()),
    blocks("words for a duration", _flat(rows=_with(3, "os_months", "long")), "cell C3", "long", study=_study()),
    blocks("no duration", _flat(rows=_with(3, "os_months", "")), "C3|row 3", study=_study()),
    blocks("duration beyond any life", _flat(rows=_with(3, "os_months", "4000")), "cell C3", "4000", study=_study()),
    blocks("sentinel for a duration", _flat(rows=_with(3, "os_months", "-999")), "cell C3", "-999", study=_study()),
    refused("status with a third value", _flat(rows=_with(3, "status", "9")), "status", "9", study=_study()),
    blocks("no status", _flat(rows=_with(3, "status", "")), "D3|row 3", study=_study()),
    refused("method with a new value", _flat(rows=_with(3, "method", "magic")), "method", "magic", study=_study()),
    notes("method not recorded", _flat(rows=_with(3, "method", "")), "", "method", study=_study()),
    blocks("id twice", _flat(rows=_with(3, "id", "001")), "A3|row 3", "001", study=_study()),
    changes(
        "extrahepatic disease not recorded",
        _flat(rows=_with(3, "extrahepatic", "")),
        "",
        "extrahepatic",
        study=_study(),
    ),
)

FLAT = (*UNDECIDED, *DECLARED)
