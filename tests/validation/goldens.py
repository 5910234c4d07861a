"""Load pinned reference values."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from glisson.tables import Endpoint

HERE = Path(__file__).parent


@cache
def golden(name: str) -> dict[str, Any]:
    """Return one file of reference values."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def endpoint_of(case: dict[str, Any]) -> Endpoint:
    """Return the endpoint of a single-cause case, grouped by ``group``."""
    return Endpoint.from_arrays(
        case["time"],
        case["status"],
        entry=case.get("entry") or None,
        keys={"group": case["group"]} | ({"strata": case["strata"]} if "strata" in case else {}),
        name=case["name"],
    )
