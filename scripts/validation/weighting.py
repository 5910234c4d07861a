"""Propensity weights, weighted survival and weighted hazard ratios, beside R."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

import glisson as gl
from glisson.methods.weighting import Weights, propensity_weights, weighted_cox, weighted_survival
from scripts.validation.compared import Compared, Comparison, golden, produced_by

Z = 1.959963984540054
CASES = {"two": ("veteran", "arm", "test"), "three": ("veteran", "hist", "smallcell"),
         "firth_two": ("small", "arm", "test"), "firth_three": ("small", "hist", "smallcell")}  # fmt: skip


def made() -> Iterator[tuple[str, gl.Endpoint, Weights, dict[str, Any]]]:
    """Yield each case and kind of weights with its reference."""
    for case, (data, by, target) in CASES.items():
        d = golden("weighting")["data"][data]
        keys = {k: d[k] for k in ("arm", "hist", "prior")}
        endpoint = gl.Endpoint.from_arrays(d["time"], d["status"], keys=keys, name="os")
        for kind, theirs in golden("weighting")["cases"][case]["kinds"].items():
            weights = propensity_weights(
                endpoint, by, "prior", numbers={"age": d["age"], "karno": d["karno"]}, kind=kind,
                target=target if kind == "att" else "", penalty="firth" if "firth" in case else "auto",
            )  # fmt: skip
            yield case, endpoint, weights, theirs


def _probabilities(*, firth: bool) -> Iterator[Compared]:
    for case, _, weights, _ in made():
        if weights.kind == "overlap" and ("firth" in case) is firth:
            theirs = np.array(golden("weighting")["cases"][case]["propensity"]).ravel().tolist()
            for ours, reference in zip(weights.propensity.ravel().tolist(), theirs, strict=True):
                yield Compared(ours, reference)


def probabilities() -> Iterator[Compared]:
    """Probability of each group, by maximum likelihood."""
    return _probabilities(firth=False)


def penalised() -> Iterator[Compared]:
    """Probability of each group, with Firth's penalty."""
    return _probabilities(firth=True)


def curves() -> Iterator[Compared]:
    """Weighted survival with robust limits."""
    for case, endpoint, weights, theirs in made():
        if "firth" in case:
            continue
        rows = weighted_survival(endpoint, weights, times=[30, 90, 180])
        for level, km in zip(weights.group.levels, theirs["km"], strict=True):
            mine = rows.select("survival", group=((weights.by, level),))
            for k, row in enumerate(mine):
                for ours, name in ((row.value, "surv"), (row.low, "low"), (row.high, "high")):
                    yield Compared(ours, km[name][k])


def ratios() -> Iterator[Compared]:
    """Log hazard ratios and their robust standard errors."""
    for _, endpoint, weights, theirs in made():
        rows = weighted_cox(endpoint, weights, penalty="none").select("hazard_ratio")
        for row, beta, se in zip(rows, np.atleast_1d(theirs["beta"]), np.atleast_1d(theirs["se"]), strict=True):
            if row.value is not None and row.low is not None and row.high is not None:
                yield Compared(math.log(row.value), float(beta))
                yield Compared(math.log(row.high / row.low) / (2 * Z), float(se))


_SURVIVAL = produced_by("survival", "weighting")
COMPARISONS = (
    Comparison(statistic="probability of a group, maximum likelihood", function="methods.weighting.propensity_weights",
               reference=produced_by("R", "weighting"), pairs=probabilities),
    Comparison(statistic="probability of a group, Firth's penalty", function="methods.weighting.propensity_weights",
               reference=produced_by("brglm2", "weighting"), pairs=penalised),
    Comparison(statistic="weighted survival with robust limits", function="methods.weighting.weighted_survival",
               reference=_SURVIVAL, pairs=curves),
    Comparison(statistic="weighted hazard ratio, log, and its robust error", function="methods.weighting.weighted_cox",
               reference=_SURVIVAL, pairs=ratios),
)  # fmt: skip
