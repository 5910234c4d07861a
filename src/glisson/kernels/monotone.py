"""Whether the partial likelihood has a maximum at all, found out before looking for it."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from glisson.kernels.cox import CoxData
from glisson.kernels.risk_sets import Floats, Ints

#: Rows and events beyond which the linear program is not set up; so many events hardly ever separate.
_MOST_ROWS, _MOST_PAIRS = 20_000, 2e6
#: Kinds of covariates up to which cells are compared kind by kind.
_FEW_KINDS = 64
#: Less than this is nobody: half a row, but for weights.
_NOBODY = 1e-9


def monotone_direction(data: CoxData) -> Floats | None:
    """Return a direction in which the partial likelihood never falls, if there is one.

    Along it the event at each time has the highest value of everybody at risk, and at least once a higher one than
    somebody else: some coefficient then grows without end.

    Parameters
    ----------
    data
        Prepared rows.

    Returns
    -------
    ndarray or None
        Shape (p,); ``None`` where there is a finite maximum, or where the data are too many to ask.

    Notes
    -----
    Bryson MC, Johnson ME. Technometrics 1981;23:381-383 (monotone likelihood); found by linear programming, as for
    logistic regression by Albert A, Anderson JA. Biometrika 1984;71:1-10.
    """
    sets, p = data.sets, data.p
    if not p or not data.events or sets.n > _MOST_ROWS:
        return None
    used = np.ptp(data.x, axis=0) > 0
    if not used.any():
        return None
    scale = np.where(used, data.x.std(axis=0), 1.0)
    x = data.x / np.where(scale > 0, scale, 1.0)
    kinds, kind = np.unique(x, axis=0, return_inverse=True)
    if len(kinds) <= _FEW_KINDS:
        winners, losers = _pairs_of_kinds(data, len(kinds), kind.reshape(-1).astype(np.int64))
        gain = np.unique(kinds[winners] - kinds[losers], axis=0)
    else:
        pairs = _pairs_of_rows(data)
        if pairs is None:
            return None
        gain = np.unique(x[pairs[0]] - x[pairs[1]], axis=0)
    rows, columns = np.nonzero(gain)
    matrix = coo_matrix((-gain[rows, columns], (rows, columns)), shape=gain.shape)
    found = linprog(-gain.sum(axis=0), A_ub=matrix, b_ub=np.zeros(len(gain)), bounds=(-1, 1), method="highs")
    if found.status != 0 or -float(found.fun) <= 1e-7:
        return None
    direction: Floats = np.asarray(found.x) / scale
    return direction


def _pairs_of_kinds(data: CoxData, size: int, kind: Ints) -> tuple[Ints, Ints]:
    """Return the kind of covariates of the events of each cell, with each kind at risk in it."""
    sets = data.sets
    present = np.stack([sets.at_risk(data.load * (kind == one)) for one in range(size)]) > _NOBODY
    cell_kinds = np.unique(np.stack([sets.cell, kind[sets.died]]), axis=1)
    place, loser = np.nonzero(present[:, cell_kinds[0]].T)
    return cell_kinds[1][place], loser


def _pairs_of_rows(data: CoxData) -> tuple[Ints, Ints] | None:
    """Return each event with each row at risk at its time; none where there are too many pairs, or rows taken away."""
    sets = data.sets
    present = np.flatnonzero(sets.last > sets.first)
    size = np.zeros(sets.cells + 1)
    np.add.at(size, sets.first[present], 1)
    np.add.at(size, sets.last[present], -1)
    if np.any(data.load < 0) or float(np.cumsum(size)[sets.cell].sum()) > _MOST_PAIRS:
        return None
    winners, losers = [], []
    for row, cell in zip(sets.died.tolist(), sets.cell.tolist(), strict=True):
        beside = present[(sets.first[present] <= cell) & (cell < sets.last[present])]
        winners.append(np.full(len(beside), row))
        losers.append(beside)
    return np.concatenate(winners), np.concatenate(losers)
