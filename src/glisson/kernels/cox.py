"""Cox's partial likelihood with covariates: Efron and Breslow ties, strata, late entry, weights, offsets.

One engine: rows of patients, and cells of a risk table with their counts, are both rows with a multiplicity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.risk_sets import Bools, Floats, Ints, RiskSets, Staying
from glisson.kernels.tied import Tied

Ties = Literal["efron", "breslow"]

#: Rows that are summed at a time.
_PIECE = 2**14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxData:
    """What a fit needs, prepared once.

    Parameters
    ----------
    x
        Shape (n, p), centred.
    sorted_x, sorted_offset, sorted_load
        The same rows in the order of the risk sets, one contiguous line a covariate, shape (p, m); their offsets and
        their loads with sign, shape (m,).
    died_x, died_offset, died_load
        Those with the event, by cell: shape (p, D) and (D,).
    cell_starts
        Shape (K,). Where the events of each cell begin among them.
    load
        Shape (n,). Multiplicity times case weight.
    weight
        Shape (n,). Case weight.
    offset
        Shape (n,).
    tied
        The events of each cell, counted with multiplicity.
    cell_share
        Shape (K,). The mean case weight of the events of each cell.
    """

    x: Floats
    sorted_x: Floats
    sorted_offset: Floats
    sorted_load: Floats
    died_x: Floats
    died_offset: Floats
    died_load: Floats
    cell_starts: Ints
    sets: RiskSets
    load: Floats
    weight: Floats
    offset: Floats
    tied: Tied
    cell_share: Floats

    @property
    def p(self) -> int:
        """Number of covariates."""
        return int(self.x.shape[1])

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.sets.deaths.sum())

    @property
    def member(self) -> Ints:
        """The cell of each event, shape (N,), events counted with multiplicity."""
        return self.tied.member

    @property
    def fraction(self) -> Floats:
        """The part of its ties that each event finds gone, shape (N,)."""
        return self.tied.fraction

    @property
    def share(self) -> Floats:
        """The mean case weight of the events of its cell, shape (N,)."""
        return self.cell_share[self.tied.member]


class Moments(NamedTuple):
    """Log likelihood, score of shape (p,) and information of shape (p, p) at one coefficient vector."""

    loglik: float
    score: Floats
    information: Floats


def prepare(
    x: Floats,
    exit: NDArray[np.generic],
    event: Bools,
    *,
    entry: NDArray[np.generic] | None = None,
    stratum: Ints | None = None,
    count: Ints | None = None,
    weight: Floats | None = None,
    offset: Floats | None = None,
    ties: Ties = "efron",
    staying: Staying | None = None,
) -> CoxData:
    """Sort rows into risk sets.

    Parameters
    ----------
    x
        Shape (n, p).
    exit, event, entry, stratum, count, weight
        Shape (n,), as for ``RiskSets.of``.
    offset
        Shape (n,), added to the linear predictor.
    ties
        ``"efron"`` or ``"breslow"``.
    staying
        Rows with a competing event that stay at risk.
    """
    n = len(exit)
    sets = RiskSets.of(exit, event, entry=entry, stratum=stratum, count=count, weight=weight, staying=staying)
    weights = np.ones(n) if weight is None else weight
    many = np.ones(n) if count is None else count.astype(np.float64)
    load = many * weights
    centre = (np.abs(load) @ x) / np.abs(load).sum() if n else np.zeros(x.shape[1])
    centred = x - centre
    offsets = np.zeros(n) if offset is None else offset
    sorted_x, sorted_offset = np.ascontiguousarray(centred[sets.order].T), offsets[sets.order]
    place = np.flatnonzero(event[sets.order[:n]])  # those with the event stand in the order of their cells
    each = np.bincount(sets.cell, minlength=sets.cells)
    return CoxData(
        x=centred,
        sorted_x=sorted_x,
        sorted_offset=sorted_offset,
        sorted_load=load[sets.order] * sets.sign,
        died_x=sorted_x[:, place],
        died_offset=sorted_offset[place],
        died_load=load[sets.died],
        cell_starts=np.cumsum(each) - each,
        sets=sets,
        load=load,
        weight=weights,
        offset=offsets,
        tied=Tied.of(sets.deaths, efron=ties == "efron"),
        cell_share=sets.weight / sets.deaths,
    )


def _sums(x: Floats, load: Floats, eta: Floats, starts: Ints) -> Floats:
    """Add up risk times products of covariates over each group of neighbouring rows.

    Parameters
    ----------
    x, load, eta
        Shape (p, m) and (m,).
    starts
        Shape (g,). Where the groups begin.

    Returns
    -------
    ndarray
        Shape (columns, g): 1, then for each covariate itself and its products with itself and those after it.
    """
    p = len(x)
    out = np.empty((1 + p + p * (p + 1) // 2, len(starts)))
    for rows, groups in _pieces(starts, len(eta)):
        begins, at = starts[groups] - rows.start, 1
        risk = load[rows] * np.exp(eta[rows])
        out[0, groups] = np.add.reduceat(risk, begins)
        for j in range(p):
            once = risk * x[j, rows]
            out[at, groups] = np.add.reduceat(once, begins)
            for k in range(j, p):
                out[at + 1 + k - j, groups] = np.add.reduceat(once * x[k, rows], begins)
            at += 1 + p - j
    return out


def _pieces(starts: Ints, rows: int) -> Iterator[tuple[slice, slice]]:
    """Yield whole groups that together are about as many rows as stay in the cache of a processor."""
    begin = 0
    while begin < len(starts):
        first = int(starts[begin])
        end = max(int(np.searchsorted(starts, first + _PIECE)), begin + 1)
        yield slice(first, int(starts[end]) if end < len(starts) else rows), slice(begin, end)
        begin = end


def linear_predictor(data: CoxData, beta: Floats) -> Floats:
    """Return offset plus covariates times coefficients, shape (n,)."""
    eta: Floats = data.x @ beta + data.offset
    return eta


def moments(data: CoxData, beta: Floats) -> Moments:
    """Return log partial likelihood, score and information.

    Parameters
    ----------
    data
        From ``prepare``.
    beta
        Shape (p,).

    Notes
    -----
    Cox DR. J R Stat Soc B 1972;34:187-220. Ties: Breslow N. Biometrics 1974;30:89-99; Efron B. J Am Stat Assoc
    1977;72:557-565.
    """
    sets, p = data.sets, data.p
    eta = _eta(data.sorted_x, beta, data.sorted_offset)
    shift = float(eta.max()) if len(eta) else 0.0
    own_eta = _eta(data.died_x, beta, data.died_offset) - shift
    at_risk = sets.add_groups(_sums(data.sorted_x, data.sorted_load, eta - shift, sets.starts))
    died = _sums(data.died_x, data.died_load, own_eta, data.cell_starts)
    sums = data.tied.sums(at_risk[0], died[0])
    if sums is None:  # coefficients so large that risk sets vanish
        return Moments(-np.inf, np.full(p, np.nan), np.full((p, p), np.nan))
    log, r, e, rr, re, ee = (data.cell_share * column for column in sums)
    loglik = float(data.died_load @ own_eta - log.sum())
    place = np.cumsum([1, *(p - j + 1 for j in range(p))])[:p] if p else np.zeros(0, dtype=np.int64)
    s1, e1 = at_risk[place], died[place]
    score = data.died_x @ data.died_load - (s1 @ r - e1 @ e)
    mixed = (s1 * re) @ e1.T
    information = -((s1 * rr) @ s1.T - mixed - mixed.T + (e1 * ee) @ e1.T)
    for j in range(p):
        rows = slice(place[j] + 1, place[j] + 1 + p - j)
        row = at_risk[rows] @ r - died[rows] @ e
        information[j, j:] += row
        information[j + 1 :, j] += row[1:]
    return Moments(loglik, np.asarray(score), information)


def _eta(x: Floats, beta: Floats, offset: Floats) -> Floats:
    eta: Floats = beta @ x + offset
    return eta
