"""results.json: every number of an assessment in a versioned schema, for other programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from glisson.assessment import Assessment
from glisson.errors import InputError

SCHEMA_VERSION: Literal["1.0"] = "1.0"


def _finite(values: Iterable[float]) -> tuple[float | None, ...]:
    """Return plain numbers; where there is none JSON has null."""
    return tuple(float(v) if v is not None and math.isfinite(v) else None for v in values)


def _rows(values: Any) -> tuple[Any, ...]:
    return tuple(values)


def _whole(values: Any) -> Any:
    """Return an array of counts as nested tuples of plain integers."""
    return values.tolist() if hasattr(values, "tolist") else values


Pairs = tuple[tuple[str, str], ...]
Numbers = Annotated[tuple[float | None, ...], BeforeValidator(_finite)]
Counts = Annotated[tuple[int, ...], BeforeValidator(_whole)]
CountRows = Annotated[tuple[tuple[int, ...], ...], BeforeValidator(_whole)]


class _Model(BaseModel):
    """A part of the file; it reads the attributes of the value it stands for, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, allow_inf_nan=False)


class EstimateRow(_Model):
    """One statistic of one group; times in days, proportions between 0 and 1."""

    variable: str
    statistic: str
    group: Pairs
    value: float | None
    low: float | None
    high: float | None
    unit: str
    at: float | None
    level: float | None
    method: str
    n: int | None
    events: int | None
    reason: str
    warning: str
    detail: str


EstimateRows = Annotated[tuple[EstimateRow, ...], BeforeValidator(_rows)]


class CurveRow(_Model):
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


class BreakdownPart(_Model):
    """One endpoint for everybody or by groups."""

    title: str
    by: tuple[str, ...]
    within: Pairs
    estimates: EstimateRows
    curves: tuple[CurveRow, ...]
    tests: EstimateRows
    sentence: str


class RuleSetPart(_Model):
    """The endpoint under the other censoring rule set."""

    rule_set: str
    other: str
    differing: tuple[str, ...]
    estimates: EstimateRows


class EndpointPart(_Model):
    """Everything about one endpoint."""

    code: str
    label: str
    competing: bool
    rules: Pairs
    breakdowns: tuple[BreakdownPart, ...]
    comparison: RuleSetPart | None
    notes: tuple[str, ...]


class CountPart(_Model):
    """How many units of each stratum fell in each category."""

    name: str
    label: str
    unit: str
    keys: tuple[str, ...]
    strata: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...]
    counts: CountRows


class ResponsePart(_Model):
    """Best overall response and the rates derived from it."""

    criterion: str
    best: CountPart
    estimates: EstimateRows
    notes: tuple[str, ...]


class TermPart(_Model):
    """One adverse-event term."""

    term: str
    worst: CountPart
    estimates: EstimateRows


class SafetyPart(_Model):
    """Safety as recorded."""

    terms: tuple[TermPart, ...]
    mortality: EstimateRows
    window_days: int
    ctcae_versions: tuple[str, ...]
    notes: tuple[str, ...]


class BaselineRow(_Model):
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


class FlowRow(_Model):
    """One step of the flow of patients."""

    label: str
    n: int
    left: Pairs


class FindingRow(_Model):
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
    reference: str


class ProblemRow(_Model):
    """One problem of the data; the patient's id stays in the input."""

    severity: str
    rule: str
    place: str
    found: str
    expected: str
    todo: str


class SettingRow(_Model):
    """One setting and where it came from."""

    name: str
    value: str
    origin: Literal["chosen", "default", "derived"]
    why: str


class AnalysisRow(_Model):
    """One analysis that was run."""

    what: str
    estimator: str
    by: tuple[str, ...]
    rule_set: str


class Results(_Model):
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
    problems: Annotated[tuple[ProblemRow, ...], BeforeValidator(_rows)]
    absent: Pairs
    labels: tuple[tuple[tuple[str, str], str], ...]
    log: tuple[AnalysisRow, ...]
    files: Pairs
    versions: Pairs
    seed: int


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
