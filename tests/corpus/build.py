"""Writing the corpus: each broken input is made in a temporary folder from a recipe; no broken file is committed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.corpus.tiny import Edit, Sheets, sheets

#: Makes an input in a folder and returns its path.
Make = Callable[[Path], Path]

#: The first bytes of every compound file, which is what an encrypted workbook is.
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_BOMB_BYTES = 640_000_000


class Raw(str):
    """A formula, written as such with the result that a spreadsheet would have stored."""

    __slots__ = ("result",)

    def __new__(cls, formula: str, result: object = "") -> Raw:
        """Keep the stored result beside the formula."""
        self = super().__new__(cls, formula)
        self.result = result
        return self


def xlsx(*edits: Edit, name: str = "cohort.xlsx", **how: Any) -> Make:
    """Make a workbook of the tiny cohort after some edits; ``how`` as for ``write_workbook``."""
    return lambda folder: write_workbook(folder / name, sheets(*edits), **how)


def csv_folder(*edits: Edit, extra: dict[str, bytes] | None = None, **dialect: Any) -> Make:
    """Make a folder of CSV files of the tiny cohort after some edits, with other files beside them."""

    def make(folder: Path) -> Path:
        out = folder / "cohort"
        out.mkdir()
        for name, grid in sheets(*edits).items():
            (out / f"{name}.csv").write_bytes(csv_bytes(grid, **dialect))
        for name, content in (extra or {}).items():
            (out / name).write_bytes(content)
        return out

    return make


def file(name: str, content: bytes | str) -> Make:
    """Make one file from its bytes."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def files(**contents: str) -> Make:
    """Make a folder of text files; ``__`` in a name stands for a dot."""

    def make(folder: Path) -> Path:
        out = folder / "export"
        out.mkdir()
        for name, text in contents.items():
            (out / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return out

    return make


def write_workbook(
    path: Path, content: Sheets, *, date_1904: bool = False, hidden: Iterable[str] = (), change: Any = None
) -> Path:
    """Write sheets to a workbook; ``change(book, sheets by name)`` may do more before it is closed."""
    book = xlsxwriter.Workbook(str(path), {"date_1904": date_1904})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    written = {name: book.add_worksheet(name) for name in content}
    for name, grid in content.items():
        for r, row in enumerate(grid):
            for c, value in enumerate(row):
                _write(written[name], r, c, value, day)
    for name in hidden:
        written[name].hide()
    if change is not None:
        change(book, written)
    book.close()
    return path


def _write(sheet: Any, row: int, column: int, value: object, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, Raw):
        sheet.write_formula(row, column, str(value), None, value.result)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


def csv_bytes(
    grid: list[list[object]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    newline: str = "\r\n",
    decimal: str = ".",
) -> bytes:
    """Return a grid as the bytes of a CSV file; dates are ISO."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    for row in grid:
        writer.writerow([_text(value, decimal) for value in row])
    return out.getvalue().encode(encoding)


def _text(value: object, decimal: str) -> str:
    if value is None:
        return ""
    return str(value).replace(".", decimal) if isinstance(value, float) else str(value)


# files that are not what their name says


def encrypted(folder: Path) -> Path:
    """Make what an encrypted workbook looks like from outside: a compound file that is no old workbook."""
    path = folder / "cohort.xlsx"
    names = "EncryptionInfo".encode("utf-16-le") + b"\0" * 36 + "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(_COMPOUND + b"\0" * 1016 + names + b"\0" * 2048)
    return path


def truncated(folder: Path) -> Path:
    """Make a workbook whose transfer broke off."""
    path = write_workbook(folder / "cohort.xlsx", sheets())
    path.write_bytes(path.read_bytes()[:-900])
    return path


def damaged(folder: Path) -> Path:
    """Make a workbook with a broken sheet inside a good archive."""
    return _rewritten(folder, lambda name, data: data[: len(data) // 2] if "sheet1" in name else data)


def plain_zip(folder: Path) -> Path:
    """Make an archive that is not a workbook."""
    path = folder / "cohort.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    return path


def bomb(folder: Path) -> Path:
    """Make a workbook of a few MB that unpacks to more than half a gigabyte."""
    path = write_workbook(folder / "small.xlsx", sheets())
    out = folder / "cohort.xlsx"
    chunk = b" " * 4_000_000
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for item in old.infolist():
            with new.open(item.filename, "w", force_zip64=True) as part:
                part.write(old.read(item))
                if "sheet1" in item.filename:
                    for _ in range(_BOMB_BYTES // len(chunk)):
                        part.write(chunk)
    return out


def huge_range(folder: Path) -> Path:
    """Make a workbook whose patient sheet declares more than a million rows and 16,384 columns, nearly all empty."""
    return _rewritten(
        folder, lambda name, data: data.replace(b'ref="A1:K5"', b'ref="A1:XFD1048576"') if "sheet1" in name else data
    )


def far_cell(book: Any, written: dict[str, Any]) -> None:
    """Write one cell at the far end of the patient sheet."""
    written["patient"].write_string(1_048_575, 16_383, "x")


def wide_heading(book: Any, written: dict[str, Any]) -> None:
    """Format all 16,384 headings of the patient sheet and fill the last one."""
    bold = book.add_format({"bold": True})
    for column in range(11, 16_383):
        written["patient"].write_blank(0, column, None, bold)
    written["patient"].write_string(0, 16_383, "remark")


def formatted_rows(book: Any, written: dict[str, Any]) -> None:
    """Format 3,000 empty rows under the patients, as spreadsheets do when somebody colours a column."""
    grey = book.add_format({"bg_color": "#EEEEEE"})
    for row in range(5, 3005):
        for column in range(11):
            written["patient"].write_blank(row, column, None, grey)


def error_cell(book: Any, written: dict[str, Any]) -> None:
    """Put an error value where the date of the first session was."""
    written["session"].write_formula("C2", "=VLOOKUP(1,A1:B2,3)", None, "#N/A")


def merged_id(book: Any, written: dict[str, Any]) -> None:
    """Merge the patient id over the two sessions of one patient."""
    written["session"].merge_range("B2:B3", "001", book.add_format({"valign": "vcenter"}))


def _rewritten(folder: Path, change: Callable[[str, bytes], bytes]) -> Path:
    path = write_workbook(folder / "good.xlsx", sheets())
    out = folder / "cohort.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, change(item.filename, old.read(item)))
    path.unlink()
    return out
