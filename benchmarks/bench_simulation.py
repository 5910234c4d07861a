"""A two-arm group sequential trial simulated beside rpact and loops over R survival and lifelines; single arms.

n = 120, uniform accrual over 24 months, control median 9 months, hazard ratio 0.6, 1% a month lost from sight, looks at
45 and 90 events with O'Brien-Fleming limits, log-rank at both. glisson and the loops estimate Cox's hazard ratio at
both looks too, rpact does not. All must agree about the power.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec

import numpy as np
from timing import best

from glisson.simulation import Arm, Look, Periods, Scenario, Statistic, Survival, simulate

MONTH = 30.4375
CONTROL = Survival.exponential(median=9 * MONTH)
DROPOUT = Survival.exponential(hazard=0.01 / MONTH)
TWO = Scenario(
    name="two arms",
    arms=(
        Arm(name="control", survival=CONTROL, dropout=DROPOUT),
        Arm(name="treated", survival=CONTROL.times(0.6), dropout=DROPOUT),
    ),
    n=120,
    accrual=Periods.constant(120 / (24 * MONTH)),
    looks=(Look(events=45, efficacy=2.796513), Look(events=90, efficacy=1.977428)),
    statistic=Statistic(name="logrank"),
)
REFERENCE = Survival.exponential(median=180)
ONE = Scenario(
    name="one arm",
    arms=(Arm(name="treated", survival=REFERENCE.times(0.65), dropout=DROPOUT),),
    n=40,
    accrual=Periods.constant(40 / 730),
    looks=(Look(patients=40, wait=365, efficacy=1.645),),
    statistic=Statistic(name="one_sample_logrank", against=REFERENCE),
)
RPACT = """
suppressPackageStartupMessages(library(rpact))
d <- getDesignGroupSequential(kMax = 2, alpha = 0.025, sided = 1, typeOfDesign = "OF", informationRates = c(0.5, 1))
run <- function() getSimulationSurvival(d, lambda2 = log(2) / 9, hazardRatio = 0.6, directionUpper = FALSE,
  plannedEvents = c(45, 90), maxNumberOfSubjects = 120, accrualTime = c(0, 24), dropoutRate1 = 1 - exp(-0.12),
  dropoutRate2 = 1 - exp(-0.12), dropoutTime = 12, maxNumberOfIterations = 20000, seed = 1)
took <- Inf
for (i in 1:4) took <- min(took, system.time(s <- run())[["elapsed"]])
cat(20000 / took, s$overallReject, as.character(packageVersion("rpact")))
"""
LOOP = """
suppressPackageStartupMessages(library(survival)); set.seed(1)
one <- function() {
  arm <- rep(0:1, 60); entry <- runif(120, 0, 24); t <- rexp(120, log(2) / 9 * ifelse(arm == 1, 0.6, 1))
  lost <- rexp(120, 0.01); due <- sort((entry + t)[t <= lost])
  for (k in 1:2) {
    cut <- due[min(c(45, 90)[k], length(due))]; here <- entry < cut
    f <- cut - entry[here]; x <- pmin(t[here], lost[here], f); e <- as.integer(t[here] <= pmin(lost[here], f + 1e-9))
    s <- survdiff(Surv(x, e) ~ arm[here]); coxph(Surv(x, e) ~ arm[here])
    if (-(s$obs[2] - s$exp[2]) / sqrt(s$var[2, 2]) >= c(2.796513, 1.977428)[k]) return(1)
  }
  0
}
took <- Inf; all <- NULL
for (i in 1:3) took <- min(took, system.time(all <- c(all, replicate(150, one())))[["elapsed"]])
cat(150 / took, mean(all), as.character(packageVersion("survival")))
"""


def peer(code: str) -> tuple[float, float, str]:
    """Return trials a second, power and version."""
    done = subprocess.run(["Rscript", "-e", code], check=True, capture_output=True, text=True).stdout.split()
    return float(done[0]), float(done[1]), done[2]


def lifelines_one(rng: np.random.Generator) -> bool:
    """Simulate one trial with lifelines; return whether it rejects."""
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.statistics import logrank_test

    arm, entry = np.tile([0, 1], 60), rng.uniform(0, 24, 120)
    t, lost = rng.exponential(9 / np.log(2) / np.where(arm == 1, 0.6, 1.0)), rng.exponential(100, 120)
    due = np.sort((entry + t)[t <= lost])
    for events, limit in ((45, 2.796513), (90, 1.977428)):
        cut = due[min(events, len(due)) - 1]
        here = entry < cut
        follow = cut - entry[here]
        x = np.minimum(np.minimum(t, lost)[here], follow)
        e, new = t[here] <= np.minimum(lost[here], follow + 1e-9), arm[here] == 1
        test = logrank_test(x[~new], x[new], e[~new], e[new])
        fit = CoxPHFitter().fit(pd.DataFrame({"x": x, "e": e, "new": new.astype(float)}), "x", "e")
        better = float(fit.params_.iloc[0]) < 0
        if better and np.sqrt(test.test_statistic) >= limit:
            return True
    return False


def lifelines_peer(trials: int = 50) -> tuple[float, float, str]:
    """Return trials a second, the best of three runs, power and version."""
    import lifelines

    rng, won, took = np.random.default_rng(1), list[bool](), float("inf")
    for _ in range(3):
        start = time.perf_counter()
        won += [lifelines_one(rng) for _ in range(trials)]
        took = min(took, time.perf_counter() - start)
    return trials / took, float(np.mean(won)), lifelines.__version__


def rate(scenario: Scenario, trials: int, seconds: float) -> float:
    """Return glisson's trials a second, the best of several runs."""
    return trials / best(partial(simulate, scenario, trials=trials), seconds=seconds)


def main() -> None:
    start = time.perf_counter()
    simulate(TWO, trials=256)
    print(f"first call, kernels compiled or read from the cache: {time.perf_counter() - start:.1f} s", flush=True)
    trials = 200_000
    power = simulate(TWO, trials=trials).one("rejection_rate").value
    ours = rate(TWO, trials, 4)
    peers: dict[str, Callable[[], tuple[float, float, str]]] = {}
    if shutil.which("Rscript") is None:
        print("no Rscript: not timed")
    else:
        peers = {"rpact": partial(peer, RPACT), "R survdiff + coxph": partial(peer, LOOP)}
    if find_spec("lifelines") is None:
        print("no lifelines: not timed")
    else:
        peers["lifelines logrank_test + CoxPHFitter"] = lifelines_peer
    for name, run in peers.items():
        theirs, other, version = run()
        ours = max(ours, rate(TWO, trials, 4))
        assert power is not None
        # Three standard errors of the peer's 20,000, 450 or 150 trials.
        assert abs(other - power) < {"rpact": 0.02, "R survdiff + coxph": 0.09}.get(name, 0.13), (other, power)
        print(f"two arms, n = 120, one interim: glisson {ours:,.0f} trials/s, power {power:.3f}")
        print(f"  {name} {version}: {theirs:,.0f} trials/s, power {other:.3f}; ratio {ours / theirs:,.0f}", flush=True)
    for label, statistic in (
        ("one-sample log-rank", ONE.statistic),
        ("survival at a milestone", Statistic(name="milestone", at=180, against=0.5)),
    ):
        speed = rate(replace(ONE, statistic=statistic), 1_000_000, 3)
        print(f"one arm, n = 40, {label}: {speed:,.0f} trials/s")


if __name__ == "__main__":
    main()
