"""Assurance: the probability that a trial ends in success, averaged over what is known before it starts.

Power answers for one assumed truth. A cohort of 13 leaves many truths possible; assurance weighs them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr, roots_hermitenorm, roots_jacobi

from glisson.design.cohort_facts import Fact
from glisson.design.plan import TrialDesign
from glisson.design.power import power_at
from glisson.errors import SettingsError
from glisson.tables import Estimate

Floats = NDArray[np.float64]

#: Jeffreys' prior of a proportion: what is known before the cohort.
JEFFREYS = 0.5
_NODES = 64
_SCENARIO = (("scenario", "what the cohort leaves possible"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """A distribution of the truth as nodes and weights of a quadrature.

    Parameters
    ----------
    name
        Where it comes from, in print.
    nodes, weights
        Shape (M,): values of the truth, and weights that add up to 1.
    """

    name: str
    nodes: Floats
    weights: Floats

    def mean_of(self, function: Callable[[Floats], Floats]) -> float:
        """Return the mean of a function of the truth."""
        return float(np.clip(self.weights @ function(self.nodes), 0.0, 1.0))


def proportion_belief(events: int, n: int, *, name: str = "", nodes: int = _NODES) -> Belief:
    """Return what ``events`` of ``n`` say about a proportion: beta(events + 1/2, n - events + 1/2).

    Parameters
    ----------
    events, n
        Counts of the cohort; 0 of 0 is Jeffreys' prior alone.
    name
        Where they come from.
    nodes
        Nodes of the Gauss-Jacobi rule, exact for polynomials of degree ``2 nodes - 1``.

    Raises
    ------
    SettingsError
        If the counts are impossible.

    Examples
    --------
    >>> belief = proportion_belief(9, 24)
    >>> round(belief.mean_of(lambda p: p), 3)  # (9 + 1/2) / (24 + 1)
    0.38
    """
    if not 0 <= events <= n:
        raise SettingsError(f"{events} events of {n} patients", expected="no more events than patients")
    a, b = events + JEFFREYS, n - events + JEFFREYS
    x, w = roots_jacobi(nodes, b - 1, a - 1)
    return Belief(name=name or f"{events} of {n}", nodes=(x + 1) / 2, weights=w / w.sum())


def ratio_belief(log_mean: float, log_sd: float, *, name: str, nodes: int = _NODES) -> Belief:
    """Return a log-normal belief about a ratio, such as a hazard ratio.

    Parameters
    ----------
    log_mean, log_sd
        Mean and standard deviation of its logarithm.
    name
        Where they come from.
    nodes
        Nodes of the Gauss-Hermite rule.

    Raises
    ------
    SettingsError
        If the standard deviation is not above 0.

    Examples
    --------
    >>> belief = ratio_belief(math.log(0.6), 0.3, name="a guess")
    >>> round(belief.mean_of(lambda ratio: np.log(ratio) + 1), 3)
    0.489
    """
    if not (log_sd > 0 and math.isfinite(log_sd) and math.isfinite(log_mean)):
        raise SettingsError(f"standard deviation {log_sd} of a log ratio", expected="a number above 0")
    x, w = roots_hermitenorm(nodes)
    return Belief(name=name, nodes=np.exp(log_mean + log_sd * x), weights=w / w.sum())


def assurance(design: TrialDesign, fact: Fact) -> Estimate:
    """Return the assurance of a design that counts responders, given a cohort.

    Parameters
    ----------
    design
        A design whose looks count responders.
    fact
        Responders among the patients of the cohort.

    Raises
    ------
    NotSupportedError
        If the design does not count responders.
    SettingsError
        If the fact is no proportion.

    Notes
    -----
    The power is a polynomial in the true proportion, of degree n: the quadrature is exact. O'Hagan A, Stevens JW,
    Campbell MJ. Pharm Stat 2005;4:187-201.
    """
    if fact.kind != "proportion":
        raise SettingsError(f"{fact.label} is no proportion", expected="response or toxicity")
    belief = proportion_belief(fact.events, fact.n, name=fact.counted, nodes=max(_NODES, design.n // 2 + 1))
    return assurance_row(belief.mean_of(lambda p: power_at(design, p)), belief.name)


def assurance_row(value: float, origin: str) -> Estimate:
    """Return an assurance as an estimate.

    Parameters
    ----------
    value
        Mean power.
    origin
        What it is averaged over.
    """
    return Estimate(
        variable="design", statistic="assurance", group=_SCENARIO, value=value, unit="probability",
        method=f"power averaged over {origin}",
    )  # fmt: skip


def probability_beyond(fact: Fact, threshold: float) -> float:
    """Return the probability that a proportion exceeds a threshold, given the cohort and Jeffreys' prior.

    Parameters
    ----------
    fact
        Responders among patients.
    threshold
        Between 0 and 1.

    Notes
    -----
    The assurance of a test against the threshold tends to this as the trial grows: the rest is the probability that the
    therapy is no better.

    Examples
    --------
    >>> fact = Fact(outcome="response", label="Response", kind="proportion", method="", method_label="", n=24, events=9)
    >>> round(probability_beyond(fact, 0.2), 3)
    0.978
    """
    return float(1 - betainc(fact.events + JEFFREYS, fact.n - fact.events + JEFFREYS, threshold))


def single_look_power(events: float, allocation: float, alpha: float, ratio: Floats) -> Floats:
    """Return the power of one log-rank test under several true hazard ratios.

    Parameters
    ----------
    events
        Events at the analysis.
    allocation
        Share of patients in the experimental arm.
    alpha
        One-sided significance level.
    ratio
        Shape (K,): true hazard ratios, experimental over control.

    Notes
    -----
    Schoenfeld D. Biometrika 1981;68:316-319: ``z`` is normal with mean ``-log(ratio) sqrt(events w (1 - w))``.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - beside its only use

    drift = -np.log(ratio) * math.sqrt(events * allocation * (1 - allocation))
    return np.asarray(ndtr(drift + ndtri(alpha)), dtype=np.float64)
