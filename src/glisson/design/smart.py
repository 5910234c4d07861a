"""Randomised twice: a first treatment, and for those whose disease is not controlled a second one (SMART)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from glisson.design.asked import check_errors, check_most, check_positive, check_share
from glisson.design.by_formula import simulated
from glisson.design.citations import KIDWELL, MURPHY, OETTING
from glisson.design.events import doubt
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.rows import one_analysis, one_or_two, row
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.errors import SettingsError
from glisson.kernels.drawn_regimes import Branch, regime_tests
from glisson.tables import Estimate, Estimates

_HOW, _FLOW = "weighted proportions, normal approximation", "accrual and milestone"
#: Simulated trials of either scenario; they are counts, and take a fraction of a second.
TRIALS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTreatment:
    """A first treatment, and what follows it.

    Parameters
    ----------
    controlled
        Share whose disease is controlled when it is decided how to go on.
    alive_controlled
        Probability that they are alive at the milestone; they keep the treatment.
    salvage
        The same probability for the others, by the second treatment they are randomised to.
    """

    controlled: float
    alive_controlled: float
    salvage: Mapping[str, float]

    def value(self, second: str) -> float:
        """Return the probability of being alive at the milestone under the regime with this second treatment."""
        return self.controlled * self.alive_controlled + (1 - self.controlled) * self.salvage[second]


#: A regime: a first treatment, and the second for those who need one.
Regime = tuple[str, str]


def regime_variance(first: FirstTreatment, second: str, firsts: int) -> float:
    """Return the variance, for one patient randomised, of the weighted proportion alive under a regime.

    Parameters
    ----------
    first, second
        The regime.
    firsts
        Number of first treatments.

    Notes
    -----
    Σ W² P E(Y - μ)²: weights are one over the chance of having followed the regime, ``firsts`` for those controlled and
    ``firsts`` times the number of second treatments for the others; the weights are normalised. With half and half
    randomisations and one variance this is Oetting's 2 (2 - γ) σ², γ the share controlled.

    Examples
    --------
    >>> sure = FirstTreatment(controlled=0.4, alive_controlled=0.5, salvage={"a": 0.5, "b": 0.5})
    >>> round(regime_variance(sure, "a", 2), 3), 2 * (2 - 0.4) * 0.25
    (0.8, 0.8)
    """
    mean, k = first.value(second), len(first.salvage)
    kept = first.controlled * _square(first.alive_controlled, mean)
    changed = (1 - first.controlled) * _square(first.salvage[second], mean)
    return firsts * (kept + k * changed)


def smart_trial(
    *,
    treatments: Mapping[str, FirstTreatment],
    compare: tuple[Regime, Regime],
    milestone_months: float,
    accrual_per_month: float,
    alpha: float = 0.05,
    power: float = 0.8,
    sided: int = 2,
    max_n: int | None = None,
    endpoint: str = "alive at the milestone",
    origin: str = "typed",
    seed: int = 20200101,
) -> TrialDesign:
    """Plan a sequential, multiple assignment, randomised trial sized by two of its regimes.

    Parameters
    ----------
    treatments
        First treatments by name, two or more.
    compare
        Two regimes, each a first treatment and the second for those not controlled; the better one first.
    milestone_months
        When it is counted who is alive; everybody is followed so long.
    accrual_per_month
        Patients a month.
    alpha, power, sided, max_n
        As for ``logrank_trial``.
    endpoint
        What is counted.
    origin
        Where the numbers come from.
    seed
        Of the simulated trials by which the design says its type I error and power.

    Returns
    -------
    TrialDesign
        With ``value`` of every regime, ``expected_followers``, the patients expected to follow it; ``type_i_error``,
        where the second regime is as good as the first, and ``power``, both simulated; ``type_i_error_nominal`` and
        ``power_by_formula``.

    Raises
    ------
    SettingsError
        If the first regime is not the better one, or no such trial exists.

    Notes
    -----
    n = (z_α + z_β)² V / (μ₁ - μ₂)². V is the sum of ``regime_variance``, less twice the covariance where both begin
    with the same treatment and share those controlled. Randomisation is even at both stages.

    Examples
    --------
    >>> treatments = {
    ...     "TACE": FirstTreatment(
    ...         controlled=0.6, alive_controlled=0.75, salvage={"doxorubicin": 0.4, "other": 0.35}
    ...     ),
    ...     "doxorubicin": FirstTreatment(controlled=0.4, alive_controlled=0.6, salvage={"TACE": 0.3, "other": 0.25}),
    ... }
    >>> regimes = (("TACE", "doxorubicin"), ("doxorubicin", "TACE"))
    >>> trial = smart_trial(treatments=treatments, compare=regimes, milestone_months=18, accrual_per_month=4)
    >>> trial.n
    318
    """
    check_errors(alpha, power, sided)
    check_positive(milestone_months, "a milestone in months")
    check_positive(accrual_per_month, "patients a month")
    check_most(max_n)
    _check(treatments, compare)
    better, other = compare
    effect = treatments[better[0]].value(better[1]) - treatments[other[0]].value(other[1])
    if effect <= 0:
        raise SettingsError(
            f"{_name(better)} at {effect:+.1%} against {_name(other)}", expected="a better regime first"
        )
    variance = _variance(treatments, compare)
    z_alpha = float(ndtri(1 - alpha / sided))
    z = z_alpha + float(ndtri(power))
    needed = math.ceil(z**2 * variance / effect**2 - 1e-9)
    n = needed if max_n is None else min(needed, max_n)
    reached = float(ndtr(effect * math.sqrt(n / variance) - z_alpha))
    month = n / accrual_per_month + milestone_months
    critical = f"{_name(better)} is declared better than {_name(other)} if the difference over its standard error is "
    rule = f"{critical}{z_alpha:.4f} or more."
    error, power_seen = _behave(treatments, compare, n, z_alpha, sided, seed)
    how = simulated(TRIALS, seed, 1 - power_seen)
    too_often = f"{error:.1%} where {alpha:.1%} were asked for" if error > 1.1 * alpha else ""
    doubtful = doubt(reached, power_seen, power if n == needed else None)
    rows = [
        row(endpoint, "type_i_error", error, "probability", NULL, method=how, warning=too_often),
        row(endpoint, "type_i_error_nominal", alpha, "probability", NULL, method=f"{sided}-sided, large-sample"),
        row(endpoint, "power", power_seen, "probability", ALTERNATIVE, method=how, warning=doubtful),
        row(endpoint, "power_by_formula", reached, "probability", ALTERNATIVE, method=_HOW),
        row(endpoint, "detectable_difference", z * math.sqrt(variance / n), "probability", method=_HOW),
        *(r for group in (NULL, ALTERNATIVE) for r in one_analysis(endpoint, group, n, month, flow=_FLOW)),
        *_regimes(endpoint, treatments, n),
    ]
    return TrialDesign(
        kind="smart",
        title="Randomised first, and again where the disease is not controlled",
        n=n,
        events=None,
        assumptions=_assumptions(treatments, milestone_months, accrual_per_month, origin),
        boundaries=(Boundary(look=1, n=n, scale="z", efficacy=z_alpha, rule=rule),),
        characteristics=Estimates(tuple(rows)),
        protocol=(
            f"Patients are randomised evenly between {', '.join(treatments)}. Those whose disease is not controlled "
            f"are randomised evenly to a second treatment. Of the regimes this contains, {_name(better)} and "
            f"{_name(other)} are compared by the proportion alive at {milestone_months:g} months, every patient being "
            "weighted by one over the chance of having followed the regime, by a "
            f"{one_or_two(sided)}-sided test at the {alpha:g} level.",
            f"{n} patients give a power of {power_seen:.1%} to find a difference of {effect:.1%}, in {TRIALS:,} "
            f"simulated trials (seed {seed}); the formula that gave them says {reached:.1%}"
            + (f"; {power:.0%} would need {needed}." if n < needed else "."),
            "Every patient is followed to the milestone. Other comparisons of regimes are exploratory.",
        ),
        references=(OETTING, KIDWELL, MURPHY),
    )


def _behave(
    treatments: Mapping[str, FirstTreatment], compare: tuple[Regime, Regime], n: int, z: float, sided: int, seed: int
) -> tuple[float, float]:
    """Return type I error and power in simulated trials; under the null the other regime is as good as the better."""
    names = list(treatments)
    places = tuple((names.index(a), list(treatments[a].salvage).index(b)) for a, b in compare)
    branches = [
        Branch(controlled=t.controlled, alive_controlled=t.alive_controlled, alive=tuple(t.salvage.values()))
        for t in treatments.values()
    ]
    (i, one), (j, two) = places
    alive = list(branches[j].alive)
    alive[two] = branches[i].alive[one]
    alike = list(branches)
    alike[j] = replace(branches[i], alive=tuple(alive))
    rng = np.random.default_rng([seed, n])
    null, tests = (regime_tests(tuple(b), (places[0], places[1]), n, trials=TRIALS, rng=rng) for b in (alike, branches))
    return float(((np.abs(null) if sided == 2 else null) >= z).mean()), float((tests >= z).mean())


def _regimes(endpoint: str, treatments: Mapping[str, FirstTreatment], n: int) -> list[Estimate]:
    """Return the value of every regime, and how many patients follow it."""
    rows, even = [], "both randomisations even"
    for name, first in treatments.items():
        for second in first.salvage:
            followers = n / len(treatments) * (first.controlled + (1 - first.controlled) / len(first.salvage))
            regime = (("regime", _name((name, second))),)
            rows.append(row(endpoint, "value", first.value(second), "probability", regime, method="assumed"))
            rows.append(row(endpoint, "expected_followers", followers, "count", regime, method=even))
    return rows


def _square(p: float, mean: float) -> float:
    """Return E(Y - mean)² of a proportion."""
    return p * (1 - p) + (p - mean) ** 2


def _variance(treatments: Mapping[str, FirstTreatment], compare: tuple[Regime, Regime]) -> float:
    total = sum(regime_variance(treatments[a], b, len(treatments)) for a, b in compare)
    (first, one), (same, two) = compare
    if first != same:
        return total
    of = treatments[first]
    p, means = of.alive_controlled, (of.value(one), of.value(two))
    shared = len(treatments) * of.controlled * (p * (1 - p) + (p - means[0]) * (p - means[1]))
    return total - 2 * shared


def _check(treatments: Mapping[str, FirstTreatment], compare: tuple[Regime, Regime]) -> None:
    if len(treatments) < 2:
        raise SettingsError(f"{len(treatments)} first treatments", expected="two or more")
    for name, first in treatments.items():
        check_share(first.controlled, f"a share controlled under {name}", ends=True)
        check_share(first.alive_controlled, f"a probability of being alive under {name}", ends=True)
        if not first.salvage:
            raise SettingsError(f"no second treatment after {name}", expected="one or more")
        for second, p in first.salvage.items():
            check_share(p, f"a probability of being alive with {second} after {name}", ends=True)
    for first_name, second in compare:
        if first_name not in treatments or second not in treatments[first_name].salvage:
            raise SettingsError(
                f"no regime {_name((first_name, second))}", expected="a first treatment and its salvage"
            )
    if compare[0] == compare[1]:
        raise SettingsError("a regime compared with itself", expected="two regimes")


def _assumptions(
    treatments: Mapping[str, FirstTreatment], milestone: float, accrual: float, origin: str
) -> tuple[Assumption, ...]:
    out = [
        Assumption(name="milestone", value=milestone, unit="months", origin=origin),
        Assumption(name="accrual", value=accrual, unit="patients a month", origin=origin),
    ]
    for name, first in treatments.items():
        out += [
            Assumption(name=f"{name}: share controlled", value=first.controlled, origin=origin),
            Assumption(name=f"{name}: alive if controlled", value=first.alive_controlled, origin=origin),
            *(
                Assumption(name=f"{name}: alive with {second} if not", value=p, origin=origin)
                for second, p in first.salvage.items()
            ),
        ]
    return tuple(out)


def _name(regime: Regime) -> str:
    return f"{regime[0]}, then {regime[1]}"
