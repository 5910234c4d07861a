"""Trials that borrow: a prior from a cohort or from published series stands for patients that need not be recruited.

What is borrowed can be wrong. Every design here shows what happens when the truth drifts away from its prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import Number, checked_max_n, counted, rising, stated
from glisson.errors import SettingsError
from glisson.kernels.beta_mixture import binomial_probabilities, superiority, tail
from glisson.methods.borrowed_prior import VAGUE_WEIGHT, BorrowedPrior, robust
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

#: How far the truth may drift from the prior mean, on the scale of proportions.
DRIFTS = (-0.2, -0.1, 0.0, 0.1, 0.2)
_LARGEST = 400
_SCHMIDLI = (
    "Schmidli H, Gsteiger S, Roychoudhury S, O'Hagan A, Spiegelhalter D, Neuenschwander B. Robust "
    "meta-analytic-predictive priors in clinical trials with historical control information. Biometrics "
    "2014;70:1023-1032."
)
_KOPP = (
    "Kopp-Schneider A, Calderazzo S, Wiesenfarth M. Power gains by using external information in clinical trials are "
    "typically not possible when requiring strict type I error control. Biom J 2020;62:361-374."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    n: int
    needed: int


def borrowed_single_arm(
    *,
    p0: Number,
    p1: Number,
    prior: BorrowedPrior,
    certainty: float = 0.95,
    power: float = 0.80,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan one arm whose response rate starts from a borrowed prior.

    Parameters
    ----------
    p0
        Response rate that must be exceeded.
    p1
        Response rate worth pursuing.
    prior
        Mixture of beta distributions of the response rate, say of the cohort's own responders, made robust.
    certainty
        Success if the posterior probability of more than ``p0`` exceeds it.
    power
        Wished for at ``p1``.
    max_n
        New patients within reach.

    Returns
    -------
    TrialDesign
        ``type_i_error`` and ``power`` with the borrowed prior and with a uniform one.

    Raises
    ------
    SettingsError
        If a number is impossible or ``max_n`` patients are too few.

    Notes
    -----
    Exact, by enumeration of all counts. Borrowing in one arm moves power and type I error together: a prior that
    promises more than ``p0`` raises both (Kopp-Schneider 2020). Both are shown.

    Examples
    --------
    >>> from glisson.methods.borrowed_prior import robust
    >>> cohort = BorrowedPrior(name="cohort, 9 of 24", kind="beta", weights=(1.0,), first=(9.5,), second=(15.5,))
    >>> plan = borrowed_single_arm(p0=0.2, p1=0.4, prior=robust(cohort, 0.5))
    >>> plan.n, plan.characteristics.one("type_i_error", detail="with the borrowed prior").value > 0.05
    (13, True)
    """
    _checked(prior, certainty, power)
    rates = rising(p0, p1, ("response rate that must be exceeded", "response rate worth pursuing"))
    low, high = rates[0].value, rates[1].value
    rule = _smallest(prior, low, high, certainty, power, checked_max_n(max_n, _LARGEST))
    flat = BorrowedPrior(name="uniform", kind="beta", weights=(1.0,), first=(1.0,), second=(1.0,))
    rows: list[Estimate] = []
    for label, used in (("with the borrowed prior", prior), ("with a uniform prior", flat)):
        needed = _needed(used, rule.n, low, certainty)
        rows += _sides(rule.n, needed, low, high, label)
    at_p0 = next(e.value or 0.0 for e in rows if e.statistic == "type_i_error")
    sentence = (
        f"{rule.n} patients. The therapy is called promising with {rule.needed} responders or more: then the "
        f"probability of a response rate above {low:.0%} exceeds {certainty:.0%}, starting from {prior.name}. If the "
        f"true rate is {low:.0%}, this happens with probability {at_p0:.3f}; the borrowed patients are part of the "
        f"evidence, so this is not a test at a fixed level."
    )
    return TrialDesign(
        kind="borrowed_single_arm",
        title="One arm with a borrowed prior",
        n=rule.n,
        assumptions=(
            *rates,
            Assumption(name="mean of the prior", value=prior.mean, origin=prior.name),
            Assumption(name="posterior probability needed", value=certainty, origin="typed"),
        ),
        boundaries=(
            Boundary(
                look=1, n=rule.n, scale="responders", efficacy=float(rule.needed), futility=float(rule.needed - 1),
                rule=f"Success with {rule.needed} responders or more of {rule.n}.",
            ),
        ),
        characteristics=Estimates(tuple(rows)),
        protocol=(sentence,),
        references=(_SCHMIDLI, _KOPP),
    )  # fmt: skip


def borrowed_control(
    *,
    treated: int,
    controls: int,
    prior: BorrowedPrior,
    p_treated: Number,
    certainty: float = 0.975,
    drifts: Sequence[float] = DRIFTS,
) -> TrialDesign:
    """Plan two arms of which the control arm borrows: few controls are randomised, published ones stand beside them.

    Parameters
    ----------
    treated, controls
        Patients in either arm; ``controls`` may be 0: then all controls are external.
    prior
        Mixture of beta distributions of the control response rate, from published series, made robust.
    p_treated
        Response rate under the new therapy, if it is as good as hoped.
    certainty
        Success if the posterior probability that the new therapy is better exceeds it.
    drifts
        True control rate minus the mean of the prior.

    Returns
    -------
    TrialDesign
        ``type_i_error`` (both rates equal the drifted control rate) and ``power`` for every drift.

    Raises
    ------
    SettingsError
        If a number is impossible.

    Notes
    -----
    Exact, by enumeration of all pairs of counts; the treated arm has a uniform prior.

    Examples
    --------
    >>> old = BorrowedPrior(name="published", kind="beta", weights=(0.8, 0.2), first=(12.0, 1.0), second=(88.0, 1.0))
    >>> plan = borrowed_control(treated=24, controls=12, prior=old, p_treated=0.4)
    >>> [round(e.value, 3) for e in plan.characteristics.select("type_i_error")]
    [0.004, 0.074, 0.142, 0.125]
    """
    _checked(prior, certainty, 0.5)
    if treated < 1 or controls < 0:
        raise SettingsError(
            f"{treated} treated patients and {controls} controls", expected="1 or more treated, 0 or more controls"
        )
    hoped = stated(p_treated, "response rate under the new therapy")
    if not 0 < hoped.value < 1:
        raise SettingsError(f"a response rate of {hoped.value:g}", expected="a number between 0 and 1")
    if not any(0 < prior.mean + drift < 1 for drift in drifts):
        raise SettingsError(
            f"drifts {', '.join(f'{d:g}' for d in drifts) or 'of no size'} from a control rate of {prior.mean:.3g}",
            expected="at least one that leaves a proportion between 0 and 1",
        )
    better = superiority(
        ([1.0], [1.0], [1.0], treated), (prior.weights, prior.first, prior.second, controls)
    )  # fmt: skip
    success = (better > certainty).astype(np.float64)
    rows: list[Estimate] = []
    shared = {"variable": "design", "unit": "probability", "method": "exact, by enumeration", "n": treated + controls}
    for drift in drifts:
        rate = prior.mean + drift
        if not 0 < rate < 1:
            continue
        control = binomial_probabilities(controls, rate)[0]
        group = (("scenario", f"true control rate {rate:.0%}, {_drifted(drift)}"),)
        for statistic, p in (("type_i_error", rate), ("power", hoped.value)):
            value = float(binomial_probabilities(treated, p)[0] @ success @ control)
            rows.append(Estimate(statistic=statistic, group=group, value=value, **shared))  # type: ignore[arg-type]
    worst = max(e.value or 0.0 for e in rows if e.statistic == "type_i_error")
    n = treated + controls
    sentence = (
        f"{n} patients, {treated} treated and {controls} controls. The control arm starts from {prior.name}. Success "
        f"if the posterior probability that the new therapy has the higher response rate exceeds {certainty:.1%}. The "
        f"probability of a wrong success depends on how far the controls of this trial differ from the published ones; "
        f"over the drifts shown it is at most {worst:.3f}."
    )
    return TrialDesign(
        kind="borrowed_control",
        title="Two arms, controls partly borrowed",
        n=n,
        assumptions=(
            hoped,
            Assumption(name="mean of the prior of the control rate", value=prior.mean, origin=prior.name),
            Assumption(name="posterior probability needed", value=certainty, origin="typed"),
        ),
        boundaries=(
            Boundary(
                look=1, n=n, scale="posterior probability", efficacy=certainty,
                rule=f"Success above {certainty:.1%}.",
            ),
        ),
        characteristics=Estimates(tuple(rows)),
        protocol=(sentence,),
        references=(_SCHMIDLI, _KOPP),
    )  # fmt: skip


def single_arm_after_series(
    *,
    p0: Number,
    p1: Number,
    responders: int,
    patients: int,
    vague: float = VAGUE_WEIGHT,
    certainty: float = 0.95,
    power: float = 0.80,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan one arm that borrows the responders of an earlier series of the same therapy.

    Parameters
    ----------
    p0
        Response rate that must be exceeded.
    p1
        Response rate worth pursuing.
    responders, patients
        Of the earlier series.
    vague
        Weight of the vague part of the prior, 0 to 1: how little the series is trusted.
    certainty
        Posterior probability of a rate above p0 that makes a success.
    power
        Wished for at p1.
    max_n
        New patients within reach.

    Raises
    ------
    SettingsError
        If a number is impossible or the patients are too few.

    Examples
    --------
    >>> single_arm_after_series(p0=0.2, p1=0.4, responders=9, patients=24, vague=0.5).n
    13
    """
    prior = series_prior(responders, patients, vague=vague)
    return borrowed_single_arm(p0=p0, p1=p1, prior=prior, certainty=certainty, power=power, max_n=max_n)


def control_from_series(
    *,
    treated: int,
    controls: int,
    p_treated: Number,
    responders: int,
    patients: int,
    vague: float = VAGUE_WEIGHT,
    certainty: float = 0.975,
    drifts: Sequence[float] = DRIFTS,
) -> TrialDesign:
    """Plan two arms whose control arm borrows the responders of a published series.

    Parameters
    ----------
    treated, controls
        Patients in either arm; 0 controls make all of them external.
    p_treated
        Response rate under the new therapy, if it is as good as hoped.
    responders, patients
        Of the published series under the control treatment.
    vague
        Weight of the vague part of the prior, 0 to 1: how little the series is trusted.
    certainty
        Posterior probability that the new therapy is better, which makes a success.
    drifts
        True control rate minus the mean of the prior, each tried.

    Raises
    ------
    SettingsError
        If a number is impossible.

    Examples
    --------
    >>> plan = control_from_series(treated=24, controls=6, p_treated=0.4, responders=31, patients=228)
    >>> len(plan.characteristics.select("type_i_error"))
    5
    """
    prior = series_prior(responders, patients, vague=vague)
    return borrowed_control(
        treated=treated, controls=controls, prior=prior, p_treated=p_treated, certainty=certainty, drifts=drifts
    )


def series_prior(responders: int, patients: int, *, vague: float = VAGUE_WEIGHT) -> BorrowedPrior:
    """Return what a series says of a response rate, with a vague part beside it.

    Parameters
    ----------
    responders, patients
        Of the series.
    vague
        Weight of the vague part.

    Raises
    ------
    SettingsError
        If the counts are impossible.

    Examples
    --------
    >>> series_prior(9, 24).weights
    (0.8, 0.2)
    """
    if not 0 <= responders <= patients or patients < 1:
        raise SettingsError(f"{responders} responders of {patients}", expected="no more responders than patients")
    if not 0 <= vague <= 1:
        raise SettingsError(f"a vague part of {vague:g}", expected="a weight from 0 to 1")
    own = BorrowedPrior(
        name=f"a series with {responders} of {patients} responding", kind="beta", weights=(1.0,),
        first=(responders + 0.5,), second=(patients - responders + 0.5,),
    )  # fmt: skip
    return robust(own, vague)


def _checked(prior: BorrowedPrior, certainty: float, power: float) -> None:
    if prior.kind != "beta":
        raise SettingsError(f"prior {prior.name!r} is of a {prior.kind}", expected="a beta prior of a proportion")
    for value, what in ((certainty, "posterior probability"), (power, "power")):
        if not 0 < value < 1:
            raise SettingsError(f"{what} {value:g}", expected="a number between 0 and 1")


def _needed(prior: BorrowedPrior, n: int, p0: float, certainty: float) -> int:
    """Return the fewest responders that give success; n + 1 if none do."""
    above = tail(prior.weights, prior.first, prior.second, n, p0) > certainty
    return int(np.argmax(above)) if above.any() else n + 1


def _smallest(prior: BorrowedPrior, p0: float, p1: float, certainty: float, power: float, max_n: int) -> _Rule:
    best = 0.0
    for n in range(1, max_n + 1):
        needed = _needed(prior, n, p0, certainty)
        if needed == 0:
            raise SettingsError(
                f"the prior {prior.name!r} alone makes {counted(n, 'patient')} without a response a success",
                expected="a weaker prior, or more certainty",
            )
        reached = float(binomial_probabilities(n, p1)[0][needed:].sum())
        best = max(best, reached)
        if reached >= power:
            return _Rule(n=n, needed=needed)
    raise SettingsError(
        f"{max_n} patients do not give a power of {power:g}", expected=f"at most {best:.3f}, or more patients"
    )


def _sides(n: int, needed: int, p0: float, p1: float, label: str) -> list[Estimate]:
    tails = [float(binomial_probabilities(n, p)[0][needed:].sum()) for p in (p0, p1)]
    pairs = (("type_i_error", "null", tails[0]), ("power", "alternative", tails[1]))
    return [
        Estimate(
            variable="design", statistic=statistic, group=(("scenario", scenario),), value=value, unit="probability",
            method="exact, by enumeration", n=n, detail=label,
        )
        for statistic, scenario, value in pairs
    ]  # fmt: skip


def _drifted(drift: float) -> str:
    if not drift:
        return "as in the prior"
    return f"{abs(100 * drift):.0f} points {'above' if drift > 0 else 'below'} the prior"
