"""Matching-adjusted indirect comparison: weights that give a cohort the baseline of a published one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError
from glisson.kernels.newton import Point, maximise
from glisson.methods.weighting import kish
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

#: An effective sample below this many units, or this share of them, says nothing any more.
LEAST_UNITS, LEAST_SHARE = 10, 0.3
#: Probabilities at which quantiles of the weights are given: the smallest, the quartiles, 90 and 95%, the largest.
QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)
#: Length of the coefficients, in standard deviations, beyond which the target lies outside the cohort.
_FAR = 50.0
#: Weighted variance, in units of the unweighted one, below which some combination of covariates no longer varies.
_FLAT = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """Weights of a cohort matched to published means.

    Parameters
    ----------
    names
        What was matched: p covariates.
    weight
        Shape (n,), with mean 1.
    before, after, target
        Shape (p,). Means of the cohort without and with weights, and the published ones.
    effective
        Effective sample size (Kish).
    values
        Shape (n, p). What was matched, unit by unit.
    """

    names: tuple[str, ...]
    weight: Floats
    before: Floats
    after: Floats
    target: Floats
    effective: float
    values: Floats

    @property
    def n(self) -> int:
        """Units."""
        return len(self.weight)

    def estimates(self, spreads: Mapping[str, float] | None = None) -> Estimates:
        """Return what the weights did, row by row.

        Parameters
        ----------
        spreads
            Published standard deviations of some covariates, to stand beside those of the cohort.

        Returns
        -------
        Estimates
            ``covariate_mean`` of each covariate with detail ``"before"``, ``"after"`` and ``"published"``;
            ``covariate_sd`` likewise, published where it was given; ``effective_size``; ``largest_weight`` and its
            ``largest_share`` of all weights; ``weight_quantile`` at ``QUANTILES``.

        Notes
        -----
        With weights the variance is sum w (x - m)² / (sum w - sum w² / sum w), which is that of n - 1 where they are
        equal.
        """
        shared: dict[str, Any] = {"n": self.n, "method": "matching-adjusted indirect comparison, method of moments"}
        rows = []
        for place, name in enumerate(self.names):
            x = self.values[:, place]
            for statistic, found in (
                ("covariate_mean", (self.before[place], self.after[place], self.target[place])),
                ("covariate_sd", (_spread(x, np.ones(self.n)), _spread(x, self.weight), (spreads or {}).get(name))),
            ):
                rows += [
                    Estimate(variable=name, statistic=statistic, value=None if value is None else float(value),
                             reason="not published" if value is None else "", detail=detail, **shared)
                    for detail, value in zip(("before", "after", "published"), found, strict=True)
                ]  # fmt: skip
        of: dict[str, Any] = {"variable": "weights", **shared}
        largest = float(self.weight.max())
        rows += [
            Estimate(statistic="effective_size", value=self.effective, unit="count", **of),
            Estimate(statistic="largest_weight", value=largest, unit="ratio", **of),
            Estimate(statistic="largest_share", value=largest / float(self.weight.sum()), unit="probability", **of),
        ]
        rows += [
            Estimate(statistic="weight_quantile", value=float(np.quantile(self.weight, q)), unit="ratio", at=q, **of)
            for q in QUANTILES
        ]
        return Estimates(tuple(rows))

    @property
    def enough(self) -> bool:
        """Whether the effective sample is more than 10 units and 30% of the cohort."""
        return self.effective > LEAST_UNITS and self.effective > LEAST_SHARE * self.n

    @property
    def why_not(self) -> str:
        """Why the weighted comparison should not be read; empty where it may."""
        if self.enough:
            return ""
        return (
            f"made alike in {', '.join(self.names)}, the {self.n} units count as {self.effective:.1f}: too few "
            f"(more than {LEAST_UNITS} and {LEAST_SHARE:.0%} of them are asked for)"
        )


def match(
    covariates: Mapping[str, ArrayLike], target: Mapping[str, float], *, spread: Mapping[str, float] | None = None
) -> Matched:
    """Weigh units so that means, and spreads where they are given, are those of a published cohort.

    Parameters
    ----------
    covariates
        Numbers of shape (n,) by name; 0 and 1 for proportions.
    target
        The published mean (or proportion) of each.
    spread
        The published standard deviation of some of them, which is matched, too.

    Returns
    -------
    Matched

    Raises
    ------
    InputError
        If a covariate is missing somewhere or has no target, or if no weights can reach the targets.

    Notes
    -----
    Signorovitch JE, et al. Pharmacoeconomics 2010;28:935-945: weights exp(x'a) by the method of moments. A unique
    solution exists where the targets lie inside the convex hull of the cohort. Phillippo DM, et al. NICE DSU Technical
    Support Document 18, 2016: without a common comparator every prognostic factor and effect modifier must be matched,
    which published tables hardly ever allow; what is left is unmeasured.

    Examples
    --------
    >>> found = match({"male": [1, 1, 0, 0, 0, 0, 0, 0, 1, 0]}, {"male": 0.5})
    >>> found.after.tolist(), round(found.effective, 2)
    ([0.5], 8.4)
    """
    names, x, goal = _columns(covariates, target, spread or {})
    centred = x - goal
    scale = np.where(centred.std(axis=0) > 0, centred.std(axis=0), 1.0)
    z = centred / scale

    def balance(a: Floats) -> Point:
        eta = z @ a
        top = float(eta.max())
        w = np.exp(eta - top)
        total = float(w.sum())
        mean = w @ z / total
        return Point(-(top + np.log(total)), -mean, (z * (w / total)[:, None]).T @ z - np.outer(mean, mean))

    found = maximise(balance, np.zeros(len(names)), limit=np.full(len(names), _FAR), tolerance=1e-24)
    eta = z @ found.at
    weight = np.exp(eta - eta.max())
    weight *= len(weight) / weight.sum()
    after = weight @ x / len(weight)
    at_edge = float(np.linalg.eigvalsh(found.point.curvature)[0]) < _FLAT  # the weighted units are all alike
    if at_edge or np.any(np.abs(after - goal) > 1e-6 * np.maximum(1, scale)):
        means = ", ".join(f"{name} {g:g}" for name, g in zip(names, goal, strict=True))
        raise InputError(
            f"no weights give {len(x)} units the means {means}",
            expected="published means that lie within the range of the cohort, all of them together",
            todo="match fewer of them, or say that the cohorts do not overlap",
        )
    return Matched(names=names, weight=weight, before=x.mean(axis=0), after=after, target=goal, effective=kish(weight),
                   values=x)  # fmt: skip


def _spread(x: Floats, weight: Floats) -> float | None:
    """Return a weighted standard deviation; nothing where one unit has all the weight."""
    total = float(weight.sum())
    freedom = total - float((weight**2).sum()) / total
    if freedom <= 0:
        return None
    mean = float(weight @ x) / total
    return float(np.sqrt(weight @ (x - mean) ** 2 / freedom))


def _columns(
    covariates: Mapping[str, ArrayLike], target: Mapping[str, float], spread: Mapping[str, float]
) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return names, values of shape (n, p) and goals; a spread adds the square."""
    names, columns, goals = [], [], []
    for name, values in covariates.items():
        column = np.asarray(values, dtype=np.float64)
        if name not in target:
            raise InputError(f"covariate {name} has no published mean", expected="a target for each covariate")
        missing = int(np.sum(~np.isfinite(column)))
        if not len(column) or missing:
            raise InputError(f"covariate {name} is missing in {missing} of {len(column)} units",
                             expected="a number for every unit", todo="leave it out, or impute it first")  # fmt: skip
        names.append(name)
        columns.append(column)
        goals.append(float(target[name]))
        if name in spread:
            names.append(f"spread of {name}")
            columns.append((column - target[name]) ** 2)
            goals.append(float(spread[name]) ** 2)
    if not names:
        raise InputError("nothing to match", expected="at least one covariate with a published mean")
    if len({len(c) for c in columns}) > 1:
        raise InputError("covariates of different lengths", expected="one value a unit in each")
    return tuple(names), np.column_stack(columns), np.array(goals)
