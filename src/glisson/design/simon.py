"""Simon's two-stage designs: stop early where too few respond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from glisson.design.one_stage import NAMES
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import (
    ALPHA,
    POWER,
    Number,
    behaviour,
    checked_max_n,
    counted,
    percent,
    rising,
    short_of,
    size_and_power,
    stated,
)
from glisson.errors import SettingsError
from glisson.kernels.two_stage import (
    Admissible,
    TwoStage,
    admissible,
    expected_size,
    search,
    stop_probability,
    success_probability,
)
from glisson.tables import Estimate, Estimates

Criterion = Literal["optimal", "minimax", "admissible"]

#: Patients searched where the caller gives no limit.
LARGEST = 300
SIMON = "Simon R. Optimal two-stage designs for phase II clinical trials. Control Clin Trials 1989;10:1-10."
JUNG = (
    "Jung SH, Lee T, Kim K, George SL. Admissible two-stage designs for phase II cancer clinical trials. "
    "Stat Med 2004;23:561-569."
)
KOYAMA = "Koyama T, Chen H. Proper inference from Simon's two-stage designs. Stat Med 2008;27:3145-3154."
JUNG_KIM = (
    "Jung SH, Kim KM. On the estimation of the binomial probability in multistage clinical trials. "
    "Stat Med 2004;23:881-896."
)


def two_stage(
    *,
    p0: Number,
    p1: Number,
    alpha: Number = ALPHA,
    power: Number = POWER,
    criterion: Criterion = "optimal",
    weight: float | None = None,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a trial of one arm that stops after a first stage if too few respond.

    Parameters
    ----------
    p0, p1
        Response rate not worth pursuing, and the one worth it.
    alpha, power
        One-sided type I error at most, and power at least.
    criterion
        ``"optimal"``: fewest patients expected if the rate is ``p0``. ``"minimax"``: fewest patients at most, then
        fewest expected. ``"admissible"``: smallest weight x largest + (1 - weight) x expected number of patients.
    weight
        For ``"admissible"``, from 0 (optimal) to 1 (minimax); by default 0.5.
    max_n
        Patients within reach. Where they do not suffice, the criterion chooses among the designs with the highest whole
        per cent of power that any design within reach has, and a warning says so.

    Returns
    -------
    TrialDesign
        ``type_i_error``, ``power``; ``expected_n`` and ``early_stop`` under both; and for every admissible design, with
        the group ``(("design", "1/10 5/29"),)``, its ``n``, ``expected_n``, ``type_i_error``, ``power``, ``early_stop``
        and ``weight``, whose limits are the weights for which it is best.

    Raises
    ------
    SettingsError
        If a probability is none, ``p1`` is not above ``p0``, or no design is within reach.

    Examples
    --------
    >>> design = two_stage(p0=0.1, p1=0.3)
    >>> [(b.n, b.futility) for b in design.boundaries], design.boundaries[-1].efficacy
    ([(10, 1.0), (29, 5.0)], 6.0)
    >>> two_stage(p0=0.1, p1=0.3, criterion="minimax").n
    25
    """
    rates, sizes = rising(p0, p1, NAMES), size_and_power(alpha, power)
    if criterion not in {"optimal", "minimax", "admissible"}:
        raise SettingsError(f"criterion {criterion!r}", expected="optimal, minimax or admissible")
    if weight is not None and (criterion != "admissible" or not 0 <= weight <= 1):
        raise SettingsError(f"weight {weight:g} with criterion {criterion}",
                            expected="a number from 0 to 1, and criterion admissible")  # fmt: skip
    rules, warning = _within(rates, sizes, max_n)
    best = admissible(rules, rates[0].value)
    chosen = _choose(best, criterion, 0.5 if weight is None else weight)
    return _design(chosen, best, rates, sizes, criterion=criterion, weight=weight, warning=warning)


def _within(
    rates: tuple[Assumption, Assumption], sizes: tuple[Assumption, Assumption], max_n: int | None
) -> tuple[tuple[TwoStage, ...], str]:
    """Return the rules with the wanted power, or with the most there is, and then a warning."""
    largest = checked_max_n(max_n, LARGEST)

    def rules(power: float) -> tuple[TwoStage, ...]:
        return search(rates[0].value, rates[1].value, alpha=sizes[0].value, power=power, largest=largest)

    found = rules(sizes[1].value)
    if found:
        return found, ""
    if max_n is None:
        raise SettingsError(
            f"no two-stage design of at most {largest} patients tells {rates[1].value:g} from {rates[0].value:g}",
            todo="choose rates further apart, or give max_n",
        )
    low, high = int(100 * sizes[0].value), int(100 * sizes[1].value) + 1  # whole per cents: none is reached at high
    while high - low > 1:
        middle = (low + high) // 2
        again = rules(middle / 100)
        if again:
            low, found = middle, again
        else:
            high = middle
    if not found:
        raise SettingsError(
            f"no two-stage design of at most {counted(largest, 'patient')} has more power than its type I error of "
            f"{sizes[0].value:g}", todo="raise max_n",
        )  # fmt: skip
    reached = max(success_probability(rule, rates[1].value) for rule in found)
    return found, short_of(sizes[1].value, largest, reached).replace(
        "this one has the most, ", f"{low}% is within reach, at most "
    )


def _choose(best: Sequence[Admissible], criterion: Criterion, weight: float) -> TwoStage:
    """Return the rule that the criterion wants; all three are corners of the hull."""
    if criterion == "minimax":
        return best[0].rule
    if criterion == "optimal":
        return best[-1].rule
    return min(best, key=lambda each: weight * each.rule.n + (1 - weight) * each.expected_n).rule


def _design(
    rule: TwoStage,
    best: Sequence[Admissible],
    rates: tuple[Assumption, Assumption],
    sizes: tuple[Assumption, Assumption],
    *,
    criterion: Criterion,
    weight: float | None,
    warning: str,
) -> TrialDesign:
    """Write the design down."""
    null, alternative = (rule_behaviour(rule, rate.value) for rate in rates)
    rows = behaviour(
        "two_stage", "exact binomial; every two-stage design searched", n=rule.n,
        warnings={"power": warning} if warning else None,
        null={"type_i_error": null["success"], "expected_n": null["expected_n"], "early_stop": null["early_stop"]},
        alternative={"power": alternative["success"], "expected_n": alternative["expected_n"],
                     "early_stop": alternative["early_stop"]},
    )  # fmt: skip
    weights = (
        stated(0.5 if weight is None else weight, "weight of the largest against the expected number of patients"),
    )
    if weight is None:
        weights = (Assumption(name=weights[0].name, value=0.5, origin="default"),)
    return TrialDesign(
        kind="two_stage", title=f"Simon's two-stage design, {criterion}: {rule}", n=rule.n,
        assumptions=(*rates, *sizes, *(weights if criterion == "admissible" else ())),
        boundaries=boundaries(rule), characteristics=rows + _every(best, rates),
        protocol=_protocol(rule, rates, sizes, criterion, warning),
        references=(SIMON, *((JUNG,) if criterion == "admissible" else ()), JUNG_KIM, KOYAMA),
    )  # fmt: skip


def rule_behaviour(rule: TwoStage, p: float) -> dict[str, float]:
    """Return how a rule behaves at a response rate.

    Examples
    --------
    >>> {k: round(v, 3) for k, v in rule_behaviour(TwoStage(r1=1, n1=10, r=5, n=29), 0.1).items()}
    {'success': 0.047, 'early_stop': 0.736, 'expected_n': 15.014}
    """
    return {
        "success": success_probability(rule, p),
        "early_stop": stop_probability(rule, p),
        "expected_n": expected_size(rule, p),
    }


def boundaries(rule: TwoStage) -> tuple[Boundary, Boundary]:
    """Return the two looks of a rule.

    Examples
    --------
    >>> boundaries(TwoStage(r1=1, n1=10, r=5, n=29))[0].rule
    'stop for futility if 1 or fewer of the first 10 patients respond; else treat 19 more'
    """
    few = "none" if rule.r1 == 0 else f"{rule.r1} or fewer"
    first = f"stop for futility if {few} of the first {rule.n1} patients respond; else treat {rule.n - rule.n1} more"
    if rule.r1 < 0:
        first = f"go on after the first {rule.n1} patients whatever their response"
    futility = None if rule.r1 < 0 else float(rule.r1)
    last = f"conclude that the treatment merits further study if {rule.r + 1} or more of all {rule.n} patients respond"
    return (
        Boundary(look=1, n=rule.n1, scale="responders", futility=futility, rule=first),
        Boundary(look=2, n=rule.n, scale="responders", futility=float(rule.r), efficacy=float(rule.r + 1), rule=last),
    )


def _every(best: Sequence[Admissible], rates: tuple[Assumption, Assumption]) -> Estimates:
    """Return the rows of all admissible designs."""
    rows: list[Estimate] = []
    for each in best:
        group, exact = (("design", str(each.rule)),), "exact binomial"
        null, p1 = rule_behaviour(each.rule, rates[0].value), rates[1].value
        power = success_probability(each.rule, p1)
        values = {"n": each.rule.n, "expected_n": null["expected_n"], "type_i_error": null["success"], "power": power,
                  "early_stop": null["early_stop"]}  # fmt: skip
        rows.extend(
            Estimate(variable="two_stage", statistic=name, group=group, value=float(value), method=exact,
                     unit="count" if name in {"n", "expected_n"} else "probability", n=each.rule.n)
            for name, value in values.items()
        )  # fmt: skip
        rows.append(
            Estimate(variable="two_stage", statistic="weight", group=group, low=each.low, high=each.high,
                     value=(each.low + each.high) / 2, method="lower convex hull (Jung 2004)", n=each.rule.n)
        )  # fmt: skip
    return Estimates(tuple(rows))


def _protocol(
    rule: TwoStage,
    rates: tuple[Assumption, Assumption],
    sizes: tuple[Assumption, Assumption],
    criterion: Criterion,
    warning: str,
) -> tuple[str, ...]:
    null, alternative = (rule_behaviour(rule, rate.value) for rate in rates)
    why = {
        "optimal": "fewest patients are expected if the treatment is not worth pursuing",
        "minimax": "the largest possible number of patients is smallest",
        "admissible": "a weighted mean of the largest and of the expected number of patients is smallest",
    }[criterion]
    first, last = boundaries(rule)
    return (
        f"This is a single-arm trial in two stages (Simon). A response rate of {percent(rates[0].value)} is not worth "
        f"pursuing, one of {percent(rates[1].value)} is. In the first stage {counted(rule.n1, 'patient')} will be "
        f"treated. Rule: {first.rule}. At the end: {last.rule}.",
        f"Among all two-stage designs with a one-sided type I error of at most {percent(sizes[0].value)} and the "
        "wanted "
        f"power, this is the one in which {why}." + (f" Note: {warning}." if warning else "")
        + f" Exactly, the type I error is {percent(null['success'])} and the power {percent(alternative['success'])}. "
        f"If the response rate is {percent(rates[0].value)}, the trial stops after the first stage with a probability "
        f"of {percent(null['early_stop'])}, and {null['expected_n']:.1f} patients are expected.",
        "Accrual pauses after the first stage until the response of every patient in it is known, unless the limit has "
        "already been passed.",
        "The response rate is reported as the unbiased estimate that allows for the two stages, with an exact "
        "interval and p-value from the ordering of outcomes by stage and number of responders. If the number of "
        "patients in a stage differs from the plan, the limits are calculated again as described for attained designs.",
    )  # fmt: skip
