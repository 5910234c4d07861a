"""One-sample log-rank designs with a look for futility beside R: nested `integrate`, and mvtnorm."""

from __future__ import annotations

from collections.abc import Iterator

from glisson.design.one_sample_two_stage import one_sample_logrank_two_stage
from scripts.validation.compared import Compared, Comparison, golden, produced_by

FILE = "two_looks"


def looks() -> Iterator[Compared]:
    """Patients at the look, limits and power by the formula; R tries one look after another."""
    for c in golden(FILE)["two_looks"]:
        plan = one_sample_logrank_two_stage(
            s0=c["s0"], at=c["at"], hazard_ratio=c["ratio"], shape=c["shape"], accrual_rate=c["rate"],
            follow_up=c["follow"], dropout=c["lost"], alpha=c["alpha"], power=c["wanted"],
        )  # fmt: skip
        best, (look, end) = c["best"], plan.boundaries
        yield Compared(plan.n, c["n"])
        yield Compared(look.n, best["n1"])
        yield Compared(look.futility, best["c1"])
        yield Compared(end.efficacy, best["c"])
        yield Compared(plan.characteristics.one("power_by_formula").value, best["power"])


COMPARISONS = (
    Comparison(statistic="one-sample log-rank test with a look: patients, limits, power by the formula",
               function="design.one_sample_two_stage.one_sample_logrank_two_stage",
               reference=f"{produced_by('mvtnorm', FILE)}, nested `integrate`", pairs=looks),
)  # fmt: skip
