"""Who the patients were, and how long until what happened."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.tables import Curve, Estimates, Group

#: No estimates.
NOTHING = Estimates()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """One variable of Table 1.

    Parameters
    ----------
    name, label, unit
        Code, printed name and unit of the variable.
    levels
        Levels of a category, in order; empty for a number.
    groups
        G groups; the first is everybody.
    counts
        For a category: per group the count of each level. For a number: empty.
    quartiles
        For a number: per group (Q1, median, Q3), or ``None`` where nobody has a value.
    unknown
        Per group, patients without a value.
    n
        Per group, patients.
    smd
        Standardised difference for each pair of groups, with the pair; ``None`` where it cannot be computed.
    """

    name: str
    label: str
    unit: str = ""
    levels: tuple[str, ...] = ()
    groups: tuple[Group, ...]
    counts: tuple[tuple[int, ...], ...] = ()
    quartiles: tuple[tuple[float, float, float] | None, ...] = ()
    unknown: tuple[int, ...]
    n: tuple[int, ...]
    smd: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """One endpoint, for everybody or by grouping variables, perhaps within a restriction.

    Parameters
    ----------
    title
        "Overall", "By method", "By method within liver-only disease".
    by
        Grouping variables; empty for everybody.
    within
        Restriction as (key, level) pairs.
    estimates
        n, events, medians, survival (or cumulative incidence) at times, RMST, follow-up, by group.
    curves
        One a group and cause.
    tests
        Comparisons between the groups.
    sentence
        Why there is no test, where there is none.
    """

    title: str
    by: tuple[str, ...]
    within: Group = ()
    estimates: Estimates
    curves: tuple[Curve, ...]
    tests: Estimates = NOTHING
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetComparison:
    """The same endpoint under the other censoring rule set."""

    rule_set: str
    other: str
    differing: tuple[str, ...]
    estimates: Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointResult:
    """Everything about one endpoint."""

    code: str
    label: str
    competing: bool
    rules: tuple[tuple[str, str], ...]
    breakdowns: tuple[Breakdown, ...]
    comparison: RuleSetComparison | None = None
    notes: tuple[str, ...] = ()

    @property
    def overall(self) -> Breakdown:
        """The breakdown for everybody."""
        return next(b for b in self.breakdowns if not b.by and not b.within)
