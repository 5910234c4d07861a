"""Agreement of two ratings of the same patients or scans beyond chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels.agreement import KappaWeights, kappa, kappa_error
from glisson.kernels.exact import binomial_interval
from glisson.methods.clustered import METHOD as CLUSTERED
from glisson.methods.clustered import clustered_proportion
from glisson.methods.fits import normal_quantile
from glisson.tables import Estimate, Estimates

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEIGHT_LABEL: dict[str, str] = {
    "none": "Cohen's kappa",
    "linear": "Cohen's kappa with linear weights",
    "quadratic": "Cohen's kappa with quadratic weights",
}
#: Below this many units, or patients where each has several, the interval is resampled.
LARGE = 30
#: Above this share of one category chance agreement is so high that kappa is low whatever the raters do.
PREVALENT = 0.8


def agreement(
    first: Sequence[str],
    second: Sequence[str],
    categories: Sequence[str],
    *,
    weights: KappaWeights = "none",
    cluster: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 20200101,
    draws: int = 10_000,
    name: str = "agreement",
    detail: str = "",
) -> Estimates:
    """Estimate how far two ratings agree, and how far beyond chance.

    Parameters
    ----------
    first, second
        Length n: the two ratings of each unit, each one of ``categories``.
    categories
        In order, where ``weights`` give credit for being near.
    weights
        ``"none"``, ``"linear"`` or ``"quadratic"``.
    cluster
        Length n: what makes units correlated, the patient; by default every unit stands alone.
    level
        Confidence level.
    seed, draws
        Of the resampling that is used below 30 clusters.
    name, detail
        What was rated, and by whom.

    Returns
    -------
    Estimates
        ``n``, ``agreement`` (share with the same category, exact interval) and ``kappa``. Below 30 clusters the
        interval of kappa is made of percentiles of a bootstrap of clusters; from there on it is the asymptotic one, by
        the jackknife over clusters where they hold several units. Where all units agree resampling shows no variation,
        so there is no interval of kappa; that of ``agreement`` still says what can be excluded.

    Raises
    ------
    InputError
        If the ratings differ in number.
    SettingsError
        If an argument is not one of its choices.

    Notes
    -----
    Cohen J. Educ Psychol Meas 1960;20:37-46. Fleiss JL, Cohen J, Everitt BS. Psychol Bull 1969;72:323-327. Klar N, et
    al. J R Stat Soc D 2002;51:467-478 (bootstrap in small samples). Feinstein AR, Cicchetti DV. J Clin Epidemiol
    1990;43:543-549 (prevalence).

    Examples
    --------
    >>> rows = agreement(["yes"] * 30 + ["no"] * 20, ["yes"] * 20 + ["no"] * 25 + ["yes"] * 5, ["yes", "no"])
    >>> row = rows.one("kappa")
    >>> round(row.value, 2), round(row.low, 2), round(row.high, 2)
    (0.4, 0.15, 0.65)
    """
    _check(first, second, weights, level, cluster)
    codes = {c: i for i, c in enumerate(categories)}
    a, b = (np.array([codes[r] for r in ratings], dtype=np.int64) for ratings in (first, second))
    groups = np.unique(np.arange(len(a)) if cluster is None else np.asarray(cluster), return_inverse=True)[1]
    shared: dict[str, Any] = {"variable": name, "detail": detail, "n": len(a), "events": int(np.sum(a == b))}
    rows = [Estimate(statistic="n", value=float(len(a)), unit="count", **shared)]
    if not len(a):
        reason = "not estimable (no unit rated twice)"
        return Estimates((*rows, Estimate(statistic="kappa", method=WEIGHT_LABEL[weights], reason=reason, **shared)))
    rows.append(_same(a == b, groups.astype(np.int64), shared, level))
    tables = _by_cluster(a, b, groups.astype(np.int64), len(categories))
    rows.append(_kappa_row(tables, weights, categories, level, (seed, draws), shared))
    return Estimates(tuple(rows))


def cross_table(first: Sequence[str], second: Sequence[str], categories: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return how often each pair of ratings occurs: first rating by second.

    Examples
    --------
    >>> cross_table(["PR", "SD", "SD"], ["PR", "PR", "SD"], ["PR", "SD"])
    ((1, 0), (1, 1))
    """
    pairs = list(zip(first, second, strict=True))
    return tuple(tuple(pairs.count((a, b)) for b in categories) for a in categories)


def _check(
    first: Sequence[str], second: Sequence[str], weights: str, level: float, cluster: Sequence[str] | None
) -> None:
    lengths = {len(first), len(second), *(() if cluster is None else (len(cluster),))}
    if len(lengths) > 1:
        raise InputError("the two ratings differ in number", expected="one of each a unit")
    if weights not in WEIGHT_LABEL:
        raise SettingsError(f"weights {weights!r}", expected=f"one of {', '.join(WEIGHT_LABEL)}")
    if not 0.5 < level < 1:
        raise SettingsError(f"a confidence level of {level}", expected="a number between 0.5 and 1, e.g. 0.95")


def _same(same: NDArray[np.bool_], groups: Ints, shared: dict[str, Any], level: float) -> Estimate:
    """Return the share of units with the same rating twice."""
    x, n = int(same.sum()), len(same)
    sizes = np.bincount(groups)
    named: dict[str, Any] = {"statistic": "agreement", "unit": "probability", **shared}
    if sizes.max() > 1:
        row = clustered_proportion(np.bincount(groups, weights=same), sizes, name="agreement", level=level).rows[0]
        limits: dict[str, Any] = {"low": row.low, "high": row.high, "level": row.level, "reason": row.reason}
        return Estimate(value=x / n, method=CLUSTERED, **limits, **named)
    low, high = binomial_interval(x, n, level=level, method="clopper-pearson")
    return Estimate(value=x / n, low=low, high=high, level=level, method="Clopper-Pearson", **named)


def _by_cluster(a: Ints, b: Ints, groups: Ints, categories: int) -> Ints:
    """Return the table of each cluster, shape (m, C, C)."""
    tables = np.zeros((int(groups.max()) + 1, categories, categories), dtype=np.int64)
    np.add.at(tables, (groups, a, b), 1)
    return tables


def _kappa_row(
    tables: Ints,
    weights: KappaWeights,
    categories: Sequence[str],
    level: float,
    random: tuple[int, int],
    shared: dict[str, Any],
) -> Estimate:
    whole = tables.sum(axis=0)
    n = int(whole.sum())
    observed, _, value = (float(v) for v in kappa(whole, weights))
    named: dict[str, Any] = {"statistic": "kappa", **shared, "warning": _prevalence(whole, categories)}
    label = WEIGHT_LABEL[weights]
    if math.isnan(value):
        reason = "not estimable (both ratings are the same for all)"
        return Estimate(method=label, reason=reason, **named)
    if observed == 1:
        return Estimate(value=value, method=label, reason="no interval (full agreement)", **named)
    if len(tables) < LARGE:
        return _resampled(tables, value, weights, level, random, named)
    alone = len(tables) == n
    error = kappa_error(whole, weights) if alone else _jackknife(tables, weights)
    half = normal_quantile(level) * error
    low, high = max(value - half, -1.0), min(value + half, 1.0)
    method = f"{label}, {'asymptotic interval' if alone else 'jackknife over patients'}"
    return Estimate(value=value, low=low, high=high, level=level, method=method, **named)


def _jackknife(tables: Ints, weights: KappaWeights) -> float:
    """Return the standard error from leaving out one cluster at a time."""
    values = kappa(tables.sum(axis=0) - tables, weights)[2]
    values = values[~np.isnan(values)]
    m = len(values)
    return math.sqrt((m - 1) / m * float(np.sum((values - values.mean()) ** 2)))


def _resampled(
    tables: Ints,
    value: float,
    weights: KappaWeights,
    level: float,
    random: tuple[int, int],
    named: dict[str, Any],
) -> Estimate:
    """Return kappa with percentiles of resampled clusters; samples without a kappa are left out and counted."""
    seed, draws = random
    label, m = WEIGHT_LABEL[weights], len(tables)
    if m < 3:
        return Estimate(value=value, method=label, reason=f"no interval ({m} {'unit' if m == 1 else 'units'})", **named)
    times = np.random.default_rng(seed).multinomial(m, np.full(m, 1 / m), size=draws)
    flat = times @ tables.reshape(m, -1)
    values = kappa(flat.reshape(draws, *tables.shape[1:]), weights)[2]
    known = values[~np.isnan(values)]
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    if len(known) < draws:
        lost = f"{draws - len(known)} of {draws} resamples have no kappa and are left out of its interval"
        named["warning"] = "; ".join(w for w in (named["warning"], lost) if w)
    what = "units" if int(tables.sum()) == m else "patients"
    method = f"{label}, bootstrap interval ({draws} resamples of {what}, seed {seed})"
    return Estimate(value=value, low=float(low), high=float(high), level=level, method=method, **named)


def _prevalence(whole: Ints, categories: Sequence[str]) -> str:
    """Say where one category takes nearly all units: kappa is then low whatever the raters do."""
    share = (whole.sum(axis=0) + whole.sum(axis=1)) / (2 * whole.sum())
    place = int(np.argmax(share))
    if share[place] <= PREVALENT:
        return ""
    return (
        f"{categories[place]} makes up {share[place]:.0%} of the ratings: with one category so frequent kappa is low "
        "even where nearly all ratings agree"
    )
