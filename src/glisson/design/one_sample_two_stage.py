"""One arm against a known survival curve, with one look at which a trial that does no better stops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from glisson.design.accrued import Accrual
from glisson.design.by_formula import beside, simulated, unlike
from glisson.design.one_sample import FINKELSTEIN, SCHMIDT, TRAP, lower_hazard, reference_curve
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import (
    ALPHA,
    DAYS,
    POWER,
    Number,
    TimeUnit,
    behaviour,
    checked_max_n,
    percent,
    size_and_power,
)
from glisson.errors import SettingsError
from glisson.kernels.drawn_trials import Entries, trials_for, two_look_tests
from glisson.kernels.planned import score
from glisson.kernels.two_stage_logrank import Plan, TwoLooks, best_look, single_power
from glisson.tables import Estimate, Estimates

#: Numbers of patients tried beyond that of one stage, as a factor, and in a row without an improvement.
_BEYOND, _PATIENCE = 1.6, 4
#: From this number of patients on, sizes are first tried in strides.
_FINE = 60
#: Patients searched where the caller gives no limit.
LARGEST = 1000
_KIND = "one_sample_logrank_two_stage"
KWAK = (
    "Kwak M, Jung SH. Phase II clinical trials with time-to-event endpoints: optimal two-stage designs with one-sample "
    "log-rank test. Stat Med 2014;33:2004-2016."
)
WU_TWO = (
    "Wu J, Chen L, Wei J, Weiss H, Chauhan A. Two-stage phase II survival trial design. Pharm Stat 2020;19:214-229."
)


def one_sample_logrank_two_stage(
    *,
    s0: Number,
    at: Number,
    hazard_ratio: Number,
    follow_up: Number,
    accrual_rate: Number,
    shape: Number = 1.0,
    dropout: Number = 0.0,
    alpha: Number = ALPHA,
    power: Number = POWER,
    criterion: Literal["optimal", "minimax"] = "optimal",
    max_n: int | None = None,
    unit: TimeUnit = "month",
    seed: int = 20200101,
) -> TrialDesign:
    """Plan a one-sample log-rank trial with a look for futility while patients are still entering.

    Parameters
    ----------
    s0, at, hazard_ratio, follow_up, shape, dropout, alpha, power, unit
        As for ``one_sample_logrank``.
    accrual_rate
        Patients a unit of time.
    criterion
        ``"optimal"``: fewest patients expected if survival is the reference's; ``"minimax"``: fewest patients at most,
        then fewest expected.
    max_n
        Patients within reach.
    seed
        Of the simulated trials by which the design says how it behaves.

    Returns
    -------
    TrialDesign
        ``type_i_error``, ``power``, ``expected_n``, ``early_stop`` and ``expected_duration`` (days), simulated;
        ``type_i_error_nominal`` and ``power_by_formula``.

    Raises
    ------
    SettingsError
        If a number is impossible, or no design is within reach.

    Notes
    -----
    Kwak & Jung 2014, Wu et al. 2020: sizes and limits take both tests as jointly normal. Here the covariance under the
    alternative is the exact one. How small trials behave is simulated, as the approximation is a point off for the
    type I error and the power. The look comes when the n1-th patient enters; accrual need not pause.

    Examples
    --------
    >>> design = one_sample_logrank_two_stage(s0=0.6, at=3, hazard_ratio=0.5, shape=0.5, accrual_rate=5, follow_up=1,
    ...                                       power=0.85)
    >>> [b.n for b in design.boundaries], round(design.characteristics.rows[1].value, 1)
    ([20, 50], 31.7)
    """
    size, wanted = size_and_power(alpha, power)
    if criterion not in {"optimal", "minimax"}:
        raise SettingsError(f"criterion {criterion!r}", expected="optimal or minimax")
    reference, given = reference_curve(s0, at, shape, unit)
    ratio = lower_hazard(hazard_ratio)
    coming = Accrual.of(None, accrual_rate, follow_up, dropout, unit)
    rate = coming.stated()[0].value
    plan = Plan(null=reference, ratio=ratio.value, accrual_rate=rate, follow_up=coming.follow_up.value,
                dropout=coming.dropout.value, alpha=size.value, power=wanted.value)  # fmt: skip
    best = _search(plan, coming, criterion, LARGEST if max_n is None else checked_max_n(max_n, LARGEST))
    warning = ""
    if best is None and max_n is not None:
        best, warning = _within(plan, coming, criterion, max_n)
    if best is None:
        raise SettingsError(
            f"no two-stage log-rank design of at most {LARGEST if max_n is None else max_n} patients has a power of "
            f"{plan.power:g}, or more than its type I error", todo="choose a larger effect or longer follow-up, or "
            "raise max_n",
        )  # fmt: skip
    assumptions = (*given, ratio, *coming.stated(), size, wanted)
    return _design(plan, best, assumptions, coming, criterion, warning, seed)


def _search(plan: Plan, coming: Accrual, criterion: str, largest: int) -> TwoLooks | None:
    """Go up from the number of patients that one stage needs."""
    n = 3
    while n <= largest and _one_stage(plan, coming, n) < plan.power:
        n += 1
    top = min(largest, int(_BEYOND * n) + 3)
    stride = max(1, n // _FINE) if criterion == "optimal" else 1
    best = _first_low(plan, range(n, top + 1, stride), criterion)
    if best is None or stride == 1:
        return best
    near = range(max(n, best.n - stride + 1), min(top, best.n + stride - 1) + 1)
    again = [found for found in (best_look(plan, k) for k in near) if found is not None]
    return min(again, key=lambda each: each.expected_n)


def _first_low(plan: Plan, sizes: Iterable[int], criterion: str) -> TwoLooks | None:
    """Return the first design of rising size after which none expects fewer patients for a while."""
    best, without = None, 0
    for n in sizes:
        found = best_look(plan, n)
        if found is None:
            continue
        if best is None or found.expected_n < best.expected_n:
            best, without = found, 0
        else:
            without += 1
        if criterion == "minimax" or without == _PATIENCE:
            break
    return best


def _within(plan: Plan, coming: Accrual, criterion: str, max_n: int) -> tuple[TwoLooks | None, str]:
    """Return the design with the highest whole per cent of power within reach."""
    top = int(100 * _one_stage(plan, coming, max_n)) if max_n > 2 else 0
    for target in range(top, int(100 * plan.alpha), -1):
        best = _search(replace(plan, power=target / 100), coming, criterion, max_n)
        if best is not None:
            return best, f"no design of at most {max_n} patients has a power of {percent(plan.power)} by the formula"
    return None, ""


def _one_stage(plan: Plan, coming: Accrual, n: int) -> float:
    """Return the power without a look."""
    return float(single_power(score(plan.null, plan.ratio, coming.follow(n)), n, alpha=plan.alpha))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behaviour:
    """How often simulated trials stop at the look, and how often they succeed, under the null and the alternative."""

    stop: tuple[float, float]
    success: tuple[float, float]
    trials: int
    how: str


def _behave(plan: Plan, best: TwoLooks, seed: int) -> _Behaviour:
    """Simulate a design."""
    trials, rng = trials_for(best.n), np.random.default_rng([seed, best.n1, best.n])
    entries = Entries(n1=best.n1, n=best.n, rate=plan.accrual_rate, follow_up=plan.follow_up, dropout=plan.dropout)
    stop, success = [], []
    for ratio in (1.0, plan.ratio):
        first, last = two_look_tests(plan.null, ratio, entries, trials=trials, rng=rng)
        stop.append(float((first <= best.c1).mean()))
        success.append(float(((first > best.c1) & (last > best.c)).mean()))
    how = simulated(trials, seed, 0.5)
    return _Behaviour(stop=(stop[0], stop[1]), success=(success[0], success[1]), trials=trials, how=how)


def _design(
    plan: Plan, best: TwoLooks, assumptions: tuple[Assumption, ...], coming: Accrual, criterion: str, short: str,
    seed: int,
) -> TrialDesign:  # fmt: skip
    """Write the design down."""
    seen, unit = _behave(plan, best, seed), coming.unit
    size, wanted = assumptions[-2:]
    warnings = unlike(*seen.success, size, wanted, short, trials=seen.trials)
    first = f"stop for futility if the test is {best.c1:.3f} or less when patient {best.n1} enters"
    last = (
        f"conclude that survival is better than the reference if the test of all {best.n} patients exceeds {best.c:.3f}"
    )
    return TrialDesign(
        kind=_KIND, n=best.n,
        title=f"Two-stage one-sample log-rank trial, {criterion}: {best.n1} then {best.n} patients",
        assumptions=assumptions,
        boundaries=(Boundary(look=1, n=best.n1, scale="z", futility=best.c1, rule=first),
                    Boundary(look=2, n=best.n, scale="z", efficacy=best.c, rule=last)),
        characteristics=_rows(best, seen, warnings, coming),
        protocol=(
            "This is a single-arm trial in two stages with a time to an event as its endpoint. Survival of the "
            f"reference is {percent(assumptions[0].value)} at {assumptions[1].value:g} {unit}s (Weibull curve of shape "
            f"{assumptions[2].value:g}); the hazard worth finding is {assumptions[3].value:g} times the reference's. "
            f"{TRAP}",
            f"The one-sample log-rank test is looked at when patient {best.n1} enters, about {best.look:.1f} {unit}s "
            f"after the first: {first}. Otherwise {best.n} patients are treated. {coming.sentence(best.n)} At the end: "
            f"{last}.",
            _promise(best, seen, criterion, "; ".join(filter(None, warnings.values()))),
        ),
        references=(KWAK, WU_TWO, SCHMIDT, FINKELSTEIN),
    )  # fmt: skip


def _rows(best: TwoLooks, seen: _Behaviour, warnings: dict[str, str], coming: Accrual) -> Estimates:
    more, end = best.n - best.n1, coming.follow(best.n).until
    patients = [best.n1 + (1 - stop) * more for stop in seen.stop]
    return behaviour(
        _KIND, seen.how, n=best.n, warnings=warnings,
        null={"type_i_error": seen.success[0], "expected_n": patients[0], "early_stop": seen.stop[0]},
        alternative={"power": seen.success[1], "expected_n": patients[1], "early_stop": seen.stop[1]},
    ) + Estimates(tuple(
        Estimate(variable=_KIND, statistic="expected_duration", group=(("scenario", scenario),), n=best.n, unit="day",
                 value=(stop * best.look + (1 - stop) * end) * DAYS[coming.unit],
                 method="accrual and follow-up as planned")
        for scenario, stop in zip(("null", "alternative"), seen.stop, strict=True)
    )) + beside(_KIND, "bivariate normal approximation", best.n, best.alpha, best.power)  # fmt: skip


def _promise(best: TwoLooks, seen: _Behaviour, criterion: str, note: str) -> str:
    why = (
        "expects fewest patients if survival is the reference's" if criterion == "optimal" else "needs fewest patients"
    )
    patients = best.n1 + (1 - seen.stop[0]) * (best.n - best.n1)
    return (
        f"In {seen.trials:,} simulated trials the type I error is {percent(seen.success[0])} and the power "
        f"{percent(seen.success[1])}. If survival is the reference's, the trial stops early with a probability of "
        f"{percent(seen.stop[0])} and expects {patients:.1f} patients. Sizes and limits take both tests as jointly "
        f"normal, by which the type I error would be {percent(best.alpha)} and the power {percent(best.power)}; "
        f"of the designs with these, this one {why}." + (f" Note: {note}." if note else "")
    )
