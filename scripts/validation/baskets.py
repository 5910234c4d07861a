"""The basket trial, beside triple nested integration in R for every combination of counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from glisson.design.baskets import any_success, basket
from glisson.design.plan import TrialDesign
from glisson.kernels.basket import grid, tails
from scripts.validation.compared import Compared, Comparison, golden, produced_by

FILE = "baskets"
NAMES = ("first", "second")
#: Names of the truths, by which methods work.
TRUTHS = {(): "no method works", (0,): "only first works", (1,): "only second works", (0, 1): "every method works"}


def _case() -> dict[str, Any]:
    case: dict[str, Any] = golden(FILE)["trial"]
    return case


def _plan(c: dict[str, Any]) -> TrialDesign:
    sizes = dict(zip(NAMES, c["sizes"], strict=True))
    return basket(sizes=sizes, p0=c["p0"], p1=c["p1"], alpha=c["alpha"], scale=c["scale"])


def posteriors() -> Iterator[Compared]:
    """Posterior probability of a rate above p0 in each basket."""
    c = _case()
    found = tails(grid(tuple(c["sizes"]), c["p0"], centre=c["centre"], spread=1.0, scale=c["scale"]))
    for counts, theirs in zip(c["counts"], c["posterior"], strict=True):
        yield from (Compared(float(found[j][tuple(counts)]), p) for j, p in enumerate(theirs))


def chances() -> Iterator[Compared]:
    """Certainty asked for, power and type I error of every basket under every truth, pooled and by itself."""
    c = _case()
    plan = _plan(c)
    yield from (Compared(b.efficacy, cut) for b, cut in zip(plan.boundaries, c["cuts"]["pooled"], strict=True))
    for row in c["rows"]:
        good = tuple(j for j, p in enumerate(row["truth"]) if p == c["p1"])
        group = (("scenario", TRUTHS[good]),)
        for label, key in (("pooled", "pooled"), ("each by itself", "alone")):
            for j, theirs in enumerate(row[key]):
                statistic = "power" if j in good else "type_i_error"
                ours = plan.characteristics.one(statistic, group=group, detail=f"{NAMES[j]}, {label}")
                yield Compared(ours.value, theirs)


def any_of_them() -> Iterator[Compared]:
    """At least one success: under the null, if all work, and averaged over what a cohort leaves possible."""
    c = _case()
    sizes = dict(zip(NAMES, c["sizes"], strict=True))
    rows = any_success(_plan(c), sizes, c["p0"], c["p1"], [tuple(v) for v in c["seen"]], c["scale"])
    for name, theirs in zip(("type_i_error", "power", "assurance"), (*c["any"], c["assurance"]), strict=True):
        yield Compared(rows.one(name).value, theirs)


_R = f"{produced_by('R', FILE)}, nested `integrate`"
COMPARISONS = (
    Comparison(statistic="posterior of a basket", function="kernels.basket.tails", reference=_R, pairs=posteriors),
    Comparison(statistic="certainty, power and type I error of baskets", function="design.baskets.basket",
               reference=f"{_R}, every certainty tried", pairs=chances),
    Comparison(statistic="success in at least one basket, and its assurance", function="design.baskets.any_success",
               reference=_R, pairs=any_of_them),
)  # fmt: skip
