"""Kaplan-Meier weighted by the inverse probability of staying, beside R."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import glisson as gl
from glisson.methods.ipcw import censoring_weighted_survival, staying
from scripts.validation.compared import Compared, Comparison, golden, produced_by


@cache
def _lung() -> gl.Endpoint:
    d = golden("ipcw")["data"]
    keys = {"sex": d["sex"], "ecog": d["ecog"]}
    return gl.Endpoint.from_arrays(d["time"], [int(v) for v in d["dead"]], keys=keys, name="os")


def leaving() -> Iterator[Compared]:
    """Log hazard ratios of being censored; R compares with the female, as we do."""
    model = staying(_lung(), ["sex", "ecog"], numbers={"age": golden("ipcw")["data"]["age"]}, penalty="none").model
    for ours, theirs in zip(model.beta.tolist(), golden("ipcw")["beta"], strict=True):
        yield Compared(ours, theirs)


def curves() -> Iterator[Compared]:
    """Weighted survival with robust limits, of everybody and by sex."""
    theirs = golden("ipcw")
    for who in ("all", "f", "m"):
        rows = censoring_weighted_survival(
            _lung(), ["sex", "ecog"], () if who == "all" else "sex", numbers={"age": theirs["data"]["age"]},
            times=theirs["at"], penalty="none",
        ).select("survival", group=() if who == "all" else (("sex", who),))  # fmt: skip
        for k, row in enumerate(rows):
            for ours, name in ((row.value, "surv"), (row.low, "low"), (row.high, "high")):
                yield Compared(ours, theirs[who][name][k])


_R = produced_by("survival", "ipcw")
COMPARISONS = (
    Comparison(statistic="hazard of being censored, log ratios", function="methods.ipcw.staying", reference=_R,
               pairs=leaving),
    Comparison(statistic="survival weighted by the probability of staying",
               function="methods.ipcw.censoring_weighted_survival", reference=_R, pairs=curves),
)  # fmt: skip
