"""The pieces results.json is made of: plain numbers, estimates, counts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _finite(values: Iterable[float]) -> tuple[float | None, ...]:
    """Return plain numbers; where there is none JSON has null."""
    return tuple(float(v) if v is not None and math.isfinite(v) else None for v in values)


def as_rows(values: Any) -> tuple[Any, ...]:
    return tuple(values)


def _whole(values: Any) -> Any:
    """Return an array of counts as nested tuples of plain integers."""
    return values.tolist() if hasattr(values, "tolist") else values


Pairs = tuple[tuple[str, str], ...]
Numbers = Annotated[tuple[float | None, ...], BeforeValidator(_finite)]
Counts = Annotated[tuple[int, ...], BeforeValidator(_whole)]
CountRows = Annotated[tuple[tuple[int, ...], ...], BeforeValidator(_whole)]


class Part(BaseModel):
    """A part of the file; it reads the attributes of the value it stands for, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, allow_inf_nan=False)


class EstimateRow(Part):
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


EstimateRows = Annotated[tuple[EstimateRow, ...], BeforeValidator(as_rows)]


class CountPart(Part):
    """How many units of each stratum fell in each category."""

    name: str
    label: str
    unit: str
    keys: tuple[str, ...]
    strata: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...]
    counts: CountRows
