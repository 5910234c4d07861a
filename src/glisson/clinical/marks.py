"""Which cells of a copy of the input are marked, by which problems, and how much of a huge input is copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from glisson.clinical.problems import SEVERITY_MEANING, Problem, Problems, Severity
from glisson.clinical.raw import RawSheet, column_letters

#: Most cells that are copied in all, and the size of a worksheet.
COPIED, ROWS, COLUMNS = 500_000, 1_048_576, 16_384
#: Most messages in one comment, and most characters of a comment.
_MESSAGES, _LONG = 8, 1_500
_TITLE = 31
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
#: Names that a copied sheet cannot have: the list itself, and one that Excel keeps for itself.
_TAKEN = ("problems", "history")

#: Row and column of a cell, both 0-based.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedSheet:
    """What is copied of one sheet, and what is marked in it.

    Parameters
    ----------
    title
        Name of the copy: at most 31 characters, unlike any other.
    raw
        The sheet.
    rows
        Indices of the data rows that are copied, in order.
    width
        Number of columns that are copied.
    marks
        Worst severity of each marked cell, worst first.
    comments
        Problems told at a cell, worst first; a problem of a whole row is told at its first cell.
    """

    title: str
    raw: RawSheet
    rows: Sequence[int]
    width: int
    marks: Mapping[Place, Severity]
    comments: Mapping[Place, Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class Marking:
    """All copies, what was left out of them in words, and where in a copy a problem is told: ``'lab'!C7``."""

    sheets: tuple[MarkedSheet, ...]
    left_out: tuple[str, ...] = ()
    targets: Mapping[Problem, str] = field(default_factory=dict)


def mark(problems: Problems, sheets: Sequence[RawSheet], *, copied: int = COPIED) -> Marking:
    """Decide what is copied and marked.

    Parameters
    ----------
    problems
        What was found.
    sheets
        The input.
    copied
        Most cells that are copied in all; of a larger input the rows with problems come first.

    Returns
    -------
    Marking
    """
    owned: dict[int, list[Problem]] = {}
    for problem in problems:
        index = _sheet_of(problem, sheets)
        if index is not None:
            owned.setdefault(index, []).append(problem)
    out: list[MarkedSheet] = []
    left_out: list[str] = []
    targets: dict[Problem, str] = {}
    for index, (raw, title) in enumerate(zip(sheets, titles(sheets), strict=True)):
        marked = _mark_sheet(raw, title, owned.get(index, ()), copied)
        copied -= marked.width * len(marked.rows)
        out.append(marked)
        left_out += _left_out(marked)
        quoted = title.replace("'", "''")
        for (row, column), found in marked.comments.items():
            targets |= dict.fromkeys(found, f"'{quoted}'!{column_letters(column)}{row + 1}")
    return Marking(tuple(out), tuple(left_out), targets)


def titles(sheets: Sequence[RawSheet]) -> tuple[str, ...]:
    """Return a name for the copy of each sheet that a workbook can hold, each once.

    Parameters
    ----------
    sheets
        The input; several CSV files may share a name or have one that is too long.
    """
    taken, out = set(_TAKEN), []
    for sheet in sheets:
        clean = "".join(c if c.isprintable() else " " for c in re.sub(r"[\[\]:*?/\\]", "_", sheet.name))
        clean = clean.strip("' ") or "sheet"
        title, number = clean[:_TITLE].rstrip("' "), 1
        while title.casefold() in taken:
            number += 1
            title = f"{clean[: _TITLE - len(str(number)) - 1]}~{number}"
        taken.add(title.casefold())
        out.append(title)
    return tuple(out)


def comment_text(found: Sequence[Problem]) -> str:
    """Return the comment of a marked cell.

    Parameters
    ----------
    found
        Its problems, worst first.

    Examples
    --------
    >>> print(comment_text([Problem(severity="note", rule="x", found="the date 2015", todo="complete it")]))
    Worth knowing: the date 2015. Complete it.
    """
    lines = []
    for problem in found[:_MESSAGES]:
        what = SEVERITY_MEANING[problem.severity]
        text = f"{what[0].upper()}{what[1:]}: {problem.found}"
        text += f"; expected {problem.expected}" if problem.expected else ""
        lines.append(text + (f". {problem.todo[0].upper()}{problem.todo[1:]}." if problem.todo else "."))
    if len(found) > _MESSAGES:
        lines.append(f"And {len(found) - _MESSAGES} more in the sheet Problems.")
    text = "\n".join(lines)
    return text if len(text) <= _LONG else f"{text[:_LONG]} ..."


def _sheet_of(problem: Problem, sheets: Sequence[RawSheet]) -> int | None:
    """Return the sheet a problem is about: by file and name, else the only one of that name or of that file."""
    same_file = [i for i, s in enumerate(sheets) if s.file == problem.file]
    same_name = [i for i, s in enumerate(sheets) if s.name == problem.sheet]
    both = [i for i in same_file if i in same_name]
    for candidates in (both, same_name if not problem.file else [], same_file):
        if len(candidates) == 1:
            return candidates[0]
    return None


def _mark_sheet(raw: RawSheet, title: str, problems: Iterable[Problem], copied: int) -> MarkedSheet:
    width = min(len(raw.header), max(0, COLUMNS - raw.first_column))
    found = [(p, places) for p in problems if (places := _places(p, raw, width))]
    rows = _rows(raw, {row + 1 for _, places in found for row, _ in places}, width, copied)
    hidden = {raw.row_number(i) for i in set(range(len(raw.rows))).difference(rows)}
    marks: dict[Place, Severity] = {}
    comments: dict[Place, list[Problem]] = {}
    for problem, places in found:
        if places[0][0] + 1 in hidden:
            continue
        comments.setdefault(places[0], []).append(problem)
        for place in places:
            marks.setdefault(place, problem.severity)
    return MarkedSheet(title=title, raw=raw, rows=rows, width=width, marks=marks, comments=comments)


def _places(problem: Problem, raw: RawSheet, width: int) -> list[Place]:
    """Return the cells a problem is about: its cell, else its row, else the heading of its column."""
    left = raw.first_column
    column = raw.header.index(problem.column) if problem.column in raw.header and problem.column else None
    if match := _ADDRESS.fullmatch(problem.cell):
        places = [(int(match[2]) - 1, _index(match[1]))]
    elif column is not None:
        places = [((problem.row or raw.row_number(-1)) - 1, left + column)]
    elif problem.row:
        places = [(problem.row - 1, left + i) for i in range(max(1, width))]
    else:
        places = []
    return [(r, c) for r, c in places if 0 <= r < ROWS and c < COLUMNS]


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _rows(raw: RawSheet, marked: set[int], width: int, copied: int) -> Sequence[int]:
    """Return the data rows to copy: all, or where they are too many those with a problem and then the first ones."""
    fitting = [i for i in range(len(raw.rows)) if raw.row_number(i) <= ROWS]
    most = max(0, copied) // max(1, width)
    if len(fitting) <= most:
        return fitting
    first = [i for i in fitting if raw.row_number(i) in marked]
    others = [i for i in fitting if raw.row_number(i) not in marked]
    return sorted([*first, *others][:most])


def _left_out(marked: MarkedSheet) -> list[str]:
    """Say what of a sheet was not copied."""
    raw, out = marked.raw, []
    if len(marked.rows) < len(raw.rows):
        out.append(
            f"The sheet {raw.name} has {len(raw.rows):,} rows, and {len(marked.rows):,} of them are copied: those with "
            "a problem and then the first ones"
        )
    if marked.width < len(raw.header):
        out.append(f"The sheet {raw.name} has {len(raw.header):,} columns, and {marked.width:,} of them are copied")
    return out
