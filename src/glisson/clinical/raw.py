"""Raw cells of workbooks and CSV files, with their addresses; no cell is interpreted here."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from glisson.clinical.problems import Problem
from glisson.errors import InputError

#: Largest sheet that is read, in cells, and largest file on disk.
CELLS, FILE_BYTES = 20_000_000, 300_000_000

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
TRANSPORT = (".xpt",)


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value such as ``#N/A``, which is neither blank nor data."""

    text: str


Cell = str | float | int | bool | date | datetime | time | timedelta | CellError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """One sheet as it stands.

    Parameters
    ----------
    file, name
        File name and sheet name (the stem of a CSV file).
    header
        Headings of C columns, "" where there is none.
    rows
        Data rows of C cells each; blank cells are ``None``.
    first_row
        Row number of ``rows[0]`` in the file, 1-based, the header being above it.
    first_column
        Column number of the first column, 0-based.
    row_numbers
        Row number of each data row, where blank rows were left out; by default consecutive.
    problems
        What was noticed while reading.
    places
        Address of the cells that stand elsewhere in the file than their position says, by (row, column).
    """

    file: str
    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int
    first_column: int = 0
    row_numbers: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    places: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def row_number(self, row: int) -> int:
        """Return the row number in the file of a data row (0-based); -1 is the header."""
        if row < 0:
            return self.first_row - 1
        return self.row_numbers[row] if self.row_numbers else self.first_row + row

    def address(self, row: int, column: int) -> str:
        """Return the A1 address of a data cell (both 0-based); row -1 is the header."""
        own = f"{column_letters(self.first_column + column)}{self.row_number(row)}"
        return self.places.get((row, column), own)

    def column(self, index: int) -> tuple[Cell, ...]:
        """Return the cells of one column."""
        return tuple(row[index] if index < len(row) else None for row in self.rows)


def column_letters(index: int) -> str:
    """Return the letters of a column, 0-based.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def input_files(path: Path) -> tuple[Path, ...]:
    """Return the files behind an input: the file itself, or the CSV and SAS transport files of a folder.

    Raises
    ------
    InputError
        If there is nothing readable.
    """
    if not path.exists():
        raise InputError(f"{path.name} does not exist", todo="check the path")
    if path.is_dir():
        files = tuple(sorted(p for p in path.iterdir() if p.suffix.lower() in (*TEXTS, *TRANSPORT) and p.is_file()))
        if not files:
            raise InputError(f"the folder {path.name} holds no CSV file", expected="one CSV file a table")
        return files
    if path.suffix.lower() not in (*WORKBOOKS, *TEXTS, *TRANSPORT):
        raise InputError(
            f"{path.name} is neither a workbook nor a CSV file", expected=", ".join((*WORKBOOKS, *TEXTS, *TRANSPORT)),
            todo="save it as .xlsx or .csv",
        )  # fmt: skip
    return (path,)


def read_sheets(path: Path | str) -> tuple[RawSheet, ...]:
    """Read every sheet of a workbook, a CSV file, or a folder of CSV files.

    Parameters
    ----------
    path
        .xlsx, .xlsm, .xlsb, .xls, .ods, .csv, .tsv, .txt, .xpt or a folder.

    Raises
    ------
    InputError
        If a file is missing, empty, encrypted, damaged, too large, or something else than its name says.
    """
    sheets: list[RawSheet] = []
    for file in input_files(Path(path)):
        size = file.stat().st_size
        if not size:
            raise InputError(
                "the file is empty", place=file.name, expected="a header row and one row a patient",
                todo="export or save it again",
            )  # fmt: skip
        if size > FILE_BYTES:
            raise InputError(
                f"the file has {size / 1e6:.0f} MB", place=file.name, expected=f"at most {FILE_BYTES / 1e6:.0f} MB"
            )
        if file.suffix.lower() in WORKBOOKS:
            from glisson.clinical.raw_workbook import read_workbook  # noqa: PLC0415 - only for workbooks

            sheets += read_workbook(file)
        elif file.suffix.lower() in TRANSPORT:
            from glisson.clinical.cdisc.xport import read_xport  # noqa: PLC0415 - only for transport files

            sheets.append(read_xport(file))
        else:
            sheets.append(_read_csv(file))
    if not any(s.header for s in sheets):
        raise InputError(
            "no sheet holds anything", place=Path(path).name, expected="a header row and one row a patient"
        )
    return tuple(sheets)


def sheet_of(
    file: str, name: str, grid: Sequence[Sequence[Cell]], *, first_row: int = 1, first_column: int = 0,
    problems: Iterable[Problem] = (),
) -> RawSheet:  # fmt: skip
    """Find the header in a grid of cells, leave out blank rows, and keep every row's number.

    Parameters
    ----------
    grid
        Rows of cells; blank cells are ``None``.
    first_row, first_column
        Row number (1-based) and column number (0-based) of the grid's first cell.
    """
    numbered = [(first_row + i, list(row)) for i, row in enumerate(grid) if any(c is not None for c in row)]
    found = list(problems)
    if numbered and _is_title(numbered):
        text = f"row {numbered[0][0]} holds one cell and was taken as a title"
        found.append(
            Problem(severity="note", rule="sheet.title", found=text, file=file, sheet=name, row=numbered[0][0])
        )
        numbered = numbered[1:]
    if not numbered:
        return RawSheet(file=file, name=name, header=(), rows=(), first_row=first_row + 1, problems=tuple(found))
    top, head = numbered[0]
    width = max((i + 1 for _, row in numbered for i, c in enumerate(row) if c is not None), default=0)
    header = tuple(_heading(head[i] if i < len(head) else None) for i in range(width))
    rows = tuple(tuple((*row, *[None] * width)[:width]) for _, row in numbered[1:])
    sheet = RawSheet(
        file=file,
        name=name,
        header=header,
        rows=rows,
        first_row=top + 1,
        first_column=first_column,
        row_numbers=tuple(n for n, _ in numbered[1:]),
        problems=tuple(found),
    )
    return replace(sheet, problems=(*found, *_header_problems(sheet)))


def _is_title(numbered: Sequence[tuple[int, Sequence[Cell]]]) -> bool:
    """Whether the first row is a lone title over a wider table."""
    filled = [sum(c is not None for c in row) for _, row in numbered[:2]]
    return len(filled) == 2 and filled[0] == 1 and filled[1] >= 3


def _heading(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell.text if isinstance(cell, CellError) else cell).strip()


def _header_problems(sheet: RawSheet) -> list[Problem]:
    """Name headings that stand twice and columns with data but no heading."""
    out = []
    where: dict[str, Any] = {"file": sheet.file, "sheet": sheet.name, "row": sheet.row_number(-1)}
    for i, heading in enumerate(sheet.header):
        cell = sheet.address(-1, i)
        if not heading and any(value is not None for value in sheet.column(i)):
            out.append(
                Problem(
                    severity="changes",
                    rule="header.blank",
                    found="the column has data but no heading",
                    cell=cell,
                    expected="a heading",
                    todo="name the column or delete it; it is not read",
                    **where,
                )
            )
        elif heading and sheet.header.index(heading) != i:
            out.append(
                Problem(
                    severity="blocks",
                    rule="header.twice",
                    found=f"the heading {heading!r} stands twice",
                    cell=cell,
                    column=heading,
                    expected="each heading once",
                    todo="rename or delete one of the two columns",
                    **where,
                )
            )
    return out


def _read_csv(file: Path) -> RawSheet:
    raw = file.read_bytes()
    if b"\0" in raw[:100_000]:
        raise InputError(
            "the file holds NUL bytes, so it is not a CSV file",
            place=file.name,
            todo="save it again as CSV UTF-8 or .xlsx",
        )
    if raw[:5].lstrip().lower().startswith((b"<html", b"<!doc", b"<?xml")):
        raise InputError(
            "the file is a web page, not a CSV file", place=file.name, todo="open it and save it as CSV or .xlsx"
        )
    problems = []
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = raw.decode("cp1252", errors="replace")
        line = raw[: error.start].count(b"\n") + 1
        problems.append(
            Problem(
                severity="note",
                rule="csv.encoding",
                file=file.name,
                sheet=file.stem,
                row=line,
                found="the file is not UTF-8; it was read as Windows-1252",
                expected="UTF-8",
                todo="check accented letters, or save the file as CSV UTF-8",
            )
        )
    delimiter = _delimiter(text, file.name)
    try:
        lines = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"the file cannot be read as CSV: {error}", place=file.name, todo="check the quotes") from None
    if sum(map(len, lines)) > CELLS:
        raise InputError("the file has too many cells", place=file.name, expected=f"at most {CELLS:,}")
    grid: list[list[Cell]] = [[c if c.strip(" \t\u00a0") else None for c in line] for line in lines]
    problems += _ragged(grid, file)
    return sheet_of(file.name, file.stem, grid, problems=problems)


def _delimiter(text: str, name: str) -> str:
    """Decide between comma, semicolon and tab from the header; both at once is refused."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    counts = {d: outside.count(d) for d in (",", ";", "\t")}
    best = max(counts, key=lambda d: counts[d])
    rivals = [d for d, n in counts.items() if n and n == counts[best] and d != best]
    if rivals:
        raise InputError(
            "the header holds as many commas as semicolons or tabs", place=f"{name}, row 1", expected="one separator",
            todo="save the file again with one separator, or as .xlsx",
        )  # fmt: skip
    return best if counts[best] else ","


def _ragged(grid: Sequence[Sequence[Cell]], file: Path) -> list[Problem]:
    """Name rows that have more cells than the header: a separator inside a text was not quoted."""
    width = max((len(row) for row in grid[:1]), default=0)
    return [
        Problem(
            severity="blocks", rule="csv.ragged", file=file.name, sheet=file.stem, row=i + 1,
            found=f"the row has {len(row)} cells, the header {width}", expected="as many cells as headings",
            todo="put texts that hold the separator in quotes, or save the file as .xlsx",
        )
        for i, row in enumerate(grid)
        if len(row) > width and any(c is not None for c in row[width:])
    ]  # fmt: skip
