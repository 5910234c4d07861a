"""The assessment as a whole: flow, settings, findings, and every result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glisson.assessment.balance import MethodBalance
from glisson.assessment.by_method import ByMethodResult
from glisson.assessment.comparison import ComparisonResult
from glisson.assessment.courses import CoursesResult
from glisson.assessment.doxorubicin import DoxorubicinResult
from glisson.assessment.efficacy import NOTHING, Baseline, EndpointResult
from glisson.assessment.exposure import ExposureResult
from glisson.assessment.laboratory import LaboratoryResult
from glisson.assessment.regression import RegressionResult
from glisson.assessment.response import LesionResult, ResponseResult
from glisson.assessment.safety import SafetyResult
from glisson.assessment.standards import StandardsResult
from glisson.clinical.problems import Problems
from glisson.tables import Curve, Estimates, Group

FindingSeverity = Literal["stop", "warn", "info"]


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
    curves
        Curves of the remedy, where it has any.
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
    curves: tuple[Curve, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasDomain:
    """One domain of ROBINS-I, filled with what the data say; nobody is judged here.

    Parameters
    ----------
    name, question
        The domain, and what its reviewers decide.
    facts
        Sentences computed from the records.
    findings
        Ids of the findings that bear on it.
    judgement
        Left to people.
    """

    name: str
    question: str
    facts: tuple[str, ...]
    findings: tuple[str, ...] = ()
    judgement: str = "to be judged by the reviewers"


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
    lesions, exposure, laboratory, doxorubicin, standards, courses, by_method, comparison
        Outcomes of treated lesions, treatment as given, laboratory values and liver function, complications of systemic
        doxorubicin, completeness by the reporting standards, the course of each patient, outcomes by method with
        partial pooling, published treatments beside; ``None`` likewise.
    findings
        Pitfalls, worst first.
    bias
        The seven domains of ROBINS-I with the facts that bear on each.
    regression
        Cox models by method, and both hazards where deaths compete; ``None`` where there is one method only.
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
    lesions: LesionResult | None = None
    exposure: ExposureResult | None = None
    laboratory: LaboratoryResult | None = None
    doxorubicin: DoxorubicinResult | None = None
    standards: StandardsResult | None = None
    courses: CoursesResult | None = None
    by_method: ByMethodResult | None = None
    comparison: ComparisonResult | None = None
    bias: tuple[BiasDomain, ...] = ()
    regression: RegressionResult | None = None
    balance: MethodBalance | None = None

    @property
    def endpoint_labels(self) -> tuple[tuple[str, str], ...]:
        """Code and printed name of each endpoint."""
        return tuple((e.code, e.label) for e in self.endpoints)

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
