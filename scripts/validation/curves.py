"""Survival curves, their quantiles and means, and cumulative incidence, beside R."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import numpy as np

import glisson as gl
from glisson.methods.fits import normal_quantile
from glisson.methods.survival import nelson_aalen
from glisson.tables import Estimate
from scripts.validation.compared import Compared, Comparison, endpoint_of, golden, produced_by

Case = dict[str, Any]
QUANTILES = (0.25, 0.5, 0.75)
#: The three intervals R has.
INTERVALS = ("log-log", "log", "plain")
BEYOND = "survival after the last observation"
OUTSIDE = "limits of the restricted mean outside 0 and the horizon"
NO_LIMITS = "limits where the incidence is 0 or 1"
#: (case, group, interval, quantile) where an upper limit rises again.
RISES = {("aml", "all", "log", 0.5): "median limits where an upper limit rises again"}


def groups() -> Iterator[tuple[Case, Case, gl.Endpoint]]:
    """Yield each case, the reference of each of its groups, and the endpoint of the group."""
    for case in golden("survival")["curves"]:
        for reference in case["groups"]:
            yield case, reference, endpoint_of(case, reference["group"])


def survival(conf_type: Literal["log-log", "log", "plain"], *, limits: bool) -> Iterator[Compared]:
    """S(t), or its two limits, at the times of each case."""
    for case, reference, endpoint in groups():
        rows = gl.kaplan_meier(endpoint, times=case["times"], conf_type=conf_type)
        theirs = reference[conf_type]
        for i, day in enumerate(case["times"]):
            row = rows.one("survival", at=float(day))
            if not limits:
                yield Compared(row.value, theirs["surv"][i], BEYOND if row.value is None else "")
                continue
            none = BEYOND if row.value is None else "limits where S = 1 or S = 0" if row.value in (0.0, 1.0) else ""
            yield Compared(row.low, theirs["lower"][i], none)
            yield Compared(row.high, theirs["upper"][i], none)


def quantiles(conf_type: Literal["log-log", "log", "plain"], *, limits: bool) -> Iterator[Compared]:
    """Quartiles of survival time, or their limits."""
    for case, reference, endpoint in groups():
        rows = gl.kaplan_meier(endpoint, conf_type=conf_type, quantiles=QUANTILES)
        theirs = reference[conf_type]
        for i, p in enumerate(QUANTILES):
            row = rows.one("median") if p == 0.5 else rows.one("quantile", at=p)
            if not limits:
                yield Compared(row.value, theirs["q"][i])
                continue
            yield Compared(row.low, theirs["q_lower"][i])
            known = RISES.get((case["name"], reference["group"], conf_type, p), "")
            yield Compared(row.high, theirs["q_upper"][i], known)


def demo_medians() -> Iterator[Compared]:
    """Medians of the demonstration cohort with their limits, overall and in every group."""
    reference = golden("demo_cohort")
    patients = reference["patients"]
    groups_of = {
        "overall": patients,
        "liver_only": [p for p in patients if p["liver_only"]],
        "extrahepatic": [p for p in patients if not p["liver_only"]],
    }
    parts = [(rows, reference[name]) for name, rows in groups_of.items()]
    parts += [([p for p in patients if p["method"] == m], r) for m, r in reference["by_method"].items()]
    for rows, theirs in parts:
        for name, event in (("os", "dead"), ("liver_pfs", "liver_pfs_event"), ("pfs", "pfs_event")):
            endpoint = gl.Endpoint.from_arrays([p[name] for p in rows], [p[event] for p in rows], name=name)
            median = gl.kaplan_meier(endpoint).one("median")
            for ours, what in ((median.value, "median"), (median.low, "low"), (median.high, "high")):
                yield Compared(ours, theirs[name][what])


def hazard() -> Iterator[Compared]:
    """Cumulative hazard at the times of each case."""
    for case, reference, endpoint in groups():
        (curve,) = nelson_aalen(endpoint)
        for i, day in enumerate(case["times"]):
            beyond = BEYOND if day > curve.last else ""
            yield Compared(None if beyond else curve.value_at(day), reference["cumhaz"][i], beyond)


def reverse() -> Iterator[Compared]:
    """Quartiles of follow-up: the first day on which prodlim's curve is at or below 1 - p, or the middle of a flat."""
    for _, reference, endpoint in groups():
        if "reverse" not in reference:
            continue
        time, curve = (np.array(reference["reverse"][k], dtype=float) for k in ("time", "surv"))
        for p in QUANTILES:
            low = np.flatnonzero(curve < 1 - p - 1e-9)
            flat = np.flatnonzero(np.abs(curve - (1 - p)) <= 1e-9)
            theirs: float | None = float(time[low[0]]) if low.size else None
            if flat.size:
                theirs = (float(time[flat[0]]) + theirs) / 2 if theirs is not None else float(time[flat[0]])
            yield Compared(gl.followup(endpoint).one("followup", at=p).value, theirs)


def restricted_mean(*, error: bool) -> Iterator[Compared]:
    """Restricted mean, or its standard error read back from the interval."""
    z = normal_quantile(0.95)
    for case, reference, endpoint in groups():
        if "rmean" not in reference:  # the case with delayed entry
            continue
        row = gl.rmst(endpoint, tau=case["tau"]).one("rmst")
        beyond = "restricted mean beyond the last observation" if row.value is None else ""
        if not error:
            yield Compared(row.value, reference["rmean"], beyond)
            continue
        cut = row.low is None or row.high is None or row.low <= 0 or row.high >= case["tau"]
        se = None if cut or row.low is None or row.high is None else (row.high - row.low) / (2 * z)
        yield Compared(
            se,
            reference["rmean_se"],
            beyond or (OUTSIDE if cut else ""),
        )


def incidence(what: Literal["estimate", "aalen", "delta"]) -> Iterator[Compared]:
    """Cumulative incidence of two causes, or one of its variances read back from the interval."""
    for case in golden("survival")["competing"]:
        everybody = gl.Endpoint.from_arrays(
            case["time"], case["cause"], causes=("one", "two"), keys={"group": case["group"]}, name=case["name"]
        )
        for reference in case["groups"]:
            endpoint = everybody if reference["group"] == "all" else everybody.where(group=reference["group"])
            rows = gl.cumulative_incidence(
                endpoint, times=case["times"], variance="delta" if what == "delta" else "aalen"
            )
            for k, cause in enumerate(endpoint.causes):
                for i, day in enumerate(case["times"]):
                    row = rows.one("cumulative_incidence", at=float(day), detail=cause)
                    beyond = BEYOND if row.value is None else ""
                    if what == "estimate":
                        yield Compared(row.value, reference["est"][k][i], beyond)
                    else:
                        theirs = reference["var"][k][i] if what == "aalen" else reference["se"][i][k] ** 2
                        yield Compared(_variance(row), theirs, beyond or ("" if row.low else NO_LIMITS))


def _variance(row: Estimate) -> float | None:
    """Variance of an incidence F from its lower limit, which is F^exp(-z sd / (F log F))."""
    if row.value is None or row.low is None:
        return None
    log = float(np.log(row.value))
    return float((np.log(np.log(row.low) / log) * row.value * log / normal_quantile(0.95)) ** 2)


_SURVIVAL, _CMPRSK = produced_by("survival"), produced_by("cmprsk")
COMPARISONS = (
    Comparison(statistic="survival S(t)", function="gl.kaplan_meier", reference=_SURVIVAL,
               pairs=partial(survival, "log-log", limits=False)),
    *(Comparison(statistic=f"limits of S(t), {c}", function="gl.kaplan_meier", reference=_SURVIVAL,
                 pairs=partial(survival, c, limits=True)) for c in INTERVALS),
    Comparison(statistic="median and quartiles", function="gl.kaplan_meier", reference=_SURVIVAL,
               pairs=partial(quantiles, "log-log", limits=False)),
    *(Comparison(statistic=f"limits of median and quartiles, {c}", function="gl.kaplan_meier", reference=_SURVIVAL,
                 pairs=partial(quantiles, c, limits=True)) for c in INTERVALS),
    Comparison(statistic="medians of the demonstration cohort with limits", function="gl.kaplan_meier",
               reference=produced_by("survival", "demo_cohort"), pairs=demo_medians),
    Comparison(statistic="cumulative hazard", function="methods.survival.nelson_aalen", reference=_SURVIVAL,
               pairs=hazard),
    Comparison(statistic="quartiles of follow-up", function="gl.followup", reference=produced_by("prodlim"),
               pairs=reverse),
    Comparison(statistic="restricted mean", function="gl.rmst", reference=_SURVIVAL,
               pairs=partial(restricted_mean, error=False)),
    Comparison(statistic="standard error of the restricted mean", function="gl.rmst", reference=_SURVIVAL,
               pairs=partial(restricted_mean, error=True)),
    Comparison(statistic="cumulative incidence", function="gl.cumulative_incidence", reference=_CMPRSK,
               pairs=partial(incidence, "estimate")),
    Comparison(statistic="its variance, Aalen", function="gl.cumulative_incidence", reference=_CMPRSK,
               pairs=partial(incidence, "aalen")),
    Comparison(statistic="its variance, Greenwood type", function="gl.cumulative_incidence", reference=_SURVIVAL,
               pairs=partial(incidence, "delta")),
)  # fmt: skip
