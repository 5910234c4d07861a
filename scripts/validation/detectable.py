"""What small groups could have shown beside R."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.kernels.power import detectable_proportions, detectable_split, fisher_power
from glisson.methods.detectable import detectable_ratios
from glisson.tables import Endpoint
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def splits() -> Iterator[Compared]:
    """Hazard ratios by the exact split of events."""
    for case in golden("detectable")["splits"]:
        found = detectable_split(case["events"], case["share"])
        yield from (Compared(ours, theirs) for ours, theirs in zip(found, case["ratios"], strict=True))


def schoenfeld() -> Iterator[Compared]:
    """Hazard ratios by Schoenfeld's formula."""
    for case in golden("detectable")["schoenfeld"]:
        n = case["n1"] + case["n2"]
        status = [1] * case["events"] + [0] * (n - case["events"])
        data = Endpoint.from_arrays([100] * n, status, keys={"m": ["a"] * case["n1"] + ["b"] * case["n2"]}, name="x")
        yield Compared(detectable_ratios(data, "m").one("detectable_ratio_schoenfeld").value, case["ratio"])


def nearest() -> Iterator[Compared]:
    """Proportions that Fisher's test would find."""
    for case in golden("detectable")["fisher"]:
        found = detectable_proportions(case["n1"], case["n2"], case["base"])
        yield from (Compared(a, case[b]) for a, b in zip(found, ("below", "above"), strict=True))


def powers() -> Iterator[Compared]:
    """Power of Fisher's test on either side."""
    for case in golden("detectable")["fisher"]:
        for row in case["power"]:
            lower, higher = fisher_power(case["n1"], case["n2"], case["base"], row["p2"])
            yield Compared(lower, row["lower"])
            yield Compared(higher, row["higher"])


_R = produced_by("R", "detectable")
COMPARISONS = (
    Comparison(
        statistic="detectable hazard ratio, exact split of events", function="methods.detectable.detectable_ratios",
        reference=f"{_R}, `pbinom` and `uniroot`", pairs=splits,
    ),
    Comparison(
        statistic="detectable hazard ratio, Schoenfeld", function="methods.detectable.detectable_ratios",
        reference=_R, pairs=schoenfeld,
    ),
    Comparison(
        statistic="detectable proportion, Fisher's test", function="methods.detectable.detectable_differences",
        reference=f"{_R}, `fisher.test` of every table", pairs=nearest,
    ),
    Comparison(
        statistic="power of Fisher's test", function="kernels.power.fisher_power",
        reference=f"{_R}, `fisher.test` of every table", pairs=powers,
    ),
)  # fmt: skip
