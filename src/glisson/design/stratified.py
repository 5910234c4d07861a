"""A log-rank test stratified by groups that fare differently."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from scipy.optimize import brentq

from glisson.design.asked import check_errors, check_positive, check_ratio
from glisson.design.citations import LACHIN, SCHOENFELD
from glisson.design.events import doubt, power_of_events, power_of_score
from glisson.design.flow import Flow
from glisson.design.log_rank import SCORED, needed_events, promised, randomised
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.rows import days, months, one_or_two, row
from glisson.design.sizing import Size, sized
from glisson.design.stated import ALTERNATIVE, NULL
from glisson.design.two_arms import TwoArms
from glisson.errors import SettingsError
from glisson.kernels.courses import Accrual, Course
from glisson.kernels.expected_score import expected_score
from glisson.tables import Estimate, Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Patients who fare alike.

    Parameters
    ----------
    share
        Of all patients.
    control_median_months
        Median of its control arm, the hazard being constant.
    hazard_ratio
        Of the new treatment to the control in this stratum; ``None`` for that of the trial.
    """

    share: float
    control_median_months: float
    hazard_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strata:
    """The trial as sizing sees it: events added up over the strata."""

    parts: tuple[tuple[float, TwoArms], ...]

    @property
    def treated(self) -> float:
        return self.parts[0][1].treated

    @property
    def allocation(self) -> float:
        return self.parts[0][1].allocation

    @property
    def follow_up_months(self) -> float:
        return self.parts[0][1].follow_up_months

    def accrual(self, patients: float) -> Accrual:
        return self.parts[0][1].accrual(patients)

    def events(self, patients: float, at_month: float) -> float:
        return sum(share * arms.events(patients, at_month) for share, arms in self.parts)

    def month_of(self, patients: float, events: float) -> float | None:
        # Beyond a thousand medians nothing more happens.
        late = self.accrual(patients).end + 1000 * max(float(a.control_median_months or 1.0) for _, a in self.parts)
        if self.events(patients, late) < events:
            return None
        return float(brentq(lambda t: self.events(patients, t) - events, 0.0, late, xtol=1e-9))

    def mean_log_ratio(self, patients: float, at_month: float) -> float:
        expected = [share * arms.events(patients, at_month) for share, arms in self.parts]
        total = sum(expected)
        return sum(d * math.log(arms.ratio) for d, (_, arms) in zip(expected, self.parts, strict=True)) / total

    def score(self, patients: float, at_month: float) -> tuple[float, float]:
        """Return the expected score within strata, and its variance."""
        found = np.zeros(2)
        for share, part in self.parts:
            flow = part.flow()
            control, new = ((c, replace(a, rate=a.rate * share)) for c, a in flow.arms(patients))
            found += expected_score(control, new, flow.dropout, at_month)
        return float(found[0]), float(found[1])

    def mixed(self) -> Flow:
        """Return the arms with all strata thrown together."""
        first = np.array([share for share, _ in self.parts])
        courses = []
        for name in ("control", "new"):
            hazard = np.array(
                [float((a.control() if name == "control" else a.new()).event[0, 0]) for _, a in self.parts]
            )
            size = len(first)
            courses.append(Course(starts=np.zeros(1), moves=np.zeros((1, size, size)), event=hazard[None], first=first))
        arms = self.parts[0][1]
        return replace(arms.flow(), control=courses[0], new=courses[1])


def stratified_logrank(
    *,
    arms: TwoArms,
    strata: Mapping[str, Stratum],
    alpha: float = 0.05,
    power: float = 0.8,
    sided: int = 2,
    max_n: int | None = None,
) -> TrialDesign:
    """Plan a randomised trial compared by a log-rank test within strata.

    Parameters
    ----------
    arms
        Hazard ratio, accrual, follow-up, dropout and allocation; the control arm's hazard is that of the strata.
    strata
        Shares, medians and, where they differ, hazard ratios, by name.
    alpha, power, sided, max_n
        As for ``logrank_trial``.

    Returns
    -------
    TrialDesign
        With ``average_hazard_ratio`` within strata; ``unstratified_hazard_ratio`` and ``unstratified_power`` of a trial
        that ignores them when it randomises and when it tests.

    Raises
    ------
    SettingsError
        If the shares do not add up to 1, or no such trial exists.

    Notes
    -----
    Schoenfeld's formula with the log hazard ratio averaged over the events expected in all strata, which is what the
    numerators of the strata add up to; a patient's chance of an event is averaged over strata (Lachin & Foulkes 1986).

    Examples
    --------
    >>> arms = TwoArms(control_median_months=10, hazard_ratio=0.5, accrual_per_month=3, follow_up_months=12)
    >>> strata = {"liver only": Stratum(share=0.6, control_median_months=16),
    ...           "spread": Stratum(share=0.4, control_median_months=5)}
    >>> trial = stratified_logrank(arms=arms, strata=strata)
    >>> trial.n, trial.events, round(trial.characteristics.one("unstratified_hazard_ratio").value, 3)
    (96, 66, 0.553)
    """
    check_errors(alpha, power, sided)
    parts = _parts(arms, strata)
    for _, part in parts.parts:
        check_ratio(part.ratio, None)
    size = sized(
        parts, needed_events(arms, alpha, power, sided, "schoenfeld", None), alpha=alpha, sided=sided, max_n=max_n
    )

    promise = power_of_events(
        events=size.events, log_ratio=size.log_ratio, alpha=alpha, allocation=arms.allocation, sided=sided
    )
    rows = _rows(parts, size, promise, power, alpha, sided)
    reached, ignored = (next(e for e in rows if e.statistic == s).value for s in ("power", "unstratified_power"))
    rule = f"At {size.events} events the new treatment is superior if the stratified test's p-value is below {alpha:g}."
    return TrialDesign(
        kind="stratified_logrank",
        title=f"Two arms, log-rank test in {len(strata)} strata",
        n=size.n,
        events=size.events,
        assumptions=_assumptions(arms, strata),
        boundaries=(Boundary(look=1, n=size.n, events=size.events, scale="p", efficacy=alpha, rule=rule),),
        characteristics=Estimates(tuple(rows)),
        protocol=(
            f"Patients are randomised {randomised(arms.allocation)} within strata ({', '.join(strata)}). The primary "
            f"endpoint is {arms.outcome}. The arms are compared by a {one_or_two(sided)}-sided stratified log-rank "
            f"test at the {alpha:g} level.",
            f"{'No more than ' if size.limited else ''}{size.n} patients, entered over {months(size.accrual_months)}, "
            f"and {size.events} events give a power of {reached:.1%} to find an average hazard ratio of "
            f"{math.exp(size.log_ratio):.2f}, by the expected score of the test{promised('schoenfeld', promise)}. A "
            f"trial that ignored the strata would have {ignored:.1%}.",
            f"The analysis takes place when {size.events} events have been seen. There is no interim analysis.",
        ),
        references=(SCHOENFELD, LACHIN),
    )


def _rows(parts: _Strata, size: Size, promise: float, power: float, alpha: float, sided: int) -> list[Estimate]:
    """Return how the trial behaves, and one that ignores the strata."""

    def by_score(of: tuple[float, float]) -> float:
        return power_of_score(score=of[0], variance=of[1], alpha=alpha, sided=sided)

    mixed = parts.mixed()
    marginal = mixed.mean_log_ratio(size.n, size.months)
    within, ignored = (by_score(x.score(size.n, size.months)) for x in (parts, mixed))
    how, scored, name = "Schoenfeld, stratified log-rank test", SCORED, parts.parts[0][1].endpoint
    together = "strata thrown together"
    rows: list[Estimate] = [
        row(name, "type_i_error", alpha, "probability", NULL, method=f"{sided}-sided, large-sample"),
        row(
            name,
            "power",
            within,
            "probability",
            ALTERNATIVE,
            method=scored,
            warning=doubt(promise, within, None if size.limited else power),
        ),
        row(name, "power_by_formula", promise, "probability", ALTERNATIVE, method=how),
        row(name, "unstratified_power", ignored, "probability", ALTERNATIVE, method=f"{scored}, {together}"),
        row(name, "average_hazard_ratio", math.exp(size.log_ratio), "ratio", ALTERNATIVE, method="over the events"),
        row(name, "unstratified_hazard_ratio", math.exp(marginal), "ratio", ALTERNATIVE, method=together),
    ]
    alike = _Strata(parts=tuple((share, part.under_null()) for share, part in parts.parts))
    for scenario, group in ((alike, NULL), (parts, ALTERNATIVE)):
        month = scenario.month_of(size.n, size.events)
        rows += [
            row(name, "expected_n", size.n, "count", group, method="no interim analysis"),
            row(name, "expected_events", size.events, "count", group, method="no interim analysis"),
            row(
                name,
                "duration",
                None if month is None else days(month),
                "day",
                group,
                method="events expected",
                reason="the events are never expected" if month is None else "",
            ),
        ]
    return rows


def _parts(arms: TwoArms, strata: Mapping[str, Stratum]) -> _Strata:
    if arms.cross_over is not None or isinstance(arms.hazard_ratio, Mapping):
        raise SettingsError("strata with cross-over or a ratio that changes", expected="one hazard ratio a stratum")
    if not strata or abs(sum(s.share for s in strata.values()) - 1) > 1e-9:
        raise SettingsError(
            f"shares of {sum(s.share for s in strata.values()):g} in all", expected="shares that add up to 1"
        )
    parts = []
    for name, s in strata.items():
        check_positive(s.share, f"a share of {name}")
        ratio = arms.hazard_ratio if s.hazard_ratio is None else s.hazard_ratio
        own = replace(arms, control_median_months=s.control_median_months, control_hazard=None, hazard_ratio=ratio)
        parts.append((s.share, own))
    return _Strata(parts=tuple(parts))


def _assumptions(arms: TwoArms, strata: Mapping[str, Stratum]) -> tuple[Assumption, ...]:
    """Return the trial's assumptions, the control arm's hazard being given by stratum."""
    shared = tuple(a for a in arms.assumptions() if not a.name.startswith("control arm's"))
    of = [
        (
            Assumption(name=f"share of {name}", value=s.share, origin=arms.origin),
            Assumption(
                name=f"control arm's median, {name}", value=s.control_median_months, unit="months", origin=arms.origin
            ),
            *(
                ()
                if s.hazard_ratio is None
                else (Assumption(name=f"hazard ratio, {name}", value=s.hazard_ratio, origin=arms.origin),)
            ),
        )
        for name, s in strata.items()
    ]
    return (*shared, *chain.from_iterable(of))
