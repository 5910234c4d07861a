"""From a cohort's records to three candidate next studies: what it saw, how many it treats a year, in which line."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal

from glisson.assessing.assess import refuse_blocked
from glisson.clinical.cohort import Cohort
from glisson.clinical.derive import endpoint
from glisson.clinical.groups import patient_keys
from glisson.clinical.response import OBJECTIVE_RESPONSE
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.design.cohort_facts import YEAR, CohortFacts, Fact, together
from glisson.design.plan import Assumption
from glisson.design.published_control import USUAL, published_control
from glisson.design.suggest import Candidate, Reach, suggest
from glisson.errors import InputError, SettingsError
from glisson.evidence.library import library
from glisson.methods.partial_pooling import Grouped, grouped_proportions, grouped_rates

Line = Literal["front", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Candidates with where they come from.

    Parameters
    ----------
    title
        Of the study.
    told
        Paragraphs: the numbers they rest on.
    candidates
        Three of them.
    synthetic
        Whether every patient is invented.
    """

    title: str
    told: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    synthetic: bool


def candidates(
    cohort: Cohort, *, centres: int = 5, years: float = 4.0, patients_a_year: float | None = None, control: str = ""
) -> Suggested:
    """Return three candidate next studies from a cohort's own numbers.

    Parameters
    ----------
    cohort
        Validated records without blocking problems.
    centres
        Centres like this one that would take part.
    years
        For how long patients may be entered.
    patients_a_year
        Of one centre; by default as many as the cohort had a year.
    control
        Published chemotherapy as ``study:arm``; by default the usual one of the line of therapy of most patients.

    Raises
    ------
    InputError
        If blocking problems are left, or nothing is recorded from which a study could be planned.
    SettingsError
        If a number is impossible or the control is not in the library.

    Examples
    --------
    >>> from glisson.clinical.read import demo_cohort
    >>> [c.planned.design.n for c in candidates(demo_cohort()).candidates]
    [20, 30, 65]
    """
    refuse_blocked(cohort)
    if centres < 1 or not years > 0 or (patients_a_year is not None and not patients_a_year > 0):
        raise SettingsError("a trial without centres, years or patients", expected="1 or more centres, both above 0")
    facts, line = facts_of_cohort(cohort), _line(cohort)
    accrual = _accrual(cohort) if patients_a_year is None else Assumption(
        name="patients a year of one centre", value=patients_a_year, origin="typed"
    )  # fmt: skip
    reach = Reach(patients_a_year=accrual, centres=centres, years=years)
    against = published_control(library(), control or USUAL[line])
    seen = "; ".join(f"{f.label.lower()}: {f.counted}" for f in facts.facts if not f.method)
    usual = "" if control else f" Most of its patients had {_LINE_WORDS[line]}, hence this control."
    told = (
        f"{centres} centres like this one, {accrual.value:.1f} patients a year each, have {reach.max_n} patients "
        f"within {years:g} years. The control is {against.label}: median progression-free survival "
        f"{against.median_months.value:g} months.{usual}",
        f"The cohort counted: {seen}. Effects are planned as large as they were seen here; a series of chosen patients "
        f"overstates them, so read the assurance beside the power.",
    )
    return Suggested(
        title=cohort.study.title or "The next study", told=told, candidates=suggest(facts, against, reach),
        synthetic=cohort.study.synthetic,
    )  # fmt: skip


_LINE_WORDS = {"front": "no systemic therapy before", "later": "systemic therapy before"}


def facts_of_cohort(cohort: Cohort) -> CohortFacts:
    """Return what a cohort counted of survival and response, as ``facts_of`` returns it of an assessment.

    Parameters
    ----------
    cohort
        Validated records.

    Raises
    ------
    InputError
        If neither progression-free survival nor response is recorded.
    """
    facts: list[Fact] = []
    for code in ("os", "pfs"):
        with suppress(InputError):  # the candidates that need what is not recorded say so
            one = endpoint(cohort, code)
            facts += _facts(grouped_rates(one, "method"), code, one.label, "hazard")
    with suppress(InputError):
        best = grouped_proportions(cohort.response(), OBJECTIVE_RESPONSE, "method")
        facts += _facts(best, "response", "Objective response", "proportion")
    if not facts:
        raise InputError(
            "neither progression-free survival nor response is recorded",
            todo="record scans and deaths, or type a design",
        )
    return CohortFacts(title=cohort.study.title, n=cohort.n, facts=tuple(facts), survival=())


def _facts(data: Grouped, code: str, label: str, kind: Literal["hazard", "proportion"]) -> list[Fact]:
    own = [
        Fact(
            outcome=code, label=label, kind=kind, method=group[0][1],
            method_label=METHOD_LABEL.get(group[0][1], group[0][1]), n=n, events=int(events),
            days=float(size) * YEAR if kind == "hazard" else 0.0,
        )
        for group, n, events, size in zip(data.groups, data.n, data.events, data.size, strict=True)
    ]  # fmt: skip
    return [together(own), *own]


def _line(cohort: Cohort) -> Line:
    keys = patient_keys(cohort)["line"]
    counted = Counter(keys.values())
    return "front" if counted["0"] > sum(counted.values()) / 2 else "later"


def _accrual(cohort: Cohort) -> Assumption:
    """Return patients a year from the dates of the first and the last first session."""
    first: list[date] = []
    if cohort.has("session", "date", "patient_id"):
        sessions = cohort.table("session").drop_nulls("date")
        first = sorted(sessions.sort("date").unique("patient_id", keep="first")["date"].to_list())
    span = (first[-1] - first[0]).days / YEAR if len(first) > 1 else 0.0
    if span <= 0:
        raise InputError(
            "the sessions have no dates from which patients a year could be counted",
            todo="give them: --patients-a-year",
        )
    return Assumption(
        name="patients a year of one centre", value=len(first) / span,
        origin=f"this cohort, {len(first)} patients in {span:.1f} years",
    )  # fmt: skip
