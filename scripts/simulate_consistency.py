"""How often the consistency rules find an error, and how often they are wrong (docs/methods/consistency.md).

``python -m scripts.simulate_consistency`` from the project's folder; about ten seconds.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from tests.evidence.papers import paper

from glisson.evidence import check
from glisson.evidence.printed import Printed

SEED = 1
WITHOUT_ERROR, WITH_ERROR = 2000, 600


def impossible_percents(n: int) -> int:
    """Return how many of the whole per cents from 0 to 100 no number of n patients has."""
    return sum(not Printed(value=percent / 100, digits=2).counts(n) for percent in range(101))


def false_alarms(rng: np.random.Generator) -> Counter[tuple[str, str]]:
    """Return the findings in papers without an error, by rule and how sure."""
    out: Counter[tuple[str, str]] = Counter()
    for seed in range(WITHOUT_ERROR):
        n, digits = int(rng.integers(3, 80)), int(rng.integers(2, 5))
        rows = paper(seed, n, digits, midpoint=bool(seed % 2), counts=bool(seed % 3))
        out.update((f.id, f.sure) for f in check(rows))
    return out


def changed(row: dict[str, Any], kind: str, rng: np.random.Generator) -> dict[str, Any] | None:
    """Return a row with a wrong value and no interval; nothing where the value would leave its range."""
    value = float(row["value"])
    out = {name: v for name, v in row.items() if not name.startswith("ci_")}
    if kind == "median":
        return out | {"value": f"{value * rng.choice([0.5, 2]):.1f}"}
    step = rng.integers(1, 10) / 100 if kind == "share" else 0.2
    wrong = round(value + rng.choice([-1, 1]) * step, 2)
    return out | {"value": f"{wrong:.2f}"} if 0 <= wrong <= 1 else None


def power(kind: str, rng: np.random.Generator) -> tuple[int, int]:
    """Return how many papers with one wrong number have a certain finding, and how many there were."""
    found = papers = 0
    for seed in range(WITH_ERROR):
        rows = paper(10**6 + seed, int(rng.integers(10, 50)), 2, midpoint=False, counts=False)
        places = [i for i, r in enumerate(rows) if _is(r, kind)]
        wrong = changed(rows[place := int(rng.choice(places))], kind, rng) if places else None
        if wrong is not None:
            papers += 1
            found += any(f.sure == "certain" for f in check([*rows[:place], wrong, *rows[place + 1 :]]))
    return found, papers


def _is(row: dict[str, Any], kind: str) -> bool:
    if kind == "share":
        return bool(row["statistic"] == "proportion")
    return row["endpoint"] == "os" and str(row["statistic"]).startswith("median" if kind == "median" else "rate")


def main() -> None:
    """Print all of it."""
    rng = np.random.default_rng(SEED)
    print("impossible of 101 whole per cents:", {n: impossible_percents(n) for n in (10, 20, 36, 50, 100)})
    print(f"findings in {WITHOUT_ERROR} papers without an error:", dict(false_alarms(rng)))
    for kind in ("share", "median", "rate"):
        found, papers = power(kind, rng)
        print(f"one wrong {kind}: certain in {found} of {papers} ({found / papers:.0%})")


if __name__ == "__main__":
    main()
