"""Time to event in ADTTE that others made: which rows can be used as recorded durations, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from glisson.clinical.cdisc.domains import OUTCOME
from glisson.clinical.cdisc.recognise import heads
from glisson.clinical.cdisc.values import about, full_date, number
from glisson.clinical.cells import shown
from glisson.clinical.problems import Problem
from glisson.clinical.raw import Cell, RawSheet

#: Time-to-event parameters that have an endpoint here.
PARAMETERS = {"OS": "os", "PFS": "pfs", "HPFS": "liver_pfs", "TTP": "ttp"}
_EXPECTED = "STARTDT = TRTSDT with ADT, or AVAL with AVALU = DAYS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What ADSL says of a subject's survival: start of treatment, last day known, whether it is that of death."""

    start: date | None = None
    end: date | None = None
    died: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of a parameter that is known; ``reason`` says why it is not used, where it is not."""

    place: int
    subject: str
    code: str
    chosen: bool
    event: bool = False
    days: int | None = None
    dated: bool = False
    reason: str = ""


@dataclass(slots=True)
class _Sorted:
    """Rows that are used, and rows that are not, by parameter and reason."""

    used: list[_Row] = field(default_factory=list)
    left: dict[tuple[str, str], list[int]] = field(default_factory=dict)


def durations(sheet: RawSheet, subjects: Mapping[str, Subject]) -> tuple[RawSheet | None, list[Problem]]:
    """Return recorded durations of the parameters that are known, and what is not read.

    Parameters
    ----------
    sheet
        ADTTE.
    subjects
        What ADSL says, by USUBJID.

    Returns
    -------
    tuple
        The table of recorded durations, ``None`` where no row can be used, and problems. Days are ``ADT - STARTDT``;
        ``AVAL``, which may count one more, is used only without dates. Two rows of one subject and parameter are used
        only where ``ANL01FL`` chooses one.
    """
    names = heads(sheet)
    lacking = {"PARAMCD", "CNSR"} - set(names)
    if lacking:
        return None, [about(sheet, "changes", "cdisc.unread", f"ADTTE has no {' and no '.join(sorted(lacking))}",
                            "PARAMCD, CNSR and STARTDT with ADT, or AVAL with AVALU", "add them")]  # fmt: skip
    rows = [dict(zip(names, cells, strict=True)) for cells in sheet.rows]
    known = [_row(i, row, subjects) for i, row in enumerate(rows) if shown(row["PARAMCD"]) in PARAMETERS]
    found = _sorted(known, sheet)
    told = [*_unknown(sheet, rows), *_left(sheet, found), *_undated(sheet, found), *_survival(sheet, found, subjects)]
    if not found.used:
        return None, told
    numbers = tuple(sheet.row_number(r.place) for r in found.used)
    cells: list[tuple[Cell, ...]] = [
        (r.subject, PARAMETERS[r.code], r.days, "Y" if r.event else "N", f"{sheet.file} row {n}")
        for r, n in zip(found.used, numbers, strict=True)
    ]
    table = RawSheet(file=sheet.file, name=OUTCOME.name, header=OUTCOME.names, rows=tuple(cells),
                     first_row=sheet.first_row, row_numbers=numbers)  # fmt: skip
    return table, told


def _row(place: int, row: Mapping[str, Cell], subjects: Mapping[str, Subject]) -> _Row:
    """Read a row of a parameter that is known."""
    censored, subject = number(row["CNSR"]), shown(row["USUBJID"])
    days, dated, reason = _days(row, subjects.get(subject))
    if censored is None or censored < 0:
        reason = "CNSR is blank or negative"
    return _Row(place=place, subject=subject, code=shown(row["PARAMCD"]), event=censored == 0, days=days, dated=dated,
                chosen=shown(row.get("ANL01FL")).casefold() == "y", reason=reason)  # fmt: skip


def _days(row: Mapping[str, Cell], subject: Subject | None) -> tuple[int | None, bool, str]:
    """Return days from the first treatment, whether dates gave them, and why they are not known."""
    if subject is None:
        return None, False, "the subject is not in ADSL"
    start, end = full_date(row.get("STARTDT")), full_date(row.get("ADT"))
    if start is not None and subject.start is not None and start != subject.start:
        return None, False, "time starts on another day than treatment"
    if start is not None and end is not None:
        days = (end - start).days
        return (days, True, "") if days >= 0 else (None, True, "ADT lies before STARTDT")
    value, in_days = number(row.get("AVAL")), shown(row.get("AVALU")).casefold() in {"days", "day"}
    if value is None or value < 0 or not value.is_integer() or not in_days:
        return None, False, "no dates, and AVAL is not a number of days (AVALU)"
    return int(value), False, ""


def _sorted(rows: Sequence[_Row], sheet: RawSheet) -> _Sorted:
    """Tell rows that are used from those that are not."""
    together: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        together.setdefault((row.subject, row.code), []).append(row)
    out = _Sorted()
    for row in rows:
        same = together[row.subject, row.code]
        chosen = [r for r in same if r.chosen] if len(same) > 1 else same
        reason = row.reason
        if len(chosen) != 1:
            reason = "the subject has several rows of it, and ANL01FL chooses none or several"
        elif chosen[0] is not row:
            reason = "ANL01FL chooses another row of the subject"
        if reason:
            out.left.setdefault((row.code, reason), []).append(sheet.row_number(row.place))
        else:
            out.used.append(row)
    return out


def _unknown(sheet: RawSheet, rows: Sequence[Mapping[str, Cell]]) -> Iterator[Problem]:
    """Name the parameters that have no endpoint here."""
    codes = [shown(row["PARAMCD"]) for row in rows]
    for code in dict.fromkeys(c for c in codes if c not in PARAMETERS):
        found = f"the parameter {code or '(blank)'} is not read ({_rows(codes.count(code))})"
        yield about(sheet, "changes", "cdisc.parameter", found,
                    f"one of {', '.join(PARAMETERS)}", "nothing, if it is none of these")  # fmt: skip


def _left(sheet: RawSheet, found: _Sorted) -> Iterator[Problem]:
    for (code, reason), rows in found.left.items():
        yield about(sheet, "changes", "cdisc.duration", f"{code}: {len(rows)} not read: {reason}", _EXPECTED,
                    f"see row {rows[0]}")  # fmt: skip


def _undated(sheet: RawSheet, found: _Sorted) -> Iterator[Problem]:
    """Say which durations may be a day too long."""
    bare = [r for r in found.used if not r.dated]
    if bare:
        yield about(sheet, "changes", "cdisc.day_count",
                    f"{_rows(len(bare))} without STARTDT and ADT: the days are those of AVAL, which may count one more",
                    "STARTDT and ADT", "add the dates, or see that AVAL is end - start")  # fmt: skip


def _survival(sheet: RawSheet, found: _Sorted, subjects: Mapping[str, Subject]) -> Iterator[Problem]:
    """Say where ADTTE and ADSL tell of another survival; the dates of ADSL are what is used."""
    other = []
    for row in found.used:
        subject = subjects[row.subject]
        if row.code != "OS" or row.days is None or subject.start is None or subject.end is None:
            continue
        counted = {row.days} if row.dated else {row.days, row.days - 1}
        if row.event != subject.died or (subject.end - subject.start).days not in counted:
            other.append(sheet.row_number(row.place))
    if other:
        yield about(sheet, "changes", "cdisc.survival",
                    f"{_rows(len(other))} of OS differ from TRTSDT, DTHDT and LSTALVDT of ADSL, which are used",
                    "the same days and the same deaths", f"see row {other[0]}")  # fmt: skip


def _rows(n: int) -> str:
    return f"{n} row{'' if n == 1 else 's'}"
