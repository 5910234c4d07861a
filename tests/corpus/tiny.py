"""A tiny valid cohort of four patients, as grids of cells; every broken input is this one with one thing wrong."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from functools import reduce
from typing import Protocol

#: Sheets by name; each a heading row and the rows under it.
Sheets = dict[str, list[list[object]]]


class Edit(Protocol):
    """What is done to the sheets."""

    def __call__(self, sheets: Sheets) -> None: ...


_VALID: Sheets = {
    "patient": [
        ["patient_id", "sex", "age_at_t0", "primary_site", "histology", "extrahepatic_t0", "death_date",
         "last_contact_date", "vital_status", "weight_kg", "ecog_t0"],
        ["001", "F", 61, "uterus", "leiomyosarcoma", "present", date(2016, 11, 20), date(2016, 11, 20), "dead", 64.5,
         1],
        ["002", "M", 70, "retroperitoneum", "leiomyosarcoma", "none", date(2017, 8, 3), date(2017, 8, 3), "dead", 81,
         0],
        ["003", "F", 48, "uterus", "leiomyosarcoma", "none", None, date(2018, 5, 14), "alive", 58, 0],
        ["004", "F", 66, "uterus", "leiomyosarcoma", "present", None, date(2018, 6, 29), "alive", 72, 1],
    ],
    "session": [
        ["session_id", "patient_id", "date", "method", "technical_success"],
        ["001-S1", "001", date(2016, 1, 13), "deb_tace", "yes"],
        ["001-S2", "001", date(2016, 2, 15), "deb_tace", "yes"],
        ["002-S1", "002", date(2016, 3, 25), "y90_glass", "yes"],
        ["003-S1", "003", date(2016, 9, 14), "ablation_mwa", "yes"],
        ["004-S1", "004", date(2017, 4, 28), "deb_tace", "yes"],
    ],
    "assessment": [
        ["assessment_id", "patient_id", "date", "modality", "criterion", "is_baseline", "overall_resp", "liver_resp"],
        ["001-A1", "001", date(2016, 4, 18), "CT", "recist11", "no", "SD", "SD"],
        ["001-A2", "001", date(2016, 7, 20), "CT", "recist11", "no", "PD", "PD"],
        ["002-A1", "002", date(2016, 6, 22), "CT", "recist11", "no", "PR", "PR"],
        ["003-A1", "003", date(2016, 12, 16), "MRI", "recist11", "no", "CR", "CR"],
        ["004-A1", "004", date(2017, 7, 28), "CT", "recist11", "no", "SD", "SD"],
    ],
}  # fmt: skip


def sheets(*edits: Edit) -> Sheets:
    """Return the valid cohort after some edits."""
    out = deepcopy(_VALID)
    reduce(lambda _, edit: edit(out), edits, None)
    return out


def put(sheet: str, column: str, row: int, value: object) -> Edit:
    """Write one cell; row 1 is the heading."""

    def edit(sheets: Sheets) -> None:
        grid = sheets[sheet]
        grid[row - 1][grid[0].index(column)] = value

    return edit


def fill(sheet: str, column: str, *values: object) -> Edit:
    """Write a column from row 2 on; it is added where it does not exist."""

    def edit(sheets: Sheets) -> None:
        grid = sheets[sheet]
        if column not in grid[0]:
            for row in grid:
                row.append(None)
            grid[0][-1] = column
        index = grid[0].index(column)
        for row, value in zip(grid[1:], values, strict=True):
            row[index] = value

    return edit


def add_row(sheet: str, *cells: object, at: int | None = None) -> Edit:
    """Add a row, at the end or so that it becomes spreadsheet row ``at``."""

    def edit(sheets: Sheets) -> None:
        grid = sheets[sheet]
        row = [*cells, *[None] * (len(grid[0]) - len(cells))]
        grid.insert(len(grid) if at is None else at - 1, row)

    return edit


def keep_rows(sheet: str, count: int) -> Edit:
    """Keep the heading and the first rows."""

    def edit(sheets: Sheets) -> None:
        del sheets[sheet][count + 1 :]

    return edit


def drop_column(sheet: str, column: str) -> Edit:
    """Remove a column."""

    def edit(sheets: Sheets) -> None:
        index = sheets[sheet][0].index(column)
        for row in sheets[sheet]:
            del row[index]

    return edit


def drop(*names: str) -> Edit:
    """Remove sheets."""

    def edit(sheets: Sheets) -> None:
        for name in names:
            del sheets[name]

    return edit


def rename(old: str, new: str) -> Edit:
    """Rename a sheet."""

    def edit(sheets: Sheets) -> None:
        renamed = {new if name == old else name: grid for name, grid in sheets.items()}
        sheets.clear()
        sheets.update(renamed)

    return edit


def add_sheet(name: str, *rows: list[object]) -> Edit:
    """Add a sheet."""

    def edit(sheets: Sheets) -> None:
        sheets[name] = list(rows)

    return edit
