"""Two stages combined by inverse normal weights, the second enlarged where the first is promising.

Information is in units of the planned total: the first look is at t, the second stage has 1 - t as planned. Z₁ is
normal with mean drift · √t. The stages keep the weights √t and √(1 - t) however large the second becomes, so that the
final statistic is standard normal under the null hypothesis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

_X, _W = np.polynomial.legendre.leggauss(48)
_FAR, _STEP = 9.0, 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Promising:
    """The rule of a trial whose second stage may grow.

    Parameters
    ----------
    time
        Fraction of the planned information at the interim look.
    critical
        Limit of the final statistic.
    most
        Largest total information, as a multiple of the planned one.
    target
        Conditional power the second stage is enlarged to reach.
    least
        Conditional power below which the zone is not promising.
    """

    time: float
    critical: float
    most: float
    target: float
    least: float

    def conditional(self, z: ArrayLike, second: ArrayLike, drift: ArrayLike) -> Floats:
        """Return the probability of success given Z₁, with a second stage of given information.

        Parameters
        ----------
        z
            Statistics of the first stage.
        second
            Information of the second stage.
        drift
            Mean of Z at the planned end.
        """
        t = self.time
        need = (self.critical - math.sqrt(t) * np.asarray(z)) / math.sqrt(1 - t)
        return np.asarray(ndtr(np.asarray(drift) * np.sqrt(np.asarray(second)) - need))

    def second(self, z: ArrayLike) -> Floats:
        """Return the information of the second stage after Z₁: as planned, or enlarged in the promising zone."""
        t, given = self.time, np.asarray(z, dtype=np.float64)
        planned = 1 - t
        drift = given / math.sqrt(t)
        now = self.conditional(given, planned, drift)
        need = (self.critical - math.sqrt(t) * given) / math.sqrt(1 - t)
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = ((need + ndtri(self.target)) / drift) ** 2
        grown = np.clip(wanted, planned, self.most - t)
        return np.where((now >= self.least) & (now < self.target) & (drift > 0), grown, planned)

    def zone(self, conditional: float) -> float:
        """Return the Z₁ at which the conditional power of the trend, as planned, is a given number."""
        t = self.time
        # z √((1-t)/t) - (c - √t z) / √(1-t) = quantile
        slope = math.sqrt((1 - t) / t) + math.sqrt(t / (1 - t))
        return (float(ndtri(conditional)) + self.critical / math.sqrt(1 - t)) / slope

    def behaviour(self, drift: float, *, grows: bool = True) -> tuple[float, float, float]:
        """Return power, expected information, and the probability of an enlarged second stage.

        Parameters
        ----------
        drift
            Mean of Z at the planned end.
        grows
            Whether the second stage may be enlarged.

        Examples
        --------
        >>> rule = Promising(time=0.5, critical=1.96, most=1.5, target=0.8, least=0.36)
        >>> [round(x, 3) for x in rule.behaviour(0.0)], [round(x, 3) for x in rule.behaviour(2.8)]
        ([0.025, 1.031, 0.078], [0.829, 1.073, 0.212])
        """
        mean = drift * math.sqrt(self.time)
        cuts = [self.zone(self.least), self.zone(self.target), *self._kinks()]
        edge = np.unique([*np.arange(mean - _FAR, mean + _FAR + _STEP, _STEP), *cuts])
        edge = edge[(edge >= mean - _FAR) & (edge <= mean + _FAR)]
        half = (edge[1:] - edge[:-1])[:, None] / 2
        z = ((edge[1:] + edge[:-1])[:, None] / 2 + half * _X).ravel()
        mass = (half * _W).ravel() * np.exp(-0.5 * (z - mean) ** 2) / math.sqrt(2 * math.pi)
        second = self.second(z) if grows else np.full(len(z), 1 - self.time)
        power = float(mass @ self.conditional(z, second, drift))
        return power, float(mass @ (self.time + second)), float(mass @ (second > 1 - self.time + 1e-12))

    def _kinks(self) -> list[float]:
        """Return where the largest second stage begins to be enough."""
        low, high = self.zone(self.least), self.zone(self.target)
        for _ in range(80):
            middle = (low + high) / 2
            if float(self.second(middle)) >= self.most - self.time - 1e-12:
                low = middle
            else:
                high = middle
        return [high]
