"""Cox's partial likelihood with covariates: Efron and Breslow ties, strata, late entry, weights, offsets.

One engine: rows of patients, and cells of a risk table with their counts, are both rows with a multiplicity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.risk_sets import Bools, Floats, Ints, RiskSets, Staying, bincounts

Ties = Literal["efron", "breslow"]

#: Share of the highest risk below which a risk set has vanished: its square cannot be divided by, and rounding may
#: leave less than nothing of it.
_VANISHED = 1e-150


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxData:
    """What a fit needs, prepared once.

    Parameters
    ----------
    x
        Shape (n, p), centred.
    sorted_x
        The same rows in the order of the risk sets, one contiguous line a covariate: shape (p, m).
    load
        Shape (n,). Multiplicity times case weight.
    weight
        Shape (n,). Case weight.
    offset
        Shape (n,).
    fraction, member
        Of each of the N tied events, counted with multiplicity: the share of the ties taken as gone, and its cell.
    share
        Shape (N,). The mean case weight of the events of its cell.
    """

    x: Floats
    sorted_x: Floats
    sets: RiskSets
    load: Floats
    weight: Floats
    offset: Floats
    fraction: Floats
    member: Ints
    share: Floats

    @property
    def p(self) -> int:
        """Number of covariates."""
        return int(self.x.shape[1])

    @property
    def events(self) -> int:
        """Number of events."""
        return len(self.member)


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
    columns = np.ascontiguousarray(centred.T)
    member = np.repeat(np.arange(sets.cells), sets.deaths)
    before = np.cumsum(sets.deaths) - sets.deaths
    fraction = (np.arange(len(member)) - before[member]) / sets.deaths[member]
    return CoxData(
        x=centred,
        sorted_x=columns[:, sets.order],
        sets=sets,
        load=load,
        weight=weights,
        offset=np.zeros(n) if offset is None else offset,
        fraction=fraction if ties == "efron" else np.zeros(len(member)),
        member=member,
        share=(sets.weight / sets.deaths)[member],
    )


def _sums(data: CoxData, risk: Floats, degree: int) -> tuple[Floats, Floats]:
    """Return sums of risk times products of covariates, over everybody at risk and over those with the event.

    Returns
    -------
    tuple
        Two arrays of shape (K, columns): 1, then each covariate, then each pair j <= k, as far as ``degree`` goes.
    """
    sets, p = data.sets, data.p
    sorted_risk, own, x = risk[sets.order] * sets.sign, risk[sets.died], data.x[sets.died]
    at_risk, died = [sets.add_up(sorted_risk)], [sets.over_events(own)]
    for j in range(p) if degree else ():
        once = sorted_risk * data.sorted_x[j]
        at_risk.append(sets.add_up(once))
        died.append(sets.over_events(own * x[:, j]))
        for k in range(j, p) if degree > 1 else ():
            at_risk.append(sets.add_up(once * data.sorted_x[k]))
            died.append(sets.over_events(own * x[:, j] * x[:, k]))
    return np.column_stack(at_risk), np.column_stack(died)


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
    eta = linear_predictor(data, beta)
    shift = float(eta.max()) if len(eta) else 0.0
    at_risk, died = _sums(data, data.load * np.exp(eta - shift), 2)
    a, k = data.fraction, data.member
    phi = at_risk[k, 0] - a * died[k, 0]
    squared = phi * phi
    if not np.all(phi > _VANISHED) or not np.all(np.isfinite(squared)):  # coefficients so large that risk sets vanish
        return Moments(-np.inf, np.full(p, np.nan), np.full((p, p), np.nan))
    first, second = data.share / phi, data.share / squared
    own = data.load[sets.died]
    loglik = float(own @ (eta[sets.died] - shift) - data.share @ np.log(phi))

    def over(values: Floats) -> Floats:
        return bincounts(k, values, sets.cells)

    r, e = over(first), over(a * first)
    rr, re, ee = over(second), over(a * second), over(a * a * second)
    place = np.cumsum([1, *(p - j + 1 for j in range(p))])[:p] if p else np.zeros(0, dtype=np.int64)
    s1, e1 = at_risk[:, place], died[:, place]
    score = own @ data.x[sets.died] - (r @ s1 - e @ e1)
    mixed = (s1 * re[:, None]).T @ e1
    information = -((s1 * rr[:, None]).T @ s1 - mixed - mixed.T + (e1 * ee[:, None]).T @ e1)
    for j in range(p):
        columns = slice(place[j] + 1, place[j] + 1 + p - j)
        row = r @ at_risk[:, columns] - e @ died[:, columns]
        information[j, j:] += row
        information[j + 1 :, j] += row[1:]
    return Moments(loglik, np.asarray(score), information)
