"""Lineage: where the numbers of a table came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError

SourceKind = Literal["observed", "reconstructed", "simulated", "shared"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Source:
    """One origin of counts.

    Parameters
    ----------
    id
        Fingerprint of the contents: the same records always have the same id, so that they cannot be added twice.
    kind
        ``observed`` patients, ``reconstructed`` from a published curve, ``simulated``, or ``shared`` by another centre.
    label
        Name shown to people.
    """

    id: str
    kind: SourceKind = "observed"
    label: str = ""


def fingerprint(*arrays: NDArray[Any] | str) -> str:
    """Return a short SHA-256 digest of arrays and texts; it reveals nothing about the values."""
    digest = hashlib.sha256()
    for array in arrays:
        data = array.encode() if isinstance(array, str) else np.ascontiguousarray(array).tobytes()
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()[:16]


def merge_sources(first: Iterable[Source], second: Iterable[Source]) -> tuple[Source, ...]:
    """Join two lineages; the same source on both sides would count patients twice.

    Raises
    ------
    InputError
        If a source stands on both sides.
    """
    first, second = tuple(first), tuple(second)
    twice = sorted({s.id for s in first} & {s.id for s in second})
    if twice:
        labels = ", ".join(s.label or s.id for s in first if s.id in twice)
        raise InputError(
            f"the records of {labels} are on both sides of the sum",
            expected="tables of different patients",
            todo="add each centre or cohort once",
        )
    return tuple(sorted(first + second))
