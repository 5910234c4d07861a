"""Counting rows of an endpoint by stratum and day: the arithmetic behind RiskTable."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from glisson.errors import NotSupportedError
from glisson.tables.endpoint import ORIGIN, Endpoint, Factor
from glisson.tables.source import Source, fingerprint

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Cohorts up to this size are identified by their unit ids too, not by their counts alone.
SMALL_COHORT = 10_000


class RowFields(TypedDict):
    """The per-row columns of a RiskTable."""

    stratum: Ints
    time: Ints
    entered: Ints
    moved: Ints
    censored: Ints
    events: Ints
    exposure: Floats | None


def tally(endpoint: Endpoint, factors: list[Factor]) -> tuple[RowFields, list[int]]:
    """Count entries and exits per (stratum, day); returns the rows and the combined level code of each stratum.

    One pass over a dense axis of days where patients are many, a sort where they are few.
    """
    columns = 3 + len(endpoint.causes)  # entered, moved, censored, event 1, event 2, ...
    days = int(endpoint.exit.max()) + 2  # day -1 is position 0
    code, size = _combined_codes(factors)
    leave = _position(code, endpoint.exit, days, columns)
    leave += endpoint.cause
    leave += 2
    weight = _multiplicity(endpoint)
    from_origin = int(endpoint.entry.max()) == ORIGIN
    start = None if from_origin else _position(code, endpoint.entry, days, columns)
    dense = size * days * columns
    if dense <= 8 * len(leave) + 4096:
        counts = np.bincount(leave, weight, minlength=dense).astype(np.int64)
        if start is not None:
            counts += np.bincount(start, weight, minlength=dense).astype(np.int64)
        grid = counts.reshape(size * days, columns)
        if from_origin:
            grid[::days, 0] += grid.reshape(size, days * columns).sum(axis=1)
        kept = np.flatnonzero(grid.any(axis=1))
        stratum, time, rows = kept // days, kept % days - 1, grid[kept]
    else:
        if start is None:
            start = _position(code, endpoint.entry, days, columns)
        key, inverse = np.unique(np.concatenate([leave, start]), return_inverse=True)
        tally = np.bincount(inverse, None if weight is None else np.tile(weight, 2)).astype(np.int64)
        rows = np.zeros((len(key), columns), dtype=np.int64)
        rows[np.arange(len(key)), key % columns] = tally
        place = key // columns
        merged = sum_rows(place // days, place % days - 1, rows, None)
        stratum, time, rows = (
            merged["stratum"],
            merged["time"],
            np.column_stack([merged["entered"], merged["moved"], merged["censored"], merged["events"]]),
        )
    cells, renumbered = np.unique(stratum, return_inverse=True)
    return _row_fields(renumbered, time, rows, None), cells.tolist()


def _combined_codes(factors: list[Factor]) -> tuple[Ints | int, int]:
    """Combine grouping variables into one code; 0 for everybody where there is none."""
    if not factors:
        return 0, 1
    code, size = factors[0].codes, len(factors[0].levels)
    for factor in factors[1:]:
        code, size = code * len(factor.levels) + factor.codes, size * len(factor.levels)
    return code, size


def _position(code: Ints | int, day: Ints, days: int, columns: int) -> Ints:
    """Index of (stratum, day, first column) in a dense grid, without needless copies."""
    place: Ints = code * np.int64(days) + day
    place += 1
    place *= columns
    return place


def sum_rows(stratum: Ints, time: Ints, counts: Ints, exposure: Floats | None) -> RowFields:
    """Add up rows with the same stratum and time; returns the row fields of a RiskTable, sorted."""
    span = int(time.max()) + 2 if time.size else 1
    key, inverse = np.unique(stratum * span + time + 1, return_inverse=True)
    total = np.zeros((len(key), counts.shape[1]), dtype=np.int64)
    np.add.at(total, inverse, counts)
    person_days: Floats | None = None
    if exposure is not None:
        person_days = np.bincount(inverse, exposure, minlength=len(key)).astype(np.float64)
    return _row_fields(key // span, key % span - 1, total, person_days)


def _row_fields(stratum: Ints, time: Ints, counts: Ints, exposure: Floats | None) -> RowFields:
    return {
        "stratum": stratum,
        "time": time,
        "entered": counts[:, 0],
        "moved": counts[:, 1],
        "censored": counts[:, 2],
        "events": counts[:, 3:],
        "exposure": exposure,
    }


def _multiplicity(endpoint: Endpoint) -> Ints | None:
    if endpoint.weight is None:
        return None
    whole = np.rint(endpoint.weight).astype(np.int64)
    if np.any(whole != endpoint.weight) or np.any(whole < 0):
        raise NotSupportedError(
            f"{endpoint.name} has fractional weights, which counts cannot carry: pass the endpoint itself to an "
            "estimator that takes weighted rows."
        )
    return whole


def stratum_name(code: int, factors: list[Factor]) -> tuple[str, ...]:
    names: list[str] = []
    for factor in reversed(factors):
        code, level = divmod(code, len(factor.levels))
        names.append(factor.levels[level])
    return tuple(reversed(names))


def source_of(endpoint: Endpoint, label: str, rows: RowFields) -> Source:
    """Fingerprint the counts and, where a cohort is small enough for equal counts by chance, its unit ids."""
    label = label or endpoint.source_label
    ids = "" if len(endpoint) > SMALL_COHORT else "\x1f".join(map(str, endpoint.unit.tolist()))
    counts = [rows[name] for name in ("stratum", "time", "entered", "moved", "censored", "events")]
    identity = fingerprint(label, endpoint.name, ids, *counts)
    return Source(id=identity, kind=endpoint.source_kind, label=label or endpoint.name)
