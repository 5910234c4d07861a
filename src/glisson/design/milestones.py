"""Survival at a milestone against a fixed value: one arm, one stage."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from glisson.design.accrued import Accrual, fewest
from glisson.design.by_formula import beside, simulated, unlike
from glisson.design.one_stage import single_stage
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import (
    ALPHA,
    POWER,
    Number,
    TimeUnit,
    behaviour,
    checked_max_n,
    counted,
    percent,
    positive,
    rising,
    short_of,
    size_and_power,
)
from glisson.errors import SettingsError
from glisson.kernels.drawn_trials import milestone_tests, trials_for
from glisson.kernels.planned import Weibull, log_survival_variance

NAGASHIMA = (
    "Nagashima K, Noma H, Sato Y, Gosho M. Sample size calculations for single-arm survival studies using "
    "transformations of the Kaplan-Meier estimator. Pharm Stat 2021;20:499-511."
)
BORGAN = (
    "Borgan O, Liestol K. A note on confidence intervals and bands for the survival function based on transformations. "
    "Scand J Stat 1990;17:35-41."
)


def milestone(
    *,
    s0: Number,
    s1: Number,
    at: Number,
    follow_up: Number,
    accrual: Number | None = None,
    accrual_rate: Number | None = None,
    shape: Number = 1.0,
    dropout: Number = 0.0,
    alpha: Number = ALPHA,
    power: Number = POWER,
    method: Literal["exact", "log-log"] | None = None,
    max_n: int | None = None,
    unit: TimeUnit = "month",
    seed: int = 20200101,
) -> TrialDesign:
    """Plan a trial of one arm that compares survival at a time with a fixed value.

    Parameters
    ----------
    s0, s1
        Survival not worth pursuing and survival worth it, at ``at``.
    at
        The time of the milestone.
    follow_up, accrual, accrual_rate, dropout, unit
        As for ``one_sample_logrank``.
    shape
        Of the Weibull curves through ``s0`` and ``s1``; matters only where not everybody is followed to ``at``.
    alpha, power
        One-sided type I error and power.
    method
        ``"exact"``: survivors are counted, and a binomial design is searched; possible only where everybody is
        followed to the milestone and nobody drops out, and the default then. ``"log-log"``: Kaplan-Meier estimate and
        Greenwood's variance on the scale of log(-log S).
    max_n
        Patients within reach.
    seed
        Of the simulated trials by which ``"log-log"`` says its type I error and power.

    Returns
    -------
    TrialDesign
        ``type_i_error`` and ``power``: exact, or with ``"log-log"`` simulated, and then ``type_i_error_nominal`` and
        ``power_by_formula`` beside them; and ``duration`` (days).

    Raises
    ------
    SettingsError
        If a number is impossible, nobody is followed to the milestone, or no design is within reach.

    Notes
    -----
    Nagashima et al. 2021; Borgan & Liestol 1990. In 50 patients the normal approximation is off by one point for the
    type I error and by four for the power, so that it only gives the number of patients.

    Examples
    --------
    >>> design = milestone(s0=0.4, s1=0.6, at=6, accrual=24, follow_up=6)
    >>> design.n, design.boundaries[0].scale
    (42, 'survivors')
    >>> milestone(s0=0.4, s1=0.6, at=6, accrual=24, follow_up=3, dropout=0.02).boundaries[0].scale
    'z'
    """
    plan = Accrual.of(accrual, accrual_rate, follow_up, dropout, unit)
    when = positive(at, "time of the milestone", f"{unit}s")
    words = (
        f"survival at {when.value:g} {unit}s not worth pursuing",
        f"survival at {when.value:g} {unit}s worth pursuing",
    )
    (low, high), (size, wanted) = rising(s0, s1, words), size_and_power(alpha, power)
    complete = plan.follow_up.value >= when.value and plan.dropout.value == 0
    if method not in {None, "exact", "log-log"}:
        raise SettingsError(f"method {method!r}", expected="exact or log-log")
    if method == "exact" and not complete:
        raise SettingsError(
            "an exact milestone design in which not everybody is followed to the milestone",
            expected=f"follow-up of at least {when.value:g} {unit}s after the last entry, and no drop-out",
            todo="use method log-log",
        )
    if method == "exact" or (method is None and complete):
        return _counted(low, high, when, plan, size, wanted, max_n)
    form = positive(shape, "shape of the Weibull curves")
    return _transformed(low, high, when, form, plan, size, wanted, max_n, seed)


def _counted(
    low: Assumption, high: Assumption, when: Assumption, plan: Accrual, size: Assumption, wanted: Assumption,
    max_n: int | None,
) -> TrialDesign:  # fmt: skip
    """Count survivors: the exact single-stage design under other words."""
    found = single_stage(p0=low, p1=high, alpha=size, power=wanted, max_n=max_n)
    k, n, unit = int(found.boundaries[0].efficacy or 0), found.n, plan.unit
    rule = f"conclude that survival is better if {k} or more of {n} patients are alive at {when.value:g} {unit}s"
    rows = [replace(row, variable="milestone") for row in found.characteristics]
    text = (
        f"This is a single-arm trial. Survival of {percent(low.value)} at {when.value:g} {unit}s is not worth "
        f"pursuing, survival of {percent(high.value)} is. {plan.sentence(n)} Everybody is followed to the milestone, "
        f"so that the number of survivors is binomial: {rule}.",
        found.protocol[1],
        "Survival at the milestone is reported as the proportion alive with its exact interval, and beside it the "
        "Kaplan-Meier estimate in case somebody is lost after all.",
    )
    return replace(
        found, kind="milestone", title=f"Survival at {when.value:g} {unit}s in {counted(n, 'patient')}",
        assumptions=(low, high, when, *plan.stated(), size, wanted),
        boundaries=(Boundary(look=1, n=n, scale="survivors", efficacy=float(k), rule=rule),),
        characteristics=type(found.characteristics)(tuple(rows)) + plan.duration_rows("milestone", n), protocol=text,
    )  # fmt: skip


def _transformed(
    low: Assumption, high: Assumption, when: Assumption, form: Assumption, plan: Accrual, size: Assumption,
    wanted: Assumption, max_n: int | None, seed: int,
) -> TrialDesign:  # fmt: skip
    """Kaplan-Meier estimate on the scale of log(-log S)."""
    curve = Weibull.through(high.value, at=when.value, shape=form.value)
    distance = math.log(math.log(low.value) / math.log(high.value))
    z, unit = -float(ndtri(size.value)), plan.unit

    def power_of(n: int) -> float:
        follow = plan.follow(n)
        if follow.until <= when.value:
            return 0.0
        spread = math.sqrt(log_survival_variance(curve, when.value, follow) / n) / -math.log(high.value)
        return float(ndtr(distance / spread - z))

    within_reach(plan, when, max_n, "milestone")
    n, promised, short = fewest(power_of, wanted.value, None if max_n is None else checked_max_n(max_n, 1))
    trials, rng = trials_for(n), np.random.default_rng([seed, n])
    error, reached = (
        float((milestone_tests(Weibull.through(s.value, at=when.value, shape=form.value), plan.follow(n), n,
                               at=when.value, s0=low.value, trials=trials, rng=rng) > z).mean())
        for s in (low, high)
    )  # fmt: skip
    warnings = unlike(error, reached, size, wanted, short_of(wanted.value, n, reached) if short else "", trials=trials)
    rule = (
        f"conclude that survival is better if the estimate at {when.value:g} {unit}s lies more than {z:.3f} standard "
        f"errors above {percent(low.value)} on the scale of log(-log S)"
    )
    rows = behaviour(
        "milestone", simulated(trials, seed, max(error, 1 - reached)), n=n, warnings=warnings,
        null={"type_i_error": error, "expected_n": n}, alternative={"power": reached, "expected_n": n},
    )  # fmt: skip
    rows += beside("milestone", "normal approximation, log(-log S), Greenwood", n, size.value, promised)
    note = "; ".join(filter(None, warnings.values()))
    text = (
        f"This is a single-arm trial. Survival of {percent(low.value)} at {when.value:g} {unit}s is not worth "
        f"pursuing, survival of {percent(high.value)} is. {plan.sentence(n)}",
        f"{counted(n, 'patient')} give a power of {percent(reached)} at a one-sided type I error of "
        f"{percent(error)}, in {trials:,} simulated trials (Weibull curves of shape {form.value:g}, seed {seed}). The "
        "number of patients is by a normal approximation for the Kaplan-Meier estimate with Greenwood's variance, "
        f"which says {percent(promised)} and {percent(size.value)}." + (f" Note: {note}." if note else ""),
        f"Analysis: {rule}. The interval reported is the one on the same scale.",
    )
    return TrialDesign(
        kind="milestone", title=f"Survival at {when.value:g} {unit}s in {counted(n, 'patient')}", n=n,
        assumptions=(low, high, when, form, *plan.stated(), size, wanted),
        boundaries=(Boundary(look=1, n=n, scale="z", efficacy=z, rule=rule),),
        characteristics=rows + plan.duration_rows("milestone", n), protocol=text, references=(NAGASHIMA, BORGAN),
    )  # fmt: skip


def within_reach(plan: Accrual, when: Assumption, max_n: int | None, what: str) -> None:
    """Refuse where nobody is followed so far."""
    most = plan.follow(5000 if max_n is None else max_n).until
    if most <= when.value:
        raise SettingsError(
            f"a {what} at {when.value:g} {plan.unit}s in a trial that ends after {most:g} {plan.unit}s",
            expected="longer accrual or follow-up: nobody would be followed that far",
        )
