"""Average predictions of a Cox model, beside R."""

from __future__ import annotations

from collections.abc import Iterator

import glisson as gl
from glisson.methods.adjusted_curves import adjusted_survival
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def averages() -> Iterator[Compared]:
    """Survival at four times in every arm and for every cell type, with jackknife limits."""
    d = golden("adjusted_curves")["data"]
    endpoint = gl.Endpoint.from_arrays(d["time"], d["status"], keys={k: d[k] for k in ("arm", "cell")}, name="os")
    numbers = {k: d[k] for k in ("age", "karno")}
    for by, other in (("arm", "cell"), ("cell", "arm")):
        case = golden("adjusted_curves")["cases"][by]
        rows = adjusted_survival(
            endpoint, by, other, numbers=numbers, times=case["times"], penalty="none"
        )  # fmt: skip
        for g, level in enumerate(case["levels"]):
            mine = rows.select("survival", group=((by, level),))
            for k, row in enumerate(mine):
                yield Compared(row.value, case["survival"][g][k])
                yield Compared(row.low, case["low"][k][g])
                yield Compared(row.high, case["high"][k][g])


COMPARISONS = (
    Comparison(statistic="adjusted survival, averaged over patients, jackknife limits",
               function="methods.adjusted_curves", pairs=averages,
               reference=produced_by("survival", "adjusted_curves")),
)  # fmt: skip
