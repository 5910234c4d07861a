"""What two stages have shown: unbiased estimate, p-value and limits that know of the early look."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betaincinv, gammaln

from glisson.kernels.single_stage import ROUNDING, at_least
from glisson.kernels.two_stage import TwoStage, binomial, success_probability

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def unbiased(first: int, second: int | None, rule: TwoStage, *, n2: int | None = None) -> float:
    """Return the unbiased estimate of the response rate.

    Parameters
    ----------
    first
        Responders in the first stage.
    second
        Responders in the second; ``None`` where the trial stopped.
    rule
        The rule; of its sizes those that were attained.
    n2
        Patients of the second stage, if not those of the rule.

    Notes
    -----
    Jung SH, Kim KM. Stat Med 2004;23:881-896: of all ways in which the total can have come about, the mean share of
    responders in the first stage. It is unbiased for an ``n2`` that does not depend on responses.

    Examples
    --------
    >>> rule = TwoStage(r1=1, n1=10, r=5, n=29)
    >>> unbiased(1, None, rule), round(unbiased(3, 4, rule), 4)
    (0.1, 0.2822)
    """
    if second is None:
        return first / rule.n1
    size, total = rule.n - rule.n1 if n2 is None else n2, first + second
    x = np.arange(max(rule.r1 + 1, total - size), min(total, rule.n1) + 1)
    ways = _log_choose(rule.n1, x) + _log_choose(size, total - x)
    ways = np.exp(ways - ways.max())
    return float((ways @ x) / ways.sum() / rule.n1)


def conditional_error(rule: TwoStage, p: float) -> Floats:
    """Return the probability of success given 0 .. n1 responders in the first stage.

    Examples
    --------
    >>> conditional_error(TwoStage(r1=1, n1=10, r=5, n=29), 0.1)[:4].round(4).tolist()
    [0.0, 0.0, 0.115, 0.2946]
    """
    x1 = np.arange(rule.n1 + 1)
    error = at_least(rule.r + 1 - x1, rule.n - rule.n1, p)
    return np.where(x1 <= rule.r1, 0.0, error)


def cutoffs(rule: TwoStage, p0: float, n2: int) -> Ints:
    """Return how many responders the second stage needs if it has ``n2`` patients, given 0 .. n1 in the first.

    Parameters
    ----------
    rule
        The rule as planned.
    p0
        Null response rate.
    n2
        Patients of the second stage as attained.

    Returns
    -------
    NDArray
        Shape (n1 + 1,). n2 + 1 where no number suffices, or where the trial stops.

    Notes
    -----
    Koyama T, Chen H. Stat Med 2008;27:3145-3154. The p-value of the second stage alone must not exceed the probability
    of success that the plan had under the null rate, given the first stage: the type I error cannot rise.

    Examples
    --------
    >>> cutoffs(TwoStage(r1=1, n1=10, r=5, n=29), 0.1, 19).tolist()[:7]
    [20, 20, 4, 3, 2, 1, 0]
    """
    error = conditional_error(rule, p0)
    tail = at_least(np.arange(n2 + 2), n2, p0)
    need = np.array([int(np.flatnonzero(tail <= e * (1 + 1e-9))[0]) for e in error], dtype=np.int64)
    return np.where(np.arange(rule.n1 + 1) <= rule.r1, n2 + 1, need)


def attained(rule: TwoStage, p0: float, p1: float, *, alpha: float, n1: int) -> TwoStage | None:
    """Return the rule for another size of the first stage, with as many patients in all.

    Parameters
    ----------
    rule
        As planned.
    p0, p1, alpha
        As planned.
    n1
        Patients of the first stage as attained, below the number in all.

    Returns
    -------
    TwoStage
        With the highest ``r1`` that stops under ``p1`` no more often than the plan did (-1: never), and the smallest
        ``r`` that keeps the type I error; ``None`` where no r does.

    Examples
    --------
    >>> print(attained(TwoStage(r1=1, n1=10, r=5, n=29), 0.1, 0.3, alpha=0.05, n1=12))
    1/12 6/29
    """
    lost = float(bdtr(rule.r1, rule.n1, p1)) if rule.r1 >= 0 else 0.0
    r1 = int(np.count_nonzero(bdtr(np.arange(n1), n1, p1) <= lost + ROUNDING)) - 1
    for r in range(max(r1, 0), rule.n):
        again = TwoStage(r1=r1, n1=n1, r=r, n=rule.n)
        if success_probability(again, p0) <= alpha + ROUNDING:
            return again
    return None


def p_value(first: int, second: int | None, rule: TwoStage, p: float, *, n2: int | None = None) -> float:
    """Return the probability under rate ``p`` of outcomes at least as good as the observed one.

    Parameters
    ----------
    first, second, rule, n2
        As for ``unbiased``; ``rule`` as planned.
    p
        Response rate.

    Notes
    -----
    Koyama & Chen. Going on beats stopping; within a stage more responders are better. Where the second stage has
    another number of patients than planned, the rate at which the plan would have had the observed p-value of the
    second stage as its probability of success takes the place of ``p`` in the second stage. Where no number of
    responders in the planned second stage could have changed the conclusion, the share of responders there is carried
    over to the planned number.

    Examples
    --------
    >>> rule = TwoStage(r1=1, n1=10, r=5, n=29)
    >>> round(p_value(3, 3, rule, 0.1), 4), round(p_value(3, 3, rule, 0.1, n2=22), 4)
    (0.0471, 0.0636)
    """
    if second is None:
        return float(at_least(first, rule.n1, p))
    planned = rule.n - rule.n1
    x1 = np.arange(rule.r1 + 1, rule.n1 + 1)
    need = rule.r + 1 - first
    if n2 is None or n2 == planned:
        tail = at_least(first + second - x1, planned, p)
    elif 0 < need <= planned:
        observed = float(at_least(second, n2, p))
        tail = at_least(rule.r + 1 - x1, planned, float(betaincinv(need, planned - need + 1, observed)))
    else:  # the first stage alone has decided
        tail = at_least(first + second * planned // n2 - x1, planned, p)
    return float(binomial(rule.n1, p)[x1] @ tail)


def limits(
    first: int, second: int | None, rule: TwoStage, *, level: float = 0.95, n2: int | None = None
) -> tuple[float, float]:
    """Return the exact two-sided interval that inverts ``p_value``.

    Parameters
    ----------
    first, second, rule, n2
        As for ``p_value``.
    level
        Confidence level.

    Examples
    --------
    >>> [round(x, 4) for x in limits(3, 4, TwoStage(r1=1, n1=10, r=5, n=29))]
    [0.1072, 0.4694]
    """
    a = (1 - level) / 2
    everyone = second is not None and first == rule.n1 and second == (rule.n - rule.n1 if n2 is None else n2)
    low = 0.0 if second is None and first == 0 else _root(lambda p: p_value(first, second, rule, p, n2=n2) - a)
    if everyone or (second is None and first == rule.n1):
        return low, 1.0
    return low, _root(lambda p: _better(first, second, rule, p, n2) - (1 - a))


def _better(first: int, second: int | None, rule: TwoStage, p: float, n2: int | None) -> float:
    """Return the probability of outcomes better than the observed one."""
    if second is None:
        return float(at_least(first + 1, rule.n1, p))
    return p_value(first, second + 1, rule, p, n2=n2)


def _root(difference: Callable[[float], float]) -> float:
    """Return where a function that rises from below 0 to above 0 on (0, 1) crosses."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if difference(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _log_choose(n: int, k: Ints) -> Floats:
    out: Floats = math.lgamma(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return out
