"""The empty workbook of the data model, with one worked example patient; every word of it comes from the schema."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glisson.clinical.schema import TABLES, Field, Need, Table
from glisson.clinical.template_text import NEED_MEANING, TITLE, guide, header_comment, limits
from glisson.clinical.whole_file import check_new, write_whole

if TYPE_CHECKING:
    import xlsxwriter

#: Stored in the file, so that the same version writes the same bytes.
_MADE = datetime(2020, 1, 1)  # noqa: DTZ001 - a file property without a zone
#: Last row of a worksheet, 0-based: rules and formats hold for whole columns.
_LAST = 1_048_575
#: Earliest day that is taken for a date: the serial numbers of the years 1990 to 2100 are days before it.
_EARLIEST = "DATE(1920,1,1)"
_HEAD: dict[Need, dict[str, Any]] = {
    "required": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E79"},
    "conditional": {"bold": True, "font_color": "#3B2A00", "bg_color": "#F4C463"},
    "optional": {"bold": False, "font_color": "#1A1A1A", "bg_color": "#E4E7EB"},
}
_EXAMPLE = {"italic": True, "font_color": "#6A4A9C"}
_FORMATS = {"id": "@", "text": "@", "list": "@", "date": "yyyy-mm-dd"}

Look = Mapping[str, Any]


def write_template(path: Path, *, force: bool = False) -> None:
    """Write the empty relational workbook: one sheet a table, and a sheet README that explains it.

    Every column has a heading that shows whether it is required, a comment that says what it holds, and where possible
    a drop-down list or a check of what is typed. One example patient shows how the rows of the sheets belong together.

    Parameters
    ----------
    path
        Where to; the name ends in ``.xlsx``. The file appears when it is complete.
    force
        Replace an existing file.

    Raises
    ------
    InputError
        If the file exists and ``force`` is not given, or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from glisson import read_cohort
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_template(Path(folder) / "cohort.xlsx")
    ...     cohort = read_cohort(Path(folder) / "cohort.xlsx")
    >>> cohort.n, len(cohort.problems.blocking)
    (1, 0)
    """
    path = Path(path)
    check_new(path, suffix=".xlsx", force=force)
    write_whole(path, template_bytes())


def template_bytes() -> bytes:
    """Return the workbook, the same bytes every time.

    Returns
    -------
    bytes
        An .xlsx file.
    """
    import xlsxwriter  # noqa: PLC0415 - only the writers need it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": TITLE, "created": _MADE})
    look = _look(book)
    _write_readme(book, look)
    for table in TABLES:
        _write_table(book, table, look)
    book.close()
    return out.getvalue()


def _look(book: xlsxwriter.Workbook) -> Look:
    base = {"border": 1, "border_color": "#FFFFFF", "valign": "vcenter"}
    heads = {need: book.add_format(base | style) for need, style in _HEAD.items()}
    cells = {kind: {"num_format": code, "align": "left"} for kind, code in _FORMATS.items()}
    kinds = {kind: book.add_format(style) for kind, style in cells.items()}
    examples = {f"example {kind}": book.add_format(_EXAMPLE | style) for kind, style in cells.items()}
    return {
        **heads,
        **kinds,
        **examples,
        "example": book.add_format(_EXAMPLE),
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": "#1F4E79"}),
        "topic": book.add_format({"bold": True, "valign": "top"}),
        "words": book.add_format({"text_wrap": True, "valign": "top"}),
        "link": book.add_format({"font_color": "#0563C1", "underline": 1, "valign": "top"}),
    }


def _write_readme(book: xlsxwriter.Workbook, look: Look) -> None:
    """Write the first sheet: how to fill in the others, and what each adds."""
    sheet = book.add_worksheet("README")
    sheet.set_tab_color("#1F4E79")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 100)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, TITLE, look["title"])
    line = 2
    for topic, text in guide():
        sheet.write_string(line, 0, topic, look["topic"])
        _write_words(sheet, line, text, look)
        line += 1
    line += 1
    sheet.write_string(line, 0, "Headings", look["topic"])
    for need, text in NEED_MEANING.items():
        line += 1
        sheet.write_string(line, 0, need, look[need])
        _write_words(sheet, line, text, look)
    line += 2
    sheet.write_string(line, 0, "Sheets", look["topic"])
    for table in TABLES:
        line += 1
        sheet.write_url(line, 0, f"internal:'{table.name}'!A1", look["link"], table.name)
        needed = "Needed for every assessment." if table.compulsory else f"Adds {table.adds}."
        _write_words(sheet, line, f"{table.title}. {needed}", look)


def _write_words(sheet: Any, line: int, text: str, look: Look) -> None:
    """Write a wrapped text; its height is set here because not every spreadsheet program works it out."""
    sheet.set_row(line, 15 * (1 + len(text) // 95) + 3)
    sheet.write_string(line, 1, text, look["words"])


def _write_table(book: xlsxwriter.Workbook, table: Table, look: Look) -> None:
    sheet = book.add_worksheet(table.name)
    sheet.set_tab_color("#1F4E79" if table.compulsory else "#B0B7BF")
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.set_row(0, 20)
    for column, declared in enumerate(table.fields):
        texts = [declared.name, *(row.get(declared.name, "") for row in table.examples)]
        sheet.set_column(column, column, max(10, *(len(t) + 2 for t in texts)), look.get(declared.kind))
        sheet.write_string(0, column, declared.name, look[declared.need])
        comment = header_comment(declared)
        height = 20 * (2 + comment.count("\n") + len(comment) // 45)
        sheet.write_comment(0, column, comment, {"author": "glisson", "width": 300, "height": height, "font_size": 9})
        if rule := _rule(declared, column):
            sheet.data_validation(1, column, _LAST, column, rule)
    for row, texts_of in enumerate(table.examples, start=1):
        for column, declared in enumerate(table.fields):
            _write_example(sheet, row, column, declared, texts_of.get(declared.name, ""), look)


def _write_example(sheet: Any, row: int, column: int, declared: Field, text: str, look: Look) -> None:
    """Write a cell of the example as a person would have typed it: numbers as numbers, full dates as dates."""
    style = look.get(f"example {declared.kind}", look["example"])
    if not text:
        return
    if declared.kind == "date" and len(text) == len("2016-03-21"):
        day = date.fromisoformat(text)
        sheet.write_datetime(row, column, datetime(day.year, day.month, day.day), style)  # noqa: DTZ001
    elif declared.kind in {"number", "integer"} or (declared.kind == "choice" and text.isdigit()):
        sheet.write_number(row, column, float(text), style)
    else:
        sheet.write_string(row, column, text, style)


def _rule(declared: Field, column: int) -> dict[str, Any] | None:
    """Return what a spreadsheet program checks while a cell is typed; codes are enforced, all else is a warning."""
    if declared.kind in {"choice", "yes_no"}:
        choices = list(declared.choices) or ["yes", "no"]
        return {
            "validate": "list", "source": choices, "error_title": declared.name,
            "error_message": "Please choose one of the list, or leave the cell empty.",
        }  # fmt: skip
    if declared.kind == "date":
        return _date_rule(declared.name, column)
    if declared.kind in {"number", "integer"} and declared.low is not None:
        return {
            "validate": "integer" if declared.kind == "integer" else "decimal",
            "criteria": "between", "minimum": declared.low, "maximum": declared.high, "error_type": "warning",
            "error_title": declared.name,
            "error_message": f"Expected {limits(declared)}. Please check the value and its unit.",
        }  # fmt: skip
    return None


def _date_rule(name: str, column: int) -> dict[str, Any]:
    """A date is a day from 1920 on, or the text of a year or of a year and month."""
    from glisson.clinical.raw import column_letters  # noqa: PLC0415 - only this rule needs an address

    cell = f"{column_letters(column)}2"
    partial = f"AND(ISTEXT({cell}),OR(LEN({cell})=4,LEN({cell})=7,LEN({cell})=10))"
    return {
        "validate": "custom",
        "value": f"=OR(AND(ISNUMBER({cell}),{cell}>={_EARLIEST}),{partial})",
        "error_type": "warning",
        "error_title": name,
        "error_message": "Expected a date such as 2016-03-21. Where the day or the month is not known, type an "
        "apostrophe first: '2016-03 or '2016.",
    }
