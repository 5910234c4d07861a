"""Sums over tied events as Efron takes them: of the d events at one time the l-th finds l / d of them gone.

At 1,000,000 rows of whole days hundreds of events share a day. Where they are a small part of those at risk, the sums
over them are power series in that part, so that the cost is one of days and not of events.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bernoulli

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Ties from which on a series is cheaper than one event after the other, the largest part of those at risk that the
#: tied may be, and the terms that leave nothing but rounding of it: (1 / 8)^20 is 1e-18.
_MANY, _PART, _TERMS = 12, 0.125, 20


class TiedSums(NamedTuple):
    """Sums over the events of each cell, shape (K,), with phi = S - a E and a = l / d the part taken as gone.

    ``log`` of log phi; ``one`` and ``gone`` of 1 / phi and a / phi; ``square``, ``square_gone`` and ``square_both`` of
    1, a and a^2 over phi^2.
    """

    log: Floats
    one: Floats
    gone: Floats
    square: Floats
    square_gone: Floats
    square_both: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tied:
    """The tied events of each cell.

    Parameters
    ----------
    deaths
        Shape (K,), each at least 1.
    efron
        Whether the tied are taken as gone one after the other; else all are at risk at each (Breslow).
    powers
        Shape (terms + 2, K): sums of a^m over the events of a cell, for cells with many; else 0.
    """

    deaths: Ints
    efron: bool
    powers: Floats

    @classmethod
    def of(cls, deaths: Ints, *, efron: bool) -> Tied:
        """Prepare the sums that do not depend on coefficients."""
        powers = np.zeros((_TERMS + 2, len(deaths)))
        many = deaths >= _MANY
        if efron and many.any():
            powers[:, many] = _power_sums(deaths[many].astype(np.float64))
        return cls(deaths=deaths, efron=efron, powers=powers)

    @property
    def member(self) -> Ints:
        """The cell of each event, shape (N,)."""
        return np.repeat(np.arange(len(self.deaths)), self.deaths)

    @property
    def fraction(self) -> Floats:
        """The part of its ties that each event finds gone, shape (N,)."""
        return _fractions(self.deaths) if self.efron else np.zeros(int(self.deaths.sum()))

    def sums(self, at_risk: Floats, died: Floats) -> TiedSums | None:
        """Add up over the events of each cell; ``None`` where a risk set has vanished.

        Parameters
        ----------
        at_risk, died
            Shape (K,). Risk added up over everybody at risk, S, and over those with the event, E.
        """
        whole = at_risk if not self.efron else at_risk - died * (self.deaths - 1) / self.deaths
        if not np.all(np.isfinite(at_risk * at_risk)) or not np.all(whole > _VANISHED):
            return None
        d = self.deaths.astype(np.float64)
        if not self.efron:
            none = np.zeros(len(d))
            return TiedSums(d * np.log(at_risk), d / at_risk, none, d / at_risk**2, none, none)
        out = TiedSums(*np.zeros((6, len(d))))
        part = died / at_risk
        series = (self.deaths >= _MANY) & (part <= _PART)
        self._by_series(out, np.flatnonzero(series), at_risk, part)
        self._one_by_one(out, np.flatnonzero(~series), at_risk, died)
        return out

    def _by_series(self, out: TiedSums, cells: Ints, at_risk: Floats, part: Floats) -> None:
        """Add up 1 / (1 - a q) and its like as powers of q = E / S."""
        if not len(cells):
            return
        q, s, powers = part[cells], at_risk[cells], self.powers[:, cells]
        log, (one, gone), (square, mixed, both) = np.zeros(len(q)), np.zeros((2, len(q))), np.zeros((3, len(q)))
        for m in range(_TERMS - 1, -1, -1):
            one, gone = one * q + powers[m], gone * q + powers[m + 1]
            square, mixed = square * q + (m + 1) * powers[m], mixed * q + (m + 1) * powers[m + 1]
            both = both * q + (m + 1) * powers[m + 2]
            log = log * q + (powers[m] / m if m else 0.0)
        out.log[cells] = self.deaths[cells] * np.log(s) - log
        out.one[cells], out.gone[cells] = one / s, gone / s
        out.square[cells], out.square_gone[cells], out.square_both[cells] = square / s**2, mixed / s**2, both / s**2

    def _one_by_one(self, out: TiedSums, cells: Ints, at_risk: Floats, died: Floats) -> None:
        if not len(cells):
            return
        deaths = self.deaths[cells]
        a, starts = _fractions(deaths), np.cumsum(deaths) - deaths
        phi = np.repeat(at_risk[cells], deaths) - a * np.repeat(died[cells], deaths)
        first = 1 / phi
        second = first * first
        for total, values in zip(out, (np.log(phi), first, a * first, second, a * second, a * a * second), strict=True):
            total[cells] = np.add.reduceat(values, starts)


#: Share of the highest risk below which a risk set has vanished: its square cannot be divided by, and rounding may
#: leave less than nothing of it.
_VANISHED = 1e-150


def _power_sums(d: Floats) -> Floats:
    """Return the sums of (l / d)^m over l = 0 .. d - 1, shape (terms + 2, K): Faulhaber's formula; 0^0 is 1."""
    numbers = bernoulli(_TERMS + 2)
    sums = np.empty((_TERMS + 2, len(d)))
    sums[0] = d
    inverse = [1 / d]  # d^(1 - j) of j = 2, 4, ...
    while len(inverse) < _TERMS // 2 + 1:
        inverse.append(inverse[-1] * inverse[0] * inverse[0])
    for m in range(1, _TERMS + 2):
        sums[m] = d / (m + 1) - 0.5
        for j in range(2, m + 1, 2):
            sums[m] += numbers[j] * comb(m + 1, j) / (m + 1) * inverse[j // 2 - 1]
    return sums


def _fractions(deaths: Ints) -> Floats:
    before = np.cumsum(deaths) - deaths
    place: Floats = (np.arange(int(deaths.sum())) - np.repeat(before, deaths)) / np.repeat(deaths, deaths)
    return place
