"""The exact log-rank test: every labeling of 12 v 12 beside SciPy's enumeration, and of 13/6/5 beside random ones.

SciPy's and coin's null is the same as ours: the log-rank scores are permuted over the labels.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import time

import numpy as np
from numpy.typing import NDArray
from scipy.stats import permutation_test
from timing import best, human, line, only

import glisson as gl
from glisson.kernels.permutation import labelings, scores

Floats = NDArray[np.float64]
LIMIT = 60.0
DRAWS = 100_000

COIN = """
suppressPackageStartupMessages(library(coin))
d <- data.frame(time = c({time}), event = c({event}), group = factor(c({group})))
run <- function() pvalue(logrank_test(Surv(time, event) ~ group, d, ties.method = "mid-ranks", teststat = "quadratic",
                                      distribution = approximate(nresample = {draws})))
invisible(run())
took <- min(sapply(1:20, function(i) system.time(p <<- run())[["elapsed"]]))
cat(sprintf("%.6f", took), sprintf("%.8f", as.numeric(p)), "\\n")
cat(as.character(packageVersion("coin")), "\\n")
"""


def cohort(sizes: list[int], seed: int) -> gl.Endpoint:
    """Draw untied times, so that no shortcut for ties helps."""
    rng = np.random.default_rng(seed)
    n, group = sum(sizes), np.repeat(list("abc")[: len(sizes)], sizes)
    days = rng.choice(np.arange(30, 1200), n, replace=False)
    return gl.Endpoint.from_arrays(days, rng.random(n) < 0.8, keys={"arm": group}, name="os")


def score_of(os: gl.Endpoint) -> Floats:
    """Log-rank score of each unit."""
    levels = gl.risk_table(os).levels()
    event, censored = scores(levels.at_risk[0], levels.events[0, 0])
    place = np.searchsorted(levels.time, os.exit)
    return np.where(os.cause == 1, event[place], censored[place])


def exact(os: gl.Endpoint) -> float:
    return gl.logrank(os, "arm", null="exact").one("p").value or 0.0


def scipy_all(os: gl.Endpoint) -> float:
    """Enumerate with SciPy; the absolute sum of one group's scores is the statistic, in vectorised form."""
    values, code = score_of(os), os.keys["arm"].codes

    def statistic(x: Floats, y: Floats, axis: int) -> Floats:  # noqa: ARG001 - the signature SciPy asks for
        # Rounded, so that labelings which tie with the observed one are counted whatever the order of summation.
        return np.abs(x.sum(axis=axis)).round(9)

    test = permutation_test(
        (values[code == 0], values[code == 1]), statistic, permutation_type="independent", vectorized=True,
        n_resamples=np.inf, alternative="greater", batch=100_000,
    )  # fmt: skip
    return float(test.pvalue)


def scipy_random(os: gl.Endpoint, draws: int) -> float:
    """Sample random labelings of three groups with SciPy."""
    values, code = score_of(os), os.keys["arm"].codes
    parts = [values[code == k] for k in range(3)]

    def statistic(*groups: Floats, axis: int) -> Floats:
        return sum(g.sum(axis=axis) ** 2 / g.shape[axis] for g in groups)

    test = permutation_test(
        parts, statistic, permutation_type="independent", vectorized=True, n_resamples=draws, alternative="greater",
        batch=10_000, rng=np.random.default_rng(1),
    )  # fmt: skip
    return float(test.pvalue)


def coin_random(os: gl.Endpoint, draws: int) -> tuple[float, float, str] | None:
    """Return coin's time, p-value and version, or nothing where there is no coin."""
    if shutil.which("Rscript") is None:
        return None
    columns = {
        "time": ",".join(map(str, os.exit.tolist())),
        "event": ",".join(map(str, os.cause.tolist())),
        "group": ",".join(f"'{v}'" for v in os.keys["arm"].values()),
    }
    code = COIN.format(draws=draws, **columns)
    done = subprocess.run(["Rscript", "-e", code], check=False, capture_output=True, text=True)
    if done.returncode:
        return None
    first, version = done.stdout.strip().splitlines()
    took, p = (float(x) for x in first.split())
    return took, p, version.strip()


def two_groups() -> None:
    small, os = cohort([10, 10], 7), cohort([12, 12], 12)
    start = time.perf_counter()
    scipy_all(small)
    expected = (time.perf_counter() - start) * math.comb(24, 12) / math.comb(20, 10)
    ours = best(lambda: exact(os))
    if expected > LIMIT:
        note = f"extrapolated from {math.comb(20, 10):,} labelings (10 v 10) to {math.comb(24, 12):,}"
        line("exact log-rank, 12 v 12", ours, "SciPy enumeration", expected, note)
        return
    theirs = np.inf
    for _ in range(2):
        start = time.perf_counter()
        p = scipy_all(os)
        theirs = min(theirs, time.perf_counter() - start)
    np.testing.assert_allclose(exact(os), p, rtol=1e-12)
    note = f"all {math.comb(24, 12):,} labelings timed on both sides, the same p = {p:.7f}"
    line("exact log-rank, 12 v 12", ours, "SciPy enumeration", theirs, note)


def three_groups() -> None:
    os = cohort([13, 6, 5], 1)
    ours, p, every = best(lambda: exact(os), seconds=6), exact(os), labelings([13, 6, 5])
    only("exact log-rank, 13/6/5", ours, f"all {every:,} labelings, p = {p:.6f}")
    q = scipy_random(os, DRAWS)
    within(p, q)
    took = best(lambda: scipy_random(os, DRAWS), seconds=2)
    line("  beside random labelings", ours, f"SciPy, {DRAWS:,} random", took, f"p = {q:.4f}")
    print(f"  SciPy would need about {human(took * every / DRAWS)} for all of them at this rate (extrapolated)")
    coin = coin_random(os, DRAWS)
    if coin is None:
        print("  coin: not here, not timed")
        return
    took, q, version = coin
    within(p, q)
    line("  beside random labelings", ours, f"coin {version}, {DRAWS:,} random", took, f"p = {q:.4f}")
    for draws in (10_000, DRAWS):
        again = coin_random(os, draws)
        drawn = best(lambda draws=draws: gl.logrank(os, "arm", null="monte-carlo", draws=draws))
        if again is not None:
            line("  random labelings on both sides", drawn, f"coin {version}, {draws:,} random", again[0])


def within(p: float, q: float) -> None:
    """Stop where a simulation is further from the exact p than chance allows."""
    assert abs(p - q) < 5 * math.sqrt(p * (1 - p) / DRAWS), (p, q)


if __name__ == "__main__":
    two_groups()
    three_groups()
