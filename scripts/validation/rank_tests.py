"""Log-rank tests beside R."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import glisson as gl
from glisson.tables import Factor
from scripts.validation.compared import Compared, Comparison, endpoint_of, golden, produced_by


def cases(key: str) -> list[dict[str, Any]]:
    """Return the cases that have a reference value of this name."""
    return [c for c in golden("survival")["tests"] if key in c]


def chi_square(key: str, rho: float) -> Iterator[Compared]:
    """Chi-square with Fleming-Harrington's weight S(t-)^rho."""
    for case in cases(key):
        rows = gl.logrank(endpoint_of(case), "group", weights=(rho, 0.0) if rho else "logrank", null="asymptotic")
        yield Compared(rows.one("chi_square").value, case[key]["chisq"])


def events(what: Literal["observed", "expected"]) -> Iterator[Compared]:
    """Observed or expected events of each group; in the order of size, because R orders names by the locale."""
    for case in cases("logrank"):
        rows = gl.logrank(endpoint_of(case), "group", null="asymptotic").select(what)
        theirs = sorted(case["logrank"]["obs" if what == "observed" else "exp"])
        for row, value in zip(sorted(rows, key=lambda r: r.value or 0.0), theirs, strict=True):
            yield Compared(row.value, value)


def stratified() -> Iterator[Compared]:
    """Chi-square of the stratified test."""
    for case in cases("stratified"):
        rows = gl.logrank(endpoint_of(case), "group", strata="strata")
        yield Compared(rows.one("chi_square").value, case["stratified"])


def exact() -> Iterator[Compared]:
    """Exact two-sample p."""
    for case in cases("exact"):
        yield Compared(gl.logrank(endpoint_of(case), "group", null="exact").one("p").value, case["exact"])


def weighted(name: Literal["gehan", "tarone-ware", "peto-peto"]) -> Iterator[Compared]:
    """Chi-square with the other weights."""
    for case in golden("small_samples")["weighted"]:
        rows = gl.logrank(endpoint_of(case), "group", weights=name, null="asymptotic")
        yield Compared(rows.one("chi_square").value, case[name])


def log_hazard_ratio() -> Iterator[Compared]:
    """Logarithm of the hazard ratio of each group against the first one that appears."""
    known = {c["name"]: c for c in golden("survival")["tests"]}
    for fit in golden("cox")["fits"]:
        case = known[fit["name"]]
        group = Factor.of(case["group"], list(dict.fromkeys(case["group"])))
        one = gl.Endpoint.from_arrays(case["time"], case["status"], keys={"group": group}, name=fit["name"])
        for row, value in zip(gl.hazard_ratio(one, "group"), fit["log_hr"], strict=True):
            yield Compared(None if row.value is None else math.log(row.value), value)


_SURVIVAL, _R = produced_by("survival"), produced_by("R", "small_samples")
COMPARISONS = (
    Comparison(statistic="log-rank chi-square", function="gl.logrank", reference=_SURVIVAL,
               pairs=partial(chi_square, "logrank", 0.0)),
    Comparison(statistic="Fleming-Harrington (1, 0) chi-square", function="gl.logrank", reference=_SURVIVAL,
               pairs=partial(chi_square, "fh1", 1.0)),
    *(Comparison(statistic=f"{label} chi-square", function="gl.logrank", reference=f"{_R}, written out",
                 pairs=partial(weighted, name))
      for name, label in (("gehan", "Gehan-Breslow"), ("tarone-ware", "Tarone-Ware"), ("peto-peto", "Peto-Peto"))),
    Comparison(statistic="stratified log-rank chi-square", function="gl.logrank", reference=_SURVIVAL,
               pairs=stratified),
    Comparison(statistic="log hazard ratio, Cox with Efron ties", function="gl.hazard_ratio",
               reference=produced_by("survival", "cox"), pairs=log_hazard_ratio),
    Comparison(statistic="observed events", function="gl.logrank", reference=_SURVIVAL,
               pairs=partial(events, "observed")),
    Comparison(statistic="expected events", function="gl.logrank", reference=_SURVIVAL,
               pairs=partial(events, "expected")),
    Comparison(statistic="exact log-rank p, two groups", function="gl.logrank", reference=produced_by("coin"),
               pairs=exact),
)  # fmt: skip
