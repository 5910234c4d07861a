"""Logistic regression, beside R."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import chdtri

from glisson.methods.logistic import odds_ratios, variable_tests
from glisson.methods.logistic_model import LogisticModel, Penalty, fit_logistic
from glisson.tables import Factor
from scripts.validation.compared import Compared, Comparison, golden, produced_by

#: What the names of the cases end with, and what the penalty is called here.
PENALTIES: dict[str, Penalty] = {"ml": "none", "firth": "firth"}


def _columns(name: str) -> dict[str, Any]:
    return {k: np.array(v) for k, v in golden("logistic")["data"][name].items()}


def _models(end: str) -> Iterator[tuple[LogisticModel, dict[str, Any]]]:
    """Yield each model that was fitted with or without the penalty, with its reference."""
    for name, theirs in golden("logistic")["cases"].items():
        which, last = name.rsplit("_", 1)
        if last != end:
            continue
        penalty = PENALTIES[last]
        if which == "birthwt":
            d = _columns("birthwt")
            numbers, factors = {n: d[n] for n in ("age", "lwt", "smoke")}, {"race": Factor.of(d["race"])}
            yield fit_logistic(d["low"], factors, numbers=numbers, penalty=penalty), theirs
        elif which == "separated":
            d = _columns("apart")
            yield fit_logistic(d["y"], numbers={"b": d["b"]}, penalty=penalty), theirs
        else:
            d = _columns("small")
            weight = d["w"] if which == "weighted" else None
            numbers = {n: d[n] for n in ("smoke", "lwt")}
            yield fit_logistic(d["low"], numbers=numbers, weight=weight, penalty=penalty), theirs


def _coefficients(end: str) -> Iterator[Compared]:
    for model, theirs in _models(end):
        for ours, reference in zip(model.beta[1:].tolist(), theirs["beta"][1:], strict=True):
            yield Compared(ours, reference)


def _errors(end: str) -> Iterator[Compared]:
    for model, theirs in _models(end):
        for ours, reference in zip(np.sqrt(np.diag(model.naive))[1:].tolist(), theirs["se"][1:], strict=True):
            yield Compared(ours, reference)


def plain_coefficients() -> Iterator[Compared]:
    """Log odds ratios by maximum likelihood, against glm."""
    return _coefficients("ml")


def firth_coefficients() -> Iterator[Compared]:
    """Log odds ratios with Firth's penalty, against brglm2."""
    return _coefficients("firth")


def plain_errors() -> Iterator[Compared]:
    """Standard errors by maximum likelihood, against glm."""
    return _errors("ml")


def firth_errors() -> Iterator[Compared]:
    """Standard errors with Firth's penalty, against brglm2."""
    return _errors("firth")


def limits() -> Iterator[Compared]:
    """Profile limits on the log scale, against root search on the likelihood written out."""
    for end in PENALTIES:
        for model, theirs in _models(end):
            for row, low, high in zip(odds_ratios(model), theirs["low"][1:], theirs["high"][1:], strict=True):
                yield Compared(None if row.low is None else math.log(row.low), low)
                yield Compared(None if row.high is None else math.log(row.high), high)


def ratios() -> Iterator[Compared]:
    """Likelihood ratio of every variable with one coefficient."""
    for end in PENALTIES:
        for model, theirs in _models(end):
            tests = variable_tests(model)
            for term in model.design.terms:
                places = model.design.places(term)
                p = tests.one("p", detail=term).value
                if len(places) == 1:
                    yield Compared(None if p is None else float(chdtri(1, p)), theirs["lr"][1 + places[0]])


def clustered() -> Iterator[Compared]:
    """Standard errors that keep clusters whole, against sandwich."""
    d, theirs = _columns("birthwt"), golden("logistic")["cluster"]
    model = fit_logistic(
        d["low"], {"race": Factor.of(d["race"])}, numbers={n: d[n] for n in ("age", "lwt", "smoke")}, penalty="none",
        cluster=theirs["id"],
    )  # fmt: skip
    for j in range(1, model.data.p):
        yield Compared(math.sqrt(model.covariance[j, j]), math.sqrt(theirs["covariance"][j][j]))


_HERE = "gl.logistic"
_R, _GLM = produced_by("R", "logistic"), f"glm, R {produced_by('R', 'logistic').removeprefix('R ')}"
_BRGLM2, _SANDWICH = produced_by("brglm2", "logistic"), produced_by("sandwich", "logistic")

COMPARISONS = (
    Comparison(statistic="odds ratio, log", function=_HERE, reference=_GLM, pairs=plain_coefficients),
    Comparison(statistic="its standard error", function=_HERE, reference=_GLM, pairs=plain_errors),
    Comparison(statistic="odds ratio with Firth's penalty, log", function=_HERE, reference=_BRGLM2,
               pairs=firth_coefficients),
    Comparison(statistic="its standard error with Firth's penalty", function=_HERE, reference=_BRGLM2,
               pairs=firth_errors),
    Comparison(statistic="odds ratio, profile limits, log", function=_HERE, reference=f"likelihood written out, {_R}",
               pairs=limits),
    Comparison(statistic="likelihood ratio of a covariate", function=_HERE,
               reference=f"likelihood written out, {_R}", pairs=ratios),
    Comparison(statistic="odds ratio, standard error over clusters", function=_HERE, reference=_SANDWICH,
               pairs=clustered),
)  # fmt: skip
