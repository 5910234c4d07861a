"""What an assessment tells a design: counts of events, time at risk, responders and survival, overall and by method."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from glisson.design.plan import Assumption
from glisson.errors import SettingsError

#: Days of a person-year, as the rates of an assessment count them.
YEAR = 365.25
#: The group that holds everybody.
EVERYBODY = ""
_RAW = {"raw_rate", "raw_proportion"}


class Assessed(Protocol):
    """An assessment, or its results.json read back."""

    @property
    def title(self) -> str:
        """Title of the study."""
        ...

    @property
    def n(self) -> int:
        """Patients analysed."""
        ...

    @property
    def labels(self) -> Any:
        """Printed names of levels."""
        ...

    @property
    def by_method(self) -> Any:
        """Outcomes by treatment method."""
        ...

    @property
    def endpoints(self) -> Any:
        """Endpoints with their estimates."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What was counted of one outcome in one group.

    Parameters
    ----------
    outcome, label
        Code and printed name: ``"pfs"``, ``"response"``, ``"toxicity"``.
    kind
        ``"hazard"``: events over time at risk. ``"proportion"``: events over patients.
    method, method_label
        Treatment method by first session; empty for everybody.
    n, events
        Patients, and those with the event.
    days
        Patient-days at risk; 0 for a proportion.
    """

    outcome: str
    label: str
    kind: Literal["hazard", "proportion"]
    method: str
    method_label: str
    n: int
    events: int
    days: float = 0.0

    @property
    def value(self) -> float:
        """Events a day, or the proportion."""
        return self.events / (self.days if self.kind == "hazard" else self.n)

    @property
    def counted(self) -> str:
        """The counts in words: ``"DEB-TACE, 4 of 13"``."""
        who = self.method_label or "all methods"
        if self.kind == "hazard":
            return f"{who}, {self.events} events in {self.days / YEAR:.1f} patient-years"
        return f"{who}, {self.events} of {self.n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortFacts:
    """Everything a design may take from one assessment.

    Parameters
    ----------
    title
        Of the assessment.
    n
        Patients.
    facts
        Counts by outcome and method.
    survival
        (outcome, method, day, value) of Kaplan-Meier estimates.
    """

    title: str
    n: int
    facts: tuple[Fact, ...]
    survival: tuple[tuple[str, str, float, float], ...]

    def one(self, outcome: str, method: str = EVERYBODY) -> Fact:
        """Return what was counted of an outcome.

        Raises
        ------
        SettingsError
            If the assessment has no such outcome or method.
        """
        for fact in self.facts:
            if fact.outcome == outcome and fact.method == method:
                return fact
        known = sorted({(f.outcome, f.method) for f in self.facts})
        raise SettingsError(
            f"the assessment “{self.title}” holds no {outcome or 'outcome'} of {method or 'all methods'}",
            expected="one of " + ", ".join(f"{o}{':' + m if m else ''}" for o, m in known),
        )

    def survival_at(self, outcome: str, day: float, method: str = EVERYBODY) -> Assumption:
        """Return survival at a day: Kaplan-Meier where the assessment has it, else from the constant hazard.

        Raises
        ------
        SettingsError
            If the assessment has no such outcome.
        """
        fact = self.one(outcome, method)
        name = f"{fact.label} at {day / (YEAR / 12):.3g} months"
        for code, group, at, value in self.survival:
            if code == outcome and group == method and abs(at - day) <= 1:
                who = fact.method_label or "all methods"
                return Assumption(name=name, value=value, origin=f"assessment: Kaplan-Meier, {who}, n = {fact.n}")
        value = math.exp(-fact.value * day)
        return Assumption(name=name, value=value, origin=f"assessment: constant hazard, {fact.counted}")


def facts_of(assessed: Assessed) -> CohortFacts:
    """Return what an assessment, or its results.json read back, tells a design.

    Parameters
    ----------
    assessed
        From ``glisson.assess`` or ``glisson.reporting.results.read_results``.

    Raises
    ------
    SettingsError
        If it holds no outcome by method.
    """
    if assessed.by_method is None or not assessed.by_method.outcomes:
        raise SettingsError(
            f"the assessment “{assessed.title}” has no outcomes by treatment method",
            todo="assess a cohort with at least two methods, or type the assumptions",
        )
    names = {tuple(key): text for key, text in assessed.labels}
    facts: list[Fact] = []
    for outcome in assessed.by_method.outcomes:
        groups = [_fact(outcome, row, names) for row in outcome.readings[0].estimates if row.statistic in _RAW]
        facts.append(together(groups))
        facts += groups
    survival = tuple(_survival(assessed.endpoints))
    return CohortFacts(title=assessed.title, n=assessed.n, facts=tuple(facts), survival=survival)


def _fact(outcome: Any, row: Any, names: dict[Any, str]) -> Fact:
    ((key, level),) = row.group
    return Fact(
        outcome=outcome.code, label=outcome.label, kind=outcome.kind, method=level,
        method_label=names.get((key, level), level), n=row.n, events=row.events, days=_days(row),
    )  # fmt: skip


def _days(row: Any) -> float:
    """Return patient-days behind a rate: events over the rate, or, without events, behind its upper limit."""
    if row.statistic != "raw_rate":
        return 0.0
    if row.events:
        return float(row.events / row.value * YEAR)
    return -math.log((1 - row.level) / 2) / float(row.high) * YEAR


def together(groups: list[Fact]) -> Fact:
    """Return what was counted of everybody."""
    first = groups[0]
    return Fact(
        outcome=first.outcome, label=first.label, kind=first.kind, method=EVERYBODY, method_label="",
        n=sum(g.n for g in groups), events=sum(g.events for g in groups), days=sum(g.days for g in groups),
    )  # fmt: skip


def _survival(endpoints: Iterable[Any]) -> Iterable[tuple[str, str, float, float]]:
    for endpoint in endpoints:
        seen: set[tuple[str, str, float]] = set()
        for part in endpoint.breakdowns[:2]:
            for row in part.estimates:
                if row.statistic != "survival" or row.value is None:
                    continue
                keys = tuple((k, v) for k, v in row.group)
                method = EVERYBODY if not keys else keys[0][1]
                if len(keys) > 1 or (keys and keys[0][0] != "method") or (endpoint.code, method, row.at) in seen:
                    continue
                seen.add((endpoint.code, method, row.at))
                yield endpoint.code, method, row.at, row.value
