"""What a fitted Cox model leaves over: baseline hazard, martingale, Schoenfeld and score residuals, robust variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glisson.kernels.cox import CoxData, linear_predictor
from glisson.kernels.risk_sets import Floats, Ints, bincounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellParts:
    """Hazards and mean covariates of each cell at given coefficients.

    Parameters
    ----------
    hazard, hazard_died
        Shape (K,). Increment of the baseline hazard, and what of it those with the event of the cell are exposed to:
        Efron takes each of them as partly gone.
    mean
        Shape (K, p). Mean of the covariates over the risk sets of the cell's events.
    pull, pull_died
        Shape (K, p). Hazard times mean covariate, added up over the cell's events, for the two kinds of rows.
    variance
        Shape (K, p, p). Contribution of the cell to the information.
    """

    hazard: Floats
    hazard_died: Floats
    mean: Floats
    pull: Floats
    pull_died: Floats
    variance: Floats


def cell_parts(data: CoxData, beta: Floats) -> CellParts:
    """Return hazards, means and variances by cell.

    Parameters
    ----------
    data
        Prepared rows.
    beta
        Shape (p,).
    """
    sets, p, k, a = data.sets, data.p, data.member, data.fraction
    risk = data.load * np.exp(linear_predictor(data, beta))

    def of(values: Floats) -> Floats:
        """Sum over the risk set of each single event, tied ones partly gone."""
        whole: Floats = sets.at_risk(values)[k] - a * sets.over_events(values[sets.died])[k]
        return whole

    phi = of(risk)
    means = np.column_stack([of(risk * data.x[:, j]) / phi for j in range(p)]) if p else np.empty((len(phi), 0))
    each = data.share / phi
    variance = np.empty((sets.cells, p, p))
    for i in range(p):
        for j in range(i, p):
            second = of(risk * data.x[:, i] * data.x[:, j]) / phi - means[:, i] * means[:, j]
            variance[:, i, j] = variance[:, j, i] = bincounts(k, data.share * second, sets.cells)

    def by_cell(values: Floats) -> Floats:
        columns = [bincounts(k, values * means[:, j], sets.cells) for j in range(p)]
        return np.column_stack(columns) if p else np.empty((sets.cells, 0))

    return CellParts(
        hazard=bincounts(k, each, sets.cells),
        hazard_died=bincounts(k, (1 - a) * each, sets.cells),
        mean=by_cell(np.ones(len(k))) / np.maximum(sets.deaths, 1)[:, None],
        pull=by_cell(each),
        pull_died=by_cell((1 - a) * each),
        variance=variance,
    )


def cumulative_hazard(data: CoxData, parts: CellParts, beta: Floats) -> Floats:
    """Return the hazard each row has gone through, shape (n,)."""
    died, cell = data.sets.died, data.sets.cell
    gone = data.sets.gone_through(parts.hazard)
    gone[died] += parts.hazard_died[cell] - parts.hazard[cell]
    hazard: Floats = gone * np.exp(linear_predictor(data, beta))
    return hazard


def martingale(data: CoxData, parts: CellParts, beta: Floats) -> Floats:
    """Return events less expected events of each row, shape (n,).

    Notes
    -----
    Therneau TM, Grambsch PM, Fleming TR. Biometrika 1990;77:147-160.
    """
    residual = -cumulative_hazard(data, parts, beta)
    residual[data.sets.died] += 1.0
    return residual


def deviance(martingale_residual: Floats, event: Floats) -> Floats:
    """Return martingale residuals made symmetrical, shape (n,)."""
    expected = event - martingale_residual
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(event > 0, event * np.log(expected), 0.0)
    inner = np.maximum(-2 * (martingale_residual + part), 0.0)
    return np.asarray(np.sign(martingale_residual) * np.sqrt(inner), dtype=np.float64)


def schoenfeld(data: CoxData, parts: CellParts) -> Floats:
    """Return covariates less their mean over the risk set, a row for each event in order of cells, shape (events, p).

    Notes
    -----
    Schoenfeld D. Biometrika 1982;69:239-241.
    """
    residual: Floats = data.x[data.sets.died] - parts.mean[data.sets.cell]
    return residual


def score_residuals(data: CoxData, parts: CellParts, beta: Floats) -> Floats:
    """Return what each row adds to the score, shape (n, p); multiplicities and weights are not in it."""
    died, cell = data.sets.died, data.sets.cell
    hazard, pull = data.sets.gone_through(parts.hazard), data.sets.gone_through(parts.pull)
    hazard[died] += parts.hazard_died[cell] - parts.hazard[cell]
    pull[died] += parts.pull_died[cell] - parts.pull[cell]
    risk = np.exp(linear_predictor(data, beta))[:, None]
    residual: Floats = -risk * (data.x * hazard[:, None] - pull)
    residual[died] += schoenfeld(data, parts)
    return residual


def robust_covariance(data: CoxData, parts: CellParts, beta: Floats, covariance: Floats, cluster: Ints) -> Floats:
    """Return the sandwich covariance that keeps clusters whole, shape (p, p).

    Parameters
    ----------
    covariance
        Inverse information.
    cluster
        Shape (n,), codes from 0.

    Notes
    -----
    Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078.
    """
    influence = (score_residuals(data, parts, beta) * data.load[:, None]) @ covariance
    size = int(cluster.max()) + 1 if len(cluster) else 0
    whole = np.column_stack([bincounts(cluster, influence[:, j], size) for j in range(data.p)])
    robust: Floats = whole.T @ whole
    return robust


def hazards_proportional(
    data: CoxData, parts: CellParts, scale: Floats, groups: list[list[int]]
) -> list[tuple[float, int]]:
    """Return score tests that coefficients do not change over time: chi-square and degrees of freedom.

    Parameters
    ----------
    scale
        Shape (K,). The function of time along which they may change.
    groups
        Columns of each term; a last test takes all columns.

    Notes
    -----
    Grambsch PM, Therneau TM. Biometrika 1994;81:515-526, as the score test of an added covariate times scale.
    """
    p = data.p
    residual = schoenfeld(data, parts) * data.load[data.sets.died][:, None]
    centred = scale - (np.repeat(scale, data.sets.deaths).mean() if data.events else 0.0)
    score = centred[data.sets.cell] @ residual
    own = parts.variance.sum(axis=0)
    mixed = np.einsum("k,kij->ij", centred, parts.variance)
    added = np.einsum("k,kij->ij", centred**2, parts.variance)
    schur = added - mixed @ np.linalg.pinv(own) @ mixed
    out = []
    for columns in [*groups, list(range(p))]:
        block = schur[np.ix_(columns, columns)]
        value = float(score[columns] @ np.linalg.pinv(block) @ score[columns])
        out.append((value, len(columns)))
    return out
