"""How a fixed design behaves under another truth than the one it was planned for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaln

from glisson.design.events import information_of_one
from glisson.design.plan import Boundary, TrialDesign
from glisson.design.stated import ALTERNATIVE
from glisson.errors import NotSupportedError
from glisson.kernels.group_sequential import exits

Floats = NDArray[np.float64]


def power_at(design: TrialDesign, truth: ArrayLike) -> Floats:
    """Return the probability that a design ends in success, for each of several truths.

    Parameters
    ----------
    design
        A design that counts responders, or compares two arms by log-rank tests.
    truth
        Shape (K,): true probabilities of response; or true hazard ratios, proportional all the time.

    Returns
    -------
    ndarray of shape (K,)

    Raises
    ------
    NotSupportedError
        If the design does neither.

    Notes
    -----
    Responders: exact, by recursion over the looks. A trial goes on with more than ``futility`` responders and fewer
    than ``efficacy``, and ends in success with ``efficacy`` or more. Log-rank tests: Z is a Brownian motion at the
    fractions of events, with a drift at the last that is proportional to the log hazard ratio and gives
    the power that the design states at the ratio it was planned for; a look that says futile stops the trial.

    Examples
    --------
    Simon's optimal design for 10 % against 30 %: 1 of 10, then 5 of 29.

    >>> from glisson.design.simon import two_stage
    >>> power_at(two_stage(p0=0.1, p1=0.3), [0.1, 0.3]).round(4).tolist()
    [0.0471, 0.8051]
    """
    if what_is_true(design) == "proportion":
        return success(design.boundaries, truth)
    if what_is_true(design) == "hazard ratio":
        return _log_rank(design, np.atleast_1d(np.asarray(truth, dtype=np.float64)))
    raise NotSupportedError(f"The power of {design.title} under other truths is not available.")


def what_is_true(design: TrialDesign) -> Literal["proportion", "hazard ratio", ""]:
    """Return what the power of a design is a function of; nothing where it cannot be worked out."""
    if design.boundaries and all(b.scale == "responders" and b.n is not None for b in design.boundaries):
        return "proportion"
    log_rank = design.kind in {"logrank", "group_sequential_logrank"}
    return "hazard ratio" if log_rank and all(b.events for b in design.boundaries) else ""


def _log_rank(design: TrialDesign, ratio: Floats) -> Floats:
    events = np.array([float(b.events or 0) for b in design.boundaries])
    allocation = next(a.value for a in design.assumptions if a.name == "new treatment to control")
    upper = [math.inf if b.efficacy is None else b.efficacy for b in design.boundaries]
    lower = [-math.inf if b.futility is None else b.futility for b in design.boundaries]
    information = math.sqrt(events[-1] * information_of_one(allocation))

    def won(drift: float) -> float:
        return float(exits(events / events[-1], lower, upper, drift)[1].sum())

    planned = _planned_log_ratio(design)
    stated = design.characteristics.select("power", group=ALTERNATIVE).rows
    if planned is not None and stated and stated[0].value is not None:
        wanted = stated[0].value
        information = float(brentq(lambda x: won(-planned * x) - wanted, 0.25 * information, 4 * information))
    return np.array([won(d) for d in (-np.log(ratio) * information).tolist()])


def _planned_log_ratio(design: TrialDesign) -> float | None:
    """Return the log hazard ratio that a design was planned for, averaged where it changes."""
    average = [e.value for e in design.characteristics.select("average_hazard_ratio") if e.value]
    typed = [a.value for a in design.assumptions if a.name == "hazard ratio"]
    found = average or typed
    return math.log(found[0]) if found and found[0] < 1 else None


def success(looks: Sequence[Boundary], truth: ArrayLike) -> Floats:
    """Return the probability of success of looks that count responders.

    Parameters
    ----------
    looks
        In order, each with ``n`` patients so far.
    truth
        Shape (K,): true probabilities of response.

    Examples
    --------
    >>> looks = (
    ...     Boundary(look=1, n=10, scale="responders", futility=1, rule=""),
    ...     Boundary(look=2, n=29, scale="responders", efficacy=6, futility=5, rule=""),
    ... )
    >>> success(looks, [0.1, 0.3]).round(4).tolist()
    [0.0471, 0.8051]
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
