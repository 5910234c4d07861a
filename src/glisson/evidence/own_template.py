"""The empty workbook for studies of one's own: two sheets, drop-downs, and one example."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from glisson.clinical.whole_file import check_new, write_whole
from glisson.evidence.own_columns import NUMBERS, STUDIES, Column

#: Stored in the file, so that the same version writes the same bytes.
_MADE = datetime(2020, 1, 1)  # noqa: DTZ001 - a file property without a zone
_LAST = 1_048_575
_GUIDE = (
    "One row of studies is one arm; study_id and arm_id together name it. An arm named all is the whole study.",
    "One row of estimates is one reported number of an arm, as printed: no number is calculated by you.",
    "Leave a cell empty where the source does not say. Proportions and rates are between 0 and 1.",
    "status is verified only if you read the number at source_url; other rows are never shown.",
    "The rows of doe2024 are an example: replace them. Then run: glisson evidence check FILE",
)


def write_own_template(path: Path, *, force: bool = False) -> None:
    """Write the empty workbook.

    Parameters
    ----------
    path
        Ends in ``.xlsx``; the file appears when it is complete.
    force
        Replace an existing file.

    Raises
    ------
    InputError
        If the file exists and ``force`` is not given, or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from glisson.evidence import library
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_own_template(Path(folder) / "own.xlsx")
    ...     shelf = library(extra=[Path(folder) / "own.xlsx"])
    >>> shelf.arms[-1].label
    'Doe 2024'
    """
    path = Path(path)
    check_new(path, suffix=".xlsx", force=force)
    write_whole(path, own_template_bytes())


def own_template_bytes() -> bytes:
    """Return the workbook, the same bytes every time.

    Returns
    -------
    bytes
        An .xlsx file.
    """
    import xlsxwriter  # noqa: PLC0415 - only the writers need it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Published studies", "created": _MADE})
    guide = book.add_worksheet("README")
    guide.hide_gridlines(2)
    guide.set_column(0, 0, 110)
    words = book.add_format({"text_wrap": True, "valign": "top"})
    for line, text in enumerate(_GUIDE):
        guide.write_string(line, 0, text, words)
    look = {
        True: book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E79"}),
        False: book.add_format({"font_color": "#1A1A1A", "bg_color": "#E4E7EB"}),
        "example": book.add_format({"italic": True, "font_color": "#6A4A9C"}),
    }
    for name, columns in (("studies", STUDIES), ("estimates", NUMBERS)):
        _write(book.add_worksheet(name), columns, look)
    book.close()
    return out.getvalue()


def _write(sheet: Any, columns: tuple[Column, ...], look: dict[Any, Any]) -> None:
    """Write headings with comments, the example, and drop-downs that only warn."""
    sheet.freeze_panes(1, 2)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(11, len(column.name) + 2, len(column.example) + 2))
        sheet.write_string(0, place, column.name, look[column.needed])
        sheet.write_comment(0, place, f"{column.expected[:1].upper()}{column.expected[1:]}.",
                            {"author": "glisson", "width": 280, "height": 70, "font_size": 9})  # fmt: skip
        if _is_number(column.example):
            sheet.write_number(1, place, float(column.example), look["example"])
        elif column.example:
            sheet.write_string(1, place, column.example, look["example"])
        if column.choices:
            sheet.data_validation(1, place, _LAST, place, {
                "validate": "list", "source": list(column.choices), "error_type": "warning",
                "error_title": column.name, "error_message": "Not one of the usual words. Keep it?",
            })  # fmt: skip


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
