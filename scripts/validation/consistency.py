"""Bounds on the intervals of published numbers beside R."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.evidence.check_intervals import narrowest_share, z_of_interval
from glisson.evidence.printed import Printed, reported
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def widths() -> Iterator[Compared]:
    """Narrowest of the usual intervals of a share."""
    for case in golden("consistency")["shares"]:
        value = Printed(value=case["x"] / case["n"], digits=12)
        yield Compared(narrowest_share(value, case["n"], 0.95, counts=True), case["narrowest"])


def scores() -> Iterator[Compared]:
    """Read z of a Cox model from its hazard ratio and limits alone, printed with many digits."""
    for case in golden("consistency")["ratios"]:
        row = {"endpoint": "os", "statistic": "hazard_ratio", "value": case["ratio"]}
        found = z_of_interval(reported([row | {"ci_low": case["low"], "ci_high": case["high"]}])[0])
        yield Compared(None if found is None else sum(found) / 2, case["z"])


_R = produced_by("R", "consistency")
_SURVIVAL = produced_by("survival", "consistency")
COMPARISONS = (
    Comparison(
        statistic="narrowest usual interval of a share", function="evidence.check_intervals.narrowest_share",
        reference=f"{_R}, `prop.test`, `binom.test`, `qbeta`; {_SURVIVAL}, `survfit`", pairs=widths,
    ),
    Comparison(
        statistic="z from a hazard ratio and its limits", function="evidence.check_intervals.z_of_interval",
        reference=f"{_SURVIVAL}, `coxph`", pairs=scores,
    ),
)  # fmt: skip
