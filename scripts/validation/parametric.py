"""Parametric survival, beside R."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

import glisson as gl
from glisson.methods.parametric import parametric
from glisson.methods.parametric_fit import NAMES, ParametricFit, fit_group
from glisson.tables import Estimate
from scripts.validation.compared import Compared, Comparison, golden, produced_by

Z = 1.959963984540054
MODELS = tuple(name for name in NAMES if name != "piecewise")


def _endpoint(case: dict[str, Any]) -> gl.Endpoint:
    entry = [-1 if day == 0 else day for day in case["entry"]]
    return gl.Endpoint.from_arrays(case["time"], case["event"], entry=entry, name="os")


@cache
def _fits() -> tuple[tuple[ParametricFit, dict[str, Any], dict[str, Any]], ...]:
    """Fit every distribution to every data set, once."""
    return tuple(
        (fit_group("os", (), gl.risk_table(_endpoint(case)).levels(), 0, name), case["models"][name], case)
        for case in golden("parametric")["cases"].values()
        for name in MODELS
    )


def parameters() -> Iterator[Compared]:
    """Parameters on the scale of the search, against the likelihood written out."""
    for fit, theirs, _ in _fits():
        for ours, reference in zip(fit.theta.tolist(), np.atleast_1d(theirs["theta"]).tolist(), strict=True):
            yield Compared(ours, reference)


def errors() -> Iterator[Compared]:
    """Their standard errors, each divided by its reference."""
    for fit, theirs, _ in _fits():
        ours = np.sqrt(np.diag(fit.covariance)) / np.atleast_1d(theirs["se"])
        for one in ours.tolist():
            yield Compared(one, 1.0)


def likelihoods() -> Iterator[Compared]:
    """Log likelihoods."""
    for fit, theirs, _ in _fits():
        yield Compared(fit.loglik, theirs["loglik"])


def survreg() -> Iterator[Compared]:
    """Log likelihoods and intercepts of survreg, which speaks of the logarithm of time."""
    for fit, _, case in _fits():
        if fit.name not in case.get("survreg", {}):
            continue
        theirs = case["survreg"][fit.name]
        yield Compared(fit.loglik, theirs["loglik"])
        place = {"exponential": -fit.theta[0], "log-normal": fit.theta[0]}.get(fit.name, fit.theta[-1])
        yield Compared(float(place) + math.log(fit.unit), theirs["intercept"])


@cache
def _rows() -> tuple[tuple[gl.Estimates, dict[str, Any], dict[str, Any]], ...]:
    """Return the rows of every distribution and data set, computed once."""
    return tuple(
        (parametric(_endpoint(case), distribution=n, times=case["at"], tau=case["tau"]), case["models"][n], case)
        for case in golden("parametric")["cases"].values()
        for n in MODELS
    )


def _share(row: Estimate, tau: float) -> list[float | None]:
    """Return the logit of the low limit, the value and the high limit as shares of the horizon."""
    return [None if v is None else math.log(v / (tau - v)) for v in (row.low, row.value, row.high)]


def medians() -> Iterator[Compared]:
    """Logarithms of medians."""
    for rows, theirs, _ in _rows():
        if theirs["log_median"]:
            value = rows.one("median").value
            yield Compared(None if value is None else math.log(value), theirs["log_median"]["value"])


def survivals() -> Iterator[Compared]:
    """Survival at times with its limits."""
    for rows, theirs, case in _rows():
        for day, one in zip(case["at"], theirs["loglog_survival"], strict=True):
            row = rows.one("survival", at=day)
            for ours, k in ((row.low, Z), (row.value, 0.0), (row.high, -Z)):
                yield Compared(ours, math.exp(-math.exp(one["value"] + k * one["se"])))


def restricted_means() -> Iterator[Compared]:
    """Restricted means with their limits, as logits of their share of the horizon."""
    for rows, theirs, case in _rows():
        one = theirs["logit_rmst"]
        for ours, k in zip(_share(rows.one("rmst"), case["tau"]), (-Z, 0.0, Z), strict=True):
            yield Compared(ours, one["value"] + k * one["se"])


def piecewise() -> Iterator[Compared]:
    """Logarithms of piecewise rates a day, against Poisson regression."""
    theirs = golden("parametric")["piecewise"]
    endpoint = _endpoint(golden("parametric")["cases"]["lung"])
    rows = parametric(endpoint, distribution="piecewise", cuts=theirs["cuts"])
    for row, reference in zip(rows.select("rate"), theirs["log_rate"], strict=True):
        yield Compared(None if row.value is None else math.log(row.value / 365.25), reference)


_HERE, _SURVIVAL = "gl.parametric", produced_by("survival", "parametric")
_WRITTEN = f"likelihood written out, {produced_by('R', 'parametric')}, {produced_by('numDeriv', 'parametric')}"

COMPARISONS = (
    Comparison(statistic="six distributions: parameters", function=_HERE, reference=_WRITTEN, pairs=parameters),
    Comparison(statistic="their standard errors, relative", function=_HERE, reference=_WRITTEN, pairs=errors),
    Comparison(statistic="their log likelihoods", function=_HERE, reference=_WRITTEN, pairs=likelihoods),
    Comparison(statistic="four distributions: log likelihood, location", function=_HERE,
               reference=f"survreg, {_SURVIVAL}", pairs=survreg),
    Comparison(statistic="parametric median, log", function=_HERE, reference=_WRITTEN, pairs=medians),
    Comparison(statistic="parametric survival with limits", function=_HERE, reference=_WRITTEN, pairs=survivals),
    Comparison(statistic="parametric restricted mean with limits, logit", function=_HERE, reference=_WRITTEN,
               pairs=restricted_means),
    Comparison(statistic="piecewise rates, log", function=_HERE,
               reference=f"Poisson regression, {produced_by('R', 'parametric')}", pairs=piecewise),
)  # fmt: skip
