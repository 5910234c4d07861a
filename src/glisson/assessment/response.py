"""What became of the tumours."""

from __future__ import annotations

from dataclasses import dataclass

from glisson.tables import CountTable, Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseResult:
    """Response as recorded: best overall response and the rates derived from it."""

    criterion: str
    best: CountTable
    estimates: Estimates
    notes: tuple[str, ...] = ()
