"""Meta-analysis, beside metafor and lme4."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from glisson.kernels import random_intercept as kernel
from glisson.methods.fits import normal_quantile
from glisson.methods.meta import meta_analysis
from glisson.methods.meta_checks import leave_one_out, small_study_effects, subgroups
from glisson.methods.meta_counts import meta_proportions, meta_rates
from glisson.tables import EffectTable, Estimates
from scripts.validation.compared import Compared, Comparison, golden, produced_by

SIZES = (1, 2, 3, 5, 10, 20)
#: Every cell that must be there: the number of studies and how they differ; for counts the model as well.
NORMAL = tuple(f"{k}_{kind}" for k in SIZES for kind in ("homogeneous", "heterogeneous", "alike"))
COUNTS = tuple(
    f"{model}_{k}_{kind}" for model in ("binomial", "poisson") for k in SIZES
    for kind in ("homogeneous", "heterogeneous", "zeros")
)  # fmt: skip
METHODS = ("REML", "PM", "DL")
#: How an interval is called in R's file, and how here.
INTERVALS: dict[str, dict[str, Any]] = {"wald": {"interval": "wald"}, "knha": {"safeguard": False}, "adhoc": {}}
NODES = (25,)
#: Cells whose likelihood is so flat that the tolerance of lme4's modes shows in second derivatives and limits.
FLAT = frozenset({"poisson_2_heterogeneous", "poisson_3_zeros", "binomial_20_zeros"})
_TOLD = "standard error and profile limits of three flat likelihoods"


def _floats(values: Any) -> list[float]:
    return [float(v) for v in (values if isinstance(values, list) else [values])]


@cache
def table_of(cell: str) -> EffectTable:
    """Return the studies of one cell, on their own scale."""
    d = golden("meta")["normal"][cell]
    y, v = np.array(_floats(d["y"])), np.array(_floats(d["v"]))
    return EffectTable(name=cell, label=cell, study=tuple(f"s{i}" for i in range(len(y))), estimate=y, variance=v,
                       scale="identity")  # fmt: skip


@cache
def _found(cell: str, method: str, interval: str) -> Estimates:
    return meta_analysis(table_of(cell), tau2=method.lower(), **INTERVALS[interval])  # type: ignore[arg-type]


def _cells(least: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield cells with at least so many studies, the method, and the reference."""
    for cell in NORMAL:
        for method in METHODS:
            if int(cell.split("_")[0]) >= least:
                yield cell, method, golden("meta")["analysed"][cell][method]


def _single(statistic: str, key: str, least: int = 2) -> Callable[[], Iterator[Compared]]:
    def pairs() -> Iterator[Compared]:
        for cell, method, theirs in _cells(least):
            yield Compared(_found(cell, method, "wald").one(statistic).value, theirs[key])

    return pairs


def limits() -> Iterator[Compared]:
    """Limits of the pooled value: Wald, Knapp-Hartung, and with the safeguard."""
    for cell, method, theirs in _cells(1):
        for interval in INTERVALS:
            if interval in theirs:
                row = _found(cell, method, interval).one("pooled")
                yield Compared(row.low, theirs[interval]["low"])
                yield Compared(row.high, theirs[interval]["high"])


def predictions() -> Iterator[Compared]:
    """Limits of a new study, t with k - 2 degrees of freedom, about each kind of pooled value."""
    for cell, method, theirs in _cells(3):
        for interval in INTERVALS:
            row = _found(cell, method, interval).one("prediction")
            reference = theirs["prediction"]["z" if interval == "wald" else interval]
            yield Compared(row.low, reference["low"])
            yield Compared(row.high, reference["high"])


def profile_limits() -> Iterator[Compared]:
    """Q-profile limits of τ², I² and H², relative where above 1; an empty interval has none."""
    for cell, method, theirs in _cells(2):
        for i, statistic in enumerate(("tau2", "i2", "h2")):
            row = _found(cell, method, "wald").one(statistic)
            for side, ours in (("low", row.low), ("high", row.high)):
                told = theirs["profile"][side][i] / (100 if statistic == "i2" else 1)
                if theirs["profile"]["empty"]:
                    yield Compared(ours, None)
                else:
                    scale = max(1.0, abs(told))
                    yield Compared(None if ours is None else ours / scale, told / scale)


def common() -> Iterator[Compared]:
    """The common-effect row."""
    for cell in NORMAL:
        row, theirs = _found(cell, "REML", "wald").one("common"), golden("meta")["analysed"][cell]["common"]
        for part, key in (("value", "mu"), ("low", "low"), ("high", "high")):
            yield Compared(getattr(row, part), theirs[key])


def weights() -> Iterator[Compared]:
    """Shares of the weight."""
    for cell, method, theirs in _cells(2):
        for row, reference in zip(_found(cell, method, "wald").select("weight"), theirs["weight"], strict=True):
            yield Compared(row.value, reference)


def without_one() -> Iterator[Compared]:
    """Pooled values without each study."""
    for cell, method, theirs in _cells(3):
        rows = leave_one_out(table_of(cell), lambda t, m=method: meta_analysis(t, tau2=m.lower()))  # type: ignore[misc]
        for row, reference in zip(rows.select("pooled"), theirs["without"], strict=True):
            yield Compared(row.value, reference)


def asymmetry() -> Iterator[Compared]:
    """Egger's test, and the test between two subgroups."""
    for cell in NORMAL:
        if int(cell.split("_")[0]) >= 10:
            rows, theirs = small_study_effects(table_of(cell)), golden("meta")["analysed"][cell]["egger"]
            yield Compared(rows.one("egger_t").value, theirs["t"])
            yield Compared(rows.one("egger_p").value, theirs["p"])


def between() -> Iterator[Compared]:
    """The test between two subgroups, and their pooled values."""
    theirs, table = golden("meta")["subgroups"], table_of("20_heterogeneous")
    rows = subgroups(table, ["a"] * theirs["first"] + ["b"] * (table.k - theirs["first"]))
    for row, reference in zip(rows.select("scaled"), theirs["mu"], strict=True):
        yield Compared(row.value, reference)
    yield Compared(rows.one("q_between").value, theirs["q"])
    yield Compared(rows.one("p_between").value, theirs["p"])


@cache
def counts_of(cell: str, nodes: int) -> kernel.Counts:
    """Return the counts of one cell."""
    d = golden("meta")["counts"][cell]
    return kernel.Counts(kind=d["kind"], x=np.array(_floats(d["x"])), n=np.array(_floats(d["n"])), nodes=nodes)


@cache
def _fitted(cell: str, nodes: int) -> kernel.Fitted:
    return kernel.fit(counts_of(cell, nodes))


def _counted() -> Iterator[tuple[str, int, dict[str, Any]]]:
    for cell in COUNTS:
        for nodes in NODES:
            if "_1_" not in cell:
                yield cell, nodes, golden("meta")["fitted"][cell][f"n{nodes}"]


def _model(kind: str, key: str) -> Callable[[], Iterator[Compared]]:
    def pairs() -> Iterator[Compared]:
        for cell, nodes, theirs in _counted():
            if cell.startswith(kind):
                found = _fitted(cell, nodes)
                ours = 2 * (found.loglik - found.loglik_common) if key == "lr" else getattr(found, key)
                yield Compared(ours, theirs[key], _TOLD if key == "se" and cell in FLAT else "")

    return pairs


def _profile(kind: str) -> Callable[[], Iterator[Compared]]:
    def pairs() -> Iterator[Compared]:
        drop = normal_quantile(0.95) ** 2 / 2
        for cell, nodes, theirs in _counted():
            if cell.startswith(kind):
                ends = kernel.mu_limits(counts_of(cell, nodes), _fitted(cell, nodes), drop)
                for ours, side in zip(ends, ("low", "high"), strict=True):
                    reference = theirs[side]
                    told = float(reference) if isinstance(reference, int | float) else None
                    yield Compared(ours if math.isfinite(ours) else None, told, _TOLD if cell in FLAT else "")

    return pairs


def _rows(cell: str) -> Estimates:
    d = golden("meta")["counts"][cell]
    if d["kind"] == "binomial":
        return meta_proportions(EffectTable.of_events(_floats(d["x"]), _floats(d["n"]), name=cell))
    return meta_rates(EffectTable.of_rates(_floats(d["x"]), _floats(d["n"]), name=cell))


def ratios() -> Iterator[Compared]:
    """Likelihood ratio against one value a study, and its P."""
    for cell in COUNTS:
        theirs = golden("meta")["fitted"][cell].get("lrt")
        if theirs:
            rows = _rows(cell)
            yield Compared(rows.one("q").value, theirs["q"])
            yield Compared(rows.one("p").value, theirs["p"])


def one_study() -> Iterator[Compared]:
    """The exact interval of one study."""
    for cell in COUNTS:
        theirs = golden("meta")["fitted"][cell].get("exact")
        if theirs:
            row = _rows(cell).one("pooled")
            for part in ("value", "low", "high"):
                yield Compared(getattr(row, part), theirs[part])


_META, _LME4, _R = (produced_by(p, "meta") for p in ("metafor", "lme4", "R"))
_NORMAL, _PROPORTION, _RATE = (
    "methods.meta.meta_analysis", "methods.meta_counts.meta_proportions", "methods.meta_counts.meta_rates",
)  # fmt: skip
_CHECKS = "methods.meta_checks."


def _one(statistic: str, function: str, reference: str, pairs: Callable[[], Iterator[Compared]]) -> Comparison:
    return Comparison(statistic=statistic, function=function, reference=reference, pairs=pairs)


COMPARISONS = (
    _one("random effects: pooled value (REML, Paule-Mandel, DL)", _NORMAL, _META, _single("scaled", "mu", 1)),
    _one("its Wald and Knapp-Hartung limits", _NORMAL, _META, limits),
    _one("prediction interval", _NORMAL, _META, predictions),
    _one("τ²", _NORMAL, _META, _single("tau2", "tau2")),
    _one("I²", _NORMAL, _META, _single("i2", "i2")),
    _one("H²", _NORMAL, _META, _single("h2", "h2")),
    _one("Q-profile limits of the three", _NORMAL, _META, profile_limits),
    _one("Cochran's Q", _NORMAL, _META, _single("q", "q")),
    _one("its P", _NORMAL, _META, _single("p", "p")),
    _one("common effect and its limits", _NORMAL, _META, common),
    _one("weights", _NORMAL, _META, weights),
    _one("leave one out", f"{_CHECKS}leave_one_out", _META, without_one),
    _one("Egger's test", f"{_CHECKS}small_study_effects", _META, asymmetry),
    _one("test between subgroups", f"{_CHECKS}subgroups", _META, between),
    *(
        _one(f"{name}, random intercept: {told}", function, _LME4, _model(kind, key))
        for kind, name, function in (("binomial", "proportions", _PROPORTION), ("poisson", "rates", _RATE))
        for key, told in (("mu", "pooled value"), ("se", "its standard error"), ("tau", "τ"),
                          ("lr", "likelihood ratio against τ = 0"))
    ),
    _one("proportions, random intercept: profile limits", _PROPORTION, _LME4, _profile("binomial")),
    _one("rates, random intercept: profile limits", _RATE, _LME4, _profile("poisson")),
    _one("likelihood ratio against one value a study", f"{_PROPORTION}`, `{_RATE}", _META, ratios),
    _one("one study, exact", f"{_PROPORTION}`, `{_RATE}", _R, one_study),
)  # fmt: skip
