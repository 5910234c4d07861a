"""RiskLevels: who was at risk when, as arrays that estimators read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.tables.estimates import Group

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskLevels:
    """Dense levels derived from a RiskTable, one row a group on a common time axis.

    Parameters
    ----------
    groups
        G groups, each a tuple of (key, level) pairs; ``()`` is everybody.
    causes
        C names of events.
    time
        Shape (T,), days at which anything happened in any group.
    at_risk
        Shape (G, T): units with entry < t <= exit.
    events
        Shape (G, C, T).
    censored, moved, entered
        Shape (G, T); entries on a day count as at risk after it.
    exposure
        Shape (G, T): person-days at risk in (previous time, time].
    n
        Shape (G,): units ever under observation in the group.
    """

    groups: tuple[Group, ...]
    causes: tuple[str, ...]
    time: Ints
    at_risk: Ints
    events: Ints
    censored: Ints
    moved: Ints
    entered: Ints
    exposure: Floats
    n: Ints
