"""The remedy of P18: overlap weights that make methods alike, where data allow, and E-values of the crude ratios."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glisson.clinical.groups import UNKNOWN, patient_keys
from glisson.clinical.vocabulary import METHOD_LABEL
from glisson.errors import InputError
from glisson.methods.balance import balance
from glisson.methods.cox import cox
from glisson.methods.e_value import COMMON, e_value
from glisson.methods.weighting import Weights, propensity_weights, weighted_cox, weighted_survival
from glisson.pitfalls.context import Context, count_text, versus
from glisson.tables import Endpoint, Estimate, Estimates, Factor

Floats = NDArray[np.float64]

#: Weighting is run from this many events on, among methods with this many patients each, known covariates in this share
#: of them, this many patients for each coefficient of the model, and this effective size of every method.
LEAST_EVENTS, LEAST_PATIENTS, LEAST_KNOWN, PER_COEFFICIENT, LEAST_EFFECTIVE = 10, 5, 0.8, 5, 5.0


class _DeclinedError(Exception):
    """Why methods are not weighted, in words that end a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the remedy gives: crude and weighted estimates, E-values, numbers for the finding, and what was done."""

    crude: Estimates
    weighted: Estimates
    e_values: Estimates
    numbers: tuple[tuple[str, str], ...]
    sentence: str


def compared_methods(context: Context, numbers: Mapping[str, Floats]) -> Comparison:
    """Compare overall survival between methods as it is and, where the data allow, with overlap weights.

    Parameters
    ----------
    context
        The cohort.
    numbers
        Covariates of every patient by printed name, in the order of the patient table; NaN where unknown.
    """
    crude, e_values = _crude(context)
    try:
        weights, endpoint, sentence = _weights(context, numbers)
    except _DeclinedError as why:
        sentence = f"No weighted comparison was run: {why}."
        return Comparison(crude=crude, weighted=Estimates(), e_values=e_values, numbers=(), sentence=sentence)
    level = context.analysis.level
    rows = weighted_survival(endpoint, weights, level=level) + weighted_cox(endpoint, weights, level=level)
    rows = _noted(rows)
    sizes = [
        f"{METHOD_LABEL.get(name, name)} {size:.1f} of {int((weights.group.codes == i).sum())}"
        for i, (name, size) in enumerate(zip(weights.group.levels, weights.effective, strict=True))
    ]
    after = max((b.after or 0.0 for b in weights.balance), default=0.0)
    found = (("effective sample size with overlap weights", ", ".join(sizes)),
             ("largest standardised difference of the weighted covariates", f"{after:.2f}"))  # fmt: skip
    return Comparison(crude=crude, weighted=rows, e_values=e_values, numbers=found, sentence=sentence)


def method_weights(context: Context, numbers: Mapping[str, Floats]) -> tuple[Weights | None, str]:
    """Return the overlap weights of the remedy with what they make alike, or nothing with the reason.

    Parameters
    ----------
    context, numbers
        As for ``compared_methods``.
    """
    try:
        weights, _, sentence = _weights(context, numbers)
    except _DeclinedError as why:
        return None, f"Methods are not weighted to be alike: {why}."
    return weights, sentence


def _crude(context: Context) -> tuple[Estimates, Estimates]:
    """Return hazard ratios of the methods as they are, and their E-values."""
    os = context.survival()
    if os is None or "method" not in os.keys:
        return Estimates(), Estimates()
    known = _with_methods(os, 1)
    if len(np.unique(known.keys["method"].codes)) < 2 or not known.n_events:
        return Estimates(), Estimates()
    ratios = cox(known, "method", level=context.analysis.level).select("hazard_ratio")
    rare = known.n_events < COMMON * len(known)
    e_rows: list[Estimate] = []
    for r in ratios:
        if r.value is None or r.low is None or r.high is None:
            reason = "not estimable (the hazard ratio has no limits)"
            e_rows.append(replace(r, statistic="e_value", value=None, low=None, high=None, level=None, reason=reason))
            continue
        found = e_value(r.value, r.low, r.high, kind="hr", rare=rare, name=r.variable)
        e_rows += [replace(e, group=r.group, n=r.n, events=r.events, detail=f"{r.detail}, {e.detail}") for e in found]
    return _crude_named(ratios), _crude_named(e_rows)


def _crude_named(rows: Iterable[Estimate]) -> Estimates:
    return versus(Estimates(tuple(replace(r, variable=f"{r.variable} crude") for r in rows)))


def _noted(rows: Estimates) -> Estimates:
    """Return weighted rows with names of their own: counts of each group stand beside its median, not its ratio."""
    out = []
    for r in versus(rows):
        counts = r.statistic in {"n", "events"}
        note = "" if counts else "with overlap weights"
        own = "weighted" if counts or (r.group and r.statistic != "hazard_ratio") else "weighted ratio"
        out.append(replace(r, variable=f"{r.variable} {own}", detail=", ".join(t for t in (r.detail, note) if t)))
    return Estimates(tuple(out))


def _with_methods(endpoint: Endpoint, least: int) -> Endpoint:
    """Return the units of known methods that at least so many units had."""
    factor = endpoint.keys["method"]
    size = np.bincount(factor.codes, minlength=len(factor.levels))
    keep = np.array([name != UNKNOWN for name in factor.levels]) & (size >= least)
    return endpoint.take(keep[factor.codes])


def _weights(context: Context, numbers: Mapping[str, Floats]) -> tuple[Weights, Endpoint, str]:
    """Return overlap weights with the endpoint they are for, and what was done; or decline with the reason."""
    os = context.survival()
    if os is None or "method" not in os.keys:
        raise _DeclinedError("overall survival by method is not known")
    large = _with_methods(os, LEAST_PATIENTS)
    if len(np.unique(large.keys["method"].codes)) < 2:
        raise _DeclinedError(f"fewer than two methods have {LEAST_PATIENTS} patients")
    factors, values, rows = _covariates(context, large, numbers)
    names = [*factors, *values]
    if not names:
        raise _DeclinedError(f"no covariate is known in {LEAST_KNOWN:.0%} of the patients and shared by the methods")
    endpoint = large.take(rows)
    if endpoint.n_events < LEAST_EVENTS:
        raise _DeclinedError(f"there are {count_text(endpoint.n_events, 'death')}, and {LEAST_EVENTS} are needed")
    endpoint = replace(endpoint, keys={"method": endpoint.keys["method"], **factors})
    try:
        weights = propensity_weights(endpoint, "method", tuple(factors), numbers=values)
    except InputError as error:
        raise _DeclinedError(error.found) from None
    if weights.firth:
        raise _DeclinedError(f"{_listed(names)} {'separates' if len(names) == 1 else 'separate'} the methods")
    least = int(np.argmin(weights.effective))
    if weights.effective[least] < LEAST_EFFECTIVE:
        name, size = (
            METHOD_LABEL.get(weights.group.levels[least], weights.group.levels[least]),
            weights.effective[least],
        )
        raise _DeclinedError(
            f"with overlap weights {name} would count as {size:.1f} patients, and {LEAST_EFFECTIVE:g} are needed"
        )
    left = len(os) - len(endpoint)
    text = f"Overlap weights make the methods alike in {_listed(names)}"
    text += f"; {count_text(left, 'patient')} of small groups or without these values left out" if left else ""
    return weights, endpoint, f"{text}. What was not recorded they cannot balance."


def _listed(items: list[str]) -> str:
    words = [i[:1].lower() + i[1:] if i[1:2].islower() else i for i in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _covariates(
    context: Context, endpoint: Endpoint, numbers: Mapping[str, Floats]
) -> tuple[dict[str, Factor], dict[str, Floats], NDArray[np.bool_]]:
    """Return the most unlike covariates, as many as the patients bear, and which rows know all of them."""
    place = {p: i for i, p in enumerate(context.cohort.table("patient")["patient_id"].to_list())}
    index = np.array([place[str(u)] for u in endpoint.unit], dtype=np.int64)
    extrahepatic = patient_keys(context.cohort)["extrahepatic"].take(index)
    spread = np.where(extrahepatic.codes == extrahepatic.levels.index(UNKNOWN), np.nan, extrahepatic.codes)
    candidates = {"Extrahepatic disease": spread, **{k: v[index] for k, v in numbers.items()}}
    method = endpoint.keys["method"]
    unlike: dict[str, float] = {}
    for name, values in candidates.items():
        known = ~np.isnan(values)
        if known.mean() < LEAST_KNOWN or len(np.unique(values[known])) < 2:
            continue
        if len(np.unique(method.codes[known])) < len(np.unique(method.codes)):
            continue
        (row,) = balance(method.take(known), np.ones(int(known.sum())), {}, {name: values[known]})
        if row.before is not None and math.isfinite(row.before):
            unlike[name] = row.before
    most = len(endpoint) // (PER_COEFFICIENT * (len(np.unique(method.codes)) - 1))
    chosen = sorted(unlike, key=lambda n: -unlike[n])[:most]
    rows = np.ones(len(endpoint), dtype=np.bool_)
    for name in chosen:
        rows &= ~np.isnan(candidates[name])
    factors = {
        name: Factor.of(["present" if v else "none" for v in candidates[name][rows]], ("none", "present"))
        for name in chosen
        if name == "Extrahepatic disease"
    }
    return factors, {n: candidates[n][rows] for n in chosen if n not in factors}, rows
