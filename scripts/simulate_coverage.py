"""How often intervals hold the truth, and tests reject what is true, in cohorts of 24 (13, 6 and 5).

``python -m scripts.simulate_coverage`` draws the cohorts (about half an hour on two cores), writes
``tests/validation/coverage.json`` and the tables of ``docs/methods/coverage.md``. The seed is fixed, and the number of
workers changes nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from math import log
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from glisson.kernels.permutation import exact_tail, scores
from glisson.methods.compare import logrank
from glisson.methods.cox import coefficients
from glisson.methods.cox_model import fit_cox
from glisson.methods.partial_pooling import pooled_rates
from glisson.methods.proportions import event_rate
from glisson.methods.survival import kaplan_meier
from glisson.tables import Endpoint, Estimate, Factor, risk_table

ROOT = Path(__file__).resolve().parents[1]
RESULT, PAGE = ROOT / "tests" / "validation" / "coverage.json", ROOT / "docs" / "methods" / "coverage.md"
BEGIN, END = "<!-- tables: begin -->\n", "<!-- tables: end -->\n"
SEED, REPLICATES, BLOCK = 20201124, 2000, 50
METHODS, SIZES = ("deb_tace", "y90", "ablation"), (13, 6, 5)
MONTH, CENSORED = 30.4375, 0.30
#: Median survival in months of the three methods.
MEDIANS = {"alike": (9.0, 9.0, 9.0), "different": (7.6, 9.0, 21.0)}
SHAPES = {"exponential": 1.0, "Weibull, shape 1.5": 1.5}
TIMES = tuple(round(m * MONTH) for m in (6, 12))
#: Exact three-group tests cost a quarter of a second each, so that only every so many cohorts have one.
EVERY = 4

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """Weibull survival with one shape and a median for each method; exponential censoring of 30% on average."""

    name: str
    medians: str
    shape: float
    scale: tuple[float, ...]
    censoring: float

    @classmethod
    def of(cls, name: str, medians: str) -> Truth:
        shape = SHAPES[name]
        scale = tuple(m * MONTH / log(2) ** (1 / shape) for m in MEDIANS[medians])
        rng = np.random.default_rng(1)
        times = np.concatenate([s * rng.weibull(shape, 20_000 * n) for s, n in zip(scale, SIZES, strict=True)])
        # Somebody who would die at t is still followed then with probability exp(-rate t).
        rate = brentq(lambda r: np.exp(-r * times).mean() - (1 - CENSORED), 1e-6, 1.0)
        return cls(name, medians, shape, scale, float(rate))

    def draw(self, rng: np.random.Generator) -> Endpoint:
        group = np.repeat(np.arange(3), SIZES)
        died = np.take(self.scale, group) * rng.weibull(self.shape, len(group))
        left = rng.exponential(1 / self.censoring, len(group))
        days = np.ceil(np.minimum(died, left)).astype(np.int64)
        keys = {"method": Factor(group, METHODS)}
        return Endpoint.from_arrays(days, (died <= left).astype(np.int64), keys=keys, name="os")

    def survival(self, group: int, day: float) -> float:
        return float(np.exp(-((day / self.scale[group]) ** self.shape)))

    def median(self, group: int) -> float:
        return MEDIANS[self.medians][group] * MONTH

    def hazard_ratio(self, group: int, other: int) -> float:
        return float((self.scale[other] / self.scale[group]) ** self.shape)


def replicate(truth: Truth, rng: np.random.Generator, number: int) -> Iterator[tuple[Key, str]]:
    """Yield what became of every interval and test in one cohort: (what, held / missed / none)."""
    os = truth.draw(rng)
    table = risk_table(os, ["method"])
    where = {method: i for i, method in enumerate(METHODS)}
    for row in kaplan_meier(table, "method", times=TIMES):
        group = where[dict(row.group)["method"]]
        if row.statistic == "median":
            yield ("median", "Kaplan-Meier, log-log limits", METHODS[group]), _held(row, truth.median(group))
        elif row.statistic == "survival" and row.at is not None:
            target = truth.survival(group, row.at)
            yield (_at("survival", row.at), "Kaplan-Meier, log-log limits", METHODS[group]), _held(row, target)
    pooled = pooled_rates(table, "method", times=TIMES)
    for row in pooled:
        if row.statistic == "pooled_median":
            group = where[dict(row.group)["method"]]
            yield ("median", "partially pooled, exponential", METHODS[group]), _held(row, truth.median(group))
        elif row.statistic == "pooled_survival" and row.at is not None:
            group = where[dict(row.group)["method"]]
            key = (_at("survival", row.at), "partially pooled, exponential", METHODS[group])
            yield key, _held(row, truth.survival(group, row.at))
        elif row.statistic == "pooled_rate_ratio" and row.detail.endswith("deb_tace"):
            group = where[dict(row.group)["method"]]
            key = ("hazard ratio", "partially pooled, exponential", f"{METHODS[group]} / deb_tace")
            yield key, _held(row, truth.hazard_ratio(group, 0))
    if truth.shape == 1:
        for row in event_rate(table, "method"):
            group = where[dict(row.group)["method"]]
            if row.statistic == "rate":
                target = 365.25 / truth.scale[group]
                yield ("events per person-year", "exact Poisson", METHODS[group]), _held(row, target)
    yield from _hazard_ratios(truth, os, where)
    if truth.medians == "alike":
        yield from _tests(os, number)


def _hazard_ratios(truth: Truth, os: Endpoint, where: dict[str, int]) -> Iterator[tuple[Key, str]]:
    for penalty, profile, name in (
        ("none", False, "Cox, Wald"), ("none", True, "Cox, profile likelihood"), ("firth", True, "Cox, Firth, profile"),
    ):  # fmt: skip
        for row in coefficients(fit_cox(os, "method", penalty=penalty), profile=profile):
            group = where[dict(row.group)["method"]]
            key = ("hazard ratio", name, f"{METHODS[group]} / deb_tace")
            yield key, _held(row, truth.hazard_ratio(group, 0))


def _tests(os: Endpoint, number: int) -> Iterator[tuple[Key, str]]:
    """Yield which tests reject at 5%, although nothing differs."""
    codes = os.keys["method"].codes
    parts = [(f"{METHODS[a]} / {METHODS[b]}", (codes == a) | (codes == b)) for a, b in combinations(range(3), 2)]
    if number % EVERY == 0:
        parts.append(("all three", np.ones(len(os), dtype=np.bool_)))
    for name, rows in parts:
        part = os.take(rows)
        for null, label in (("asymptotic", "log-rank, chi-square approximation"), ("exact", "log-rank, exact")):
            p = _exact_p(part) if null == "exact" else logrank(part, "method", null="asymptotic").one("p").value
            outcome = "none" if p is None else "missed" if p <= 0.05 else "held"
            yield ("type I error", label, name), outcome


def _exact_p(part: Endpoint) -> float | None:
    """Return the exact P value as ``logrank`` gives it, without the size limit above which it would not choose it."""
    if not (part.cause == 1).any():
        return None
    day, place = np.unique(part.exit, return_inverse=True)
    died = np.bincount(place, part.cause == 1, len(day)).astype(np.int64)
    at_risk = len(part) - np.searchsorted(np.sort(part.exit), day)
    event, without = scores(at_risk, died)
    group = np.unique(part.keys["method"].codes, return_inverse=True)[1]
    tail, total = exact_tail(np.where(part.cause == 1, event[place], without[place]), group.reshape(-1))
    return tail / total


def _held(row: Estimate, target: float) -> str:
    """Say whether an interval holds the truth; an open end is without bound."""
    if row.low is None and row.high is None:
        return "none"
    inside = (row.low is None or row.low <= target) and (row.high is None or target <= row.high)
    return "held" if inside else "missed"


def _at(statistic: str, day: float) -> str:
    return f"{statistic} at {round(day / MONTH)} months"


def block(truth: Truth, number: int, replicates: int) -> Counter[Key]:
    """Count outcomes in one block of cohorts, whose random numbers are its own."""
    name = [list(SHAPES).index(truth.name), list(MEDIANS).index(truth.medians), number]
    rng = np.random.default_rng([SEED, *name])
    counts: Counter[Key] = Counter()
    for i in range(replicates):
        for key, outcome in replicate(truth, rng, i):
            counts[(truth.name, truth.medians, *key, outcome)] += 1
    return counts


def simulate(replicates: int, workers: int) -> list[dict[str, object]]:
    """Return a row for each interval and test, sorted."""
    truths = [Truth.of(shape, medians) for shape in SHAPES for medians in MEDIANS]
    jobs = [(t, b, min(BLOCK, replicates - BLOCK * b)) for t in truths for b in range(-(-replicates // BLOCK))]
    total: Counter[Key] = Counter()
    with ProcessPoolExecutor(workers) as pool:
        for counts in pool.map(block, *zip(*jobs, strict=True)):
            total += counts
    rows = []
    for key in dict.fromkeys(k[:-1] for k in sorted(total)):
        held, missed, none = (total[(*key, outcome)] for outcome in ("held", "missed", "none"))
        truth, medians, statistic, method, of = key
        rows.append({"truth": truth, "medians": medians, "statistic": statistic, "method": method, "of": of,
                     "held": held, "missed": missed, "none": none})  # fmt: skip
    return rows


def tables(result: dict[str, object]) -> str:
    """Return the tables of the page in Markdown."""
    rows: list[dict[str, object]] = result["rows"]  # type: ignore[assignment]
    parts = []
    for statistic in dict.fromkeys(str(r["statistic"]) for r in rows):
        chosen = [r for r in rows if r["statistic"] == statistic]
        parts.append(_error_table(chosen) if statistic == "type I error" else _coverage_table(statistic, chosen))
    return "\n".join(parts)


def _coverage_table(statistic: str, rows: list[dict[str, object]]) -> str:
    of = list(dict.fromkeys(str(r["of"]) for r in rows))
    lines = [f"### {statistic[:1].upper() + statistic[1:]}\n", f"| truth | medians | interval | {' | '.join(of)} |",
             "|---|---|---|" + "--:|" * len(of)]  # fmt: skip
    for truth, medians, method in dict.fromkeys((r["truth"], r["medians"], r["method"]) for r in rows):
        cells = [_share(r, "held") for name in of for r in rows
                 if (r["truth"], r["medians"], r["method"], r["of"]) == (truth, medians, method, name)]  # fmt: skip
        lines.append(f"| {truth} | {medians} | {method} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _error_table(rows: list[dict[str, object]]) -> str:
    lines = ["### Type I error at 5%\n", "| truth | test | groups | rejected |", "|---|---|---|--:|"]
    lines += [f"| {r['truth']} | {r['method']} | {r['of']} | {_share(r, 'missed')} |" for r in rows]
    return "\n".join([*lines, ""])


def _share(row: dict[str, object], what: str) -> str:
    """Return a percentage; the share of cohorts without an interval in brackets, where there are any."""
    held, missed, none = (int(str(row[k])) for k in ("held", "missed", "none"))
    known = held + missed
    share = f"{100 * int(str(row[what])) / known:.1f}%" if known else "none"
    return f"{share} ({100 * none / (known + none):.1f}%)" if none else share


def write(page: str, result: dict[str, object]) -> str:
    """Return the page with new tables."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + tables(result) + END + rest.split(END)[1]


def main() -> None:
    """Simulate, and write the result and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="cohorts of each truth")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    result: dict[str, object] = {
        "seed": SEED, "replicates": chosen.replicates, "rows": simulate(chosen.replicates, chosen.workers),
    }  # fmt: skip
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if PAGE.exists():
        PAGE.write_text(write(PAGE.read_text(encoding="utf-8"), result), encoding="utf-8")


if __name__ == "__main__":
    main()
