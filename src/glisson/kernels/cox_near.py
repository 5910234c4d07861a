"""Sums over groups of rows near a point, from one pass through the rows.

Profile limits and tests of a fitted model ask for its likelihood some fifty times, at coefficients that differ by a few
standard errors. Of a million rows these are thousandths, and exp(d'x) is a short power series in d: with the sums of
risk times products of covariates up to some degree, taken once at the point, every sum nearby costs only the groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial, prod

import numpy as np

from glisson.kernels.risk_sets import Floats, Ints

#: What may be left out of exp, as a share: less than rounding leaves anyway. And how far products may grow.
_LEFT_OUT, _LARGEST = 1e-17, 1e100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Near:
    """Sums of risk times products of v covariates over f groups, near one point.

    Parameters
    ----------
    at
        Shape (v,). The point.
    reach
        How far d'x may be from 0.
    size
        Shape (v,). The largest covariate, without sign.
    products
        Shape (N, f). Sums of risk times each product of ``powers``, with covariates divided by their size.
    shift
        Everything is divided by exp(shift).
    degrees
        Shape (a, v). Of each term of the series, how often each covariate is in it.
    places
        Shape (columns, a). Which product each term is when it is multiplied by one of the columns.
    units
        Shape (columns,). What each column was divided by.
    """

    at: Floats
    reach: float
    size: Floats
    products: Floats
    shift: float
    degrees: Ints
    places: Ints
    units: Floats

    @classmethod
    def of(
        cls, summed: Callable[[Floats, int], tuple[Floats, float]], size: Floats, at: Floats, reach: float
    ) -> Near | None:
        """Add up at a point; none where products would be too large or too small for the computer.

        Parameters
        ----------
        summed
            From a point and a degree to sums of each product of ``powers``, shape (N, f), and their shift.
        size, at, reach
            As above.
        """
        v, terms = len(size), terms_for(reach)
        degree = terms + 2
        if np.any(size <= 0) or np.abs(np.log(size) * degree).max(initial=0.0) > np.log(_LARGEST):
            return None
        places = {one: i for i, one in enumerate(powers(v, degree))}
        scale = np.array([float(np.prod(size[list(one)])) for one in places])
        series = powers(v, terms)
        columns = powers(v, 2)
        products, shift = summed(at, degree)
        return cls(
            at=at,
            reach=reach,
            size=size,
            products=products / scale[:, None],
            shift=shift,
            degrees=np.array([[one.count(j) for j in range(v)] for one in series], dtype=np.int64).reshape(-1, v),
            places=np.array([[places[tuple(sorted(a + b))] for a in series] for b in columns], dtype=np.int64),
            units=np.array([scale[places[b]] for b in columns]),
        )

    def covers(self, point: Floats) -> bool:
        """Whether a point, shape (v,), is near enough."""
        return bool(np.abs(point - self.at) @ self.size <= self.reach)

    def groups(self, point: Floats) -> Floats:
        """Return the sums of 1, each covariate, and each product of two at a point that is covered, (columns, f)."""
        moved = (point - self.at) * self.size
        divided = np.array([prod(factorial(k) for k in one) for one in self.degrees.tolist()])
        weights = np.zeros((len(self.places), len(self.products)))
        weights[np.arange(len(self.places))[:, None], self.places] = np.prod(moved**self.degrees, axis=1) / divided
        out: Floats = (weights * self.units[:, None]) @ self.products
        return out


def powers(v: int, degree: int) -> list[tuple[int, ...]]:
    """Return the products of v covariates up to a degree: (), (0,), (0, 0), (0, 1) ... (1,), (1, 1) ...

    A product comes before those that it begins.
    """
    found: list[tuple[int, ...]] = []

    def follow(one: tuple[int, ...]) -> None:
        found.append(one)
        if len(one) < degree:
            for j in range(one[-1] if one else 0, v):
                follow((*one, j))

    follow(())
    return found


def terms_for(reach: float) -> int:
    """Return the degree from which on the series of exp is nothing but rounding, for arguments up to ``reach``."""
    term, terms = reach, 0
    while term > _LEFT_OUT:
        terms += 1
        term *= reach / (terms + 1)
    return terms
