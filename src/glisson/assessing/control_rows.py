"""Read a control whose patients are known one by one: a cohort like one's own, or times and covariates in a CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import available, endpoint
from glisson.clinical.groups import UNKNOWN, patient_keys
from glisson.errors import InputError
from glisson.tables import Endpoint

#: Columns that a plain file must have, and covariates that it may have.
NEEDED = ("time_days", "event", "endpoint", "origin")
FACTORS, NUMBERS = ("line", "extrahepatic"), ("age", "male")
#: Where rows come from, as the column ``source`` says; without it they are of patients.
SOURCES = ("observed", "reconstructed", "summary")
#: How the readings of a curve, or the sets of patients that agree with summary numbers, are numbered: 0 comes first.
READING = "reading"
ENDPOINTS = {"os": "Overall survival", "pfs": "Progression-free survival"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One endpoint of some patients with what was known of them before treatment.

    Parameters
    ----------
    data
        One row a patient.
    origin
        From which day it counts.
    factors, numbers
        Covariates of n patients, levels as text; numbers are NaN where they are missing.
    again
        The same patients as further readings of a curve give them, or further sets that agree with summary numbers.
    """

    data: Endpoint
    origin: str
    factors: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[float, ...]]
    again: tuple[Endpoint, ...] = ()


def rows_of(cohort: Cohort) -> dict[str, Rows]:
    """Return the endpoints of a cohort from its first liver-directed therapy, with its covariates.

    Parameters
    ----------
    cohort
        Validated records.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> sorted(rows_of(demo_cohort()))
    ['os', 'pfs']
    """
    reasons = dict(available(cohort))
    patient = cohort.table("patient")
    place = {i: k for k, i in enumerate(patient["patient_id"].to_list())}
    keys = patient_keys(cohort)
    factors = {name: keys[name].values() for name in FACTORS}
    numbers: dict[str, list[float]] = {}
    if "age_at_t0" in patient.columns:
        numbers["age"] = patient["age_at_t0"].cast(pl.Float64).fill_null(float("nan")).to_list()
    if "sex" in patient.columns:
        first = patient["sex"].str.to_uppercase().str.slice(0, 1)
        numbers["male"] = (first == "M").cast(pl.Float64).fill_null(float("nan")).to_list()
    out = {}
    for code in ENDPOINTS:
        if reasons.get(code) != "":
            continue
        try:
            data = endpoint(cohort, code, origin="first_ldt")
        except InputError:  # durations only, that run from another day
            continue
        at = [place[str(u)] for u in data.unit]
        out[code] = Rows(
            data=data, origin="first_ldt", factors={k: tuple(v[i] for i in at) for k, v in factors.items()},
            numbers={k: tuple(v[i] for i in at) for k, v in numbers.items()},
        )  # fmt: skip
    return out


def is_rows(path: Path) -> bool:
    """Return whether a CSV file has times of its own instead of the records of a cohort.

    Parameters
    ----------
    path
        A CSV file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return bool({"time_days", "event"} & set(next(csv.reader(file), [])))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}", todo="check the path") from None


def read_rows(path: Path) -> dict[str, Rows]:
    """Read a control from a plain CSV file: one row a patient and endpoint.

    Parameters
    ----------
    path
        With the columns ``time_days``, ``event`` (1, or 0 for censored), ``endpoint`` (``os``, ``pfs``) and ``origin``
        (``first_ldt``, or another day); and, where they are known, ``line``, ``extrahepatic``, ``age``, ``male``. Rows
        that were read from a printed curve say ``reconstructed`` in a column ``source``, those of patients that agree
        with summary numbers ``summary``. A column ``reading`` numbers the readings of a curve, or the sets: 0 is the
        curve as read, or the middle set.

    Raises
    ------
    InputError
        If a column is missing or a value is impossible.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    missing = [c for c in NEEDED if not table or c not in table[0]]
    if missing:
        raise InputError(f"{path.name} has no column {', '.join(missing)}", expected=f"columns {', '.join(NEEDED)}",
                         todo="say of every row which endpoint it is and from which day it counts")  # fmt: skip
    out = {}
    for code in dict.fromkeys(r["endpoint"] for r in table):
        part = [r for r in table if r["endpoint"] == code]
        origins = sorted({r["origin"] for r in part})
        if len(origins) > 1:
            raise InputError(f"{path.name}: {code} counts from {' and '.join(origins)}", expected="one day for all")
        told = {r.get("source") or SOURCES[0] for r in part}
        if not told <= set(SOURCES):
            raise InputError(f"{path.name}: source {', '.join(sorted(told))}", expected=" or ".join(SOURCES))
        first, *more = _readings(part, path)
        if more and (told == {SOURCES[0]} or len(told) > 1):
            raise InputError(f"{path.name}: readings of {code} with the source {', '.join(sorted(told))}",
                             expected="reconstructed, or summary, in every row of an endpoint read again")  # fmt: skip
        data = _endpoint(first, code, path)
        kind = next((s for s in SOURCES[1:] if s in told), "")
        part = first
        out[code] = Rows(
            data=replace(data, source_kind="reconstructed", source_label=kind) if kind else data,
            origin=origins[0],
            again=tuple(_endpoint(rows, code, path) for rows in more),
            factors={c: tuple(r[c] or UNKNOWN for r in part) for c in FACTORS if c in part[0]},
            numbers={
                c: tuple(_number(r[c], path, c) if r[c] else float("nan") for r in part)
                for c in NUMBERS
                if c in part[0]
            },
        )
    return out


def _readings(part: list[dict[str, str]], path: Path) -> list[list[dict[str, str]]]:
    """Return the rows of each reading, in order; of one where the file has no such column."""
    by: dict[int, list[dict[str, str]]] = {}
    for row in part:
        by.setdefault(int(_number(row.get(READING) or "0", path, READING)), []).append(row)
    if sorted(by) != list(range(len(by))):
        raise InputError(f"{path.name}: readings {', '.join(str(k) for k in sorted(by)[:6])}",
                         expected="0, 1, 2, ...: 0 is the curve as read")  # fmt: skip
    sizes = {len(rows) for rows in by.values()}
    if len(sizes) > 1:
        raise InputError(f"{path.name}: readings of {min(sizes)} to {max(sizes)} patients",
                         expected="as many patients in every reading")  # fmt: skip
    known = [c for c in (*FACTORS, *NUMBERS) if len(by) > 1 and any(r.get(c) for r in part)]
    if known:
        raise InputError(f"{path.name}: {', '.join(known)} beside readings of a curve",
                         expected="no covariates: neither a figure nor a summary tells who a patient was")  # fmt: skip
    return [by[k] for k in range(len(by))]


def _endpoint(rows: list[dict[str, str]], code: str, path: Path) -> Endpoint:
    time = [_number(r["time_days"], path, "time_days") for r in rows]
    event = [_number(r["event"], path, "event") for r in rows]
    if any(t < 0 for t in time) or any(e not in {0.0, 1.0} for e in event):
        raise InputError(f"{path.name}: impossible times or events", expected="days from 0 on; events 0 or 1")
    return Endpoint.from_arrays([round(t) for t in time], [int(e) for e in event], name=code)


def _number(text: str, path: Path, column: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InputError(f"{path.name}: {column} {text!r}", expected="a number")
    return value
