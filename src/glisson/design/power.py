"""How a fixed design behaves under another truth than the one it was planned for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from glisson.design.plan import Boundary, TrialDesign
from glisson.errors import NotSupportedError

Floats = NDArray[np.float64]


def power_at(design: TrialDesign, truth: ArrayLike) -> Floats:
    """Return the probability that a design ends in success, for each of several truths.

    Parameters
    ----------
    design
        A design that counts responders.
    truth
        Shape (K,): true probabilities of response.

    Returns
    -------
    ndarray of shape (K,)

    Raises
    ------
    NotSupportedError
        If the design does not count responders.

    Notes
    -----
    Exact, by recursion over the looks: a trial goes on with more than ``futility`` responders and fewer than
    ``efficacy``, and ends in success with ``efficacy`` or more.

    Examples
    --------
    Simon's optimal design for 10 % against 30 %: 1 of 10, then 5 of 29.

    >>> from glisson.design.plan import Boundary
    >>> looks = (
    ...     Boundary(look=1, n=10, scale="responders", futility=1, rule=""),
    ...     Boundary(look=2, n=29, scale="responders", efficacy=6, futility=5, rule=""),
    ... )
    >>> success(looks, [0.1, 0.3]).round(4).tolist()
    [0.0471, 0.8051]
    """
    if any(b.scale != "responders" or b.n is None for b in design.boundaries):
        raise NotSupportedError(f"The power curve of {design.title} is not available: it does not count responders.")
    return success(design.boundaries, truth)


def success(looks: Sequence[Boundary], truth: ArrayLike) -> Floats:
    """Return the probability of success of looks that count responders.

    Parameters
    ----------
    looks
        In order, each with ``n`` patients so far.
    truth
        Shape (K,): true probabilities of response.
    """
    p = np.atleast_1d(np.asarray(truth, dtype=np.float64))
    state = np.ones((len(p), 1))  # probability of 0, 1, ... responders while the trial goes on
    won, before = np.zeros(len(p)), 0
    for i, look in enumerate(looks):
        size = int(look.n or 0)
        state, before = _more(state, p, size - before), size
        counts = np.arange(state.shape[1])
        good = counts >= (math.inf if look.efficacy is None else look.efficacy)
        bad = counts <= (-1 if look.futility is None else look.futility)
        won = won + state[:, good].sum(axis=1)
        state = np.where(good | bad, 0.0, state)
        if i == len(looks) - 1:
            break
    return won


def _more(state: Floats, p: Floats, patients: int) -> Floats:
    """Return the distribution after more patients."""
    k = np.arange(patients + 1)
    log_choose = gammaln(patients + 1) - gammaln(k + 1) - gammaln(patients - k + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = np.where(k > 0, k * np.log(p)[:, None], 0.0) + np.where(
            patients - k > 0, (patients - k) * np.log1p(-p)[:, None], 0.0
        )
    step = np.exp(log_choose + log_p)
    out = np.zeros((len(p), state.shape[1] + patients))
    for j in range(state.shape[1]):
        out[:, j : j + patients + 1] += state[:, j : j + 1] * step
    return out
