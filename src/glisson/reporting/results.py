"""results.json: every number of an assessment in a versioned schema, for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationError

from glisson.assessment import Assessment
from glisson.errors import InputError
from glisson.reporting.results_by_method import ByMethodPart, MethodBalancePart
from glisson.reporting.results_comparison import ComparisonPart
from glisson.reporting.results_courses import CoursesPart
from glisson.reporting.results_doxorubicin import DoxorubicinPart
from glisson.reporting.results_exposure import ExposurePart, StandardsPart
from glisson.reporting.results_laboratory import LaboratoryPart
from glisson.reporting.results_parts import (
    Counts,
    EstimateRows,
    Numbers,
    Pairs,
    Part,
    as_rows,
)
from glisson.reporting.results_regression import RegressionPart
from glisson.reporting.results_response import LesionPart, ResponsePart
from glisson.reporting.results_safety import SafetyPart

SCHEMA_VERSION: Literal["1.0"] = "1.0"


class CurveRow(Part):
    """One step function; ``time`` in days, ``null`` where there is no limit."""

    variable: str
    statistic: str
    detail: str
    group: Pairs
    time: Counts
    value: Numbers
    low: Numbers
    high: Numbers
    at_risk: Counts
    events: Counts
    censored: Counts
    n: int
    level: float
    method: str


class BreakdownPart(Part):
    """One endpoint for everybody or by groups."""

    title: str
    by: tuple[str, ...]
    within: Pairs
    estimates: EstimateRows
    curves: tuple[CurveRow, ...]
    tests: EstimateRows
    sentence: str


class RuleSetPart(Part):
    """The endpoint under the other censoring rule set."""

    rule_set: str
    other: str
    differing: tuple[str, ...]
    estimates: EstimateRows


class EndpointPart(Part):
    """Everything about one endpoint."""

    code: str
    label: str
    competing: bool
    rules: Pairs
    breakdowns: tuple[BreakdownPart, ...]
    comparison: RuleSetPart | None
    notes: tuple[str, ...]


class BaselineRow(Part):
    """One variable of Table 1; the first group is everybody."""

    name: str
    label: str
    unit: str
    levels: tuple[str, ...]
    groups: tuple[Pairs, ...]
    counts: tuple[tuple[int, ...], ...]
    quartiles: tuple[tuple[float, float, float] | None, ...]
    unknown: tuple[int, ...]
    n: tuple[int, ...]
    smd: tuple[tuple[str, float | None], ...]


class FlowRow(Part):
    """One step of the flow of patients."""

    label: str
    n: int
    left: Pairs


class FindingRow(Part):
    """One pitfall found, with the usual and the corrected analysis."""

    id: str
    title: str
    severity: Literal["stop", "warn", "info"]
    patients: tuple[str, ...]
    numbers: Pairs
    sentence: str
    consequence: str
    remedy: str
    naive: EstimateRows
    corrected: EstimateRows
    curves: tuple[CurveRow, ...]
    reference: str


class BiasRow(Part):
    """One domain of ROBINS-I with the facts that bear on it; the judgement is left to people."""

    name: str
    question: str
    facts: tuple[str, ...]
    findings: tuple[str, ...]
    judgement: str


class ProblemRow(Part):
    """One problem of the data; the patient's id stays in the input."""

    severity: str
    rule: str
    place: str
    found: str
    expected: str
    todo: str


class SettingRow(Part):
    """One setting and where it came from."""

    name: str
    value: str
    origin: Literal["chosen", "default", "derived"]
    why: str


class AnalysisRow(Part):
    """One analysis that was run."""

    what: str
    estimator: str
    by: tuple[str, ...]
    rule_set: str


class Results(Part):
    """The whole file."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    title: str
    synthetic: bool
    n: int
    flow: tuple[FlowRow, ...]
    settings: tuple[SettingRow, ...]
    methods: tuple[tuple[str, int], ...]
    combinations: Pairs
    baseline: tuple[BaselineRow, ...]
    endpoints: tuple[EndpointPart, ...]
    response: ResponsePart | None
    safety: SafetyPart | None
    findings: tuple[FindingRow, ...]
    problems: Annotated[tuple[ProblemRow, ...], BeforeValidator(as_rows)]
    absent: Pairs
    labels: tuple[tuple[tuple[str, str], str], ...]
    log: tuple[AnalysisRow, ...]
    files: Pairs
    versions: Pairs
    seed: int
    lesions: LesionPart | None
    exposure: ExposurePart | None
    laboratory: LaboratoryPart | None
    doxorubicin: DoxorubicinPart | None
    standards: StandardsPart | None
    courses: CoursesPart | None
    by_method: ByMethodPart | None
    comparison: ComparisonPart | None
    bias: tuple[BiasRow, ...]
    regression: RegressionPart | None
    balance: MethodBalancePart | None


def results_json(assessment: Assessment) -> str:
    """Return an assessment as the text of results.json.

    The same assessment gives the same bytes: keys stand in the order of the schema, numbers are written as the shortest
    text that reads back to the same number, and there is no time stamp.
    """
    return Results.model_validate(assessment).model_dump_json(indent=1) + "\n"


def results_schema() -> str:
    """Return the JSON Schema of results.json as text, as ``docs/reference/results.schema.json`` holds it.

    Returns
    -------
    str
        JSON Schema, draft 2020-12, with sorted keys.

    Examples
    --------
    >>> import json
    >>> json.loads(results_schema())["properties"]["schema_version"]["const"]
    '1.0'
    """
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Results.model_json_schema(mode="validation")
    return json.dumps(schema, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def read_results(path: Path) -> Results:
    """Read results.json back.

    Raises
    ------
    InputError
        If the file does not exist or does not follow the schema.
    """
    try:
        return Results.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}", todo="check the path") from None
    except (ValidationError, UnicodeDecodeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(str(p) for p in first["loc"]) if first else "encoding"
        what = first["msg"] if first else "not UTF-8"
        raise InputError(
            f"{path.name} is not a results file of schema {SCHEMA_VERSION}: {where}: {what}",
            todo="write it again with the glisson of this version",
        ) from None
