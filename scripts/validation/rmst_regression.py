"""Regression of restricted mean survival, beside R."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.special import stdtrit

import glisson as gl
from glisson.methods.rmst_regression import Estimator, rmst_regression
from scripts.validation.compared import Compared, Comparison, golden, produced_by


def _compared(estimator: Estimator) -> Iterator[Compared]:
    """Coefficients and standard errors, in days."""
    for case in golden("rmst_regression")["cases"]:
        endpoint = gl.Endpoint.from_arrays(case["time"], case["dead"], keys={"group": case["group"]}, name="os")
        rows = rmst_regression(endpoint, "group", numbers={"z": case["z"]}, tau=case["tau"], estimator=estimator)
        beta, se = (case["beta"], case["hc3"]) if estimator == "pseudo" else (case["ipcw"]["beta"], case["ipcw"]["se"])
        width = 2 * float(stdtrit(len(endpoint) - 3, 0.975))
        found = [*rows.select("rmst_intercept"), *rows.select("rmst_difference")]
        for row, b, s in zip(found, beta, se, strict=True):
            yield Compared(row.value, b)
            if row.low is not None and row.high is not None:
                yield Compared((row.high - row.low) / width, s)


def pseudo() -> Iterator[Compared]:
    """By pseudo-values, HC3 errors."""
    return _compared("pseudo")


def ipcw() -> Iterator[Compared]:
    """By Tian's equations."""
    return _compared("ipcw")


COMPARISONS = (
    Comparison(statistic="regression of restricted means, pseudo-values, with HC3 errors (days)",
               function="methods.rmst_regression", reference=produced_by("sandwich", "rmst_regression"), pairs=pseudo),
    Comparison(statistic="the same by censoring weights, equations written out (days)",
               function="methods.rmst_regression", reference=produced_by("R", "rmst_regression"), pairs=ipcw),
)  # fmt: skip
