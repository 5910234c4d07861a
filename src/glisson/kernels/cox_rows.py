"""Rows of a Cox model in groups that are added up together, and what is added up over them.

A group leaves on one day, with the event or without. Where there are many rows a day, those of a group are alike too in
every covariate of two values: exp(beta x) of such covariates is taken once a group, and rows are gone through only for
the others. A million patients with factors alone are some thousand groups and their counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import comb
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.cox_near import Near, powers, terms_for
from glisson.kernels.risk_sets import Floats, Ints, RiskSets

#: Rows that are summed at a time.
_PIECE = 2**14
#: Rows from which on grouping by covariates is thought of, and rows a group, on average, from which on it is cheaper;
#: the first rows that show a number to be one; and the most covariates of two values.
_MANY, _WORTH, _LOOK, _MOST = 2**14, 4, 256, 12
#: Products that cost as much as one exp.
_EXP = 6


class Sums(NamedTuple):
    """Risk times products of covariates, added up at one coefficient vector.

    Columns are 1, then for each covariate itself and its products with itself and those after it. Everything is divided
    by exp(shift).

    Parameters
    ----------
    at_risk, died
        Shape (columns, K). Over everybody at risk in each cell, and over those with the event.
    shift
        The highest linear predictor.
    """

    at_risk: Floats
    died: Floats
    shift: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SortedRows:
    """Rows in the order of the risk sets.

    Parameters
    ----------
    sets
        Risk sets; their groups are those here.
    varying
        Which covariates differ within groups.
    x
        Shape (v, m). Those, one contiguous line each.
    offset
        Shape (m,). None: 0.
    load
        Shape (m,), with sign.
    starts
        Shape (f,). Where the groups begin.
    fixed
        Shape (p, f). The other covariates of each group; 0 for those that vary.
    near
        Points near which sums are known without going through the rows.
    """

    sets: RiskSets
    varying: Ints
    x: Floats
    offset: Floats | None
    load: Floats
    starts: Ints
    fixed: Floats
    near: tuple[Near, ...] = ()

    @classmethod
    def of(
        cls, x: Floats, centre: Floats, sets: RiskSets, varying: Ints, offset: Floats | None, load: Floats | None
    ) -> SortedRows:
        """Sort rows.

        Parameters
        ----------
        x, centre
            Shape (n, p), and what is taken from each covariate, shape (p,).
        sets
            Risk sets, sorted by the kinds of ``kinds``.
        varying
            Covariates that differ within kinds.
        offset, load
            Shape (n,). None: 0, and 1.
        """
        order, starts = sets.order, sets.begins
        loads = sets.sign if load is None else load[order] * sets.sign
        fixed = x[order[starts]].T - centre[:, None]
        fixed[varying] = 0.0
        lines = np.empty((len(varying), len(order)))
        for place, j in enumerate(varying):
            x[:, j].take(order, out=lines[place])
            lines[place] -= centre[j]
        if not len(varying) and offset is None and len(starts):  # groups are all alike: they are counted
            loads, starts, lines = np.add.reduceat(loads, starts), np.arange(len(starts)), lines[:, : len(starts)]
        offsets = None if offset is None else offset[order]
        return cls(sets=sets, varying=varying, x=lines, offset=offsets, load=loads, starts=starts, fixed=fixed)

    def sums(self, beta: Floats) -> Sums:
        """Add up over risk sets and over events.

        Parameters
        ----------
        beta
            Shape (p,).
        """
        alike, theirs = beta @ self.fixed, beta[self.varying]
        most_alike = float(alike.max()) if len(alike) else 0.0
        known = self._known(theirs)
        groups, most = self._summed(theirs, 2) if known is None else (known.groups(theirs), known.shift)
        if len(self.varying) < len(beta):
            groups = self._expanded(groups * np.exp(alike - most_alike))
        sets = self.sets
        return Sums(
            at_risk=sets.add_groups(np.add.reduceat(groups, sets.whole, axis=1)),
            died=np.add.reduceat(groups[:, sets.dying], sets.dying_starts, axis=1),
            shift=most + most_alike,
        )

    def observed(self) -> Floats:
        """Return the covariates added up over the events, shape (p,)."""
        dying, starts = self.sets.dying, self.starts
        if not len(dying):
            return np.zeros(len(self.fixed))
        total: Floats = self.fixed[:, dying] @ np.add.reduceat(self.load, starts)[dying]
        for j, line in zip(self.varying, self.x, strict=True):
            total[j] = np.add.reduceat(self.load * line, starts)[dying].sum()
        return total

    def with_near(self, at: Floats, reach: float, asked: int) -> SortedRows:
        """Prepare for sums near a point, where that costs less than going through the rows each time.

        Parameters
        ----------
        at
            Shape (p,).
        reach
            How far coefficients times covariates may be from those at the point; 0 for the point alone.
        asked
            How often sums will be asked for.
        """
        m, f, v = len(self.load), len(self.starts), len(self.varying)
        products = comb(v + terms_for(reach) + 2, v)
        each_time, once = m * (columns(v) + _EXP), m * (products + _EXP) + asked * f * products * columns(v)
        if m < _MANY or not v or once > asked * each_time:
            return self
        near = Near.of(self._summed, self._sizes(), at[self.varying], reach)
        return self if near is None else replace(self, near=(*self.near, near))

    def covers(self, beta: Floats) -> bool:
        """Whether the sums at a point, shape (p,), are known without going through the rows."""
        return self._known(beta[self.varying]) is not None

    def _known(self, theirs: Floats) -> Near | None:
        return next((one for one in self.near if one.covers(theirs)), None)

    def reach(self, move: Floats) -> float:
        """Return how much a change of the coefficients, shape (p,), at most changes what varies within a group."""
        return float(np.abs(move[self.varying]) @ self._sizes())

    def _sizes(self) -> Floats:
        return np.array([max(line.max(), -line.min()) if len(line) else 0.0 for line in self.x])

    def _summed(self, theirs: Floats, degree: int) -> tuple[Floats, float]:
        """Add up risk times products, up to a degree, of the covariates that vary over each group; and the shift."""
        eta, shift = theirs @ self.x, 0.0
        if self.offset is not None:
            eta += self.offset
        even = self.offset is None and not theirs.any()  # every risk is 1
        if len(eta) and not even:
            shift = float(eta.max())
        wanted = powers(len(self.x), degree)
        out = np.empty((len(wanted), len(self.starts)))
        for rows, groups in self._pieces():
            begins = self.starts[groups] - rows.start
            values = [self.load[rows] if even else self.load[rows] * np.exp(eta[rows] - shift)]
            out[0, groups] = np.add.reduceat(values[0], begins)
            for at, one in enumerate(wanted[1:], start=1):
                values[len(one) :] = [values[len(one) - 1] * self.x[one[-1], rows]]
                out[at, groups] = np.add.reduceat(values[-1], begins)
        return out, shift

    def _pieces(self) -> Iterator[tuple[slice, slice]]:
        """Yield whole groups that together are about as many rows as stay in the cache of a processor."""
        starts, begin = self.starts, 0
        while begin < len(starts):
            first = int(starts[begin])
            end = max(int(np.searchsorted(starts, first + _PIECE)), begin + 1)
            yield slice(first, int(starts[end]) if end < len(starts) else len(self.load)), slice(begin, end)
            begin = end

    def _expanded(self, groups: Floats) -> Floats:
        """Put in the covariates that are alike in a group."""
        p, place = len(self.fixed), singles(len(self.varying))
        of = {int(j): i for i, j in enumerate(self.varying)}
        out = np.empty((columns(p), groups.shape[1]))
        out[0] = groups[0]
        for j, at in enumerate(singles(p).tolist()):
            out[at] = groups[place[of[j]]] if j in of else groups[0] * self.fixed[j]
        for j, at in enumerate(singles(p).tolist()):
            for k in range(j, p):
                both = out[at + 1 + k - j]
                if j in of and k in of:
                    both[:] = groups[place[of[j]] + 1 + of[k] - of[j]]
                elif j in of:
                    np.multiply(out[at], self.fixed[k], out=both)
                else:
                    np.multiply(out[singles(p)[k]], self.fixed[j], out=both)
        return out


def columns(p: int) -> int:
    """Return how many sums there are of p covariates: 1, each, and each product."""
    return 1 + p + p * (p + 1) // 2


def singles(p: int) -> Ints:
    """Return which of the columns are single covariates, shape (p,)."""
    return np.array([1 + j + j * p - j * (j - 1) // 2 for j in range(p)], dtype=np.int64)


def kinds(x: Floats, exit: NDArray[np.generic], strata: int) -> tuple[NDArray[Any] | None, Ints]:
    """Return the kind of each row, where that is worth while, and the covariates that differ within kinds.

    Parameters
    ----------
    x
        Shape (n, p).
    exit
        Shape (n,).
    strata
        How many there are.

    Returns
    -------
    kind
        Shape (n,), codes from 0; None where rows are few for their days.
    varying
        Covariates of more than two values, or all where there are no kinds.
    """
    n, p = x.shape
    everything = np.arange(p)
    if n < _MANY or exit.dtype.kind not in "iu":
        return None, everything
    days = 2 * strata * (int(exit.max()) - int(exit.min()) + 1)
    kind, two = np.zeros(n, dtype=np.uint16), list[int]()
    for j in range(p):
        column = x[:, j]
        if len(two) == _MOST or len(np.unique(column[:_LOOK])) > 2:
            continue
        high = column == column.max()
        if np.count_nonzero(high) + np.count_nonzero(column == column.min()) >= n:
            kind |= high.astype(kind.dtype) << len(two)
            two.append(j)
    there = np.bincount(kind, minlength=1) > 0
    if not two or days * int(there.sum()) * _WORTH > n:
        return None, everything
    return (np.cumsum(there) - 1).astype(kind.dtype)[kind], np.setdiff1d(everything, two)
