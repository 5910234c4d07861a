"""Kaplan-Meier, median with its interval and the log-rank test, from plain columns, beside lifelines and R survival.

Every side starts from the same columns in memory (days, event, group) and is checked to give the same medians and the
same chi-square before it is timed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from timing import in_turn, line

import glisson as gl
from glisson.tables import Factor

Ints = NDArray[np.int64]
ARMS = ("deb_tace", "y90", "ablation")

R = """
suppressPackageStartupMessages(library(survival))
n <- {n}
read <- function(name) readBin(file.path("{folder}", name), "integer", n)
d <- data.frame(time = read("time"), event = read("event"), group = factor(read("group")))
run <- function() {{
  f <- survfit(Surv(time, event) ~ group, d, conf.type = "log-log")
  q <- quantile(f, 0.5)
  s <- survdiff(Surv(time, event) ~ group, d)
  list(q = q$quantile, lower = q$lower, upper = q$upper, chisq = s$chisq)
}}
took <- Inf
for (i in 1:{repeats}) {{  # several calls a timing, because R's clock counts milliseconds
  gc(FALSE)
  took <- min(took, system.time(for (j in 1:{calls}) out <- run())[["elapsed"]] / {calls})
}}
cat(sprintf("%.6f", took), sprintf("%.10g", out$chisq), sprintf("%g", out$q), "\\n")
cat(as.character(packageVersion("survival")), "\\n")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Shape (n,): days to event or censoring, whether the event happened, code of the group."""

    time: Ints
    event: Ints
    group: Ints

    @classmethod
    def of(cls, sizes: list[int], seed: int) -> Columns:
        rng = np.random.default_rng(seed)
        n, group = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
        death = rng.exponential(400 + 250 * group)
        left = rng.integers(90, 3650, n)
        time = np.minimum(np.minimum(death, left), 3649).astype(np.int64) + 1
        order = rng.permutation(n)
        return cls(time=time[order], event=(death <= left).astype(np.int64)[order], group=group[order])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What every side must agree on."""

    medians: tuple[float, ...]
    chi_square: float


def ours(c: Columns, levels: tuple[str, ...]) -> Answer:
    os_ = gl.Endpoint.from_arrays(c.time, c.event, keys={"method": Factor(c.group, levels)}, name="os")
    table = gl.risk_table(os_, ["method"])
    medians = gl.kaplan_meier(table, "method").select("median").rows  # with the limits of each
    test = gl.logrank(table, "method", null="asymptotic")
    return Answer(medians=tuple(m.value or np.nan for m in medians), chi_square=test.one("chi_square").value or 0.0)


def lifelines(c: Columns, groups: int) -> Answer:
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test, multivariate_logrank_test
    from lifelines.utils import median_survival_times

    medians = []
    for code in range(groups):
        mine = c.group == code
        fit = KaplanMeierFitter().fit(c.time[mine], c.event[mine])
        medians.append(float(fit.median_survival_time_))
        median_survival_times(fit.confidence_interval_)
    if groups == 2:
        first = c.group == 0
        test = logrank_test(c.time[first], c.time[~first], c.event[first], c.event[~first])
    else:
        test = multivariate_logrank_test(c.time, c.group, c.event)
    return Answer(medians=tuple(medians), chi_square=float(test.test_statistic))


def r_survival(c: Columns, repeats: int, calls: int) -> tuple[float, Answer, str]:
    """Return R's shortest time (its start and the reading of the columns are not in it), its answer and version."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("time", "event", "group"):
            getattr(c, name).astype(np.int32).tofile(Path(folder, name))
        code = R.format(n=len(c.time), folder=folder, repeats=repeats, calls=calls)
        done = subprocess.run(["Rscript", "-e", code], check=True, capture_output=True, text=True)
    numbers, version = done.stdout.strip().splitlines()
    took, chi_square, *medians = (float(x) for x in numbers.split())
    return took, Answer(medians=tuple(medians), chi_square=chi_square), version.strip()


def agree(mine: Answer, other: Answer, who: str) -> None:
    """Stop where two sides differ: a fast wrong answer is not a benchmark."""
    # On a flat stretch at one half lifelines names its beginning, R and glisson its middle; no such stretch is here.
    np.testing.assert_allclose(mine.medians, other.medians, rtol=1e-9, err_msg=f"medians, {who}")
    np.testing.assert_allclose(mine.chi_square, other.chi_square, rtol=1e-6, err_msg=f"chi-square, {who}")


def main() -> None:
    has_r = shutil.which("Rscript") is not None and (
        subprocess.run(["Rscript", "-e", "library(survival)"], check=False, capture_output=True).returncode == 0
    )
    for sizes, label, seconds, repeats, calls in (
        ([13, 6, 5], "n=24, 3 groups: KM, median CI, log-rank", 0.5, 20, 50),
        ([500_000, 500_000], "n=1e6 whole days, 2 groups: the same", 1.0, 4, 1),
    ):
        c, levels = Columns.of(sizes, seed=22), ARMS[: len(sizes)]
        mine = ours(c, levels)
        agree(mine, lifelines(c, len(sizes)), "lifelines")
        fast, peer = in_turn(partial(ours, c, levels), partial(lifelines, c, len(sizes)), seconds=seconds)
        line(label, fast, "lifelines", peer)
        if not has_r:
            print("R survival: not here, not timed")
            continue
        took, theirs, version = r_survival(c, repeats, calls)
        agree(mine, theirs, "R survival")
        line(label, fast, f"R survival {version}", took)


if __name__ == "__main__":
    main()
