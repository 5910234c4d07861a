"""Response and toxicity rates of the cohort with published series borrowed from, or why nothing was borrowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.assessment.efficacy import NOTHING
from glisson.tables import Estimates, Group

#: Which patients of the cohort a published arm stands beside.
Line = Literal["front", "later", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowedSeries:
    """One published series that is borrowed from.

    Parameters
    ----------
    study, label, treatment
        Key in the library, first author with year, and what was given.
    events, n
        Published counts.
    counted
        Whether the events or the denominator were worked out from a printed percentage.
    definition
        Criterion of response, or version by which events were graded; a sentence where that is not known.
    url, definition_url
        Where the number, and the definition, were read.
    """

    study: str
    label: str
    treatment: str
    events: int
    n: int
    counted: bool
    definition: str
    url: str
    definition_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowedGroup:
    """One group of the cohort, alone and with the series borrowed from.

    Parameters
    ----------
    group
        Everybody of that line, a method, or those who had doxorubicin through the catheter.
    n, events
        Patients, and those with the event.
    series
        That may stand beside this group.
    estimates
        As ``methods.borrowed_proportion.borrow_proportion`` returns them.
    """

    group: Group
    n: int
    events: int
    series: tuple[BorrowedSeries, ...]
    estimates: Estimates = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowedRate:
    """One rate: objective response of the patients of a line, or an adverse event of all patients.

    Parameters
    ----------
    kind, line, term
        What it is of; events are not divided by line.
    treatment
        Of the series, for adverse events: they belong to a drug, so that series of two drugs make no common prior.
    definition
        By which it is counted here.
    groups
        Everybody first; those with at least three patients.
    """

    kind: Literal["response", "toxicity"]
    line: Line
    term: str
    definition: str
    groups: tuple[BorrowedGroup, ...]
    treatment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowedRates:
    """Every rate that published series were borrowed for.

    Parameters
    ----------
    rates
        Responses first.
    refused
        Published rates that were not borrowed, each with the reason.
    level
        Of the intervals.
    """

    rates: tuple[BorrowedRate, ...]
    refused: tuple[tuple[str, str], ...]
    level: float
