"""A basket trial: every method in a basket of its own, and each basket learns from the others as far as they agree."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import betabinom

from glisson.design.assurance import assurance_row
from glisson.design.plan import Assumption, Boundary, TrialDesign
from glisson.design.stated import Number, rising
from glisson.errors import SettingsError
from glisson.kernels.basket import grid, tails
from glisson.kernels.beta_mixture import binomial_probabilities
from glisson.tables import Estimate, Estimates

Floats = NDArray[np.float64]

#: Scale of the half-normal prior of the spread between methods, and spread of the common mean, on the logit scale.
SCALE, SPREAD = 1.0, 1.0
#: Which success of a basket trial is meant where its methods are not told apart.
AT_LEAST_ONE = "at least one method"
#: All combinations of counts are enumerated; this many are the most.
_MOST = 2_000_000


def basket(
    *,
    sizes: Mapping[str, int],
    p0: Number,
    p1: Number,
    alpha: float = 0.05,
    scale: float = SCALE,
) -> TrialDesign:
    """Plan a basket trial with partial pooling of the response rates.

    Parameters
    ----------
    sizes
        Method to patients.
    p0, p1
        Response rate that must be exceeded, and the one worth pursuing.
    alpha
        Probability of a success in a basket when no method is better than ``p0``, at most.
    scale
        Half-normal prior of the spread between methods on the logit scale: small borrows much, large little.

    Returns
    -------
    TrialDesign
        For every number of methods that truly work: the probability of success of those that do (``power``) and of
        those that do not (``type_i_error``), with partial pooling and with each method by itself.

    Raises
    ------
    SettingsError
        If a number is impossible, or there are too many combinations of counts to enumerate.

    Notes
    -----
    Exact, by enumeration of all counts. The posterior probability needed is the smallest that keeps ``alpha`` in every
    basket when no method works; when some do, borrowing raises the chance that the others succeed too, and the table
    shows by how much. Thall PF, et al. Stat Med 2003;22:763-780; Berry SM, et al. Clin Trials 2013;10:720-734.

    Examples
    --------
    >>> plan = basket(sizes={"DEB-TACE": 12, "Y-90": 8, "Ablation": 8}, p0=0.1, p1=0.4)
    >>> plan.n
    28
    >>> none = (("scenario", "no method works"),)
    >>> plan.characteristics.one("type_i_error", group=none, detail="Y-90, pooled").value <= 0.05
    True
    """
    names, n = tuple(sizes), tuple(sizes.values())
    rates = rising(p0, p1, ("response rate that must be exceeded", "response rate worth pursuing"))
    low, high = rates[0].value, rates[1].value
    _check(n, alpha, scale)
    pooled = tails(grid(n, low, centre=_centre(low, high), spread=SPREAD, scale=scale))
    alone = tuple(_alone(n, j, low, _centre(low, high), scale) for j in range(len(n)))
    rows: list[Estimate] = []
    cut: dict[str, tuple[float, ...]] = {}
    for label, parts in (("pooled", pooled), ("each by itself", alone)):
        cut[label] = tuple(_cut(parts[j], n, low, alpha) for j in range(len(n)))
        rows += _rows(names, n, parts, cut[label], low, high, label)
    rows.sort(key=lambda e: (e.group, e.detail))
    order = list(dict.fromkeys(_scenario(names, good) for good in _subsets(len(n))))
    rows.sort(key=lambda e: order.index(e.group[0][1]))
    needed = ", ".join(f"{name} {c:.3f}" for name, c in zip(names, cut["pooled"], strict=True))
    sentence = (
        f"{sum(n)} patients: {', '.join(f'{size} {name}' for name, size in sizes.items())}. Response rates share a "
        f"normal distribution on the logit scale, its spread with a half-normal({scale:g}) prior. A method is called "
        f"promising if its posterior probability of a response rate above {low:.0%} exceeds {needed}; then each "
        f"method's chance of a wrong success is at most {alpha:.1%} when none is better than {low:.0%}."
    )
    return TrialDesign(
        kind="basket",
        title="Basket trial of the methods with partial pooling",
        n=sum(n),
        assumptions=(
            *rates,
            Assumption(name="type I error in a basket", value=alpha, origin="typed"),
            Assumption(name="scale of the spread between methods (logit)", value=scale, origin="default"),
        ),
        boundaries=tuple(
            Boundary(look=1, n=size, scale="posterior probability", efficacy=c, rule=f"{name}: success above {c:.3f}.")
            for name, size, c in zip(names, n, cut["pooled"], strict=True)
        ),
        characteristics=Estimates(tuple(rows)),
        protocol=(sentence,),
        references=(
            "Thall PF, et al. Hierarchical Bayesian approaches to phase II trials in diseases with multiple subtypes. "
            "Stat Med 2003;22:763-780.",
            "Berry SM, Broglio KR, Groshen S, Berry DA. Bayesian hierarchical modeling of patient subpopulations. "
            "Clin Trials 2013;10:720-734.",
        ),
    )  # fmt: skip


def any_success(
    design: TrialDesign, sizes: Mapping[str, int], p0: float, p1: float, seen: Sequence[tuple[int, int]],
    scale: float = SCALE,
) -> Estimates:  # fmt: skip
    """Return how often at least one method of a basket trial is a success: under the null, if all work, on average.

    Parameters
    ----------
    design
        From ``basket``.
    sizes, p0, p1, scale
        As it was planned.
    seen
        Responders and patients of each method in a cohort, for the assurance.

    Returns
    -------
    Estimates
        ``type_i_error`` and ``power`` of at least one success, and ``assurance``: averaged over the beta posteriors of
        the methods (Jeffreys' prior, each by itself).
    """
    n = tuple(sizes.values())
    parts = tails(grid(n, p0, centre=_centre(p0, p1), spread=SPREAD, scale=scale))
    won = np.any([part > (b.efficacy or 1.0) for part, b in zip(parts, design.boundaries, strict=True)], axis=0)
    believed = np.ones(())
    for size, (events, patients) in zip(n, seen, strict=True):
        believed = np.multiply.outer(
            believed, betabinom.pmf(np.arange(size + 1), size, events + 0.5, patients - events + 0.5)
        )
    rows = [
        Estimate(
            variable="design", statistic=statistic, group=(("scenario", scenario),), value=float(np.sum(weight * won)),
            unit="probability", method="exact, by enumeration", detail=AT_LEAST_ONE,
        )
        for statistic, scenario, weight in (
            ("type_i_error", "null", _probability(n, [p0] * len(n))),
            ("power", "alternative", _probability(n, [p1] * len(n))),
        )
    ]  # fmt: skip
    counted = ", ".join(f"{name} {x} of {m}" for name, (x, m) in zip(sizes, seen, strict=True))
    return Estimates((*rows, assurance_row(float(np.sum(believed * won)), counted)))


def _check(n: Sequence[int], alpha: float, scale: float) -> None:
    if len(n) < 2 or min(n) < 1:
        raise SettingsError("a basket trial needs two methods or more, each with a patient or more")
    if not 0 < alpha < 0.5 or not scale > 0:
        raise SettingsError(f"alpha {alpha:g} and scale {scale:g}", expected="alpha below 0.5, and both above 0")
    if np.prod([float(size + 1) for size in n]) > _MOST:
        raise SettingsError(
            f"{' x '.join(str(size + 1) for size in n)} combinations of counts are too many to enumerate",
            expected=f"at most {_MOST:,}",
            todo="plan smaller baskets, or fewer",
        )


def _centre(p0: float, p1: float) -> float:
    return float((logit(p0) + logit(p1)) / 2)


def _alone(n: Sequence[int], j: int, p0: float, centre: float, scale: float) -> Floats:
    """Return the tail of one basket by itself, shaped like all of them: a prior as wide as the pooled one."""
    single = tails(grid((n[j],), p0, centre=centre, spread=SPREAD, scale=scale))[0]
    shape = [1] * len(n)
    shape[j] = n[j] + 1
    return np.broadcast_to(single.reshape(shape), [size + 1 for size in n])


def _probability(n: Sequence[int], p: Sequence[float]) -> Floats:
    """Return the probability of every combination of counts."""
    out = np.ones(())
    for size, share in zip(n, p, strict=True):
        out = np.multiply.outer(out, binomial_probabilities(size, share)[0])
    return np.asarray(out)


def _cut(tail: Floats, n: Sequence[int], p0: float, alpha: float) -> float:
    """Return the smallest posterior probability above which a success has probability alpha at most under the null."""
    null = _probability(n, [p0] * len(n)).ravel()
    values = np.round(tail.ravel(), 10)
    order = np.argsort(-values, kind="stable")
    sums, ordered = np.cumsum(null[order]), values[order]
    last = np.append(ordered[1:] != ordered[:-1], True)  # equal values succeed together
    kept = last & (sums <= alpha)
    if not kept.any():
        return float(ordered[0])
    place = int(np.flatnonzero(kept)[-1])
    following = ordered[place + 1] if place + 1 < len(ordered) else 0.0
    return float((ordered[place] + following) / 2)


def _subsets(k: int) -> list[tuple[int, ...]]:
    return [s for size in range(k + 1) for s in itertools.combinations(range(k), size)]


def _scenario(names: Sequence[str], good: Sequence[int]) -> str:
    if not good:
        return "no method works"
    if len(good) == len(names):
        return "every method works"
    return "only " + " and ".join(names[j] for j in good) + (" works" if len(good) == 1 else " work")


def _rows(
    names: Sequence[str], n: Sequence[int], parts: Sequence[Floats], cuts: Sequence[float], p0: float, p1: float,
    label: str,
) -> list[Estimate]:  # fmt: skip
    rows = []
    for good in _subsets(len(n)):
        weight = _probability(n, [p1 if j in good else p0 for j in range(len(n))])
        for j, name in enumerate(names):
            value = float(np.sum(weight * (parts[j] > cuts[j])))
            rows.append(
                Estimate(
                    variable="design", statistic="power" if j in good else "type_i_error",
                    group=(("scenario", _scenario(names, good)),), value=min(value, 1.0), unit="probability",
                    method="exact, by enumeration", n=n[j], detail=f"{name}, {label}",
                )
            )  # fmt: skip
    return rows
