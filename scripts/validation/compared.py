"""The values of a comparison."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import glisson as gl

GOLDENS = Path(__file__).resolve().parents[2] / "tests" / "validation"


@dataclass(frozen=True, slots=True)
class Compared:
    """Our value and the reference; ``explained`` names the disagreement that keeps a pair out of the comparison."""

    ours: float | None
    theirs: float | None
    explained: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One statistic, the public function that gives it, who computed the reference, and the pairs of values."""

    statistic: str
    function: str
    reference: str
    pairs: Callable[[], Iterator[Compared]]


@cache
def golden(name: str) -> dict[str, Any]:
    """Return one file of reference values."""
    values: dict[str, Any] = json.loads((GOLDENS / f"{name}.json").read_text(encoding="utf-8"))
    return values


def endpoint_of(case: dict[str, Any], group: str = "all") -> gl.Endpoint:
    """Return the single-cause endpoint of a case, or of one of its groups."""
    keys = {"group": case["group"]} | ({"strata": case["strata"]} if "strata" in case else {})
    endpoint = gl.Endpoint.from_arrays(
        case["time"], case["status"], entry=case.get("entry") or None, keys=keys, name=case["name"]
    )
    return endpoint if group == "all" else endpoint.where(group=group)


def produced_by(package: str, file: str = "survival") -> str:
    """Return a package of R with the version that made a file, e.g. "survival 3.5.3"; "R" itself is "R 4.2.2"."""
    makers = golden(file).get("producer") or golden(file)["versions"]
    version = str(makers[package])
    return f"{package} {version.removeprefix('R version ').split()[0]}"
