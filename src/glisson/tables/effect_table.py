"""EffectTable: one estimate a study with its variance, on the scale on which studies are pooled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError

Floats = NDArray[np.float64]
#: Scale of the estimates: a mean as it is, the log of a positive number, the logit of a proportion, log(-log S).
Scale = Literal["identity", "log", "logit", "cloglog"]
SCALES: tuple[Scale, ...] = ("identity", "log", "logit", "cloglog")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectTable:
    """What k studies found, one row a study or independent arm.

    Parameters
    ----------
    name, label
        Short code and standard term of what was estimated.
    study
        Length k, unique: what the rows are called.
    estimate, variance
        Shape (k,), on ``scale``. Where there are counts, a study without events (or without anything else) has an
        infinite logit or log rate of infinite variance; otherwise all are finite.
    scale
        ``"identity"``, ``"log"``, ``"logit"`` or ``"cloglog"`` (log(-log S) of a survival probability).
    unit
        Unit of the estimate when taken back from the scale: ``"probability"``, ``"ratio"``, ``"month"`` ...
    n, events, person_time
        Shape (k,) each, or nothing: units, events among them, and time at risk.
    overlap
        Length k: studies with the same text probably share patients; empty where they do not.
    source
        Length k: where each row was read.
    note
        What a reader must know of how the estimates were made, e.g. an assumption behind their variances.

    Examples
    --------
    >>> EffectTable.of_events([3, 0], [24, 9], study=["a", "b"], name="response").estimate.round(2).tolist()
    [-1.95, -inf]
    """

    name: str
    label: str
    study: tuple[str, ...]
    estimate: Floats
    variance: Floats
    scale: Scale
    unit: str = ""
    n: Floats | None = None
    events: Floats | None = None
    person_time: Floats | None = None
    overlap: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        k = len(self.study)
        if self.scale not in SCALES:
            raise InputError(f"{self.name}: scale {self.scale!r}", expected=f"one of {', '.join(SCALES)}")
        if len(set(self.study)) < k:
            raise InputError(f"{self.name}: a study stands twice", expected="one row a study or independent arm")
        columns = {"estimate": self.estimate, "variance": self.variance, "n": self.n, "events": self.events,
                   "person_time": self.person_time, "overlap": self.overlap or None,
                   "source": self.source or None}  # fmt: skip
        for column, values in columns.items():
            if values is not None and len(values) != k:
                raise InputError(f"{self.name}: {len(values)} values of {column} for {k} studies")
        wrong = [s for s, bad in zip(self.study, self._impossible(), strict=True) if bad]
        if wrong:
            raise InputError(
                f"{self.name}: {', '.join(wrong)}",
                expected="finite estimates with variances above 0, and no more events than units",
            )

    def _impossible(self) -> NDArray[np.bool_]:
        """Return which studies have numbers that cannot be, shape (k,)."""
        counted = self.events is not None
        at_edge = np.isinf(self.estimate) & np.isposinf(self.variance) & counted
        wrong = ~at_edge & ~(np.isfinite(self.estimate) & np.isfinite(self.variance) & (self.variance > 0))
        if self.events is not None:
            wrong |= ~(self.events >= 0) | (self.events != np.floor(self.events))
            if self.n is not None and self.person_time is None:
                wrong |= ~(self.events <= self.n) | ~(self.n > 0)
            if self.person_time is not None:
                wrong |= ~(self.person_time > 0) | ~np.isfinite(self.person_time)
        return np.asarray(wrong)

    @classmethod
    def of_events(
        cls,
        events: Sequence[float] | Floats,
        n: Sequence[float] | Floats,
        *,
        study: Sequence[str] = (),
        name: str = "",
        label: str = "",
        overlap: Sequence[str] = (),
        source: Sequence[str] = (),
        note: str = "",
    ) -> EffectTable:
        """Take events among units; the estimate is the logit, with variance 1 / x + 1 / (n - x).

        Examples
        --------
        >>> EffectTable.of_events([5], [10]).variance.tolist()
        [0.4]
        """
        x, size = np.asarray(events, np.float64), np.asarray(n, np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            logit, variance = np.log(x) - np.log(size - x), 1 / x + 1 / (size - x)
        return cls(name=name, label=label or name, study=_names(study, len(x)), estimate=logit, variance=variance,
                   scale="logit", unit="probability", n=size, events=x, overlap=tuple(overlap), source=tuple(source),
                   note=note)  # fmt: skip

    @classmethod
    def of_rates(
        cls,
        events: Sequence[float] | Floats,
        person_time: Sequence[float] | Floats,
        *,
        study: Sequence[str] = (),
        name: str = "",
        label: str = "",
        unit: str = "per person-year",
        overlap: Sequence[str] = (),
        source: Sequence[str] = (),
        note: str = "",
    ) -> EffectTable:
        """Take events in time at risk; the estimate is the log rate, with variance 1 / x.

        Examples
        --------
        >>> EffectTable.of_rates([4, 0], [8.0, 2.0]).variance.tolist()
        [0.25, inf]
        """
        x, time = np.asarray(events, np.float64), np.asarray(person_time, np.float64)
        with np.errstate(divide="ignore"):
            rate, variance = np.log(x) - np.log(time), 1 / x
        return cls(name=name, label=label or name, study=_names(study, len(x)), estimate=rate, variance=variance,
                   scale="log", unit=unit, events=x, person_time=time, overlap=tuple(overlap), source=tuple(source),
                   note=note)  # fmt: skip

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.study)

    @property
    def counted(self) -> bool:
        """Whether the counts behind the estimates are known."""
        return self.events is not None and (self.n is not None or self.person_time is not None)

    def sharing(self) -> tuple[tuple[str, ...], ...]:
        """Return the studies that probably share patients, group by group.

        Examples
        --------
        >>> table = EffectTable.of_events([1, 2, 3], [9, 9, 9], study=["a", "b", "c"], overlap=["x", "", "x"])
        >>> table.sharing()
        (('a', 'c'),)
        """
        groups = [g for g in dict.fromkeys(self.overlap) if g]
        shared = [tuple(s for s, o in zip(self.study, self.overlap, strict=True) if o == g) for g in groups]
        return tuple(s for s in shared if len(s) > 1)

    def __add__(self, other: EffectTable) -> EffectTable:
        """Append the studies of another table of the same estimate; a study that stands in both is refused."""
        if not isinstance(other, EffectTable):
            return NotImplemented
        for what in ("name", "scale", "unit"):
            if getattr(self, what) != getattr(other, what):
                raise InputError(f"the two tables differ in {what}", expected="tables of one estimate on one scale")

        def joined(first: Floats | None, second: Floats | None) -> Floats | None:
            return None if first is None or second is None else np.concatenate([first, second])

        def texts(which: str) -> tuple[str, ...]:
            parts = [getattr(t, which) or ("",) * t.k for t in (self, other)]
            return (*parts[0], *parts[1]) if any(getattr(t, which) for t in (self, other)) else ()

        return replace(
            self, study=(*self.study, *other.study), estimate=np.concatenate([self.estimate, other.estimate]),
            variance=np.concatenate([self.variance, other.variance]), n=joined(self.n, other.n),
            events=joined(self.events, other.events), person_time=joined(self.person_time, other.person_time),
            overlap=texts("overlap"), source=texts("source"),
            note="; ".join(dict.fromkeys(x for x in (self.note, other.note) if x)),
        )  # fmt: skip

    def take(self, rows: Iterable[int]) -> EffectTable:
        """Return some of the studies, in the order given.

        Examples
        --------
        >>> EffectTable.of_events([1, 2], [9, 9], study=["a", "b"]).take([1]).study
        ('b',)
        """
        at = list(rows)
        place = np.array(at, dtype=np.int64)

        def part(values: Floats | None) -> Floats | None:
            return None if values is None else values[place]

        def texts(values: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(values[i] for i in at) if values else ()

        return replace(
            self, study=texts(self.study), estimate=self.estimate[place], variance=self.variance[place],
            n=part(self.n), events=part(self.events), person_time=part(self.person_time),
            overlap=texts(self.overlap), source=texts(self.source),
        )  # fmt: skip


def _names(study: Sequence[str], k: int) -> tuple[str, ...]:
    return tuple(study) or tuple(f"study {i + 1}" for i in range(k))
