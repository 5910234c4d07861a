"""The common data model: which tables, which columns, what may stand in a cell.

One declaration drives reading, checking, the empty workbook and the data dictionary in the documentation. Names are
lower_snake; ``adam`` names the ADaM/SDTM variable where one exists.
"""

from __future__ import annotations

from glisson.clinical.schema.fields import Field, Kind, Need, Table
from glisson.clinical.schema.imaging import ASSESSMENT, LESION, MEASUREMENT, SESSION_LESION
from glisson.clinical.schema.people import FOLLOWUP, PATIENT, SESSION, STOP_REASONS, SYSTEMIC_THERAPY
from glisson.clinical.schema.safety import ADVERSE_EVENT, LAB, LAB_TESTS

__all__ = [
    "ADVERSE_EVENT", "ASSESSMENT", "FOLLOWUP", "LAB", "LAB_TESTS", "LESION", "MEASUREMENT", "PATIENT", "SESSION",
    "SESSION_LESION", "STOP_REASONS", "SYSTEMIC_THERAPY", "TABLES", "Field", "Kind", "Need", "Table", "table",
]  # fmt: skip

TABLES: tuple[Table, ...] = (
    PATIENT, SESSION, LESION, SESSION_LESION, ASSESSMENT, MEASUREMENT, LAB, ADVERSE_EVENT, SYSTEMIC_THERAPY, FOLLOWUP,
)  # fmt: skip


def table(name: str) -> Table:
    """Return a declared table by name."""
    return next(t for t in TABLES if t.name == name)
