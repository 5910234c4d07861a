"""Studies of one's own: workbooks and CSV files with the columns of the library, every problem named with its cell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from glisson.clinical.problems import Problem, Problems
from glisson.clinical.raw import CellError, RawSheet, read_sheets
from glisson.errors import InputError
from glisson.evidence.library import Arm, Library, Published
from glisson.evidence.own_columns import NUMBERS, RATES, STATISTICS, STATUS, STUDIES, Column

Kind = Literal["studies", "estimates"]
_COLUMNS: dict[Kind, tuple[Column, ...]] = {"studies": STUDIES, "estimates": NUMBERS}
_MODEL: dict[Kind, type[BaseModel]] = {"studies": Arm, "estimates": Published}
#: A sheet is what it holds, whatever its name: two columns that only one of the two tables has.
_MARK: dict[Kind, set[str]] = {"studies": {"first_author", "modality"}, "estimates": {"endpoint", "statistic"}}
_RATE = re.compile(r"rate_at_\d+(\.\d+)?[mw]")
#: So many problems are named in an error; ``glisson evidence check`` prints all.
_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Own:
    """What files of one's own hold.

    Parameters
    ----------
    arms, numbers
        Rows without a blocking problem; numbers that were not verified are left out.
    problems
        Of all files, worst first.
    """

    arms: tuple[Arm, ...]
    numbers: tuple[Published, ...]
    problems: Problems


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A valid row and where it stands."""

    row: Any
    sheet: RawSheet
    line: int


def read_own(paths: Sequence[Path | str], shipped: Library) -> Own:
    """Read files of one's own.

    Parameters
    ----------
    paths
        Workbooks or CSV files (or folders of CSV files) with the columns of the library. The files are read together:
        numbers may belong to arms of another file, or to arms that ship with the package.
    shipped
        The library whose arms they may refer to and must not repeat.

    Raises
    ------
    InputError
        If a row cannot be used; the message names every problem with file, sheet and cell.
    """
    own = check_own(paths, shipped)
    blocking = own.problems.blocking
    if blocking:
        named = "\n".join(f"  {p}" for p in blocking[:_NAMED])
        more = f"\n  and {len(blocking) - _NAMED} more" if len(blocking) > _NAMED else ""
        raise InputError(
            f"{len(blocking)} problem{'' if len(blocking) == 1 else 's'} in studies of your own:\n{named}{more}",
            todo=f"\nAll of them, to correct first: glisson evidence check {' '.join(Path(p).name for p in paths)}",
        )
    return own


def check_own(paths: Sequence[Path | str], shipped: Library) -> Own:
    """Read files of one's own and name everything that is wrong with them.

    Parameters
    ----------
    paths, shipped
        As ``read_own``.

    Raises
    ------
    InputError
        If a file cannot be opened at all.
    """
    problems: list[Problem] = []
    found: dict[Kind, list[_Found]] = {"studies": [], "estimates": []}
    read = 0
    for path in paths:
        for sheet in read_sheets(path):
            problems += sheet.problems
            kind = _kind(sheet)
            if kind is None:
                problems += _unknown(sheet)
                continue
            read += 1
            problems += _headings(sheet, kind)
            found[kind] += _rows(sheet, kind, problems)
    if not read:
        problems.append(_nothing(paths))
    arms = _unique_arms(found["studies"], shipped, problems)
    numbers = _of_arms(found["estimates"], {*_keys(shipped.arms), *_keys(f.row for f in found["studies"])}, problems)
    return Own(arms=tuple(arms), numbers=tuple(numbers), problems=Problems.of(problems))


def _kind(sheet: RawSheet) -> Kind | None:
    named = {h.lower() for h in sheet.header}
    return next((kind for kind, mark in _MARK.items() if mark <= named), None)


def _unknown(sheet: RawSheet) -> list[Problem]:
    if sheet.name.lower() == "readme" or not sheet.header:
        return []
    return [Problem(severity="note", rule="own.sheet", file=sheet.file, sheet=sheet.name, row=sheet.row_number(-1),
                    found="the sheet is neither studies nor estimates and was not read",
                    expected="the columns of the template")]  # fmt: skip


def _nothing(paths: Sequence[Path | str]) -> Problem:
    return Problem(severity="blocks", rule="own.nothing", file=", ".join(Path(p).name for p in paths),
                   found="there is no sheet of studies or estimates",
                   expected="a sheet with first_author and modality, or with endpoint and statistic",
                   todo="begin with glisson evidence template studies.xlsx")  # fmt: skip


def _headings(sheet: RawSheet, kind: Kind) -> list[Problem]:
    """Name columns that are missing, and those that are not read."""
    known = {c.name: c for c in _COLUMNS[kind]}
    there = [h.lower() for h in sheet.header]
    where: dict[str, Any] = {"file": sheet.file, "sheet": sheet.name, "row": sheet.row_number(-1)}
    out = [
        Problem(severity="blocks", rule="own.column", found=f"the column {name} is missing", expected=column.expected,
                todo=f"add a column with the heading {name}", **where)
        for name, column in known.items() if column.needed and name not in there
    ]  # fmt: skip
    out += [
        Problem(severity="note", rule="own.extra", cell=sheet.address(-1, i), column=heading,
                found=f"the column {heading} is not read", expected=f"one of {', '.join(known)}", **where)
        for i, heading in enumerate(sheet.header) if heading and heading.lower() not in known
    ]  # fmt: skip
    return out


def _rows(sheet: RawSheet, kind: Kind, problems: list[Problem]) -> list[_Found]:
    """Return the valid rows of a sheet that were read at their source; everything else goes to the problems."""
    place = {h.lower(): i for i, h in reversed(list(enumerate(sheet.header))) if h}
    columns = {c.name: c for c in _COLUMNS[kind]}
    if any(c.needed and c.name not in place for c in columns.values()):
        return []
    out = []
    for line in range(len(sheet.rows)):
        texts = {name: _text(sheet.rows[line][place[name]]) if name in place else "" for name in columns}
        wrong = _cells(texts, kind)
        status = texts.pop("status", "")
        row = _validated(texts, kind, wrong)
        problems += [
            _problem(sheet, line, place.get(name), name, found, expected, todo) for name, found, expected, todo in wrong
        ]
        if status.lower() == "unverified":
            problems.append(_left_out(sheet, line, place["status"]))
        elif row is not None:
            out.append(_Found(row=row, sheet=sheet, line=line))
    return out


def _text(cell: Any) -> str:
    """Return a cell as it would be typed in a CSV file."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.text
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


_Wrong = list[tuple[str, str, str, str]]


def _cells(texts: Mapping[str, str], kind: Kind) -> _Wrong:
    """Return (column, found, expected, what to do) for what can be seen in a cell alone."""
    out: _Wrong = []
    for column in _COLUMNS[kind]:
        text = texts[column.name]
        if column.needed and not text:
            out.append((column.name, "the cell is empty", column.expected, "fill it in"))
        elif text.startswith("#"):
            out.append((column.name, f"the cell holds the error {text}", column.expected, "correct the formula"))
        elif column.name in _DECIMAL and re.fullmatch(r"-?\d+,\d+", text):
            out.append((column.name, f"{text} has a decimal comma", column.expected, "write a decimal point"))
        elif column.name in _DECIMAL and text.endswith("%"):
            out.append((column.name, f"{text} is a percentage", column.expected, "divide it by 100 and drop the sign"))
    if kind == "studies":
        return out
    statistic = texts["statistic"]
    if statistic and statistic not in STATISTICS and not _RATE.fullmatch(statistic):
        out.append(("statistic", f"{statistic!r} is unknown", f"one of {', '.join(STATISTICS)}, or {RATES}",
                    "choose one of them"))  # fmt: skip
    if texts["status"].lower() not in ("", *STATUS):
        out.append(("status", f"{texts['status']!r} is unknown", " or ".join(STATUS), "choose one of them"))
    if statistic == "proportion" or statistic.startswith("rate_at_"):
        named = {w[0] for w in out}
        out += [
            (name, f"{texts[name]} is not between 0 and 1", "a proportion between 0 and 1", "divide percentages by 100")
            for name in ("value", "ci_low", "ci_high")
            if name not in named and _no_share(texts[name])
        ]
    return out


_DECIMAL = {"value", "ci_low", "ci_high", "ci_level", "n", "events", "n_patients", "n_lms", "year"}


def _no_share(text: str) -> bool:
    try:
        value = float(text or 0)
    except ValueError:
        return False
    return math.isfinite(value) and not 0 <= value <= 1


def _validated(texts: Mapping[str, str], kind: Kind, wrong: _Wrong) -> Any:
    """Return the row as the library holds it, or nothing after adding to what is wrong."""
    expected, named = {c.name: c.expected for c in _COLUMNS[kind]}, {w[0] for w in wrong}
    try:
        row = _MODEL[kind].model_validate(dict(texts))
        return None if wrong else row
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else ""
            if name and name not in named:
                wrong.append((name, f"{texts[name]!r} cannot be used", expected[name], "correct the cell"))
            elif not name and not named:
                text = one["msg"].removeprefix("Value error, ")
                wrong.append(("", text, "numbers that are possible", "compare the row with its source"))
        return None


def _problem(
    sheet: RawSheet, line: int, column: int | None, name: str, found: str, expected: str, todo: str
) -> Problem:  # fmt: skip
    return Problem(
        severity="blocks", rule="own.cell", file=sheet.file, sheet=sheet.name, row=sheet.row_number(line),
        cell="" if column is None or not name else sheet.address(line, column), column=name, found=f"{name}: {found}" if
        name else found, expected=expected, todo=todo,
    )  # fmt: skip


def _of_row(one: _Found, found: str, expected: str, todo: str) -> Problem:
    return _problem(one.sheet, one.line, None, "", found, expected, todo)


def _left_out(sheet: RawSheet, line: int, column: int) -> Problem:
    return Problem(severity="note", rule="own.status", file=sheet.file, sheet=sheet.name, row=sheet.row_number(line),
                   cell=sheet.address(line, column), column="status",
                   found="the number was not read at its source and is left out", expected="verified",
                   todo="read the source, then change the cell")  # fmt: skip


def _keys(arms: Iterable[Any]) -> list[tuple[str, str]]:
    return [(a.study_id, a.arm_id) for a in arms]


def _unique_arms(found: Sequence[_Found], shipped: Library, problems: list[Problem]) -> list[Arm]:
    """Return the arms that stand once; others that ship or stand above are problems."""
    known, out = dict.fromkeys(_keys(shipped.arms), "ships with glisson"), []
    for one in found:
        key = (one.row.study_id, one.row.arm_id)
        if key in known:
            problems.append(_of_row(one, f"the arm {' '.join(key)} {known[key]} already", "each arm once",
                                    "give it another study_id or delete the row"))  # fmt: skip
            continue
        known[key] = f"stands in {one.sheet.file}, row {one.sheet.row_number(one.line)},"
        out.append(one.row)
    return out


def _of_arms(found: Sequence[_Found], known: set[tuple[str, str]], problems: list[Problem]) -> list[Published]:
    """Return the numbers of arms that exist, each once."""
    out: list[Published] = []
    seen: dict[tuple[str, ...], _Found] = {}
    for one in found:
        number: Published = one.row
        key = (number.study_id, number.arm_id, number.subgroup, number.endpoint, number.statistic, number.time_origin,
               number.comparator_arm)  # fmt: skip
        if key[:2] not in known:
            problems.append(_of_row(one, f"there is no arm {' '.join(key[:2])}",
                                    "study_id and arm_id of a row of studies",
                                    "add the arm or correct its name"))  # fmt: skip
        elif key in seen:
            above = seen[key].sheet.row_number(seen[key].line)
            problems.append(_of_row(one, f"the same number as in row {above} of {seen[key].sheet.name}",
                                    "each number once",
                                    "delete one of them, or say in subgroup how they differ"))  # fmt: skip
        else:
            seen[key] = one
            out.append(number)
    return out
