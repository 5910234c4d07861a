"""Cox's partial likelihood with covariates: Efron and Breslow ties, strata, late entry, weights, offsets.

One engine: rows of patients, and cells of a risk table with their counts, are both rows with a multiplicity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.cox_rows import SortedRows, kinds, singles
from glisson.kernels.risk_sets import Bools, Floats, Ints, RiskSets, Staying
from glisson.kernels.tied import Tied

Ties = Literal["efron", "breslow"]

#: Rows that are gone through at a time.
_PIECE = 2**14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxData:
    """What a fit needs, prepared once.

    Parameters
    ----------
    raw, centre
        Shape (n, p), as given, and (p,): the mean of each covariate, which is taken from it.
    rows
        The same rows in the order of the risk sets.
    load
        Shape (n,). Multiplicity times case weight.
    weight
        Shape (n,). Case weight.
    offset
        Shape (n,).
    spread
        Shape (p,). The highest less the lowest value of each covariate.
    observed, observed_offset
        Covariates, shape (p,), and offsets added up over the events.
    tied
        The events of each cell, counted with multiplicity.
    cell_share
        Shape (K,). The mean case weight of the events of each cell.
    """

    raw: Floats
    centre: Floats
    rows: SortedRows
    sets: RiskSets
    load: Floats
    weight: Floats
    offset: Floats
    spread: Floats
    observed: Floats
    observed_offset: float
    tied: Tied
    cell_share: Floats

    @property
    def x(self) -> Floats:
        """The covariates, centred, shape (n, p)."""
        centred: Floats = self.raw - self.centre
        return centred

    @property
    def p(self) -> int:
        """Number of covariates."""
        return len(self.centre)

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

    def with_near(self, at: Floats, reach: float, asked: int) -> CoxData:
        """Prepare for so many evaluations near a point, shape (p,), as for ``SortedRows.with_near``."""
        return replace(self, rows=self.rows.with_near(at, reach, asked))


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
    strata = 1 if stratum is None or not n else int(stratum.max()) + 1
    kind, varying = kinds(x, exit, strata)
    sets = RiskSets.of(
        exit, event, entry=entry, stratum=stratum, count=count, weight=weight, staying=staying, kind=kind
    )  # fmt: skip
    weights = np.ones(n) if weight is None else weight
    load = weights if count is None else count * weights
    plain = count is None and weight is None
    size = load if plain else np.abs(load)
    centre = (size @ x) / size.sum() if n else np.zeros(x.shape[1])
    rows = SortedRows.of(x, centre, sets, varying, offset, None if plain else load)
    return CoxData(
        raw=x,
        centre=centre,
        rows=rows,
        sets=sets,
        load=load,
        weight=weights,
        offset=np.zeros(n) if offset is None else offset,
        spread=np.ptp(x, axis=0) if n else np.zeros(x.shape[1]),
        observed=rows.observed(),
        observed_offset=0.0 if offset is None else float(load[sets.died] @ offset[sets.died]),
        tied=Tied.of(sets.deaths, efron=ties == "efron"),
        cell_share=sets.weight / sets.deaths,
    )


def linear_predictor(data: CoxData, beta: Floats) -> Floats:
    """Return offset plus covariates times coefficients, shape (n,): alike rows get the same to the last bit."""
    eta = data.offset.copy()
    for begin in range(0, len(eta), _PIECE):
        rows = slice(begin, begin + _PIECE)
        for line, centre, coefficient in zip(data.raw.T, data.centre, beta, strict=True):
            eta[rows] += (line[rows] - centre) * coefficient
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
    p = data.p
    at_risk, died, shift = data.rows.sums(beta)
    sums = data.tied.sums(at_risk[0], died[0])
    if sums is None:  # coefficients so large that risk sets vanish
        return Moments(-np.inf, np.full(p, np.nan), np.full((p, p), np.nan))
    log, r, e, rr, re, ee = (data.cell_share * column for column in sums)
    loglik = float(beta @ data.observed + data.observed_offset - shift * data.sets.weight.sum() - log.sum())
    place = singles(p)
    s1, e1 = at_risk[place], died[place]
    score = data.observed - (s1 @ r - e1 @ e)
    mixed = (s1 * re) @ e1.T
    information = -((s1 * rr) @ s1.T - mixed - mixed.T + (e1 * ee) @ e1.T)
    for j in range(p):
        rows = slice(place[j] + 1, place[j] + 1 + p - j)
        row = at_risk[rows] @ r - died[rows] @ e
        information[j, j:] += row
        information[j + 1 :, j] += row[1:]
    return Moments(loglik, np.asarray(score), information)
