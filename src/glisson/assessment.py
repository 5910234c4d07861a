"""Assessment: everything the data can honestly say, as values, before any of it is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.clinical.problems import Problems
from glisson.tables import CountTable, Curve, Estimates, Group

FindingSeverity = Literal["stop", "warn", "info"]

#: No estimates.
NOTHING = Estimates()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One box of the flow of patients: how many, and who left on the way (pseudonyms with reasons)."""

    label: str
    n: int
    left: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of the run and where it came from."""

    name: str
    value: str
    origin: Literal["chosen", "default", "derived"]
    why: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseResult:
    """Response as recorded: best overall response and the rates derived from it."""

    criterion: str
    best: CountTable
    estimates: Estimates
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyTerm:
    """One adverse-event term: worst grade per patient, by method, with exact intervals."""

    term: str
    worst: CountTable
    estimates: Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyResult:
    """Safety as recorded.

    Parameters
    ----------
    terms
        Any adverse event first, then each recorded term, then terms of interest nobody had.
    mortality
        Deaths within 30 and 90 days.
    window_days, ctcae_versions
        How events were selected and which CTCAE versions the grades follow.
    """

    terms: tuple[SafetyTerm, ...]
    mortality: Estimates
    window_days: int
    ctcae_versions: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One pitfall found in the data.

    Parameters
    ----------
    id, title, severity
        ``P01`` .. with its name; ``stop`` findings put the corrected analysis beside the naive one.
    patients
        Pseudonyms of the patients concerned.
    numbers
        The numbers behind it, as (name, value in words).
    sentence, consequence, remedy
        What was found, what it does to the results, what was done about it.
    naive, corrected
        The analysis as usually done and the remedy, where one was run.
    reference
        Source.
    """

    id: str
    title: str
    severity: FindingSeverity
    patients: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    sentence: str
    consequence: str
    remedy: str
    naive: Estimates = NOTHING
    corrected: Estimates = NOTHING
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One line of the analysis log: what was run, so that nothing tried stays unsaid."""

    what: str
    estimator: str
    by: tuple[str, ...]
    rule_set: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The whole assessment of a cohort: what the report says in words and results.json in numbers.

    Parameters
    ----------
    title, synthetic
        Title of the study, and whether the patients are invented; then every output says so.
    n
        Patients analysed.
    flow
        Flow of patients, from the input to the analysis.
    settings
        Every setting with its origin.
    methods
        (code, n) of the treatment methods by first session, in table order.
    combinations
        Patients treated by more than one method: (pseudonym, methods in order).
    baseline
        Table 1.
    endpoints, response, safety
        Results; ``None`` where the input does not hold what they need.
    findings
        Pitfalls, worst first.
    problems
        Everything wrong with the data.
    absent
        (table, what it would add) of the tables the input does not hold.
    labels
        Printed names of grouping variables and levels: ((key, level or ""), text).
    log
        Every analysis that was run.
    files
        (name, SHA-256) of the inputs.
    versions
        (package, version) that produced the numbers.
    seed
        Seed of every random number in the assessment.
    """

    title: str
    synthetic: bool
    n: int
    flow: tuple[FlowStep, ...]
    settings: tuple[Setting, ...]
    methods: tuple[tuple[str, int], ...]
    combinations: tuple[tuple[str, str], ...]
    baseline: tuple[Baseline, ...]
    endpoints: tuple[EndpointResult, ...]
    response: ResponseResult | None
    safety: SafetyResult | None
    findings: tuple[Finding, ...]
    problems: Problems
    absent: tuple[tuple[str, str], ...]
    labels: tuple[tuple[tuple[str, str], str], ...]
    log: tuple[Analysis, ...]
    files: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    seed: int

    def endpoint(self, code: str) -> EndpointResult:
        """Return one endpoint's results by code.

        Raises
        ------
        KeyError
            If the input did not allow it.
        """
        for result in self.endpoints:
            if result.code == code:
                return result
        raise KeyError(code)

    def label(self, key: str, level: str = "") -> str:
        """Return the printed name of a grouping variable or of one of its levels."""
        return dict(self.labels).get((key, level), level or key)

    def group_label(self, group: Group) -> str:
        """Return the printed name of a group: its levels, or ``All patients``."""
        return ", ".join(self.label(k, v) for k, v in group) or "All patients"
