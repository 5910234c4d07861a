"""The systemic doxorubicin question: what nobody had, how sure that is, and which published rates it excludes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.tables import CountTable, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRate:
    """A rate of systemic doxorubicin as it was reported.

    Parameters
    ----------
    study, arm
        First author with year, and which arm, with its disease where that is no sarcoma.
    grade
        Of the events counted; empty where the source does not say.
    rate, n, events
        As reported. Where the source gives no denominator, ``n`` is the randomised patients of the arm, ``events`` the
        whole number nearest to the rate, and ``approximate`` is true.
    low, high
        Exact interval of the rate; nothing where not even the size of the arm is known.
    doi, url, read_in
        The study, where the number was read, and what kind of page that is.
    """

    study: str
    arm: str
    grade: str
    rate: float
    n: int | None
    events: int | None
    approximate: bool
    low: float | None
    high: float | None
    doi: str
    url: str
    read_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One published rate beside the events of one group.

    Parameters
    ----------
    published
        Position among the published rates of the term.
    upper, tail
        The cohort's exact one-sided upper bound, and the probability of so few events at the published rate.
    excluded, surely_excluded
        Whether the bound excludes the rate, and its lower limit (``None`` where there is none).
    needed, surely_needed
        Patients without an event that would exclude them.
    """

    published: int
    upper: float
    tail: float
    excluded: bool
    surely_excluded: bool | None
    needed: int
    surely_needed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAnswer:
    """What one group says of a term.

    Parameters
    ----------
    group
        Everybody, or a method.
    n, events
        Patients, and those with the event as recorded.
    counted
        Those with the event as recorded or shown by a blood count; bounds and verdicts rest on them.
    upper
        Exact one-sided upper bound of the rate.
    observed, upper_observed
        Patients who were followed to the end of the window, died, or had the event; and the bound if only they count
        (``None`` where there is nobody).
    apart
        Events left when those of a post-embolization syndrome are left out; ``None`` where the term is none of it.
    measured, low
        Patients with a graded blood count after treatment, and those in whom it fell; ``None`` where no count tells.
    verdicts
        One a published rate.
    """

    group: Group
    n: int
    events: int
    counted: int
    upper: float
    observed: int
    upper_observed: float | None
    apart: int | None = None
    measured: int | None = None
    low: int | None = None
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermAnswer:
    """One complication of systemic doxorubicin.

    Parameters
    ----------
    term, grade
        Name, and from which grade on events are counted: that of the published rates.
    published
        Rates of doxorubicin alone.
    groups
        Those who had doxorubicin through the catheter first, then everybody, then each method.
    """

    term: str
    grade: Literal["any grade", "grade 3 or worse"]
    published: tuple[PublishedRate, ...]
    groups: tuple[GroupAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseGroup:
    """Cumulative doxorubicin of one group: patients with a value, and (Q1, median, Q3, highest) of each dose."""

    group: Group
    n: int
    treated: int
    arterial_mg: tuple[float, float, float, float] | None
    arterial_n: int
    arterial_mg_m2: tuple[float, float, float, float] | None
    arterial_m2_n: int
    systemic_mg_m2: tuple[float, float, float, float] | None
    systemic_n: int
    combined_mg_m2: tuple[float, float, float, float] | None
    combined_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoxorubicinResult:
    """The whole question.

    Parameters
    ----------
    treated
        Patients who had doxorubicin through the catheter.
    not_followed
        Those of them watched for less than the window.
    terms, doses
        Answers and doses.
    warned, alerted
        Pseudonyms of patients whose combined dose is above the two conventions, with both limits.
    exposed
        Patients by method: how many had doxorubicin through the catheter.
    notes
        What a reader must know.
    """

    treated: int
    not_followed: int
    window_days: int
    level: float
    terms: tuple[TermAnswer, ...]
    doses: tuple[DoseGroup, ...]
    warned: tuple[str, ...]
    alerted: tuple[str, ...]
    limits: tuple[float, float]
    exposed: CountTable
    notes: tuple[str, ...] = ()
