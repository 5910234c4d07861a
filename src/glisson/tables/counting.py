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
    weight = _multiplicity(endpoint)
    leave = _place(code, endpoint.exit, days)
    left = endpoint.cause + 2
    if size * days * columns <= 8 * len(leave) + 4096:
        place, counts = _count_dense(code, endpoint, leave, left, size * days, days, columns, weight)
    else:
        start = _place(code, endpoint.entry, days)
        place, inverse = np.unique(np.concatenate([leave, start]), return_inverse=True)
        column = np.concatenate([left, np.zeros_like(start)])
        both = None if weight is None else np.tile(weight, 2)
        counts = np.bincount(inverse * columns + column, both, minlength=len(place) * columns)
        counts = counts.astype(np.int64).reshape(-1, columns)
    stratum, time = np.divmod(place, days)
    new = np.diff(stratum, prepend=-1) > 0
    return row_fields(np.cumsum(new) - 1, time - 1, counts, None), stratum[new].tolist()


def _count_dense(
    code: Ints | int,
    endpoint: Endpoint,
    leave: Ints,
    left: Ints,
    places: int,
    days: int,
    columns: int,
    weight: Ints | None,
) -> tuple[Ints, Ints]:
    """Count on a dense grid of (stratum, day, column); returns the places where anything happened and their counts."""
    leave *= columns
    leave += left
    grid = np.bincount(leave, weight, minlength=places * columns).astype(np.int64).reshape(places, columns)
    if int(endpoint.entry.max()) == ORIGIN:  # everybody entered at the origin: no second pass over the rows
        grid[::days, 0] += grid.reshape(-1, days * columns).sum(axis=1)
    else:
        start = _place(code, endpoint.entry, days)
        grid[:, 0] += np.bincount(start, weight, minlength=places).astype(np.int64)
    place = np.flatnonzero(grid.any(axis=1))
    return place, grid[place]


def _combined_codes(factors: list[Factor]) -> tuple[Ints | int, int]:
    """Combine grouping variables into one code; 0 for everybody where there is none."""
    if not factors:
        return 0, 1
    code, size = factors[0].codes, len(factors[0].levels)
    for factor in factors[1:]:
        code, size = code * len(factor.levels) + factor.codes, size * len(factor.levels)
    return code, size


def _place(code: Ints | int, day: Ints, days: int) -> Ints:
    """Position of (stratum, day) in a dense grid, without needless copies."""
    place: Ints = code * np.int64(days) + day
    place += 1
    return place


def distinct(values: Ints) -> Ints:
    """Return the distinct values in increasing order; for short arrays much quicker than ``np.unique``."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), dtype=np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def sum_rows(stratum: Ints, time: Ints, counts: Ints, exposure: Floats | None) -> RowFields:
    """Add up rows with the same stratum and time; returns the row fields of a RiskTable, sorted."""
    span = int(time.max()) + 2 if time.size else 1
    key, inverse = np.unique(stratum * span + time + 1, return_inverse=True)
    total = np.zeros((len(key), counts.shape[1]), dtype=np.int64)
    np.add.at(total, inverse, counts)
    person_days: Floats | None = None
    if exposure is not None:
        person_days = np.bincount(inverse, exposure, minlength=len(key)).astype(np.float64)
    return row_fields(key // span, key % span - 1, total, person_days)


def row_fields(stratum: Ints, time: Ints, counts: Ints, exposure: Floats | None) -> RowFields:
    """Name the columns of rows: counts are entered, moved, censored, then events by cause."""
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


def source_of(endpoint: Endpoint, label: str, rows: RowFields) -> Source:
    """Fingerprint the counts and, where a cohort is small enough for equal counts by chance, its unit ids."""
    label = label or endpoint.source_label
    ids = "" if len(endpoint) > SMALL_COHORT else "\x1f".join(map(str, endpoint.unit.tolist()))
    counts = [rows[name] for name in ("stratum", "time", "entered", "moved", "censored", "events")]
    identity = fingerprint(label, endpoint.name, ids, *counts)
    return Source(id=identity, kind=endpoint.source_kind, label=label or endpoint.name)
