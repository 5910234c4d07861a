"""Regression models and tests of cumulative incidence, beside R."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import chdtri

import glisson as gl
from glisson.kernels.cox import moments
from glisson.methods.competing_tests import fine_gray, gray_test
from glisson.methods.cox import cox
from glisson.methods.cox_model import CoxModel, fit_cox
from scripts.validation.compared import Compared, Comparison, golden, produced_by

Z = 1.959963984540054
TIES = "weights of the Fine-Gray model at tied times"


def _columns(name: str) -> dict[str, Any]:
    return {k: np.array(v) for k, v in golden("cox_models")["data"][name].items()}


def models() -> Iterator[tuple[CoxModel, dict[str, Any]]]:
    """Yield each model of the reference file that has no clusters or weights, with its reference."""
    for name, theirs in golden("cox_models")["models"].items():
        kind, ties = name.rsplit("_", 1)
        if kind in {"lung", "lung_strata"}:
            d = _columns("lung")
            keys = {"sex": [str(s) for s in d["sex"]]}
            endpoint = gl.Endpoint.from_arrays(d["time"], d["dead"], keys=keys, name="os")
            names = ("age", "sex", "ph.karno") if kind == "lung" else ("age", "ph.karno")
            strata: tuple[str, ...] = () if kind == "lung" else ("sex",)
        elif kind in {"heart", "heart_strata"}:
            d = _columns("heart")
            keys = {"surgery": [str(s) for s in d["surgery"]]}
            endpoint = gl.Endpoint.from_arrays(
                d["stop"], d["event"], entry=d["start"], unit=d["id"], keys=keys, name="os"
            )
            names, strata = ("age", "transplant"), () if kind == "heart" else ("surgery",)
        else:
            continue
        numbers = {n: d[n] for n in names}
        yield fit_cox(endpoint, numbers=numbers, strata=strata, ties=ties, penalty="none"), theirs  # type: ignore[arg-type]


def coefficients() -> Iterator[Compared]:
    """Log hazard ratios."""
    for model, theirs in models():
        for ours, reference in zip(model.beta.tolist(), theirs["beta"], strict=True):
            yield Compared(ours, reference)


def errors() -> Iterator[Compared]:
    """Standard errors."""
    for model, theirs in models():
        for ours, reference in zip(np.sqrt(np.diag(model.naive)).tolist(), theirs["se"], strict=True):
            yield Compared(ours, reference)


def likelihoods() -> Iterator[Compared]:
    """Log partial likelihoods without and with covariates, and the score test, each divided by its reference."""
    for model, theirs in models():
        null = moments(model.data, np.zeros(model.design.p))
        score = float(null.score @ np.linalg.solve(null.information, null.score))
        for ours, reference in ((model.null, theirs["loglik"][0]), (model.fit.point.value, theirs["loglik"][1]),
                                (score, theirs["score"])):  # fmt: skip
            yield Compared(ours / reference, 1.0)


def intervals() -> Iterator[Compared]:
    """Wald limits of the hazard ratio of sex among the lung cancer patients."""
    d = _columns("lung")
    theirs = golden("cox_models")["models"]["lung_efron"]
    endpoint = gl.Endpoint.from_arrays(d["time"], d["dead"], name="os")
    rows = cox(endpoint, numbers={n: d[n] for n in ("age", "sex", "ph.karno")}, penalty="none", interval="wald")
    for row, beta, se in zip(rows.select("hazard_ratio"), theirs["beta"], theirs["se"], strict=True):
        yield Compared(row.low, math.exp(beta - Z * se))
        yield Compared(row.high, math.exp(beta + Z * se))


def _competing(cause: int = 1) -> Iterator[tuple[dict[str, Any], gl.Endpoint]]:
    for case in golden("competing_models")["cases"]:
        codes = np.array(case["cause"])
        if cause == 2:
            codes = np.array([0, 2, 1])[codes]
        keys = {"group": case["group"]}
        yield case, gl.Endpoint.from_arrays(case["time"], codes, causes=["event", "other"], keys=keys, name="x")


def gray() -> Iterator[Compared]:
    """Chi-square of Gray's test for both causes."""
    for cause in (1, 2):
        for case, endpoint in _competing(cause):
            p = gray_test(endpoint, "group").one("p").value
            df = len(set(case["group"])) - 1
            yield Compared(float(chdtri(df, p)) if p is not None else None, case["gray"][cause - 1])


def _log_ratios(case: dict[str, Any], endpoint: gl.Endpoint) -> list[Any]:
    rows = fine_gray(endpoint, "group", numbers={"z": case["z"]}).select("subdistribution_hazard_ratio").rows
    return [rows[-1], *rows[:-1]]


def subdistribution() -> Iterator[Compared]:
    """Log subdistribution hazard ratios, against finegray with coxph."""
    for case, endpoint in _competing():
        for row, theirs in zip(_log_ratios(case, endpoint), case["finegray"], strict=True):
            yield Compared(math.log(row.value), theirs)


def subdistribution_errors() -> Iterator[Compared]:
    """Their standard errors, against crr; at tied times the conventions differ."""
    for case, endpoint in _competing():
        for row, theirs in zip(_log_ratios(case, endpoint), case["crr"]["se"], strict=True):
            yield Compared(math.log(row.high / row.low) / (2 * Z), theirs, TIES if case["tied"] else "")


_SURVIVAL = produced_by("survival", "cox_models")
_CMPRSK = produced_by("cmprsk", "competing_models")
_FINEGRAY = produced_by("survival", "competing_models")

COMPARISONS = (
    Comparison(
        statistic="hazard ratio with covariates, log", function="gl.cox", reference=_SURVIVAL, pairs=coefficients
    ),
    Comparison(statistic="its standard error", function="gl.cox", reference=_SURVIVAL, pairs=errors),
    Comparison(
        statistic="Cox likelihoods and score test, relative", function="gl.cox", reference=_SURVIVAL, pairs=likelihoods
    ),
    Comparison(statistic="hazard ratio, Wald limits", function="gl.cox", reference=_SURVIVAL, pairs=intervals),
    Comparison(statistic="Gray's test, chi-square", function="gl.gray_test", reference=_CMPRSK, pairs=gray),
    Comparison(
        statistic="subdistribution hazard ratio, log",
        function="gl.fine_gray",
        reference=_FINEGRAY,
        pairs=subdistribution,
    ),
    Comparison(
        statistic="its standard error with estimated weights",
        function="gl.fine_gray",
        reference=_CMPRSK,
        pairs=subdistribution_errors,
    ),
)
