"""All tables of the cohort, and the workbook that holds them, the same bytes every time."""

from __future__ import annotations

from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import xlsxwriter

from glisson.clinical.schema import TABLES
from scripts.demo.adverse_events import adverse_event_rows
from scripts.demo.imaging import baseline_day, imaging_rows
from scripts.demo.labs import lab_rows
from scripts.demo.lesions import Row, lesion_rows
from scripts.demo.patients import patient_row
from scripts.demo.plan import CUTOFF, PLANS
from scripts.demo.planted import plant
from scripts.demo.treatment import followup_rows, session_lesion_rows, session_rows, systemic_rows

README = (
    "SYNTHETIC DATA - not patients",
    "",
    "Every patient in this workbook is invented. The cohort was made by scripts/make_demo_cohort.py of glisson.",
    "It agrees with the published aggregates of Krzyston et al., Diagn Interv Radiol 2020, doi 10.5152/dir.2020.19405:",
    "24 patients with liver-dominant metastatic leiomyosarcoma; first liver-directed method DEB-TACE in 13, Y-90 glass",
    "microspheres in 6, microwave ablation in 5; a later session of another method in 3; 8 men and 16 women, age 62.8",
    "(SD 11.4); median overall survival and liver progression-free survival 9 months from the first liver-directed",
    "session; median overall survival 22 months where disease was limited to the liver.",
    "Everything else in it is made up. Nothing can be learned from it about any treatment.",
    f"Data cut-off {CUTOFF.isoformat()}. A few harmless data problems are planted on purpose; docs/reference/demo-cohort.md lists them.",  # noqa: E501
)
#: Written into the file, so that the same cohort is the same bytes.
_MADE = datetime(2020, 1, 1)  # noqa: DTZ001 - a file property without a zone


def tables() -> dict[str, list[Row]]:
    """Return every table as rows, planted problems included."""
    scans = [imaging_rows(plan) for plan in PLANS]
    out: dict[str, list[Row]] = {
        "patient": [patient_row(plan) for plan in PLANS],
        "session": _all(session_rows(plan) for plan in PLANS),
        "lesion": _all(lesion_rows(plan, baseline_day(plan)) for plan in PLANS),
        "session_lesion": _all(session_lesion_rows(plan) for plan in PLANS),
        "assessment": _all(assessments for assessments, _ in scans),
        "measurement": _all(measurements for _, measurements in scans),
        "lab": _all(lab_rows(plan) for plan in PLANS),
        "adverse_event": _all(adverse_event_rows(plan) for plan in PLANS),
        "systemic_therapy": _all(systemic_rows(plan) for plan in PLANS),
        "followup": _all(followup_rows(plan) for plan in PLANS),
    }
    plant(out)
    return out


def write(path: Path) -> None:
    """Write the workbook."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": "SYNTHETIC demonstration cohort of glisson", "created": _MADE})
    heading = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    _write_readme(book)
    rows_of = tables()
    for table in TABLES:
        sheet = book.add_worksheet(table.name)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(table.names) - 1, 13)
        for column, name in enumerate(table.names):
            sheet.write_string(0, column, name, heading)
        for number, row in enumerate(rows_of[table.name], start=1):
            unknown = set(row) - set(table.names)
            if unknown:
                raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))}")
            for column, name in enumerate(table.names):
                _write_cell(sheet, number, column, row.get(name), day)
    book.close()


def _write_readme(book: Any) -> None:
    sheet = book.add_worksheet("README")
    sheet.set_column(0, 0, 120)
    bold = book.add_format({"bold": True, "font_size": 14, "font_color": "#9C0006"})
    for number, line in enumerate(README):
        sheet.write_string(number, 0, line, bold if number == 0 else None)


def _write_cell(sheet: Any, row: int, column: int, value: object, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


def _all(parts: Any) -> list[Row]:
    return list(chain.from_iterable(parts))
