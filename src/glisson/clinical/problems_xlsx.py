"""A workbook for the person who corrects the data: every problem in a list, and its cell marked in a copy."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glisson.clinical.cells import shown
from glisson.clinical.marks import MarkedSheet, Marking, Place, comment_text, mark
from glisson.clinical.problems import SEVERITY_MEANING, Problem, Problems, Severity
from glisson.clinical.raw import Cell, RawSheet
from glisson.clinical.whole_file import check_new, write_whole
from glisson.errors import InputError

if TYPE_CHECKING:
    import xlsxwriter

#: Stored in the file, so that the same problems are the same bytes.
_MADE = datetime(2020, 1, 1)  # noqa: DTZ001 - a file property without a zone
#: Most problems that are listed, links that a worksheet can hold, and comments that still open quickly.
LISTED, LINKS, COMMENTS = 100_000, 65_000, 20_000
#: Longest text of a cell, and numbers from which on a spreadsheet program would lose digits.
_TEXT, _EXACT = 32_000, 1e15
_HEADINGS = {
    "Severity": 30, "File": 20, "Sheet": 16, "Cell": 10, "Column": 18, "Patient": 12, "Found": 46, "Expected": 34,
    "What to do": 46,
}  # fmt: skip
_CELL = list(_HEADINGS).index("Cell")
#: Row of the headings of the list, 0-based: the summary and what was left out stand above.
HEAD_ROW = 2
_HINT = "The sheets that follow are a copy of the data with the cells marked. Correct the original, then check it again"
_COLOUR: dict[Severity, str] = {"blocks": "#F8B4B4", "changes": "#FFE08A", "note": "#CFE2F7"}

Look = Mapping[str, Any]


def write_problems(path: Path, problems: Problems, sheets: Sequence[RawSheet], *, force: bool = False) -> None:
    """Write every problem into a workbook, with a copy of each sheet in which the cells are marked.

    Parameters
    ----------
    path
        Where to; the name ends in ``.xlsx``. The file appears when it is complete.
    problems
        What was found in the data.
    sheets
        The input as ``read_sheets`` returns it. Cells keep their addresses in the copy.
    force
        Replace an existing file; the input itself is never replaced.

    Raises
    ------
    InputError
        If the file exists and ``force`` is not given, if it has the name of an input file, or if it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from glisson.clinical.raw import read_sheets
    >>> from glisson.clinical.read import demo_cohort, demo_paths
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_problems(Path(folder) / "marked.xlsx", demo_cohort().problems, read_sheets(demo_paths()[0]))
    ...     read_sheets(Path(folder) / "marked.xlsx")[0].name
    'Problems'
    """
    path = Path(path)
    if path.exists() and path.name in {s.file for s in sheets}:
        raise InputError(
            f"{path.name} has the name of an input file, which is never replaced", todo="give another name"
        )
    check_new(path, suffix=".xlsx", force=force)
    write_whole(path, problems_bytes(problems, sheets))


def problems_bytes(problems: Problems, sheets: Sequence[RawSheet]) -> bytes:
    """Return the workbook; the same problems and sheets give the same bytes.

    Parameters
    ----------
    problems, sheets
        As for ``write_problems``.

    Returns
    -------
    bytes
        An .xlsx file.
    """
    import xlsxwriter  # noqa: PLC0415 - only the writers need it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Problems in the data", "created": _MADE})
    look = _look(book)
    marking = mark(problems, sheets)
    _write_list(book.add_worksheet("Problems"), problems, marking, look)
    _write_comments([(_write_copy(book, marked, look), marked) for marked in marking.sheets])
    book.close()
    return out.getvalue()


def _look(book: xlsxwriter.Workbook) -> Look:
    wrapped = {"text_wrap": True, "valign": "top"}
    head = {"bold": True, "bottom": 1, "bg_color": "#E4E7EB", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "text": book.add_format(wrapped),
        "link": book.add_format(wrapped | {"font_color": "#0563C1", "underline": 1}),
        "head ": book.add_format(head),
        **{severity: book.add_format(wrapped | {"bg_color": colour}) for severity, colour in _COLOUR.items()},
        **{f"head {severity}": book.add_format(head | {"bg_color": colour}) for severity, colour in _COLOUR.items()},
    }


def summary(problems: Problems) -> str:
    """Return one sentence on how many problems there are and what they mean.

    Parameters
    ----------
    problems
        What was found.

    Examples
    --------
    >>> summary(Problems.of([Problem(severity="note", rule="x", found="x")]))
    '1 problem: 1 worth knowing'
    """
    if not len(problems):
        return "No problems were found in the data"
    counts = [f"{n} {text}" for s, text in SEVERITY_MEANING.items() if (n := len(problems.severity(s)))]
    return f"{len(problems)} problem{'s' if len(problems) > 1 else ''}: {', '.join(counts)}"


def _write_list(sheet: Any, problems: Problems, marking: Marking, look: Look) -> None:
    """Write the sheet Problems, each row with a link to the marked cell."""
    listed = problems.rows[:LISTED]
    told = [_HINT, *marking.left_out] if len(problems) else list(marking.left_out)
    if len(listed) < len(problems):
        told.append(f"Only the first {LISTED:,} of {len(problems):,} problems are listed")
    if sum(len(s.comments) for s in marking.sheets) > COMMENTS:
        told.append(f"Only the {COMMENTS:,} worst cells have a comment; the others are coloured")
    sheet.write_string(0, 0, f"{summary(problems)}.", look["title"])
    sheet.write_string(1, 0, " ".join(f"{text}." for text in told))
    for column, (heading, width) in enumerate(_HEADINGS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD_ROW, column, heading, look["head "])
    for number, problem in enumerate(listed, start=1):
        target = marking.targets.get(problem, "") if number <= LINKS else ""
        _write_problem(sheet, HEAD_ROW + number, problem, target, look)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(1, len(listed)), len(_HEADINGS) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)


def _write_problem(sheet: Any, row: int, problem: Problem, target: str, look: Look) -> None:
    where = problem.cell or (f"row {problem.row}" if problem.row else "")
    texts = (
        SEVERITY_MEANING[problem.severity], problem.file, problem.sheet, where, problem.column, problem.patient,
        problem.found, problem.expected, problem.todo,
    )  # fmt: skip
    # The height is set here because not every spreadsheet program works it out.
    lines = max(math.ceil(len(text) / width) for text, width in zip(texts, _HEADINGS.values(), strict=True))
    sheet.set_row(row, 15 * max(1, lines))
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text, look[problem.severity if column == 0 else "text"])
    if target:
        sheet.write_url(row, _CELL, f"internal:{target}", look["link"], where or "heading")


def _write_copy(book: xlsxwriter.Workbook, marked: MarkedSheet, look: Look) -> Any:
    """Write the copy of one sheet with its cells where they were."""
    sheet, raw = book.add_worksheet(marked.title), marked.raw
    left, written = raw.first_column, set()
    for row in (-1, *marked.rows):
        cells: Sequence[Cell] = [h or None for h in raw.header] if row < 0 else raw.rows[row]
        for index in range(marked.width):
            place = (raw.row_number(row) - 1, left + index)
            written.add(place)
            severity = marked.marks.get(place, "")
            _write_cell(sheet, place, cells[index], look.get(f"head {severity}" if row < 0 else severity))
    for place, worst in marked.marks.items():
        if place not in written:
            sheet.write_blank(*place, None, look[worst])
    for index in range(marked.width):
        sheet.set_column(left + index, left + index, _column_width(raw, index))
    if marked.width:
        sheet.freeze_panes(raw.row_number(-1), 0)
    if marked.marks:
        sheet.set_tab_color(_COLOUR[next(iter(marked.marks.values()))])
    return sheet


def _write_cell(sheet: Any, place: Place, cell: Cell, style: Any) -> None:
    """Write a cell as it was found: numbers as numbers, everything else as text, never as a formula."""
    if cell is None:
        if style is not None:
            sheet.write_blank(*place, None, style)
    elif isinstance(cell, bool):
        sheet.write_boolean(*place, cell, style)
    elif isinstance(cell, (int, float)) and abs(cell) < _EXACT:
        sheet.write_number(*place, cell, style)
    else:
        text = cell if isinstance(cell, str) else shown(cell)
        sheet.write_string(*place, text if len(text) <= _TEXT else f"{text[:_TEXT]} ... (cut)", style)


def _column_width(raw: RawSheet, index: int) -> int:
    """Return a width that shows most of the first rows."""
    return min(40, max(9, *(len(shown(row[index])) + 2 for row in raw.rows[:50]), len(raw.header[index]) + 2))


def _write_comments(sheets: Sequence[tuple[Any, MarkedSheet]]) -> None:
    """Write what is wrong at each marked cell, the worst first as long as the workbook opens quickly."""
    rank = {severity: i for i, severity in enumerate(_COLOUR)}
    all_comments = [(s, place, found) for s, marked in sheets for place, found in marked.comments.items()]
    for sheet, place, found in sorted(all_comments, key=lambda c: rank[c[2][0].severity])[:COMMENTS]:
        text = comment_text(found)
        height = 22 + 16 * sum(1 + len(line) // 46 for line in text.split("\n"))
        options = {"author": "glisson", "width": 320, "height": min(height, 400), "font_size": 9}
        sheet.write_comment(*place, text, options)
