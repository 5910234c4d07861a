"""Proportions, rates and differences beside R."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np

import glisson as gl
from glisson.kernels.exact import fisher_exact, poisson_interval
from glisson.methods.proportions import compare_proportions
from glisson.tables import Factor
from scripts.validation.compared import Compared, Comparison, endpoint_of, golden, produced_by

Interval = Literal["clopper-pearson", "wilson", "jeffreys", "mid-p"]


def counted(x: int, n: int) -> gl.CountTable:
    """Return a table of x events in n."""
    return gl.CountTable.of(["yes"] * x + ["no"] * (n - x), ["no", "yes"], name="event")


def interval(method: Interval, file: str, part: str, low: str, high: str) -> Iterator[Compared]:
    """Both limits of a proportion; ``low`` and ``high`` name the fields of the reference, or one field with both."""
    for case in golden(file)[part]:
        row = gl.proportion(counted(case["x"], case["n"]), "yes", interval=method).one("proportion")
        theirs = case[low] if low == high else (case[low], case[high])
        yield Compared(row.low, theirs[0])
        yield Compared(row.high, theirs[1])


def upper_bound() -> Iterator[Compared]:
    """One-sided bound where nothing happened."""
    for case in golden("small_samples")["proportions"]:
        if not case["x"]:
            row = gl.proportion(counted(0, case["n"]), "yes").one("upper_bound")
            yield Compared(row.value, case["upper"])


def fisher() -> Iterator[Compared]:
    """Exact p of r x c tables."""
    for case in golden("survival")["tables"]:
        yield Compared(fisher_exact(np.array(case["table"])), case["p"])


def proportions_differ() -> Iterator[Compared]:
    """Difference of two proportions with its limits."""
    for case in golden("small_samples")["differences"]:
        x1, n1, x2, n2 = (case[k] for k in ("x1", "n1", "x2", "n2"))
        column = ["yes"] * x2 + ["no"] * (n2 - x2) + ["yes"] * x1 + ["no"] * (n1 - x1)
        keys = {"arm": Factor.of(["a"] * n2 + ["b"] * n1)}
        table = gl.CountTable.of(column, ["no", "yes"], keys=keys, name="event")
        row = compare_proportions(table, "yes", "arm").one("difference")
        for ours, what in ((row.value, "difference"), (row.low, "low"), (row.high, "high")):
            yield Compared(ours, case[what])


def rate() -> Iterator[Compared]:
    """Limits of a rate."""
    for case in golden("survival")["poisson"]:
        low, high = poisson_interval(case["x"], case["t"])
        yield Compared(low, case["low"])
        yield Compared(high, case["high"])


def differences(what: Literal["survival", "rmst"]) -> Iterator[Compared]:
    """Difference between two groups in survival at a day, or in restricted means, with limits."""
    for case in golden("small_samples")["survival"]:
        endpoint = endpoint_of(case)
        if what == "survival":
            row = gl.survival_difference(endpoint, "group", time=case["day"]).one("survival_difference")
        else:
            row = gl.rmst_difference(endpoint, "group", tau=case["tau"]).one("rmst_difference")
        for ours, theirs in zip((row.value, row.low, row.high), case[what], strict=True):
            yield Compared(ours, theirs)


_SURVIVAL, _R = produced_by("survival", "small_samples"), produced_by("R", "small_samples")
COMPARISONS = (
    Comparison(statistic="proportion, Clopper-Pearson limits", function="gl.proportion", reference=_R,
               pairs=partial(interval, "clopper-pearson", "survival", "binomial", "cp_low", "cp_high")),
    Comparison(statistic="proportion, Wilson limits", function="gl.proportion", reference=_R,
               pairs=partial(interval, "wilson", "survival", "binomial", "w_low", "w_high")),
    Comparison(statistic="proportion, Jeffreys limits", function="gl.proportion", reference=_R,
               pairs=partial(interval, "jeffreys", "small_samples", "proportions", "jeffreys", "jeffreys")),
    Comparison(statistic="proportion, mid-P limits", function="gl.proportion", reference=f"{_R}, written out",
               pairs=partial(interval, "mid-p", "small_samples", "proportions", "mid_p", "mid_p")),
    Comparison(statistic="upper bound without events", function="gl.proportion", reference=_R, pairs=upper_bound),
    Comparison(statistic="Fisher-Freeman-Halton p", function="methods.proportions.compare_proportions", reference=_R,
               pairs=fisher),
    Comparison(statistic="difference of proportions with limits", function="methods.proportions.compare_proportions",
               reference=f"{_R}, written out", pairs=proportions_differ),
    Comparison(statistic="limits of a rate", function="methods.proportions.event_rate", reference=_R, pairs=rate),
    Comparison(statistic="difference in survival with limits", function="gl.survival_difference", reference=_SURVIVAL,
               pairs=partial(differences, "survival")),
    Comparison(statistic="difference in restricted means with limits", function="gl.rmst_difference",
               reference=_SURVIVAL, pairs=partial(differences, "rmst")),
)  # fmt: skip
