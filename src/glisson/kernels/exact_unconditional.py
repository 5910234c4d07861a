"""Exact intervals of the difference and of the ratio of two proportions that were observed in separate groups."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glisson.kernels.two_binomials import Stretch, first_extreme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Effect = Literal["difference", "ratio"]

#: Probability that the confidence set of the two proportions, to which the worst case is restricted, may miss them.
GAMMA = 1e-6
#: Statistics of the observed table, less the normal quantile, at which the scale of the effect is cut at first.
_CUTS = (0.4, 0.15, 0.0, -0.1, -0.2, -0.35, -0.5, -0.7, -1.0, -1.5, -2.5, -4.0)
#: Parts of a stretch between which the extreme tables are bounded, and about how many stretches are looked at together.
_PARTS, _TOGETHER = 6, 16
#: A bound this far above the probability found, as a share of what is sought, is worth a closer look.
_LOOSE = 0.02
#: Effects at which a tail is worked out at once, and how far beyond its crossing it is proven to be low enough.
_NODES, _BEYOND = 7, 1e-9
#: Width at which the search for a limit ends.
_TOLERANCE = 1e-10


@lru_cache(maxsize=4096)
def unconditional_interval(
    x1: int, n1: int, x2: int, n2: int, *, effect: Effect = "difference", level: float = 0.95
) -> tuple[float, float]:
    """Return the exact unconditional interval of p1 - p2 or of p1 / p2.

    Parameters
    ----------
    x1, n1, x2, n2
        Events and units of two independent groups, at least one unit in each.
    effect
        ``"difference"`` or ``"ratio"``.
    level
        Confidence level; each side errs with at most half of the rest, whatever the two proportions are.

    Returns
    -------
    tuple of float
        Lower and upper limit; the upper one of a ratio is infinite where nothing bounds it.

    Notes
    -----
    Chan ISF, Zhang Z. Biometrics 1999;55:1202-1209: two one-sided tests, ordered by the score statistic, inverted, each
    at its worst nuisance proportion. Berger RL, Boos DD. J Am Stat Assoc 1994;89:1012-1016: the worst proportion is
    looked for where both are within their Clopper-Pearson limits of level 1 - gamma / 2, gamma = 1e-6, and gamma is
    taken from what each side may err. Restricted proportions: Miettinen O, Nurminen M. Stat Med 1985;4:213-226.
    The limit is the last effect that is not rejected, whether or not others before it are.

    Examples
    --------
    >>> [round(limit, 3) for limit in unconditional_interval(0, 13, 9, 65)]
    [-0.252, 0.106]
    >>> [round(limit, 2) for limit in unconditional_interval(0, 13, 9, 65, effect="ratio")]
    [0.0, 1.89]
    """
    a = (1 - level) / 2 - GAMMA

    def last(x1: int, n1: int, x2: int, n2: int) -> float:
        return _limit(_Side(x1, n1, x2, n2, ratio=effect == "ratio"), a)

    if effect == "difference":
        return -last(x2, n2, x1, n1), last(x1, n1, x2, n2)
    low, high = (last(*groups) if groups[2] else 1.0 for groups in ((x2, n2, x1, n1), (x1, n1, x2, n2)))
    return (1 - low) / low, high / (1 - high) if high < 1 else math.inf


def _limit(side: _Side, a: float) -> float:
    """Return the last effect whose worst tail is above ``a``.

    Stretches of effects are dropped where no effect in them can have such a tail, the others are cut, until the last of
    them has the same extreme tables throughout: there the tail falls, and the limit is where it reaches ``a``.
    """
    known, low, high = side.here, *side.stretches(a)
    while len(low):
        ever = side.extreme(low, high, ever=True)
        kept = side.most(low, ever, a) > a
        low, high, ever = _only(kept, low, high, ever)
        if not len(low):
            return known
        always = side.extreme(low, high, ever=False)
        known = max(known, float(high[side.least(high, always) > a].max(initial=known)))
        low, high, ever, always = _only(high > known, low, high, ever, always)
        while len(low) and (ever[-1] == always[-1]).all():
            k = _alike(low, high, ever, always)
            found = side.crossing(float(low[k]), float(high[-1]), ever[-1], a)
            if found is not None:
                return found
            low, high, ever, always = _only(slice(k), low, high, ever, always)
        if len(low) and (ever[-1] != always[-1]).sum() == 1:
            found = side.leap(float(low[-1]), float(high[-1]), ever[-1], always[-1], a)
            if found is not None:
                return found
        if len(low) and high[-1] - low[-1] < _TOLERANCE:
            return float(high[-1])
        last = slice(-_TOGETHER, None)
        edges = np.linspace(low[last], high[last], max(_TOGETHER // max(len(low), 1), 2) + 1, axis=1)
        low = np.concatenate([low[:-_TOGETHER], edges[:, :-1].ravel()])
        high = np.concatenate([high[:-_TOGETHER], edges[:, 1:].ravel()])
    return known


def _only(kept: Any, *values: Any) -> list[Any]:
    return [v[kept] for v in values]


def _alike(low: Floats, high: Floats, ever: Ints, always: Ints) -> int:
    """Return where the stretches begin that adjoin the last one and have the same extreme tables throughout."""
    k = len(low) - 1
    while k and high[k - 1] == low[k] and (ever[k - 1] == ever[-1]).all() and (always[k - 1] == ever[-1]).all():
        k -= 1
    return k


class _Side:
    """What is needed for the upper limit: hypotheses about the effect, and the tables that speak for less.

    The effect is p1 - p2, or s = r / (1 + r) for the ratio r = p1 / p2. The smaller group comes first: the upper limit
    of p1 - p2 is that of q2 - q1, and p1 = r p2 is q2 = q1 / r + 1 - 1 / r, with q for units without the event.
    """

    def __init__(self, x1: int, n1: int, x2: int, n2: int, *, ratio: bool) -> None:
        self._observed, self._ratio = (x1, n1, x2, n2), ratio
        box1, box2 = _clopper_pearson(x1, n1), _clopper_pearson(x2, n2)
        if ratio:
            self.here, self._end = x1 * n2 / (x1 * n2 + x2 * n1), box1[1] / (box1[1] + box2[0])
        else:
            self.here, self._end = x1 / n1 - x2 / n2, box1[1] - box2[0]
        self._turned = (n1, x1) > (n2, n2 - x2)
        if self._turned:
            x1, n1, x2, n2 = n2 - x2, n2, n1 - x1, n1
            box1, box2 = ((1 - high, 1 - low) for low, high in (box2, box1))
        self._surely = [(x1, x2)]  # as extreme as itself, and so is its mirror image
        if n1 == n2 and not ratio:
            self._surely.append((n2 - x2, n1 - x1))
        self._stretch = Stretch(n1, n2, box1, box2)

    def _line(self, effect: Floats) -> tuple[Floats, Floats]:
        """Return slope and intercept of p1 in p2, of the groups as they are ordered here."""
        if not self._ratio:
            return np.ones_like(effect), effect
        r = effect / (1 - effect)
        return (1 / r, 1 - 1 / r) if self._turned else (r, 0 * r)

    def _score(self, effect: Floats, table: tuple[int, int] | None = None) -> Floats:
        """Return the score statistic of a table, by default the observed one, below 0 beyond its own estimate."""
        x1, n1, x2, n2 = self._observed
        if table is not None:
            x1, x2 = (n1 - table[1], n2 - table[0]) if self._turned else table
        slope, intercept = (effect / (1 - effect), 0 * effect) if self._ratio else (np.ones_like(effect), effect)
        p2 = _ratio_p2(x1, x2, n1, n2, slope) if self._ratio else _difference_p2(x1, x2, n1, n2, effect)
        p1 = np.clip(slope * p2 + intercept, 0.0, 1.0)
        variance = p1 * (1 - p1) / n1 + slope**2 * p2 * (1 - p2) / n2
        score = (x1 / n1 - slope * x2 / n2 - intercept) / np.sqrt(np.maximum(variance, 1e-300))
        return np.asarray(np.clip(score, -1e6, 1e6 if table else -1e-9))

    def stretches(self, a: float) -> tuple[Floats, Floats]:
        """Return the ends of stretches of effects beyond the estimate, short where the limit is likely to be."""
        from scipy.special import ndtri  # noqa: PLC0415

        start = max(self.here, 1e-9) if self._ratio else self.here
        if self._end <= start:
            return np.array([]), np.array([])
        effect = np.linspace(start, self._end, 129)
        inner = np.interp(float(ndtri(a)) + np.array(_CUTS), self._score(effect)[::-1], effect[::-1])
        edges = np.unique(np.concatenate([[start], inner, [self._end]]))
        return edges[:-1], edges[1:]

    def extreme(self, low: Floats, high: Floats, *, ever: bool) -> Ints:
        """Return from which event of group 2 on tables are extreme somewhere, or everywhere, between two effects.

        The score of every table falls with the effect. So only those tables can be extreme between two effects whose
        score at the second is at most the observed one at the first, and those are whose score at the first is at most
        the observed one at the second; each stretch is cut into parts for this.
        """
        edges = np.linspace(low, high, _PARTS + 1, axis=1)
        score, near, far = self._score(edges), slice(None, -1), slice(1, None)
        effect, seen = (edges[:, far], score[:, near]) if ever else (edges[:, near], score[:, far])
        found: Ints = first_extreme(*self._line(effect.ravel()), seen.ravel(), self._stretch.n1, self._stretch.n2)
        found = found.reshape(*effect.shape, -1)
        found = np.asarray(found.min(axis=1) if ever else found.max(axis=1))
        for i, j in self._surely:
            found[:, : i + 1] = np.minimum(found[:, : i + 1], j)
        return found

    def least(self, effect: Floats, first: Ints) -> Floats:
        """Return what the worst tail of tables is at effects, or somewhat less."""
        return self._stretch.screen(*self._line(effect), first)[0]

    def most(self, effect: Floats, first: Ints, a: float) -> Floats:
        """Return what the worst tail of tables is at effects, or somewhat more; nearly exact about ``a``.

        The same tables are less probable at larger effects: each p1 is larger there, or p2
        smaller. So this bounds the tails from one effect to the next as well.
        """
        slope, intercept = self._line(effect)
        least, most = self._stretch.screen(slope, intercept, first)
        doubt = np.flatnonzero((least <= a) & (most > a))
        if len(doubt):
            least[doubt], most[doubt] = self._stretch.screen(slope[doubt], intercept[doubt], first[doubt], fine=True)
        loose = most - least > _LOOSE * a
        loose[-1:] = True  # the limit lies in the last stretch if anything there has such a tail
        for k in np.flatnonzero((least <= a) & (most > a) & loose):
            most[k] = self._stretch.largest(slope[k], intercept[k], first[k], level=a)
        return most

    def crossing(self, low: float, high: float, first: Ints, a: float) -> float | None:
        """Return where the tail of the same tables falls to ``a``, ``high`` if beyond, ``None`` if before ``low``.

        Sought near the top at ``low`` alone, and then everywhere if the tail is not below ``a`` just beyond.
        """
        from scipy.interpolate import BarycentricInterpolator  # noqa: PLC0415 - SciPy only where it is needed
        from scipy.optimize import brentq  # noqa: PLC0415

        effect = (low + high) / 2 - (high - low) / 2 * np.cos(np.linspace(0, math.pi, _NODES))
        tails = np.log(np.maximum(self._stretch.near_top(*self._line(effect), first), 1e-300) / a)
        if tails[-1] > 0:
            return high
        if tails[0] > 0:
            curve = BarycentricInterpolator(effect, tails)
            found = float(brentq(lambda e: float(curve(e)), low, high, xtol=1e-13))
            before, beyond = max(found - _BEYOND, low), min(found + _BEYOND, high)
            if self._worst(beyond, first, level=a) <= a < self._worst(before, first, level=a):
                return beyond
        elif self._worst(low, first, level=a) <= a:
            return None
        if self._worst(high, first, level=a) > a:
            return high
        return float(brentq(lambda e: math.log(max(self._worst(e, first), 1e-300) / a), low, high, xtol=1e-13))

    def leap(self, low: float, high: float, ever: Ints, always: Ints, a: float) -> float | None:
        """Return where one table ceases to be extreme, if without it the tail is low enough and with it too high.

        Where it is extreme last is narrowed down as the stretches were, from two scores alone.
        """
        row = int(np.flatnonzero(ever != always)[0])
        if always[row] - ever[row] != 1:
            return None
        table = row, int(ever[row])
        while high - low > _TOLERANCE:
            edges = np.linspace(low, high, 4 * _TOGETHER + 1)
            perhaps = np.flatnonzero(self._score(edges[1:], table) <= self._score(edges[:-1]))
            if not len(perhaps):
                return None
            low, high = float(edges[perhaps[-1]]), float(edges[perhaps[-1] + 1])
        here = np.array([low])
        extreme = bool((self._score(here, table) <= self._score(here)).all())
        if extreme and self._worst(high, always, level=a) <= a < self._worst(high, ever, level=a):
            return high
        return None

    def _worst(self, effect: float, first: Ints, level: float | None = None) -> float:
        slope, intercept = self._line(np.array([effect]))
        return self._stretch.largest(slope[0], intercept[0], first, level)


def _clopper_pearson(x: int, n: int) -> tuple[float, float]:
    """Return limits that miss a proportion with at most half of gamma."""
    from scipy.special import betaincinv  # noqa: PLC0415

    low = float(betaincinv(x, n - x + 1, GAMMA / 4)) if x else 0.0
    return low, float(betaincinv(x + 1, n - x, 1 - GAMMA / 4)) if x < n else 1.0


def _difference_p2(x1: int, x2: int, n1: int, n2: int, d: Floats) -> Floats:
    """Return the likeliest p2 given p1 = p2 + d: the root of a cubic in its closed form, and a step of Newton's."""
    n, c = n1 + n2, x1 + x2
    b2 = (n1 + 2 * n2) * d - n - c
    b1 = (n2 * d - n - 2 * x2) * d + c
    b0 = x2 * d * (1 - d)
    q = (b2 / (3 * n)) ** 3 - b1 * b2 / (6 * n**2) + b0 / (2 * n)
    p = np.where(q >= 0, 1.0, -1.0) * np.sqrt(np.maximum((b2 / (3 * n)) ** 2 - b1 / (3 * n), 0.0))
    angle = (math.pi + np.arccos(np.clip(q / np.where(p == 0, 1.0, p**3), -1.0, 1.0))) / 3
    p2 = 2 * p * np.cos(angle) - b2 / (3 * n)
    rise = (3 * n * p2 + 2 * b2) * p2 + b1
    p2 = p2 - (((n * p2 + b2) * p2 + b1) * p2 + b0) / np.where(rise == 0, math.inf, rise)
    return np.asarray(np.clip(p2, np.maximum(0.0, -d), np.minimum(1.0, 1.0 - d)))


def _ratio_p2(x1: int, x2: int, n1: int, n2: int, r: Floats) -> Floats:
    """Return the likeliest p2 given p1 = r p2: the smaller root of a quadratic."""
    a, b, c = (n1 + n2) * r, -(n1 * r + x1 + n2 + x2 * r), x1 + x2
    root = 2 * c / (-b + np.sqrt(np.maximum(b**2 - 4 * a * c, 0.0)))  # the same root, without a difference of equals
    return np.asarray(np.clip(root, 0.0, np.minimum(1.0, 1.0 / r)))
