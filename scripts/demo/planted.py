"""Harmless data problems, planted on purpose: what a hospital's workbook looks like, without changing an aggregate.

Each is also described in ``docs/reference/demo-cohort.md``; the test of the cohort holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from scripts.demo.lesions import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One cell: where it is, what is written instead, and what a careful reader does with it."""

    table: str
    where: tuple[tuple[str, str], ...]
    column: str
    text: str
    meaning: str


PLANTED: tuple[Planted, ...] = (
    Planted(table="patient", where=(("patient_id", "003"),), column="largest_mm", text="42 mm",
            meaning="a number with its unit: 42"),
    Planted(table="patient", where=(("patient_id", "012"),), column="weight_kg", text="71,5",
            meaning="a decimal comma: 71.5"),
    Planted(table="patient", where=(("patient_id", "008"),), column="primary_dx_date", text="2010-05",
            meaning="a partial date: some day of May 2010"),
    Planted(table="patient", where=(("patient_id", "017"),), column="ecog_t0", text="n/a",
            meaning="declared in the settings to mean: not recorded"),
    Planted(table="lab", where=(("patient_id", "010"), ("test", "bilirubin")), column="value", text="<0.2",
            meaning="below the limit of quantification"),
)  # fmt: skip

#: Text of the id column: every id has leading zeros, which spreadsheets like to drop.
LEADING_ZEROS = "001"


def plant(tables: dict[str, list[Row]]) -> list[tuple[Planted, int]]:
    """Write the planted cells into the tables; return each with its row (1 is the heading).

    Raises
    ------
    ValueError
        If no row fits.
    """
    places = []
    for planted in PLANTED:
        rows = tables[planted.table]
        index = next((i for i, row in enumerate(rows) if all(row[k] == v for k, v in planted.where)), None)
        if index is None:
            raise ValueError(f"nowhere to plant {planted.text!r} in {planted.table}")
        rows[index][planted.column] = planted.text
        places.append((planted, index + 2))
    return places
