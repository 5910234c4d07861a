"""Workbooks: guard against files that are damaged, locked or hostile, then read raw cells with calamine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from glisson.clinical.problems import Problem
from glisson.clinical.raw import CELLS, Cell, CellError, RawSheet, column_letters, sheet_of
from glisson.errors import InputError

#: Largest unpacked size of a workbook, and largest ratio of unpacked to packed size of a big part.
UNPACKED, RATIO, BIG = 1_000_000_000, 100, 50_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_ERROR = re.compile(rb'<c\s[^>]*?r="([A-Z]{1,3}\d+)"[^>]*?t="e"[^>]*?>.*?<v>([^<]*)</v>', re.DOTALL)
_FORMULA = re.compile(
    rb'<c\s[^>]*?r="([A-Z]{1,3}\d+)"[^>]*?>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_FAR = re.compile(rb'<c\s[^>]*?r="([A-Z]{2,3})(\d+)"')
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(file: Path) -> list[RawSheet]:
    """Read every worksheet of a workbook.

    Parameters
    ----------
    file
        An existing .xlsx, .xlsm, .xlsb, .xls or .ods file.

    Raises
    ------
    InputError
        If the file is encrypted, damaged, hostile, or no workbook.
    """
    parts = _guard(file)
    try:
        book = CalamineWorkbook.from_path(str(file))
        sheets = [
            _read_sheet(book, file, m, parts.get(m.name))
            for m in book.sheets_metadata
            if m.typ is SheetTypeEnum.WorkSheet
        ]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(
            f"the workbook cannot be read ({_short(error)})",
            place=file.name,
            todo="open it in Excel and save it again as .xlsx",
        ) from None
    finally:
        for part in parts.values():
            part.clear()
    return sheets


def _short(error: BaseException) -> str:
    """Return the kind of an error without any cell's content."""
    return str(error).split("\n", maxsplit=1)[0][:80]


def _guard(file: Path) -> dict[str, bytearray]:
    """Look at the file before it is opened; returns the XML of each sheet of an .xlsx."""
    with file.open("rb") as stream:
        head = stream.read(512)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doc", b"<?xml", b"<table")):
        raise InputError(
            "the file is a web page or XML text, not a workbook",
            place=file.name,
            todo="open it in Excel and save it as .xlsx",
        )
    if file.suffix.lower() in {".xlsx", ".xlsm", ".xlsb", ".ods"}:
        if head.startswith(_OLE):
            raise InputError(
                "the workbook is encrypted or has a password",
                place=file.name,
                todo="remove the password in Excel and save it again",
            )
        if not head.startswith(b"PK"):
            raise InputError(
                "the file is not a workbook, although its name says so", place=file.name,
                todo="open it and save it as .xlsx; if it is a text file name it .csv",
            )  # fmt: skip
        return _guard_zip(file)
    if not head.startswith(_OLE):
        raise InputError("the file is not an .xls workbook", place=file.name, todo="save it as .xlsx")
    return {}


def _guard_zip(file: Path) -> dict[str, bytearray]:
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            unpacked = sum(i.file_size for i in infos)
            bomb = any(i.file_size > BIG and i.file_size > RATIO * max(i.compress_size, 1) for i in infos)
            if unpacked > UNPACKED or bomb:
                raise InputError(
                    f"the workbook unpacks to {unpacked / 1e6:.0f} MB, far more than it holds on disk", place=file.name,
                    expected="an ordinary workbook", todo="copy the data into a new workbook",
                )  # fmt: skip
            if file.suffix.lower() not in {".xlsx", ".xlsm"}:
                return {}
            return {name: bytearray(archive.read(part)) for name, part in _sheet_parts(archive).items()}
    except zipfile.BadZipFile:
        raise InputError(
            "the workbook is damaged", place=file.name, todo="fetch it again, or open and save it in Excel"
        ) from None
    except (KeyError, ET.ParseError, RuntimeError, NotImplementedError) as error:
        raise InputError(
            f"the workbook is damaged or protected ({_short(error)})", place=file.name, todo="save it again in Excel"
        ) from None


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Map sheet names to their XML parts."""
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {link.get("Id", ""): link.get("Target", "") for link in links}
    names = set(archive.namelist())
    parts = {}
    for sheet in book.iterfind("m:sheets/m:sheet", _NS):
        path = target.get(sheet.get(_REL, ""), "").lstrip("/")
        path = path if path.startswith("xl/") else f"xl/{path}"
        if path in names:
            parts[sheet.get("name", "")] = path
    return parts


def _read_sheet(book: CalamineWorkbook, file: Path, meta: object, xml: bytearray | None) -> RawSheet:
    name: str = meta.name  # type: ignore[attr-defined]
    problems = []
    if meta.visible is not SheetVisibleEnum.Visible:  # type: ignore[attr-defined]
        problems.append(
            Problem(
                severity="note",
                rule="sheet.hidden",
                found="the sheet is hidden; it was read",
                file=file.name,
                sheet=name,
            )
        )
    if xml is not None:
        _refuse_far_cells(bytes(xml), file.name, name)
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=True)
    top, left = sheet.start or (0, 0)
    grid: list[list[Cell]] = [[_cell(value) for value in row] for row in rows]
    if xml is not None:
        _mark_errors(grid, bytes(xml), top, left)
        problems += _formula_problems(bytes(xml), file.name, name)
    problems += _merged_problems(sheet, file.name, name)
    return sheet_of(file.name, name, grid, first_row=top + 1, first_column=left, problems=problems)


def _cell(value: object) -> Cell:
    if isinstance(value, str) and not value.strip(" \t\r\n\u00a0"):
        return None
    return value  # type: ignore[return-value]


def _refuse_far_cells(xml: bytes, file: str, sheet: str) -> None:
    """A single stray cell in the far corner would make the sheet billions of cells large."""
    last = xml.rfind(b"<row")
    number = re.search(rb'\sr="(\d+)"', xml[last : last + 400]) if last >= 0 else None
    rows = int(number.group(1)) if number else xml.count(b"<row")
    columns, far = 26, ""
    for letters, row in set(_FAR.findall(xml)):
        index = _column_index(letters.decode())
        if index >= columns:
            columns, far = index + 1, f"{letters.decode()}{row.decode()}"
    if rows * columns > CELLS:
        raise InputError(
            f"the sheet reaches to row {rows:,} and column {column_letters(columns - 1)}",
            place=f"{file}, sheet {sheet}" + (f", cell {far}" if far else ""),
            expected=f"at most {CELLS:,} cells", todo="delete stray cells far from the data",
        )  # fmt: skip


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _position(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]) - 1, _column_index(letters)


def _mark_errors(grid: list[list[Cell]], xml: bytes, top: int, left: int) -> None:
    """Put error values, which calamine reads as blank, back in their cells."""
    if b't="e"' not in xml:
        return
    for address, text in _ERROR.findall(xml):
        row, column = _position(address.decode())
        if 0 <= row - top < len(grid) and 0 <= column - left < len(grid[row - top]):
            grid[row - top][column - left] = CellError(text.decode())


def _formula_problems(xml: bytes, file: str, sheet: str) -> list[Problem]:
    """Name formulas that were never calculated: their cells look blank."""
    if b"<f" not in xml:
        return []
    todo = "open and save the workbook in Excel, or type the value"
    return [
        Problem(
            severity="changes",
            rule="cell.formula",
            file=file,
            sheet=sheet,
            cell=address.decode(),
            found="a formula without a calculated value",
            expected="a value",
            todo=todo,
        )
        for address in _FORMULA.findall(xml)
    ]


def _merged_problems(sheet: CalamineSheet, file: str, name: str) -> list[Problem]:
    """Name merged cells: only the first of them holds the value."""
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]] = sheet.merged_cell_ranges or ()
    return [
        Problem(
            severity="changes", rule="cell.merged", file=file, sheet=name, cell=f"{column_letters(c1)}{r1 + 1}",
            found=f"merged cells {column_letters(c1)}{r1 + 1}:{column_letters(c2)}{r2 + 1}; "
            "only the first holds a value",
            expected="one value a cell", todo="unmerge them and fill each cell",
        )
        for (r1, c1), (r2, c2) in ranges
        if r2 > 0
    ]  # fmt: skip
