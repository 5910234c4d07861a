"""Three candidate next studies from a cohort's numbers: is it active, which method, better than chemotherapy?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from glisson.design.assurance import assurance, assurance_row, ratio_belief
from glisson.design.baskets import any_success, basket
from glisson.design.cohort_facts import CohortFacts
from glisson.design.kinds import kind
from glisson.design.plan import Assumption, TrialDesign
from glisson.design.planning import Planned, Told, plan
from glisson.design.power import power_at
from glisson.design.published_control import Control
from glisson.design.stated import DAYS, POWER
from glisson.errors import GlissonError
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

NOTHING = Estimates(())
#: Months until the response of the last patient is known, and of follow-up after the last one in a randomised trial.
RESPONSE_MONTHS, FOLLOW_UP_MONTHS = 6.0, 12.0
#: Patients of a basket: as few as say anything, as many as can be enumerated quickly.
_BASKET = (5, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which patients are within reach.

    Parameters
    ----------
    patients_a_year
        Of one centre like the cohort's.
    centres
        How many such centres.
    years
        How long patients may be entered.
    """

    patients_a_year: Assumption
    centres: int
    years: float

    @property
    def rate(self) -> float:
        """Patients a year of all centres."""
        return self.patients_a_year.value * self.centres

    @property
    def max_n(self) -> int:
        """Patients within reach."""
        return max(1, math.floor(self.rate * self.years))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One candidate study.

    Parameters
    ----------
    question
        What it answers.
    planned
        The design; ``None`` where there is none within reach.
    why_not
        Then, why.
    headline
        What stands in the comparison: ``power``, ``type_i_error``, ``assurance``, ``duration``, ``expected_n``.
    """

    question: str
    planned: Planned | None = None
    why_not: str = ""
    headline: Estimates = NOTHING


def suggest(facts: CohortFacts, control: Control, reach: Reach) -> tuple[Candidate, ...]:
    """Return three candidate next studies.

    Parameters
    ----------
    facts
        What the cohort's assessment tells.
    control
        Published chemotherapy in the cohort's line of therapy.
    reach
        Patients within reach.

    Returns
    -------
    tuple of Candidate
        A two-stage trial of response in one arm, a basket trial of the methods, a group sequential trial against
        chemotherapy: each the best within reach, or the sentence that says why there is none.

    Notes
    -----
    Effects are those the cohort saw, which a selected series overstates; assurance weighs how little it knows. Power of
    the randomised trial uses the cohort's progression-free survival over the published one, with constant hazards.
    """
    makers = (
        ("Does it shrink tumours more often than chemotherapy did?", partial(_activity, facts, control, reach)),
        ("Which of the methods are worth pursuing?", partial(_methods, facts, control, reach)),
        ("Does it hold progression off longer than chemotherapy?", partial(_randomised, facts, control, reach)),
    )
    out = []
    for question, make in makers:
        try:
            out.append(make(question))
        except GlissonError as error:
            out.append(Candidate(question=question, why_not=str(error)))
    return tuple(out)


def _activity(facts: CohortFacts, control: Control, reach: Reach, question: str) -> Candidate:
    seen = facts.one("response")
    null = _null_rate(control, seen.value)
    if isinstance(null, str):
        return Candidate(question=question, why_not=null)
    given = {"p0": null, "max_n": reach.max_n}
    planned = plan(kind("two-stage"), given, told=Told(facts=facts), patients_a_year=_rates(reach))
    rows = [*_of(planned.design, "power", "type_i_error", "expected_n"), assurance(planned.design, seen)]
    rows.append(_duration(planned.design.n / reach.rate * 12 + RESPONSE_MONTHS, "accrual, then response assessed"))
    return Candidate(question=question, planned=planned, headline=Estimates(tuple(rows)))


def _methods(facts: CohortFacts, control: Control, reach: Reach, question: str) -> Candidate:
    seen = facts.one("response")
    null = _null_rate(control, seen.value)
    if isinstance(null, str):
        return Candidate(question=question, why_not=null)
    mine = [f for f in facts.facts if f.outcome == "response" and f.method]
    hoped = Assumption(name="objective response rate", value=seen.value, origin=f"assessment: {seen.counted}")
    sizes = _basket_sizes([(f.method_label, f.n) for f in mine], null, hoped, reach.max_n)
    if sizes is None:
        text = f"{reach.max_n} patients within reach leave fewer than {_BASKET[0]} to one of {len(mine)} methods"
        return Candidate(question=question, why_not=text)
    planned = plan(kind("basket"), {"sizes": sizes, "p0": null, "p1": hoped}, patients_a_year=_rates(reach))
    rows = any_success(planned.design, sizes, null.value, hoped.value, [(f.events, f.n) for f in mine])
    duration = _duration(planned.design.n / reach.rate * 12 + RESPONSE_MONTHS, "accrual, then response assessed")
    return Candidate(question=question, planned=planned, headline=rows + Estimates((duration,)))


def _basket_sizes(
    mine: Sequence[tuple[str, int]], null: Assumption, hoped: Assumption, max_n: int
) -> dict[str, int] | None:
    """Return the smallest baskets in the proportions of the cohort with the usual power in each, or the largest."""
    best = None
    weights = [n for _, n in mine]
    for total in range(len(mine) * _BASKET[0], min(max_n, _BASKET[1] * len(mine)) + 1, 3):
        sizes = dict(zip((name for name, _ in mine), _shares(weights, total), strict=True))
        if min(sizes.values()) < _BASKET[0]:
            continue
        best = sizes
        design = basket(sizes=sizes, p0=null, p1=hoped)
        every = (("scenario", "every method works"),)
        powers = [design.characteristics.one("power", group=every, detail=f"{name}, pooled").value for name in sizes]
        if min(p or 0.0 for p in powers) >= POWER.value:
            return sizes
    return best


def _randomised(facts: CohortFacts, control: Control, reach: Reach, question: str) -> Candidate:
    seen = facts.one("pfs")
    ratio = seen.value * control.median_months.value * DAYS["month"] / math.log(2)
    if ratio >= 1:
        median = math.log(2) / seen.value / DAYS["month"]
        text = (
            f"the cohort's progression-free survival (median {median:.1f} months with constant hazard) is no longer "
            f"than that of {control.label} ({control.median_months.value:g} months): there is no effect to plan for"
        )
        return Candidate(question=question, why_not=text)
    given = {
        "control_median_months": control.median_months,
        "hazard_ratio": Assumption(
            name="hazard ratio", value=ratio, origin=f"assessment: {seen.counted}, against {control.label}"
        ),
        "accrual_per_month": Assumption(
            name="accrual", value=reach.rate / 12, unit="patients a month",
            origin=f"{reach.centres} centres like {reach.patients_a_year.origin}",
        ),
        "follow_up_months": FOLLOW_UP_MONTHS, "information": (0.6, 1.0), "futility": "obrien-fleming-type",
        "endpoint": "pfs", "max_n": reach.max_n,
    }  # fmt: skip
    planned = plan(kind("group-sequential"), given, patients_a_year=_rates(reach))
    belief = ratio_belief(math.log(ratio), math.hypot(1 / math.sqrt(seen.events), control.log_error), name="")
    weighed = assurance_row(
        belief.mean_of(partial(power_at, planned.design)), f"{seen.counted}, and the error of the published median"
    )
    rows = [*_of(planned.design, "power", "type_i_error", "expected_n", "duration"), weighed]
    return Candidate(question=question, planned=planned, headline=Estimates(tuple(rows)))


def _null_rate(control: Control, seen: float) -> Assumption | str:
    if control.response is None:
        return f"no response rate of {control.label} is in the library"
    if control.response.value >= seen:
        return (
            f"the cohort's response rate, {seen:.0%}, is no higher than that of {control.label}, "
            f"{control.response.value:.0%}: there is no effect to plan for"
        )
    return control.response


def _shares(weights: Sequence[int], total: int) -> list[int]:
    """Return whole numbers that add up to a total, in proportion."""
    exact = [w * total / sum(weights) for w in weights]
    whole = [math.floor(e) for e in exact]
    order = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole


def _of(design: TrialDesign, *statistics: str) -> list[Estimate]:
    """Return the first row of each statistic: power under the alternative, the rest under the null."""
    out = []
    for statistic in statistics:
        scenario = "null" if statistic in {"type_i_error", "expected_n"} else "alternative"
        rows = design.characteristics.select(statistic, group=(("scenario", scenario),))
        out += list(rows.rows[:1])
    return out


def _duration(months: float, how: str) -> Estimate:
    group = (("scenario", "alternative"),)
    return Estimate(
        variable="design", statistic="duration", group=group, value=months * DAYS["month"], unit="day", method=how
    )


def _rates(reach: Reach) -> tuple[float, ...]:
    return tuple(round(reach.rate * f, 1) for f in (1.0, 0.5))
