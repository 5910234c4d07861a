"""Exact and near-exact inference for proportions and rates, on SciPy's special functions."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Method = Literal["clopper-pearson", "wilson", "jeffreys", "mid-p"]


def binomial_interval(
    x: int, n: int, *, level: float = 0.95, method: Method = "clopper-pearson"
) -> tuple[float, float]:
    """Return a two-sided interval for a proportion.

    Parameters
    ----------
    x, n
        Events and units, 0 <= x <= n, n >= 1.
    level
        Confidence level.
    method
        ``"clopper-pearson"`` (never too narrow), ``"mid-p"`` (exact, less conservative), ``"wilson"``, ``"jeffreys"``
        (equal tails; 0 at x = 0 and 1 at x = n).

    Notes
    -----
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413; Wilson EB. J Am Stat Assoc 1927;22:209-212; Brown LD, Cai TT,
    DasGupta A. Stat Sci 2001;16:101-133; Lancaster HO. J Am Stat Assoc 1961;56:223-234.

    Examples
    --------
    >>> [round(limit, 4) for limit in binomial_interval(0, 24)]
    [0.0, 0.1425]
    """
    from scipy.special import betaincinv, ndtri  # noqa: PLC0415 - SciPy only where it is needed

    a = (1 - level) / 2
    if method == "clopper-pearson":
        low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, a))
        return low, 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - a))
    if method == "jeffreys":
        low = 0.0 if x == 0 else float(betaincinv(x + 0.5, n - x + 0.5, a))
        return low, 1.0 if x == n else float(betaincinv(x + 0.5, n - x + 0.5, 1 - a))
    if method == "mid-p":
        return _mid_p(x, n, a)
    z, p = -float(ndtri(a)), x / n
    centre, half = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return (0.0 if x == 0 else (centre - half) / scale), (1.0 if x == n else (centre + half) / scale)


def _mid_p(x: int, n: int, a: float) -> tuple[float, float]:
    """Solve P(X > x) + P(X = x) / 2 = a for the lower limit, and its mirror image for the upper one."""
    from scipy.optimize import brentq  # noqa: PLC0415 - SciPy only where it is needed
    from scipy.special import bdtr  # noqa: PLC0415

    def below(p: float) -> float:
        before = float(bdtr(x - 1, n, p)) if x > 0 else 0.0
        return (before + float(bdtr(x, n, p))) / 2

    low = 0.0 if x == 0 else float(brentq(lambda p: below(p) - (1 - a), 0, 1, xtol=1e-15, rtol=1e-14))
    high = 1.0 if x == n else float(brentq(lambda p: below(p) - a, 0, 1, xtol=1e-15, rtol=1e-14))
    return low, high


def upper_bound(x: int, n: int, *, level: float = 0.95) -> float:
    """Return the one-sided exact upper bound of a proportion; with no events 1 - (1 - level)^(1/n).

    Parameters
    ----------
    x, n
        Events and units.
    level
        One-sided confidence level.

    Notes
    -----
    Hanley JA, Lippman-Hand A. JAMA 1983;249:1743-1745; the "rule of three" is its approximation.

    Examples
    --------
    >>> round(upper_bound(0, 13), 3)
    0.206
    """
    if x == n:
        return 1.0
    if x == 0:
        return float(1 - (1 - level) ** (1 / n))
    from scipy.special import betaincinv  # noqa: PLC0415 - SciPy only where it is needed

    return float(betaincinv(x + 1, n - x, level))


def poisson_interval(x: int, exposure: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a rate.

    Parameters
    ----------
    x
        Events.
    exposure
        Time at risk, above 0, in the unit of the rate.
    level
        Confidence level.

    Notes
    -----
    Garwood F. Biometrika 1936;28:437-442.

    Examples
    --------
    >>> [round(limit, 3) for limit in poisson_interval(3, 10.0)]
    [0.062, 0.877]
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - SciPy only where it is needed

    a = (1 - level) / 2
    low = 0.0 if x == 0 else float(gammaincinv(x, a))
    return low / exposure, float(gammaincinv(x + 1, 1 - a)) / exposure


def fisher_exact(table: Ints, *, budget: int = 5_000_000) -> float | None:
    """Return the exact two-sided p of an r x c table given its margins (Fisher; Freeman-Halton).

    Parameters
    ----------
    table
        Shape (R, C), counts.
    budget
        Largest number of column configurations that may be looked at.

    Returns
    -------
    float or None
        Total probability of the tables with these margins that are no more probable than the observed one; ``None``
        where there are too many.

    Notes
    -----
    Freeman GH, Halton JH. Biometrika 1951;38:141-149. All tables are built column by column; probabilities within
    a relative 1e-7 of the observed one count as equal, as in R.

    Examples
    --------
    >>> round(fisher_exact(np.array([[3, 1], [1, 3]])), 4)
    0.4857
    """
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return 1.0
    if table.shape[0] > table.shape[1]:
        table = table.T
    if _tables_at_most(table) > budget:
        return None
    rows, columns = table.sum(axis=1), np.sort(table.sum(axis=0))[::-1]
    log_factorial = np.array([math.lgamma(i + 1) for i in range(int(table.sum()) + 1)])
    constant = log_factorial[rows].sum() + log_factorial[columns].sum() - log_factorial[table.sum()]
    observed = constant - log_factorial[table].sum()
    left, weight = rows[None, :], np.zeros(1)
    for total in columns[:-1]:
        left, weight = _next_column(left, weight, int(total), log_factorial)
    probability = np.exp(constant - weight - log_factorial[left].sum(axis=1))
    tail = float(probability[probability <= math.exp(observed) * (1 + 1e-7)].sum())
    return min(1.0, tail)


def _next_column(left: Ints, weight: Floats, total: int, log_factorial: Floats) -> tuple[Ints, Floats]:
    """Fill one column in every possible way for every partial table; ``left`` is what the rows still hold."""
    open_ = np.full(len(left), total)
    for row in range(left.shape[1]):
        room = left[:, row + 1 :].sum(axis=1)
        low, high = np.maximum(0, open_ - room), np.minimum(open_, left[:, row])
        ways = high - low + 1
        index = np.repeat(np.arange(len(left)), ways)
        value = np.arange(len(index)) - np.repeat(np.cumsum(ways) - ways, ways) + low[index]
        left, weight, open_ = left[index], weight[index] + log_factorial[value], open_[index] - value
        left[:, row] -= value
    return left, weight


def _tables_at_most(table: Ints) -> float:
    """Upper bound of the number of tables with these margins: each free column filled without regard to the others."""
    columns = np.sort(table.sum(axis=0))[::-1][1:]
    return math.prod(math.comb(int(c) + table.shape[0] - 1, table.shape[0] - 1) for c in columns)


def newcombe_difference(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a difference of two proportions from the Wilson limits of each.

    Parameters
    ----------
    x1, n1, x2, n2
        Events and units of the two groups.
    level
        Confidence level.

    Notes
    -----
    Newcombe RG. Stat Med 1998;17:873-890, method 10.

    Examples
    --------
    >>> [round(limit, 4) for limit in newcombe_difference(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    p1, p2 = x1 / n1, x2 / n2
    l1, u1 = binomial_interval(x1, n1, level=level, method="wilson")
    l2, u2 = binomial_interval(x2, n2, level=level, method="wilson")
    difference = p1 - p2
    low = difference - math.hypot(p1 - l1, u2 - p2)
    return low, difference + math.hypot(u1 - p1, p2 - l2)
