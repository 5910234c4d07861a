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
    both, response, toxicity, neither = cells
    state, stops = np.ones((len(few), 1, 1)), []
    for i, look in enumerate(looks):
        while state.shape[1] <= look:
            state = _one_more(state, both, response, toxicity, neither)
        counts = np.arange(look + 1)
        inside = (counts > few[:, i, None])[:, :, None] & (counts < many[:, i, None])[:, None, :]
        before = state.sum(axis=(1, 2))
        state = state * inside
        stops.append(before - state.sum(axis=(1, 2)))
    return state.sum(axis=(1, 2)), np.stack(stops, axis=1)


def _one_more(state: Floats, both: float, response: float, toxicity: float, neither: float) -> Floats:
    """Return the chances of responders (second axis) and toxicities (third) after one more patient."""
    size = state.shape[1]
    new = np.zeros((len(state), size + 1, size + 1))
    new[:, :size, :size] = neither * state
    new[:, 1:, :size] += response * state
    new[:, :size, 1:] += toxicity * state
    new[:, 1:, 1:] += both * state
    return new
