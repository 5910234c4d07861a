"""CountTable: response and toxicity tallies that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError
from glisson.tables.endpoint import Factor
from glisson.tables.estimates import Group
from glisson.tables.source import Source, fingerprint, merge_sources


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountTable:
    """How many units of each stratum fell in each category.

    Parameters
    ----------
    name, label
        Short code and standard term of what was counted.
    unit
        What one count is: ``"patient"``, ``"session"``, ``"lesion"``.
    keys, strata
        Names of grouping variables and their observed level tuples, S of them.
    categories
        C exclusive, exhaustive categories.
    counts
        Shape (S, C).
    """

    name: str
    label: str
    unit: str
    keys: tuple[str, ...]
    strata: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...]
    counts: NDArray[np.int64]
    sources: tuple[Source, ...] = ()

    @classmethod
    def of(
        cls,
        category: Sequence[str],
        categories: Sequence[str],
        *,
        keys: dict[str, Factor] | None = None,
        unit: str = "patient",
        ids: Sequence[str] = (),
        name: str = "",
        label: str = "",
    ) -> CountTable:
        """Count one category a unit.

        Parameters
        ----------
        category
            Length n, each one of ``categories``.
        keys
            Grouping variables of length n; all their levels are kept, also those nobody has.

        Examples
        --------
        >>> CountTable.of(["yes", "no", "no"], ["no", "yes"], name="ae").counts.tolist()
        [[2, 1]]
        """
        keys = keys or {}
        column = Factor.of(category, categories).codes if len(category) else np.zeros(0, dtype=np.int64)
        strata: list[tuple[str, ...]] = [()]
        row = np.zeros(len(category), dtype=np.int64)
        for factor in keys.values():
            strata = [(*s, level) for s in strata for level in factor.levels]
            row = row * len(factor.levels) + factor.codes
        counts = np.zeros((len(strata), len(categories)), dtype=np.int64)
        np.add.at(counts, (row, column), 1)
        source = Source(id=fingerprint(name, "\x1f".join(map(str, ids)), row, column), label=name)
        return cls(
            name=name,
            label=label or name,
            unit=unit,
            keys=tuple(keys),
            strata=tuple(strata),
            categories=tuple(categories),
            counts=counts,
            sources=(source,),
        )

    @property
    def n(self) -> int:
        """Number of units counted."""
        return int(self.counts.sum())

    def by(self, *keys: str) -> CountTable:
        """Forget all grouping variables but these."""
        missing = [k for k in keys if k not in self.keys]
        if missing:
            raise InputError(f"the table has no key {', '.join(missing)}", expected=", ".join(self.keys) or "no key")
        place = [self.keys.index(k) for k in keys]
        coarse = [tuple(s[p] for p in place) for s in self.strata]
        strata = tuple(dict.fromkeys(coarse))
        counts = np.zeros((len(strata), len(self.categories)), dtype=np.int64)
        np.add.at(counts, [strata.index(s) for s in coarse], self.counts)
        return replace(self, keys=keys, strata=strata, counts=counts)

    def without(self, key: str, level: str) -> CountTable:
        """Return the counts of everybody whose grouping variable has another level."""
        place = self.keys.index(key)
        kept = [i for i, stratum in enumerate(self.strata) if stratum[place] != level]
        return replace(self, strata=tuple(self.strata[i] for i in kept), counts=self.counts[kept])

    def groups(self) -> tuple[Group, ...]:
        """Return the (key, level) pairs of each stratum."""
        return tuple(tuple(zip(self.keys, s, strict=True)) for s in self.strata)

    def count(self, *categories: str) -> NDArray[np.int64]:
        """Return how many units of each stratum are in any of the categories, shape (S,)."""
        unknown = [c for c in categories if c not in self.categories]
        if unknown:
            raise InputError(f"no category {', '.join(unknown)}", expected=f"one of {', '.join(self.categories)}")
        total: NDArray[np.int64] = self.counts[:, [self.categories.index(c) for c in categories]].sum(axis=1)
        return total

    def __add__(self, other: CountTable) -> CountTable:
        """Merge the counts of different units."""
        if not isinstance(other, CountTable):
            return NotImplemented
        for what in ("unit", "keys", "categories"):
            if getattr(self, what) != getattr(other, what):
                raise InputError(f"the two tables differ in {what}", todo="bring both to the same with by()")
        strata = tuple(sorted(set(self.strata) | set(other.strata)))
        if set(other.strata) <= set(self.strata):
            strata = self.strata
        counts = np.zeros((len(strata), len(self.categories)), dtype=np.int64)
        for table in (self, other):
            np.add.at(counts, [strata.index(s) for s in table.strata], table.counts)
        return replace(self, strata=strata, counts=counts, sources=merge_sources(self.sources, other.sources))

    def __eq__(self, other: object) -> bool:
        """Compare counts; lineage and names are not compared."""
        if not isinstance(other, CountTable):
            return NotImplemented
        return (self.unit, self.keys, self.categories) == (other.unit, other.keys, other.categories) and dict(
            zip(self.strata, self.counts.tolist(), strict=True)
        ) == dict(zip(other.strata, other.counts.tolist(), strict=True))

    __hash__ = None  # type: ignore[assignment]
