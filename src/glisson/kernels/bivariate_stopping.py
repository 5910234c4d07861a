"""Trials that watch response and toxicity together: posterior bounds, and exact chances for many rules at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def joint_cells(response: float, toxicity: float, odds_ratio: float = 1.0) -> tuple[float, float, float, float]:
    """Return the probabilities of both, response only, toxicity only, neither.

    Parameters
    ----------
    response, toxicity
        Probabilities.
    odds_ratio
        Their association; 1 is independence.

    Notes
    -----
    Plackett RL. J Am Stat Assoc 1965;60:516-522.

    Examples
    --------
    >>> [round(c, 3) for c in joint_cells(0.4, 0.2)]
    [0.08, 0.32, 0.12, 0.48]
    >>> [round(c, 3) for c in joint_cells(0.5, 0.5, 4.0)]
    [0.333, 0.167, 0.167, 0.333]
    """
    if abs(odds_ratio - 1) < 1e-9:
        both = response * toxicity
    else:
        s = 1 + (response + toxicity) * (odds_ratio - 1)
        root = math.sqrt(s * s - 4 * odds_ratio * (odds_ratio - 1) * response * toxicity)
        both = (s - root) / (2 * (odds_ratio - 1))
    return both, response - both, toxicity - both, 1 - response - toxicity + both


def rule_bounds(
    looks: Sequence[int], response: float, toxicity: float, scale: Floats, power: Floats
) -> tuple[Ints, Ints]:
    """Return at which counts each rule stops.

    Parameters
    ----------
    looks
        Shape (L,): numbers of patients at the looks; the last is the largest number N.
    response, toxicity
        Lowest response rate and highest toxicity rate that are acceptable.
    scale, power
        Shape (R,): lambda and gamma. After n patients the trial stops where the posterior probability that response is
        above its limit, or that toxicity is below its limit, is lower than lambda (n / N)^gamma.

    Returns
    -------
    tuple
        Shape (R, L) both: responders, at most, and toxicities, at least, at which the trial stops.

    Notes
    -----
    Zhou H, Lee JJ, Yuan Y. Stat Med 2017;36:3302-3314. The prior counts as one patient, at the limits.

    Examples
    --------
    >>> few, many = rule_bounds([10, 20], 0.3, 0.3, np.array([0.9]), np.array([1.0]))
    >>> few.tolist(), many.tolist()
    ([[2, 8]], [[4, 4]])
    """
    few, many = [], []
    for n in looks:
        x = np.arange(n + 1)
        need = scale * (n / looks[-1]) ** power
        above = 1 - betainc(response + x, 1 - response + n - x, response)
        below = betainc(toxicity + x, 1 - toxicity + n - x, toxicity)
        few.append((above[None, :] < need[:, None]).sum(axis=1) - 1)
        many.append((below[None, :] >= need[:, None]).sum(axis=1))
    return np.stack(few, axis=1), np.stack(many, axis=1)


def go_chances(
    few: Ints, many: Ints, looks: Sequence[int], cells: tuple[float, float, float, float]
) -> tuple[Floats, Floats]:
    """Return the probability to end each trial without stopping, and the probability to stop at each look.

    Parameters
    ----------
    few, many
        Shape (R, L), as from ``rule_bounds``.
    looks
        Shape (L,).
    cells
        Probabilities of both, response only, toxicity only, neither.

    Returns
    -------
    tuple
        Shapes (R,) and (R, L). The last look decides: stopping there is "not promising".

    Examples
    --------
    >>> go, stop = go_chances(np.array([[0]]), np.array([[2]]), [2], (0.0, 0.5, 0.0, 0.5))
    >>> go.tolist(), stop.tolist()
    ([0.75], [[0.25]])
    """
    n = looks[-1]
    state = np.zeros((len(few), n + 1, n + 1))
    state[:, 0, 0] = 1.0
    counts, begin, stops = np.arange(n + 1), 0, []
    for i, look in enumerate(looks):
        step = _added(look - begin, cells)
        size = look + 1
        state[:, :size, :size] = _convolve(state[:, : begin + 1, : begin + 1], step, size)
        begin = look
        inside = (counts > few[:, i, None])[:, :, None] & (counts < many[:, i, None])[:, None, :]
        before = state.sum(axis=(1, 2))
        state *= inside
        stops.append(before - state.sum(axis=(1, 2)))
    return state.sum(axis=(1, 2)), np.stack(stops, axis=1)


def _added(patients: int, cells: tuple[float, float, float, float]) -> Floats:
    """Return the probabilities of responders (rows) and toxicities (columns) among that many patients."""
    state = np.zeros((patients + 1, patients + 1))
    state[0, 0] = 1.0
    both, response, toxicity, neither = cells
    for _ in range(patients):
        new = neither * state
        new[1:, :] += response * state[:-1, :]
        new[:, 1:] += toxicity * state[:, :-1]
        new[1:, 1:] += both * state[:-1, :-1]
        state = new
    return state


def _convolve(state: Floats, step: Floats, size: int) -> Floats:
    """Return the counts after the step, for all rules at once."""
    out = np.zeros((len(state), size, size))
    old = state.shape[1]
    for i in range(len(step)):
        for j in range(len(step)):
            if step[i, j]:
                out[:, i : i + old, j : j + old] += step[i, j] * state
    return out
