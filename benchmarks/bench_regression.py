"""Cox, Fine-Gray, Aalen-Johansen, the bootstrap and partial pooling, beside R and lifelines in the same run.

Every side starts from the same columns in memory and is checked to give the same answer before it is timed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from timing import best, line, only

import glisson as gl
from glisson.methods.bootstrap import bootstrap
from glisson.methods.cox import coefficients
from glisson.methods.cox_model import fit_cox
from glisson.methods.partial_pooling import pooled_rates
from glisson.tables import Factor

COXPH = "coxph(Surv(time, cause) ~ sex + method + age)"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

R = """
suppressPackageStartupMessages({{ {libraries} }})
n <- {n}
read <- function(name, what) readBin(file.path("{folder}", name), what, n)
{columns}
run <- function() {{ {run} }}
took <- Inf
for (i in 1:{repeats}) {{ gc(FALSE); took <- min(took, system.time(out <- run())[["elapsed"]]) }}
cat(sprintf("%.6f", took), sprintf("%.12g", out), "\\n")
cat({version}, "\\n")
"""


def cohort(n: int, causes: int, seed: int) -> dict[str, Ints | Floats]:
    """Return whole days up to ten years, causes, two factors and a number."""
    rng = np.random.default_rng(seed)
    sex, method, age = rng.integers(0, 2, n), rng.integers(0, 2, n), rng.normal(0, 1, n)
    rate = np.exp(0.3 * sex - 0.4 * method + 0.2 * age) / 500
    end = rng.exponential(1 / rate)
    left = rng.integers(90, 3650, n)
    day = np.minimum(np.minimum(end, left), 3649).astype(np.int64) + 1
    cause = np.where(end <= left, rng.integers(1, causes + 1, n), 0)
    return {"time": day, "cause": cause, "sex": sex, "method": method, "age": age}


def endpoint(c: dict[str, Ints | Floats], causes: int) -> gl.Endpoint:
    keys = {"sex": Factor(c["sex"], ("f", "m")), "method": Factor(c["method"], ("deb_tace", "y90"))}
    names = ["event", "death"][:causes]
    return gl.Endpoint.from_arrays(c["time"], c["cause"], keys=keys, causes=names, name="time")


def in_r(
    c: dict[str, Ints | Floats], libraries: str, run: str, version: str, repeats: int
) -> tuple[float, list[float], str] | None:
    """Return R's shortest time, its numbers and version; nothing where R or a package is missing."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        reads = []
        for name, values in c.items():
            whole = values.dtype.kind == "i"
            (values.astype(np.int32) if whole else values).tofile(Path(folder, name))
            reads.append(f'{name} <- read("{name}", "{"integer" if whole else "double"}")')
        code = R.format(n=len(c["time"]), folder=folder, columns="\n".join(reads), libraries=libraries, run=run,
                        repeats=repeats, version=version)  # fmt: skip
        done = subprocess.run(["Rscript", "-e", code], check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"  R: {done.stderr.strip().splitlines()[-1:]}")
        return None
    first, name = done.stdout.strip().splitlines()[-2:]
    took, *numbers = (float(x) for x in first.split())
    return took, numbers, name.strip()


def beside(what: str, ours: Callable[[], Floats], theirs: tuple[float, list[float], str] | None, tolerance: float,
           seconds: float = 2.0) -> None:  # fmt: skip
    """Time ours, beside R where it is here, after both gave the same numbers."""
    took = best(ours, seconds=seconds)
    if theirs is None:
        only(what, took, "R or its package is not here")
        return
    r, numbers, version = theirs
    np.testing.assert_allclose(ours(), numbers, rtol=tolerance, atol=tolerance, err_msg=what)
    line(what, took, version, r)


def cox() -> None:
    """Three covariates, a million rows of whole days."""
    c = cohort(1_000_000, 1, 5)
    os = endpoint(c, 1)

    def ours() -> Floats:
        return fit_cox(os, ["sex", "method"], numbers={"age": c["age"]}, penalty="none").beta

    run = f"unname(coef({COXPH}))"
    theirs = in_r(c, "library(survival)", run, 'paste("coxph, survival", packageVersion("survival"))', 2)
    beside("Cox, 3 covariates, n=1e6 whole days", ours, theirs, 1e-7, seconds=6)

    def whole() -> Floats:
        rows = gl.cox(os, ["sex", "method"], numbers={"age": c["age"]})
        return np.array(
            [*(np.log(r.value or np.nan) for r in rows.select("hazard_ratio")), rows.one("concordance").value]
        )

    # summary of coxph has Wald's limits, no test of each variable, and the concordance that the fit computed
    run = f"s <- summary({COXPH}); unname(c(s$coefficients[, 1], s$concordance[[1]]))"
    theirs = in_r(c, "library(survival)", run, 'paste("coxph and summary, survival", packageVersion("survival"))', 2)
    beside("  the same, with profile limits, tests, C", whole, theirs, 1e-7, seconds=6)
    try:
        import pandas as pd
        from lifelines import CoxPHFitter
    except ImportError:
        print("  lifelines: not here, not timed")
        return
    frame = pd.DataFrame(c)
    fitter = CoxPHFitter()
    took = best(lambda: fitter.fit(frame, "time", "cause"), seconds=0.1, least=1)
    np.testing.assert_allclose(ours(), fitter.params_[["sex", "method", "age"]], rtol=1e-4)
    line("  the same", best(ours, seconds=4), "lifelines", took)


def counts_and_rows() -> None:
    """The same model from a risk table: the cost is that of days, not of patients."""
    c = cohort(1_000_000, 1, 5)
    os = endpoint(c, 1)
    table = gl.risk_table(os, ["sex", "method"])

    def counted() -> Floats:
        return fit_cox(table, ["sex", "method"], penalty="none").beta

    rows = best(lambda: fit_cox(os, ["sex", "method"], penalty="none"), seconds=3)
    np.testing.assert_allclose(counted(), fit_cox(os, ["sex", "method"], penalty="none").beta, rtol=1e-10)
    line("Cox, 2 factors, from the risk table of 1e6", best(counted), "our rows", rows)


def aalen_johansen() -> None:
    """Cumulative incidence of two causes in two groups, a million rows."""
    c = cohort(1_000_000, 2, 6)
    ttp = endpoint(c, 2)
    days = [365.0, 1095.0]

    def ours() -> Floats:
        rows = gl.cumulative_incidence(gl.risk_table(ttp, ["method"]), "method", times=days)
        return np.array([r.value for r in rows.select("cumulative_incidence") if r.detail == "event"])

    run = "f <- cuminc(time, cause, method); as.vector(t(timepoints(f, c(365, 1095))$est[c(1, 2), ]))"
    theirs = in_r(c, "library(cmprsk)", run, 'paste("cuminc, cmprsk", packageVersion("cmprsk"))', 1)
    beside("Aalen-Johansen, n=1e6, 2 causes, 2 groups", ours, theirs, 1e-9)


def fine_gray() -> None:
    """Three covariates, ten thousand rows."""
    c = cohort(10_000, 2, 7)
    ttp = endpoint(c, 2)

    def ours() -> Floats:
        rows = gl.fine_gray(ttp, ["sex", "method"], numbers={"age": c["age"]}).select("subdistribution_hazard_ratio")
        return np.log([r.value or np.nan for r in rows])

    run = "unname(crr(time, cause, cbind(sex, method, age))$coef)"
    theirs = in_r(c, "library(cmprsk)", run, 'paste("crr, cmprsk", packageVersion("cmprsk"))', 1)
    # With its own settings crr stops early; with gtol = 1e-12 it agrees to 1e-7 (tests/validation).
    beside("Fine-Gray with robust variance, n=1e4", ours, theirs, 1e-3)


def small() -> None:
    """What a cohort of 24 needs: bootstrap, Firth with profile limits, partial pooling."""
    rng = np.random.default_rng(8)
    group = np.repeat([0, 1, 2], [13, 6, 5])
    day = (rng.exponential(300 + 150 * group)).astype(np.int64) + 1
    died = (rng.random(24) < 0.8).astype(np.int64)
    os = gl.Endpoint.from_arrays(day, died, keys={"method": Factor(group, ("deb_tace", "y90", "ablation"))}, name="os")

    def resample() -> Floats:
        row = bootstrap(os, draws=10_000, seed=1).one("median")
        return np.array([row.low, row.high])

    run = (
        "q <- replicate(10000, { i <- sample.int(24, replace = TRUE); "
        "summary(survfit(Surv(time[i], cause[i]) ~ 1))$table[['median']] }); "
        "quantile(q, c(.025, .975), na.rm = TRUE, names = FALSE)"
    )
    c = {"time": day, "cause": died}
    theirs = in_r(c, "library(survival)", run, 'paste("survfit in a loop, survival", packageVersion("survival"))', 1)
    took = best(resample)
    if theirs is None:
        only("bootstrap of a median, n=24, 10,000 resamples", took, "R is not here")
    else:
        line("bootstrap of a median, n=24, 10,000 resamples", took, theirs[2], theirs[0],
             f"limits {resample().tolist()} and {theirs[1]}")  # fmt: skip
    only("partial pooling, 13/6/5, all rows", best(lambda: pooled_rates(os, "method", times=[183, 365])))
    only("Firth Cox with profile limits, 13/6/5", best(lambda: coefficients(fit_cox(os, "method", penalty="firth"))))


if __name__ == "__main__":
    cox()
    counts_and_rows()
    aalen_johansen()
    fine_gray()
    small()
