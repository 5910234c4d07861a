"""Endpoint: when each unit entered, left and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError
from glisson.tables.source import SourceKind

#: Entry of a unit that was under observation from its time origin. It lies before day 0 so that an event
#: on day 0 still finds its unit at risk (at risk at t means entry < t <= exit).
ORIGIN = -1
#: Causes of leaving that are not events.
MOVED, CENSORED = -1, 0

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """A grouping variable: integer codes into named levels.

    Parameters
    ----------
    codes
        Shape (n,), each in ``range(len(levels))``; a missing value is a level of its own, never a dropped row.
    levels
        Names in the order in which they are shown.
    """

    codes: Ints
    levels: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str] | NDArray[Any], levels: Sequence[str] | None = None) -> Factor:
        """Build from values; without ``levels`` the order is alphabetical.

        Examples
        --------
        >>> Factor.of(["tace", "y90", "tace"]).codes.tolist()
        [0, 1, 0]
        """
        array = np.asarray(values)
        if levels is None:
            names, codes = np.unique(array, return_inverse=True)
            return cls(codes.astype(np.int64).reshape(-1), tuple(str(name) for name in names))
        order = {name: i for i, name in enumerate(levels)}
        unknown = sorted({str(v) for v in array} - set(order))
        if unknown:
            raise InputError(
                f"level {', '.join(unknown)} of a grouping variable is not declared",
                expected=f"one of {', '.join(levels)}",
            )
        return cls(np.array([order[str(v)] for v in array], dtype=np.int64), tuple(levels))

    def values(self) -> list[str]:
        """Return the level name of each unit."""
        return [self.levels[code] for code in self.codes]

    def take(self, index: NDArray[Any]) -> Factor:
        """Return the factor of the selected units with the same levels."""
        return Factor(self.codes[index], self.levels)

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.codes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint:
    """When each unit entered observation, left it, and why, in whole days from the time origin.

    Parameters
    ----------
    name, label
        Short code (``"os"``) and the standard term (``"Overall survival"``).
    unit, cluster
        Shape (n,). Identifier of the unit at risk (patient, lesion) and of what makes units correlated (the patient).
    entry, exit
        Shape (n,), days. At risk at t means ``entry < t <= exit``; ``ORIGIN`` (-1) is entry at the origin.
    cause
        Shape (n,). 0 censored, 1.. the position in ``causes``, -1 moved to another row of the same unit (episode).
    causes
        Names of the events; the first is the event of interest, the others compete with it.
    weight
        Shape (n,) case weights; whole numbers are multiplicities.
    keys
        Grouping variables, known at the origin.
    provenance
        For each unit the record that decided its exit, in words.
    rules
        What was declared: origin, rule set, event and censor sources; printed by ``print(endpoint)``.
    flags
        Short notes on units, e.g. "event on day 0", as (unit, note).
    """

    name: str
    label: str
    unit: NDArray[Any]
    cluster: NDArray[Any]
    entry: Ints
    exit: Ints
    cause: Ints
    causes: tuple[str, ...] = ("event",)
    weight: NDArray[np.float64] | None = None
    keys: Mapping[str, Factor] = field(default_factory=lambda: MappingProxyType({}))
    provenance: tuple[str, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    source_kind: SourceKind = "observed"
    source_label: str = ""

    def __post_init__(self) -> None:
        """Refuse what no estimator could use."""
        n = len(self.exit)
        _check_lengths(self, n)
        late = np.flatnonzero(self.entry >= self.exit)
        if late.size:
            raise InputError(
                f"{self.name}: {late.size} of {n} units leave on or before the day they enter",
                expected="entry before exit, in days",
                todo="correct the dates, or leave entry out where observation began at the origin",
            )
        if n and (self.entry.min() < ORIGIN or self.cause.min() < MOVED or self.cause.max() > len(self.causes)):
            raise InputError(
                f"{self.name}: a negative time, or a cause without a name",
                expected=f"days from 0 and causes 0..{len(self.causes)}",
            )

    @classmethod
    def from_arrays(
        cls,
        exit: ArrayLike,
        event: ArrayLike,
        *,
        entry: ArrayLike | None = None,
        unit: Sequence[Any] | NDArray[Any] | None = None,
        cluster: Sequence[Any] | NDArray[Any] | None = None,
        causes: Sequence[str] = ("event",),
        keys: Mapping[str, Sequence[str] | NDArray[Any] | Factor] | None = None,
        weight: ArrayLike | None = None,
        name: str = "endpoint",
        label: str = "",
        source_label: str = "",
    ) -> Endpoint:
        """Build an endpoint from plain arrays.

        Parameters
        ----------
        exit, event
            Shape (n,): whole days, and 0 censored / 1.. cause of the event (booleans are accepted).
        entry
            Shape (n,): whole days of delayed entry; by default every unit is observed from the origin.
        unit, cluster
            Identifiers; by default the row number and the unit.
        keys
            Grouping variables by name.

        Raises
        ------
        InputError
            If times are not whole non-negative days, or lengths differ.

        Examples
        --------
        >>> Endpoint.from_arrays([5, 8, 8], [1, 0, 1], name="os").n_events
        2
        """
        days = _whole_days(exit, "exit")
        if days.size and days.min() < 0:
            raise InputError(f"{name}: a negative time", expected="days from 0", todo="correct the dates")
        n = len(days)
        ids = np.arange(n) if unit is None else np.asarray(unit)
        return cls(
            name=name,
            label=label or name,
            unit=ids,
            cluster=ids if cluster is None else np.asarray(cluster),
            entry=np.full(n, ORIGIN, dtype=np.int64) if entry is None else _whole_days(entry, "entry"),
            exit=days,
            cause=_whole_days(event, "event"),
            causes=tuple(causes),
            weight=None if weight is None else np.asarray(weight, dtype=np.float64),
            keys=MappingProxyType({k: v if isinstance(v, Factor) else Factor.of(v) for k, v in (keys or {}).items()}),
            source_label=source_label,
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        exit: str,
        event: str,
        entry: str | None = None,
        unit: str | None = None,
        cluster: str | None = None,
        causes: Sequence[str] = ("event",),
        keys: Sequence[str] = (),
        name: str = "endpoint",
        label: str = "",
    ) -> Endpoint:
        """Build an endpoint from columns of a data frame (polars, pandas, pyarrow: anything narwhals reads).

        Parameters
        ----------
        frame
            A data frame with one row a unit, or an episode of a unit.
        exit, event, entry, unit, cluster
            Names of columns, as in ``from_arrays``.
        keys
            Columns that become grouping variables; missing values become the level ``"unknown"``.

        Raises
        ------
        InputError
            If a column does not exist, or times are not whole non-negative days.

        Examples
        --------
        >>> import polars as pl
        >>> frame = pl.DataFrame({"days": [5, 8], "dead": [True, False], "arm": ["a", None]})
        >>> Endpoint.from_frame(frame, exit="days", event="dead", keys=["arm"]).keys["arm"].levels
        ('a', 'unknown')
        """
        import narwhals as nw  # noqa: PLC0415 - only for callers with frames

        data = nw.from_native(frame, eager_only=True)
        wanted = [c for c in (exit, event, entry, unit, cluster, *keys) if c is not None]
        missing = [c for c in wanted if c not in data.columns]
        if missing:
            raise InputError(f"no column {', '.join(missing)}", expected=f"columns {', '.join(data.columns)}")
        column = {c: data[c].to_numpy() for c in wanted}
        texts = {k: ["unknown" if _is_missing(v) else str(v) for v in data[k].to_list()] for k in keys}
        return cls.from_arrays(
            column[exit],
            column[event],
            entry=None if entry is None else column[entry],
            unit=None if unit is None else column[unit],
            cluster=None if cluster is None else column[cluster],
            causes=causes,
            keys=texts,
            name=name,
            label=label,
        )

    def __len__(self) -> int:
        """Return the number of rows (units, or episodes of units)."""
        return len(self.exit)

    @property
    def units(self) -> int:
        """Number of units; one of several episodes counts once."""
        return _distinct(self.unit)

    @property
    def clusters(self) -> int:
        """Number of clusters: patients, where units are lesions."""
        return self.units if self.cluster is self.unit else _distinct(self.cluster)

    @property
    def n_events(self) -> int:
        """Number of events of the first cause."""
        return int(np.count_nonzero(self.cause == 1))

    def take(self, index: NDArray[Any]) -> Endpoint:
        """Return the endpoint of the selected rows (boolean mask or positions)."""
        rows = np.flatnonzero(index) if index.dtype == np.bool_ else index
        return Endpoint(
            name=self.name,
            label=self.label,
            unit=self.unit[rows],
            cluster=self.cluster[rows],
            entry=self.entry[rows],
            exit=self.exit[rows],
            cause=self.cause[rows],
            causes=self.causes,
            weight=None if self.weight is None else self.weight[rows],
            keys=MappingProxyType({k: f.take(rows) for k, f in self.keys.items()}),
            provenance=tuple(self.provenance[i] for i in rows) if self.provenance else (),
            rules=self.rules,
            flags=tuple(f for f in self.flags if f[0] in set(self.unit[rows].tolist())),
            source_kind=self.source_kind,
            source_label=self.source_label,
        )

    def where(self, **levels: str) -> Endpoint:
        """Return the units with the given levels, e.g. ``os.where(extrahepatic="none")``."""
        mask = np.ones(len(self), dtype=np.bool_)
        for key, level in levels.items():
            factor = self.factor(key)
            if level not in factor.levels:
                raise InputError(f"{key} has no level {level}", expected=f"one of {', '.join(factor.levels)}")
            mask &= factor.codes == factor.levels.index(level)
        return self.take(mask)

    def factor(self, key: str) -> Factor:
        """Return one grouping variable, or say which exist."""
        if key not in self.keys:
            known = ", ".join(self.keys) or "none"
            raise InputError(f"{self.name} has no grouping variable {key}", expected=f"one of: {known}")
        return self.keys[key]

    def __str__(self) -> str:
        """Explain the endpoint: what starts, ends and censors it, and which records decided."""
        head = f"{self.label} ({self.name}): {len(self)} rows, {self.n_events} with {self.causes[0]}"
        others = [f"{np.count_nonzero(self.cause == i)} {name}" for i, name in enumerate(self.causes[1:], start=2)]
        lines = [head + (", " + ", ".join(others) if others else "")]
        width = max((len(name) for name, _ in self.rules), default=0)
        lines += [f"  {name:<{width}}  {text}" for name, text in self.rules]
        lines += [f"  {text}: {count}" for text, count in _tally(self.provenance)]
        lines += [f"  note: {unit}: {note}" for unit, note in self.flags]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Return one line without any patient's value."""
        return f"<Endpoint {self.name}: {len(self)} rows, {self.n_events} events>"


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _tally(texts: Sequence[str]) -> list[tuple[str, int]]:
    """Count the kinds of deciding records; what follows ' @ ' names one record and is left out."""
    counts: dict[str, int] = {}
    for text in texts:
        kind = text.split(" @ ")[0]
        counts[kind] = counts.get(kind, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])


def _check_lengths(e: Endpoint, n: int) -> None:
    lengths = {
        "unit": len(e.unit),
        "cluster": len(e.cluster),
        "entry": len(e.entry),
        "cause": len(e.cause),
        **({"weight": len(e.weight)} if e.weight is not None else {}),
        **({"provenance": len(e.provenance)} if e.provenance else {}),
        **{f"key {k}": len(f) for k, f in e.keys.items()},
    }
    wrong = [f"{name} {length}" for name, length in lengths.items() if length != n]
    if wrong:
        raise InputError(f"{e.name}: columns of different length ({', '.join(wrong)})", expected=f"{n} rows each")


def _distinct(ids: NDArray[Any]) -> int:
    """Count distinct identifiers; increasing numbers need no sorting."""
    if ids.dtype.kind in "iu" and bool(np.all(ids[1:] > ids[:-1])):
        return len(ids)
    return len(np.unique(ids))


def _whole_days(values: ArrayLike, name: str) -> Ints:
    array = np.asarray(values)
    if array.dtype.kind in "iub":
        return array.astype(np.int64, copy=False)
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} holds something that is not a number", expected="whole days") from None
    if not np.all(np.isfinite(numbers)) or np.any(numbers != np.rint(numbers)):
        raise InputError(
            f"{name} holds missing or fractional values",
            expected="whole days",
            todo="convert with round(months * 30.4375) or round(weeks * 7) before",
        )
    return numbers.astype(np.int64)
