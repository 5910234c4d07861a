"""Standardised differences of covariates between groups, before and after weighting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.tables import Factor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_SPREAD = "no overlap (both groups are constant, at different values)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDifference:
    """The standardised difference of two groups, first minus second; ``None`` where there is no spread to divide by."""

    first: str
    second: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One covariate, or one level of a grouping variable.

    Parameters
    ----------
    term, level
        The covariate and, of a grouping variable, the level; empty for a number.
    pairs
        One a pair of groups.
    means
        Weighted mean of each group after weighting, a proportion for a level.
    """

    term: str
    level: str = ""
    pairs: tuple[PairDifference, ...]
    means: tuple[float, ...]

    @property
    def before(self) -> float | None:
        """The largest absolute difference of all pairs before weighting; ``None`` where a pair has no overlap."""
        return _largest([p.before for p in self.pairs])

    @property
    def after(self) -> float | None:
        """The largest absolute difference of all pairs after weighting."""
        return _largest([p.after for p in self.pairs])

    @property
    def label(self) -> str:
        """The covariate with its level."""
        return f"{self.term}: {self.level}" if self.level else self.term


def _largest(values: Sequence[float | None]) -> float | None:
    known = [abs(v) for v in values if v is not None]
    return None if len(known) < len(values) else max(known, default=0.0)


def balance(
    group: Factor, weight: ArrayLike, factors: Mapping[str, Factor], numbers: Mapping[str, ArrayLike] | None = None
) -> tuple[Balance, ...]:
    """Compare covariates between groups before and after weighting.

    Parameters
    ----------
    group
        n units; levels that nobody has are left out.
    weight
        Shape (n,).
    factors
        Grouping variables of length n. One with two levels has one row, others have a row a level.
    numbers
        Each of shape (n,).

    Returns
    -------
    tuple
        One ``Balance`` a covariate. Both differences are divided by the same spread, that before weighting: the square
        root of the mean of the two groups' variances.

    Notes
    -----
    Austin PC, Stuart EA. Stat Med 2015;34:3661-3679; the denominator: Stuart EA, Lee BK, Leacy FP. J Clin Epidemiol
    2013;66:S84-S90. For several groups the largest of the pairs: McCaffrey DF, et al. Stat Med 2013;32:3388-3414.

    Examples
    --------
    >>> row = balance(Factor.of(list("aabb")), [1, 1, 1, 3], {}, {"age": [1.0, 3.0, 2.0, 4.0]})[0]
    >>> round(row.pairs[0].before, 4), round(row.pairs[0].after, 4)
    (-0.7071, -1.0607)
    """
    w = np.asarray(weight, dtype=np.float64)
    present = [i for i in range(len(group.levels)) if np.any(group.codes == i)]
    masks = [group.codes == i for i in present]
    names = [group.levels[i] for i in present]
    rows = []
    for term, factor in factors.items():
        used = [i for i in range(len(factor.levels)) if np.any(factor.codes == i)]
        for i in used[1:] if len(used) == 2 else used:
            values = (factor.codes == i).astype(np.float64)
            rows.append(_row(term, factor.levels[i], values, w, masks, names, ddof=0))
    for term, given in (numbers or {}).items():
        rows.append(_row(term, "", np.asarray(given, dtype=np.float64), w, masks, names, ddof=1))
    return tuple(rows)


def _row(
    term: str, level: str, x: Floats, w: Floats, masks: list[NDArray[np.bool_]], names: list[str], *, ddof: int
) -> Balance:
    plain = [float(x[m].mean()) for m in masks]
    means = [float(np.average(x[m], weights=w[m])) for m in masks]
    variance = [float(x[m].var(ddof=ddof)) if m.sum() > ddof else 0.0 for m in masks]
    pairs = []
    for i, j in combinations(range(len(masks)), 2):
        spread = math.sqrt((variance[i] + variance[j]) / 2)
        pairs.append(
            PairDifference(
                first=names[i],
                second=names[j],
                before=_divided(plain[i] - plain[j], spread),
                after=_divided(means[i] - means[j], spread),
            )
        )
    return Balance(term=term, level=level, pairs=tuple(pairs), means=tuple(means))


def _divided(difference: float, spread: float) -> float | None:
    if spread > 0:
        return difference / spread
    return 0.0 if abs(difference) < 1e-12 else None
