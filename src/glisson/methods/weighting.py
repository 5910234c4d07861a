"""Weights that make treatment groups alike in what was measured, and what survival looks like under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.kernels import multinomial
from glisson.kernels.cox_residuals import cell_parts, robust_covariance
from glisson.kernels.product_limit import interval
from glisson.kernels.weighted import product_limit
from glisson.methods.balance import NO_SPREAD, Balance, balance
from glisson.methods.cox import coefficients, variable_tests
from glisson.methods.cox_model import fit_cox
from glisson.methods.design import design, named
from glisson.methods.fits import CONF_LABEL, Fit, normal_quantile, whole_time
from glisson.tables import Endpoint, Estimate, Estimates, Factor, Group

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = Literal["overlap", "iptw", "att"]
Penalty = Literal["auto", "none", "firth"]

#: A probability of a group below which a unit could hardly have been in it.
RARE = 0.05
#: Share of a group's weight from which one unit decides about the group.
DOMINANT = 0.25

LABEL: dict[str, str] = {
    "overlap": "overlap weights",
    "iptw": "stabilised inverse probability weights",
    "att": "weights for the treated",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """One weight a unit, and how alike the groups are with it.

    Parameters
    ----------
    kind, target
        ``"overlap"``, ``"iptw"`` or ``"att"``; the group whose patients are the standard, for ``"att"``.
    by, group
        Name of the grouping variable, and the group of each unit; levels that nobody has are left out.
    unit
        Shape (n,). Whose weights these are.
    propensity
        Shape (n, K). Probability of each group given the covariates.
    weight
        Shape (n,), not negative.
    effective
        Kish's effective sample size of each group: (sum of weights)² / sum of squared weights.
    balance
        Standardised differences before and after, a row a covariate.
    firth
        Whether the probabilities come from Firth's penalised likelihood.
    method
        How the weights were made, in words.
    warnings
        What a reader must know: separation, lack of overlap, units that dominate.
    """

    kind: Kind
    target: str
    by: str
    group: Factor
    unit: NDArray[np.generic]
    propensity: Floats
    weight: Floats
    effective: tuple[float, ...]
    balance: tuple[Balance, ...]
    firth: bool
    method: str
    warnings: tuple[str, ...]

    def estimates(self) -> Estimates:
        """Return the effective sample sizes, and the largest standardised differences before and after, as rows."""
        rows = []
        for i, (level, value) in enumerate(zip(self.group.levels, self.effective, strict=True)):
            rows.append(Estimate(variable=self.by, statistic="effective_size", group=((self.by, level),), value=value,
                                 n=int(np.sum(self.group.codes == i)), method=self.method))  # fmt: skip
        for one in self.balance:
            for when, apart in (("before", one.before), ("after", one.after)):
                rows.append(
                    Estimate(variable=self.by, statistic="standardised_difference", value=apart, method=self.method,
                             n=len(self.weight), reason=NO_SPREAD if apart is None else "",
                             detail=f"{one.label}, {when}")
                )  # fmt: skip
        return Estimates(tuple(rows))


def propensity_weights(
    data: Endpoint,
    by: str,
    covariates: str | Sequence[str] = (),
    *,
    numbers: Mapping[str, ArrayLike] | None = None,
    kind: Kind = "overlap",
    target: str = "",
    penalty: Penalty = "auto",
) -> Weights:
    """Weigh units so that two or more groups have the same covariates.

    Parameters
    ----------
    data
        Endpoint with one row a unit; only its grouping variables are read, never its times or events.
    by
        Grouping variable to balance: the treatment method.
    covariates
        Grouping variables known before treatment.
    numbers
        Covariates that are numbers, each of shape (n,).
    kind
        ``"overlap"``: patients who could have been in any group count most. ``"iptw"``: everybody stands for the whole
        cohort (stabilised). ``"att"``: the standard are the patients of one group.
    target
        The group of ``"att"``.
    penalty
        ``"none"``: maximum likelihood. ``"firth"``. ``"auto"``: Firth's where covariates separate the groups, and the
        warning says so.

    Returns
    -------
    Weights

    Raises
    ------
    InputError
        If there are not two groups, several rows a unit, missing covariates, or covariates that cannot be told apart;
        if they separate the groups and no penalty is allowed.
    SettingsError
        If an argument is not one of its choices.

    Notes
    -----
    Li F, Morgan KL, Zaslavsky AM. J Am Stat Assoc 2018;113:390-400; several groups: Li F, Li F. Ann Appl Stat
    2019;13:2389-2415. With e_k the probability of group k, the weight is (1 / sum_k 1/e_k) / e_own for overlap,
    P(own) / e_own for iptw, e_target / e_own for att.

    Examples
    --------
    >>> keys = {"arm": list("aaabbb"), "sex": list("ffmfmm")}
    >>> os = Endpoint.from_arrays([1, 2, 3, 4, 5, 6], [1] * 6, keys=keys, name="os")
    >>> found = propensity_weights(os, "arm", "sex")
    >>> found.weight.round(3).tolist(), round(found.balance[0].after, 6)
    ([0.333, 0.333, 0.667, 0.667, 0.333, 0.333], 0.0)
    """
    if kind not in LABEL or penalty not in {"auto", "none", "firth"}:
        raise SettingsError(f"kind {kind!r}, penalty {penalty!r}", expected="overlap, iptw or att; auto, none or firth")
    wanted = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    group = _present(named(data.keys, (by,), data.name)[by])
    if len(group.levels) < 2:
        raise InputError(f"{by} has one group only", expected="two groups or more")
    if len(np.unique(data.unit)) < len(data):
        raise InputError(f"{data.name} has several rows a unit", expected="one row a unit", todo="weigh patients")
    if (kind == "att") != bool(target) or (target and target not in group.levels):
        raise SettingsError(f"kind {kind!r} with target {target!r}",
                            expected=f"a target with att and only there: {', '.join(group.levels)}")  # fmt: skip
    factors = named(data.keys, wanted, data.name)
    propensity, firth, separated = _propensity(design(factors, numbers, len(data)).x, group, penalty)
    weight = _weight(propensity, group, kind, target)
    method = f"{LABEL[kind]}, {'multinomial' if len(group.levels) > 2 else 'logistic'} propensity model"
    return Weights(
        kind=kind, target=target, by=by, group=group, unit=data.unit, propensity=propensity, weight=weight,
        effective=tuple(kish(weight[group.codes == i]) for i in range(len(group.levels))),
        balance=balance(group, weight, factors, numbers), firth=firth,
        method=f"{method}, Firth's penalty" if firth else method,
        warnings=_warnings(propensity, weight, group, separated=separated),
    )  # fmt: skip


def kish(weight: ArrayLike) -> float:
    """Return the effective sample size of weighted units, (sum of weights)² / sum of squared weights.

    Parameters
    ----------
    weight
        Shape (n,), not all 0.

    Notes
    -----
    Kish L. Survey Sampling. Wiley 1965.

    Examples
    --------
    >>> kish([1, 1, 1]), kish([1, 0, 0]), kish([2, 1])
    (3.0, 1.0, 1.8)
    """
    w = np.asarray(weight, dtype=np.float64)
    return float(w.sum() ** 2 / np.sum(w**2))


def _present(factor: Factor) -> Factor:
    used = [i for i in range(len(factor.levels)) if np.any(factor.codes == i)]
    place = {code: i for i, code in enumerate(used)}
    codes = np.array([place[c] for c in factor.codes.tolist()], dtype=np.int64)
    return Factor(codes, tuple(factor.levels[i] for i in used))


def _propensity(columns: Floats, group: Factor, penalty: Penalty) -> tuple[Floats, bool, bool]:
    """Return probabilities of shape (n, K), whether a penalty was used, and whether the covariates separate."""
    spread = columns.std(axis=0)
    scaled = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    x = np.column_stack([np.ones(len(columns)), scaled])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise InputError("covariates that cannot be told apart, or that are the same in everybody",
                         expected="covariates of which none follows from the others", todo="leave one out")  # fmt: skip
    groups = len(group.levels)
    apart = multinomial.separated(x, group.codes, groups)
    if apart and penalty == "none":
        raise InputError("the covariates separate the groups, so that probabilities of 0 and 1 result",
                         expected="overlap of the groups", todo="use penalty='auto' or fewer covariates")  # fmt: skip
    firth = penalty == "firth" or apart
    found = multinomial.fit(x, group.codes, groups, firth=firth)
    if found.outcome != "converged":
        raise InputError("the model of who got which treatment has no solution that could be found",
                         expected="fewer covariates", todo="leave some out")  # fmt: skip
    return multinomial.probabilities(x, found.at), firth, apart


def _weight(propensity: Floats, group: Factor, kind: Kind, target: str) -> Floats:
    own = propensity[np.arange(len(propensity)), group.codes]
    if kind == "overlap":
        weight: Floats = 1 / (own * (1 / propensity).sum(axis=1))
        return weight
    if kind == "att":
        return np.asarray(propensity[:, group.levels.index(target)] / own, dtype=np.float64)
    shares = np.bincount(group.codes, minlength=len(group.levels)) / len(group)
    return np.asarray(shares[group.codes] / own, dtype=np.float64)


def _warnings(propensity: Floats, weight: Floats, group: Factor, *, separated: bool) -> tuple[str, ...]:
    found = []
    if separated:
        found.append("the covariates separate the groups, wholly or in part; probabilities are finite only because of "
                     "Firth's penalty")  # fmt: skip
    rare = int(np.sum(propensity.min(axis=1) < RARE))
    if rare:
        found.append(f"{rare} of {len(weight)} have a probability below {RARE:.0%} of some group (positivity)")
    for i, level in enumerate(group.levels):
        own = weight[group.codes == i]
        share = float(own.max() / own.sum())
        if len(own) * DOMINANT > 1 and share > DOMINANT:
            found.append(f"one of {len(own)} in {level} carries {share:.0%} of its weight")
    return tuple(found)


def weighted_survival(
    data: Endpoint, weights: Weights, *, times: Sequence[float] = (), level: float = 0.95
) -> Estimates:
    """Estimate survival of each group as if the groups had the same covariates.

    Parameters
    ----------
    data
        The endpoint of the same units in the same order.
    weights
        From ``propensity_weights``.
    times
        Days at which survival is wanted.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``n``, ``events``, ``effective_size``, ``median`` and ``survival`` of each group; log-log limits with a variance
        that treats each cluster (patient) as one draw and the weights as known.

    Raises
    ------
    InputError
        If the units are not those of the weights.

    Notes
    -----
    Xie J, Liu C. Stat Med 2005;24:3089-3110; the variance as in R's ``survfit(robust = TRUE)``.

    Examples
    --------
    >>> os = Endpoint.from_arrays([1, 2, 3, 4, 5, 6], [1] * 6, keys={"arm": list("aaabbb"), "sex": list("ffmfmm")})
    >>> weighted_survival(os, propensity_weights(os, "arm", "sex")).one("median", group=(("arm", "a"),)).value
    2.5
    """
    _same_units(data, weights)
    z = normal_quantile(level)
    rows: list[Estimate] = []
    for i, name in enumerate(weights.group.levels):
        fit = _weighted_fit(data, weights, i, ((weights.by, name),), z, level)
        rows += [
            fit.row("n", value=float(fit.n), unit="count"),
            fit.row("events", value=float(fit.events), unit="count"),
        ]
        rows.append(fit.row("effective_size", value=weights.effective[i]))
        rows += [fit.quantile(0.5), *(fit.survival_at(whole_time(t)) for t in times)]
    return Estimates(tuple(rows))


def _weighted_fit(data: Endpoint, weights: Weights, place: int, group: Group, z: float, level: float) -> Fit:
    mine = np.flatnonzero(weights.group.codes == place)
    exit, event, weight = data.exit[mine], data.cause[mine] > 0, weights.weight[mine]
    time = np.unique(exit)
    clusters = np.unique(data.cluster[mine], return_inverse=True)[1].astype(np.int64).reshape(-1)
    survival, variance = product_limit(time, data.entry[mine], exit, event, weight, clusters)
    low, high = interval(survival, variance, z=z)
    return Fit(
        variable=data.name, group=group, time=time,
        at_risk=((data.entry[mine][:, None] < time) & (time <= exit[:, None])).sum(axis=0),
        died=np.array([np.sum(event[exit == t]) for t in time], dtype=np.int64),
        censored=np.array([np.sum(~event[exit == t]) for t in time], dtype=np.int64),
        survival=survival, greenwood=variance, low=low, high=high, n=len(mine), events=int(event.sum()), z=z,
        level=level, method=f"Kaplan-Meier with {weights.method}, robust {CONF_LABEL['log-log']}",
    )  # fmt: skip


def weighted_cox(data: Endpoint, weights: Weights, *, penalty: Penalty = "auto", level: float = 0.95) -> Estimates:
    """Estimate hazard ratios between groups as if they had the same covariates.

    Parameters
    ----------
    data
        The endpoint of the same units in the same order.
    weights
        From ``propensity_weights``.
    penalty
        ``"firth"``, ``"none"``, or ``"auto"``: Firth's where the likelihood has no finite maximum or there are fewer
        than ten events a coefficient, counted with weights that add up to the effective sample size. The warning says
        why.
    level
        Confidence level.

    Returns
    -------
    Estimates
        ``hazard_ratio`` of every group against the first, with robust Wald intervals that treat each cluster (patient)
        as one draw and the weights as known, and the robust Wald ``p``. The ratio is marginal: over the patients for
        whom the weights stand, not within levels of the covariates.

    Raises
    ------
    InputError
        If the units are not those of the weights, or nobody had the event.

    Notes
    -----
    Austin PC. Stat Med 2016;35:5642-5655; Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078.

    Examples
    --------
    >>> os = Endpoint.from_arrays([1, 2, 3, 4, 5, 6], [1] * 6, keys={"arm": list("ababab"), "sex": list("ffmfmm")})
    >>> row = weighted_cox(os, propensity_weights(os, "arm", "sex"), penalty="none").one("hazard_ratio")
    >>> round(row.value, 3), row.n, row.events, row.detail
    (0.301, 6, 6, 'versus a')
    """
    _same_units(data, weights)
    scale = float(weights.weight.sum() / np.sum(weights.weight**2))
    keys = {**data.keys, weights.by: weights.group}
    model = fit_cox(replace(data, weight=weights.weight * scale, keys=keys), weights.by, penalty=penalty)
    clusters = np.unique(data.cluster, return_inverse=True)[1].astype(np.int64).reshape(-1)
    if model.finite:
        parts = cell_parts(model.data, model.beta)
        covariance = robust_covariance(model.data, parts, model.beta, model.naive, clusters)
        model = replace(model, covariance=covariance)
    why = model.why.replace("events a coefficient", "effective events a coefficient (weighted)")
    model = replace(model, clusters=int(clusters.max()) + 1, n=len(data), events=int(np.sum(data.cause == 1)), why=why)
    rows = coefficients(model, profile=False, level=level) + variable_tests(model).select("p", detail=weights.by)
    return Estimates(tuple(replace(r, method=f"{r.method}, {weights.method}") for r in rows))


def _same_units(data: Endpoint, weights: Weights) -> None:
    if len(data) != len(weights.unit) or not np.array_equal(data.unit, weights.unit):
        raise InputError(f"{data.name}: the units are not those of the weights",
                         expected=f"the same {len(weights.unit)} units in the same order")  # fmt: skip
    if data.weight is not None:
        raise InputError(f"{data.name} has weights of its own", expected="an endpoint without weights")
