"""ADaM datasets that others made: what of them can be used, and in words what cannot.

Only what means the same everywhere is read: who the subjects are, when treatment began, death and last contact (ADSL),
adverse events with CTCAE grades (ADAE), and the time-to-event parameters that have an endpoint here (ADTTE). A
treatment that is no liver-directed method is named, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from glisson.clinical.cdisc.domains import OUTCOME
from glisson.clinical.cdisc.recognise import ANALYSIS, by_name, heads
from glisson.clinical.cells import plain_code, shown
from glisson.clinical.problems import Problem, Severity
from glisson.clinical.raw import Cell, RawSheet
from glisson.clinical.vocabulary import METHOD_FAMILY, METHOD_LABEL

#: Day 0 of dates that SAS stores as numbers.
SAS_EPOCH = date(1960, 1, 1)
#: Numbers that can be a day of 1990 to 2099 counted so.
_DAYS = (10957, 51133)
#: Time-to-event parameters that have an endpoint here.
PARAMETERS = {"OS": "os", "PFS": "pfs", "HPFS": "liver_pfs", "TTP": "ttp"}
_RELATION = {"none": "unrelated", "not related": "unrelated", "remote": "unlikely", "related": "probable"}

Convert = Callable[[Cell], Cell]
#: (column, variables that hold it, the first present counts, what becomes of a cell).
Pick = tuple[str, tuple[str, ...], Convert]


def _same(cell: Cell) -> Cell:
    return cell


def _day(cell: Cell) -> Cell:
    """Return a date; a number is days since 1960, as SAS counts them."""
    number = _number(cell)
    if number is not None and number.is_integer() and _DAYS[0] <= number <= _DAYS[1]:
        return SAS_EPOCH + timedelta(days=int(number))
    return cell.date() if isinstance(cell, datetime) else cell


def _method(cell: Cell) -> Cell:
    """Return the code of a method given by its code or its printed name."""
    text = plain_code(shown(cell))
    names = {plain_code(label): code for code, label in METHOD_LABEL.items() if code in METHOD_FAMILY}
    return text if text in METHOD_FAMILY else names.get(text, cell)


def _relation(cell: Cell) -> Cell:
    return _RELATION.get(shown(cell).casefold(), cell)


_PATIENT: tuple[Pick, ...] = (
    ("patient_id", ("USUBJID",), _same), ("sex", ("SEX",), _same), ("age_at_t0", ("AGE",), _same),
    ("primary_site", ("PRIMSITE",), _same), ("histology", ("HISTOL",), _same), ("ecog_t0", ("ECOGBL",), _same),
    ("height_cm", ("HEIGHTBL",), _same), ("weight_kg", ("WEIGHTBL",), _same),
    ("extrahepatic_t0", ("EXHEPBL",), _same), ("death_date", ("DTHDT", "DTHDTC"), _day),
    ("last_contact_date", ("LSTALVDT",), _day), ("vital_status", ("DTHFL",),
                                                 lambda c: "dead" if shown(c).casefold() == "y" else "alive"),
    ("site_id", ("SITEID",), _same),
)  # fmt: skip
_SESSION: tuple[Pick, ...] = (
    ("session_id", ("USUBJID",), lambda c: None if c is None else f"{shown(c)}-S1"),
    ("patient_id", ("USUBJID",), _same), ("date", ("TRTSDT", "TRTSDTC", "RFSTDTC"), _day),
    ("method", ("TRTMETH", "TRT01A", "TRT01P", "ARM"), _method),
)  # fmt: skip
_EVENT: tuple[Pick, ...] = (
    ("patient_id", ("USUBJID",), _same), ("onset_date", ("ASTDT", "AESTDTC"), _day),
    ("end_date", ("AENDT", "AEENDTC"), _day), ("term", ("AEDECOD", "AETERM"), _same),
    ("grade", ("AETOXGR", "ATOXGR"), _same), ("related", ("AEREL",), _relation), ("serious", ("AESER",), _same),
)  # fmt: skip


def foreign_sheets(sheets: Sequence[RawSheet]) -> tuple[list[RawSheet], list[Problem]]:
    """Return what ADaM datasets hold as tables of the data model, and what is not read.

    Parameters
    ----------
    sheets
        ADSL with other ADaM datasets.

    Returns
    -------
    tuple
        Sheets named like tables, whose cells keep their column in the dataset, and problems.
    """
    named = by_name(sheets)
    adsl = named["adsl"]
    out = [_picked(adsl, "patient", _PATIENT), _picked(adsl, "session", _SESSION)]
    told = [_about(adsl, "note", "cdisc.foreign", "the dataset was not written with its records (domains dm, pr, ...)",
                   "what ADSL, ADAE and ADTTE share across studies is read",
                   "check the method of treatment and the start of time")]  # fmt: skip
    told += _numbers(adsl, ("TRTSDT", "DTHDT", "LSTALVDT"))
    if "adae" in named:
        out.append(_picked(named["adae"], "adverse_event", _EVENT))
        told += _severity_words(named["adae"])
    if "adtte" in named:
        outcome, found = _durations(named["adtte"], _starts(adsl))
        out += [outcome] if outcome is not None else []
        told += found
    for sheet in sheets:
        if sheet.name.casefold() in set(ANALYSIS) - {"adae", "adtte"}:
            told.append(_about(sheet, "changes", "cdisc.unread", "the dataset is not read",
                               "the records: tr, rs or lb as glisson writes them", "add them as sheets"))  # fmt: skip
    return out, told


def _about(sheet: RawSheet, severity: Severity, rule: str, found: str, expected: str, todo: str) -> Problem:
    return Problem(severity=severity, rule=rule, found=found, expected=expected, todo=todo, file=sheet.file,
                   sheet=sheet.name)  # fmt: skip


def _picked(sheet: RawSheet, table: str, picks: Iterable[Pick]) -> RawSheet:
    """Return the variables that a table takes, each cell with its address in the dataset."""
    names = heads(sheet)
    chosen = [(c, names.index(v[0]), f) for c, vs, f in picks if (v := [x for x in vs if x in names])]
    rows = tuple(tuple(convert(row[i]) for _, i, convert in chosen) for row in sheet.rows)
    places = {(r, c): sheet.address(r, i) for r in range(-1, len(rows)) for c, (_, i, _) in enumerate(chosen)}
    return replace(sheet, name=table, header=tuple(c for c, _, _ in chosen), rows=rows, places=places, problems=())


def _number(cell: Cell) -> float | None:
    """Return a cell as a number, or ``None``."""
    try:
        return float(shown(cell))
    except ValueError:
        return None


def _numbers(sheet: RawSheet, variables: Sequence[str]) -> list[Problem]:
    """Say that dates stored as numbers are read as SAS counts them."""
    names = heads(sheet)
    found = [v for v in variables if v in names
             and any(_number(c) is not None for c in sheet.column(names.index(v)))]  # fmt: skip
    if not found:
        return []
    return [_about(sheet, "changes", "cdisc.sas_date", f"dates stand as numbers in {', '.join(found)}",
                   "dates; the numbers are read as days since 1960-01-01, as SAS counts them",
                   "check one date, or export dates as YYYY-MM-DD")]  # fmt: skip


def _severity_words(sheet: RawSheet) -> list[Problem]:
    names = set(heads(sheet))
    if names & {"AETOXGR", "ATOXGR"} or "AESEV" not in names:
        return []
    return [_about(sheet, "changes", "cdisc.severity", "AESEV holds words of severity, which are no CTCAE grades",
                   "AETOXGR with grades 1 to 5",
                   "add the grades; without them events count as of unknown grade")]  # fmt: skip


def _starts(adsl: RawSheet) -> dict[str, Cell]:
    """Return the start of treatment by subject."""
    names = heads(adsl)
    if "TRTSDT" not in names:
        return {}
    who, when = names.index("USUBJID"), names.index("TRTSDT")
    return {shown(row[who]): _day(row[when]) for row in adsl.rows}


def _durations(sheet: RawSheet, starts: Mapping[str, Cell]) -> tuple[RawSheet | None, list[Problem]]:
    """Return recorded durations of the parameters that are known, and what is not read."""
    names = heads(sheet)
    lacking = {"PARAMCD", "CNSR"} - set(names)
    if lacking:
        return None, [_about(sheet, "changes", "cdisc.unread", f"ADTTE has no {' and no '.join(sorted(lacking))}",
                             "PARAMCD, CNSR and STARTDT with ADT, or AVAL with AVALU", "add them")]  # fmt: skip
    known: list[tuple[int, tuple[Cell, ...]]] = []
    unknown: dict[str, int] = {}
    reasons: dict[tuple[str, str], list[int]] = {}
    for number, cells in enumerate(sheet.rows):
        row = dict(zip(names, cells, strict=True))
        code = shown(row["PARAMCD"])
        if code not in PARAMETERS:
            unknown[code] = unknown.get(code, 0) + 1
            continue
        days, reason = _days(row, starts)
        if days is None:
            reasons.setdefault((code, reason), []).append(sheet.row_number(number))
            continue
        event = "Y" if _number(row["CNSR"]) == 0 else "N"
        place = f"{sheet.file} row {sheet.row_number(number)}"
        known.append((number, (row["USUBJID"], PARAMETERS[code], days, event, place)))
    told = [
        _about(sheet, "changes", "cdisc.parameter",
               f"the parameter {code} is not read ({n} row{'' if n == 1 else 's'})",
               f"one of {', '.join(PARAMETERS)}", "nothing, if it is none of these")
        for code, n in unknown.items()
    ]  # fmt: skip
    told += [
        _about(sheet, "changes", "cdisc.duration", f"{code}: {len(rows)} not read: {reason}",
               "STARTDT = TRTSDT with ADT, or AVAL with AVALU = DAYS", f"see row {rows[0]}")
        for (code, reason), rows in reasons.items()
    ]  # fmt: skip
    if not known:
        return None, told
    numbers = tuple(sheet.row_number(n) for n, _ in known)
    table = RawSheet(file=sheet.file, name=OUTCOME.name, header=OUTCOME.names, rows=tuple(r for _, r in known),
                     first_row=sheet.first_row, row_numbers=numbers)  # fmt: skip
    return table, told


def _days(row: Mapping[str, Cell], starts: Mapping[str, Cell]) -> tuple[Cell, str]:
    """Return days from the first treatment, or why they are not known; dates count before AVAL, which may add one."""
    censored = _number(row["CNSR"])
    if censored is None or censored < 0:
        return None, "CNSR is blank or negative"
    start, end = _parsed(_day(row.get("STARTDT"))), _parsed(_day(row.get("ADT")))
    first = _parsed(starts.get(shown(row["USUBJID"])))
    if start is not None and first is not None and start != first:
        return None, "time starts on another day than treatment"
    if start is not None and end is not None:
        return ((end - start).days, "") if end >= start else (None, "ADT lies before STARTDT")
    value, in_days = _number(row.get("AVAL")), shown(row.get("AVALU")).casefold() in {"days", "day"}
    if value is None or value < 0 or not value.is_integer() or not in_days:
        return None, "no dates, and AVAL is not a number of days (AVALU)"
    return int(value), ""


def _parsed(cell: Cell) -> date | None:
    """Return a full date, or ``None``."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(shown(cell))
    except ValueError:
        return None
