"""Many tests at once: adjusted P values and the chance of at least one false alarm."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError, SettingsError
from glisson.tables import Estimates

Floats = NDArray[np.float64]
Method = Literal["holm", "benjamini-hochberg"]

LABEL: dict[str, str] = {"holm": "Holm", "benjamini-hochberg": "Benjamini-Hochberg"}


def adjust_p(p: ArrayLike, *, method: Method = "holm") -> Floats:
    """Return P values adjusted for their number.

    Parameters
    ----------
    p
        Shape (m,), between 0 and 1.
    method
        ``"holm"``: the chance of any false rejection stays below the level, whatever the dependence of the tests.
        ``"benjamini-hochberg"``: the expected share of false ones among the rejections stays below it, for independent
        or positively dependent tests.

    Returns
    -------
    ndarray
        Shape (m,), in the order given.

    Raises
    ------
    InputError
        If a value is not between 0 and 1.
    SettingsError
        If the method is not one of its choices.

    Notes
    -----
    Holm S. Scand J Stat 1979;6:65-70; Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300.

    Examples
    --------
    >>> adjust_p([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    >>> adjust_p([0.01, 0.04, 0.03], method="benjamini-hochberg").round(4).tolist()
    [0.03, 0.04, 0.04]
    """
    if method not in LABEL:
        raise SettingsError(f"method {method!r}", expected="holm or benjamini-hochberg")
    values = np.asarray(p, dtype=np.float64).reshape(-1)
    if not np.all((values >= 0) & (values <= 1)):
        raise InputError("a P value outside 0 to 1, or missing", expected="numbers between 0 and 1")
    m, order = len(values), np.argsort(values, kind="stable")
    ordered, rank = values[order], np.arange(1, m + 1)
    if method == "holm":
        stepped = np.maximum.accumulate(ordered * (m - rank + 1))
    else:
        stepped = np.minimum.accumulate((ordered * m / rank)[::-1])[::-1]
    out = np.empty(m)
    out[order] = np.minimum(stepped, 1.0)
    return out


def adjusted(tests: Estimates, *, method: Method = "holm") -> Estimates:
    """Return P values of a family of tests, adjusted for their number.

    Parameters
    ----------
    tests
        Rows of statistic ``p``, one a test. Those without a value have tested nothing, are not counted and stay as they
        are.
    method
        As for ``adjust_p``.

    Returns
    -------
    Estimates
        The same rows with adjusted values; ``method`` names the adjustment and the number of tests.

    Raises
    ------
    InputError
        If a row is not a P value.

    Examples
    --------
    >>> from glisson.tables import Estimate
    >>> rows = Estimates(tuple(Estimate(variable="os", statistic="p", value=v, unit="p") for v in (0.01, 0.2)))
    >>> [r.value for r in adjusted(rows)], adjusted(rows).rows[0].method
    ([0.02, 0.2], 'Holm-adjusted for 2 tests')
    """
    if any(r.statistic != "p" for r in tests):
        raise InputError("a row that is no P value", expected="rows of statistic p", todo='use select("p")')
    known = [r.value for r in tests if r.value is not None]
    found = iter(adjust_p(known, method=method).tolist())
    note = f"{LABEL[method]}-adjusted for {len(known)} tests"
    rows = [
        r if r.value is None
        else replace(r, value=next(found), low=None, high=None, level=None,
                     method=f"{r.method}, {note}" if r.method else note)
        for r in tests
    ]  # fmt: skip
    return Estimates(tuple(rows))


def familywise_error(m: int, *, level: float = 0.05) -> float:
    """Return the chance of at least one P value below a level among independent tests of no difference.

    Parameters
    ----------
    m
        Number of tests.
    level
        Level of each.

    Examples
    --------
    >>> round(familywise_error(10), 3)
    0.401
    """
    if m < 0 or not 0 < level < 1:
        raise SettingsError(f"{m} tests at level {level}", expected="tests from 0, a level between 0 and 1")
    return float(-np.expm1(m * np.log1p(-level)))
