"""After Simon's design: limits where the stages are larger or smaller than planned, and what was shown in the end."""

from __future__ import annotations

from typing import Any

import numpy as np

from glisson.design.plan import Boundary, TrialDesign
from glisson.design.simon import JUNG_KIM, KOYAMA, SIMON, boundaries
from glisson.design.stated import behaviour, counted, percent
from glisson.errors import SettingsError
from glisson.kernels.single_stage import at_least
from glisson.kernels.two_stage import TwoStage, binomial, stop_probability
from glisson.kernels.two_stage_inference import attained, cutoffs, limits, p_value, unbiased
from glisson.tables import Estimate, Estimates


def two_stage_deviation(*, plan: TrialDesign, n1: int | None = None, n2: int | None = None) -> TrialDesign:
    """Return the design that holds after a stage turned out larger or smaller than planned.

    Parameters
    ----------
    plan
        Design by ``two_stage``.
    n1
        Patients of the first stage, if not those planned. Limits are chosen again before responses are looked at: the
        first stops a treatment worth pursuing no more often than the plan did, the last keeps the type I error. The
        number of patients in all stays.
    n2
        Patients of the second stage, if not those planned. How many of them must respond depends on the first stage:
        the p-value of the second stage must not exceed the plan's probability of success under the null rate then.

    Returns
    -------
    TrialDesign
        With its exact ``type_i_error``, which is not above that of the plan, and ``power``.

    Raises
    ------
    SettingsError
        If the plan is not a two-stage design, or the sizes leave no test.

    Notes
    -----
    Koyama & Chen 2008 for the second stage.

    Examples
    --------
    >>> from glisson.design.simon import two_stage
    >>> plan = two_stage(p0=0.1, p1=0.3)
    >>> again = two_stage_deviation(plan=plan, n2=17)
    >>> again.n, [round(again.characteristics.one(s).value, 3) for s in ("type_i_error", "power")]
    (27, [0.037, 0.779])
    """
    rule, p0, p1, alpha = planned_rule(plan)
    if n1 is not None and n1 != rule.n1:
        if not 1 <= n1 < rule.n:
            raise SettingsError(f"a first stage of {counted(n1, 'patient')}", expected=f"from 1 to {rule.n - 1}")
        changed = attained(rule, p0, p1, alpha=alpha, n1=n1)
        if changed is None:
            raise SettingsError(f"no limit keeps a type I error of {alpha:g} after a first stage of {n1} patients")
        rule = changed
    size = rule.n - rule.n1 if n2 is None else n2
    if size < 1:
        raise SettingsError(f"a second stage of {size} patients", expected="at least 1")
    need = cutoffs(rule, p0, size) if size != rule.n - rule.n1 else np.maximum(rule.r + 1 - np.arange(rule.n1 + 1), 0)
    return _design(plan, rule, need, size, (p0, p1))


def _design(
    plan: TrialDesign, rule: TwoStage, need: np.ndarray[Any, Any], size: int, rates: tuple[float, float]
) -> TrialDesign:
    """Write the attained design down."""
    n = rule.n1 + size
    on = np.arange(rule.r1 + 1, rule.n1 + 1)
    alpha, power = (float(binomial(rule.n1, p)[on] @ at_least(need[on], size, p)) for p in rates)
    stops = [stop_probability(rule, p) for p in rates]
    sizes = [rule.n1 + (1 - stop) * size for stop in stops]
    rows = behaviour(
        "two_stage_deviation", "exact binomial, attained sizes", n=n,
        null={"type_i_error": alpha, "expected_n": sizes[0], "early_stop": stops[0]},
        alternative={"power": power, "expected_n": sizes[1], "early_stop": stops[1]},
    )  # fmt: skip
    looks = boundaries(rule)
    same = size == rule.n - rule.n1
    if not same:
        looks = (looks[0], Boundary(look=2, n=n, scale="responders in the second stage", rule=_steps(on, need, size)))
    text = (
        f"The plan was {plan.title.rpartition(': ')[2]}. With {rule.n1} patients in the first stage and {size} in the "
        f"second, the rule is: {looks[0].rule.partition(';')[0]}; at the end, {looks[1].rule}.",
        f"Exactly, its type I error is {percent(alpha)} and its power {percent(power)}. The limits follow from the "
        "sizes alone, and must be set before responses of the stage concerned are known.",
    )
    return TrialDesign(
        kind="two_stage" if same else "two_stage_deviation",
        title=f"Two-stage design as attained: {rule if same else f'{rule.r1}/{rule.n1}, then {size} patients'}",
        n=n, assumptions=plan.assumptions, boundaries=looks, characteristics=rows, protocol=text,
        references=(SIMON, KOYAMA, JUNG_KIM),
    )  # fmt: skip


def _steps(on: np.ndarray[Any, Any], need: np.ndarray[Any, Any], size: int) -> str:
    """Say how many of the second stage must respond, for each number in the first."""
    parts = []
    for x in on:
        k = int(need[x])
        if k <= 0:
            parts.append(f"any number after {x} or more")
            break
        parts.append(f"{'no number suffices' if k > size else f'{k} or more'} after {x}")
    return "conclude that the treatment merits further study if, of the second stage, these respond: " + ", ".join(
        parts
    )


def two_stage_results(
    *, plan: TrialDesign, first: int, second: int | None = None, n2: int | None = None, level: float = 0.95
) -> Estimates:
    """Return what a two-stage trial has shown, with the early look taken into account.

    Parameters
    ----------
    plan
        Design by ``two_stage``, or by ``two_stage_deviation`` for another size of the first stage.
    first
        Responders in the first stage.
    second
        Responders in the second; ``None`` if the trial stopped.
    n2
        Patients of the second stage, if not those planned.
    level
        Confidence level of the two-sided interval.

    Returns
    -------
    Estimates
        ``proportion`` (unbiased, with the exact interval) and ``p`` (one-sided, against the null rate). The naive
        proportion of responders is added as ``proportion_naive``.

    Raises
    ------
    SettingsError
        If the counts do not fit the plan.

    Notes
    -----
    Jung & Kim 2004 for the estimate, Koyama & Chen 2008 for p-value and interval.

    Examples
    --------
    >>> from glisson.design.simon import two_stage
    >>> rows = two_stage_results(plan=two_stage(p0=0.1, p1=0.3), first=3, second=4)
    >>> print(rows)
    two_stage | overall | proportion: 0.282153 (0.107243 to 0.469427; 95%)
    two_stage | overall | proportion_naive: 0.241379
    two_stage | overall | p: 0.0176961
    """
    rule, p0, _, _ = planned_rule(plan)
    size = rule.n - rule.n1 if n2 is None else n2
    _check(rule, first, second, size)
    if not 0 < level < 1:
        raise SettingsError(f"level {level:g}", expected="a number between 0 and 1")
    total, n = first + (second or 0), rule.n1 + (0 if second is None else size)
    low, high = limits(first, second, rule, level=level, n2=n2)
    method = "unbiased after two stages (Jung & Kim); exact interval (Koyama & Chen)"
    shared: dict[str, Any] = {"variable": "two_stage", "n": n, "events": total}
    return Estimates((
        Estimate(statistic="proportion", value=unbiased(first, second, rule, n2=n2), low=low, high=high, level=level,
                 unit="probability", method=method, **shared),
        Estimate(statistic="proportion_naive", value=total / n, unit="probability", method="responders over patients",
                 warning="ignores that the trial could have stopped early", **shared),
        Estimate(statistic="p", value=p_value(first, second, rule, p0, n2=n2), unit="p",
                 method=f"one-sided, stagewise ordering (Koyama & Chen), against a rate of {p0:g}", **shared),
    ))  # fmt: skip


def _check(rule: TwoStage, first: int, second: int | None, size: int) -> None:
    """Refuse counts that the plan cannot give."""
    if not 0 <= first <= rule.n1:
        raise SettingsError(f"{first} responders in the first stage", expected=f"from 0 to {rule.n1}")
    if second is None and first > rule.r1:
        raise SettingsError(
            f"{first} responders in the first stage, and no second stage",
            expected=f"a second stage after more than {rule.r1}",
        )
    if second is not None and first <= rule.r1:
        raise SettingsError(
            f"a second stage after {first} responders in the first", expected=f"none after {rule.r1} or fewer",
            todo="the trial went on against its rule, and no exact inference covers that",
        )  # fmt: skip
    if size < 1 or (second is not None and not 0 <= second <= size):
        raise SettingsError(f"{second} responders among {size} patients of the second stage")


def planned_rule(plan: TrialDesign) -> tuple[TwoStage, float, float, float]:
    """Return rule, null rate, alternative rate and size of a two-stage design.

    Raises
    ------
    SettingsError
        If the design is another one.

    Examples
    --------
    >>> from glisson.design.simon import two_stage
    >>> str(planned_rule(two_stage(p0=0.1, p1=0.3))[0])
    '1/10 5/29'
    """
    if plan.kind != "two_stage":
        raise SettingsError(f"a design of kind {plan.kind}", expected="a design by two_stage",
                            todo="for another size of the second stage give the plan and n2")  # fmt: skip
    first, last = plan.boundaries
    if first.n is None or last.n is None or last.futility is None:
        raise SettingsError("a two-stage design without its limits", expected="a design by two_stage")
    r1 = -1 if first.futility is None else int(first.futility)
    p0, p1, alpha = (a.value for a in plan.assumptions[:3])
    return TwoStage(r1=r1, n1=first.n, r=int(last.futility), n=last.n), p0, p1, alpha
